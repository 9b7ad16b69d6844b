//! The directories of which a TIFF is made, and an EXIF with it (TIFF 6.0, section 2; BigTIFF).

use std::ops::Range;

use crate::proto::limits::TIFF_ENTRIES_MAX;

use super::input::{Fault, Input, Walk};

/// Bytes of an entry in a BigTIFF.
const ENTRY_BYTES_MAX: usize = 20;

/// How a TIFF writes its numbers, and where it stands in the file.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    /// From here its places count.
    base: u64,
    end: u64,
    is_little: bool,
    is_big_tiff: bool,
}

/// What one entry of a directory says.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) tag: u16,
    kind: u16,
    count: u64,
    /// In the file; inside the directory where it is short.
    pub(super) value: Range<u64>,
    raw: [u8; ENTRY_BYTES_MAX],
}

impl Entry {
    /// Its value, where that stands outside of its directory.
    pub(super) fn outside(&self, directory: &Directory) -> Range<u64> {
        if directory.range.contains(&self.value.start) { 0..0 } else { self.value.clone() }
    }
}

/// See the module's text.
pub(super) struct Directory {
    pub(super) entries: Vec<Entry>,
    /// Itself, in the file.
    pub(super) range: Range<u64>,
    /// Where the next of its chain begins.
    pub(super) next: Option<u64>,
    raw_next: [u8; 8],
}

impl Layout {
    /// Reads the head of a TIFF that stands in this part of the file, and where its first directory begins; none where it is
    /// no TIFF.
    pub(super) fn read(input: &mut Input<'_>, range: Range<u64>) -> Walk<Option<(Self, u64)>> {
        if range.end > input.length() || range.end.saturating_sub(range.start) < 8 {
            return Ok(None);
        }
        input.go_to(range.start)?;
        let is_little = match &input.bytes()? {
            b"II" => true,
            b"MM" => false,
            _ => return Ok(None),
        };
        let mut layout = Self { base: range.start, end: range.end, is_little, is_big_tiff: false };
        match layout.number(input, 2)? {
            42 => {}
            43 if layout.number(input, 2)? == 8 && layout.number(input, 2)? == 0 => layout.is_big_tiff = true,
            _ => return Ok(None),
        }
        let first = layout.number(input, layout.word())?;
        Ok(layout.place(first).map(|first| (layout, first)))
    }

    /// Where a place of the TIFF is in the file.
    pub(super) fn place(&self, offset: u64) -> Option<u64> {
        self.base.checked_add(offset).filter(|at| offset >= 8 && *at < self.end)
    }

    /// Reads the directory that begins here.
    pub(super) fn directory(&self, input: &mut Input<'_>, at: u64) -> Walk<Directory> {
        input.go_to(at)?;
        let count = self.number(input, if self.is_big_tiff { 8 } else { 2 })?;
        if count > TIFF_ENTRIES_MAX {
            return Err(Fault::Beyond);
        }
        let mut entries = Vec::new();
        for _ in 0..count {
            input.step()?;
            entries.push(self.entry(input)?);
        }
        // Some writers forget the last number of the last directory.
        let mut raw_next = [0; 8];
        let word = self.word();
        let next = match self.end.checked_sub(input.at()) {
            Some(left) if left >= word as u64 => {
                input.read(&mut raw_next[..word])?;
                self.place(self.parse(&raw_next[..word]))
            }
            Some(_) => None,
            None => return Err(Fault::Damaged),
        };
        Ok(Directory { entries, range: at..input.at(), next, raw_next })
    }

    fn entry(&self, input: &mut Input<'_>) -> Walk<Entry> {
        let at = input.at();
        let word = self.word();
        let mut raw = [0; ENTRY_BYTES_MAX];
        input.read(&mut raw[..4 + 2 * word])?;
        let (tag, kind) = (self.parse(&raw[..2]) as u16, self.parse(&raw[2..4]) as u16);
        let (count, last) = (self.parse(&raw[4..4 + word]), self.parse(&raw[4 + word..4 + 2 * word]));
        let bytes = count.saturating_mul(bytes_of(kind));
        let value = match self.place(last) {
            _ if bytes <= word as u64 => {
                let start = at + 4 + word as u64;
                start..start + bytes
            }
            Some(start) => start..start.saturating_add(bytes),
            None => 0..u64::MAX,
        };
        Ok(Entry { tag, kind, count, value, raw })
    }

    /// The whole numbers of an entry: so many at most.
    pub(super) fn numbers(&self, input: &mut Input<'_>, entry: &Entry, count_max: u64) -> Walk<Vec<u64>> {
        let bytes = match entry.kind {
            3 => 2,
            4 | 13 => 4,
            16 | 18 => 8,
            _ => return Ok(Vec::new()),
        };
        if entry.count > count_max {
            return Err(Fault::Beyond);
        }
        if entry.value.end > self.end {
            return Err(Fault::Damaged);
        }
        input.go_to(entry.value.start)?;
        (0..entry.count).map(|_| self.number(input, bytes)).collect()
    }

    /// A directory without some of its entries, as long as it was.
    pub(super) fn written(&self, directory: &Directory, keeps: impl Fn(&Entry) -> bool) -> Vec<u8> {
        let word = self.word();
        let kept: Vec<_> = directory.entries.iter().filter(|entry| keeps(entry)).collect();
        let count = (kept.len() as u64).to_be_bytes();
        let mut count = count[if self.is_big_tiff { 0 } else { 6 }..].to_vec();
        if self.is_little {
            count.reverse();
        }
        let mut bytes = count;
        for entry in kept {
            bytes.extend_from_slice(&entry.raw[..4 + 2 * word]);
        }
        bytes.extend_from_slice(&directory.raw_next[..word]);
        let length = directory.range.end - directory.range.start;
        bytes.resize(length as usize, 0);
        bytes
    }

    /// Bytes of a place in the file.
    fn word(&self) -> usize {
        if self.is_big_tiff { 8 } else { 4 }
    }

    fn number(&self, input: &mut Input<'_>, bytes: usize) -> Walk<u64> {
        let mut all = [0; 8];
        input.read(&mut all[..bytes])?;
        Ok(self.parse(&all[..bytes]))
    }

    fn parse(&self, bytes: &[u8]) -> u64 {
        let add = |number: u64, &byte: &u8| (number << 8) | u64::from(byte);
        if self.is_little { bytes.iter().rev().fold(0, add) } else { bytes.iter().fold(0, add) }
    }
}

/// Bytes of one value of this kind.
fn bytes_of(kind: u16) -> u64 {
    match kind {
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16..=18 => 8,
        _ => 1,
    }
}
