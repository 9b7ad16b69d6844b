//! How long certificates live and when they are renewed, on boards without a battery for their clock.

use time::{Duration, OffsetDateTime};

use crate::clock::{self, AHEAD_MAX, Trust};

/// Apple refuses more than 825 days; 397 is the strictest rule of any browser, and nobody has to renew by hand.
pub(super) const LEAF_LIFE: Duration = Duration::days(397);
/// A new root has to be trusted by hand on every phone, so it should outlast the board. Its key never leaves the
/// box, and what it may speak for is constrained, which is what makes so long a life acceptable.
pub(super) const ROOT_LIFE: Duration = Duration::days(3_650);
/// Clocks of phones differ from the true time, and the build date from the build machine's.
pub(super) const BACKDATED: Duration = Duration::days(1);
/// A clock may be wrong by half a year, and the leaf is one that has begun and has not ended all the same.
const EARLY_MAX: Duration = Duration::days(183);
/// The same where the box only counts on from the last time it knew: it is later than that, nobody knows by how much.
const EARLY_MIN: Duration = Duration::days(31);
/// A box that was switched off over the holidays comes back with a leaf that still serves.
const RENEW_BEFORE_END: Duration = Duration::days(30);
/// A leaf made by a clock that nobody vouches for is replaced after as many days, so that it always reaches far.
const DOUBTED_LIFE: Duration = Duration::days(31);

/// The time of a look at the certificates, and how far it can be relied on.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub now: OffsetDateTime,
    /// What the system's clock says.
    pub system: OffsetDateTime,
    pub trust: Trust,
}

impl Moment {
    /// What is believed now.
    pub fn now() -> Self {
        let state = clock::state();
        Self { now: clock::date(state.now), system: clock::date(state.system), trust: state.trust }
    }

    /// The nearest moment that this build can be running at.
    pub(super) fn plausible(self, build_date: OffsetDateTime) -> OffsetDateTime {
        self.now.clamp(build_date, build_date.saturating_add(AHEAD_MAX))
    }

    /// How far back a new leaf begins, down to the build date.
    pub(super) fn early(self, build_date: OffsetDateTime) -> Duration {
        match self.trust {
            Trust::Synchronized | Trust::Plausible => EARLY_MAX,
            // It may be the last time known that was wrong: the leaf is to serve by both clocks.
            Trust::Behind if self.system >= build_date => (self.now - self.system).clamp(EARLY_MIN, EARLY_MAX),
            Trust::Behind | Trust::Ahead => EARLY_MIN,
        }
    }

    /// How long before its end a leaf is replaced; always less than what a new one has.
    pub(super) fn renew_before_end(self, build_date: OffsetDateTime) -> Duration {
        match self.trust {
            Trust::Synchronized => RENEW_BEFORE_END,
            // The clock may be one that stands still while the box is off.
            Trust::Plausible | Trust::Behind | Trust::Ahead => {
                LEAF_LIFE - BACKDATED - self.early(build_date) - DOUBTED_LIFE
            }
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
        let plausible = |now| Moment { now, system: now, trust: Trust::Plausible }.plausible(build);
        assert_eq!(plausible(OffsetDateTime::UNIX_EPOCH), build);
        assert_eq!(plausible(build + Duration::days(7)), build + Duration::days(7));
        assert_eq!(plausible(build + Duration::days(9_000)), build + AHEAD_MAX);
    }
}
