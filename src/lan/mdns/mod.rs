//! Lets people find the box by name: multicast DNS (RFC 6762) and service discovery (RFC 6763).
//!
//! The *alias*, `<label>-<id>.local`, is this box's alone, and always announced; the services are on it. The *short
//! name*, `<label>.local`, is whoever's comes first: where it is taken, the box does without, says so, and takes it
//! once it is free. Entry point: [`Announcer::start`].
//!
//! `mdns-sd` answers, but it would rename what it finds taken, and remembers that for as long as it lives; it only
//! minds others while it probes; and it takes its own voice, heard by a second cable, for somebody else's. So: what
//! cannot be taken is announced without probing, by one daemon that stays; the short name has a daemon of its own,
//! which is ended when the name is lost; and the first listens to who answers to the short name, for `claim` to
//! decide. A daemon that starts to rename itself is ended before it has announced the new name. What it leaves unsaid
//! about addresses, `announce` tells.

mod announce;
mod box_responder;
mod claim;
mod daemon;
mod query;
mod responder;
mod wire;

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::addresses::{Interfaces, NetworkSnapshot};
use box_responder::BoxResponder;
use daemon::try_port;
pub use query::{listener, who_is};
pub use responder::{Responder, other_responders};
pub use wire::{GROUP_V4, GROUP_V6, PORT};

/// How long until mDNS is tried again on a machine that refuses it.
const RETRY_INTERVAL: Duration = Duration::from_secs(60);

/// Whether the box has its short name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NameState {
    /// It is not announced: the owner does not want it, or the machine refuses. The log says why.
    Off,
    /// It is being asked for, or there is no network to ask.
    Looking,
    /// The box answers to it.
    Held,
    /// Somebody else answers to it, from this address.
    Taken { by: Option<IpAddr> },
}

/// The box's names on the network, `.local` included.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Names {
    /// Easy to type, and held by one box of the network: see `state`.
    pub short: String,
    /// Of this box alone, for as long as it has its data folder.
    pub alias: String,
    pub state: NameState,
}

impl Names {
    /// Those of a box with this label (what stands before `.local`) and this id, not announced.
    pub fn new(label: &str, id: &str) -> Self {
        Self { short: format!("{label}.local"), alias: format!("{}.local", alias(label, id)), state: NameState::Off }
    }
}

/// The label that is this box's alone.
pub fn alias(label: &str, id: &str) -> String {
    format!("{label}-{id}")
}

/// What to announce.
#[derive(Clone, Debug)]
pub struct Announcement {
    /// What people call the box, in any script.
    pub box_name: String,
    /// The box's name as a DNS label.
    pub label: String,
    /// Four hexadecimal digits, other than those of any other box.
    pub id: String,
    /// What the page's listener is bound to.
    pub bound: IpAddr,
    pub https_port: u16,
    pub http_port: u16,
    pub version: &'static str,
    pub interfaces: Interfaces,
}

/// Announces the box until it is told to say goodbye.
pub struct Announcer {
    names: watch::Receiver<Names>,
    stop: watch::Sender<bool>,
    task: Option<JoinHandle<()>>,
}

impl Announcer {
    /// Starts announcing, and follows the network. Whatever goes wrong is logged and tried again.
    pub fn start(announcement: Announcement, network: watch::Receiver<NetworkSnapshot>) -> Self {
        let names = Names::new(&announcement.label, &announcement.id);
        if announcement.bound.is_loopback() {
            log::info!("not announced on the network: porch listens on {} only", announcement.bound);
            return Self::silent(names);
        }
        let (tell, names) = watch::channel(names);
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(keep_announcing(announcement, network, tell, stopped));
        Self { names, stop, task: Some(task) }
    }

    /// Announces nothing.
    pub fn silent(names: Names) -> Self {
        Self { names: watch::channel(names).1, stop: watch::channel(false).0, task: None }
    }

    /// The names, and what becomes of them.
    pub fn names(&self) -> watch::Receiver<Names> {
        self.names.clone()
    }

    /// Tells the network that the box goes. Takes at most two seconds.
    pub async fn goodbye(self) {
        let _ = self.stop.send(true);
        if let Some(task) = self.task
            && let Err(fault) = task.await
        {
            log::error!("announcing the box ended badly: {fault}");
        }
    }
}

/// Why announcing ended.
enum End {
    Asked,
    /// The daemon, or what it needs, is gone.
    Failed(String),
}

async fn keep_announcing(
    announcement: Announcement,
    mut network: watch::Receiver<NetworkSnapshot>,
    names: watch::Sender<Names>,
    mut stopped: watch::Receiver<bool>,
) {
    let neighbours = other_responders();
    for neighbour in &neighbours {
        log::info!("{neighbour} answers on the mDNS port, too; both work side by side");
    }
    let mut said = String::new();
    loop {
        let failed = match announce(&announcement, &mut network, &names, &mut stopped).await {
            End::Asked => return,
            End::Failed(reason) => reason,
        };
        names.send_modify(|names| names.state = NameState::Off);
        // It may stay like this for years.
        if said != failed {
            log::warn!(
                "the box cannot be found by name, only by its addresses: {failed}; tried again every {} s",
                RETRY_INTERVAL.as_secs()
            );
            said = failed;
        }
        if timeout(RETRY_INTERVAL, stopped.wait_for(|stopped| *stopped)).await.is_ok() {
            return;
        }
    }
}

async fn announce(
    announcement: &Announcement,
    network: &mut watch::Receiver<NetworkSnapshot>,
    names: &watch::Sender<Names>,
    stopped: &mut watch::Receiver<bool>,
) -> End {
    if let Err(fault) = try_port() {
        return End::Failed(refused(&fault));
    }
    let mut responder = match unless_asked(stopped, BoxResponder::start(announcement)).await {
        Some(Ok(responder)) => responder,
        Some(Err(fault)) => return End::Failed(fault.to_string()),
        None => return End::Asked,
    };
    let failed = unless_asked(stopped, responder.run(network, names)).await;
    responder.goodbye().await;
    failed.map_or(End::Asked, End::Failed)
}

/// What the work comes to. None where the box is asked to go before: a daemon that hangs, and what waits for it, must
/// not use up the time for saying goodbye.
async fn unless_asked<T>(stopped: &mut watch::Receiver<bool>, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        // An error says that nobody is left who could ask.
        _ = stopped.wait_for(|stopped| *stopped) => None,
        done = work => Some(done),
    }
}

fn refused(fault: &io::Error) -> String {
    let keepers: Vec<String> = match fault.kind() {
        io::ErrorKind::AddrInUse => other_responders().iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    };
    match keepers.as_slice() {
        [] => format!("the system refuses the mDNS port: {fault}"),
        keepers => format!("{} keeps the mDNS port for itself", keepers.join(" or ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_waits_for_a_daemon_that_hangs_stops_when_asked() {
        let (stop, mut stopped) = watch::channel(false);
        assert_eq!(unless_asked(&mut stopped, async { "done" }).await, Some("done"));
        let waiting = tokio::spawn(async move { unless_asked(&mut stopped, std::future::pending::<()>()).await });
        stop.send(true).unwrap();
        assert_eq!(waiting.await.unwrap(), None);
    }

    #[test]
    fn two_boxes_without_a_latin_name_differ_by_their_alias() {
        let (one, other) = (Names::new("porch", "7f3a"), Names::new("porch", "0c11"));
        assert_eq!(one.short, other.short);
        assert_eq!((one.alias.as_str(), other.alias.as_str()), ("porch-7f3a.local", "porch-0c11.local"));
    }
}
