//! Changes of rooms, and of who is in them.

use crate::proto::id::{RoomId, UserId};
use crate::proto::millis::Millis;
use crate::proto::role::RoomRole;
use crate::proto::room::{Notify, RoomKind, RoomSetting};
use crate::proto::text::Body;

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
    Create(NewRoom),
    /// Keeps what a member has begun to write there; none: nothing. Nothing is different where it is kept already.
    KeepDraft {
        room: RoomId,
        user: UserId,
        body: Option<Body>,
        at: Millis,
    },
    OpenDirect {
        users: [UserId; 2],
        /// Which of them begins it.
        by: UserId,
        at: Millis,
    },
    RemoveMember {
        room: RoomId,
        user: UserId,
        /// Who takes them out; they themselves: they leave.
        by: UserId,
    },
    /// Closed to guests, those in it are taken out.
    Set {
        room: RoomId,
        by: UserId,
        setting: RoomSetting,
    },
    /// What a member wants to be notified of there.
    SetNotify {
        room: RoomId,
        user: UserId,
        notify: Notify,
    },
    /// `Refused(LastRoomOwner)` where nobody would own the room any more; guests own none.
    SetRole {
        room: RoomId,
        user: UserId,
        role: RoomRole,
        by: UserId,
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
