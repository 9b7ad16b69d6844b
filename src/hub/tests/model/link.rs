//! One open connection as the world sees it, with its own account of what it may send.

use crate::proto::id::{Seq, SessionId, TabId, UserId};
use crate::proto::limits::{
    COMMANDS_BURST, COMMANDS_PER_SECOND, PERSON_COMMANDS_BURST, PERSON_COMMANDS_PER_SECOND, REFUSALS_MAX,
};
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
    /// Said with the hello.
    pub(crate) tab: Option<TabId>,
    passed: Spans,
    refused: u32,
}

impl Link {
    pub(crate) fn new(device: usize, user: UserId, session: SessionId) -> Self {
        Self { device, user, session, stage: Stage::Greeting, tab: None, passed: Spans::default(), refused: 0 }
    }

    pub(crate) fn joined(&self) -> bool {
        !matches!(self.stage, Stage::Greeting)
    }

    /// Counts a command, of this connection and of its person.
    pub(crate) fn verdict(&mut self, person: &mut Spans, now_ms: u64) -> Verdict {
        let fits = self.passed.fit(COMMANDS_BURST, COMMANDS_PER_SECOND, now_ms)
            && person.fit(PERSON_COMMANDS_BURST, PERSON_COMMANDS_PER_SECOND, now_ms);
        if fits {
            self.passed.count(now_ms);
            person.count(now_ms);
            self.refused = 0;
            return Verdict::Pass;
        }
        self.refused += 1;
        if self.refused > REFUSALS_MAX { Verdict::Flood } else { Verdict::Slow }
    }
}

/// When something passed, in milliseconds: a limit by its own words.
#[derive(Debug, Default)]
pub(crate) struct Spans(Vec<u64>);

impl Spans {
    /// Whether one more is in no span of time more than the burst and the sustained rate.
    pub(crate) fn fit(&self, burst: u32, per_second: u32, now_ms: u64) -> bool {
        let fits = |(before, at): (usize, &u64)| {
            let count = (self.0.len() - before + 1) as u64;
            let most = u64::from(burst) * 1_000 + u64::from(per_second) * (now_ms - at);
            count * 1_000 <= most
        };
        self.0.iter().enumerate().all(fits)
    }

    pub(crate) fn count(&mut self, now_ms: u64) {
        self.0.push(now_ms);
    }
}
