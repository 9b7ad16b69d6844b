//! What is looked at of a file that people send, to know what it is and to take out of it where it was made.

/// Bytes of a file that are in memory while it is read in order: a few for each call to the system.
pub const MEDIA_WINDOW_BYTES: usize = 64 << 10;
/// Bytes that are read where a file is only looked into: one page of memory, and of most disks.
pub const MEDIA_LOOK_BYTES: usize = 4 << 10;
/// Segments, chunks, boxes and entries that are looked at to know what a file is; an ordinary one has some dozens, a
/// photo with large profiles a few hundred. Each may cost a read of [`MEDIA_LOOK_BYTES`].
pub const MEDIA_LOOKS_MAX: u32 = 16_384;
/// The same while a film, or a picture that is cleaned where it stands, is gone through: two hours in fragments of a second,
/// or with tracks that tell something of each picture.
pub const MEDIA_STEPS_MAX: u32 = 1_000_000;
/// Stretches of a file that are overwritten, some 40 bytes of memory each: one a second for every track of a long film.
pub const MEDIA_OVERWRITES_MAX: usize = 32_768;
/// Bytes that are written over others in one file, zeros aside: the directories of a TIFF of a hundred pages.
pub const MEDIA_OVERWRITTEN_BYTES_MAX: usize = 512 << 10;
/// Directories of a TIFF: one or two for each page of a long scan.
pub const TIFF_DIRECTORIES_MAX: usize = 1_024;
/// Entries of one directory of a TIFF: raw pictures have a hundred.
pub const TIFF_ENTRIES_MAX: u64 = 512;
/// Directories that one entry of a TIFF points to: previews, masks.
pub const TIFF_CHILDREN_MAX: u64 = 64;
/// Items of a HEIC or AVIF picture that are erased: EXIF and XMP, for each picture of a burst.
pub const MEDIA_ITEMS_MAX: usize = 256;
/// Pieces of the file of which the items of a HEIC or AVIF picture consist: a photo of 50 megapixels is made of 200 tiles.
pub const MEDIA_PIECES_MAX: usize = 4_096;
/// Boxes of a film or a HEIC picture that say how it is put together (`moov`, `meta` and the like): one or two of each kind.
pub const MEDIA_HEADS_MAX: usize = 16;

/// Times that a picture in scans is drawn for whoever looks at it, each over all of its pixels: usual ones have 10, careful ones
/// 20.
pub const SHOWN_SCANS_MAX: u32 = 100;
/// Frames of a picture that moves: 40 seconds at 50 a second.
pub const SHOWN_FRAMES_MAX: u32 = 2_000;
/// Pixels of all frames together: a phone draws some 100 million a second.
pub const SHOWN_FRAME_PIXELS_MAX: u64 = 2_000_000_000;
/// Bytes of memory that a picture takes of whoever looks at it, 4 for each pixel, and 8 where a sample has more than 8 bits:
/// what the largest of which previews are made takes.
pub const SHOWN_MEMORY_BYTES_MAX: u64 = 4 << 26;
