//! A room's blocks as rows of the search index's file: found, read, added, merged and freed of what was deleted.
//!
//! A new block takes in small ones before it ([`merged_with`]), so that there are few to look into and each word is
//! written a few times only.

use std::collections::{BTreeMap, HashSet};

use rusqlite::{Connection, params};

use super::super::rows::{self, sql};
use super::block::{Coded, Damaged};
use crate::proto::id::RoomId;

/// A block of fewer bytes takes in the next messages: its row is written anew for less than a page of the disk.
const OPEN_BYTES: u64 = 3_000;
/// Blocks below each of these sizes are merged as soon as there are [`FAN`] of them; larger ones never.
const SIZES: [u64; 3] = [16 << 10, 64 << 10, 256 << 10];
/// See [`SIZES`]: more would be written less often, and looked into more.
const FAN: usize = 4;
/// Newest blocks of a room that are looked at for merging: more are never small.
const TAIL: u32 = 16;

/// The tables of a new file.
pub(super) const SCHEMA: &str = "
    -- Ids of the first and the last message; parts from base on: the head, and so many leaves.
    CREATE TABLE blocks (
        room INTEGER NOT NULL,
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        base INTEGER NOT NULL,
        leaves INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        PRIMARY KEY (room, first)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE parts (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
";

/// Where a block lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    /// Ids of its first and its last message.
    pub(super) first: u64,
    pub(super) last: u64,
    base: i64,
    leaves: i64,
    bytes: u64,
}

impl Block {
    /// The newest block of a room that has messages below this one.
    pub(super) fn below(index: &Connection, room: RoomId, below: u64) -> rusqlite::Result<Option<Self>> {
        Ok(Self::tail(index, room, below, 1)?.pop())
    }

    /// The newest blocks of a room that have messages below this one, the newest first.
    fn tail(index: &Connection, room: RoomId, below: u64, limit: u32) -> rusqlite::Result<Vec<Self>> {
        index
            .prepare_cached(
                "SELECT first, last, base, leaves, bytes FROM blocks
                 WHERE room = ? AND first < ? ORDER BY first DESC LIMIT ?",
            )?
            .query_map(params![sql(room.0), sql(below), limit], |row| {
                Ok(Self {
                    first: rows::number(row, 0)?,
                    last: rows::number(row, 1)?,
                    base: row.get(2)?,
                    leaves: row.get(3)?,
                    bytes: rows::number(row, 4)?,
                })
            })?
            .collect()
    }

    /// Gives the bytes of the head.
    pub(super) fn head<T>(&self, index: &Connection, read: impl FnOnce(&[u8]) -> T) -> rusqlite::Result<T> {
        part(index, self.base, read)
    }

    /// Gives the bytes of one of the leaves.
    pub(super) fn leaf<T>(
        &self,
        index: &Connection,
        leaf: usize,
        read: impl FnOnce(&[u8]) -> T,
    ) -> rusqlite::Result<T> {
        part(index, self.base.saturating_add(1).saturating_add_unsigned(leaf as u64), read)
    }

    /// Gives the bytes of the ids, of a block with leaves.
    pub(super) fn ids<T>(&self, index: &Connection, read: impl FnOnce(&[u8]) -> T) -> rusqlite::Result<T> {
        part(index, self.base.saturating_add(1).saturating_add(self.leaves), read)
    }

    fn load(&self, index: &Connection) -> rusqlite::Result<Coded> {
        let head = self.head(index, <[u8]>::to_vec)?;
        let leaves = (0..usize::try_from(self.leaves).unwrap_or(0)).map(|leaf| self.leaf(index, leaf, <[u8]>::to_vec));
        let leaves: Vec<Vec<u8>> = leaves.collect::<rusqlite::Result<_>>()?;
        let ids = if leaves.is_empty() { Vec::new() } else { self.ids(index, <[u8]>::to_vec)? };
        Ok(Coded { head, leaves, ids })
    }

    /// Takes the words of these messages out, so that they stand nowhere in the file.
    pub(super) fn take_out(&self, index: &Connection, gone: &HashSet<u64>) -> rusqlite::Result<()> {
        let before = self.load(index)?;
        let left = before.without(gone)?;
        let mut update = index.prepare_cached("UPDATE parts SET data = ? WHERE id = ?")?;
        for (id, (was, is)) in (self.base..).zip(parts(&before).zip(parts(&left))) {
            if was != is {
                update.execute(params![is, id])?;
            }
        }
        Ok(())
    }

    /// Has these messages hold these words, each message's in order, and none that they held before.
    pub(super) fn rewrite(
        &self,
        index: &Connection,
        room: RoomId,
        said: &BTreeMap<u64, Vec<Vec<u8>>>,
    ) -> rusqlite::Result<()> {
        let block = self.load(index)?.rewritten(said)?;
        self.remove(index, room)?;
        insert(index, room, &block, self.first, self.last)
    }

    fn remove(&self, index: &Connection, room: RoomId) -> rusqlite::Result<()> {
        index
            .prepare_cached("DELETE FROM blocks WHERE room = ? AND first = ?")?
            .execute([sql(room.0), sql(self.first)])?;
        index
            .prepare_cached("DELETE FROM parts WHERE id >= ? AND id <= ?")?
            .execute([self.base, self.base.saturating_add(1).saturating_add(self.leaves)])?;
        Ok(())
    }
}

fn part<T>(index: &Connection, id: i64, read: impl FnOnce(&[u8]) -> T) -> rusqlite::Result<T> {
    let mut statement = index.prepare_cached("SELECT data FROM parts WHERE id = ?")?;
    let mut rows = statement.query([id])?;
    // A block without one of its parts.
    let row = rows.next()?.ok_or(Damaged)?;
    Ok(read(row.get_ref(0)?.as_blob()?))
}

/// Adds the newest block of a room, merged with those before it as their sizes ask for.
pub(super) fn add(index: &Connection, room: RoomId, block: Coded, first: u64, last: u64) -> rusqlite::Result<()> {
    let mut tail = Block::tail(index, room, u64::MAX, TAIL)?;
    let sizes: Vec<u64> = tail.iter().map(|block| block.bytes).collect();
    tail.truncate(merged_with(&sizes, block.bytes() as u64));
    let Some(oldest) = tail.last() else { return insert(index, room, &block, first, last) };
    let first = oldest.first;
    let mut blocks = Vec::with_capacity(tail.len() + 1);
    for before in tail.iter().rev() {
        blocks.push(before.load(index)?);
        before.remove(index, room)?;
    }
    blocks.push(block);
    insert(index, room, &Coded::merged(&blocks)?, first, last)
}

/// How many of a room's blocks, given by their bytes with the newest first, a new one is merged with.
fn merged_with(sizes: &[u64], new: u64) -> usize {
    let class = |bytes: u64| SIZES.iter().filter(|&&size| bytes >= size).count();
    let (mut count, mut bytes) = (0, new);
    if let Some(&open) = sizes.first().filter(|&&newest| newest < OPEN_BYTES) {
        (count, bytes) = (1, bytes + open);
    }
    loop {
        let own = class(bytes);
        if own == SIZES.len() {
            return count;
        }
        let rest = &sizes[count..];
        let smaller = rest.iter().take_while(|&&size| class(size) < own).count();
        let same = rest[smaller..].iter().take_while(|&&size| class(size) == own).count();
        let more = if same + 1 >= FAN { smaller + same } else { smaller };
        if more == 0 {
            return count;
        }
        bytes += rest[..more].iter().sum::<u64>();
        count += more;
    }
}

fn insert(index: &Connection, room: RoomId, block: &Coded, first: u64, last: u64) -> rusqlite::Result<()> {
    let base: i64 =
        index.prepare_cached("SELECT ifnull(max(id), 0) + 2 FROM parts")?.query_row([], |row| row.get(0))?;
    let mut part = index.prepare_cached("INSERT INTO parts (id, data) VALUES (?, ?)")?;
    for (id, data) in (base..).zip(parts(block)) {
        part.execute(params![id, data])?;
    }
    index
        .prepare_cached("INSERT INTO blocks (room, first, last, base, leaves, bytes) VALUES (?, ?, ?, ?, ?, ?)")?
        .execute([
            sql(room.0),
            sql(first),
            sql(last),
            base,
            sql(block.leaves.len() as u64),
            sql(block.bytes() as u64),
        ])?;
    Ok(())
}

/// A block's rows, in order; one without leaves has one, but keeps the place of the ids free.
fn parts(block: &Coded) -> impl Iterator<Item = &[u8]> {
    let ids = (!block.leaves.is_empty()).then_some(&block.ids);
    std::iter::once(&block.head).chain(&block.leaves).chain(ids).map(Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn small_blocks_are_merged_and_large_ones_are_left() {
        assert_eq!(merged_with(&[], 100), 0);
        assert_eq!(merged_with(&[100], 100), 1, "the open one");
        assert_eq!(merged_with(&[5_000, 5_000], 5_000), 0);
        assert_eq!(merged_with(&[5_000, 5_000, 5_000], 5_000), 3);
        assert_eq!(merged_with(&[5_000, 5_000], 20_000), 2, "smaller ones go along");
        assert_eq!(merged_with(&[5_000, 5_000, 5_000, 20_000, 20_000, 20_000, 90_000], 5_000), 6);
        assert_eq!(merged_with(&[5_000], 300_000), 0);
    }

    proptest! {
        /// Whatever comes, a room has few blocks that are not full, and a byte is written a few times only.
        #[test]
        fn blocks_stay_few_and_are_seldom_written(news in prop::collection::vec(40_u64..8_000, 1..600)) {
            let (mut sizes, mut written) = (Vec::<u64>::new(), 0);
            for &new in &news {
                let count = merged_with(&sizes, new);
                let merged = new + sizes.drain(..count).sum::<u64>();
                written += merged;
                sizes.insert(0, merged);
                prop_assert!(sizes.iter().filter(|&&size| size < SIZES[2]).count() < SIZES.len() * FAN);
            }
            let all: u64 = news.iter().sum();
            prop_assert!(written <= 5 * all + OPEN_BYTES * news.len() as u64, "{written} of {all}");
        }
    }
}
