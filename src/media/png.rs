//! PNG, animated ones too (W3C, third edition): chunks, each with its length, its name and a checksum.

use super::exif;
use super::input::{Fault, Input, Walk};
use super::output::Output;
use super::{Found, Media, PictureFacts, Size};

const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";
const HEAD: [u8; 4] = *b"IHDR";
const HEAD_BYTES: u32 = 13;
const PIXELS: [u8; 4] = *b"IDAT";
const EXIF: [u8; 4] = *b"eXIf";
const END: [u8; 4] = *b"IEND";
/// Of a chunk's length (section 5.3).
const LENGTH_MAX: u32 = i32::MAX as u32;
const CHECKSUM_BYTES: u64 = 4;

/// What a picture looks like.
const KEPT: [[u8; 4]; 20] = [
    HEAD, *b"PLTE", PIXELS, END, *b"tRNS", *b"gAMA", *b"cHRM", *b"sRGB", *b"iCCP", *b"sBIT", *b"bKGD", *b"pHYs",
    *b"acTL", *b"fcTL", *b"fdAT", *b"cICP", *b"mDCV", *b"mDCv", *b"cLLI", *b"cLLi",
];

struct Chunk {
    length: u32,
    name: [u8; 4],
}

/// The head of the next one, which ends within the file.
fn chunk(input: &mut Input<'_>) -> Walk<Chunk> {
    let chunk = Chunk { length: input.u32()?, name: input.bytes()? };
    if chunk.length > LENGTH_MAX || u64::from(chunk.length) + CHECKSUM_BYTES > input.left() {
        return Err(Fault::Damaged);
    }
    Ok(chunk)
}

pub(super) fn found(input: &mut Input<'_>) -> Walk<Option<Found>> {
    input.go_to(0)?;
    if !input.begins(SIGNATURE)? {
        return Ok(None);
    }
    let stored = head(input)?;
    let (mut orientation, mut is_animated) = (None, false);
    loop {
        input.step()?;
        let Chunk { length, name } = chunk(input)?;
        let start = input.at();
        let end = start + u64::from(length);
        match name {
            // What comes later, no browser waits for.
            PIXELS => break,
            END | HEAD => return Err(Fault::Damaged),
            EXIF if orientation.is_none() => orientation = Some(exif::orientation(input, start..end)?),
            _ => is_animated |= name == *b"acTL",
        }
        input.go_to(end + CHECKSUM_BYTES)?;
    }
    let facts = PictureFacts::new(stored, orientation.unwrap_or(exif::UPRIGHT));
    Ok(Some(Found::picture(Media::Png, PictureFacts { is_animated, ..facts })))
}

/// The size in the first chunk, which is passed.
fn head(input: &mut Input<'_>) -> Walk<Size> {
    let Chunk { length, name } = chunk(input)?;
    if name != HEAD || length != HEAD_BYTES {
        return Err(Fault::Damaged);
    }
    let size = Size::new(input.u32()?, input.u32()?).ok_or(Fault::Damaged)?;
    input.skip(u64::from(HEAD_BYTES) - 8 + CHECKSUM_BYTES)?;
    Ok(size)
}

/// Copies what a picture looks like: none of its texts, times and unknown chunks, and nothing that stands behind it.
pub(super) fn clean(input: &mut Input<'_>, orientation: u8, output: &mut Output<'_>) -> Walk<()> {
    input.go_to(SIGNATURE.len() as u64)?;
    output.write(SIGNATURE)?;
    let mut has_pixels = false;
    loop {
        let Chunk { length, name } = chunk(input)?;
        let bytes = u64::from(length) + CHECKSUM_BYTES;
        if KEPT.contains(&name) {
            output.write(&length.to_be_bytes())?;
            output.write(&name)?;
            input.copy(bytes, output)?;
        } else if name[0].is_ascii_uppercase() {
            // Without what a name in capitals stands for, no decoder may go on (section 5.4).
            return Err(Fault::Damaged);
        } else {
            input.skip(bytes)?;
        }
        match name {
            HEAD if orientation != exif::UPRIGHT => write_exif(orientation, output)?,
            PIXELS => has_pixels = true,
            END if has_pixels => return Ok(()),
            END => return Err(Fault::Damaged),
            _ => {}
        }
    }
}

fn write_exif(orientation: u8, output: &mut Output<'_>) -> Walk<()> {
    let tiff = exif::of(orientation);
    output.write(&(tiff.len() as u32).to_be_bytes())?;
    output.write(&EXIF)?;
    output.write(&tiff)?;
    Ok(output.write(&crc32(&[&EXIF[..], &tiff].concat()).to_be_bytes())?)
}

/// The checksum of a chunk (annex D).
fn crc32(bytes: &[u8]) -> u32 {
    let shift = |crc: u32, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
    !bytes.iter().fold(!0_u32, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), shift))
}
