//! The last time known, kept on the disk for a start with a clock that knows less.
//!
//! The file is small and rarely written: an idle box leaves its disk alone. What people write between two of its
//! writings has a time too; the newest message's counts as well, unless the clock was set back since.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::file;
use crate::proto::id::Seq;
use crate::proto::op::Millis;

const FILE: &str = "clock.json";

/// What is kept.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Known {
    /// What was believed when this was written.
    pub time: Millis,
    /// The newest event then: the times of messages up to it are of no account any more.
    pub seq: Seq,
}

impl Known {
    /// Where it is kept in a data folder.
    pub fn path(data_dir: &Path) -> PathBuf {
        data_dir.join(FILE)
    }

    /// Reads it. Nothing where there is none, or where it is damaged: the messages tell nearly as much.
    pub fn read(path: &Path) -> Option<Self> {
        let read = || -> io::Result<Option<Self>> {
            Ok(file::read_private(path)?.map(|text| serde_json::from_str(&text)).transpose()?)
        };
        read().unwrap_or_else(|fault| {
            log::warn!("the last time known cannot be read from {}: {fault}", path.display());
            None
        })
    }

    /// Writes it. Blocks on the disk.
    pub fn write(self, path: &Path) {
        let written = serde_json::to_string(&self).map_err(io::Error::from);
        let written = written.and_then(|text| file::write_private(path, &(text + "\n")));
        if let Err(fault) = written {
            log::warn!("the last time known cannot be kept in {}: {fault}", path.display());
        }
    }

    /// The last time known by what is kept and by the newest message, with its place. The least there is, where
    /// nothing is known.
    pub fn last(kept: Option<Self>, newest: Option<(Seq, Millis)>) -> Millis {
        let kept_seq = kept.map_or(Seq(0), |kept| kept.seq);
        let written_since = newest.filter(|(seq, _)| *seq > kept_seq).map(|(_, time)| time);
        kept.map(|kept| kept.time).max(written_since).unwrap_or(Millis::MIN)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const KEPT: Known = Known { time: 1_000, seq: Seq(5) };

    #[test]
    fn the_newest_message_counts_where_it_is_newer_than_what_is_kept() {
        assert_eq!(Known::last(None, None), Millis::MIN);
        assert_eq!(Known::last(None, Some((Seq(1), 7))), 7);
        assert_eq!(Known::last(Some(KEPT), None), 1_000);
        assert_eq!(Known::last(Some(KEPT), Some((Seq(6), 2_000))), 2_000);
        assert_eq!(Known::last(Some(KEPT), Some((Seq(6), 500))), 1_000);
    }

    #[test]
    fn a_message_from_before_the_clock_was_set_back_does_not_count() {
        assert_eq!(Known::last(Some(KEPT), Some((Seq(5), 2_000))), 1_000);
    }

    #[test]
    fn it_is_read_as_it_was_written_and_damage_is_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = Known::path(dir.path());
        assert_eq!(Known::read(&path), None);
        KEPT.write(&path);
        assert_eq!(Known::read(&path), Some(KEPT));
        for damage in [&b""[..], b"{", b"{\"time\":\"now\",\"seq\":1}", &[0xff, 0xfe]] {
            fs::write(&path, damage).unwrap();
            assert_eq!(Known::read(&path), None);
        }
    }

    #[test]
    fn where_it_cannot_be_written_nothing_breaks() {
        KEPT.write(Path::new("/dev/null/clock.json"));
    }
}
