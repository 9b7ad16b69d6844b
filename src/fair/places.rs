//! Few places for many, of which a newcomer always gets one.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Network;

/// Somebody's place.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Seat(u64);

/// Every place is kept: nobody can be put out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AllKept;

/// So many places, each with something that is handed back to whoever must tell that it was lost.
///
/// When all are taken, a newcomer is seated all the same, and the network with the most gives up its stalest: so that
/// many of few networks keep nobody out. Among networks with as many, the one whose stalest is stalest gives it up.
/// Places that are kept count, and are never given up.
///
/// Each step costs some look-ups, however many places there are.
#[derive(Debug)]
pub struct Places<T> {
    max: usize,
    kept: usize,
    /// Grows with every step: what is smaller is staler.
    now: u64,
    seats: HashMap<Seat, TakenSeat<T>>,
    networks: HashMap<Network, BTreeMap<u64, Seat>>,
    /// The networks in the order in which they give up a place, the next one last: by how many they have, and by the
    /// stalest.
    order: BTreeSet<(usize, Reverse<u64>, Network)>,
}

#[derive(Debug)]
struct TakenSeat<T> {
    network: Network,
    since: u64,
    item: T,
}

impl<T> Places<T> {
    /// All are free.
    pub fn new(max: usize) -> Self {
        let (seats, networks, order) = (HashMap::new(), HashMap::new(), BTreeSet::new());
        Self { max, kept: 0, now: 0, seats, networks, order }
    }

    /// Whether nobody has a place.
    pub fn is_empty(&self) -> bool {
        self.seats.is_empty() && self.kept == 0
    }

    /// Seats a newcomer; with what was put out for it.
    pub fn enter(&mut self, network: Network, item: T) -> Result<(Seat, Option<T>), AllKept> {
        if self.kept >= self.max {
            return Err(AllKept);
        }
        let since = self.tick();
        let seat = Seat(since);
        self.seats.insert(seat, TakenSeat { network, since, item });
        self.change(network, |seats| {
            seats.insert(since, seat);
        });
        let over = self.seats.len() + self.kept > self.max;
        Ok((seat, if over { self.put_one_out() } else { None }))
    }

    /// Something happened there: it is not stale.
    pub fn renew(&mut self, seat: Seat) {
        let now = self.tick();
        let Some(taken) = self.seats.get_mut(&seat) else { return };
        let (network, before) = (taken.network, taken.since);
        taken.since = now;
        self.change(network, |seats| {
            seats.remove(&before);
            seats.insert(now, seat);
        });
    }

    /// It is not to be put out any more. False where it has been already.
    pub fn keep(&mut self, seat: Seat) -> bool {
        let kept = self.leave(seat);
        self.kept += usize::from(kept);
        kept
    }

    /// Gives back one that was kept.
    pub fn leave_kept(&mut self) {
        self.kept = self.kept.saturating_sub(1);
    }

    /// Gives back one that was not kept. False where it has been put out already.
    pub fn leave(&mut self, seat: Seat) -> bool {
        self.take(seat).is_some()
    }

    fn tick(&mut self) -> u64 {
        self.now += 1;
        self.now
    }

    fn put_one_out(&mut self) -> Option<T> {
        let (_, _, network) = *self.order.last()?;
        let (_, &stalest) = self.networks.get(&network)?.first_key_value()?;
        self.take(stalest)
    }

    fn take(&mut self, seat: Seat) -> Option<T> {
        let TakenSeat { network, since, item } = self.seats.remove(&seat)?;
        self.change(network, |seats| {
            seats.remove(&since);
        });
        Some(item)
    }

    /// Changes the seats of a network, and its place in the order.
    fn change(&mut self, network: Network, change: impl FnOnce(&mut BTreeMap<u64, Seat>)) {
        let rank = |seats: &BTreeMap<u64, Seat>| {
            seats.first_key_value().map(|(&stalest, _)| (seats.len(), Reverse(stalest), network))
        };
        let seats = self.networks.entry(network).or_default();
        let (before, after) = (rank(seats), {
            change(seats);
            rank(seats)
        });
        if let Some(before) = before {
            self.order.remove(&before);
        }
        match after {
            Some(after) => {
                self.order.insert(after);
            }
            None => {
                self.networks.remove(&network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(host: u8) -> Network {
        Network::of([192, 168, 1, host].into())
    }

    /// Enters, and says who was put out.
    fn enter(places: &mut Places<u32>, host: u8, item: u32) -> (Seat, Option<u32>) {
        places.enter(at(host), item).expect("a newcomer gets a place")
    }

    #[test]
    fn the_network_with_the_most_gives_up_its_stalest_for_a_newcomer() {
        let mut places = Places::new(4);
        for (host, item) in [(1, 10), (2, 20), (2, 21), (2, 22)] {
            assert_eq!(enter(&mut places, host, item).1, None);
        }
        assert_eq!(enter(&mut places, 3, 30).1, Some(20), "not the one that has been there longest of all");
        assert_eq!(enter(&mut places, 3, 31).1, Some(21));
        // Two networks with two, now: whoever comes to have three gives up its own.
        assert_eq!(enter(&mut places, 3, 32).1, Some(30));
    }

    #[test]
    fn all_addresses_of_an_ipv6_64_are_one_network() {
        let mut places = Places::new(2);
        let v6 = |host: u16| Network::of(std::net::Ipv6Addr::new(0xfd00, 0, 0, 7, 0, 0, 0, host).into());
        assert_eq!(places.enter(at(1), 10).unwrap().1, None);
        assert_eq!(places.enter(v6(1), 20).unwrap().1, None);
        assert_eq!(places.enter(v6(2), 21).unwrap().1, Some(20));
    }

    #[test]
    fn where_all_networks_have_as_many_the_stalest_is_given_up() {
        let mut places = Places::new(3);
        let first = enter(&mut places, 9, 1).0;
        enter(&mut places, 1, 2);
        enter(&mut places, 5, 3);
        places.renew(first);
        assert_eq!(enter(&mut places, 2, 4).1, Some(2));
        assert_eq!(enter(&mut places, 3, 5).1, Some(3));
        assert_eq!(enter(&mut places, 4, 6).1, Some(1));
    }

    #[test]
    fn what_is_kept_is_never_given_up_and_counts() {
        let mut places = Places::new(2);
        let (kept, _) = enter(&mut places, 1, 1);
        assert!(places.keep(kept));
        let (open, _) = enter(&mut places, 1, 2);
        assert_eq!(enter(&mut places, 2, 3).1, Some(2));
        assert!(!places.keep(open) && !places.leave(open), "it was put out");
        let (last, put_out) = enter(&mut places, 2, 4);
        assert_eq!(put_out, Some(3));
        assert!(places.keep(last));
        assert_eq!(places.enter(at(3), 5), Err(AllKept));
        places.leave_kept();
        assert_eq!(enter(&mut places, 3, 6).1, None);
    }

    proptest! {
        /// Whatever happens: no more places than there are, everyone who enters is inside or was told, and whoever has
        /// less than their share of the places is never put out for one who has more.
        #[test]
        fn nobody_is_put_out_for_one_who_has_more(steps in prop::collection::vec((1_u8..5, 0_u8..8), 0..200)) {
            const MAX: usize = 6;
            let mut places = Places::new(MAX);
            let mut inside: BTreeMap<u32, (u8, Seat)> = BTreeMap::new();
            let mut kept = 0;
            for (next, (host, step)) in (0..).zip(steps) {
                let some = inside.iter().nth(usize::from(host)).map(|(&item, &(_, seat))| (item, seat));
                match (step, some) {
                    (0, Some((item, seat))) => {
                        prop_assert!(places.leave(seat));
                        inside.remove(&item);
                    }
                    (1, Some((_, seat))) => places.renew(seat),
                    (2, Some((item, seat))) if kept < 2 => {
                        prop_assert!(places.keep(seat));
                        inside.remove(&item);
                        kept += 1;
                    }
                    _ => {
                        let (seat, out) = enter(&mut places, host, next);
                        inside.insert(next, (host, seat));
                        let of = |inside: &BTreeMap<u32, (u8, Seat)>, who| inside.values().filter(|(h, _)| *h == who).count();
                        if let Some(out) = out {
                            let loser = inside[&out].0;
                            prop_assert!(of(&inside, loser) >= of(&inside, host));
                            inside.remove(&out);
                        }
                    }
                }
                prop_assert!(inside.len() + kept <= MAX);
                prop_assert_eq!(places.seats.len(), inside.len());
                prop_assert_eq!(places.order.len(), places.networks.len());
            }
        }
    }
}
