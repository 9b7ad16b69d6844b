//! What a room is, and what can be set of it.

use serde::{Deserialize, Serialize};

/// What a room is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RoomKind {
    Closed,
    Direct,
    Everyone,
    Open,
}

/// All that is set of a room. A new one begins with the defaults.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RoomSettings {
    /// Can be read, not written.
    pub archived: bool,
    /// Whether guests may be in it.
    pub guests: bool,
    /// Empty for the room for everybody until it is named, and for direct rooms while both are here; then the name that
    /// the one who is gone had last.
    pub name: String,
}

/// What somebody wants to be notified of in a room: theirs alone, and nobody else hears of it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Notify {
    /// Every message.
    All,
    /// What is for them: where they are named, and all of a direct room.
    Mine,
    None,
}

/// One setting, as it is to be or has become.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RoomSetting {
    Archived(bool),
    Guests(bool),
    Name(String),
}

impl RoomSettings {
    pub fn set(&mut self, setting: RoomSetting) {
        match setting {
            RoomSetting::Archived(archived) => self.archived = archived,
            RoomSetting::Guests(guests) => self.guests = guests,
            RoomSetting::Name(name) => self.name = name,
        }
    }
}
