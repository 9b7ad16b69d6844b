//! Scripts against the hub, with a clock of their own. The store is a few lines here that always says yes, or what
//! the script tells it to; the real one is tested end to end.

use super::*;
use crate::proto::change::{MemberRecord, RoomRecord};
use crate::proto::client::{Access, Command, PROTOCOL_VERSION};
use crate::proto::event::{Event, EventKind, Message};
use crate::proto::id::TabId;
use crate::proto::op::{Forward, MessageOp, NewMessage, NewRoom, Reply, RoomOp, Whose};
use crate::proto::reaction::Reaction;
use crate::proto::receipt::ReadMarker;
use crate::proto::role::{BoxRole, RoomRole};
use crate::proto::room::{Notify, RoomKind, RoomSetting, RoomSettings};
use crate::proto::server::{Resume, User};
use crate::proto::session_end::SessionEnd;
use crate::proto::text::{Body, RawBody};

mod drafts;
mod guests;
mod members;
mod mentions;
mod messages;
mod model;
mod people;
mod property;
mod reactions;
mod receipts;
mod resume;
mod roles;
mod rooms;

const EVERYONE: RoomId = RoomId(1);

/// A hub, its time, and what it has sent to each connection.
struct World {
    hub: Hub,
    now: Now,
    next_conn: u64,
    seq: u64,
    next_room: u64,
    /// Sent and not yet looked at, by connection.
    sent: HashMap<ConnId, Vec<ServerMessage>>,
    closed: Vec<(ConnId, CloseCode)>,
    /// Asked of the store and not yet answered.
    asked: Vec<(Ticket, Op)>,
    reads: Vec<(ConnId, Seq, Seq)>,
    held: Vec<ConnId>,
    markers: Vec<(RoomId, UserId, u64)>,
}

fn user(id: u64) -> User {
    let role = if id == 1 { BoxRole::Owner } else { BoxRole::Member };
    User { id: UserId(id), name: format!("user {id}"), role, picture: 0, since: 0, ends_at: None }
}

fn member(room: RoomId, id: u64) -> MemberRecord {
    MemberRecord {
        room,
        user: UserId(id),
        role: RoomRole::Member,
        joined_at: id as Millis,
        read: ReadMarker::default(),
        joined_n: 0,
        took_part: false,
        notify: None,
    }
}

impl World {
    /// A box with so many people, all in the room for everybody; the first is the owner.
    fn of(people: u64) -> Self {
        let everyone = RoomRecord {
            id: EVERYONE,
            kind: RoomKind::Everyone,
            settings: RoomSettings::default(),
            direct: None,
            last_n: 0,
            last: None,
            deleted: Vec::new(),
        };
        let snapshot = Snapshot {
            users: (1..=people).map(user).collect(),
            rooms: vec![everyone],
            members: (1..=people).map(|id| member(EVERYONE, id)).collect(),
            ..Snapshot::default()
        };
        Self {
            hub: Hub::new(snapshot, "0.0.0"),
            now: Now::default(),
            next_conn: 1,
            seq: 0,
            next_room: 2,
            sent: HashMap::new(),
            closed: Vec::new(),
            asked: Vec::new(),
            reads: Vec::new(),
            held: Vec::new(),
            markers: Vec::new(),
        }
    }

    fn input(&mut self, input: Input) {
        let mut out = Vec::new();
        self.hub.handle(self.now, input, &mut out);
        for output in out {
            match output {
                Output::Broadcast { to, message } => {
                    for conn in to {
                        self.sent.entry(conn).or_default().push(message.clone());
                    }
                }
                Output::Close { conn, code } => self.closed.push((conn, code)),
                Output::Hold { conn } => self.held.push(conn),
                Output::ReadMissed { conn, after, upto, .. } => self.reads.push((conn, after, upto)),
                Output::Release { conn, first } => {
                    self.held.retain(|held| *held != conn);
                    let live = self.sent.remove(&conn).unwrap_or_default();
                    self.sent.insert(conn, first.into_iter().chain(live).collect());
                }
                Output::Send { to, message } => self.sent.entry(to).or_default().push(message),
                Output::Store { ticket, op } => self.asked.push((ticket, op)),
                Output::StoreRead { room, user, read, .. } => self.markers.push((room, user, read.n)),
            }
        }
    }

    fn wait(&mut self, ms: u64) {
        self.now.mono += Duration::from_millis(ms);
        self.now.wall += ms as Millis;
        if self.hub.wake_at().is_some_and(|at| at <= self.now.mono) {
            self.input(Input::Tick);
        }
    }

    /// A connection that has not said hello.
    fn connect_session(&mut self, id: u64, session: u64) -> ConnId {
        let conn = ConnId(self.next_conn);
        self.next_conn += 1;
        self.input(Input::Connected { conn, user: UserId(id), session: SessionId(session) });
        conn
    }

    /// A connection that is in, has been told who is present, and has had everything looked at.
    fn join(&mut self, id: u64) -> ConnId {
        let conn = self.connect_session(id, id);
        self.say(conn, hello(conn, None));
        self.wait(1_000);
        self.sent.clear();
        conn
    }

    fn say(&mut self, conn: ConnId, message: ClientMessage) {
        self.input(Input::Message { conn, message });
    }

    fn send(&mut self, conn: ConnId, room: RoomId, id: &str, body: &str) {
        let client_msg_id = ClientMsgId::try_from(id.to_owned()).unwrap();
        self.say(
            conn,
            ClientMessage::Send {
                room,
                client_msg_id,
                body: RawBody(body.into()),
                attachments: Vec::new(),
                reply_to: None,
            },
        );
    }

    /// The store answers everything asked so far: yes.
    fn commit(&mut self) {
        for (ticket, op) in std::mem::take(&mut self.asked) {
            let outcome = self.outcome(op);
            self.input(Input::Stored { ticket, result: Ok(outcome) });
        }
    }

    /// The store answers everything asked so far with `result`.
    fn answer(&mut self, result: Result<Outcome, Fault>) {
        for (ticket, _) in std::mem::take(&mut self.asked) {
            self.input(Input::Stored { ticket, result: result.clone() });
        }
    }

    fn outcome(&mut self, op: Op) -> Outcome {
        match op {
            Op::Message(MessageOp::Append(NewMessage {
                room,
                author,
                client_msg_id,
                body,
                mentions,
                attachments,
                sent_at,
                ..
            })) => {
                assert!(attachments.is_empty(), "no test here sends any");
                self.seq += 1;
                let n = self.hub.rooms.by_id[&room].last_n + 1;
                let (id, body) = (Seq(self.seq), body.into_string());
                let (rev, attachments, edited_at, forwarded, deleted) = (id, Vec::new(), None, false, false);
                let message = Message {
                    id,
                    rev,
                    room,
                    n,
                    author,
                    body,
                    attachments,
                    mentions,
                    client_msg_id,
                    sent_at,
                    edited_at,
                    forwarded,
                    deleted,
                    pinned: false,
                    quote: None,
                    reactions: Vec::new(),
                    mine: None,
                };
                Outcome::done([Change::Event(message.into())])
            }
            Op::Room(RoomOp::AddMembers { room, users, .. }) => {
                let new = users.into_iter().filter(|user| !self.hub.rooms.by_id[&room].members.contains_key(user));
                let members = new.map(|user| member(room, user.0)).collect();
                Outcome::made(Reply::Room(room), [Change::MembersJoined { room, members }])
            }
            Op::Room(RoomOp::Create(NewRoom { kind, name, by, members, .. })) => {
                let room = self.new_room(kind, name, None);
                let owner = MemberRecord { role: RoomRole::Owner, ..member(room.id, by.0) };
                let others = members.into_iter().map(|user| member(room.id, user.0));
                let members = [owner].into_iter().chain(others).collect();
                Outcome::made(Reply::Room(room.id), [Change::RoomMade { room, members }])
            }
            Op::Message(MessageOp::Forward(Forward { message, room, by, client_msg_id, at, .. })) => {
                self.seq += 1;
                let (id, n) = (Seq(self.seq), self.hub.rooms.by_id[&room].last_n + 1);
                let (rev, author, sent_at, attachments) = (id, by, at, Vec::new());
                let (body, edited_at, forwarded, deleted) = (format!("what {message} says"), None, true, false);
                let message = Message {
                    id,
                    rev,
                    room,
                    n,
                    author,
                    body,
                    attachments,
                    mentions: Vec::new(),
                    client_msg_id,
                    sent_at,
                    edited_at,
                    forwarded,
                    deleted,
                    pinned: false,
                    quote: None,
                    reactions: Vec::new(),
                    mine: None,
                };
                Outcome::done([Change::Event(message.into())])
            }
            // All of it is the first one's.
            Op::Message(MessageOp::MarkHeard { room, message, by }) => {
                Outcome::done([Change::HeardMarked { room, message, by, author: Some(UserId(1)) }])
            }
            // Each puts one there that nobody else has.
            Op::Message(MessageOp::React { room, message, reactions }) => {
                self.seq += 1;
                let refusals = reactions.iter().map(|_| None).collect();
                let mine = reactions.iter().map(|new| (new.user, vec![new.emoji.clone()])).collect();
                let counts = reactions.into_iter().map(|new| Reaction(new.emoji, 1)).collect();
                let what = EventKind::Reacted { message, n: message.0, reactions: counts, mine: None };
                let event = Event { seq: Seq(self.seq), room, what };
                Outcome::made(Reply::Reacted(refusals), [Change::Reacted { event, mine }])
            }
            Op::Message(MessageOp::Delete { room, message, .. }) => {
                self.seq += 1;
                let (seq, n) = (Seq(self.seq), message.0);
                Outcome::done([Change::Event(Event { seq, room, what: EventKind::Deleted { message, n } })])
            }
            Op::Room(RoomOp::KeepDraft { room, user, body, .. }) => {
                let body = body.map(Body::into_string).unwrap_or_default();
                Outcome::done([Change::DraftKept { room, user, body }])
            }
            Op::Room(RoomOp::OpenDirect { users, .. }) => {
                let room = self.new_room(RoomKind::Direct, String::new(), Some(users));
                let people = std::collections::BTreeSet::from(users);
                let members = people.iter().map(|user| member(room.id, user.0)).collect();
                Outcome::made(Reply::Room(room.id), [Change::RoomMade { room, members }])
            }
            Op::Room(RoomOp::Set { room, setting, .. }) => {
                let closes = setting == RoomSetting::Guests(false);
                let members = self.hub.rooms.by_id[&room].members.keys().copied();
                let left = members.filter(|user| closes && self.hub.roster.is_guest(*user)).collect();
                let set = Change::RoomChanged { room, setting };
                Outcome::done([Change::MembersLeft { room, users: left, by: None, heir: None }, set])
            }
            Op::Room(RoomOp::RemoveMember { room, user, by }) => {
                let heir = self.heir_of(room, user);
                Outcome::done([Change::MembersLeft { room, users: vec![user], by: (by != user).then_some(by), heir }])
            }
            Op::Room(RoomOp::SetRole { room, user, role, .. }) => {
                Outcome::done([Change::RoleChanged { room, user, role }])
            }
            Op::Room(RoomOp::SetNotify { room, user, notify }) => {
                Outcome::done([Change::NotifyChanged { room, user, notify }])
            }
            other => panic!("the hub does not ask for {other:?}"),
        }
    }

    /// Who owns a room when this person has left it, if nobody who stays does: the lowest id, as all have come at once.
    fn heir_of(&self, room: RoomId, user: UserId) -> Option<UserId> {
        let members = &self.hub.rooms.by_id[&room].members;
        let mut others = members.iter().filter(|(other, _)| **other != user);
        if members[&user].role != RoomRole::Owner || others.clone().any(|(_, member)| member.role == RoomRole::Owner) {
            return None;
        }
        others.find(|(other, _)| !self.hub.roster.is_guest(**other)).map(|(other, _)| *other)
    }

    /// The store has made this durable for a page.
    fn change(&mut self, change: Change) {
        self.input(Input::Changed { changes: vec![change] });
    }

    fn new_room(&mut self, kind: RoomKind, name: String, direct: Option<[UserId; 2]>) -> RoomRecord {
        let id = RoomId(self.next_room);
        self.next_room += 1;
        RoomRecord {
            id,
            kind,
            settings: RoomSettings { name, ..RoomSettings::default() },
            direct,
            last_n: 0,
            last: None,
            deleted: Vec::new(),
        }
    }

    /// A new room of the connection's person, with members; nothing of it is left to look at.
    fn room(&mut self, conn: ConnId, access: Access, members: &[u64]) -> RoomId {
        let room = RoomId(self.next_room);
        let members = members.iter().map(|id| UserId(*id)).collect();
        self.say(
            conn,
            ClientMessage::Command { re: 0, command: Command::CreateRoom { name: "Kitchen".into(), access, members } },
        );
        self.commit();
        self.sent.clear();
        room
    }

    /// What was sent to a connection since it was last asked.
    fn got(&mut self, conn: ConnId) -> Vec<ServerMessage> {
        self.sent.remove(&conn).unwrap_or_default()
    }

    /// The bodies of the messages a connection got since it was last asked.
    fn bodies(&mut self, conn: ConnId) -> Vec<String> {
        self.messages(conn).into_iter().map(|message| message.body).collect()
    }

    /// The messages a connection got since it was last asked.
    fn messages(&mut self, conn: ConnId) -> Vec<Message> {
        self.got(conn).into_iter().filter_map(message_of).collect()
    }

    /// The codes of the errors a connection got since it was last asked.
    fn errors(&mut self, conn: ConnId) -> Vec<ErrorCode> {
        let code = |message| match message {
            ServerMessage::Error { code, .. } => Some(code),
            _ => None,
        };
        self.got(conn).into_iter().filter_map(code).collect()
    }

    fn done(&mut self, conn: ConnId) -> bool {
        self.got(conn).iter().any(|message| matches!(message, ServerMessage::Done { .. }))
    }

    fn closed_with(&self, conn: ConnId) -> Option<CloseCode> {
        self.closed.iter().find(|(closed, _)| *closed == conn).map(|(_, code)| *code)
    }
}

/// The greeting of a connection that has a tab of its own.
fn hello(conn: ConnId, after: Option<Seq>) -> ClientMessage {
    ClientMessage::Hello { version: PROTOCOL_VERSION, tab: TabId(conn.0), after, epoch: None }
}

/// The message that is told live.
fn message_of(message: ServerMessage) -> Option<Message> {
    let ServerMessage::Events { events } = message else { return None };
    match events.into_iter().next()?.what {
        EventKind::Message(message) => Some(message),
        EventKind::Deleted { .. } | EventKind::Edited(_) | EventKind::Pinned { .. } | EventKind::Reacted { .. } => None,
    }
}
