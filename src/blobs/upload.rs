//! One upload: bytes that come in order, from one writer at a time, hashed as they come.

#[cfg(test)]
mod tests;

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use aws_lc_rs::digest::{Context, SHA256};
use tokio::sync::Notify;

use super::note::{Note, boot};
use super::{Blobs, hash_value};
use crate::file::{self, FILE_MODE};
use crate::proto::blob::{BlobHash, UploadId};
use crate::proto::id::UserId;
use crate::proto::limits::{UPLOAD_BUFFER_BYTES, UPLOAD_NOTED_MS, UPLOAD_SYNC_BYTES};
use crate::proto::millis::Millis;

/// In place of the newest writer's number.
const ENDED: u64 = u64::MAX;

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
    begun: Millis,
    /// Of all of it.
    length: u64,
    /// Those that are here, and believed. Changed by whoever holds the state, who may wait for the disk; looked at by
    /// anybody.
    at: AtomicU64,
    /// What it is kept as; set while [`Blobs`] are changing.
    blob: OnceLock<BlobHash>,
    /// Those who write, one that has been put out and does not know it yet among them.
    writers: AtomicUsize,
    /// The newest of them: an older one is put out. [`ENDED`] once nobody may write any more.
    writer: AtomicU64,
    /// Told when a writer is put out.
    put_out: Notify,
    bytes: PathBuf,
    note_path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    note: Note,
    /// Bytes that are in the file: more than are believed where they are compared with a checksum in the end.
    written: u64,
    /// Of those that are written; none after a start, or a fault of the disk, until it is asked for.
    hash: Option<Hash>,
    /// At the last byte that is believed, while those behind it are not.
    doubted: Option<Hash>,
}

#[derive(Clone)]
struct Hash(Context);

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
    pub(super) fn found(id: UploadId, paths: (PathBuf, PathBuf), blobs: &Blobs) -> io::Result<Option<Self>> {
        let (bytes, note_path) = paths;
        let Some(mut note) = Note::read(&note_path)? else { return Ok(None) };
        let in_file = match fs::metadata(&bytes) {
            Ok(found) => Some(found.len()),
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => None,
            Err(fault) => return Err(fault),
        };
        let at = match (note.hash, in_file) {
            (Some(_), Some(in_file)) if in_file == note.upload.bytes => in_file,
            // It is where blobs are, and was not told of.
            (Some(_), None) if note.blob.map(|blob| blobs.read(blob)).transpose()?.flatten().is_some() => {
                note.upload.bytes
            }
            // The last byte comes again, and with it the end.
            (_, Some(in_file)) => {
                (note.hash, note.blob) = (None, None);
                note.believed(in_file).min(note.upload.bytes.saturating_sub(1))
            }
            (_, None) => return Ok(None),
        };
        note.sure = note.sure.min(at);
        Ok(Some(Self::of(id, (bytes, note_path), (note, at, None))))
    }

    fn of(id: UploadId, (bytes, note_path): (PathBuf, PathBuf), (note, at, hash): (Note, u64, Option<Hash>)) -> Self {
        let (by, length, begun) = (note.upload.by, note.upload.bytes, note.ends_at);
        let blob = note.blob.map_or_else(OnceLock::new, OnceLock::from);
        let state = Mutex::new(State { note, written: at, hash, doubted: None });
        let (at, writer) = (AtomicU64::new(at), AtomicU64::new(0));
        let (writers, put_out) = (AtomicUsize::new(0), Notify::new());
        Self { id, by, begun, length, at, blob, writers, writer, put_out, bytes, note_path, state }
    }

    /// Whose it is.
    pub(super) fn by(&self) -> UserId {
        self.by
    }

    pub(super) fn progress(&self) -> Progress {
        let state = self.lock();
        Progress { note: state.note.clone(), at: self.at() }
    }

    /// When it would have been given up had nobody gone on with it: orders those of a run by their age.
    pub(super) fn begun(&self) -> Millis {
        self.begun
    }

    /// What it is kept as.
    pub(super) fn blob(&self) -> Option<BlobHash> {
        self.blob.get().copied()
    }

    /// Whether all of it is here.
    pub(super) fn is_complete(&self) -> bool {
        self.lock().note.hash.is_some()
    }

    /// What is known of it, once all of it is here.
    pub(super) fn complete(&self) -> Option<Note> {
        Some(self.lock().note.clone()).filter(|note| note.hash.is_some())
    }

    /// Its bytes.
    pub(super) fn path(&self) -> &Path {
        &self.bytes
    }

    /// Notes what it is about to be kept as, so that nobody takes that for something nothing needs. Only while [`Blobs`] are
    /// changing.
    pub(super) fn keep_as(&self, blob: BlobHash) -> io::Result<()> {
        let mut state = self.lock();
        state.note.blob = Some(blob);
        state.note.write(&self.note_path)?;
        let _ = self.blob.set(blob);
        Ok(())
    }

    /// Bytes of all of it.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Bytes that are still to come.
    pub(super) fn to_come(&self) -> u64 {
        self.length - self.at()
    }

    /// Whether somebody brings bytes at the moment.
    pub(super) fn is_written(&self) -> bool {
        self.writers.load(Ordering::Acquire) > 0
    }

    /// Whether its time is over. A clock that was set back does not keep it for longer, and ends nothing.
    pub(super) fn is_over(&self, now: Millis, kept: Millis) -> bool {
        let mut state = self.lock();
        state.note.ends_at = state.note.ends_at.min(now + kept);
        state.note.ends_at <= now
    }

    /// Removes it, whoever writes; what it is kept as stays.
    pub(super) fn end(&self) -> io::Result<()> {
        let _state = self.lock();
        self.writer.store(ENDED, Ordering::Release);
        self.put_out.notify_waiters();
        // The note last: without it nothing would find the bytes.
        file::remove(&self.bytes)?;
        file::remove(&clean_path(&self.bytes))?;
        file::remove(&self.note_path)
    }

    fn at(&self) -> u64 {
        self.at.load(Ordering::Acquire)
    }

    /// Only while the state is held.
    fn go_to(&self, at: u64) {
        self.at.store(at, Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Forgets what is written and not believed; `at` is the last that is.
    fn go_back(&mut self, at: u64) {
        if self.written > at {
            self.hash = self.doubted.take();
            self.written = at;
        }
        self.doubted = None;
    }
}

/// Whoever brings bytes at the moment.
#[derive(Debug)]
pub struct Writing {
    upload: Arc<Upload>,
    file: File,
    number: u64,
    brought: bool,
}

impl Writing {
    /// Goes on at byte `at`, and puts out whoever wrote before. `doubted`: what is written counts only once it was
    /// [believed](Self::believe).
    pub(super) fn begin(upload: Arc<Upload>, at: u64, doubted: bool) -> Result<Self, UploadFault> {
        let mut state = upload.lock();
        if upload.writer.load(Ordering::Acquire) == ENDED {
            return Err(UploadFault::PutOut);
        }
        let here = upload.at();
        if state.note.hash.is_some() || here != at {
            return Err(UploadFault::Elsewhere { at: here });
        }
        let file = OpenOptions::new().read(true).write(true).open(&upload.bytes)?;
        state.go_back(at);
        // What is behind is not believed, and must not be by the next run, which goes by the length of the file.
        file.set_len(at)?;
        if state.hash.is_none() {
            state.hash = Some(hash_of(&file, at)?);
        }
        if doubted || state.note.boot.is_none() {
            if at > state.note.sure {
                file.sync_data()?;
                state.note.sure = at;
            }
            state.note.boot = if doubted { None } else { boot() };
            state.note.write(&upload.note_path)?;
        }
        state.doubted = if doubted { state.hash.clone() } else { None };
        let number = upload.writer.fetch_add(1, Ordering::AcqRel) + 1;
        drop(state);
        upload.put_out.notify_waiters();
        upload.writers.fetch_add(1, Ordering::AcqRel);
        Ok(Self { upload, file, number, brought: false })
    }

    /// Waits until a newer request writes, or the upload has ended.
    pub async fn put_out(&self) {
        loop {
            let told = self.upload.put_out.notified();
            tokio::pin!(told);
            // From here on none is missed.
            told.as_mut().enable();
            if !self.is_newest() {
                return;
            }
            told.await;
        }
    }

    /// Takes the next bytes; with the last the upload is complete, unless they are doubted. After a fault of the disk it
    /// is asked anew how far it is.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), UploadFault> {
        let mut state = self.state()?;
        let behind = state.written + bytes.len() as u64;
        if behind > self.upload.length {
            return Err(UploadFault::TooLong);
        }
        self.file.write_all_at(bytes, state.written)?;
        if let Some(Hash(hash)) = &mut state.hash {
            hash.update(bytes);
        }
        state.written = behind;
        if state.doubted.is_none() {
            self.upload.go_to(behind);
            if behind == self.upload.length {
                self.complete(&mut state)?;
            } else if behind.saturating_sub(state.note.sure) >= UPLOAD_SYNC_BYTES {
                self.sync(&mut state)?;
            }
        }
        drop(state);
        self.brought |= !bytes.is_empty();
        Ok(())
    }

    /// The checksum of what came was right.
    pub fn believe(&mut self) -> Result<(), UploadFault> {
        let mut state = self.state()?;
        state.doubted = None;
        self.upload.go_to(state.written);
        state.note.boot = boot();
        match state.written == self.upload.length {
            true => self.complete(&mut state)?,
            false => self.sync(&mut state)?,
        }
        Ok(())
    }

    /// Ends this request, and gives the upload time until `ends_at` if it brought anything. Says how far it is now: whole,
    /// also where whoever asked after it meanwhile has had it kept.
    pub fn finish(self, ends_at: Millis) -> Result<u64, UploadFault> {
        let mut state = match self.state() {
            Err(UploadFault::PutOut) if self.is_kept() => return Ok(self.upload.length),
            state => state?,
        };
        state.go_back(self.upload.at());
        let is_empty = self.upload.length == 0;
        if is_empty && state.note.hash.is_none() {
            self.complete(&mut state)?;
        }
        let gained = ends_at - state.note.ends_at;
        if self.brought {
            state.note.ends_at = ends_at;
            if gained >= UPLOAD_NOTED_MS {
                state.note.write(&self.upload.note_path)?;
            }
        }
        Ok(self.upload.at())
    }

    /// Has all that is written on the disk, and notes it.
    fn sync(&self, state: &mut State) -> io::Result<()> {
        self.sync_bytes(state)?;
        state.note.write(&self.upload.note_path)
    }

    fn sync_bytes(&self, state: &mut State) -> io::Result<()> {
        if let Err(fault) = self.file.sync_data() {
            // What is on the disk of it is not known, and nobody is told twice (fsync(2)).
            self.upload.go_to(state.note.sure);
            state.written = state.note.sure;
            state.hash = None;
            return Err(fault);
        }
        state.note.sure = state.written;
        Ok(())
    }

    /// All of it is here, and on the disk.
    fn complete(&self, state: &mut State) -> io::Result<()> {
        self.sync_bytes(state)?;
        let Some(Hash(hash)) = state.hash.take() else { return Ok(()) };
        state.note.hash = Some(hash_value(hash));
        if let Err(fault) = state.note.write(&self.upload.note_path) {
            // It is tried again with the last byte, whether by this run or the next.
            state.note.hash = None;
            state.written = self.upload.length.saturating_sub(1);
            self.upload.go_to(state.written);
            return Err(fault);
        }
        Ok(())
    }

    /// What is known of it, as long as nobody newer writes.
    fn state(&self) -> Result<MutexGuard<'_, State>, UploadFault> {
        let state = self.upload.lock();
        if self.is_newest() { Ok(state) } else { Err(UploadFault::PutOut) }
    }

    /// All of it had come before it ended.
    fn is_kept(&self) -> bool {
        self.upload.writer.load(Ordering::Acquire) == ENDED && self.upload.at() == self.upload.length
    }

    fn is_newest(&self) -> bool {
        self.upload.writer.load(Ordering::Acquire) == self.number
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if let Ok(mut state) = self.state() {
            state.go_back(self.upload.at());
        }
        self.upload.writers.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Where its bytes are written anew, without what nobody is to see.
pub(super) fn clean_path(bytes: &Path) -> PathBuf {
    bytes.with_extension("clean")
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
