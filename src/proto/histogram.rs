//! How long something took, counted by steps: little to keep, and sums of days and devices stay true.

use serde::{Deserialize, Serialize};

/// The upper ends of the steps, in milliseconds; the last step has none. Close where people feel a difference, and with
/// a step at each of the times that web.dev calls slow: 200 and 500 for an interaction, 2,500 and 4,000 for a load.
const STEPS_MS: [u32; 27] = [
    16, 30, 50, 75, 100, 150, 200, 300, 400, 500, 650, 800, 1_000, 1_250, 1_500, 2_000, 2_500, 3_000, 3_500, 4_000,
    5_000, 6_500, 8_000, 10_000, 15_000, 30_000, 60_000,
];

/// See the module's text.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Histogram(Vec<u32>);

impl Histogram {
    /// Counts one that took so long.
    pub fn add(&mut self, ms: u32) {
        let step = STEPS_MS.partition_point(|end| *end < ms);
        if self.0.len() <= step {
            self.0.resize(step + 1, 0);
        }
        self.0[step] = self.0[step].saturating_add(1);
    }

    /// Counts all that another has.
    pub fn join(&mut self, other: &Self) {
        self.0.resize(self.0.len().max(other.0.len()), 0);
        for (count, more) in self.0.iter_mut().zip(&other.0) {
            *count = count.saturating_add(*more);
        }
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        self.0.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// How many took longer than this, which is the end of a step.
    pub fn over(&self, ms: u32) -> u32 {
        let steps = self.0.iter().skip(STEPS_MS.partition_point(|end| *end <= ms));
        steps.fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// What three of four were within: the end of a step, and of the last one its beginning. None where there are none.
    pub fn p75(&self) -> Option<u32> {
        let wanted = (u64::from(self.count()) * 3).div_ceil(4);
        let mut within = 0;
        let step = self.0.iter().position(|count| {
            within += u64::from(*count);
            within >= wanted
        });
        step.filter(|_| wanted > 0).map(|step| STEPS_MS[step.min(STEPS_MS.len() - 1)])
    }

    /// As it is kept; none if it is of other steps than these.
    pub fn kept(counts: Vec<u32>) -> Option<Self> {
        (counts.len() <= STEPS_MS.len() + 1).then_some(Self(counts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(times: impl IntoIterator<Item = u32>) -> Histogram {
        let mut histogram = Histogram::default();
        times.into_iter().for_each(|ms| histogram.add(ms));
        histogram
    }

    #[test]
    fn three_of_four_are_within_what_is_told() {
        assert_eq!(of([]).p75(), None);
        assert_eq!(of([0]).p75(), Some(16));
        assert_eq!(of([10, 20, 40, 9_000]).p75(), Some(50));
        assert_eq!(of([10, 20, 9_000, 9_000]).p75(), Some(10_000));
        assert_eq!(of([u32::MAX]).p75(), Some(60_000), "longer than the last step says");
        for ms in STEPS_MS {
            assert_eq!(of([ms]).p75(), Some(ms), "a step has its end");
        }
    }

    #[test]
    fn slow_ones_are_counted_from_the_end_of_their_step() {
        let histogram = of([3_999, 4_000, 4_001, 70_000]);
        assert_eq!((histogram.count(), histogram.over(4_000), histogram.over(60_000)), (4, 2, 1));
    }

    #[test]
    fn two_together_are_as_if_they_had_been_one() {
        let mut few = of([10, 300]);
        few.join(&of([20_000]));
        assert_eq!(few, of([10, 300, 20_000]));
        few.join(&of([]));
        assert_eq!(few.count(), 3);
    }

    #[test]
    fn counts_end_at_the_largest_and_do_not_begin_anew() {
        let mut full = Histogram::kept(vec![u32::MAX, u32::MAX]).unwrap();
        full.add(1);
        full.join(&full.clone());
        assert_eq!(full.count(), u32::MAX);
        assert_eq!(full.p75(), Some(16));
    }

    #[test]
    fn what_has_more_steps_than_there_are_is_none() {
        assert!(Histogram::kept(vec![0; STEPS_MS.len() + 1]).is_some());
        assert!(Histogram::kept(vec![0; STEPS_MS.len() + 2]).is_none());
    }
}
