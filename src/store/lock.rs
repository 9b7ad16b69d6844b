//! The lock on the data folder: one porch at a time uses it, and whoever else asks can see that.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use rustix::fs::FlockOperation;

use super::OpenError;

/// Locked while a porch uses the folder.
const LOCK_FILE: &str = "porch.lock";

/// Takes the folder for this process, until the file is closed.
pub(super) fn take(dir: &Path) -> Result<File, OpenError> {
    let path = dir.join(LOCK_FILE);
    let disk = |e: io::Error| OpenError::io(&path, &e);
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(disk)?;
    match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(OpenError::Held { dir: dir.into() }),
        Err(e) => Err(disk(e.into())),
    }
}

/// Whether a porch uses this folder. An error says that we may not look.
pub fn is_held(dir: &Path) -> io::Result<bool> {
    let file = match File::open(dir.join(LOCK_FILE)) {
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(false),
        opened => opened?,
    };
    // Shared, and given back at once: it cannot be had while a porch has its own.
    match rustix::fs::flock(&file, FlockOperation::NonBlockingLockShared) {
        Ok(()) => Ok(false),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(true),
        Err(fault) => Err(fault.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[test]
    fn a_folder_is_held_as_long_as_its_store_is_open() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!is_held(dir.path()).unwrap());
        let (store, _) = Store::open(dir.path(), || 0).unwrap();
        assert!(is_held(dir.path()).unwrap());
        store.close();
        drop(store);
        assert!(!is_held(dir.path()).unwrap());
        Store::open(dir.path(), || 0).unwrap().0.close();
    }
}
