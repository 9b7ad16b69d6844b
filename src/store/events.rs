//! The order of all events, and what has a place in it.

use rusqlite::{Connection, OptionalExtension};

use super::rows::{self, MESSAGE_COLUMNS, sql};
use crate::proto::id::Seq;
use crate::proto::server::Message;

/// The newest event's place.
pub(super) fn newest_seq(db: &Connection) -> rusqlite::Result<u64> {
    db.prepare_cached(
        "SELECT max(ifnull((SELECT max(id) FROM messages), 0), ifnull((SELECT max(seq) FROM changes), 0))",
    )?
    .query_row([], |row| rows::number(row, 0))
}

/// A message, if there is one with this id.
pub(super) fn message(db: &Connection, message: Seq) -> rusqlite::Result<Option<Message>> {
    db.prepare_cached(&format!("SELECT {MESSAGE_COLUMNS} FROM messages WHERE id = ?"))?
        .query_row([sql(message.0)], rows::message)
        .optional()
}
