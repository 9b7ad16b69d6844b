//! Codes by which somebody sets a new password, and what is known of sessions that have ended.

/// Characters of a code, five random bits each: few enough to be read out and typed, and with the guesses that one name
/// may get in a day (some 240) one in four thousand million finds it.
pub const CODE_CHARS: usize = 8;
/// Milliseconds for which a code may be used: a day, as the person who asked for it may be at school or at work.
pub const CODE_KEPT_MS: i64 = 86_400_000;
/// Ended sessions of which it is known why they have: every place of a large school that was sent home at once, in a
/// megabyte.
pub const SESSION_ENDS_MAX: usize = 10_000;
