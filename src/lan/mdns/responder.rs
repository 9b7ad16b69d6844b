//! Other programs on this machine that answer on the mDNS port: Avahi, systemd-resolved, a browser.
//!
//! They and porch share the port (SO_REUSEADDR and SO_REUSEPORT); every one of them hears what is sent to the group.
//! One that keeps the port for itself is why porch may not get it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use mdns_sd::MDNS_PORT;

use crate::lan::sockets::{Socket, Use, open_sockets, sockets};

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
    let users = fs::read_to_string(USERS).unwrap_or_default();
    among(&sockets(Use::Bound, MDNS_PORT), &open_sockets(Path::new("/proc/self")), &users)
}

fn among(bound: &[Socket], own: &BTreeSet<u64>, users: &str) -> Vec<Responder> {
    let others = bound.iter().filter(|socket| !own.contains(&socket.inode));
    let uids: BTreeSet<u32> = others.map(|socket| socket.uid).collect();
    let names: BTreeMap<u32, &str> = users.lines().filter_map(user).collect();
    uids.into_iter().map(|uid| Responder { uid, user: names.get(&uid).map(ToString::to_string) }).collect()
}

fn user(line: &str) -> Option<(u32, &str)> {
    let mut fields = line.split(':');
    let (name, _, uid) = (fields.next()?, fields.next()?, fields.next()?);
    Some((uid.parse().ok()?, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUND: [Socket; 3] =
        [Socket { uid: 108, inode: 5001 }, Socket { uid: 1000, inode: 5002 }, Socket { uid: 108, inode: 5004 }];
    const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\navahi:x:108:115::/run/avahi-daemon:/usr/sbin/nologin\n";

    fn told(own: &[u64]) -> Vec<String> {
        among(&BOUND, &own.iter().copied().collect(), PASSWD).iter().map(ToString::to_string).collect()
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
    fn a_list_of_users_that_makes_no_sense_names_nobody() {
        let told = among(&BOUND[..1], &BTreeSet::new(), "::\nx");
        assert_eq!(told, [Responder { uid: 108, user: None }]);
    }
}
