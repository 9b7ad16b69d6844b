//! Text cut into the atoms that search compares: whole words, single letters of scripts written without spaces, and
//! symbols.
//!
//! Stored text and queries are folded ([`fold`](crate::proto::fold)) and cut alike, so that case, width, accents and
//! compatibility forms never come between a person and a message. Every atom knows which bytes of the original it came
//! from, for highlighting.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use crate::proto::fold::{for_each_folded, is_symbol};
use crate::proto::script::is_unspaced;

/// Bytes of a word that the index holds; what is longer (a link, base64) is told apart by reading the message.
const INDEX_WORD_BYTES_MAX: usize = 48;

/// What an atom is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// One letter of a script that puts no spaces between words.
    Letter,
    /// An emoji, an arrow, a plus sign.
    Symbol,
    /// A run of letters and digits of any other script.
    Word,
}

/// The smallest thing that is found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Atom {
    pub(super) kind: Kind,
    /// A letter directly after the letter before it, or a symbol directly after anything.
    pub(super) glued: bool,
    /// Bytes of the folded text.
    folded: Range<usize>,
    /// Bytes of the original text.
    pub(super) origin: Range<usize>,
}

impl Atom {
    /// Whether it and the letter before it are one index word.
    fn is_letter_after_letter(&self) -> bool {
        self.kind == Kind::Letter && self.glued
    }
}

/// A text's atoms in order. Its buffers are reused from text to text.
#[derive(Debug, Default)]
pub(in crate::store) struct Segments {
    folded: String,
    atoms: Vec<Atom>,
    /// The atoms without the symbols, where there are any: who looks for words looks past these.
    words: Vec<Atom>,
}

impl Segments {
    pub(super) fn of(text: &str) -> Self {
        let mut segments = Self::default();
        segments.read(text);
        segments
    }

    pub(super) fn atoms(&self) -> &[Atom] {
        &self.atoms
    }

    /// The atoms that are no symbols.
    pub(super) fn words(&self) -> &[Atom] {
        if self.words.is_empty() { &self.atoms } else { &self.words }
    }

    /// The folded text of one of these atoms.
    pub(super) fn text(&self, atom: &Atom) -> &str {
        &self.folded[atom.folded.clone()]
    }

    /// Replaces what was here by the atoms of `text`.
    pub(super) fn read(&mut self, text: &str) {
        self.folded.clear();
        self.atoms.clear();
        let mut cut = Cut { segments: self, word: None, gap: true };
        for_each_folded(text, |c, origin| cut.take(c, origin));
        cut.end_word();
        self.words.clear();
        if self.atoms.iter().any(|atom| atom.kind == Kind::Symbol) {
            self.words.extend(self.atoms.iter().filter(|atom| atom.kind != Kind::Symbol).cloned());
        }
    }

    /// The words that the index holds for this text, each once, in order: whole words, symbols, pairs of neighbouring
    /// letters, and each run's last letter alone, so that a single letter is the beginning of some index word wherever it stands.
    pub(super) fn index_words(&self) -> Vec<&str> {
        let mut words = Vec::with_capacity(self.atoms.len());
        for (i, atom) in self.atoms.iter().enumerate() {
            words.push(match (atom.kind, self.atoms.get(i + 1)) {
                (Kind::Letter, Some(next)) if next.is_letter_after_letter() => {
                    &self.folded[atom.folded.start..next.folded.end]
                }
                (Kind::Letter | Kind::Symbol, _) => self.text(atom),
                (Kind::Word, _) => index_word(self.text(atom)),
            });
        }
        words.sort_unstable();
        words.dedup();
        words
    }
}

/// What the index holds of a word: its first bytes, ending between characters.
pub(super) fn index_word(word: &str) -> &str {
    let end = (0..=INDEX_WORD_BYTES_MAX.min(word.len())).rev().find(|&end| word.is_char_boundary(end));
    &word[..end.unwrap_or(0)]
}

/// Cuts a stream of folded characters into atoms.
struct Cut<'a> {
    segments: &'a mut Segments,
    /// The word under way: where it began in the folded and in the original text, and where it ends in the latter.
    word: Option<(usize, Range<usize>)>,
    /// Something that is no atom stands before what comes next.
    gap: bool,
}

impl Cut<'_> {
    fn take(&mut self, c: char, origin: Range<usize>) {
        if is_unspaced(c) {
            self.end_word();
            let after_letter = self.segments.atoms.last().is_some_and(|last| last.kind == Kind::Letter);
            let start = self.segments.folded.len();
            self.segments.folded.push(c);
            let folded = start..self.segments.folded.len();
            let glued = after_letter && !self.gap;
            self.segments.atoms.push(Atom { kind: Kind::Letter, glued, folded, origin });
            self.gap = false;
        } else if self.completes_flag(c) {
            self.segments.folded.push(c);
            if let Some(flag) = self.segments.atoms.last_mut() {
                flag.folded.end += c.len_utf8();
                flag.origin.end = origin.end;
            }
        } else if is_symbol(c) {
            self.end_word();
            let start = self.segments.folded.len();
            self.segments.folded.push(c);
            let folded = start..self.segments.folded.len();
            let glued = !self.gap && !self.segments.atoms.is_empty();
            self.segments.atoms.push(Atom { kind: Kind::Symbol, glued, folded, origin });
            self.gap = false;
        } else if c.is_alphanumeric() || (self.word.is_some() && is_combining_mark(c)) {
            let start = self.segments.folded.len();
            self.segments.folded.push(c);
            let (_, range) = self.word.get_or_insert_with(|| (start, origin.clone()));
            range.end = origin.end;
        } else {
            self.end_word();
            self.gap = true;
        }
    }

    /// Whether this is the second half of a flag: its letters pair up from the start of their run (UAX 29, GB12).
    fn completes_flag(&self, c: char) -> bool {
        let is_half = |c: char| matches!(c, '\u{1f1e6}'..='\u{1f1ff}');
        let before = self.segments.atoms.last().map(|last| self.segments.text(last).chars());
        let after_half = before.is_some_and(|mut text| text.next().is_some_and(is_half) && text.next().is_none());
        is_half(c) && after_half && self.word.is_none() && !self.gap
    }

    fn end_word(&mut self) {
        if let Some((start, origin)) = self.word.take() {
            let folded = start..self.segments.folded.len();
            self.segments.atoms.push(Atom { kind: Kind::Word, glued: false, folded, origin });
            self.gap = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    fn texts(text: &str) -> Vec<String> {
        let segments = Segments::of(text);
        segments.atoms().iter().map(|atom| segments.text(atom).to_owned()).collect()
    }

    fn origins(text: &str) -> Vec<&str> {
        Segments::of(text).atoms().iter().map(|atom| &text[atom.origin.clone()]).collect()
    }

    #[test]
    fn case_width_and_accents_do_not_matter() {
        assert_eq!(texts("Crème ＢＲÛＬÉＥ Straße STRASSE"), ["creme", "brulee", "strasse", "strasse"]);
        assert_eq!(texts("ΣΊΣΥΦΟΣ Ёлка"), ["σισυφοσ", "елка"]);
        assert_eq!(texts("ｶﾞｷﾞ"), ["ガ", "ギ"]);
        assert_eq!(texts("e\u{301}t\u{ad}e\u{301}"), ["ete"]);
    }

    #[test]
    fn marks_that_make_other_letters_do_matter() {
        assert_ne!(texts("か"), texts("が"));
        assert_ne!(texts("क"), texts("कि"));
        assert_eq!(texts("हिन्दी"), ["हिन्दी"]);
    }

    #[test]
    fn scripts_without_spaces_become_single_letters() {
        assert_eq!(texts("用porch聊天。好"), ["用", "porch", "聊", "天", "好"]);
        let segments = Segments::of("用porch聊天。好 吗");
        let glued: Vec<bool> = segments.atoms().iter().map(|atom| atom.glued).collect();
        assert_eq!(glued, [false, false, false, true, false, false]);
    }

    #[test]
    fn atoms_know_the_bytes_they_came_from() {
        assert_eq!(origins("Ｈｉ, e\u{301}a 部署"), ["Ｈｉ", "e\u{301}a", "部", "署"]);
        assert_eq!(origins("5㎏"), ["5㎏"]);
    }

    #[test]
    fn symbols_are_atoms_and_words_are_found_past_them() {
        assert_eq!(texts("C++ → 5 € 🎉🎉!"), ["c", "+", "+", "→", "5", "€", "🎉", "🎉"]);
        let segments = Segments::of("C++, 好→天");
        let glued: Vec<bool> = segments.atoms().iter().map(|atom| atom.glued).collect();
        assert_eq!(glued, [false, true, true, false, true, false]);
        let words: Vec<&str> = segments.words().iter().map(|atom| segments.text(atom)).collect();
        assert_eq!(words, ["c", "好", "天"]);
        assert_eq!(segments.index_words(), ["+", "c", "→", "天", "好"]);
    }

    #[test]
    fn joined_emoji_are_marked_whole() {
        assert_eq!(origins("a 👩‍👩‍👧 👍🏽"), ["a", "👩‍👩‍👧", "👩‍👩‍👧", "👩‍👩‍👧", "👍🏽"]);
        assert_eq!(texts("👍🏽❤️"), ["👍", "❤"]);
    }

    #[test]
    fn a_flag_is_one_symbol_and_not_found_across_two() {
        assert_eq!(texts("🇩🇪🇫🇷 🇪🇫"), ["🇩🇪", "🇫🇷", "🇪🇫"]);
        assert_eq!(origins("a🇩🇪🇫b🇷"), ["a", "🇩🇪", "🇫", "b", "🇷"]);
        assert_eq!(texts("🇩 🇪"), ["🇩", "🇪"]);
    }

    #[test]
    fn the_index_holds_words_pairs_and_last_letters_once() {
        let segments = Segments::of("ab 部署部署 ab 天");
        assert_eq!(segments.index_words(), ["ab", "天", "署", "署部", "部署"]);
        let long = "x".repeat(1_000);
        assert_eq!(Segments::of(&long).index_words(), ["x".repeat(INDEX_WORD_BYTES_MAX)]);
    }

    proptest! {
        #[test]
        fn atoms_lie_in_order_within_the_text(text in "\\PC{0,60}") {
            let segments = Segments::of(&text);
            let mut start = 0;
            for atom in segments.atoms() {
                prop_assert!(text.get(atom.origin.clone()).is_some_and(|part| !part.is_empty()));
                prop_assert!(atom.origin.start >= start);
                start = atom.origin.start;
                prop_assert!(!segments.text(atom).is_empty());
            }
        }

        #[test]
        fn composed_and_decomposed_text_are_the_same(text in "\\PC{0,40}") {
            let composed: String = text.nfc().collect();
            let decomposed: String = text.nfd().collect();
            prop_assert_eq!(texts(&composed), texts(&decomposed));
        }
    }
}
