//! Changes of guests: the end of a stay, and becoming a member.

use crate::proto::id::UserId;
use crate::proto::millis::Millis;

/// See the module's text.
#[derive(Clone, Debug)]
pub enum GuestOp {
    /// Ends this guest's stay: sessions, memberships and the hold on the name go, the name stays on the messages.
    EndStay { user: UserId, at: Millis },
    /// Ends stays that are over at this time, and deletes guests whose name has been kept long enough: so many at most,
    /// see [`STAYS_AT_ONCE_MAX`](crate::proto::limits::STAYS_AT_ONCE_MAX).
    EndStays { at: Millis },
    /// A guest becomes a member. Joins the room for everybody, and owns the rooms it was in that had no owner.
    MakeMember { user: UserId, at: Millis },
}
