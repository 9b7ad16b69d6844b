//! What the database in a data folder says of itself, without being opened: whether it is there, whole, and of a layout
//! that this porch knows. Changes nothing and takes no lock.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use super::database::{DATABASE_FILE, newest_layout};
use super::search::INDEX_FILE;
use super::wal::{self, Wal};

/// SQLite's file format, section 1.3: the header's bytes, its first words, and where the layout's number stands.
const HEADER_BYTES: usize = 100;
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
const PAGE_SIZE_AT: usize = 16;
const CHANGES_AT: usize = 24;
const PAGES_AT: usize = 28;
const LAYOUT_AT: usize = 60;
const PAGES_VALID_AT: usize = 92;
const LOCK_BYTE: u64 = 1 << 30;
/// Times that a database which seems broken is read: a checkpoint may be under way.
const TRIES_MAX: usize = 3;

/// What was seen of the database.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Database {
    /// None yet, or an empty one. `used`: something beside it tells that there was one.
    Absent { used: bool },
    /// Its header is sound, and of a layout that this porch knows.
    Known,
    /// Made by a later porch.
    Newer { found: u32, known: u32 },
    /// Not a database, or cut off.
    Broken(&'static str),
}

/// Reads the database's header and its WAL, which may hold what the file lacks: after a checkpoint for which the disk had
/// no place, and while a running porch makes one.
pub fn database(dir: &Path) -> io::Result<Database> {
    let mut seen = inspect(dir)?;
    for _ in 1..TRIES_MAX {
        if !matches!(seen, Database::Broken(_)) {
            break;
        }
        // It may have been written while its parts were read.
        seen = inspect(dir)?;
    }
    Ok(seen)
}

fn inspect(dir: &Path) -> io::Result<Database> {
    let path = dir.join(DATABASE_FILE);
    let mut file = match File::open(&path) {
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return absent(dir),
        opened => opened?,
    };
    let mut header = [0; HEADER_BYTES];
    match file.read_exact(&mut header) {
        Err(fault) if fault.kind() == io::ErrorKind::UnexpectedEof => {
            // Made, and not yet written to: SQLite takes it for an empty one.
            let is_empty = fs::metadata(&path)?.len() == 0;
            return if is_empty { absent(dir) } else { Ok(Database::Broken("it is cut off")) };
        }
        read => read?,
    }
    let log = wal::read(dir)?;
    // Without a layout, here or there, nothing was ever kept in it.
    if header.starts_with(MAGIC) && number(&header, LAYOUT_AT) == 0 && log.frames == 0 {
        return absent(dir);
    }
    Ok(judge(&header, fs::metadata(&path)?.len(), &log))
}

/// SQLite would throw away a WAL beside an empty file, and the search index is made only once there is a database.
fn absent(dir: &Path) -> io::Result<Database> {
    let used = wal::read(dir)?.frames > 0 || dir.join(INDEX_FILE).exists();
    Ok(Database::Absent { used })
}

fn number(header: &[u8; HEADER_BYTES], at: usize) -> u32 {
    u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
}

fn judge(header: &[u8; HEADER_BYTES], file_bytes: u64, log: &Wal) -> Database {
    let number = |at: usize| number(header, at);
    if &header[..MAGIC.len()] != MAGIC {
        return Database::Broken("it is no database");
    }
    // 1 stands for 65,536.
    let page_bytes = match u16::from_be_bytes([header[PAGE_SIZE_AT], header[PAGE_SIZE_AT + 1]]) {
        1 => 65_536,
        bytes => u64::from(bytes),
    };
    let (found, known) = (number(LAYOUT_AT), newest_layout());
    let pages = match log.database_pages {
        0 if number(CHANGES_AT) == number(PAGES_VALID_AT) => number(PAGES_AT),
        // Its count of pages is of a version of SQLite that did not keep it.
        0 => 0,
        pages => pages,
    };
    let pages_there = u32::try_from(file_bytes / page_bytes.max(1)).unwrap_or(u32::MAX);
    // Nothing is ever written to the page in which SQLite's locks are (section 1.4).
    let lock_page = u32::try_from(LOCK_BYTE / page_bytes.max(1) + 1).unwrap_or(u32::MAX);
    let mut missing = (pages_there.saturating_add(1)..=pages).filter(|page| *page != lock_page);
    match () {
        () if missing.any(|page| !log.pages.contains(&page)) => Database::Broken("it is cut off"),
        () if found > known => Database::Newer { found, known },
        () => Database::Known,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database::open_database;

    #[test]
    fn a_database_is_known_by_its_header() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(database(dir.path()).unwrap(), Database::Absent { used: false });
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
