//! How much the disk still takes.

use std::io;
use std::path::Path;

use rustix::fs::statvfs;

use crate::proto::limits::{DISK_KEPT_FREE_BYTES, DISK_KEPT_FREE_PART};

/// The disk under a folder.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Space {
    /// Bytes of all of it.
    pub all: u64,
    /// Bytes that are free for porch.
    pub free: u64,
}

impl Space {
    /// Looks at it.
    pub fn of(folder: &Path) -> io::Result<Self> {
        let found = statvfs(folder)?;
        let bytes = |blocks: u64| blocks.saturating_mul(found.f_frsize);
        Ok(Self { all: bytes(found.f_blocks), free: bytes(found.f_bavail) })
    }

    /// Bytes that uploads may still take: what stays free is the chat's, and the system's.
    pub fn for_uploads(self) -> u64 {
        self.free.saturating_sub(self.kept_free())
    }

    /// Bytes that uploads leave free.
    pub fn kept_free(self) -> u64 {
        DISK_KEPT_FREE_BYTES.max(self.all / DISK_KEPT_FREE_PART)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uploads_leave_a_tenth_of_the_disk_or_a_gibibyte() {
        let gib = 1 << 30;
        let left = |all, free| Space { all: all * gib, free: free * gib }.for_uploads() / gib;
        assert_eq!([left(8, 5), left(8, 1), left(8, 0), left(64, 10), left(64, 6)], [4, 0, 0, 3, 0]);
    }
}
