//! The poster that an owner prints and hangs up: one page from which a phone gets into the network and to the box.
//!
//! What is printed cannot be changed any more, so every link on it carries a [`Stamp`] of what it says: who follows
//! one that is no longer true is told so. The page has no script; its style is a file of its own.

mod page;
mod texts;
mod wifi;

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use aws_lc_rs::hmac::{self, HMAC_SHA256, Key};

use crate::guide::words::Word;

pub use page::{OldPoster, Refused, View, note, notice, page, style};
pub use wifi::Wifi;

/// The port that a browser takes for plain HTTP by itself.
const HTTP_PORT: u16 = 80;

/// The sheet that is printed on.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Paper {
    #[default]
    A4,
    Letter,
}

impl Paper {
    /// As the query names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::A4 => "a4",
            Self::Letter => "letter",
        }
    }
}

/// What a poster says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Poster {
    pub box_name: String,
    /// Plain HTTP at an address, as not every phone finds names; the guide there leads on.
    pub door: SocketAddr,
    /// What stands before `.local`, where the box announces it.
    pub label: Option<String>,
    /// By what the box's own CA is known; none where the owner brought a certificate.
    pub fingerprint: Option<String>,
    /// The fingerprint in words that people compare.
    pub words: Vec<Word>,
    pub wifi: Option<Wifi>,
    /// The token of the invite that the page's code holds.
    pub invite: Option<String>,
    /// What this box alone knows: without it, a stamp tells nobody whether a guess of the Wi-Fi's key is right.
    pub secret: Vec<u8>,
}

impl Poster {
    /// See [`Stamp`].
    pub fn stamp(&self) -> Stamp {
        let wifi = self.wifi.as_ref();
        let parts = [
            self.door.to_string(),
            self.box_name.clone(),
            self.label.clone().unwrap_or_default(),
            self.fingerprint.clone().unwrap_or_default(),
            self.words.iter().map(|word| word.en).collect::<Vec<_>>().join(" "),
            wifi.map(Wifi::code).unwrap_or_default(),
        ];
        Stamp::of(&self.secret, &parts)
    }

    /// What the page's code holds.
    pub fn link(&self) -> String {
        let (door, stamp) = (self.address(), self.stamp());
        match &self.invite {
            None => format!("{door}/p/{stamp}"),
            Some(token) => format!("{door}/j/{token}?p={stamp}"),
        }
    }

    /// The shortest address to type.
    pub fn address(&self) -> String {
        let host = match self.door.ip() {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("[{ip}]"),
        };
        format!("http://{host}{}", self.port())
    }

    /// The address by name.
    pub fn named(&self) -> Option<String> {
        Some(format!("http://{}.local{}", self.label.as_ref()?, self.port()))
    }

    fn port(&self) -> String {
        if self.door.port() == HTTP_PORT { String::new() } else { format!(":{}", self.door.port()) }
    }
}

/// Eight characters that change with anything that is printed: address, names, fingerprint, Wi-Fi.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stamp(String);

impl Stamp {
    /// Of 40 bits: enough to tell the posters of one box apart, and not worth guessing.
    const CHARS: usize = 8;
    /// Without letters that look alike in print.
    const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

    fn of(secret: &[u8], parts: &[String]) -> Self {
        let mut hash = hmac::Context::with_key(&Key::new(HMAC_SHA256, secret));
        for part in parts {
            // Parted by length: nothing can be moved from one to the next.
            hash.update(&(part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let digest = hash.sign();
        let bits =
            digest.as_ref().iter().take(Self::CHARS * 5 / 8).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let letter = |place: usize| char::from(Self::ALPHABET[(bits >> (5 * place) & 31) as usize]);
        Self((0..Self::CHARS).map(letter).collect())
    }

    /// Whether somebody's text is this stamp.
    pub fn is(&self, text: &str) -> bool {
        self.0 == text
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use crate::guide::words;

    use super::*;

    fn poster() -> Poster {
        Poster {
            box_name: "Kitchen".into(),
            door: "192.168.1.5:80".parse().unwrap(),
            label: Some("kitchen".into()),
            fingerprint: Some("AB:CD".into()),
            words: words::of(&[7; 32]).to_vec(),
            wifi: Some(Wifi { name: "Home".into(), key: "long enough".into(), hidden: false }),
            invite: None,
            secret: vec![7; 16],
        }
    }

    #[test]
    fn the_stamp_changes_with_the_box_and_with_everything_that_is_printed_and_with_nothing_else() {
        let first = poster().stamp();
        assert_eq!(first, poster().stamp());
        assert_eq!(first.to_string().len(), Stamp::CHARS);
        let wifi = |hidden| Some(Wifi { name: "Home".into(), key: "long enough".into(), hidden });
        let changed = [
            Poster { box_name: "Galley".into(), ..poster() },
            Poster { door: "192.168.1.6:80".parse().unwrap(), ..poster() },
            Poster { door: "192.168.1.5:8080".parse().unwrap(), ..poster() },
            Poster { label: None, ..poster() },
            Poster { fingerprint: None, ..poster() },
            Poster { words: Vec::new(), ..poster() },
            Poster { wifi: None, ..poster() },
            Poster { wifi: wifi(true), ..poster() },
            Poster { secret: vec![8; 16], ..poster() },
        ];
        for other in changed {
            assert_ne!(other.stamp(), first, "{other:?}");
        }
        assert_eq!(Poster { invite: Some("x".into()), wifi: wifi(false), ..poster() }.stamp(), first);
    }

    #[test]
    fn links_lead_to_the_plain_door_with_the_stamp() {
        let stamp = poster().stamp();
        assert_eq!(poster().link(), format!("http://192.168.1.5/p/{stamp}"));
        let invited = Poster { invite: Some("t0ken".into()), ..poster() };
        assert_eq!(invited.link(), format!("http://192.168.1.5/j/t0ken?p={stamp}"));
        let v6 = Poster { door: "[fd00::5]:8080".parse().unwrap(), ..poster() };
        assert_eq!(v6.address(), "http://[fd00::5]:8080");
        assert_eq!(v6.named().as_deref(), Some("http://kitchen.local:8080"));
        assert_eq!(Poster { label: None, ..poster() }.named(), None);
    }
}
