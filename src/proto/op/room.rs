//! Changes of rooms, and of who is in them.

use crate::proto::id::{RoomId, UserId};
use crate::proto::millis::Millis;
use crate::proto::server::RoomKind;

/// See the module's text.
#[derive(Clone, Debug)]
pub enum RoomOp {
    AddMembers {
        room: RoomId,
        users: Vec<UserId>,
        /// Who puts them there; none: they come by themselves.
        by: Option<UserId>,
        at: Millis,
    },
    Archive {
        room: RoomId,
        archived: bool,
        at: Millis,
    },
    Create(NewRoom),
    OpenDirect {
        users: [UserId; 2],
        /// Which of them begins it.
        by: UserId,
        at: Millis,
    },
    /// Turned off, the guests in it are taken out.
    OpenToGuests {
        room: RoomId,
        guests: bool,
    },
    RemoveMember {
        room: RoomId,
        user: UserId,
    },
    Rename {
        room: RoomId,
        name: String,
    },
}

/// A room to be made. `by` is its owner, and a member with the others.
#[derive(Clone, Debug)]
pub struct NewRoom {
    pub kind: RoomKind,
    pub name: String,
    pub by: UserId,
    pub members: Vec<UserId>,
    pub at: Millis,
}
