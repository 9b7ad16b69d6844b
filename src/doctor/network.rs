//! Addresses of the box, multicast on its interfaces, and who else answers for `.local` names here.

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use crate::lan::LanInterface;
use crate::lan::mdns::{self, GROUP_V4, GROUP_V6};
use crate::lan::sockets::{Use, sockets};
use crate::proto::doctor::{Check, Checked, Finding};

use super::sockets::{named, owners, without};
use super::texts::line;

/// The kernel gives a copy of what it sends at once; a busy board may need its time to run us.
const HEAR_WAIT: Duration = Duration::from_millis(500);
/// `IFF_MULTICAST` of the kernel's interface flags.
const FLAG_MULTICAST: u32 = 0x1000;

/// Which addresses the box has.
pub(super) fn addresses(lan: &[IpAddr]) -> Vec<Checked> {
    let is_link_local = |ip: &IpAddr| match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    };
    let finding = match lan {
        [] => return vec![line(Check::Addresses, Finding::AddressesNone, [])],
        _ if lan.iter().all(is_link_local) => Finding::AddressesLinkLocal,
        [_] => Finding::AddressesFound,
        _ => Finding::AddressesSeveral,
    };
    let addresses = lan.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    vec![line(Check::Addresses, finding, [("addresses", addresses)])]
}

/// What was seen of multicast on one interface, by one of the two protocols.
#[derive(Debug, Eq, PartialEq)]
enum Heard {
    Yes,
    No,
    Unsent(String),
    /// It has no address of this kind.
    NotTried,
}

/// Tries multicast on each interface of the LAN.
pub(super) fn multicast(interfaces: &[LanInterface]) -> Vec<Checked> {
    if interfaces.is_empty() {
        return vec![line(Check::Multicast, Finding::MulticastNowhere, [])];
    }
    interfaces
        .iter()
        .map(|interface| multicast_on(&interface.name, is_multicast(&interface.name), probe(interface)))
        .collect()
}

/// What the two probes of one interface mean. `flag`: whether the kernel calls it able to, where that is known.
fn multicast_on(name: &str, flag: Option<bool>, (v4, v6): (Heard, Heard)) -> Checked {
    let on = |finding| line(Check::Multicast, finding, [("interface", name.into())]);
    let because =
        |finding, reason: String| line(Check::Multicast, finding, [("interface", name.into()), ("reason", reason)]);
    match (flag, v4, v6) {
        (Some(false), ..) => on(Finding::MulticastOff),
        (_, Heard::Yes, Heard::Yes | Heard::NotTried) | (_, Heard::NotTried, Heard::Yes) => on(Finding::MulticastWorks),
        (_, Heard::Yes, Heard::No) => because(Finding::MulticastV6, "what is sent is not heard".into()),
        (_, Heard::Yes, Heard::Unsent(reason)) => because(Finding::MulticastV6, reason),
        (_, Heard::Unsent(reason), _) | (_, Heard::NotTried, Heard::Unsent(reason)) => {
            because(Finding::MulticastUnsent, reason)
        }
        (_, Heard::No, _) | (_, Heard::NotTried, Heard::No) => on(Finding::MulticastUnheard),
        (_, Heard::NotTried, Heard::NotTried) => because(Finding::MulticastUnsent, "it has no address".into()),
    }
}

/// What the kernel says of the interface; none where it does not tell us.
fn is_multicast(name: &str) -> Option<bool> {
    let flags = fs::read_to_string(format!("/sys/class/net/{name}/flags")).ok()?;
    let flags = u32::from_str_radix(flags.trim().strip_prefix("0x")?, 16).ok()?;
    Some(flags & FLAG_MULTICAST != 0)
}

fn probe(interface: &LanInterface) -> (Heard, Heard) {
    let heard = |tried: io::Result<bool>| match tried {
        Ok(true) => Heard::Yes,
        Ok(false) => Heard::No,
        Err(fault) => Heard::Unsent(fault.to_string()),
    };
    let v4 = interface.addresses.iter().find_map(|address| match address {
        IpAddr::V4(ip) => Some(*ip),
        IpAddr::V6(_) => None,
    });
    let has_v6 = interface.addresses.iter().any(IpAddr::is_ipv6);
    (
        v4.map_or(Heard::NotTried, |own| heard(heard_v4(own))),
        interface.index.filter(|_| has_v6).map_or(Heard::NotTried, |index| heard(heard_v6(index))),
    )
}

/// Sends to the group of mDNS out of one interface, and listens for it there with another socket. The port is one of
/// our own: nobody else hears of it.
fn heard_v4(own: Ipv4Addr) -> io::Result<bool> {
    let ear = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    ear.join_multicast_v4(&GROUP_V4, &own)?;
    let mouth = UdpSocket::bind((own, 0))?;
    rustix::net::sockopt::set_ip_multicast_if(&mouth, &own)?;
    mouth.set_multicast_loop_v4(true)?;
    is_heard(&mouth, &ear, SocketAddr::from((GROUP_V4, ear.local_addr()?.port())))
}

fn heard_v6(index: u32) -> io::Result<bool> {
    let ear = UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0))?;
    ear.join_multicast_v6(&GROUP_V6, index)?;
    let mouth = UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0))?;
    rustix::net::sockopt::set_ipv6_multicast_if(&mouth, index)?;
    mouth.set_multicast_loop_v6(true)?;
    is_heard(&mouth, &ear, SocketAddr::from((GROUP_V6, ear.local_addr()?.port())))
}

fn is_heard(mouth: &UdpSocket, ear: &UdpSocket, group: SocketAddr) -> io::Result<bool> {
    let word = format!("porch doctor {} {:?}", std::process::id(), mouth.local_addr()?);
    mouth.send_to(word.as_bytes(), group)?;
    let end = Instant::now() + HEAR_WAIT;
    let mut heard = [0; 128];
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(false);
        }
        ear.set_read_timeout(Some(left))?;
        match ear.recv(&mut heard) {
            Ok(bytes) if &heard[..bytes] == word.as_bytes() => return Ok(true),
            Ok(_) => {}
            Err(fault) if [io::ErrorKind::WouldBlock, io::ErrorKind::TimedOut].contains(&fault.kind()) => {}
            Err(fault) => return Err(fault),
        }
    }
}

/// Other programs on the port of mDNS. `own` is porch's process; this one, which may be asking by now, is none either.
pub(super) fn responders(own: Option<u32>) -> Vec<Checked> {
    let own: Vec<u32> = own.into_iter().chain([std::process::id()]).collect();
    let mut others = without(&sockets(Use::Bound, mdns::PORT), &own);
    // One that was asked with is closed by now, and was nobody's any more when it was looked for.
    let still = sockets(Use::Bound, mdns::PORT);
    others.retain(|other| still.contains(other));
    vec![told(&named(&owners(&others)), others.is_empty(), mdns::listener().is_ok())]
}

/// `nobody`: no socket of another program is bound there.
fn told(by: &str, nobody: bool, may_be_shared: bool) -> Checked {
    match (nobody, may_be_shared) {
        (_, false) => line(Check::Responders, Finding::RespondersExclusive, [("by", by.into())]),
        (true, true) => line(Check::Responders, Finding::RespondersNone, []),
        (false, true) => line(Check::Responders, Finding::RespondersBeside, [("by", by.into())]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(lan: &[&str]) -> Finding {
        let lan: Vec<IpAddr> = lan.iter().map(|ip| ip.parse().unwrap()).collect();
        addresses(&lan)[0].finding
    }

    #[test]
    fn addresses_of_a_box_are_told_by_what_they_are_good_for() {
        assert_eq!(found(&[]), Finding::AddressesNone);
        assert_eq!(found(&["169.254.1.2"]), Finding::AddressesLinkLocal);
        assert_eq!(found(&["192.168.1.2"]), Finding::AddressesFound);
        assert_eq!(found(&["192.168.1.2", "169.254.1.2"]), Finding::AddressesSeveral);
    }

    #[test]
    fn what_both_probes_of_an_interface_mean() {
        use Heard::{No, NotTried, Unsent, Yes};
        let no_route = || Unsent("no route".into());
        let cases = [
            (Some(false), (Yes, Yes), Finding::MulticastOff),
            (Some(true), (Yes, Yes), Finding::MulticastWorks),
            (None, (Yes, NotTried), Finding::MulticastWorks),
            (None, (NotTried, Yes), Finding::MulticastWorks),
            (Some(true), (Yes, No), Finding::MulticastV6),
            (Some(true), (Yes, no_route()), Finding::MulticastV6),
            (Some(true), (No, Yes), Finding::MulticastUnheard),
            (Some(true), (no_route(), Yes), Finding::MulticastUnsent),
            (Some(true), (NotTried, No), Finding::MulticastUnheard),
            (Some(true), (NotTried, NotTried), Finding::MulticastUnsent),
        ];
        for (flag, heard, finding) in cases {
            assert_eq!(multicast_on("eth0", flag, heard).finding, finding);
        }
    }

    #[test]
    fn a_responder_beside_us_is_fine_and_one_that_keeps_the_port_is_not() {
        assert_eq!(told("", true, true).finding, Finding::RespondersNone);
        assert_eq!(told("avahi-daemon (process 7)", false, true).finding, Finding::RespondersBeside);
        assert_eq!(told("", false, false).finding, Finding::RespondersExclusive);
    }
}
