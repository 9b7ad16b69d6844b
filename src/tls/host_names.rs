//! Every name and address under which people reach the box: what its leaf has to hold.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::name::DnsName;
use crate::proto::limits::LEAF_ADDRESSES_MAX;

/// Names and addresses, sorted, each once.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct HostNames {
    names: Vec<DnsName>,
    addresses: Vec<IpAddr>,
}

impl HostNames {
    /// Takes names and addresses in any order; of very many addresses, the first [`LEAF_ADDRESSES_MAX`].
    pub fn new(mut names: Vec<DnsName>, mut addresses: Vec<IpAddr>) -> Self {
        names.sort();
        names.dedup();
        addresses.sort();
        addresses.dedup();
        addresses.truncate(LEAF_ADDRESSES_MAX);
        Self { names, addresses }
    }

    /// What a box with this label, this alias, these further names and these LAN addresses answers to, itself included.
    pub fn of_box(label: &str, alias: &str, names: &[DnsName], lan_addresses: &[IpAddr]) -> Self {
        let own = [format!("{label}.local"), format!("{alias}.local"), "localhost".to_owned()];
        let own = own.iter().filter_map(|name| DnsName::parse(name)).chain(bare_name(label));
        let loopback = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)];
        Self::new(
            own.chain(names.iter().cloned()).collect(),
            loopback.into_iter().chain(lan_addresses.iter().copied()).collect(),
        )
    }

    /// These and others.
    pub fn with(&self, others: &Self) -> Self {
        Self::new([&*self.names, &others.names].concat(), [&*self.addresses, &others.addresses].concat())
    }

    /// The names.
    pub fn names(&self) -> &[DnsName] {
        &self.names
    }

    /// The addresses.
    pub fn addresses(&self) -> &[IpAddr] {
        &self.addresses
    }

    /// Whether there is neither a name nor an address.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.addresses.is_empty()
    }

    /// What of `wanted` is not among these.
    pub fn missing_of(&self, wanted: &Self) -> Self {
        Self {
            names: wanted.names.iter().filter(|name| !self.names.contains(name)).cloned().collect(),
            addresses: wanted.addresses.iter().filter(|address| !self.addresses.contains(address)).copied().collect(),
        }
    }

    /// Whether a leaf with these serves a box that now answers to `wanted`.
    ///
    /// Names must be the same: the owner chose them. Addresses may be more: one that comes and goes with its
    /// interface would otherwise cost a new leaf, and a write to the disk, each time.
    pub fn serves(&self, wanted: &Self) -> bool {
        self.names == wanted.names && wanted.addresses.iter().all(|address| self.addresses.contains(address))
    }
}

impl fmt::Display for HostNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.names.iter().map(ToString::to_string);
        let all: Vec<_> = names.chain(self.addresses.iter().map(ToString::to_string)).collect();
        f.write_str(&all.join(", "))
    }
}

/// The label as a name of its own, which some networks resolve; none where it could be a public top-level domain.
///
/// Such a domain has letters only, and every year brings new ones. `porch` is none and, as the default, is on too
/// many boxes to do without.
pub(super) fn bare_name(label: &str) -> Option<DnsName> {
    let is_never_public = label == "porch" || label.bytes().any(|b| b.is_ascii_digit() || b == b'-');
    DnsName::parse(label).filter(|name| is_never_public && !name.is_dotted())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lan(addresses: &[&str]) -> HostNames {
        let addresses: Vec<IpAddr> = addresses.iter().map(|address| address.parse().unwrap()).collect();
        HostNames::of_box("porch", "porch-7f3a", &[DnsName::parse("chat.lan").unwrap()], &addresses)
    }

    #[test]
    fn a_box_answers_to_its_names_and_to_itself() {
        let text = lan(&["192.168.1.7", "192.168.1.7", "fd00::7"]).to_string();
        assert_eq!(
            text,
            "chat.lan, localhost, porch, porch-7f3a.local, porch.local, 127.0.0.1, 192.168.1.7, ::1, fd00::7"
        );
    }

    #[test]
    fn a_label_alone_is_a_name_only_where_no_public_domain_can_be() {
        let names = |label: &str| HostNames::of_box(label, &format!("{label}-7f3a"), &[], &[]).to_string();
        assert!(names("class-7b").starts_with("class-7b, class-7b-7f3a.local, class-7b.local"));
        assert!(names("app").starts_with("app-7f3a.local, app.local, localhost"));
        assert!(names("2").starts_with("2-7f3a.local, 2.local, localhost"));
    }

    #[test]
    fn a_leaf_serves_as_long_as_no_address_is_new_and_no_name_differs() {
        let held = lan(&["10.0.0.1", "10.0.0.2"]);
        assert!(held.serves(&held));
        assert!(held.serves(&lan(&["10.0.0.2"])));
        assert!(!held.serves(&lan(&["10.0.0.3"])));
        assert!(!held.serves(&HostNames::of_box("porch", "porch-7f3a", &[], &[])));
    }

    #[test]
    fn addresses_beyond_the_limit_are_dropped() {
        let many: Vec<IpAddr> = (0..=255).map(|i| IpAddr::from([10, 0, 0, i])).collect();
        assert_eq!(HostNames::new(Vec::new(), many).addresses().len(), LEAF_ADDRESSES_MAX);
    }
}
