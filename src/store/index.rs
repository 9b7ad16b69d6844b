//! The search index: a file of its own, derived from the messages, kept by a thread of its own.
//!
//! FTS5 without content, positions or ranking: for each index word, the ids of the messages that hold it. It may lag
//! behind the messages: [`indexed_upto`] says how far it goes, and a search reads what is newer itself. Missing,
//! damaged or of another database, it is made anew.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode as SqliteCode, OpenFlags, OptionalExtension, TransactionBehavior, params};

use super::schema::{self, MESSAGE_COLUMNS, sql};
use super::segment::Segments;
use super::{messages, schema::DATABASE_FILE};
use crate::proto::id::{RoomId, UserId};
use crate::proto::server::Message;

/// The index's file in the data folder.
pub(super) const INDEX_FILE: &str = "search.db";
/// Raised when the layout or the cutting of texts changes: an older index is then made anew.
const LAYOUT: i64 = 1;
/// Messages that are indexed without waiting longer, and in one transaction: each transaction costs a segment, which
/// later merges write again.
const BATCH: i64 = 1_024;
/// How long a message may wait for the index.
const DELAY: Duration = Duration::from_secs(10);
/// Silence after which the index's WAL is emptied and memory is given back.
const QUIET: Duration = Duration::from_secs(30);
/// How long to wait after the disk failed.
const RETRY: Duration = Duration::from_secs(30);
/// Deleted messages whose text is held for the index; of more, the index finds the words by itself, slowly.
const REMOVED_MAX: usize = 256;
/// KiB of pages each reader of the index keeps.
pub(super) const READER_CACHE_KIB: i32 = 256;
/// KiB of pages the thread keeps.
const CACHE_KIB: i32 = 1_024;
/// Pages in the index's WAL before it is copied into the file.
const WAL_PAGES: u32 = 1_024;

const SCHEMA: &str = "
    CREATE TABLE state (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        layout INTEGER NOT NULL,
        mark BLOB NOT NULL,
        indexed_upto INTEGER NOT NULL,
        changes_upto INTEGER NOT NULL
    ) STRICT;
    CREATE VIRTUAL TABLE words USING fts5 (
        body, content = '', columnsize = 0, detail = none, tokenize = \"ascii tokenchars '#@'\"
    );
    INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
    INSERT INTO words (words, rank) VALUES ('automerge', 8);
";

/// The index word of a room.
pub(super) fn room_word(room: RoomId) -> String {
    format!("#{room}")
}

/// The index word of an author.
pub(super) fn author_word(author: UserId) -> String {
    format!("@{author}")
}

/// The newest message that the index of this connection covers.
pub(super) fn indexed_upto(index: &Connection) -> rusqlite::Result<u64> {
    index.prepare_cached("SELECT indexed_upto FROM state")?.query_row([], |row| schema::number(row, 0))
}

/// The handle to the thread.
#[derive(Clone)]
pub(super) struct Indexer {
    shared: Arc<Shared>,
}

struct Shared {
    dir: PathBuf,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// The newest event, and up to which one the index goes.
    newest: u64,
    indexed: u64,
    /// Deleted messages as they were, by id.
    removed: HashMap<u64, Message>,
    /// When to index; `None` when there is nothing to index.
    due: Option<Instant>,
    /// When to tidy up; `None` when that is done.
    quiet_at: Option<Instant>,
    /// A reader found the index damaged.
    damaged: bool,
    closing: bool,
    /// Counts the index files there have been in this run.
    generation: u64,
}

#[derive(Debug, Eq, PartialEq)]
enum Task {
    Close,
    Index,
    Rebuild,
    Tidy,
}

impl Indexer {
    /// `newest`: the newest event there is.
    pub(super) fn start(dir: &Path, newest: u64) -> io::Result<(Self, JoinHandle<()>)> {
        // At once: the file may be missing, or not know what an earlier run wrote last.
        let state = State { newest, due: Some(Instant::now()), ..State::default() };
        let shared = Arc::new(Shared { dir: dir.into(), state: Mutex::new(state), changed: Condvar::new() });
        let handle = Self { shared: Arc::clone(&shared) };
        let thread = thread::Builder::new().name("index".into()).spawn(move || Thread::new(shared).run())?;
        Ok((handle, thread))
    }

    /// Tells of new events, and of deleted messages as they were.
    pub(super) fn committed(&self, newest: u64, removed: Vec<Message>) {
        let mut state = self.shared.lock();
        state.newest = newest;
        for message in removed {
            if state.removed.len() < REMOVED_MAX {
                state.removed.insert(message.id.0, message);
            }
        }
        let now = Instant::now();
        let many = newest.saturating_sub(state.indexed) >= BATCH.unsigned_abs();
        let due = if many { now } else { now + DELAY };
        if state.due.is_none_or(|set| due < set) {
            state.due = Some(due);
            self.shared.changed.notify_one();
        }
    }

    /// Tells that the file cannot be read.
    pub(super) fn damaged(&self) {
        self.shared.lock().damaged = true;
        self.shared.changed.notify_one();
    }

    /// Which file readers should have open: a new one has a new number.
    pub(super) fn generation(&self) -> u64 {
        self.shared.lock().generation
    }

    /// Ends the thread after what it is doing. What is not indexed yet will be, next time.
    pub(super) fn close(&self) {
        self.shared.lock().closing = true;
        self.shared.changed.notify_one();
    }

    /// Whether everything is in the index.
    #[cfg(test)]
    pub(super) fn is_idle(&self) -> bool {
        let state = self.shared.lock();
        state.indexed >= state.newest && state.removed.is_empty() && !state.damaged
    }

    /// Indexes now what waits.
    #[cfg(test)]
    pub(super) fn hurry(&self) {
        self.shared.lock().due = Some(Instant::now());
        self.shared.changed.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self) -> Task {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            if state.closing {
                return Task::Close;
            }
            if state.damaged {
                return Task::Rebuild;
            }
            if state.due.is_some_and(|at| at <= now) {
                return Task::Index;
            }
            if state.quiet_at.is_some_and(|at| at <= now) {
                state.quiet_at = None;
                return Task::Tidy;
            }
            state = match [state.due, state.quiet_at].into_iter().flatten().min() {
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(at) => self.changed.wait_timeout(state, at - now).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
    }
}

struct Thread {
    shared: Arc<Shared>,
    /// The messages, and the index; `None` until the first work, and after a failure.
    open: Option<Open>,
    segments: Segments,
}

struct Open {
    messages: Connection,
    index: Connection,
}

/// What one step came to.
struct Step {
    indexed_upto: u64,
    /// Deletions that the index has heard of.
    forgotten: Vec<u64>,
    more: bool,
}

impl Thread {
    fn new(shared: Arc<Shared>) -> Self {
        Self { shared, open: None, segments: Segments::default() }
    }

    fn run(mut self) {
        loop {
            match self.shared.wait() {
                Task::Close => {
                    // The text of what was deleted is held nowhere else.
                    if !self.shared.lock().removed.is_empty() {
                        self.index();
                    }
                    return;
                }
                Task::Index => self.index(),
                Task::Rebuild => self.rebuild(),
                Task::Tidy => self.tidy(),
            }
        }
    }

    fn index(&mut self) {
        match self.step() {
            Ok(step) => {
                let mut state = self.shared.lock();
                state.indexed = step.indexed_upto;
                for id in step.forgotten {
                    state.removed.remove(&id);
                }
                let now = Instant::now();
                state.due = match step.more {
                    true => Some(now),
                    false if state.indexed < state.newest => Some(now + DELAY),
                    false => None,
                };
                state.quiet_at = Some(now + QUIET);
            }
            Err(e) if is_damage(&e) => {
                log::warn!("the search index is damaged: {e}");
                self.rebuild();
            }
            Err(e) => {
                log::warn!("indexing messages failed and will be tried again: {e}");
                self.open = None;
                self.shared.lock().due = Some(Instant::now() + RETRY);
            }
        }
    }

    /// Removes the file; the next step begins a new one.
    fn rebuild(&mut self) {
        log::warn!("the search index is made anew");
        self.open = None;
        for suffix in ["", "-wal", "-shm"] {
            let path = self.shared.dir.join(format!("{INDEX_FILE}{suffix}"));
            if let Err(e) = std::fs::remove_file(&path)
                && e.kind() != io::ErrorKind::NotFound
            {
                log::warn!("cannot remove {}: {e}", path.display());
            }
        }
        let mut state = self.shared.lock();
        state.damaged = false;
        state.generation += 1;
        state.indexed = 0;
        state.due = Some(Instant::now());
    }

    fn tidy(&mut self) {
        let Some(open) = &self.open else { return };
        for pragma in ["PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA shrink_memory"] {
            if let Err(e) = open.index.execute_batch(pragma) {
                log::warn!("tidying the search index failed: {e}");
            }
        }
        self.segments = Segments::default();
    }

    /// Indexes one batch.
    fn step(&mut self) -> rusqlite::Result<Step> {
        let open = match &mut self.open {
            Some(open) => open,
            closed => closed.insert(Open::new(&self.shared.dir)?),
        };
        let snapshot = open.messages.transaction()?;
        let transaction = open.index.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (upto, changes_upto) =
            transaction.query_row("SELECT indexed_upto, changes_upto FROM state", [], |row| {
                Ok((schema::number(row, 0)?, schema::number(row, 1)?))
            })?;
        let (new_upto, more_messages) = add_messages(&snapshot, &transaction, upto, &mut self.segments)?;
        let deletions = deletions_after(&snapshot, changes_upto)?;
        let mut forgotten = Vec::with_capacity(deletions.len());
        for &(_, message) in &deletions {
            // A newer one was already blank when it was indexed.
            if message <= upto {
                let known = self.shared.lock().removed.get(&message).cloned();
                forget(&transaction, message, known, &mut self.segments)?;
            }
            forgotten.push(message);
        }
        let new_changes_upto = deletions.last().map_or(changes_upto, |&(seq, _)| seq);
        if (new_upto, new_changes_upto) != (upto, changes_upto) {
            transaction.execute(
                "UPDATE state SET indexed_upto = ?, changes_upto = ?",
                [sql(new_upto), sql(new_changes_upto)],
            )?;
        }
        transaction.commit()?;
        Ok(Step { indexed_upto: new_upto, forgotten, more: more_messages || sql(deletions.len() as u64) == BATCH })
    }
}

/// Adds up to a batch of messages after `upto`; gives up to where, and whether there may be more.
fn add_messages(
    snapshot: &Connection,
    index: &Connection,
    upto: u64,
    segments: &mut Segments,
) -> rusqlite::Result<(u64, bool)> {
    let mut insert = index.prepare_cached("INSERT INTO words (rowid, body) VALUES (?, ?)")?;
    let mut select =
        snapshot.prepare_cached(&format!("SELECT {MESSAGE_COLUMNS} FROM messages WHERE id > ? ORDER BY id LIMIT ?"))?;
    let mut rows = select.query([sql(upto), BATCH])?;
    let (mut count, mut last) = (0, upto);
    while let Some(row) = rows.next()? {
        let message = schema::message(row)?;
        (count, last) = (count + 1, message.id.0);
        if !message.deleted {
            insert.execute(params![sql(last), index_text(&message, segments)])?;
        }
    }
    if count == BATCH { Ok((last, true)) } else { Ok((messages::newest_seq(snapshot)?.max(last), false)) }
}

/// Deletions after this event: the event, and the message.
fn deletions_after(snapshot: &Connection, seq: u64) -> rusqlite::Result<Vec<(u64, u64)>> {
    snapshot
        .prepare_cached("SELECT seq, message FROM changes WHERE seq > ? AND kind = 'deleted' ORDER BY seq LIMIT ?")?
        .query_map([sql(seq), BATCH], |row| Ok((schema::number(row, 0)?, schema::number(row, 1)?)))?
        .collect()
}

/// Takes a message's words out of the index, so that they stand nowhere in its file.
fn forget(index: &Connection, message: u64, known: Option<Message>, segments: &mut Segments) -> rusqlite::Result<()> {
    let text = match known {
        Some(message) => index_text(&message, segments),
        // The process ended between the deletion and here: the index itself still knows, at the cost of reading it all.
        None => {
            index.execute_batch(
                "CREATE VIRTUAL TABLE IF NOT EXISTS temp.terms USING fts5vocab(main, words, instance)",
            )?;
            let words: Vec<String> = index
                .prepare("SELECT term FROM temp.terms WHERE doc = ?")?
                .query_map([sql(message)], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            words.join(" ")
        }
    };
    if !text.is_empty() {
        index
            .prepare_cached("INSERT INTO words (words, rowid, body) VALUES ('delete', ?, ?)")?
            .execute(params![sql(message), text])?;
    }
    Ok(())
}

/// What the index is given for a message: its index words, its room and its author.
fn index_text(message: &Message, segments: &mut Segments) -> String {
    segments.read(&message.body);
    let mut text = segments.index_words().join(" ");
    for word in [room_word(message.room), author_word(message.author)] {
        text.push(' ');
        text.push_str(&word);
    }
    text
}

impl Open {
    fn new(dir: &Path) -> rusqlite::Result<Self> {
        let messages = schema::open_reader(&dir.join(DATABASE_FILE), schema::READER_CACHE_KIB)?;
        let mark: Vec<u8> = messages.query_row("SELECT mark FROM settings", [], |row| row.get(0))?;
        let newest = messages::newest_seq(&messages)?;
        let mut index = open_index(dir)?;
        let state: Option<(i64, Vec<u8>, u64)> = if index.table_exists(None, "state")? {
            index
                .query_row("SELECT layout, mark, indexed_upto FROM state", [], |row| {
                    Ok((row.get(0)?, row.get(1)?, schema::number(row, 2)?))
                })
                .optional()?
        } else {
            None
        };
        match state {
            // Of this database, and not ahead of it as after a backup was put back.
            Some((layout, of, upto)) if layout == LAYOUT && of == mark && upto <= newest => {}
            Some(_) => return Err(stale()),
            None => {
                let transaction = index.transaction_with_behavior(TransactionBehavior::Immediate)?;
                transaction.execute_batch(SCHEMA)?;
                transaction.execute("INSERT INTO state VALUES (1, ?, ?, 0, 0)", params![LAYOUT, mark])?;
                transaction.commit()?;
            }
        }
        Ok(Self { messages, index })
    }
}

fn open_index(dir: &Path) -> rusqlite::Result<Connection> {
    let index = Connection::open_with_flags(
        dir.join(INDEX_FILE),
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    index.busy_timeout(schema::LOCK_WAIT)?;
    index.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    // Consistent after a power cut, at worst a little older, and then caught up: it need not wait for the disk.
    index.pragma_update(None, "synchronous", "normal")?;
    index.pragma_update(None, "secure_delete", true)?;
    index.pragma_update(None, "cache_size", -CACHE_KIB)?;
    index.pragma_update(None, "temp_store", "memory")?;
    index.pragma_update_and_check(None, "wal_autocheckpoint", WAL_PAGES, |_| Ok(()))?;
    Ok(index)
}

/// The index is of another layout or database: as good as damaged.
fn stale() -> rusqlite::Error {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
    rusqlite::Error::SqliteFailure(code, Some("it belongs to another database or version".into()))
}

/// Whether the file itself is at fault.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(SqliteCode::DatabaseCorrupt | SqliteCode::NotADatabase))
}
