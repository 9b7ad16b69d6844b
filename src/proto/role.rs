//! As what people are here: on the box, and in a room.

use serde::{Deserialize, Serialize};

/// As what a member is in a room.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RoomRole {
    Member,
    Owner,
}

/// As what an account is on the box.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum BoxRole {
    /// Came by an invite, may stay for a time, and sees only rooms that are open to guests.
    Guest,
    Member,
    Owner,
}
