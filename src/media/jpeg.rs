//! JPEG (ITU-T T.81, annex B): segments, each behind a marker, and coded data.

use super::exif;
use super::input::{Fault, Input, Walk};
use super::output::Output;
use super::{Found, Media, PictureFacts, Size};

/// A marker is 0xff and one of these.
const RESTARTS: std::ops::RangeInclusive<u8> = 0xd0..=0xd7;
const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
/// Stands alone, without a length (B.1.1.3).
const TEMPORARY: u8 = 0x01;
const JFIF: u8 = 0xe0;
const EXIF: u8 = 0xe1;
const ICC: u8 = 0xe2;
const ADOBE: u8 = 0xee;

/// Bytes between two segments that are no marker: decoders pass over them.
const STRAY_BYTES_MAX: u32 = 4_096;

/// With it a piece of an ICC profile begins.
const ICC_HEAD: &[u8; 12] = b"ICC_PROFILE\0";
/// Without its thumbnail.
const JFIF_BYTES: usize = 14;
/// Says how colours are stored.
const ADOBE_BYTES: usize = 12;

/// Frames: how a picture is coded, and its size.
fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

/// What a decoder needs: frames, tables, restart intervals, scans.
fn is_coding(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf | 0xda..=0xdf) && marker != 0xc8
}

pub(super) fn found(input: &mut Input<'_>) -> Walk<Option<Found>> {
    input.go_to(0)?;
    if !input.begins(&[0xff, START, 0xff])? {
        return Ok(None);
    }
    input.go_to(2)?;
    let (mut size, mut orientation) = (None, None);
    loop {
        let marker = marker(input)?;
        let payload = payload(input, marker)?;
        match marker {
            SCAN => {
                let facts = size.map(|size| PictureFacts::new(size, orientation.unwrap_or(exif::UPRIGHT)));
                return facts.map(|facts| Some(Found::picture(Media::Jpeg, facts))).ok_or(Fault::Damaged);
            }
            EXIF if orientation.is_none() && input.begins(&exif::HEAD)? => {
                orientation = Some(exif::orientation(input, input.at()..payload.end)?);
            }
            marker if is_frame(marker) => {
                size = Some(frame(input)?);
                if input.at() > payload.end {
                    return Err(Fault::Damaged);
                }
            }
            _ => {}
        }
        input.go_to(payload.end)?;
    }
}

/// The size that a frame says. One that leaves its height to the end (DNL) is shown by nobody.
fn frame(input: &mut Input<'_>) -> Walk<Size> {
    let _precision = input.u8()?;
    let (height, width) = (input.u16()?, input.u16()?);
    let components = input.u8()?;
    Size::new(width, height).filter(|_| (1..=4).contains(&components)).ok_or(Fault::Damaged)
}

/// Copies the picture up to its end marker: what follows it, a film or a depth map, stays behind. Of the segments those are
/// kept that a decoder needs, the ICC profile, and what says of the colours how they are stored. One that is cut off within
/// its scans is shown as far as it goes, and so is it copied: what was written until then is clean.
pub(super) fn clean(input: &mut Input<'_>, orientation: u8, output: &mut Output<'_>) -> Walk<()> {
    let mut has_scan = false;
    match copy_picture(input, orientation, output, &mut has_scan) {
        Err(Fault::Damaged) if has_scan => {}
        copied => copied?,
    }
    Ok(output.write(&[0xff, END])?)
}

/// All but the end marker.
fn copy_picture(input: &mut Input<'_>, orientation: u8, output: &mut Output<'_>, has_scan: &mut bool) -> Walk<()> {
    input.go_to(2)?;
    output.write(&[0xff, START])?;
    let mut exif = Some(orientation).filter(|orientation| *orientation != exif::UPRIGHT);
    let mut has_frame = false;
    loop {
        // Behind a scan, decoders pass over what is no marker.
        let marker = if *has_scan { stray_marker(input)? } else { marker(input)? };
        if marker == END && *has_scan {
            return Ok(());
        }
        if *has_scan && (marker == TEMPORARY || RESTARTS.contains(&marker)) {
            continue;
        }
        let payload = payload(input, marker)?;
        // The first of all segments is that of JFIF, where there is one.
        if marker != JFIF
            && let Some(orientation) = exif.take()
        {
            write_exif(orientation, output)?;
        }
        let bytes = payload.end - payload.start;
        if is_coding(marker) || (marker == ICC && bytes > ICC_HEAD.len() as u64 && input.begins(ICC_HEAD)?) {
            input.go_to(payload.start)?;
            write_head(marker, bytes as usize, output)?;
            input.copy(bytes, output)?;
        } else if marker == JFIF && bytes >= JFIF_BYTES as u64 && input.begins(b"JFIF\0")? {
            let [major, minor, unit, density @ ..]: [u8; 7] = input.bytes()?;
            write_head(JFIF, JFIF_BYTES, output)?;
            output.write(b"JFIF\0")?;
            output.write(&[major, minor, unit])?;
            output.write(&density)?;
            output.write(&[0, 0])?;
        } else if marker == ADOBE && bytes >= ADOBE_BYTES as u64 && input.begins(b"Adobe")? {
            write_head(ADOBE, ADOBE_BYTES, output)?;
            output.write(b"Adobe")?;
            output.write(&input.bytes::<{ ADOBE_BYTES - 5 }>()?)?;
        }
        input.go_to(payload.end)?;
        has_frame |= is_frame(marker);
        if marker == SCAN {
            if !has_frame {
                return Err(Fault::Damaged);
            }
            *has_scan = true;
            output.turn();
            copy_coded(input, output)?;
        }
    }
}

fn write_exif(orientation: u8, output: &mut Output<'_>) -> Walk<()> {
    let tiff = exif::of(orientation);
    write_head(EXIF, exif::HEAD.len() + tiff.len(), output)?;
    output.write(&exif::HEAD)?;
    Ok(output.write(&tiff)?)
}

fn write_head(marker: u8, payload_bytes: usize, output: &mut Output<'_>) -> Walk<()> {
    // What is written was read from a segment, or is short.
    let length = u16::try_from(payload_bytes + 2).map_err(|_| Fault::Damaged)?.to_be_bytes();
    Ok(output.write(&[0xff, marker, length[0], length[1]])?)
}

/// The marker that comes next. Any number of fill bytes may stand before it (B.1.1.2), and a few that some writers forget.
fn marker(input: &mut Input<'_>) -> Walk<u8> {
    let mut stray = 0;
    while input.u8()? != 0xff {
        stray += 1;
        if stray > STRAY_BYTES_MAX {
            return Err(Fault::Damaged);
        }
    }
    loop {
        input.step()?;
        match input.u8()? {
            0xff => {}
            0 => return Err(Fault::Damaged),
            marker => return Ok(marker),
        }
    }
}

/// The next marker, wherever it comes: in coded data a 0xff is followed by zero.
fn stray_marker(input: &mut Input<'_>) -> Walk<u8> {
    loop {
        while input.u8()? != 0xff {}
        let mut code = 0xff;
        while code == 0xff {
            code = input.u8()?;
        }
        if code != 0 {
            return Ok(code);
        }
    }
}

/// What a segment holds; its length is read, and counts itself.
fn payload(input: &mut Input<'_>, marker: u8) -> Walk<std::ops::Range<u64>> {
    if matches!(marker, START | END | TEMPORARY) || RESTARTS.contains(&marker) {
        return Err(Fault::Damaged);
    }
    let length = u64::from(input.u16()?).checked_sub(2).ok_or(Fault::Damaged)?;
    let start = input.at();
    let end = start + length;
    if end > input.length() {
        return Err(Fault::Damaged);
    }
    Ok(start..end)
}

/// Copies coded data, and leaves the marker behind it to be read.
fn copy_coded(input: &mut Input<'_>, output: &mut Output<'_>) -> Walk<()> {
    loop {
        let found = input.at_hand()?;
        let plain = found.iter().position(|&byte| byte == 0xff).unwrap_or(found.len());
        let is_all = plain == found.len();
        output.write(&found[..plain])?;
        input.skip(plain as u64)?;
        if is_all {
            continue;
        }
        let at = input.at();
        input.skip(1)?;
        match input.u8()? {
            // Filling before a marker.
            0xff => input.go_to(at + 1)?,
            code if code == 0 || RESTARTS.contains(&code) => output.write(&[0xff, code])?,
            _ => return input.go_to(at),
        }
    }
}
