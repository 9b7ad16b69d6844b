//! Removing rooms: first nobody is in them any more, then their messages are erased. Both in bounded steps, since others'
//! messages wait meanwhile.

use rusqlite::{Connection, OptionalExtension, params};

use super::rows::{self, REMOVED_ROOM, sql};
use super::{history, messages, people};
use crate::proto::change::Change;
use crate::proto::code::ErrorCode;
use crate::proto::id::{RoomId, Seq, UserId};
use crate::proto::limits::{ERASED_AT_ONCE_MAX, ROOMS_REMOVED_AT_ONCE_MAX};
use crate::proto::op::{Millis, Outcome, RemovalOp, Reply, Whose};

/// Everything of a removed room is erased.
const ERASED: i64 = i64::MAX;

/// What person ?1 made; of direct rooms those that they began and the other has never written in, and not the one that they
/// have for themselves.
const TO_REMOVE: &str = "made_by = ?1 AND made_by IS NOT NULL AND NOT (
    low IS NOT NULL AND (low = high OR EXISTS (SELECT 1 FROM messages WHERE room = rooms.id AND author <> ?1)))";

pub(super) fn apply(db: &Connection, op: RemovalOp) -> rusqlite::Result<Outcome> {
    match op {
        RemovalOp::Messages { at } => erase(db, at),
        RemovalOp::Rooms { made_by } => remove_made_by(db, made_by),
    }
}

/// Removes rooms that this person made or began for nothing, [`ROOMS_REMOVED_AT_ONCE_MAX`] of them; of
/// nobody, `not_found`.
pub(super) fn remove_made_by(db: &Connection, user: UserId) -> rusqlite::Result<Outcome> {
    if !people::was_ever(db, user)? {
        return Ok(Outcome::Refused(ErrorCode::NotFound));
    }
    let rooms: Vec<RoomId> = db
        .prepare_cached(&format!("SELECT id FROM rooms WHERE {TO_REMOVE} ORDER BY id LIMIT ?2"))?
        .query_map([sql(user.0), sql(ROOMS_REMOVED_AT_ONCE_MAX as u64)], |row| rows::room_id(row, 0))?
        .collect::<rusqlite::Result<_>>()?;
    for room in &rooms {
        db.prepare_cached("DELETE FROM members WHERE room = ?")?.execute([sql(room.0)])?;
        db.prepare_cached("DELETE FROM invite_rooms WHERE room = ?")?.execute([sql(room.0)])?;
        db.prepare_cached(&format!("UPDATE rooms SET {REMOVED_ROOM} WHERE id = ?"))?.execute([sql(room.0)])?;
    }
    let more = rooms.len() == ROOMS_REMOVED_AT_ONCE_MAX;
    Ok(Outcome::made(Reply::Step { more }, [Change::RoomsRemoved { rooms }]))
}

/// How many rooms [`remove_made_by`] would remove; `None` of nobody.
pub(super) fn made_by(db: &Connection, user: UserId) -> rusqlite::Result<Option<u64>> {
    if !people::was_ever(db, user)? {
        return Ok(None);
    }
    db.prepare_cached(&format!("SELECT count(*) FROM rooms WHERE {TO_REMOVE}"))?
        .query_row([sql(user.0)], |row| rows::number(row, 0).map(Some))
}

/// Erases messages of removed rooms, [`ERASED_AT_ONCE_MAX`] of them, as deleted messages are.
pub(super) fn erase(db: &Connection, at: Millis) -> rusqlite::Result<Outcome> {
    let mut looked = 0;
    while looked < ERASED_AT_ONCE_MAX {
        let Some((room, upto)) = next_room(db)? else { return Ok(Outcome::made(Reply::Step { more: false }, [])) };
        let messages = history::after(db, None, room, upto, ERASED_AT_ONCE_MAX - looked)?.messages;
        // A room without any counts too: it was looked at.
        looked += messages.len().max(1);
        let upto = messages.back().map_or(ERASED, |message| sql(message.id.0));
        for message in messages {
            if !message.deleted {
                messages::delete(db, (room, message.id), None, Whose::Anyones, at)?;
            }
        }
        db.prepare_cached("UPDATE rooms SET erased_upto = ?2 WHERE id = ?1")?.execute(params![sql(room.0), upto])?;
    }
    Ok(Outcome::made(Reply::Step { more: true }, []))
}

fn next_room(db: &Connection) -> rusqlite::Result<Option<(RoomId, Seq)>> {
    db.prepare_cached("SELECT id, erased_upto FROM rooms WHERE erased_upto IS NOT NULL AND erased_upto < ? LIMIT 1")?
        .query_row([ERASED], |row| Ok((rows::room_id(row, 0)?, Seq(rows::number(row, 1)?))))
        .optional()
}
