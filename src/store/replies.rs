//! Which message is a reply to which. Its row names what it replies to by the id alone: what that says is read when it is
//! told, so that nothing of it stands anywhere else.
//!
//! Replies to one message, and replies to these, are a chain, which begins with that message.

use rusqlite::{Connection, OptionalExtension, params};

use super::rows::{self, MESSAGE_COLUMNS, ReplyTo, sql};
use super::{events, told};
use crate::proto::event::{Message, Quote};
use crate::proto::id::{RoomId, Seq, UserId};
use crate::proto::limits::PAGE_TEXT_BYTES_MAX;

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

/// The message that a chain began with and its replies, those after `after`, the oldest first; whether there are more.
pub(super) fn chain(
    db: &Connection,
    asker: UserId,
    (room, chain): (RoomId, Seq),
    after: Seq,
    limit: usize,
) -> rusqlite::Result<(Vec<Message>, bool)> {
    let mut statement = db.prepare_cached(&chain_query())?;
    let mut rows = statement.query(params![sql(chain.0), sql(after.0), sql(room.0)])?;
    let (mut messages, mut text_bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        text_bytes += rows::text_bytes(row)?;
        if messages.len() >= limit || (text_bytes > PAGE_TEXT_BYTES_MAX && !messages.is_empty()) {
            return Ok((messages, true));
        }
        messages.push(told::message(db, Some(asker), row)?);
    }
    Ok((messages, false))
}

/// What a message replies to.
pub(super) fn of(db: &Connection, message: Seq) -> rusqlite::Result<Option<ReplyTo>> {
    db.prepare_cached("SELECT reply FROM messages WHERE id = ?")?
        .query_row([sql(message.0)], |row| rows::reply(row, 0))
        .optional()
        .map(Option::flatten)
}

fn chain_query() -> String {
    format!(
        "SELECT {MESSAGE_COLUMNS} FROM messages WHERE id = ?1 AND id > ?2 AND room = ?3
         UNION ALL
         SELECT * FROM (
             SELECT {MESSAGE_COLUMNS} FROM chains CROSS JOIN messages ON messages.id = chains.message
             WHERE chain = ?1 AND message > ?2 AND messages.room = ?3 ORDER BY message)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database;

    #[test]
    fn a_chain_is_one_stretch_of_its_table() {
        let dir = tempfile::tempdir().unwrap();
        let db = database::open_database(dir.path()).unwrap();
        let steps = database::plan(&db, &chain_query());
        assert!(
            steps.iter().any(|step| step.starts_with("SEARCH chains USING PRIMARY KEY (chain=? AND message>?)")),
            "{steps:?}"
        );
        assert!(steps.iter().all(|step| !step.contains("B-TREE") && !step.starts_with("SCAN messages")), "{steps:?}");
    }
}
