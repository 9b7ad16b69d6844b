//! Reactions: an emoji that people put to a message, and who has.
//!
//! Everybody is told how many have put which, each what is their own, and who has whoever asks: a hall that claps costs no
//! list of names with each clap.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_properties::UnicodeEmoji;
use unicode_properties::emoji::{is_emoji_presentation_selector, is_regional_indicator, is_tag_character, is_zwj};

use super::id::UserId;
use super::limits::EMOJI_BYTES_MAX;

/// One emoji, as one picture: a sequence that UTS #51 calls possible (revision 27, section 1.4.9), of at most
/// [`EMOJI_BYTES_MAX`] bytes.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(try_from = "String")]
pub struct Emoji(String);

/// A text is no emoji, or several.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NoEmoji;

impl Emoji {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NoEmoji {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no single emoji")
    }
}

impl TryFrom<String> for Emoji {
    type Error = NoEmoji;

    fn try_from(text: String) -> Result<Self, NoEmoji> {
        if text.len() <= EMOJI_BYTES_MAX && is_emoji(&text) { Ok(Self(text)) } else { Err(NoEmoji) }
    }
}

/// How many have put an emoji to a message.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Reaction(pub Emoji, pub u32);

/// Who has put an emoji to a message.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ReactedBy {
    pub emoji: Emoji,
    pub count: u32,
    /// The first of them, at most [`REACTED_BY_MAX`](super::limits::REACTED_BY_MAX); to a guest those they share the room with.
    pub by: Vec<UserId>,
}

/// The answer to the question who has reacted to a message.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Reactions {
    pub reactions: Vec<ReactedBy>,
}

/// The grammar's `flag_sequence | zwj_element (zwj zwj_element)*`.
fn is_emoji(text: &str) -> bool {
    let mut chars = text.chars();
    if let (Some(first), Some(second), None) = (chars.next(), chars.next(), chars.next())
        && is_regional_indicator(first)
        && is_regional_indicator(second)
    {
        return true;
    }
    !text.is_empty() && text.split(is_zwj).all(is_element)
}

/// The grammar's `zwj_element`: an emoji, and how it is modified.
fn is_element(element: &str) -> bool {
    const KEYCAP: char = '\u{20e3}';
    const TAGS_END: char = '\u{e007f}';
    let mut chars = element.chars();
    // Half a flag is none.
    let is_base = |base: &char| base.is_emoji_char() && !is_regional_indicator(*base);
    let Some(base) = chars.next().filter(is_base) else { return false };
    let modification = chars.as_str();
    if base.is_ascii() {
        // Digits are emoji by themselves to the standard, and to nobody else.
        return modification.trim_start_matches(is_emoji_presentation_selector) == KEYCAP.to_string();
    }
    let mut rest = modification.chars();
    match rest.next() {
        None => true,
        Some(tone @ '\u{1f3fb}'..='\u{1f3ff}') => modification.len() == tone.len_utf8(),
        Some(selector) if is_emoji_presentation_selector(selector) => rest.as_str().is_empty(),
        Some(tag) if is_tag_character(tag) => modification
            .strip_suffix(TAGS_END)
            .is_some_and(|tags| !tags.is_empty() && tags.chars().all(|tag| is_tag_character(tag) && tag != TAGS_END)),
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emoji_is_one_picture_of_any_kind() {
        for emoji in
            ["👍", "❤️", "❤", "☺️", "👍🏽", "🇨🇳", "🇦🇶", "#️⃣", "7️⃣", "7⃣", "👨‍👩‍👧‍👦", "🏳️‍🌈", "👩🏿‍🚒", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🫨", "✊🏻", "©️", "🧑🏻‍❤️‍💋‍🧑🏿"]
        {
            assert!(Emoji::try_from(emoji.to_owned()).is_ok(), "{emoji}");
        }
    }

    #[test]
    fn what_is_no_emoji_or_more_than_one_is_none() {
        for text in [
            "",
            " ",
            "a",
            "7",
            "#",
            "👍👍",
            "👍 ",
            " 👍",
            "笑",
            "👍a",
            "a👍",
            "🇨",
            "🇨🇳🇨🇳",
            "\u{200d}",
            "👍\u{200d}",
            "\u{200d}👍",
            "\u{fe0f}",
            "👍🏽🏽",
            "👍\u{fe0f}\u{fe0f}",
            "\u{202e}👍",
            "<b>",
            "🏴\u{e0067}",
            "🏴\u{e007f}",
            "7\u{fe0f}",
            "👍\u{20e3}",
        ] {
            assert_eq!(Emoji::try_from(text.to_owned()), Err(NoEmoji), "{text:?}");
        }
        // Joined without end.
        let long = ["👍"; 40].join("\u{200d}");
        assert_eq!(Emoji::try_from(long), Err(NoEmoji));
    }
}
