//! What is made of boxes: films (MP4, QuickTime), HEIC and AVIF. The first box says which, the others stand in any order.

use crate::proto::limits::MEDIA_HEADS_MAX;

use super::boxes::{Boxes, Frame, Head, Name};
use super::input::{Fault, Input, Walk};
use super::overwrites::Overwrites;
use super::{Found, Media, PictureFacts, Size, exif, film, items};

const BRANDS: Name = *b"ftyp";
const FILM: Name = *b"moov";
const ITEMS: Name = *b"meta";
const FRAGMENT: Name = *b"moof";
const SAMPLES: Name = *b"mdat";

/// What a file consists of; of all others nobody here knows what they hold: camera makers put places there.
const KEPT: [Name; 13] = [
    BRANDS, FILM, ITEMS, FRAGMENT, SAMPLES, *b"imda", *b"wide", *b"styp", *b"sidx", *b"ssix", *b"mfra", *b"pdin",
    *b"etyp",
];

/// Brands of one file: a dozen, usually.
const BRANDS_MAX: u64 = 64;

const AVIF: [&Name; 2] = [b"avif", AVIF_SEQUENCE];
const AVIF_SEQUENCE: &Name = b"avis";
const HEIC: [&Name; 10] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"];
const MP4: [&Name; 27] = [
    b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9", b"mp41", b"mp42", b"mp71",
    b"avc1", b"dash", b"M4A ", b"M4B ", b"M4V ", b"MSNV", b"mmp4", b"f4v ", b"f4a ", b"qt  ", b"3gp4", b"3gp5",
    b"3gp6", b"3gp7", b"3g2a",
];
/// Canon's raw pictures, which call themselves a film, too.
const RAW: &Name = b"crx ";

/// Of what kind the first box says the file to be.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Brand {
    Avif { is_sequence: bool },
    Heic,
    Film,
}

/// Reads the first box; none where it is not of this family, or of a kind that is not known.
fn brand(input: &mut Input<'_>) -> Walk<Option<Brand>> {
    if input.length() < 8 {
        return Ok(None);
    }
    input.go_to(4)?;
    if !input.begins(&BRANDS)? {
        return Ok(None);
    }
    let head = Head::read(input, 0..input.length())?;
    let count = (head.end - head.body) / 4;
    if !(2..=BRANDS_MAX).contains(&count) {
        return Err(Fault::Damaged);
    }
    let major: Name = input.bytes()?;
    let _minor: Name = input.bytes()?;
    let mut brands = vec![major];
    for _ in 2..count {
        brands.push(input.bytes()?);
    }
    let is_any = |names: &[&Name]| brands.iter().any(|brand| names.contains(&brand));
    let is_sequence = &major == AVIF_SEQUENCE;
    // The first is what the writer meant; the others say who can read it, too.
    let brand = match &major {
        RAW => return Ok(None),
        major if AVIF.contains(&major) => Brand::Avif { is_sequence },
        major if MP4.contains(&major) => Brand::Film,
        _ if is_any(&AVIF) => Brand::Avif { is_sequence },
        _ if is_any(&HEIC) => Brand::Heic,
        _ if is_any(&MP4) => Brand::Film,
        _ => return Ok(None),
    };
    Ok(Some(brand))
}

pub(super) fn found(input: &mut Input<'_>) -> Walk<Option<Found>> {
    let Some(brand) = brand(input)? else { return Ok(None) };
    match brand {
        // Whether it is whole shows when it is cleaned.
        Brand::Heic => Ok(Some(Found::without_facts(Media::Heic))),
        Brand::Film => {
            let Some(film) = Boxes::within(0..input.length()).find(input, FILM)? else { return Ok(None) };
            Ok(film::media(input, &film)?.map(Found::without_facts))
        }
        Brand::Avif { is_sequence } => match sizes(input) {
            Ok(Some((stored, shown))) => {
                let facts =
                    PictureFacts { shown, is_animated: is_sequence, ..PictureFacts::new(stored, exif::UPRIGHT) };
                Ok(Some(Found::picture(Media::Avif, facts)))
            }
            Ok(None) | Err(Fault::Damaged | Fault::Beyond) => Ok(Some(Found::without_facts(Media::Avif))),
            Err(fault) => Err(fault),
        },
    }
}

fn sizes(input: &mut Input<'_>) -> Walk<Option<(Size, Size)>> {
    let Some(items) = Boxes::within(0..input.length()).find(input, ITEMS)? else { return Ok(None) };
    items::sizes(input, &items)
}

/// What is to be overwritten so that nothing is left but what is seen and heard.
pub(super) fn overwrites(input: &mut Input<'_>) -> Walk<Overwrites> {
    let brand = brand(input)?.ok_or(Fault::Damaged)?;
    let mut overwrites = Overwrites::default();
    let frame = frame(input, brand != Brand::Film, &mut overwrites)?;
    let (mut has_film, mut has_items) = (false, false);
    for head in &frame.heads {
        match head.name {
            FILM => {
                has_film = true;
                film::overwrites(input, head, &frame, &mut overwrites)?;
            }
            // Only the first tells of the picture.
            ITEMS if brand == Brand::Film || has_items => head.free(&mut overwrites)?,
            ITEMS => {
                has_items = true;
                items::overwrites(input, head, &frame, &mut overwrites)?;
            }
            _ => {}
        }
    }
    // A sequence of pictures is made like a film.
    let is_whole = has_film || (has_items && brand != Brand::Film);
    if is_whole { Ok(overwrites) } else { Err(Fault::Damaged) }
}

/// Goes through the outermost boxes.
fn frame(input: &mut Input<'_>, is_picture: bool, overwrites: &mut Overwrites) -> Walk<Frame> {
    let mut frame = Frame::default();
    let mut boxes = Boxes::within(0..input.length());
    loop {
        let head = match boxes.next(input) {
            Ok(None) => return Ok(frame),
            Ok(Some(head)) => head,
            Err(Fault::Damaged) => {
                free_tail(input, boxes.rest(), overwrites)?;
                return Ok(frame);
            }
            Err(fault) => return Err(fault),
        };
        match head.name {
            BRANDS | FILM | ITEMS => {
                if frame.heads.len() >= MEDIA_HEADS_MAX {
                    return Err(Fault::Beyond);
                }
                frame.has_film |= head.name == FILM;
                frame.heads.push(head);
            }
            FRAGMENT => {
                frame.has_fragments = true;
                film::of_fragment(input, &head, overwrites)?;
            }
            // Of a film there may be thousands, and nobody asks.
            SAMPLES if is_picture => {
                if frame.samples.len() >= MEDIA_HEADS_MAX {
                    return Err(Fault::Beyond);
                }
                frame.samples.push(head.content());
            }
            name if KEPT.contains(&name) => {}
            _ => head.free(overwrites)?,
        }
    }
}

/// What stands behind the last box and is none: it becomes one that means nothing.
fn free_tail(input: &mut Input<'_>, tail: std::ops::Range<u64>, overwrites: &mut Overwrites) -> Walk<()> {
    if tail.end - tail.start < 8 {
        return overwrites.zeros(tail);
    }
    input.go_to(tail.start + 4)?;
    if KEPT.contains(&input.bytes()?) {
        // A box that is cut off.
        return Err(Fault::Damaged);
    }
    overwrites.bytes(tail.start, b"\0\0\0\0free".to_vec())?;
    overwrites.zeros(tail.start + 8..tail.end)
}
