//! What the store is asked to make durable, and what it answers: the words between the hub, the pages and the store.
//!
//! An [`Outcome`] is given only after the commit that holds it is on the disk (`synchronous=FULL`).

use super::account::{Invite, NewInvite, PatchSettings, Settings};
use super::change::{Change, MemberRecord, RoomRecord};
use super::code::ErrorCode;
use super::id::{ClientMsgId, InviteId, RoomId, Seq, SessionId, UserId};
use super::server::{Message, RoomKind, User};
use super::text::Body;
use super::user_name::UserName;

pub use super::millis::{DAY_MS, Millis};

/// A sign-in to be stored; the token itself never reaches the store.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    /// What the browser said of itself, made short.
    pub device: String,
    /// What the attempt is known by that asks for it. The same attempt again gets a session in place of this one, since
    /// its answer was lost: see [`Op::CreateSession`], [`Op::CreateUser`], [`Op::Join`].
    pub attempt: Option<[u8; 32]>,
    pub at: Millis,
}

/// One change, all of it or nothing.
#[derive(Clone, Debug)]
pub enum Op {
    // --- by the hub
    AddMembers {
        room: RoomId,
        users: Vec<UserId>,
        /// Who puts them there; none: they come by themselves.
        by: Option<UserId>,
        at: Millis,
    },
    Append {
        room: RoomId,
        author: UserId,
        client_msg_id: ClientMsgId,
        body: Body,
        sent_at: Millis,
    },
    ArchiveRoom {
        room: RoomId,
        archived: bool,
        at: Millis,
    },
    /// `by` is the room's owner and a member with the others.
    CreateRoom {
        kind: RoomKind,
        name: String,
        by: UserId,
        members: Vec<UserId>,
        at: Millis,
    },
    /// Leaves a tombstone: the row keeps its place, the body is gone from the disk's live pages and the index.
    /// With `author`, only if that person wrote it (`Refused(Forbidden)` else).
    DeleteMessage {
        room: RoomId,
        message: Seq,
        author: Option<UserId>,
        at: Millis,
    },
    /// Erases messages of rooms that were removed: so many at most, see
    /// [`ERASED_AT_ONCE_MAX`](crate::proto::limits::ERASED_AT_ONCE_MAX).
    EraseRemoved {
        at: Millis,
    },
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
    /// Removes rooms that this person made, and direct rooms that they began and the other never wrote in, with everything
    /// in them: so many at most, see
    /// [`ROOMS_REMOVED_AT_ONCE_MAX`](crate::proto::limits::ROOMS_REMOVED_AT_ONCE_MAX).
    RemoveRooms {
        made_by: UserId,
    },
    RenameRoom {
        room: RoomId,
        name: String,
    },
    // --- by the pages
    /// Another change, if this session still goes on and its person still may ask for it when the change is made: or
    /// `Refused(NotSignedIn)`, `Refused(Forbidden)`.
    Asked {
        by: SessionId,
        needs: Needs,
        op: Box<Self>,
    },
    ClearPicture {
        user: UserId,
    },
    /// A sign-in by password. `Refused(SignInFailed)` if what was checked is not the account's password any more.
    ///
    /// Where the owner does not allow several devices the account's other sessions make place, with `takeover`; without
    /// it, `Refused(InUseElsewhere)`. A session that the same attempt made is not elsewhere, and makes place.
    CreateSession {
        user: UserId,
        session: NewSession,
        /// The PHC string that the password was checked against.
        checked: String,
        /// The session that this browser has already, if it is the account's: it makes place in any case.
        here: Option<SessionId>,
        takeover: bool,
    },
    /// The first account becomes the owner. Joins the room for everybody. If the same attempt has made it already, and
    /// not been signed out since, `SessionCreated` with the password of now: whatever has changed meanwhile.
    CreateUser {
        name: UserName,
        /// A PHC string.
        password: String,
        session: NewSession,
    },
    /// Takes the account's name, password, sessions, picture and memberships; its messages stay.
    DeleteUser {
        user: UserId,
        /// The PHC string that the password was checked against: `Refused(PasswordWrong)` if it is another now.
        checked: String,
        at: Millis,
    },
    EndSession {
        user: UserId,
        session: SessionId,
    },
    /// Ends this guest's stay: sessions, memberships and the hold on the name go, the name stays on the messages.
    EndStay {
        user: UserId,
        at: Millis,
    },
    /// Ends stays that are over at this time, and deletes guests whose name has been kept long enough: so many at most,
    /// see [`STAYS_AT_ONCE_MAX`](crate::proto::limits::STAYS_AT_ONCE_MAX).
    EndStays {
        at: Millis,
    },
    /// Makes an account by an invite, and counts the use of it: both or neither. Repeated as [`Op::CreateUser`] is.
    Join {
        /// SHA-256 of the invite's token.
        token_hash: [u8; 32],
        name: UserName,
        /// A PHC string; empty: none.
        password: String,
        session: NewSession,
    },
    /// `by` may lead into open rooms, and into those it is in.
    MakeInvite {
        by: UserId,
        invite: NewInvite,
        token: String,
        token_hash: [u8; 32],
        at: Millis,
    },
    /// A guest becomes a member. Joins the room for everybody, and owns the rooms it was in that had no owner.
    MakeMember {
        user: UserId,
        at: Millis,
    },
    MakeOwner {
        user: UserId,
    },
    RenameUser {
        user: UserId,
        name: UserName,
    },
    /// Ends every session but `keep`.
    SetPassword {
        user: UserId,
        /// As in [`Op::DeleteUser`]; none: at the board, where nobody is asked for it.
        checked: Option<String>,
        password: String,
        keep: Option<SessionId>,
    },
    /// JPEGs of the edges in [`super::limits::PICTURE_EDGES`].
    SetPicture {
        user: UserId,
        jpegs: [Vec<u8>; 3],
    },
    /// What is not named stays as it is. Without guests, every guest's stay is over at once.
    SetSettings {
        change: PatchSettings,
        at: Millis,
    },
    WithdrawInvite {
        invite: InviteId,
    },
}

/// Who may ask for a change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Needs {
    /// An owner of the box.
    Owner,
    /// Whoever is signed in.
    SignedIn,
}

/// What a change came to.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It is made: what whoever asked for it is told, and all that is different now, in order.
    Made { reply: Reply, changes: Vec<Change> },
    /// The person's mistake, found only here. Nothing is different.
    Refused(ErrorCode),
}

impl Outcome {
    /// Something was made, and this is different now.
    pub fn made(reply: Reply, changes: impl Into<Vec<Change>>) -> Self {
        Self::Made { reply, changes: changes.into() }
    }

    /// There is nothing else to say than what is different now.
    pub fn done(changes: impl Into<Vec<Change>>) -> Self {
        Self::made(Reply::Done, changes)
    }
}

/// What whoever asked for a change is told of it.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Nothing else to say.
    Done,
    Invite(Invite),
    /// The room that was made, found, or added to.
    Room(RoomId),
    /// This author sent this `client_msg_id` before: the stored message.
    SentBefore(Message),
    SignedIn {
        user: User,
        session: SessionId,
    },
    /// Part of what is to be done is; `more`: not all of it.
    Step {
        more: bool,
    },
    /// The person, as everyone sees them from now on.
    User(User),
}

/// Our own or the disk's fault: nothing of the change was stored.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    DiskFull,
    Storage,
}

/// Everything the hub needs to begin.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Without those whose stay has ended.
    pub users: Vec<User>,
    pub rooms: Vec<RoomRecord>,
    pub members: Vec<MemberRecord>,
    /// The newest event's.
    pub seq: u64,
    pub settings: Settings,
}

/// What a returning client missed.
#[derive(Clone, Debug)]
pub enum Missed {
    Events(Vec<super::server::Event>),
    TooMany,
}
