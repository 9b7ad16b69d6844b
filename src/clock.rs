//! The two clocks: the only place where porch asks the system for the time.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::proto::op::Millis;

/// A clock that begins when it is made.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
}

impl Clock {
    /// Starts at zero, now.
    pub fn start() -> Self {
        Self { started: Instant::now() }
    }

    /// The moment that [`std::time::Duration`]s of this clock count from.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// Time since the start; never goes back.
    pub fn mono(&self) -> std::time::Duration {
        self.started.elapsed()
    }
}

/// Milliseconds since 1970-01-01 UTC, as the system believes. Before 1970 it is 1970.
pub fn wall() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
