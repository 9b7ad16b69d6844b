//! What is known of an upload beside its bytes, in a file beside them.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::file::write_private;
use crate::proto::blob::{BlobHash, FileName};
use crate::proto::id::UserId;
use crate::proto::millis::Millis;

/// What somebody wants to upload.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct NewUpload {
    pub by: UserId,
    /// All of it.
    pub bytes: u64,
    /// As the device calls the file; empty where it does not say.
    pub name: FileName,
    /// What the browser takes it for. Only a hint: what a file is is told by its content.
    pub media_type: String,
}

/// See the module's text.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Note {
    #[serde(flatten)]
    pub upload: NewUpload,
    /// When it is given up, unless it is gone on with.
    pub ends_at: Millis,
    /// Of all of it, once it is here.
    pub hash: Option<BlobHash>,
    /// What it is about to be kept as, once that is known.
    pub(super) blob: Option<BlobHash>,
    /// Bytes that are right whatever happened.
    pub(super) sure: u64,
    /// The run of the system in which the rest of the file was written: while that goes on, what was written is there.
    /// None while bytes come that are not believed before they were compared with a checksum.
    pub(super) boot: Option<String>,
}

impl Note {
    pub(super) fn new(upload: NewUpload, ends_at: Millis) -> Self {
        Self { upload, ends_at, hash: None, blob: None, sure: 0, boot: boot() }
    }

    /// Bytes that can be gone on from, of so many that are in the file.
    pub(super) fn believed(&self, in_file: u64) -> u64 {
        let all = if self.boot.is_some() && self.boot == boot() { in_file } else { self.sure };
        all.min(in_file).min(self.upload.bytes)
    }

    /// Reads one; none where the file holds something else, which a power cut does not leave behind.
    pub(super) fn read(path: &Path) -> io::Result<Option<Self>> {
        Ok(serde_json::from_slice(&fs::read(path)?).ok())
    }

    pub(super) fn write(&self, path: &Path) -> io::Result<()> {
        write_private(path, &serde_json::to_string(self)?)
    }
}

/// This run of the system; none where it does not say (proc(5)).
pub(super) fn boot() -> Option<String> {
    static BOOT: LazyLock<Option<String>> =
        LazyLock::new(|| fs::read_to_string("/proc/sys/kernel/random/boot_id").ok().map(|text| text.trim().to_owned()));
    BOOT.clone()
}
