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
//! about addresses, `tell` says.

mod claim;
mod daemon;
mod responder;
mod tell;

use std::collections::{BTreeSet, HashSet};
use std::future::pending;
use std::io;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use mdns_sd::{DaemonEvent, Error, HostnameResolutionEvent, Receiver, ScopedIp, ServiceInfo};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep_until, timeout};

use super::addresses::{Interfaces, Network};
use claim::{Claim, Input, Output};
use daemon::{Daemon, Reach, try_port};
pub use responder::{Responder, other_responders};

/// How long until mDNS is tried again on a machine that refuses it.
const RETRY_INTERVAL: Duration = Duration::from_secs(60);
/// How long the daemons look at the interfaces themselves after a change: an address may follow its link.
const SETTLING: Duration = Duration::from_secs(4);
/// How often what the daemons remember is counted: a flood at full speed of a 100 Mbit/s network is some 50 MB by then.
const MEMORY_INTERVAL: Duration = Duration::from_secs(10);
/// Bytes of a DNS label.
const LABEL_BYTES_MAX: usize = 63;
/// The kind of service that carries the short name, which is on none of the others. Nobody looks for it.
const NAME_SERVICE: &str = "_porch-name._tcp.local.";

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
    pub fn start(announcement: Announcement, network: watch::Receiver<Network>) -> Self {
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
    mut network: watch::Receiver<Network>,
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
    network: &mut watch::Receiver<Network>,
    names: &watch::Sender<Names>,
    stopped: &mut watch::Receiver<bool>,
) -> End {
    if let Err(fault) = try_port() {
        return End::Failed(refused(&fault));
    }
    let mut voice = match Voice::start(announcement) {
        Ok(voice) => voice,
        Err(fault) => return End::Failed(fault.to_string()),
    };
    let ended = voice.speak(network, names, stopped).await;
    voice.goodbye().await;
    match ended {
        Ok(()) => End::Asked,
        Err(fault) => End::Failed(fault),
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

/// What speaks for the box: the daemons, and the claim to the short name.
struct Voice<'a> {
    announcement: &'a Announcement,
    reach: Reach,
    alias: String,
    names: Names,
    claim: Claim,
    network: Network,
    /// Addresses that others remember of the box.
    told: BTreeSet<IpAddr>,
    /// Holds the alias and the services, and listens to who answers to the short name.
    services: Daemon,
    answers: Option<Receiver<HostnameResolutionEvent>>,
    /// Holds the short name, or is about to.
    holder: Option<Daemon>,
    /// Until when the daemons look at the interfaces themselves.
    settled_at: Option<Instant>,
    count_at: Instant,
}

/// What woke the voice.
enum Heard {
    Answer(Option<HostnameResolutionEvent>),
    Holder(Option<DaemonEvent>),
    MemoryIsDue,
    Network(bool),
    Services(Option<DaemonEvent>),
    Settled,
    Tick,
}

impl<'a> Voice<'a> {
    fn start(announcement: &'a Announcement) -> Result<Self, Error> {
        let reach = Reach { interfaces: announcement.interfaces.clone(), bound: announcement.bound };
        let mut services = Daemon::start(&reach)?;
        for (kind, port) in [("_https._tcp", announcement.https_port), ("_http._tcp", announcement.http_port)] {
            services.register(service(announcement, kind, port)?)?;
        }
        Ok(Self {
            announcement,
            reach,
            alias: alias(&announcement.label, &announcement.id),
            names: Names::new(&announcement.label, &announcement.id),
            claim: Claim::new(pause(&announcement.id)),
            network: Network::default(),
            told: BTreeSet::new(),
            services,
            answers: None,
            holder: None,
            settled_at: None,
            count_at: Instant::now() + MEMORY_INTERVAL,
        })
    }

    /// Ends when it is asked to, or with what went wrong.
    async fn speak(
        &mut self,
        network: &mut watch::Receiver<Network>,
        names: &watch::Sender<Names>,
        stopped: &mut watch::Receiver<bool>,
    ) -> Result<(), String> {
        let seen = network.borrow_and_update().clone();
        self.network_is(seen).map_err(|fault| fault.to_string())?;
        loop {
            self.publish(names);
            let heard = tokio::select! {
                _ = stopped.wait_for(|stopped| *stopped) => return Ok(()),
                changed = network.changed() => Heard::Network(changed.is_ok()),
                heard = self.hear() => heard,
            };
            let followed = match heard {
                Heard::Answer(Some(event)) => self.answered(event),
                // Its channel is closed when it overflows: what is known is asked for anew.
                Heard::Answer(None) => self.carry_out(Output::Ask),
                Heard::Holder(Some(event)) => self.holder_says(event),
                Heard::Services(Some(DaemonEvent::IpDel(_))) => self.services.announce_again(),
                Heard::Services(Some(_)) => Ok(()),
                Heard::Holder(None) | Heard::Services(None) => return Err("the mDNS thread has ended".into()),
                Heard::MemoryIsDue => self.check_memory().await,
                Heard::Network(true) => {
                    let seen = network.borrow_and_update().clone();
                    self.interfaces_change(true).and_then(|()| self.network_is(seen))
                }
                Heard::Network(false) => return Err("nobody looks at the network any more".into()),
                Heard::Settled => {
                    // Once more, for those who missed it.
                    self.tell_addresses();
                    self.interfaces_change(false)
                }
                Heard::Tick => self.step(Input::Tick),
            };
            followed.map_err(|fault| fault.to_string())?;
        }
    }

    async fn hear(&self) -> Heard {
        let answer = async {
            match &self.answers {
                Some(answers) => Heard::Answer(answers.recv_async().await.ok()),
                None => pending().await,
            }
        };
        let holder = async {
            match &self.holder {
                Some(holder) => Heard::Holder(holder.event().await),
                None => pending().await,
            }
        };
        tokio::select! {
            // Who answers to the name is to be known before what became of the claim.
            biased;
            heard = answer => heard,
            heard = holder => heard,
            event = self.services.event() => Heard::Services(event),
            () = at(self.settled_at) => Heard::Settled,
            () = at(self.claim.wake_at()) => Heard::Tick,
            () = at(Some(self.count_at)) => Heard::MemoryIsDue,
        }
    }

    fn network_is(&mut self, network: Network) -> Result<(), Error> {
        if self.network == network {
            return Ok(());
        }
        self.network = network;
        self.tell_addresses();
        let is_on_lan = tell::told(&self.network, &self.reach).next().is_some();
        self.step(Input::Network { own: self.network.own().collect(), is_on_lan })
    }

    /// Tells what the box's addresses are, and which are no longer.
    fn tell_addresses(&mut self) {
        let now: BTreeSet<IpAddr> = tell::told(&self.network, &self.reach).collect();
        let gone: BTreeSet<IpAddr> = self.told.difference(&now).copied().collect();
        let labels = labels(self.announcement, &self.alias, self.names.state);
        tell::take_back(&self.network, &self.reach, &labels, &gone);
        tell::announce(&self.network, &self.reach, &labels);
        self.told = now;
    }

    fn interfaces_change(&mut self, changing: bool) -> Result<(), Error> {
        self.settled_at = changing.then(|| Instant::now() + SETTLING);
        self.services.look_at_interfaces(changing)?;
        self.holder.as_ref().map_or(Ok(()), |holder| holder.look_at_interfaces(changing))
    }

    async fn check_memory(&mut self) -> Result<(), Error> {
        self.count_at = Instant::now() + MEMORY_INTERVAL;
        self.services.check_memory().await?;
        match &self.holder {
            Some(holder) => holder.check_memory().await,
            None => Ok(()),
        }
    }

    fn answered(&mut self, event: HostnameResolutionEvent) -> Result<(), Error> {
        match event {
            HostnameResolutionEvent::AddressesFound(_, addresses) => self.found(plain(&addresses)),
            HostnameResolutionEvent::AddressesRemoved(_, addresses) => self.step(Input::Gone(plain(&addresses))),
            _ => Ok(()),
        }
    }

    fn found(&mut self, addresses: BTreeSet<IpAddr>) -> Result<(), Error> {
        let now = Instant::now();
        // The daemons may have seen, and announced, an address of this machine before the look every other second.
        if addresses.iter().any(|address| !self.claim.is_own(*address, now))
            && let Ok(seen) = Network::listed(&self.announcement.interfaces)
        {
            self.network_is(seen)?;
        }
        self.step(Input::Answers(addresses))
    }

    fn holder_says(&mut self, event: DaemonEvent) -> Result<(), Error> {
        match event {
            DaemonEvent::Announce(..) => self.step(Input::Announced),
            DaemonEvent::NameChange(_) => self.step(Input::Contested),
            DaemonEvent::IpDel(_) => self.holder.as_ref().map_or(Ok(()), Daemon::announce_again),
            _ => Ok(()),
        }
    }

    fn step(&mut self, input: Input) -> Result<(), Error> {
        let outputs = self.claim.step(input, Instant::now());
        outputs.into_iter().try_for_each(|output| self.carry_out(output))
    }

    fn carry_out(&mut self, output: Output) -> Result<(), Error> {
        match output {
            Output::Ask => self.answers = Some(self.services.ask(&host(&self.announcement.label))?),
            Output::Claim => self.hold(true)?,
            Output::ClaimAtOnce => self.hold(false)?,
            Output::Release => self.holder = None,
        }
        Ok(())
    }

    fn hold(&mut self, probing: bool) -> Result<(), Error> {
        let Announcement { label, https_port, .. } = self.announcement;
        let mut name = ServiceInfo::new(NAME_SERVICE, &self.alias, &host(label), (), *https_port, None)?;
        name.set_requires_probe(probing);
        let mut holder = Daemon::start(&self.reach)?;
        holder.register(name)?;
        self.holder = Some(holder);
        Ok(())
    }

    /// Lets everybody know what became of the short name; people who read the log, once.
    fn publish(&mut self, names: &watch::Sender<Names>) {
        let state = self.claim.state();
        if self.names.state == state {
            return;
        }
        let Names { short, alias, .. } = &self.names;
        match (self.names.state, state) {
            (NameState::Taken { .. }, NameState::Taken { .. }) => {}
            (_, NameState::Held) => log::info!("on the network, the box is called {short} and {alias}"),
            (_, NameState::Taken { by: Some(by) }) => log::warn!(
                "{short} is taken by {by}: the box is called {alias}, and will be {short} too once that is free"
            ),
            _ => {}
        }
        let was_held = self.names.state == NameState::Held;
        self.names.state = state;
        if state == NameState::Held {
            self.tell_addresses();
        } else if was_held {
            tell::take_back(&self.network, &self.reach, &[&self.announcement.label], &self.told);
        }
        names.send_replace(self.names.clone());
    }

    async fn goodbye(mut self) {
        let labels = labels(self.announcement, &self.alias, self.names.state);
        let holder = self.holder.take();
        let holder = async {
            if let Some(holder) = holder {
                holder.goodbye().await;
            }
        };
        tokio::join!(holder, self.services.goodbye());
        tell::take_back(&self.network, &self.reach, &labels, &self.told);
    }
}

/// What the box answers to: labels below `.local`.
fn labels<'a>(announcement: &'a Announcement, alias: &'a str, short: NameState) -> Vec<&'a str> {
    match short {
        NameState::Held => vec![alias, &announcement.label],
        _ => vec![alias],
    }
}

/// A service of the box, on its alias: no conflict over the short name touches it, and its own name is as unique.
fn service(announcement: &Announcement, kind: &str, port: u16) -> Result<ServiceInfo, Error> {
    let Announcement { box_name, label, id, version, .. } = announcement;
    let host = host(&alias(label, id));
    let about = [("version", *version), ("path", "/")];
    let kind = format!("{kind}.local.");
    let mut service = ServiceInfo::new(&kind, &instance(box_name, id), &host, (), port, &about[..])?;
    service.set_requires_probe(false);
    Ok(service)
}

/// What lists of services show: the box's name as people write it, and what tells it from others of that name. One DNS
/// label, so a long name is cut.
fn instance(box_name: &str, id: &str) -> String {
    let suffix = format!(" ({id})");
    let bytes_max = LABEL_BYTES_MAX - suffix.len();
    let fits = |(at, character): &(usize, char)| at + character.len_utf8() <= bytes_max;
    let name: String = box_name.char_indices().take_while(fits).map(|(_, character)| character).collect();
    format!("{}{suffix}", name.trim_end())
}

fn host(label: &str) -> String {
    format!("{label}.local.")
}

/// Up to a second, of each box its own.
fn pause(id: &str) -> Duration {
    let share = u16::from_str_radix(id, 16).unwrap_or_default();
    Duration::from_secs(1) * u32::from(share) / (u32::from(u16::MAX) + 1)
}

fn plain(addresses: &HashSet<ScopedIp>) -> BTreeSet<IpAddr> {
    addresses.iter().map(ScopedIp::to_ip_addr).collect()
}

async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time.into()).await,
        None => pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_any_script_is_one_label_with_what_makes_it_unique() {
        assert_eq!(instance("教室", "7f3a"), "教室 (7f3a)");
        let longest = instance(&"好".repeat(32), "7f3a");
        assert_eq!(longest, format!("{} (7f3a)", "好".repeat(18)));
        assert!(longest.len() <= LABEL_BYTES_MAX);
        assert_eq!(instance(&format!("{} x", "a".repeat(55)), "7f3a"), format!("{} (7f3a)", "a".repeat(55)));
    }

    #[test]
    fn two_boxes_without_a_latin_name_differ_by_their_alias() {
        let (one, other) = (Names::new("porch", "7f3a"), Names::new("porch", "0c11"));
        assert_eq!(one.short, other.short);
        assert_eq!((one.alias.as_str(), other.alias.as_str()), ("porch-7f3a.local", "porch-0c11.local"));
    }

    #[test]
    fn pauses_differ_and_stay_below_a_second() {
        assert_eq!(pause("0000"), Duration::ZERO);
        assert_eq!(pause("8000"), Duration::from_millis(500));
        assert!(pause("ffff") < Duration::from_secs(1));
    }
}
