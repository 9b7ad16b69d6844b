//! What the person at the terminal sees: where porch is, as lines and as a QR code.

use std::fmt::{self, Write as _};
use std::io::{IsTerminal, Write as _};
use std::net::{IpAddr, SocketAddr};

use crate::doctor::Listening;
use crate::guide::words::{WORDS, Word};
use crate::lan::reaches;
use crate::qr;

/// What the box's CA is compared by.
pub(super) struct KnownBy {
    /// SHA-256, `AB:CD:…`.
    pub(super) fingerprint: String,
    pub(super) words: [Word; WORDS],
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

impl fmt::Display for KnownBy {
    /// Two lines, in English like all that the terminal is told: a console may have no Chinese letters. Scripts wait for
    /// these.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the box's own CA is SHA-256 {}", self.fingerprint)?;
        writeln!(f, "in words: {}", self.words.map(|word| word.en).join(" "))
    }
}

/// Where a phone is sent that does not trust the box yet: plain HTTP, where the guide is, as a browser on HTTPS would
/// only warn. HTTPS where there is no guide, because the owner brought a certificate, or where plain HTTP is not
/// reached at the same address. An address and no name, which Android does not resolve reliably.
pub(super) fn best_door(listening: &Listening, lan: &[IpAddr], has_guide: bool) -> (Scheme, SocketAddr) {
    let best = |bound| reached_at(bound, lan).first().copied().unwrap_or(bound);
    let (https, http) = (best(listening.https), best(listening.http));
    if has_guide && http.ip() == https.ip() { (Scheme::Http, http) } else { (Scheme::Https, https) }
}

/// Prints where porch listens, and by what its CA is known. Scripts wait for these lines.
pub(super) fn announce(listening: &Listening, lan: &[IpAddr], ca: Option<&KnownBy>) {
    let mut text = String::new();
    for (scheme, bound) in [(Scheme::Https, listening.https), (Scheme::Http, listening.http)] {
        for door in reached_at(bound, lan) {
            // Writing to a string does not fail.
            let _ = writeln!(text, "listening on {}", url(scheme, door));
        }
    }
    if let Some(ca) = ca {
        let _ = write!(text, "{ca}");
    }
    let (scheme, door) = best_door(listening, lan, ca.is_some());
    let mut out = std::io::stdout().lock();
    if out.is_terminal()
        && let Some(code) = qr::terminal(&url(scheme, door))
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
    fn a_phone_is_sent_to_the_guide_where_there_is_one() {
        let lan = [IpAddr::from([10, 0, 0, 7])];
        let best = |https, http, lan: &[IpAddr], has_guide| {
            let listening = Listening { https: address(https), http: address(http), pid: None };
            let (scheme, door) = best_door(&listening, lan, has_guide);
            url(scheme, door)
        };
        assert_eq!(best("[::]:443", "[::]:80", &lan, true), "http://10.0.0.7");
        assert_eq!(best("[::]:443", "[::]:80", &lan, false), "https://10.0.0.7");
        assert_eq!(best("[::]:8443", "[::]:8080", &[], true), "http://127.0.0.1:8080");
        assert_eq!(best("[::]:443", "127.0.0.1:80", &lan, true), "https://10.0.0.7");
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
