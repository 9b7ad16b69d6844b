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
mod command;
mod deleted;
mod gathered;
mod listing;
mod outcome;
mod presence;
mod quota;
mod room;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use crate::proto::change::{Change, SessionEnd};
use crate::proto::client::ClientMessage;
use crate::proto::code::{CloseCode, ErrorCode};
use crate::proto::id::{ClientMsgId, ConnId, RoomId, Seq, SessionId, UserId};
use crate::proto::limits;
use crate::proto::op::{Fault, Millis, Missed, Op, Outcome, Snapshot};
use crate::proto::server::{BoxRole, Resume, ServerMessage, User};

use gathered::Gathered;
use presence::Presence;
use quota::{Bucket, Quota};
use room::Room;

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
        n: u64,
    },
}

/// What a connection has come to.
#[derive(Debug)]
enum Stage {
    /// Open, has not said hello.
    Greeting,
    /// Said hello; what it missed is being read. The welcome waits for the answer.
    Resuming {
        welcome: Box<ServerMessage>,
    },
    Joined,
}

/// One WebSocket.
#[derive(Debug)]
struct Conn {
    user: UserId,
    session: SessionId,
    stage: Stage,
    commands: Bucket,
    /// Commands refused in a row for coming too fast.
    refusals: u32,
    /// Sends waiting for the disk.
    in_flight: usize,
    /// When typing was last passed on.
    typed: Option<Duration>,
}

/// One account.
#[derive(Debug)]
struct Person {
    user: User,
    /// Oldest first. Includes connections that have not said hello.
    conns: Vec<ConnId>,
    rooms: BTreeSet<RoomId>,
    /// A guest who is about to be sent home: can do nothing any more.
    leaving: bool,
    quota: Quota,
}

/// Who is to hear how a command went.
#[derive(Debug)]
enum Asked {
    /// A send: the answer is the message itself.
    Send { conn: ConnId, client_msg_id: ClientMsgId },
    /// Any other command.
    Command { conn: ConnId, re: u32 },
}

/// See the module's text.
#[derive(Debug)]
pub struct Hub {
    people: HashMap<UserId, Person>,
    rooms: HashMap<RoomId, Room>,
    directs: HashMap<[UserId; 2], RoomId>,
    conns: HashMap<ConnId, Conn>,
    presence: Presence,
    gathered: Gathered,
    /// Sessions that ended of late, the latest last: a connection of theirs may still be on its way.
    ended: VecDeque<SessionId>,
    asked: HashMap<Ticket, Asked>,
    next_ticket: Ticket,
    /// The newest event that was told.
    seq: Seq,
    /// Version of the program, for `welcome`.
    version: String,
}

impl Hub {
    /// A hub that begins where the store is.
    pub fn new(snapshot: Snapshot, version: &str) -> Self {
        let mut hub = Self {
            people: HashMap::new(),
            rooms: HashMap::new(),
            directs: HashMap::new(),
            conns: HashMap::new(),
            presence: Presence::default(),
            gathered: Gathered::default(),
            ended: VecDeque::new(),
            asked: HashMap::new(),
            next_ticket: 1,
            seq: Seq(snapshot.seq),
            version: version.to_owned(),
        };
        for user in snapshot.users {
            hub.people.insert(user.id, Person::new(user));
        }
        for record in snapshot.rooms {
            hub.insert_room(record);
        }
        for member in snapshot.members {
            hub.insert_member(&member);
        }
        hub
    }

    /// When the hub next wants [`Input::Tick`], in the driver's monotonic time.
    pub fn wake_at(&self) -> Option<Duration> {
        [self.presence.due_at(), self.gathered.due_at()].into_iter().flatten().min()
    }

    /// The sessions of a person that have a connection.
    pub fn connected_sessions(&self, user: UserId) -> impl Iterator<Item = SessionId> {
        let conns = self.people.get(&user).map(|person| person.conns.as_slice()).unwrap_or_default();
        conns.iter().filter_map(|conn| self.conns.get(conn)).map(|conn| conn.session)
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
    }

    fn connected(&mut self, conn: ConnId, user: UserId, session: SessionId, now: Now, out: &mut Vec<Output>) {
        // The session was good when the request came; it, or the whole account, may have ended on the way here.
        let welcome = |person: &&Person| !person.leaving && !self.ended.contains(&session);
        let Some(person) = self.people.get(&user).filter(welcome) else {
            return out.push(Output::Close { conn, code: CloseCode::SignedOut });
        };
        let same: Vec<ConnId> = person
            .conns
            .iter()
            .copied()
            .filter(|other| self.conns.get(other).is_some_and(|c| c.session == session))
            .collect();
        if same.len() >= limits::SESSION_CONNECTIONS_MAX {
            self.close(same[0], CloseCode::TooMany, now, out);
        }
        self.conns.insert(conn, Conn::new(user, session));
        if let Some(person) = self.people.get_mut(&user) {
            person.conns.push(conn);
        }
    }

    fn hello(&mut self, now: Now, conn: ConnId, after: Option<Seq>, out: &mut Vec<Output>) {
        let Some(state) = self.conns.get(&conn) else { return };
        let user = state.user;
        let (resume, read_from) = match after {
            None => (Resume::Fresh, None),
            Some(after) if after > self.seq || self.seq.0 - after.0 > limits::RESUME_LOOKED_AT_MAX => {
                (Resume::Reload, None)
            }
            Some(after) if after == self.seq => (Resume::Ok, None),
            Some(after) => (Resume::Ok, Some(after)),
        };
        let welcome = self.welcome(user, resume);
        let stage = if let Some(after) = read_from {
            out.push(Output::Hold { conn });
            out.push(Output::ReadMissed { conn, user, after, upto: self.seq });
            Stage::Resuming { welcome: Box::new(welcome) }
        } else {
            out.push(Output::Send { to: conn, message: welcome });
            Stage::Joined
        };
        if let Some(state) = self.conns.get_mut(&conn) {
            state.stage = stage;
        }
        for room in &self.people[&user].rooms {
            if let Some(room) = self.rooms.get_mut(room) {
                room.present.push(conn);
            }
        }
        self.presence.came(conn, user, now.mono);
    }

    fn welcome(&self, user: UserId, resume: Resume) -> ServerMessage {
        let person = &self.people[&user];
        let (rooms, more) = self.liveliest(person);
        ServerMessage::Welcome {
            version: crate::proto::client::PROTOCOL_VERSION,
            server: self.version.clone(),
            me: person.user.clone(),
            seq: self.seq,
            resume,
            rooms,
            archived: self.archived_count(person),
            more,
        }
    }

    fn missed(&mut self, conn: ConnId, missed: Result<Missed, Fault>, out: &mut Vec<Output>) {
        let Some(state) = self.conns.get_mut(&conn) else { return };
        let Stage::Resuming { welcome } = std::mem::replace(&mut state.stage, Stage::Joined) else { return };
        let mut welcome = *welcome;
        let mut first = Vec::new();
        match missed {
            Ok(Missed::Events(events)) => {
                first.push(welcome);
                let mut events = events.into_iter();
                while events.len() > 0 {
                    let events = events.by_ref().take(limits::EVENTS_FRAME_MAX).collect();
                    first.push(ServerMessage::Events { events });
                }
            }
            // What cannot be read now can be loaded page by page later: the client tries, and sees errors if any.
            Ok(Missed::TooMany) | Err(_) => {
                if let ServerMessage::Welcome { resume, .. } = &mut welcome {
                    *resume = Resume::Reload;
                }
                first.push(welcome);
            }
        }
        out.push(Output::Release { conn, first });
    }

    fn tick(&mut self, now: Now, out: &mut Vec<Output>) {
        // People before what they do.
        self.tell_gathered(now.mono, out);
        self.presence.tell(now.mono, out);
    }

    fn sessions_ended(&mut self, sessions: &[SessionId], end: SessionEnd, now: Now, out: &mut Vec<Output>) {
        if sessions.is_empty() {
            return;
        }
        let code = match end {
            SessionEnd::SignedOut => CloseCode::SignedOut,
            SessionEnd::TakenOver => CloseCode::TakenOver,
        };
        let mut ended: Vec<ConnId> =
            self.conns.iter().filter(|(_, conn)| sessions.contains(&conn.session)).map(|(id, _)| *id).collect();
        // The map's order differs from run to run.
        ended.sort_unstable();
        for conn in ended {
            self.close(conn, code, now, out);
        }
        self.ended.extend(sessions);
        let surplus = self.ended.len().saturating_sub(limits::ENDED_SESSIONS_MAX);
        self.ended.drain(..surplus);
    }

    /// Closes a connection and forgets it at once: nothing more is sent to it, and its person may be gone.
    fn close(&mut self, conn: ConnId, code: CloseCode, now: Now, out: &mut Vec<Output>) {
        if self.conns.contains_key(&conn) {
            self.forget(conn, now);
            out.push(Output::Close { conn, code });
        }
    }

    fn forget(&mut self, conn: ConnId, now: Now) {
        let Some(state) = self.conns.remove(&conn) else { return };
        if let Some(person) = self.people.get_mut(&state.user) {
            person.conns.retain(|other| *other != conn);
            if !matches!(state.stage, Stage::Greeting) {
                for room in &person.rooms {
                    if let Some(room) = self.rooms.get_mut(room) {
                        room.gone(conn);
                    }
                }
            }
        }
        self.presence.left(conn, state.user, now.mono);
    }

    fn is_owner(&self, user: UserId) -> bool {
        self.people.get(&user).is_some_and(|person| person.user.role == BoxRole::Owner)
    }

    pub(super) fn is_guest(&self, user: UserId) -> bool {
        self.people.get(&user).is_some_and(|person| person.user.role == BoxRole::Guest)
    }

    /// The connections of a person that have said hello.
    fn joined_conns(&self, user: UserId) -> Vec<ConnId> {
        let conns = self.people.get(&user).map(|person| person.conns.as_slice()).unwrap_or_default();
        let joined = |id: &&ConnId| self.conns.get(*id).is_some_and(|conn| !matches!(conn.stage, Stage::Greeting));
        conns.iter().filter(joined).copied().collect()
    }

    fn ask(&mut self, asked: Asked, op: Op, out: &mut Vec<Output>) {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.asked.insert(ticket, asked);
        out.push(Output::Store { ticket, op });
    }
}

impl Conn {
    fn new(user: UserId, session: SessionId) -> Self {
        let commands = Bucket::default();
        Self { user, session, stage: Stage::Greeting, commands, refusals: 0, in_flight: 0, typed: None }
    }
}

impl Person {
    fn new(user: User) -> Self {
        Self { user, conns: Vec::new(), rooms: BTreeSet::new(), leaving: false, quota: Quota::default() }
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
