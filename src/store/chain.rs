//! The messages of a chain of replies, a page at a time.

use rusqlite::{Connection, params};

use super::rows::{self, MESSAGE_COLUMNS, sql};
use super::told;
use crate::proto::event::Message;
use crate::proto::id::{RoomId, Seq, UserId};
use crate::proto::limits::PAGE_TEXT_BYTES_MAX;

/// The message that a chain began with and its replies, those after `after`, the oldest first; whether there are more.
pub(super) fn read(
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
