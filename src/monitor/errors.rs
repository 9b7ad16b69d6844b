//! Errors of pages: each once for a day, a version and a kind of device, with its count.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::table::Table;
use crate::fair::Network;
use crate::proto::limits::MONITOR_ERRORS_MAX;
use crate::proto::millis::Millis;
use crate::proto::monitor::{BeaconError, ErrorSeen, ErrorText, Ident, PageError, Stack, StackFrame};
use crate::proto::op::ErrorRow;

/// See the module's text.
#[derive(Debug, Default)]
pub(super) struct Errors {
    pub(super) table: Table<ErrorKey, ErrorCount>,
}

#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct ErrorKey {
    pub(super) day: i64,
    name: Ident,
    text: ErrorText,
    /// The place at which it was thrown, if that is known.
    top: Option<StackFrame>,
    version: Ident,
    device: String,
}

#[derive(Debug)]
pub(super) struct ErrorCount {
    /// Of the latest.
    stack: Stack,
    screen: Ident,
    count: u32,
    first_at: Millis,
    last_at: Millis,
    /// From where it was told first; unknown after a restart, since it is nobody's concern for longer.
    told_from: Option<Network>,
}

/// Where an error was met.
pub(super) struct ErrorPlace<'a> {
    pub(super) day: i64,
    pub(super) at: Millis,
    pub(super) version: &'a Ident,
    pub(super) device: &'a str,
    pub(super) network: Network,
}

impl Errors {
    pub(super) fn take(&mut self, error: BeaconError, place: &ErrorPlace<'_>) {
        let BeaconError { name, text, stack, screen, count } = error;
        let top = stack.first().cloned();
        let key =
            ErrorKey { day: place.day, name, text, top, version: place.version.clone(), device: place.device.into() };
        let found = self.table.change(key, || ErrorCount {
            stack: stack.clone(),
            screen: screen.clone(),
            count: 0,
            first_at: place.at,
            last_at: place.at,
            told_from: Some(place.network),
        });
        found.count = found.count.saturating_add(count);
        (found.stack, found.screen, found.last_at) = (stack, screen, place.at);
        if self.table.len() > MONITOR_ERRORS_MAX {
            self.put_one_out();
        }
    }

    /// The network with the most gives up what it has not told of for the longest: whoever floods loses their own. What
    /// was told before the last start counts as from one network each.
    fn put_one_out(&mut self) {
        let mut by_network: HashMap<Network, usize> = HashMap::new();
        for network in self.table.iter().filter_map(|(_, error)| error.told_from) {
            *by_network.entry(network).or_default() += 1;
        }
        let told = |error: &ErrorCount| error.told_from.and_then(|network| by_network.get(&network)).map_or(1, |n| *n);
        let out = self.table.iter().max_by_key(|(_, error)| (told(error), Reverse(error.last_at)));
        if let Some(key) = out.map(|(key, _)| key.clone()) {
            self.table.remove(&key);
        }
    }

    /// Those that say the same at the same place together, the latest first.
    pub(super) fn shown(&self) -> Vec<PageError> {
        let mut shown: BTreeMap<(&Ident, &ErrorText, Option<&StackFrame>), PageError> = BTreeMap::new();
        for (key, error) in self.table.iter() {
            let same = shown.entry((&key.name, &key.text, key.top.as_ref())).or_insert_with(|| PageError {
                name: key.name.clone(),
                text: key.text.clone(),
                stack: error.stack.clone(),
                count: 0,
                first_at: error.first_at,
                last_at: error.last_at,
                seen: Vec::new(),
            });
            same.count = same.count.saturating_add(error.count);
            same.first_at = same.first_at.min(error.first_at);
            if error.last_at > same.last_at {
                (same.last_at, same.stack) = (error.last_at, error.stack.clone());
            }
            see(&mut same.seen, key, error);
        }
        let mut shown: Vec<PageError> = shown.into_values().collect();
        shown.sort_by_key(|error| Reverse(error.last_at));
        shown
    }

    pub(super) fn restore(&mut self, row: ErrorRow) {
        let ErrorRow { id, day, name, text, stack, version, device, screen, count, first_at, last_at } = row;
        let key = ErrorKey { day, name, text, top: stack.first().cloned(), version, device };
        self.table.restore(id, key, ErrorCount { stack, screen, count, first_at, last_at, told_from: None });
    }
}

/// The row of an error as it is kept.
pub(super) fn row(id: u64, key: &ErrorKey, error: &ErrorCount) -> ErrorRow {
    ErrorRow {
        id,
        day: key.day,
        name: key.name.clone(),
        text: key.text.clone(),
        stack: error.stack.clone(),
        version: key.version.clone(),
        device: key.device.clone(),
        screen: error.screen.clone(),
        count: error.count,
        first_at: error.first_at,
        last_at: error.last_at,
    }
}

/// Adds a day's to where the error was met.
fn see(seen: &mut Vec<ErrorSeen>, key: &ErrorKey, error: &ErrorCount) {
    let place = (&key.version, &key.device, &error.screen);
    match seen.iter_mut().find(|seen| (&seen.version, &seen.device, &seen.screen) == place) {
        Some(same) => same.count = same.count.saturating_add(error.count),
        None => seen.push(ErrorSeen {
            version: key.version.clone(),
            device: key.device.clone(),
            screen: error.screen.clone(),
            count: error.count,
        }),
    }
}
