//! What was found of the blobs when porch started, and kept for whoever asks how the box is.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Blobs;
use crate::file::{self, write_private};
use crate::proto::blob::BlobHash;
use crate::proto::limits::MISSING_NAMED_MAX;

/// The file that remembers it, in the data folder, where there is something to tell.
const FILE: &str = "files-found.json";

/// See the module's text.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct FilesFound {
    /// Blobs that messages need and that are not there.
    pub missing: u64,
    /// Some of them.
    pub examples: Vec<BlobHash>,
    /// Those that nothing needed.
    pub removed: u64,
}

impl FilesFound {
    /// One more is missing.
    pub fn miss(&mut self, blob: BlobHash) {
        self.missing += 1;
        if self.examples.len() < MISSING_NAMED_MAX {
            self.examples.push(blob);
        }
    }

    /// Where those that are named would be in the data folder.
    pub fn named(&self) -> String {
        let places = self.examples.iter().map(|blob| {
            let name = blob.to_string();
            let (folder, rest) = name.split_at(super::FOLDER_DIGITS);
            format!("blobs/{folder}/{rest}")
        });
        places.collect::<Vec<_>>().join(", ")
    }

    /// What the newest start has noted in this data folder.
    pub fn noted(data_dir: &Path) -> Self {
        let read = fs::read(data_dir.join(FILE)).ok();
        read.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }
}

/// How the files are, for whoever asks how the box is.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FilesState {
    /// How many blobs there are, and their bytes; none while they are counted.
    pub counted: Option<(u64, u64)>,
    /// What the newest start has found.
    pub found: FilesFound,
    /// Uploads that are on their way, or were when porch was ended.
    pub unfinished: u64,
}

impl FilesState {
    /// What can be seen of them in this data folder, whether porch runs or not.
    pub fn look(data_dir: &Path) -> io::Result<Self> {
        let (mut blobs, mut bytes) = (0, 0);
        for folder in entries(&data_dir.join("blobs"))? {
            let folder = folder?;
            if folder.file_name().len() != super::FOLDER_DIGITS {
                continue;
            }
            for blob in entries(&folder.path())? {
                bytes += blob?.metadata()?.len();
                blobs += 1;
            }
        }
        let mut unfinished = 0;
        for upload in entries(&data_dir.join("uploads"))? {
            unfinished += u64::from(upload?.path().extension().is_some_and(|extension| extension == "json"));
        }
        Ok(Self { counted: Some((blobs, bytes)), found: FilesFound::noted(data_dir), unfinished })
    }
}

/// What is in a folder; nothing where there is none.
fn entries(folder: &Path) -> io::Result<impl Iterator<Item = io::Result<fs::DirEntry>>> {
    match fs::read_dir(folder) {
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None.into_iter().flatten()),
        entries => Ok(Some(entries?).into_iter().flatten()),
    }
}

impl Blobs {
    /// Keeps what was found.
    pub fn found(&self, found: FilesFound) -> io::Result<()> {
        let path = self.folder.with_file_name(FILE);
        let noted = match found == FilesFound::default() {
            true => file::remove(&path),
            false => write_private(&path, &serde_json::to_string(&found)?),
        };
        self.count().found = Some(found);
        noted
    }

    /// What was found; none before all was looked through.
    pub fn what_was_found(&self) -> Option<FilesFound> {
        self.count().found.clone()
    }
}
