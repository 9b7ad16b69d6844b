//! The host that a request is for.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use crate::tls::name::DnsName;

/// A host as it stands in a `Host` header or a URL, without its port, in one spelling.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Host {
    Address(IpAddr),
    Name(DnsName),
}

impl Host {
    /// Reads a `Host` header: a name in any case and with or without a final dot, or an address, IPv6 in brackets;
    /// behind it perhaps a port (RFC 9110, section 7.2). None for anything else.
    pub fn parse(header: &str) -> Option<Self> {
        if let Some(rest) = header.strip_prefix('[') {
            let (address, port) = rest.split_once(']')?;
            let address: Ipv6Addr = address.parse().ok()?;
            let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
            return is_port.then(|| Self::Address(IpAddr::V6(address).to_canonical()));
        }
        let (host, port) = header.split_once(':').map_or((header, None), |(host, port)| (host, Some(port)));
        if port.is_some_and(|port| !is_port(port)) {
            return None;
        }
        if let Ok(address) = host.parse() {
            return Some(Self::Address(IpAddr::V4(address)));
        }
        DnsName::parse(host.strip_suffix('.').unwrap_or(host)).map(Self::Name)
    }
}

/// Also an empty one, which RFC 3986, section 3.2.3, allows.
fn is_port(text: &str) -> bool {
    text.is_empty() || (text.bytes().all(|b| b.is_ascii_digit()) && text.parse::<u16>().is_ok())
}

/// As a URL has it: IPv6 in brackets.
impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
            Self::Address(IpAddr::V4(address)) => address.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}
