//! Ogg (RFC 3533): pages, of which the first of each stream says what the stream is.

use super::input::{Fault, Input, Walk};
use super::{Found, Media};

const CAPTURE: &[u8; 4] = b"OggS";
/// Bytes from a page's beginning to its flags.
const BEFORE_FLAGS: u64 = 5;
/// Bytes from its flags to the number of its pieces.
const BEHIND_FLAGS: u64 = 20;
/// A page with which a stream begins.
const FIRST: u8 = 2;

/// How streams begin: to be heard, or telling of another.
const SOUNDS: [&[u8]; 5] = [b"\x01vorbis", b"OpusHead", b"\x7fFLAC", b"Speex   ", b"PCM     "];
const BESIDE: [&[u8]; 1] = [b"fishead\0"];

pub(super) fn found(input: &mut Input<'_>) -> Walk<Option<Found>> {
    input.go_to(0)?;
    if !input.begins(CAPTURE)? {
        return Ok(None);
    }
    let (mut sounds, mut others) = (0_u32, 0_u32);
    let mut at = 0;
    // Those of all streams come before anything else.
    loop {
        input.step()?;
        input.go_to(at)?;
        if input.left() == 0 {
            break;
        }
        if !input.begins(CAPTURE)? || input.u8()? != 0 {
            return Err(Fault::Damaged);
        }
        input.go_to(at + BEFORE_FLAGS)?;
        if input.u8()? & FIRST == 0 {
            break;
        }
        input.skip(BEHIND_FLAGS)?;
        let mut content_bytes = 0;
        for _ in 0..input.u8()? {
            content_bytes += u64::from(input.u8()?);
        }
        let content = input.at();
        if begins_any(input, &SOUNDS)? {
            sounds += 1;
        } else if !begins_any(input, &BESIDE)? {
            others += 1;
        }
        at = content + content_bytes;
    }
    match (sounds, others) {
        (0, 0) => Ok(None),
        (_, 0) => Ok(Some(Found::without_facts(Media::OggAudio))),
        _ => Ok(Some(Found::without_facts(Media::OggVideo))),
    }
}

fn begins_any(input: &mut Input<'_>, heads: &[&[u8]]) -> Walk<bool> {
    for head in heads {
        if input.begins(head)? {
            return Ok(true);
        }
    }
    Ok(false)
}
