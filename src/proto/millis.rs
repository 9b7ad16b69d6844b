//! Points in time, as they are stored and told.

/// Milliseconds since 1970-01-01 UTC.
pub type Millis = i64;
/// Milliseconds of a day.
pub const DAY_MS: Millis = 86_400_000;
