//! The thread that keeps the search index: when it works, and what it does when the index or the disk fails.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::batch::{self, BATCH, IndexedBatch};
use super::index::{INDEX_FILE, OpenIndex, is_damage};
use super::segment::Segments;

/// How long a message may wait for the index: a search reads what waits, and each time that a room's newest block is
/// written anew costs pages of the disk.
const DELAY: Duration = Duration::from_secs(30);
/// How long the words of a deleted message may wait.
const DELETION_DELAY: Duration = Duration::from_secs(10);
/// How long they may then stay in the index's WAL, though messages go on.
const DELETED_STAYS_MAX: Duration = Duration::from_secs(20);
/// Silence after which the index's WAL is emptied and memory is given back.
const QUIET: Duration = Duration::from_secs(30);
/// How long to wait after the disk failed.
const RETRY: Duration = Duration::from_secs(30);

/// The handle to the thread.
#[derive(Clone)]
pub(in crate::store) struct Indexer {
    shared: Arc<Shared>,
}

struct Shared {
    dir: PathBuf,
    state: Mutex<IndexerState>,
    changed: Condvar,
}

#[derive(Default)]
struct IndexerState {
    /// The newest event, and up to which one the index goes.
    newest: u64,
    indexed: u64,
    /// Messages were deleted that the index may still hold.
    deletions: bool,
    /// When to index; `None` when there is nothing to index.
    due: Option<Instant>,
    /// When to tidy up; `None` when that is done.
    quiet_at: Option<Instant>,
    /// When to tidy up though messages go on; `None` while nothing that was deleted is in the WAL.
    deleted_until: Option<Instant>,
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
        let state = IndexerState { newest, due: Some(Instant::now()), ..IndexerState::default() };
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
        // It is not silent: emptying the log between two batches would write each block's pages twice.
        state.quiet_at = state.quiet_at.map(|_| now + QUIET);
        let many = newest.saturating_sub(state.indexed) >= BATCH.unsigned_abs();
        let due = match (many, deletions) {
            (true, _) => now,
            (false, true) => now + DELETION_DELAY,
            (false, false) => now + DELAY,
        };
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
    fn lock(&self) -> MutexGuard<'_, IndexerState> {
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
            let tidy_at = [state.quiet_at, state.deleted_until].into_iter().flatten().min();
            if tidy_at.is_some_and(|at| at <= now) {
                state.quiet_at = None;
                state.deleted_until = None;
                return Task::Tidy;
            }
            state = match [state.due, tidy_at].into_iter().flatten().min() {
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(at) => self.changed.wait_timeout(state, at - now).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
    }
}

struct Thread {
    shared: Arc<Shared>,
    /// The messages, and the index; `None` until the first work, and after a failure.
    open: Option<OpenIndex>,
    segments: Segments,
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
        let batch = self.index_batch();
        // Not all of them have been seen to.
        if deletions && batch.as_ref().map_or(true, |batch| batch.more) {
            self.shared.lock().deletions = true;
        }
        match batch {
            Ok(batch) => {
                let mut state = self.shared.lock();
                state.indexed = batch.indexed_upto;
                let now = Instant::now();
                state.due = match batch.more {
                    true => Some(now),
                    // Deleted while this batch was made.
                    false if state.deletions => Some(now + DELETION_DELAY),
                    false if state.indexed < state.newest => Some(now + DELAY),
                    false => None,
                };
                state.quiet_at = Some(now + QUIET);
                if deletions {
                    state.deleted_until.get_or_insert(now + DELETED_STAYS_MAX);
                }
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

    /// Removes the file; the next batch begins a new one.
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
    fn index_batch(&mut self) -> rusqlite::Result<IndexedBatch> {
        let open = match &mut self.open {
            Some(open) => open,
            closed => closed.insert(OpenIndex::open(&self.shared.dir)?),
        };
        batch::index(open, &mut self.segments)
    }
}
