//! Where the samples of a track stand in the file (ISO/IEC 14496-12, sections 8.6 and 8.7): chunks, each of so many samples,
//! each of so many bytes.

use super::boxes::{Frame, Head};
use super::input::{Fault, Input, Walk};
use super::overwrites::Overwrites;

/// A list of numbers in the file.
struct Table {
    first: u64,
    count: u32,
    bytes_each: u64,
}

impl Table {
    /// One that begins behind its version, so many bytes and its count.
    fn read(input: &mut Input<'_>, head: &Head, bytes_before: u64, bytes_each: u64) -> Walk<Self> {
        input.go_to(head.body)?;
        input.skip(4 + bytes_before)?;
        let count = input.u32()?;
        head.held(input)?;
        // Below 2^32 numbers of 12 bytes, behind a place in a file.
        if input.at() + u64::from(count) * bytes_each > head.end {
            return Err(Fault::Damaged);
        }
        Ok(Self { first: input.at(), count, bytes_each })
    }

    fn go_to(&self, input: &mut Input<'_>, number: u32) -> Walk<()> {
        input.go_to(self.first + u64::from(number) * self.bytes_each)
    }
}

/// How many bytes each sample has.
enum Sizes {
    Same { bytes: u32, count: u32 },
    Each(Table),
}

impl Sizes {
    fn read(input: &mut Input<'_>, head: &Head) -> Walk<Self> {
        input.go_to(head.body)?;
        input.skip(4)?;
        let (bytes, count) = (input.u32()?, input.u32()?);
        if bytes > 0 {
            return Ok(Self::Same { bytes, count });
        }
        Table::read(input, head, 4, 4).map(Self::Each)
    }

    fn count(&self) -> u32 {
        match self {
            Self::Same { count, .. } => *count,
            Self::Each(table) => table.count,
        }
    }

    /// Bytes of so many samples.
    fn sum(&self, input: &mut Input<'_>, first: u32, count: u32) -> Walk<u64> {
        match self {
            Self::Same { bytes, .. } => Ok(u64::from(*bytes) * u64::from(count)),
            Self::Each(table) => {
                table.go_to(input, first)?;
                let mut sum = 0;
                for _ in 0..count {
                    input.step()?;
                    sum += u64::from(input.u32()?);
                }
                Ok(sum)
            }
        }
    }
}

/// Erases all samples of a track.
pub(super) fn erase(input: &mut Input<'_>, media: &Head, frame: &Frame, to: &mut Overwrites) -> Walk<()> {
    if frame.has_fragments {
        return Err(Fault::Beyond);
    }
    let Some(about) = media.child(input, *b"minf")? else { return Ok(()) };
    let Some(tables) = about.child(input, *b"stbl")? else { return Ok(()) };
    let chunks = match tables.child(input, *b"stco")? {
        Some(head) => Table::read(input, &head, 0, 4)?,
        None => match tables.child(input, *b"co64")? {
            Some(head) => Table::read(input, &head, 0, 8)?,
            None => return Ok(()),
        },
    };
    if chunks.count == 0 {
        return Ok(());
    }
    let runs = tables.child(input, *b"stsc")?.ok_or(Fault::Damaged)?;
    let runs = Table::read(input, &runs, 0, 12)?;
    // Sizes in half bytes are written by nobody.
    let sizes = tables.child(input, *b"stsz")?.ok_or(Fault::Beyond)?;
    let sizes = Sizes::read(input, &sizes)?;

    let (mut run, mut next_run, mut samples_each, mut sample) = (0, run(input, &runs, 0)?, 0, 0);
    for chunk in 0..chunks.count {
        input.step()?;
        // Chunks are counted from 1.
        while let Some((_, samples)) = next_run.filter(|(first, _)| *first <= chunk.saturating_add(1)) {
            samples_each = samples;
            run += 1;
            next_run = self::run(input, &runs, run)?;
        }
        chunks.go_to(input, chunk)?;
        let start = input.number(chunks.bytes_each as usize)?;
        let samples = samples_each.min(sizes.count() - sample);
        let bytes = sizes.sum(input, sample, samples)?;
        sample += samples;
        frame.erase(start..start.checked_add(bytes).ok_or(Fault::Damaged)?, to)?;
    }
    Ok(())
}

/// From which chunk on there are how many samples in each.
fn run(input: &mut Input<'_>, runs: &Table, number: u32) -> Walk<Option<(u32, u32)>> {
    if number >= runs.count {
        return Ok(None);
    }
    input.step()?;
    runs.go_to(input, number)?;
    Ok(Some((input.u32()?, input.u32()?)))
}
