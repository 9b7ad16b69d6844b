//! Whether a text holds a link to a page, so that messages can be looked for by that.
//!
//! Nearly what the page draws as one, see `ui/src/conversation/content/links.ts`: `tests/links.json` has what both must say.
//! A host with a port and without a dot (`nas:5000`) is none here. What is written to an address of mail is no page.

/// Names of the local network end in these.
const LAN: &[&str] = &["local", "lan", "home", "internal", "intranet", "localdomain", "box"];
/// And those of the internet in these, when nobody has written a scheme before them: none is a word, or a kind of file.
const PUBLIC: &[&str] = &[
    "com", "org", "net", "edu", "gov", "io", "dev", "app", "ae", "ar", "au", "bg", "br", "ca", "ch", "cl", "cn", "co",
    "cz", "de", "dk", "ee", "es", "eu", "fi", "fr", "gr", "hk", "hr", "hu", "ie", "il", "ir", "jp", "kr", "kz", "lt",
    "lu", "lv", "mo", "mx", "my", "nl", "nz", "pe", "ph", "pt", "ro", "ru", "se", "sg", "sk", "th", "tr", "tw", "ua",
    "uk", "uy", "vn", "za",
];
/// These may be: only with a path behind them it is an address.
const WORDLIKE: &[&str] = &[
    "ai", "am", "at", "be", "by", "cc", "fm", "gg", "gl", "id", "in", "is", "it", "ly", "me", "no", "sh", "si", "to",
    "tv", "us", "ws",
];
/// Characters of a part of a host's name.
const LABEL_MAX: usize = 63;

/// Whether there is one. Reads the text twice, whatever stands in it.
pub fn has_link(text: &str) -> bool {
    has_scheme(text) || words(text).any(|(at, word)| is_host(text, at, word))
}

/// `https://` before something that may be a host, without a name or a password before it.
fn has_scheme(text: &str) -> bool {
    text.match_indices("://").any(|(at, mark)| {
        let word = last_word(&text[..at]);
        let named = ["https", "http"].iter().find_map(|scheme| {
            let begin = word.len().checked_sub(scheme.len())?;
            let (before, last) = (word.get(..begin)?, word.get(begin..)?);
            last.eq_ignore_ascii_case(scheme).then_some(before)
        });
        let host = &text[at + mark.len()..];
        let host = &host[..host.find(|c: char| c.is_whitespace() || "/?#".contains(c)).unwrap_or(host.len())];
        named.is_some_and(|before| before.is_empty() || before.ends_with(['.', '_']))
            && host.starts_with(|c: char| c.is_alphanumeric() || c == '[')
            && !host.contains('@')
    })
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '+' | '-')
}

fn last_word(text: &str) -> &str {
    let begin = text.rfind(|c| !is_of_word(c)).map_or(0, |at| at + text[at..].chars().next().map_or(0, char::len_utf8));
    &text[begin..]
}

/// What may be a host, and where it stands.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + text[from..].find(is_of_word)?;
        let rest = &text[at..];
        let word = &rest[..rest.find(|c| !is_of_word(c)).unwrap_or(rest.len())];
        from = at + word.len();
        Some((at, word))
    })
    .filter(|(_, word)| word.contains('.'))
}

fn is_host(text: &str, at: usize, word: &str) -> bool {
    let host = word.trim_end_matches(['.', '_', '+', '-']);
    let (before, after) = (&text[..at], &text[at + host.len()..]);
    if joins(before) || after.chars().next().is_some_and(goes_on) {
        return false;
    }
    let Some((port, after)) = port(after) else { return false };
    let path = after.strip_prefix('/').filter(|rest| {
        rest.starts_with(|c: char| {
            c.is_ascii_alphanumeric() || matches!(c, '_' | '~' | '@' | '%' | '?' | '#' | '.' | '-')
        })
    });
    let labels: Vec<&str> = host.split('.').collect();
    let Some(last) = labels.last().copied().filter(|_| labels.len() > 1 && labels.iter().all(|label| is_label(label)))
    else {
        return false;
    };
    if last.bytes().all(|b| b.is_ascii_digit()) {
        return is_address(&labels) && !path.is_some_and(is_range) && (port || path.is_some() || is_local(&labels));
    }
    if LAN.contains(&last) || host.ends_with(".home.arpa") {
        return true;
    }
    let www = labels.len() > 2 && labels.first().is_some_and(|first| first.eq_ignore_ascii_case("www"));
    !host.contains('_')
        && (www && last.len() > 1 && last.bytes().all(|b| b.is_ascii_alphabetic())
            || PUBLIC.contains(&last)
            || path.is_some() && WORDLIKE.contains(&last))
}

/// Whether what stands before goes on into the word. `key:value` is one thing; `网址:example.com` is two.
fn joins(before: &str) -> bool {
    let mut back = before.chars().rev();
    match back.next() {
        None => false,
        Some(':') => back.next().is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '@')),
        Some(c) => c.is_uppercase() || c.is_lowercase() || "@/\\=#&$%~^".contains(c) || is_mark(c),
    }
}

fn goes_on(c: char) -> bool {
    c == '@' || c.is_uppercase() || c.is_lowercase() || is_mark(c)
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// Whether there is a port, and what follows; none where a colon stands for something else.
fn port(after: &str) -> Option<(bool, &str)> {
    let Some(rest) = after.strip_prefix(':') else { return Some((false, after)) };
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let next = rest[end..].chars().next();
    if (1..=5).contains(&end) && !next.is_some_and(|c| c.is_ascii_alphanumeric() || "_@-:.".contains(c)) {
        return Some((true, &rest[end..]));
    }
    let is_other = rest.starts_with(|c: char| c.is_ascii_alphanumeric() || "_/@".contains(c));
    (!is_other).then_some((false, rest))
}

fn is_label(label: &str) -> bool {
    let is_edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let mut chars = label.chars();
    label.len() <= LABEL_MAX
        && is_edge(chars.next())
        && is_edge(label.chars().next_back())
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

fn is_address(labels: &[&str]) -> bool {
    labels.len() == 4 && labels.iter().all(|part| part.parse::<u8>().is_ok_and(|number| number.to_string() == *part))
}

/// `10.0.0.0/8` is a range of addresses, and no page.
fn is_range(path: &str) -> bool {
    let digits = path.find(|c: char| !c.is_ascii_digit()).unwrap_or(path.len());
    (1..=2).contains(&digits)
        && !path[digits..].starts_with(|c: char| c.is_ascii_alphanumeric() || "_./?#-".contains(c))
}

/// Of a network that is not routed (RFC 1918, 3927, 6598), or this device. Elsewhere four numbers may be a version.
fn is_local(labels: &[&str]) -> bool {
    let number = |at: usize| labels.get(at).and_then(|part| part.parse::<u8>().ok()).unwrap_or(0);
    match (number(0), number(1)) {
        (10 | 127, _) | (192, 168) | (169, 254) => true,
        (172, second) => (16..=31).contains(&second),
        (100, second) => (64..=127).contains(&second),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page's test reads the same file.
    #[test]
    fn what_is_a_link_is_one_on_the_page_too() {
        let cases: Vec<(String, bool)> = serde_json::from_str(include_str!("../../tests/links.json")).unwrap();
        assert!(cases.len() > 40);
        for (text, wanted) in cases {
            assert_eq!(has_link(&text), wanted, "{text}");
        }
    }
}
