//! A room's messages in order.
//!
//! The register `filed` names the messages of each room. It is written for many messages at once: entering each by
//! itself would dirty one page per room with every commit, a third of all that is written. The newest messages of all
//! rooms, at most [`UNFILED_MAX`] once a commit is done, are therefore not in it yet, and are found by reading them.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use rusqlite::{Connection, OptionalExtension, params};

use super::rows::{self, MESSAGE_COLUMNS, sql};
use super::{days, events, sent, told};
use crate::proto::event::Message;
use crate::proto::id::{RoomId, Seq, UserId};
use crate::proto::limits::PAGE_TEXT_BYTES_MAX;
use crate::proto::op::{DAY_MS, Millis};

/// Messages that may wait for the register: reading them all takes some ten microseconds.
const UNFILED_MAX: u64 = 256;

/// Up to which message everything is in the register.
const FILED_UPTO: &str = "(SELECT upto FROM filing WHERE id = 1)";

/// Enters what waits into the register, if that is worth it. Part of each commit with messages.
pub(super) fn file(db: &Connection) -> rusqlite::Result<()> {
    let upto = filed_upto(db)?;
    let newest = events::newest_seq(db)?;
    if newest - upto < UNFILED_MAX {
        return Ok(());
    }
    db.prepare_cached("INSERT INTO filed (room, id) SELECT room, id FROM messages WHERE id > ? ORDER BY room, id")?
        .execute([sql(upto)])?;
    sent::file(db)?;
    db.prepare_cached("UPDATE filing SET upto = ? WHERE id = 1")?.execute([sql(newest)])?;
    Ok(())
}

/// Neighbouring messages, as many as a page takes, and whether more follow in that direction.
#[derive(Debug)]
pub(super) struct Stretch {
    pub(super) messages: VecDeque<Message>,
    pub(super) more: bool,
    limit: usize,
    text_bytes_max: usize,
}

impl Stretch {
    /// Of at most `limit` messages with at most so many bytes of text, if there are several.
    pub(super) fn new(limit: usize, text_bytes_max: usize) -> Self {
        Self { messages: VecDeque::new(), more: false, limit, text_bytes_max }
    }

    /// None, in a direction in which nobody asked.
    pub(super) fn none(more: bool) -> Self {
        Self { more, ..Self::new(0, 0) }
    }

    /// Whether there is room for one with a text of so many bytes; where there is not, more follow.
    pub(super) fn takes(&mut self, text_bytes: usize) -> bool {
        let fits = text_bytes <= self.text_bytes_max || self.messages.is_empty();
        self.more = self.messages.len() >= self.limit || !fits;
        self.text_bytes_max = self.text_bytes_max.saturating_sub(text_bytes);
        !self.more
    }
}

/// Messages of a room before this one, the newest last.
pub(super) fn before(
    db: &Connection,
    asker: UserId,
    room: RoomId,
    below: Seq,
    limit: usize,
) -> rusqlite::Result<Stretch> {
    let stretch = Stretch::new(limit, PAGE_TEXT_BYTES_MAX);
    gather((db, Some(asker)), [&unfiled_before(), &filed_before()], room, below, stretch, VecDeque::push_front)
}

/// Messages of a room after this one, the oldest first.
pub(super) fn after(
    db: &Connection,
    asker: Option<UserId>,
    room: RoomId,
    above: Seq,
    limit: usize,
) -> rusqlite::Result<Stretch> {
    let stretch = Stretch::new(limit, PAGE_TEXT_BYTES_MAX);
    gather((db, asker), [&filed_after(), &unfiled_after()], room, above, stretch, VecDeque::push_back)
}

/// [`before`] and [`after`], so that both and the message between them are one page.
pub(super) fn around(
    db: &Connection,
    asker: UserId,
    room: RoomId,
    middle: &Message,
    limit: usize,
) -> rusqlite::Result<[Stretch; 2]> {
    let half = || Stretch::new(limit / 2, PAGE_TEXT_BYTES_MAX.saturating_sub(middle.body.len()) / 2);
    Ok([
        gather((db, Some(asker)), [&unfiled_before(), &filed_before()], room, middle.id, half(), VecDeque::push_front)?,
        gather((db, Some(asker)), [&filed_after(), &unfiled_after()], room, middle.id, half(), VecDeque::push_back)?,
    ])
}

/// The first message of a room that was sent at this time or later: of the earliest UTC day that has one, the first in
/// order. So a day is found also where the box's clock was once ahead for a while, and the messages of a later day come
/// before it. Within a day the clock may have been set back too: the message is then one of those before which an
/// earlier time stands.
///
/// What it costs grows with the days on which anything was sent, and hardly with the messages.
pub(super) fn since(db: &Connection, room: RoomId, at: Millis) -> rusqlite::Result<Option<Seq>> {
    // Where nothing was said in this room: stretches within are not looked at.
    let mut silence = 0..0;
    for stretch in days::stretches_from(db, at.div_euclid(DAY_MS))? {
        if silence.start <= stretch.start && stretch.end <= silence.end {
            continue;
        }
        match next_id(db, room, stretch.start)? {
            Some(id) if id < stretch.end => {
                if let Some(id) = since_within(db, room, stretch, at)? {
                    return Ok(Some(Seq(id)));
                }
            }
            next => silence = stretch.start..next.unwrap_or(u64::MAX),
        }
    }
    Ok(None)
}

/// Up to which message everything is in the register.
pub(super) fn filed_upto(db: &Connection) -> rusqlite::Result<u64> {
    db.prepare_cached("SELECT upto FROM filing WHERE id = 1")?.query_row([], |row| rows::number(row, 0))
}

/// Ids of messages that are not in the register, after one and before another, in order, with their rooms.
pub(super) fn unfiled_ids(
    db: &Connection,
    above: u64,
    below: u64,
    mut give: impl FnMut(RoomId, u64),
) -> rusqlite::Result<()> {
    let mut statement = db.prepare_cached(&unfiled_ids_query())?;
    let mut rows = statement.query([sql(above), sql(below)])?;
    while let Some(row) = rows.next()? {
        give(rows::room_id(row, 0)?, rows::number(row, 1)?);
    }
    Ok(())
}

/// Ids of up to `limit` messages of a room in the register, the newest of those after one and before another, in order.
pub(super) fn filed_ids(
    db: &Connection,
    room: RoomId,
    above: u64,
    below: u64,
    limit: u32,
) -> rusqlite::Result<Vec<u64>> {
    let mut ids: Vec<u64> = db
        .prepare_cached(&filed_ids_query())?
        .query_map(params![sql(room.0), sql(above), sql(below), limit], |row| rows::number(row, 0))?
        .collect::<rusqlite::Result<_>>()?;
    ids.reverse();
    Ok(ids)
}

/// The number of a room's newest message; 0 in an empty room.
pub(super) fn newest_n(db: &Connection, room: RoomId) -> rusqlite::Result<u64> {
    db.prepare_cached(&newest_n_query())?
        .query_row([sql(room.0)], |row| rows::number(row, 0))
        .optional()
        .map(Option::unwrap_or_default)
}

/// The message with this number in its room, or the next there is; none beyond the newest.
///
/// Ids and numbers of a room ascend together, so it is found by halving the ids: some thirty looks into the register, and
/// no index beside it.
pub(super) fn by_number(db: &Connection, room: RoomId, n: u64) -> rusqlite::Result<Option<Seq>> {
    let mut found = None;
    let (mut below, mut upto) = (0, events::newest_seq(db)?);
    while below < upto {
        let middle = below.midpoint(upto);
        match next_number(db, room, middle)? {
            Some((id, number)) if number < n => below = id.0,
            next => {
                found = next.map(|(id, _)| id).or(found);
                upto = middle;
            }
        }
    }
    Ok(found)
}

/// The first message of a room after this place, and its number.
fn next_number(db: &Connection, room: RoomId, above: u64) -> rusqlite::Result<Option<(Seq, u64)>> {
    for query in [&next_filed_query(), &next_unfiled_query()] {
        let next = db
            .prepare_cached(query)?
            .query_row([sql(room.0), sql(above)], |row| Ok((Seq(rows::number(row, 0)?), rows::number(row, 1)?)))
            .optional()?;
        if next.is_some() {
            return Ok(next);
        }
    }
    Ok(None)
}

/// The newest messages of many rooms, read with one look at what is not in the register.
pub(super) struct Newest<'a> {
    db: &'a Connection,
    unfiled: HashMap<RoomId, Seq>,
}

impl<'a> Newest<'a> {
    pub(super) fn new(db: &'a Connection) -> rusqlite::Result<Self> {
        let query = format!("SELECT room, max(id) FROM messages WHERE id > {FILED_UPTO} GROUP BY room");
        let unfiled = db
            .prepare(&query)?
            .query_map([], |row| Ok((rows::room_id(row, 0)?, Seq(rows::number(row, 1)?))))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(Self { db, unfiled })
    }

    pub(super) fn of(&self, room: RoomId) -> rusqlite::Result<Option<Message>> {
        if let Some(&id) = self.unfiled.get(&room) {
            return events::message(self.db, id);
        }
        let query =
            format!("SELECT {MESSAGE_COLUMNS} FROM messages WHERE id = (SELECT max(id) FROM filed WHERE room = ?)");
        self.db.prepare_cached(&query)?.query_row([sql(room.0)], rows::message).optional()
    }
}

/// Asks one after the other until the stretch is full.
fn gather(
    (db, asker): (&Connection, Option<UserId>),
    queries: [&str; 2],
    room: RoomId,
    border: Seq,
    mut stretch: Stretch,
    put: fn(&mut VecDeque<Message>, Message),
) -> rusqlite::Result<Stretch> {
    for query in queries {
        let mut statement = db.prepare_cached(query)?;
        let mut rows = statement.query([sql(room.0), sql(border.0)])?;
        while let Some(row) = rows.next()? {
            if !stretch.takes(rows::text_bytes(row)?) {
                return Ok(stretch);
            }
            put(&mut stretch.messages, told::message(db, asker, row)?);
        }
    }
    Ok(stretch)
}

/// The first message of a room from this id on.
fn next_id(db: &Connection, room: RoomId, from: u64) -> rusqlite::Result<Option<u64>> {
    let ids = from..u64::MAX;
    match first_filed(db, room, &ids)? {
        Some((id, _)) => Ok(Some(id)),
        None => first_unfiled(db, room, &ids, Millis::MIN),
    }
}

/// The first message of a room among these ids, all of one day, that was sent at this time or later.
fn since_within(db: &Connection, room: RoomId, ids: Range<u64>, at: Millis) -> rusqlite::Result<Option<u64>> {
    let mut found = None;
    let mut left = ids.start..ids.end.min(filed_upto(db)? + 1);
    while !left.is_empty() {
        let middle = left.start.midpoint(left.end);
        match first_filed(db, room, &(middle..left.end))? {
            Some((id, sent_at)) if sent_at < at => left.start = id + 1,
            later => {
                found = later.map(|(id, _)| id).or(found);
                left.end = middle;
            }
        }
    }
    if found.is_some() { Ok(found) } else { first_unfiled(db, room, &ids, at) }
}

/// The first message of a room in the register among these ids, and when it was sent.
fn first_filed(db: &Connection, room: RoomId, ids: &Range<u64>) -> rusqlite::Result<Option<(u64, Millis)>> {
    db.prepare_cached(&first_filed_query())?
        .query_row([room.0, ids.start, ids.end].map(sql), |row| Ok((rows::number(row, 0)?, row.get(1)?)))
        .optional()
}

/// The first message of a room among these ids, not in the register, that was sent at this time or later.
fn first_unfiled(db: &Connection, room: RoomId, ids: &Range<u64>, at: Millis) -> rusqlite::Result<Option<u64>> {
    db.prepare_cached(&first_unfiled_query())?
        .query_row(params![sql(room.0), sql(ids.start), sql(ids.end), at], |row| rows::number(row, 0))
        .optional()
}

fn unfiled_before() -> String {
    format!(
        "SELECT {MESSAGE_COLUMNS} FROM messages WHERE id > {FILED_UPTO} AND room = ?1 AND id < ?2
         ORDER BY id DESC"
    )
}

fn unfiled_after() -> String {
    format!(
        "SELECT {MESSAGE_COLUMNS} FROM messages WHERE id > max({FILED_UPTO}, ?2) AND room = ?1
         ORDER BY id"
    )
}

fn filed_before() -> String {
    format!(
        "SELECT {MESSAGE_COLUMNS} FROM filed JOIN messages ON messages.id = filed.id
         WHERE filed.room = ?1 AND filed.id < ?2 ORDER BY filed.id DESC"
    )
}

fn filed_after() -> String {
    format!(
        "SELECT {MESSAGE_COLUMNS} FROM filed JOIN messages ON messages.id = filed.id
         WHERE filed.room = ?1 AND filed.id > ?2 ORDER BY filed.id"
    )
}

fn unfiled_ids_query() -> String {
    format!("SELECT room, id FROM messages WHERE id > max({FILED_UPTO}, ?1) AND id < ?2 ORDER BY id")
}

fn filed_ids_query() -> String {
    "SELECT id FROM filed WHERE room = ?1 AND id > ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4".to_owned()
}

fn next_filed_query() -> String {
    "SELECT messages.id, n FROM filed JOIN messages ON messages.id = filed.id
     WHERE filed.room = ?1 AND filed.id > ?2 ORDER BY filed.id LIMIT 1"
        .to_owned()
}

fn next_unfiled_query() -> String {
    format!("SELECT id, n FROM messages WHERE id > max({FILED_UPTO}, ?2) AND room = ?1 ORDER BY id LIMIT 1")
}

fn first_filed_query() -> String {
    "SELECT filed.id, sent_at FROM filed JOIN messages ON messages.id = filed.id
     WHERE filed.room = ?1 AND filed.id >= ?2 AND filed.id < ?3 ORDER BY filed.id LIMIT 1"
        .to_owned()
}

fn first_unfiled_query() -> String {
    format!(
        "SELECT id FROM messages WHERE id >= max({FILED_UPTO} + 1, ?2) AND id < ?3 AND room = ?1 AND sent_at >= ?4
         ORDER BY id LIMIT 1"
    )
}

fn newest_n_query() -> String {
    format!(
        "SELECT n FROM messages WHERE id = ifnull(
             (SELECT id FROM messages WHERE id > {FILED_UPTO} AND room = ?1 ORDER BY id DESC LIMIT 1),
             (SELECT max(id) FROM filed WHERE room = ?1))"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database;

    #[test]
    fn pages_are_read_from_the_register_and_the_newest_few() {
        let dir = tempfile::tempdir().unwrap();
        let db = database::open_database(dir.path()).unwrap();
        let pages = [unfiled_before(), unfiled_after(), filed_before(), filed_after()];
        let ids = [filed_ids_query(), unfiled_ids_query(), newest_n_query()];
        let places = [next_filed_query(), next_unfiled_query(), first_filed_query(), first_unfiled_query()];
        for query in pages.into_iter().chain(ids).chain(places) {
            for step in database::plan(&db, &query) {
                let good = step.starts_with("SEARCH filed USING PRIMARY KEY (room=?")
                    || step.starts_with("SEARCH messages USING INTEGER PRIMARY KEY (rowid")
                    || step == "SEARCH filing USING INTEGER PRIMARY KEY (rowid=?)"
                    || step == "SEARCH filed USING PRIMARY KEY (room=?)"
                    || step.starts_with("SCALAR SUBQUERY");
                assert!(good, "{query}: {step}");
            }
        }
    }

    #[test]
    fn a_page_in_another_order_would_be_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let db = database::open_database(dir.path()).unwrap();
        let steps = database::plan(&db, "SELECT * FROM messages WHERE room = 1 ORDER BY sent_at DESC LIMIT 50");
        assert!(steps.iter().any(|step| step.starts_with("SCAN messages")), "{steps:?}");
        assert!(steps.iter().any(|step| step.contains("TEMP B-TREE")), "{steps:?}");
    }
}
