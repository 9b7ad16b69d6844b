//! What whoever speaks mDNS here needs: numbers of RFC 1035 and RFC 6762, and a socket that leaves others theirs.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::fd::OwnedFd;

use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with, sockopt};

/// RFC 6762, section 3.
pub const GROUP_V4: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
/// The same by IPv6.
pub const GROUP_V6: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0xfb);
pub use mdns_sd::MDNS_PORT as PORT;

/// Kinds of records: RFC 1035, section 3.2.2, and RFC 3596.
pub(super) const TYPE_A: u16 = 1;
pub(super) const TYPE_AAAA: u16 = 28;
pub(super) const CLASS_IN: u16 = 1;
/// The top bit of an answer's class says "this replaces what you knew": RFC 6762, section 10.2.
pub(super) const REPLACE: u16 = 0x8000;

/// A socket that may be bound beside others to the mDNS port: what comes from another port is no mDNS answer.
pub(super) fn shared_socket(family: AddressFamily) -> io::Result<OwnedFd> {
    let shared = socket_with(family, SocketType::DGRAM, SocketFlags::CLOEXEC, None)?;
    sockopt::set_socket_reuseaddr(&shared, true)?;
    sockopt::set_socket_reuseport(&shared, true)?;
    Ok(shared)
}
