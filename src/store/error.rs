//! Why the store cannot be opened, or does not do what it is asked.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::database::DATABASE_FILE;
use super::trouble::Trouble;
use crate::fair;
use crate::proto::op::Fault;

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
    Disk { path: PathBuf, reason: String, trouble: Trouble },
    /// Another porch uses this folder.
    Held { dir: PathBuf },
    /// A later version of porch made this database. It was not touched.
    Newer { path: PathBuf, found: u32, known: u32 },
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disk { path, reason, trouble } => write!(f, "cannot use {}: {trouble} ({reason})", path.display()),
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

impl OpenError {
    pub(super) fn sqlite(dir: &Path, error: &rusqlite::Error) -> Self {
        let trouble = Trouble::of(error, dir);
        Self::Disk { path: dir.join(DATABASE_FILE), reason: error.to_string(), trouble }
    }

    pub(super) fn io(path: &Path, fault: &io::Error) -> Self {
        Self::Disk { path: path.into(), reason: fault.to_string(), trouble: Trouble::of_io(fault) }
    }
}

/// Why a question was not answered.
#[derive(Clone, Debug)]
pub enum ReadError {
    /// Too much is being asked already, by this asker or in all, or the store is closing: try again.
    Busy,
    /// The disk or the database did not answer; the reason is for the log.
    Failed(String),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => write!(f, "too much is being read already"),
            Self::Failed(reason) => write!(f, "reading from the store failed: {reason}"),
        }
    }
}

impl std::error::Error for ReadError {}

impl From<io::Error> for ReadError {
    fn from(fault: io::Error) -> Self {
        Self::Failed(fault.to_string())
    }
}

impl From<rusqlite::Error> for ReadError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<fair::Busy> for ReadError {
    fn from(fair::Busy: fair::Busy) -> Self {
        Self::Busy
    }
}
