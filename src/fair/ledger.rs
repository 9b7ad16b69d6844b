//! Bytes that are kept for somebody until they have been read.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Asker, Network};

/// How many bytes may be held.
#[derive(Clone, Copy, Debug)]
pub struct HeldMax {
    pub by_asker: usize,
    /// Over all askers there: one device can be many people.
    pub by_network: usize,
    pub in_all: usize,
}

/// So much is held for this asker, this network, or all, that this does not fit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Full;

/// See the module's text. Clones are the same ledger.
///
/// Whoever holds nothing may hold one thing of any size while all that is held leaves room for it: a limit by asker
/// that is smaller than one answer would keep that answer back for ever.
#[derive(Clone, Debug)]
pub struct Ledger {
    state: Arc<Mutex<LedgerState>>,
}

#[derive(Debug)]
struct LedgerState {
    max: HeldMax,
    askers: HashMap<Asker, usize>,
    networks: HashMap<Network, usize>,
    all: usize,
}

/// Bytes that count until this is dropped.
#[derive(Debug)]
pub struct Held {
    asker: Asker,
    network: Network,
    bytes: usize,
    state: Arc<Mutex<LedgerState>>,
}

impl Ledger {
    /// Nothing is held.
    pub fn new(max: HeldMax) -> Self {
        let state = LedgerState { max, askers: HashMap::new(), networks: HashMap::new(), all: 0 };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Counts bytes for `asker`, who is at `network`.
    pub fn hold(&self, asker: Asker, network: Network, bytes: usize) -> Result<Held, Full> {
        let mut state = lock(&self.state);
        let of_asker = state.askers.get(&asker).copied().unwrap_or_default();
        let of_network = state.networks.get(&network).copied().unwrap_or_default();
        let fits = |held: usize, max: usize| held == 0 || held.saturating_add(bytes) <= max;
        let max = state.max;
        if state.all.saturating_add(bytes) > max.in_all
            || !fits(of_asker, max.by_asker)
            || !fits(of_network, max.by_network)
        {
            return Err(Full);
        }
        state.all += bytes;
        *state.askers.entry(asker).or_default() += bytes;
        *state.networks.entry(network).or_default() += bytes;
        Ok(Held { asker, network, bytes, state: self.state.clone() })
    }

    /// Bytes held at the moment.
    pub fn all(&self) -> usize {
        lock(&self.state).all
    }
}

impl Held {
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut state = lock(&self.state);
        state.all -= self.bytes;
        give_back(&mut state.askers, &self.asker, self.bytes);
        give_back(&mut state.networks, &self.network, self.bytes);
    }
}

fn give_back<K: Eq + Hash>(held: &mut HashMap<K, usize>, key: &K, bytes: usize) {
    if let Some(count) = held.get_mut(key) {
        *count -= bytes;
        if *count == 0 {
            held.remove(key);
        }
    }
}

/// Held for a few moves in which nothing panics; were it poisoned, the state would still be whole.
fn lock(state: &Mutex<LedgerState>) -> MutexGuard<'_, LedgerState> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::id::UserId;

    fn ledger() -> Ledger {
        Ledger::new(HeldMax { by_asker: 10, by_network: 15, in_all: 30 })
    }

    fn person(id: u64) -> Asker {
        Asker::Person(UserId(id))
    }

    fn at(host: u8) -> Network {
        Network::of([192, 168, 1, host].into())
    }

    #[test]
    fn what_one_person_holds_is_bounded_and_given_back() {
        let ledger = ledger();
        let held = ledger.hold(person(1), at(1), 6).unwrap();
        assert_eq!(ledger.hold(person(1), at(2), 5).unwrap_err(), Full, "from wherever they ask");
        let _four = ledger.hold(person(1), at(2), 4).unwrap();
        drop(held);
        let _six = ledger.hold(person(1), at(1), 6).unwrap();
        assert_eq!(ledger.all(), 10);
    }

    #[test]
    fn many_people_of_one_device_hold_no_more_than_it_may() {
        let ledger = ledger();
        let _held = [ledger.hold(person(1), at(1), 8).unwrap(), ledger.hold(person(2), at(1), 7).unwrap()];
        assert_eq!(ledger.hold(person(3), at(1), 1).unwrap_err(), Full);
        ledger.hold(person(3), at(2), 1).unwrap();
    }

    #[test]
    fn nobody_holds_more_than_there_is() {
        let ledger = ledger();
        let _held: Vec<Held> =
            (1..=3).map(|n| ledger.hold(person(n), at(u8::try_from(n).unwrap()), 10).unwrap()).collect();
        assert_eq!(ledger.hold(person(4), at(4), 1).unwrap_err(), Full);
    }

    #[test]
    fn one_answer_larger_than_the_share_passes_where_nothing_else_is_held() {
        let ledger = ledger();
        let held = ledger.hold(person(1), at(1), 20).unwrap();
        assert_eq!(ledger.hold(person(1), at(1), 1).unwrap_err(), Full);
        assert_eq!(ledger.hold(person(2), at(2), 11).unwrap_err(), Full, "but never over all");
        drop(held);
        assert_eq!(ledger.all(), 0);
        assert!(lock(&ledger.state).askers.is_empty() && lock(&ledger.state).networks.is_empty());
    }
}
