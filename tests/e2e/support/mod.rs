//! What every test here stands on: the real binary, started on a folder of its own, and a small real client.
//!
//! The client knows the protocol from `docs/protocol.md` alone: it speaks JSON values, not the server's types.

mod bus;
mod door;
mod porch;
mod socket;
mod storm;

use std::future::Future;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(crate) use bus::{Bus, Service};
pub(crate) use door::{Answer, Door, Person, Wire, ask_plainly, ask_raw_plainly, number, password};
pub(crate) use porch::{BINARY, Folder, Porch, Start, run};
pub(crate) use socket::{Closed, Device, events, seq};
pub(crate) use storm::{send_all, storm};

/// The room for everybody: the first there is.
pub(crate) const EVERYONE: u64 = 1;

/// How long anything may take before a test gives up on it. Nothing is measured by it: a machine may be busy.
pub(crate) const DEADLINE: Duration = Duration::from_secs(120);

/// What makes a program's clock wrong: Debian's package `faketime`.
pub(crate) const FAKETIME: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";
pub(crate) const DAY: Duration = Duration::from_secs(86_400);

/// The time since 1970, which is right on this machine.
pub(crate) fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970")
}

pub(crate) fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).expect("a time within reason")
}

/// Waits for something that must happen.
pub(crate) async fn within<T>(what: &str, happening: impl Future<Output = T>) -> T {
    match tokio::time::timeout(DEADLINE, happening).await {
        Ok(happened) => happened,
        Err(_) => panic!("{what} did not happen within {DEADLINE:?}"),
    }
}

/// Waits until something holds that nobody tells of.
pub(crate) async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let looks = async {
        let mut ticks = tokio::time::interval(Duration::from_millis(20));
        while !holds() {
            ticks.tick().await;
        }
    };
    within(what, looks).await;
}

/// A number that the person at the keyboard may set: rounds, seconds.
pub(crate) fn from_env(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(value) => value.parse().unwrap_or_else(|_| panic!("{name} is a number, not {value:?}")),
        Err(_) => default,
    }
}

/// Whether something of the system's that a test stands on is installed, by its path. Where it is not, the test ends
/// with a word; not on a machine that is there to test.
pub(crate) fn tool(path: &str) -> bool {
    let there = std::path::Path::new(path).exists();
    assert!(there || std::env::var_os("CI").is_none(), "{path} is missing: see .ci/run");
    if !there {
        eprintln!("SKIPPED: {path} is missing");
    }
    there
}

/// The open files this process may have, raised as far as it may raise them.
pub(crate) fn raise_open_files() -> u64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current != maximum {
        // What cannot be raised is lived with: the answer says how many there are.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    }
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}
