//! What is begun and not sent.

use std::time::Duration;

/// Rooms in which one person has begun something: of more, the oldest go.
pub const DRAFTS_MAX: usize = 100;
/// Bytes of all that one person has begun: eight of the longest messages, or a few hundred usual ones; they are one answer.
pub const DRAFTS_BYTES_MAX: usize = 256 << 10;
/// How often one person leaves a room with something begun at once: a look through all of one's chats.
pub const DRAFTS_BURST: u32 = 40;
/// How soon once more: each is a commit of the disk.
pub const DRAFT_INTERVAL: Duration = Duration::from_secs(3);
