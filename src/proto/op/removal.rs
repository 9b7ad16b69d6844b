//! Removing what somebody has made: in steps, since others wait meanwhile.

use crate::proto::id::UserId;
use crate::proto::millis::Millis;

/// See the module's text.
#[derive(Clone, Debug)]
pub enum RemovalOp {
    /// Erases messages of rooms that were removed: so many at most, see
    /// [`ERASED_AT_ONCE_MAX`](crate::proto::limits::ERASED_AT_ONCE_MAX).
    Messages { at: Millis },
    /// Removes rooms that this person made, and direct rooms that they began and the other never wrote in, with everything
    /// in them: so many at most, see
    /// [`ROOMS_REMOVED_AT_ONCE_MAX`](crate::proto::limits::ROOMS_REMOVED_AT_ONCE_MAX).
    Rooms { made_by: UserId },
}
