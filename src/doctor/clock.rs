//! Whether the clock can be believed.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::clock::{self, AHEAD_MAX, Known};
use crate::proto::doctor::{Check, Checked, Finding};
use crate::proto::op::Millis;

use super::texts::line;

/// systemd-timesyncd makes this file when it has set the clock.
const SYNCHRONIZED: &str = "/run/systemd/timesync/synchronized";
/// Files are written a moment after the clock was read, and some disks keep times in steps of two seconds.
const STEP_MS: Millis = 10_000;

/// How far the clock can be believed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Trust {
    Synchronized,
    Plausible,
    /// Before a moment that has passed for certain; by at least so many seconds.
    Behind {
        off_s: i64,
    },
    /// After any moment that can be; by at least so many seconds.
    Ahead {
        off_s: i64,
    },
}

pub(super) fn told(trust: Trust) -> Checked {
    let off = |off_s: i64| [("off_s", off_s.to_string())];
    match trust {
        Trust::Synchronized => line(Check::Clock, Finding::ClockRight, []),
        Trust::Plausible => line(Check::Clock, Finding::ClockUnsynchronized, []),
        Trust::Behind { off_s } => line(Check::Clock, Finding::ClockBehind, off(-off_s.abs())),
        Trust::Ahead { off_s } => line(Check::Clock, Finding::ClockAhead, off(off_s.abs())),
    }
}

/// Looks from outside of porch: at the time it was built, at the last time that it knew, and at when its database was
/// last written.
pub(super) fn look(data_dir: &Path, now: Millis) -> Trust {
    let build = clock::build_date().unix_timestamp().saturating_mul(1_000);
    let written = ["porch.db", "porch.db-wal"].map(|name| written_at(&data_dir.join(name)));
    let known = Known::read(&Known::path(data_dir)).map(|known| known.time);
    judge(now, build, written.into_iter().flatten().max().max(known), Path::new(SYNCHRONIZED).exists())
}

/// No board runs one build for longer.
fn ahead_ms_max() -> Millis {
    AHEAD_MAX.whole_seconds() * 1_000
}

fn written_at(path: &Path) -> Option<Millis> {
    let since = fs::metadata(path).ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Millis::try_from(since.as_millis()).ok()
}

/// `written`: the latest time that porch has left behind, by the clock of then.
fn judge(now: Millis, build: Millis, written: Option<Millis>, synchronized: bool) -> Trust {
    // Written under a clock that ran ahead, it proves nothing.
    let latest = build.saturating_add(ahead_ms_max());
    let known = written.filter(|written| *written <= latest).map_or(build, |written| written.max(build));
    match now {
        _ if now > latest => Trust::Ahead { off_s: (now - latest) / 1_000 },
        _ if now < known - STEP_MS => Trust::Behind { off_s: (known - now) / 1_000 },
        _ if synchronized => Trust::Synchronized,
        _ => Trust::Plausible,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILD: Millis = 1_800_000_000_000;
    const DAY: Millis = 86_400_000;

    #[test]
    fn a_clock_is_behind_what_has_passed_and_ahead_of_what_can_be() {
        assert_eq!(judge(BUILD + DAY, BUILD, None, false), Trust::Plausible);
        assert_eq!(judge(BUILD + DAY, BUILD, Some(BUILD), true), Trust::Synchronized);
        assert_eq!(judge(0, BUILD, None, true), Trust::Behind { off_s: BUILD / 1_000 });
        let behind = judge(BUILD + DAY, BUILD, Some(BUILD + 2 * DAY), false);
        assert_eq!(behind, Trust::Behind { off_s: DAY / 1_000 });
        assert_eq!(judge(BUILD + ahead_ms_max() + DAY, BUILD, None, false), Trust::Ahead { off_s: DAY / 1_000 });
    }

    #[test]
    fn what_was_written_under_an_impossible_clock_is_not_believed() {
        assert_eq!(judge(BUILD + DAY, BUILD, Some(BUILD + 2 * ahead_ms_max()), false), Trust::Plausible);
    }

    #[test]
    fn the_last_time_that_porch_knew_counts_and_a_folder_without_one_is_no_fault() {
        let dir = tempfile::tempdir().unwrap();
        let build = clock::build_date().unix_timestamp() * 1_000;
        assert!(!matches!(look(dir.path(), build + DAY), Trust::Behind { .. }));
        Known { time: build + 3 * DAY, seq: crate::proto::id::Seq(0) }.write(&Known::path(dir.path()));
        assert_eq!(look(dir.path(), build + DAY), Trust::Behind { off_s: 2 * DAY / 1_000 });
    }

    #[test]
    fn each_trust_has_its_line() {
        assert_eq!(told(Trust::Synchronized).finding, Finding::ClockRight);
        assert_eq!(told(Trust::Plausible).finding, Finding::ClockUnsynchronized);
        assert_eq!(told(Trust::Behind { off_s: 3_600 }).values["off_s"], "-3600");
        assert_eq!(told(Trust::Ahead { off_s: 3_600 }).says, "The clock is ahead, by at least 1 hour.");
    }
}
