//! Addresses of this machine that other machines of the LAN can reach.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use if_addrs::Interface;
use tokio::sync::watch;
use tokio::time::interval;

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

/// How often the interfaces are looked at. What follows from a change takes at most 2 s (mDNS tells the network), and
/// a phone is to find the new address within 5 s.
const LOOK_INTERVAL: Duration = Duration::from_secs(2);

/// The interfaces through which people come: those the owner chose, or else all that can lead to a phone.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Interfaces {
    chosen: Vec<String>,
}

impl Interfaces {
    /// Only those with these names, whatever they are; of no name, every one that can lead to a phone.
    pub fn only(names: Vec<String>) -> Self {
        Self { chosen: names }
    }

    /// Whether people come through this interface.
    pub(super) fn admit(&self, interface: &Interface) -> bool {
        match self.chosen.as_slice() {
            [] => !interface.is_loopback() && !interface.is_p2p() && !is_virtual(&interface.name),
            chosen => chosen.contains(&interface.name),
        }
    }

    /// Whether people can type this address of an interface through which they come.
    pub(super) fn admit_address(&self, interface: &Interface) -> bool {
        self.admit(interface) && is_usable(&interface.ip())
    }
}

/// The network as this machine sees it at one moment.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct NetworkSnapshot {
    lan: Vec<IpAddr>,
    /// Every address of every interface, whether it is up, in a stable order.
    interfaces: Vec<Interface>,
}

impl NetworkSnapshot {
    /// Looks at this machine's interfaces. Of those that cannot be listed there are none.
    pub fn look(admitted: &Interfaces) -> Self {
        Self::listed(admitted).unwrap_or_else(|fault| {
            unlisted(&fault);
            Self::default()
        })
    }

    /// The same, or why they cannot be listed.
    pub(super) fn listed(admitted: &Interfaces) -> io::Result<Self> {
        Ok(Self::of(if_addrs::get_if_addrs()?, admitted))
    }

    /// Takes what a look has brought; true if anything has changed. What cannot be listed now, for want of a free file
    /// descriptor most likely, is still there.
    fn follow(&mut self, looked: io::Result<Self>) -> bool {
        let Ok(now) = looked else { return false };
        let is_changed = *self != now;
        *self = now;
        is_changed
    }

    fn of(mut interfaces: Vec<Interface>, admitted: &Interfaces) -> Self {
        interfaces.sort_by(|a, b| (&a.name, a.ip()).cmp(&(&b.name, b.ip())));
        let admitted = interfaces.iter().filter(|interface| admitted.admit_address(interface));
        let mut lan: Vec<IpAddr> = admitted.map(Interface::ip).collect();
        lan.sort_by_key(|address| (rank(*address), *address));
        lan.dedup();
        Self { lan, interfaces }
    }

    /// Where people on the LAN reach this machine, the likeliest to work first. Empty when it has no network.
    pub fn lan(&self) -> &[IpAddr] {
        &self.lan
    }

    /// Every address of every interface that is up.
    pub(super) fn interfaces(&self) -> impl Iterator<Item = &Interface> {
        self.interfaces.iter().filter(|interface| interface.is_oper_up())
    }

    /// Every address of this machine.
    pub(super) fn own(&self) -> impl Iterator<Item = IpAddr> {
        self.interfaces.iter().map(Interface::ip)
    }
}

/// Addresses of this machine on its LAN, the likeliest to work first. Empty when it has no network.
pub fn lan_addresses(admitted: &Interfaces) -> Vec<IpAddr> {
    NetworkSnapshot::look(admitted).lan
}

/// Looks at the interfaces every 2 s for as long as somebody wants to know, and tells what changed.
pub async fn follow(network: watch::Sender<NetworkSnapshot>, admitted: Interfaces) {
    let mut looks = interval(LOOK_INTERVAL);
    let mut failing = false;
    while !network.is_closed() {
        looks.tick().await;
        let looked = NetworkSnapshot::listed(&admitted);
        let failed_before = std::mem::replace(&mut failing, looked.is_err());
        if let (Err(fault), false) = (&looked, failed_before) {
            unlisted(fault);
        }
        network.send_if_modified(|before| before.follow(looked));
    }
}

fn unlisted(fault: &io::Error) {
    log::warn!("the addresses of this machine cannot be listed: {fault}");
}

/// Whether a listener bound to `bound` is reached at `address` of this machine.
pub fn reaches(bound: IpAddr, address: IpAddr) -> bool {
    if bound.is_unspecified() { bound.is_ipv6() || address.is_ipv4() } else { bound == address }
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
pub fn lan_interfaces(admitted: &Interfaces) -> Vec<LanInterface> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let mut found: Vec<LanInterface> = Vec::new();
    for interface in interfaces.iter().filter(|interface| admitted.admit(interface)) {
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
        let interfaces = interfaces.iter().map(|(name, address)| interface(name, address)).collect();
        lan_of(interfaces, &Interfaces::default())
    }

    fn lan_of(interfaces: Vec<Interface>, admitted: &Interfaces) -> Vec<String> {
        NetworkSnapshot::of(interfaces, admitted).lan().iter().map(ToString::to_string).collect()
    }

    fn chosen(names: &[&str]) -> Interfaces {
        Interfaces::only(names.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_network_that_cannot_be_listed_for_a_moment_is_still_there() {
        let seen = NetworkSnapshot::of(vec![interface("eth0", "192.168.1.7")], &Interfaces::default());
        let mut network = NetworkSnapshot::default();
        assert!(network.follow(Ok(seen.clone())) && !network.follow(Ok(seen.clone())));
        let no_descriptor = io::Error::from_raw_os_error(rustix::io::Errno::MFILE.raw_os_error());
        assert!(!network.follow(Err(no_descriptor)));
        assert_eq!(network, seen);
        assert!(network.follow(Ok(NetworkSnapshot::default())), "a cable that was pulled is a change");
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
        assert!(lan_of(vec![link], &Interfaces::default()).is_empty());
    }

    #[test]
    fn only_what_the_owner_chose_counts_whatever_it_is() {
        let all = || vec![interface("eth0", "192.168.1.7"), interface("docker0", "172.17.0.1")];
        assert_eq!(lan_of(all(), &chosen(&["docker0"])), ["172.17.0.1"]);
        assert_eq!(lan_of(all(), &chosen(&["eth0", "docker0"])), ["172.17.0.1", "192.168.1.7"]);
        assert_eq!(lan_of(all(), &chosen(&["eth1"])), [""; 0]);
        assert_eq!(lan_of(vec![interface("eth0", "fe80::1")], &chosen(&["eth0"])), [""; 0]);
    }

    #[test]
    fn a_network_is_the_same_in_whatever_order_the_kernel_tells_it() {
        let one = || interface("eth0", "192.168.1.7");
        let other = || interface("wlan0", "192.168.1.8");
        let network = |interfaces| NetworkSnapshot::of(interfaces, &Interfaces::default());
        assert_eq!(network(vec![one(), other()]), network(vec![other(), one()]));
        // A cable that is pulled leaves a fixed address where it is.
        let unplugged = Interface { oper_status: IfOperStatus::Down, ..one() };
        assert_ne!(network(vec![one(), other()]), network(vec![unplugged, other()]));
    }

    #[test]
    fn a_listener_is_reached_at_its_own_address_or_at_all_of_its_family() {
        let reached = |bound: &str, address: &str| reaches(bound.parse().unwrap(), address.parse().unwrap());
        assert!(reached("::", "192.168.1.7") && reached("::", "fd00::7"));
        assert!(reached("0.0.0.0", "192.168.1.7") && !reached("0.0.0.0", "fd00::7"));
        assert!(reached("192.168.1.7", "192.168.1.7") && !reached("192.168.1.7", "192.168.1.8"));
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
        assert!(lan_addresses(&Interfaces::default()).iter().all(|address| !address.is_loopback()));
    }
}
