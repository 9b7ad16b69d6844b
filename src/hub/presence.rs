//! Who is present, and telling everyone what has changed at most once an interval.
//!
//! A person is present while one of their connections has said hello. A joiner gets the whole list once, with the
//! next telling; the others get only what changed. So a thousand arrivals cost a few frames each, not a million.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::proto::id::{ConnId, UserId};
use crate::proto::limits::PRESENCE_INTERVAL;
use crate::proto::server::ServerMessage;

use super::Output;
use super::room::broadcast;

/// See the module's text.
#[derive(Debug, Default)]
pub(super) struct Presence {
    /// Connections of each person who is present.
    present: BTreeMap<UserId, usize>,
    /// Connections that know who is present.
    told: BTreeSet<ConnId>,
    /// Connections that have not been told yet.
    fresh: BTreeSet<ConnId>,
    came: BTreeSet<UserId>,
    left: BTreeSet<UserId>,
    /// When the gathered changes are due.
    due: Option<Duration>,
}

impl Presence {
    /// When [`Self::tell`] is due.
    pub(super) fn due_at(&self) -> Option<Duration> {
        self.due
    }

    /// A connection has said hello.
    pub(super) fn came(&mut self, conn: ConnId, user: UserId, now: Duration) {
        self.fresh.insert(conn);
        let conns = self.present.entry(user).or_default();
        *conns += 1;
        if *conns == 1 && !self.left.remove(&user) {
            self.came.insert(user);
        }
        self.due.get_or_insert(now + PRESENCE_INTERVAL);
    }

    /// A connection has ended, whether or not it had said hello.
    pub(super) fn left(&mut self, conn: ConnId, user: UserId, now: Duration) {
        if !self.fresh.remove(&conn) && !self.told.remove(&conn) {
            return;
        }
        let Some(conns) = self.present.get_mut(&user) else { return };
        *conns -= 1;
        if *conns > 0 {
            return;
        }
        self.present.remove(&user);
        if !self.came.remove(&user) {
            self.left.insert(user);
        }
        self.due.get_or_insert(now + PRESENCE_INTERVAL);
    }

    /// Everyone who hears what concerns everybody.
    pub(super) fn everyone(&self) -> Vec<ConnId> {
        self.told.iter().chain(&self.fresh).copied().collect()
    }

    /// Tells what has changed, if it is due.
    pub(super) fn tell(&mut self, now: Duration, out: &mut Vec<Output>) {
        if self.due.is_none_or(|due| now < due) {
            return;
        }
        self.due = None;
        let came: Vec<UserId> = std::mem::take(&mut self.came).into_iter().collect();
        let left: Vec<UserId> = std::mem::take(&mut self.left).into_iter().collect();
        if !came.is_empty() || !left.is_empty() {
            broadcast(self.told.iter().copied().collect(), ServerMessage::Presence { came, left }, out);
        }
        let fresh = std::mem::take(&mut self.fresh);
        if !fresh.is_empty() {
            let users = self.present.keys().copied().collect();
            broadcast(fresh.iter().copied().collect(), ServerMessage::Present { users }, out);
            self.told.extend(fresh);
        }
    }
}
