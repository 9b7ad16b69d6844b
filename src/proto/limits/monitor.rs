//! The monitor: what pages tell of themselves, and what is kept of it.

use std::time::Duration;

/// Errors in one beacon: a page that has more to tell sends the next.
pub const BEACON_ERRORS_MAX: usize = 10;
/// Places of a stack that are told: those nearest to the error, beyond which it is the framework's loop.
pub const STACK_FRAMES_MAX: usize = 12;
/// Bytes of one such place: a script's name with its hash, a line and a column.
pub const STACK_FRAME_BYTES_MAX: usize = 96;
/// Bytes of an error's name, a version, a kind of screen.
pub const IDENT_BYTES_MAX: usize = 40;
/// Characters of what an error says: the sentences of browsers are shorter, without what they quote.
pub const ERROR_TEXT_CHARS_MAX: usize = 100;
/// Beacons of one signed-in person at once: their tabs after a night without the box.
pub const BEACONS_BURST: u32 = 20;
/// Another one is allowed after so many milliseconds: a page sends none more often.
pub const BEACONS_INTERVAL_MS: i64 = 3_000;
/// Beacons of one network at once from pages where nobody is signed in: a hall behind one address before it has joined.
pub const BEACONS_NETWORK_BURST: u32 = 40;
/// Another one is allowed after so many milliseconds.
pub const BEACONS_NETWORK_INTERVAL_MS: i64 = 10_000;
/// Days that pages' errors and times are kept besides today: long enough to be asked about after a holiday.
pub const MONITOR_KEPT_DAYS: i64 = 14;
/// Errors kept, each once for a day, a version and a kind of device: at most some 2 KiB each, and more than anybody reads.
pub const MONITOR_ERRORS_MAX: usize = 200;
/// Kinds of devices told apart on one day; the others share a row.
pub const MONITOR_DEVICES_MAX: usize = 24;
/// How often what was told is written, if anything was: one small commit, which a card does not feel. What comes between
/// is in memory, where the owner sees it at once, and losing it costs nobody anything.
pub const MONITOR_KEPT_INTERVAL: Duration = Duration::from_secs(600);
