//! Noticing that a database has lost something that was once on the disk, and remembering it for its owner.
//!
//! Two witnesses cost no write of their own: the log's shared index, which knows how many frames were committed to it
//! ([`super::wal`]), and the search index, a file of its own, which knows up to which event it goes. Both learn of a
//! commit only once it is durable, so that what a power cut takes of the unacknowledged is never called a loss.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use rusqlite::Connection;

use super::{search, wal};

/// The file that remembers a loss, in the data folder: the number of events, or nothing where it is not known.
pub(super) const LOSS_FILE: &str = "loss";
/// How long a loss is told: whoever has not acted on it by then will not.
const TOLD_FOR: Duration = Duration::from_secs(30 * 86_400);

/// What is known of a loss.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Loss {
    /// Messages and deletions that are missing at least; none where other changes are, or where it is not known.
    pub events: Option<u64>,
    pub noticed: SystemTime,
}

impl Loss {
    /// The loss that was noticed in this data folder not long ago.
    pub fn noted(dir: &Path) -> Option<Self> {
        let path = dir.join(LOSS_FILE);
        let noticed = fs::metadata(&path).and_then(|about| about.modified()).ok()?;
        // A clock that was set back is no reason to be silent.
        if noticed.elapsed().is_ok_and(|passed| passed > TOLD_FOR) {
            return None;
        }
        Some(Self { events: fs::read_to_string(path).ok()?.trim_end().parse().ok(), noticed })
    }

    /// How long ago it was noticed.
    pub fn age(&self) -> Duration {
        self.noticed.elapsed().unwrap_or_default()
    }
}

/// What the folder tells before SQLite opens the database, and so forgets it.
#[derive(Debug)]
pub(super) struct Before {
    /// Frames in the log: none after a run that ended by itself.
    frames: u32,
    /// Frames that the log has had, and has no longer.
    frames_missing: u32,
}

impl Before {
    pub(super) fn look(dir: &Path) -> Self {
        // What cannot be read, SQLite cannot read either: opening will say so.
        let log = wal::read(dir).unwrap_or_default();
        Self { frames: log.frames, frames_missing: wal::frames_lost(dir, &log) }
    }

    /// Whether the last run was broken off.
    pub(super) fn is_unclean(&self) -> bool {
        self.frames > 0 || self.frames_missing > 0
    }
}

/// Compares what the witnesses know with the opened database, and notes down what is missing.
pub(super) fn notice(dir: &Path, db: &Connection, before: &Before, newest: u64) -> Option<Loss> {
    let indexed = search::kept_upto(dir, db).unwrap_or_default();
    let events = Some(indexed.saturating_sub(newest)).filter(|events| *events > 0);
    if events.is_none() && before.frames_missing == 0 {
        return Loss::noted(dir);
    }
    let count = events.map_or_else(|| "some".to_owned(), |events| events.to_string());
    log::error!(
        "the database has lost its newest part: {count} messages and changes that had been kept are missing. porch goes \
         on with what is there. If there is a newer copy of the data folder, stop porch and put the whole folder back; \
         a card that loses what it has kept is failing"
    );
    if let Err(fault) = note(dir, events) {
        log::error!("that something is lost could not be noted down, and will be told until porch ends only: {fault}");
    }
    Some(Loss { events, noticed: SystemTime::now() })
}

fn note(dir: &Path, events: Option<u64>) -> io::Result<()> {
    let fresh = dir.join("loss.new");
    let mut file = File::create(&fresh)?;
    writeln!(file, "{}", events.map(|events| events.to_string()).unwrap_or_default())?;
    file.sync_all()?;
    fs::rename(fresh, dir.join(LOSS_FILE))?;
    File::open(dir)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_is_remembered_for_a_month() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Loss::noted(dir.path()), None);
        for events in [Some(7), None] {
            note(dir.path(), events).unwrap();
            assert_eq!(Loss::noted(dir.path()).unwrap().events, events);
        }
        let file = File::open(dir.path().join(LOSS_FILE)).unwrap();
        file.set_modified(SystemTime::now() - TOLD_FOR - Duration::from_secs(60)).unwrap();
        assert_eq!(Loss::noted(dir.path()), None);
        file.set_modified(SystemTime::now() + TOLD_FOR).unwrap();
        assert_eq!(Loss::noted(dir.path()).unwrap().age(), Duration::ZERO);
    }
}
