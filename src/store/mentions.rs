//! Whom messages call: with the message, and in a register by whom.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};

use super::rows::{self, KeptMention, sql};
use crate::proto::event::Message;
use crate::proto::id::{RoomId, UserId};
use crate::proto::mention::Mention;

/// Stands in the register for all who are in the room: no account has it.
const EVERYONE: u64 = 0;

/// What the column of a message holds.
pub(super) fn written(mentions: &[Mention]) -> rusqlite::Result<Option<String>> {
    if mentions.is_empty() {
        return Ok(None);
    }
    let kept: Vec<KeptMention> = mentions.iter().map(|mention| (mention.name.clone(), by(mention))).collect();
    serde_json::to_string(&kept).map(Some).map_err(|fault| rusqlite::Error::ToSqlConversionFailure(fault.into()))
}

/// Enters whom a message calls that is being written.
pub(super) fn add(db: &Connection, message: &Message) -> rusqlite::Result<()> {
    message.mentions.iter().try_for_each(|mention| {
        // By several names somebody is called once.
        db.prepare_cached("INSERT OR IGNORE INTO mentions (user, room, message) VALUES (?, ?, ?)")?
            .execute(params![sql(by(mention)), sql(message.room.0), sql(message.id.0)])
            .map(drop)
    })
}

/// Takes a message out that is being deleted, or says something else.
pub(super) fn remove(db: &Connection, message: &Message) -> rusqlite::Result<()> {
    message.mentions.iter().try_for_each(|mention| {
        db.prepare_cached("DELETE FROM mentions WHERE user = ? AND room = ? AND message = ?")?
            .execute(params![sql(by(mention)), sql(message.room.0), sql(message.id.0)])
            .map(drop)
    })
}

/// Stands for all who are in the room, among those who are called.
pub(super) const ALL: UserId = UserId(EVERYONE);

/// Messages of a room that call any of these, below this one, ascending: the newest, at most so many.
pub(super) fn of(
    db: &Connection,
    called: &BTreeSet<UserId>,
    room: RoomId,
    below: u64,
    limit: u32,
) -> rusqlite::Result<Vec<u64>> {
    let mut found = BTreeSet::new();
    for user in called {
        let mut select = db.prepare_cached(QUERY)?;
        let newest =
            select.query_map(params![sql(user.0), sql(room.0), sql(below), limit], |row| rows::number(row, 0))?;
        found.extend(newest.collect::<rusqlite::Result<Vec<u64>>>()?);
    }
    let surplus = found.len().saturating_sub(limit as usize);
    Ok(found.into_iter().skip(surplus).collect())
}

const QUERY: &str =
    "SELECT message FROM mentions WHERE user = ? AND room = ? AND message < ? ORDER BY message DESC LIMIT ?";

fn by(mention: &Mention) -> u64 {
    mention.user.map_or(EVERYONE, |user| user.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database;

    #[test]
    fn where_somebody_was_called_is_one_stretch() {
        let dir = tempfile::tempdir().unwrap();
        let db = database::open_database(dir.path()).unwrap();
        let steps = database::plan(&db, QUERY);
        assert_eq!(steps, ["SEARCH mentions USING PRIMARY KEY (user=? AND room=? AND message<?)"]);
    }
}
