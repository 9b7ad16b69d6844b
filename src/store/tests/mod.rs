//! The store as its callers see it, on real files.

use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::{OpenError, ReadError, Reader, Store};
use crate::proto::account::PatchSettings;
use crate::proto::change::{Change, MemberRecord};
use crate::proto::code::ErrorCode;
use crate::proto::event::{Event, EventKind, Message};
use crate::proto::id::{ClientMsgId, RoomId, Seq, SessionId, UserId};
use crate::proto::op::{
    AccountOp, DeletedBy, Fault, GuestOp, InviteOp, MessageOp, Millis, NewAccount, NewMessage, NewRoom, NewSession, Op,
    Outcome, RemovalOp, Reply, RoomOp, SessionOp, SignIn, Snapshot, Whose,
};
use crate::proto::role::{BoxRole, RoomRole};
use crate::proto::room::{RoomKind, RoomSetting};
use crate::proto::server::User;
use crate::proto::text::Body;
use crate::proto::user_name::UserName;

mod accounts;
mod attachments;
mod disk;
mod drafts;
mod forwards;
mod guests;
mod heard;
mod invites;
mod loss;
mod mentions;
mod messages;
mod monitor;
mod nasty;
mod orders;
mod owners;
mod pins;
mod reactions;
mod removal;
mod replies;
mod resident;
mod rooms;
mod search;
mod since;
mod turns;

/// When the tests' messages are sent, unless they say otherwise: 2026-11-20, 12:00 UTC.
const NOON: Millis = 1_795_176_000_000;
/// Longer than anything here takes, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(60);
const EVERYONE: RoomId = RoomId(1);

/// A store in a folder of its own.
struct Fixture {
    store: Store,
    snapshot: Snapshot,
    dir: TempDir,
}

impl Fixture {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (store, snapshot) = open(dir.path()).unwrap();
        Self { store, snapshot, dir }
    }

    /// With these people; the first is the owner.
    fn with(names: &[&str]) -> (Self, Vec<UserId>) {
        let fixture = Self::new();
        let users = names.iter().map(|name| fixture.register(name).id).collect();
        (fixture, users)
    }

    /// Closes the store and opens it again.
    fn reopen(self) -> Self {
        self.store.close();
        let (store, snapshot) = open(self.dir.path()).unwrap();
        Self { store, snapshot, dir: self.dir }
    }

    fn try_apply(&self, op: Op) -> Result<Outcome, Fault> {
        let (tell, told) = mpsc::channel();
        self.store.submit(op, move |result| tell.send(result).unwrap()).unwrap();
        told.recv_timeout(PATIENCE).unwrap()
    }

    fn apply(&self, op: Op) -> Outcome {
        self.try_apply(op).unwrap()
    }

    /// All at once, so that they share commits.
    fn apply_all(&self, ops: impl IntoIterator<Item = Op>) -> Vec<Result<Outcome, Fault>> {
        let (tell, told) = mpsc::channel();
        let mut count = 0;
        for op in ops {
            let tell = tell.clone();
            self.store.submit(op, move |result| tell.send(result).unwrap()).unwrap();
            count += 1;
        }
        (0..count).map(|_| told.recv_timeout(PATIENCE).unwrap()).collect()
    }

    #[track_caller]
    fn refused(&self, op: Op) -> ErrorCode {
        match self.apply(op) {
            Outcome::Refused(code) => code,
            other => panic!("not refused: {other:?}"),
        }
    }

    fn read<T>(&self, f: impl FnOnce(&Reader) -> Result<T, ReadError>) -> T {
        self.store.inner.looks.read(f).unwrap()
    }

    fn register(&self, name: &str) -> User {
        match self.apply(create_user(name)) {
            Outcome::Made { reply: Reply::SignedIn { user, .. }, .. } => user,
            other => panic!("not registered: {other:?}"),
        }
    }

    fn send(&self, room: RoomId, author: UserId, id: &str, body: &str) -> Message {
        appended(self.apply(append(room, author, id, body)))
    }

    fn room(&self, kind: RoomKind, by: UserId, members: &[UserId]) -> RoomId {
        let members = members.to_vec();
        room(&self.apply(Op::Room(RoomOp::Create(NewRoom { kind, name: "Kitchen".into(), by, members, at: NOON }))))
    }

    /// Waits until the search index holds everything.
    fn index(&self) {
        let indexer = &self.store.inner.looks.indexer;
        // The index may hear of it a moment after the writer has answered.
        let newest = self.read(|reader| reader.newest_seq()).0;
        let deadline = Instant::now() + PATIENCE;
        while !indexer.is_idle(newest) {
            indexer.hurry();
            assert!(Instant::now() < deadline, "the index does not catch up");
            std::thread::yield_now();
        }
    }
}

/// All that is different after a change that was made.
#[track_caller]
fn changes(outcome: Outcome) -> Vec<Change> {
    match outcome {
        Outcome::Made { changes, .. } => changes,
        Outcome::Refused(code) => panic!("refused: {code:?}"),
    }
}

/// The one thing that is.
#[track_caller]
fn change(outcome: Outcome) -> Change {
    let mut changes = changes(outcome);
    assert_eq!(changes.len(), 1, "{changes:?}");
    changes.remove(0)
}

/// The message that was stored.
#[track_caller]
fn appended(outcome: Outcome) -> Message {
    match change(outcome) {
        Change::Event(Event { what: EventKind::Message(message), .. }) => message,
        other => panic!("not appended: {other:?}"),
    }
}

/// The room that was made or found.
#[track_caller]
fn room(outcome: &Outcome) -> RoomId {
    match outcome {
        Outcome::Made { reply: Reply::Room(room), .. } => *room,
        other => panic!("no room: {other:?}"),
    }
}

/// Memberships that there were not before.
#[track_caller]
fn members(outcome: Outcome) -> Vec<MemberRecord> {
    match change(outcome) {
        Change::MembersJoined { members, .. }
        | Change::MemberMade { members, .. }
        | Change::RoomMade { members, .. }
        | Change::UserMade { members, .. } => members,
        other => panic!("nobody came: {other:?}"),
    }
}

/// The new session, and those that it ended.
#[track_caller]
fn signed_in(outcome: Outcome) -> (SessionId, Vec<SessionId>) {
    match outcome {
        Outcome::Made { reply: Reply::SignedIn { session, .. }, changes } => (session, ended(&changes)),
        other => panic!("not signed in: {other:?}"),
    }
}

fn ended(changes: &[Change]) -> Vec<SessionId> {
    let of = |change: &Change| match change {
        Change::SessionsEnded { sessions, .. } => sessions.clone(),
        _ => Vec::new(),
    };
    changes.iter().flat_map(of).collect()
}

/// Whether an account was made.
fn is_new(outcome: &Result<Outcome, Fault>) -> bool {
    matches!(outcome, Ok(Outcome::Made { changes, .. }) if matches!(changes[..], [Change::UserMade { .. }]))
}

/// The person as they are from now on.
#[track_caller]
fn user(outcome: Outcome) -> User {
    match outcome {
        Outcome::Made { reply: Reply::User(user), .. } => user,
        other => panic!("nobody was changed: {other:?}"),
    }
}

fn is_made(outcome: &Result<Outcome, Fault>) -> bool {
    matches!(outcome, Ok(Outcome::Made { .. }))
}

fn open(dir: &Path) -> Result<(Store, Snapshot), OpenError> {
    Store::open(dir, || NOON)
}

/// A session whose token's hash is this byte, repeated.
fn session(token: u8) -> NewSession {
    NewSession { token_hash: [token; 32], device: "Firefox on Linux".into(), attempt: None, at: NOON }
}

/// A sign-in with the right password, from wherever the account is signed in else.
fn sign_in(user: UserId, name: &str, token: u8) -> Op {
    let checked = format!("hash of {name}");
    Op::Session(SessionOp::Create(SignIn { user, session: session(token), checked, here: None, takeover: true }))
}

fn decide(change: PatchSettings) -> Op {
    Op::SetSettings { change, at: NOON }
}

/// What lets an account be in several places.
fn several_devices() -> Op {
    decide(PatchSettings { several_devices: Some(true), ..PatchSettings::default() })
}

fn named(name: &str) -> UserName {
    UserName::parse(name).unwrap()
}

fn create_user(name: &str) -> Op {
    let mut token_hash = [0; 32];
    for (byte, letter) in token_hash.iter_mut().zip(name.bytes()) {
        *byte = letter;
    }
    let session = NewSession { token_hash, ..session(0) };
    Op::Account(AccountOp::Create(NewAccount { name: named(name), password: format!("hash of {name}"), session }))
}

fn append(room: RoomId, author: UserId, id: &str, body: &str) -> Op {
    Op::Message(MessageOp::Append(NewMessage {
        room,
        author,
        client_msg_id: ClientMsgId::try_from(id.to_owned()).unwrap(),
        body: Body::parse(body.into()).unwrap(),
        attachments: Default::default(),
        mentions: Vec::new(),
        reply_to: None,
        sent_at: NOON,
    }))
}
