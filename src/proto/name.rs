//! Names that people give, as they are shown: of a person and of a room.
//!
//! A shown name is NFC, has no white space around it and single spaces within, and holds nothing that cannot be
//! seen or that changes how the text around it is laid out. Which two names of people are too alike is
//! told in [`user_name`](super::user_name).

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{is_combining_mark, is_public_assigned};

use super::code::ErrorCode;
use super::limits::{NAME_MARKS_MAX, ROOM_NAME_CHARS_MAX, USER_NAME_CHARS_MAX};

/// A person's name as it is shown, 1 to 32 characters, or `name_invalid`.
pub fn parse_user_name(text: &str) -> Result<String, ErrorCode> {
    parse(text, USER_NAME_CHARS_MAX)
}

/// A room's name as it is shown, 1 to 64 characters, or `name_invalid`.
pub fn parse_room_name(text: &str) -> Result<String, ErrorCode> {
    parse(text, ROOM_NAME_CHARS_MAX)
}

/// Whether Unicode says that this character is drawn as nothing (Default_Ignorable_Code_Point).
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// White space, and the one symbol that is drawn as a blank.
pub fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{2800}'
}

fn parse(text: &str, chars_max: usize) -> Result<String, ErrorCode> {
    // A composed character comes from a few; more than this cannot become a name, so it is not even normalised.
    if text.len() > chars_max * 32 {
        return Err(ErrorCode::NameInvalid);
    }
    let chars: Vec<char> = text.nfc().collect();
    if chars.iter().copied().any(is_refused) {
        return Err(ErrorCode::NameInvalid);
    }
    let mut shown = String::with_capacity(text.len());
    let mut space = false;
    for (at, &c) in chars.iter().enumerate() {
        if is_blank(c) {
            space = !shown.is_empty();
        } else if !is_invisible(c) || (!space && has_meaning(c, &shown, &chars[at..])) {
            if space {
                shown.push(' ');
            }
            space = false;
            shown.push(c);
        }
    }
    // What was dropped may have stood between two characters that compose.
    let shown: String = shown.nfc().collect();
    let fits = (1..=chars_max).contains(&shown.chars().count());
    if fits && !has_loose_marks(&shown) { Ok(shown) } else { Err(ErrorCode::NameInvalid) }
}

/// Controls, what turns the direction of the text around it, stand-ins for other things, and what has no meaning
/// that everyone shares (private use, unassigned).
///
/// These are refused rather than dropped: the name would not look as it did where it was typed.
fn is_refused(c: char) -> bool {
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let stands_in = matches!(c, '\u{fff9}'..='\u{fffd}');
    // Unassigned invisibles are dropped like the others: a later Unicode may use them within a character.
    let unknown = !is_public_assigned(c) && !is_invisible(c);
    (c.is_control() && !c.is_whitespace()) || turns || stands_in || unknown
}

/// Whether an invisible character changes how its neighbours are drawn, as some scripts and emoji need. `rest` begins
/// with it.
fn has_meaning(c: char, shown: &str, rest: &[char]) -> bool {
    let Some(left) = shown.chars().next_back() else {
        return false;
    };
    let right = rest.get(1).copied();
    let letters = || is_of_joining_script(left) && right.is_some_and(is_of_joining_script);
    let emoji = || (left == '\u{fe0f}' || is_symbol(left)) && right.is_some_and(is_symbol);
    match c {
        // Persian and the Indic scripts choose the shapes of letters with these.
        '\u{200c}' => letters(),
        '\u{200d}' => letters() || emoji(),
        '\u{e0020}'..='\u{e007f}' => is_in_flag(shown, rest),
        // Mongolian letters have several shapes.
        '\u{180b}'..='\u{180d}' | '\u{180f}' => is_mongolian(left),
        '\u{180e}' => is_mongolian(left) && right.is_some_and(is_mongolian),
        // Text or emoji form of a symbol or of a keycap's digit.
        '\u{fe0e}' | '\u{fe0f}' => is_symbol(left) || (right == Some('\u{20e3}') && left.is_ascii()),
        // The form of a Chinese character that a Japanese family name is written with.
        '\u{e0100}'..='\u{e01ef}' => is_han(left),
        _ => false,
    }
}

/// What follows the black flag in those of England, Scotland and Wales: the regions whose flag Unicode knows as an emoji
/// (UTS 51, `RGI_Emoji_Tag_Sequence`), in letters of tags, ended by the last tag.
const FLAGS: [&str; 3] = ["gbeng", "gbsct", "gbwls"];

/// Whether the tag that `rest` begins with is part of one of [`FLAGS`], of which the tags before are in `shown`.
fn is_in_flag(shown: &str, rest: &[char]) -> bool {
    let before: Vec<char> = shown.chars().rev().map_while(tag_letter).collect();
    let base = shown.chars().rev().nth(before.len());
    let all: String = before.iter().rev().copied().chain(rest.iter().copied().map_while(tag_letter)).collect();
    let region = all.split_once('.').map(|(region, _)| region);
    base == Some('\u{1f3f4}') && !before.contains(&'.') && region.is_some_and(|region| FLAGS.contains(&region))
}

/// The letter or digit that a tag stands for, and a full stop for the tag that ends a flag.
pub fn tag_letter(c: char) -> Option<char> {
    match c {
        '\u{e007f}' => Some('.'),
        '\u{e0020}'..='\u{e007e}' => char::from_u32(u32::from(c) - 0xe0000),
        _ => None,
    }
}

fn is_mongolian(c: char) -> bool {
    matches!(c, '\u{1820}'..='\u{18aa}')
}

fn is_of_joining_script(c: char) -> bool {
    let written_joined = matches!(c, '\u{600}'..='\u{fff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{18af}');
    written_joined && (c.is_alphanumeric() || is_combining_mark(c))
}

fn is_symbol(c: char) -> bool {
    c >= '\u{a9}' && !c.is_alphanumeric() && !is_combining_mark(c) && !is_invisible(c) && !is_blank(c)
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Marks without a character to stand on, or so many on one that they cover the lines above and below.
fn has_loose_marks(shown: &str) -> bool {
    let mut room = 0;
    for c in shown.chars() {
        if !is_combining_mark(c) {
            room = if c == ' ' { 0 } else { NAME_MARKS_MAX };
        } else if room == 0 {
            return true;
        } else {
            room -= 1;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> String {
        parse_user_name(text).unwrap_or_else(|_| panic!("{text:?} is a name"))
    }

    const ENGLAND: &str = "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}";

    fn refused(text: &str) {
        assert_eq!(parse_user_name(text), Err(ErrorCode::NameInvalid), "{text:?}");
    }

    #[test]
    fn a_name_is_of_any_script() {
        for name in ["Ada", "王小明", "Ælfgifu", "山田 太郎", "Ольга", "مریم", "गौरी", "ཀརྨ", "1", "😀", "O'Neil-Fry"]
        {
            assert_eq!(shown(name), name);
        }
    }

    #[test]
    fn white_space_is_trimmed_and_made_single() {
        assert_eq!(shown("  Ada \t\u{3000} \n Lovelace\u{a0}"), "Ada Lovelace");
        assert_eq!(shown("\u{2800}Ada"), "Ada");
        refused("");
        refused(" \u{3000}\u{2800}\n");
    }

    #[test]
    fn a_name_is_composed() {
        assert_eq!(shown("Zoe\u{308}"), "Zo\u{eb}");
        assert_eq!(shown("Zoe\u{200b}\u{308}"), "Zo\u{eb}");
    }

    #[test]
    fn names_have_their_length() {
        assert_eq!(shown(&"好".repeat(32)).chars().count(), 32);
        refused(&"好".repeat(33));
        assert_eq!(parse_room_name(&"好".repeat(64)).map(|n| n.chars().count()), Ok(64));
        assert_eq!(parse_room_name(&"好".repeat(65)), Err(ErrorCode::NameInvalid));
        refused(&" ".repeat(5_000));
    }

    #[test]
    fn invisible_characters_are_dropped() {
        for c in ["\u{200b}", "\u{ad}", "\u{feff}", "\u{2060}", "\u{200e}", "\u{34f}", "\u{3164}", "\u{e0041}"] {
            assert_eq!(shown(&format!("A{c}da")), "Ada", "{c:?}");
            refused(c);
        }
        assert_eq!(shown("A\u{200d}d\u{200c}a\u{fe0f}"), "Ada");
    }

    #[test]
    fn joiners_stay_where_scripts_and_emoji_need_them() {
        for name in [
            "می\u{200c}نا",
            "ක්\u{200d}ෂ",
            "👩\u{200d}🚀",
            "👩🏽\u{200d}🚀",
            "❤\u{fe0f}\u{200d}🔥",
            "1\u{fe0f}\u{20e3}",
            "葛\u{e0100}城",
            "👨🏽\u{200d}👩🏽\u{200d}👧🏽\u{200d}👦🏽",
            "🏳\u{fe0f}\u{200d}🌈",
            "🏴\u{200d}☠\u{fe0f}",
            "👍🏿 🇨🇳",
            "क्\u{200d}ष",
            "ᠮᠣᠩᠭᠣᠯ\u{180b}",
            ENGLAND,
            "A 🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f} b",
            "🏴\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
        ] {
            assert_eq!(shown(name), name);
        }
        // Without its last tag, without its flag, and of a region that has none.
        assert_eq!(shown(&ENGLAND[..ENGLAND.len() - 4]), "🏴");
        assert_eq!(shown(&ENGLAND.replace('🏴', "a")), "a");
        assert_eq!(shown("🏴\u{e0075}\u{e0073}\u{e0074}\u{e0078}\u{e007f}"), "🏴");
        assert_eq!(shown(&format!("{ENGLAND}\u{e0067}")), ENGLAND);
        assert_eq!(shown("مینا\u{200c}"), "مینا");
        assert_eq!(shown("👩\u{200d}"), "👩");
        assert_eq!(shown("👩\u{200d}a"), "👩a");
    }

    #[test]
    fn what_would_lay_out_the_text_around_it_is_refused() {
        for c in ['\0', '\u{1b}', '\u{7f}', '\u{202e}', '\u{2066}', '\u{fffc}', '\u{e000}', '\u{ffff}', '\u{378}'] {
            refused(&format!("A{c}da"));
        }
    }

    #[test]
    fn marks_stand_on_something_and_do_not_pile_up() {
        assert_eq!(shown("Việt"), "Việt");
        refused("\u{301}Ada");
        refused("Ada \u{301}b");
        let piled = |marks: usize| format!("x{}", "\u{338}".repeat(marks));
        assert_eq!(shown(&piled(NAME_MARKS_MAX)).chars().count(), 1 + NAME_MARKS_MAX);
        refused(&piled(NAME_MARKS_MAX + 1));
    }

    #[test]
    fn the_table_of_invisible_characters_is_unicodes() {
        // A skeleton leaves out exactly the default ignorable characters.
        for c in '\0'..=char::MAX {
            let mut buffer = [0; 4];
            let drawn = unicode_security::skeleton(c.encode_utf8(&mut buffer)).next().is_some();
            assert_eq!(is_invisible(c), !drawn, "U+{:04X}", c as u32);
        }
    }

    proptest! {
        #[test]
        fn a_shown_name_parses_to_itself(text in "\\PC{0,40}|[a-z \u{301}\u{200d}\u{fe0f}❤👩می\u{200c}]{0,40}") {
            if let Ok(name) = parse_user_name(&text) {
                prop_assert_eq!(parse_user_name(&name), Ok(name));
            }
        }
    }
}
