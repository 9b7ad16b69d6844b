//! Bodies of `/api/clock`: the box's time, and how far it can be relied on.

use serde::{Deserialize, Serialize};

/// How far the system's clock is believed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ClockTrust {
    /// The system keeps its clock by a time server.
    Synchronized,
    /// Nobody vouches for it, and nothing speaks against it.
    Plausible,
    /// It says a time that has passed already: porch counts on from the last time it knew.
    Behind,
    /// It is years past anything known: porch counts on from the last time it knew.
    Ahead,
}

/// `GET /api/clock`, and the answer to `PUT /api/clock`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BoxClock {
    /// The time by which the box lives, in milliseconds since 1970.
    #[cfg_attr(test, ts(type = "number"))]
    pub now: i64,
    pub trust: ClockTrust,
    /// Whether `PUT` would set the system's clock now.
    pub can_set: bool,
}

/// `PUT /api/clock`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct SetClock {
    /// The right time, in milliseconds since 1970.
    #[cfg_attr(test, ts(type = "number"))]
    pub now: i64,
}
