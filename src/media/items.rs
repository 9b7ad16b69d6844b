//! The items of a HEIC or AVIF picture (ISO/IEC 14496-12, section 8.11; ISO/IEC 23008-12): pictures, and what is said of
//! them.

use std::ops::Range;

use crate::proto::limits::{MEDIA_ITEMS_MAX, MEDIA_PIECES_MAX};

use super::Size;
use super::boxes::{Boxes, Frame, Head, Name};
use super::input::{Fault, Input, Walk};
use super::overwrites::Overwrites;

/// Bytes of a version and its flags, with which these boxes begin.
const VERSION_BYTES: u64 = 4;

/// Kinds of items that are pictures, and what these are put together of. All others go: EXIF, XMP and other texts, whatever an
/// address names, and what nobody here knows.
const KEPT: [Name; 18] = [
    *b"hvc1", *b"hev1", *b"lhv1", *b"hvt1", *b"av01", *b"avc1", *b"svc1", *b"mvc1", *b"vvc1", *b"evc1", *b"jpeg",
    *b"j2k1", *b"unci", *b"mski", *b"grid", *b"iovl", *b"iden", *b"tmap",
];

/// Where an item is told to stand: in the file, or in a box for small ones.
const IN_FILE: u8 = 0;
const IN_BOX: u8 = 1;

fn children(meta: &Head) -> Boxes {
    meta.children_behind(VERSION_BYTES)
}

/// An item's number, which is longer in later versions of a box.
fn id(input: &mut Input<'_>, is_long: bool) -> Walk<u32> {
    if is_long { input.u32() } else { input.u16().map(u32::from) }
}

/// The sizes of the picture that is to be shown, as it is stored and as it is shown.
pub(super) fn sizes(input: &mut Input<'_>, meta: &Head) -> Walk<Option<(Size, Size)>> {
    let Some(head) = children(meta).find(input, *b"pitm")? else { return Ok(None) };
    let is_long = head.version(input)? > 0;
    input.skip(3)?;
    let primary = id(input, is_long)?;
    head.held(input)?;
    let Some(all) = children(meta).find(input, *b"iprp")? else { return Ok(None) };
    let Some(properties) = all.child(input, *b"ipco")? else { return Ok(None) };
    let mut numbers = Vec::new();
    let mut boxes = all.children();
    while let Some(head) = boxes.find(input, *b"ipma")? {
        numbers.extend(properties_of(input, &head, primary)?);
    }
    let (mut stored, mut crop, mut is_turned) = (None, None, false);
    let mut boxes = properties.children();
    let mut number = 0;
    while let Some(head) = boxes.next(input)? {
        number += 1;
        if !numbers.contains(&number) {
            continue;
        }
        input.go_to(head.body)?;
        match &head.name {
            b"ispe" => {
                input.skip(VERSION_BYTES)?;
                stored = Size::new(input.u32()?, input.u32()?);
            }
            b"clap" => crop = cropped(input)?,
            b"irot" => is_turned = input.u8()? & 1 == 1,
            _ => {}
        }
        head.held(input)?;
    }
    let sizes = stored.map(|stored| {
        let shown = crop.unwrap_or(stored);
        (stored, if is_turned { shown.turned() } else { shown })
    });
    Ok(sizes)
}

/// The numbers of one item's properties, counted from 1.
fn properties_of(input: &mut Input<'_>, associations: &Head, item: u32) -> Walk<Vec<u16>> {
    let is_long = associations.version(input)? > 0;
    let [.., flags]: [u8; 3] = input.bytes()?;
    let mut found = Vec::new();
    for _ in 0..input.u32()? {
        input.step()?;
        let is_it = id(input, is_long)? == item;
        for _ in 0..input.u8()? {
            // The highest bit says whether it must be understood.
            let number = if flags & 1 == 1 { input.u16()? & 0x7fff } else { u16::from(input.u8()? & 0x7f) };
            if is_it {
                found.push(number);
            }
        }
        associations.held(input)?;
        if is_it {
            break;
        }
    }
    Ok(found)
}

/// The part of a picture that is shown: each edge is a fraction.
fn cropped(input: &mut Input<'_>) -> Walk<Option<Size>> {
    let (width, width_by, height, height_by) = (input.u32()?, input.u32()?, input.u32()?, input.u32()?);
    let (Some(width), Some(height)) = (width.checked_div(width_by), height.checked_div(height_by)) else {
        return Ok(None);
    };
    Ok(Size::new(width, height))
}

/// What of the items is to be erased: all that are no pictures, and what boxes beside them say.
pub(super) fn overwrites(input: &mut Input<'_>, meta: &Head, frame: &Frame, to: &mut Overwrites) -> Walk<()> {
    let (mut kinds, mut places, mut small) = (None, None, None);
    let mut boxes = children(meta);
    while let Some(head) = boxes.next(input)? {
        match &head.name {
            b"iinf" => kinds = Some(head),
            b"iloc" => places = Some(head),
            b"idat" => small = Some(head.content()),
            b"iprp" => blank_properties(input, &head, to)?,
            b"xml " | b"bxml" | b"uuid" => head.free(to)?,
            _ if head.is_free() => head.free(to)?,
            _ => {}
        }
    }
    // Without them there is no picture.
    let (kinds, places) = kinds.zip(places).ok_or(Fault::Damaged)?;
    let kept = kept(input, &kinds)?;
    let small_one = small.clone();
    let pieces = Places { input, frame, small, kept: Vec::new(), erased: Vec::new() }.look(&places, &kept)?;
    pieces.erase(frame, small_one, to)
}

/// Texts, makers' boxes and times among the properties, which keep their length and number.
fn blank_properties(input: &mut Input<'_>, all: &Head, to: &mut Overwrites) -> Walk<()> {
    let Some(properties) = all.child(input, *b"ipco")? else { return Ok(()) };
    let mut boxes = properties.children();
    while let Some(head) = boxes.next(input)? {
        let told = match &head.name {
            b"udes" | b"altt" | b"crtt" | b"mdft" | b"cmnt" => VERSION_BYTES,
            b"uuid" => 16,
            _ if head.is_free() => 0,
            _ => continue,
        };
        to.zeros((head.body + told).min(head.end)..head.end)?;
    }
    Ok(())
}

/// The numbers of the items that are kept.
fn kept(input: &mut Input<'_>, kinds: &Head) -> Walk<Vec<u32>> {
    let count_bytes = if kinds.version(input)? == 0 { 2 } else { 4 };
    let mut kept = Vec::new();
    let mut boxes = kinds.children_behind(VERSION_BYTES + count_bytes);
    while let Some(head) = boxes.find(input, *b"infe")? {
        let version = head.version(input)?;
        if version < 2 {
            // Says no kind; no HEIC has it.
            return Err(Fault::Beyond);
        }
        input.skip(3)?;
        let id = id(input, version > 2)?;
        let _protection = input.u16()?;
        let is_kept = KEPT.contains(&input.bytes()?);
        head.held(input)?;
        if is_kept {
            if kept.len() >= MEDIA_ITEMS_MAX {
                return Err(Fault::Beyond);
            }
            kept.push(id);
        }
    }
    Ok(kept)
}

/// Looks for the pieces of which items consist.
struct Places<'a, 'b> {
    input: &'a mut Input<'b>,
    frame: &'a Frame,
    /// The box for small ones.
    small: Option<Range<u64>>,
    kept: Vec<Range<u64>>,
    erased: Vec<Range<u64>>,
}

/// Where items stand.
struct Pieces {
    kept: Vec<Range<u64>>,
    erased: Vec<Range<u64>>,
}

/// Of how many bytes the numbers of a table are.
struct Widths {
    offset: usize,
    length: usize,
    base: usize,
    index: usize,
}

impl Places<'_, '_> {
    fn look(mut self, places: &Head, kept: &[u32]) -> Walk<Pieces> {
        let version = places.version(self.input)?;
        self.input.skip(3)?;
        let [first, second] = self.input.bytes()?;
        let index = if version == 0 { 0 } else { usize::from(second & 15) };
        let (offset, length, base) = (usize::from(first >> 4), usize::from(first & 15), usize::from(second >> 4));
        let widths = Widths { offset, length, base, index };
        for _ in 0..id(self.input, version > 1)? {
            self.input.step()?;
            let id = id(self.input, version > 1)?;
            let method = if version == 0 { IN_FILE } else { (self.input.u16()? & 15) as u8 };
            // Other than 0: in another file.
            let is_here = self.input.u16()? == 0;
            let base = self.input.number(widths.base)?;
            let is_kept = kept.contains(&id);
            for _ in 0..self.input.u16()? {
                self.input.step()?;
                self.input.number(widths.index)?;
                let offset = self.input.number(widths.offset)?;
                let length = self.input.number(widths.length)?;
                places.held(self.input)?;
                if is_here {
                    self.piece(is_kept, method, base.checked_add(offset).ok_or(Fault::Damaged)?, length)?;
                }
            }
        }
        Ok(Pieces { kept: self.kept, erased: self.erased })
    }

    fn piece(&mut self, is_kept: bool, method: u8, offset: u64, length: u64) -> Walk<()> {
        let all = match method {
            IN_FILE => 0..self.input.length(),
            IN_BOX => self.small.clone().ok_or(Fault::Damaged)?,
            // Within another item, which is kept.
            _ if is_kept => return Ok(()),
            _ => return Err(Fault::Beyond),
        };
        let start = all.start.checked_add(offset).ok_or(Fault::Damaged)?;
        // Without a length it is all there is.
        let end = if length == 0 { all.end } else { start.checked_add(length).ok_or(Fault::Damaged)? };
        if start > end || end > all.end {
            return Err(Fault::Damaged);
        }
        let is_within = |whole: &Range<u64>| whole.start <= start && end <= whole.end;
        if is_kept && !self.frame.samples.iter().chain(&self.small).any(is_within) {
            return Err(Fault::Damaged);
        }
        let pieces = if is_kept { &mut self.kept } else { &mut self.erased };
        if pieces.len() >= MEDIA_PIECES_MAX {
            return Err(Fault::Beyond);
        }
        pieces.push(start..end);
        Ok(())
    }
}

impl Pieces {
    /// Erases what is of no item that is kept; where a piece is both, the file is not what it says.
    fn erase(mut self, frame: &Frame, small: Option<Range<u64>>, to: &mut Overwrites) -> Walk<()> {
        if self.kept.is_empty() {
            return Err(Fault::Damaged);
        }
        self.kept.sort_unstable_by_key(|piece| piece.start);
        for erased in self.erased {
            // They may share pieces among each other, and so the last that begins before need not end last.
            if self.kept.iter().any(|kept| kept.start < erased.end && erased.start < kept.end) {
                return Err(Fault::Damaged);
            }
            match &small {
                Some(small) if small.start <= erased.start && erased.end <= small.end => to.zeros(erased)?,
                _ => frame.erase(erased, to)?,
            }
        }
        if frame.has_film {
            // What moves stands there, too.
            return Ok(());
        }
        for whole in frame.samples.iter().chain(&small) {
            let mut at = whole.start;
            for kept in &self.kept {
                if kept.start >= whole.end || kept.end <= whole.start {
                    continue;
                }
                if kept.start > at {
                    to.zeros(at..kept.start)?;
                }
                at = at.max(kept.end);
            }
            to.zeros(at.min(whole.end)..whole.end)?;
        }
        Ok(())
    }
}
