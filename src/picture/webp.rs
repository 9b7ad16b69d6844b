//! How a WebP is put together, as far as its decoder does not tell safely: whether it is an animation, and its EXIF, for
//! which the decoder would ask for as much memory as the file says. RFC 9649, section 2.

use std::io::{self, BufRead, Read, Seek};

use crate::proto::limits::PICTURE_EXIF_BYTES_MAX;

/// Bytes of a chunk's name and size.
const CHUNK_HEADER_BYTES: usize = 8;
/// Bytes of `RIFF`, a size and `WEBP`.
const START_BYTES: i64 = 12;
/// In the first byte of an extended header (section 2.7).
const ANIMATION_FLAG: u8 = 0x02;

#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Shape {
    pub(super) is_animated: bool,
    /// Empty where there is none, or more than anybody needs.
    pub(super) exif: Vec<u8>,
}

/// Looks through a file from its start. What is damaged its decoder finds.
pub(super) fn shape(file: &mut (impl BufRead + Seek)) -> io::Result<Shape> {
    let mut shape = Shape::default();
    file.seek_relative(START_BYTES)?;
    let Some((name, bytes)) = chunk(file)? else { return Ok(shape) };
    if &name != b"VP8X" {
        return Ok(shape);
    }
    let mut flags = [0];
    let read = file.read(&mut flags)?;
    shape.is_animated = flags[0] & ANIMATION_FLAG != 0;
    file.seek_relative(padded(bytes) - read as i64)?;
    while let Some((name, bytes)) = chunk(file)? {
        if &name == b"EXIF" {
            if u64::from(bytes) <= PICTURE_EXIF_BYTES_MAX {
                file.take(bytes.into()).read_to_end(&mut shape.exif)?;
            }
            break;
        }
        file.seek_relative(padded(bytes))?;
    }
    Ok(shape)
}

/// The name and size of the next chunk.
fn chunk(file: &mut impl Read) -> io::Result<Option<([u8; 4], u32)>> {
    let mut header = Vec::with_capacity(CHUNK_HEADER_BYTES);
    file.take(CHUNK_HEADER_BYTES as u64).read_to_end(&mut header)?;
    let &[a, b, c, d, ref bytes @ ..] = header.as_slice() else { return Ok(None) };
    Ok(bytes.try_into().ok().map(|bytes| ([a, b, c, d], u32::from_le_bytes(bytes))))
}

/// A chunk of an odd size has a byte more.
fn padded(bytes: u32) -> i64 {
    i64::from(bytes) + i64::from(bytes % 2)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// A WebP of these chunks, the first of which is the extended header.
    fn webp(flags: u8, chunks: &[(&[u8; 4], u32, &[u8])]) -> Vec<u8> {
        let mut webp = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0".to_vec();
        webp.extend([flags, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for (name, bytes, content) in chunks {
            webp.extend(*name);
            webp.extend(bytes.to_le_bytes());
            webp.extend(*content);
        }
        webp
    }

    fn of(file: &[u8]) -> Shape {
        shape(&mut Cursor::new(file)).unwrap()
    }

    #[test]
    fn the_exif_is_found_behind_other_chunks() {
        let file = webp(0x08, &[(b"VP8 ", 3, b"abc\0"), (b"EXIF", 4, b"exif"), (b"XMP ", 1, b"x\0")]);
        assert_eq!(of(&file), Shape { is_animated: false, exif: b"exif".to_vec() });
        assert_eq!(of(&webp(0x02, &[])), Shape { is_animated: true, exif: Vec::new() });
        assert_eq!(of(b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x02"), Shape::default());
    }

    #[test]
    fn an_exif_that_claims_gigabytes_is_not_asked_for() {
        assert_eq!(of(&webp(0, &[(b"EXIF", u32::MAX, b"")])), Shape::default());
        assert_eq!(of(&webp(0, &[(b"VP8 ", u32::MAX, b"")])), Shape::default());
        assert_eq!(of(b"RIFF"), Shape::default());
    }
}
