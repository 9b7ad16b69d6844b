//! A database's write-ahead log as its file has it, read from outside: how far it is whole. SQLite's file format,
//! section 4; the log's shared index is described in its `walformat.html`.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use super::database::DATABASE_FILE;

const HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;
/// The last bit says in which order of bytes the checksums were made.
const MAGIC: u32 = 0x377f_0682;
const PAGE_SIZE_AT: usize = 8;
const SALTS_AT: usize = 16;
const CHECKSUM_AT: usize = 24;
/// In a frame's header.
const FRAME_SALTS_AT: usize = 8;
const FRAME_CHECKSUM_AT: usize = 16;
const PAGE_BYTES: std::ops::RangeInclusive<usize> = 512..=65_536;

/// The header of the shared index, of which there are two copies, in this machine's order of bytes.
const INDEX_HEADER_BYTES: usize = 48;
const INDEX_IS_MADE_AT: usize = 12;
const INDEX_FRAMES_AT: usize = 16;
const INDEX_SALTS_AT: usize = 32;
const INDEX_CHECKSUM_AT: usize = 40;

type Salts = [u8; 8];

/// What the log holds for certain.
#[derive(Debug, Default)]
pub(super) struct Wal {
    salts: Salts,
    /// Frames up to the last whole commit.
    pub(super) frames: u32,
    /// Pages of the database after it; 0 without one.
    pub(super) database_pages: u32,
    /// The pages that these frames hold.
    pub(super) pages: HashSet<u32>,
}

pub(super) fn path(dir: &Path) -> PathBuf {
    dir.join(format!("{DATABASE_FILE}-wal"))
}

/// Reads the log beside the database; an empty one where there is none. As SQLite does, it stops where a checksum is
/// wrong: what was being written when the power went was never acknowledged.
pub(super) fn read(dir: &Path) -> io::Result<Wal> {
    let mut file = match File::open(path(dir)) {
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(Wal::default()),
        opened => BufReader::new(opened?),
    };
    let mut header = [0; HEADER_BYTES];
    if !filled(&mut file, &mut header)? {
        return Ok(Wal::default());
    }
    let magic = u32_at(&header, 0);
    let little_endian = magic == MAGIC;
    let page_bytes = u32_at(&header, PAGE_SIZE_AT) as usize;
    let mut sum = checksum(little_endian, [0, 0], &header[..CHECKSUM_AT]);
    let is_log = magic & !1 == MAGIC && PAGE_BYTES.contains(&page_bytes) && page_bytes.is_power_of_two();
    if !is_log || sum != [u32_at(&header, CHECKSUM_AT), u32_at(&header, CHECKSUM_AT + 4)] {
        return Ok(Wal::default());
    }
    let mut wal = Wal { salts: bytes_at(&header, SALTS_AT), ..Wal::default() };
    let mut frame = vec![0; FRAME_HEADER_BYTES + page_bytes];
    let mut uncommitted = Vec::new();
    while filled(&mut file, &mut frame)? {
        let (head, page) = frame.split_at(FRAME_HEADER_BYTES);
        sum = checksum(little_endian, checksum(little_endian, sum, &head[..FRAME_SALTS_AT]), page);
        let says = [u32_at(head, FRAME_CHECKSUM_AT), u32_at(head, FRAME_CHECKSUM_AT + 4)];
        if bytes_at(head, FRAME_SALTS_AT) != wal.salts || says != sum {
            break;
        }
        uncommitted.push(u32_at(head, 0));
        let database_pages = u32_at(head, 4);
        if database_pages > 0 {
            wal.frames += uncommitted.len() as u32;
            wal.pages.extend(uncommitted.drain(..));
            wal.database_pages = database_pages;
        }
    }
    Ok(wal)
}

/// How many frames the log has lost that were once committed, as far as its shared index remembers them: that outlives
/// a killed process, and is told of a commit only once it is on the disk. Zero where it remembers another log, which
/// says nothing: after a power cut it may be older. To be asked before SQLite opens the database.
pub(super) fn frames_lost(dir: &Path, wal: &Wal) -> u32 {
    let Ok(index) = fs::read(dir.join(format!("{DATABASE_FILE}-shm"))) else { return 0 };
    let Some((header, copy)) = index.get(..2 * INDEX_HEADER_BYTES).map(|both| both.split_at(INDEX_HEADER_BYTES)) else {
        return 0;
    };
    let number = |at: usize| u32::from_ne_bytes(bytes_at(header, at));
    let sum = checksum(cfg!(target_endian = "little"), [0, 0], &header[..INDEX_CHECKSUM_AT]);
    let is_whole = header == copy
        && header[INDEX_IS_MADE_AT] == 1
        && sum == [number(INDEX_CHECKSUM_AT), number(INDEX_CHECKSUM_AT + 4)];
    match bytes_at::<8>(header, INDEX_SALTS_AT) == wal.salts && wal.salts != Salts::default() {
        true if is_whole => number(INDEX_FRAMES_AT).saturating_sub(wal.frames),
        _ => 0,
    }
}

/// SQLite's checksum: a Fibonacci-weighted sum of pairs of 32-bit words.
fn checksum(little_endian: bool, start: [u32; 2], bytes: &[u8]) -> [u32; 2] {
    let word = |at: &[u8]| match little_endian {
        true => u32::from_le_bytes(bytes_at(at, 0)),
        false => u32::from_be_bytes(bytes_at(at, 0)),
    };
    bytes.chunks_exact(8).fold(start, |[one, two], pair| {
        let one = one.wrapping_add(word(pair)).wrapping_add(two);
        [one, two.wrapping_add(word(&pair[4..])).wrapping_add(one)]
    })
}

/// Fills the buffer; false at the end of the file, also in the middle of it.
fn filled(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match file.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(fault) if fault.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(fault) => Err(fault),
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes_at(bytes, at))
}

/// Bytes of a header whose length is known; zeros beyond its end.
fn bytes_at<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut taken = [0; N];
    if let Some(there) = bytes.get(at..at + N) {
        taken.copy_from_slice(there);
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database::open_database;

    /// A database whose log holds its layout and `rows` further commits; it stays open, as one that was killed.
    fn written(dir: &Path, rows: u32) -> rusqlite::Connection {
        let db = open_database(dir).unwrap();
        db.execute_batch("CREATE TABLE rows (text)").unwrap();
        for _ in 0..rows {
            db.execute("INSERT INTO rows VALUES (hex(randomblob(400)))", []).unwrap();
        }
        db
    }

    #[test]
    fn a_log_is_read_up_to_its_last_commit() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read(dir.path()).unwrap().frames, 0);
        let db = written(dir.path(), 20);
        let frames: u32 = db.query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| row.get(1)).unwrap();
        let pages: u32 = db.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
        let wal = read(dir.path()).unwrap();
        assert_eq!((wal.frames, wal.database_pages), (frames, pages));
        assert_eq!(frames_lost(dir.path(), &wal), 0);
        // A transaction that is not committed is not there, though its pages may be.
        db.execute_batch("PRAGMA cache_size = 1; BEGIN").unwrap();
        for _ in 0..50 {
            db.execute("INSERT INTO rows VALUES (hex(randomblob(400)))", []).unwrap();
        }
        assert_eq!(read(dir.path()).unwrap().frames, frames);
        db.execute_batch("ROLLBACK").unwrap();
        assert_eq!(frames_lost(dir.path(), &read(dir.path()).unwrap()), 0);
    }

    #[test]
    fn a_log_that_was_cut_has_lost_frames_and_one_that_was_begun_anew_has_not() {
        let dir = tempfile::tempdir().unwrap();
        let db = written(dir.path(), 20);
        let whole = fs::read(path(dir.path())).unwrap();
        let frames = read(dir.path()).unwrap().frames;
        for cut in [whole.len() / 2, whole.len() - 1, HEADER_BYTES] {
            fs::write(path(dir.path()), &whole[..cut]).unwrap();
            let wal = read(dir.path()).unwrap();
            assert!(wal.frames < frames && frames_lost(dir.path(), &wal) == frames - wal.frames, "{cut}");
        }
        // A byte that has changed ends it as well.
        let mut damaged = whole.clone();
        damaged[whole.len() / 2] ^= 1;
        fs::write(path(dir.path()), &damaged).unwrap();
        assert!(frames_lost(dir.path(), &read(dir.path()).unwrap()) > 0);
        // Whole again, and begun anew by the next commit.
        fs::write(path(dir.path()), &whole).unwrap();
        assert_eq!(frames_lost(dir.path(), &read(dir.path()).unwrap()), 0);
        db.query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(())).unwrap();
        let old_index = fs::read(dir.path().join("porch.db-shm")).unwrap();
        db.execute("INSERT INTO rows VALUES (1)", []).unwrap();
        fs::write(dir.path().join("porch.db-shm"), old_index).unwrap();
        let wal = read(dir.path()).unwrap();
        assert!(wal.frames > 0 && frames_lost(dir.path(), &wal) == 0, "as after a power cut: an index of before");
    }

    #[test]
    fn what_is_no_log_is_an_empty_one() {
        let dir = tempfile::tempdir().unwrap();
        for bytes in [&b""[..], b"short", &[0xff; 4_000], &[0; 4_000]] {
            fs::write(path(dir.path()), bytes).unwrap();
            assert_eq!(read(dir.path()).unwrap().frames, 0);
        }
    }
}
