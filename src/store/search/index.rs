//! The search index: a file of its own, derived from the messages, kept by a thread of its own.
//!
//! Each room has its own blocks (see `block`): a search looks into those of the asker's rooms and into no others, so that
//! neither its answer nor its time tells of words in rooms that the asker may not read. New messages become a new block
//! of their room, and small blocks are merged into larger ones (see `block_rows`). The index may lag behind the messages:
//! [`indexed_upto`] says how far it goes, and a search reads what is newer itself. Missing, damaged or of another database,
//! it is made anew. Why it is so, with measurements: docs/search.md.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode as SqliteCode, OpenFlags, OptionalExtension, TransactionBehavior, params};

use super::super::database::{self, DATABASE_FILE};
use super::super::events;
use super::super::rows::{self, sql};
use super::block::{Builder, Damaged};
use super::block_rows::{self, Block};
use super::segment::Segments;
use crate::proto::id::{RoomId, UserId};

/// The index's file in the data folder.
pub(in crate::store) const INDEX_FILE: &str = "search.db";
/// Raised when the layout or the cutting of texts changes: an older index is then made anew.
const LAYOUT: i64 = 4;
/// Messages that are indexed without waiting longer, and in one transaction.
const BATCH: i64 = 1_024;
/// Bytes of index words after which a transaction ends: they are held in memory, and long messages have many.
const BATCH_BYTES: usize = 512 << 10;
/// How long a message may wait for the index.
const DELAY: Duration = Duration::from_secs(10);
/// Silence after which the index's WAL is emptied and memory is given back.
const QUIET: Duration = Duration::from_secs(30);
/// How long to wait after the disk failed.
const RETRY: Duration = Duration::from_secs(30);
/// KiB of pages each reader of the index keeps.
pub(in crate::store) const READER_CACHE_KIB: i32 = 256;
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
";

/// The index word of an author.
pub(super) fn author_word(author: UserId) -> String {
    format!("@{author}")
}

/// Up to which event the index that lies in the folder goes, if it is one of this database.
pub(in crate::store) fn kept_upto(dir: &Path, db: &Connection) -> Option<u64> {
    let path = dir.join(INDEX_FILE);
    if !path.exists() {
        return None;
    }
    let mark: Vec<u8> = db.query_row("SELECT mark FROM settings", [], |row| row.get(0)).ok()?;
    let index = database::open_reader(&path, READER_CACHE_KIB).ok()?;
    index.query_row("SELECT indexed_upto FROM state WHERE mark = ?", [mark], |row| rows::number(row, 0)).ok()
}

/// The newest message that the index of this connection covers; an index of another layout covers none.
pub(super) fn indexed_upto(index: &Connection) -> rusqlite::Result<u64> {
    index
        .prepare_cached("SELECT indexed_upto FROM state WHERE layout = ?")?
        .query_row([LAYOUT], |row| rows::number(row, 0))
}

/// The handle to the thread.
#[derive(Clone)]
pub(in crate::store) struct Indexer {
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
    /// Messages were deleted that the index may still hold.
    deletions: bool,
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
    pub(in crate::store) fn start(dir: &Path, newest: u64) -> io::Result<(Self, JoinHandle<()>)> {
        // At once: the file may be missing, or not know what an earlier run wrote last.
        let state = State { newest, due: Some(Instant::now()), ..State::default() };
        let shared = Arc::new(Shared { dir: dir.into(), state: Mutex::new(state), changed: Condvar::new() });
        let handle = Self { shared: Arc::clone(&shared) };
        let thread = thread::Builder::new().name("index".into()).spawn(move || Thread::new(shared).run())?;
        Ok((handle, thread))
    }

    /// Tells of new events, and whether there are deletions among them.
    pub(in crate::store) fn committed(&self, newest: u64, deletions: bool) {
        let mut state = self.shared.lock();
        state.newest = newest;
        state.deletions |= deletions;
        let now = Instant::now();
        let many = newest.saturating_sub(state.indexed) >= BATCH.unsigned_abs();
        let due = if many { now } else { now + DELAY };
        if state.due.is_none_or(|set| due < set) {
            state.due = Some(due);
            self.shared.changed.notify_one();
        }
    }

    /// Tells that the file cannot be read.
    pub(in crate::store) fn damaged(&self) {
        self.shared.lock().damaged = true;
        self.shared.changed.notify_one();
    }

    /// Which file readers should have open: a new one has a new number.
    pub(in crate::store) fn generation(&self) -> u64 {
        self.shared.lock().generation
    }

    /// Ends the thread after what it is doing. What is not indexed yet will be, next time.
    pub(in crate::store) fn close(&self) {
        self.shared.lock().closing = true;
        self.shared.changed.notify_one();
    }

    /// Whether everything is in the index, of which this is the newest.
    #[cfg(test)]
    pub(in crate::store) fn is_idle(&self, newest: u64) -> bool {
        let state = self.shared.lock();
        state.indexed >= state.newest.max(newest) && !state.deletions && !state.damaged
    }

    /// Indexes now what waits.
    #[cfg(test)]
    pub(in crate::store) fn hurry(&self) {
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
                    // What was deleted should not stand in a file until porch runs again.
                    if self.shared.lock().deletions {
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
        let deletions = std::mem::take(&mut self.shared.lock().deletions);
        let step = self.step();
        // Not all of them have been seen to.
        if deletions && step.as_ref().map_or(true, |step| step.more) {
            self.shared.lock().deletions = true;
        }
        match step {
            Ok(step) => {
                let mut state = self.shared.lock();
                state.indexed = step.indexed_upto;
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
                Ok((rows::number(row, 0)?, rows::number(row, 1)?))
            })?;
        let (new_upto, more_messages) = add_messages(&snapshot, &transaction, upto, &mut self.segments)?;
        let deletions = deletions_after(&snapshot, changes_upto)?;
        // A newer one was already blank when it was indexed.
        forget(&transaction, deletions.iter().filter(|deletion| deletion.message <= upto))?;
        let new_changes_upto = deletions.last().map_or(changes_upto, |deletion| deletion.seq);
        if (new_upto, new_changes_upto) != (upto, changes_upto) {
            transaction.execute(
                "UPDATE state SET indexed_upto = ?, changes_upto = ?",
                [sql(new_upto), sql(new_changes_upto)],
            )?;
        }
        transaction.commit()?;
        Ok(Step { indexed_upto: new_upto, more: more_messages || sql(deletions.len() as u64) == BATCH })
    }
}

/// Adds up to a batch of messages after `upto`; gives up to where, and whether there may be more.
fn add_messages(
    snapshot: &Connection,
    index: &Connection,
    upto: u64,
    segments: &mut Segments,
) -> rusqlite::Result<(u64, bool)> {
    let mut select = snapshot.prepare_cached(
        "SELECT id, room, author, body FROM messages WHERE id > ? AND deleted_at IS NULL ORDER BY id LIMIT ?",
    )?;
    let mut rows = select.query([sql(upto), BATCH])?;
    let (mut count, mut last, mut bytes) = (0, upto, 0);
    let mut rooms: BTreeMap<RoomId, Gathered> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        (count, last) = (count + 1, rows::number(row, 0)?);
        segments.read(row.get_ref(3)?.as_str()?);
        let author = author_word(rows::user_id(row, 2)?);
        bytes += rooms.entry(rows::room_id(row, 1)?).or_default().add(last, &author, segments);
        if bytes >= BATCH_BYTES {
            break;
        }
    }
    for (room, gathered) in rooms {
        gathered.store(index, room)?;
    }
    let more = count == BATCH || bytes >= BATCH_BYTES;
    Ok(if more { (last, true) } else { (events::newest_seq(snapshot)?.max(last), false) })
}

/// New messages of one room with their words, not yet in order.
#[derive(Default)]
struct Gathered {
    ids: Vec<u64>,
    /// All words, one after the other.
    text: String,
    /// Where a word stands in `text`, and of which of the messages it is.
    words: Vec<(std::ops::Range<usize>, u32)>,
}

impl Gathered {
    /// Gives the bytes of the words.
    fn add(&mut self, message: u64, author: &str, segments: &Segments) -> usize {
        let (place, before) = (self.ids.len() as u32, self.text.len());
        self.ids.push(message);
        for word in segments.index_words().into_iter().chain([author]) {
            let start = self.text.len();
            self.text.push_str(word);
            self.words.push((start..self.text.len(), place));
        }
        self.text.len() - before
    }

    fn store(mut self, index: &Connection, room: RoomId) -> rusqlite::Result<()> {
        let (Some(&first), Some(&last)) = (self.ids.first(), self.ids.last()) else { return Ok(()) };
        let text = self.text.as_str();
        self.words.sort_unstable_by(|(a, at), (b, bt)| (&text[a.clone()], at).cmp(&(&text[b.clone()], bt)));
        let mut builder = Builder::new(&self.ids);
        let mut places = Vec::new();
        for same in self.words.chunk_by(|(a, _), (b, _)| text[a.clone()] == text[b.clone()]) {
            let Some((word, _)) = same.first() else { continue };
            places.clear();
            places.extend(same.iter().map(|(_, place)| *place));
            builder.add(text[word.clone()].as_bytes(), &places);
        }
        block_rows::add(index, room, builder.finish(), first, last)
    }
}

/// A message that was deleted.
struct Deletion {
    seq: u64,
    room: RoomId,
    message: u64,
}

/// Deletions after this event, in order.
fn deletions_after(snapshot: &Connection, seq: u64) -> rusqlite::Result<Vec<Deletion>> {
    snapshot
        .prepare_cached(
            "SELECT seq, room, message FROM events WHERE seq > ? AND kind = 'deleted' ORDER BY seq LIMIT ?",
        )?
        .query_map([sql(seq), BATCH], |row| {
            Ok(Deletion { seq: rows::number(row, 0)?, room: rows::room_id(row, 1)?, message: rows::number(row, 2)? })
        })?
        .collect()
}

/// Takes the words of messages out of the index, so that they stand nowhere in its file.
fn forget<'a>(index: &Connection, deletions: impl Iterator<Item = &'a Deletion>) -> rusqlite::Result<()> {
    let mut blocks: HashMap<(RoomId, u64), (Block, HashSet<u64>)> = HashMap::new();
    for deletion in deletions {
        if let Some(block) = Block::below(index, deletion.room, deletion.message.saturating_add(1))? {
            let (_, gone) = blocks.entry((deletion.room, block.first)).or_insert_with(|| (block, HashSet::new()));
            gone.insert(deletion.message);
        }
    }
    blocks.into_values().try_for_each(|(block, gone)| block.take_out(index, &gone))
}

impl Open {
    fn new(dir: &Path) -> rusqlite::Result<Self> {
        let messages = database::open_reader(&dir.join(DATABASE_FILE), database::READER_CACHE_KIB)?;
        let mark: Vec<u8> = messages.query_row("SELECT mark FROM settings", [], |row| row.get(0))?;
        let newest = events::newest_seq(&messages)?;
        let mut index = open_index(dir)?;
        let state: Option<(i64, Vec<u8>, u64)> = if index.table_exists(None, "state")? {
            index
                .query_row("SELECT layout, mark, indexed_upto FROM state", [], |row| {
                    Ok((row.get(0)?, row.get(1)?, rows::number(row, 2)?))
                })
                .optional()?
        } else {
            None
        };
        match state {
            // Of this database, and not ahead of it as after a backup was put back.
            Some((layout, of, upto)) if layout == LAYOUT && of == mark && upto <= newest => {}
            Some(_) => return Err(unusable("it belongs to another database or version")),
            None => {
                let transaction = index.transaction_with_behavior(TransactionBehavior::Immediate)?;
                transaction.execute_batch(SCHEMA)?;
                transaction.execute_batch(block_rows::SCHEMA)?;
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
    index.busy_timeout(database::LOCK_WAIT)?;
    index.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    // Consistent after a power cut, at worst a little older, and then caught up: it need not wait for the disk.
    index.pragma_update(None, "synchronous", "normal")?;
    index.pragma_update(None, "secure_delete", true)?;
    index.pragma_update(None, "cache_size", -CACHE_KIB)?;
    index.pragma_update(None, "temp_store", "memory")?;
    index.pragma_update_and_check(None, "wal_autocheckpoint", WAL_PAGES, |_| Ok(()))?;
    Ok(index)
}

/// The index is as good as damaged.
fn unusable(why: &str) -> rusqlite::Error {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
    rusqlite::Error::SqliteFailure(code, Some(why.into()))
}

impl From<Damaged> for rusqlite::Error {
    fn from(Damaged: Damaged) -> Self {
        unusable("a block of it makes no sense")
    }
}

/// Whether the file itself is at fault.
pub(in crate::store) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(SqliteCode::DatabaseCorrupt | SqliteCode::NotADatabase))
}
