//! Texts that people write, parsed: a value that exists is within its limits.

use serde::{Deserialize, Serialize};

use unicode_normalization::char::is_combining_mark;

use super::limits::{BODY_CHARS_MAX, PREVIEW_CHARS_MAX, QUOTE_CHARS_MAX};
use super::name::{is_blank, is_invisible};

/// Why a body is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BodyFault {
    /// Nothing that can be seen.
    Empty,
    /// More than [`BODY_CHARS_MAX`] characters.
    Long,
    /// Holds a NUL, which some databases and clients cut at.
    Nul,
}

/// The text of a message: 1 to 8,000 characters, at least one that can be seen, no NUL. Kept as it was written.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Body(String);

impl Body {
    /// Takes a text for a body, or says why not.
    pub fn parse(text: String) -> Result<Self, BodyFault> {
        // Four bytes a character at most: a quick way out before counting.
        if text.len() > BODY_CHARS_MAX && text.chars().count() > BODY_CHARS_MAX {
            return Err(BodyFault::Long);
        }
        if text.contains('\0') {
            return Err(BodyFault::Nul);
        }
        if text.chars().all(is_unseen) {
            return Err(BodyFault::Empty);
        }
        Ok(Self(text))
    }

    /// Takes a text for what is said with an attachment, where nothing need be.
    pub fn parse_caption(text: String) -> Result<Self, BodyFault> {
        match Self::parse(text) {
            Err(BodyFault::Empty) => Ok(Self(String::new())),
            parsed => parsed,
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text itself, for storing.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// Whether a character leaves no trace of itself: white space, controls, and what is drawn as nothing. The page has the
/// same table, see `ui/src/core/unseen.ts`.
fn is_unseen(c: char) -> bool {
    is_blank(c) || is_invisible(c) || c.is_control()
}

/// Whether a character neither ends a line nor moves other letters (UAX 9, section 2), nor is a control.
pub(super) fn is_in_line(c: &char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text as one line: what ends a line is a space, what is only a control goes, and nothing stands around it.
pub(super) fn line(text: &str) -> String {
    let ends = |c: char| matches!(c, '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let lines = text.split(ends).map(|part| part.chars().filter(is_in_line).collect::<String>());
    let lines: Vec<_> = lines.map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect();
    lines.join(" ")
}

/// The first characters of a body, for the chat list: [`PREVIEW_CHARS_MAX`] at most, and none cut in two that is drawn
/// as one.
pub fn preview(body: &str) -> &str {
    beginning(body, PREVIEW_CHARS_MAX)
}

/// The beginning of a message's text, where a reply quotes it: at most [`QUOTE_CHARS_MAX`] characters.
pub fn quoted(body: &str) -> &str {
    beginning(body, QUOTE_CHARS_MAX)
}

/// So many characters at most, and none of what is drawn as one in part.
fn beginning(text: &str, chars_max: usize) -> &str {
    let Some((end, _)) = text.char_indices().nth(chars_max) else { return text };
    &text[..whole_end(text, end)]
}

/// The last place at or before `end` that is not within what is drawn as one character: a letter with its marks, an emoji
/// of several, a flag. Nearly UAX 29; what never ends is cut at `end`.
fn whole_end(text: &str, end: usize) -> usize {
    let mut at = end;
    for _ in 0..CLUSTER_CHARS_MAX {
        let (before, after) = text.split_at(at);
        let (Some(last), Some(next)) = (before.chars().next_back(), after.chars().next()) else { return at };
        let goes_on = is_combining_mark(next) || is_invisible(next) || matches!(next, '\u{1f3fb}'..='\u{1f3ff}');
        let flags = before.chars().rev().take_while(|&c| is_flag_half(c)).count();
        let splits_flag = is_flag_half(next) && flags % 2 == 1;
        if !goes_on && last != '\u{200d}' && !splits_flag {
            return at;
        }
        at -= last.len_utf8();
    }
    end
}

/// Characters of what is drawn as one that are looked at; the longest emoji has ten, a flag of a region as many tags.
const CLUSTER_CHARS_MAX: usize = 32;

/// Two of these are a flag.
fn is_flag_half(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

/// A body as it comes from the wire, before [`Body::parse`], so that a long one is answered and not closed on.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(transparent)]
pub struct RawBody(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_has_up_to_8000_characters_of_any_script() {
        assert!(Body::parse("好".repeat(8_000)).is_ok());
        assert_eq!(Body::parse("好".repeat(8_001)), Err(BodyFault::Long));
    }

    #[test]
    fn a_body_is_not_empty_and_has_no_nul() {
        assert_eq!(Body::parse(" \n\u{3000}".into()), Err(BodyFault::Empty));
        assert_eq!(Body::parse("a\0b".into()), Err(BodyFault::Nul));
        assert_eq!(Body::parse(" a ".into()).unwrap().as_str(), " a ");
    }

    #[test]
    fn a_body_of_what_nobody_sees_is_empty() {
        for unseen in [
            "\u{200b}",
            "\u{200e}\u{202e}",
            "\u{fe0f}",
            "\u{e0100}",
            "\u{115f}\u{1160}",
            "\u{3164}",
            "\u{ffa0}",
            "\u{2800}",
            "\u{e0067}\u{e007f}",
            "\u{ad}",
            "\u{34f}",
            "\u{feff} \u{2060}",
            "\u{1}\u{1b}\u{7f}\u{85}",
            "\u{180e}",
            "\u{2028}",
        ] {
            assert_eq!(Body::parse(unseen.into()), Err(BodyFault::Empty), "{unseen:?}");
            let seen = format!("{unseen}.{unseen}");
            assert_eq!(Body::parse(seen.clone()).unwrap().as_str(), seen, "what else is written is left as it is");
        }
    }

    /// Every character that can be seen here can be seen on the page, whose test reads the same file.
    #[test]
    fn the_table_of_what_nobody_sees_is_the_pages() {
        let ranges: Vec<[u32; 2]> = serde_json::from_str(include_str!("../../tests/unseen.json")).unwrap();
        for c in '\0'..=char::MAX {
            let listed = ranges.iter().any(|[first, last]| (*first..=*last).contains(&u32::from(c)));
            assert_eq!(is_unseen(c), listed, "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn a_line_has_no_controls_and_nothing_that_moves_its_letters() {
        for (text, wanted) in [
            ("a cat", "a cat"),
            (" a\tcat,\r\n\r\n asleep\u{2028}", "a cat, asleep"),
            ("a\u{1b}[31m cat\u{7}", "a[31m cat"),
            ("ann\u{202e}gpj.exe\u{2066}", "anngpj.exe"),
            ("صورة قطة", "صورة قطة"),
            ("👨\u{200d}👩\u{200d}👧", "👨\u{200d}👩\u{200d}👧"),
            ("\u{1}\n\u{202e}", ""),
        ] {
            assert_eq!(line(text), wanted);
        }
    }

    #[test]
    fn a_preview_keeps_whole_what_is_drawn_as_one() {
        for whole in [
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "👨🏽\u{200d}👩🏽\u{200d}👧🏽\u{200d}👦🏽",
            "👍🏿",
            "1\u{fe0f}\u{20e3}",
            "🇨🇳",
            "e\u{301}\u{302}",
            "क्\u{200d}ष",
            "ی\u{200c}",
        ] {
            let chars = whole.chars().count();
            for cut in 1..chars {
                let body = format!("{}{whole}!", "x".repeat(PREVIEW_CHARS_MAX - cut));
                let shown = preview(&body);
                assert!(shown.ends_with('x'), "{whole:?} is cut: {shown:?}");
            }
            let body = format!("{}{whole}!", "x".repeat(PREVIEW_CHARS_MAX - chars));
            assert!(preview(&body).ends_with(whole), "{whole:?} fits");
        }
        let flags = format!("x{}", "🇨🇳".repeat(100));
        assert!(preview(&flags).ends_with("🇨🇳") && preview(&flags).chars().count() == 119);
        let endless = "e".to_owned() + &"\u{301}".repeat(500);
        assert_eq!(preview(&endless).chars().count(), PREVIEW_CHARS_MAX);
    }

    #[test]
    fn a_preview_ends_between_characters() {
        let long = "é".repeat(500);
        assert_eq!(preview(&long).chars().count(), PREVIEW_CHARS_MAX);
        assert_eq!(preview("short"), "short");
    }
}
