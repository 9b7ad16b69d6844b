//! What people send beside words, as files of the data folder: blobs by their content, and the uploads that bring them.
//!
//! ```text
//! blobs/ab/cdef…     a blob, named by the SHA-256 of its bytes: the same bytes once, however often they are sent
//! previews/ab/cdef…-320
//!                    a JPEG of a blob that is a picture, by its longer edge in pixels: what is seen before it is loaded
//! uploads/ID         the bytes of an upload so far
//! uploads/ID.json    whose it is, and all else that is known of it (`note.rs`)
//! uploads/ID.clean   the same without what nobody is to see, while it is written
//! files-found.json    what the newest start has found of the blobs, where there is something to tell (`found.rs`)
//! ```
//!
//! An upload that is complete is looked into and [kept](Complete::keep) as a blob; the database is told of it; then it is
//! [settled](Uploads::settle). From then on the database knows which blobs are needed: those that are not are removed by
//! [`Uploads::remove_unneeded`], which asks it while no blob comes.
//!
//! Nothing else opens these files. Everything here waits for the disk: callers take it to a thread that may.

mod complete;
mod count;
mod found;
mod left;
mod note;
mod space;
mod upload;
mod uploads;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::Context;

use count::Count;

use crate::file::{self, make_private_folder, sync_folder};
use crate::proto::blob::BlobHash;
use crate::proto::limits::PREVIEW_EDGES;

pub use complete::{Complete, Stored};
pub use count::FOLDERS;
pub use found::{FilesFound, FilesState};
pub use left::{Held, Left};
pub use note::{NewUpload, Note};
pub use space::Space;
pub use upload::{Progress, UploadFault, Writing};
pub use uploads::{Refused, Uploads};

/// Blobs of one folder share it: file systems are slow with hundreds of thousands in one.
const FOLDER_DIGITS: usize = 2;

/// The blobs of a data folder. Clones are the same.
#[derive(Clone, Debug)]
pub struct Blobs {
    folder: PathBuf,
    previews: PathBuf,
    /// Held while a blob comes or goes, together with whoever refers to it: one that is brought again must not go with the
    /// last that referred to it before.
    changing: Arc<Mutex<()>>,
    count: Arc<Mutex<Count>>,
}

impl Blobs {
    /// Makes the folder where it is missing.
    pub fn open(data_dir: &Path) -> io::Result<Self> {
        let folder = data_dir.join("blobs");
        let previews = data_dir.join("previews");
        make_private_folder(&folder)?;
        make_private_folder(&previews)?;
        Ok(Self { folder, previews, changing: Arc::default(), count: Arc::default() })
    }

    /// A blob's bytes, where it is here.
    pub fn read(&self, hash: BlobHash) -> io::Result<Option<File>> {
        open(&self.path(hash))
    }

    /// What is to be seen of a picture before it is loaded, by its longer edge; none where it is no larger itself.
    pub fn preview(&self, hash: BlobHash, edge: u32) -> io::Result<Option<File>> {
        open(&self.preview_path(hash, edge))
    }

    /// The blobs whose hash begins with this byte, which are counted by that. What is not named as a blob is not ours.
    pub fn folder(&self, first: u8) -> io::Result<Vec<BlobHash>> {
        let digits = format!("{first:02x}");
        let _changing = self.changing();
        let entries = match fs::read_dir(self.folder.join(&digits)) {
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
                self.count().folder(first, 0, 0);
                return Ok(Vec::new());
            }
            entries => entries?,
        };
        let (mut blobs, mut bytes) = (Vec::new(), 0);
        for entry in entries.flatten() {
            if let Ok(blob) = format!("{digits}{}", entry.file_name().to_string_lossy()).parse() {
                bytes += entry.metadata()?.len();
                blobs.push(blob);
            }
        }
        self.count().folder(first, blobs.len() as u64, bytes);
        Ok(blobs)
    }

    /// How many blobs there are, and their bytes; none before each [folder](Self::folder) was looked at.
    pub fn counted(&self) -> Option<(u64, u64)> {
        self.count().told()
    }

    /// Takes a file whose bytes have this hash and are on the disk, so that it is there after a power cut too. One that is
    /// here already stays, and the file goes.
    fn take(&self, file: &Path, hash: BlobHash) -> io::Result<()> {
        let path = self.path(hash);
        if let Some(folder) = path.parent()
            && !folder.exists()
        {
            make_private_folder(folder)?;
            sync_folder(&self.folder)?;
        }
        let (is_new, bytes) = (!path.exists(), fs::metadata(file)?.len());
        // Over one that is here: its bytes are the same, and whoever reads it goes on with what they have opened.
        fs::rename(file, &path)?;
        if is_new {
            self.count().come(hash, bytes);
        }
        path.parent().map_or(Ok(()), sync_folder)
    }

    fn changing(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes one that nothing needs, and what was made of it.
    fn remove(&self, hash: BlobHash) -> io::Result<()> {
        for edge in PREVIEW_EDGES {
            file::remove(&self.preview_path(hash, edge))?;
        }
        let path = self.path(hash);
        let bytes = fs::metadata(&path).map(|found| found.len()).ok();
        file::remove(&path)?;
        if let Some(bytes) = bytes {
            self.count().gone(hash, bytes);
        }
        Ok(())
    }

    fn count(&self) -> MutexGuard<'_, Count> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn preview_path(&self, hash: BlobHash, edge: u32) -> PathBuf {
        let name = hash.to_string();
        let (folder, rest) = name.split_at(FOLDER_DIGITS);
        self.previews.join(folder).join(format!("{rest}-{edge}"))
    }

    fn path(&self, hash: BlobHash) -> PathBuf {
        let name = hash.to_string();
        let (folder, rest) = name.split_at(FOLDER_DIGITS);
        self.folder.join(folder).join(rest)
    }
}

fn open(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// What bytes are known by that were hashed.
pub fn hash_value(hash: Context) -> BlobHash {
    BlobHash(hash.finish().as_ref().try_into().expect("SHA-256 gives 32 bytes"))
}
