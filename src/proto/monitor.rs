//! Bodies of `/api/monitor`: what pages tell of themselves, and what the owner is shown of it.
//!
//! A page tells where it failed and how quick it was, and never a text that somebody wrote: see `ui/src/monitor`. Here
//! each field has the form that its kind needs and no other, so that there is hardly a place for one.

use serde::{Deserialize, Serialize};

use super::limits::{
    BEACON_ERRORS_MAX, ERROR_TEXT_CHARS_MAX, IDENT_BYTES_MAX, STACK_FRAME_BYTES_MAX, STACK_FRAMES_MAX,
};

/// A text of another form than its kind has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NotInForm;

impl std::fmt::Display for NotInForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not in the form that the monitor takes")
    }
}

/// A word of the page's or the browser's own: an error's name, a version, a kind of screen.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(try_from = "String")]
pub struct Ident(String);

/// What an error says, without what it quotes: printable ASCII, and `…` for what was left out. May be empty.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(try_from = "String")]
pub struct ErrorText(String);

/// A place in one of the page's scripts, as in `index-Dai2Pmb6.js:1:2345`.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(try_from = "String")]
pub struct StackFrame(String);

/// `N` things at most.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "Vec<T>", bound(deserialize = "T: Deserialize<'de>"))]
pub struct AtMost<T, const N: usize>(Vec<T>);

/// The places of an error, the nearest first.
pub type Stack = AtMost<StackFrame, STACK_FRAMES_MAX>;

/// `POST /api/monitor`: what a page has to tell since the last time.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Beacon {
    /// The page's, which may be older than the box.
    pub version: Ident,
    #[cfg_attr(test, ts(as = "Vec<BeaconError>"))]
    pub errors: AtMost<BeaconError, BEACON_ERRORS_MAX>,
    /// How long it took until the largest part of the page was drawn (LCP), once for each time it was loaded.
    #[cfg_attr(test, ts(optional))]
    pub load_ms: Option<u32>,
    /// How long nearly all answers to a press took at most (INP), once for each time the page was loaded.
    #[cfg_attr(test, ts(optional))]
    pub interaction_ms: Option<u32>,
    /// Times that the page stood still for longer than 50 ms.
    pub long_tasks: u32,
    /// The longest of them.
    pub longest_ms: u32,
    /// Connections that broke.
    pub lost: u32,
}

/// An error that a page met, and how often.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct BeaconError {
    pub name: Ident,
    pub text: ErrorText,
    #[cfg_attr(test, ts(as = "Vec<StackFrame>"))]
    pub stack: Stack,
    /// The kind of screen that was shown.
    pub screen: Ident,
    pub count: u32,
}

/// `GET /api/monitor`: what pages have told during the last days.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Monitored {
    /// The latest first.
    pub errors: Vec<PageError>,
    pub times: PageTimes,
    /// The same by device.
    pub devices: Vec<DeviceTimes>,
}

/// Errors that say the same at the same place.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PageError {
    pub name: Ident,
    pub text: ErrorText,
    /// Of the latest.
    #[cfg_attr(test, ts(as = "Vec<StackFrame>"))]
    pub stack: Stack,
    pub count: u32,
    #[cfg_attr(test, ts(type = "number"))]
    pub first_at: i64,
    #[cfg_attr(test, ts(type = "number"))]
    pub last_at: i64,
    pub seen: Vec<ErrorSeen>,
}

/// Where an error was met.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ErrorSeen {
    pub version: Ident,
    /// Browser and system, as in "Chrome on Android".
    pub device: String,
    pub screen: Ident,
    pub count: u32,
}

/// How quick pages were.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PageTimes {
    pub loads: u32,
    /// What three of four were within; null where there was none.
    pub load_ms_p75: Option<u32>,
    /// Loads of more than four seconds.
    pub slow_loads: u32,
    pub interactions: u32,
    pub interaction_ms_p75: Option<u32>,
    pub long_tasks: u32,
    pub longest_ms: u32,
    pub lost: u32,
}

impl PageTimes {
    /// What web.dev calls a poor LCP.
    pub const SLOW_LOAD_MS: u32 = 4_000;
}

/// [`PageTimes`] of one browser on one system.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DeviceTimes {
    pub device: String,
    pub times: PageTimes,
}

impl TryFrom<String> for Ident {
    type Error = NotInForm;

    fn try_from(text: String) -> Result<Self, NotInForm> {
        let fits = (1..=IDENT_BYTES_MAX).contains(&text.len()) && text.bytes().all(is_of_a_name);
        if fits { Ok(Self(text)) } else { Err(NotInForm) }
    }
}

impl TryFrom<String> for ErrorText {
    type Error = NotInForm;

    fn try_from(text: String) -> Result<Self, NotInForm> {
        let plain = text.chars().all(|c| matches!(c, ' '..='~' | '…'));
        if plain && text.chars().count() <= ERROR_TEXT_CHARS_MAX { Ok(Self(text)) } else { Err(NotInForm) }
    }
}

impl TryFrom<String> for StackFrame {
    type Error = NotInForm;

    fn try_from(text: String) -> Result<Self, NotInForm> {
        let mut parts = text.rsplitn(3, ':');
        let is_number = |part: Option<&str>| part.is_some_and(|part| part.parse::<u32>().is_ok());
        let is_place = is_number(parts.next()) && is_number(parts.next());
        let is_script = parts.next().is_some_and(|name| name.ends_with(".js") && name.bytes().all(is_of_a_name));
        if text.len() <= STACK_FRAME_BYTES_MAX && is_place && is_script { Ok(Self(text)) } else { Err(NotInForm) }
    }
}

impl<T, const N: usize> TryFrom<Vec<T>> for AtMost<T, N> {
    type Error = NotInForm;

    fn try_from(all: Vec<T>) -> Result<Self, NotInForm> {
        if all.len() <= N { Ok(Self(all)) } else { Err(NotInForm) }
    }
}

impl<T, const N: usize> std::ops::Deref for AtMost<T, N> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const N: usize> IntoIterator for AtMost<T, N> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

macro_rules! as_text {
    ($($type:ident),*) => { $(
        impl $type {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    )* };
}
as_text!(Ident, ErrorText, StackFrame);

fn is_of_a_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes<T: TryFrom<String>>(text: &str) -> bool {
        T::try_from(text.to_owned()).is_ok()
    }

    #[test]
    fn a_word_is_short_and_plain() {
        assert!(["TypeError", "0.1.0-rc.1", "new-room", "_"].iter().all(|text| takes::<Ident>(text)));
        assert!(["", "two words", "名字", "a/b", &"x".repeat(41)].iter().all(|text| !takes::<Ident>(text)));
    }

    #[test]
    fn what_an_error_says_is_a_line_of_ascii() {
        assert!(["", "… is not a function", &"…".repeat(100)].iter().all(|text| takes::<ErrorText>(text)));
        assert!(["你好", "a\nb", "\u{202e}", &"x".repeat(101)].iter().all(|text| !takes::<ErrorText>(text)));
    }

    #[test]
    fn a_place_is_one_in_a_script() {
        assert!(["index-Dai2Pmb6.js:1:2345", "sw.js:10:0"].iter().all(|text| takes::<StackFrame>(text)));
        for text in [
            "",
            "index.js",
            "index.js:1",
            "index.js:1:",
            "index.js:1:-2",
            "index.js:1:99999999999",
            "index.css:1:2",
            "https://evil.example/x.js:1:2",
            "a b.js:1:2",
            &format!("{}.js:1:2", "x".repeat(90)),
        ] {
            assert!(!takes::<StackFrame>(text), "{text}");
        }
    }

    #[test]
    fn more_than_there_may_be_is_refused() {
        let stack = |n: usize| serde_json::from_value::<Stack>(vec!["a.js:1:2"; n].into());
        assert!(stack(STACK_FRAMES_MAX).is_ok() && stack(0).is_ok());
        assert!(stack(STACK_FRAMES_MAX + 1).is_err());
    }
}
