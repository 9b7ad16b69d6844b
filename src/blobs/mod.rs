//! What people send beside words, as files of the data folder: blobs by their content, and the uploads that bring them.
//!
//! ```text
//! blobs/ab/cdef…     a blob, named by the SHA-256 of its bytes: the same bytes once, however often they are sent
//! uploads/ID         the bytes of an upload so far
//! uploads/ID.json    whose it is, and all else that is known of it (`note.rs`)
//! ```
//!
//! Nothing else opens these files. Everything here waits for the disk: callers take it to a thread that may.

mod note;
mod space;
mod upload;
mod uploads;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::file::{self, make_private_folder, sync_folder};
use crate::proto::blob::BlobHash;

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
    /// Held while a blob comes or goes, together with whoever refers to it: one that is brought again must not go with the
    /// last that referred to it before.
    changing: Arc<Mutex<()>>,
}

impl Blobs {
    /// Makes the folder where it is missing.
    pub fn open(data_dir: &Path) -> io::Result<Self> {
        let folder = data_dir.join("blobs");
        make_private_folder(&folder)?;
        Ok(Self { folder, changing: Arc::default() })
    }

    /// A blob's bytes, where it is here.
    pub fn read(&self, hash: BlobHash) -> io::Result<Option<File>> {
        match File::open(self.path(hash)) {
            Ok(file) => Ok(Some(file)),
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
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
        // Over one that is here: its bytes are the same, and whoever reads it goes on with what they have opened.
        fs::rename(file, &path)?;
        path.parent().map_or(Ok(()), sync_folder)
    }

    fn changing(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes one that nobody refers to any more.
    fn remove(&self, hash: BlobHash) -> io::Result<()> {
        file::remove(&self.path(hash))
    }

    /// Removes all but these: what a run that was cut off has left behind.
    fn keep_only(&self, is_kept: impl Fn(BlobHash) -> bool) -> io::Result<()> {
        for folder in fs::read_dir(&self.folder)? {
            let folder = folder?;
            if !folder.file_type()?.is_dir() {
                continue;
            }
            for entry in fs::read_dir(folder.path())? {
                let entry = entry?;
                let name = [folder.file_name(), entry.file_name()].map(|part| part.to_string_lossy().into_owned());
                // What is not named as a blob is not ours.
                if name.concat().parse().is_ok_and(|hash| !is_kept(hash)) {
                    file::remove(&entry.path())?;
                }
            }
        }
        Ok(())
    }

    fn path(&self, hash: BlobHash) -> PathBuf {
        let name = hash.to_string();
        let (folder, rest) = name.split_at(FOLDER_DIGITS);
        self.folder.join(folder).join(rest)
    }
}
