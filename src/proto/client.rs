//! What clients send over the WebSocket.

use serde::{Deserialize, Serialize};
use serde_json::Number;

use super::attachment::NewAttachment;
use super::id::{ClientMsgId, Epoch, RoomId, Seq, TabId, UserId};
use super::object::{Object, object};
use super::role::RoomRole;
use super::room::{Notify, RoomSetting};
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
    /// Answered by `done` or `error` with the same `re`.
    Command {
        re: Re,
        #[serde(deserialize_with = "object")]
        command: Command,
    },
    Hello {
        version: u32,
        tab: TabId,
        after: Option<Seq>,
        /// Of the welcome after which `after` was heard.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional = nullable))]
        epoch: Option<Epoch>,
    },
    Ping {},
    Read {
        room: RoomId,
        #[cfg_attr(test, ts(type = "number"))]
        n: u64,
        /// The [`set_back`](super::server::Room::set_back) that the client knows of: of an earlier one it is passed over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional = nullable))]
        set_back: Option<u32>,
    },
    Send {
        room: RoomId,
        client_msg_id: ClientMsgId,
        body: RawBody,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[cfg_attr(test, ts(optional, as = "Option<Vec<NewAttachment>>"))]
        attachments: Vec<NewAttachment>,
        /// The message of the same room to which it is a reply.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional = nullable))]
        reply_to: Option<Seq>,
    },
    Typing {
        room: RoomId,
    },
    /// From this message on nothing is read, for this person alone.
    Unread {
        room: RoomId,
        #[cfg_attr(test, ts(type = "number"))]
        n: u64,
        /// As with `read`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional = nullable))]
        set_back: Option<u32>,
    },
}

/// What is asked for, and answered when it is done.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    AddMembers {
        room: RoomId,
        users: Vec<UserId>,
    },
    CreateRoom {
        name: String,
        access: Access,
        members: Vec<UserId>,
    },
    Delete {
        room: RoomId,
        message: Seq,
    },
    Edit {
        room: RoomId,
        message: Seq,
        body: RawBody,
    },
    Forward {
        from: RoomId,
        message: Seq,
        room: RoomId,
        client_msg_id: ClientMsgId,
    },
    JoinRoom {
        room: RoomId,
    },
    /// For one's other devices; empty: nothing any more.
    KeepDraft {
        room: RoomId,
        body: RawBody,
    },
    LeaveRoom {
        room: RoomId,
    },
    MarkHeard {
        room: RoomId,
        message: Seq,
    },
    OpenDirect {
        user: UserId,
    },
    Pin {
        room: RoomId,
        message: Seq,
        on: bool,
    },
    React {
        room: RoomId,
        message: Seq,
        emoji: String,
        on: bool,
    },
    RemoveMember {
        room: RoomId,
        user: UserId,
    },
    SetNotify {
        room: RoomId,
        notify: Notify,
    },
    SetRoom {
        room: RoomId,
        setting: RoomSetting,
    },
    SetRoomRole {
        room: RoomId,
        user: UserId,
        role: RoomRole,
    },
}

impl ClientMessage {
    /// Reads a frame. The `hello` of another version may hold anything else: who speaks it is to learn just that.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let read = serde_json::from_str(text).map(|Object(message)| message);
        read.or_else(|fault| match serde_json::from_str(text) {
            Ok(Object(AnyHello::Hello { version })) if version.as_u64() != Some(PROTOCOL_VERSION.into()) => {
                let version = version.as_u64().and_then(|version| version.try_into().ok()).unwrap_or(u32::MAX);
                Ok(Self::Hello { version, tab: TabId(0), after: None, epoch: None })
            }
            _ => Err(fault),
        })
    }
}

/// What a `hello` of any version holds.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum AnyHello {
    Hello { version: Number },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hello_of_another_version_is_one_whatever_else_it_holds() {
        let hello = |version: u32| Some(ClientMessage::Hello { version, tab: TabId(0), after: None, epoch: None });
        let parse = |text: &str| ClientMessage::parse(text).ok();
        assert_eq!(parse(r#"{"type":"hello","version":1,"after":null}"#), hello(1));
        assert_eq!(parse(r#"{"type":"hello","version":99,"tabs":["x"]}"#), hello(99));
        assert_eq!(parse(r#"{"type":"hello","version":2,"tab":0,"after":null}"#), hello(2));
        for far in ["4294967296", "-1", "2.5", "1e99"] {
            assert_eq!(parse(&format!(r#"{{"type":"hello","version":{far}}}"#)), hello(u32::MAX), "{far}");
        }
        for wrong in [r#"{"type":"hello","version":2,"after":null}"#, r#"{"type":"hello"}"#, r#"{"version":1}"#] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_array_is_no_object_and_what_is_no_id_no_message() {
        let parse = |text: &str| ClientMessage::parse(text).is_ok();
        assert!(parse(r#"{"type":"command","re":1,"command":{"type":"leave_room","room":4}}"#));
        for wrong in [
            r#"["ping",{}]"#,
            r#"["hello",{"version":1}]"#,
            r#"["hello",2,0,null]"#,
            r#"{"type":"command","re":1,"command":["leave_room",{"room":4}]}"#,
            r#"{"type":"command","re":1,"command":{"type":"leave_room","room":0}}"#,
            r#"{"type":"typing","room":9007199254740992}"#,
        ] {
            assert!(!parse(wrong), "{wrong}");
        }
    }
}
