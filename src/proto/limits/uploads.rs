//! Uploads and the files they bring.

use std::time::Duration;

/// Bytes of one file at most, unless the owner says otherwise: an hour of film from a phone.
pub const FILE_BYTES_MAX: u64 = 2 << 30;
/// The least that the owner may allow one file to have: a page of text, or a picture as the page sends it.
pub const FILE_BYTES_MAX_LEAST: u64 = 1_000_000;
/// The most that any of the owner's limits of bytes may say: far more than a disk has, and exact in a browser.
pub const STORED_BYTES_MAX: u64 = 1 << 50;
/// People whom the owner sees with what they have stored: those with the most.
pub const STORED_PEOPLE_MAX: usize = 20;
/// Blobs that are missing and named to the owner: enough to find the rest in a backup.
pub const MISSING_NAMED_MAX: usize = 3;
/// Attachments of one message: what a phone's picker gives at once without scrolling on and on.
pub const ATTACHMENTS_MAX: usize = 10;
/// Bytes of the database that an attachment takes beside what is said of it: its name, its kind, and its places in indexes.
pub const ATTACHMENT_OVERHEAD_BYTES: usize = 512;
/// Characters of what is said of a picture for whoever does not see it: a few sentences, and ten of them in a frame.
pub const ALT_CHARS_MAX: usize = 500;
/// Milliseconds of a voice message, a quarter of an hour.
pub const VOICE_MS_MAX: u32 = 15 * 60 * 1_000;
/// Numbers of a voice message's levels: as many bars as a narrow phone draws.
pub const VOICE_LEVELS_MAX: usize = 64;
/// Bytes of the database that an attachment takes at most: as much as may be said of one, four bytes a character or a level.
pub const ATTACHMENT_SAID_BYTES_MAX: usize = 4 * (ALT_CHARS_MAX + VOICE_LEVELS_MAX) + ATTACHMENT_OVERHEAD_BYTES;
/// Blobs whose files are removed in one go, while no other comes: some milliseconds.
pub const BLOBS_FREED_AT_ONCE_MAX: usize = 64;
/// Bytes of a file's name: what most systems take.
pub const FILE_NAME_BYTES_MAX: usize = 255;
/// Bytes of what a browser says of a file's kind (RFC 6838, section 4.2: two names of 127).
pub const MEDIA_TYPE_BYTES_MAX: usize = 255;
/// Bytes of an `Upload-Metadata` header: both of them in base64, and as much again of what is not ours.
pub const UPLOAD_METADATA_BYTES_MAX: usize = 2_048;
/// Uploads of one person that have not become part of a message: three albums at once.
pub const UPLOADS_OF_ONE_MAX: usize = 32;
/// Uploads of the box, some 500 bytes of memory each.
pub const UPLOADS_MAX: usize = 2_000;
/// How long an upload waits to be gone on with, or to become part of a message.
pub const UPLOAD_KEPT: Duration = Duration::from_secs(86_400);
/// Requests of the box that bring bytes at once, each with [`UPLOAD_BUFFER_BYTES`].
pub const UPLOADING_AT_ONCE: usize = 32;
/// Those of one person: a few tabs, or an album.
pub const UPLOADING_AT_ONCE_OF_ONE: usize = 4;
/// Bytes that are gathered of an upload before they go to the disk: large enough that the way to it costs nothing beside
/// the hash, small enough that a board holds all of them.
pub const UPLOAD_BUFFER_BYTES: usize = 256 << 10;
/// How long what has come of an upload waits for more before it goes to the disk: of a slow link that breaks off often, too,
/// something is kept.
pub const UPLOAD_GATHER_WAIT: Duration = Duration::from_secs(2);
/// Buffers that go to the disk at once; the threads for what blocks are everybody's.
pub const UPLOAD_WRITES_AT_ONCE: usize = 2;
/// Bytes of an upload after which they are surely on the disk, for when the power fails: some seconds of a card.
pub const UPLOAD_SYNC_BYTES: u64 = 64 << 20;
/// Milliseconds by which an upload's end moves before that is written down: a request that brings little costs no write of
/// its own, and a restart an hour of a day at most.
pub const UPLOAD_NOTED_MS: i64 = 3_600_000;
/// Of the space that others have not been promised, one person's uploads may take one in so many parts: whoever comes next
/// has some, too.
pub const UPLOADS_OF_ONE_PART: u64 = 2;
/// Bytes of the disk that uploads leave free; or a tenth of it, where that is more.
pub const DISK_KEPT_FREE_BYTES: u64 = 1 << 30;
/// The same as a part of the disk.
pub const DISK_KEPT_FREE_PART: u64 = 10;
