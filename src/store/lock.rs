//! The lock on the data folder: one porch at a time uses it, and whoever else asks can see that.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use rustix::fs::FlockOperation;

use super::OpenError;
use crate::proto::limits::FOLDER_HELD_WAIT;

/// Locked while a porch uses the folder.
const LOCK_FILE: &str = "porch.lock";

/// Takes the folder for this process, until the file is closed. Waits a moment for whoever has it: they may only have looked
/// whether it is held, or be on their way out.
pub(super) fn take(dir: &Path) -> Result<File, OpenError> {
    let path = dir.join(LOCK_FILE);
    let disk = |e: io::Error| OpenError::io(&path, &e);
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(disk)?;
    match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::WOULDBLOCK) => {
            wait_for(file).map_err(disk)?.ok_or_else(|| OpenError::Held { dir: dir.into() })
        }
        Err(e) => Err(disk(e.into())),
    }
}

/// Waits until the lock can be had, [`FOLDER_HELD_WAIT`] at most. A thread that waits for longer gives it back at once.
fn wait_for(file: File) -> io::Result<Option<File>> {
    let (tell, told) = mpsc::channel();
    thread::Builder::new().name("lock".into()).spawn(move || {
        let locked = rustix::fs::flock(&file, FlockOperation::LockExclusive);
        // Nobody waits any more: the file is closed, and the lock with it.
        let _ = tell.send(locked.map(|()| file));
    })?;
    told.recv_timeout(FOLDER_HELD_WAIT).ok().transpose().map_err(io::Error::from)
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
    fn who_only_looks_or_is_on_the_way_out_keeps_nobody_from_a_folder() {
        let dir = tempfile::tempdir().unwrap();
        let held = take(dir.path()).unwrap();
        let (begin, begun) = mpsc::channel();
        let leaving = thread::spawn(move || {
            begun.recv().unwrap();
            drop(held);
        });
        assert!(matches!(take(dir.path()), Err(OpenError::Held { .. })), "they stay");
        let path = dir.path().to_owned();
        let coming = thread::spawn(move || take(&path).is_ok());
        begin.send(()).unwrap();
        leaving.join().unwrap();
        assert!(coming.join().unwrap());
    }

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
