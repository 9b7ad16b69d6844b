//! How texts are compared when people look for something: "with or without".
//!
//! Case, width, accents, the points of Hebrew, the vowel marks and the lengthening stroke of Arabic, and the several
//! forms of one letter make no difference, and a letter of another alphabet's keyboard is found by the letters that
//! people type for it (`ł` by `l`, `æ` by `ae`). Search, the filters of the page and the box's name fold alike: the
//! page has these tables in `ui/src/parts/foldTable.ts`, which is generated from here.

use std::ops::{Range, RangeInclusive};

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, is_nfc_quick};

/// Letters that Unicode does not decompose, small, and what is typed for them; from a keyboard without them, or in a
/// neighbouring spelling of the same script. Arabic as in Lucene's ArabicNormalizer and PersianNormalizer. In order.
pub(super) const LETTERS: &[(char, &str)] = &[
    ('æ', "ae"),
    ('ð', "d"),
    ('ø', "o"),
    ('þ', "th"),
    ('đ', "d"),
    ('ħ', "h"),
    ('ı', "i"),
    ('ĸ', "k"),
    ('ł', "l"),
    ('ŋ', "n"),
    ('œ', "oe"),
    ('ŧ', "t"),
    ('ƀ', "b"),
    ('ƈ', "c"),
    ('ƌ', "d"),
    ('ƒ', "f"),
    ('ƙ', "k"),
    ('ƚ', "l"),
    ('ƞ', "n"),
    ('ƥ', "p"),
    ('ƭ', "t"),
    ('ƴ', "y"),
    ('ƶ', "z"),
    ('ǝ', "e"),
    ('ǥ', "g"),
    ('ȥ', "z"),
    ('ȼ', "c"),
    ('ɇ', "e"),
    ('ɉ', "j"),
    ('ɍ', "r"),
    ('ɏ', "y"),
    ('ɓ', "b"),
    ('ɔ', "o"),
    ('ɖ', "d"),
    ('ɗ', "d"),
    ('ə', "e"),
    ('ɛ', "e"),
    ('ɠ', "g"),
    ('ɨ', "i"),
    ('ɫ', "l"),
    ('ɲ', "n"),
    ('ɵ', "o"),
    ('ʉ', "u"),
    ('ʋ', "v"),
    // Teh marbuta, alef maksura; alef wasla; keheh, heh goal, yeh and kaf of Persian and Urdu.
    ('\u{629}', "\u{647}"),
    ('\u{649}', "\u{64a}"),
    ('٠', "0"),
    ('١', "1"),
    ('٢', "2"),
    ('٣', "3"),
    ('٤', "4"),
    ('٥', "5"),
    ('٦', "6"),
    ('٧', "7"),
    ('٨', "8"),
    ('٩', "9"),
    ('\u{671}', "\u{627}"),
    ('\u{6a9}', "\u{643}"),
    ('\u{6c1}', "\u{647}"),
    ('\u{6cc}', "\u{64a}"),
    ('۰', "0"),
    ('۱', "1"),
    ('۲', "2"),
    ('۳', "3"),
    ('۴', "4"),
    ('۵', "5"),
    ('۶', "6"),
    ('۷', "7"),
    ('۸', "8"),
    ('۹', "9"),
    ('ⱥ', "a"),
    ('ⱦ', "t"),
];

/// Characters that make no difference wherever they stand, after decomposition. In order.
pub(super) const DROPPED: &[RangeInclusive<char>] = &[
    // Soft hyphen; marks like apostrophes, within words of Hawaiian and of transliterations; the grapheme joiner.
    '\u{ad}'..='\u{ad}',
    '\u{2bb}'..='\u{2bc}',
    '\u{2be}'..='\u{2bf}',
    '\u{34f}'..='\u{34f}',
    // Points and accents of Hebrew.
    '\u{591}'..='\u{5bd}',
    '\u{5bf}'..='\u{5bf}',
    '\u{5c1}'..='\u{5c2}',
    '\u{5c4}'..='\u{5c5}',
    '\u{5c7}'..='\u{5c7}',
    // Arabic: tatweel, vowel marks, hamza above and below, and what stands beside the verses of the Koran.
    '\u{610}'..='\u{61a}',
    '\u{61c}'..='\u{61c}',
    '\u{640}'..='\u{640}',
    '\u{64b}'..='\u{65f}',
    '\u{670}'..='\u{670}',
    '\u{6d6}'..='\u{6dc}',
    '\u{6df}'..='\u{6e4}',
    '\u{6e7}'..='\u{6e8}',
    '\u{6ea}'..='\u{6ed}',
    '\u{8ca}'..='\u{8e1}',
    '\u{8e3}'..='\u{8ff}',
    // Joiners, directions, variation selectors: how others look.
    '\u{180b}'..='\u{180f}',
    '\u{200c}'..='\u{200f}',
    '\u{202a}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{fb1e}'..='\u{fb1e}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    // The skins of emoji; which region a flag is of.
    '\u{1f3fb}'..='\u{1f3ff}',
    '\u{e0020}'..='\u{e007f}',
    '\u{e0100}'..='\u{e01ef}',
];

/// Letters from which accents are taken, after decomposition: Latin, Greek and Cyrillic. Elsewhere a mark makes
/// another letter. In order.
pub(super) const BARE: &[RangeInclusive<char>] = &[
    'A'..='Z',
    'a'..='z',
    '\u{c0}'..='\u{2af}',
    '\u{370}'..='\u{52f}',
    '\u{1c80}'..='\u{1c8f}',
    '\u{1d00}'..='\u{1dbf}',
    '\u{1e00}'..='\u{1fff}',
    '\u{2c60}'..='\u{2c7f}',
    '\u{a640}'..='\u{a69f}',
    '\u{a720}'..='\u{a7ff}',
    '\u{ab30}'..='\u{ab6f}',
];

/// A whole text folded, for comparing names; outer white space does not matter.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for_each_folded(text, |c, _| folded.push(c));
    folded.trim().to_owned()
}

/// Gives each folded character with the bytes of the original that it came from.
pub fn for_each_folded(text: &str, mut give: impl FnMut(char, Range<usize>)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        // Most text is ASCII; a mark that would change it is not.
        if byte.is_ascii() && bytes.get(at + 1).is_none_or(u8::is_ascii) {
            give(char::from(byte.to_ascii_lowercase()), at..at + 1);
            at += 1;
            continue;
        }
        let end = cluster_end(text, at);
        let cluster = &text[at..end];
        match cluster.chars().next() {
            Some(c) if is_stable(c) && c.len_utf8() == cluster.len() => give(c, at..end),
            _ => fold_cluster(cluster, |c| give(c, at..end)),
        }
        at = end;
    }
}

/// A character of Arabic or Hebrew, after decomposition, as it is without points, marks and strokes and in its plain form;
/// `None` for one that makes no difference. Digits and other scripts stay as they are.
pub(super) fn without_points(c: char) -> Option<char> {
    let range = '\u{591}'..='\u{8ff}';
    if !range.contains(&c) {
        return Some(c);
    }
    if is_in(DROPPED, c) {
        return None;
    }
    let at = LETTERS.binary_search_by_key(&c, |&(letter, _)| letter).ok();
    let plain = at.and_then(|at| LETTERS[at].1.chars().next()).filter(|plain| range.contains(plain));
    Some(plain.unwrap_or(c))
}

/// Signs that mean something by themselves: emoji, arrows, currencies, signs of mathematics, and those of ASCII that
/// are part of what things are called (`C++`, `C#`, `R&D`). Punctuation is none.
pub fn is_symbol(c: char) -> bool {
    matches!(c, '#' | '$' | '%' | '&' | '+' | '<' | '=' | '>' | '@' | '^' | '|' | '~')
        || (matches!(c,
            '\u{a2}'..='\u{a9}' | '\u{ac}' | '\u{ae}'..='\u{b1}' | '\u{b6}' | '\u{d7}' | '\u{f7}' | '\u{2020}'..='\u{2022}'
            | '\u{2030}'..='\u{2031}' | '\u{20a0}'..='\u{20cf}' | '\u{2100}'..='\u{2307}' | '\u{230c}'..='\u{2328}'
            | '\u{232b}'..='\u{2767}' | '\u{2776}'..='\u{27c4}' | '\u{27c7}'..='\u{27e5}' | '\u{27f0}'..='\u{2982}'
            | '\u{2999}'..='\u{29d7}' | '\u{29dc}'..='\u{29fb}' | '\u{29fe}'..='\u{2bff}' | '\u{3004}'
            | '\u{3012}'..='\u{3013}' | '\u{3020}' | '\u{4dc0}'..='\u{4dff}' | '\u{fdfc}' | '\u{1d100}'..='\u{1d1ff}'
            | '\u{1f000}'..='\u{1f3fa}' | '\u{1f400}'..='\u{1faff}')
            && !c.is_alphanumeric())
}

/// Where the character at `at` ends, with all that may compose with it or only changes its looks.
fn cluster_end(text: &str, at: usize) -> usize {
    let mut before = None;
    for (offset, c) in text[at..].char_indices() {
        // Emoji that are joined are one picture.
        let joined = before == Some('\u{200d}') && is_symbol(c);
        if before.is_some() && !joined && !joins(c) {
            return at + offset;
        }
        before = Some(c);
    }
    text.len()
}

/// Whether a character belongs to the one before it.
fn joins(c: char) -> bool {
    if c.is_ascii() || is_stable(c) {
        return false;
    }
    // A half-width voiced mark becomes a combining one, a half-width jamo a conjoining one.
    let first = std::iter::once(c).nfkd().next().unwrap_or(c);
    is_in(DROPPED, c)
        || canonical_combining_class(first) != 0
        || is_nfc_quick(std::iter::once(first)) == IsNormalized::Maybe
}

/// NFKC, case folded, without what makes no difference.
fn fold_cluster(cluster: &str, give: impl FnMut(char)) {
    let folded = cluster.nfkd().flat_map(fold_case).nfkd();
    let mut bare = String::with_capacity(cluster.len());
    let mut accents_matter = true;
    for c in folded.filter(|&c| !is_in(DROPPED, c)) {
        if canonical_combining_class(c) == 0 {
            accents_matter = !is_in(BARE, c);
        } else if !accents_matter {
            continue;
        }
        match LETTERS.binary_search_by_key(&c, |&(letter, _)| letter) {
            Ok(at) => bare.push_str(LETTERS[at].1),
            Err(_) => bare.push(c),
        }
    }
    bare.nfc().for_each(give);
}

/// Close to Unicode's full case folding, from the three mappings at hand: `ẞ` and `ß` become `ss`, `ς` becomes `σ`.
fn fold_case(c: char) -> impl Iterator<Item = char> {
    c.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase)
}

/// Common letters that folding leaves as they are.
fn is_stable(c: char) -> bool {
    matches!(c,
        '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}' | '\u{3001}' | '\u{3002}')
}

fn is_in(ranges: &[RangeInclusive<char>], c: char) -> bool {
    let at = ranges.partition_point(|range| *range.end() < c);
    ranges.get(at).is_some_and(|range| range.contains(&c))
}

/// Texts and what they fold to, for both sides' tests.
#[cfg(test)]
pub(super) fn examples() -> Vec<(String, String)> {
    let texts = [
        "Łódź",
        "Đorđe",
        "smørrebrød",
        "SMØRREBRØD",
        "Ægir",
        "Þór",
        "Ħamrun",
        "Straße",
        "STRASSE",
        "Œuvre",
        "IĞDIR",
        "ığdır",
        "Ｆｕｌｌ",
        "crème",
        "cre\u{300}me",
        "ǿ",
        "Ёлка",
        "ΣΊΣΥΦΟΣ",
        "ｶﾞ",
        "が",
        "か",
        "हिन्दी",
        "部署",
        "서울",
        "한",
        "\u{1112}\u{1161}\u{11ab}",
        "العــربية",
        "مُحَمَّد",
        "محمد",
        "أحمد",
        "إسلام",
        "آمنة",
        "مؤمن",
        "رئيس",
        "ٱلله",
        "مدرسة",
        "على",
        "کتابی",
        "שָׁלוֹם",
        "שלום",
        "שּׁ",
        "Hawaiʻi",
        "٢٠٢٦",
        "۱۲",
        "soft\u{ad}hyphen",
        "👍🏽",
        "👩‍👩‍👧",
        "❤️",
        "ﬁx",
        "㎏",
        " Ada ",
        "İstanbul",
        "Việt Nam",
        "ŉ",
        "ſ",
        "ᾳ",
        "Å",
        "Ǆ",
    ];
    let letters = LETTERS.iter().map(|(letter, _)| letter.to_string());
    texts.into_iter().map(str::to_owned).chain(letters).map(|text| (text.clone(), fold(&text))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn alike(one: &str, other: &str) {
        assert_eq!(fold(one), fold(other), "{one} and {other}");
    }

    #[test]
    fn letters_that_do_not_decompose_are_found_by_what_is_typed_for_them() {
        for (one, other) in [
            ("Łódź", "lodz"),
            ("Đorđe", "Dorde"),
            ("smørrebrød", "SMORREBROD"),
            ("Ægir", "aegir"),
            ("Þór", "thor"),
            ("Ħamrun", "hamrun"),
            ("Straße", "STRASSE"),
            ("Guðmundur", "gudmundur"),
            ("ığdır", "Igdir"),
            ("Œuvre", "oeuvre"),
            ("ǿ", "o"),
            ("Hawaiʻi", "hawaii"),
        ] {
            alike(one, other);
        }
    }

    #[test]
    fn arabic_is_found_with_or_without_marks_and_strokes() {
        for (one, other) in [
            ("العــربية", "العربية"),
            ("مُحَمَّد", "محمد"),
            ("أحمد", "احمد"),
            ("إسلام", "اسلام"),
            ("آمنة", "امنه"),
            ("مؤمن", "مومن"),
            ("رئيس", "رييس"),
            ("ٱلله", "الله"),
            ("على", "علي"),
            ("کتابی", "كتابي"),
            ("٢٠٢٦", "2026"),
        ] {
            alike(one, other);
        }
        assert_ne!(fold("بيت"), fold("بنت"), "dots make other letters");
    }

    #[test]
    fn hebrew_is_found_with_or_without_points() {
        alike("שָׁלוֹם", "שלום");
        alike("\u{fb2c}", "ש");
        assert_ne!(fold("שלום"), fold("שלומ"), "a final letter is another one");
    }

    #[test]
    fn letters_of_other_scripts_keep_the_marks_that_make_them() {
        for (one, other) in [("か", "が"), ("क", "कि"), ("ก", "กี")] {
            assert_ne!(fold(one), fold(other));
        }
    }

    #[test]
    fn the_tables_are_in_order_and_no_letter_folds_on() {
        for letters in LETTERS.windows(2) {
            assert!(letters[0].0 < letters[1].0, "{}", letters[0].0);
        }
        for ranges in [DROPPED, BARE] {
            assert!(ranges.iter().all(|range| range.start() <= range.end()));
            assert!(ranges.is_sorted_by(|one, next| one.end() < next.start()));
        }
        for (letter, plain) in LETTERS {
            assert_eq!(fold(&letter.to_string()), *plain, "{letter}");
            assert_eq!(fold(plain), *plain, "{letter}");
        }
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,40}|[ا-ي\u{640}-\u{65f}א-ת\u{591}-\u{5c7}ÆøłĐa]{0,20}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn composed_and_decomposed_text_fold_alike(text in "\\PC{0,40}|[آأؤإئۀۂۓשׁשׂá]{0,20}") {
            let composed: String = text.nfc().collect();
            let decomposed: String = text.nfd().collect();
            prop_assert_eq!(fold(&composed), fold(&decomposed));
        }

        #[test]
        fn folding_by_clusters_loses_nothing_that_normalizing_keeps(text in "[\u{ac00}-\u{acff}\u{1100}-\u{11ff}か゛\u{3099}ｶﾞ가-각漢字क-ी]{0,20}") {
            let normalized: String = text.nfkc().collect();
            prop_assert_eq!(fold(&text), normalized.trim());
        }
    }
}
