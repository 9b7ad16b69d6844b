//! The messages of a chain of replies, a page at a time.

use rusqlite::{Connection, params};

use super::history::Stretch;
use super::rows::{self, MESSAGE_COLUMNS, sql};
use super::told;
use crate::proto::id::{RoomId, Seq, UserId};
use crate::proto::limits::PAGE_TEXT_BYTES_MAX;

/// The message that a chain began with and its replies, those after `after`, the oldest first.
pub(super) fn read(
    db: &Connection,
    asker: UserId,
    (room, chain): (RoomId, Seq),
    after: Seq,
    limit: usize,
) -> rusqlite::Result<Stretch> {
    let mut statement = db.prepare_cached(&chain_query())?;
    let mut rows = statement.query(params![sql(chain.0), sql(after.0), sql(room.0)])?;
    let mut stretch = Stretch::new(limit, PAGE_TEXT_BYTES_MAX);
    while let Some(row) = rows.next()?
        && stretch.takes(rows::text_bytes(row)?)
    {
        stretch.messages.push_back(told::message(db, Some(asker), row)?);
    }
    Ok(stretch)
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
