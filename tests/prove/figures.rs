//! Times, gathered and printed.

use std::time::Duration;

/// What something took, each time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn add(&mut self, took: Duration) {
        self.0.push(took);
    }

    /// Takes in all of another's.
    pub(crate) fn join(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The time within which so many of a hundred were done (nearest rank).
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100).max(1);
        sorted.get(rank - 1).copied().unwrap_or_default()
    }

    /// How many times as long as in the quiet moment, at this percentile.
    pub(crate) fn ratio(&self, quiet: &Self, percent: usize) -> f64 {
        self.percentile(percent).as_secs_f64() / quiet.percentile(percent).as_secs_f64().max(f64::EPSILON)
    }
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ms = |percent| self.percentile(percent).as_secs_f64() * 1_000.0;
        write!(f, "p50 {:.2} ms, p95 {:.2} ms, p99 {:.2} ms, of {}", ms(50), ms(95), ms(99), self.count())
    }
}

#[test]
fn percentiles_are_of_the_nearest_rank() {
    let mut times = Times::default();
    assert_eq!(times.percentile(99), Duration::ZERO);
    (1..=200).for_each(|ms| times.add(Duration::from_millis(ms)));
    assert_eq!([50, 99, 100].map(|p| times.percentile(p).as_millis()), [100, 198, 200]);
    let mut slow = Times::default();
    slow.add(Duration::from_millis(300));
    assert!((slow.ratio(&times, 50) - 3.0).abs() < 1e-9);
}
