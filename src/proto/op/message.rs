//! Changes of messages.

use crate::proto::attachment::NewAttachments;
use crate::proto::id::{ClientMsgId, RoomId, Seq, UserId};
use crate::proto::mention::Mention;
use crate::proto::millis::Millis;
use crate::proto::reaction::Emoji;
use crate::proto::text::Body;

/// See the module's text.
#[derive(Clone, Debug)]
pub enum MessageOp {
    Append(NewMessage),
    /// Leaves a tombstone: the row keeps its place, the body is gone from the disk's live pages and the index.
    Delete {
        room: RoomId,
        message: Seq,
        by: UserId,
        whose: Whose,
        at: Millis,
    },
    /// Puts another text in the place of a message's: what was there is gone from the disk's live pages and the index. Only
    /// its author may, and nothing is different where it says that already.
    Edit {
        room: RoomId,
        message: Seq,
        by: UserId,
        /// Empty only where something is attached: `Refused(BodyEmpty)` else.
        body: Body,
        /// Whom that calls.
        mentions: Vec<Mention>,
        at: Millis,
    },
    Forward(Forward),
    /// Keeps that a member has heard a voice message of another: `Refused(NotFound)` of anything else, and nothing is
    /// different where it is kept already.
    MarkHeard {
        room: RoomId,
        message: Seq,
        by: UserId,
    },
    /// Pins a message, or does so no more. Nothing is different where it is so already; beyond
    /// [`PINS_MAX`](crate::proto::limits::PINS_MAX) of the room `Refused(LimitReached)`.
    Pin {
        room: RoomId,
        message: Seq,
        by: UserId,
        on: bool,
    },
    /// Puts emoji to a message or takes them back, of several people in this order: each is done or refused by itself, see
    /// [`Reply::Reacted`](super::Reply::Reacted). Nothing is different where nothing changes.
    React {
        room: RoomId,
        message: Seq,
        reactions: Vec<NewReaction>,
    },
}

/// An emoji that somebody puts to a message, or takes back.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewReaction {
    pub user: UserId,
    pub emoji: Emoji,
    pub on: bool,
}

/// A message to be stored.
#[derive(Clone, Debug)]
pub struct NewMessage {
    pub room: RoomId,
    pub author: UserId,
    pub client_msg_id: ClientMsgId,
    /// Empty only where something is attached.
    pub body: Body,
    /// Whom it calls.
    pub mentions: Vec<Mention>,
    pub attachments: NewAttachments,
    /// `Refused(NotFound)` where it is not of the same room.
    pub reply_to: Option<Seq>,
    pub sent_at: Millis,
}

/// A message that is there, to be written once more by somebody who reads it: with the same text, and all it has brought.
#[derive(Clone, Debug)]
pub struct Forward {
    /// Where it is: `Refused(NotFound)` where it is not there, or was deleted.
    pub from: RoomId,
    pub message: Seq,
    /// Where it is to be.
    pub room: RoomId,
    pub by: UserId,
    /// By which one that was done already is known, as by that of [`NewMessage`].
    pub client_msg_id: ClientMsgId,
    pub at: Millis,
}

/// Which messages somebody may change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Whose {
    Anyones,
    /// Only what they wrote: `Refused(Forbidden)` else.
    Own,
}
