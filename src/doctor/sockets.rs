//! Who holds a port on this machine: the processes that have its sockets open.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::lan::sockets::{Socket, open_sockets};

/// A process.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Process {
    pub(super) name: String,
    pub(super) pid: u32,
}

impl std::fmt::Display for Process {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (process {})", self.name, self.pid)
    }
}

/// The processes that have these sockets open, as far as we may look: our own user's, or all for root.
pub(super) fn owners(sockets: &[Socket]) -> Vec<Process> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let mut found: Vec<Process> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let pid = path.file_name()?.to_str()?.parse().ok()?;
            let held = open_sockets(&path);
            sockets.iter().any(|socket| held.contains(&socket.inode)).then(|| Process { name: name(&path), pid })
        })
        .collect();
    found.sort();
    found
}

/// Those of these sockets that none of these processes has open.
pub(super) fn without(sockets: &[Socket], processes: &[u32]) -> Vec<Socket> {
    let of = |pid: &u32| open_sockets(Path::new(&format!("/proc/{pid}")));
    let held: BTreeSet<u64> = processes.iter().flat_map(of).collect();
    sockets.iter().copied().filter(|socket| !held.contains(&socket.inode)).collect()
}

fn name(process: &Path) -> String {
    fs::read_to_string(process.join("comm")).unwrap_or_default().trim_end().to_owned()
}

/// Names of processes as a sentence has them; empty for none.
pub(super) fn named(processes: &[Process]) -> String {
    processes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lan::sockets::{Use, sockets};

    #[test]
    fn our_own_listener_is_found_as_ours() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let owners = owners(&sockets(Use::Listens, port));
        assert_eq!(owners.iter().map(|owner| owner.pid).collect::<Vec<_>>(), [std::process::id()]);
    }
}
