//! WebM (RFC 9559, RFC 8794): elements, each with a number and a length of one to eight bytes.

use std::ops::Range;

use super::input::{Fault, Input, Walk};
use super::overwrites::Overwrites;
use super::{Found, Media};

const HEAD: u32 = 0x1a45_dfa3;
const KIND: u32 = 0x4282;
const SEGMENT: u32 = 0x1853_8067;
const TRACKS: u32 = 0x1654_ae6b;
const TRACK: u32 = 0xae;
const TRACK_KIND: u32 = 0x83;
const CODEC: u32 = 0x86;
/// What is told of all of it: its time, its title.
const ABOUT: u32 = 0x1549_a966;
const MADE_AT: u32 = 0x4461;
const TAGS: u32 = 0x1254_c367;
/// Files within the file.
const FASTENED: u32 = 0x1941_a469;
/// Means nothing.
const VOID: u8 = 0xec;

/// A kind of tracks.
const SOUND: u64 = 2;

struct Element {
    number: u32,
    content: Range<u64>,
    /// Whether it ends only where the next one begins that cannot stand within it.
    is_open: bool,
}

impl Element {
    /// The one that begins here, within what ends there.
    fn read(input: &mut Input<'_>, range: Range<u64>) -> Walk<Self> {
        input.step()?;
        input.go_to(range.start)?;
        let (number, _) = varying(input, 4)?;
        let (length, bytes) = varying(input, 8)?;
        let start = input.at();
        // The mark stays in a number, and is taken from a length.
        let mark = 1 << (7 * bytes);
        let length = length & (mark - 1);
        let is_open = length == mark - 1;
        let end = if is_open { range.end } else { start.checked_add(length).ok_or(Fault::Damaged)? };
        if start > end || end > range.end {
            return Err(Fault::Damaged);
        }
        // Of four bytes at most.
        Ok(Self { number: number as u32, content: start..end, is_open })
    }

    /// Reads those within it.
    fn each(&self, input: &mut Input<'_>, mut hear: impl FnMut(&mut Input<'_>, &Self) -> Walk<()>) -> Walk<()> {
        let mut rest = self.content.clone();
        while !rest.is_empty() {
            let element = Self::read(input, rest.clone())?;
            rest.start = element.content.end;
            hear(input, &element)?;
        }
        Ok(())
    }
}

/// A number that says by the place of its highest bit of how many bytes it is: with that bit, and how many.
fn varying(input: &mut Input<'_>, bytes_max: u32) -> Walk<(u64, u32)> {
    let first = input.u8()?;
    let more = first.leading_zeros();
    if more >= bytes_max {
        return Err(Fault::Damaged);
    }
    let rest = input.number(more as usize)?;
    Ok((u64::from(first) << (8 * more) | rest, more + 1))
}

pub(super) fn found(input: &mut Input<'_>) -> Walk<Option<Found>> {
    input.go_to(0)?;
    if !input.begins(&HEAD.to_be_bytes())? {
        return Ok(None);
    }
    let all = 0..input.length();
    let head = Element::read(input, all.clone())?;
    let mut is_webm = false;
    head.each(input, |input, element| {
        if element.number == KIND {
            // It may be filled up with zeros.
            is_webm = input.begins(b"webm")? && input.are_zero(element.content.end.saturating_sub(input.at()))?;
        }
        Ok(())
    })?;
    if !is_webm {
        // Matroska, which browsers do not show.
        return Ok(None);
    }
    let segment = Element::read(input, head.content.end..all.end)?;
    if segment.number != SEGMENT {
        return Err(Fault::Damaged);
    }
    let media = if only_sound(input, &segment)? { Media::WebmAudio } else { Media::WebmVideo };
    Ok(Some(Found::without_facts(media)))
}

/// What is to be overwritten so that a film does not tell where and when it was made: tags become nothing (RFC 9559, section
/// 5.1.8), what is fastened to it too, and its time is that of the beginning. Of one that cannot be gone through, as a recording
/// that a browser broke off, what was found until then: it is shown all the same.
pub(super) fn overwrites(input: &mut Input<'_>) -> Walk<Overwrites> {
    let mut overwrites = Overwrites::default();
    match of_segment(input, &mut overwrites) {
        Err(Fault::Damaged) => Ok(overwrites),
        gone_through => gone_through.map(|()| overwrites),
    }
}

fn of_segment(input: &mut Input<'_>, to: &mut Overwrites) -> Walk<()> {
    let all = 0..input.length();
    let head = Element::read(input, all.clone())?;
    let segment = Element::read(input, head.content.end..all.end)?;
    let mut rest = segment.content;
    while !rest.is_empty() {
        let element = Element::read(input, rest.clone())?;
        match element.number {
            TAGS | FASTENED => {
                to.bytes(rest.start, nothing(rest.start, &element.content))?;
                to.zeros(element.content.clone())?;
            }
            ABOUT => {
                element.each(
                    input,
                    |_, about| {
                        if about.number == MADE_AT { to.zeros(about.content.clone()) } else { Ok(()) }
                    },
                )?
            }
            // Where it ends, only its own parts tell; a browser that records writes no tags behind it.
            _ if element.is_open => return Ok(()),
            _ => {}
        }
        rest.start = element.content.end;
    }
    Ok(())
}

/// The head of an element that means nothing, and as long as the one in front of this content (RFC 8794, section 11.3.2).
fn nothing(start: u64, content: &Range<u64>) -> Vec<u8> {
    // A number of four bytes, and a length of one to eight.
    let bytes = content.start - start;
    let length_bytes = (bytes - 1).min(8);
    let length = (content.end - content.start) + (bytes - 1 - length_bytes);
    let marked = (1 << (7 * length_bytes)) | length;
    let mut head = vec![VOID];
    head.extend(&u64::to_be_bytes(marked)[(8 - length_bytes) as usize..]);
    head.resize(bytes as usize, 0);
    head
}

/// Whether all tracks are sound; not where it does not say.
fn only_sound(input: &mut Input<'_>, segment: &Element) -> Walk<bool> {
    let mut rest = segment.content.clone();
    while !rest.is_empty() {
        let element = Element::read(input, rest.clone())?;
        rest.start = element.content.end;
        if element.number != TRACKS {
            // Before the tracks of a film that is told as it is made, there is nothing of the kind.
            if element.is_open {
                return Ok(false);
            }
            continue;
        }
        let (mut sounds, mut others) = (0_u32, 0_u32);
        element.each(input, |input, track| {
            if track.number == TRACK {
                if is_sound(input, track)? { sounds += 1 } else { others += 1 }
            }
            Ok(())
        })?;
        return Ok(sounds > 0 && others == 0);
    }
    Ok(false)
}

fn is_sound(input: &mut Input<'_>, track: &Element) -> Walk<bool> {
    let (mut kind, mut is_picture) = (None, false);
    track.each(input, |input, element| {
        match element.number {
            TRACK_KIND => {
                let bytes = element.content.end - element.content.start;
                kind = Some(input.number(usize::try_from(bytes).unwrap_or(usize::MAX))?);
            }
            CODEC => is_picture = input.begins(b"V_")?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(kind == Some(SOUND) && !is_picture)
}
