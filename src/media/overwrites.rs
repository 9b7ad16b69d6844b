//! What is written over the bytes of a file, where nothing of it may move: formats that say of their parts at which byte of
//! the file they begin.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;

use crate::proto::limits::{MEDIA_OVERWRITES_MAX, MEDIA_OVERWRITTEN_BYTES_MAX};

use super::input::{Fault, Input, Walk};
use super::output::Output;

const ZEROS: [u8; 4_096] = [0; 4_096];

/// See the module's text.
#[derive(Default)]
pub(super) struct Overwrites {
    list: Vec<Overwrite>,
    /// Of all that is not zeros.
    bytes: usize,
}

struct Overwrite {
    at: u64,
    with: With,
}

enum With {
    Zeros(u64),
    Bytes(Vec<u8>),
}

impl Overwrite {
    fn range(&self) -> Range<u64> {
        let bytes = match &self.with {
            With::Zeros(bytes) => *bytes,
            With::Bytes(bytes) => bytes.len() as u64,
        };
        self.at..self.at.saturating_add(bytes)
    }

    /// Whether it says what the file says already.
    fn changes_nothing(&self, input: &mut Input<'_>) -> Walk<bool> {
        input.go_to(self.at)?;
        match &self.with {
            With::Zeros(bytes) => input.are_zero(*bytes),
            With::Bytes(bytes) => input.begins(bytes),
        }
    }

    fn write(&self, mut write: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        match &self.with {
            With::Bytes(bytes) => write(bytes),
            With::Zeros(bytes) => {
                let mut left = *bytes;
                while left > 0 {
                    let count = left.min(ZEROS.len() as u64);
                    write(&ZEROS[..count as usize])?;
                    left -= count;
                }
                Ok(())
            }
        }
    }
}

impl Overwrites {
    pub(super) fn zeros(&mut self, range: Range<u64>) -> Walk<()> {
        if range.is_empty() {
            return Ok(());
        }
        // Samples of a track often follow each other.
        if let Some(Overwrite { at, with: With::Zeros(bytes) }) = self.list.last_mut()
            && at.saturating_add(*bytes) == range.start
        {
            *bytes += range.end - range.start;
            return Ok(());
        }
        self.push(Overwrite { at: range.start, with: With::Zeros(range.end - range.start) })
    }

    pub(super) fn bytes(&mut self, at: u64, bytes: Vec<u8>) -> Walk<()> {
        self.bytes += bytes.len();
        if self.bytes > MEDIA_OVERWRITTEN_BYTES_MAX {
            return Err(Fault::Beyond);
        }
        self.push(Overwrite { at, with: With::Bytes(bytes) })
    }

    fn push(&mut self, overwrite: Overwrite) -> Walk<()> {
        if self.list.len() >= MEDIA_OVERWRITES_MAX {
            return Err(Fault::Beyond);
        }
        self.list.push(overwrite);
        Ok(())
    }

    /// Puts them in order, and leaves out those that change nothing: a file that was cleaned before has none.
    pub(super) fn settle(mut self, input: &mut Input<'_>) -> Walk<Self> {
        self.list.sort_by_key(|overwrite| overwrite.at);
        let mut settled: Vec<Overwrite> = Vec::new();
        for next in self.list {
            let range = next.range();
            if range.end > input.length() {
                return Err(Fault::Damaged);
            }
            match settled.last_mut() {
                Some(last) if range.start < last.range().end => match (&mut last.with, &next.with) {
                    // Two that share a value, as some writers have it.
                    (With::Zeros(bytes), With::Zeros(_)) => *bytes = (*bytes).max(range.end - last.at),
                    // One part of the file would be two things.
                    _ => return Err(Fault::Damaged),
                },
                _ => settled.push(next),
            }
        }
        let mut list = Vec::new();
        for overwrite in settled {
            if !overwrite.changes_nothing(input)? {
                list.push(overwrite);
            }
        }
        Ok(Self { list, bytes: self.bytes })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Copies the file with them. Only once they are [settled](Self::settle).
    pub(super) fn copy(&self, input: &mut Input<'_>, output: &mut Output<'_>) -> Walk<()> {
        input.go_to(0)?;
        for overwrite in &self.list {
            let Range { start, end } = overwrite.range();
            input.copy(start.checked_sub(input.at()).ok_or(Fault::Damaged)?, output)?;
            overwrite.write(|bytes| output.write(bytes))?;
            input.go_to(end)?;
        }
        input.copy(input.left(), output)
    }

    /// Writes them into the file itself. Only once they are [settled](Self::settle).
    pub(super) fn write(&self, file: &mut (impl Read + Seek + Write)) -> io::Result<()> {
        for overwrite in &self.list {
            file.seek(SeekFrom::Start(overwrite.at))?;
            overwrite.write(|bytes| file.write_all(bytes))?;
        }
        file.flush()
    }
}
