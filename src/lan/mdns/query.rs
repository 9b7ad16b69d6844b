//! One query by mDNS, and who answers it: just enough to see whether a name in the network has an owner.
//!
//! RFC 6762 for where and how; RFC 1035, section 4 for the bytes.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use rustix::net::{AddressFamily, bind, sockopt};

use super::wire::{CLASS_IN, GROUP_V4, PORT, REPLACE, TYPE_A, TYPE_AAAA, shared_socket};

/// Responders answer within 120 ms, for a unique name at once (section 6); one on Wi-Fi that sleeps, later.
const ANSWER_WAIT: Duration = Duration::from_millis(1_500);
/// A packet may be lost: ask again after this.
const ASK_INTERVAL: Duration = Duration::from_millis(500);
/// Bytes of an mDNS packet on Ethernet, with some to spare.
const PACKET_BYTES_MAX: usize = 9_000;
const TYPE_ANY: u16 = 255;
/// The response bit of the header's flags.
const RESPONSE: u8 = 0x80;
/// Pointers followed in one name: a packet's own names need two or three.
const POINTERS_MAX: usize = 16;
/// RFC 1035, section 2.3.4. A packet whose thousand records each point to a name as long as itself would keep us busy.
const NAME_BYTES_MAX: usize = 255;

/// A socket on the port of mDNS, beside whoever else is there, which hears multicast only.
pub fn listener() -> io::Result<UdpSocket> {
    let socket = shared_socket(AddressFamily::INET)?;
    // On the group, not on every address: packets to a responder beside us must not come to us.
    bind(&socket, &SocketAddr::from((GROUP_V4, PORT)))?;
    Ok(socket.into())
}

/// Asks who has this name, on the interfaces with these addresses; gives what was answered, each address once.
/// Waits until the first answer, or in vain.
pub fn who_is(name: &str, interfaces: &[Ipv4Addr]) -> io::Result<Vec<IpAddr>> {
    let socket = listener()?;
    for own in interfaces {
        socket.join_multicast_v4(&GROUP_V4, own)?;
    }
    let question = question(name);
    let end = Instant::now() + ANSWER_WAIT;
    let mut ask_at = Instant::now();
    let mut packet = vec![0; PACKET_BYTES_MAX];
    loop {
        let now = Instant::now();
        if now >= end {
            return Ok(Vec::new());
        }
        if now >= ask_at {
            ask_at = now + ASK_INTERVAL;
            for own in interfaces {
                sockopt::set_ip_multicast_if(&socket, own)?;
                socket.send_to(&question, (GROUP_V4, PORT))?;
            }
        }
        let wait = ask_at.min(end).saturating_duration_since(now).max(Duration::from_millis(1));
        socket.set_read_timeout(Some(wait))?;
        match socket.recv(&mut packet) {
            Ok(bytes) => {
                let addresses = addresses(&packet[..bytes], name);
                if !addresses.is_empty() {
                    return Ok(addresses);
                }
            }
            Err(fault) if [io::ErrorKind::WouldBlock, io::ErrorKind::TimedOut].contains(&fault.kind()) => {}
            Err(fault) => return Err(fault),
        }
    }
}

/// "Whatever you know of this name", answered by multicast.
fn question(name: &str) -> Vec<u8> {
    // Of the header only the count of questions is not 0.
    let mut packet = vec![0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.').filter(|label| label.len() < 64) {
        packet.push(label.len() as u8);
        packet.extend(label.as_bytes());
    }
    packet.push(0);
    packet.extend(TYPE_ANY.to_be_bytes());
    packet.extend(CLASS_IN.to_be_bytes());
    packet
}

/// The addresses of this name in a response; none in anything else, however mangled.
fn addresses(packet: &[u8], name: &str) -> Vec<IpAddr> {
    let mut found = Vec::new();
    // What was read before a mangled end counts.
    let _ = read_addresses(packet, name, &mut found);
    found.sort();
    found.dedup();
    found
}

fn read_addresses(packet: &[u8], name: &str, found: &mut Vec<IpAddr>) -> Option<()> {
    if packet.get(2)? & RESPONSE == 0 {
        return None;
    }
    let mut at = 12;
    for _ in 0..u16_at(packet, 4)? {
        at = name_at(packet, at)?.1 + 4;
    }
    let records = [6, 8, 10].map(|place| u16_at(packet, place).map(u32::from));
    for _ in 0..records.into_iter().flatten().sum() {
        let (owner, after) = name_at(packet, at)?;
        let (kind, class, length) =
            (u16_at(packet, after)?, u16_at(packet, after + 2)?, usize::from(u16_at(packet, after + 8)?));
        let body = packet.get(after + 10..after + 10 + length)?;
        at = after + 10 + length;
        if !owner.eq_ignore_ascii_case(name) || class & !REPLACE != CLASS_IN {
            continue;
        }
        match kind {
            TYPE_A => found.extend(<[u8; 4]>::try_from(body).map(IpAddr::from)),
            TYPE_AAAA => found.extend(<[u8; 16]>::try_from(body).map(|bytes| IpAddr::V6(Ipv6Addr::from(bytes)))),
            _ => {}
        }
    }
    Some(())
}

fn u16_at(packet: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*packet.get(at)?, *packet.get(at + 1)?]))
}

/// The name that begins here, with dots, and where what follows it begins.
fn name_at(packet: &[u8], mut at: usize) -> Option<(String, usize)> {
    let mut labels: Vec<String> = Vec::new();
    let mut after = None;
    let mut pointers = 0;
    // The root's, which has no letters.
    let mut bytes = 1;
    loop {
        match *packet.get(at)? {
            0 => return Some((labels.join("."), after.unwrap_or(at + 1))),
            length @ 1..=63 => {
                bytes += 1 + usize::from(length);
                if bytes > NAME_BYTES_MAX {
                    return None;
                }
                let label = packet.get(at + 1..at + 1 + usize::from(length))?;
                labels.push(String::from_utf8_lossy(label).into_owned());
                at += 1 + usize::from(length);
            }
            length if length >= 0xc0 => {
                pointers += 1;
                if pointers > POINTERS_MAX {
                    return None;
                }
                after.get_or_insert(at + 2);
                at = usize::from(u16_at(packet, at)? & 0x3fff);
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// An answer for `porch.local`: A with a name in full, AAAA with a pointer to it, and one of another name.
    fn answer() -> Vec<u8> {
        let mut packet = vec![0, 0, 0x84, 0, 0, 0, 0, 3, 0, 0, 0, 0];
        packet.extend(b"\x05porch\x05local\x00\x00\x01\x80\x01\x00\x00\x00\x78\x00\x04\x0a\x00\x00\x07");
        packet.extend(b"\xc0\x0c\x00\x1c\x80\x01\x00\x00\x00\x78\x00\x10");
        packet.extend("fd00::7".parse::<Ipv6Addr>().unwrap().octets());
        packet.extend(b"\x05other\xc0\x12\x00\x01\x80\x01\x00\x00\x00\x78\x00\x04\x0a\x00\x00\x09");
        packet
    }

    fn read(packet: &[u8], name: &str) -> Vec<String> {
        addresses(packet, name).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn addresses_of_the_name_asked_for_are_read() {
        assert_eq!(read(&answer(), "Porch.local"), ["10.0.0.7", "fd00::7"]);
        assert_eq!(read(&answer(), "other.local"), ["10.0.0.9"]);
        assert_eq!(read(&answer(), "third.local"), [""; 0]);
    }

    #[test]
    fn a_question_is_no_answer() {
        let mut packet = answer();
        packet[2] = 0;
        assert_eq!(read(&packet, "porch.local"), [""; 0]);
        assert_eq!(read(&question("porch.local"), "porch.local"), [""; 0]);
        assert_eq!(name_at(&question("porch.local"), 12), Some(("porch.local".into(), 25)));
    }

    #[test]
    fn a_name_is_as_long_as_rfc_1035_allows_and_no_longer() {
        // Four labels of 63 letters are one byte too many; with the last of 61 it is just right.
        let label = |letters: u8| [vec![letters], vec![b'a'; usize::from(letters)]].concat();
        let whole = |last: u8| [label(63), label(63), label(63), label(last), vec![0]].concat();
        assert_eq!(name_at(&whole(61), 0).map(|(name, after)| (name.len(), after)), Some((253, 255)));
        assert_eq!(name_at(&whole(62), 0), None);
        // Also in pieces that point to each other.
        let pieces = [label(63), label(63), vec![0xc0, 0], label(1), vec![0]].concat();
        assert_eq!(name_at(&pieces, 0), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in vec(any::<u8>(), 0..200), at in 0..200_usize) {
            addresses(&bytes, "porch.local");
            name_at(&bytes, at);
        }

        #[test]
        fn any_bytes_behind_the_header_of_an_answer_are_read_without_a_panic(
            counts in any::<[u8; 8]>(),
            body in vec(prop_oneof![any::<u8>(), Just(0xc0), Just(12), Just(0), Just(1)], 0..300),
        ) {
            let packet = [&[0, 0, 0x84, 0], &counts[..], &body].concat();
            addresses(&packet, "porch.local");
        }
    }

    #[test]
    fn mangled_packets_are_read_as_far_as_they_go() {
        let packet = answer();
        for length in 0..packet.len() {
            read(&packet[..length], "porch.local");
        }
        for place in 0..packet.len() {
            for value in [0, 0x3f, 0x40, 0xc0, 0xff] {
                let mut packet = packet.clone();
                packet[place] = value;
                read(&packet, "porch.local");
            }
        }
        let mut circle = vec![0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0];
        circle.extend(b"\xc0\x0c");
        assert_eq!(read(&circle, "porch.local"), [""; 0]);
    }
}
