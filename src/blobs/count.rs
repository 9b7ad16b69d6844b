//! How many bytes all blobs have together: folder by folder after a start, and kept up with from then on.

use super::found::FilesFound;
use crate::proto::blob::BlobHash;

/// As many as the first byte of a hash has values.
pub const FOLDERS: usize = 256;

/// See the module's text. Kept right by whoever changes the blobs.
#[derive(Debug)]
pub(super) struct Count {
    bytes: u64,
    blobs: u64,
    is_counted: [bool; FOLDERS],
    /// What the start has found.
    pub(super) found: Option<FilesFound>,
}

impl Default for Count {
    fn default() -> Self {
        Self { bytes: 0, blobs: 0, is_counted: [false; FOLDERS], found: None }
    }
}

impl Count {
    /// What is in a folder that was looked at for the first time.
    pub(super) fn folder(&mut self, first: u8, blobs: u64, bytes: u64) {
        if !std::mem::replace(&mut self.is_counted[usize::from(first)], true) {
            self.bytes += bytes;
            self.blobs += blobs;
        }
    }

    /// One has come that was not here.
    pub(super) fn come(&mut self, blob: BlobHash, bytes: u64) {
        if self.is_counted(blob) {
            self.bytes += bytes;
            self.blobs += 1;
        }
    }

    /// One has gone.
    pub(super) fn gone(&mut self, blob: BlobHash, bytes: u64) {
        if self.is_counted(blob) {
            self.bytes = self.bytes.saturating_sub(bytes);
            self.blobs = self.blobs.saturating_sub(1);
        }
    }

    /// How many there are, and their bytes; none until every folder was looked at.
    pub(super) fn told(&self) -> Option<(u64, u64)> {
        self.is_counted.iter().all(|&counted| counted).then_some((self.blobs, self.bytes))
    }

    fn is_counted(&self, blob: BlobHash) -> bool {
        self.is_counted[usize::from(blob.0[0])]
    }
}
