//! Waiting for one's turn at something that few can do at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::Asker;
use super::turns::{Pushed, TurnMax, Turns};

/// How many go at once, and how many wait.
#[derive(Clone, Copy, Debug)]
pub struct LaneMax {
    pub at_once: usize,
    /// Of one asker. Less than `at_once` leaves a way for others while somebody's work takes long.
    pub at_once_of_one: usize,
    pub waiting: TurnMax,
}

/// Too much waits already, or the lane is closed: try again in a moment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Busy;

/// See the module's text. Clones are the same lane.
#[derive(Clone, Debug)]
pub struct Lane {
    state: Arc<Mutex<LaneState>>,
}

#[derive(Debug)]
struct LaneState {
    max: LaneMax,
    turns: Turns<oneshot::Sender<Turn>>,
    going: HashMap<Asker, usize>,
    at_once: usize,
    closed: bool,
}

/// A turn that somebody has; the next one's begins when it is dropped.
#[derive(Debug)]
pub struct Turn {
    asker: Asker,
    /// Only the asker's own next one waits for its end.
    rests: bool,
    /// None once it has been given back.
    state: Option<Arc<Mutex<LaneState>>>,
}

impl Lane {
    /// Nobody is in it.
    pub fn new(max: LaneMax) -> Self {
        let turns = Turns::new(max.waiting);
        let state = LaneState { max, turns, going: HashMap::new(), at_once: 0, closed: false };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Waits for a turn. Whoever stops waiting gives up the place.
    pub async fn enter(&self, asker: Asker) -> Result<Turn, Busy> {
        let waiting = {
            let mut state = lock(&self.state);
            if state.closed {
                return Err(Busy);
            }
            if state.may_go(asker) {
                state.go(asker);
                return Ok(Turn::of(asker, &self.state));
            }
            let (tell, told) = oneshot::channel();
            // Those who have stopped waiting leave their places first.
            state.turns.retain(asker, |waits| !waits.is_closed());
            match state.turns.push(asker, tell) {
                Pushed::Waits => {}
                // Dropped, and so told.
                Pushed::Instead(_) => {}
                Pushed::Refused(_) => return Err(Busy),
            }
            told
        };
        waiting.await.map_err(|_| Busy)
    }

    /// A turn, if there is one at this moment.
    pub fn try_enter(&self, asker: Asker) -> Result<Turn, Busy> {
        let mut state = lock(&self.state);
        if state.closed || !state.may_go(asker) {
            return Err(Busy);
        }
        state.go(asker);
        Ok(Turn::of(asker, &self.state))
    }

    /// Refuses who waits and who comes; what goes on goes on.
    pub fn close(&self) {
        let mut state = lock(&self.state);
        state.closed = true;
        let refused: Vec<_> = state.turns.drain().collect();
        drop(state);
        drop(refused);
    }

    pub fn is_closed(&self) -> bool {
        lock(&self.state).closed
    }
}

impl LaneState {
    fn may_go(&self, asker: Asker) -> bool {
        self.at_once < self.max.at_once && self.going.get(&asker).is_none_or(|count| *count < self.max.at_once_of_one)
    }

    fn go(&mut self, asker: Asker) {
        self.at_once += 1;
        *self.going.entry(asker).or_default() += 1;
    }

    fn come_back(&mut self, asker: Asker, rested: bool) {
        if !rested {
            self.at_once -= 1;
        }
        if let Some(count) = self.going.get_mut(&asker) {
            *count -= 1;
            if *count == 0 {
                self.going.remove(&asker);
            }
        }
    }

    /// Whose turn it is now, if anybody's.
    fn next(&mut self) -> Option<(Asker, oneshot::Sender<Turn>)> {
        if self.at_once >= self.max.at_once {
            return None;
        }
        let (going, max) = (&self.going, self.max.at_once_of_one);
        let (asker, tell) = self.turns.next(|asker| going.get(&asker).is_none_or(|count| *count < max))?;
        self.go(asker);
        Some((asker, tell))
    }

    /// Gives the turns that are free to those whose they are.
    fn pass_on(&mut self, shared: &Arc<Mutex<Self>>) {
        while let Some((asker, tell)) = self.next() {
            // Refused by one who has stopped waiting: the turn is the next one's. Not dropped as a turn here, where the
            // lock is held.
            if let Err(mut unwanted) = tell.send(Turn::of(asker, shared)) {
                unwanted.state = None;
                self.come_back(asker, false);
            }
        }
    }
}

impl Turn {
    fn of(asker: Asker, state: &Arc<Mutex<LaneState>>) -> Self {
        Self { asker, rests: false, state: Some(state.clone()) }
    }

    /// Leaves the place to others already. The asker's own next turn begins when this is dropped.
    pub fn rest(&mut self) {
        let Some(shared) = self.state.as_ref().filter(|_| !self.rests) else { return };
        self.rests = true;
        let mut state = lock(shared);
        state.at_once -= 1;
        state.pass_on(shared);
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(shared) = self.state.take() else { return };
        let mut state = lock(&shared);
        state.come_back(self.asker, self.rests);
        state.pass_on(&shared);
    }
}

/// Held for a few moves in which nothing panics; were it poisoned, the state would still be whole.
fn lock(state: &Mutex<LaneState>) -> MutexGuard<'_, LaneState> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;
    use crate::proto::id::UserId;

    fn person(id: u64) -> Asker {
        Asker::Person(UserId(id))
    }

    fn lane(at_once: usize, at_once_of_one: usize, of_one: usize) -> Lane {
        Lane::new(LaneMax { at_once, at_once_of_one, waiting: TurnMax { of_one, in_all: 100 } })
    }

    fn now<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    fn entered(lane: &Lane, asker: Asker) -> Turn {
        match now(pin!(lane.enter(asker))) {
            Poll::Ready(Ok(turn)) => turn,
            other => panic!("{other:?} instead of a turn"),
        }
    }

    #[test]
    fn who_rests_leaves_the_place_to_others_and_not_to_themselves() {
        let lane = lane(1, 1, 10);
        let mut first = entered(&lane, person(1));
        let mut own = pin!(lane.enter(person(1)));
        let mut other = pin!(lane.enter(person(2)));
        assert!(now(own.as_mut()).is_pending() && now(other.as_mut()).is_pending());
        first.rest();
        first.rest();
        assert!(now(own.as_mut()).is_pending());
        let Poll::Ready(Ok(turn)) = now(other.as_mut()) else { panic!("the place is free") };
        drop(first);
        assert!(now(own.as_mut()).is_pending(), "the place is the other's");
        drop(turn);
        let Poll::Ready(Ok(_own)) = now(own.as_mut()) else { panic!("they have rested") };
        assert!(lane.try_enter(person(3)).is_err(), "a rest gives its place back once");
    }

    #[test]
    fn turns_are_taken_by_asker_and_not_by_who_came_first() {
        let lane = lane(1, 1, 10);
        let first = entered(&lane, person(1));
        let mut second = pin!(lane.enter(person(1)));
        let mut third = pin!(lane.enter(person(1)));
        let mut other = pin!(lane.enter(person(2)));
        assert!(now(second.as_mut()).is_pending() && now(third.as_mut()).is_pending());
        assert!(now(other.as_mut()).is_pending());
        drop(first);
        let Poll::Ready(Ok(turn)) = now(second.as_mut()) else { panic!("one's own turn comes") };
        drop(turn);
        let Poll::Ready(Ok(turn)) = now(other.as_mut()) else { panic!("the other's turn comes before the third") };
        assert!(now(third.as_mut()).is_pending());
        drop(turn);
        assert!(matches!(now(third.as_mut()), Poll::Ready(Ok(_))));
    }

    #[test]
    fn one_asker_never_has_every_way() {
        let lane = lane(3, 2, 10);
        let _turns = [entered(&lane, person(1)), entered(&lane, person(1))];
        assert!(now(pin!(lane.enter(person(1)))).is_pending());
        let _other = entered(&lane, person(2));
        assert_eq!(lane.try_enter(person(3)).err(), Some(Busy), "all three are taken");
    }

    #[test]
    fn who_has_too_much_waiting_is_refused_until_some_have_stopped_waiting() {
        let lane = lane(1, 1, 1);
        let _turn = entered(&lane, person(1));
        {
            let mut waits = pin!(lane.enter(person(1)));
            assert!(now(waits.as_mut()).is_pending());
            assert!(matches!(now(pin!(lane.enter(person(1)))), Poll::Ready(Err(Busy))));
        }
        assert!(now(pin!(lane.enter(person(1)))).is_pending(), "the one before has given up");
    }

    #[test]
    fn a_turn_that_nobody_waits_for_any_more_is_the_next_ones() {
        let lane = lane(1, 1, 10);
        let turn = entered(&lane, person(1));
        let mut left = Box::pin(lane.enter(person(2)));
        let mut stays = pin!(lane.enter(person(3)));
        assert!(now(left.as_mut()).is_pending() && now(stays.as_mut()).is_pending());
        drop(left);
        drop(turn);
        let Poll::Ready(Ok(turn)) = now(stays.as_mut()) else { panic!("the turn is passed on") };
        drop(turn);
        drop(entered(&lane, person(2)));
    }

    #[test]
    fn a_turn_given_but_never_taken_up_is_passed_on_too() {
        let lane = lane(1, 1, 10);
        let turn = entered(&lane, person(1));
        let mut waits = Box::pin(lane.enter(person(2)));
        assert!(now(waits.as_mut()).is_pending());
        drop(turn);
        // Its turn has come, and it is dropped before it looks.
        drop(waits);
        drop(entered(&lane, person(3)));
    }

    #[test]
    fn a_closed_lane_refuses_who_waits_and_who_comes() {
        let lane = lane(1, 1, 10);
        let _turn = entered(&lane, person(1));
        let mut waits = pin!(lane.enter(person(2)));
        assert!(now(waits.as_mut()).is_pending());
        lane.close();
        assert!(matches!(now(waits.as_mut()), Poll::Ready(Err(Busy))));
        assert!(matches!(now(pin!(lane.enter(person(3)))), Poll::Ready(Err(Busy))));
    }
}
