//! Who has heard which voice message. A row for each listener of each at most, and none that outlives its message: whoever
//! marks adds no more than others have said.

use rusqlite::{Connection, OptionalExtension};

use super::rows::{self, sql};
use super::{events, members};
use crate::proto::attachment::AttachmentType;
use crate::proto::change::Change;
use crate::proto::code::ErrorCode;
use crate::proto::event::Message;
use crate::proto::heard::HeardBy;
use crate::proto::id::{RoomId, Seq, UserId};
use crate::proto::limits::HEARD_BY_MAX;
use crate::proto::op::Outcome;

/// How many have heard it, counted no further than it matters.
const COUNT: &str = "SELECT count(*) FROM (SELECT 1 FROM heard_marks WHERE message = ?1 LIMIT ?2)";
/// The first of those who have.
const BY: &str = "SELECT user FROM heard_marks WHERE message = ?1 ORDER BY user LIMIT ?2";

/// Keeps that somebody has heard it.
pub(super) fn mark(db: &Connection, room: RoomId, message: Seq, by: UserId) -> rusqlite::Result<Outcome> {
    if !members::is_member(db, room, by)? {
        return Ok(Outcome::Refused(ErrorCode::NotAMember));
    }
    let said = events::message(db, message)?.filter(|said| said.room == room && said.author != by && has_voice(said));
    let Some(Message { author, .. }) = said else {
        return Ok(Outcome::Refused(ErrorCode::NotFound));
    };
    let is_new = db
        .prepare_cached("INSERT OR IGNORE INTO heard_marks (message, user) VALUES (?, ?)")?
        .execute([sql(message.0), sql(by.0)])?
        > 0;
    if !is_new {
        return Ok(Outcome::done([]));
    }
    let told = HEARD_BY_MAX as u64;
    let count = db.prepare_cached(COUNT)?.query_row([sql(message.0), sql(told + 1)], |row| rows::number(row, 0))?;
    let author = (count <= told).then_some(author);
    Ok(Outcome::done([Change::HeardMarked { room, message, by, author }]))
}

/// Of these messages of a room, who has heard them, as far as `asker` is told; those that nobody has are left out.
pub(super) fn of(db: &Connection, asker: UserId, room: RoomId, messages: &[Seq]) -> rusqlite::Result<Vec<HeardBy>> {
    let mut heard = Vec::new();
    for &message in messages {
        let author = db
            .prepare_cached("SELECT author FROM messages WHERE id = ? AND room = ?")?
            .query_row([sql(message.0), sql(room.0)], |row| rows::user_id(row, 0))
            .optional()?;
        let by = match author {
            None => Vec::new(),
            Some(author) if author == asker => listeners(db, message)?,
            Some(_) if has_heard(db, message, asker)? => vec![asker],
            Some(_) => Vec::new(),
        };
        if !by.is_empty() {
            heard.push(HeardBy { message, by });
        }
    }
    Ok(heard)
}

/// Forgets who has heard a message that is being deleted.
pub(super) fn remove(db: &Connection, message: Seq) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM heard_marks WHERE message = ?")?.execute([sql(message.0)])?;
    Ok(())
}

fn has_voice(message: &Message) -> bool {
    message.attachments.iter().any(|attachment| attachment.what.name() == AttachmentType::Voice)
}

fn listeners(db: &Connection, message: Seq) -> rusqlite::Result<Vec<UserId>> {
    db.prepare_cached(BY)?.query_map([sql(message.0), sql(HEARD_BY_MAX as u64)], |row| rows::user_id(row, 0))?.collect()
}

fn has_heard(db: &Connection, message: Seq, user: UserId) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM heard_marks WHERE message = ? AND user = ?")?.exists([sql(message.0), sql(user.0)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database;

    #[test]
    fn marks_of_a_message_are_one_stretch_of_their_table() {
        let dir = tempfile::tempdir().unwrap();
        let db = database::open_database(dir.path()).unwrap();
        for query in [COUNT, BY] {
            let steps = database::plan(&db, query);
            assert!(steps.contains(&"SEARCH heard_marks USING PRIMARY KEY (message=?)".to_owned()), "{steps:?}");
            assert!(!steps.iter().any(|step| step.contains("B-TREE")), "{steps:?}");
        }
    }
}
