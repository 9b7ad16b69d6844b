//! A short name for the place someone signs in from, made of what the browser says of itself.

/// Letters of a label at most; ours are shorter, and what a program calls itself may be long.
const LABEL_CHARS_MAX: usize = 40;

/// Browsers by the mark each leaves, those that also leave others' marks first.
const BROWSERS: [(&str, &str); 10] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("YaBrowser/", "Yandex"),
    ("MicroMessenger/", "WeChat"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// Systems by the mark each leaves; Android says Linux too, and an iPhone Mac OS X.
const SYSTEMS: [(&str, &str); 8] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("OpenHarmony", "HarmonyOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
];

/// What nothing is known of.
const UNKNOWN: &str = "Unknown device";

/// "Chrome on Android", or as much of it as can be told.
pub(super) fn label(user_agent: &str) -> String {
    known(user_agent).unwrap_or_else(|| {
        // A program: its first word is its name, as in "curl/8.5.0".
        let name = user_agent.split(['/', ' ', '(']).next().unwrap_or_default();
        let shown: String = name.chars().filter(char::is_ascii_graphic).take(LABEL_CHARS_MAX).collect();
        if shown.is_empty() { UNKNOWN.into() } else { shown }
    })
}

/// The same in our own words alone: none of them is the sender's.
pub(super) fn known_label(user_agent: &str) -> String {
    known(user_agent).unwrap_or_else(|| UNKNOWN.into())
}

fn known(user_agent: &str) -> Option<String> {
    let told = |table: &[(&str, &'static str)]| {
        table.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    match (told(&BROWSERS), told(&SYSTEMS)) {
        (Some(browser), Some(system)) => Some(format!("{browser} on {system}")),
        (Some(browser), None) => Some(browser.into()),
        (None, Some(system)) => Some(format!("{system} device")),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_and_systems_are_told_apart() {
        for (user_agent, want) in [
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
                "Safari on Mac",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1",
                "Chrome on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
                "Samsung Internet on Android",
            ),
            ("curl/8.5.0", "curl"),
            ("python-requests/2.32 (Linux)", "Linux device"),
            ("", "Unknown device"),
            ("\u{1b}[31m", "[31m"),
        ] {
            assert_eq!(label(user_agent), want, "{user_agent}");
        }
    }

    #[test]
    fn a_label_is_short_whatever_is_said() {
        assert_eq!(label(&"x".repeat(10_000)).len(), LABEL_CHARS_MAX);
        assert!(label(&"Chrome/".repeat(1_000)).len() < LABEL_CHARS_MAX);
    }

    #[test]
    fn a_known_label_has_no_word_of_whoever_says_it() {
        assert_eq!(known_label("marker Firefox/1 marker"), "Firefox");
        assert_eq!(known_label("marker/1.0"), UNKNOWN);
    }
}
