//! What is different after a commit: told by the store, taken up by the hub.
//!
//! Whatever the store makes durable that the hub has to know of is one of these: `Hub::apply` takes up each, so that a kind
//! of change that nobody tells the hub of does not compile.

use super::event::Event;
use super::id::{RoomId, Seq, SessionId, UserId};
use super::millis::Millis;
use super::reaction::Emoji;
use super::receipt::ReadMarker;
use super::role::RoomRole;
use super::room::{Notify, RoomKind, RoomSetting, RoomSettings};
use super::server::{LastMessage, User};
use super::session_end::SessionEnd;

/// One thing that is different now.
#[derive(Clone, Debug)]
pub enum Change {
    /// A member has begun to write something else there, or, empty, nothing any more.
    DraftKept {
        room: RoomId,
        user: UserId,
        body: String,
    },
    /// Something happened in a room.
    Event(Event),
    /// Every guest's stay is over from now on: [`GuestOp::EndStays`](super::op::GuestOp::EndStays) takes them out, so many at a time.
    GuestsOff,
    /// Guests may come again.
    GuestsOn,
    /// Somebody has heard a voice message. `author`: who is to be told of it beside them; none where the author has been told
    /// of [`HEARD_BY_MAX`](super::limits::HEARD_BY_MAX).
    HeardMarked {
        room: RoomId,
        message: Seq,
        by: UserId,
        author: Option<UserId>,
    },
    /// A guest has become a member. All memberships of the person as they are now.
    MemberMade {
        user: User,
        members: Vec<MemberRecord>,
    },
    /// Those who were not members before.
    MembersJoined {
        room: RoomId,
        members: Vec<MemberRecord>,
    },
    /// `by`: took them out; none: they left. `heir`: owns the room from now on, as none of those who stayed did.
    MembersLeft {
        room: RoomId,
        users: Vec<UserId>,
        by: Option<UserId>,
        heir: Option<UserId>,
    },
    /// A member wants to be notified of something else there from now on.
    NotifyChanged {
        room: RoomId,
        user: UserId,
        notify: Notify,
    },
    /// People have reacted to a message, or not any more. `mine`: all that each of them has put to it now.
    Reacted {
        event: Event,
        mine: Vec<(UserId, Vec<Emoji>)>,
    },
    /// A person tells others how far they have read from now on, and is told of others, or neither.
    ReceiptsChanged {
        user: UserId,
        on: bool,
    },
    /// A member is something else in the room from now on.
    RoleChanged {
        room: RoomId,
        user: UserId,
        role: RoomRole,
    },
    RoomChanged {
        room: RoomId,
        setting: RoomSetting,
    },
    RoomMade {
        room: RoomRecord,
        members: Vec<MemberRecord>,
    },
    /// They are there no longer.
    RoomsRemoved {
        rooms: Vec<RoomId>,
    },
    SessionsEnded {
        sessions: Vec<SessionId>,
        end: SessionEnd,
    },
    /// Somebody who has an account has signed in to it, at one more place or in place of others.
    SignedIn {
        user: UserId,
        session: SessionId,
    },
    StaysEnded(Ended),
    /// An account has another name, picture or role.
    UserChanged(User),
    /// An account was deleted. `heirs`: who owns the rooms from now on that had no other owner.
    UserGone {
        user: UserId,
        heirs: Vec<(RoomId, UserId)>,
    },
    /// An account was made. Memberships given from the start: the room for everybody, and those of an invite.
    UserMade {
        user: User,
        members: Vec<MemberRecord>,
    },
}

/// Guests who are no longer here.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Ended {
    /// Whose stay has ended, as they are shown from now on.
    pub guests: Vec<User>,
    /// Whose name is no longer kept either.
    pub deleted: Vec<UserId>,
}

impl Change {
    /// Who cannot sign in any more.
    pub fn gone(&self) -> Vec<UserId> {
        match self {
            Self::UserGone { user, .. } => vec![*user],
            Self::StaysEnded(ended) => ended.guests.iter().map(|guest| guest.id).collect(),
            Self::DraftKept { .. }
            | Self::Event(_)
            | Self::GuestsOff
            | Self::GuestsOn
            | Self::HeardMarked { .. }
            | Self::MemberMade { .. }
            | Self::MembersJoined { .. }
            | Self::MembersLeft { .. }
            | Self::NotifyChanged { .. }
            | Self::Reacted { .. }
            | Self::ReceiptsChanged { .. }
            | Self::RoleChanged { .. }
            | Self::RoomChanged { .. }
            | Self::RoomMade { .. }
            | Self::RoomsRemoved { .. }
            | Self::SessionsEnded { .. }
            | Self::SignedIn { .. }
            | Self::UserChanged(_)
            | Self::UserMade { .. } => Vec::new(),
        }
    }
}

/// A room as the store keeps it.
#[derive(Clone, Debug)]
pub struct RoomRecord {
    pub id: RoomId,
    pub kind: RoomKind,
    pub settings: RoomSettings,
    /// Of a direct room: the two people, the lower id first; the same one twice of a room that somebody has for themselves.
    pub direct: Option<[UserId; 2]>,
    pub last_n: u64,
    pub last: Option<LastMessage>,
    /// Numbers of messages that were deleted, of the latest `DELETED_READ_MAX` deletions.
    pub deleted: Vec<u64>,
}

/// A membership as the store keeps it.
#[derive(Clone, Debug)]
pub struct MemberRecord {
    pub room: RoomId,
    pub user: UserId,
    pub role: RoomRole,
    pub joined_at: Millis,
    pub read: ReadMarker,
    /// The newest message of the room when they came in.
    pub joined_n: u64,
    /// Whether they have made the room, come by themselves, written or read.
    pub took_part: bool,
    /// None: they have not chosen.
    pub notify: Option<Notify>,
}
