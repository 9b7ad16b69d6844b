//! TLS handshakes: each has a deadline, the stalest gives way to a newcomer, and the arithmetic takes turns.
//!
//! An honest handshake takes milliseconds, so the stalest of a network with many is a silent one. Its arithmetic is the
//! dearest thing that a stranger can ask for: were a thousand done at once, everything else would wait behind them.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::Poll;

use rustls::ServerConfig;
use rustls::server::Acceptor;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use crate::fair::{Asker, Busy, Lane, LaneMax, Network, TurnMax};
use crate::proto::limits::{HANDSHAKE_WAIT, HANDSHAKES_AT_ONCE, HANDSHAKES_MAX, TLS_UNSENT_BYTES_MAX};

use super::sockets::Sockets;

/// Those under way. Clones are the same.
#[derive(Clone)]
pub(super) struct Handshakes {
    config: Arc<ServerConfig>,
    places: Sockets,
    turns: Lane,
}

impl Handshakes {
    pub(super) fn new(config: Arc<ServerConfig>) -> Self {
        let waiting = TurnMax { of_one: HANDSHAKES_MAX, in_all: HANDSHAKES_MAX };
        let turns = Lane::new(LaneMax { at_once: HANDSHAKES_AT_ONCE, at_once_of_one: HANDSHAKES_AT_ONCE, waiting });
        Self { config, places: Sockets::new(HANDSHAKES_MAX), turns }
    }

    /// Shakes hands; none where the other side does not in time, or does it wrongly, or has to make way.
    pub(super) async fn shake(&self, stream: TcpStream, network: Network) -> Option<TlsStream<TcpStream>> {
        let (_place, mut put_out) = self.places.enter(network)?;
        tokio::select! {
            // A box of its own: what the handshake needs is freed before the connection's long life begins.
            shaken = timeout(HANDSHAKE_WAIT, Box::pin(self.accept(stream, network))) => shaken.ok()?.ok(),
            () = put_out.happened() => None,
        }
    }

    async fn accept(&self, stream: TcpStream, network: Network) -> io::Result<TlsStream<TcpStream>> {
        let hello = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
        let turn = self.turns.enter(Asker::Network(network)).await.map_err(|Busy| io::ErrorKind::ResourceBusy)?;
        let limited = |session: &mut rustls::ServerConnection| session.set_buffer_limit(Some(TLS_UNSENT_BYTES_MAX));
        let mut accept = Box::pin(hello.into_stream_with(self.config.clone(), limited));
        // The answer to the hello is made here; then the other side is waited for, which costs nothing.
        let first = poll_fn(|context| Poll::Ready(accept.as_mut().poll(context))).await;
        drop(turn);
        match first {
            Poll::Ready(shaken) => shaken,
            Poll::Pending => accept.await,
        }
    }
}
