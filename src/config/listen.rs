//! Where to listen, as a person writes it.

use std::fmt;
use std::net::{Ipv6Addr, SocketAddr};

/// Where a listener is to be bound.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Listen {
    /// Here and nowhere else. `[::]` means every address, IPv4 included; the caller falls back to `0.0.0.0` on a
    /// kernel without IPv6. Port 0 takes any free one.
    Exact(SocketAddr),
    /// On every address: at `low` where the system allows it, else at `high`.
    Preferred {
        /// The port a browser assumes, which only privileged programs may take.
        low: u16,
        /// The port anyone may take.
        high: u16,
    },
}

impl Listen {
    /// What is allowed, for error messages.
    pub const ALLOWED: &str = "a port (8443 or :8443), or an address with a port (127.0.0.1:0, [::]:443)";
    /// HTTPS when nothing is said.
    pub const HTTPS: Self = Self::Preferred { low: 443, high: 8443 };
    /// Plain HTTP when nothing is said.
    pub const HTTP: Self = Self::Preferred { low: 80, high: 8080 };

    /// Parses `8443`, `:8443`, `127.0.0.1:0` or `[::]:443`.
    pub fn parse(text: &str) -> Option<Self> {
        let port = text.strip_prefix(':').unwrap_or(text);
        // `u16::from_str` takes a plus sign, which nobody means.
        if port.bytes().all(|b| b.is_ascii_digit()) {
            return port.parse().ok().map(|port| Self::Exact(everywhere(port)));
        }
        text.parse().ok().map(Self::Exact)
    }

    /// The addresses to try, in order.
    pub fn candidates(&self) -> Vec<SocketAddr> {
        match *self {
            Self::Exact(address) => vec![address],
            Self::Preferred { low, high } => vec![everywhere(low), everywhere(high)],
        }
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(address) => write!(f, "{address}"),
            Self::Preferred { low, high } => write!(f, "{low} when allowed, else {high}"),
        }
    }
}

fn everywhere(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv6Addr::UNSPECIFIED, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_or_an_address_with_a_port_is_taken() {
        let cases = [
            ("8443", "[::]:8443"),
            (":8443", "[::]:8443"),
            ("0", "[::]:0"),
            ("127.0.0.1:0", "127.0.0.1:0"),
            ("0.0.0.0:80", "0.0.0.0:80"),
            ("[::]:443", "[::]:443"),
            ("[::1]:8443", "[::1]:8443"),
        ];
        for (text, expected) in cases {
            assert_eq!(Listen::parse(text), Some(Listen::Exact(expected.parse().unwrap())), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", ":", "+80", "65536", "-1", "localhost:80", "127.0.0.1", "::1:80", "[::]", "80 ", "https"] {
            assert_eq!(Listen::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_preferred_port_is_tried_first() {
        let ports = |listen: Listen| listen.candidates().iter().map(SocketAddr::port).collect::<Vec<_>>();
        assert_eq!(ports(Listen::HTTPS), [443, 8443]);
        assert_eq!(ports(Listen::parse("444").unwrap()), [444]);
    }
}
