//! Heard marks.

/// People of whom an author is told that they have heard a voice message: more names nobody reads, and neither a mark nor an
/// answer costs more in the largest room.
pub const HEARD_BY_MAX: usize = 100;
/// Voice messages whose marks are asked for at once: a page of history.
pub const HEARD_ASKED_MAX: usize = 100;
