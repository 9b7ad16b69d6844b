//! A block of the search index: the index words of neighbouring messages of one room, and which of them hold each.
//!
//! Coded, because an SD card wears by what is written: a head with the messages' ids, and the words in order, each
//! without the beginning that it shares with the word before, the messages as places in the block, gaps and lengths in
//! as few bytes as they need. What is too much for one row is in leaves, and the head has the first word of each.
//! Pure; nothing read from the disk is trusted.

use std::cmp::Ordering;
use std::collections::HashSet;

/// Bytes of a leaf, about: its row fits a page of the index.
const LEAF_BYTES: usize = 3_900;

/// The bytes are no block.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Damaged;

/// A block as it is stored.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Coded {
    pub(super) head: Vec<u8>,
    pub(super) leaves: Vec<Vec<u8>>,
}

impl Coded {
    pub(super) fn bytes(&self) -> usize {
        self.head.len() + self.leaves.iter().map(Vec::len).sum::<usize>()
    }

    /// Neighbouring blocks, the oldest first, as one.
    pub(super) fn merged(blocks: &[Self]) -> Result<Self, Damaged> {
        let mut ids = Vec::new();
        let mut walks = Vec::with_capacity(blocks.len());
        for block in blocks {
            let head = Head::read(&block.head)?;
            let (before, own) = (ids.len() as u32, head.ids()?);
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

    /// The block without these messages; `None` when none is left.
    pub(super) fn without(&self, gone: &HashSet<u64>) -> Result<Option<Self>, Damaged> {
        let head = Head::read(&self.head)?;
        let mut ids = Vec::new();
        let mut new_places = Vec::new();
        for id in head.ids()? {
            let stays = !gone.contains(&id);
            new_places.push(stays.then_some(ids.len() as u32));
            if stays {
                ids.push(id);
            }
        }
        let mut builder = Builder::new(&ids);
        let mut walk = Walk { entries: head.entries(), leaves: self.leaves.iter(), current: None, before: 0 };
        let mut places = Vec::new();
        walk.advance()?;
        while let Some(held) = walk.current {
            places.clear();
            held.each(|place| places.extend(new_places.get(place as usize).copied().flatten()))?;
            builder.add(walk.entries.word(), &places);
            walk.advance()?;
        }
        Ok(if ids.is_empty() { None } else { Some(builder.finish()) })
    }
}

/// Codes a block, word after word.
pub(super) struct Builder {
    head: Vec<u8>,
    directory: Vec<u8>,
    /// The first word of the last leaf in the directory.
    first: Vec<u8>,
    leaves: Vec<Vec<u8>>,
    leaf: Vec<u8>,
    last: Vec<u8>,
    places: Vec<u8>,
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
        let mut head = Vec::with_capacity(coded.len() + 8);
        put(&mut head, ids.len() as u64);
        put(&mut head, coded.len() as u64);
        head.extend_from_slice(&coded);
        let (directory, first, leaves) = (Vec::new(), Vec::new(), Vec::new());
        Self { head, directory, first, leaves, leaf: Vec::new(), last: Vec::new(), places: Vec::new() }
    }

    /// Adds a word after all that were added, with the places of the messages that hold it, in order.
    pub(super) fn add(&mut self, word: &[u8], places: &[u32]) {
        if places.is_empty() {
            return;
        }
        self.places.clear();
        let mut before = 0;
        for place in places {
            put(&mut self.places, u64::from(place - before));
            before = *place;
        }
        if self.leaf.len() + word.len() + self.places.len() > LEAF_BYTES {
            self.end_leaf();
        }
        if self.leaf.is_empty() && !self.leaves.is_empty() {
            self.enter(word);
        }
        put_word(&mut self.leaf, &mut self.last, word);
        put(&mut self.leaf, self.places.len() as u64);
        self.leaf.extend_from_slice(&self.places);
    }

    pub(super) fn finish(mut self) -> Coded {
        // What fits one row stays with the head.
        if self.leaves.is_empty() && self.head.len() + self.leaf.len() <= LEAF_BYTES {
            put(&mut self.head, 0);
            self.head.extend_from_slice(&self.leaf);
        } else {
            self.end_leaf();
            put(&mut self.head, self.leaves.len() as u64);
            self.head.extend_from_slice(&self.directory);
        }
        Coded { head: self.head, leaves: self.leaves }
    }

    fn end_leaf(&mut self) {
        if !self.leaf.is_empty() {
            self.leaves.push(std::mem::take(&mut self.leaf));
            self.last.clear();
        }
    }

    fn enter(&mut self, word: &[u8]) {
        put_word(&mut self.directory, &mut self.first, word);
    }
}

/// What a block holds beside its leaves.
pub(super) struct Head<'a> {
    /// How many messages.
    pub(super) count: usize,
    ids: &'a [u8],
    /// The first words of the second leaf and all that follow.
    firsts: Vec<Vec<u8>>,
    /// The words themselves, of a block without leaves.
    inline: &'a [u8],
    leaves: usize,
}

impl<'a> Head<'a> {
    pub(super) fn read(mut bytes: &'a [u8]) -> Result<Self, Damaged> {
        let count = take_len(&mut bytes)?;
        let ids_bytes = take_len(&mut bytes)?;
        let ids = take_bytes(&mut bytes, ids_bytes)?;
        let leaves = take_len(&mut bytes)?;
        // Each takes a byte at least.
        if count > ids.len() || leaves.saturating_sub(1) > bytes.len() {
            return Err(Damaged);
        }
        let (mut firsts, mut word) = (Vec::new(), Vec::new());
        for _ in 1..leaves {
            take_word(&mut bytes, &mut word)?;
            firsts.push(word.clone());
        }
        let inline = if leaves == 0 { bytes } else { &[] };
        Ok(Self { count, ids, firsts, inline, leaves })
    }

    /// The messages, the oldest first.
    pub(super) fn ids(&self) -> Result<Vec<u64>, Damaged> {
        let (mut rest, mut id) = (self.ids, 0_u64);
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

    /// The words of a block without leaves; none of one that has some.
    pub(super) fn entries(&self) -> Entries<'a> {
        Entries::of(self.inline, self.count)
    }

    /// The leaves that may hold words with this beginning.
    pub(super) fn leaves_with(&self, beginning: &[u8]) -> std::ops::Range<usize> {
        let from = self.firsts.partition_point(|first| first.as_slice() <= beginning);
        let upto = self.firsts.partition_point(|first| first.as_slice() <= beginning || first.starts_with(beginning));
        if self.leaves == 0 { 0..0 } else { from..upto + 1 }
    }

    /// The leaf that may hold this word; `None` when the words are with the head.
    pub(super) fn leaf_of(&self, word: &[u8]) -> Option<usize> {
        (self.leaves > 0).then(|| self.firsts.partition_point(|first| first.as_slice() <= word))
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
        let len = take_len(&mut self.rest)?;
        Ok(Some(Places { bytes: take_bytes(&mut self.rest, len)?, count: self.count }))
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
    bytes: &'a [u8],
    count: usize,
}

impl Places<'_> {
    /// Gives each place, in order; all are below the block's count.
    pub(super) fn each(self, mut give: impl FnMut(u32)) -> Result<(), Damaged> {
        let (mut rest, mut place) = (self.bytes, 0_u64);
        while !rest.is_empty() {
            place = place.saturating_add(take(&mut rest)?);
            match u32::try_from(place) {
                Ok(place) if (place as usize) < self.count => give(place),
                _ => return Err(Damaged),
            }
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

fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn put_word(out: &mut Vec<u8>, last: &mut Vec<u8>, word: &[u8]) {
    let shared = last.iter().zip(word).take_while(|(a, b)| a == b).count();
    put(out, shared as u64);
    put(out, (word.len() - shared) as u64);
    out.extend_from_slice(&word[shared..]);
    last.truncate(shared);
    last.extend_from_slice(&word[shared..]);
}

fn take(bytes: &mut &[u8]) -> Result<u64, Damaged> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first().ok_or(Damaged)?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(Damaged)
}

fn take_len(bytes: &mut &[u8]) -> Result<usize, Damaged> {
    usize::try_from(take(bytes)?).map_err(|_| Damaged)
}

fn take_bytes<'a>(bytes: &mut &'a [u8], len: usize) -> Result<&'a [u8], Damaged> {
    let (taken, rest) = bytes.split_at_checked(len).ok_or(Damaged)?;
    *bytes = rest;
    Ok(taken)
}

fn take_word(bytes: &mut &[u8], word: &mut Vec<u8>) -> Result<(), Damaged> {
    let shared = take_len(bytes)?;
    let len = take_len(bytes)?;
    if shared > word.len() {
        return Err(Damaged);
    }
    word.truncate(shared);
    word.extend_from_slice(take_bytes(bytes, len)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// Words with the ids of the messages that hold them.
    type Plain = BTreeMap<String, Vec<u64>>;

    /// Messages with their words; ids that begin at `first` and go up by three.
    fn plain(messages: &[Vec<String>], first: u64) -> (Vec<u64>, Plain) {
        let ids: Vec<u64> = (0..messages.len() as u64).map(|i| first + 3 * i).collect();
        let mut words = Plain::new();
        for (id, message) in ids.iter().zip(messages) {
            for word in message {
                let holders = words.entry(word.clone()).or_default();
                if holders.last() != Some(id) {
                    holders.push(*id);
                }
            }
        }
        (ids, words)
    }

    fn coded(ids: &[u64], words: &Plain) -> Coded {
        let mut builder = Builder::new(ids);
        for (word, holders) in words {
            let places: Vec<u32> = holders.iter().map(|id| ids.binary_search(id).unwrap() as u32).collect();
            builder.add(word.as_bytes(), &places);
        }
        builder.finish()
    }

    fn decoded(block: &Coded) -> (Vec<u64>, Plain) {
        let head = Head::read(&block.head).unwrap();
        let ids = head.ids().unwrap();
        let mut words = Plain::new();
        let mut walk = Walk { entries: head.entries(), leaves: block.leaves.iter(), current: None, before: 0 };
        walk.advance().unwrap();
        while let Some(places) = walk.current {
            let word = String::from_utf8(walk.entries.word().to_vec()).unwrap();
            places.each(|place| words.entry(word.clone()).or_default().push(ids[place as usize])).unwrap();
            walk.advance().unwrap();
        }
        (ids, words)
    }

    fn messages() -> impl Strategy<Value = Vec<Vec<String>>> {
        prop::collection::vec(prop::collection::vec("[a-c好]{0,4}|[a-z]{300,600}", 0..12), 1..40)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn what_was_coded_is_read_again(messages in messages()) {
            let (ids, words) = plain(&messages, 5);
            let block = coded(&ids, &words);
            prop_assert_eq!(decoded(&block), (ids.clone(), words.clone()));
            let head = Head::read(&block.head).unwrap();
            for (word, holders) in &words {
                let leaf = head.leaf_of(word.as_bytes());
                let entries = match leaf {
                    Some(leaf) => Entries::of(&block.leaves[leaf], head.count),
                    None => head.entries(),
                };
                let mut found = Vec::new();
                let places = entries.find(word.as_bytes()).unwrap().unwrap();
                places.each(|place| found.push(ids[place as usize])).unwrap();
                prop_assert_eq!(&found, holders);
                prop_assert!(leaf.is_none_or(|leaf| head.leaves_with(&word.as_bytes()[..1.min(word.len())]).contains(&leaf)));
            }
        }

        #[test]
        fn merged_blocks_hold_what_they_held(one in messages(), two in messages(), three in messages()) {
            let parts = [plain(&one, 10), plain(&two, 1_000), plain(&three, 100_000)];
            let blocks: Vec<Coded> = parts.iter().map(|(ids, words)| coded(ids, words)).collect();
            let mut all = (Vec::new(), Plain::new());
            for (ids, words) in parts {
                all.0.extend(ids);
                for (word, holders) in words {
                    all.1.entry(word).or_default().extend(holders);
                }
            }
            prop_assert_eq!(decoded(&Coded::merged(&blocks).unwrap()), all);
        }

        #[test]
        fn what_is_taken_out_stands_nowhere(messages in messages(), every in 1_u64..4) {
            let (ids, words) = plain(&messages, 7);
            let gone: HashSet<u64> = ids.iter().copied().filter(|id| id % every == 0).collect();
            let left = coded(&ids, &words).without(&gone).unwrap();
            let stay: Vec<u64> = ids.iter().copied().filter(|id| !gone.contains(id)).collect();
            match left {
                None => prop_assert!(stay.is_empty()),
                Some(block) => {
                    let (ids, kept) = decoded(&block);
                    prop_assert_eq!(ids, stay);
                    let expected: Plain = words.into_iter().filter_map(|(word, holders)| {
                        let holders: Vec<u64> = holders.into_iter().filter(|id| !gone.contains(id)).collect();
                        (!holders.is_empty()).then_some((word, holders))
                    }).collect();
                    prop_assert_eq!(kept, expected);
                }
            }
        }

        /// Whatever the disk gives is read or found damaged: nothing panics, nothing is allocated beyond it.
        #[test]
        fn a_damaged_block_is_told(messages in messages(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let (ids, words) = plain(&messages, 1);
            let mut block = coded(&ids, &words);
            let at = at.index(block.head.len());
            block.head[at] = byte;
            let _ = Coded::merged(&[block.clone(), block.clone()]);
            let _ = block.without(&HashSet::new());
            if let Ok(head) = Head::read(&block.head) {
                let _ = (head.ids(), head.leaves_with(b"a"), head.leaf_of(b"a"));
            }
        }
    }
}
