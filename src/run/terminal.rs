//! What the person at the terminal sees: where porch is, as lines and as a QR code.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};
use std::net::{IpAddr, SocketAddr};

use crate::guide::words::WORDS;
use crate::lan::reaches;
use crate::qr;

/// What the box's CA is compared by.
pub(super) struct KnownBy {
    /// SHA-256, `AB:CD:…`.
    pub(super) fingerprint: String,
    pub(super) words: [&'static str; WORDS],
}

/// The scheme of an address, and the port it does without.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Scheme {
    Http,
    Https,
}

impl Scheme {
    pub(super) fn parts(self) -> (&'static str, u16) {
        match self {
            Self::Http => ("http", 80),
            Self::Https => ("https", 443),
        }
    }
}

/// The URL of the page at this address.
pub(super) fn url(scheme: Scheme, address: SocketAddr) -> String {
    let (name, implied) = scheme.parts();
    let host = match address.ip() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    };
    if address.port() == implied { format!("{name}://{host}") } else { format!("{name}://{host}:{}", address.port()) }
}

/// Where a listener can be reached: itself, or this machine and the LAN where it listens everywhere.
pub(super) fn reached_at(bound: SocketAddr, lan: &[IpAddr]) -> Vec<SocketAddr> {
    if !bound.ip().is_unspecified() {
        return vec![bound];
    }
    let usable = |ip: &&IpAddr| reaches(bound.ip(), **ip);
    let loopback = IpAddr::from([127, 0, 0, 1]);
    // The LAN first: that is what others type.
    lan.iter().filter(usable).chain([&loopback]).map(|ip| SocketAddr::new(*ip, bound.port())).collect()
}

/// Prints where porch listens, and by what its CA is known. Scripts wait for these lines.
pub(super) fn announce(https: SocketAddr, http: SocketAddr, lan: &[IpAddr], ca: Option<&KnownBy>) {
    let mut text = String::new();
    let doors = reached_at(https, lan);
    for door in &doors {
        // Writing to a string does not fail.
        let _ = writeln!(text, "listening on {}", url(Scheme::Https, *door));
    }
    for door in reached_at(http, lan) {
        let _ = writeln!(text, "listening on {}", url(Scheme::Http, door));
    }
    if let Some(ca) = ca {
        let _ = writeln!(text, "the box's own CA is SHA-256 {}", ca.fingerprint);
        let _ = writeln!(text, "in words: {}", ca.words.join(" "));
    }
    let mut out = std::io::stdout().lock();
    if out.is_terminal()
        && let Some(code) = doors.first().and_then(|door| qr::terminal(&url(Scheme::Https, *door)))
    {
        let _ = writeln!(text, "\n{code}");
    }
    // A closed terminal is no reason not to serve.
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn the_implied_port_is_left_out() {
        assert_eq!(url(Scheme::Https, address("192.168.1.5:443")), "https://192.168.1.5");
        assert_eq!(url(Scheme::Https, address("192.168.1.5:80")), "https://192.168.1.5:80");
        assert_eq!(url(Scheme::Http, address("[fd00::1]:8080")), "http://[fd00::1]:8080");
    }

    #[test]
    fn a_listener_everywhere_is_reached_at_the_lan_first() {
        let lan = [IpAddr::from([10, 0, 0, 7]), "fd00::7".parse().unwrap()];
        let reached = |bound| reached_at(address(bound), &lan).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(reached("[::]:8443"), ["10.0.0.7:8443", "[fd00::7]:8443", "127.0.0.1:8443"]);
        assert_eq!(reached("0.0.0.0:8443"), ["10.0.0.7:8443", "127.0.0.1:8443"]);
        assert_eq!(reached("127.0.0.1:8443"), ["127.0.0.1:8443"]);
    }
}
