//! TIFF, and what cameras make of it (TIFF 6.0, DNG 1.7): directories of entries, in a chain, and below each other.
//!
//! An entry that is not to stay is taken out of its directory, which remains as long as it was, and what it points to is
//! filled with zeros.

use std::collections::BTreeSet;

use crate::proto::limits::{TIFF_CHILDREN_MAX, TIFF_DIRECTORIES_MAX};

use super::ifd::{Entry, Layout};
use super::input::{Fault, Input, Walk};
use super::overwrites::Overwrites;
use super::{Found, Media};

/// Directories below one that are pictures, too.
const PICTURES: u16 = 330;
/// Directories that tell of a picture: EXIF, GPS, and what is below EXIF.
const TELLING: [u16; 3] = [34_665, 34_853, 40_965];
const MAKER_NOTE: u16 = 37_500;
/// How colours are stored, and the value by which that is as the sensor saw them.
const COLOURS: u16 = 262;
const AS_SEEN: [u64; 2] = [32_803, 34_892];
/// Says that a raw picture is a DNG, which needs no maker note.
const DNG: u16 = 50_706;

/// What tells of people, places, devices and times. Numbers as in TIFF 6.0, TIFF/EP, DNG and GeoTIFF.
const GOING: [u16; 39] = [
    269, 270, 271, 272, 285, 305, 306, 315, 316, 700, 33_432, 33_550, 33_723, 33_922, 34_264, 34_377, 34_735, 34_736,
    34_737, 34_858, 36_867, 36_868, 36_880, 36_881, 36_882, 37_510, 40_091, 40_092, 40_093, 40_094, 40_095, 42_016,
    42_032, 42_033, 42_112, 50_735, 50_740, 50_827, 50_828,
];

pub(super) fn found(input: &mut Input<'_>) -> Walk<Option<Found>> {
    let Some((layout, first)) = Layout::read(input, 0..input.length())? else { return Ok(None) };
    match layout.directory(input, first) {
        // Damaged or not shows when it is cleaned.
        Ok(_) | Err(Fault::Damaged | Fault::Beyond) => Ok(Some(Found::without_facts(Media::Tiff))),
        Err(fault) => Err(fault),
    }
}

/// What is to be overwritten so that nothing is left but the pictures. A raw picture that is no DNG cannot be decoded without
/// its maker note, in which are places, too: it is left as it is.
pub(super) fn overwrites(input: &mut Input<'_>) -> Walk<Overwrites> {
    let (layout, first) = Layout::read(input, 0..input.length())?.ok_or(Fault::Damaged)?;
    let mut cleaning = Cleaning {
        layout,
        seen: BTreeSet::new(),
        waiting: Vec::new(),
        to: Overwrites::default(),
        is_raw: is_canon_raw(input)?,
        is_dng: false,
        has_maker_note: false,
    };
    cleaning.add(first, Role::Picture)?;
    while let Some((at, role)) = cleaning.waiting.pop() {
        match role {
            Role::Picture => cleaning.picture(input, at)?,
            Role::Telling => cleaning.telling(input, at)?,
        }
    }
    let needs_maker_note = cleaning.is_raw && !cleaning.is_dng;
    if needs_maker_note && cleaning.has_maker_note { Err(Fault::Beyond) } else { Ok(cleaning.to) }
}

/// What a directory is for.
#[derive(Clone, Copy)]
enum Role {
    Picture,
    /// All of it goes.
    Telling,
}

struct Cleaning {
    layout: Layout,
    /// Where directories begin that were met: some point to each other in a circle.
    seen: BTreeSet<u64>,
    waiting: Vec<(u64, Role)>,
    to: Overwrites,
    is_raw: bool,
    is_dng: bool,
    has_maker_note: bool,
}

impl Cleaning {
    fn add(&mut self, at: u64, role: Role) -> Walk<()> {
        if self.seen.insert(at) {
            self.waiting.push((at, role));
        }
        if self.seen.len() > TIFF_DIRECTORIES_MAX { Err(Fault::Beyond) } else { Ok(()) }
    }

    /// The directories that an entry points to.
    fn follow(&mut self, input: &mut Input<'_>, entry: &Entry, role: Role) -> Walk<()> {
        for offset in self.layout.numbers(input, entry, TIFF_CHILDREN_MAX)? {
            let at = self.layout.place(offset).ok_or(Fault::Damaged)?;
            self.add(at, role)?;
        }
        Ok(())
    }

    fn picture(&mut self, input: &mut Input<'_>, at: u64) -> Walk<()> {
        let directory = self.layout.directory(input, at)?;
        for entry in &directory.entries {
            match entry.tag {
                PICTURES => self.follow(input, entry, Role::Picture)?,
                tag if TELLING.contains(&tag) => self.follow(input, entry, Role::Telling)?,
                tag if is_going(tag) => self.to.zeros(entry.outside(&directory))?,
                COLOURS => {
                    let colours = self.layout.numbers(input, entry, 1)?;
                    self.is_raw |= colours.iter().any(|colours| AS_SEEN.contains(colours));
                }
                tag => self.is_dng |= tag == DNG,
            }
            self.has_maker_note |= entry.tag == MAKER_NOTE;
        }
        // One of which nothing goes is written as it is: so that what is erased is not within it.
        let written = self.layout.written(&directory, |entry| !is_going(entry.tag));
        self.to.bytes(at, written)?;
        directory.next.map_or(Ok(()), |next| self.add(next, Role::Picture))
    }

    fn telling(&mut self, input: &mut Input<'_>, at: u64) -> Walk<()> {
        let directory = self.layout.directory(input, at)?;
        for entry in &directory.entries {
            if TELLING.contains(&entry.tag) {
                self.follow(input, entry, Role::Telling)?;
            }
            self.to.zeros(entry.outside(&directory))?;
            self.has_maker_note |= entry.tag == MAKER_NOTE;
        }
        self.to.zeros(directory.range)
    }
}

/// Canon's raw pictures say it in the head, and not of their colours.
fn is_canon_raw(input: &mut Input<'_>) -> Walk<bool> {
    input.go_to(8)?;
    input.begins(b"CR")
}

fn is_going(tag: u16) -> bool {
    tag == MAKER_NOTE || TELLING.contains(&tag) || GOING.contains(&tag)
}
