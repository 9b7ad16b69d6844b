//! What the box's CA may speak for: the name constraints in its root.
//!
//! Whoever trusts the root trusts it for the names and addresses of a LAN, and for nothing else.

use std::net::IpAddr;

use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::X509Certificate;

use super::der::tagged;
use super::host_names::{HostNames, bare_name};
use super::name::{DnsName, IpRange};

/// Domains that exist on no public network: multicast DNS, and those reserved for homes and companies.
const LAN_DOMAINS: [&str; 5] = ["local", "home.arpa", "lan", "internal", "localhost"];

/// Private, link-local and loopback addresses of both families.
const LAN_RANGES: [IpRange; 8] = [
    IpRange::v4([10, 0, 0, 0], 8),
    IpRange::v4([172, 16, 0, 0], 12),
    IpRange::v4([192, 168, 0, 0], 16),
    IpRange::v4([169, 254, 0, 0], 16),
    IpRange::v4([127, 0, 0, 0], 8),
    IpRange::v6(0xfc00, 0, 7),
    IpRange::v6(0xfe80, 0, 10),
    IpRange::v6(0, 1, 128),
];

const TAG_SEQUENCE: u8 = 0x30;
const TAG_PERMITTED: u8 = 0xa0;
const TAG_DNS_NAME: u8 = 0x82;
const TAG_IP_ADDRESS: u8 = 0x87;

/// The names and addresses a CA may issue for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Permitted {
    domains: Vec<DnsName>,
    ranges: Vec<IpRange>,
}

impl Permitted {
    /// The object identifier of the name constraints extension (RFC 5280, 4.2.1.10).
    pub(super) const OID: [u64; 4] = [2, 5, 29, 30];

    /// Every LAN's domains and ranges, the box's own label and names, and the ranges its owner adds.
    pub fn for_box(label: &str, names: &[DnsName], ranges: &[IpRange]) -> Self {
        let lan = LAN_DOMAINS.iter().filter_map(|domain| DnsName::parse(domain));
        let domains = lan.chain(bare_name(label)).chain(names.iter().cloned()).collect();
        Self { domains, ranges: LAN_RANGES.iter().chain(ranges).copied().collect() }
    }

    /// What a root says about itself. None when it says nothing, or something porch would not have written.
    pub(super) fn of_root(root: &X509Certificate<'_>) -> Option<Self> {
        let constraints = root.extensions().iter().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::NameConstraints(constraints) => Some(constraints),
            _ => None,
        })?;
        let mut permitted = Self { domains: Vec::new(), ranges: Vec::new() };
        for subtree in constraints.permitted_subtrees.as_ref()? {
            match subtree.base {
                GeneralName::DNSName(name) => permitted.domains.push(DnsName::parse(name)?),
                GeneralName::IPAddress(bytes) => permitted.ranges.push(IpRange::from_constraint(bytes)?),
                _ => return None,
            }
        }
        Some(permitted)
    }

    /// The extension's value. It is written here because rcgen marks its own as critical, which older Apple systems
    /// refuse; those that do not know the extension then ignore it, and all others enforce it.
    pub(super) fn der(&self) -> Vec<u8> {
        let domains = self.domains.iter().map(|name| tagged(TAG_DNS_NAME, name.as_str().as_bytes()));
        let ranges = self.ranges.iter().map(|range| tagged(TAG_IP_ADDRESS, &range.constraint()));
        let subtrees: Vec<u8> = domains.chain(ranges).flat_map(|base| tagged(TAG_SEQUENCE, &base)).collect();
        tagged(TAG_SEQUENCE, &tagged(TAG_PERMITTED, &subtrees))
    }

    /// Whether a leaf may hold this name.
    pub fn allows_name(&self, name: &DnsName) -> bool {
        self.domains.iter().any(|domain| name.is_within(domain))
    }

    /// Whether a leaf may hold this address.
    pub fn allows_address(&self, address: IpAddr) -> bool {
        self.ranges.iter().any(|range| range.holds(address))
    }

    /// Parts what a leaf may hold from what it may not.
    pub(super) fn part(&self, names: &HostNames) -> (HostNames, HostNames) {
        let (kept_names, other_names) = names.names().iter().cloned().partition(|name| self.allows_name(name));
        let (kept, other) = names.addresses().iter().partition(|address| self.allows_address(**address));
        (HostNames::new(kept_names, kept), HostNames::new(other_names, other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permitted() -> Permitted {
        let names = [DnsName::parse("chat.example.org").unwrap()];
        Permitted::for_box("porch", &names, &[IpRange::parse("203.0.113.0/24").unwrap()])
    }

    #[test]
    fn names_of_a_lan_and_of_the_box_are_allowed_and_public_ones_refused() {
        let allows = |name: &str| permitted().allows_name(&DnsName::parse(name).unwrap());
        for name in ["porch.local", "porch", "localhost", "a.home.arpa", "b.lan", "c.internal", "chat.example.org"] {
            assert!(allows(name), "{name}");
        }
        for name in ["example.org", "example.com", "arpa", "localdomain", "mychat.example.org"] {
            assert!(!allows(name), "{name}");
        }
    }

    #[test]
    fn private_addresses_and_the_owners_ranges_are_allowed_and_public_ones_refused() {
        let allows = |address: &str| permitted().allows_address(address.parse().unwrap());
        let private =
            ["10.1.2.3", "172.31.0.1", "192.168.1.1", "169.254.9.9", "127.0.0.1", "fd00::1", "fe80::1", "::1"];
        for address in private.into_iter().chain(["203.0.113.9"]) {
            assert!(allows(address), "{address}");
        }
        for address in ["9.9.9.9", "172.32.0.1", "192.169.0.1", "100.64.0.1", "2001:db8::1", "::2", "::"] {
            assert!(!allows(address), "{address}");
        }
    }

    #[test]
    fn a_label_that_could_be_a_top_level_domain_is_not_permitted_alone() {
        let permitted = Permitted::for_box("app", &[], &[]);
        assert!(!permitted.allows_name(&DnsName::parse("evil.app").unwrap()));
        assert!(permitted.allows_name(&DnsName::parse("app.local").unwrap()));
    }
}
