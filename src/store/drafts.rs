//! What people have begun to write and not sent, for their other devices.

use rusqlite::{Connection, OptionalExtension, params};

use super::members;
use super::rows::{self, sql};
use crate::proto::account::Draft;
use crate::proto::change::Change;
use crate::proto::code::ErrorCode;
use crate::proto::id::{RoomId, UserId};
use crate::proto::limits::{DRAFTS_BYTES_MAX, DRAFTS_MAX};
use crate::proto::op::{Millis, Outcome};
use crate::proto::text::Body;

/// Keeps what stands in one room, or that nothing does any more: a device that was away is told so. Of too many and too much the
/// oldest go, and nothing is told of that: what a device has itself stays there.
pub(super) fn keep(
    db: &Connection,
    room: RoomId,
    user: UserId,
    body: Option<Body>,
    at: Millis,
) -> rusqlite::Result<Outcome> {
    if !members::is_member(db, room, user)? {
        return Ok(Outcome::Refused(ErrorCode::NotAMember));
    }
    let body = body.map(Body::into_string).unwrap_or_default();
    if kept(db, room, user)?.unwrap_or_default() == body {
        return Ok(Outcome::done([]));
    }
    // In the order in which they were kept, whatever becomes of the clock.
    db.prepare_cached(
        "INSERT OR REPLACE INTO drafts (user, room, at, body)
         VALUES (?1, ?2, max(?3, ifnull((SELECT max(at) + 1 FROM drafts WHERE user = ?1), ?3)), ?4)",
    )?
    .execute(params![sql(user.0), sql(room.0), at, body])?;
    make_room(db, user)?;
    Ok(Outcome::done([Change::DraftKept { room, user, body }]))
}

/// All of a person's, the newest first.
pub(super) fn of(db: &Connection, user: UserId) -> rusqlite::Result<Vec<Draft>> {
    db.prepare_cached("SELECT room, body FROM drafts WHERE user = ? ORDER BY at DESC, room")?
        .query_map([sql(user.0)], |row| Ok(Draft { room: rows::room_id(row, 0)?, body: row.get(1)? }))?
        .collect()
}

/// Who has any.
pub(super) fn people(db: &Connection) -> rusqlite::Result<Vec<UserId>> {
    db.prepare("SELECT DISTINCT user FROM drafts")?.query_map([], |row| rows::user_id(row, 0))?.collect()
}

fn kept(db: &Connection, room: RoomId, user: UserId) -> rusqlite::Result<Option<String>> {
    db.prepare_cached("SELECT body FROM drafts WHERE user = ? AND room = ?")?
        .query_row([sql(user.0), sql(room.0)], |row| row.get(0))
        .optional()
}

fn forget(db: &Connection, room: RoomId, user: UserId) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM drafts WHERE user = ? AND room = ?")?.execute([sql(user.0), sql(room.0)])?;
    Ok(())
}

fn make_room(db: &Connection, user: UserId) -> rusqlite::Result<()> {
    let (mut count, mut bytes) = (0, 0);
    for Draft { room, body } in of(db, user)? {
        count += 1;
        bytes += body.len();
        if count > DRAFTS_MAX || bytes > DRAFTS_BYTES_MAX {
            forget(db, room, user)?;
        }
    }
    Ok(())
}
