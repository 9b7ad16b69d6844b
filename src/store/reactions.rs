//! What people have put to messages: a row for each message that has any, which goes with the message.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};

use super::rows::{self, sql};
use super::{events, members, people};
use crate::proto::change::Change;
use crate::proto::code::ErrorCode;
use crate::proto::event::{Event, EventKind};
use crate::proto::id::{RoomId, Seq, UserId};
use crate::proto::limits::{REACTED_BY_MAX, REACTION_KINDS_MAX, REACTIONS_MAX};
use crate::proto::op::{NewReaction, Outcome, Reply};
use crate::proto::permit::Act;
use crate::proto::reaction::{Emoji, ReactedBy, Reaction};

/// Who has put which emoji to a message, the emoji in the order in which each was first.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
struct Who(Vec<(Emoji, Vec<UserId>)>);

/// What has been put to one message.
pub(super) struct Put {
    /// The newest event that changed it.
    pub(super) rev: Seq,
    who: Who,
}

impl Put {
    pub(super) fn counts(&self) -> Vec<Reaction> {
        self.who.counts()
    }

    /// What this person has put to it.
    pub(super) fn of(&self, user: UserId) -> Vec<Emoji> {
        self.who.of(user)
    }
}

impl Who {
    fn counts(&self) -> Vec<Reaction> {
        self.0.iter().map(|(emoji, who)| Reaction(emoji.clone(), count(who))).collect()
    }

    fn of(&self, user: UserId) -> Vec<Emoji> {
        self.0.iter().filter(|(_, who)| who.contains(&user)).map(|(emoji, _)| emoji.clone()).collect()
    }

    /// Puts one there or takes it back, or says why not.
    fn change(&mut self, NewReaction { user, emoji, on }: NewReaction) -> Result<(), ErrorCode> {
        let at = self.0.iter().position(|(kind, _)| *kind == emoji);
        match (at, on) {
            (Some(at), true) if self.0[at].1.contains(&user) => {}
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

    fn has_room(&self) -> Result<(), ErrorCode> {
        let all: usize = self.0.iter().map(|(_, who)| who.len()).sum();
        if all < REACTIONS_MAX { Ok(()) } else { Err(ErrorCode::ReactionsMany) }
    }
}

/// Puts emoji to a message, each or says why not.
pub(super) fn react(
    db: &Connection,
    room: RoomId,
    message: Seq,
    reactions: Vec<NewReaction>,
) -> rusqlite::Result<Outcome> {
    let stored = events::message(db, message)?.filter(|stored| stored.room == room && !stored.deleted);
    let Some(stored) = stored else {
        let refusals = reactions.iter().map(|_| Some(ErrorCode::NotFound)).collect();
        return Ok(Outcome::made(Reply::Reacted(refusals), []));
    };
    let before = put(db, message)?.map(|put| put.who).unwrap_or_default();
    let mut who = before.clone();
    let (mut refusals, mut people) = (Vec::new(), BTreeSet::new());
    for new in reactions {
        let user = new.user;
        let refusal = match members::may(db, Act::React, room, user)? {
            Some(refusal) => Some(refusal),
            None => who.change(new).err(),
        };
        if refusal.is_none() {
            people.insert(user);
        }
        refusals.push(refusal);
    }
    if who == before {
        return Ok(Outcome::made(Reply::Reacted(refusals), []));
    }
    let rev = events::add(db, &stored, events::REACTED, None)?;
    db.prepare_cached("INSERT OR REPLACE INTO reactions (message, rev, who) VALUES (?, ?, ?)")?.execute(params![
        sql(message.0),
        sql(rev.0),
        written(&who)?
    ])?;
    let mine = people.into_iter().map(|user| (user, who.of(user))).collect();
    let what = EventKind::Reacted { message, n: stored.n, reactions: who.counts(), mine: None };
    Ok(Outcome::made(Reply::Reacted(refusals), [Change::Reacted { event: Event { seq: rev, room, what }, mine }]))
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

/// Who has reacted to a message of a room, as far as `asker` is told.
pub(super) fn by(db: &Connection, asker: UserId, room: RoomId, message: Seq) -> rusqlite::Result<Vec<ReactedBy>> {
    if events::room_of(db, message)? != Some(room) {
        return Ok(Vec::new());
    }
    let Some(Put { who: Who(who), .. }) = put(db, message)? else { return Ok(Vec::new()) };
    let is_guest = people::is_guest(db, asker)?;
    let mut reactions = Vec::new();
    for (emoji, who) in who {
        let count = count(&who);
        let mut by = Vec::new();
        for user in who {
            if by.len() >= REACTED_BY_MAX {
                break;
            }
            // A guest knows those with whom they are there.
            if !is_guest || members::is_member(db, room, user)? {
                by.push(user);
            }
        }
        reactions.push(ReactedBy { emoji, count, by });
    }
    Ok(reactions)
}

/// Forgets what was put to a message that is being deleted.
pub(super) fn remove(db: &Connection, message: Seq) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM reactions WHERE message = ?")?.execute([sql(message.0)])?;
    Ok(())
}

fn written(who: &Who) -> rusqlite::Result<String> {
    serde_json::to_string(&who.0).map_err(|fault| rusqlite::Error::ToSqlConversionFailure(fault.into()))
}

/// How many they are: at most [`REACTIONS_MAX`].
fn count(who: &[UserId]) -> u32 {
    u32::try_from(who.len()).unwrap_or(u32::MAX)
}
