//! Where a search goes on.

use std::fmt;

use crate::proto::id::RoomId;

/// Where a page of hits goes on. Opaque to clients.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cursor {
    /// Messages from this one on have been seen,
    pub(super) below: u64,
    /// and rooms up to this one are done.
    pub(super) rooms_upto: RoomId,
}

impl Cursor {
    pub(super) const START: Self = Self { below: u64::MAX, rooms_upto: RoomId(0) };
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rooms_upto {
            RoomId(0) => write!(f, "{}", self.below),
            RoomId(room) => write!(f, "{}.{room}", self.below),
        }
    }
}

impl TryFrom<String> for Cursor {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let (below, room) = text.split_once('.').unwrap_or((&text, "0"));
        let number = |digits: &str| digits.parse().map_err(|_| "no place in a search");
        Ok(Self { below: number(below)?, rooms_upto: RoomId(number(room)?) })
    }
}
