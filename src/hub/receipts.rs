//! Receipts: telling people how far others are with what they have written.
//!
//! They ride on read markers, and must never be a frame for each reader to each member: of other rooms than direct ones
//! nothing is told, and who asks is answered ([`Hub::seen_by`]). In a direct room the one person is told of the other's,
//! gathered, at most once an interval in one frame over all their rooms. It is always told how things are and not what has
//! changed, so that nothing is lost where a telling is left out or comes twice.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::proto::id::{RoomId, UserId};
use crate::proto::limits::{GATHER_INTERVAL, RECEIPTS_FRAME_MAX, SEEN_BY_MAX};
use crate::proto::receipt::{Receipt, RoomReceipt, SeenBy};
use crate::proto::server::{self, ServerMessage};

use super::room::{Member, Room, broadcast};
use super::{Hub, Output};

/// Receipts that are to be told.
#[derive(Debug, Default)]
pub(super) struct Receipts {
    /// To whom, and of which of their direct rooms.
    untold: BTreeMap<UserId, BTreeSet<RoomId>>,
    /// When they are due.
    due: Option<Duration>,
}

impl Receipts {
    /// When [`Hub::tell_receipts`] is due.
    pub(super) fn due_at(&self) -> Option<Duration> {
        self.due
    }

    /// Sees to it that what has been gathered is told in time. Called after every input.
    pub(super) fn schedule(&mut self, now: Duration) {
        if self.untold.is_empty() {
            self.due = None;
        } else {
            self.due.get_or_insert(now + GATHER_INTERVAL);
        }
    }

    fn gather(&mut self, to: UserId, room: RoomId) {
        self.untold.entry(to).or_default().insert(room);
    }

    /// What is to be told now. Of somebody who is in very many rooms the rest waits for the next time.
    fn take(&mut self) -> Vec<(UserId, BTreeSet<RoomId>)> {
        let mut taken = Vec::with_capacity(self.untold.len());
        for (user, mut rooms) in std::mem::take(&mut self.untold) {
            if let Some(&first_left) = rooms.iter().nth(RECEIPTS_FRAME_MAX) {
                self.untold.insert(user, rooms.split_off(&first_left));
            }
            taken.push((user, rooms));
        }
        taken
    }
}

impl Hub {
    /// Who has read the message with this number of a room, of those who were there when it was written; none where the asker
    /// is not a member. That it is the asker's own message is known to the store.
    pub fn seen_by(&self, asker: UserId, room: RoomId, n: u64) -> Option<SeenBy> {
        let room = self.rooms.get(room).filter(|room| room.members.contains_key(&asker))?;
        let mut seen = SeenBy { receipts: self.has_receipts(asker), count: 0, by: Vec::new() };
        if !seen.receipts {
            return Some(seen);
        }
        let has_read = |(user, member): &(&UserId, &Member)| {
            **user != asker && member.joined_n < n && n <= member.read.furthest_n && self.has_receipts(**user)
        };
        for (user, _) in room.members.iter().filter(has_read) {
            seen.count += 1;
            if seen.by.len() < SEEN_BY_MAX {
                seen.by.push(*user);
            }
        }
        Some(seen)
    }

    /// The room as a member sees it; none for others.
    pub(super) fn shown(&self, room: &Room, user: UserId) -> Option<server::Room> {
        let mut shown = room.seen_by(user, self.roster.box_role(user)?)?;
        shown.receipt = Some(self.receipt(room, user)).filter(|receipt| *receipt != Receipt::default());
        Some(shown)
    }

    /// Somebody has read, or was told of, more of a direct room: the other one hears of it, if they are here to hear it.
    pub(super) fn moved_on(&mut self, id: RoomId, user: UserId) {
        let Some(other) = self.rooms.get(id).and_then(|room| room.other(user)) else { return };
        if self.has_receipts(user) && self.has_receipts(other) && self.is_here(other) {
            self.receipts.gather(other, id);
        }
    }

    /// What was written in a direct room just now has reached the other one, if they are here.
    pub(super) fn delivered_live(&mut self, id: RoomId, author: UserId) {
        let Some(other) = self.rooms.get(id).and_then(|room| room.other(author)) else { return };
        if self.is_here(other) && self.rooms.get_mut(id).is_some_and(|room| room.delivered(other)) {
            self.moved_on(id, other);
        }
    }

    /// Both sides of each direct room hear how things are now: nothing, where either has turned them off.
    pub(super) fn receipts_changed(&mut self, user: UserId, on: bool) {
        self.roster.turn_receipts(user, on);
        for id in self.roster.people.get(&user).into_iter().flat_map(|person| &person.rooms) {
            if let Some(other) = self.rooms.get(*id).and_then(|room| room.other(user)) {
                self.receipts.gather(user, *id);
                self.receipts.gather(other, *id);
            }
        }
    }

    /// Tells what has been gathered, if it is due.
    pub(super) fn tell_receipts(&mut self, now: Duration, out: &mut Vec<Output>) {
        if self.receipts.due.is_none_or(|due| now < due) {
            return;
        }
        self.receipts.due = None;
        for (user, rooms) in self.receipts.take() {
            // Of those that they have left meanwhile nothing is told.
            let left = |room: &&Room| room.members.contains_key(&user);
            let told = rooms.iter().filter_map(|room| self.rooms.get(*room)).filter(left);
            let receipts: Vec<RoomReceipt> =
                told.map(|room| RoomReceipt { room: room.id, receipt: self.receipt(room, user) }).collect();
            if !receipts.is_empty() {
                broadcast(self.roster.joined_conns(user), ServerMessage::Receipts { receipts }, out);
            }
        }
    }

    /// How far the other person of a direct room is, as far as this one is told.
    fn receipt(&self, room: &Room, user: UserId) -> Receipt {
        let other = room.other(user).filter(|other| self.has_receipts(user) && self.has_receipts(*other));
        let member = other.and_then(|other| room.members.get(&other));
        member.map(|member| member.receipt()).unwrap_or_default()
    }

    fn has_receipts(&self, user: UserId) -> bool {
        self.roster.people.get(&user).is_some_and(|person| person.receipts)
    }

    /// Whether a device of theirs has said hello and is not known to have gone.
    fn is_here(&self, user: UserId) -> bool {
        !self.roster.joined_conns(user).is_empty()
    }
}
