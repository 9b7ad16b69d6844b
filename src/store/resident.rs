//! What is known without asking the disk: who is signed in by which token, who has an account, and what the owner has
//! decided. Every request asks for it, so none of them may wait behind somebody's search.
//!
//! Nobody has to remember to keep this in step. SQLite itself names each row of these tables that a transaction touches
//! ([`Touched::watch`]); those rows are read again as part of the transaction ([`Changes::read`]), and replace what was
//! known as soon as the commit is done, before anyone is answered ([`Resident::apply`]). An ended session is unknown
//! from then on. Some 200 bytes for each session and each account.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use rusqlite::{Connection, OptionalExtension, Row};

use super::rows::{self, USER_COLUMNS, USER_COLUMNS_COUNT, sql};
use super::{sessions, settings};
use crate::proto::account::Settings;
use crate::proto::id::{SessionId, UserId};
use crate::proto::op::Millis;
use crate::proto::role::BoxRole;
use crate::proto::server::User;

/// See the module's text. Clones are the same.
#[derive(Clone)]
pub(super) struct Resident(Arc<RwLock<Rows>>);

#[derive(Debug, Default, Eq, PartialEq)]
struct Rows {
    /// By the hash of their token.
    sessions: HashMap<[u8; 32], Session>,
    /// Of each session, to find it when it ends.
    hashes: HashMap<SessionId, [u8; 32]>,
    users: HashMap<UserId, Person>,
    members: usize,
    owners: usize,
    settings: Settings,
    /// Random bytes that this database alone has.
    mark: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Session {
    id: SessionId,
    user: UserId,
    created_at: Millis,
}

/// A session with the hash of its token.
type Keyed = ([u8; 32], Session);

/// Someone who has an account.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Person {
    user: User,
    has_password: bool,
    has_receipts: bool,
}

impl Resident {
    /// All that is in the database.
    pub(super) fn load(db: &Connection) -> rusqlite::Result<Self> {
        Ok(Self(Arc::new(RwLock::new(Rows::read(db)?))))
    }

    /// Reads everything anew, after a failure that leaves it open what is on the disk.
    pub(super) fn reload(&self, db: &Connection) -> rusqlite::Result<()> {
        let rows = Rows::read(db)?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = rows;
        Ok(())
    }

    /// Takes over what a commit changed.
    pub(super) fn apply(&self, changes: Changes) {
        if changes.is_empty() {
            return;
        }
        let mut rows = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for (id, session) in changes.sessions {
            rows.put_session(id, session);
        }
        for (id, user) in changes.users {
            rows.put_user(id, user);
        }
        if let Some(settings) = changes.settings {
            rows.settings = settings;
        }
    }

    /// The unexpired session with this token, and whose it is. A guest's ends with the stay, to the millisecond.
    pub(super) fn session(&self, hash: &[u8; 32], now: Millis) -> Option<(SessionId, User)> {
        let rows = self.rows();
        let session = rows.sessions.get(hash).filter(|session| session.created_at > sessions::oldest(now))?;
        let user = &rows.users.get(&session.user)?.user;
        user.ends_at.is_none_or(|ends_at| ends_at > now).then(|| (session.id, user.clone()))
    }

    pub(super) fn has_password(&self, user: UserId) -> bool {
        self.rows().users.get(&user).is_some_and(|found| found.has_password)
    }

    pub(super) fn has_receipts(&self, user: UserId) -> bool {
        self.rows().users.get(&user).is_some_and(|found| found.has_receipts)
    }

    pub(super) fn has_member(&self) -> bool {
        self.rows().members > 0
    }

    pub(super) fn has_owner(&self) -> bool {
        self.rows().owners > 0
    }

    pub(super) fn settings(&self) -> Settings {
        self.rows().settings.clone()
    }

    pub(super) fn mark(&self) -> Vec<u8> {
        self.rows().mark.clone()
    }

    /// Whether nothing else is known than what the database holds.
    #[cfg(test)]
    pub(super) fn is_in_step(&self, db: &Connection) -> bool {
        Rows::read(db).is_ok_and(|rows| *self.rows() == rows)
    }

    /// Changed row by row by code that does not panic; were it poisoned, each row would still be whole.
    fn rows(&self) -> RwLockReadGuard<'_, Rows> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rows {
    fn read(db: &Connection) -> rusqlite::Result<Self> {
        let mark = db.query_row("SELECT mark FROM settings", [], |row| row.get(0))?;
        let mut rows = Self { settings: settings::read(db)?, mark, ..Self::default() };
        let mut sessions = db.prepare(&format!("SELECT {SESSION_COLUMNS} FROM sessions"))?;
        for session in sessions.query_map([], session)? {
            let (id, session) = session?;
            rows.put_session(id, Some(session));
        }
        let mut users = db.prepare(&format!("SELECT {USER_COLUMNS}, {PERSON_FLAGS} FROM users WHERE {IS_HERE}"))?;
        for user in users.query_map([], person)? {
            let user = user?;
            rows.put_user(user.user.id, Some(user));
        }
        Ok(rows)
    }

    fn put_session(&mut self, id: SessionId, session: Option<Keyed>) {
        if let Some(hash) = self.hashes.remove(&id) {
            self.sessions.remove(&hash);
        }
        if let Some((hash, session)) = session {
            self.hashes.insert(id, hash);
            self.sessions.insert(hash, session);
        }
    }

    fn put_user(&mut self, id: UserId, user: Option<Person>) {
        let counts = |of: &Option<Person>| {
            let role = of.as_ref().map(|found| found.user.role);
            (usize::from(role.is_some_and(|role| role != BoxRole::Guest)), usize::from(role == Some(BoxRole::Owner)))
        };
        let (members, owners) = counts(&user);
        let before = match user {
            Some(user) => self.users.insert(id, user),
            None => self.users.remove(&id),
        };
        let (members_before, owners_before) = counts(&before);
        self.members = self.members + members - members_before;
        self.owners = self.owners + owners - owners_before;
    }
}

const SESSION_COLUMNS: &str = "id, token_hash, user, created_at";
/// Behind those of a [`User`].
const PERSON_FLAGS: &str = "password <> '', receipts";
/// Of deleted accounts and of guests whose stay has ended only the row is left.
const IS_HERE: &str = "name_key IS NOT NULL";

fn session(row: &Row<'_>) -> rusqlite::Result<(SessionId, Keyed)> {
    let id = rows::session_id(row, 0)?;
    let session = Session { id, user: rows::user_id(row, 2)?, created_at: row.get(3)? };
    Ok((id, (row.get(1)?, session)))
}

fn person(row: &Row<'_>) -> rusqlite::Result<Person> {
    const FLAGS: usize = USER_COLUMNS_COUNT;
    Ok(Person { user: rows::user(row, 0)?, has_password: row.get(FLAGS)?, has_receipts: row.get(FLAGS + 1)? })
}

/// The rows that a transaction has touched, as SQLite names them. Clones are the same.
///
/// SQLite does not name rows that make way by `REPLACE` or by a `DELETE` of a whole table: neither is used on these.
#[derive(Clone, Default)]
pub(super) struct Touched(Arc<Mutex<Ids>>);

#[derive(Default)]
struct Ids {
    sessions: Vec<i64>,
    users: Vec<i64>,
    settings: bool,
}

impl Touched {
    /// Has this connection name the rows that it changes.
    pub(super) fn watch(&self, db: &mut Connection) -> rusqlite::Result<()> {
        let touched = self.clone();
        db.update_hook(Some(move |_, _: &str, table: &str, id| match table {
            "sessions" => touched.lock().sessions.push(id),
            "users" => touched.lock().users.push(id),
            "settings" => touched.lock().settings = true,
            _ => {}
        }))
    }

    /// Forgets what a transaction touched that came to nothing.
    pub(super) fn clear(&self) {
        *self.lock() = Ids::default();
    }

    fn take(&self) -> Ids {
        std::mem::take(&mut self.lock())
    }

    /// Only pushed to; were it poisoned, what is in it would still be whole.
    fn lock(&self) -> MutexGuard<'_, Ids> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a transaction made of the rows that it touched; none where it deleted them.
#[derive(Default)]
pub(super) struct Changes {
    sessions: Vec<(SessionId, Option<Keyed>)>,
    users: Vec<(UserId, Option<Person>)>,
    settings: Option<Settings>,
}

impl Changes {
    /// Asked within the transaction, right before it is committed: a commit cannot succeed whose changes are not known.
    pub(super) fn read(db: &Connection, touched: &Touched) -> rusqlite::Result<Self> {
        let Ids { sessions, users, settings } = touched.take();
        let mut changes = Self::default();
        for id in each_once(sessions) {
            let query = format!("SELECT {SESSION_COLUMNS} FROM sessions WHERE id = ?");
            let found = db.prepare_cached(&query)?.query_row([sql(id)], session).optional()?;
            changes.sessions.push((SessionId(id), found.map(|(_, session)| session)));
        }
        for id in each_once(users) {
            let query = format!("SELECT {USER_COLUMNS}, {PERSON_FLAGS} FROM users WHERE id = ? AND {IS_HERE}");
            let found = db.prepare_cached(&query)?.query_row([sql(id)], person).optional()?;
            changes.users.push((UserId(id), found));
        }
        if settings {
            changes.settings = Some(settings::read(db)?);
        }
        Ok(changes)
    }

    fn is_empty(&self) -> bool {
        self.sessions.is_empty() && self.users.is_empty() && self.settings.is_none()
    }
}

fn each_once(mut ids: Vec<i64>) -> impl Iterator<Item = u64> {
    ids.sort_unstable();
    ids.dedup();
    // SQLite's own row ids are never negative here.
    ids.into_iter().map(i64::unsigned_abs)
}
