//! The sockets that are open, over both ports: places of which a newcomer always gets one.
//!
//! Whoever asks and never reads, or opens sockets and says nothing, could hold all places for as long as it likes; so
//! could one device with a few addresses. When places run short, the network with the most gives up the one in which
//! nothing has happened for longest. WebSockets of people who are signed in are kept whatever comes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot};

use crate::fair::{Network, Places, Seat};
use crate::proto::limits::SOCKETS_MAX;

/// See the module's text. Clones are the same places.
#[derive(Clone)]
pub struct Sockets(Arc<SocketsState>);

struct SocketsState {
    places: Mutex<Places<oneshot::Sender<()>>>,
    /// Told when the last has closed.
    emptied: Notify,
}

impl Default for Sockets {
    fn default() -> Self {
        Self::new(SOCKETS_MAX)
    }
}

/// A socket's place, as long as a newcomer may be given it; free when dropped.
pub(super) struct OpenPlace {
    seat: Seat,
    sockets: Sockets,
}

/// How a socket hears that its place is another's now.
pub(super) struct PutOut(oneshot::Receiver<()>);

/// The place of a signed-in person's WebSocket; free when dropped.
pub struct KeptPlace(Sockets);

impl Sockets {
    /// So many in all.
    pub fn new(max: usize) -> Self {
        Self(Arc::new(SocketsState { places: Mutex::new(Places::new(max)), emptied: Notify::new() }))
    }

    /// Waits until every socket is closed.
    pub async fn all_closed(&self) {
        loop {
            let emptied = self.0.emptied.notified();
            if self.places().is_empty() {
                return;
            }
            emptied.await;
        }
    }

    /// A place for a socket of this network. None only where every place is kept.
    pub(super) fn enter(&self, network: Network) -> Option<(OpenPlace, PutOut)> {
        let (tell, told) = oneshot::channel();
        let (seat, put_out) = self.places().enter(network, tell).ok()?;
        if let Some(other) = put_out {
            // An error says that it is ending by itself.
            let _ = other.send(());
        }
        Some((OpenPlace { seat, sockets: self.clone() }, PutOut(told)))
    }

    fn left(&self) {
        let is_empty = self.places().is_empty();
        if is_empty {
            self.0.emptied.notify_waiters();
        }
    }

    /// Held for a few moves that do not panic; were it poisoned, its state would still be whole.
    fn places(&self) -> MutexGuard<'_, Places<oneshot::Sender<()>>> {
        self.0.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OpenPlace {
    /// Something happens on the socket.
    pub(super) fn renew(&self) {
        self.sockets.places().renew(self.seat);
    }

    /// Makes it a place that nobody can take; none where somebody has already.
    pub(super) fn keep(&self) -> Option<KeptPlace> {
        let kept = self.sockets.places().keep(self.seat);
        kept.then(|| KeptPlace(self.sockets.clone()))
    }
}

impl Drop for OpenPlace {
    fn drop(&mut self) {
        self.sockets.places().leave(self.seat);
        self.sockets.left();
    }
}

impl Drop for KeptPlace {
    fn drop(&mut self) {
        self.0.places().leave_kept();
        self.0.left();
    }
}

impl PutOut {
    /// Waits until it is so; for ever where the place is kept.
    pub(super) async fn happened(&mut self) {
        if (&mut self.0).await.is_err() {
            std::future::pending().await
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    fn at(host: u8) -> Network {
        Network::of([192, 168, 1, host].into())
    }

    fn is_put_out(put_out: &mut PutOut) -> bool {
        pin!(put_out.happened()).poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn two_networks_with_all_places_give_them_to_every_newcomer() {
        let sockets = Sockets::new(10);
        let mut flood: Vec<_> = (0..20).map(|n| sockets.enter(at(n % 2)).expect("a place")).collect();
        let mut newcomers: Vec<_> = (2..8).map(|host| sockets.enter(at(host)).expect("a place")).collect();
        assert!(newcomers.iter_mut().all(|(_, put_out)| !is_put_out(put_out)));
        assert_eq!(flood.iter_mut().filter_map(|(_, put_out)| (!is_put_out(put_out)).then_some(())).count(), 4);
    }

    #[test]
    fn a_kept_place_is_never_anothers_and_an_open_one_is() {
        let sockets = Sockets::new(2);
        let (ada, mut adas) = sockets.enter(at(1)).expect("a place");
        let _kept = ada.keep().expect("it is Ada's");
        drop(ada);
        let (open, mut opens) = sockets.enter(at(1)).expect("a place");
        let (_next, mut nexts) = sockets.enter(at(2)).expect("a place");
        assert!(is_put_out(&mut opens) && open.keep().is_none());
        assert!(!is_put_out(&mut adas) && !is_put_out(&mut nexts));
    }

    #[tokio::test]
    async fn all_are_closed_once_the_last_has_left() {
        let sockets = Sockets::new(2);
        sockets.all_closed().await;
        let (ada, _) = sockets.enter(at(1)).expect("a place");
        let kept = ada.keep().expect("it is Ada's");
        drop(ada);
        let all = tokio::spawn({
            let sockets = sockets.clone();
            async move { sockets.all_closed().await }
        });
        tokio::task::yield_now().await;
        assert!(!all.is_finished());
        drop(kept);
        all.await.expect("it ends");
    }
}
