//! What one member has heard, checked against the promise: every message of its rooms, once, in order.

use std::collections::{BTreeSet, HashMap};

use porch::proto::id::{RoomId, Seq};

/// How a message stands to those before it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Standing {
    Duplicated,
    /// In its turn, or after a gap.
    New,
    Reordered,
}

#[derive(Default)]
pub(crate) struct Ledger {
    rooms: HashMap<RoomId, Heard>,
    /// The newest event seen: what a returning client resumes after.
    newest: Option<Seq>,
}

/// Up to which number a room's messages were heard.
#[derive(Clone, Default)]
pub(crate) struct Heard {
    /// The newest before the member came.
    pub(crate) base: u64,
    pub(crate) upto: u64,
    /// Numbers below `upto` that did not come.
    pub(crate) missing: BTreeSet<u64>,
}

impl Ledger {
    /// The member comes for the first time, or is told to begin anew: what happened until `seq` is known by other ways.
    pub(crate) fn begin_at(&mut self, seq: Seq) {
        self.newest = Some(seq);
    }

    /// The newest message of a room the member has not seen before is number `n`.
    pub(crate) fn meet_room(&mut self, room: RoomId, n: u64) {
        self.rooms.entry(room).or_insert_with(|| Heard { base: n, upto: n, missing: BTreeSet::new() });
    }

    /// What a returning client resumes after.
    pub(crate) fn newest(&self) -> Option<Seq> {
        self.newest
    }

    /// Up to which number a room was heard.
    pub(crate) fn upto(&self, room: RoomId) -> Option<u64> {
        self.rooms.get(&room).map(|heard| heard.upto)
    }

    /// An event that is no message.
    pub(crate) fn pass(&mut self, seq: Seq) {
        self.newest = self.newest.max(Some(seq));
    }

    /// A message of a room's live stream or of what was missed.
    pub(crate) fn hear(&mut self, room: RoomId, n: u64, seq: Seq) -> Standing {
        let late = self.newest >= Some(seq);
        self.pass(seq);
        match self.read(room, n) {
            Standing::New if late => Standing::Reordered,
            standing => standing,
        }
    }

    /// A message of a page of history: the order over rooms does not count.
    pub(crate) fn read(&mut self, room: RoomId, n: u64) -> Standing {
        let heard = self.rooms.entry(room).or_default();
        if n > heard.upto {
            heard.missing.extend(heard.upto + 1..n);
            heard.upto = n;
            Standing::New
        } else if heard.missing.remove(&n) {
            Standing::Reordered
        } else {
            Standing::Duplicated
        }
    }

    /// What was heard, room by room.
    pub(crate) fn into_rooms(self) -> HashMap<RoomId, Heard> {
        self.rooms
    }
}
