//! The two ports that porch listens on.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use tokio::net::TcpListener;

use crate::config::{Config, Listen};
use crate::doctor::Listening;
use crate::http::listen::bind;

use super::RunError;

/// Bound, and not yet accepting.
pub(super) struct Listeners {
    pub(super) https: TcpListener,
    pub(super) http: TcpListener,
    /// Where they are.
    pub(super) at: Listening,
}

impl Listeners {
    /// Binds both where the configuration says.
    pub(super) fn bind(config: &Config) -> Result<Self, RunError> {
        let (https, https_address) = listen("https", &config.https.value)?;
        let (http, http_address) = listen("http", &config.http.value)?;
        let at = Listening { https: https_address, http: http_address, pid: Some(std::process::id()) };
        Ok(Self { https, http, at })
    }
}

/// Binds the first address that can be had; says so when it is not the one people expect.
fn listen(key: &'static str, wanted: &Listen) -> Result<(TcpListener, SocketAddr), RunError> {
    let mut refused = None;
    for address in wanted.candidates() {
        match bind_everywhere(address) {
            Ok(listener) => {
                let bound = listener.local_addr().map_err(|fault| RunError::Listen { key, address, fault })?;
                if let Some(RunError::Listen { address, fault, .. }) = &refused {
                    log::info!("{key}: port {} cannot be had ({fault}); using {}", address.port(), bound.port());
                }
                return Ok((listener, bound));
            }
            Err(fault) => refused = Some(RunError::Listen { key, address, fault }),
        }
    }
    let none = || RunError::Runtime(io::Error::from(io::ErrorKind::AddrNotAvailable));
    Err(refused.unwrap_or_else(none))
}

/// Binds; on a kernel without IPv6, "everywhere" is every IPv4 address.
fn bind_everywhere(address: SocketAddr) -> io::Result<TcpListener> {
    match bind(address) {
        Err(_) if address.ip() == IpAddr::from(Ipv6Addr::UNSPECIFIED) && !has_ipv6() => {
            bind(SocketAddr::from((Ipv4Addr::UNSPECIFIED, address.port())))
        }
        bound => bound,
    }
}

fn has_ipv6() -> bool {
    UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}
