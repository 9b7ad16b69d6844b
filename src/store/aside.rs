//! Setting aside what is left of a database that cannot be gone on with, so that a new one can begin. Nothing is deleted.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, chown};
use std::path::{Path, PathBuf};

use super::database::{self, DATABASE_FILE};
use super::loss::LOSS_FILE;
use super::search::INDEX_FILE;
use super::{OpenError, lock};

/// What people have sent, which belongs to those whom the database knew. Nothing here opens it.
const SENT_FOLDERS: [&str; 3] = ["blobs", "previews", "uploads"];

/// More than anyone begins anew.
const FOLDERS_MAX: u32 = 1_000;

/// Moves what is left into a folder of its own, which it gives, and makes an empty database. Refused while a porch runs.
pub fn begin_anew(dir: &Path) -> Result<PathBuf, OpenError> {
    let _lock = lock::take(dir)?;
    let moved = set_aside(dir).map_err(|fault| OpenError::io(dir, &fault))?;
    let connection = database::open_database(dir)?;
    connection.close().map_err(|(_, e)| OpenError::sqlite(dir, &e))?;
    give_to_owner(dir, &dir.join(DATABASE_FILE));
    Ok(moved)
}

fn set_aside(dir: &Path) -> io::Result<PathBuf> {
    let free = (1..FOLDERS_MAX).map(|n| dir.join(format!("before-{n}"))).find(|folder| !folder.exists());
    let folder = free.ok_or(io::ErrorKind::AlreadyExists)?;
    fs::DirBuilder::new().mode(0o700).create(&folder)?;
    give_to_owner(dir, &folder);
    let sqlite =
        [DATABASE_FILE, INDEX_FILE].into_iter().flat_map(|name| ["", "-wal", "-shm"].map(|s| format!("{name}{s}")));
    let others = SENT_FOLDERS.into_iter().chain([LOSS_FILE]).map(str::to_owned);
    for name in sqlite.chain(others) {
        match fs::rename(dir.join(&name), folder.join(&name)) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => return Err(fault),
            _ => {}
        }
    }
    Ok(folder)
}

/// What root makes here is for the user that porch runs as.
fn give_to_owner(dir: &Path, made: &Path) {
    if let Ok(owner) = fs::metadata(dir) {
        // Whoever is not root has made it for themselves.
        let _ = chown(made, Some(owner.uid()), Some(owner.gid()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Database, Store, database};

    #[test]
    fn what_is_left_is_set_aside_whole_and_an_empty_database_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let there = |name: &str| dir.path().join(name);
        for (name, text) in [("porch.db", ""), ("porch.db-wal", "left"), ("search.db", "index"), ("loss", "7\n")] {
            fs::write(there(name), text).unwrap();
        }
        fs::write(there("clock.json"), "stays").unwrap();
        fs::create_dir(there("uploads")).unwrap();
        fs::write(there("uploads/note"), "somebody's").unwrap();
        let moved = begin_anew(dir.path()).unwrap();
        assert_eq!(moved, there("before-1"));
        assert_eq!(fs::read_to_string(moved.join("porch.db-wal")).unwrap(), "left");
        assert_eq!(fs::read_to_string(moved.join("search.db")).unwrap(), "index");
        assert_eq!(fs::read_to_string(moved.join("uploads/note")).unwrap(), "somebody's");
        assert!(!there("uploads").exists());
        assert_eq!(fs::read_to_string(there("clock.json")).unwrap(), "stays");
        assert_eq!(database(dir.path()).unwrap(), Database::Known);
        let (store, snapshot) = Store::open(dir.path(), || 0).unwrap();
        assert!(snapshot.users.is_empty() && store.loss().is_none());
        assert!(matches!(begin_anew(dir.path()), Err(OpenError::Held { .. })));
        store.close();
        assert_eq!(begin_anew(dir.path()).unwrap(), there("before-2"));
    }
}
