//! What the server sends over the WebSocket, and the values that HTTP answers share with it.

use serde::{Deserialize, Serialize};

use super::attachment::Attached;
use super::client::Re;
use super::code::ErrorCode;
use super::event::{Event, Message};
use super::id::{ClientMsgId, Epoch, RoomId, Seq, SessionId, UserId};
use super::permit::Act;
use super::receipt::{Receipt, RoomReceipt};
use super::role::{BoxRole, RoomRole};
use super::room::{Notify, RoomKind, RoomSettings};
use super::text::preview;

/// A person, as everyone sees them.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct User {
    pub id: UserId,
    pub name: String,
    pub role: BoxRole,
    /// 0: none; else part of the picture's URL.
    pub picture: u32,
    /// When the account was made: milliseconds since 1970, UTC.
    #[cfg_attr(test, ts(type = "number"))]
    pub since: i64,
    /// When this guest's stay ends, where it has an end. In the past: it has ended, and the person is shown only as the
    /// author of what they wrote.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub ends_at: Option<i64>,
}

/// The newest message of a room, for the chat list.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LastMessage {
    pub id: Seq,
    pub author: UserId,
    /// The first 120 characters; empty when deleted.
    pub preview: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub attached: Option<Attached>,
    #[cfg_attr(test, ts(type = "number"))]
    pub sent_at: i64,
}

impl LastMessage {
    /// A message as the chat list shows it.
    pub fn of(message: &Message) -> Self {
        Self {
            id: message.id,
            author: message.author,
            preview: preview(&message.body).to_owned(),
            attached: Attached::of(&message.attachments),
            sent_at: message.sent_at,
        }
    }
}

/// A room as one of its members sees it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Room {
    pub id: RoomId,
    pub kind: RoomKind,
    pub settings: RoomSettings,
    pub role: RoomRole,
    /// All that this member may do there.
    pub may: Vec<Act>,
    /// The other person of a direct room, while that account exists; of the room that one has for oneself, oneself.
    pub with: Option<UserId>,
    pub member_count: u32,
    /// The number of the newest message; 0 in an empty room.
    #[cfg_attr(test, ts(type = "number"))]
    pub last_n: u64,
    /// Up to where this member has read.
    #[cfg_attr(test, ts(type = "number"))]
    pub read_n: u64,
    /// How often they have set that back: of two, the one with more is true, and of as many the one further on.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[cfg_attr(test, ts(optional, as = "Option<u32>"))]
    pub set_back: u32,
    /// Messages above `read_n` that were deleted, and so are not unread: first and last number of each range, ascending.
    #[cfg_attr(test, ts(type = "[number, number][]"))]
    pub deleted: Vec<[u64; 2]>,
    pub last: Option<LastMessage>,
    /// When this member came in.
    #[cfg_attr(test, ts(type = "number"))]
    pub joined_at: i64,
    /// What this member wants to be notified of there; none while they have not chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub notify: Option<Notify>,
    /// Of a direct room: how far the other person is, where anything is told of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub receipt: Option<Receipt>,
}

/// How the server took up the client's `after`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Resume {
    Fresh,
    Ok,
    Reload,
}

/// One text frame from the server.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerMessage {
    /// What everyone may know of the box is another thing now.
    Box {
        guests: bool,
    },
    Done {
        re: Re,
        room: Option<RoomId>,
    },
    /// What this person has begun to write in a room, on whatever device; empty: nothing any more.
    Draft {
        room: RoomId,
        body: String,
    },
    Error {
        code: ErrorCode,
        message: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        re: Option<Re>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        client_msg_id: Option<ClientMsgId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        retry_ms: Option<u32>,
    },
    /// In order, and each once; none is newer than one that comes later.
    Events {
        events: Vec<Event>,
    },
    /// Somebody has heard a voice message.
    HeardMark {
        room: RoomId,
        message: Seq,
        by: UserId,
    },
    Members {
        room: RoomId,
        joined: Vec<UserId>,
        left: Vec<UserId>,
        /// Those who are something else there now.
        changed: Vec<UserId>,
        member_count: u32,
    },
    Pong {},
    Presence {
        came: Vec<UserId>,
        left: Vec<UserId>,
    },
    Present {
        users: Vec<UserId>,
    },
    Read {
        room: RoomId,
        #[cfg_attr(test, ts(type = "number"))]
        n: u64,
        /// As [`Room::set_back`].
        #[serde(default, skip_serializing_if = "is_zero")]
        #[cfg_attr(test, ts(optional, as = "Option<u32>"))]
        set_back: u32,
    },
    /// How far the others of these direct rooms are now.
    Receipts {
        receipts: Vec<RoomReceipt>,
    },
    Room {
        room: Room,
        /// It has come back from the archive.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
        back: bool,
    },
    RoomSettings {
        room: RoomId,
        settings: RoomSettings,
        /// All that this member may do there from now on.
        may: Vec<Act>,
        /// It has gone into the archive.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
        archives: bool,
    },
    RoomsGone {
        rooms: Vec<RoomId>,
        /// How many of them were archived.
        archived: u32,
        /// Who took this member out of them, if somebody did.
        by: Option<UserId>,
    },
    /// This account has been signed in to at one more place.
    SignedIn {
        session: SessionId,
    },
    Typing {
        room: RoomId,
        user: UserId,
    },
    Users {
        users: Vec<User>,
        /// Accounts that were deleted.
        gone: Vec<UserId>,
    },
    Welcome {
        version: u32,
        server: String,
        me: User,
        /// The last place where this account was signed in to; this one, where nobody has been later.
        newest_session: SessionId,
        seq: Seq,
        /// By what this run of the box is known, when the client comes back.
        epoch: Epoch,
        resume: Resume,
        rooms: Vec<Room>,
        /// How many archived rooms there are beside these.
        archived: u32,
        /// Whether there are others that are not archived.
        more: bool,
        /// Whether there is anything that this person has begun to write, or has no more: `GET /api/drafts` tells what.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
        drafts: bool,
    },
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}
