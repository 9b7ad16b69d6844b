//! Addresses of this machine that other machines of the LAN can reach.

use std::net::IpAddr;

use if_addrs::Interface;

/// Beginnings of names of interfaces that lead to no phone: containers, virtual machines and tunnels.
///
/// Bridges as such are not among them: an access point is often one (`br0`, `br-lan`). Docker's own are told by
/// their number, see [`is_docker_bridge`].
const VIRTUAL: [&str; 18] = [
    "cali",
    "cilium",
    "cni",
    "docker",
    "dummy",
    "flannel",
    "kube",
    "lxc",
    "lxdbr",
    "podman",
    "tailscale",
    "tap",
    "tun",
    "veth",
    "virbr",
    "vmnet",
    "vnet",
    "wg",
];
/// ZeroTier's, which VIRTUAL could only name by two letters.
const ZERO_TIER: &str = "zt";

/// Addresses of this machine on its LAN, the likeliest to work first. Empty when it has no network.
pub fn lan_addresses() -> Vec<IpAddr> {
    match if_addrs::get_if_addrs() {
        Ok(interfaces) => of_lan(&interfaces),
        Err(fault) => {
            log::warn!("the addresses of this machine cannot be listed: {fault}");
            Vec::new()
        }
    }
}

/// An interface that leads to the LAN.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LanInterface {
    pub name: String,
    /// The kernel's number of it.
    pub index: Option<u32>,
    /// All its addresses, the link-local ones included.
    pub addresses: Vec<IpAddr>,
}

/// The interfaces of the LAN that have any address, by name.
pub fn lan_interfaces() -> Vec<LanInterface> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let mut found: Vec<LanInterface> = Vec::new();
    for interface in interfaces.iter().filter(|interface| is_on_lan(interface) && !interface.is_loopback()) {
        match found.iter_mut().find(|known| known.name == interface.name) {
            Some(known) => known.addresses.push(interface.ip()),
            None => found.push(LanInterface {
                name: interface.name.clone(),
                index: interface.index,
                addresses: vec![interface.ip()],
            }),
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn is_on_lan(interface: &Interface) -> bool {
    !interface.is_p2p() && !is_virtual(&interface.name)
}

/// What of these interfaces' addresses belongs to a LAN.
fn of_lan(interfaces: &[Interface]) -> Vec<IpAddr> {
    let on_lan = interfaces.iter().filter(|interface| is_on_lan(interface));
    let mut addresses: Vec<IpAddr> = on_lan.map(Interface::ip).filter(is_usable).collect();
    addresses.sort_by_key(|address| (rank(*address), *address));
    addresses.dedup();
    addresses
}

fn is_virtual(name: &str) -> bool {
    VIRTUAL.iter().any(|prefix| name.starts_with(prefix)) || is_docker_bridge(name) || is_zero_tier(name)
}

/// `br-` and twelve hexadecimal digits of the network's id.
fn is_docker_bridge(name: &str) -> bool {
    name.strip_prefix("br-").is_some_and(|id| id.len() == 12 && id.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn is_zero_tier(name: &str) -> bool {
    // The kernel's limit of 15 bytes: `zt` and its network's number in base 32.
    name.starts_with(ZERO_TIER) && name.len() >= 10
}

/// Whether a browser on another machine could open this address. A link-local IPv6 address needs the name of the
/// other machine's interface behind it, for which a URL has no place.
fn is_usable(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !v4.is_loopback() && !v4.is_unspecified(),
        IpAddr::V6(v6) => !v6.is_loopback() && !v6.is_unspecified() && !v6.is_unicast_link_local(),
    }
}

/// Shortest to type and surest to work first.
fn rank(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(v4) if v4.is_private() => 0,
        IpAddr::V4(v4) if !v4.is_link_local() => 1,
        IpAddr::V6(v6) if v6.is_unique_local() => 2,
        IpAddr::V6(_) => 3,
        // A cable between two machines without a DHCP server: only good when there is nothing else.
        IpAddr::V4(_) => 4,
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use if_addrs::{IfAddr, IfOperStatus, Ifv4Addr, Ifv6Addr};

    use super::*;

    fn interface(name: &str, address: &str) -> Interface {
        let addr = match address.parse().unwrap() {
            IpAddr::V4(ip) => IfAddr::V4(Ifv4Addr { ip, netmask: Ipv4Addr::BROADCAST, prefixlen: 32, broadcast: None }),
            IpAddr::V6(ip) => {
                IfAddr::V6(Ifv6Addr { ip, netmask: Ipv6Addr::UNSPECIFIED, prefixlen: 128, broadcast: None })
            }
        };
        Interface { name: name.into(), addr, index: None, oper_status: IfOperStatus::Up, is_p2p: false }
    }

    fn found(interfaces: &[(&str, &str)]) -> Vec<String> {
        let interfaces: Vec<_> = interfaces.iter().map(|(name, address)| interface(name, address)).collect();
        of_lan(&interfaces).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn wired_wireless_and_bridged_networks_are_lans() {
        for name in ["eth0", "enp3s0", "end0", "wlan0", "wlp2s0", "br0", "br-lan", "bond0", "usb0", "ap0", "zte0"] {
            assert_eq!(found(&[(name, "192.168.1.7")]), ["192.168.1.7"], "{name}");
        }
    }

    #[test]
    fn containers_machines_and_tunnels_are_not() {
        let names = ["docker0", "br-0123456789ab", "veth12ab", "virbr0", "lxdbr0", "tun0", "tap1", "wg0", "tailscale0"];
        for name in names.into_iter().chain(["ztabcdefgh12", "cni0", "podman1"]) {
            assert_eq!(found(&[(name, "10.9.0.1")]), [""; 0], "{name}");
        }
    }

    #[test]
    fn a_point_to_point_link_is_not_a_lan() {
        let link = Interface { is_p2p: true, ..interface("ppp0", "10.64.0.2") };
        assert!(of_lan(&[link]).is_empty());
    }

    #[test]
    fn addresses_that_no_browser_elsewhere_can_open_are_left_out() {
        assert_eq!(found(&[("lo", "127.0.0.1"), ("lo", "::1"), ("eth0", "fe80::1"), ("eth0", "0.0.0.0")]), [""; 0]);
    }

    #[test]
    fn the_likeliest_address_comes_first_and_each_once() {
        let all = [
            ("eth0", "169.254.3.4"),
            ("eth0", "2001:db8::7"),
            ("eth0", "fd00::7"),
            ("eth0", "203.0.113.7"),
            ("wlan0", "192.168.1.7"),
            ("br0", "192.168.1.7"),
        ];
        assert_eq!(found(&all), ["192.168.1.7", "203.0.113.7", "fd00::7", "2001:db8::7", "169.254.3.4"]);
    }

    #[test]
    fn this_machine_has_no_loopback_address_on_its_lan() {
        assert!(lan_addresses().iter().all(|address| !address.is_loopback()));
    }
}
