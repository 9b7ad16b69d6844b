//! What a new handshake is shown: swapped in one step, without a lock and without touching what is connected.

use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use time::OffsetDateTime;

use super::sans::{Sans, about};

/// The chain and key that are served at the moment.
#[derive(Debug)]
pub struct Resolver(ArcSwap<CertifiedKey>);

impl Resolver {
    /// Serves this from the start.
    pub fn new(certified: Arc<CertifiedKey>) -> Arc<Self> {
        Arc::new(Self(ArcSwap::new(certified)))
    }

    /// What is served at the moment.
    pub fn served(&self) -> Arc<CertifiedKey> {
        self.0.load_full()
    }

    /// Until when what is served is good, and for what.
    pub fn about(&self) -> Option<(OffsetDateTime, Sans)> {
        about(self.served().cert.first()?).ok()
    }

    /// Serves this from the next handshake on.
    pub fn swap(&self, certified: Arc<CertifiedKey>) {
        self.0.store(certified);
    }
}

impl ResolvesServerCert for Resolver {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        // Whatever name the client asked for: the leaf holds them all, and a wrong one should be seen in the browser.
        Some(self.0.load_full())
    }
}
