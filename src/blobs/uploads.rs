//! All uploads of the box: which there are, whose they are, what they may take together.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::rand;

use super::note::{NewUpload, Note};
use super::upload::{Progress, Upload, UploadFault, Writing};
use super::{Blobs, Complete, Space};
use crate::file::make_private_folder;
use crate::proto::blob::{BlobHash, UploadId};
use crate::proto::id::UserId;
use crate::proto::limits::{FILE_BYTES_MAX, UPLOAD_KEPT, UPLOADS_MAX, UPLOADS_OF_ONE_MAX, UPLOADS_OF_ONE_PART};
use crate::proto::millis::Millis;

/// How long an upload is kept, in milliseconds.
const KEPT_MS: Millis = UPLOAD_KEPT.as_millis() as Millis;

/// Why no upload begins.
#[derive(Debug)]
pub enum Refused {
    /// It is larger than one may be.
    Large,
    /// There is no space for all of it, beside what is on its way already.
    NoSpace,
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

    /// Begins one; `unsent`: how many this person has that are complete and not sent.
    pub fn begin(&self, upload: NewUpload, unsent: u64, now: Millis) -> Result<UploadId, Refused> {
        if upload.bytes > FILE_BYTES_MAX {
            return Err(Refused::Large);
        }
        let mut id = [0; 16];
        rand::fill(&mut id).map_err(|_| io::Error::other("the system gives no random bytes"))?;
        let id = UploadId(id);
        let space = Space::of(&self.folder)?.for_uploads();
        // What two begin at once counts for both.
        let mut all = self.lock();
        let (own, others): (Vec<_>, Vec<_>) = all.values().partition(|other| other.by() == upload.by);
        if own.len() as u64 + unsent >= UPLOADS_OF_ONE_MAX as u64 {
            return Err(Refused::OfOne);
        }
        let to_come = |of: &[&Arc<Upload>]| of.iter().map(|upload| upload.to_come()).sum::<u64>();
        if !fits(upload.bytes, space, (to_come(&own), to_come(&others))) {
            return Err(Refused::NoSpace);
        }
        let put_out = if all.len() >= UPLOADS_MAX { Some(oldest_of_most(&all).ok_or(Refused::InAll)?) } else { None };
        let is_empty = upload.bytes == 0;
        let begun = Arc::new(Upload::new(id, self.paths(id), Note::new(upload, now + KEPT_MS)));
        all.insert(id, begun.clone());
        drop(all);
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

/// Whether there is place for so many bytes, where so many are free and so many were promised: to the same person, and to
/// others.
fn fits(bytes: u64, free: u64, (own, others): (u64, u64)) -> bool {
    own.saturating_add(bytes) <= free.saturating_sub(others) / UPLOADS_OF_ONE_PART
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

#[cfg(test)]
mod tests {
    use super::*;

    fn open(dir: &tempfile::TempDir) -> Uploads {
        Uploads::open(dir.path(), Blobs::open(dir.path()).unwrap()).unwrap()
    }

    fn new(by: u64, bytes: u64) -> NewUpload {
        NewUpload { by: UserId(by), bytes, name: "图.png".to_owned().into(), media_type: "image/png".into() }
    }

    fn files(dir: &tempfile::TempDir) -> usize {
        fs::read_dir(dir.path().join("uploads")).unwrap().count()
    }

    #[test]
    fn uploads_are_there_after_a_restart_and_what_nobody_can_go_on_with_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let uploads = open(&dir);
        let [ada, lin] = [1, 2].map(|by| uploads.begin(new(by, 5), 0, 100).unwrap());
        let mut writing = uploads.write(ada, UserId(1), 0, false).unwrap().unwrap();
        writing.write(b"abc").unwrap();
        let folder = dir.path().join("uploads");
        for stray in ["00112233445566778899aabbccddeeff", &format!("{ada}.new")] {
            fs::write(folder.join(stray), "{").unwrap();
        }
        fs::remove_file(folder.join(lin.to_string())).unwrap();
        let again = open(&dir);
        assert_eq!(again.progress(ada, UserId(1)).unwrap().at, 3);
        assert_eq!(again.progress(ada, UserId(1)).unwrap().note.upload, new(1, 5));
        assert!(again.progress(lin, UserId(2)).is_none());
        assert_eq!(files(&dir), 2);
    }

    #[test]
    fn an_upload_is_its_makers_alone() {
        let dir = tempfile::tempdir().unwrap();
        let uploads = open(&dir);
        let id = uploads.begin(new(1, 5), 0, 0).unwrap();
        assert!(uploads.progress(id, UserId(2)).is_none() && uploads.write(id, UserId(2), 0, false).is_none());
        assert!(!uploads.remove(id, UserId(2)).unwrap());
        assert!(uploads.remove(id, UserId(1)).unwrap() && !uploads.remove(id, UserId(1)).unwrap());
        assert_eq!(files(&dir), 0);
    }

    #[test]
    fn what_is_too_large_or_too_much_does_not_begin() {
        let dir = tempfile::tempdir().unwrap();
        let uploads = open(&dir);
        assert!(matches!(uploads.begin(new(1, FILE_BYTES_MAX + 1), 0, 0), Err(Refused::Large)));
        for _ in 0..UPLOADS_OF_ONE_MAX {
            uploads.begin(new(1, 1), 0, 0).unwrap();
        }
        assert!(matches!(uploads.begin(new(1, 1), 0, 0), Err(Refused::OfOne)));
        uploads.begin(new(2, 1), 0, 0).unwrap();
    }

    #[test]
    fn one_person_is_promised_a_part_of_what_others_were_not() {
        let gib = 1 << 30;
        let told = |free: u64, own: u64, others: u64| fits(2 * gib, free * gib, (own * gib, others * gib));
        assert!(told(4, 0, 0) && !told(3, 0, 0));
        assert!(told(12, 4, 0) && !told(11, 4, 0), "one's own count");
        assert!(told(12, 0, 8) && !told(12, 0, 9), "what others were promised is not promised again");
        assert!(!told(4, 0, 9) && fits(0, 0, (0, 0)) && !fits(u64::MAX, u64::MAX, (u64::MAX, 0)));
    }

    #[test]
    fn whoever_goes_gives_back_what_they_were_promised() {
        let dir = tempfile::tempdir().unwrap();
        let uploads = open(&dir);
        let [ada, lin] = [1, 2].map(|by| uploads.begin(new(by, 5), 0, 0).unwrap());
        uploads.forget(UserId(1));
        assert!(uploads.length(ada, UserId(1)).is_none() && uploads.length(lin, UserId(2)).is_some());
        assert_eq!(files(&dir), 2);
    }

    #[test]
    fn when_there_are_too_many_whoever_has_the_most_makes_place() {
        let dir = tempfile::tempdir().unwrap();
        let uploads = open(&dir);
        let first = uploads.begin(new(1, 1), 0, 0).unwrap();
        for at in 1..UPLOADS_MAX {
            let by = if at < UPLOADS_OF_ONE_MAX { 1 } else { at as u64 };
            uploads.begin(new(by, 1), 0, at as Millis).unwrap();
        }
        uploads.begin(new(3, 1), 0, UPLOADS_MAX as Millis).unwrap();
        assert!(uploads.progress(first, UserId(1)).is_none());
        assert_eq!(uploads.lock().len(), UPLOADS_MAX);
    }

    #[test]
    fn a_folder_that_holds_what_is_not_ours_is_opened_and_that_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let id = open(&dir).begin(new(1, 5), 0, 0).unwrap();
        for stray in ["uploads/lost+found", "blobs/lost+found"] {
            fs::create_dir(dir.path().join(stray)).unwrap();
        }
        fs::write(dir.path().join("blobs/README"), "mine").unwrap();
        assert!(open(&dir).progress(id, UserId(1)).is_some());
        assert!(dir.path().join("blobs/README").exists());
        // One that cannot be read keeps nobody from talking, and takes nothing away.
        let note = dir.path().join("uploads").join(format!("{id}.json"));
        fs::remove_file(&note).unwrap();
        fs::create_dir(&note).unwrap();
        open(&dir);
        assert!(dir.path().join("uploads").join(id.to_string()).exists());
    }

    #[test]
    fn what_nobody_goes_on_with_is_gone_after_a_day_whatever_the_clock_does() {
        let dir = tempfile::tempdir().unwrap();
        let uploads = open(&dir);
        let [left, gone_on] = [(); 2].map(|()| uploads.begin(new(1, 5), 0, 0).unwrap());
        let mut writing = uploads.write(gone_on, UserId(1), 0, false).unwrap().unwrap();
        writing.write(b"a").unwrap();
        writing.finish(2 * KEPT_MS - 1).unwrap();
        uploads.expire(KEPT_MS - 1);
        assert!(uploads.progress(left, UserId(1)).is_some());
        uploads.expire(KEPT_MS);
        assert!(uploads.progress(left, UserId(1)).is_none() && uploads.progress(gone_on, UserId(1)).is_some());
        uploads.expire(-1);
        assert_eq!(files(&dir), 2, "the clock was set back");
        uploads.expire(KEPT_MS - 1);
        assert_eq!(files(&dir), 0, "which keeps nothing for longer");
    }

    fn bring(uploads: &Uploads, by: u64, bytes: &[u8]) -> UploadId {
        let id = uploads.begin(new(by, bytes.len() as u64), 0, 0).unwrap();
        let mut writing = uploads.write(id, UserId(by), 0, false).unwrap().unwrap();
        writing.write(bytes).unwrap();
        writing.finish(KEPT_MS).unwrap();
        id
    }

    /// Keeps it as it came; what the database would be told.
    fn keep(uploads: &Uploads, id: UploadId, by: u64) -> BlobHash {
        let complete = uploads.complete(id, UserId(by)).unwrap();
        let (_, stored) = complete.as_it_came().unwrap();
        complete.keep(&stored, &[(320, b"small".to_vec())]).unwrap();
        stored.hash
    }

    fn is_there(dir: &tempfile::TempDir, blob: BlobHash) -> bool {
        let blobs = Blobs::open(dir.path()).unwrap();
        let [itself, smaller] = [blobs.read(blob), blobs.preview(blob, 320)].map(|file| file.unwrap().is_some());
        assert_eq!(itself, smaller);
        itself
    }

    fn remove_unneeded(uploads: &Uploads, blob: BlobHash, is_needed: bool) -> Vec<BlobHash> {
        uploads.remove_unneeded::<io::Error>(vec![blob], |_| Ok(is_needed)).unwrap()
    }

    #[test]
    fn nothing_is_a_file_too() {
        let dir = tempfile::tempdir().unwrap();
        let uploads = open(&dir);
        let id = uploads.begin(new(1, 0), 0, 0).unwrap();
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(keep(&uploads, id, 1).to_string(), empty);
    }

    #[test]
    fn a_blob_is_there_as_long_as_anything_needs_it() {
        let dir = tempfile::tempdir().unwrap();
        let uploads = open(&dir);
        let [first, second] = [1, 2].map(|by| bring(&uploads, by, b"abc"));
        assert!(uploads.complete(second, UserId(1)).is_none(), "that is another's");
        let blob = keep(&uploads, first, 1);
        assert_eq!(keep(&uploads, second, 2), blob, "the same bytes are kept once");
        uploads.settle(first);
        assert!(remove_unneeded(&uploads, blob, false).is_empty() && is_there(&dir, blob), "an upload becomes it");
        uploads.settle(second);
        assert_eq!(files(&dir), 0);
        assert!(remove_unneeded(&uploads, blob, true).is_empty() && is_there(&dir, blob), "a message needs it");
        assert_eq!(remove_unneeded(&uploads, blob, false), [blob]);
        assert!(!is_there(&dir, blob));
        assert_eq!(remove_unneeded(&uploads, blob, false), [blob], "once more is no fault");
    }

    #[test]
    fn one_that_was_kept_and_not_told_of_is_kept_again_by_the_next_run() {
        let dir = tempfile::tempdir().unwrap();
        let uploads = open(&dir);
        let id = bring(&uploads, 1, b"abc");
        let blob = keep(&uploads, id, 1);
        let again = open(&dir);
        assert_eq!(again.all_complete(), [(id, UserId(1))]);
        assert_eq!(keep(&again, id, 1), blob);
        assert!(remove_unneeded(&again, blob, false).is_empty());
        again.settle(id);
        assert!(again.all_complete().is_empty() && is_there(&dir, blob));
    }

    #[test]
    fn bytes_that_are_written_anew_are_kept_in_place_of_those_that_came() {
        let dir = tempfile::tempdir().unwrap();
        let uploads = open(&dir);
        let id = bring(&uploads, 1, b"abc");
        let complete = uploads.complete(id, UserId(1)).unwrap();
        let ((), stored) = complete.anew(|to| to.write_all(b"clean")).unwrap();
        complete.keep(&stored, &[]).unwrap();
        // Cut off before it was settled.
        let again = open(&dir);
        let complete = again.complete(id, UserId(1)).unwrap();
        let (_, came) = complete.as_it_came().unwrap();
        assert_eq!(fs::read(dir.path().join("uploads").join(id.to_string())).unwrap(), b"abc");
        assert_ne!(came.hash, stored.hash);
        let ((), stored_again) = complete.anew(|to| to.write_all(b"clean")).unwrap();
        complete.keep(&stored_again, &[]).unwrap();
        assert_eq!(stored_again, stored);
        again.settle(id);
        assert_eq!(files(&dir), 0, "what came is gone");
        let folders = again.blobs().folders().unwrap();
        assert_eq!(folders.iter().map(|folder| folder.blobs().unwrap()).collect::<Vec<_>>(), [[stored.hash]]);
    }
}
