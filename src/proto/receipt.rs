//! Receipts: how far others are with what one has written.
//!
//! They are read markers looked at from the other side, and cost no write of their own. Whoever has turned theirs off is told
//! of nobody's, and nobody of theirs.

use serde::{Deserialize, Serialize};

use super::id::{RoomId, UserId};

/// How far a member has read.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ReadMarker {
    /// Up to here, as they have it themselves.
    pub n: u64,
    /// The furthest that they have ever been: what others are told, who may have heard of it.
    pub furthest_n: u64,
    /// How often they have set it back.
    pub set_back: u32,
}

impl ReadMarker {
    /// Of two the later: the one that was set back more often, of as many the one further on.
    pub fn later(self, other: Self) -> Self {
        let last = std::cmp::max_by_key(self, other, |marker| (marker.set_back, marker.n));
        Self { furthest_n: self.furthest_n.max(other.furthest_n).max(last.n), ..last }
    }
}

impl From<u64> for ReadMarker {
    /// Of somebody who has never set it back.
    fn from(n: u64) -> Self {
        Self { n, furthest_n: n, set_back: 0 }
    }
}

/// How far the other person of a direct room is.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Receipt {
    /// A device of theirs was told of the messages up to here. Kept in memory alone: after a restart of the box it is what they
    /// have read, until they are there again.
    #[cfg_attr(test, ts(type = "number"))]
    pub delivered_n: u64,
    /// They have read up to here.
    #[cfg_attr(test, ts(type = "number"))]
    pub read_n: u64,
}

/// The same, with the room.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RoomReceipt {
    pub room: RoomId,
    #[serde(flatten)]
    #[cfg_attr(test, ts(flatten))]
    pub receipt: Receipt,
}

/// Who has read a message of one's own.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SeenBy {
    /// Whether the asker's receipts are on: without, nobody is told of.
    pub receipts: bool,
    pub count: u32,
    /// At most [`SEEN_BY_MAX`](super::limits::SEEN_BY_MAX) of them, by id.
    pub by: Vec<UserId>,
}
