//! One open connection as the world sees it, with its own account of what it may send.

use crate::proto::id::{Seq, SessionId, UserId};
use crate::proto::limits::{COMMANDS_BURST, COMMANDS_PER_SECOND, REFUSALS_MAX};
use crate::proto::server::ServerMessage;

/// How far a connection has come.
#[derive(Debug)]
pub(crate) enum Stage {
    Greeting,
    /// What is sent is kept, with where the hub was, until what was missed has been read.
    Held(Vec<(ServerMessage, Seq)>),
    Joined,
}

/// What is to come of a command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    Flood,
    Pass,
    Slow,
}

/// See the module's text.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) device: usize,
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
    pub(crate) stage: Stage,
    /// When commands passed, in milliseconds.
    passed: Vec<u64>,
    refused: u32,
}

impl Link {
    pub(crate) fn new(device: usize, user: UserId, session: SessionId) -> Self {
        Self { device, user, session, stage: Stage::Greeting, passed: Vec::new(), refused: 0 }
    }

    pub(crate) fn joined(&self) -> bool {
        !matches!(self.stage, Stage::Greeting)
    }

    /// Counts a command, by the limit's own words: in no span of time more than the burst and the sustained rate.
    pub(crate) fn verdict(&mut self, now_ms: u64) -> Verdict {
        let burst = u64::from(COMMANDS_BURST) * 1_000;
        let fits = |(before, at): (usize, &u64)| {
            let count = (self.passed.len() - before + 1) as u64;
            count * 1_000 <= burst + u64::from(COMMANDS_PER_SECOND) * (now_ms - at)
        };
        if self.passed.iter().enumerate().all(fits) {
            self.passed.push(now_ms);
            self.refused = 0;
            return Verdict::Pass;
        }
        self.refused += 1;
        if self.refused > REFUSALS_MAX { Verdict::Flood } else { Verdict::Slow }
    }
}
