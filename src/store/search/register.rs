//! Searches that a register answers: whom messages call, and which have reactions. Few messages do, and where they stand is
//! known by room, so the index is not asked.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::super::mentions::ALL;
use super::super::{mentions, reactions};
use super::named;
use super::query::Query;
use super::sieve::Cost;
use crate::proto::event::Message;
use crate::proto::id::{RoomId, UserId};

/// What a message must be in a register by. Nothing: the search has none.
pub(super) struct Register {
    /// Any of these it must call; [`ALL`] among them.
    called: Option<BTreeSet<UserId>>,
    reacted: bool,
}

impl Register {
    pub(super) fn new(
        db: &Connection,
        asker: UserId,
        query: &Query,
        cost: &mut Cost,
    ) -> rusqlite::Result<Option<Self>> {
        let mut called = None;
        if query.calls_asker || !query.mentions.is_empty() {
            let named = named::people(db, asker, &query.mentions, cost)?;
            let asker = query.calls_asker.then_some([asker, ALL]);
            called = Some(named.into_iter().chain(asker.into_iter().flatten()).collect());
        }
        let register = Self { called, reacted: query.reacted };
        Ok(Some(register).filter(|register| register.called.is_some() || register.reacted))
    }

    /// Looks that each of [`Self::ids`] takes.
    pub(super) fn looks(&self) -> usize {
        self.called.as_ref().map_or(1, |called| called.len().max(1))
    }

    /// Messages of a room that stand in it, below this one, ascending: the newest, at most so many. Fewer: there are no more.
    pub(super) fn ids(&self, db: &Connection, room: RoomId, below: u64, limit: u32) -> rusqlite::Result<Vec<u64>> {
        match &self.called {
            Some(called) => mentions::of(db, called, room, below, limit),
            None => reactions::reacted(db, room, below, limit),
        }
    }

    /// Whether a message is all that is asked for.
    pub(super) fn has(&self, message: &Message) -> bool {
        let calls = |called: &BTreeSet<UserId>| {
            message.mentions.iter().any(|mention| called.contains(&mention.user.unwrap_or(ALL)))
        };
        self.called.as_ref().is_none_or(calls) && (!self.reacted || !message.reactions.is_empty())
    }
}
