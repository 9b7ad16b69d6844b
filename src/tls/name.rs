//! Names and address ranges a certificate can hold, parsed: a value that exists can be written into one.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::proto::limits::{RANGE_PREFIX_MIN_V4, RANGE_PREFIX_MIN_V6};

/// A host name for a certificate: lower-case letters, digits and hyphens, labels parted by dots.
///
/// At most 253 bytes, labels of at most 63; never an address, a wildcard or a name with a final dot.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct DnsName(String);

impl DnsName {
    /// What is allowed for a name that the owner adds: it becomes a name constraint, and `app` alone would cover a
    /// public top-level domain.
    pub const ALLOWED_DOTTED: &str = "a host name with a dot, such as chat.home.arpa";

    /// Parses a host name and folds it to lower case.
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.to_ascii_lowercase();
        // A last label that begins with a digit could be read as the end of an IPv4 address by a browser.
        let last = name.rsplit('.').next()?;
        let is_host = name.len() <= 253 && name.split('.').all(is_label) && !last.starts_with(|c: char| c.is_numeric());
        is_host.then_some(Self(name))
    }

    /// The name, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this name is `parent` or below it, as name constraints count it.
    pub fn is_within(&self, parent: &Self) -> bool {
        self.0.strip_suffix(parent.as_str()).is_some_and(|head| head.is_empty() || head.ends_with('.'))
    }

    /// Whether the name has a dot. One without could be, or become, a public top-level domain.
    pub fn is_dotted(&self) -> bool {
        self.0.contains('.')
    }
}

impl fmt::Display for DnsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_label(label: &str) -> bool {
    let is_word = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = label.as_bytes();
    bytes.len() <= 63
        && bytes.first().is_some_and(is_word)
        && bytes.last().is_some_and(is_word)
        && bytes.iter().all(|b| is_word(b) || *b == b'-')
}

/// A range of addresses, `192.168.0.0/16` or `fc00::/7`: every address that begins with the same bits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct IpRange {
    network: IpAddr,
    prefix_bits: u8,
}

impl IpRange {
    /// What is allowed, for error messages.
    pub const ALLOWED: &str = "an address range such as 203.0.113.0/24 or 2001:db8:7::/48, its first address before \
        the slash, of at most 2^24 IPv4 addresses or a /32 of IPv6";

    /// The range of `network`'s first `prefix_bits` bits. The rest of `network` must be zero.
    const fn new(network: IpAddr, prefix_bits: u8) -> Self {
        Self { network, prefix_bits }
    }

    /// A range of IPv4 addresses known at compile time.
    pub const fn v4(octets: [u8; 4], prefix_bits: u8) -> Self {
        Self::new(IpAddr::V4(Ipv4Addr::new(octets[0], octets[1], octets[2], octets[3])), prefix_bits)
    }

    /// A range of IPv6 addresses known at compile time, by its first 16 bits (and 1 as its last for `::1`).
    pub const fn v6(first: u16, last: u16, prefix_bits: u8) -> Self {
        Self::new(IpAddr::V6(Ipv6Addr::new(first, 0, 0, 0, 0, 0, 0, last)), prefix_bits)
    }

    /// Parses `ADDRESS/BITS`, or an address alone. Ranges wider than a LAN are refused.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let network: IpAddr = address.parse().ok()?;
        let (width_bits, prefix_min) = match network {
            IpAddr::V4(_) => (32, RANGE_PREFIX_MIN_V4),
            IpAddr::V6(_) => (128, RANGE_PREFIX_MIN_V6),
        };
        let prefix_bits = match bits {
            Some(bits) => bits.parse().ok()?,
            None => width_bits,
        };
        let range = Self::new(network, prefix_bits);
        let is_first = prefix_bits <= width_bits && range.octets() == masked(&range.octets(), &range.mask());
        (prefix_bits >= prefix_min && is_first).then_some(range)
    }

    /// The range that an iPAddress name constraint holds: address bytes, then mask bytes. None when it is malformed.
    pub fn from_constraint(bytes: &[u8]) -> Option<Self> {
        let (address, mask) = bytes.split_at(bytes.len() / 2);
        let network: IpAddr = match address.len() {
            4 => IpAddr::from(<[u8; 4]>::try_from(address).ok()?),
            16 => IpAddr::from(<[u8; 16]>::try_from(address).ok()?),
            _ => return None,
        };
        let prefix_bits = mask.iter().map(|byte| byte.leading_ones()).sum::<u32>();
        let range = Self::new(network, u8::try_from(prefix_bits).ok()?);
        (range.mask() == mask && range.octets() == masked(address, mask)).then_some(range)
    }

    /// Address bytes, then mask bytes: the iPAddress form of a name constraint (RFC 5280, 4.2.1.10).
    pub fn constraint(&self) -> Vec<u8> {
        [self.octets(), self.mask()].concat()
    }

    /// Whether `address` lies in this range.
    pub fn holds(&self, address: IpAddr) -> bool {
        let octets = octets(address);
        octets.len() == self.octets().len() && masked(&octets, &self.mask()) == self.octets()
    }

    fn octets(&self) -> Vec<u8> {
        octets(self.network)
    }

    fn mask(&self) -> Vec<u8> {
        let mask = u128::MAX.checked_shl(128 - u32::from(self.prefix_bits)).unwrap_or(0).to_be_bytes();
        mask[..self.octets().len()].to_vec()
    }
}

impl fmt::Display for IpRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, self.prefix_bits)
    }
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}

fn masked(octets: &[u8], mask: &[u8]) -> Vec<u8> {
    octets.iter().zip(mask).map(|(octet, mask)| octet & mask).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> DnsName {
        DnsName::parse(text).unwrap()
    }

    #[test]
    fn a_host_name_is_letters_digits_and_hyphens() {
        assert_eq!(name("Porch.Local").as_str(), "porch.local");
        assert_eq!(name("a-1.b").as_str(), "a-1.b");
        assert!(DnsName::parse(&["a".repeat(63).as_str(); 3].join(".")).is_some());
    }

    #[test]
    fn what_is_not_a_host_name_is_refused() {
        let long_label = "a".repeat(64);
        let long_name = ["a".repeat(63).as_str(); 4].join(".");
        let faults =
            ["", ".", "a..b", "a.", ".a", "-a", "a-", "*.local", "a_b", "a b", "门", "127.0.0.1", "::1", "a/b"];
        for fault in faults.into_iter().chain([long_label.as_str(), long_name.as_str()]) {
            assert_eq!(DnsName::parse(fault), None, "{fault}");
        }
    }

    #[test]
    fn a_name_is_within_itself_and_its_parents_only() {
        assert!(name("porch.local").is_within(&name("local")));
        assert!(name("local").is_within(&name("local")));
        assert!(!name("notlocal").is_within(&name("local")));
        assert!(!name("local.example").is_within(&name("local")));
    }

    #[test]
    fn a_range_holds_its_addresses_and_no_other() {
        let range = IpRange::parse("203.0.113.64/26").unwrap();
        assert!(range.holds("203.0.113.64".parse().unwrap()));
        assert!(range.holds("203.0.113.127".parse().unwrap()));
        assert!(!range.holds("203.0.113.128".parse().unwrap()));
        assert!(!range.holds("::1".parse().unwrap()));
        let range = IpRange::v6(0xfe80, 0, 10);
        assert!(range.holds("febf::1".parse().unwrap()));
        assert!(!range.holds("fec0::1".parse().unwrap()));
    }

    #[test]
    fn an_address_alone_is_a_range_of_one() {
        let range = IpRange::parse("203.0.113.7").unwrap();
        assert_eq!(range.to_string(), "203.0.113.7/32");
        assert!(!range.holds("203.0.113.8".parse().unwrap()));
    }

    #[test]
    fn what_is_not_a_lan_range_is_refused() {
        for fault in ["", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "0.0.0.0/0", "8.0.0.0/7", "::/0", "2001::/31"]
        {
            assert_eq!(IpRange::parse(fault), None, "{fault}");
        }
        assert!(IpRange::parse("2001:db8::/32").is_some());
    }

    #[test]
    fn a_range_survives_its_constraint_form() {
        for range in [IpRange::v4([10, 0, 0, 0], 8), IpRange::v6(0xfc00, 0, 7), IpRange::v6(0, 1, 128)] {
            assert_eq!(IpRange::from_constraint(&range.constraint()), Some(range));
        }
        assert_eq!(IpRange::v4([172, 16, 0, 0], 12).constraint(), [172, 16, 0, 0, 255, 240, 0, 0]);
        // A mask with a gap, host bits, a wrong length.
        assert_eq!(IpRange::from_constraint(&[10, 0, 0, 0, 255, 0, 255, 0]), None);
        assert_eq!(IpRange::from_constraint(&[10, 0, 0, 1, 255, 0, 0, 0]), None);
        assert_eq!(IpRange::from_constraint(&[10, 0, 0]), None);
    }
}
