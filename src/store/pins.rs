//! Messages that are pinned: they stand in a gallery of their room until they are taken out of it or deleted.

use rusqlite::{Connection, params};

use super::rows::sql;
use super::{events, galleries, members};
use crate::proto::brought::Gallery;
use crate::proto::change::Change;
use crate::proto::code::ErrorCode;
use crate::proto::event::{Event, EventKind};
use crate::proto::id::{RoomId, Seq, UserId};
use crate::proto::limits::PINS_MAX;
use crate::proto::op::Outcome;
use crate::proto::permit::Act;

/// Pins a message, or does so no more.
pub(super) fn pin(db: &Connection, room: RoomId, message: Seq, by: UserId, on: bool) -> rusqlite::Result<Outcome> {
    if let Some(refusal) = members::may(db, Act::Pin, room, by)? {
        return Ok(Outcome::Refused(refusal));
    }
    let stored = events::message(db, message)?.filter(|stored| stored.room == room && !stored.deleted);
    let Some(stored) = stored else {
        return Ok(Outcome::Refused(ErrorCode::NotFound));
    };
    if galleries::holds(db, Gallery::Pins, room, message)? == on {
        return Ok(Outcome::done([]));
    }
    if on && galleries::count(db, Gallery::Pins, room, PINS_MAX)? >= PINS_MAX {
        return Ok(Outcome::Refused(ErrorCode::LimitReached));
    }
    let seq = events::add(db, &stored, events::PINNED, Some(by))?;
    if on {
        galleries::enter(db, Gallery::Pins, room, message)?;
    } else {
        galleries::take_out(db, Gallery::Pins, room, message)?;
    }
    db.prepare_cached("UPDATE messages SET rev = ?2 WHERE id = ?1")?.execute(params![sql(message.0), sql(seq.0)])?;
    let what = EventKind::Pinned { message, n: stored.n, on };
    Ok(Outcome::done([Change::Event(Event { seq, room, what })]))
}
