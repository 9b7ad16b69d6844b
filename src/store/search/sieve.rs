//! What the index can tell of a search: which messages of a block may be hits.
//!
//! Every look into a block is counted ([`Cost`]) by the rows and bytes that it read: it depends on the block and the
//! query, and on nothing else.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::block::{Damaged, Entries, Head, Places};
use super::block_rows::Block;
use super::index::{author_word, brought_word};
use super::letters;
use super::phrase::IndexWord;
use super::query::Query;
use crate::proto::id::UserId;
use crate::proto::limits::{SEARCH_MESSAGE_COST, SEARCH_ROW_COST, SEARCH_UNIT_BYTES};

/// Words of phrases that are looked up at most: each rules messages out, and the messages themselves decide in the end.
const WORDS_MAX: usize = 16;
/// Authors that are looked up at most; of more, the messages tell.
const AUTHORS_MAX: usize = 16;

/// What a search has cost so far, in [units](crate::proto::limits::SEARCH_COST_MAX).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cost(u32);

impl Cost {
    pub(super) fn units(self) -> u32 {
        self.0
    }

    pub(super) fn add(&mut self, units: u32) {
        self.0 = self.0.saturating_add(units);
    }

    /// A row of this many bytes.
    pub(super) fn row(&mut self, bytes: usize) {
        self.add(SEARCH_ROW_COST);
        self.decode(bytes);
    }

    fn decode(&mut self, bytes: usize) {
        self.add(u32::try_from(bytes / SEARCH_UNIT_BYTES).unwrap_or(u32::MAX));
    }
}

/// Index words of a query.
pub(super) struct Sieve {
    /// All must be there; in order.
    words: Vec<Vec<u8>>,
    /// The places in `words`, those first that lately ruled a block out.
    order: Vec<usize>,
    /// A word with each of these beginnings must be there.
    beginnings: Vec<Vec<u8>>,
    /// One of these must be there, if there are any.
    authors: Vec<Vec<u8>>,
    head: Vec<u8>,
}

/// Some messages of a block.
struct Bits(Vec<u64>);

impl Bits {
    fn none(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    fn all(count: usize) -> Self {
        let mut bits = Self(vec![u64::MAX; count.div_ceil(64)]);
        if let Some(last) = bits.0.last_mut().filter(|_| !count.is_multiple_of(64)) {
            *last = (1 << (count % 64)) - 1;
        }
        bits
    }

    fn add(&mut self, places: Places<'_>) -> Result<(), Damaged> {
        places.each(|place| {
            if let Some(word) = self.0.get_mut(place as usize / 64) {
                *word |= 1 << (place % 64);
            }
        })
    }

    fn keep(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word &= other;
        }
    }

    fn len(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    fn has(&self, place: usize) -> bool {
        self.0.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 == 1)
    }
}

impl Sieve {
    pub(super) fn new(query: &Query, authors: Option<&[UserId]>) -> Self {
        let (mut words, mut beginnings) = (BTreeSet::new(), BTreeSet::new());
        for word in query.phrases.iter().flat_map(|phrase| phrase.index_words()) {
            match word {
                IndexWord::Whole(word) => words.insert(letters::bytes(&word)),
                IndexWord::Beginning(word) => beginnings.insert(letters::bytes(&word)),
            };
        }
        let mut words: Vec<Vec<u8>> = words.into_iter().collect();
        // The longest are the rarest.
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        words.truncate(WORDS_MAX);
        words.extend(query.has.iter().map(|&brought| brought_word(brought).into_bytes()));
        words.sort_unstable();
        // What a whole word or a longer beginning asks for already.
        let all: Vec<Vec<u8>> = beginnings.iter().cloned().collect();
        let longer = |word: &Vec<u8>, other: &Vec<u8>| other != word && other.starts_with(word);
        beginnings.retain(|word| {
            !words.iter().any(|other| other.starts_with(word)) && !all.iter().any(|other| longer(word, other))
        });
        let authors = authors.filter(|authors| authors.len() <= AUTHORS_MAX).unwrap_or_default();
        Self {
            order: (0..words.len()).collect(),
            words,
            beginnings: beginnings.into_iter().collect(),
            authors: authors.iter().map(|&author| author_word(author).into_bytes()).collect(),
            head: Vec::new(),
        }
    }

    /// The messages of a block that may be hits, the oldest first.
    pub(super) fn pass(&mut self, index: &Connection, block: &Block, cost: &mut Cost) -> rusqlite::Result<Vec<u64>> {
        let mut bytes = std::mem::take(&mut self.head);
        block.head(index, |head| {
            bytes.clear();
            bytes.extend_from_slice(head);
        })?;
        cost.row(bytes.len());
        let passed = self.pass_head(index, block, &Head::read(&bytes)?, cost);
        self.head = bytes;
        passed
    }

    fn pass_head(
        &mut self,
        index: &Connection,
        block: &Block,
        head: &Head<'_>,
        cost: &mut Cost,
    ) -> rusqlite::Result<Vec<u64>> {
        let sifted = SiftedBlock { index, block, head };
        let mut left = Bits::all(head.count);
        let words = if head.has_leaves() {
            sifted.words(&self.words, &mut self.order, &mut left, cost)?
        } else {
            sifted.inline_words(&self.words, &mut left)?
        };
        if !words || !sifted.authors(&self.authors, &mut left, cost)? {
            return Ok(Vec::new());
        }
        for beginning in &self.beginnings {
            if !sifted.beginning(beginning, &mut left, cost)? {
                return Ok(Vec::new());
            }
        }
        let ids = if head.has_leaves() {
            block.ids(index, |bytes| {
                cost.row(bytes.len());
                head.ids(bytes)
            })??
        } else {
            head.ids(&[])?
        };
        let ids = ids.into_iter().enumerate();
        Ok(ids.filter(|(place, _)| left.has(*place)).map(|(_, id)| id).collect())
    }
}

/// A block that is looked into. Each look leaves the messages that pass, and tells whether there are any.
struct SiftedBlock<'a> {
    index: &'a Connection,
    block: &'a Block,
    head: &'a Head<'a>,
}

impl SiftedBlock<'_> {
    /// All words of a block that is one row, in one go.
    fn inline_words(&self, words: &[Vec<u8>], left: &mut Bits) -> Result<bool, Damaged> {
        let mut entries = self.head.entries();
        let mut sought = words.iter().peekable();
        while let Some(word) = sought.peek() {
            let Some(places) = entries.next()? else { return Ok(false) };
            if entries.word() > word.as_slice() {
                return Ok(false);
            }
            if entries.word() == word.as_slice() {
                let mut found = Bits::none(self.head.count);
                found.add(places)?;
                left.keep(&found);
                sought.next();
            }
        }
        Ok(left.len() > 0)
    }

    /// Word by word, each with its leaf.
    fn words(
        &self,
        words: &[Vec<u8>],
        order: &mut [usize],
        left: &mut Bits,
        cost: &mut Cost,
    ) -> rusqlite::Result<bool> {
        for at in 0..order.len() {
            let mut found = Bits::none(self.head.count);
            if let Some(word) = order.get(at).and_then(|&place| words.get(place)) {
                self.find(word, &mut found, cost)?;
            }
            left.keep(&found);
            match left.len() {
                0 => {
                    // It may well rule the next block out, too.
                    order[..=at].rotate_right(1);
                    return Ok(false);
                }
                // Reading the message is as cheap as looking on.
                1 => return Ok(true),
                _ => {}
            }
        }
        Ok(true)
    }

    fn authors(&self, authors: &[Vec<u8>], left: &mut Bits, cost: &mut Cost) -> rusqlite::Result<bool> {
        if !authors.is_empty() {
            let mut found = Bits::none(self.head.count);
            for author in authors {
                self.find(author, &mut found, cost)?;
            }
            left.keep(&found);
        }
        Ok(left.len() > 0)
    }

    fn beginning(&self, beginning: &[u8], left: &mut Bits, cost: &mut Cost) -> rusqlite::Result<bool> {
        let leaves = self.head.leaves_with(beginning)?;
        // A few messages are read sooner than many leaves.
        if left.len().saturating_mul(SEARCH_MESSAGE_COST) < (leaves.len() as u32).saturating_mul(SEARCH_ROW_COST) {
            return Ok(true);
        }
        let mut found = Bits::none(self.head.count);
        if self.head.has_leaves() {
            for leaf in leaves {
                self.block.leaf(self.index, leaf, |bytes| {
                    cost.row(bytes.len());
                    gather(Entries::of(bytes, self.head.count), beginning, &mut found)
                })??;
            }
        } else {
            // The row is at hand, but it is gone through again for each.
            cost.decode(self.head.inline_bytes());
            gather(self.head.entries(), beginning, &mut found)?;
        }
        left.keep(&found);
        Ok(left.len() > 0)
    }

    fn find(&self, word: &[u8], found: &mut Bits, cost: &mut Cost) -> rusqlite::Result<()> {
        match self.head.leaf_of(word)? {
            None => {
                cost.decode(self.head.inline_bytes());
                if let Some(places) = self.head.entries().find(word)? {
                    found.add(places)?;
                }
            }
            Some(leaf) => self.block.leaf(self.index, leaf, |bytes| {
                cost.row(bytes.len());
                match Entries::of(bytes, self.head.count).find(word)? {
                    Some(places) => found.add(places),
                    None => Ok(()),
                }
            })??,
        }
        Ok(())
    }
}

/// The messages that hold a word with this beginning.
fn gather(mut entries: Entries<'_>, beginning: &[u8], found: &mut Bits) -> Result<(), Damaged> {
    while let Some(places) = entries.next()? {
        if entries.word().starts_with(beginning) {
            found.add(places)?;
        } else if entries.word() > beginning {
            break;
        }
    }
    Ok(())
}
