//! All uploads of the box: which there are, whose they are, what they may take together.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::rand;

use super::note::{NewUpload, Note};
use super::upload::{Progress, Upload, UploadFault, Writing};
use super::{Blobs, Space};
use crate::file::make_private_folder;
use crate::proto::blob::UploadId;
use crate::proto::id::UserId;
use crate::proto::limits::{FILE_BYTES_MAX, UPLOAD_KEPT, UPLOADS_MAX, UPLOADS_OF_ONE_MAX};
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
        for entry in fs::read_dir(&uploads.folder)? {
            let name = entry?.file_name();
            let Some(id) = name.to_str().and_then(|name| name.strip_suffix(".json")?.parse().ok()) else { continue };
            if let Some(upload) = Upload::found(id, uploads.paths(id))? {
                all.insert(id, Arc::new(upload));
            }
        }
        for entry in fs::read_dir(&uploads.folder)? {
            let path = entry?.path();
            let id = path.file_stem().and_then(|stem| stem.to_str()?.parse().ok());
            let known = id.is_some_and(|id| all.contains_key(&id));
            // `new`: a note whose writing was cut off.
            if !known || path.extension().is_some_and(|extension| extension == "new") {
                fs::remove_file(path)?;
            }
        }
        let kept: HashSet<_> = all.values().filter_map(|upload| upload.blob()).collect();
        uploads.blobs.keep_only(|hash| kept.contains(&hash))?;
        drop(all);
        Ok(uploads)
    }

    /// Begins one.
    pub fn begin(&self, upload: NewUpload, now: Millis) -> Result<UploadId, Refused> {
        if upload.bytes > FILE_BYTES_MAX {
            return Err(Refused::Large);
        }
        let mut id = [0; 16];
        rand::fill(&mut id).map_err(|_| io::Error::other("the system gives no random bytes"))?;
        let id = UploadId(id);
        let space = Space::of(&self.folder)?.for_uploads();
        // What two begin at once counts for both.
        let mut all = self.lock();
        if all.len() >= UPLOADS_MAX {
            return Err(Refused::InAll);
        }
        if all.values().filter(|other| other.by() == upload.by).count() >= UPLOADS_OF_ONE_MAX {
            return Err(Refused::OfOne);
        }
        let promised: u64 = all.values().map(|other| other.to_come()).sum();
        if space.saturating_sub(promised) < upload.bytes {
            return Err(Refused::NoSpace);
        }
        let is_empty = upload.bytes == 0;
        let begun = Arc::new(Upload::new(id, self.paths(id), Note::new(upload, now + KEPT_MS)));
        all.insert(id, begun.clone());
        drop(all);
        let made = begun.make().and_then(|()| if is_empty { self.finish_empty(begun, now) } else { Ok(()) });
        if let Err(fault) = made {
            self.lock().remove(&id);
            return Err(fault.into());
        }
        Ok(id)
    }

    /// Nothing more will come.
    fn finish_empty(&self, upload: Arc<Upload>, now: Millis) -> io::Result<()> {
        let finished =
            Writing::begin(upload, self.blobs.clone(), 0, false).and_then(|writing| writing.finish(now + KEPT_MS));
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

    /// Goes on with one of this person's at byte `at`; see [`Writing::begin`]. None where there is none.
    pub fn write(&self, id: UploadId, by: UserId, at: u64, doubted: bool) -> Option<Result<Writing, UploadFault>> {
        let upload = self.of(id, by)?;
        Some(Writing::begin(upload, self.blobs.clone(), at, doubted))
    }

    /// Removes one of this person's; false where there is none.
    pub fn remove(&self, id: UploadId, by: UserId) -> io::Result<bool> {
        let Some(upload) = self.of(id, by) else { return Ok(false) };
        self.end(&upload)?;
        Ok(true)
    }

    /// Removes those whose time is over. A clock that was set back does not keep them for longer.
    pub fn expire(&self, now: Millis) -> io::Result<()> {
        let all: Vec<_> = self.lock().values().cloned().collect();
        for upload in all {
            let ends_at = upload.progress().note.ends_at;
            if ends_at <= now || ends_at > now + KEPT_MS {
                self.end(&upload)?;
            }
        }
        Ok(())
    }

    /// Removes one, and what it has become, unless another upload is of the same bytes.
    fn end(&self, upload: &Upload) -> io::Result<()> {
        upload.end()?;
        let _changing = self.blobs.changing();
        let mut all = self.lock();
        all.remove(&upload.id);
        match upload.blob() {
            Some(hash) if all.values().all(|other| other.blob() != Some(hash)) => {
                drop(all);
                self.blobs.remove(hash)
            }
            _ => Ok(()),
        }
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
        let [ada, lin] = [1, 2].map(|by| uploads.begin(new(by, 5), 100).unwrap());
        let mut writing = uploads.write(ada, UserId(1), 0, false).unwrap().unwrap();
        writing.write(b"abc").unwrap();
        let folder = dir.path().join("uploads");
        for stray in ["x", "00112233445566778899aabbccddeeff", &format!("{ada}.new"), "junk.json"] {
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
        let id = uploads.begin(new(1, 5), 0).unwrap();
        assert!(uploads.progress(id, UserId(2)).is_none() && uploads.write(id, UserId(2), 0, false).is_none());
        assert!(!uploads.remove(id, UserId(2)).unwrap());
        assert!(uploads.remove(id, UserId(1)).unwrap() && !uploads.remove(id, UserId(1)).unwrap());
        assert_eq!(files(&dir), 0);
    }

    #[test]
    fn what_is_too_large_or_too_much_does_not_begin() {
        let dir = tempfile::tempdir().unwrap();
        let uploads = open(&dir);
        assert!(matches!(uploads.begin(new(1, FILE_BYTES_MAX + 1), 0), Err(Refused::Large)));
        for _ in 0..UPLOADS_OF_ONE_MAX {
            uploads.begin(new(1, 1), 0).unwrap();
        }
        assert!(matches!(uploads.begin(new(1, 1), 0), Err(Refused::OfOne)));
        uploads.begin(new(2, 1), 0).unwrap();
    }

    #[test]
    fn what_others_were_promised_is_not_promised_again() {
        let dir = tempfile::tempdir().unwrap();
        let uploads = open(&dir);
        let space = Space::of(dir.path()).unwrap().for_uploads();
        let wanted = space / FILE_BYTES_MAX + 2;
        let begun: Vec<_> = (0..wanted).map(|by| uploads.begin(new(by + 1, FILE_BYTES_MAX), 0)).collect();
        assert!(matches!(begun.last(), Some(Err(Refused::NoSpace))), "{} GiB", space >> 30);
    }

    #[test]
    fn what_nobody_goes_on_with_is_gone_after_a_day_whatever_the_clock_does() {
        let dir = tempfile::tempdir().unwrap();
        let uploads = open(&dir);
        let [left, gone_on] = [(); 2].map(|()| uploads.begin(new(1, 5), 0).unwrap());
        let writing = uploads.write(gone_on, UserId(1), 0, false).unwrap().unwrap();
        writing.finish(2 * KEPT_MS - 1).unwrap();
        uploads.expire(KEPT_MS - 1).unwrap();
        assert!(uploads.progress(left, UserId(1)).is_some());
        uploads.expire(KEPT_MS).unwrap();
        assert!(uploads.progress(left, UserId(1)).is_none() && uploads.progress(gone_on, UserId(1)).is_some());
        uploads.expire(-1).unwrap();
        assert_eq!(files(&dir), 0, "the clock was set back");
    }

    #[test]
    fn nothing_is_a_blob_too() {
        let dir = tempfile::tempdir().unwrap();
        let uploads = open(&dir);
        let id = uploads.begin(new(1, 0), 0).unwrap();
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(
            uploads.progress(id, UserId(1)).unwrap().note.blob.map(|hash| hash.to_string()).as_deref(),
            Some(empty)
        );
    }

    #[test]
    fn a_blob_is_there_as_long_as_an_upload_of_the_same_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let uploads = open(&dir);
        let [first, second] = [1, 2].map(|by| {
            let id = uploads.begin(new(by, 3), 0).unwrap();
            let mut writing = uploads.write(id, UserId(by), 0, false).unwrap().unwrap();
            writing.write(b"abc").unwrap();
            writing.finish(KEPT_MS).unwrap();
            id
        });
        let hash = uploads.progress(first, UserId(1)).unwrap().note.blob.unwrap();
        let is_there = || Blobs::open(dir.path()).unwrap().read(hash).unwrap().is_some();
        assert!(uploads.remove(first, UserId(1)).unwrap() && is_there());
        let again = open(&dir);
        assert!(is_there(), "a start removes what nobody refers to, and nothing else");
        assert!(again.remove(second, UserId(2)).unwrap() && !is_there());
    }

    #[test]
    fn a_blob_of_a_run_that_was_cut_off_before_it_was_noted_goes_at_the_next_start() {
        let dir = tempfile::tempdir().unwrap();
        let uploads = open(&dir);
        let id = uploads.begin(new(1, 0), 0).unwrap();
        let hash = uploads.progress(id, UserId(1)).unwrap().note.blob.unwrap();
        fs::remove_file(dir.path().join("uploads").join(format!("{id}.json"))).unwrap();
        open(&dir);
        assert!(Blobs::open(dir.path()).unwrap().read(hash).unwrap().is_none());
    }
}
