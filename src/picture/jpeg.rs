//! How a JPEG is put together, as far as its decoder does not tell: where the first picture in a file ends, and whether
//! it comes in several scans. ITU-T T.81, annex B.

use std::io::{self, BufRead, Seek};

/// A marker is 0xff and one of these.
const RESTARTS: std::ops::RangeInclusive<u8> = 0xd0..=0xd7;
const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
/// Stands alone, without a length (B.1.1.3).
const TEMPORARY: u8 = 0x01;
const FRAMES: [u8; 2] = [0xc0, 0xc1];
const PROGRESSIVE: u8 = 0xc2;
/// Bytes of a segment before the number of components in a frame's: its length, the precision, height and width.
const FRAME_COMPONENTS_AT: usize = 7;
/// The same in a scan's.
const SCAN_COMPONENTS_AT: usize = 2;

/// The first picture of a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Shape {
    /// From the start to the end marker.
    pub(super) bytes: u64,
    /// Whether it is progressive, or has its components one after the other: then its decoder keeps it whole beside the
    /// pixels. One that does not say counts as such.
    pub(super) has_several_scans: bool,
}

/// Looks through a file from its start; `None` where the picture is cut off, which its decoder would paint grey. What
/// stands in segments, such as a thumbnail, and what follows, such as a film, is passed over.
pub(super) fn first_picture(file: &mut (impl BufRead + Seek)) -> io::Result<Option<Shape>> {
    let start = file.stream_position()?;
    file.seek_relative(2)?;
    let mut components = None;
    let mut is_progressive = false;
    let mut has_several_scans = None;
    loop {
        let Some(marker) = next_marker(file)? else { return Ok(None) };
        match marker {
            END => {
                let bytes = file.stream_position()? - start;
                return Ok(has_several_scans.map(|has_several_scans| Shape { bytes, has_several_scans }));
            }
            START | TEMPORARY => continue,
            _ if RESTARTS.contains(&marker) => continue,
            _ => {}
        }
        let Some(segment) = segment(file)? else { return Ok(None) };
        match marker {
            PROGRESSIVE => is_progressive = true,
            SCAN => {
                let is_whole = components == Some(segment[SCAN_COMPONENTS_AT]);
                has_several_scans.get_or_insert(is_progressive || !is_whole);
            }
            frame if FRAMES.contains(&frame) => components = Some(segment[FRAME_COMPONENTS_AT]),
            _ => {}
        }
    }
}

/// The code of the next marker: in coded data a 0xff is followed by zero, and a marker by its code, which is never 0xff
/// itself. Decoders pass over stray bytes between segments, and any number of fill bytes (B.1.1.2), in the same way.
fn next_marker(file: &mut impl BufRead) -> io::Result<Option<u8>> {
    loop {
        file.skip_until(0xff)?;
        let mut code = [0xff];
        while code == [0xff] {
            if file.read(&mut code)? == 0 {
                return Ok(None);
            }
        }
        if code != [0] {
            return Ok(Some(code[0]));
        }
    }
}

/// The first bytes of a segment, whose length stands first and counts itself; goes on behind it. `None` where that
/// cannot be.
fn segment(file: &mut (impl BufRead + Seek)) -> io::Result<Option<[u8; FRAME_COMPONENTS_AT + 1]>> {
    let mut start = [0; FRAME_COMPONENTS_AT + 1];
    let mut read = 0;
    let mut wanted = 2;
    while read < wanted {
        let count = file.read(&mut start[read..wanted])?;
        if count == 0 {
            return Ok(None);
        }
        read += count;
        if read == 2 {
            let length = usize::from(u16::from_be_bytes([start[0], start[1]]));
            if length < 2 {
                return Ok(None);
            }
            wanted = length.min(start.len());
        }
    }
    let length = i64::from(u16::from_be_bytes([start[0], start[1]]));
    file.seek_relative(length - read as i64)?;
    Ok(Some(start))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::ImageFormat;

    use super::*;
    use crate::picture::tests::{file, halves, jpeg_saying, photo};

    fn shape(file: &[u8]) -> Option<Shape> {
        first_picture(&mut Cursor::new(file)).unwrap()
    }

    #[test]
    fn the_first_picture_ends_at_its_marker_whatever_stands_between() {
        let whole = file(&halves(300, 200), ImageFormat::Jpeg);
        let bytes = |file: &[u8]| shape(file).map(|shape| shape.bytes);
        assert_eq!(bytes(&whole), Some(whole.len() as u64));
        let mut filled = whole[..2].to_vec();
        filled.extend([0xff; 9]);
        filled.extend(&whole[2..whole.len() - 2]);
        filled.extend([0xff; 5]);
        filled.extend([0xff, 0xd9]);
        assert_eq!(bytes(&filled), Some(filled.len() as u64));
        let behind = [&filled[..], b"\0\0\0\x18ftypmp42\xff\xd9"].concat();
        assert_eq!(bytes(&behind), Some(filled.len() as u64));
    }

    #[test]
    fn one_without_an_end_or_without_a_picture_is_none() {
        let whole = file(&halves(300, 200), ImageFormat::Jpeg);
        for cut in [0, 1, 2, 3, 20, whole.len() - 1] {
            assert_eq!(shape(&whole[..cut]), None, "{cut}");
        }
        assert_eq!(shape(b"\xff\xd8\xff\xd9"), None, "an end without a picture");
        assert_eq!(shape(b"\xff\xd8\xff\xe0\0\0\xff\xd9"), None, "a length that cannot be");
        assert_eq!(shape(b"\xff\xd8\xff\xe0\xff\xff\xff\xd9"), None, "a segment that is not there");
    }

    #[test]
    fn a_progressive_one_and_one_that_does_not_say_have_several_scans() {
        let several = |file: &[u8]| shape(file).map(|shape| shape.has_several_scans);
        assert_eq!(several(&jpeg_saying(6_000, 4_000, 0xc2)), Some(true));
        assert_eq!(several(&jpeg_saying(6_000, 4_000, 0xc0)), Some(false));
        assert_eq!(several(&photo(1)), Some(false));
        assert_eq!(several(b"\xff\xd8\xff\xda\0\x03\x01\xff\xd9"), Some(true), "a scan without a frame");
    }
}
