//! Who there is, and by which connections they are here.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use crate::proto::id::{ConnId, RoomId, SessionId, TabId, UserId};
use crate::proto::limits::ENDED_SESSIONS_MAX;
use crate::proto::mention::calling;
use crate::proto::role::BoxRole;
use crate::proto::server::{ServerMessage, User};

use super::quota::{Bucket, Quota};

/// What a connection has come to.
#[derive(Debug)]
pub(super) enum Stage {
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
pub(super) struct Conn {
    pub(super) user: UserId,
    pub(super) session: SessionId,
    pub(super) stage: Stage,
    pub(super) commands: Bucket,
    /// Commands refused in a row for coming too fast.
    pub(super) refusals: u32,
    /// Of which tab it is; none before it has said hello.
    pub(super) tab: Option<TabId>,
    /// Sends waiting for the disk.
    pub(super) in_flight: usize,
    /// When typing was last passed on.
    pub(super) typed: Option<Duration>,
}

impl Conn {
    pub(super) fn new(user: UserId, session: SessionId) -> Self {
        let commands = Bucket::default();
        Self { user, session, stage: Stage::Greeting, commands, refusals: 0, tab: None, in_flight: 0, typed: None }
    }
}

/// Whose a connection is that says hello.
pub(super) struct Greeted {
    pub(super) user: UserId,
    pub(super) session: SessionId,
    /// What its tab had before: a tab has one connection, and the other is dead though nobody has noticed yet, as when a
    /// phone changes from one Wi-Fi to another.
    pub(super) before: Option<ConnId>,
}

/// One account.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) user: User,
    /// Oldest first. Includes connections that have not said hello.
    pub(super) conns: Vec<ConnId>,
    pub(super) rooms: BTreeSet<RoomId>,
    /// Whether others are told how far they have read, and they of others.
    pub(super) receipts: bool,
    /// Whether the store has anything that they have begun to write, or that they have no more.
    pub(super) drafts: bool,
    /// A guest who is about to be sent home: can do nothing any more.
    pub(super) leaving: bool,
    pub(super) quota: Quota,
    /// The last place where this account was signed in to, if it was more than once; ended or not.
    pub(super) newest_session: Option<SessionId>,
}

impl Person {
    pub(super) fn new(user: User) -> Self {
        let (conns, rooms) = (Vec::new(), BTreeSet::new());
        let quota = Quota::default();
        Self { user, conns, rooms, receipts: true, drafts: false, leaving: false, quota, newest_session: None }
    }
}

/// See the module's text.
#[derive(Debug, Default)]
pub(super) struct Roster {
    pub(super) people: HashMap<UserId, Person>,
    /// Whom messages call by what is [`calling`] them.
    called: HashMap<String, UserId>,
    pub(super) conns: HashMap<ConnId, Conn>,
    /// Sessions that ended of late, the latest last: a connection of theirs may still be on its way.
    ended: VecDeque<SessionId>,
}

impl Roster {
    pub(super) fn insert(&mut self, user: User) {
        self.called.insert(calling(&user.name), user.id);
        self.people.insert(user.id, Person::new(user));
    }

    pub(super) fn remove(&mut self, user: UserId) -> Option<Person> {
        let person = self.people.remove(&user)?;
        self.call_no_more(&person.user);
        Some(person)
    }

    /// A person has another name, picture or role; gives what they were.
    pub(super) fn change(&mut self, user: User) -> Option<User> {
        let person = self.people.get_mut(&user.id)?;
        let id = user.id;
        let name = calling(&user.name);
        person.leaving &= user.role == BoxRole::Guest;
        let before = std::mem::replace(&mut person.user, user);
        self.call_no_more(&before);
        self.called.insert(name, id);
        Some(before)
    }

    /// Who is called by this, see [`calling`].
    pub(super) fn called(&self, name: &str) -> Option<UserId> {
        self.called.get(name).copied()
    }

    /// Not by this name: it may be another's already.
    fn call_no_more(&mut self, user: &User) {
        let name = calling(&user.name);
        if self.called.get(&name) == Some(&user.id) {
            self.called.remove(&name);
        }
    }

    pub(super) fn knows(&self, user: UserId) -> bool {
        self.people.contains_key(&user)
    }

    /// Whether somebody may connect: their session goes on, and so does their stay.
    pub(super) fn lets_in(&self, user: UserId, session: SessionId) -> bool {
        self.people.get(&user).is_some_and(|person| !person.leaving) && !self.ended.contains(&session)
    }

    pub(super) fn box_role(&self, user: UserId) -> Option<BoxRole> {
        self.people.get(&user).map(|person| person.user.role)
    }

    pub(super) fn is_guest(&self, user: UserId) -> bool {
        self.box_role(user) == Some(BoxRole::Guest)
    }

    pub(super) fn is_guest_conn(&self, conn: ConnId) -> bool {
        self.conns.get(&conn).is_some_and(|conn| self.is_guest(conn.user))
    }

    /// The connections of a person that have said hello.
    pub(super) fn joined_conns(&self, user: UserId) -> Vec<ConnId> {
        let joined = |id: &ConnId| self.conns.get(id).is_some_and(|conn| !matches!(conn.stage, Stage::Greeting));
        self.conns_of(user).iter().copied().filter(joined).collect()
    }

    /// The connections of a person by one session, oldest first.
    pub(super) fn session_conns(&self, user: UserId, session: SessionId) -> Vec<ConnId> {
        let same = |id: &ConnId| self.conns.get(id).is_some_and(|conn| conn.session == session);
        self.conns_of(user).iter().copied().filter(same).collect()
    }

    /// The sessions of a person that have a connection.
    pub(super) fn sessions(&self, user: UserId) -> impl Iterator<Item = SessionId> {
        self.conns_of(user).iter().filter_map(|conn| self.conns.get(conn)).map(|conn| conn.session)
    }

    pub(super) fn connect(&mut self, conn: ConnId, user: UserId, session: SessionId) {
        self.conns.insert(conn, Conn::new(user, session));
        if let Some(person) = self.people.get_mut(&user) {
            person.conns.push(conn);
        }
    }

    /// A connection says of which tab it is.
    pub(super) fn greet(&mut self, conn: ConnId, tab: TabId) -> Option<Greeted> {
        let Conn { user, session, .. } = *self.conns.get(&conn)?;
        let same = |id: &ConnId| *id != conn && self.conns.get(id).is_some_and(|conn| conn.tab == Some(tab));
        let before = self.session_conns(user, session).into_iter().find(same);
        self.conns.get_mut(&conn)?.tab = Some(tab);
        Some(Greeted { user, session, before })
    }

    pub(super) fn disconnect(&mut self, conn: ConnId) -> Option<Conn> {
        let state = self.conns.remove(&conn)?;
        if let Some(person) = self.people.get_mut(&state.user) {
            person.conns.retain(|other| *other != conn);
        }
        Some(state)
    }

    /// Somebody has begun to write something, or nothing any more: their other devices are to ask.
    pub(super) fn has_drafts(&mut self, user: UserId) {
        if let Some(person) = self.people.get_mut(&user) {
            person.drafts = true;
        }
    }

    /// Somebody's receipts are on or off.
    pub(super) fn turn_receipts(&mut self, user: UserId, on: bool) {
        if let Some(person) = self.people.get_mut(&user) {
            person.receipts = on;
        }
    }

    /// Somebody has signed in at one more place.
    pub(super) fn signed_in(&mut self, user: UserId, session: SessionId) {
        if let Some(person) = self.people.get_mut(&user) {
            person.newest_session = person.newest_session.max(Some(session));
        }
    }

    /// Lets nobody in by these any more; gives the connections there are, in order.
    pub(super) fn end(&mut self, sessions: &[SessionId]) -> Vec<ConnId> {
        self.ended.extend(sessions);
        let surplus = self.ended.len().saturating_sub(ENDED_SESSIONS_MAX);
        self.ended.drain(..surplus);
        let of_these = self.conns.iter().filter(|(_, conn)| sessions.contains(&conn.session));
        let mut ended: Vec<ConnId> = of_these.map(|(id, _)| *id).collect();
        // The map's order differs from run to run.
        ended.sort_unstable();
        ended
    }

    fn conns_of(&self, user: UserId) -> &[ConnId] {
        self.people.get(&user).map(|person| person.conns.as_slice()).unwrap_or_default()
    }
}
