//! How TLS is spoken: versions, ciphers, and what a connection may hold in memory.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::{self, Ticketer, cipher_suite};
use rustls::server::NoServerSessionStorage;
use rustls::version::{TLS12, TLS13};
use rustls::{CipherSuite, ServerConfig};

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

/// Whether the CPU has instructions for AES. The boards porch is made for often have none, and then
/// ChaCha20-Poly1305 is several times quicker.
pub fn cpu_has_aes() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("aes");
    #[cfg(target_arch = "aarch64")]
    return std::arch::is_aarch64_feature_detected!("aes");
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    return false;
}

/// aws-lc's cryptography with the quicker cipher first. AES has 128 bits: nothing breaks them, and 256 cost more.
pub(super) fn provider(has_aes: bool) -> CryptoProvider {
    let mut suites = vec![
        cipher_suite::TLS13_AES_128_GCM_SHA256,
        cipher_suite::TLS13_AES_256_GCM_SHA384,
        cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
        cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        cipher_suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        // For an owner's own certificate with an RSA key.
        cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        cipher_suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ];
    if !has_aes {
        // A stable sort: ChaCha first, the rest as it was.
        suites.sort_by_key(|suite| !is_chacha(suite.suite()));
    }
    CryptoProvider { cipher_suites: suites, ..aws_lc_rs::default_provider() }
}

fn is_chacha(suite: CipherSuite) -> bool {
    matches!(
        suite,
        CipherSuite::TLS13_CHACHA20_POLY1305_SHA256
            | CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
            | CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
    )
}
