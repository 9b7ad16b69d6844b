//! The search index: a file of its own, derived from the messages, kept by a thread of its own (see `indexer`).
//!
//! Each room has its own blocks (see `block`): a search looks into those of the asker's rooms and into no others, so that
//! neither its answer nor its time tells of words in rooms that the asker may not read. New messages become a new block
//! of their room, and small blocks are merged into larger ones (see `block_rows`). The index may lag behind the messages:
//! [`indexed_upto`] says how far it goes, and a search reads what is newer itself. Missing, damaged or of another database,
//! it is made anew. Why it is so, with measurements: docs/search.md.

use std::path::Path;

use rusqlite::{Connection, ErrorCode as SqliteCode, OpenFlags, OptionalExtension, TransactionBehavior, params};

use super::super::database::{self, DATABASE_FILE};
use super::super::events;
use super::super::rows;
use super::block::Damaged;
use super::block_rows;
use crate::proto::brought::Brought;
use crate::proto::id::UserId;

/// The index's file in the data folder.
pub(in crate::store) const INDEX_FILE: &str = "search.db";
/// Raised when the layout or the cutting of texts changes: an older index is then made anew.
const LAYOUT: i64 = 6;
/// KiB of pages each reader of the index keeps.
pub(in crate::store) const READER_CACHE_KIB: i32 = 256;
/// KiB of pages the thread keeps.
const CACHE_KIB: i32 = 1_024;
/// Pages in the index's WAL before it is copied into the file.
const WAL_PAGES: u32 = 1_024;

const SCHEMA: &str = "
    CREATE TABLE state (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        layout INTEGER NOT NULL,
        mark BLOB NOT NULL,
        indexed_upto INTEGER NOT NULL,
        changes_upto INTEGER NOT NULL
    ) STRICT;
";

/// The index word of an author.
pub(super) fn author_word(author: UserId) -> String {
    format!("@{author}")
}

/// The index word of something that a message brings. No text has it: what follows the sign is a word of its own there.
pub(super) fn brought_word(brought: Brought) -> String {
    format!("@{}", brought.name())
}

/// Up to which event the index that lies in the folder goes, if it is one of this database.
pub(in crate::store) fn kept_upto(dir: &Path, db: &Connection) -> Option<u64> {
    let path = dir.join(INDEX_FILE);
    if !path.exists() {
        return None;
    }
    let mark: Vec<u8> = db.query_row("SELECT mark FROM settings", [], |row| row.get(0)).ok()?;
    let index = database::open_reader(&path, READER_CACHE_KIB).ok()?;
    index.query_row("SELECT indexed_upto FROM state WHERE mark = ?", [mark], |row| rows::number(row, 0)).ok()
}

/// The newest message that the index of this connection covers, and up to which event it has taken up what became of those;
/// an index of another layout covers none.
pub(super) fn covered(index: &Connection) -> rusqlite::Result<(u64, u64)> {
    index
        .prepare_cached("SELECT indexed_upto, changes_upto FROM state WHERE layout = ?")?
        .query_row([LAYOUT], |row| Ok((rows::number(row, 0)?, rows::number(row, 1)?)))
}

/// The messages, and the index.
pub(super) struct OpenIndex {
    pub(super) messages: Connection,
    pub(super) index: Connection,
}

impl OpenIndex {
    /// Makes a file where there is none. One that cannot be used counts as damaged.
    pub(super) fn open(dir: &Path) -> rusqlite::Result<Self> {
        let messages = database::open_reader(&dir.join(DATABASE_FILE), database::READER_CACHE_KIB)?;
        let mark: Vec<u8> = messages.query_row("SELECT mark FROM settings", [], |row| row.get(0))?;
        let newest = events::newest_seq(&messages)?;
        let mut index = open_index(dir)?;
        let state: Option<(i64, Vec<u8>, u64)> = if index.table_exists(None, "state")? {
            index
                .query_row("SELECT layout, mark, indexed_upto FROM state", [], |row| {
                    Ok((row.get(0)?, row.get(1)?, rows::number(row, 2)?))
                })
                .optional()?
        } else {
            None
        };
        match state {
            // Of this database, and not ahead of it as after a backup was put back.
            Some((layout, of, upto)) if layout == LAYOUT && of == mark && upto <= newest => {}
            Some(_) => return Err(unusable("it belongs to another database or version")),
            None => {
                let transaction = index.transaction_with_behavior(TransactionBehavior::Immediate)?;
                transaction.execute_batch(SCHEMA)?;
                transaction.execute_batch(block_rows::SCHEMA)?;
                transaction.execute("INSERT INTO state VALUES (1, ?, ?, 0, 0)", params![LAYOUT, mark])?;
                transaction.commit()?;
            }
        }
        Ok(Self { messages, index })
    }
}

fn open_index(dir: &Path) -> rusqlite::Result<Connection> {
    let index = Connection::open_with_flags(
        dir.join(INDEX_FILE),
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    index.busy_timeout(database::LOCK_WAIT)?;
    index.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    // Consistent after a power cut, at worst a little older, and then caught up: it need not wait for the disk.
    index.pragma_update(None, "synchronous", "normal")?;
    index.pragma_update(None, "secure_delete", true)?;
    index.pragma_update(None, "cache_size", -CACHE_KIB)?;
    index.pragma_update(None, "temp_store", "memory")?;
    index.pragma_update_and_check(None, "wal_autocheckpoint", WAL_PAGES, |_| Ok(()))?;
    Ok(index)
}

/// The index is as good as damaged.
fn unusable(why: &str) -> rusqlite::Error {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
    rusqlite::Error::SqliteFailure(code, Some(why.into()))
}

impl From<Damaged> for rusqlite::Error {
    fn from(Damaged: Damaged) -> Self {
        unusable("a block of it makes no sense")
    }
}

/// Whether the file itself is at fault.
pub(in crate::store) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(SqliteCode::DatabaseCorrupt | SqliteCode::NotADatabase))
}
