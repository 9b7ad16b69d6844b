//! WebP (RFC 9649): chunks in a RIFF, numbers with the lowest byte first.

use super::exif;
use super::input::{Fault, Input, Walk};
use super::output::Output;
use super::{Found, Media, PictureFacts, Size};

type Name = [u8; 4];

const LOSSY: Name = *b"VP8 ";
const LOSSLESS: Name = *b"VP8L";
const EXTENDED: Name = *b"VP8X";
const PROFILE: Name = *b"ICCP";
const ANIMATION: Name = *b"ANIM";
const FRAME: Name = *b"ANMF";
const OPACITY: Name = *b"ALPH";
const EXIF: Name = *b"EXIF";
/// What tells something beside the picture.
const TELLING: [Name; 2] = [EXIF, *b"XMP "];

/// Bytes of a chunk's name and length.
const HEAD_BYTES: u64 = 8;
/// Where the first chunk begins.
const FIRST: u64 = 12;
const EXTENDED_BYTES: u64 = 10;
/// What stands in a frame before its own chunks.
const FRAME_HEAD_BYTES: u64 = 16;

/// Flags of [`EXTENDED`].
const HAS_ANIMATION: u8 = 0x02;
const HAS_XMP: u8 = 0x04;
const HAS_EXIF: u8 = 0x08;

struct Chunk {
    name: Name,
    start: u64,
    end: u64,
    /// Where the next one begins: each has an even length.
    next: u64,
}

impl Chunk {
    /// The one that begins here, within what ends there.
    fn read(input: &mut Input<'_>, end_max: u64) -> Walk<Self> {
        let (name, bytes) = (input.bytes()?, number(input)?);
        let start = input.at();
        let end = start + u64::from(bytes);
        if end > end_max {
            return Err(Fault::Damaged);
        }
        // Some writers spare the last one its evening.
        Ok(Self { name, start, end, next: (end + (end - start) % 2).min(end_max) })
    }

    /// The same of one that may be cut off: as much of it as is there.
    fn read_cut(input: &mut Input<'_>, end_max: u64) -> Walk<Self> {
        let (name, bytes) = (input.bytes()?, number(input)?);
        let start = input.at();
        let end = (start + u64::from(bytes)).min(end_max.max(start));
        Ok(Self { name, start, end, next: end_max })
    }
}

fn number(input: &mut Input<'_>) -> Walk<u32> {
    Ok(u32::from_le_bytes(input.bytes()?))
}

fn number_of_three(input: &mut Input<'_>) -> Walk<u32> {
    let [low, middle, high] = input.bytes()?;
    Ok(u32::from_le_bytes([low, middle, high, 0]))
}

/// Reads the head of the file; none where it is no WebP. Gives the end of what it says to hold.
fn riff(input: &mut Input<'_>) -> Walk<Option<u64>> {
    input.go_to(0)?;
    if !input.begins(b"RIFF")? {
        return Ok(None);
    }
    let end = HEAD_BYTES + u64::from(number(input)?);
    if !input.begins(b"WEBP")? {
        return Ok(None);
    }
    // Of one that says to be longer, what is there is shown.
    Ok(Some(end.min(input.length())))
}

pub(super) fn found(input: &mut Input<'_>) -> Walk<Option<Found>> {
    let Some(end) = riff(input)? else { return Ok(None) };
    let first = Chunk::read_cut(input, end)?;
    let (stored, flags) = match first.name {
        LOSSY => (lossy(input)?, 0),
        LOSSLESS => (lossless(input)?, 0),
        EXTENDED => extended(input)?,
        _ => return Err(Fault::Damaged),
    };
    let stored = stored.filter(|_| input.at() <= first.end).ok_or(Fault::Damaged)?;
    let orientation = match orientation(input, first.end + first.end % 2, end) {
        _ if flags & HAS_EXIF == 0 => exif::UPRIGHT,
        // What is said behind the damage is not known.
        Err(Fault::Damaged) => exif::UPRIGHT,
        orientation => orientation?,
    };
    let facts = PictureFacts::new(stored, orientation);
    let is_animated = flags & HAS_ANIMATION != 0;
    Ok(Some(Found::picture(Media::WebP, PictureFacts { is_animated, ..facts })))
}

/// Of a key frame (RFC 6386, section 9.1).
fn lossy(input: &mut Input<'_>) -> Walk<Option<Size>> {
    let [tag, ..]: [u8; 3] = input.bytes()?;
    if tag & 1 != 0 || !input.begins(&[0x9d, 0x01, 0x2a])? {
        return Ok(None);
    }
    let [width, height] = [input.bytes()?, input.bytes()?].map(|bytes| u16::from_le_bytes(bytes) & 0x3fff);
    Ok(Size::new(width, height))
}

fn lossless(input: &mut Input<'_>) -> Walk<Option<Size>> {
    if input.u8()? != 0x2f {
        return Ok(None);
    }
    let bits = number(input)?;
    Ok(Size::new((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
}

fn extended(input: &mut Input<'_>) -> Walk<(Option<Size>, u8)> {
    let [flags, ..]: [u8; 4] = input.bytes()?;
    let (width, height) = (number_of_three(input)? + 1, number_of_three(input)? + 1);
    Ok((Size::new(width, height), flags))
}

/// The EXIF stands behind the picture.
fn orientation(input: &mut Input<'_>, first: u64, end: u64) -> Walk<u8> {
    let mut at = first;
    while at < end {
        input.step()?;
        input.go_to(at)?;
        let chunk = Chunk::read(input, end)?;
        if chunk.name == EXIF {
            return exif::orientation(input, chunk.start..chunk.end);
        }
        at = chunk.next;
    }
    Ok(exif::UPRIGHT)
}

/// Copies what a picture looks like, and says its new length first: so it is gone through twice.
pub(super) fn clean(input: &mut Input<'_>, orientation: u8, output: &mut Output<'_>) -> Walk<()> {
    let end = riff(input)?.ok_or(Fault::Damaged)?;
    let (end, cut) = whole(input, end)?;
    let mut length = Output::counting();
    copy(input, (end, cut.as_ref()), orientation, &mut length)?;
    let bytes = u32::try_from(length.bytes() + 4).map_err(|_| Fault::Damaged)?;
    output.write(b"RIFF")?;
    output.write(&bytes.to_le_bytes())?;
    output.write(b"WEBP")?;
    copy(input, (end, cut.as_ref()), orientation, output)
}

/// Where the last chunk ends that is whole; and pixels behind it that are cut off, up to what may be a chunk of another kind:
/// where a length is what is damaged, others follow.
fn whole(input: &mut Input<'_>, end: u64) -> Walk<(u64, Option<Chunk>)> {
    let mut at = FIRST;
    while at < end {
        input.step()?;
        input.go_to(at)?;
        match Chunk::read(input, end) {
            Ok(chunk) => at = chunk.next,
            Err(Fault::Damaged) => {
                input.go_to(at)?;
                let cut = match Chunk::read_cut(input, end) {
                    Ok(cut) if matches!(cut.name, LOSSY | LOSSLESS) => cut,
                    Ok(_) | Err(Fault::Damaged) => return Ok((at, None)),
                    Err(fault) => return Err(fault),
                };
                let bytes = input.plain(cut.end - cut.start, &TELLING)?;
                return Ok((at, Some(Chunk { end: cut.start + bytes, ..cut }).filter(|_| bytes > 0)));
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok((end, None))
}

fn copy(
    input: &mut Input<'_>,
    (end, cut): (u64, Option<&Chunk>),
    orientation: u8,
    output: &mut Output<'_>,
) -> Walk<()> {
    let mut at = FIRST;
    let (mut has_pixels, mut is_extended) = (false, false);
    while at < end {
        input.go_to(at)?;
        let chunk = Chunk::read(input, end)?;
        match chunk.name {
            EXTENDED if at == FIRST => {
                is_extended = true;
                copy_extended(input, &chunk, orientation, output)?;
            }
            LOSSY | LOSSLESS | PROFILE | ANIMATION | OPACITY => copy_chunk(input, &chunk, output)?,
            FRAME => {
                output.turn();
                copy_frame(input, &chunk, output)?;
            }
            _ => {}
        }
        has_pixels |= matches!(chunk.name, LOSSY | LOSSLESS | FRAME);
        at = chunk.next;
        if has_pixels && !is_extended {
            // A simple one is its first chunk.
            break;
        }
    }
    if let Some(cut) = cut
        && !has_pixels
    {
        copy_chunk(input, cut, output)?;
        has_pixels = true;
    }
    if !has_pixels {
        return Err(Fault::Damaged);
    }
    if is_extended && orientation != exif::UPRIGHT {
        let tiff = exif::of(orientation);
        write_head(EXIF, tiff.len() as u64, output)?;
        output.write(&tiff)?;
    }
    Ok(())
}

fn write_head(name: Name, bytes: u64, output: &mut Output<'_>) -> Walk<()> {
    output.write(&name)?;
    let bytes = u32::try_from(bytes).map_err(|_| Fault::Damaged)?;
    Ok(output.write(&bytes.to_le_bytes())?)
}

fn copy_chunk(input: &mut Input<'_>, chunk: &Chunk, output: &mut Output<'_>) -> Walk<()> {
    let bytes = chunk.end - chunk.start;
    write_head(chunk.name, bytes, output)?;
    input.go_to(chunk.start)?;
    input.copy(bytes, output)?;
    Ok(output.write(&[0][..(bytes % 2) as usize])?)
}

fn copy_extended(input: &mut Input<'_>, chunk: &Chunk, orientation: u8, output: &mut Output<'_>) -> Walk<()> {
    if chunk.end - chunk.start < EXTENDED_BYTES {
        return Err(Fault::Damaged);
    }
    let flags = input.u8()? & !(HAS_XMP | HAS_EXIF);
    let exif = if orientation == exif::UPRIGHT { 0 } else { HAS_EXIF };
    write_head(EXTENDED, EXTENDED_BYTES, output)?;
    output.write(&[flags | exif, 0, 0, 0])?;
    input.skip(3)?;
    input.copy(EXTENDED_BYTES - 4, output)
}

/// A frame of an animation has chunks of its own: those are kept that are its pixels.
fn copy_frame(input: &mut Input<'_>, frame: &Chunk, output: &mut Output<'_>) -> Walk<()> {
    let first = frame.start + FRAME_HEAD_BYTES;
    if first > frame.end {
        return Err(Fault::Damaged);
    }
    let mut length = Output::counting();
    copy_pixels(input, first..frame.end, &mut length)?;
    write_head(FRAME, FRAME_HEAD_BYTES + length.bytes(), output)?;
    input.go_to(frame.start)?;
    input.copy(FRAME_HEAD_BYTES, output)?;
    copy_pixels(input, first..frame.end, output)
}

fn copy_pixels(input: &mut Input<'_>, range: std::ops::Range<u64>, output: &mut Output<'_>) -> Walk<()> {
    let mut at = range.start;
    while at < range.end {
        input.go_to(at)?;
        let chunk = match Chunk::read(input, range.end) {
            // The frame is drawn as far as it goes.
            Err(Fault::Damaged) => return Ok(()),
            chunk => chunk?,
        };
        if matches!(chunk.name, OPACITY | LOSSY | LOSSLESS) {
            copy_chunk(input, &chunk, output)?;
        }
        at = chunk.next;
    }
    Ok(())
}
