//! The order of all events, and what has a place in it: messages being written, in their own table, and all else.
//!
//! Places are dense over both tables: what somebody missed is one stretch of them.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::rows::{self, MESSAGE_COLUMNS, MESSAGE_COLUMNS_COUNT, sql};
use super::told;
use crate::proto::event::{Event, EventKind, Message};
use crate::proto::id::{RoomId, Seq, UserId};
use crate::proto::limits::{RESUME_BYTES_MAX, RESUME_EVENTS_MAX};
use crate::proto::op::Missed;

/// The newest event's place.
pub(super) fn newest_seq(db: &Connection) -> rusqlite::Result<u64> {
    db.prepare_cached(
        "SELECT max(ifnull((SELECT max(id) FROM messages), 0), ifnull((SELECT max(seq) FROM events), 0))",
    )?
    .query_row([], |row| rows::number(row, 0))
}

/// A message, if there is one with this id.
pub(super) fn message(db: &Connection, message: Seq) -> rusqlite::Result<Option<Message>> {
    db.prepare_cached(&format!("SELECT {MESSAGE_COLUMNS} FROM messages WHERE id = ?"))?
        .query_row([sql(message.0)], rows::message)
        .optional()
}

/// The room of a message, if there is one with this id.
pub(super) fn room_of(db: &Connection, message: Seq) -> rusqlite::Result<Option<RoomId>> {
    db.prepare_cached("SELECT room FROM messages WHERE id = ?")?
        .query_row([sql(message.0)], |row| rows::room_id(row, 0))
        .optional()
}

/// Keeps that something has become of a message, and gives the event's place.
pub(super) fn add(db: &Connection, message: &Message, kind: &str, by: Option<UserId>) -> rusqlite::Result<Seq> {
    let seq = Seq(newest_seq(db)? + 1);
    db.prepare_cached("INSERT INTO events (seq, room, kind, message, by) VALUES (?, ?, ?, ?, ?)")?.execute(params![
        sql(seq.0),
        sql(message.room.0),
        kind,
        sql(message.id.0),
        by.map(|by| sql(by.0)),
    ])?;
    Ok(seq)
}

/// What happened in the rooms of `asker` after `after` and up to `upto`, in order. Reads no more than is sent.
pub(super) fn missed(db: &Connection, asker: UserId, after: Seq, upto: Seq) -> rusqlite::Result<Missed> {
    let mut statement = db.prepare_cached(&missed_query())?;
    let mut rows = statement.query([sql(after.0), sql(upto.0), sql(asker.0)])?;
    let mut events = Vec::new();
    let mut text_bytes = 0;
    while let Some(row) = rows.next()? {
        text_bytes += rows::text_bytes(row)?;
        if events.len() >= RESUME_EVENTS_MAX || text_bytes > RESUME_BYTES_MAX {
            return Ok(Missed::TooMany);
        }
        events.push(event(db, asker, row)?);
    }
    Ok(Missed::Events(events))
}

/// The kinds of events as the database has them.
pub(super) const DELETED: &str = "deleted";
pub(super) const EDITED: &str = "edited";
pub(super) const PINNED: &str = "pinned";
pub(super) const REACTED: &str = "reacted";

/// Both tables in the order of places, each read as one stretch; rooms of others are passed over before their texts are
/// read. Columns: [`MESSAGE_COLUMNS`], then an event's kind and place.
fn missed_query() -> String {
    format!(
        "SELECT {MESSAGE_COLUMNS}, NULL, messages.id AS place FROM messages
         WHERE id > ?1 AND id <= ?2 AND room IN (SELECT room FROM members WHERE user = ?3)
         UNION ALL
         SELECT {MESSAGE_COLUMNS}, kind, seq AS place
         FROM events CROSS JOIN messages ON messages.id = message
         WHERE seq > ?1 AND seq <= ?2 AND events.room IN (SELECT room FROM members WHERE user = ?3)
         ORDER BY place"
    )
}

/// A row of [`missed_query`].
fn event(db: &Connection, asker: UserId, row: &Row<'_>) -> rusqlite::Result<Event> {
    const KIND: usize = MESSAGE_COLUMNS_COUNT;
    let message = told::message(db, Some(asker), row)?;
    let room = message.room;
    let what = match row.get_ref(KIND)?.as_str_or_null()? {
        None => EventKind::Message(message),
        Some(DELETED) => EventKind::Deleted { message: message.id, n: message.n },
        Some(EDITED) => EventKind::Edited(message),
        Some(PINNED) => EventKind::Pinned { message: message.id, n: message.n, on: message.pinned },
        Some(REACTED) => {
            let Message { id, n, reactions, mine, .. } = message;
            // Where none are left there are none of one's own.
            EventKind::Reacted { message: id, n, reactions, mine: mine.or_else(|| Some(Vec::new())) }
        }
        Some(other) => {
            let reason = format!("{other} is no kind of event").into();
            return Err(rusqlite::Error::FromSqlConversionFailure(KIND, Type::Text, reason));
        }
    };
    Ok(Event { seq: Seq(rows::number(row, KIND + 1)?), room, what })
}

/// The messages that were edited after this event, with their rooms; at most so many.
pub(super) fn edited_after(db: &Connection, after: Seq, limit: u32) -> rusqlite::Result<Vec<(RoomId, u64)>> {
    db.prepare_cached("SELECT room, message FROM events WHERE seq > ? AND kind = 'edited' ORDER BY seq DESC LIMIT ?")?
        .query_map(params![sql(after.0), limit], |row| Ok((rows::room_id(row, 0)?, rows::number(row, 1)?)))?
        .collect()
}

/// The numbers of messages of a room that were deleted of late, at most so many.
pub(super) fn deleted_of(db: &Connection, room: RoomId, limit: u32) -> rusqlite::Result<Vec<u64>> {
    db.prepare_cached(
        "SELECT n FROM events JOIN messages ON messages.id = message
         WHERE events.room = ? AND kind = 'deleted' ORDER BY seq DESC LIMIT ?",
    )?
    .query_map(params![sql(room.0), limit], |row| rows::number(row, 0))?
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database;

    #[test]
    fn what_was_missed_is_one_stretch_of_each_table() {
        let dir = tempfile::tempdir().unwrap();
        let db = database::open_database(dir.path()).unwrap();
        let steps = database::plan(&db, &missed_query());
        let stretches = steps.iter().filter(|step| step.contains("(rowid>? AND rowid<?)")).count();
        assert_eq!(stretches, 2, "{steps:?}");
        assert!(
            steps.iter().all(|step| !step.contains("TEMP B-TREE") && !step.starts_with("SCAN messages")),
            "{steps:?}"
        );
    }
}
