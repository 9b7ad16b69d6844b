//! What a crowd is told to do, and when each of its members sends.

use std::time::Duration;

use tokio::time::Instant;

use crate::words::{Dice, chat, han};

/// Characters of a large message, three bytes each: below the largest that porch takes.
const LARGE_CHARS: usize = 7_900;
/// Characters of a medium message, three bytes each: what the kernel holds back for a slow reader is thousands of them.
const MEDIUM_CHARS: usize = 900;

/// What a crowd is told to do.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Order {
    /// Drop the connection without a word, and come back.
    Cut,
    Leave,
    Listen,
    Send(Schedule),
    /// The slow read nothing for so long.
    Stall(Duration),
}

/// Messages spread over the crowd's members in turn: the `k`-th of all is due `k / rate` after the start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    pub(crate) start: Instant,
    /// Messages a second, of all members together.
    pub(crate) rate: f64,
    /// Messages of all members together.
    pub(crate) total: u64,
    pub(crate) members: usize,
    pub(crate) text: Text,
}

/// What is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Text {
    Chat,
    /// As long as a message may be, so that a reader's queue is full after a few hundred.
    Large,
    /// Long enough to fill the kernel's buffers, short enough to miss many.
    Medium,
}

impl Schedule {
    /// When the `turn`-th message of all is due, while there is one.
    pub(crate) fn due(&self, turn: u64) -> Option<Instant> {
        (turn < self.total).then(|| self.start + Duration::from_secs_f64(turn as f64 / self.rate))
    }
}

impl Text {
    /// Another one.
    pub(crate) fn write(self, dice: &mut Dice) -> String {
        match self {
            Self::Chat => chat(dice),
            Self::Large => han(dice, LARGE_CHARS),
            Self::Medium => han(dice, MEDIUM_CHARS),
        }
    }
}
