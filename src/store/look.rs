//! A look at the data folder from outside: whether a porch holds it, and what its database says of itself. Changes
//! nothing and takes no lock that anybody waits for.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use rustix::fs::FlockOperation;

use super::LOCK_FILE;
use super::schema::{DATABASE_FILE, newest_layout};

/// SQLite's file format, section 1.3: the header's bytes, its first words, and where the layout's number stands.
const HEADER_BYTES: usize = 100;
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
const PAGE_SIZE_AT: usize = 16;
const CHANGES_AT: usize = 24;
const PAGES_AT: usize = 28;
const LAYOUT_AT: usize = 60;
const PAGES_VALID_AT: usize = 92;

/// What was seen of the database.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Database {
    /// None yet.
    Absent,
    /// Its header is sound, and of a layout that this porch knows.
    Known,
    /// Made by a later porch.
    Newer { found: u32, known: u32 },
    /// Not a database, or cut off.
    Broken(&'static str),
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

/// Reads the database's header. The file itself may be older than what a running porch has in its WAL.
pub fn database(dir: &Path) -> io::Result<Database> {
    let path = dir.join(DATABASE_FILE);
    let mut file = match File::open(&path) {
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(Database::Absent),
        opened => opened?,
    };
    let mut header = [0; HEADER_BYTES];
    match file.read_exact(&mut header) {
        Err(fault) if fault.kind() == io::ErrorKind::UnexpectedEof => {
            // Made, and not yet written to: SQLite takes it for an empty one.
            let is_empty = fs::metadata(&path)?.len() == 0;
            return Ok(if is_empty { Database::Absent } else { Database::Broken("it is cut off") });
        }
        read => read?,
    }
    Ok(judge(&header, fs::metadata(&path)?.len()))
}

fn judge(header: &[u8; HEADER_BYTES], file_bytes: u64) -> Database {
    let number = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    if &header[..MAGIC.len()] != MAGIC {
        return Database::Broken("it is no database");
    }
    // 1 stands for 65,536.
    let page_bytes = match u16::from_be_bytes([header[PAGE_SIZE_AT], header[PAGE_SIZE_AT + 1]]) {
        1 => 65_536,
        bytes => u64::from(bytes),
    };
    let (found, known) = (number(LAYOUT_AT), newest_layout());
    let counts = number(CHANGES_AT) == number(PAGES_VALID_AT);
    match () {
        () if counts && u64::from(number(PAGES_AT)) * page_bytes > file_bytes => Database::Broken("it is cut off"),
        () if found > known => Database::Newer { found, known },
        () => Database::Known,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use crate::store::schema::open_database;

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

    #[test]
    fn a_database_is_known_by_its_header() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(database(dir.path()).unwrap(), Database::Absent);
        open_database(dir.path()).unwrap();
        assert_eq!(database(dir.path()).unwrap(), Database::Known);
        open_database(dir.path()).unwrap().pragma_update(None, "user_version", 99).unwrap();
        assert_eq!(database(dir.path()).unwrap(), Database::Newer { found: 99, known: newest_layout() });
    }

    #[test]
    fn a_database_that_is_cut_off_or_none_at_all_is_broken() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(DATABASE_FILE);
        open_database(dir.path()).unwrap();
        let whole = fs::read(&path).unwrap();
        for length in [50, 2_048, whole.len() - 1] {
            fs::write(&path, &whole[..length]).unwrap();
            assert_eq!(database(dir.path()).unwrap(), Database::Broken("it is cut off"), "{length}");
        }
        fs::write(&path, "not a database, but someone's own text".repeat(100)).unwrap();
        assert_eq!(database(dir.path()).unwrap(), Database::Broken("it is no database"));
    }
}
