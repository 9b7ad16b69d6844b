//! Identifiers: integers below 2^53 on the wire, so that JavaScript holds them exactly (RFC 8259, section 6).

use std::fmt;

use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};

/// The greatest that JavaScript holds exactly.
const ID_MAX: u64 = (1 << 53) - 1;

/// Defines a newtype over `u64` that keeps one kind of id from being used as another. None is 0, unless it says so.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => { id! { $(#[$doc])* $name from 1 } };
    ($(#[$doc:meta])* $name:ident from $least:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
        #[cfg_attr(test, derive(ts_rs::TS))]
        #[serde(transparent)]
        pub struct $name(#[cfg_attr(test, ts(type = "number"))] pub u64);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let id = u64::deserialize(from)?;
                let none = || D::Error::invalid_value(Unexpected::Unsigned(id), &"an id");
                if ($least..=ID_MAX).contains(&id) { Ok(Self(id)) } else { Err(none()) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// A person's account.
    UserId
}
id! {
    /// A room, direct rooms included.
    RoomId
}
id! {
    /// A place of an event in the order of all events; a message's id is the `Seq` of its append. 0: before all of them.
    Seq from 0
}
id! {
    /// One run of the box, with all that happened before it. Made at random at each start.
    Epoch
}
id! {
    /// A sign-in; it outlives connections.
    SessionId
}
id! {
    /// A tab of a browser: it outlives its connections, and a session has many. Made at random by the page.
    TabId from 0
}
id! {
    /// An invite, as the owner knows it; who joins knows its token.
    InviteId
}
id! {
    /// One WebSocket; never on the wire.
    ConnId
}

/// The client's own name for a message it sends: 1 to 64 of `A-Z a-z 0-9 _ -`, unique per author.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(type = "string"))]
#[serde(try_from = "String", into = "String")]
pub struct ClientMsgId(String);

impl ClientMsgId {
    /// The id as the client wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ClientMsgId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let fits = (1..=super::limits::CLIENT_MSG_ID_BYTES_MAX).contains(&text.len());
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if fits && plain { Ok(Self(text)) } else { Err("client_msg_id is 1 to 64 of A-Z a-z 0-9 _ -") }
    }
}

impl From<ClientMsgId> for String {
    fn from(id: ClientMsgId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_an_id_is_none() {
        let reads =
            |text: &str| (serde_json::from_str::<RoomId>(text).is_ok(), serde_json::from_str::<Seq>(text).is_ok());
        assert_eq!(reads("1"), (true, true));
        assert_eq!(reads("9007199254740991"), (true, true));
        assert_eq!(reads("0"), (false, true));
        for wrong in ["9007199254740992", "18446744073709551615", "-1", "1.0", "\"1\"", "null"] {
            assert_eq!(reads(wrong), (false, false), "{wrong}");
        }
    }
}
