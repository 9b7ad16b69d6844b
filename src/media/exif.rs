//! Of all that an EXIF tells, the one thing by which a picture looks as it should: how it is to be turned.

use std::ops::Range;

use super::ifd::Layout;
use super::input::{Fault, Input, Walk};

/// As the pixels are stored (EXIF 2.32, section 4.6.4).
pub(super) const UPRIGHT: u8 = 1;

const ORIENTATION: u16 = 0x0112;
/// What begins the segment of a JPEG; with it some writers begin the chunk of a WebP, too.
pub(super) const HEAD: [u8; 6] = *b"Exif\0\0";

/// How the EXIF in this part of a file says that the picture is to be turned. A picture with a damaged one is still a
/// picture, and upright.
pub(super) fn orientation(input: &mut Input<'_>, range: Range<u64>) -> Walk<u8> {
    match found(input, range) {
        Err(Fault::Damaged | Fault::Beyond) => Ok(UPRIGHT),
        found => Ok(found?.unwrap_or(UPRIGHT)),
    }
}

fn found(input: &mut Input<'_>, range: Range<u64>) -> Walk<Option<u8>> {
    input.go_to(range.start)?;
    let start = if input.begins(&HEAD)? { input.at() } else { range.start };
    let Some((layout, first)) = Layout::read(input, start..range.end)? else { return Ok(None) };
    let directory = layout.directory(input, first)?;
    let Some(entry) = directory.entries.iter().find(|entry| entry.tag == ORIENTATION) else { return Ok(None) };
    let numbers = layout.numbers(input, entry, 1)?;
    Ok(numbers.first().and_then(|number| u8::try_from(*number).ok()).filter(|number| (1..=8).contains(number)))
}

/// An EXIF that says this and nothing else.
pub(super) fn of(orientation: u8) -> [u8; 26] {
    let mut exif = *b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
    exif[19] = orientation;
    exif
}
