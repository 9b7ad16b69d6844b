//! Receipts.

/// People of whom an author is told by name that they have read a message; of the others it is said how many they are.
pub const SEEN_BY_MAX: usize = 100;
/// Direct rooms whose receipts are told to a person at once, some 50 bytes each; the next telling goes on. Only who turns
/// receipts on or off, or comes back after a long absence, has more.
pub const RECEIPTS_FRAME_MAX: usize = 200;
/// Times at once that a person may turn receipts on or off: each is told to everybody they share a direct room with.
pub const RECEIPTS_SET_BURST: u32 = 10;
/// Another time is allowed after so many milliseconds.
pub const RECEIPTS_SET_INTERVAL_MS: i64 = 10_000;
