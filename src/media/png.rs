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
const FRAME: [u8; 4] = *b"fcTL";
const END: [u8; 4] = *b"IEND";
/// What tells something beside the picture.
const TELLING: [[u8; 4]; 5] = [*b"tEXt", *b"zTXt", *b"iTXt", EXIF, *b"tIME"];
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
    fits(input, &chunk).map(|()| chunk)
}

fn fits(input: &Input<'_>, chunk: &Chunk) -> Walk<()> {
    if chunk.length > LENGTH_MAX || u64::from(chunk.length) + CHECKSUM_BYTES > input.left() {
        return Err(Fault::Damaged);
    }
    Ok(())
}

pub(super) fn found(input: &mut Input<'_>) -> Walk<Option<Found>> {
    input.go_to(0)?;
    if !input.begins(SIGNATURE)? {
        return Ok(None);
    }
    let (stored, bits) = head(input)?;
    let (mut orientation, mut is_animated) = (None, false);
    loop {
        input.step()?;
        let chunk = Chunk { length: input.u32()?, name: input.bytes()? };
        // What comes later, no browser waits for; pixels that are cut off are shown as far as they go.
        if chunk.name == PIXELS {
            break;
        }
        fits(input, &chunk)?;
        let Chunk { length, name } = chunk;
        let start = input.at();
        let end = start + u64::from(length);
        match name {
            END | HEAD => return Err(Fault::Damaged),
            EXIF if orientation.is_none() => orientation = Some(exif::orientation(input, start..end)?),
            _ => is_animated |= name == *b"acTL",
        }
        input.go_to(end + CHECKSUM_BYTES)?;
    }
    let facts = PictureFacts::new(stored, orientation.unwrap_or(exif::UPRIGHT));
    Ok(Some(Found::picture(Media::Png, PictureFacts { is_animated, is_deep: bits > 8, ..facts })))
}

/// The size and the bits of a sample in the first chunk, which is passed.
fn head(input: &mut Input<'_>) -> Walk<(Size, u8)> {
    let Chunk { length, name } = chunk(input)?;
    if name != HEAD || length != HEAD_BYTES {
        return Err(Fault::Damaged);
    }
    let size = Size::new(input.u32()?, input.u32()?).ok_or(Fault::Damaged)?;
    let bits = input.u8()?;
    input.skip(u64::from(HEAD_BYTES) - 9 + CHECKSUM_BYTES)?;
    Ok((size, bits))
}

/// Copies what a picture looks like: none of its texts, times and unknown chunks, and nothing that stands behind it.
pub(super) fn clean(input: &mut Input<'_>, orientation: u8, output: &mut Output<'_>) -> Walk<()> {
    let mut has_pixels = false;
    match copy_chunks(input, orientation, output, &mut has_pixels) {
        // One that is damaged is shown as far as it goes.
        Err(Fault::Damaged) if has_pixels => Ok(()),
        copied => copied,
    }
}

fn copy_chunks(input: &mut Input<'_>, orientation: u8, output: &mut Output<'_>, has_pixels: &mut bool) -> Walk<()> {
    input.go_to(SIGNATURE.len() as u64)?;
    output.write(SIGNATURE)?;
    loop {
        let at = input.at();
        let Chunk { length, name } = match chunk(input) {
            Err(Fault::Damaged) => {
                input.go_to(at)?;
                return copy_cut(input, output, has_pixels);
            }
            chunk => chunk?,
        };
        if (at == SIGNATURE.len() as u64) != (name == HEAD) {
            return Err(Fault::Damaged);
        }
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
            FRAME => output.turn(),
            PIXELS => *has_pixels = true,
            END if *has_pixels => return Ok(()),
            END => return Err(Fault::Damaged),
            _ => {}
        }
    }
}

/// Pixels that are cut off, up to what may be a chunk of another kind: where the length is what is damaged, others follow.
fn copy_cut(input: &mut Input<'_>, output: &mut Output<'_>, has_pixels: &mut bool) -> Walk<()> {
    let (length, name): ([u8; 4], [u8; 4]) = (input.bytes()?, input.bytes()?);
    let bytes = match name {
        PIXELS if input.left() > 0 => match input.plain(input.left(), &TELLING)? {
            all if all == input.left() => all,
            // In front of its name stands its length.
            before => before.saturating_sub(4),
        },
        _ => 0,
    };
    if bytes > 0 {
        output.write(&length)?;
        output.write(&name)?;
        input.copy(bytes, output)?;
        *has_pixels = true;
    }
    Err(Fault::Damaged)
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
