//! What files take on the box, and what they still may: told to whoever sends one, and to the owner.

use serde::{Deserialize, Serialize};

use super::id::UserId;
use super::limits::FILE_BYTES_MAX;

/// How many bytes files may have. Who has more already keeps it: only what is new is refused.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StorageLimits {
    /// Of one file.
    #[cfg_attr(test, ts(type = "number"))]
    pub file_bytes_max: u64,
    /// Of all that one person has sent and not deleted, or is bringing; 0: no limit.
    #[cfg_attr(test, ts(type = "number"))]
    pub person_bytes_max: u64,
    /// Of all files of the box; 0: what the disk has. Whatever this says, some of the disk stays free.
    #[cfg_attr(test, ts(type = "number"))]
    pub all_bytes_max: u64,
}

impl Default for StorageLimits {
    fn default() -> Self {
        Self { file_bytes_max: FILE_BYTES_MAX, person_bytes_max: 0, all_bytes_max: 0 }
    }
}

/// What says how much may still be brought.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum StorageBound {
    /// The owner's limit for all files.
    All,
    /// The disk, of which some stays free, and of the rest half for others.
    Disk,
    /// The owner's limit for one person.
    Person,
}

/// `GET /api/uploads`: what this person may bring at the moment.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct UploadLimits {
    /// Bytes of one file.
    #[cfg_attr(test, ts(type = "number"))]
    pub file_bytes_max: u64,
    /// Bytes of this person's; 0: no limit.
    #[cfg_attr(test, ts(type = "number"))]
    pub person_bytes_max: u64,
    /// Bytes that may still be brought, of all files together.
    #[cfg_attr(test, ts(type = "number"))]
    pub left_bytes: u64,
    /// What says so.
    pub bound: StorageBound,
}

/// `GET /api/storage`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Storage {
    /// Bytes of the disk, and of it those that are free.
    #[cfg_attr(test, ts(type = "number"))]
    pub disk_bytes: u64,
    #[cfg_attr(test, ts(type = "number"))]
    pub free_bytes: u64,
    /// Bytes of the disk that files leave free, whatever the owner says.
    #[cfg_attr(test, ts(type = "number"))]
    pub kept_free_bytes: u64,
    /// Bytes of all files that were sent, each once; none while they are counted, right after a start.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub files_bytes: Option<u64>,
    /// Uploads that are not complete, and the bytes they will have.
    pub unfinished: u32,
    #[cfg_attr(test, ts(type = "number"))]
    pub unfinished_bytes: u64,
    /// Whoever has sent the most and not deleted it, the most first; each pays for what they send, also where another
    /// has sent the same.
    pub people: Vec<StorageOf>,
    /// Bytes of all others.
    #[cfg_attr(test, ts(type = "number"))]
    pub others_bytes: u64,
}

/// What one person has sent and not deleted. Who has no account any more is still here.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StorageOf {
    pub user: UserId,
    #[cfg_attr(test, ts(type = "number"))]
    pub bytes: u64,
}
