//! The checkpointer: a thread that copies the WAL into the database, so that no commit waits for it.
//!
//! While messages come it works each time the WAL has grown by [`WAL_PAGES`]. Once all is quiet it empties the WAL and
//! then sleeps until the next commit: an idle box writes nothing. What was deleted is in the WAL's old pages: soon after a
//! deletion the WAL is emptied, quiet or not.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ffi};

use super::database;

/// Pages in the WAL that are not yet in the database before a checkpoint is worth its fsyncs: about 4 MiB. Fewer would
/// write a room's newest page to the database again and again.
const WAL_PAGES: u32 = 4_096;
/// Pages of the WAL after which writers are made to wait for a checkpoint, or it would grow without end under a load
/// that never pauses.
const WAL_PAGES_MAX: u32 = 4 * WAL_PAGES;
/// Silence after which the WAL is emptied.
const QUIET: Duration = Duration::from_secs(30);
/// How long what was deleted may stay in the WAL: emptying it for each deletion would write the same pages again and again.
const DELETED_STAYS_MAX: Duration = Duration::from_secs(30);

/// How far the WAL has grown.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Wal {
    pub(super) pages: u32,
    /// Of those, how many are not in the database yet.
    pub(super) pending: u32,
}

/// Asks how far the WAL has grown; costs no disk access.
pub(super) fn measure(db: &Connection) -> rusqlite::Result<Wal> {
    run(db, "NOOP")
}

/// The handle to the thread.
pub(super) struct Checkpointer {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<CheckpointerState>,
    changed: Condvar,
}

#[derive(Default)]
struct CheckpointerState {
    /// As of the newest commit.
    newest: Wal,
    /// The same, until a checkpoint has been made for it.
    wal: Wal,
    /// When the WAL is to be emptied; `None` while it is empty.
    quiet_at: Option<Instant>,
    /// When it is to be emptied though commits go on; `None` while nothing that was deleted is in it.
    deleted_until: Option<Instant>,
    closing: bool,
}

enum Task {
    Close,
    /// Empty the WAL; `deletes`: because something that was deleted is in it.
    Empty {
        deletes: bool,
    },
    /// Copy what can be copied beside readers and the writer.
    Passive,
    /// Make the next commit begin the WAL anew.
    Restart,
}

impl Checkpointer {
    pub(super) fn start(database: PathBuf) -> io::Result<(Self, JoinHandle<()>)> {
        let shared = Arc::new(Shared::default());
        let handle = Self { shared: Arc::clone(&shared) };
        // What an earlier run left in the WAL is to be emptied too.
        handle.lock().quiet_at = Some(Instant::now() + QUIET);
        let thread = thread::Builder::new().name("checkpoint".into()).spawn(move || shared.run(database))?;
        Ok((handle, thread))
    }

    /// Tells of a commit, and whether something was deleted by it.
    pub(super) fn committed(&self, wal: Wal, deletes: bool) {
        let mut state = self.lock();
        if std::mem::replace(&mut state.newest, wal) == wal && !deletes {
            // Nothing was written: read markers that had not moved.
            return;
        }
        state.wal = wal;
        let now = Instant::now();
        if deletes {
            state.deleted_until.get_or_insert(now + DELETED_STAYS_MAX);
        }
        let asleep = state.quiet_at.replace(now + QUIET).is_none();
        if asleep || wal.pending >= WAL_PAGES {
            self.shared.changed.notify_one();
        }
    }

    /// Empties the WAL and ends the thread.
    pub(super) fn close(&self) {
        self.lock().closing = true;
        self.shared.changed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, CheckpointerState> {
        self.shared.lock()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, CheckpointerState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, database: PathBuf) {
        let mut connection = None;
        loop {
            let task = self.wait();
            let closing = matches!(task, Task::Close);
            if let Err(e) = carry_out(&mut connection, &database, &task) {
                log::warn!("a checkpoint failed and will be tried again: {e}");
                connection = None;
                let mut state = self.lock();
                let again = Instant::now() + QUIET;
                state.quiet_at.get_or_insert(again);
                if matches!(task, Task::Empty { deletes: true }) {
                    state.deleted_until.get_or_insert(again);
                }
            }
            if closing {
                return;
            }
        }
    }

    fn wait(&self) -> Task {
        let mut state = self.lock();
        loop {
            if state.closing {
                return Task::Close;
            }
            if state.wal.pending >= WAL_PAGES {
                let wal = std::mem::take(&mut state.wal);
                state.newest = Wal::default();
                return if wal.pages >= WAL_PAGES_MAX { Task::Restart } else { Task::Passive };
            }
            let Some(at) = [state.quiet_at, state.deleted_until].into_iter().flatten().min() else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = at.saturating_duration_since(Instant::now());
            if left.is_zero() {
                state.quiet_at = None;
                state.newest = Wal::default();
                return Task::Empty { deletes: state.deleted_until.take().is_some() };
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

fn carry_out(connection: &mut Option<Connection>, database: &std::path::Path, task: &Task) -> rusqlite::Result<()> {
    let db = match connection {
        Some(db) => db,
        None => connection.insert(database::open_checkpointer(database)?),
    };
    match task {
        Task::Passive => run(db, "PASSIVE")?,
        Task::Restart => {
            // The bulk beside the writer, so that it waits only for the rest.
            run(db, "PASSIVE")?;
            run(db, "RESTART")?
        }
        Task::Empty { .. } => {
            run(db, "PASSIVE")?;
            empty(db)?
        }
        Task::Close => run(db, "TRUNCATE")?,
    };
    Ok(())
}

/// Empties the WAL; an error where somebody reads from it for too long.
fn empty(db: &Connection) -> rusqlite::Result<Wal> {
    let wal = run(db, "TRUNCATE")?;
    if wal.pages > 0 { Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None)) } else { Ok(wal) }
}

fn run(db: &Connection, mode: &str) -> rusqlite::Result<Wal> {
    db.prepare_cached(&format!("PRAGMA wal_checkpoint({mode})"))?.query_row([], |row| {
        // -1 while there is no WAL.
        let pages = u32::try_from(row.get::<_, i64>(1)?).unwrap_or(0);
        let copied = u32::try_from(row.get::<_, i64>(2)?).unwrap_or(0);
        Ok(Wal { pages, pending: pages.saturating_sub(copied) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closing_checkpointer_leaves_an_empty_wal() {
        let dir = tempfile::tempdir().unwrap();
        let db = database::open_database(dir.path()).unwrap();
        let before = measure(&db).unwrap();
        assert!(before.pending > 0, "the migration is in the WAL, for this test to mean anything");
        let (checkpointer, thread) = Checkpointer::start(dir.path().join(database::DATABASE_FILE)).unwrap();
        checkpointer.close();
        thread.join().unwrap();
        assert_eq!(measure(&db).unwrap(), Wal::default());
    }

    #[test]
    fn a_commit_that_wrote_nothing_does_not_wake_it() {
        let checkpointer = Checkpointer { shared: Arc::default() };
        let wal = Wal { pages: 5, pending: 5 };
        checkpointer.committed(wal, false);
        assert!(checkpointer.lock().quiet_at.take().is_some());
        checkpointer.committed(wal, false);
        assert!(checkpointer.lock().quiet_at.is_none());
        checkpointer.committed(Wal { pages: 6, pending: 6 }, false);
        assert!(checkpointer.lock().quiet_at.is_some());
    }

    #[test]
    fn what_was_deleted_leaves_the_wal_though_commits_go_on() {
        let dir = tempfile::tempdir().unwrap();
        let db = database::open_database(dir.path()).unwrap();
        let (checkpointer, thread) = Checkpointer::start(dir.path().join(database::DATABASE_FILE)).unwrap();
        let mut wal = measure(&db).unwrap();
        assert!(wal.pages > 0, "the migration is in the WAL, for this test to mean anything");
        checkpointer.committed(wal, true);
        let until = checkpointer.lock().deleted_until.unwrap();
        wal.pages += 1;
        checkpointer.committed(wal, true);
        assert_eq!(checkpointer.lock().deleted_until, Some(until), "a later deletion does not put it off");
        checkpointer.lock().deleted_until = Some(Instant::now());
        let deadline = Instant::now() + Duration::from_secs(10);
        while measure(&db).unwrap().pages > 0 {
            assert!(Instant::now() < deadline);
            wal.pages += 1;
            checkpointer.committed(wal, false);
            checkpointer.shared.changed.notify_one();
            thread::yield_now();
        }
        checkpointer.close();
        thread.join().unwrap();
    }

    #[test]
    fn a_wal_that_has_grown_is_copied_without_waiting_for_quiet() {
        let dir = tempfile::tempdir().unwrap();
        let db = database::open_database(dir.path()).unwrap();
        let (checkpointer, thread) = Checkpointer::start(dir.path().join(database::DATABASE_FILE)).unwrap();
        checkpointer.committed(Wal { pages: WAL_PAGES, pending: WAL_PAGES }, false);
        let deadline = Instant::now() + Duration::from_secs(10);
        while measure(&db).unwrap().pending > 0 {
            assert!(Instant::now() < deadline);
            thread::yield_now();
        }
        checkpointer.close();
        thread.join().unwrap();
    }
}
