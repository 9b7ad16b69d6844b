//! One batch of indexing: the words of new messages go in, those of deleted ones go out, and of edited ones both.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::{Connection, TransactionBehavior};

use super::super::events;
use super::super::rows::{self, sql};
use super::block::Builder;
use super::block_rows::{self, Block};
use super::index::{OpenIndex, author_word, brought_word};
use super::letters;
use super::segment::Segments;
use super::texts;
use crate::proto::attachment::Attachment;
use crate::proto::brought::Brought;
use crate::proto::id::{RoomId, UserId};

/// Messages that are indexed without waiting longer, and in one transaction. Of more, blocks are larger and merged less
/// often; of fewer, a search has fewer to read that the index does not cover.
pub(super) const BATCH: i64 = 2_048;
/// Bytes of index words after which a transaction ends: they are held in memory, and long messages have many.
const BATCH_BYTES: usize = 512 << 10;

/// What one batch came to.
pub(super) struct IndexedBatch {
    pub(super) indexed_upto: u64,
    pub(super) more: bool,
}

/// Indexes up to a batch of what the index does not have yet, in one transaction.
pub(super) fn index(open: &mut OpenIndex, segments: &mut Segments) -> rusqlite::Result<IndexedBatch> {
    let snapshot = open.messages.transaction()?;
    let transaction = open.index.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (upto, changes_upto) = transaction.query_row("SELECT indexed_upto, changes_upto FROM state", [], |row| {
        Ok((rows::number(row, 0)?, rows::number(row, 1)?))
    })?;
    let (new_upto, more_messages) = add_messages(&snapshot, &transaction, upto, segments)?;
    let changes = changes_after(&snapshot, changes_upto)?;
    let (new_changes_upto, more_changes) = take_up(&snapshot, &transaction, &changes, upto, segments)?;
    if (new_upto, new_changes_upto) != (upto, changes_upto) {
        transaction
            .execute("UPDATE state SET indexed_upto = ?, changes_upto = ?", [sql(new_upto), sql(new_changes_upto)])?;
    }
    transaction.commit()?;
    Ok(IndexedBatch { indexed_upto: new_upto, more: more_messages || more_changes })
}

/// Adds up to a batch of messages after `upto`; gives up to where, and whether there may be more.
fn add_messages(
    snapshot: &Connection,
    index: &Connection,
    upto: u64,
    segments: &mut Segments,
) -> rusqlite::Result<(u64, bool)> {
    let mut select = snapshot.prepare_cached(
        "SELECT id, room, author, body, attachments FROM messages WHERE id > ? AND deleted_at IS NULL ORDER BY id LIMIT ?",
    )?;
    let mut rows = select.query([sql(upto), BATCH])?;
    let (mut count, mut last, mut bytes) = (0, upto, 0);
    let mut rooms: BTreeMap<RoomId, RoomWords> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        (count, last) = (count + 1, rows::number(row, 0)?);
        let body = row.get_ref(3)?.as_str()?;
        let attachments: Vec<Attachment> = rows::attachments(row, 4)?.into_iter().map(|(_, told)| told).collect();
        segments.read(&said(body, &attachments));
        let beside = beside(rows::user_id(row, 2)?, body, &attachments);
        bytes += rooms.entry(rows::room_id(row, 1)?).or_default().add(last, &beside, segments);
        if bytes >= BATCH_BYTES {
            break;
        }
    }
    for (room, words) in rooms {
        words.store(index, room)?;
    }
    let more = count == BATCH || bytes >= BATCH_BYTES;
    Ok(if more { (last, true) } else { (events::newest_seq(snapshot)?.max(last), false) })
}

/// What a message is found by beside its words: who has written it, and what it brings.
fn beside(author: UserId, body: &str, attachments: &[Attachment]) -> Vec<String> {
    let brought = Brought::by(body, attachments).into_iter().map(brought_word);
    std::iter::once(author_word(author)).chain(brought).collect()
}

/// All that is said in a message. A phrase that goes from one text on into the next is none: the message decides.
fn said<'a>(body: &'a str, attachments: &[Attachment]) -> Cow<'a, str> {
    let texts = attachments.iter().flat_map(texts::of_attachment);
    texts.fold(Cow::Borrowed(body), |all, text| Cow::Owned(all.into_owned() + "\n" + text))
}

/// New messages of one room with their words, not yet in order.
#[derive(Default)]
struct RoomWords {
    ids: Vec<u64>,
    /// The bytes of all words, one after the other.
    bytes: Vec<u8>,
    /// Where a word stands in `bytes`, and of which of the messages it is.
    words: Vec<(std::ops::Range<usize>, u32)>,
}

impl RoomWords {
    /// Adds a message with the words of its texts, and those beside. Gives the bytes of all.
    fn add(&mut self, message: u64, beside: &[String], segments: &Segments) -> usize {
        let (place, before) = (self.ids.len() as u32, self.bytes.len());
        self.ids.push(message);
        for word in segments.index_words().into_iter().chain(beside.iter().map(String::as_str)) {
            let start = self.bytes.len();
            letters::put(&mut self.bytes, word);
            self.words.push((start..self.bytes.len(), place));
        }
        self.bytes.len() - before
    }

    fn store(mut self, index: &Connection, room: RoomId) -> rusqlite::Result<()> {
        let (Some(&first), Some(&last)) = (self.ids.first(), self.ids.last()) else { return Ok(()) };
        let bytes = self.bytes.as_slice();
        self.words.sort_unstable_by(|(a, at), (b, bt)| (&bytes[a.clone()], at).cmp(&(&bytes[b.clone()], bt)));
        let mut builder = Builder::new(&self.ids);
        let mut places = Vec::new();
        for same in self.words.chunk_by(|(a, _), (b, _)| bytes[a.clone()] == bytes[b.clone()]) {
            let Some((word, _)) = same.first() else { continue };
            places.clear();
            places.extend(same.iter().map(|(_, place)| *place));
            builder.add(&bytes[word.clone()], &places);
        }
        block_rows::add(index, room, builder.finish(), first, last)
    }
}

/// A message that was deleted, or whose text was changed.
struct Changed {
    seq: u64,
    room: RoomId,
    message: u64,
}

/// Of the events after this one those that change what is said, in order.
fn changes_after(snapshot: &Connection, seq: u64) -> rusqlite::Result<Vec<Changed>> {
    snapshot
        .prepare_cached(
            "SELECT seq, room, message FROM events WHERE seq > ? AND kind IN ('deleted', 'edited') ORDER BY seq LIMIT ?",
        )?
        .query_map([sql(seq), BATCH], |row| {
            Ok(Changed { seq: rows::number(row, 0)?, room: rows::room_id(row, 1)?, message: rows::number(row, 2)? })
        })?
        .collect()
}

/// The index words of a message, each once, in order; none of one that is deleted.
type Words = Vec<Vec<u8>>;

/// Has the index say of changed messages, of those up to `upto`, what they say now, so that what they said before stands
/// nowhere in its file. A newer one was as it is now when it was indexed. Gives up to which event, and whether there may
/// be more.
fn take_up(
    snapshot: &Connection,
    index: &Connection,
    changes: &[Changed],
    upto: u64,
    segments: &mut Segments,
) -> rusqlite::Result<(u64, bool)> {
    let mut blocks: HashMap<(RoomId, u64), (Block, BTreeMap<u64, Words>)> = HashMap::new();
    let (mut taken, mut bytes) = (0, 0);
    for change in changes {
        if bytes >= BATCH_BYTES {
            break;
        }
        taken += 1;
        if change.message > upto {
            continue;
        }
        if let Some(block) = Block::below(index, change.room, change.message.saturating_add(1))? {
            let words = words_now(snapshot, change.message, segments)?;
            bytes += words.iter().map(Vec::len).sum::<usize>();
            let (_, said) = blocks.entry((change.room, block.first)).or_insert_with(|| (block, BTreeMap::new()));
            said.insert(change.message, words);
        }
    }
    for ((room, _), (block, said)) in blocks {
        if said.values().all(Vec::is_empty) {
            block.take_out(index, &said.into_keys().collect())?;
        } else {
            block.rewrite(index, room, &said)?;
        }
    }
    if taken < changes.len() || sql(taken as u64) == BATCH {
        return Ok((changes[taken - 1].seq, true));
    }
    // What else has happened up to here need not be looked through again.
    Ok((events::newest_seq(snapshot)?, false))
}

fn words_now(snapshot: &Connection, message: u64, segments: &mut Segments) -> rusqlite::Result<Words> {
    let mut select = snapshot
        .prepare_cached("SELECT author, body, attachments FROM messages WHERE id = ? AND deleted_at IS NULL")?;
    let mut rows = select.query([sql(message)])?;
    let Some(row) = rows.next()? else { return Ok(Words::new()) };
    let body = row.get_ref(1)?.as_str()?;
    let attachments: Vec<Attachment> = rows::attachments(row, 2)?.into_iter().map(|(_, told)| told).collect();
    segments.read(&said(body, &attachments));
    let beside = beside(rows::user_id(row, 0)?, body, &attachments);
    let words = segments.index_words().into_iter().chain(beside.iter().map(String::as_str)).map(|word| {
        let mut coded = Vec::new();
        letters::put(&mut coded, word);
        coded
    });
    Ok(words.collect::<BTreeSet<_>>().into_iter().collect())
}
