//! Downloads of stored files.

use std::time::Duration;

/// Downloads of the box at once, each with an open file (all of them fit into [`super::OTHER_FILES_MAX`]) and
/// [`DOWNLOAD_PIECE_BYTES`]: 8 MiB in all.
pub const DOWNLOADS_AT_ONCE: usize = 128;
/// Those of one person: two devices, each with the six connections that a browser opens, and some.
pub const DOWNLOADS_AT_ONCE_OF_ONE: usize = 16;
/// Downloads that wait to begin; beyond it `busy`. A school that opens an album, six pictures at a time for each.
pub const DOWNLOADS_WAITING_MAX: usize = 2_048;
/// Those of one person.
pub const DOWNLOADS_OF_ONE_WAITING_MAX: usize = 64;
/// How long a download waits to begin until whoever has more than its person gives one up: by then all pictures of an
/// album have gone by, and what is left is slow.
pub const DOWNLOAD_PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of a file that are read at once. All of them are encrypted before anybody else has the thread: some 300 µs where
/// the processor does not know AES. Less would cost more for the same bytes, and more would let messages wait.
pub const DOWNLOAD_PIECE_BYTES: usize = 64 << 10;
/// Pieces that are waited for at once, where the disk has to be asked; the threads for what blocks are everybody's.
pub const DOWNLOAD_READS_AT_ONCE: usize = 2;
/// Those of one person.
pub const DOWNLOAD_READS_AT_ONCE_OF_ONE: usize = 1;
