//! The monitor: what pages tell of their errors and of how quick they were, gathered for the owner.
//!
//! It holds at most so many errors and devices, whoever tells how much, and each for some days by the box's own clock
//! (`proto::limits::monitor`). All is in memory, and in the database only as far as [`Monitor::changes`] was written:
//! now and then, in one commit. It never holds who told it, beside the network in memory: see `errors`.

mod errors;
mod table;
#[cfg(test)]
mod tests;
mod times;

use crate::fair::Network;
use crate::proto::limits::MONITOR_KEPT_DAYS;
use crate::proto::monitor::{Beacon, Monitored};
use crate::proto::op::{DAY_MS, Millis, MonitorChanges, MonitorRows};

use errors::{ErrorPlace, Errors};
use times::Times;

/// See the module's text.
#[derive(Debug, Default)]
pub struct Monitor {
    errors: Errors,
    times: Times,
}

/// Who sends a beacon, as far as anybody is to know.
#[derive(Clone, Debug)]
pub struct Sender {
    /// Browser and system.
    pub device: String,
    /// Whose errors make place when there are too many.
    pub network: Network,
}

impl Monitor {
    /// With what an earlier run has kept.
    pub fn restored(rows: MonitorRows) -> Self {
        let mut monitor = Self::default();
        rows.errors.into_iter().for_each(|row| monitor.errors.restore(row));
        rows.times.into_iter().for_each(|row| monitor.times.restore(row));
        monitor
    }

    /// Takes up what a page tells.
    pub fn take(&mut self, beacon: Beacon, sender: &Sender, now: Millis) {
        let day = day_of(now);
        self.times.take(&beacon, day, &sender.device);
        let Beacon { version, errors, .. } = beacon;
        let place = ErrorPlace { day, at: now, version: &version, device: &sender.device, network: sender.network };
        errors.into_iter().for_each(|error| self.errors.take(error, &place));
    }

    /// For the owner.
    pub fn shown(&mut self, now: Millis) -> Monitored {
        self.let_go(now);
        let (times, devices) = self.times.shown();
        Monitored { errors: self.errors.shown(), times, devices }
    }

    /// What the database does not know yet, if anything; it counts as written from now on.
    pub fn changes(&mut self, now: Millis) -> Option<MonitorChanges> {
        self.let_go(now);
        let (errors, errors_gone) = self.errors.table.take_changes(errors::row);
        let (times, times_gone) = self.times.table.take_changes(times::row);
        let is_same = errors.is_empty() && errors_gone.is_empty() && times.is_empty() && times_gone.is_empty();
        (!is_same).then_some(MonitorChanges { rows: MonitorRows { errors, times }, errors_gone, times_gone })
    }

    /// The database did not take the changes.
    pub fn put_back(&mut self, changes: MonitorChanges) {
        let MonitorChanges { rows, errors_gone, times_gone } = changes;
        self.errors.table.put_back(&rows.errors.iter().map(|row| row.id).collect(), errors_gone);
        self.times.table.put_back(&rows.times.iter().map(|row| row.id).collect(), times_gone);
    }

    /// Forgets everything, as the database has.
    pub fn clear(&mut self) {
        self.errors.table.clear();
        self.times.table.clear();
    }

    /// What is old goes; and what is of days that have not come, told while the clock was wrong: it would stay for ever.
    fn let_go(&mut self, now: Millis) {
        let today = day_of(now);
        let days = today - MONITOR_KEPT_DAYS..=today + 1;
        self.errors.table.retain(|key| days.contains(&key.day));
        self.times.table.retain(|key| days.contains(&key.day));
    }
}

fn day_of(at: Millis) -> i64 {
    at.div_euclid(DAY_MS)
}
