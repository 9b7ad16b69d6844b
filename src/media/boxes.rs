//! The boxes of which MP4, QuickTime, HEIC and AVIF are made (ISO/IEC 14496-12, section 4.2).

use std::ops::Range;

use super::input::{Fault, Input, Walk};
use super::overwrites::Overwrites;

pub(super) type Name = [u8; 4];

/// A box whose content means nothing.
const FREE: Name = *b"free";
const FREE_TOO: Name = *b"skip";

/// Where a box stands.
#[derive(Clone, Copy)]
pub(super) struct Head {
    pub(super) name: Name,
    pub(super) at: u64,
    /// Where its content begins.
    pub(super) body: u64,
    pub(super) end: u64,
}

impl Head {
    /// Reads the box that begins here, within what ends there.
    pub(super) fn read(input: &mut Input<'_>, range: Range<u64>) -> Walk<Self> {
        let at = range.start;
        input.step()?;
        input.go_to(at)?;
        let (length, name) = (input.u32()?, input.bytes()?);
        let length = match length {
            // To the end of what it is in.
            0 => range.end.saturating_sub(at),
            1 => input.u64()?,
            length => length.into(),
        };
        let (body, end) = (input.at(), at.checked_add(length).ok_or(Fault::Damaged)?);
        if body > end || end > range.end {
            return Err(Fault::Damaged);
        }
        Ok(Self { name, at, body, end })
    }

    pub(super) fn content(&self) -> Range<u64> {
        self.body..self.end
    }

    /// The boxes within it.
    pub(super) fn children(&self) -> Boxes {
        Boxes::within(self.content())
    }

    /// The boxes within one that has a version and flags first.
    pub(super) fn children_behind(&self, bytes: u64) -> Boxes {
        Boxes::within(self.body.saturating_add(bytes).min(self.end)..self.end)
    }

    /// Its first child of this name.
    pub(super) fn child(&self, input: &mut Input<'_>, name: Name) -> Walk<Option<Self>> {
        self.children().find(input, name)
    }

    /// Its content is to mean nothing, and to be nothing.
    pub(super) fn free(&self, overwrites: &mut Overwrites) -> Walk<()> {
        if !self.is_free() {
            overwrites.bytes(self.at + 4, FREE.to_vec())?;
        }
        overwrites.zeros(self.content())
    }

    pub(super) fn is_free(&self) -> bool {
        self.name == FREE || self.name == FREE_TOO
    }

    /// What was read of it stood within it.
    pub(super) fn held(&self, input: &Input<'_>) -> Walk<()> {
        if input.at() > self.end { Err(Fault::Damaged) } else { Ok(()) }
    }

    /// Goes to its content, and reads the version with which it begins; flags follow.
    pub(super) fn version(&self, input: &mut Input<'_>) -> Walk<u8> {
        input.go_to(self.body)?;
        input.u8()
    }
}

/// Boxes that follow each other.
pub(super) struct Boxes {
    rest: Range<u64>,
}

impl Boxes {
    pub(super) fn within(range: Range<u64>) -> Self {
        Self { rest: range }
    }

    /// Where the next one begins, and the last one ends.
    pub(super) fn rest(&self) -> Range<u64> {
        self.rest.clone()
    }

    pub(super) fn next(&mut self, input: &mut Input<'_>) -> Walk<Option<Head>> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let head = Head::read(input, self.rest.clone())?;
        self.rest.start = head.end;
        Ok(Some(head))
    }

    pub(super) fn find(&mut self, input: &mut Input<'_>, name: Name) -> Walk<Option<Head>> {
        while let Some(head) = self.next(input)? {
            if head.name == name {
                return Ok(Some(head));
            }
        }
        Ok(None)
    }
}

/// The boxes that hold a file together: nothing that is erased as content stands in them.
#[derive(Default)]
pub(super) struct Frame {
    pub(super) heads: Vec<Head>,
    /// Whether a film's samples are told by boxes between them, too (`moof`).
    pub(super) has_fragments: bool,
    /// Whether there is a film, or a picture that moves.
    pub(super) has_film: bool,
    /// Of a picture, where what its items consist of stands.
    pub(super) samples: Vec<Range<u64>>,
}

impl Frame {
    /// Content of the file, which is wherever the file says.
    pub(super) fn erase(&self, range: Range<u64>, overwrites: &mut Overwrites) -> Walk<()> {
        let is_within = |head: &Head| head.at < range.end && range.start < head.end;
        if self.heads.iter().any(is_within) { Err(Fault::Damaged) } else { overwrites.zeros(range) }
    }
}
