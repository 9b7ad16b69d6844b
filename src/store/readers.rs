//! The connections that answer questions, and the line of those who ask them.
//!
//! There are two of each: for look-ups and for searches, so that a look-up never waits behind a search.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::ReadError;
use super::reader::Reader;
use super::search::Indexer;
use crate::fair::{Asker, Busy, Lane, LaneMax, Turn, TurnMax};
use crate::proto::limits::{
    READS_AT_ONCE_MAX, READS_OF_ONE_AT_ONCE_MAX, READS_OF_ONE_WAITING_MAX, READS_WAITING_MAX, SEARCHES_AT_ONCE_MAX,
    SEARCHES_OF_ONE_AT_ONCE_MAX, SEARCHES_OF_ONE_WAITING_MAX, SEARCHES_WAITING_MAX,
};

/// How look-ups take turns: all that is asked but searches.
pub(super) const LOOKS: LaneMax = LaneMax {
    at_once: READS_AT_ONCE_MAX,
    at_once_of_one: READS_OF_ONE_AT_ONCE_MAX,
    waiting: TurnMax { of_one: READS_OF_ONE_WAITING_MAX, in_all: READS_WAITING_MAX },
};
/// How searches take turns.
pub(super) const SEARCHES: LaneMax = LaneMax {
    at_once: SEARCHES_AT_ONCE_MAX,
    at_once_of_one: SEARCHES_OF_ONE_AT_ONCE_MAX,
    waiting: TurnMax { of_one: SEARCHES_OF_ONE_WAITING_MAX, in_all: SEARCHES_WAITING_MAX },
};

/// Connections that read, opened when first needed, and the line of those who wait for one.
pub(super) struct Readers {
    dir: PathBuf,
    pub(super) indexer: Indexer,
    lane: Lane,
    idle: Mutex<Vec<Reader>>,
}

impl Readers {
    pub(super) fn new(dir: &Path, indexer: Indexer, max: LaneMax) -> Self {
        Self { dir: dir.into(), indexer, lane: Lane::new(max), idle: Mutex::default() }
    }

    /// Waits until it is the asker's turn.
    pub(super) async fn enter(&self, asker: Asker) -> Result<Turn, Busy> {
        self.lane.enter(asker).await
    }

    /// Runs `f` in one consistent view; whoever calls has a turn.
    pub(super) fn read<T>(&self, f: impl FnOnce(&Reader) -> Result<T, ReadError>) -> Result<T, ReadError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let reader = match idle {
            Some(reader) => reader,
            None => Reader::open(&self.dir, self.indexer.clone())?,
        };
        let answer = reader.in_one_view(f)?;
        // After an error the connection is dropped instead: the next one sees the disk afresh.
        if !self.lane.is_closed() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        }
        Ok(answer)
    }

    /// Refuses what comes; what is being read goes on.
    pub(super) fn close(&self) {
        self.lane.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
