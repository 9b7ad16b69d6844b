//! What people have put to messages: a row for each message that has any, which goes with the message.

use rusqlite::{Connection, OptionalExtension, params};

use super::rows::{self, sql};
use crate::proto::code::ErrorCode;
use crate::proto::id::{RoomId, Seq, UserId};
use crate::proto::limits::{REACTION_KINDS_MAX, REACTION_KINDS_OF_ONE_MAX, REACTIONS_MAX};
use crate::proto::op::NewReaction;
use crate::proto::reaction::{Emoji, Reaction};

/// Who has put which emoji to a message, the emoji in the order in which each was first.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Who(Vec<(Emoji, Vec<UserId>)>);

/// What has been put to one message.
pub(super) struct Put {
    /// The newest event that changed it.
    pub(super) rev: Seq,
    pub(super) who: Who,
}

impl Who {
    pub(super) fn counts(&self) -> Vec<Reaction> {
        self.0.iter().map(|(emoji, who)| Reaction(emoji.clone(), count(who))).collect()
    }

    pub(super) fn of(&self, user: UserId) -> Vec<Emoji> {
        self.0.iter().filter(|(_, who)| who.contains(&user)).map(|(emoji, _)| emoji.clone()).collect()
    }

    /// Puts one there or takes it back, or says why not.
    pub(super) fn change(&mut self, NewReaction { user, emoji, on }: NewReaction) -> Result<(), ErrorCode> {
        let at = self.0.iter().position(|(kind, _)| *kind == emoji);
        match (at, on) {
            (Some(at), true) if self.0[at].1.contains(&user) => {}
            (_, true) if self.of(user).len() >= REACTION_KINDS_OF_ONE_MAX => return Err(ErrorCode::ReactionsMany),
            (Some(at), true) => {
                self.has_room()?;
                self.0[at].1.push(user);
            }
            (None, true) if self.0.len() >= REACTION_KINDS_MAX => return Err(ErrorCode::ReactionsMany),
            (None, true) => {
                self.has_room()?;
                self.0.push((emoji, vec![user]));
            }
            (Some(at), false) => {
                self.0[at].1.retain(|other| *other != user);
                if self.0[at].1.is_empty() {
                    self.0.remove(at);
                }
            }
            (None, false) => {}
        }
        Ok(())
    }

    /// Of each emoji, how many have put it there, and who.
    pub(super) fn each(&self) -> impl Iterator<Item = (&Emoji, u32, &[UserId])> {
        self.0.iter().map(|(emoji, who)| (emoji, count(who), &who[..]))
    }

    fn has_room(&self) -> Result<(), ErrorCode> {
        let all: usize = self.0.iter().map(|(_, who)| who.len()).sum();
        if all < REACTIONS_MAX { Ok(()) } else { Err(ErrorCode::ReactionsMany) }
    }
}

/// What has been put to a message, if anything ever was.
pub(super) fn put(db: &Connection, message: Seq) -> rusqlite::Result<Option<Put>> {
    db.prepare_cached("SELECT rev, who FROM reactions WHERE message = ?")?
        .query_row([sql(message.0)], |row| {
            let who = serde_json::from_str(row.get_ref(1)?.as_str()?);
            let who = who.map_err(|fault| rows::unreadable(1, fault.to_string()))?;
            Ok(Put { rev: Seq(rows::number(row, 0)?), who: Who(who) })
        })
        .optional()
}

/// Keeps what has been put to a message, as of this event.
pub(super) fn keep(db: &Connection, (room, message): (RoomId, Seq), rev: Seq, who: &Who) -> rusqlite::Result<()> {
    let register = if who.0.is_empty() {
        "DELETE FROM reacted WHERE room = ? AND message = ?"
    } else {
        "INSERT OR IGNORE INTO reacted (room, message) VALUES (?, ?)"
    };
    db.prepare_cached(register)?.execute([sql(room.0), sql(message.0)])?;
    let who = serde_json::to_string(&who.0).map_err(|fault| rusqlite::Error::ToSqlConversionFailure(fault.into()))?;
    db.prepare_cached("INSERT OR REPLACE INTO reactions (message, rev, who) VALUES (?, ?, ?)")?.execute(params![
        sql(message.0),
        sql(rev.0),
        who
    ])?;
    Ok(())
}

/// Forgets what was put to a message that is being deleted.
pub(super) fn remove(db: &Connection, room: RoomId, message: Seq) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM reactions WHERE message = ?")?.execute([sql(message.0)])?;
    db.prepare_cached("DELETE FROM reacted WHERE room = ? AND message = ?")?.execute([sql(room.0), sql(message.0)])?;
    Ok(())
}

/// Messages of a room that anybody has reacted to, below this one, ascending: the newest, at most so many.
pub(super) fn reacted(db: &Connection, room: RoomId, below: u64, limit: u32) -> rusqlite::Result<Vec<u64>> {
    let mut select = db.prepare_cached(REACTED_QUERY)?;
    let newest = select.query_map(params![sql(room.0), sql(below), limit], |row| rows::number(row, 0))?;
    let mut messages = newest.collect::<rusqlite::Result<Vec<u64>>>()?;
    messages.reverse();
    Ok(messages)
}

const REACTED_QUERY: &str = "SELECT message FROM reacted WHERE room = ? AND message < ? ORDER BY message DESC LIMIT ?";

/// How many they are: at most [`REACTIONS_MAX`].
fn count(who: &[UserId]) -> u32 {
    u32::try_from(who.len()).unwrap_or(u32::MAX)
}
