//! How TLS is spoken: versions, tickets, and what a connection may hold in memory.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::Ticketer;
use rustls::server::NoServerSessionStorage;
use rustls::version::{TLS12, TLS13};

use super::crypto::provider;
use super::error::TlsError;
use super::resolver::Resolver;

/// Tickets given in a TLS 1.3 handshake. Each is used once, and a page opens two connections at a time: its files'
/// and its WebSocket's. More would be bytes and CPU for tickets that nobody uses.
const TICKETS: usize = 2;

/// The TLS side of every HTTPS connection.
///
/// What it holds in memory, by rustls' source: an idle connection has no buffers to send from, a 4 KiB buffer to
/// receive into, and its two cipher states. Nothing is kept per session: tickets carry their state to the client,
/// encrypted, so the cache for sessions without tickets is off. Early data stays off too: it can be replayed.
pub fn server_config(resolver: Arc<Resolver>, has_aes: bool) -> Result<ServerConfig, TlsError> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider(has_aes)))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(TlsError::crypto)?
        .with_no_client_auth()
        .with_cert_resolver(resolver);
    // The old version is what simple clients ask for by name, and would else be refused in the handshake.
    config.alpn_protocols = vec![b"http/1.1".to_vec(), b"http/1.0".to_vec()];
    config.ignore_client_order = true;
    config.ticketer = Ticketer::new().map_err(TlsError::crypto)?;
    config.send_tls13_tickets = TICKETS;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    Ok(config)
}
