//! Who holds a port on this machine: the kernel's tables of sockets, and the processes that have them open.

use std::fs;
use std::path::Path;

/// The state `LISTEN` of TCP, and "bound" of UDP, as the kernel writes them.
const LISTENING: &str = "0A";
const BOUND: &str = "07";

/// Inodes of the sockets that listen on this TCP port.
pub(super) fn tcp_listeners(port: u16) -> Vec<u64> {
    both("tcp", |table| inodes(table, port, LISTENING))
}

/// Inodes of the sockets bound to this UDP port.
pub(super) fn udp_sockets(port: u16) -> Vec<u64> {
    both("udp", |table| inodes(table, port, BOUND))
}

fn both(protocol: &str, read: impl Fn(&str) -> Vec<u64>) -> Vec<u64> {
    // Under `self`: porch's unit hides the rest of /proc.
    let table = |suffix| fs::read_to_string(format!("/proc/self/net/{protocol}{suffix}")).unwrap_or_default();
    let mut found = read(&table(""));
    found.extend(read(&table("6")));
    found
}

/// The table's rows: number, local address and port in hex, remote, state, …, inode as the tenth word.
fn inodes(table: &str, port: u16, state: &str) -> Vec<u64> {
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (_, local_port) = words.get(1)?.rsplit_once(':')?;
        let matches = u16::from_str_radix(local_port, 16).ok()? == port && *words.get(3)? == state;
        matches.then(|| words.get(9)?.parse().ok()).flatten()
    };
    table.lines().skip(1).filter_map(row).collect()
}

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
pub(super) fn owners(inodes: &[u64]) -> Vec<Process> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let mut found: Vec<Process> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let pid = path.file_name()?.to_str()?.parse().ok()?;
            open_sockets(&path).iter().any(|held| inodes.contains(held)).then(|| Process { name: name(&path), pid })
        })
        .collect();
    found.sort();
    found
}

/// Those of these sockets that none of these processes has open.
pub(super) fn without(inodes: &[u64], processes: &[u32]) -> Vec<u64> {
    let of = |pid: &u32| open_sockets(Path::new(&format!("/proc/{pid}")));
    let held: Vec<u64> = processes.iter().flat_map(of).collect();
    inodes.iter().copied().filter(|inode| !held.contains(inode)).collect()
}

fn open_sockets(process: &Path) -> Vec<u64> {
    let Ok(files) = fs::read_dir(process.join("fd")) else { return Vec::new() };
    let inode = |link: &str| link.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok();
    files.flatten().filter_map(|file| inode(fs::read_link(file.path()).ok()?.to_str()?)).collect()
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

    #[test]
    fn a_table_gives_the_inodes_of_one_port_and_state() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
            0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 17 1 x\n\
            1: 0100007F:1F90 0100007F:0050 01 00000000:00000000 00:00000000 00000000     0        0 18 1 x\n\
            2: 00000000:01BB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 19 1 x\n";
        assert_eq!(inodes(table, 8080, LISTENING), [17]);
        assert_eq!(inodes(table, 443, LISTENING), [19]);
        assert_eq!(inodes(table, 80, LISTENING), [0; 0]);
        assert_eq!(inodes("short\nlines: 1\n\n", 80, LISTENING), [0; 0]);
    }

    #[test]
    fn our_own_listener_is_found_as_ours() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let owners = owners(&tcp_listeners(port));
        assert_eq!(owners.iter().map(|owner| owner.pid).collect::<Vec<_>>(), [std::process::id()]);
        drop(listener);
        assert_eq!(tcp_listeners(port), [0; 0]);
    }
}
