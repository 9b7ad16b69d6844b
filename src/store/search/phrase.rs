//! What is looked for in a message: atoms that must follow each other, and where they stand in a text.

use std::ops::Range;

use super::segment::{self, Atom, Kind, Segments};

/// Atoms that must follow each other.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Phrase {
    pub(super) atoms: Vec<Sought>,
    /// The last atom, a word, may be the beginning of a longer one.
    pub(super) prefix: bool,
}

/// One atom of a phrase.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Sought {
    pub(super) text: String,
    pub(super) kind: Kind,
    /// Must follow the atom before it directly.
    pub(super) glued: bool,
}

/// What the index must hold for a message with a phrase.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum IndexWord {
    Whole(String),
    /// A longer word that begins so will do.
    Beginning(String),
}

impl Phrase {
    /// `None` when the text holds nothing that is searched for.
    pub(super) fn parse(text: &str, star: bool) -> Option<Self> {
        let segments = Segments::of(text);
        let atoms: Vec<Sought> = segments
            .atoms()
            .iter()
            .map(|atom| Sought { text: segments.text(atom).to_owned(), kind: atom.kind, glued: atom.glued })
            .collect();
        let mut phrase = Self { atoms, prefix: false };
        if phrase.atoms.is_empty() {
            return None;
        }
        if star {
            phrase.begin_longer_words();
        }
        Some(phrase)
    }

    /// Letters and symbols are found anywhere as they are.
    pub(super) fn begin_longer_words(&mut self) {
        self.prefix = self.atoms.last().is_some_and(|last| last.kind == Kind::Word);
    }

    /// The index words that a message with this phrase must hold.
    pub(super) fn index_words(&self) -> Vec<IndexWord> {
        let mut words = Vec::with_capacity(self.atoms.len());
        for (i, atom) in self.atoms.iter().enumerate() {
            let next = self.atoms.get(i + 1).filter(|next| next.kind == Kind::Letter && next.glued);
            match (atom.kind, next) {
                (Kind::Letter, Some(next)) => words.push(IndexWord::Whole(format!("{}{}", atom.text, next.text))),
                // A letter's pair with the one before it is there already.
                (Kind::Letter, None) if atom.glued => {}
                (Kind::Letter, None) => words.push(IndexWord::Beginning(atom.text.clone())),
                (Kind::Symbol, _) => words.push(IndexWord::Whole(atom.text.clone())),
                (Kind::Word, _) => {
                    let word = segment::index_word(&atom.text).to_owned();
                    let open = self.prefix && i + 1 == self.atoms.len();
                    words.push(if open { IndexWord::Beginning(word) } else { IndexWord::Whole(word) });
                }
            }
        }
        words
    }

    /// Gives the bytes of the original text where it stands, in order, while `give` wants more. Returns how many atoms
    /// were compared.
    pub(super) fn find(&self, segments: &Segments, mut give: impl FnMut(Range<usize>) -> bool) -> u64 {
        // Who looks for words looks past symbols between them.
        let symbols = self.atoms.iter().any(|atom| atom.kind == Kind::Symbol);
        let atoms = if symbols { segments.atoms() } else { segments.words() };
        let mut compared = 0;
        for found in atoms.windows(self.atoms.len()) {
            let (Some(first), Some(last)) = (found.first(), found.last()) else { break };
            if self.stands_at(segments, found, &mut compared) && !give(first.origin.start..last.origin.end) {
                break;
            }
        }
        compared
    }

    fn stands_at(&self, segments: &Segments, found: &[Atom], compared: &mut u64) -> bool {
        let last = self.atoms.len() - 1;
        found.iter().zip(&self.atoms).enumerate().all(|(i, (atom, sought))| {
            *compared += 1;
            let text = segments.text(atom);
            let same = if self.prefix && i == last { text.starts_with(&sought.text) } else { text == sought.text };
            // The first letter of a phrase may follow any other.
            same && atom.kind == sought.kind && (i == 0 || !sought.glued || atom.glued)
        })
    }
}
