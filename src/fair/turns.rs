//! A queue that takes turns by who asked.

use std::collections::{HashMap, VecDeque};

use super::Asker;

/// How much may wait.
#[derive(Clone, Copy, Debug)]
pub struct TurnMax {
    pub of_one: usize,
    pub in_all: usize,
}

/// What became of what was pushed.
#[derive(Debug, Eq, PartialEq)]
pub enum Pushed<T> {
    /// It waits.
    Waits,
    /// It waits, and this made place: the newest of whoever had the most waiting.
    Instead(T),
    /// Its asker has enough waiting already, or as much as anybody while the queue is full.
    Refused(T),
}

/// What waits, each asker's in order, the askers in turn. Bounded for each asker and in all: when all is full, a
/// newcomer takes the place of the newest item of whoever has the most waiting, so that many items of few never keep
/// another out.
///
/// Taking a turn costs the same however much waits. Making place costs a look at every asker that waits.
#[derive(Debug)]
pub struct Turns<T> {
    max: TurnMax,
    waiting: HashMap<Asker, VecDeque<T>>,
    /// Everyone who has something waiting, the next first.
    order: VecDeque<Asker>,
    count: usize,
}

impl<T> Turns<T> {
    /// Nothing waits.
    pub fn new(max: TurnMax) -> Self {
        Self { max, waiting: HashMap::new(), order: VecDeque::new(), count: 0 }
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Puts something at the end of its asker's own queue.
    pub fn push(&mut self, asker: Asker, item: T) -> Pushed<T> {
        let own = self.waiting.get(&asker).map_or(0, VecDeque::len);
        if own >= self.max.of_one {
            return Pushed::Refused(item);
        }
        let mut instead = None;
        if self.count >= self.max.in_all {
            let longest = self.longest().filter(|(_, length)| *length > own + 1);
            instead = longest.and_then(|(asker, _)| self.pop_newest(asker));
            if instead.is_none() {
                return Pushed::Refused(item);
            }
        }
        let queue = self.waiting.entry(asker).or_default();
        if queue.is_empty() {
            self.order.push_back(asker);
        }
        queue.push_back(item);
        self.count += 1;
        instead.map_or(Pushed::Waits, Pushed::Instead)
    }

    /// Takes the oldest item of the first asker for whom `may` holds; that asker goes to the end of the line.
    pub fn next(&mut self, may: impl Fn(Asker) -> bool) -> Option<(Asker, T)> {
        let at = self.order.iter().position(|&asker| may(asker))?;
        let asker = self.order.remove(at)?;
        let queue = self.waiting.get_mut(&asker)?;
        let item = queue.pop_front()?;
        if queue.is_empty() {
            self.waiting.remove(&asker);
        } else {
            self.order.push_back(asker);
        }
        self.count -= 1;
        Some((asker, item))
    }

    /// Drops what nobody waits for any more.
    pub fn retain(&mut self, asker: Asker, keep: impl FnMut(&T) -> bool) {
        let Some(queue) = self.waiting.get_mut(&asker) else { return };
        let before = queue.len();
        queue.retain(keep);
        self.count -= before - queue.len();
        self.forget_if_empty(asker);
    }

    /// Takes everything, to refuse it.
    pub fn drain(&mut self) -> impl Iterator<Item = T> {
        self.order.clear();
        self.count = 0;
        std::mem::take(&mut self.waiting).into_values().flatten()
    }

    /// Of several with the same length the first in line, so that the same pushes always give the same queue.
    fn longest(&self) -> Option<(Asker, usize)> {
        let mut longest: Option<(Asker, usize)> = None;
        for &asker in &self.order {
            let length = self.waiting.get(&asker).map_or(0, VecDeque::len);
            if longest.is_none_or(|(_, most)| length > most) {
                longest = Some((asker, length));
            }
        }
        longest
    }

    fn pop_newest(&mut self, asker: Asker) -> Option<T> {
        let newest = self.waiting.get_mut(&asker)?.pop_back()?;
        self.count -= 1;
        self.forget_if_empty(asker);
        Some(newest)
    }

    fn forget_if_empty(&mut self, asker: Asker) {
        if self.waiting.get(&asker).is_some_and(VecDeque::is_empty) {
            self.waiting.remove(&asker);
            self.order.retain(|other| *other != asker);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::proto::id::UserId;

    fn person(id: u64) -> Asker {
        Asker::Person(UserId(id))
    }

    fn turns(of_one: usize, in_all: usize) -> Turns<u32> {
        Turns::new(TurnMax { of_one, in_all })
    }

    fn take(turns: &mut Turns<u32>) -> Option<u32> {
        turns.next(|_| true).map(|(_, item)| item)
    }

    #[test]
    fn who_asks_much_waits_behind_their_own_questions_only() {
        let mut turns = turns(100, 100);
        for item in 0..10 {
            turns.push(person(1), item);
        }
        turns.push(person(2), 20);
        turns.push(person(3), 30);
        let order: Vec<u32> = std::iter::from_fn(|| take(&mut turns)).collect();
        assert_eq!(order, [0, 20, 30, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert!(turns.is_empty());
    }

    #[test]
    fn one_asker_has_so_many_waiting_and_no_more() {
        let mut turns = turns(2, 100);
        assert_eq!([turns.push(person(1), 1), turns.push(person(1), 2)], [Pushed::Waits, Pushed::Waits]);
        assert_eq!(turns.push(person(1), 3), Pushed::Refused(3));
        assert_eq!(turns.push(person(2), 4), Pushed::Waits);
    }

    #[test]
    fn a_full_queue_makes_place_for_who_has_less() {
        let mut turns = turns(3, 4);
        for item in 0..3 {
            turns.push(person(1), item);
        }
        turns.push(person(2), 10);
        assert_eq!(turns.push(person(3), 20), Pushed::Instead(2), "the newest of the longest");
        assert_eq!(turns.push(person(2), 11), Pushed::Refused(11), "nobody has more by more than one");
        assert_eq!(turns.push(person(4), 30), Pushed::Instead(1));
        assert_eq!(turns.push(person(5), 40), Pushed::Refused(40), "each has one");
        let order: Vec<u32> = std::iter::from_fn(|| take(&mut turns)).collect();
        assert_eq!(order, [0, 10, 20, 30]);
    }

    #[test]
    fn who_may_not_go_now_is_passed_over_and_keeps_the_place() {
        let mut turns = turns(9, 9);
        turns.push(person(1), 1);
        turns.push(person(2), 2);
        assert_eq!(turns.next(|asker| asker != person(1)), Some((person(2), 2)));
        assert_eq!(turns.next(|asker| asker != person(1)), None);
        assert_eq!(take(&mut turns), Some(1));
    }

    #[test]
    fn what_nobody_waits_for_leaves_its_place_to_others() {
        let mut turns = turns(2, 2);
        turns.push(person(1), 1);
        turns.push(person(1), 2);
        turns.retain(person(1), |item| *item != 2);
        assert_eq!(turns.push(person(2), 3), Pushed::Waits);
        turns.retain(person(1), |_| false);
        assert_eq!((take(&mut turns), take(&mut turns)), (Some(3), None));
    }

    proptest! {
        /// Whatever is pushed and taken: nothing is lost, nothing is there twice, and the bounds hold.
        #[test]
        fn what_goes_in_comes_out_once_or_was_refused(steps in prop::collection::vec((0_u64..5, 0_u8..4), 0..200)) {
            let mut turns = turns(4, 8);
            let (mut inside, mut next) = (std::collections::BTreeSet::new(), 0);
            for (who, step) in steps {
                if step == 0 {
                    if let Some(item) = take(&mut turns) {
                        prop_assert!(inside.remove(&item));
                    }
                    continue;
                }
                next += 1;
                match turns.push(person(who), next) {
                    Pushed::Waits => prop_assert!(inside.insert(next)),
                    Pushed::Instead(out) => prop_assert!(inside.remove(&out) && inside.insert(next)),
                    Pushed::Refused(out) => prop_assert_eq!(out, next),
                }
                prop_assert!(inside.len() <= 8);
                prop_assert_eq!(turns.count, inside.len());
            }
            prop_assert_eq!(turns.drain().collect::<std::collections::BTreeSet<_>>(), inside);
            prop_assert!(turns.is_empty() && take(&mut turns).is_none());
        }
    }
}
