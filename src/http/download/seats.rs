//! Places for downloads: each holds an open file and a piece of it in memory, and takes as long as its link.
//!
//! Who comes waits for a place, so that a class that opens an album gets all its pictures. Slow links, and who has them on
//! purpose, could keep all places for hours; so whoever has waited for long takes one from the person with the most. That
//! download breaks off, and the client goes on where it was when it likes.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::timeout;

use crate::fair::{Asker, Busy, Lane, LaneMax, Turn, TurnMax};
use crate::proto::limits::{
    DOWNLOAD_PATIENCE, DOWNLOADS_AT_ONCE, DOWNLOADS_AT_ONCE_OF_ONE, DOWNLOADS_OF_ONE_WAITING_MAX, DOWNLOADS_WAITING_MAX,
};

/// See the module's text. Clones are the same.
#[derive(Clone)]
pub(super) struct Seats {
    turns: Lane,
    seated: Arc<Mutex<Seated>>,
}

#[derive(Default)]
struct Seated {
    /// By when they came.
    downloads: BTreeMap<u64, SeatedDownload>,
    next: u64,
}

struct SeatedDownload {
    asker: Asker,
    is_put_out: Arc<AtomicBool>,
}

/// A place; given back when dropped.
pub(super) struct Place {
    pub(super) asker: Asker,
    number: u64,
    is_put_out: Arc<AtomicBool>,
    seated: Arc<Mutex<Seated>>,
    _turn: Turn,
}

impl Default for Seats {
    fn default() -> Self {
        let waiting = TurnMax { of_one: DOWNLOADS_OF_ONE_WAITING_MAX, in_all: DOWNLOADS_WAITING_MAX };
        let max = LaneMax { at_once: DOWNLOADS_AT_ONCE, at_once_of_one: DOWNLOADS_AT_ONCE_OF_ONE, waiting };
        Self { turns: Lane::new(max), seated: Arc::default() }
    }
}

impl Seats {
    /// Waits for a place.
    pub(super) async fn enter(&self, asker: Asker) -> Result<Place, Busy> {
        let mut waiting = pin!(self.turns.enter(asker));
        let turn = loop {
            match timeout(DOWNLOAD_PATIENCE, waiting.as_mut()).await {
                Ok(turn) => break turn?,
                Err(_) => lock(&self.seated).make_place(asker),
            }
        };
        let is_put_out = Arc::new(AtomicBool::new(false));
        let mut seated = lock(&self.seated);
        let number = seated.next;
        seated.next += 1;
        seated.downloads.insert(number, SeatedDownload { asker, is_put_out: is_put_out.clone() });
        drop(seated);
        Ok(Place { asker, number, is_put_out, seated: self.seated.clone(), _turn: turn })
    }
}

impl Seated {
    /// Puts out the oldest of whoever has the most. Between equals nobody makes place.
    fn make_place(&self, newcomer: Asker) {
        let mut counts: BTreeMap<Asker, usize> = BTreeMap::new();
        let staying = || self.downloads.values().filter(|download| !download.is_put_out.load(Ordering::Relaxed));
        staying().for_each(|download| *counts.entry(download.asker).or_default() += 1);
        let own = counts.get(&newcomer).copied().unwrap_or_default();
        let Some((&asker, &most)) = counts.iter().max_by_key(|(_, count)| **count) else { return };
        if let Some(oldest) = staying().find(|download| download.asker == asker && most > own + 1) {
            oldest.is_put_out.store(true, Ordering::Relaxed);
        }
    }
}

impl Place {
    /// Whether somebody else is to have it.
    pub(super) fn is_put_out(&self) -> bool {
        self.is_put_out.load(Ordering::Relaxed)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        lock(&self.seated).downloads.remove(&self.number);
    }
}

/// Held for a few moves in which nothing panics; were it poisoned, what is seated would still be whole.
fn lock(seated: &Mutex<Seated>) -> MutexGuard<'_, Seated> {
    seated.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;
    use tokio::time::Instant;

    use super::*;
    use crate::proto::id::UserId;

    /// People with as many places as one may have, until all are taken.
    async fn full(seats: &Seats) -> Vec<Place> {
        let people = DOWNLOADS_AT_ONCE / DOWNLOADS_AT_ONCE_OF_ONE;
        let askers = (0..DOWNLOADS_AT_ONCE).map(|at| Asker::Person(UserId((at % people) as u64)));
        join_all(askers.map(|asker| async move { seats.enter(asker).await.expect("a place") })).await
    }

    const NEWCOMER: Asker = Asker::Person(UserId(1_000));

    #[tokio::test(start_paused = true)]
    async fn who_comes_waits_and_has_the_next_place_that_is_free() {
        let seats = Seats::default();
        let mut places = full(&seats).await;
        let begun = Instant::now();
        let leaves = async {
            tokio::time::sleep(DOWNLOAD_PATIENCE / 2).await;
            places.pop();
        };
        let (place, ()) = tokio::join!(seats.enter(NEWCOMER), leaves);
        assert!(place.is_ok() && begun.elapsed() < DOWNLOAD_PATIENCE);
        assert!(places.iter().all(|place| !place.is_put_out()));
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_waited_for_long_takes_a_place_of_those_who_have_the_most() {
        let seats = Seats::default();
        let mut places = full(&seats).await;
        let gives_up = async {
            while !places.iter().any(Place::is_put_out) {
                tokio::time::sleep(DOWNLOAD_PATIENCE / 3).await;
            }
            places.retain(|place| !place.is_put_out());
        };
        let (place, ()) = tokio::join!(seats.enter(NEWCOMER), gives_up);
        assert!(place.is_ok());
        assert_eq!(places.len(), DOWNLOADS_AT_ONCE - 1, "one place for one newcomer");
    }

    #[tokio::test(start_paused = true)]
    async fn between_equals_nobody_makes_place() {
        let seats = Seats::default();
        let askers = (0..DOWNLOADS_AT_ONCE).map(|at| Asker::Person(UserId(at as u64)));
        let places = join_all(askers.map(|asker| seats.enter(asker))).await;
        assert!(timeout(DOWNLOAD_PATIENCE * 3, seats.enter(NEWCOMER)).await.is_err());
        assert!(places.iter().flatten().all(|place| !place.is_put_out()));
        assert!(lock(&seats.seated).downloads.len() == DOWNLOADS_AT_ONCE);
    }

    #[tokio::test(start_paused = true)]
    async fn one_person_has_a_few_places_and_waits_for_their_own() {
        let seats = Seats::default();
        let mut own: Vec<Place> = Vec::new();
        for _ in 0..DOWNLOADS_AT_ONCE_OF_ONE {
            own.push(seats.enter(NEWCOMER).await.expect("a place"));
        }
        assert!(timeout(DOWNLOAD_PATIENCE * 3, seats.enter(NEWCOMER)).await.is_err());
        assert!(!own[0].is_put_out());
        assert!(timeout(DOWNLOAD_PATIENCE, seats.enter(Asker::Person(UserId(7)))).await.is_ok());
        own.pop();
        assert!(timeout(DOWNLOAD_PATIENCE, seats.enter(NEWCOMER)).await.is_ok());
        drop(own);
        assert!(lock(&seats.seated).downloads.is_empty());
    }
}
