//! Whether HTTPS and HTTP have a port, or could have one.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use crate::lan::sockets::{Use, sockets};
use crate::proto::doctor::{Check, Checked, Finding};

use super::Subject;
use super::listening::{Listening, accepts, answers};
use super::sockets::{named, owners};
use super::texts::line;

/// What was seen of one wanted address.
#[derive(Clone, Debug, Eq, PartialEq)]
enum PortState {
    Free,
    Denied,
    /// By whom, where we may know.
    Taken(String),
    Unusable(String),
}

/// One line each for HTTPS and HTTP.
pub(super) fn check(subject: &Subject, listening: Option<Listening>) -> Vec<Checked> {
    vec![
        door("https", &subject.https, listening.map(|listening| listening.https), accepts),
        door("http", &subject.http, listening.map(|listening| listening.http), answers),
    ]
}

fn door(scheme: &str, wanted: &[SocketAddr], held: Option<SocketAddr>, answers: fn(SocketAddr) -> bool) -> Checked {
    let of = |finding, port: u16| line(Check::Ports, finding, [("scheme", scheme.into()), ("port", port.to_string())]);
    match held {
        Some(bound) if !answers(bound) => of(Finding::PortSilent, bound.port()),
        // On its second choice: tell why the first could not be had.
        Some(bound) if wanted.first().is_some_and(|first| ![0, bound.port()].contains(&first.port())) => {
            let first = match look(wanted[0]) {
                // Free by now, or for us; it was not for porch.
                PortState::Free => PortState::Denied,
                seen => seen,
            };
            told(scheme, &[(wanted[0], first), (bound, PortState::Free)])
        }
        Some(bound) => of(Finding::PortHeld, bound.port()),
        None => {
            let seen: Vec<_> = wanted.iter().map(|address| (*address, look(*address))).collect();
            told(scheme, &seen)
        }
    }
}

/// What one door's addresses, in the order in which they are tried, mean together.
fn told(scheme: &str, seen: &[(SocketAddr, PortState)]) -> Checked {
    let of = |finding, port: u16| line(Check::Ports, finding, [("scheme", scheme.into()), ("port", port.to_string())]);
    let with = |finding, port: u16, name, value: &str| {
        line(Check::Ports, finding, [("scheme", scheme.into()), ("port", port.to_string()), (name, value.into())])
    };
    let usable = seen.iter().find(|(_, seen)| *seen == PortState::Free).map(|(address, _)| address.port());
    match seen.first() {
        None => line(Check::Ports, Finding::Unchecked, [("reason", "no port is configured".into())]),
        Some((first, PortState::Free)) => of(Finding::PortFree, first.port()),
        // Whoever types the plain address comes to another program: worse than a longer address.
        Some((first, PortState::Taken(by))) => with(Finding::PortTaken, first.port(), "by", by),
        Some((first, PortState::Denied)) => match usable {
            Some(port) => with(Finding::PortFallback, port, "wanted", &first.port().to_string()),
            None => match seen.iter().find_map(|(address, seen)| taken(address, seen)) {
                Some((port, by)) => with(Finding::PortTaken, port, "by", by),
                None => of(Finding::PortDenied, first.port()),
            },
        },
        Some((first, PortState::Unusable(reason))) => with(Finding::PortUnusable, first.port(), "reason", reason),
    }
}

fn taken<'a>(address: &SocketAddr, seen: &'a PortState) -> Option<(u16, &'a str)> {
    match seen {
        PortState::Taken(by) => Some((address.port(), by)),
        _ => None,
    }
}

/// Binds the address for a moment, without taking connections.
fn look(address: SocketAddr) -> PortState {
    let bound = match TcpListener::bind(address) {
        // A kernel without IPv6: porch falls back in the same way.
        Err(fault) if is_without_ipv6(address, &fault) => {
            TcpListener::bind(SocketAddr::from((Ipv4Addr::UNSPECIFIED, address.port())))
        }
        bound => bound,
    };
    match bound {
        Ok(_) => PortState::Free,
        Err(fault) if fault.kind() == io::ErrorKind::PermissionDenied => PortState::Denied,
        Err(fault) if fault.kind() == io::ErrorKind::AddrInUse => {
            PortState::Taken(named(&owners(&sockets(Use::Listens, address.port()))))
        }
        Err(fault) => PortState::Unusable(fault.to_string()),
    }
}

fn is_without_ipv6(address: SocketAddr, fault: &io::Error) -> bool {
    let everywhere = address.ip() == IpAddr::V6(Ipv6Addr::UNSPECIFIED);
    everywhere && ![io::ErrorKind::PermissionDenied, io::ErrorKind::AddrInUse].contains(&fault.kind())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::doctor::Level;

    fn address(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    #[test]
    fn what_was_seen_of_a_door_is_one_finding() {
        let by = || PortState::Taken("nginx (process 7)".into());
        let cases = [
            (vec![PortState::Free, PortState::Free], Finding::PortFree, "443"),
            (vec![PortState::Denied, PortState::Free], Finding::PortFallback, "8443"),
            (vec![PortState::Denied], Finding::PortDenied, "443"),
            (vec![PortState::Denied, by()], Finding::PortTaken, "8443"),
            (vec![by(), PortState::Free], Finding::PortTaken, "443"),
            (vec![PortState::Unusable("no".into())], Finding::PortUnusable, "443"),
        ];
        for (seen, finding, port) in cases {
            let doors: Vec<_> = [443, 8443].map(address).into_iter().zip(seen).collect();
            let told = told("https", &doors);
            assert_eq!((told.finding, told.values["port"].as_str()), (finding, port), "{doors:?}");
        }
        assert_eq!(told("https", &[]).level, Level::Warning);
    }

    #[test]
    fn a_free_port_and_a_taken_one_are_told_apart() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let taken = listener.local_addr().unwrap();
        let PortState::Taken(by) = look(taken) else { panic!("it is taken") };
        assert!(by.contains(&format!("process {}", std::process::id())), "{by}");
        drop(listener);
        assert_eq!(look(taken), PortState::Free);
        assert!(matches!(look("192.0.2.1:1".parse().unwrap()), PortState::Unusable(_) | PortState::Denied));
    }
}
