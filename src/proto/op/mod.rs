//! What the store is asked to make durable, and what it answers: the words between the hub, the pages and the store.
//!
//! An [`Outcome`] is given only after the commit that holds it is on the disk (`synchronous=FULL`).

mod account;
mod guest;
mod invite;
mod message;
mod monitor;
mod removal;
mod room;
mod session;
mod upload;

use crate::proto::account::{Invite, PatchSettings, Settings};
use crate::proto::blob::BlobHash;
use crate::proto::change::{Change, MemberRecord, RoomRecord};
use crate::proto::code::ErrorCode;
use crate::proto::event::{Event, Message};
use crate::proto::id::{Epoch, RoomId, Seq, SessionId, UserId};
use crate::proto::server::User;

pub use crate::proto::millis::{DAY_MS, Millis};
pub use account::{AccountOp, DeletedBy, NewAccount, PasswordReset};
pub use guest::GuestOp;
pub use invite::InviteOp;
pub use message::{Forward, MessageOp, NewMessage, NewReaction, Whose};
pub use monitor::{ErrorRow, MonitorChanges, MonitorOp, MonitorRows, TimesRow};
pub use removal::RemovalOp;
pub use room::{NewRoom, RoomOp};
pub use session::{SessionOp, SignIn};
pub use upload::{CompleteFile, UploadOp};

/// A sign-in to be stored; the token itself never reaches the store.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    /// What the browser said of itself, made short.
    pub device: String,
    /// What the attempt is known by that asks for it. The same attempt again gets a session in place of this one, since
    /// its answer was lost: see [`SessionOp::Create`], [`AccountOp::Create`], [`InviteOp::Join`].
    pub attempt: Option<[u8; 32]>,
    pub at: Millis,
}

/// One change, all of it or nothing.
#[derive(Clone, Debug)]
pub enum Op {
    Account(AccountOp),
    /// Another change, if this session still goes on and its person still may ask for it when the change is made: or
    /// `Refused(NotSignedIn)`, `Refused(Forbidden)`.
    Asked {
        by: SessionId,
        needs: Needs,
        op: Box<Self>,
    },
    Guest(GuestOp),
    Invite(InviteOp),
    Message(MessageOp),
    Monitor(MonitorOp),
    Removal(RemovalOp),
    Room(RoomOp),
    Session(SessionOp),
    Upload(UploadOp),
    /// What is not named stays as it is. Without guests, every guest's stay is over at once.
    SetSettings {
        change: PatchSettings,
        at: Millis,
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
    /// Their files are to go, where nothing needs them again.
    Blobs(Vec<BlobHash>),
    /// Nothing else to say.
    Done,
    Invite(Invite),
    /// Of each of the reactions that were asked for, in order: why it is refused, if it is.
    Reacted(Vec<Option<ErrorCode>>),
    /// The room that was made, found, or added to.
    Room(RoomId),
    /// This author sent this `client_msg_id` before: the stored message.
    SentBefore(Box<Message>),
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
    pub newest_sessions: Vec<(UserId, SessionId)>,
    /// Who has turned receipts off.
    pub receipts_off: Vec<UserId>,
    /// Who has begun to write anything.
    pub with_drafts: Vec<UserId>,
    pub rooms: Vec<RoomRecord>,
    pub members: Vec<MemberRecord>,
    /// The newest event's.
    pub seq: u64,
    /// The runs of the box that made this history, in order; the last is this one.
    pub epochs: Vec<EpochBegun>,
    pub settings: Settings,
}

/// A run of the box, and the newest event when it began.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct EpochBegun {
    pub epoch: Epoch,
    pub after: Seq,
}

/// What a returning client missed.
#[derive(Clone, Debug)]
pub enum Missed {
    Events(Vec<Event>),
    TooMany,
}
