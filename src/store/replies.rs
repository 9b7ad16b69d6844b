//! Which message is a reply to which. Its row names what it replies to by the id alone: what that says is read when it is
//! told, so that nothing of it stands anywhere else.
//!
//! Replies to one message, and replies to these, are a chain, which begins with that message.

use rusqlite::{Connection, OptionalExtension};

use super::events;
use super::rows::{self, ReplyTo, sql};
use crate::proto::event::Quote;
use crate::proto::id::{RoomId, Seq};

/// What a reply to this message of that room is to keep; none where there is no such message.
pub(super) fn to(db: &Connection, room: RoomId, message: Seq) -> rusqlite::Result<Option<ReplyTo>> {
    if events::room_of(db, message)? != Some(room) {
        return Ok(None);
    }
    let chain = of(db, message)?.map_or(message, |(_, chain, _)| chain);
    let newest = db
        .prepare_cached("SELECT max(message) FROM chains WHERE chain = ?")?
        .query_row([sql(chain.0)], |row| row.get::<_, Option<i64>>(0))?;
    let before = match newest.and_then(|newest| u64::try_from(newest).ok()) {
        Some(newest) => of(db, Seq(newest))?.map_or(0, |(_, _, place)| place),
        None => 0,
    };
    Ok(Some((message, chain, before.saturating_add(1))))
}

/// What is kept of it in its row.
pub(super) fn written(reply: ReplyTo) -> rusqlite::Result<String> {
    serde_json::to_string(&reply).map_err(|fault| rusqlite::Error::ToSqlConversionFailure(fault.into()))
}

/// Enters a new message into the chain that it goes on with.
pub(super) fn note(db: &Connection, message: Seq, (_, chain, _): ReplyTo) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT INTO chains (chain, message) VALUES (?, ?)")?.execute([sql(chain.0), sql(message.0)])?;
    Ok(())
}

/// What is quoted, as it is now; none where it is not there.
pub(super) fn quote(db: &Connection, (to, chain, place): ReplyTo) -> rusqlite::Result<Option<Quote>> {
    Ok(events::message(db, to)?.map(|quoted| Quote::of(&quoted, (chain, place))))
}

/// What a message replies to.
pub(super) fn of(db: &Connection, message: Seq) -> rusqlite::Result<Option<ReplyTo>> {
    db.prepare_cached("SELECT reply FROM messages WHERE id = ?")?
        .query_row([sql(message.0)], |row| rows::reply(row, 0))
        .optional()
        .map(Option::flatten)
}
