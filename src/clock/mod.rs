//! The clocks: the only place where porch asks the system for the time, and where it decides what to believe of it.
//!
//! [`wall`] is the time by which everything in porch lives. Until [`begin`] has been called it is the system's; from
//! then on it is what the rules of [`belief`] make of the looks that [`look`] takes. [`state`] says how good it is,
//! [`set`] sets the system's clock where that is allowed.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::macros::format_description;
use tokio::sync::watch;

use belief::{Belief, ClockChange, ClockReading, SLACK_MS, millis};
pub use build::{AHEAD_MAX, build_date};
pub use known::Known;
pub use timedated::{Timedated, Unanswered};

pub use crate::proto::clock::ClockTrust as Trust;
use crate::proto::op::Millis;

pub mod belief;
mod build;
mod known;
mod timedated;

/// A clock that begins when it is made.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
}

impl Clock {
    /// Starts at zero, now.
    pub fn start() -> Self {
        Self { started: Instant::now() }
    }

    /// The moment that [`std::time::Duration`]s of this clock count from.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// Time since the start; never goes back.
    pub fn mono(&self) -> Duration {
        self.started.elapsed()
    }
}

/// The time of this process, once it has begun.
static LIVE: OnceLock<LiveClock> = OnceLock::new();

struct LiveClock {
    clock: Clock,
    /// [`Belief::base`], for those who only want to know the time.
    base: AtomicI64,
    belief: Mutex<Belief>,
    changes: watch::Sender<Trust>,
}

impl LiveClock {
    fn belief(&self) -> MutexGuard<'_, Belief> {
        self.belief.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reading(&self, synchronized: Option<bool>) -> ClockReading {
        ClockReading { mono: self.clock.mono(), system: system(), synchronized }
    }

    /// Lets the belief take a look, publishes what it came to, and tells the log of what has changed.
    fn take(&self, reading: ClockReading, take: impl FnOnce(&mut Belief, ClockReading) -> ClockChange) -> ClockChange {
        let mut belief = self.belief();
        let before = (belief.base().saturating_add(millis(reading.mono)), belief.trust());
        let change = take(&mut belief, reading);
        self.base.store(belief.base(), Ordering::Relaxed);
        let after = (belief.base().saturating_add(millis(reading.mono)), belief.trust());
        drop(belief);
        if report(before, after, reading.system) {
            self.changes.send_replace(after.1);
        }
        change
    }
}

/// How good the time is: cheap, and always current.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ClockState {
    /// What [`wall`] gives, in milliseconds since 1970.
    pub now: Millis,
    /// What the system's own clock says.
    pub system: Millis,
    /// How far that is believed; `now` and `system` are far apart for [`Trust::Ahead`] and [`Trust::Behind`].
    pub trust: Trust,
}

/// Milliseconds since 1970-01-01 UTC, as porch believes.
pub fn wall() -> Millis {
    LIVE.get().map_or_else(system, |live| live.base.load(Ordering::Relaxed).saturating_add(millis(live.clock.mono())))
}

/// [`wall`] as a date.
pub fn now_utc() -> OffsetDateTime {
    date(wall())
}

/// What is believed now, and how far.
pub fn state() -> ClockState {
    let trust = LIVE.get().map_or(Trust::Plausible, |live| live.belief().trust());
    ClockState { now: wall(), system: system(), trust }
}

/// Begins to judge the system's clock by the last time known (see [`Known::last`]). To be called once, at the start,
/// and followed by a [`look`] every few seconds. Says in the log when that clock is wrong.
pub fn begin(known: Millis) {
    LIVE.get_or_init(|| {
        let clock = Clock::start();
        let first = ClockReading { mono: clock.mono(), system: system(), synchronized: None };
        let belief = Belief::begin(of_date(build_date()), known, first);
        report(
            (first.system, Trust::Plausible),
            (belief.base().saturating_add(millis(first.mono)), belief.trust()),
            first.system,
        );
        let changes = watch::Sender::new(belief.trust());
        LiveClock { clock, base: AtomicI64::new(belief.base()), belief: Mutex::new(belief), changes }
    });
}

/// Looks at the system's clock, with the answer to whether it is synchronized where that was asked.
pub fn look(synchronized: Option<bool>) -> ClockChange {
    LIVE.get().map_or_else(ClockChange::default, |live| live.take(live.reading(synchronized), Belief::look))
}

/// Tells of every change of trust, and of every step of the believed time. Of nothing, before [`begin`].
pub fn changes() -> watch::Receiver<Trust> {
    LIVE.get().map_or_else(|| watch::channel(Trust::Plausible).1, |live| live.changes.subscribe())
}

/// Why the system's clock was not set.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SetRefusal {
    /// Before the build, or decades after it.
    Impossible,
    /// A time server keeps it.
    Synchronized,
    /// The system does not let porch; why.
    NotAllowed(Unanswered),
}

/// Sets the system's clock to what its owner says, and believes it from now on. Where the system's clock says so
/// already, that is all there is to do.
pub async fn set(now: Millis) -> Result<(), SetRefusal> {
    let Some(live) = LIVE.get() else { return Err(SetRefusal::NotAllowed(Unanswered::Absent)) };
    if !live.belief().is_possible(now) {
        return Err(SetRefusal::Impossible);
    }
    if now.abs_diff(system()) > SLACK_MS.unsigned_abs() {
        let timedated = Timedated::ask().await.map_err(SetRefusal::NotAllowed)?;
        if timedated.keeps_time {
            return Err(SetRefusal::Synchronized);
        }
        if !timedated.allows_us {
            return Err(SetRefusal::NotAllowed(Unanswered::Forbidden));
        }
        timedated::set(now).await.map_err(SetRefusal::NotAllowed)?;
    }
    live.take(live.reading(None), Belief::vouch);
    Ok(())
}

/// Milliseconds since 1970-01-01 UTC, as the system says. Before 1970 it is 1970.
fn system() -> Millis {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, millis)
}

/// Tells the log of a clock that is no longer believed, or again, or that was set; false where there is nothing to tell.
fn report((counted, trusted): (Millis, Trust), (now, trust): (Millis, Trust), system: Millis) -> bool {
    let (system, time) = (Shown(system), Shown(now));
    match trust {
        Trust::Behind if trusted != trust => log::warn!(
            "the clock says {system}, but that is over: using {time}, the last time known here, and counting on from \
             it until the clock is set"
        ),
        Trust::Ahead if trusted != trust => log::warn!(
            "the clock says {system}, years past the last time known here: using {time}, and counting on from it \
             until the clock is set or somebody vouches for it"
        ),
        Trust::Plausible | Trust::Synchronized if matches!(trusted, Trust::Ahead | Trust::Behind) => {
            log::info!("the clock is believed again: it is {time}");
        }
        Trust::Plausible | Trust::Synchronized if now.abs_diff(counted) > SLACK_MS.unsigned_abs() => {
            log::info!("the clock was set from {} to {time}", Shown(counted));
        }
        Trust::Ahead | Trust::Behind | Trust::Plausible | Trust::Synchronized => return trusted != trust,
    }
    true
}

fn of_date(date: OffsetDateTime) -> Millis {
    date.unix_timestamp().saturating_mul(1_000)
}

/// A time as a date; 1970 where no date can hold it.
pub fn date(time: Millis) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(time) * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// A time for people who read the log.
struct Shown(Millis);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = date(self.0).format(format_description!("[year]-[month]-[day] [hour]:[minute] UTC"));
        // Formatting digits of a valid date cannot fail.
        f.write_str(&text.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_as_dates() {
        assert_eq!(Shown(0).to_string(), "1970-01-01 00:00 UTC");
        assert_eq!(Shown(1_795_132_800_000).to_string(), "2026-11-20 00:00 UTC");
        // What no date can hold is no reason to fail.
        assert_eq!(Shown(Millis::MAX).to_string(), "1970-01-01 00:00 UTC");
    }

    #[test]
    fn before_it_has_begun_the_time_is_the_systems() {
        let (before, told, after) = (system(), wall(), system());
        assert!((before..=after).contains(&told));
        assert_eq!(state().trust, Trust::Plausible);
        assert_eq!(look(Some(true)), ClockChange::default());
    }
}
