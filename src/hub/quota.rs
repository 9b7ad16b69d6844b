//! How many commands a connection may send: a token bucket, and a count of refusals in a row.

use std::time::Duration;

use crate::proto::limits::{COMMANDS_BURST, COMMANDS_PER_SECOND, REFUSALS_MAX};

/// Whether a command may pass.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Verdict {
    Pass,
    /// Not now; in so many milliseconds.
    Slow {
        retry_ms: u32,
    },
    /// The client does not listen.
    Flood,
}

/// See the module's text. Tokens are counted in thousandths, so that the arithmetic is exact.
#[derive(Debug)]
pub(super) struct Quota {
    millitokens: u64,
    refilled: Duration,
    refusals: u32,
}

const MILLITOKENS_MAX: u64 = COMMANDS_BURST as u64 * 1_000;

impl Quota {
    /// A full bucket.
    pub(super) fn new(now: Duration) -> Self {
        Self { millitokens: MILLITOKENS_MAX, refilled: now, refusals: 0 }
    }

    /// Takes one token, if there is one.
    pub(super) fn take(&mut self, now: Duration) -> Verdict {
        // A token a second is a millitoken a millisecond.
        let elapsed_ms = u64::try_from(now.saturating_sub(self.refilled).as_millis()).unwrap_or(u64::MAX);
        if elapsed_ms > 0 {
            let gained = elapsed_ms.saturating_mul(u64::from(COMMANDS_PER_SECOND));
            self.millitokens = self.millitokens.saturating_add(gained).min(MILLITOKENS_MAX);
            self.refilled = now;
        }
        if self.millitokens >= 1_000 {
            self.millitokens -= 1_000;
            self.refusals = 0;
            return Verdict::Pass;
        }
        self.refusals += 1;
        if self.refusals > REFUSALS_MAX {
            return Verdict::Flood;
        }
        let lacking = 1_000 - self.millitokens;
        let retry_ms = lacking.div_ceil(u64::from(COMMANDS_PER_SECOND));
        Verdict::Slow { retry_ms: u32::try_from(retry_ms).unwrap_or(u32::MAX) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_the_sustained_rate() {
        let mut quota = Quota::new(Duration::ZERO);
        for _ in 0..COMMANDS_BURST {
            assert_eq!(quota.take(Duration::ZERO), Verdict::Pass);
        }
        assert_eq!(quota.take(Duration::ZERO), Verdict::Slow { retry_ms: 100 });
        assert_eq!(quota.take(Duration::from_millis(99)), Verdict::Slow { retry_ms: 1 });
        assert_eq!(quota.take(Duration::from_millis(100)), Verdict::Pass);
        assert!(matches!(quota.take(Duration::from_millis(100)), Verdict::Slow { .. }));
    }

    #[test]
    fn refusals_in_a_row_are_a_flood_and_a_pass_forgives() {
        let mut quota = Quota::new(Duration::ZERO);
        let at = |quota: &mut Quota, ms| quota.take(Duration::from_millis(ms));
        for _ in 0..COMMANDS_BURST + REFUSALS_MAX {
            assert_ne!(at(&mut quota, 0), Verdict::Flood);
        }
        assert_eq!(at(&mut quota, 0), Verdict::Flood);
        assert_eq!(at(&mut quota, 100), Verdict::Pass);
        assert!(matches!(at(&mut quota, 100), Verdict::Slow { .. }));
    }
}
