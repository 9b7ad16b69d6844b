//! What a crowd of members counts together.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::histogram::Histogram;

/// Counted by many tasks at once.
pub(crate) struct Tally {
    /// From sending until a member has it, over all deliveries.
    pub(crate) delivery: Histogram,
    /// From sending until its author has it: acknowledged.
    pub(crate) echo: Histogram,
    /// From the first packet until welcome.
    pub(crate) entering: Histogram,
    pub(crate) sent: AtomicU64,
    pub(crate) acknowledged: AtomicU64,
    /// Messages heard for the first time, over all members.
    pub(crate) delivered: AtomicU64,
    pub(crate) duplicated: AtomicU64,
    pub(crate) reordered: AtomicU64,
    /// Sends answered with an error that says to try again.
    pub(crate) refused: AtomicU64,
    /// Members welcomed, returns included.
    pub(crate) welcomed: AtomicU64,
    /// Returns that were told to load history.
    pub(crate) reloaded: AtomicU64,
    /// Connections that did not get as far as welcome.
    pub(crate) failed: AtomicU64,
    /// Why connections ended: a close code, or 0 for an end without one.
    closes: Mutex<BTreeMap<u16, u64>>,
    last_failure: Mutex<String>,
    began: Instant,
    began_micros: u64,
}

impl Tally {
    /// With nothing counted.
    pub(crate) fn new() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            delivery: Histogram::new(),
            echo: Histogram::new(),
            entering: Histogram::new(),
            sent: AtomicU64::new(0),
            acknowledged: AtomicU64::new(0),
            delivered: AtomicU64::new(0),
            duplicated: AtomicU64::new(0),
            reordered: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            welcomed: AtomicU64::new(0),
            reloaded: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            closes: Mutex::new(BTreeMap::new()),
            last_failure: Mutex::new(String::new()),
            began: Instant::now(),
            began_micros: u64::try_from(since_epoch.as_micros()).unwrap_or(0),
        }
    }

    /// Microseconds since 1970 that never go back: what messages are stamped with.
    pub(crate) fn now_micros(&self) -> u64 {
        self.began_micros + u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX / 2)
    }

    /// Time since a message was stamped.
    pub(crate) fn since(&self, stamp_micros: u64) -> Duration {
        Duration::from_micros(self.now_micros().saturating_sub(stamp_micros))
    }

    /// A connection has ended.
    pub(crate) fn count_close(&self, code: u16) {
        *self.closes.lock().unwrap_or_else(PoisonError::into_inner).entry(code).or_default() += 1;
    }

    /// How connections have ended so far.
    pub(crate) fn closes(&self) -> BTreeMap<u16, u64> {
        self.closes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A connection did not get as far as welcome.
    pub(crate) fn count_failure(&self, reason: String) {
        count(&self.failed, 1);
        *self.last_failure.lock().unwrap_or_else(PoisonError::into_inner) = reason;
    }

    /// Why the last connection failed; empty when none did.
    pub(crate) fn last_failure(&self) -> String {
        self.last_failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Adds to a counter.
pub(crate) fn count(counter: &AtomicU64, by: u64) {
    counter.fetch_add(by, Ordering::Relaxed);
}

/// Reads a counter.
pub(crate) fn total(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}
