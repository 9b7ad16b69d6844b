//! The order of all events, and what has a place in it: messages being written, in their own table, and all else.
//!
//! Places are dense over both tables: what somebody missed is one stretch of them.

use rusqlite::{Connection, OptionalExtension, params};

use super::rows::{self, MESSAGE_COLUMNS, sql};
use crate::proto::event::Message;
use crate::proto::id::{RoomId, Seq, UserId};

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

/// The kinds of events as the database has them.
pub(super) const DELETED: &str = "deleted";
pub(super) const EDITED: &str = "edited";
pub(super) const PINNED: &str = "pinned";
pub(super) const REACTED: &str = "reacted";

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
