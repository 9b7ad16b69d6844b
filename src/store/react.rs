//! Reacting to messages, and who has.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::{events, members, people, reactions};
use crate::proto::change::Change;
use crate::proto::code::ErrorCode;
use crate::proto::event::{Event, EventKind};
use crate::proto::id::{RoomId, Seq, UserId};
use crate::proto::limits::REACTED_BY_MAX;
use crate::proto::op::{NewReaction, Outcome, Reply};
use crate::proto::permit::Act;
use crate::proto::reaction::ReactedBy;

/// Puts emoji to a message, each or says why not.
pub(super) fn react(db: &Connection, room: RoomId, message: Seq, asked: Vec<NewReaction>) -> rusqlite::Result<Outcome> {
    let stored = events::message(db, message)?.filter(|stored| stored.room == room && !stored.deleted);
    let Some(stored) = stored else {
        let refusals = asked.iter().map(|_| Some(ErrorCode::NotFound)).collect();
        return Ok(Outcome::made(Reply::Reacted(refusals), []));
    };
    let before = reactions::put(db, message)?.map(|put| put.who).unwrap_or_default();
    let mut who = before.clone();
    let (mut refusals, mut people) = (Vec::new(), BTreeSet::new());
    for new in asked {
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
    reactions::keep(db, (room, message), rev, &who)?;
    let mine = people.into_iter().map(|user| (user, who.of(user))).collect();
    let what = EventKind::Reacted { message, n: stored.n, reactions: who.counts(), mine: None };
    Ok(Outcome::made(Reply::Reacted(refusals), [Change::Reacted { event: Event { seq: rev, room, what }, mine }]))
}

/// Who has reacted to a message of a room, as far as `asker` is told.
pub(super) fn by(db: &Connection, asker: UserId, room: RoomId, message: Seq) -> rusqlite::Result<Vec<ReactedBy>> {
    if events::room_of(db, message)? != Some(room) {
        return Ok(Vec::new());
    }
    let Some(put) = reactions::put(db, message)? else { return Ok(Vec::new()) };
    let is_guest = people::is_guest(db, asker)?;
    let mut told = Vec::new();
    for (emoji, count, who) in put.who.each() {
        let mut by = Vec::new();
        for &user in who {
            if by.len() >= REACTED_BY_MAX {
                break;
            }
            // A guest knows those with whom they are there.
            if !is_guest || members::is_member(db, room, user)? {
                by.push(user);
            }
        }
        told.push(ReactedBy { emoji: emoji.clone(), count, by });
    }
    Ok(told)
}
