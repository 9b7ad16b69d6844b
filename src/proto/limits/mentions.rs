//! Calling people in messages.

use std::time::Duration;

/// People that one message calls: a table at dinner. Whoever calls more means everyone.
pub const MENTIONS_MAX: usize = 20;
/// How often one person calls everyone at once: dinner, and that it will be late after all, in a few rooms.
pub const EVERYONE_BURST: u32 = 5;
/// How soon once more: each rings in every pocket, in muted rooms too.
pub const EVERYONE_INTERVAL: Duration = Duration::from_secs(120);
