//! Few places for many people, of which somebody new gets one as long as another has more.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Network;
use crate::proto::id::UserId;

/// So many places. When all are taken, somebody new takes one from the network with the most, and there from the person
/// with the most: their oldest. Between equals nobody makes place: whoever comes stays outside.
///
/// Each step costs some look-ups, however many places there are.
#[derive(Debug)]
pub struct Crowd<I> {
    max: usize,
    /// Whose each is.
    places: HashMap<I, (Network, UserId)>,
    networks: BTreeMap<Network, NetworkPeople<I>>,
    /// By how many they have.
    order: BTreeSet<(usize, Network)>,
}

/// Those at one network.
#[derive(Debug)]
struct NetworkPeople<I> {
    count: usize,
    places: BTreeMap<UserId, BTreeSet<I>>,
    /// By how many they have.
    order: BTreeSet<(usize, UserId)>,
}

impl<I: Copy + Eq + Ord + std::hash::Hash> Crowd<I> {
    /// All are free.
    pub fn new(max: usize) -> Self {
        Self { max, places: HashMap::new(), networks: BTreeMap::new(), order: BTreeSet::new() }
    }

    /// Seats somebody new; gives whose place it was, which may be the new one's own.
    pub fn enter(&mut self, network: Network, user: UserId, new: I) -> Option<I> {
        self.places.insert(new, (network, user));
        self.change(network, |people| people.change(user, |places| places.insert(new)));
        if self.places.len() <= self.max {
            return None;
        }
        let out = self.gives_up(network, user)?;
        self.leave(out);
        Some(out)
    }

    /// Gives a place back.
    pub fn leave(&mut self, item: I) {
        if let Some((network, user)) = self.places.remove(&item) {
            self.change(network, |people| people.change(user, |places| places.remove(&item)));
        }
    }

    /// The oldest place of whoever has the most, where somebody of this network has come.
    fn gives_up(&self, network: Network, user: UserId) -> Option<I> {
        let &(most, largest) = self.order.last()?;
        let own = self.networks.get(&network)?;
        let people = if most > own.count { self.networks.get(&largest)? } else { own };
        let &(most, largest) = people.order.last()?;
        // Of somebody else's network nobody new is to be spared.
        let own = people.places.get(&user).map_or(0, BTreeSet::len);
        let user = if most > own { largest } else { user };
        people.places.get(&user)?.first().copied()
    }

    /// Changes the people of a network, and its place in the order.
    fn change(&mut self, network: Network, change: impl FnOnce(&mut NetworkPeople<I>)) {
        let people = self.networks.entry(network).or_default();
        self.order.remove(&(people.count, network));
        change(people);
        if people.count > 0 {
            self.order.insert((people.count, network));
        } else {
            self.networks.remove(&network);
        }
    }
}

impl<I> Default for NetworkPeople<I> {
    fn default() -> Self {
        Self { count: 0, places: BTreeMap::new(), order: BTreeSet::new() }
    }
}

impl<I: Ord> NetworkPeople<I> {
    /// Changes somebody's places, and their own place in the order.
    fn change(&mut self, user: UserId, change: impl FnOnce(&mut BTreeSet<I>) -> bool) {
        let places = self.places.entry(user).or_default();
        let before = places.len();
        change(places);
        let after = places.len();
        self.count = self.count - before + after;
        self.order.remove(&(before, user));
        if after > 0 {
            self.order.insert((after, user));
        } else {
            self.places.remove(&user);
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

    #[test]
    fn one_network_with_all_places_gives_them_to_every_newcomer() {
        let mut crowd = Crowd::new(100);
        // As many people as places, at one address.
        for n in 0..100 {
            assert_eq!(crowd.enter(at(1), UserId(n), n), None);
        }
        for n in 0..50 {
            let out = crowd.enter(at(2), UserId(1_000), 1_000 + n).expect("somebody makes place");
            assert!(out < 100, "not one of another network");
        }
        // Now both have as many: between equals nobody makes place for another.
        assert_eq!(crowd.enter(at(2), UserId(1_001), 2_000), Some(1_000), "the one who has most at that network");
        assert_eq!(crowd.enter(at(3), UserId(5), 2_001).map(|out| out < 2_000), Some(true));
    }

    #[test]
    fn at_one_network_the_person_with_the_most_makes_place() {
        let mut crowd = Crowd::new(10);
        for n in 0..8 {
            crowd.enter(at(1), UserId(1), n);
        }
        crowd.enter(at(1), UserId(2), 8);
        crowd.enter(at(1), UserId(3), 9);
        assert_eq!(crowd.enter(at(1), UserId(4), 10), Some(0), "the oldest of who has most");
        assert_eq!(crowd.enter(at(1), UserId(1), 11), Some(1), "also for themselves");
        crowd.leave(9);
        assert_eq!(crowd.enter(at(1), UserId(5), 12), None);
    }

    #[test]
    fn where_everybody_has_one_whoever_comes_stays_outside() {
        let mut crowd = Crowd::new(3);
        for host in 1..=3 {
            crowd.enter(at(host), UserId(host.into()), u64::from(host));
        }
        assert_eq!(crowd.enter(at(4), UserId(4), 4), Some(4));
        assert_eq!(crowd.enter(at(0), UserId(9), 5), Some(5));
    }

    proptest! {
        #[test]
        fn nobody_with_less_makes_place_for_somebody_with_more(
            steps in prop::collection::vec((0_u8..4, 0_u64..5, any::<bool>()), 1..200),
        ) {
            let mut crowd = Crowd::new(12);
            let mut there: Vec<(Network, UserId, usize)> = Vec::new();
            for (new, (host, user, leaves)) in steps.into_iter().enumerate() {
                if leaves && !there.is_empty() {
                    let (_, _, item) = there.remove(new % there.len());
                    crowd.leave(item);
                }
                let (network, user) = (at(host), UserId(user));
                there.push((network, user, new));
                let count = |of: &dyn Fn(&(Network, UserId, usize)) -> bool| there.iter().filter(|place| of(place)).count();
                let (own, own_person) =
                    (count(&|place| place.0 == network), count(&|place| (place.0, place.1) == (network, user)));
                let out = crowd.enter(network, user, new);
                prop_assert_eq!(out.is_some(), there.len() > 12);
                let Some(at) = out.and_then(|out| there.iter().position(|place| place.2 == out)) else { continue };
                let (theirs, person, item) = there[at];
                let most = count(&|place| place.0 == theirs);
                prop_assert!(theirs == network || most > own, "{most} {own}");
                if theirs == network && person != user {
                    prop_assert!(count(&|place| (place.0, place.1) == (theirs, person)) > own_person);
                }
                let oldest = there.iter().filter(|place| (place.0, place.1) == (theirs, person)).map(|place| place.2).min();
                prop_assert_eq!(oldest, Some(item));
                there.remove(at);
            }
        }
    }
}
