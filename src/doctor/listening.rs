//! Where a running porch listens, written down for `porch doctor` and `porch qr`, which are other processes.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::store;

/// In the data folder. What it says counts only while a porch holds the folder.
const FILE: &str = "listening.json";
/// Bytes read of it: it has a hundred.
const FILE_BYTES_MAX: u64 = 4 << 10;
/// A porch on the same machine answers within this, even one that is busy.
const ANSWER_WAIT: Duration = Duration::from_secs(2);

/// The addresses that a running porch has bound, and its process.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Listening {
    pub https: SocketAddr,
    pub http: SocketAddr,
    /// Not known of one that was only found by its answers.
    pub pid: Option<u32>,
}

impl Listening {
    /// Writes it down in the data folder, which this process holds.
    pub fn write(&self, data_dir: &Path) -> io::Result<()> {
        let fresh = data_dir.join(FILE).with_extension("new");
        fs::write(&fresh, serde_json::to_string(self)?)?;
        fs::rename(fresh, data_dir.join(FILE))
    }

    /// Takes it away: what a porch of before wrote, or this one at its end.
    pub fn clear(data_dir: &Path) -> io::Result<()> {
        match fs::remove_file(data_dir.join(FILE)) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(fault),
            _ => Ok(()),
        }
    }

    /// What the porch that holds this folder has written; none where none runs, or where we may not look.
    pub fn read(data_dir: &Path) -> Option<Self> {
        if !store::is_held(data_dir).unwrap_or(false) {
            return None;
        }
        let mut text = String::new();
        fs::File::open(data_dir.join(FILE)).ok()?.take(FILE_BYTES_MAX).read_to_string(&mut text).ok()?;
        serde_json::from_str(&text).ok()
    }
}

/// Whether a porch answers plain HTTP here: `GET /healthz` says `ok`.
pub(super) fn answers(bound: SocketAddr) -> bool {
    let asked = || -> io::Result<String> {
        let mut stream = connect(bound)?;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.take(FILE_BYTES_MAX).read_to_string(&mut answer)?;
        Ok(answer)
    };
    asked().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n\r\nok"))
}

/// Whether anything takes connections here.
pub(super) fn accepts(bound: SocketAddr) -> bool {
    connect(bound).is_ok()
}

/// Connects to a listener of this machine.
fn connect(bound: SocketAddr) -> io::Result<TcpStream> {
    let ip = match bound.ip() {
        // Everywhere, IPv4 included.
        ip if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        ip => ip,
    };
    let stream = TcpStream::connect_timeout(&SocketAddr::new(ip, bound.port()), ANSWER_WAIT).or_else(|fault| {
        // A kernel may be told to keep IPv4 out of IPv6 sockets.
        if bound.ip() != IpAddr::V6(Ipv6Addr::UNSPECIFIED) {
            return Err(fault);
        }
        TcpStream::connect_timeout(&SocketAddr::from((Ipv6Addr::LOCALHOST, bound.port())), ANSWER_WAIT)
    })?;
    stream.set_read_timeout(Some(ANSWER_WAIT))?;
    stream.set_write_timeout(Some(ANSWER_WAIT))?;
    Ok(stream)
}

/// Looks for a porch where the configuration says that one would be: for those who may not look into its folder.
pub fn find(https: &[SocketAddr], http: &[SocketAddr]) -> Option<Listening> {
    let http = http.iter().copied().find(|address| address.port() != 0 && answers(*address))?;
    let https = https.iter().copied().find(|address| address.port() != 0 && accepts(*address))?;
    Some(Listening { https, http, pid: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listening() -> Listening {
        Listening { https: "[::]:443".parse().unwrap(), http: "[::]:80".parse().unwrap(), pid: Some(7) }
    }

    #[test]
    fn what_was_written_counts_while_the_folder_is_held() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = store::Store::open(dir.path(), || 0).unwrap();
        assert_eq!(Listening::read(dir.path()), None);
        listening().write(dir.path()).unwrap();
        assert_eq!(Listening::read(dir.path()), Some(listening()));
        store.close();
        drop(store);
        assert_eq!(Listening::read(dir.path()), None, "its writer is gone");
        assert!(Listening::clear(dir.path()).is_ok());
        assert!(Listening::clear(dir.path()).is_ok(), "nothing is left to take away");
    }

    #[test]
    fn a_listener_that_says_nothing_of_porch_is_not_taken_for_one() {
        let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = other.local_addr().unwrap();
        let talk = std::thread::spawn(move || {
            let (mut stream, _) = other.accept().unwrap();
            let _ = stream.read(&mut [0; 512]);
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nhello").unwrap();
        });
        assert!(!answers(address));
        talk.join().unwrap();
        assert!(!accepts(address), "it has gone");
    }
}
