//! Keeps the believed time: looks at the system's clock, asks who keeps it, and writes down the last time known.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::clock::{self, Known, Timedated, Trust};
use crate::fair::Asker;
use crate::proto::limits::CLOCK_KEPT_INTERVAL;
use crate::proto::op::Snapshot;
use crate::store::Store;

/// How often the system's clock is looked at.
const LOOK_INTERVAL: Duration = Duration::from_secs(5);
/// When timedated is asked again after its first answer, and after a step of the clock; then in twice the time, up to
/// [`CLOCK_KEPT_INTERVAL`]. Each time may start it, which the journal notes on the disk.
const ASK_INTERVAL: Duration = Duration::from_secs(300);

/// Begins to judge the system's clock, by what is kept in the data folder.
pub(super) fn begin(data_dir: &Path, snapshot: &Snapshot) {
    let newest = snapshot.rooms.iter().filter_map(|room| room.last.as_ref()).max_by_key(|last| last.id);
    let kept = Known::read(&Known::path(data_dir));
    clock::begin(Known::last(kept, newest.map(|last| (last.id, last.sent_at))));
}

/// See the module's text.
#[derive(Clone)]
pub(super) struct Keeper {
    path: PathBuf,
    store: Store,
}

impl Keeper {
    pub(super) fn new(data_dir: &Path, store: Store) -> Self {
        Self { path: Known::path(data_dir), store }
    }

    /// Makes the best of a clock in doubt before anything is made by it: a time server may vouch for it.
    pub(super) async fn settle(&self) {
        if matches!(clock::state().trust, Trust::Ahead | Trust::Behind)
            && let Ok(timedated) = Timedated::ask().await
            && clock::look(Some(timedated.synchronized)).lowered
        {
            return self.write().await;
        }
        self.write_if_due().await;
    }

    /// Runs until porch ends.
    pub(super) async fn keep(self) {
        let mut looks = interval(LOOK_INTERVAL);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut changes = clock::changes();
        let mut kept_at = Instant::now();
        let (mut ask_at, mut ask_again) = (Instant::now(), ASK_INTERVAL);
        loop {
            let has_changed = tokio::select! {
                _ = looks.tick() => false,
                // What is kept may be of a time that was wrong.
                Ok(()) = changes.changed() => true,
            };
            if clock::look(None).stepped {
                (ask_at, ask_again) = (Instant::now(), ASK_INTERVAL);
            }
            if ask_at <= Instant::now() {
                // Without an answer, what was last heard stands.
                clock::look(Timedated::ask().await.ok().map(|timedated| timedated.synchronized));
                (ask_at, ask_again) = (Instant::now() + ask_again, (ask_again * 2).min(CLOCK_KEPT_INTERVAL));
            }
            if has_changed || kept_at.elapsed() >= CLOCK_KEPT_INTERVAL {
                self.write().await;
                kept_at = Instant::now();
            }
        }
    }

    /// Writes down the last time known, where none is, or one of another day.
    async fn write_if_due(&self) {
        let day_ms = i64::try_from(CLOCK_KEPT_INTERVAL.as_millis()).unwrap_or(i64::MAX);
        if Known::read(&self.path).is_none_or(|kept| clock::wall().abs_diff(kept.time) >= day_ms.unsigned_abs()) {
            self.write().await;
        }
    }

    /// The last time known, to be written down; none where the store does not say how far it has come.
    pub(super) async fn known(&self) -> Option<Known> {
        match self.store.read(Asker::Box, |reader| reader.newest_seq()).await {
            Ok(seq) => Some(Known { time: clock::wall(), seq }),
            Err(error) => {
                log::warn!("the last time known is not kept: {error}");
                None
            }
        }
    }

    /// Writes down the last time known.
    async fn write(&self) {
        if let Some(known) = self.known().await {
            tokio::task::block_in_place(|| known.write(&self.path));
        }
    }
}
