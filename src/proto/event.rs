//! What happens in rooms: messages, and all that becomes of them.
//!
//! Every event has its place, `seq`, in one order over all rooms, and reaches clients in one form, whether live or missed.

use serde::{Deserialize, Serialize};

use super::attachment::{Attached, Attachment};
use super::id::{ClientMsgId, RoomId, Seq, UserId};
use super::mention::Mention;
use super::reaction::{Emoji, Reaction};
use super::text::quoted;

/// Something that happened in a room.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Event {
    /// Its place in the order of all events.
    pub seq: Seq,
    pub room: RoomId,
    pub what: EventKind,
}

/// What happened.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EventKind {
    /// A message is gone for good. The event's `seq` is its `rev` from now on.
    Deleted {
        message: Seq,
        /// The message's number in the room.
        #[cfg_attr(test, ts(type = "number"))]
        n: u64,
    },
    /// The text of a message was changed. The message as it is when this is told: the event's `seq` is its `rev`, unless more
    /// has become of it since.
    Edited(Message),
    /// A message was written. As it is when this is told: it may have been changed since.
    Message(Message),
    /// A message was pinned, or is no longer. As it is when this is told; the event's `seq` is the message's `rev`, unless
    /// more has become of it since.
    Pinned {
        message: Seq,
        /// The message's number in the room.
        #[cfg_attr(test, ts(type = "number"))]
        n: u64,
        on: bool,
    },
    /// People have put emoji to a message, or taken them back. As it is when this is told; the event's `seq` is the message's
    /// `rev`, unless more has become of it since.
    Reacted {
        message: Seq,
        /// The message's number in the room.
        #[cfg_attr(test, ts(type = "number"))]
        n: u64,
        reactions: Vec<Reaction>,
        /// As [`Message::mine`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        mine: Option<Vec<Emoji>>,
    },
}

/// A stored message.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Message {
    /// The `seq` of the event that it was written by.
    pub id: Seq,
    /// The `seq` of the newest event that changed it; `id` where none has. Of two copies the one with the higher is true.
    pub rev: Seq,
    pub room: RoomId,
    /// 1, 2, 3 … within the room, without gaps.
    #[cfg_attr(test, ts(type = "number"))]
    pub n: u64,
    pub author: UserId,
    /// Empty when deleted, and where there are only attachments.
    pub body: String,
    /// None when deleted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<Vec<Attachment>>"))]
    pub attachments: Vec<Attachment>,
    /// Whom its text calls, in the order in which each is called first; none when deleted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<Vec<Mention>>"))]
    pub mentions: Vec<Mention>,
    pub client_msg_id: ClientMsgId,
    #[cfg_attr(test, ts(type = "number"))]
    pub sent_at: i64,
    /// When its text was changed last; none where it never was, and when deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional, type = "number"))]
    pub edited_at: Option<i64>,
    /// Whether its author has passed it on from elsewhere, and the words are another's: whose and from where is told to nobody,
    /// who may not be in that room. Of a deleted one it is not told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
    pub forwarded: bool,
    pub deleted: bool,
    /// Whether it is pinned.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
    pub pinned: bool,
    /// Of a reply: what it replies to; none when deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub quote: Option<Box<Quote>>,
    /// How many have put which emoji to it, in the order in which each was first; none when deleted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<Vec<Reaction>>"))]
    pub reactions: Vec<Reaction>,
    /// Which of those are of whoever is told. None: nothing is said of it, what was known stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub mine: Option<Vec<Emoji>>,
}

/// A message to which another is a reply, as it is when that is told: never kept with the reply.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Quote {
    pub message: Seq,
    /// The message's, at that time.
    pub rev: Seq,
    pub author: UserId,
    /// The first characters of its text; empty when deleted, and where there are only attachments.
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub attached: Option<Attached>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
    pub deleted: bool,
    /// The message with which the chain of replies began, in which this one is.
    pub chain: Seq,
    /// Which reply of that chain it is: 1, 2, 3 …
    pub place: u32,
}

impl Quote {
    /// Of this message, in the reply with that place in its chain.
    pub fn of(message: &Message, (chain, place): (Seq, u32)) -> Self {
        Self {
            message: message.id,
            rev: message.rev,
            author: message.author,
            text: quoted(&message.body).to_owned(),
            attached: Attached::of(&message.attachments),
            deleted: message.deleted,
            chain,
            place,
        }
    }
}

impl From<Message> for Event {
    /// The event that this message was written by.
    fn from(message: Message) -> Self {
        Self { seq: message.id, room: message.room, what: EventKind::Message(message) }
    }
}
