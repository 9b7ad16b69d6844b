//! How the store is at the moment, for whoever looks after the box.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::trouble::Trouble;

/// See the module's text.
#[derive(Debug, Default)]
pub(super) struct Health {
    trouble: Mutex<Option<Trouble>>,
    closing: AtomicBool,
}

impl Health {
    /// Something keeps the store from its work.
    pub(super) fn is(&self, trouble: Trouble) {
        let mut known = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        // Damage does not go away because the disk is full as well.
        if *known != Some(Trouble::Damaged) {
            *known = Some(trouble);
        }
    }

    /// A commit went well, which mends everything but damage.
    pub(super) fn is_well(&self) {
        let mut known = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if *known != Some(Trouble::Damaged) {
            *known = None;
        }
    }

    pub(super) fn trouble(&self) -> Option<Trouble> {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn close(&self) {
        self.closing.store(true, Ordering::Release);
    }

    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_that_went_well_ends_all_trouble_but_damage() {
        let health = Health::default();
        health.is(Trouble::Full);
        assert_eq!(health.trouble(), Some(Trouble::Full));
        health.is_well();
        assert_eq!(health.trouble(), None);
        health.is(Trouble::Damaged);
        health.is(Trouble::Full);
        health.is_well();
        assert_eq!(health.trouble(), Some(Trouble::Damaged));
    }
}
