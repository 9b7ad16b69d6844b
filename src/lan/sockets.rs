//! The kernel's tables of sockets: which are open on a port of this machine, and which a process has open.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// Of a table that is read at once: some thirty sockets. Each further piece begins by a count of rows, and where a socket was
/// closed meanwhile, one that is still open is passed over.
const TABLE_BYTES: usize = 8 << 10;

/// What a socket does on its port.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Use {
    /// Takes connections, by TCP.
    Listens,
    /// Takes packets, by UDP.
    Bound,
}

impl Use {
    /// The names of its tables, for IPv4 and IPv6.
    fn tables(self) -> [&'static str; 2] {
        match self {
            Self::Listens => ["tcp", "tcp6"],
            Self::Bound => ["udp", "udp6"],
        }
    }

    /// As the kernel writes it in them (include/net/tcp_states.h).
    fn state(self) -> &'static str {
        match self {
            Self::Listens => "0A",
            Self::Bound => "07",
        }
    }
}

/// A socket of this machine.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Socket {
    /// Whose it is: of which process it is, only root may know.
    pub uid: u32,
    pub inode: u64,
}

/// The sockets that have this port. Empty, too, where the kernel does not tell.
pub fn sockets(of: Use, port: u16) -> Vec<Socket> {
    // Under `self`: porch's unit hides the rest of /proc.
    let table = |name| read(Path::new("/proc/self/net").join(name).as_path()).unwrap_or_default();
    let mut found: Vec<Socket> = of.tables().map(table).iter().flat_map(|table| rows(table, of, port)).collect();
    // One that stands where the table was moved meanwhile is told twice.
    found.sort_unstable_by_key(|socket| socket.inode);
    found.dedup();
    found
}

fn read(table: &Path) -> io::Result<String> {
    let mut text = String::with_capacity(TABLE_BYTES);
    File::open(table)?.read_to_string(&mut text)?;
    Ok(text)
}

/// Inodes of the sockets that a process has open, by its folder in /proc, as far as one may look.
pub fn open_sockets(process: &Path) -> BTreeSet<u64> {
    let links = fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
    let targets = links.filter_map(|link| fs::read_link(link.path()).ok());
    targets.filter_map(|target| target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()).collect()
}

/// A row: number, local address and port in hex, remote ones, state, queues, timer, retransmissions, user, timeout, inode
/// (proc_net_tcp of the kernel's documentation).
fn rows(table: &str, of: Use, port: u16) -> Vec<Socket> {
    let row = |line: &str| {
        let columns: Vec<&str> = line.split_ascii_whitespace().collect();
        let (_, local_port) = columns.get(1)?.rsplit_once(':')?;
        let wanted = u16::from_str_radix(local_port, 16).ok()? == port && *columns.get(3)? == of.state();
        let (uid, inode) = (columns.get(7)?.parse().ok()?, columns.get(9)?.parse().ok()?);
        wanted.then_some(Socket { uid, inode })
    };
    table.lines().skip(1).filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_gives_the_sockets_of_one_port_and_use() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
            0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 17 1 x\n\
            1: 0100007F:1F90 0100007F:0050 01 00000000:00000000 00:00000000 00000000     0        0 18 1 x\n\
            2: 00000000:01BB 00000000:0000 0A 00000000:00000000 00:00000000 00000000   108        0 19 1 x\n\
            3: 00000000:01BB 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 20 1 x\n";
        assert_eq!(rows(table, Use::Listens, 8080), [Socket { uid: 0, inode: 17 }]);
        assert_eq!(rows(table, Use::Listens, 443), [Socket { uid: 108, inode: 19 }]);
        assert_eq!(rows(table, Use::Bound, 443), [Socket { uid: 1000, inode: 20 }]);
        assert_eq!(rows(table, Use::Listens, 80), []);
    }

    #[test]
    fn a_table_that_makes_no_sense_has_no_sockets() {
        assert_eq!(rows("header\nshort\n\n: 14E9\n1: x:14E9\n1: 0:zz a b c d e f g h", Use::Bound, 5353), []);
    }

    #[test]
    fn a_socket_is_there_whatever_others_are_closed_meanwhile() {
        let bind = || std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let kept = bind();
        let port = kept.local_addr().unwrap().port();
        let is_over = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                    drop([(); 8].map(|()| bind()));
                }
            });
            let missed = (0..2_000).filter(|_| sockets(Use::Bound, port).len() != 1).count();
            is_over.store(true, std::sync::atomic::Ordering::Relaxed);
            // A table of more than a page, as beside many other tests, may be torn all the same.
            assert!(missed < 4, "{missed}");
        });
    }

    #[test]
    fn a_socket_of_this_process_is_there_as_its_own() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let [Socket { inode, .. }] = sockets(Use::Listens, port)[..] else { panic!("one listens") };
        assert!(open_sockets(Path::new("/proc/self")).contains(&inode));
        drop(listener);
        assert_eq!(sockets(Use::Listens, port), []);
    }
}
