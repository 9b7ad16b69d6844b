//! Counts durations in buckets that grow with them: cheap enough for every delivery, exact to 3 %.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Buckets per power of two.
const STEPS: u64 = 32;
/// From 1 µs to 2^36 µs, which is 19 hours.
const BUCKETS: usize = (STEPS * 32) as usize;

/// Durations counted by many tasks at once.
pub(crate) struct Histogram {
    counts: Vec<AtomicU64>,
}

impl Histogram {
    /// With nothing counted.
    pub(crate) fn new() -> Self {
        Self { counts: (0..BUCKETS).map(|_| AtomicU64::new(0)).collect() }
    }

    /// Counts one duration.
    pub(crate) fn record(&self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.counts[bucket(micros)].fetch_add(1, Ordering::Relaxed);
    }

    /// Forgets everything.
    pub(crate) fn reset(&self) {
        for count in &self.counts {
            count.store(0, Ordering::Relaxed);
        }
    }

    /// The duration in milliseconds below which this share (0 to 1) of the counted lie; 0 when none were.
    pub(crate) fn quantile_ms(&self, share: f64) -> f64 {
        let counts: Vec<u64> = self.counts.iter().map(|count| count.load(Ordering::Relaxed)).collect();
        let wanted = (counts.iter().sum::<u64>() as f64 * share).ceil() as u64;
        let mut seen = 0;
        let found = counts.iter().position(|count| {
            seen += count;
            seen >= wanted.max(1)
        });
        found.map_or(0.0, |bucket| upper_micros(bucket) as f64 / 1_000.0)
    }
}

/// The bucket of a number of microseconds: linear below `STEPS`, then `STEPS` per power of two.
fn bucket(micros: u64) -> usize {
    if micros < STEPS {
        return micros as usize;
    }
    let power = u64::from(micros.ilog2() - STEPS.ilog2());
    (((power + 1) * STEPS + (micros >> power) - STEPS) as usize).min(BUCKETS - 1)
}

/// The first number of microseconds above the bucket.
fn upper_micros(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < STEPS {
        return bucket + 1;
    }
    let power = bucket / STEPS - 1;
    (bucket % STEPS + STEPS + 1) << power
}
