//! Which time porch believes. Pure: the clocks are read elsewhere.
//!
//! A board without a battery wakes up in 1970, or at its last shutdown. So the believed time runs on the monotonic
//! clock, from a base that every look at the system's clock may move:
//!
//! 1. A clock before the build, or twenty years after it, is wrong, whoever vouches for it.
//! 2. A synchronized clock is followed, also back: one that was ahead and got corrected must not pin the box in the
//!    future.
//! 3. A clock that is set while porch runs is followed, back and forward: somebody meant it. So is a minute back.
//! 4. A clock years past the last time known is suspect: porch counts on from that time, whose sign-ins and
//!    certificates a wrong year would end.
//! 5. A clock that says less than the last time known is behind: porch counts on from that time.
//! 6. What the owner says is right is followed (see [`Belief::vouch`]).

use std::time::Duration;

use super::build::AHEAD_MAX;
use crate::proto::clock::ClockTrust as Trust;
use crate::proto::op::Millis;

/// Clocks are adjusted by as much all the time; it is neither a step nor behind.
pub(super) const SLACK_MS: Millis = 60_000;
/// A clock further past the last time known than this is suspect, where nobody vouches for it. A box that rested in a
/// cupboard for two years, or a build that was flashed as late, is not.
const JUMP_MS_MAX: Millis = 3 * 365 * 86_400_000;

/// What the clocks say at one moment.
#[derive(Clone, Copy, Debug)]
pub struct ClockReading {
    pub mono: Duration,
    pub system: Millis,
    /// Whether the system's clock is kept by a time server; `None`: not asked this time.
    pub synchronized: Option<bool>,
}

/// What a look has brought.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ClockChange {
    /// The system's clock was set since the last look: whether it is synchronized is to be asked anew.
    pub stepped: bool,
    /// The believed time went back: what is kept of it is wrong now.
    pub lowered: bool,
}

/// See the module's text.
#[derive(Clone, Debug)]
pub struct Belief {
    build: Millis,
    /// The believed time when the monotonic clock was at zero.
    base: Millis,
    /// The same of the system's clock, at the last look.
    system_base: Millis,
    synchronized: bool,
    trust: Trust,
}

impl Belief {
    /// Begins with what is known: when this was built, and the last time that was believed before (any time at all,
    /// where nothing is kept).
    pub fn begin(build: Millis, known: Millis, first: ClockReading) -> Self {
        let latest = latest(build);
        // What is kept may be damaged.
        let known = if known > latest { build } else { known.max(build) };
        let mut belief = Self {
            build,
            base: known.saturating_sub(millis(first.mono)),
            system_base: first.system.saturating_sub(millis(first.mono)),
            synchronized: false,
            trust: Trust::Plausible,
        };
        belief.look(first);
        belief
    }

    /// Takes what the clocks say now.
    pub fn look(&mut self, reading: ClockReading) -> ClockChange {
        let system_base = reading.system.saturating_sub(millis(reading.mono));
        let stepped = system_base.abs_diff(self.system_base) > SLACK_MS.unsigned_abs();
        self.system_base = system_base;
        // Setting a clock ends its synchronization.
        self.synchronized = reading.synchronized.unwrap_or(self.synchronized && !stepped);
        self.trust = self.judge(reading.system, stepped);
        let lowered = match self.trust {
            Trust::Synchronized | Trust::Plausible => self.follow(),
            Trust::Ahead | Trust::Behind => false,
        };
        ClockChange { stepped, lowered }
    }

    /// The owner says that the system's clock is right: rule 6. Only rule 1 is stronger.
    pub fn vouch(&mut self, reading: ClockReading) -> ClockChange {
        let change = self.look(reading);
        if !self.is_possible(reading.system) {
            return change;
        }
        if !self.synchronized {
            self.trust = Trust::Plausible;
        }
        let lowered = self.follow();
        ClockChange { lowered: lowered || change.lowered, ..change }
    }

    /// Whether it can be this time at all: not before the build, and not decades after it.
    pub fn is_possible(&self, time: Millis) -> bool {
        (self.build..=latest(self.build)).contains(&time)
    }

    /// The believed time when the monotonic clock was at zero: it is this and what has passed since.
    pub fn base(&self) -> Millis {
        self.base
    }

    /// How far the system's clock is believed.
    pub fn trust(&self) -> Trust {
        self.trust
    }

    fn judge(&self, system: Millis, stepped: bool) -> Trust {
        let gap = self.system_base.saturating_sub(self.base);
        if system > latest(self.build) {
            Trust::Ahead
        } else if system < self.build {
            Trust::Behind
        } else if self.synchronized {
            Trust::Synchronized
        } else if gap > JUMP_MS_MAX {
            Trust::Ahead
        } else if gap < -SLACK_MS && !stepped {
            Trust::Behind
        } else {
            Trust::Plausible
        }
    }

    fn follow(&mut self) -> bool {
        let lowered = self.system_base < self.base.saturating_sub(SLACK_MS);
        self.base = self.system_base;
        lowered
    }
}

fn latest(build: Millis) -> Millis {
    build.saturating_add(i64::try_from(AHEAD_MAX.whole_milliseconds()).unwrap_or(i64::MAX))
}

pub(super) fn millis(duration: Duration) -> Millis {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BUILD: Millis = 1_795_132_800_000;
    const DAY: Millis = 86_400_000;
    const YEAR: Millis = 365 * DAY;
    const HOUR: Duration = Duration::from_secs(3_600);

    fn at(mono: Duration, system: Millis) -> ClockReading {
        ClockReading { mono, system, synchronized: None }
    }

    fn synchronized(mono: Duration, system: Millis) -> ClockReading {
        ClockReading { synchronized: Some(true), ..at(mono, system) }
    }

    fn begin(known: Millis, system: Millis) -> Belief {
        Belief::begin(BUILD, known, at(Duration::ZERO, system))
    }

    /// The believed time, and how far the system's is believed.
    fn told(belief: &Belief, mono: Duration) -> (Millis, Trust) {
        (belief.base() + millis(mono), belief.trust())
    }

    #[test]
    fn a_clock_that_goes_on_from_the_last_time_known_is_followed() {
        for gap in [0, DAY, 2 * YEAR, -SLACK_MS] {
            let system = BUILD + YEAR + gap;
            assert_eq!(told(&begin(BUILD + YEAR, system), Duration::ZERO), (system, Trust::Plausible), "{gap}");
        }
    }

    #[test]
    fn a_clock_in_1970_or_before_the_last_time_known_is_counted_past() {
        for system in [DAY, BUILD - 1, BUILD, BUILD + YEAR - SLACK_MS - 1] {
            let mut belief = begin(BUILD + YEAR, system);
            assert_eq!(told(&belief, Duration::ZERO), (BUILD + YEAR, Trust::Behind), "{system}");
            belief.look(at(HOUR, system + millis(HOUR)));
            assert_eq!(told(&belief, HOUR), (BUILD + YEAR + millis(HOUR), Trust::Behind), "{system}");
        }
    }

    #[test]
    fn without_anything_kept_the_build_is_the_last_time_known() {
        assert_eq!(told(&begin(Millis::MIN, DAY), Duration::ZERO), (BUILD, Trust::Behind));
        assert_eq!(told(&begin(Millis::MIN, BUILD + YEAR), Duration::ZERO), (BUILD + YEAR, Trust::Plausible));
        // What is kept may be damaged.
        assert_eq!(told(&begin(Millis::MAX, BUILD + DAY), Duration::ZERO), (BUILD + DAY, Trust::Plausible));
    }

    #[test]
    fn a_clock_ten_years_ahead_is_counted_past_until_somebody_vouches_for_it() {
        let known = BUILD + DAY;
        let system = known + 10 * YEAR;
        let mut belief = begin(known, system);
        assert_eq!(told(&belief, Duration::ZERO), (known, Trust::Ahead));
        belief.look(at(HOUR, system + millis(HOUR)));
        assert_eq!(told(&belief, HOUR), (known + millis(HOUR), Trust::Ahead));

        let mut owners = belief.clone();
        assert_eq!(owners.vouch(at(HOUR, system + millis(HOUR))), ClockChange::default());
        assert_eq!(told(&owners, HOUR), (system + millis(HOUR), Trust::Plausible));
        belief.look(synchronized(HOUR, system + millis(HOUR)));
        assert_eq!(told(&belief, HOUR), (system + millis(HOUR), Trust::Synchronized));
    }

    #[test]
    fn nobody_can_vouch_for_what_cannot_be() {
        for (system, trust) in [(DAY, Trust::Behind), (BUILD + 21 * YEAR, Trust::Ahead)] {
            let mut belief = begin(BUILD + DAY, system);
            belief.look(synchronized(HOUR, system + millis(HOUR)));
            assert_eq!(told(&belief, HOUR), (BUILD + DAY + millis(HOUR), trust));
            belief.vouch(at(HOUR, system + millis(HOUR)));
            assert_eq!(told(&belief, HOUR), (BUILD + DAY + millis(HOUR), trust));
        }
    }

    #[test]
    fn a_synchronized_clock_is_followed_back() {
        let (ahead, right) = (BUILD + 2 * YEAR, BUILD + DAY);
        // Found so at the start: it was corrected while porch was off.
        let mut belief = begin(ahead, right);
        assert_eq!(belief.trust(), Trust::Behind);
        let change = belief.look(synchronized(HOUR, right + millis(HOUR)));
        assert_eq!(change, ClockChange { stepped: false, lowered: true });
        assert_eq!(told(&belief, HOUR), (right + millis(HOUR), Trust::Synchronized));
    }

    #[test]
    fn a_clock_that_is_set_while_porch_runs_is_followed_and_asked_about() {
        for (from, to, lowered) in [
            (BUILD + 2 * YEAR, BUILD + DAY, true),
            (BUILD + DAY, BUILD + 2 * DAY, false),
            // It was behind; and so it is still by what was known, which was wrong.
            (DAY, BUILD + DAY, true),
        ] {
            let mut belief = begin(BUILD + 2 * YEAR, from);
            belief.look(at(HOUR, from + millis(HOUR)));
            let change = belief.look(at(HOUR, to));
            assert_eq!(
                change,
                ClockChange { stepped: true, lowered: lowered || belief.base() < BUILD + 2 * YEAR - SLACK_MS }
            );
            assert_eq!(told(&belief, HOUR), (to, Trust::Plausible), "{from} {to}");
        }
    }

    #[test]
    fn a_clock_that_is_set_to_nonsense_while_porch_runs_is_not_followed() {
        for (to, trust) in [(0, Trust::Behind), (BUILD + 10 * YEAR, Trust::Ahead)] {
            let mut belief = begin(BUILD, BUILD + DAY);
            assert_eq!(belief.look(at(HOUR, to)), ClockChange { stepped: true, lowered: false });
            assert_eq!(told(&belief, HOUR), (BUILD + DAY + millis(HOUR), trust));
            // And when it is set right again, all is well.
            let right = BUILD + DAY + millis(2 * HOUR);
            assert_eq!(belief.look(at(2 * HOUR, right)), ClockChange { stepped: true, lowered: false });
            assert_eq!(told(&belief, 2 * HOUR), (right, Trust::Plausible));
        }
    }

    #[test]
    fn setting_a_synchronized_clock_ends_its_synchronization() {
        let mut belief = begin(BUILD, BUILD + DAY);
        belief.look(synchronized(HOUR, BUILD + DAY + millis(HOUR)));
        belief.look(at(2 * HOUR, BUILD + DAY + millis(2 * HOUR)));
        assert_eq!(belief.trust(), Trust::Synchronized);
        belief.look(at(2 * HOUR, BUILD + 2 * DAY));
        assert_eq!(belief.trust(), Trust::Plausible);
    }

    /// A day in the life of a clock: time passes, it may be set, and somebody may know whether it is synchronized.
    fn days() -> impl Strategy<Value = Vec<(u64, Option<Millis>, Option<bool>)>> {
        let set = prop_oneof![
            3 => Just(None),
            1 => (0..BUILD + 30 * YEAR).prop_map(Some),
            1 => (BUILD - YEAR..BUILD + 5 * YEAR).prop_map(Some),
        ];
        prop::collection::vec((0..7 * 86_400_u64, set, prop::option::of(any::<bool>())), 1..40)
    }

    proptest! {
        #[test]
        fn whatever_a_clock_does_the_rules_hold(known in 0..BUILD + 3 * YEAR, first in 0..BUILD + 30 * YEAR, days in days()) {
            let mut belief = begin(known, first);
            let (mut mono, mut system) = (Duration::ZERO, first);
            for (seconds, set, kept) in days {
                let before = belief.clone();
                mono += Duration::from_secs(seconds);
                system = set.unwrap_or_else(|| system + millis(Duration::from_secs(seconds)));
                let reading = ClockReading { mono, system, synchronized: kept };
                let change = belief.look(reading);
                let (now, trust) = told(&belief, mono);
                let counted = before.base() + millis(mono);

                prop_assert!(now >= BUILD, "before the build");
                match trust {
                    Trust::Ahead | Trust::Behind => prop_assert_eq!(now, counted, "counting is no jump"),
                    Trust::Synchronized | Trust::Plausible => prop_assert_eq!(now, system, "what is believed is followed"),
                }
                if set.is_none() && trust != Trust::Synchronized {
                    prop_assert!(now >= counted - SLACK_MS, "it goes back only for a reason");
                }
                prop_assert_eq!(change.lowered, now < counted - SLACK_MS);
                if kept == Some(true) && belief.is_possible(system) {
                    prop_assert_eq!(trust, Trust::Synchronized);
                }
                // Another look at the same moment changes nothing: a step is one only once.
                let mut again = belief.clone();
                let seen_again = again.look(ClockReading { synchronized: None, ..reading });
                prop_assert_eq!(seen_again, ClockChange::default());
                prop_assert_eq!(told(&again, mono), (now, trust));
            }
        }
    }
}
