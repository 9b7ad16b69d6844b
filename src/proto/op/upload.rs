//! Changes to uploads that are complete, and to the files they have become.

use crate::proto::attachment::BlobFile;
use crate::proto::blob::UploadId;
use crate::proto::id::UserId;
use crate::proto::millis::Millis;

/// See the module's text.
#[derive(Clone, Debug)]
pub enum UploadOp {
    /// One is complete, and can be sent; its file is on the disk. Once more the same does nothing.
    Complete { upload: UploadId, by: UserId, file: CompleteFile, at: Millis },
    /// Those that were complete before this time and not sent go: so many at most, see
    /// [`UPLOADS_MAX`](crate::proto::limits::UPLOADS_MAX).
    Expire { before: Millis },
    /// It is not wanted any more: or `Refused(NotFound)`.
    Remove { upload: UploadId, by: UserId },
    /// Gives blobs that nothing needed some time ago, and forgets them: at most
    /// [`BLOBS_FREED_AT_ONCE_MAX`](crate::proto::limits::BLOBS_FREED_AT_ONCE_MAX).
    TakeFreed,
}

/// What an upload has become.
#[derive(Clone, Debug)]
pub struct CompleteFile {
    pub file: BlobFile,
    /// Bytes that were uploaded: not those that are kept.
    pub length: u64,
}
