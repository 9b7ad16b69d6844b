//! Reactions: an emoji that people put to a message, and who has.
//!
//! Everybody is told how many have put which, each what is their own, and who has whoever asks: a hall that claps costs no
//! list of names with each clap.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_properties::UnicodeEmoji;
use unicode_properties::emoji::{
    EmojiStatus, is_emoji_presentation_selector, is_regional_indicator, is_tag_character, is_zwj,
};

use super::id::UserId;
use super::limits::EMOJI_BYTES_MAX;

/// One emoji, as one picture: a sequence that UTS #51 calls possible (revision 27, section 1.4.9), of at most
/// [`EMOJI_BYTES_MAX`] bytes, without hidden tags but those of flags. One that stands alone is spelt in one way: with the
/// selector (U+FE0F) where it would be drawn as text without, and without where it would not.
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
        if text.len() <= EMOJI_BYTES_MAX && is_emoji(&text) { Ok(Self(spelt(text))) } else { Err(NoEmoji) }
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

/// See [`Emoji`].
fn spelt(text: String) -> String {
    let mut chars = text.chars();
    let Some(base) = chars.next() else { return text };
    let is_alone = chars.as_str().trim_start_matches(is_emoji_presentation_selector).is_empty();
    let is_text = matches!(
        base.emoji_status(),
        EmojiStatus::EmojiOther | EmojiStatus::EmojiOtherAndEmojiComponent | EmojiStatus::EmojiModifierBase
    );
    match (is_alone, is_text) {
        (false, _) => text,
        (true, false) => base.into(),
        (true, true) => String::from_iter([base, '\u{fe0f}']),
    }
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
    const KEYCAP: &str = "\u{fe0f}\u{20e3}";
    const FLAG: char = '\u{1f3f4}';
    const TAGS_END: char = '\u{e007f}';
    let mut chars = element.chars();
    // Half a flag is none.
    let is_base = |base: &char| base.is_emoji_char() && !is_regional_indicator(*base);
    let Some(base) = chars.next().filter(is_base) else { return false };
    let modification = chars.as_str();
    if base.is_ascii() {
        // Digits are emoji by themselves to the standard, and to nobody else.
        return modification == KEYCAP;
    }
    let mut rest = modification.chars();
    match rest.next() {
        None => true,
        Some(tone @ '\u{1f3fb}'..='\u{1f3ff}') => modification.len() == tone.len_utf8(),
        Some(selector) if is_emoji_presentation_selector(selector) => rest.as_str().is_empty(),
        // Of a country and its part (ISO 3166-2): anything else would be words that nobody sees.
        Some(tag) if is_tag_character(tag) => modification.strip_suffix(TAGS_END).is_some_and(|tags| {
            let is_letter = |tag| matches!(tag, '\u{e0030}'..='\u{e0039}' | '\u{e0061}'..='\u{e007a}');
            base == FLAG && (4..=6).contains(&tags.chars().count()) && tags.chars().all(is_letter)
        }),
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emoji_is_one_picture_of_any_kind() {
        for emoji in
            ["👍", "❤️", "❤", "☺️", "👍🏽", "🇨🇳", "🇦🇶", "#️⃣", "7️⃣", "👨‍👩‍👧‍👦", "🏳️‍🌈", "👩🏿‍🚒", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🫨", "✊🏻", "©️", "🧑🏻‍❤️‍💋‍🧑🏿"]
        {
            assert!(Emoji::try_from(emoji.to_owned()).is_ok(), "{emoji}");
        }
    }

    #[test]
    fn each_is_spelt_in_one_way() {
        for (typed, spelt) in
            [("❤", "❤\u{fe0f}"), ("❤\u{fe0f}", "❤\u{fe0f}"), ("👍\u{fe0f}", "👍"), ("👍", "👍"), ("👍🏽", "👍🏽")]
        {
            assert_eq!(Emoji::try_from(typed.to_owned()).as_ref().map(Emoji::as_str), Ok(spelt));
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
            "7⃣",
            "🍕\u{e0068}\u{e0065}\u{e006c}\u{e006c}\u{e007f}",
            "🏴\u{e0061}\u{e007f}",
        ] {
            assert_eq!(Emoji::try_from(text.to_owned()), Err(NoEmoji), "{text:?}");
        }
        // Joined without end.
        let long = ["👍"; 40].join("\u{200d}");
        assert_eq!(Emoji::try_from(long), Err(NoEmoji));
    }
}
