//! Which of a room's messages were deleted, by their numbers: those do not count as unread.

use crate::proto::limits::DELETED_RANGES_MAX;

/// Numbers of deleted messages of a room. Of more than [`DELETED_RANGES_MAX`] ranges the newest are kept: who is so far
/// behind sees a few too many.
#[derive(Debug, Default)]
pub(super) struct Deleted {
    /// First and last number of each, ascending; between any two stands a message that is there.
    ranges: Vec<[u64; 2]>,
}

impl Deleted {
    pub(super) fn add(&mut self, n: u64) {
        // The first that does not end before the one below `n`: it may hold `n` or touch it.
        let at = self.ranges.partition_point(|[_, last]| last.saturating_add(1) < n);
        match self.ranges.get_mut(at) {
            Some([first, last]) if *first <= n.saturating_add(1) => {
                (*first, *last) = ((*first).min(n), (*last).max(n));
                self.close_gap(at);
            }
            _ => self.ranges.insert(at, [n, n]),
        }
        if self.ranges.len() > DELETED_RANGES_MAX {
            self.ranges.remove(0);
        }
    }

    /// Those above `n`.
    pub(super) fn above(&self, n: u64) -> Vec<[u64; 2]> {
        let at = self.ranges.partition_point(|[_, last]| *last <= n);
        self.ranges[at..].iter().map(|[first, last]| [(*first).max(n.saturating_add(1)), *last]).collect()
    }

    /// Makes one of a range and the next if nothing is between them any more.
    fn close_gap(&mut self, at: usize) {
        if let (Some([_, end]), Some([begin, last])) = (self.ranges.get(at), self.ranges.get(at + 1))
            && end.saturating_add(1) >= *begin
        {
            let last = *last;
            self.ranges[at][1] = last;
            self.ranges.remove(at + 1);
        }
    }
}

impl Extend<u64> for Deleted {
    fn extend<T: IntoIterator<Item = u64>>(&mut self, numbers: T) {
        for n in numbers {
            self.add(n);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn numbers(ranges: &[[u64; 2]]) -> BTreeSet<u64> {
        ranges.iter().flat_map(|[first, last]| *first..=*last).collect()
    }

    #[test]
    fn the_newest_ranges_are_kept() {
        let mut deleted = Deleted::default();
        deleted.extend((1..=DELETED_RANGES_MAX as u64 + 1).map(|n| n * 2));
        assert_eq!(deleted.above(0).len(), DELETED_RANGES_MAX);
        assert_eq!(deleted.above(0)[0], [4, 4]);
        deleted.add(u64::MAX);
        deleted.add(u64::MAX - 1);
        assert_eq!(deleted.above(5_000), [[u64::MAX - 1, u64::MAX]]);
    }

    proptest! {
        #[test]
        fn ranges_say_the_same_as_a_set(added in prop::collection::vec(1_u64..40, 0..60), above in 0_u64..45) {
            let mut deleted = Deleted::default();
            deleted.extend(added.iter().copied());
            let set: BTreeSet<u64> = added.into_iter().filter(|n| *n > above).collect();
            prop_assert_eq!(numbers(&deleted.above(above)), set);
            prop_assert!(deleted.ranges.is_sorted_by(|one, next| one[1] + 1 < next[0]), "{:?}", deleted.ranges);
        }
    }
}
