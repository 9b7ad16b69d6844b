//! All uploads of the box: which there are, whose they are, what they may take together.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::rand;

use super::left::{Held, Left, Taken, left};
use super::note::{NewUpload, Note};
use super::upload::{Progress, Upload, UploadFault, Writing};
use super::{Blobs, Complete, FilesState, Space};
use crate::file::make_private_folder;
use crate::proto::blob::{BlobHash, UploadId};
use crate::proto::id::UserId;
use crate::proto::limits::{UPLOAD_KEPT, UPLOADS_MAX, UPLOADS_OF_ONE_MAX};
use crate::proto::millis::Millis;
use crate::proto::storage::StorageLimits;

/// How long an upload is kept, in milliseconds.
const KEPT_MS: Millis = UPLOAD_KEPT.as_millis() as Millis;

/// Why no upload begins.
#[derive(Debug)]
pub enum Refused {
    /// It is larger than one may be.
    Large,
    /// Not so much may be brought any more.
    Over(Left),
    /// It is not known yet how much there is.
    Uncounted,
    /// This person has so many that have not become part of a message.
    OfOne,
    /// The box has.
    InAll,
    Disk(io::Error),
}

impl From<io::Error> for Refused {
    fn from(fault: io::Error) -> Self {
        Self::Disk(fault)
    }
}

/// See the module's text. Clones are the same.
#[derive(Clone, Debug)]
pub struct Uploads {
    folder: PathBuf,
    blobs: Blobs,
    all: Arc<Mutex<HashMap<UploadId, Arc<Upload>>>>,
}

impl Uploads {
    /// Opens the folder, with what an earlier run left in it. What cannot be gone on with is removed.
    pub fn open(data_dir: &Path, blobs: Blobs) -> io::Result<Self> {
        let uploads = Self { folder: data_dir.join("uploads"), blobs, all: Arc::default() };
        make_private_folder(&uploads.folder)?;
        let mut all = uploads.lock();
        let files: Vec<PathBuf> = fs::read_dir(&uploads.folder)?.flatten().map(|entry| entry.path()).collect();
        // An upload that cannot be read keeps nobody from talking.
        let mut unread = false;
        for path in files.iter().filter(|path| has_extension(path, "json")) {
            let Some(id) = id_of(path) else { continue };
            match Upload::found(id, uploads.paths(id), &uploads.blobs) {
                Ok(Some(upload)) => drop(all.insert(id, Arc::new(upload))),
                Ok(None) => {}
                Err(fault) => {
                    log::error!("an upload could not be read: {fault}");
                    unread = true;
                }
            }
        }
        if !unread {
            for path in &files {
                let Some(id) = id_of(path) else { continue };
                // `new`: a note whose writing was cut off.
                if !all.contains_key(&id) || has_extension(path, "new") {
                    warn_of(fs::remove_file(path));
                }
            }
        }
        drop(all);
        Ok(uploads)
    }

    /// Begins one, of somebody who had so much.
    pub fn begin(
        &self,
        upload: NewUpload,
        held: &Held,
        limits: &StorageLimits,
        now: Millis,
    ) -> Result<UploadId, Refused> {
        if upload.bytes > limits.file_bytes_max {
            return Err(Refused::Large);
        }
        let mut id = [0; 16];
        rand::fill(&mut id).map_err(|_| io::Error::other("the system gives no random bytes"))?;
        let id = UploadId(id);
        let space = self.space()?;
        // Until this one is among them: what two begin at once counts for both, and no blob comes in between.
        let changing = self.blobs.changing();
        let mut all = self.lock();
        let own = all.values().filter(|other| other.by() == upload.by).count();
        if own + held.unsent.len() >= UPLOADS_OF_ONE_MAX {
            return Err(Refused::OfOne);
        }
        let left = self.left_of(&all, upload.by, held, (limits, space))?;
        if upload.bytes > left.bytes {
            return Err(Refused::Over(left));
        }
        let put_out = if all.len() >= UPLOADS_MAX { Some(oldest_of_most(&all).ok_or(Refused::InAll)?) } else { None };
        let is_empty = upload.bytes == 0;
        let begun = Arc::new(Upload::new(id, self.paths(id), Note::new(upload, now + KEPT_MS)));
        all.insert(id, begun.clone());
        drop(all);
        drop(changing);
        if let Some(put_out) = put_out {
            self.end(&put_out)?;
        }
        let made = begun.make().and_then(|()| if is_empty { self.finish_empty(begun.clone(), now) } else { Ok(()) });
        if let Err(fault) = made {
            warn_of(self.end(&begun));
            return Err(fault.into());
        }
        Ok(id)
    }

    /// How much somebody who had so much may still bring.
    pub fn left(&self, by: UserId, held: &Held, limits: &StorageLimits) -> Result<Left, Refused> {
        let space = self.space()?;
        let _changing = self.blobs.changing();
        self.left_of(&self.lock(), by, held, (limits, space))
    }

    fn left_of(
        &self,
        all: &HashMap<UploadId, Arc<Upload>>,
        by: UserId,
        held: &Held,
        (limits, space): (&StorageLimits, Space),
    ) -> Result<Left, Refused> {
        let blobs = match self.blobs.counted() {
            None if limits.all_bytes_max > 0 => return Err(Refused::Uncounted),
            counted => counted.map_or(0, |(_, bytes)| bytes),
        };
        let mut taken = Taken { blobs, ..Taken::default() };
        let mut own = HashMap::new();
        for (id, upload) in all {
            // What is kept already is among the blobs.
            if upload.blob().is_none() {
                taken.running = taken.running.saturating_add(upload.length());
            }
            if upload.by() == by {
                own.insert(*id, upload.length());
                taken.own_to_come = taken.own_to_come.saturating_add(upload.to_come());
            } else {
                taken.others_to_come = taken.others_to_come.saturating_add(upload.to_come());
            }
        }
        taken.own = held.with(own);
        Ok(left(limits, space, &taken))
    }

    /// Those of a person's that are on their way, and the bytes of all of each.
    pub fn running(&self, by: UserId) -> HashMap<UploadId, u64> {
        let all = self.lock();
        all.iter().filter(|(_, upload)| upload.by() == by).map(|(id, upload)| (*id, upload.length())).collect()
    }

    /// How many are on their way, and the bytes of all of each.
    pub fn unfinished(&self) -> (usize, u64) {
        let all = self.lock();
        (all.len(), all.values().fold(0, |sum, upload| sum.saturating_add(upload.length())))
    }

    /// How the files are.
    pub fn state(&self) -> FilesState {
        let (counted, found) = (self.blobs.counted(), self.blobs.what_was_found().unwrap_or_default());
        FilesState { counted, found, unfinished: self.unfinished().0 as u64 }
    }

    /// The disk they are on.
    pub fn space(&self) -> io::Result<Space> {
        Space::of(&self.folder)
    }

    /// Nothing more will come.
    fn finish_empty(&self, upload: Arc<Upload>, now: Millis) -> io::Result<()> {
        let finished = Writing::begin(upload, 0, false).and_then(|writing| writing.finish(now + KEPT_MS));
        match finished {
            Ok(_) => Ok(()),
            Err(UploadFault::Disk(fault)) => Err(fault),
            Err(_) => Err(io::Error::other("an upload was begun twice")),
        }
    }

    /// Bytes of all of one of this person's.
    pub fn length(&self, id: UploadId, by: UserId) -> Option<u64> {
        self.of(id, by).map(|upload| upload.length())
    }

    /// One of this person's.
    pub fn progress(&self, id: UploadId, by: UserId) -> Option<Progress> {
        self.of(id, by).map(|upload| upload.progress())
    }

    /// Goes on with one of this person's at byte `at`, and puts out whoever wrote before. `doubted`: what is written counts
    /// only once it was [believed](Writing::believe). None where there is none.
    pub fn write(&self, id: UploadId, by: UserId, at: u64, doubted: bool) -> Option<Result<Writing, UploadFault>> {
        let upload = self.of(id, by)?;
        Some(Writing::begin(upload, at, doubted))
    }

    /// One of this person's, if it is complete and not settled.
    pub fn complete(&self, id: UploadId, by: UserId) -> Option<Complete> {
        Complete::new(self.of(id, by)?, self.blobs.clone())
    }

    /// Those that an earlier run has left complete and not settled.
    pub fn all_complete(&self) -> Vec<(UploadId, UserId)> {
        self.lock().values().filter(|upload| upload.is_complete()).map(|upload| (upload.id, upload.by())).collect()
    }

    /// The database knows of one that is kept: nothing else needs to.
    pub fn settle(&self, id: UploadId) {
        // Taken out after its files: whoever asks in between finds it here or there.
        let found = self.lock().get(&id).cloned();
        if let Some(upload) = found {
            warn_of(self.end(&upload));
        }
    }

    /// Removes one of this person's; false where there is none.
    pub fn remove(&self, id: UploadId, by: UserId) -> io::Result<bool> {
        let Some(upload) = self.of(id, by) else { return Ok(false) };
        self.end(&upload)?;
        Ok(true)
    }

    /// Removes those whose time is over, and that nobody brings bytes of at the moment.
    pub fn expire(&self, now: Millis) {
        let all: Vec<_> = self.lock().values().cloned().collect();
        for upload in all {
            if !upload.is_written() && upload.is_over(now, KEPT_MS) {
                warn_of(self.end(&upload));
            }
        }
    }

    /// Removes all of somebody who is not here any more.
    pub fn forget(&self, by: UserId) {
        let all: Vec<_> = self.lock().values().filter(|upload| upload.by() == by).cloned().collect();
        for upload in all {
            warn_of(self.end(&upload));
        }
    }

    /// Removes those of these blobs that nothing needs; gives those that are gone. `is_needed` asks the database, as it is
    /// once this has begun: no blob comes until it is done.
    pub fn remove_unneeded<E: From<io::Error>>(
        &self,
        blobs: Vec<BlobHash>,
        is_needed: impl Fn(BlobHash) -> Result<bool, E>,
    ) -> Result<Vec<BlobHash>, E> {
        let _changing = self.blobs.changing();
        // Before the database is asked: one that is settled in between is known there.
        let kept: HashSet<_> = self.lock().values().filter_map(|upload| upload.blob()).collect();
        let mut gone = Vec::new();
        for blob in blobs {
            if !kept.contains(&blob) && !is_needed(blob)? {
                self.blobs.remove(blob)?;
                gone.push(blob);
            }
        }
        Ok(gone)
    }

    /// The blobs that uploads become.
    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// Removes one; what it is kept as stays until somebody finds that nothing needs it.
    fn end(&self, upload: &Upload) -> io::Result<()> {
        upload.end()?;
        self.lock().remove(&upload.id);
        Ok(())
    }

    fn of(&self, id: UploadId, by: UserId) -> Option<Arc<Upload>> {
        self.lock().get(&id).filter(|upload| upload.by() == by).cloned()
    }

    fn paths(&self, id: UploadId) -> (PathBuf, PathBuf) {
        (self.folder.join(id.to_string()), self.folder.join(format!("{id}.json")))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UploadId, Arc<Upload>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Of the person with the most, the one that began first of those that nobody writes at the moment.
fn oldest_of_most(all: &HashMap<UploadId, Arc<Upload>>) -> Option<Arc<Upload>> {
    let mut counts: HashMap<UserId, usize> = HashMap::new();
    for upload in all.values() {
        *counts.entry(upload.by()).or_default() += 1;
    }
    let (most, _) = counts.into_iter().max_by_key(|(by, count)| (*count, *by))?;
    let theirs = all.values().filter(|upload| upload.by() == most && !upload.is_written());
    theirs.min_by_key(|upload| upload.begun()).cloned()
}

fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension().is_some_and(|extension| extension == wanted)
}

/// The upload that a file is named by; others are not ours.
fn id_of(path: &Path) -> Option<UploadId> {
    path.file_stem()?.to_str()?.parse().ok()
}

/// Housekeeping that is tried again some time.
fn warn_of(done: io::Result<()>) {
    if let Err(fault) = done {
        log::warn!("what is left of an upload could not be removed: {fault}");
    }
}
