//! How often one may try to sign in: token buckets by address and by name, all in a bounded table.
//!
//! Pure: the time is passed in, as milliseconds. A clock that is set back gives nobody a longer wait than
//! emptying the bucket would have.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};

use crate::proto::limits::{
    SIGN_IN_ADDRESS_BURST, SIGN_IN_ADDRESS_PER_MINUTE, SIGN_IN_NAME_BURST, SIGN_IN_NAME_PER_MINUTE,
    SIGN_IN_REMEMBERED_MAX,
};
use crate::proto::op::Millis;

/// Too many tries: another makes sense after this many milliseconds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SlowDown {
    pub retry_ms: u32,
}

/// The limits on signing in, registering and giving a password.
pub struct SignInRates {
    addresses: Buckets<IpAddr>,
    names: Buckets<String>,
}

impl Default for SignInRates {
    fn default() -> Self {
        Self {
            addresses: Buckets::new(SIGN_IN_ADDRESS_BURST, SIGN_IN_ADDRESS_PER_MINUTE, SIGN_IN_REMEMBERED_MAX),
            names: Buckets::new(SIGN_IN_NAME_BURST, SIGN_IN_NAME_PER_MINUTE, SIGN_IN_REMEMBERED_MAX),
        }
    }
}

impl SignInRates {
    /// Counts a try from an address.
    pub fn try_address(&mut self, address: IpAddr, now: Millis) -> Result<(), SlowDown> {
        self.addresses.take(network(address), now)
    }

    /// Counts a try for a name, known by its key.
    pub fn try_name(&mut self, name_key: &str, now: Millis) -> Result<(), SlowDown> {
        self.names.take(name_key.to_owned(), now)
    }
}

/// What one subscriber holds: an IPv4 address, or a /64 of IPv6, within which a device takes any it likes.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 => v4,
    }
}

/// Token buckets that share one size and one rate, each known by a key.
///
/// A bucket is one number: when it will be full again (the "theoretical arrival time" of GCRA). A full bucket and
/// a forgotten one are the same.
struct Buckets<K> {
    full_at: HashMap<K, Millis>,
    /// Milliseconds in which a bucket regains one try.
    per_try: Millis,
    /// Milliseconds in which an empty bucket becomes full.
    to_full: Millis,
    keys_max: usize,
}

impl<K: Clone + Eq + Hash> Buckets<K> {
    fn new(burst: u32, per_minute: u32, keys_max: usize) -> Self {
        let per_try = 60_000 / Millis::from(per_minute);
        Self { full_at: HashMap::new(), per_try, to_full: per_try * Millis::from(burst), keys_max }
    }

    fn take(&mut self, key: K, now: Millis) -> Result<(), SlowDown> {
        let known = self.full_at.get(&key).copied();
        let before = known.unwrap_or(now).clamp(now, now.saturating_add(self.to_full));
        let full_at = before + self.per_try;
        let wait = full_at - self.to_full - now;
        if wait > 0 {
            self.full_at.insert(key, before);
            return Err(SlowDown { retry_ms: u32::try_from(wait).unwrap_or(u32::MAX) });
        }
        if known.is_none() && self.full_at.len() >= self.keys_max {
            self.forget(now);
        }
        self.full_at.insert(key, full_at);
        Ok(())
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
mod tests {
    use super::*;

    const NOW: Millis = 1_790_000_000_000;

    #[test]
    fn tries_are_allowed_at_once_up_to_the_burst_and_then_at_the_rate() {
        let mut buckets = Buckets::new(3, 60, 10);
        for _ in 0..3 {
            assert_eq!(buckets.take("a", NOW), Ok(()));
        }
        assert_eq!(buckets.take("a", NOW), Err(SlowDown { retry_ms: 1_000 }));
        assert_eq!(buckets.take("a", NOW + 999), Err(SlowDown { retry_ms: 1 }));
        assert_eq!(buckets.take("a", NOW + 1_000), Ok(()));
        assert_eq!(buckets.take("a", NOW + 1_000), Err(SlowDown { retry_ms: 1_000 }));
        assert_eq!(buckets.take("b", NOW), Ok(()), "others are not slowed down");
    }

    #[test]
    fn a_rested_bucket_holds_the_burst_and_no_more() {
        let mut buckets = Buckets::new(2, 60, 10);
        assert_eq!(buckets.take("a", NOW), Ok(()));
        let later = NOW + 3_600_000;
        assert_eq!([(); 3].map(|()| buckets.take("a", later).is_ok()), [true, true, false]);
    }

    #[test]
    fn a_clock_set_back_waits_no_longer_than_an_empty_bucket() {
        let mut buckets = Buckets::new(2, 60, 10);
        assert_eq!(buckets.take("a", NOW), Ok(()));
        let before = NOW - 86_400_000;
        assert_eq!(buckets.take("a", before), Err(SlowDown { retry_ms: 1_000 }));
        assert_eq!(buckets.take("a", before + 1_000), Ok(()));
    }

    #[test]
    fn a_full_table_forgets_the_fullest_and_keeps_the_emptiest() {
        let mut buckets = Buckets::new(2, 1, 2);
        assert_eq!([(); 3].map(|()| buckets.take("flooder", NOW).is_ok()), [true, true, false]);
        for key in ["a", "b", "c", "d"] {
            assert_eq!(buckets.take(key, NOW), Ok(()));
            assert_eq!(buckets.full_at.len(), 2);
        }
        assert!(buckets.take("flooder", NOW).is_err());
    }

    #[test]
    fn an_address_of_ipv6_counts_by_its_network() {
        let mut rates = SignInRates::default();
        let host = |n: u32| IpAddr::V6(Ipv6Addr::new(0xfd00, 0, 0, 1, 0, 0, (n >> 16) as u16, n as u16));
        for n in 0..SIGN_IN_ADDRESS_BURST {
            assert_eq!(rates.try_address(host(n), NOW), Ok(()));
        }
        assert!(rates.try_address(host(1_000_000), NOW).is_err());
        assert_eq!(rates.try_address("fd00:0:0:2::1".parse().unwrap(), NOW), Ok(()));
    }

    #[test]
    fn addresses_of_ipv4_count_one_by_one_in_either_form() {
        let mut rates = SignInRates::default();
        for _ in 0..SIGN_IN_ADDRESS_BURST {
            assert_eq!(rates.try_address("192.168.1.5".parse().unwrap(), NOW), Ok(()));
        }
        assert!(rates.try_address("::ffff:192.168.1.5".parse().unwrap(), NOW).is_err());
        assert_eq!(rates.try_address("192.168.1.6".parse().unwrap(), NOW), Ok(()));
    }

    #[test]
    fn tries_for_a_name_are_fewer() {
        let mut rates = SignInRates::default();
        for _ in 0..SIGN_IN_NAME_BURST {
            assert_eq!(rates.try_name("ada", NOW), Ok(()));
        }
        assert_eq!(rates.try_name("ada", NOW), Err(SlowDown { retry_ms: 12_000 }));
        assert_eq!(rates.try_name("grace", NOW), Ok(()));
    }
}
