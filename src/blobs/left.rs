//! How much may still be brought: by the owner's limits, and by the disk.

use std::collections::HashMap;

use super::Space;
use crate::proto::blob::UploadId;
use crate::proto::limits::UPLOADS_OF_ONE_PART;
use crate::proto::storage::StorageBound;
use crate::proto::storage::StorageLimits;

/// What a person had when it was asked, in bytes: first of the uploads, then of the database. One that went from here to
/// there in between is in one of the two.
#[derive(Clone, Debug, Default)]
pub struct Held {
    /// Uploads that are on their way: all of each.
    pub running: HashMap<UploadId, u64>,
    /// Those that are complete and not sent.
    pub unsent: HashMap<UploadId, u64>,
    /// What is sent and not deleted.
    pub sent: u64,
}

impl Held {
    /// All of it, with those that are on their way now.
    pub(super) fn with(&self, running: HashMap<UploadId, u64>) -> u64 {
        let mut all = self.running.clone();
        all.extend(running);
        // By what they are kept as, where they are both.
        all.extend(&self.unsent);
        all.values().fold(self.sent, |sum, bytes| sum.saturating_add(*bytes))
    }
}

/// What may still be brought.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Left {
    pub bytes: u64,
    pub bound: StorageBound,
}

/// What there is, in bytes, when somebody wants to bring something.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Taken {
    /// Of this person: what is kept, and all of what is on its way.
    pub(super) own: u64,
    /// Of all blobs; none while they are counted.
    pub(super) blobs: u64,
    /// Of all uploads that are no blobs yet: all of each.
    pub(super) running: u64,
    /// What is still to come of this person's, and of others'.
    pub(super) own_to_come: u64,
    pub(super) others_to_come: u64,
}

/// The least of what each limit leaves.
pub(super) fn left(limits: &StorageLimits, space: Space, taken: &Taken) -> Left {
    let free = space.for_uploads().saturating_sub(taken.others_to_come) / UPLOADS_OF_ONE_PART;
    let disk = Left { bytes: free.saturating_sub(taken.own_to_come), bound: StorageBound::Disk };
    let by = |max: u64, taken: u64, bound| (max > 0).then_some(Left { bytes: max.saturating_sub(taken), bound });
    let person = by(limits.person_bytes_max, taken.own, StorageBound::Person);
    let all = by(limits.all_bytes_max, taken.blobs.saturating_add(taken.running), StorageBound::All);
    // Of two that leave the same, what the person can do something about.
    [person, all].into_iter().flatten().chain([disk]).min_by_key(|left| left.bytes).unwrap_or(disk)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;
    /// 100 GiB, of which 10 stay free.
    const SPACE: Space = Space { all: 100 * GIB, free: 50 * GIB };

    fn of(person: u64, all: u64, taken: Taken) -> (u64, StorageBound) {
        let limits = StorageLimits { person_bytes_max: person, all_bytes_max: all, ..StorageLimits::default() };
        let left = left(&limits, SPACE, &taken);
        (left.bytes, left.bound)
    }

    #[test]
    fn one_person_is_promised_a_part_of_what_others_were_not() {
        let taken = |own, others| Taken { own_to_come: own * GIB, others_to_come: others * GIB, ..Taken::default() };
        let free = |own, others| of(0, 0, taken(own, others)).0 / GIB;
        assert_eq!([free(0, 0), free(5, 0), free(20, 0), free(21, 0)], [20, 15, 0, 0], "one's own count");
        assert_eq!(
            [free(0, 20), free(0, 40), free(0, 60)],
            [10, 0, 0],
            "what others were promised is not promised again"
        );
    }

    #[test]
    fn the_least_of_what_the_limits_leave_is_left() {
        let taken = Taken { own: 3, blobs: 50, running: 10, ..Taken::default() };
        assert_eq!(of(5, 0, taken), (2, StorageBound::Person));
        assert_eq!(of(3, 0, taken), (0, StorageBound::Person));
        assert_eq!(of(2, 0, taken), (0, StorageBound::Person), "a limit below what is there");
        assert_eq!(of(0, 61, taken), (1, StorageBound::All));
        assert_eq!(of(0, 60, taken), (0, StorageBound::All));
        assert_eq!(of(3, 60, taken), (0, StorageBound::Person));
        assert_eq!(of(u64::MAX, u64::MAX, taken), (20 * GIB, StorageBound::Disk));
    }
}
