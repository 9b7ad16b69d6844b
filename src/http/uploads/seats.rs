//! Places for requests that bring bytes: each holds a buffer, and may take as long as its link.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::fair::{Busy, Crowd, Network};
use crate::proto::id::UserId;
use crate::proto::limits::{UPLOADING_AT_ONCE, UPLOADING_AT_ONCE_OF_ONE};

/// See the module's text. Clones are the same.
#[derive(Clone)]
pub(super) struct Seats(Arc<Mutex<Seated>>);

struct Seated {
    crowd: Crowd<u64>,
    /// By when they came.
    requests: BTreeMap<u64, (UserId, oneshot::Sender<()>)>,
    next: u64,
}

/// A place; given back when dropped.
pub(super) struct Place {
    number: u64,
    told: oneshot::Receiver<()>,
    seats: Seats,
}

impl Default for Seats {
    fn default() -> Self {
        let seated = Seated { crowd: Crowd::new(UPLOADING_AT_ONCE), requests: BTreeMap::new(), next: 0 };
        Self(Arc::new(Mutex::new(seated)))
    }
}

impl Seats {
    /// A place for one request more. Who has as many as one may have gives up the oldest, which may hang on a connection
    /// that is dead; when all are taken, whoever has the most does.
    pub(super) fn enter(&self, network: Network, user: UserId) -> Result<Place, Busy> {
        let mut seated = self.lock();
        let number = seated.next;
        seated.next += 1;
        let own: Vec<_> =
            seated.requests.iter().filter(|(_, (of, _))| *of == user).map(|(&number, _)| number).collect();
        if own.len() >= UPLOADING_AT_ONCE_OF_ONE {
            seated.put_out(own[0]);
        }
        if let Some(out) = seated.crowd.enter(network, user, number) {
            if out == number {
                return Err(Busy);
            }
            seated.put_out(out);
        }
        let (tell, told) = oneshot::channel();
        seated.requests.insert(number, (user, tell));
        Ok(Place { number, told, seats: self.clone() })
    }

    fn lock(&self) -> MutexGuard<'_, Seated> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seated {
    fn put_out(&mut self, number: u64) {
        self.crowd.leave(number);
        if let Some((_, tell)) = self.requests.remove(&number) {
            // One that is just leaving does not hear it.
            let _ = tell.send(());
        }
    }
}

impl Place {
    /// Waits until somebody else has this place.
    pub(super) async fn put_out(&mut self) {
        // Told or dropped: it is nobody's who is seated.
        let _ = (&mut self.told).await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut seated = self.seats.lock();
        seated.crowd.leave(self.number);
        seated.requests.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use futures_util::FutureExt;

    use super::*;

    fn at(host: u8) -> Network {
        Network::of(Ipv4Addr::new(192, 168, 1, host).into())
    }

    fn is_out(place: &mut Place) -> bool {
        place.put_out().now_or_never().is_some()
    }

    #[test]
    fn one_person_has_a_few_places_and_the_newest_are_theirs() {
        let seats = Seats::default();
        let mut places: Vec<_> =
            (0..=UPLOADING_AT_ONCE_OF_ONE).map(|_| seats.enter(at(1), UserId(1)).unwrap()).collect();
        let out: Vec<_> = places.iter_mut().map(is_out).collect();
        assert_eq!(out.iter().position(|out| *out), Some(0));
        assert_eq!(out.iter().filter(|out| **out).count(), 1);
    }

    #[test]
    fn whoever_comes_gets_a_place_of_those_who_have_the_most() {
        let seats = Seats::default();
        let mut crowd: Vec<_> =
            (0..UPLOADING_AT_ONCE).map(|at_once| seats.enter(at(1), UserId(1 + at_once as u64 / 4)).unwrap()).collect();
        let mut newcomer = seats.enter(at(2), UserId(99)).unwrap();
        assert!(!is_out(&mut newcomer));
        assert_eq!(crowd.iter_mut().filter_map(|place| is_out(place).then_some(())).count(), 1);
        crowd.clear();
        drop(newcomer);
        assert!(seats.lock().requests.is_empty());
    }
}
