//! Accepts connections and serves HTTP over them, with a deadline on every step a stranger controls.
//!
//! Each connection has a task of its own from its first byte on, so a silent one stalls nobody. A request's head and an
//! idle connection have a deadline, an answer has a least pace, and when places run short a newcomer gets that of
//! whoever has the most (see `sockets`).

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

use crate::fair::Network;
use crate::proto::limits::{LISTEN_BACKLOG, REQUEST_HEAD_WAIT, SOCKET_UNACKNOWLEDGED_WAIT, SOCKET_UNSENT_BYTES_MAX};

use super::PeerAddr;
use super::handshake::Handshakes;
use super::pace::{BreakOff, Paced};
use super::sockets::{OpenPlace, PutOut, Sockets};

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
    // Connections have what their listener has. How an answer moves on is seen only where the kernel does not take in
    // megabytes of it, and what it did take it is not to keep for ever.
    SockRef::from(&socket).set_tcp_notsent_lowat(SOCKET_UNSENT_BYTES_MAX)?;
    SockRef::from(&socket).set_tcp_user_timeout(Some(SOCKET_UNACKNOWLEDGED_WAIT))?;
    socket.bind(address)?;
    socket.listen(LISTEN_BACKLOG)
}

/// Serves `router` over plain HTTP until shutdown.
pub async fn serve_plain(listener: TcpListener, router: Router, sockets: Sockets, shutdown: Shutdown) {
    accept_each(listener, sockets, shutdown.clone(), |stream, peer, place| {
        tokio::spawn(serve(stream, router.clone(), peer, place, shutdown.clone()));
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
    let handshakes = Handshakes::new(config);
    accept_each(listener, sockets, shutdown.clone(), |stream, peer, (place, mut put_out)| {
        let (handshakes, router, mut shutdown) = (handshakes.clone(), router.clone(), shutdown.clone());
        tokio::spawn(async move {
            let stream = tokio::select! {
                shaken = handshakes.shake(stream, Network::of(peer.ip())) => shaken,
                () = put_out.happened() => return,
                () = stopping(&mut shutdown) => return,
            };
            if let Some(stream) = stream {
                tokio::spawn(serve(stream, router, peer, (place, put_out), shutdown));
            }
        });
    })
    .await;
}

async fn accept_each(
    listener: TcpListener,
    sockets: Sockets,
    mut shutdown: Shutdown,
    take: impl Fn(TcpStream, SocketAddr, (OpenPlace, PutOut)),
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
                if let Some(place) = sockets.enter(Network::of(peer.ip())) {
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

async fn serve<S>(stream: S, router: Router, peer: SocketAddr, place: (OpenPlace, PutOut), mut shutdown: Shutdown)
where
    S: AsyncRead + AsyncWrite + BreakOff + Unpin + Send + 'static,
{
    let (place, mut put_out) = (Arc::new(place.0), place.1);
    let service = service_fn(|mut request: hyper::Request<Incoming>| {
        place.renew();
        request.extensions_mut().insert(PeerAddr(peer));
        // A WebSocket outlives this function: it keeps the place.
        request.extensions_mut().insert(SocketPlace(place.clone()));
        let router = router.clone();
        async move {
            // Of requests that are sent in one go, each waits until everyone else has had their turn.
            yield_now().await;
            router.oneshot(request).await
        }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(REQUEST_HEAD_WAIT)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(Paced::new(stream)), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    // What goes wrong from here on is between hyper and a client that broke off; there is nobody to tell.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = put_out.happened() => {}
        () = stopping(&mut shutdown) => {
            connection.as_mut().graceful_shutdown();
            let _ = timeout(REQUEST_HEAD_WAIT, connection).await;
        }
    }
}

/// Lets the kernel take in what it likes, as it does by itself: a WebSocket has limits of its own, and what comes in a
/// burst is to find room.
pub(super) fn take_in_freely(stream: &TcpStream) {
    // 0 stands for the system's own limit. A refusal would cost nothing but that room.
    let _ = SockRef::from(stream).set_tcp_notsent_lowat(0);
}

/// The place of the socket that a request came by.
#[derive(Clone)]
pub(super) struct SocketPlace(pub(super) Arc<OpenPlace>);
