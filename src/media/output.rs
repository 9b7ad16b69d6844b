//! What is written of a file, gathered into pieces that are worth a call to the system.

use std::io::{self, Write};

use crate::proto::limits::MEDIA_WINDOW_BYTES;

/// See the module's text. Whoever has written all says so: see [`Output::finish`].
pub(super) struct Output<'a> {
    /// None where only the bytes are counted.
    to: Option<&'a mut dyn Write>,
    gathered: Vec<u8>,
    bytes: u64,
    turns: u32,
}

impl<'a> Output<'a> {
    pub(super) fn new(to: &'a mut dyn Write) -> Self {
        Self { to: Some(to), gathered: Vec::new(), bytes: 0, turns: 0 }
    }

    /// One that writes nothing: for formats that say in the beginning how long they are.
    pub(super) fn counting() -> Self {
        Self { to: None, gathered: Vec::new(), bytes: 0, turns: 0 }
    }

    pub(super) fn only_counts(&self) -> bool {
        self.to.is_none()
    }

    /// Takes so many bytes for written.
    pub(super) fn count(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// What follows is drawn over what is there: a frame, or a scan.
    pub(super) fn turn(&mut self) {
        self.turns = self.turns.saturating_add(1);
    }

    /// How often that was.
    pub(super) fn turns(&self) -> u32 {
        self.turns
    }

    /// Bytes that were written.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.count(bytes.len() as u64);
        let Some(to) = &mut self.to else { return Ok(()) };
        if self.gathered.len() + bytes.len() > MEDIA_WINDOW_BYTES {
            to.write_all(&self.gathered)?;
            self.gathered.clear();
        }
        if bytes.len() >= MEDIA_WINDOW_BYTES {
            return to.write_all(bytes);
        }
        self.gathered.extend_from_slice(bytes);
        Ok(())
    }

    /// Writes what is still gathered.
    pub(super) fn finish(self) -> io::Result<()> {
        let Some(to) = self.to else { return Ok(()) };
        to.write_all(&self.gathered)?;
        to.flush()
    }
}
