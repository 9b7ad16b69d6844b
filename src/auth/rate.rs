//! How often one may guess a password, make accounts, rename oneself, have a new picture, and send what a page tells of
//! itself: token buckets, all in bounded tables.
//!
//! Only what fails counts against a password. Who has given it before is not kept waiting by strangers: a device that
//! has signed in to the account, and a session that goes on, have buckets of their own; strangers have one for each name
//! at each network, one for each network, and all of them together one for each name, which bounds what can be guessed
//! from many addresses.
//!
//! Pure: the time is passed in, as milliseconds. A clock that is set back gives nobody a longer wait than
//! emptying the bucket would have.

use std::collections::HashMap;
use std::hash::Hash;

use crate::fair::Network;
use crate::proto::id::{SessionId, UserId};
use crate::proto::limits::{
    ACCOUNTS_BURST, ACCOUNTS_INTERVAL_MS, BEACONS_BURST, BEACONS_INTERVAL_MS, BEACONS_NETWORK_BURST,
    BEACONS_NETWORK_INTERVAL_MS, GUESSES_BURST, GUESSES_INTERVAL_MS, GUESSES_NAME_BURST, GUESSES_NAME_INTERVAL_MS,
    GUESSES_NETWORK_BURST, GUESSES_NETWORK_INTERVAL_MS, GUESSES_STRANGER_BURST, GUESSES_STRANGER_INTERVAL_MS,
    PICTURES_BURST, PICTURES_INTERVAL_MS, RATES_REMEMBERED_MAX, RECEIPTS_SET_BURST, RECEIPTS_SET_INTERVAL_MS,
    RENAMES_BURST, RENAMES_INTERVAL_MS,
};
use crate::proto::op::Millis;

use super::device::DeviceId;

/// Why one may not try now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NotNow {
    /// Guesses that are being looked at have taken what is left: were they right, there would be a try.
    Busy,
    /// Too many tries: another makes sense after this many milliseconds.
    SlowDown { retry_ms: u32 },
}

/// Who guesses, as far as that is known.
#[derive(Clone, Debug)]
pub enum Guesser {
    /// A browser that has signed in to this account with its present password.
    Device(DeviceId),
    /// Somebody who is signed in to this account.
    Session(SessionId),
    /// Anybody, at this name. What is no name, or no invite, is guessed at without one.
    Stranger { network: Network, name_key: Option<String> },
}

/// The limits. See the module's text.
pub struct Rates {
    accounts: Buckets<Network>,
    beacons: Buckets<UserId>,
    beacons_of_networks: Buckets<Network>,
    devices: Buckets<DeviceId>,
    names: Buckets<String>,
    names_at_networks: Buckets<(String, Network)>,
    networks: Buckets<Network>,
    renames: Buckets<UserId>,
    pictures: Buckets<UserId>,
    receipts: Buckets<UserId>,
    sessions: Buckets<SessionId>,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            accounts: Buckets::new(ACCOUNTS_BURST, ACCOUNTS_INTERVAL_MS),
            beacons: Buckets::new(BEACONS_BURST, BEACONS_INTERVAL_MS),
            beacons_of_networks: Buckets::new(BEACONS_NETWORK_BURST, BEACONS_NETWORK_INTERVAL_MS),
            devices: Buckets::new(GUESSES_BURST, GUESSES_INTERVAL_MS),
            names: Buckets::new(GUESSES_NAME_BURST, GUESSES_NAME_INTERVAL_MS),
            names_at_networks: Buckets::new(GUESSES_STRANGER_BURST, GUESSES_STRANGER_INTERVAL_MS),
            networks: Buckets::new(GUESSES_NETWORK_BURST, GUESSES_NETWORK_INTERVAL_MS),
            renames: Buckets::new(RENAMES_BURST, RENAMES_INTERVAL_MS),
            pictures: Buckets::new(PICTURES_BURST, PICTURES_INTERVAL_MS),
            receipts: Buckets::new(RECEIPTS_SET_BURST, RECEIPTS_SET_INTERVAL_MS),
            sessions: Buckets::new(GUESSES_BURST, GUESSES_INTERVAL_MS),
        }
    }
}

impl Rates {
    /// Counts a guess, before it is looked at: many at once are as many as one after the other. It is under way until
    /// it is told to be [`wrong`](Self::wrong), or [`discounted`](Self::discount).
    pub fn guess(&mut self, guesser: &Guesser, now: Millis) -> Result<(), NotNow> {
        match guesser {
            Guesser::Device(device) => self.devices.begin(*device, now),
            Guesser::Session(session) => self.sessions.begin(*session, now),
            Guesser::Stranger { network, name_key: None } => self.networks.begin(*network, now),
            Guesser::Stranger { network, name_key: Some(name) } => {
                let at_network = (name.clone(), *network);
                // All or none: who is refused by one has used up nothing of the others.
                self.networks.look(network, now)?;
                self.names_at_networks.look(&at_network, now)?;
                self.names.begin(name.clone(), now)?;
                self.names_at_networks.begin(at_network, now)?;
                self.networks.begin(*network, now)
            }
        }
    }

    /// It was looked at, and stays counted.
    pub fn wrong(&mut self, guesser: &Guesser) {
        match guesser {
            Guesser::Device(device) => self.devices.end(device),
            Guesser::Session(session) => self.sessions.end(session),
            Guesser::Stranger { network, name_key } => {
                self.networks.end(network);
                if let Some(name) = name_key {
                    self.names.end(name);
                    self.names_at_networks.end(&(name.clone(), *network));
                }
            }
        }
    }

    /// It was right, or was not looked at after all: it does not count.
    pub fn discount(&mut self, guesser: &Guesser, now: Millis) {
        self.wrong(guesser);
        match guesser {
            Guesser::Device(device) => self.devices.give_back(device, now),
            Guesser::Session(session) => self.sessions.give_back(session, now),
            Guesser::Stranger { network, name_key } => {
                self.networks.give_back(network, now);
                if let Some(name) = name_key {
                    self.names.give_back(name, now);
                    self.names_at_networks.give_back(&(name.clone(), *network), now);
                }
            }
        }
    }

    /// Counts an account that is made from a network.
    pub fn make_account(&mut self, network: Network, now: Millis) -> Result<(), NotNow> {
        self.accounts.take(network, now)
    }

    /// Counts a new name of a person: everyone is told of it.
    pub fn rename(&mut self, user: UserId, now: Millis) -> Result<(), NotNow> {
        self.renames.take(user, now)
    }

    /// Counts a beacon of somebody who is signed in, or of a network.
    pub fn beacon(&mut self, user: Option<UserId>, network: Network, now: Millis) -> Result<(), NotNow> {
        match user {
            Some(user) => self.beacons.take(user, now),
            None => self.beacons_of_networks.take(network, now),
        }
    }

    /// Counts a new picture of a person, whatever becomes of it.
    pub fn picture(&mut self, user: UserId, now: Millis) -> Result<(), NotNow> {
        self.pictures.take(user, now)
    }

    /// Counts that a person turns receipts on or off: everybody is told whom they share a direct room with.
    pub fn receipts(&mut self, user: UserId, now: Millis) -> Result<(), NotNow> {
        self.receipts.take(user, now)
    }
}

/// Token buckets that share one size and one rate, each known by a key.
///
/// A bucket is one number: when it will be full again (the "theoretical arrival time" of GCRA). A full bucket and
/// a forgotten one are the same.
struct Buckets<K> {
    full_at: HashMap<K, Millis>,
    /// Of what was taken, how much may still be put back: only while somebody waits for it.
    under_way: HashMap<K, u32>,
    /// Milliseconds in which a bucket regains one try.
    per_try: Millis,
    /// Milliseconds in which an empty bucket becomes full.
    to_full: Millis,
    keys_max: usize,
}

impl<K: Clone + Eq + Hash> Buckets<K> {
    fn new(burst: u32, per_try: Millis) -> Self {
        Self {
            full_at: HashMap::new(),
            under_way: HashMap::new(),
            per_try,
            to_full: per_try * Millis::from(burst),
            keys_max: RATES_REMEMBERED_MAX,
        }
    }

    /// When the bucket would be full, if it were taken from; or how long it will be empty.
    fn look(&self, key: &K, now: Millis) -> Result<Millis, NotNow> {
        let known = self.full_at.get(key).copied();
        let before = known.unwrap_or(now).clamp(now, now.saturating_add(self.to_full));
        let full_at = before + self.per_try;
        let wait = full_at - self.to_full - now;
        let under_way = self.under_way.get(key).copied().map_or(0, Millis::from);
        match wait {
            ..=0 => Ok(full_at),
            _ if wait <= under_way * self.per_try => Err(NotNow::Busy),
            _ => Err(NotNow::SlowDown { retry_ms: u32::try_from(wait).unwrap_or(u32::MAX) }),
        }
    }

    fn take(&mut self, key: K, now: Millis) -> Result<(), NotNow> {
        let full_at = match self.look(&key, now) {
            Ok(full_at) => full_at,
            Err(not_now) => {
                // After the clock was set back, what is left of it is counted from now.
                let latest = now.saturating_add(self.to_full);
                self.full_at.entry(key).and_modify(|at| *at = (*at).min(latest));
                return Err(not_now);
            }
        };
        if !self.full_at.contains_key(&key) && self.full_at.len() >= self.keys_max {
            self.forget(now);
        }
        self.full_at.insert(key, full_at);
        Ok(())
    }

    /// Takes what may be put back. Every such is [`end`](Self::end)ed.
    fn begin(&mut self, key: K, now: Millis) -> Result<(), NotNow> {
        self.take(key.clone(), now)?;
        *self.under_way.entry(key).or_default() += 1;
        Ok(())
    }

    fn end(&mut self, key: &K) {
        if let Some(count) = self.under_way.get_mut(key) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.under_way.remove(key);
            }
        }
    }

    /// Puts back what was taken.
    fn give_back(&mut self, key: &K, now: Millis) {
        if let Some(full_at) = self.full_at.get_mut(key) {
            *full_at -= self.per_try;
            if *full_at <= now {
                self.full_at.remove(key);
            }
        }
    }

    /// Makes place: drops the buckets that are full, or else the one that is the nearest to it, so that who is
    /// being slowed down stays so.
    fn forget(&mut self, now: Millis) {
        self.full_at.retain(|_, full_at| *full_at > now);
        if self.full_at.len() >= self.keys_max
            && let Some(fullest) = self.full_at.iter().min_by_key(|(_, full_at)| **full_at).map(|(key, _)| key.clone())
        {
            self.full_at.remove(&fullest);
        }
    }
}

#[cfg(test)]
mod tests;
