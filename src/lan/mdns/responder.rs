//! Other programs on this machine that answer on the mDNS port: Avahi, systemd-resolved, a browser.
//!
//! They and porch share the port (SO_REUSEADDR and SO_REUSEPORT); every one of them hears what is sent to the group.
//! One that keeps the port for itself is why porch may not get it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use mdns_sd::MDNS_PORT;

/// Where the kernel lists UDP sockets, as far as the sandbox of porch.service shows them.
const TABLES: [&str; 2] = ["/proc/self/net/udp", "/proc/self/net/udp6"];
/// See passwd(5).
const USERS: &str = "/etc/passwd";

/// A program, told by whom it runs as: whose socket is whose, only root may know.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Responder {
    pub uid: u32,
    /// What that user is called, where it has a name.
    pub user: Option<String>,
}

impl Responder {
    /// The program that this user exists for.
    pub fn program(&self) -> Option<&'static str> {
        match self.user.as_deref()? {
            "avahi" => Some("Avahi"),
            "systemd-resolve" => Some("systemd-resolved"),
            _ => None,
        }
    }
}

impl std::fmt::Display for Responder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.program(), &self.user) {
            (Some(program), _) => f.write_str(program),
            (None, Some(user)) => write!(f, "a program of the user {user}"),
            (None, None) => write!(f, "a program of the user number {}", self.uid),
        }
    }
}

/// Who but this process has a socket on the mDNS port, each user once. Empty, too, where the kernel does not tell.
pub fn other_responders() -> Vec<Responder> {
    let text = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let tables: Vec<String> = TABLES.into_iter().map(text).collect();
    among(&tables.concat(), &own_sockets(Path::new("/proc/self/fd")), &text(USERS))
}

fn among(table: &str, own: &BTreeSet<u64>, users: &str) -> Vec<Responder> {
    let uids: BTreeSet<u32> =
        table.lines().filter_map(socket).filter(|(_, inode)| !own.contains(inode)).map(|(uid, _)| uid).collect();
    let names: BTreeMap<u32, &str> = users.lines().filter_map(user).collect();
    uids.into_iter().map(|uid| Responder { uid, user: names.get(&uid).map(ToString::to_string) }).collect()
}

/// User and inode of a line's socket, if it is on the mDNS port.
fn socket(line: &str) -> Option<(u32, u64)> {
    let columns: Vec<&str> = line.split_ascii_whitespace().collect();
    let (_, port) = columns.get(1)?.rsplit_once(':')?;
    let is_mdns = u16::from_str_radix(port, 16).ok()? == MDNS_PORT;
    is_mdns.then_some((columns.get(7)?.parse().ok()?, columns.get(9)?.parse().ok()?))
}

fn user(line: &str) -> Option<(u32, &str)> {
    let mut fields = line.split(':');
    let (name, _, uid) = (fields.next()?, fields.next()?, fields.next()?);
    Some((uid.parse().ok()?, name))
}

/// Inodes of this process's sockets.
fn own_sockets(descriptors: &Path) -> BTreeSet<u64> {
    let links = fs::read_dir(descriptors).into_iter().flatten().flatten();
    let targets = links.filter_map(|link| fs::read_link(link.path()).ok());
    targets.filter_map(|target| target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  101: 00000000:14E9 00000000:0000 07 00000000:00000000 00:00000000 00000000   108        0 5001 2 0000000000000000 0
  102: FB0000E0:14E9 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 5002 2 0000000000000000 0
  103: 00000000:0044 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 5003 2 0000000000000000 0
  104: 00000000000000000000000000000000:14E9 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000   108        0 5004 2 0000000000000000 0
";
    const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\navahi:x:108:115::/run/avahi-daemon:/usr/sbin/nologin\n";

    fn told(own: &[u64]) -> Vec<String> {
        among(TABLE, &own.iter().copied().collect(), PASSWD).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn sockets_on_the_port_are_told_by_their_user_once_each() {
        assert_eq!(told(&[]), ["Avahi", "a program of the user number 1000"]);
    }

    #[test]
    fn sockets_of_this_process_are_left_out() {
        assert_eq!(told(&[5002]), ["Avahi"]);
        assert_eq!(told(&[5001, 5002, 5004]), [""; 0]);
    }

    #[test]
    fn a_table_that_makes_no_sense_names_nobody() {
        let nobody = among("\n: 14E9\n1: x:14E9\n1: 0:zz a b c d e f g h", &BTreeSet::new(), "::\nx");
        assert_eq!(nobody, []);
    }

    #[test]
    fn a_socket_of_this_process_is_known_as_its_own() {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        assert!(!own_sockets(Path::new("/proc/self/fd")).is_empty());
        drop(socket);
    }
}
