//! What the store is asked to make durable, and what it answers: the words between the hub, the pages and the store.
//!
//! An [`Outcome`] is given only after the commit that holds it is on the disk (`synchronous=FULL`).

use super::account::{Invite, NewInvite, PatchSettings, Settings};
use super::id::{ClientMsgId, InviteId, RoomId, Seq, SessionId, UserId};
use super::server::{LastMessage, Message, Role, RoomKind, User};
use super::text::Body;
use super::user_name::UserName;

/// Milliseconds since 1970-01-01 UTC.
pub type Millis = i64;
/// Milliseconds of a day.
pub const DAY_MS: Millis = 86_400_000;

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
    Appended(Message),
    /// This author sent this `client_msg_id` before: the stored message.
    Duplicate(Message),
    /// `last`: the room's newest message now, as its preview.
    Deleted {
        seq: Seq,
        room: RoomId,
        message: Seq,
        n: u64,
        last: Option<LastMessage>,
    },
    /// Nothing else to say.
    Done,
    /// The room, and whether it is new.
    Direct {
        room: RoomRecord,
        members: Vec<MemberRecord>,
        new: bool,
    },
    /// Every guest's stay is over from now on: [`Op::EndStays`] takes them out, so many at a time.
    GuestsOff,
    InviteMade(Invite),
    /// All memberships of the person as they are now.
    MemberMade {
        user: User,
        members: Vec<MemberRecord>,
    },
    /// Those who were not members before.
    MembersAdded {
        room: RoomId,
        members: Vec<MemberRecord>,
    },
    /// `left`: the guests that were in it.
    OpenedToGuests {
        room: RoomId,
        guests: bool,
        left: Vec<UserId>,
    },
    /// The person's mistake, found only here.
    Refused(super::code::ErrorCode),
    /// `more`: not all of it is erased yet.
    Erased {
        more: bool,
    },
    /// `more`: there are others.
    RoomsRemoved {
        rooms: Vec<RoomId>,
        more: bool,
    },
    RoomCreated {
        room: RoomRecord,
        members: Vec<MemberRecord>,
    },
    /// `ended`: the sessions that made place.
    SessionCreated {
        user: User,
        session: SessionId,
        ended: Vec<SessionId>,
    },
    SessionsEnded {
        ended: Vec<SessionId>,
    },
    StaysEnded(Ended),
    User(User),
    UserCreated {
        user: User,
        session: SessionId,
        /// Memberships given from the start: the room for everybody, and those of an invite.
        members: Vec<MemberRecord>,
    },
    UserDeleted {
        user: UserId,
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

/// Our own or the disk's fault: nothing of the change was stored.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    DiskFull,
    Storage,
}

/// A room as the store keeps it.
#[derive(Clone, Debug)]
pub struct RoomRecord {
    pub id: RoomId,
    pub kind: RoomKind,
    pub name: String,
    pub archived: bool,
    /// Whether guests may be in it.
    pub guests: bool,
    /// Of a direct room: the two people, the lower id first.
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
    pub role: Role,
    pub joined_at: Millis,
    pub read_n: u64,
    /// Whether they have made the room, come by themselves, written or read.
    pub took_part: bool,
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
