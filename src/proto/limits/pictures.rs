//! Pictures: of profiles, and previews of those that are sent.

/// Pixels of a picture's edge: what a JPEG and a GIF can have at all. A PNG of one column and millions of rows costs a hundred
/// times what its pixels do, and no browser shows it.
pub const PICTURE_EDGE_MAX: u32 = 65_535;
/// Bytes of an uploaded profile picture: what phones' cameras make.
pub const PICTURE_BYTES_MAX: usize = 8 << 20;
/// Pixels of an uploaded profile picture: checked before decoding; 4 bytes each.
pub const PICTURE_PIXELS_MAX: u64 = 40_000_000;
/// Edges in pixels of the stored sizes.
pub const PICTURE_EDGES: [u32; 3] = [32, 96, 256];
/// Pictures decoded at once.
pub const PICTURES_AT_ONCE: usize = 1;
/// Bytes of memory that decoding a picture may take: 40 megapixels of a plain JPEG, PNG or BMP; 16 or more of the kinds
/// whose decoders keep more beside each pixel (a progressive JPEG 18, a GIF 25, a WebP 16 to 28). Leaves a 512 MB board the
/// rest.
pub const PICTURE_MEMORY_BYTES_MAX: u64 = 200_000_000;
/// Picture files taken in at once, and so waiting in memory: 8 x 8 MiB.
pub const PICTURE_UPLOADS_MAX: usize = 8;
/// Bytes of what a PNG's decoder keeps beside the pixels, of which it needs one row: 4 million pixels of it, a hundred times
/// what any screen has.
pub const PICTURE_PNG_BYTES_MAX: usize = 16 << 20;
/// Bytes of a WebP's EXIF, which says how the picture is to be turned: what a segment of a JPEG has room for.
pub const PICTURE_EXIF_BYTES_MAX: u64 = 64 << 10;

/// Bytes of a picture of which previews are made: of 50 megapixels a phone makes some 20 MB. Some decoders keep the file
/// beside the pixels.
pub const PREVIEW_BYTES_MAX: u64 = 32 << 20;
/// Pixels of a picture of which previews are made, 8,192 x 8,192: more than the 50 megapixels of phones, and as a PNG a
/// second or two of a PC, ten or twenty of a board.
pub const PREVIEW_PIXELS_MAX: u64 = 1 << 26;
/// Bytes of memory that decoding such a picture may take, with the file below 200 MB: 53 megapixels of a plain JPEG, 14 of
/// a progressive one, 20 of a GIF, 13 to 22 of a WebP; a PNG that is not interlaced needs only some of its rows.
pub const PREVIEW_MEMORY_BYTES_MAX: u64 = 160_000_000;
/// Bytes that decoding a picture touches, for whose preview none waits that costs more: a phone's JPEG of 12 megapixels, a
/// fraction of a second. Decoded beside a dearer one, it leaves a 512 MB board the rest.
pub const PREVIEW_CHEAP_BYTES_MAX: u64 = 48_000_000;
/// Longer edges in pixels of the previews: a picture among messages, of twice the pixels that a phone has for it; and one
/// that fills a phone.
pub const PREVIEW_EDGES: [u32; 2] = [320, 1_280];
