//! An upload that is complete, on its way to being a blob: looked into, perhaps written anew, and kept.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};

use super::note::Note;
use super::upload::{Upload, clean_path};
use super::{Blobs, hash_value};
use crate::file::{self, FILE_MODE};
use crate::proto::blob::BlobHash;

/// See the module's text.
#[derive(Debug)]
pub struct Complete {
    upload: Arc<Upload>,
    blobs: Blobs,
    note: Note,
}

/// Bytes that are on the disk, and what they are known by.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stored {
    path: PathBuf,
    pub hash: BlobHash,
    pub bytes: u64,
}

impl Stored {
    /// Opens them.
    pub fn open(&self) -> io::Result<File> {
        File::open(&self.path)
    }
}

impl Complete {
    /// Of one of which all is here.
    pub(super) fn new(upload: Arc<Upload>, blobs: Blobs) -> Option<Self> {
        let note = upload.complete()?;
        Some(Self { upload, blobs, note })
    }

    /// What is known of it.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// As it came; after a run that was cut off, as it was kept then.
    pub fn as_it_came(&self) -> io::Result<(File, Stored)> {
        let (path, hash) = match (self.note.hash, self.note.blob) {
            (Some(hash), None) => (self.upload.path().to_owned(), hash),
            (Some(hash), Some(_)) if self.upload.path().exists() => (self.upload.path().to_owned(), hash),
            (_, Some(blob)) => (self.blobs.path(blob), blob),
            (None, None) => return Err(io::ErrorKind::NotFound.into()),
        };
        let file = File::open(&path)?;
        let bytes = file.metadata()?.len();
        Ok((file, Stored { path, hash, bytes }))
    }

    /// Changes the bytes themselves, as `change` does, which does nothing when it is done again. What they are known by stays:
    /// that is what came.
    pub fn in_place<T>(&self, stored: &Stored, change: impl FnOnce(&mut File) -> io::Result<T>) -> io::Result<T> {
        let mut file = OpenOptions::new().read(true).write(true).open(&stored.path)?;
        let changed = change(&mut file)?;
        file.sync_data()?;
        Ok(changed)
    }

    /// Other bytes in place of those that came, as `write` writes them.
    pub fn anew<T>(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> io::Result<(T, Stored)> {
        let path = clean_path(self.upload.path());
        // Of a run that was cut off.
        file::remove(&path)?;
        let file = OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(&path)?;
        let mut hashing = Hashing { file, hash: Context::new(&SHA256), bytes: 0 };
        let written = write(&mut hashing)?;
        hashing.file.sync_data()?;
        let Hashing { hash, bytes, .. } = hashing;
        Ok((written, Stored { path, hash: hash_value(hash), bytes }))
    }

    /// Keeps it among the blobs, with what is to be shown of it while it is not loaded, by longer edge in pixels. What came
    /// stays until the upload is settled.
    pub fn keep(&self, stored: &Stored, previews: &[(u32, Vec<u8>)]) -> io::Result<()> {
        let _changing = self.blobs.changing();
        self.upload.keep_as(stored.hash)?;
        for (edge, jpeg) in previews {
            self.blobs.write_preview(stored.hash, *edge, jpeg)?;
        }
        if stored.path == self.blobs.path(stored.hash) { Ok(()) } else { self.blobs.take(&stored.path, stored.hash) }
    }
}

/// A file that is hashed while it is written.
struct Hashing {
    file: File,
    hash: Context,
    bytes: u64,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Blobs {
    /// Writes one beside the blobs: of these nothing is lost that could not be made again.
    fn write_preview(&self, hash: BlobHash, edge: u32, jpeg: &[u8]) -> io::Result<()> {
        let path = self.preview_path(hash, edge);
        if let Some(folder) = path.parent() {
            file::make_private_folder(folder)?;
        }
        let fresh = path.with_extension("new");
        file::remove(&fresh)?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(&fresh)?;
        file.write_all(jpeg)?;
        file.sync_data()?;
        fs::rename(&fresh, &path)
    }
}
