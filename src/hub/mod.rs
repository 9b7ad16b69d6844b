//! The hub: who is here, which rooms there are, who is told what, in which order.
//!
//! A pure state machine. [`Hub::handle`] takes one input and the time, changes the state, and appends what is to be
//! done to `out`; the driver does it, in that order. It must never read a clock, a socket, a file or a source of
//! randomness: the same inputs always give the same outputs.
//!
//! **Invariant:** nothing that must be durable is told to anyone before the store has said it is.
//! **Invariant:** a connection is in a room's `present` list if and only if it has said hello and its person is a member.

mod account;
mod apply;
#[cfg(any(fuzzing, test))]
mod audit;
mod client;
mod command;
mod connection;
mod deleted;
mod drafts;
mod epochs;
mod gathered;
mod listing;
mod members;
mod mentions;
mod outcome;
mod presence;
mod quota;
mod reactions;
mod receipts;
mod room;
mod rooms;
mod roster;
mod talk;

use std::collections::HashMap;
use std::time::Duration;

use crate::proto::change::Change;
use crate::proto::client::ClientMessage;
use crate::proto::code::{CloseCode, ErrorCode};
use crate::proto::id::{ClientMsgId, ConnId, RoomId, Seq, SessionId, UserId};
use crate::proto::limits;
use crate::proto::op::{Fault, Millis, Missed, Op, Outcome, Snapshot};
use crate::proto::receipt::ReadMarker;
use crate::proto::server::ServerMessage;

use epochs::Epochs;
use gathered::Gathered;
use presence::Presence;
use reactions::Reactions;
use receipts::Receipts;
use rooms::Rooms;
use roster::Roster;

/// The time, as the driver sees it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Now {
    /// Since some fixed moment; never goes back.
    pub mono: Duration,
    /// Milliseconds since 1970, UTC; may jump.
    pub wall: Millis,
}

/// A number by which the store's answer is matched to its question.
pub type Ticket = u64;

/// Something that happened outside.
#[derive(Debug)]
pub enum Input {
    /// The store has made something durable that the pages asked for, in the order of commits.
    Changed { changes: Vec<Change> },
    /// A WebSocket was opened by a signed-in person.
    Connected { conn: ConnId, user: UserId, session: SessionId },
    /// A WebSocket has ended, for whatever reason.
    Disconnected { conn: ConnId },
    /// A connection's outbox is full.
    Lagging { conn: ConnId },
    /// A frame that could be read.
    Message { conn: ConnId, message: ClientMessage },
    /// The answer to [`Output::ReadMissed`].
    Missed { conn: ConnId, missed: Result<Missed, Fault> },
    /// The answer to [`Output::Store`].
    Stored { ticket: Ticket, result: Result<Outcome, Fault> },
    /// The time named by [`Hub::wake_at`] has come.
    Tick,
}

/// Something to be done outside, in order.
#[derive(Debug)]
pub enum Output {
    /// The same message to several connections: encoded once.
    Broadcast {
        to: Vec<ConnId>,
        message: ServerMessage,
    },
    /// Close this connection; the hub has forgotten it already.
    Close {
        conn: ConnId,
        code: CloseCode,
    },
    /// Keep what is sent to this connection from now on until [`Output::Release`].
    Hold {
        conn: ConnId,
    },
    /// Read what a member missed: events with `after < seq <= upto`.
    ReadMissed {
        conn: ConnId,
        user: UserId,
        after: Seq,
        upto: Seq,
    },
    /// Send `first`, then what was held, then go on as usual.
    Release {
        conn: ConnId,
        first: Vec<ServerMessage>,
    },
    Send {
        to: ConnId,
        message: ServerMessage,
    },
    /// Make durable, then answer with [`Input::Stored`].
    Store {
        ticket: Ticket,
        op: Op,
    },
    /// Keep a read marker, some time soon.
    StoreRead {
        room: RoomId,
        user: UserId,
        /// Of the membership: who has left and come back has another.
        joined_at: Millis,
        read: ReadMarker,
    },
}

/// Who is to hear how a command went.
#[derive(Debug)]
enum AnswerTo {
    /// A send: the answer is the message itself.
    Send { conn: ConnId, client_msg_id: ClientMsgId },
    /// Any other command.
    Command { conn: ConnId, re: u32 },
    /// A command that writes what only the store knows: so much is counted of this person's share as it may be at most.
    Forward { conn: ConnId, re: u32, by: UserId },
    /// What was put to a message, in order.
    Reactions { asked: Vec<(ConnId, u32)> },
}

/// See the module's text.
#[derive(Debug)]
pub struct Hub {
    roster: Roster,
    rooms: Rooms,
    presence: Presence,
    gathered: Gathered,
    reactions: Reactions,
    receipts: Receipts,
    unanswered: HashMap<Ticket, AnswerTo>,
    next_ticket: Ticket,
    /// The newest event that was told.
    seq: Seq,
    epochs: Epochs,
    /// Version of the program, for `welcome`.
    version: String,
}

impl Hub {
    /// A hub that begins where the store is.
    pub fn new(snapshot: Snapshot, version: &str) -> Self {
        let mut hub = Self {
            roster: Roster::default(),
            rooms: Rooms::default(),
            presence: Presence::default(),
            gathered: Gathered::default(),
            reactions: Reactions::default(),
            receipts: Receipts::default(),
            unanswered: HashMap::new(),
            next_ticket: 1,
            seq: Seq(snapshot.seq),
            epochs: Epochs::new(snapshot.epochs),
            version: version.to_owned(),
        };
        for user in snapshot.users {
            hub.roster.insert(user);
        }
        for user in snapshot.receipts_off {
            hub.roster.turn_receipts(user, false);
        }
        for user in snapshot.with_drafts {
            hub.roster.has_drafts(user);
        }
        for (user, session) in snapshot.newest_sessions {
            hub.roster.signed_in(user, session);
        }
        for record in snapshot.rooms {
            hub.rooms.insert(record);
        }
        for member in snapshot.members {
            hub.insert_member(&member);
        }
        hub
    }

    /// When the hub next wants [`Input::Tick`], in the driver's monotonic time.
    pub fn wake_at(&self) -> Option<Duration> {
        [self.presence.due_at(), self.gathered.due_at(), self.reactions.due_at(), self.receipts.due_at()]
            .into_iter()
            .flatten()
            .min()
    }

    /// The sessions of a person that have a connection.
    pub fn connected_sessions(&self, user: UserId) -> impl Iterator<Item = SessionId> {
        self.roster.sessions(user)
    }

    /// Takes one input at the time `now`; what follows from it is appended to `out`.
    pub fn handle(&mut self, now: Now, input: Input, out: &mut Vec<Output>) {
        match input {
            Input::Changed { changes } => changes.into_iter().for_each(|change| self.apply(change, now, out)),
            Input::Connected { conn, user, session } => self.connected(conn, user, session, now, out),
            Input::Disconnected { conn } => self.forget(conn, now),
            Input::Lagging { conn } => self.close(conn, CloseCode::Lagging, now, out),
            Input::Message { conn, message } => self.message(now, conn, message, out),
            Input::Missed { conn, missed } => self.missed(conn, missed, out),
            Input::Stored { ticket, result } => self.stored(ticket, result, now, out),
            Input::Tick => self.tick(now, out),
        }
        self.gathered.schedule(now.mono);
        self.receipts.schedule(now.mono);
    }

    fn tick(&mut self, now: Now, out: &mut Vec<Output>) {
        // People before what they do.
        self.tell_gathered(now.mono, out);
        self.presence.tell(now.mono, out);
        self.store_reactions(now.mono, out);
        self.tell_receipts(now.mono, out);
    }

    fn ask(&mut self, asked: AnswerTo, op: Op, out: &mut Vec<Output>) {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.unanswered.insert(ticket, asked);
        out.push(Output::Store { ticket, op });
    }
}

fn millis(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}

/// An error for a command.
fn refusal(code: ErrorCode, re: Option<u32>, client_msg_id: Option<ClientMsgId>) -> ServerMessage {
    let retry_ms = match code {
        ErrorCode::Busy => Some(1_000),
        ErrorCode::DiskFull | ErrorCode::StorageFailed => Some(10_000),
        ErrorCode::SlowDown => Some(millis(limits::ROOM_ACT_INTERVAL)),
        _ => None,
    };
    ServerMessage::Error { code, message: code.message().to_owned(), re, client_msg_id, retry_ms }
}

#[cfg(test)]
mod tests;
