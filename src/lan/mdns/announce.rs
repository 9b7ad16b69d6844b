//! Announces which addresses a name has, and says goodbye for those it has no longer: each family of addresses by both.
//!
//! The daemons tell IPv4 addresses by IPv4 only and IPv6 by IPv6, take back nothing of an address that has gone, but
//! answer questions for either by either. Avahi and systemd-resolved remember what came by each apart: without this,
//! they would send people to an address that is gone for two minutes.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

use if_addrs::{IfAddr, Interface};
use rustix::net::{AddressFamily, SendFlags, bind, sendto, sockopt};

use super::daemon::Reach;
use super::wire::{CLASS_IN, GROUP_V4, GROUP_V6, PORT, REPLACE, TYPE_A, TYPE_AAAA, shared_socket};
use crate::lan::addresses::NetworkSnapshot;
use crate::proto::limits::LEAF_ADDRESSES_MAX;

/// RFC 6762, section 11.
const HOPS: u32 = 255;
/// How long a host's address is remembered: RFC 6762, section 10.
const ADDRESS_SECONDS: u32 = 120;
/// An answer that is authoritative: RFC 6762, section 18.
const FLAGS: u16 = 0x8400;
/// Where the first name stands: right behind the header (RFC 1035, section 4.1.4).
const FIRST_NAME: u16 = 0xc00c;

/// Announces the addresses of these names (labels below `.local`), each interface its own.
pub(super) fn addresses(network: &NetworkSnapshot, reach: &Reach, labels: &[&str]) {
    for link in links(network, reach) {
        let addresses: Vec<IpAddr> =
            announced(network, reach).filter(|address| shares_subnet(&link, *address)).collect();
        for label in labels {
            send(&link, &message(label, &addresses, ADDRESS_SECONDS));
        }
    }
}

/// Says goodbye for addresses of these names, everywhere (RFC 6762, section 10.1).
pub(super) fn goodbye(network: &NetworkSnapshot, reach: &Reach, labels: &[&str], addresses: &BTreeSet<IpAddr>) {
    let addresses: Vec<IpAddr> = addresses.iter().copied().collect();
    for link in links(network, reach) {
        for label in labels {
            send(&link, &message(label, &addresses, 0));
        }
    }
}

/// The addresses that are announced of the box.
pub(super) fn announced(network: &NetworkSnapshot, reach: &Reach) -> impl Iterator<Item = IpAddr> {
    network.lan().iter().copied().filter(|address| reach.holds(*address)).take(LEAF_ADDRESSES_MAX)
}

/// An interface, and what is needed to speak on it.
struct Link {
    index: u32,
    v4: Option<Ipv4Addr>,
    has_v6: bool,
    subnets: Vec<IfAddr>,
}

fn links(network: &NetworkSnapshot, reach: &Reach) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for interface in network.interfaces().filter(|interface| reach.interfaces.admit(interface)) {
        let Interface { index: Some(index), addr, .. } = interface else { continue };
        let at = links.iter().position(|link| link.index == *index).unwrap_or_else(|| {
            links.push(Link { index: *index, v4: None, has_v6: false, subnets: Vec::new() });
            links.len() - 1
        });
        let link = &mut links[at];
        match addr {
            IfAddr::V4(v4) => link.v4 = link.v4.or(Some(v4.ip)),
            IfAddr::V6(_) => link.has_v6 = true,
        }
        link.subnets.push(addr.clone());
    }
    links
}

/// Whether an address lies in one of the link's subnets, as the daemons count it.
fn shares_subnet(link: &Link, address: IpAddr) -> bool {
    link.subnets.iter().any(|subnet| match (subnet, address) {
        (IfAddr::V4(own), IpAddr::V4(address)) => {
            u32::from(own.ip) & u32::from(own.netmask) == u32::from(address) & u32::from(own.netmask)
        }
        (IfAddr::V6(own), IpAddr::V6(address)) => {
            u128::from(own.ip) & u128::from(own.netmask) == u128::from(address) & u128::from(own.netmask)
        }
        _ => false,
    })
}

/// An unasked answer with these addresses. None without any.
fn message(label: &str, addresses: &[IpAddr], seconds: u32) -> Option<Vec<u8>> {
    let count = u16::try_from(addresses.len()).ok().filter(|count| *count > 0)?;
    let mut bytes = Vec::new();
    for word in [0, FLAGS, 0, count, 0, 0] {
        bytes.extend(word.to_be_bytes());
    }
    for (at, address) in addresses.iter().enumerate() {
        match at {
            0 => bytes.extend(name(label)?),
            _ => bytes.extend(FIRST_NAME.to_be_bytes()),
        }
        let (kind, octets) = match address {
            IpAddr::V4(v4) => (TYPE_A, v4.octets().to_vec()),
            IpAddr::V6(v6) => (TYPE_AAAA, v6.octets().to_vec()),
        };
        bytes.extend(kind.to_be_bytes());
        // Replacing also where something is taken back: `mdns-sd`, of other boxes, takes a record without it for another.
        bytes.extend((CLASS_IN | REPLACE).to_be_bytes());
        bytes.extend(seconds.to_be_bytes());
        bytes.extend(u16::try_from(octets.len()).ok()?.to_be_bytes());
        bytes.extend(octets);
    }
    Some(bytes)
}

/// `<label>.local` as it is sent.
fn name(label: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for label in [label, "local", ""] {
        bytes.push(u8::try_from(label.len()).ok()?);
        bytes.extend(label.as_bytes());
    }
    Some(bytes)
}

fn send(link: &Link, message: &Option<Vec<u8>>) {
    let Some(message) = message else { return };
    let by_v4 = link.v4.map(|own| send_v4(own, message));
    let by_v6 = link.has_v6.then(|| send_v6(link.index, message));
    for fault in [by_v4, by_v6].into_iter().flatten().filter_map(Result::err) {
        // A cable that was pulled a moment ago, most often.
        log::debug!("interface {} takes no multicast: {fault}", link.index);
    }
}

fn send_v4(own: Ipv4Addr, message: &[u8]) -> io::Result<()> {
    let sender = shared_socket(AddressFamily::INET)?;
    sockopt::set_ip_multicast_if(&sender, &own)?;
    sockopt::set_ip_multicast_ttl(&sender, HOPS)?;
    bind(&sender, &SocketAddr::from((Ipv4Addr::UNSPECIFIED, PORT)))?;
    sendto(&sender, message, SendFlags::DONTWAIT, &SocketAddr::from((GROUP_V4, PORT)))?;
    Ok(())
}

fn send_v6(index: u32, message: &[u8]) -> io::Result<()> {
    let sender = shared_socket(AddressFamily::INET6)?;
    sockopt::set_ipv6_v6only(&sender, true)?;
    sockopt::set_ipv6_multicast_if(&sender, index)?;
    sockopt::set_ipv6_multicast_hops(&sender, HOPS)?;
    bind(&sender, &SocketAddr::from((Ipv6Addr::UNSPECIFIED, PORT)))?;
    sendto(&sender, message, SendFlags::DONTWAIT, &SocketAddrV6::new(GROUP_V6, PORT, 0, index))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_as_rfc_1035_wants_it() {
        let addresses = ["10.0.0.7".parse().unwrap(), "fd00::7".parse().unwrap()];
        let sent = message("porch", &addresses, ADDRESS_SECONDS).unwrap();
        let (header, records) = sent.split_at(12);
        assert_eq!(header, [0, 0, 0x84, 0, 0, 0, 0, 2, 0, 0, 0, 0]);
        let (first, second) = records.split_at(27);
        assert_eq!(first, b"\x05porch\x05local\x00\x00\x01\x80\x01\x00\x00\x00\x78\x00\x04\x0a\x00\x00\x07");
        let expected = b"\xc0\x0c\x00\x1c\x80\x01\x00\x00\x00\x78\x00\x10\xfd\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x07";
        assert_eq!(second, expected);
    }

    #[test]
    fn what_is_taken_back_has_no_time_left() {
        let sent = message("porch", &["10.0.0.7".parse().unwrap()], 0).unwrap();
        assert_eq!(sent[12 + 13..12 + 23], [0, 1, 0x80, 1, 0, 0, 0, 0, 0, 4]);
    }

    #[test]
    fn without_an_address_nothing_is_said() {
        assert_eq!(message("porch", &[], ADDRESS_SECONDS), None);
    }

    #[test]
    fn the_most_that_is_told_fits_one_packet_of_any_network() {
        let addresses = vec![IpAddr::from(Ipv6Addr::LOCALHOST); LEAF_ADDRESSES_MAX];
        assert!(message(&"a".repeat(63), &addresses, ADDRESS_SECONDS).unwrap().len() <= 1_232);
    }
}
