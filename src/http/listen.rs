//! Accepts connections and serves HTTP over them, with a deadline on every step a stranger controls.
//!
//! Each connection has a task of its own from its first byte on, so a silent one stalls nobody. When too many TLS
//! handshakes are under way, the oldest is dropped: an honest one takes milliseconds, so the oldest is a silent one.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use crate::proto::limits::{
    HANDSHAKE_WAIT, HANDSHAKES_MAX, LISTEN_BACKLOG, REQUEST_HEAD_WAIT, SOCKETS_MAX, SOCKETS_PER_ADDRESS_MAX,
};

use super::PeerAddr;

/// Bytes of a request's head: cookies and a long search fit several times over.
const HEAD_BYTES_MAX: usize = 16 << 10;
/// Waiting after `accept` failed for want of file descriptors: long enough for some to be freed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Turns true when porch is to stop.
pub type Shutdown = watch::Receiver<bool>;

async fn stopping(shutdown: &mut Shutdown) {
    // An error says that the sender is gone: porch has stopped already.
    let _ = shutdown.wait_for(|stop| *stop).await;
}

/// Binds a listener whose queue holds a whole school.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(LISTEN_BACKLOG)
}

/// The sockets that may be open, over all listeners; or those of one kind.
#[derive(Clone)]
pub struct Sockets {
    max: usize,
    per_address_max: usize,
    places: Arc<Semaphore>,
    by_address: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Default for Sockets {
    fn default() -> Self {
        Self::new(SOCKETS_MAX, SOCKETS_PER_ADDRESS_MAX)
    }
}

/// One socket's place; freed when dropped.
pub(super) struct Place {
    _place: OwnedSemaphorePermit,
    address: IpAddr,
    by_address: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Sockets {
    /// Of `max` in all, and `per_address_max` from one address.
    pub(super) fn new(max: usize, per_address_max: usize) -> Self {
        Self { max, per_address_max, places: Arc::new(Semaphore::new(max)), by_address: Arc::default() }
    }

    /// Waits until every socket is closed.
    pub async fn all_closed(&self) {
        // Only a closed semaphore fails, and this one is never closed.
        let _ = self.places.acquire_many(self.max as u32).await;
    }

    /// A place for a socket from this address, if there is one.
    pub(super) fn enter(&self, address: IpAddr) -> Option<Place> {
        let place = self.places.clone().try_acquire_owned().ok()?;
        let mut by_address = lock(&self.by_address);
        let count = by_address.entry(address).or_default();
        if *count >= self.per_address_max {
            return None;
        }
        *count += 1;
        drop(by_address);
        Some(Place { _place: place, address, by_address: self.by_address.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut by_address = lock(&self.by_address);
        if let Some(count) = by_address.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                by_address.remove(&self.address);
            }
        }
    }
}

/// Serves `router` over plain HTTP until shutdown.
pub async fn serve_plain(listener: TcpListener, router: Router, sockets: Sockets, shutdown: Shutdown) {
    accept_each(listener, sockets, shutdown.clone(), |stream, peer, place| {
        let (router, shutdown) = (router.clone(), shutdown.clone());
        tokio::spawn(async move { serve(stream, router, peer, place, shutdown).await });
    })
    .await;
}

/// Serves `router` over TLS until shutdown.
pub async fn serve_tls(
    listener: TcpListener,
    config: Arc<ServerConfig>,
    router: Router,
    sockets: Sockets,
    shutdown: Shutdown,
) {
    let acceptor = TlsAcceptor::from(config);
    let handshakes = Handshakes::default();
    accept_each(listener, sockets, shutdown.clone(), |stream, peer, place| {
        let (acceptor, router, mut shutdown) = (acceptor.clone(), router.clone(), shutdown.clone());
        let (id, ended) = handshakes.begin();
        let task = tokio::spawn(async move {
            let accepted = tokio::select! {
                // A box of its own: what the handshake needs is freed before the connection's long life begins.
                accepted = timeout(HANDSHAKE_WAIT, Box::pin(acceptor.accept(stream))) => accepted,
                () = stopping(&mut shutdown) => return,
            };
            drop(ended);
            if let Ok(Ok(stream)) = accepted {
                tokio::spawn(serve(stream, router, peer, place, shutdown));
            }
        });
        handshakes.under_way(id, task.abort_handle());
    })
    .await;
}

async fn accept_each(
    listener: TcpListener,
    sockets: Sockets,
    mut shutdown: Shutdown,
    take: impl Fn(TcpStream, SocketAddr, Place),
) {
    loop {
        let accepted = tokio::select! {
            () = stopping(&mut shutdown) => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                // Small frames must not wait for each other; the kernel's refusal would only cost latency.
                let _ = stream.set_nodelay(true);
                if let Some(place) = sockets.enter(peer.ip().to_canonical()) {
                    take(stream, peer, place);
                }
            }
            Err(error) => {
                log::warn!("a connection could not be accepted: {error}");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Handshakes under way, oldest first.
#[derive(Clone, Default)]
struct Handshakes {
    state: Arc<Mutex<HandshakeState>>,
}

#[derive(Default)]
struct HandshakeState {
    next: u64,
    /// None until the task is known.
    running: BTreeMap<u64, Option<AbortHandle>>,
}

/// Takes a handshake off the list when dropped.
struct Ended {
    id: u64,
    handshakes: Handshakes,
}

impl Handshakes {
    /// Makes room for one more, at the cost of the oldest.
    fn begin(&self) -> (u64, Ended) {
        let mut state = lock(&self.state);
        let id = state.next;
        state.next += 1;
        state.running.insert(id, None);
        let oldest = if state.running.len() > HANDSHAKES_MAX { state.running.pop_first() } else { None };
        drop(state);
        if let Some((_, Some(task))) = oldest {
            task.abort();
        }
        (id, Ended { id, handshakes: self.clone() })
    }

    fn under_way(&self, id: u64, task: AbortHandle) {
        // Gone already when the handshake was quicker than this.
        if let Some(place) = lock(&self.state).running.get_mut(&id) {
            *place = Some(task);
        }
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        lock(&self.handshakes.state).running.remove(&self.id);
    }
}

async fn serve<S>(stream: S, router: Router, peer: SocketAddr, place: Place, mut shutdown: Shutdown)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let place = Arc::new(place);
    let service = service_fn(|mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(PeerAddr(peer));
        // A WebSocket outlives this function: it keeps the place.
        request.extensions_mut().insert(SocketPlace(place.clone()));
        router.clone().oneshot(request)
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(REQUEST_HEAD_WAIT)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    // What goes wrong from here on is between hyper and a client that broke off; there is nobody to tell.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = stopping(&mut shutdown) => {
            connection.as_mut().graceful_shutdown();
            let _ = timeout(REQUEST_HEAD_WAIT, connection).await;
        }
    }
}

/// Keeps a socket counted while a WebSocket lives on it.
#[derive(Clone)]
pub struct SocketPlace(#[expect(dead_code, reason = "held, never read")] Arc<Place>);

/// These locks are held for a few moves that do not panic; were one poisoned, its state would still be whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_cannot_take_the_places_of_all_others() {
        let sockets = Sockets::new(3, 2);
        let [phone, laptop] = [1, 2].map(|host| IpAddr::from([192, 168, 1, host]));
        let first = sockets.enter(phone).expect("a place");
        let _second = sockets.enter(phone).expect("a place");
        assert!(sockets.enter(phone).is_none(), "no third for one address");
        let third = sockets.enter(laptop).expect("a place for another");
        assert!(sockets.enter(laptop).is_none(), "all are taken");
        drop(third);
        drop(first);
        assert!(sockets.enter(phone).is_some(), "a place that is free again is given again");
    }
}
