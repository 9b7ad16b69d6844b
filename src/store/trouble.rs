//! What keeps a database from being read or written, by what is to be done about it. Only damage is a reason to put a
//! backup back: everything else leaves what was kept as it is.

use std::fmt;
use std::io;
use std::path::Path;

use rusqlite::ErrorCode as SqliteCode;
use rustix::fs::{Access, AtFlags, CWD, StatVfsMountFlags, accessat, statvfs};

use super::database::DATABASE_FILE;

/// Bytes below which a file system has no place for a commit and its log.
const FREE_BYTES_MIN: u64 = 256 << 10;

/// See the module's text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Trouble {
    /// What the file holds makes no sense.
    Damaged,
    /// Its rights keep us out.
    Denied,
    /// The disk does not do what it is asked.
    Failing,
    Full,
    /// The file system can only be read.
    ReadOnly,
}

impl Trouble {
    /// What an error of the database in `dir` comes from. SQLite's codes do not tell all of these apart: then the folder
    /// is looked at.
    pub(super) fn of(error: &rusqlite::Error, dir: &Path) -> Self {
        match error.sqlite_error_code() {
            Some(SqliteCode::DatabaseCorrupt | SqliteCode::NotADatabase) => Self::Damaged,
            Some(SqliteCode::DiskFull) => Self::Full,
            _ => Self::in_folder(dir).unwrap_or(Self::Failing),
        }
    }

    pub(super) fn of_io(fault: &io::Error) -> Self {
        match fault.kind() {
            io::ErrorKind::PermissionDenied => Self::Denied,
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Failing,
        }
    }

    fn in_folder(dir: &Path) -> Option<Self> {
        let disk = statvfs(dir).ok()?;
        if disk.f_flag.contains(StatVfsMountFlags::RDONLY) {
            return Some(Self::ReadOnly);
        }
        let files = ["", "-wal", "-shm"].map(|suffix| dir.join(format!("{DATABASE_FILE}{suffix}")));
        let denies = |path: &Path| {
            accessat(CWD, path, Access::READ_OK | Access::WRITE_OK, AtFlags::EACCESS) == Err(rustix::io::Errno::ACCESS)
        };
        if denies(dir) || files.iter().any(|path| denies(path)) {
            return Some(Self::Denied);
        }
        (disk.f_bavail.saturating_mul(disk.f_frsize) < FREE_BYTES_MIN).then_some(Self::Full)
    }
}

/// A sentence, and what to do.
impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Damaged => {
                "it is damaged. Copy the whole data folder before anything else; then put it back from a backup, or \
                 have `sqlite3 porch.db .recover` read what can be read"
            }
            Self::Denied => {
                "this user may not read and write it. Nothing is lost: start porch as the user it was started as \
                 before, or give the data folder to this one"
            }
            Self::Failing => {
                "the disk does not do what it is asked. Nothing says that the database is damaged: copy the whole data \
                 folder to another disk, then check this one"
            }
            Self::Full => "the disk is full. Nothing is lost: make room on it, and start porch again",
            Self::ReadOnly => {
                "the disk can only be read. Nothing is lost: after a fault the system stops writing to a disk, so copy \
                 the data folder, check the disk, and make it writable again"
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sqlite(code: i32) -> rusqlite::Error {
        rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None)
    }

    #[test]
    fn only_damage_is_called_damage() {
        let dir = tempfile::tempdir().unwrap();
        let of = |code| Trouble::of(&sqlite(code), dir.path());
        use rusqlite::ffi;
        assert_eq!([of(ffi::SQLITE_CORRUPT), of(ffi::SQLITE_NOTADB)], [Trouble::Damaged; 2]);
        assert_eq!(of(ffi::SQLITE_FULL), Trouble::Full);
        assert_eq!([of(ffi::SQLITE_IOERR), of(ffi::SQLITE_CANTOPEN)], [Trouble::Failing; 2]);
        for trouble in [Trouble::Denied, Trouble::Failing, Trouble::Full, Trouble::ReadOnly] {
            assert!(!trouble.to_string().contains("backup"), "{trouble}");
        }
    }

    #[test]
    fn a_fault_of_a_file_is_told_by_its_kind() {
        use rustix::io::Errno;
        let of = |errno: Errno| Trouble::of_io(&errno.into());
        assert_eq!(of(Errno::NOSPC), Trouble::Full);
        assert_eq!(of(Errno::DQUOT), Trouble::Full);
        assert_eq!(of(Errno::ROFS), Trouble::ReadOnly);
        assert_eq!(of(Errno::ACCESS), Trouble::Denied);
        assert_eq!(of(Errno::IO), Trouble::Failing);
    }
}
