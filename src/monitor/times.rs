//! How quick pages were, by day and kind of device.

use std::collections::BTreeMap;

use super::table::Table;
use crate::proto::histogram::Histogram;
use crate::proto::limits::MONITOR_DEVICES_MAX;
use crate::proto::monitor::{Beacon, DeviceTimes, PageTimes};
use crate::proto::op::TimesRow;

/// For the devices that there is no row for.
const OTHERS: &str = "Other devices";

/// See the module's text.
#[derive(Debug, Default)]
pub(super) struct Times {
    pub(super) table: Table<TimesKey, Sums>,
}

#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct TimesKey {
    pub(super) day: i64,
    device: String,
}

#[derive(Debug, Default)]
pub(super) struct Sums {
    loads: Histogram,
    interactions: Histogram,
    long_tasks: u32,
    longest_ms: u32,
    lost: u32,
}

impl Times {
    pub(super) fn take(&mut self, beacon: &Beacon, day: i64, device: &str) {
        let Beacon { load_ms, interaction_ms, long_tasks, longest_ms, lost, .. } = beacon;
        if load_ms.is_none() && interaction_ms.is_none() && *long_tasks == 0 && *lost == 0 {
            return;
        }
        let mut key = TimesKey { day, device: device.into() };
        let is_full = || self.table.iter().filter(|(key, _)| key.day == day).count() >= MONITOR_DEVICES_MAX;
        if !self.table.contains(&key) && is_full() {
            key.device = OTHERS.into();
        }
        let sums = self.table.change(key, Sums::default);
        if let Some(ms) = load_ms {
            sums.loads.add(*ms);
        }
        if let Some(ms) = interaction_ms {
            sums.interactions.add(*ms);
        }
        sums.long_tasks = sums.long_tasks.saturating_add(*long_tasks);
        sums.longest_ms = sums.longest_ms.max(*longest_ms);
        sums.lost = sums.lost.saturating_add(*lost);
    }

    /// Those of all devices together, and of each, the one with the most loads first.
    pub(super) fn shown(&self) -> (PageTimes, Vec<DeviceTimes>) {
        let mut all = Sums::default();
        let mut devices: BTreeMap<&str, Sums> = BTreeMap::new();
        for (key, sums) in self.table.iter() {
            all.join(sums);
            devices.entry(&key.device).or_default().join(sums);
        }
        let mut shown: Vec<DeviceTimes> = devices
            .into_iter()
            .map(|(device, sums)| DeviceTimes { device: device.into(), times: sums.shown() })
            .collect();
        shown.sort_by_key(|device| std::cmp::Reverse(device.times.loads));
        (all.shown(), shown)
    }

    pub(super) fn restore(&mut self, row: TimesRow) {
        let TimesRow { id, day, device, loads, interactions, long_tasks, longest_ms, lost } = row;
        let sums = Sums { loads, interactions, long_tasks, longest_ms, lost };
        self.table.restore(id, TimesKey { day, device }, sums);
    }
}

/// The row of a device as it is kept.
pub(super) fn row(id: u64, key: &TimesKey, sums: &Sums) -> TimesRow {
    TimesRow {
        id,
        day: key.day,
        device: key.device.clone(),
        loads: sums.loads.clone(),
        interactions: sums.interactions.clone(),
        long_tasks: sums.long_tasks,
        longest_ms: sums.longest_ms,
        lost: sums.lost,
    }
}

impl Sums {
    fn join(&mut self, other: &Self) {
        self.loads.join(&other.loads);
        self.interactions.join(&other.interactions);
        self.long_tasks = self.long_tasks.saturating_add(other.long_tasks);
        self.longest_ms = self.longest_ms.max(other.longest_ms);
        self.lost = self.lost.saturating_add(other.lost);
    }

    fn shown(&self) -> PageTimes {
        PageTimes {
            loads: self.loads.count(),
            load_ms_p75: self.loads.p75(),
            slow_loads: self.loads.over(PageTimes::SLOW_LOAD_MS),
            interactions: self.interactions.count(),
            interaction_ms_p75: self.interactions.p75(),
            long_tasks: self.long_tasks,
            longest_ms: self.longest_ms,
            lost: self.lost,
        }
    }
}
