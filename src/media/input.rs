//! A file that is read here and there, with little of it in memory, by code that believes nothing it says.

use std::io::{self, Read, Seek, SeekFrom};

use crate::proto::limits::{MEDIA_LOOK_BYTES, MEDIA_WINDOW_BYTES};

use super::output::Output;

/// Why a file is not gone through any further.
#[derive(Debug)]
pub(super) enum Fault {
    /// It ends too early, or contradicts itself.
    Damaged,
    /// It is made of more pieces than are looked at, or in a way that is not followed.
    Beyond,
    /// The disk's, or that of whoever takes what is written.
    Disk(io::Error),
}

impl From<io::Error> for Fault {
    fn from(fault: io::Error) -> Self {
        Self::Disk(fault)
    }
}

/// What comes of going through a file.
pub(super) type Walk<T> = Result<T, Fault>;

/// What a file is read from.
pub(super) trait Source: Read + Seek {}

impl<T: Read + Seek> Source for T {}

/// See the module's text. Numbers are read with the highest byte first.
pub(super) struct Input<'a> {
    from: &'a mut dyn Source,
    length: u64,
    at: u64,
    /// Bytes of the file that are in memory, and where they stand in it.
    window: Vec<u8>,
    window_at: u64,
    steps_left: u32,
}

impl<'a> Input<'a> {
    /// One that is gone through in so many steps at most.
    pub(super) fn new(from: &'a mut dyn Source, steps_max: u32) -> io::Result<Self> {
        let length = from.seek(SeekFrom::End(0))?;
        Ok(Self { from, length, at: 0, window: Vec::new(), window_at: 0, steps_left: steps_max })
    }

    /// Bytes of all of it.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Where the next byte stands.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Bytes from there to the end.
    pub(super) fn left(&self) -> u64 {
        self.length - self.at
    }

    /// Counts one of the pieces that the file is made of.
    pub(super) fn step(&mut self) -> Walk<()> {
        self.steps_left = self.steps_left.checked_sub(1).ok_or(Fault::Beyond)?;
        Ok(())
    }

    pub(super) fn go_to(&mut self, at: u64) -> Walk<()> {
        if at > self.length {
            return Err(Fault::Damaged);
        }
        self.at = at;
        Ok(())
    }

    pub(super) fn skip(&mut self, bytes: u64) -> Walk<()> {
        self.go_to(self.at.checked_add(bytes).ok_or(Fault::Damaged)?)
    }

    /// The bytes that are in memory from here on, one at least. They do not count as read.
    pub(super) fn at_hand(&mut self) -> Walk<&[u8]> {
        let end = self.window_at + self.window.len() as u64;
        if !(self.window_at..end).contains(&self.at) {
            self.fill(if self.at == end { MEDIA_WINDOW_BYTES } else { MEDIA_LOOK_BYTES })?;
        }
        let from = (self.at - self.window_at) as usize;
        Ok(&self.window[from..])
    }

    /// Reads so many bytes at most, one at least.
    fn fill(&mut self, bytes_max: usize) -> Walk<()> {
        let wanted = self.left().min(bytes_max as u64) as usize;
        self.window.clear();
        self.window_at = self.at;
        self.from.seek(SeekFrom::Start(self.at))?;
        let mut bytes = std::mem::take(&mut self.window);
        bytes.resize(wanted, 0);
        let read = loop {
            match self.from.read(&mut bytes) {
                Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        bytes.truncate(read);
        self.window = bytes;
        if read == 0 { Err(Fault::Damaged) } else { Ok(()) }
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> Walk<[u8; N]> {
        let mut bytes = [0; N];
        self.read(&mut bytes)?;
        Ok(bytes)
    }

    pub(super) fn read(&mut self, bytes: &mut [u8]) -> Walk<()> {
        let mut missing = bytes;
        while !missing.is_empty() {
            let found = self.at_hand()?;
            let count = found.len().min(missing.len());
            let (now, later) = missing.split_at_mut(count);
            now.copy_from_slice(&found[..count]);
            missing = later;
            self.at += count as u64;
        }
        Ok(())
    }

    pub(super) fn u8(&mut self) -> Walk<u8> {
        Ok(u8::from_be_bytes(self.bytes()?))
    }

    pub(super) fn u16(&mut self) -> Walk<u16> {
        Ok(u16::from_be_bytes(self.bytes()?))
    }

    pub(super) fn u32(&mut self) -> Walk<u32> {
        Ok(u32::from_be_bytes(self.bytes()?))
    }

    pub(super) fn u64(&mut self) -> Walk<u64> {
        Ok(u64::from_be_bytes(self.bytes()?))
    }

    /// A number of so many bytes: 0 to 8.
    pub(super) fn number(&mut self, bytes: usize) -> Walk<u64> {
        let mut all = [0; 8];
        let from = all.len().checked_sub(bytes).ok_or(Fault::Damaged)?;
        self.read(&mut all[from..])?;
        Ok(u64::from_be_bytes(all))
    }

    /// Whether these bytes come next, which are read if so.
    pub(super) fn begins(&mut self, bytes: &[u8]) -> Walk<bool> {
        let at = self.at;
        for &byte in bytes {
            if self.left() == 0 || self.u8()? != byte {
                self.at = at;
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the next bytes are all zero: so many, which are read as far as they are.
    pub(super) fn are_zero(&mut self, bytes: u64) -> Walk<bool> {
        let mut left = bytes;
        while left > 0 {
            let found = self.at_hand()?;
            let count = left.min(found.len() as u64);
            if found[..count as usize].iter().any(|&byte| byte != 0) {
                return Ok(false);
            }
            self.at += count;
            left -= count;
        }
        Ok(true)
    }

    /// How many of the next bytes come before any of these names; none of them is read.
    pub(super) fn plain(&mut self, bytes: u64, names: &[[u8; 4]]) -> Walk<u64> {
        let start = self.at;
        let end = start + bytes.min(self.left());
        let mut last = [0; 4];
        while self.at < end {
            let left = end - self.at;
            let found = self.at_hand()?;
            let found = &found[..(left.min(found.len() as u64)) as usize];
            let named = found.iter().position(|&byte| {
                last = [last[1], last[2], last[3], byte];
                names.contains(&last)
            });
            if let Some(at) = named {
                let behind = self.at + at as u64 + 1;
                self.at = start;
                return Ok((behind - start).saturating_sub(4));
            }
            self.at += found.len() as u64;
        }
        self.at = start;
        Ok(end - start)
    }

    /// Copies the next bytes as they are.
    pub(super) fn copy(&mut self, bytes: u64, output: &mut Output<'_>) -> Walk<()> {
        if bytes > self.left() {
            return Err(Fault::Damaged);
        }
        if output.only_counts() {
            output.count(bytes);
            return self.skip(bytes);
        }
        let mut left = bytes;
        while left > 0 {
            let found = self.at_hand()?;
            let count = left.min(found.len() as u64);
            output.write(&found[..count as usize])?;
            self.at += count;
            left -= count;
        }
        Ok(())
    }
}
