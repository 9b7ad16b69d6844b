//! What clients send over the WebSocket.

use serde::{Deserialize, Serialize};

use super::id::{ClientMsgId, RoomId, Seq, UserId};
use super::text::RawBody;

/// The version of the protocol that this server speaks.
pub const PROTOCOL_VERSION: u32 = 2;

/// A number by which the client knows the answer to its command.
pub type Re = u32;

/// Who may come into a room.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// By being added.
    Closed,
    /// Anyone.
    Open,
}

/// One text frame from a client.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientMessage {
    AddMembers {
        re: Re,
        room: RoomId,
        users: Vec<UserId>,
    },
    ArchiveRoom {
        re: Re,
        room: RoomId,
        archived: bool,
    },
    CreateRoom {
        re: Re,
        name: String,
        access: Access,
        members: Vec<UserId>,
    },
    Delete {
        re: Re,
        room: RoomId,
        message: Seq,
    },
    Hello {
        version: u32,
        after: Option<Seq>,
    },
    JoinRoom {
        re: Re,
        room: RoomId,
    },
    LeaveRoom {
        re: Re,
        room: RoomId,
    },
    OpenDirect {
        re: Re,
        user: UserId,
    },
    OpenToGuests {
        re: Re,
        room: RoomId,
        guests: bool,
    },
    Ping {},
    Read {
        room: RoomId,
        #[cfg_attr(test, ts(type = "number"))]
        n: u64,
    },
    RenameRoom {
        re: Re,
        room: RoomId,
        name: String,
    },
    Send {
        room: RoomId,
        client_msg_id: ClientMsgId,
        body: RawBody,
    },
    Typing {
        room: RoomId,
    },
}
