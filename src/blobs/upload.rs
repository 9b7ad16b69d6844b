//! One upload: bytes that come in order, from one writer at a time, hashed as they come.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use aws_lc_rs::digest::{Context, SHA256};

use super::note::{Note, boot};
use super::{Blobs, remove_file};
use crate::proto::blob::{BlobHash, UploadId};
use crate::proto::id::UserId;
use crate::proto::limits::{UPLOAD_BUFFER_BYTES, UPLOAD_SYNC_BYTES};
use crate::proto::millis::Millis;

const FILE_MODE: u32 = 0o600;

/// Why bytes are not taken.
#[derive(Debug)]
pub enum UploadFault {
    /// It goes on elsewhere: so many bytes are here.
    Elsewhere { at: u64 },
    /// A newer request writes, or the upload has ended.
    PutOut,
    /// More bytes than were said.
    TooLong,
    /// The disk.
    Disk(io::Error),
}

impl From<io::Error> for UploadFault {
    fn from(fault: io::Error) -> Self {
        Self::Disk(fault)
    }
}

/// How far it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Progress {
    pub note: Note,
    /// Bytes that are here, in order from the first.
    pub at: u64,
}

/// See the module's text.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) id: UploadId,
    by: UserId,
    /// Of all of it.
    length: u64,
    /// Those that are here. Changed by whoever holds the state, who may wait for the disk; looked at by anybody.
    at: AtomicU64,
    /// Once all of it is here; set while [`Blobs`] are changing.
    blob: OnceLock<BlobHash>,
    bytes: PathBuf,
    note_path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    note: Note,
    /// Of the bytes that are here; none after a start, until it is asked for.
    hash: Option<Hash>,
    /// Of the newest writer: an older one is put out.
    writer: u64,
    ended: bool,
}

#[derive(Clone)]
struct Hash(Context);

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hash")
    }
}

impl Upload {
    /// A new one, which has no files yet; `paths` are of its bytes and of its note.
    pub(super) fn new(id: UploadId, paths: (PathBuf, PathBuf), note: Note) -> Self {
        Self::of(id, paths, (note, 0, Some(Hash(Context::new(&SHA256)))))
    }

    /// Makes the files of a new one.
    pub(super) fn make(&self) -> io::Result<()> {
        let state = self.lock();
        OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(&self.bytes)?;
        state.note.write(&self.note_path)
    }

    /// One of an earlier run; none where nothing is left of it that anybody could go on with.
    pub(super) fn found(id: UploadId, paths: (PathBuf, PathBuf)) -> io::Result<Option<Self>> {
        let (bytes, note_path) = paths;
        let Some(note) = Note::read(&note_path)? else { return Ok(None) };
        let at = match (note.blob, std::fs::metadata(&bytes)) {
            (Some(_), _) => note.upload.bytes,
            (None, Ok(found)) => note.believed(found.len()),
            (None, Err(fault)) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
            (None, Err(fault)) => return Err(fault),
        };
        Ok(Some(Self::of(id, (bytes, note_path), (note, at, None))))
    }

    fn of(id: UploadId, (bytes, note_path): (PathBuf, PathBuf), (note, at, hash): (Note, u64, Option<Hash>)) -> Self {
        let (by, length) = (note.upload.by, note.upload.bytes);
        let blob = note.blob.map_or_else(OnceLock::new, OnceLock::from);
        let state = Mutex::new(State { note, hash, writer: 0, ended: false });
        Self { id, by, length, at: AtomicU64::new(at), blob, bytes, note_path, state }
    }

    /// Whose it is.
    pub(super) fn by(&self) -> UserId {
        self.by
    }

    pub(super) fn progress(&self) -> Progress {
        let state = self.lock();
        Progress { note: state.note.clone(), at: self.at() }
    }

    /// What it has become.
    pub(super) fn blob(&self) -> Option<BlobHash> {
        self.blob.get().copied()
    }

    /// Bytes of all of it.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Bytes that are still to come.
    pub(super) fn to_come(&self) -> u64 {
        self.length - self.at()
    }

    fn at(&self) -> u64 {
        self.at.load(Ordering::Acquire)
    }

    /// Only while the state is held.
    fn go_to(&self, at: u64) {
        self.at.store(at, Ordering::Release);
    }

    /// Removes it, whoever writes; a blob that it has become stays.
    pub(super) fn end(&self) -> io::Result<()> {
        let mut state = self.lock();
        state.ended = true;
        // The note last: without it nothing would find the bytes.
        remove_file(&self.bytes)?;
        remove_file(&self.note_path)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever brings bytes at the moment.
#[derive(Debug)]
pub struct Writing {
    upload: Arc<Upload>,
    blobs: Blobs,
    file: File,
    number: u64,
    /// Where it began, and the hash there: what is behind is not believed before it was compared with a checksum.
    doubted: Option<(u64, Hash)>,
}

impl Writing {
    /// Goes on at byte `at`, and puts out whoever wrote before. `doubted`: what is written counts only once it was
    /// [believed](Self::believe).
    pub(super) fn begin(upload: Arc<Upload>, blobs: Blobs, at: u64, doubted: bool) -> Result<Self, UploadFault> {
        let mut state = upload.lock();
        if state.ended {
            return Err(UploadFault::PutOut);
        }
        if state.note.blob.is_some() || upload.at() != at {
            return Err(UploadFault::Elsewhere { at: upload.at() });
        }
        let file = OpenOptions::new().read(true).write(true).open(&upload.bytes)?;
        if state.hash.is_none() {
            state.hash = Some(hash_of(&file, at)?);
        }
        state.writer += 1;
        let number = state.writer;
        let doubted = match doubted {
            true => {
                state.note.boot = None;
                state.note.sure = at;
                state.note.write(&upload.note_path)?;
                state.hash.clone().map(|hash| (at, hash))
            }
            false => None,
        };
        drop(state);
        Ok(Self { upload, blobs, file, number, doubted })
    }

    /// Takes the next bytes; after a fault of the disk the same may be tried again.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), UploadFault> {
        let mut state = self.upload.lock();
        if state.ended || state.writer != self.number {
            return Err(UploadFault::PutOut);
        }
        let at = self.upload.at();
        let behind = at + bytes.len() as u64;
        if behind > self.upload.length {
            return Err(UploadFault::TooLong);
        }
        self.file.write_all_at(bytes, at)?;
        if let Some(Hash(hash)) = &mut state.hash {
            hash.update(bytes);
        }
        self.upload.go_to(behind);
        let unsure = behind - state.note.sure;
        if unsure >= UPLOAD_SYNC_BYTES && self.doubted.is_none() {
            self.file.sync_data()?;
            state.note.sure = behind;
            state.note.write(&self.upload.note_path)?;
        }
        Ok(())
    }

    /// The checksum of what came was right.
    pub fn believe(&mut self) -> Result<(), UploadFault> {
        if self.doubted.take().is_some() {
            let mut state = self.upload.lock();
            if state.ended || state.writer != self.number {
                return Err(UploadFault::PutOut);
            }
            self.file.sync_data()?;
            state.note.sure = self.upload.at();
            state.note.boot = boot();
            state.note.write(&self.upload.note_path)?;
        }
        Ok(())
    }

    /// Ends this request: at the last byte the upload becomes a blob. Says how far it is now.
    pub fn finish(mut self, ends_at: Millis) -> Result<u64, UploadFault> {
        self.forget_doubted();
        let mut state = self.upload.lock();
        if state.ended || state.writer != self.number {
            return Err(UploadFault::PutOut);
        }
        state.note.ends_at = ends_at;
        let at = self.upload.at();
        if at == self.upload.length
            && let Some(Hash(hash)) = state.hash.take()
        {
            let hash = BlobHash(hash.finish().as_ref().try_into().expect("SHA-256 gives 32 bytes"));
            self.file.sync_all()?;
            let _changing = self.blobs.changing();
            self.blobs.take(&self.upload.bytes, hash)?;
            let _ = self.upload.blob.set(hash);
            state.note.blob = Some(hash);
        }
        state.note.write(&self.upload.note_path)?;
        Ok(at)
    }

    /// Goes back to where it began, if what came since is not believed.
    fn forget_doubted(&mut self) {
        let Some((at, hash)) = self.doubted.take() else { return };
        let mut state = self.upload.lock();
        if !state.ended && state.writer == self.number {
            self.upload.go_to(at);
            state.hash = Some(hash);
        }
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.forget_doubted();
    }
}

/// The hash of so many bytes of a file.
fn hash_of(file: &File, bytes: u64) -> io::Result<Hash> {
    let mut hash = Context::new(&SHA256);
    let mut buffer = vec![0; UPLOAD_BUFFER_BYTES];
    let mut left = file.take(bytes);
    loop {
        match left.read(&mut buffer)? {
            0 => break,
            read => hash.update(&buffer[..read]),
        }
    }
    if left.limit() > 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Hash(hash))
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::digest::digest;

    use super::*;
    use crate::blobs::NewUpload;

    struct Fixture {
        dir: tempfile::TempDir,
        blobs: Blobs,
        upload: Arc<Upload>,
    }

    impl Fixture {
        fn of(bytes: u64) -> Self {
            let dir = tempfile::tempdir().unwrap();
            let blobs = Blobs::open(dir.path()).unwrap();
            let new = NewUpload { by: UserId(1), bytes, name: "a.bin".to_owned().into(), media_type: String::new() };
            let upload = Upload::new(UploadId([7; 16]), paths(&dir), Note::new(new, 1_000));
            upload.make().unwrap();
            Self { dir, blobs, upload: Arc::new(upload) }
        }

        fn write(&self, at: u64, doubted: bool) -> Result<Writing, UploadFault> {
            Writing::begin(self.upload.clone(), self.blobs.clone(), at, doubted)
        }

        /// As it is found by the next run.
        fn again(&self) -> Upload {
            Upload::found(UploadId([7; 16]), paths(&self.dir)).unwrap().unwrap()
        }

        /// The same after the power failed: what was not surely on the disk is not believed.
        fn after_power_cut(&self) -> Upload {
            let mut note = Note::read(&self.upload.note_path).unwrap().unwrap();
            note.boot = Some("another".into());
            note.write(&self.upload.note_path).unwrap();
            self.again()
        }
    }

    fn paths(dir: &tempfile::TempDir) -> (PathBuf, PathBuf) {
        (dir.path().join("bytes"), dir.path().join("bytes.json"))
    }

    fn sha256(bytes: &[u8]) -> BlobHash {
        BlobHash(digest(&SHA256, bytes).as_ref().try_into().unwrap())
    }

    fn stored(blobs: &Blobs, hash: BlobHash) -> Vec<u8> {
        let mut bytes = Vec::new();
        blobs.read(hash).unwrap().expect("it is there").read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn bytes_that_come_in_pieces_and_over_a_restart_become_one_blob() {
        let fixture = Fixture::of(10);
        let mut writing = fixture.write(0, false).unwrap();
        writing.write(b"0123").unwrap();
        drop(writing);
        let found = Arc::new(fixture.again());
        assert_eq!(found.progress().at, 4, "what was written counts, though nobody has said that it was all");
        let mut writing = Writing::begin(found.clone(), fixture.blobs.clone(), 4, false).unwrap();
        writing.write(b"456789").unwrap();
        assert_eq!(writing.finish(2_000).unwrap(), 10);
        let hash = sha256(b"0123456789");
        assert_eq!(found.progress().note.blob, Some(hash));
        assert_eq!(stored(&fixture.blobs, hash), b"0123456789");
        assert_eq!(fixture.again().progress(), found.progress());
        assert!(!fixture.dir.path().join("bytes").exists());
    }

    #[test]
    fn who_goes_on_elsewhere_is_told_where_it_is_and_too_much_is_not_taken() {
        let fixture = Fixture::of(4);
        let mut writing = fixture.write(0, false).unwrap();
        writing.write(b"ab").unwrap();
        assert!(matches!(fixture.write(1, false), Err(UploadFault::Elsewhere { at: 2 })));
        assert!(matches!(fixture.write(3, false), Err(UploadFault::Elsewhere { at: 2 })));
        assert!(matches!(writing.write(b"cde"), Err(UploadFault::TooLong)));
        writing.write(b"cd").unwrap();
        assert_eq!(writing.finish(0).unwrap(), 4);
        assert!(matches!(fixture.write(4, false), Err(UploadFault::Elsewhere { at: 4 })), "it has ended");
    }

    #[test]
    fn a_newer_request_puts_the_older_out() {
        let fixture = Fixture::of(4);
        let mut hanging = fixture.write(0, false).unwrap();
        hanging.write(b"a").unwrap();
        let mut newer = fixture.write(1, false).unwrap();
        assert!(matches!(hanging.write(b"x"), Err(UploadFault::PutOut)));
        assert!(matches!(hanging.finish(0), Err(UploadFault::PutOut)));
        newer.write(b"bcd").unwrap();
        newer.finish(0).unwrap();
        assert_eq!(stored(&fixture.blobs, sha256(b"abcd")), b"abcd");
    }

    #[test]
    fn what_was_not_compared_with_its_checksum_is_forgotten() {
        let fixture = Fixture::of(6);
        let mut writing = fixture.write(0, true).unwrap();
        writing.write(b"ab").unwrap();
        writing.believe().unwrap();
        writing.finish(0).unwrap();
        let mut writing = fixture.write(2, true).unwrap();
        writing.write(b"XY").unwrap();
        assert_eq!(fixture.again().progress().at, 2, "broken off before it was compared");
        writing.finish(0).unwrap();
        assert_eq!(fixture.upload.progress().at, 2);
        let mut writing = fixture.write(2, false).unwrap();
        writing.write(b"cdef").unwrap();
        writing.finish(0).unwrap();
        assert_eq!(fixture.upload.progress().note.blob, Some(sha256(b"abcdef")));
    }

    #[test]
    fn after_a_power_cut_only_what_is_surely_on_the_disk_counts() {
        let fixture = Fixture::of(UPLOAD_SYNC_BYTES + 10);
        let mut writing = fixture.write(0, false).unwrap();
        writing.write(&vec![7; UPLOAD_SYNC_BYTES as usize]).unwrap();
        writing.write(b"unsure").unwrap();
        assert_eq!(fixture.again().progress().at, UPLOAD_SYNC_BYTES + 6);
        let found = Arc::new(fixture.after_power_cut());
        assert_eq!(found.progress().at, UPLOAD_SYNC_BYTES);
        let mut writing = Writing::begin(found.clone(), fixture.blobs.clone(), UPLOAD_SYNC_BYTES, false).unwrap();
        writing.write(b"0123456789").unwrap();
        writing.finish(0).unwrap();
        let whole = [&vec![7; UPLOAD_SYNC_BYTES as usize][..], b"0123456789"].concat();
        assert_eq!(found.progress().note.blob, Some(sha256(&whole)));
    }

    #[test]
    fn one_that_has_ended_takes_nothing_and_leaves_nothing() {
        let fixture = Fixture::of(4);
        let mut writing = fixture.write(0, false).unwrap();
        writing.write(b"a").unwrap();
        fixture.upload.end().unwrap();
        assert!(matches!(writing.write(b"b"), Err(UploadFault::PutOut)));
        assert!(matches!(writing.finish(0), Err(UploadFault::PutOut)));
        let (bytes, note) = paths(&fixture.dir);
        assert!(!bytes.exists() && !note.exists());
    }
}
