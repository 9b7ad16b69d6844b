//! GIF (GIF89a): blocks, each cut into pieces of 255 bytes at most.

use super::exif;
use super::input::{Fault, Input, Walk};
use super::output::Output;
use super::{Found, Media, PictureFacts, Size};

const EXTENSION: u8 = 0x21;
const IMAGE: u8 = 0x2c;
const END: u8 = 0x3b;

/// Kinds of extensions.
const CONTROL: u8 = 0xf9;
const APPLICATION: u8 = 0xff;
const TEXT: u8 = 0x01;

/// How often an animation is repeated is said by an extension of one of these applications.
const REPEATING: [&[u8; 11]; 2] = [b"NETSCAPE2.0", b"ANIMEXTS1.0"];
/// Bytes of a control extension, from its length to the zero behind it.
const CONTROL_BYTES: usize = 6;
/// Bytes of an image's head: its place, its size, its flags.
const IMAGE_HEAD_BYTES: usize = 9;
/// Of the screen's head, in which its flags stand.
const SCREEN_BYTES: usize = 7;

/// Bytes of the colours that follow a head with these flags.
fn colours_bytes(flags: u8) -> u64 {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

/// Reads the signature and the head of the screen, whose colours follow; none where it is no GIF.
fn screen(input: &mut Input<'_>) -> Walk<Option<[u8; SCREEN_BYTES]>> {
    input.go_to(0)?;
    if !input.begins(b"GIF87a")? && !input.begins(b"GIF89a")? {
        return Ok(None);
    }
    Ok(Some(input.bytes()?))
}

pub(super) fn found(input: &mut Input<'_>) -> Walk<Option<Found>> {
    let Some([w0, w1, h0, h1, flags, ..]) = screen(input)? else { return Ok(None) };
    let stored = Size::new(u16::from_le_bytes([w0, w1]), u16::from_le_bytes([h0, h1])).ok_or(Fault::Damaged)?;
    input.skip(colours_bytes(flags))?;
    let (mut count, mut is_repeated) = (0, false);
    let is_animated = match images(input, &mut count, &mut is_repeated) {
        // The first is larger than is looked at.
        Err(Fault::Beyond) => is_repeated,
        // One that is damaged is shown as far as it goes.
        Err(Fault::Disk(fault)) => return Err(Fault::Disk(fault)),
        _ if count == 0 => return Err(Fault::Damaged),
        _ => count > 1,
    };
    let facts = PictureFacts::new(stored, exif::UPRIGHT);
    Ok(Some(Found::picture(Media::Gif, PictureFacts { is_animated, ..facts })))
}

/// Counts the images, up to two.
fn images(input: &mut Input<'_>, count: &mut u32, is_repeated: &mut bool) -> Walk<()> {
    loop {
        if input.left() == 0 {
            return Ok(());
        }
        match input.u8()? {
            EXTENSION => {
                let kind = input.u8()?;
                let at = input.at();
                input.skip(1)?;
                for name in REPEATING {
                    *is_repeated |= kind == APPLICATION && input.begins(name)?;
                }
                input.go_to(at)?;
            }
            IMAGE if *count == 1 => {
                *count = 2;
                return Ok(());
            }
            IMAGE => {
                let head: [u8; IMAGE_HEAD_BYTES] = input.bytes()?;
                // Colours, and how many bits a pixel takes.
                input.skip(colours_bytes(head[8]) + 1)?;
                *count = 1;
            }
            // Browsers show what they have.
            _ => return Ok(()),
        }
        loop {
            input.step()?;
            match input.u8()? {
                0 => break,
                bytes => input.skip(bytes.into())?,
            }
        }
    }
}

/// Copies the images, how long each is seen and how often all of them: no comments, texts or other applications' extensions,
/// and nothing that stands behind the end.
pub(super) fn clean(input: &mut Input<'_>, output: &mut Output<'_>) -> Walk<()> {
    let screen = screen(input)?.ok_or(Fault::Damaged)?;
    output.write(b"GIF89a")?;
    output.write(&screen)?;
    input.copy(colours_bytes(screen[4]), output)?;
    let mut has_image = false;
    match copy_blocks(input, output, &mut has_image) {
        // One that is damaged is shown as far as it goes.
        Err(Fault::Damaged) if has_image => {}
        copied => copied?,
    }
    Ok(output.write(&[END])?)
}

/// All but the end.
fn copy_blocks(input: &mut Input<'_>, output: &mut Output<'_>, has_image: &mut bool) -> Walk<()> {
    let mut control = None;
    loop {
        // Many lack the last byte.
        let block = if *has_image && input.left() == 0 { END } else { input.u8()? };
        match block {
            EXTENSION => match input.u8()? {
                CONTROL => control = Some(read_control(input)?),
                APPLICATION => copy_repeating(input, output)?,
                TEXT => {
                    // With the text goes what says how long it is seen.
                    control = None;
                    skip_pieces(input)?;
                }
                _ => skip_pieces(input)?,
            },
            IMAGE => {
                let head: [u8; IMAGE_HEAD_BYTES] = input.bytes()?;
                // Colours, and how many bits a pixel takes.
                let behind = colours_bytes(head[8]) + 1;
                if behind > input.left() {
                    return Err(Fault::Damaged);
                }
                if let Some(control) = control.take() {
                    output.write(&[EXTENSION, CONTROL])?;
                    output.write(&control)?;
                }
                output.write(&[IMAGE])?;
                output.write(&head)?;
                input.copy(behind, output)?;
                output.turn();
                *has_image = true;
                let copied = copy_pieces(input, output);
                // Whole or not, it ends here.
                output.write(&[0])?;
                copied?;
            }
            END if *has_image => return Ok(()),
            _ => return Err(Fault::Damaged),
        }
    }
}

fn read_control(input: &mut Input<'_>) -> Walk<[u8; CONTROL_BYTES]> {
    let control: [u8; CONTROL_BYTES] = input.bytes()?;
    if control[0] == 4 && control[5] == 0 { Ok(control) } else { Err(Fault::Damaged) }
}

fn copy_repeating(input: &mut Input<'_>, output: &mut Output<'_>) -> Walk<()> {
    let name_bytes = input.u8()?;
    let name_end = input.at() + u64::from(name_bytes);
    for name in REPEATING {
        if usize::from(name_bytes) == name.len() && input.begins(name)? {
            let mut repeats = None;
            // The first that says it; another says how much is to be loaded before.
            loop {
                let bytes = input.u8()?;
                let piece_end = input.at() + u64::from(bytes);
                if bytes == 0 {
                    break;
                }
                if bytes == 3 && repeats.is_none() && input.u8()? & 7 == 1 {
                    repeats = Some(input.bytes::<2>()?);
                }
                input.go_to(piece_end)?;
            }
            if let Some([low, high]) = repeats {
                output.write(&[EXTENSION, APPLICATION, name_bytes])?;
                output.write(name)?;
                output.write(&[3, 1, low, high, 0])?;
            }
            return Ok(());
        }
    }
    input.go_to(name_end)?;
    skip_pieces(input)
}

/// What an image is coded in, without the zero behind it. Of a piece that is cut off nothing is left.
fn copy_pieces(input: &mut Input<'_>, output: &mut Output<'_>) -> Walk<()> {
    loop {
        let bytes = input.u8()?;
        if bytes == 0 {
            return Ok(());
        }
        if u64::from(bytes) > input.left() {
            return Err(Fault::Damaged);
        }
        output.write(&[bytes])?;
        input.copy(bytes.into(), output)?;
    }
}

fn skip_pieces(input: &mut Input<'_>) -> Walk<()> {
    loop {
        match input.u8()? {
            0 => return Ok(()),
            bytes => input.skip(bytes.into())?,
        }
    }
}
