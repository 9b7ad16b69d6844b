//! What one person may ask of the box, over all their sessions and connections: a bucket for each kind of thing that
//! costs others something. A connection has a bucket of commands of its own beside it, so that one tab gone wild leaves
//! the others some.

use std::time::Duration;

use crate::proto::limits;

/// How much at once, and how soon one more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate {
    /// Tokens of a full bucket.
    burst: u64,
    /// Microseconds until a token is regained.
    each_us: u64,
}

impl Rate {
    const fn new(burst: u64, each: Duration) -> Self {
        Self { burst, each_us: each.as_micros() as u64 }
    }
}

/// Commands of one connection.
pub(super) const CONNECTION_COMMANDS: Rate =
    Rate::new(limits::COMMANDS_BURST as u64, Duration::from_millis(1_000 / limits::COMMANDS_PER_SECOND as u64));
/// Commands of one person.
pub(super) const COMMANDS: Rate = Rate::new(
    limits::PERSON_COMMANDS_BURST as u64,
    Duration::from_micros(1_000_000 / limits::PERSON_COMMANDS_PER_SECOND as u64),
);
/// Welcomes of one person.
pub(super) const HELLOS: Rate = Rate::new(limits::HELLOS_BURST as u64, limits::HELLO_INTERVAL);

/// Rooms that one person makes, begins or brings back.
pub(super) const ROOM_ACTS: Rate = Rate::new(limits::ROOM_ACTS_BURST as u64, limits::ROOM_ACT_INTERVAL);
/// People whom one person adds to rooms.
pub(super) const ADDED: Rate = Rate::new(limits::ADDED_BURST as u64, limits::ADDED_INTERVAL);

/// Emoji that one person puts to messages, or takes back.
pub(super) const REACTIONS: Rate = Rate::new(limits::REACTIONS_BURST as u64, limits::REACTION_INTERVAL);

/// What one person begins to write and leaves.
pub(super) const DRAFTS: Rate = Rate::new(limits::DRAFTS_BURST as u64, limits::DRAFT_INTERVAL);

/// Messages by which one person calls everyone.
pub(super) const EVERYONE: Rate = Rate::new(limits::EVERYONE_BURST as u64, limits::EVERYONE_INTERVAL);

/// Bytes that a member's messages take on the disk.
pub(super) const DISK_SHARE: Rate = share(limits::DISK_SHARE_BYTES);
/// The same of a guest's.
pub(super) const DISK_SHARE_GUEST: Rate = share(limits::DISK_SHARE_GUEST_BYTES);

/// So many bytes at once, and regained within the interval.
const fn share(bytes: u64) -> Rate {
    Rate { burst: bytes, each_us: limits::DISK_SHARE_INTERVAL.as_micros() as u64 / bytes }
}

/// Not now; in so many milliseconds.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Wait {
    pub(super) ms: u32,
}

/// A bucket of tokens, as the time at which it will be full again (the generic cell rate algorithm, ITU-T I.371).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bucket {
    full_at_us: u64,
}

impl Bucket {
    /// Takes so many tokens, or none.
    pub(super) fn take(&mut self, rate: Rate, count: u64, now: Duration) -> Result<(), Wait> {
        self.full_at_us = self.after(rate, count, now)?;
        Ok(())
    }

    /// Gives back what was taken and not used.
    pub(super) fn give_back(&mut self, rate: Rate, count: u64) {
        self.full_at_us = self.full_at_us.saturating_sub(count.saturating_mul(rate.each_us));
    }

    /// When it would be full again after so many tokens.
    fn after(self, rate: Rate, count: u64, now: Duration) -> Result<u64, Wait> {
        let now_us = u64::try_from(now.as_micros()).unwrap_or(u64::MAX);
        let full_at_us = self.full_at_us.max(now_us).saturating_add(count.saturating_mul(rate.each_us));
        let lacking_us = (full_at_us - now_us).saturating_sub(rate.burst * rate.each_us);
        if lacking_us == 0 {
            return Ok(full_at_us);
        }
        Err(Wait { ms: u32::try_from(lacking_us.div_ceil(1_000)).unwrap_or(u32::MAX) })
    }
}

/// See the module's text.
#[derive(Debug, Default)]
pub(super) struct Quota {
    commands: Bucket,
    pub(super) hellos: Bucket,
    room_acts: Bucket,
    added: Bucket,
    pub(super) bytes: Bucket,
    pub(super) reactions: Bucket,
    pub(super) everyone: Bucket,
    pub(super) drafts: Bucket,
}

impl Quota {
    /// Counts rooms made and people added: both, or neither.
    pub(super) fn rooms(&mut self, rooms: u64, added: u64, now: Duration) -> Result<(), Wait> {
        let rooms = self.room_acts.after(ROOM_ACTS, rooms, now)?;
        self.added.take(ADDED, added, now)?;
        self.room_acts.full_at_us = rooms;
        Ok(())
    }

    /// Counts a command of this person on a connection with this bucket: for both of them, or neither.
    pub(super) fn command(&mut self, connection: &mut Bucket, now: Duration) -> Result<(), Wait> {
        let own = self.commands.after(COMMANDS, 1, now);
        let theirs = connection.after(CONNECTION_COMMANDS, 1, now);
        match (own, theirs) {
            (Ok(own), Ok(theirs)) => {
                (self.commands.full_at_us, connection.full_at_us) = (own, theirs);
                Ok(())
            }
            (own, theirs) => Err(own.err().max(theirs.err()).unwrap_or(Wait { ms: 1 })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_the_sustained_rate() {
        let rate = Rate::new(40, Duration::from_millis(100));
        let mut bucket = Bucket::default();
        let start = Duration::from_secs(1_000);
        let mut take = |ms| bucket.take(rate, 1, start + Duration::from_millis(ms));
        for _ in 0..40 {
            assert_eq!(take(0), Ok(()));
        }
        assert_eq!(take(0), Err(Wait { ms: 100 }));
        assert_eq!(take(99), Err(Wait { ms: 1 }));
        assert_eq!(take(100), Ok(()));
        assert_eq!(take(100), Err(Wait { ms: 100 }));
        for _ in 0..40 {
            assert_eq!(take(10_000), Ok(()), "full again, and no fuller");
        }
        assert!(take(10_000).is_err());
    }

    #[test]
    fn several_tokens_are_taken_at_once_or_none() {
        let rate = Rate::new(10, Duration::from_secs(1));
        let mut bucket = Bucket::default();
        assert_eq!(bucket.take(rate, 11, Duration::ZERO), Err(Wait { ms: 1_000 }));
        assert_eq!(bucket.take(rate, 10, Duration::ZERO), Ok(()));
        assert_eq!(bucket.take(rate, u64::MAX, Duration::ZERO), Err(Wait { ms: u32::MAX }));
    }

    #[test]
    fn what_is_given_back_was_never_taken() {
        let rate = Rate::new(10, Duration::from_secs(1));
        let mut bucket = Bucket::default();
        assert_eq!(bucket.take(rate, 10, Duration::from_secs(100)), Ok(()));
        bucket.give_back(rate, 7);
        assert_eq!(bucket.take(rate, 8, Duration::from_secs(100)), Err(Wait { ms: 1_000 }));
        assert_eq!(bucket.take(rate, 7, Duration::from_secs(100)), Ok(()));
        bucket.give_back(rate, u64::MAX);
        assert_eq!(bucket.take(rate, 10, Duration::from_secs(100)), Ok(()));
        assert!(bucket.take(rate, 1, Duration::from_secs(100)).is_err(), "full, and no fuller");
    }

    #[test]
    fn a_person_on_many_connections_has_no_more_commands() {
        let mut quota = Quota::default();
        let passed = (0..1_000).filter(|_| quota.command(&mut Bucket::default(), Duration::ZERO).is_ok()).count();
        assert_eq!(passed, limits::PERSON_COMMANDS_BURST as usize);
        let mut fresh = Bucket::default();
        assert!(quota.command(&mut fresh, Duration::ZERO).is_err());
        assert_eq!(fresh.full_at_us, 0, "what is refused costs the connection nothing");
    }
}
