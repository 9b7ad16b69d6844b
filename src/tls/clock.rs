//! Time for certificates, on boards without a battery for their clock.

use time::{Duration, OffsetDateTime};

use crate::clock::{self, AHEAD_MAX, Trust};

/// The time of a look at the certificates, and how far it can be relied on.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub now: OffsetDateTime,
    pub trust: Trust,
}

impl Moment {
    /// What is believed now.
    pub fn now() -> Self {
        Self { now: clock::now_utc(), trust: clock::state().trust }
    }

    /// The nearest moment that this build can be running at.
    pub(super) fn plausible(self, build_date: OffsetDateTime) -> OffsetDateTime {
        self.now.clamp(build_date, build_date.saturating_add(AHEAD_MAX))
    }

    /// How far back a new leaf begins, down to the build date.
    pub(super) fn early(self) -> Duration {
        match self.trust {
            // A clock that runs months ahead still shows phones a leaf that has begun, and half a year of life remains.
            Trust::Synchronized | Trust::Plausible => Duration::days(183),
            // It is later than the last time known, nobody knows by how much: the box may have rested for months.
            Trust::Behind | Trust::Ahead => Duration::days(31),
        }
    }

    /// How long before its end a leaf is replaced; less than what a new one has.
    pub(super) fn renew_before_end(self) -> Duration {
        match self.trust {
            // A box that was switched off over the holidays comes back with a leaf that still serves.
            Trust::Synchronized => Duration::days(30),
            // The clock may be one that stands still while the box is off.
            Trust::Plausible => Duration::days(180),
            Trust::Behind | Trust::Ahead => Duration::days(335),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::build_date;

    #[test]
    fn a_clock_before_the_build_or_decades_after_it_is_not_believed() {
        let build = build_date();
        let plausible = |now| Moment { now, trust: Trust::Plausible }.plausible(build);
        assert_eq!(plausible(OffsetDateTime::UNIX_EPOCH), build);
        assert_eq!(plausible(build + Duration::days(7)), build + Duration::days(7));
        assert_eq!(plausible(build + Duration::days(9_000)), build + AHEAD_MAX);
    }
}
