//! Fairness, wherever one can make others wait or hold memory: who asks, whose turn it is, who holds how much.
//!
//! One mechanism for all queues that many feed. [`Turns`] orders what waits by who asked, so that whoever asks much waits
//! behind their own questions and not before others'. [`Lane`] does the waiting. [`Places`] seats whoever comes, at the
//! cost of the network with the most, [`Crowd`] whoever comes signed in, at the cost of the person with the most there. [`Ledger`] counts the bytes that are kept for somebody until they have been read.
//! Limits are the caller's, from `proto::limits`.

mod crowd;
mod lane;
mod ledger;
mod places;
mod turns;

use std::net::{IpAddr, Ipv6Addr};

pub use crowd::Crowd;
pub use lane::{Busy, Lane, LaneMax, Turn};
pub use ledger::{Full, Held, HeldMax, Ledger};
pub use places::{AllKept, Places, Seat};
pub use turns::{Pushed, TurnMax, Turns};

use crate::proto::id::UserId;

/// What one subscriber holds: an IPv4 address, or a /64 of IPv6, within which a device takes any address it likes
/// (RFC 4291, section 2.5.1; RFC 8981).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Network(IpAddr);

impl Network {
    /// The network of an address; an IPv4 address written as IPv6 is the IPv4 address.
    pub fn of(address: IpAddr) -> Self {
        const HOST_BITS: u128 = u64::MAX as u128;
        Self(match address.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !HOST_BITS)),
            v4 => v4,
        })
    }
}

/// Whoever can make others wait.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Asker {
    /// The box itself, for its own housekeeping.
    Box,
    /// Nobody is signed in.
    Network(Network),
    /// On whichever of their devices.
    Person(UserId),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(address: &str) -> Network {
        Network::of(address.parse().unwrap())
    }

    #[test]
    fn an_ipv4_address_stands_for_itself_however_it_is_written() {
        assert_eq!(network("192.168.1.7"), network("::ffff:192.168.1.7"));
        assert_ne!(network("192.168.1.7"), network("192.168.1.8"));
    }

    #[test]
    fn all_addresses_of_a_64_are_one_and_others_are_not() {
        assert_eq!(network("fd00:1:2:3::1"), network("fd00:1:2:3:ffff:ffff:ffff:ffff"));
        assert_ne!(network("fd00:1:2:3::1"), network("fd00:1:2:4::1"));
    }
}
