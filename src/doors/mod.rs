//! Every address that leads to the box at the moment: what requests are answered under, and what people are told.
//!
//! A request under any other name gets nothing of the box (see `http`): a stranger's page that has its own name
//! point here must not become the box's page. [`Doors`] is one moment's set; whoever watches addresses makes the next.

mod host;

use std::net::{IpAddr, SocketAddr};

pub use host::Host;

use crate::lan::mdns::NameState;
use crate::proto::door::{Door, DoorKind};
use crate::tls::HostNames;
use crate::tls::name::DnsName;

const HTTPS_PORT: u16 = 443;
const HTTP_PORT: u16 = 80;

/// See the module's text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Doors {
    https_port: u16,
    http_port: u16,
    /// All names that are answered, those that nobody is told of included.
    answered: HostNames,
    /// What an owner's certificate is good for with one more label in front.
    parents: Vec<DnsName>,
    /// What people are told, the likeliest to work first.
    told: Vec<(DoorKind, Host)>,
}

/// What [`Doors::new`] makes the set of.
pub struct Facts<'a> {
    /// Where HTTPS listens.
    pub https: SocketAddr,
    /// The port of plain HTTP.
    pub http_port: u16,
    /// What stands before `.local`.
    pub label: &'a str,
    /// Whether `<label>.local` and the alias are announced. Where not, they are answered, but nobody is sent there.
    pub state: NameState,
    /// The names that the owner configured.
    pub names: &'a [DnsName],
    /// Everything the certificate is to hold.
    pub answered: HostNames,
    /// From `*.example.org` in an owner's certificate: `example.org`.
    pub parents: Vec<DnsName>,
    /// The addresses on the LAN, best first.
    pub lan: &'a [IpAddr],
}

impl Doors {
    /// The doors of one moment.
    pub fn new(facts: Facts<'_>) -> Self {
        let told = told(&facts);
        let Facts { https, http_port, answered, parents, .. } = facts;
        Self { https_port: https.port(), http_port, answered, parents, told }
    }

    /// Whether a request for this host is for this box. Its port does not matter: a router may forward another.
    pub fn lead_to(&self, host: &Host) -> bool {
        match host {
            Host::Address(address) => self.answered.addresses().contains(address),
            Host::Name(name) => {
                let under =
                    |parent| name.as_str().split_once('.').is_some_and(|(_, rest)| rest == DnsName::as_str(parent));
                self.answered.names().contains(name) || self.parents.iter().any(under)
            }
        }
    }

    /// The box's page at this host, without a slash at the end.
    pub fn https(&self, host: &Host) -> String {
        format!("https://{}", self.https_authority(host))
    }

    /// The same on the plain port.
    pub fn plain(&self, host: &Host) -> String {
        format!("http://{}", authority(host, self.http_port, HTTP_PORT))
    }

    /// Host and port of HTTPS, as a URL has them.
    pub fn https_authority(&self, host: &Host) -> String {
        authority(host, self.https_port, HTTPS_PORT)
    }

    /// What people are told, the likeliest to work first.
    pub fn list(&self) -> Vec<Door> {
        let door = |(kind, host): &(DoorKind, Host)| Door {
            url: format!("{}/", self.https(host)),
            plain: format!("{}/", self.plain(host)),
            kind: *kind,
        };
        self.told.iter().map(door).collect()
    }

    /// Where plain HTTP is reached by address, the likeliest to work first.
    pub fn plain_addresses(&self) -> impl Iterator<Item = SocketAddr> {
        let port = self.http_port;
        self.told.iter().filter_map(move |(_, host)| match host {
            Host::Address(address) => Some(SocketAddr::new(*address, port)),
            Host::Name(_) => None,
        })
    }

    /// What stands before `.local`, where that leads here.
    pub fn label(&self) -> Option<&str> {
        self.told.iter().find_map(|(kind, host)| match (kind, host) {
            (DoorKind::Name, Host::Name(name)) => name.as_str().strip_suffix(".local"),
            _ => None,
        })
    }

    /// The address that works on every phone, where the box has one: names do not, everywhere.
    pub fn surest(&self) -> Option<&Host> {
        let address = self.told.iter().find(|(kind, _)| *kind == DoorKind::Address);
        address.or_else(|| self.told.first()).map(|(_, host)| host)
    }
}

fn authority(host: &Host, port: u16, implied: u16) -> String {
    if port == implied { host.to_string() } else { format!("{host}:{port}") }
}

/// The short name, IPv4 addresses, the alias, what the owner configured or has a certificate for, IPv6 addresses.
fn told(facts: &Facts<'_>) -> Vec<(DoorKind, Host)> {
    let Facts { https, label, state, names: configured, answered, lan, .. } = facts;
    let is_short_ours = matches!(state, NameState::Held | NameState::Looking);
    let short = format!("{label}.local");
    let kind = |name: &DnsName| match name.as_str() {
        "localhost" => None,
        // What some routers resolve, and most do not.
        bare if bare == *label => None,
        name if name == short => is_short_ours.then_some(DoorKind::Name),
        _ if configured.contains(name) => Some(DoorKind::Extra),
        name if name.ends_with(".local") => (*state != NameState::Off).then_some(DoorKind::Alias),
        _ => Some(DoorKind::Extra),
    };
    let names = answered.names().iter().filter_map(|name| Some((kind(name)?, Host::Name(name.clone()))));
    let reached: Vec<IpAddr> = match https.ip() {
        everywhere if everywhere.is_unspecified() => {
            lan.iter().filter(|address| https.is_ipv6() || address.is_ipv4()).copied().collect()
        }
        one => vec![one],
    };
    let addresses = reached.into_iter().map(|address| (DoorKind::Address, Host::Address(address)));
    let mut told: Vec<_> = names.chain(addresses).collect();
    // Stable: addresses stay in the order they came in.
    told.sort_by_key(|(kind, host)| match (kind, host) {
        (DoorKind::Name, _) => 0,
        (DoorKind::Address, Host::Address(IpAddr::V4(_))) => 1,
        (DoorKind::Alias, _) => 2,
        (DoorKind::Extra, _) => 3,
        (DoorKind::Address, _) => 4,
    });
    told
}

#[cfg(test)]
mod tests;
