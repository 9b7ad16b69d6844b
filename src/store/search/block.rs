//! A block of the search index: the index words of neighbouring messages of one room, and which of them hold each.
//!
//! Coded, because an SD card wears by what is written: the words in order, each without the beginning that it shares
//! with the word before, the messages as places in the block, gaps and lengths in as few bytes as they need. What is too
//! much for one row is in leaves, and the head has the first word of each; the ids of the messages then have a row of
//! their own. Pure; nothing read from the disk is trusted.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use self::coding::{CodedPlaces, put, put_places, put_word, take, take_bytes, take_len, take_places, take_word};

mod coding;

/// Bytes of a leaf, about, a few more at most: two rows of it fill a page of the index. Of a block's last page half a leaf
/// stays empty.
const LEAF_BYTES: usize = 2_000;
/// Bytes of the first leaf, which is the whole of a small block and then in one row with the head: it fills a page.
const FIRST_LEAF_BYTES: usize = 3_900;

/// Messages of a block at most: of the largest, each takes two bytes at least.
const COUNT_MAX: usize = 1 << 20;

/// The bytes are no block.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Damaged;

/// A block as it is stored.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Coded {
    pub(super) head: Vec<u8>,
    pub(super) leaves: Vec<Vec<u8>>,
    /// The messages' ids; with the head where there are no leaves.
    pub(super) ids: Vec<u8>,
}

impl Coded {
    pub(super) fn bytes(&self) -> usize {
        self.head.len() + self.ids.len() + self.leaves.iter().map(Vec::len).sum::<usize>()
    }

    /// Neighbouring blocks, the oldest first, as one.
    pub(super) fn merged(blocks: &[Self]) -> Result<Self, Damaged> {
        let mut ids = Vec::new();
        let mut walks = Vec::with_capacity(blocks.len());
        for block in blocks {
            let head = Head::read(&block.head)?;
            let (before, own) = (ids.len() as u32, head.ids(&block.ids)?);
            if own.first() <= ids.last() {
                return Err(Damaged);
            }
            ids.extend(own);
            let mut walk = Walk { entries: head.entries(), leaves: block.leaves.iter(), current: None, before };
            walk.advance()?;
            walks.push(walk);
        }
        let mut builder = Builder::new(&ids);
        let (mut word, mut places) = (Vec::new(), Vec::new());
        loop {
            let next = walks.iter().filter(|walk| walk.current.is_some()).map(|walk| walk.entries.word()).min();
            let Some(next) = next else { return Ok(builder.finish()) };
            word.clear();
            word.extend_from_slice(next);
            places.clear();
            for walk in &mut walks {
                if let Some(held) = walk.current.filter(|_| walk.entries.word() == word) {
                    held.each(|place| places.push(walk.before + place))?;
                    walk.advance()?;
                }
            }
            builder.add(&word, &places);
        }
    }

    /// The block with these words of these messages, in place of those they held before. What is said of messages that it
    /// does not have is passed over.
    pub(super) fn rewritten(&self, said: &BTreeMap<u64, Vec<Vec<u8>>>) -> Result<Self, Damaged> {
        let head = Head::read(&self.head)?;
        let ids = head.ids(&self.ids)?;
        let mut new: BTreeMap<&[u8], Vec<u32>> = BTreeMap::new();
        for (place, words) in (0..).zip(&ids).filter_map(|(place, id)| Some((place, said.get(id)?))) {
            for word in words {
                new.entry(word).or_default().push(place);
            }
        }
        let mut new = new.into_iter().peekable();
        let mut builder = Builder::new(&ids);
        let mut walk = Walk { entries: head.entries(), leaves: self.leaves.iter(), current: None, before: 0 };
        walk.advance()?;
        while let Some(held) = walk.current {
            while let Some((word, places)) = new.next_if(|(word, _)| *word < walk.entries.word()) {
                builder.add(word, &places);
            }
            let again = new.next_if(|(word, _)| *word == walk.entries.word());
            let mut places = again.map(|(_, places)| places).unwrap_or_default();
            held.each(|place| {
                if ids.get(place as usize).is_some_and(|id| !said.contains_key(id)) {
                    places.push(place);
                }
            })?;
            places.sort_unstable();
            builder.add(walk.entries.word(), &places);
            walk.advance()?;
        }
        new.for_each(|(word, places)| builder.add(word, &places));
        Ok(builder.finish())
    }

    /// The block without the words of these messages, which keep their places in it: leaves that do not hold any are as
    /// they were.
    pub(super) fn without(&self, gone: &HashSet<u64>) -> Result<Self, Damaged> {
        let head = Head::read(&self.head)?;
        let ids = head.ids(&self.ids)?;
        let stays: Vec<bool> = ids.iter().map(|id| !gone.contains(id)).collect();
        if !head.has_leaves() {
            let mut inline = inline_head(head.count, head.inline_ids);
            inline.extend(kept(head.entries(), &stays)?.0);
            return Ok(Self { head: inline, ..Self::default() });
        }
        let mut leaves = Vec::with_capacity(self.leaves.len());
        let mut firsts = Vec::with_capacity(self.leaves.len());
        for leaf in &self.leaves {
            let (left, first) = kept(Entries::of(leaf, head.count), &stays)?;
            leaves.push(left);
            firsts.push(first);
        }
        // Nothing is looked for in a leaf that is empty now: it begins where the next one does, or after all words.
        let mut next = vec![u8::MAX];
        for first in firsts.iter_mut().rev() {
            next.clone_from(first.get_or_insert_with(|| next.clone()));
        }
        let (mut directory, mut last) = (leaved_head(head.count, leaves.len()), Vec::new());
        for first in firsts.iter().flatten().skip(1) {
            put_word(&mut directory, &mut last, first);
        }
        Ok(Self { head: directory, leaves, ids: self.ids.clone() })
    }
}

/// The words of a leaf that messages that stay hold, coded, and the first of them.
fn kept(mut entries: Entries<'_>, stays: &[bool]) -> Result<(Vec<u8>, Option<Vec<u8>>), Damaged> {
    let (mut leaf, mut last, mut first, mut places) = (Vec::new(), Vec::new(), None, Vec::new());
    while let Some(held) = entries.next()? {
        places.clear();
        held.each(|place| {
            if stays.get(place as usize) == Some(&true) {
                places.push(place);
            }
        })?;
        if !places.is_empty() {
            first.get_or_insert_with(|| entries.word().to_vec());
            put_word(&mut leaf, &mut last, entries.word());
            put_places(&mut leaf, &places);
        }
    }
    Ok((leaf, first))
}

fn inline_head(count: usize, ids: &[u8]) -> Vec<u8> {
    let mut head = leaved_head(count, 0);
    put(&mut head, ids.len() as u64);
    head.extend_from_slice(ids);
    head
}

fn leaved_head(count: usize, leaves: usize) -> Vec<u8> {
    let mut head = Vec::new();
    put(&mut head, count as u64);
    put(&mut head, leaves as u64);
    head
}

/// Codes a block, word after word.
pub(super) struct Builder {
    count: usize,
    ids: Vec<u8>,
    directory: Vec<u8>,
    /// The first word of the last leaf in the directory.
    first: Vec<u8>,
    leaves: Vec<Vec<u8>>,
    leaf: Vec<u8>,
    last: Vec<u8>,
}

impl Builder {
    /// `ids`: the messages, the oldest first.
    pub(super) fn new(ids: &[u64]) -> Self {
        let mut coded = Vec::with_capacity(ids.len() * 2);
        let mut before = 0;
        for id in ids {
            put(&mut coded, id - before);
            before = *id;
        }
        let (directory, first, leaves) = (Vec::new(), Vec::new(), Vec::new());
        Self { count: ids.len(), ids: coded, directory, first, leaves, leaf: Vec::new(), last: Vec::new() }
    }

    /// Adds a word after all that were added, with the places of the messages that hold it, in order.
    pub(super) fn add(&mut self, word: &[u8], places: &[u32]) {
        if places.is_empty() {
            return;
        }
        // One byte for most places.
        let bytes_max = if self.leaves.is_empty() { FIRST_LEAF_BYTES } else { LEAF_BYTES };
        if self.leaf.len() + word.len() + places.len() > bytes_max {
            self.end_leaf();
        }
        if self.leaf.is_empty() && !self.leaves.is_empty() {
            put_word(&mut self.directory, &mut self.first, word);
        }
        put_word(&mut self.leaf, &mut self.last, word);
        put_places(&mut self.leaf, places);
    }

    pub(super) fn finish(mut self) -> Coded {
        // What fits one row stays with the head.
        if self.leaves.is_empty() && self.ids.len() + self.leaf.len() <= FIRST_LEAF_BYTES {
            let mut head = inline_head(self.count, &self.ids);
            head.extend_from_slice(&self.leaf);
            return Coded { head, ..Coded::default() };
        }
        self.end_leaf();
        let mut head = leaved_head(self.count, self.leaves.len());
        head.extend_from_slice(&self.directory);
        Coded { head, leaves: self.leaves, ids: self.ids }
    }

    fn end_leaf(&mut self) {
        if !self.leaf.is_empty() {
            self.leaves.push(std::mem::take(&mut self.leaf));
            self.last.clear();
        }
    }
}

/// What a block holds beside its leaves.
pub(super) struct Head<'a> {
    /// How many messages.
    pub(super) count: usize,
    leaves: usize,
    /// The first words of the second leaf and all that follow.
    directory: &'a [u8],
    /// The ids and the words themselves, of a block without leaves.
    inline_ids: &'a [u8],
    inline: &'a [u8],
}

impl<'a> Head<'a> {
    pub(super) fn read(mut bytes: &'a [u8]) -> Result<Self, Damaged> {
        let count = take_len(&mut bytes)?;
        let leaves = take_len(&mut bytes)?;
        if count > COUNT_MAX {
            return Err(Damaged);
        }
        if leaves > 0 {
            return Ok(Self { count, leaves, directory: bytes, inline_ids: &[], inline: &[] });
        }
        let len = take_len(&mut bytes)?;
        let inline_ids = take_bytes(&mut bytes, len)?;
        Ok(Self { count, leaves, directory: &[], inline_ids, inline: bytes })
    }

    /// The messages, the oldest first. `bytes`: the row of the ids, of a block with leaves.
    pub(super) fn ids(&self, bytes: &[u8]) -> Result<Vec<u64>, Damaged> {
        let (mut rest, mut id) = (if self.has_leaves() { bytes } else { self.inline_ids }, 0_u64);
        // Each takes a byte at least.
        if self.count > rest.len() {
            return Err(Damaged);
        }
        let mut ids = Vec::with_capacity(self.count);
        for _ in 0..self.count {
            // Each is above the one before.
            let gap = take(&mut rest)?;
            id = id.checked_add(gap).filter(|_| gap > 0).ok_or(Damaged)?;
            ids.push(id);
        }
        Ok(ids)
    }

    /// Whether the words are in leaves, and not with the head.
    pub(super) fn has_leaves(&self) -> bool {
        self.leaves > 0
    }

    /// Bytes of the words that are with the head.
    pub(super) fn inline_bytes(&self) -> usize {
        self.inline.len()
    }

    /// The words of a block without leaves; none of one that has some.
    pub(super) fn entries(&self) -> Entries<'a> {
        Entries::of(self.inline, self.count)
    }

    /// The leaves that may hold words with this beginning.
    pub(super) fn leaves_with(&self, beginning: &[u8]) -> Result<Range<usize>, Damaged> {
        if !self.has_leaves() {
            return Ok(0..0);
        }
        let from = self.leaves_before(|first| first <= beginning)?;
        let upto = self.leaves_before(|first| first <= beginning || first.starts_with(beginning))?;
        Ok(from..upto + 1)
    }

    /// The leaf that may hold this word; `None` when the words are with the head.
    pub(super) fn leaf_of(&self, word: &[u8]) -> Result<Option<usize>, Damaged> {
        Ok(if self.has_leaves() { Some(self.leaves_before(|first| first <= word)?) } else { None })
    }

    /// How many leaves after the first one begin with such a word.
    fn leaves_before(&self, such: impl Fn(&[u8]) -> bool) -> Result<usize, Damaged> {
        let (mut rest, mut first) = (self.directory, Vec::new());
        for leaf in 1..self.leaves {
            take_word(&mut rest, &mut first)?;
            if !such(&first) {
                return Ok(leaf - 1);
            }
        }
        Ok(self.leaves - 1)
    }
}

/// The words of a leaf, one after the other.
pub(super) struct Entries<'a> {
    rest: &'a [u8],
    word: Vec<u8>,
    count: usize,
}

impl<'a> Entries<'a> {
    /// `count`: messages of the block.
    pub(super) fn of(leaf: &'a [u8], count: usize) -> Self {
        Self { rest: leaf, word: Vec::new(), count }
    }

    /// The word that [`Self::next`] came to.
    pub(super) fn word(&self) -> &[u8] {
        &self.word
    }

    /// Goes on to the next word; gives the messages that hold it.
    pub(super) fn next(&mut self) -> Result<Option<Places<'a>>, Damaged> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        take_word(&mut self.rest, &mut self.word)?;
        Ok(Some(Places { coded: take_places(&mut self.rest)?, count: self.count }))
    }

    /// The messages that hold this word, if any.
    pub(super) fn find(mut self, word: &[u8]) -> Result<Option<Places<'a>>, Damaged> {
        while let Some(places) = self.next()? {
            match self.word.as_slice().cmp(word) {
                Ordering::Less => {}
                Ordering::Equal => return Ok(Some(places)),
                Ordering::Greater => break,
            }
        }
        Ok(None)
    }
}

/// Which messages of a block hold a word.
#[derive(Clone, Copy)]
pub(super) struct Places<'a> {
    coded: CodedPlaces<'a>,
    count: usize,
}

impl Places<'_> {
    /// Gives each place, in order; all are below the block's count.
    pub(super) fn each(self, mut give: impl FnMut(u32)) -> Result<(), Damaged> {
        let mut give_within = |place: u64| match u32::try_from(place) {
            Ok(place) if (place as usize) < self.count => {
                give(place);
                Ok(())
            }
            _ => Err(Damaged),
        };
        let mut rest = match self.coded {
            CodedPlaces::Alone(place) => return give_within(place),
            CodedPlaces::Gaps(gaps) => gaps,
        };
        let mut place = 0_u64;
        while !rest.is_empty() {
            place = place.saturating_add(take(&mut rest)?);
            give_within(place)?;
        }
        Ok(())
    }
}

/// All words of a stored block, one after the other.
struct Walk<'a> {
    entries: Entries<'a>,
    leaves: std::slice::Iter<'a, Vec<u8>>,
    /// The messages with the word of `entries`; `None` at the end.
    current: Option<Places<'a>>,
    /// Messages in the blocks before.
    before: u32,
}

impl Walk<'_> {
    fn advance(&mut self) -> Result<(), Damaged> {
        loop {
            self.current = self.entries.next()?;
            if self.current.is_some() {
                return Ok(());
            }
            let Some(leaf) = self.leaves.next() else { return Ok(()) };
            self.entries = Entries::of(leaf, self.entries.count);
        }
    }
}

#[cfg(test)]
mod tests;
