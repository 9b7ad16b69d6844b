//! By what a message is known that is sent again: its author and the `client_msg_id`.
//!
//! The register `sent` names all messages up to the one up to which `filed` goes (see `history`), and is written together
//! with it, for many messages at once: an index that took each message with its commit would be a fifth of all that is
//! written. The newest are in a table in the writer's memory, which a transaction that fails takes back as it does all
//! else, and which is made anew from the messages when the database is opened.

use rusqlite::{Connection, OptionalExtension, params};

use super::rows::{MESSAGE_COLUMNS, sql};
use super::told;
use crate::proto::event::Message;
use crate::proto::id::{ClientMsgId, UserId};

/// Makes the table of the newest, for the connection that writes. Ids of clients begin with the time, so that all authors'
/// inserts meet on one page. A salvaged database may hold one twice: that keeps nobody out.
pub(super) fn prepare(writer: &Connection) -> rusqlite::Result<()> {
    writer.execute_batch(
        "CREATE TEMP TABLE just_sent (
             client_msg_id TEXT NOT NULL,
             author INTEGER NOT NULL,
             message INTEGER NOT NULL,
             PRIMARY KEY (client_msg_id, author)
         ) STRICT, WITHOUT ROWID;
         INSERT OR IGNORE INTO just_sent
         SELECT client_msg_id, author, id FROM messages WHERE id > (SELECT upto FROM filing)",
    )
}

/// The message that this author has sent by this id.
pub(super) fn find(writer: &Connection, author: UserId, id: &ClientMsgId) -> rusqlite::Result<Option<Message>> {
    writer
        .prepare_cached(&find_query())?
        .query_row(params![id.as_str(), sql(author.0)], |row| told::message(writer, Some(author), row))
        .optional()
}

/// Takes a new message in, after [`find`] has found none.
pub(super) fn note(writer: &Connection, message: &Message) -> rusqlite::Result<()> {
    writer
        .prepare_cached("INSERT INTO just_sent (client_msg_id, author, message) VALUES (?, ?, ?)")?
        .execute(params![message.client_msg_id.as_str(), sql(message.author.0), sql(message.id.0)])?;
    Ok(())
}

/// Enters the newest into the register. Part of a commit that enters them into `filed` as well.
pub(super) fn file(writer: &Connection) -> rusqlite::Result<()> {
    // Were one there after all, whose message was lost, no commit could ever be made again.
    writer
        .prepare_cached("INSERT OR REPLACE INTO sent SELECT * FROM just_sent ORDER BY client_msg_id, author")?
        .execute([])?;
    writer.prepare_cached("DELETE FROM just_sent")?.execute([])?;
    Ok(())
}

fn find_query() -> String {
    format!(
        "SELECT {MESSAGE_COLUMNS} FROM messages WHERE id = ifnull(
             (SELECT message FROM just_sent WHERE client_msg_id = ?1 AND author = ?2),
             (SELECT message FROM sent WHERE client_msg_id = ?1 AND author = ?2))"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database;

    #[test]
    fn one_that_is_sent_again_is_found_by_two_looks() {
        let dir = tempfile::tempdir().unwrap();
        let db = database::open_database(dir.path()).unwrap();
        let steps = database::plan(&db, &find_query());
        let looks = |table: &str| format!("SEARCH {table} USING PRIMARY KEY (client_msg_id=? AND author=?)");
        let found: Vec<_> = steps.iter().filter(|step| !step.starts_with("SCALAR SUBQUERY")).collect();
        let message = "SEARCH messages USING INTEGER PRIMARY KEY (rowid=?)".to_owned();
        assert_eq!(found, [&message, &looks("just_sent"), &looks("sent")]);
    }
}
