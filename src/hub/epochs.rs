//! Whether what a client has heard is of this box's history, which may have been put back to what it once was.
//!
//! Each run of the box has an epoch of its own, and knows those before it and where each of them ended. After a backup was put
//! back, the runs that were made on top of it before are not known, and the one it was taken from ends where it was taken.

use crate::proto::id::{Epoch, Seq};
use crate::proto::op::EpochBegun;

#[derive(Debug)]
pub(super) struct Epochs {
    /// In order; the last is this run.
    begun: Vec<EpochBegun>,
}

impl Epochs {
    pub(super) fn new(begun: Vec<EpochBegun>) -> Self {
        Self { begun }
    }

    /// This run's.
    pub(super) fn current(&self) -> Epoch {
        self.begun.last().map_or(Epoch(0), |begun| begun.epoch)
    }

    /// Whether a client that has heard all up to `after` within this epoch has heard nothing but this history, the newest
    /// event of which is `newest`. One that names no epoch is taken at its word.
    pub(super) fn hold(&self, epoch: Option<Epoch>, after: Seq, newest: Seq) -> bool {
        let Some(epoch) = epoch else { return after <= newest };
        let Some(at) = self.begun.iter().rposition(|begun| begun.epoch == epoch) else { return false };
        // Of a run that came later it is known that it went on from there; none is beyond what there is.
        self.begun[at + 1..].iter().all(|later| after <= later.after) && after <= newest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_heard_of_another_history_is_told_from_this_one() {
        let begun = |epoch, after| EpochBegun { epoch: Epoch(epoch), after: Seq(after) };
        // 7 went on to 20, and 8 began there, before a backup of 7 at 15 was put back.
        let epochs = Epochs::new(vec![begun(5, 0), begun(7, 10), begun(9, 15)]);
        let holds = |epoch: u64, after| epochs.hold(Some(Epoch(epoch)), Seq(after), Seq(30));
        assert_eq!(epochs.current(), Epoch(9));
        for (epoch, after) in [(5, 0), (5, 10), (7, 3), (7, 15), (9, 15), (9, 30)] {
            assert!(holds(epoch, after), "{epoch} {after}");
        }
        for (epoch, after) in [(5, 11), (7, 16), (7, 20), (8, 12), (8, 25), (9, 31)] {
            assert!(!holds(epoch, after), "{epoch} {after}");
        }
        let salvaged = Epochs::new(vec![begun(5, 0), begun(7, 40), begun(9, 15)]);
        assert!(salvaged.hold(Some(Epoch(5)), Seq(15), Seq(20)) && !salvaged.hold(Some(Epoch(5)), Seq(30), Seq(20)));
        assert!(!salvaged.hold(Some(Epoch(9)), Seq(21), Seq(20)), "nothing is heard that is not there");
        assert!(epochs.hold(None, Seq(30), Seq(30)) && !epochs.hold(None, Seq(31), Seq(30)));
    }
}
