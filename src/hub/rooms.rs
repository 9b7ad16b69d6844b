//! The rooms there are.

use std::collections::{BTreeSet, HashMap};

use crate::proto::change::RoomRecord;
use crate::proto::id::{RoomId, UserId};
use crate::proto::room::RoomKind;

use super::room::Room;

/// See the module's text.
#[derive(Debug, Default)]
pub(super) struct Rooms {
    pub(super) by_id: HashMap<RoomId, Room>,
    /// Those that are open.
    open: BTreeSet<RoomId>,
    /// Direct rooms of which both people are here, by them, the lower id first; of one's own both are the same.
    pub(super) directs: HashMap<[UserId; 2], RoomId>,
}

impl Rooms {
    pub(super) fn insert(&mut self, record: RoomRecord) {
        if let Some(pair) = record.direct {
            self.directs.insert(pair, record.id);
        }
        if record.kind == RoomKind::Open {
            self.open.insert(record.id);
        }
        self.by_id.insert(record.id, Room::new(record));
    }

    pub(super) fn get(&self, room: RoomId) -> Option<&Room> {
        self.by_id.get(&room)
    }

    pub(super) fn get_mut(&mut self, room: RoomId) -> Option<&mut Room> {
        self.by_id.get_mut(&room)
    }

    pub(super) fn remove(&mut self, id: RoomId) -> Option<Room> {
        self.end_direct(id);
        self.open.remove(&id);
        self.by_id.remove(&id)
    }

    /// The open rooms, by id.
    pub(super) fn open(&self) -> impl Iterator<Item = &Room> {
        self.open.iter().filter_map(|room| self.get(*room))
    }

    /// A direct room of which only one person is left is no room for the two any more.
    pub(super) fn end_direct(&mut self, room: RoomId) {
        if let Some(pair) = self.get(room).and_then(|room| room.direct) {
            self.directs.remove(&pair);
        }
    }

    /// The direct room of two people, the lower id first.
    pub(super) fn direct(&self, pair: [UserId; 2]) -> Option<RoomId> {
        self.directs.get(&pair).copied()
    }
}
