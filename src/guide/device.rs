//! What a browser runs on, as far as trusting the box differs: systems keep certificates in their own ways, and some
//! browsers in one of theirs.

use super::lang::{Said, said};

/// A kind of device and browser that has steps of its own.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Device {
    Ios,
    Android,
    AndroidFirefox,
    Windows,
    Mac,
    Linux,
    /// On a computer of any system.
    Firefox,
    ChromeOs,
}

impl Device {
    pub(super) const ALL: [Self; 8] = [
        Self::Ios,
        Self::Android,
        Self::AndroidFirefox,
        Self::Windows,
        Self::Mac,
        Self::Linux,
        Self::Firefox,
        Self::ChromeOs,
    ];

    /// By what a browser says of itself (`User-Agent`). An iPad says that it is a Mac: the page's script knows better.
    pub fn of_user_agent(agent: &str) -> Self {
        let says = |word: &str| agent.contains(word);
        if says("iPhone") || says("iPad") || says("iPod") {
            Self::Ios
        } else if says("Android") {
            if says("Firefox/") { Self::AndroidFirefox } else { Self::Android }
        } else if says("CrOS") {
            Self::ChromeOs
        } else if says("Firefox/") {
            Self::Firefox
        } else if says("Windows") {
            Self::Windows
        } else if says("Macintosh") {
            Self::Mac
        } else if says("Linux") || says("X11") {
            Self::Linux
        } else {
            // Whoever says nothing is most likely a phone that hides: most phones are these.
            Self::Android
        }
    }

    /// By the name it has in a page's address.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|device| device.key() == key)
    }

    /// The name in a page's address.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Ios => "ios",
            Self::Android => "android",
            Self::AndroidFirefox => "android-firefox",
            Self::Windows => "windows",
            Self::Mac => "mac",
            Self::Linux => "linux",
            Self::Firefox => "firefox",
            Self::ChromeOs => "chromeos",
        }
    }

    pub(super) fn name(self) -> Said {
        match self {
            Self::Ios => said("iPhone, iPad", "iPhone、iPad"),
            Self::Android => said("Android, Chrome", "安卓，Chrome"),
            Self::AndroidFirefox => said("Android, Firefox", "安卓，Firefox"),
            Self::Windows => said("Windows", "Windows"),
            Self::Mac => said("Mac", "Mac"),
            Self::Linux => said("Linux, Chrome", "Linux，Chrome"),
            Self::Firefox => said("Firefox on a computer", "电脑上的Firefox"),
            Self::ChromeOs => said("Chromebook", "Chromebook"),
        }
    }

    /// The file by which it trusts the box.
    pub(super) fn file(self) -> &'static str {
        match self {
            Self::Ios => "/ca.mobileconfig",
            _ => "/ca.crt",
        }
    }
}

/// Whether this is a browser on an iPhone that cannot install anything: only Safari hands a profile to the system.
pub(super) fn is_ios_stranger(agent: &str) -> bool {
    Device::of_user_agent(agent) == Device::Ios
        && ["CriOS", "FxiOS", "EdgiOS", "OPiOS", "OPT/", "DuckDuckGo", "GSA/", "MicroMessenger", "Ddg/"]
            .iter()
            .any(|word| agent.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_known_by_what_they_say() {
        for (agent, device) in [
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1",
                Device::Ios,
            ),
            (
                "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 CriOS/120.0 Mobile/15E148 Safari/604.1",
                Device::Ios,
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/131.0.0.0 Mobile Safari/537.36",
                Device::Android,
            ),
            ("Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0", Device::AndroidFirefox),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
                Device::Windows,
            ),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0", Device::Firefox),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15",
                Device::Mac,
            ),
            ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36", Device::Linux),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", Device::Firefox),
            (
                "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36",
                Device::ChromeOs,
            ),
            ("", Device::Android),
        ] {
            assert_eq!(Device::of_user_agent(agent), device, "{agent}");
        }
    }

    #[test]
    fn only_safari_installs_on_an_iphone() {
        assert!(is_ios_stranger("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) CriOS/120.0 Safari/604.1"));
        assert!(!is_ios_stranger("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Safari/604.1"));
        assert!(!is_ios_stranger("Mozilla/5.0 (Linux; Android 10; K) Chrome/131.0.0.0 DuckDuckGo/5"));
    }

    #[test]
    fn each_device_has_a_name_in_addresses() {
        for device in Device::ALL {
            assert_eq!(Device::of_key(device.key()), Some(device));
        }
        assert_eq!(Device::of_key("fridge"), None);
    }
}
