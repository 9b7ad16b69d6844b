//! What must outlive the process: accounts, rooms and messages in one SQLite database, and the search index beside it.
//!
//! One thread writes, in group commits with `synchronous=FULL`; a few connections read beside it. Nothing is answered
//! before it is on the disk, and nothing refused or failed leaves a trace. [`Store`] is the way in; [`Reader`] holds
//! every question that can be asked. Imports only `proto`.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::proto::id::{RoomId, UserId};
use crate::proto::op::{Fault, Millis, Op, Outcome, Snapshot};

mod reader;
mod search;
mod segment;

pub use reader::{Account, HistoryRefusal, Reader, Window};
pub use search::{Query, QueryFault};

/// The queue to the disk is full, or the store is closing: nothing was taken, try again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Busy;

/// Why an awaited change came to nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ApplyError {
    Busy,
    Fault(Fault),
}

/// Why the folder cannot be used; each says it in words for the person at the box.
#[derive(Debug)]
pub enum OpenError {
    /// The disk or the folder's rights do not let us.
    Disk { path: PathBuf, reason: String },
    /// Another porch uses this folder.
    Held { dir: PathBuf },
    /// A later version of porch made this database. It was not touched.
    Newer { path: PathBuf, found: u32, known: u32 },
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disk { path, reason } => write!(f, "cannot use {}: {reason}", path.display()),
            Self::Held { dir } => write!(f, "another porch is already running on {}", dir.display()),
            Self::Newer { path, found, known } => write!(
                f,
                "{} was made by a newer porch (its layout is {found}, this porch knows up to {known}): \
                 install that version again; nothing was changed",
                path.display()
            ),
        }
    }
}

impl std::error::Error for OpenError {}

/// The disk or the database did not answer; the reason is for the log.
#[derive(Clone, Debug)]
pub struct ReadError(pub String);

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "reading from the store failed: {}", self.0)
    }
}

impl std::error::Error for ReadError {}

/// The way to the disk. Clones share one store.
#[derive(Clone)]
pub struct Store {}

impl Store {
    /// Opens or makes the database in `dir`, which exists and is ours alone. Blocks for some milliseconds.
    pub fn open(dir: &Path, _clock: impl Fn() -> Millis + Send + 'static) -> Result<(Self, Snapshot), OpenError> {
        Err(OpenError::Held { dir: dir.to_path_buf() })
    }

    /// Queues a change; never blocks. `reply` runs on the writer's thread after the commit that holds the change, or
    /// after its failure.
    pub fn submit(&self, _op: Op, _reply: impl FnOnce(Result<Outcome, Fault>) + Send + 'static) -> Result<(), Busy> {
        Err(Busy)
    }

    /// [`Self::submit`], awaited.
    pub async fn apply(&self, _op: Op) -> Result<Outcome, ApplyError> {
        Err(ApplyError::Busy)
    }

    /// Moves a read marker forward to message number `n`, some time later: see
    /// [`READ_MARKER_INTERVAL`](crate::proto::limits::READ_MARKER_INTERVAL). Never blocks on the disk.
    pub fn mark_read(&self, _room: RoomId, _user: UserId, _n: u64) {}

    /// Runs `f` on a blocking thread with one of a few connections, in one consistent view of the database.
    pub async fn read<T: Send + 'static>(
        &self,
        _f: impl FnOnce(&Reader) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError> {
        Err(ReadError("not open".into()))
    }

    /// Commits what is queued, read markers too, checkpoints, and ends the threads. Blocks; may be called again.
    pub fn close(&self) {}
}
