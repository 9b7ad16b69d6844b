//! What answers for the box while the machine lets it: two daemons, the claim to the short name, and the loop that minds
//! what is heard.

use std::collections::{BTreeSet, HashSet};
use std::future::pending;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use mdns_sd::{DaemonEvent, Error, HostnameResolutionEvent, Receiver, ScopedIp, ServiceInfo};
use tokio::sync::watch;
use tokio::time::sleep_until;

use super::claim::{Claim, Input, Output};
use super::daemon::{Daemon, Reach};
use super::{Announcement, NameState, Names, alias, announce};
use crate::lan::addresses::NetworkSnapshot;

/// How often what the daemons remember is counted: a flood at full speed of a 100 Mbit/s network is some 50 MB by then.
const COUNT_INTERVAL: Duration = Duration::from_secs(10);
/// How long the daemons look at the interfaces themselves after a change: an address may follow its link.
const SETTLING: Duration = Duration::from_secs(4);
/// Bytes of a DNS label.
const LABEL_BYTES_MAX: usize = 63;
/// The kind of service that carries the short name, which is on none of the others. Nobody looks for it.
const NAME_SERVICE: &str = "_porch-name._tcp.local.";

/// What answers for the box: the daemons, and the claim to the short name.
pub(super) struct BoxResponder<'a> {
    announcement: &'a Announcement,
    reach: Reach,
    alias: String,
    names: Names,
    claim: Claim,
    network: NetworkSnapshot,
    /// Addresses that others remember of the box.
    announced: BTreeSet<IpAddr>,
    /// Holds the alias and the services, and listens to who answers to the short name.
    services: Daemon,
    answers: Option<Receiver<HostnameResolutionEvent>>,
    /// Holds the short name, or is about to.
    holder: Option<Daemon>,
    /// Until when the daemons look at the interfaces themselves.
    settled_at: Option<Instant>,
    count_at: Instant,
}

/// What woke the responder.
enum Heard {
    Answer(Option<HostnameResolutionEvent>),
    Holder(Option<DaemonEvent>),
    CountIsDue,
    Counted(Who, Result<(), Error>),
    Network(NetworkSnapshot),
    Services(Option<DaemonEvent>),
    Settled,
    Tick,
}

/// One of the two daemons.
enum Who {
    Holder,
    Services,
}

impl<'a> BoxResponder<'a> {
    pub(super) async fn start(announcement: &'a Announcement) -> Result<Self, Error> {
        let reach = Reach { interfaces: announcement.interfaces.clone(), bound: announcement.bound };
        let mut services = Daemon::start(&reach).await?;
        for (kind, port) in [("_https._tcp", announcement.https_port), ("_http._tcp", announcement.http_port)] {
            services.register(service(announcement, kind, port)?).await?;
        }
        Ok(Self {
            announcement,
            reach,
            alias: alias(&announcement.label, &announcement.id),
            names: Names::new(&announcement.label, &announcement.id),
            claim: Claim::new(pause(&announcement.id)),
            network: NetworkSnapshot::default(),
            announced: BTreeSet::new(),
            services,
            answers: None,
            holder: None,
            settled_at: None,
            count_at: Instant::now() + COUNT_INTERVAL,
        })
    }

    /// Runs until something goes wrong, and gives what. Whatever it is at may be left: then comes [`Self::goodbye`].
    pub(super) async fn run(
        &mut self,
        network: &mut watch::Receiver<NetworkSnapshot>,
        names: &watch::Sender<Names>,
    ) -> String {
        let seen = network.borrow_and_update().clone();
        let mut followed = self.network_is(seen).await;
        loop {
            if let Err(fault) = followed {
                return fault.to_string();
            }
            self.publish(names);
            let heard = tokio::select! {
                changed = network.changed() => match changed {
                    Ok(()) => Heard::Network(network.borrow_and_update().clone()),
                    Err(_) => return "nobody looks at the network any more".into(),
                },
                heard = self.hear() => heard,
            };
            followed = self.follow(heard).await;
        }
    }

    async fn follow(&mut self, heard: Heard) -> Result<(), Error> {
        match heard {
            Heard::Answer(Some(event)) => self.answered(event).await,
            // Its channel is closed when it overflows: what is known is asked for anew.
            Heard::Answer(None) => self.carry_out(Output::Ask).await,
            Heard::Holder(Some(event)) => self.holder_says(event).await,
            Heard::Services(Some(DaemonEvent::IpDel(_))) => self.services.announce_again().await,
            Heard::Services(Some(_)) => Ok(()),
            Heard::Holder(None) | Heard::Services(None) => Err(Error::Msg("the mDNS thread has ended".into())),
            Heard::CountIsDue => self.count().await,
            Heard::Counted(who, found) => self.counted(&who, found),
            Heard::Network(seen) => {
                self.interfaces_change(true).await?;
                self.network_is(seen).await
            }
            Heard::Settled => {
                // Once more, for those who missed it.
                self.announce_addresses();
                self.interfaces_change(false).await
            }
            Heard::Tick => self.step(Input::Tick).await,
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
        let holder_counted = async {
            match &self.holder {
                Some(holder) => Heard::Counted(Who::Holder, holder.counted().await),
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
            heard = holder_counted => heard,
            found = self.services.counted() => Heard::Counted(Who::Services, found),
            () = at(Some(self.count_at)) => Heard::CountIsDue,
        }
    }

    async fn network_is(&mut self, network: NetworkSnapshot) -> Result<(), Error> {
        if self.network == network {
            return Ok(());
        }
        self.network = network;
        self.announce_addresses();
        let is_on_lan = announce::announced(&self.network, &self.reach).next().is_some();
        self.step(Input::Network { own: self.network.own().collect(), is_on_lan }).await
    }

    /// Announces what the box's addresses are, and says goodbye for those it has no longer.
    fn announce_addresses(&mut self) {
        let now: BTreeSet<IpAddr> = announce::announced(&self.network, &self.reach).collect();
        let gone: BTreeSet<IpAddr> = self.announced.difference(&now).copied().collect();
        let labels = labels(self.announcement, &self.alias, self.names.state);
        announce::goodbye(&self.network, &self.reach, &labels, &gone);
        announce::addresses(&self.network, &self.reach, &labels);
        self.announced = now;
    }

    async fn interfaces_change(&mut self, changing: bool) -> Result<(), Error> {
        self.settled_at = changing.then(|| Instant::now() + SETTLING);
        self.services.look_at_interfaces(changing).await?;
        match &self.holder {
            Some(holder) => holder.look_at_interfaces(changing).await,
            None => Ok(()),
        }
    }

    /// Has the daemons count what they remember; what they find is heard when it comes.
    async fn count(&mut self) -> Result<(), Error> {
        self.count_at = Instant::now() + COUNT_INTERVAL;
        self.services.count().await?;
        match &mut self.holder {
            Some(holder) => holder.count().await,
            None => Ok(()),
        }
    }

    fn counted(&mut self, who: &Who, found: Result<(), Error>) -> Result<(), Error> {
        let counter = match who {
            Who::Holder => self.holder.as_mut(),
            Who::Services => Some(&mut self.services),
        };
        if let Some(counter) = counter {
            counter.count_is_heard();
        }
        found
    }

    async fn answered(&mut self, event: HostnameResolutionEvent) -> Result<(), Error> {
        match event {
            HostnameResolutionEvent::AddressesFound(_, addresses) => self.found(plain(&addresses)).await,
            HostnameResolutionEvent::AddressesRemoved(_, addresses) => self.step(Input::Gone(plain(&addresses))).await,
            _ => Ok(()),
        }
    }

    async fn found(&mut self, addresses: BTreeSet<IpAddr>) -> Result<(), Error> {
        let now = Instant::now();
        // The daemons may have seen, and announced, an address of this machine before the look every other second.
        if addresses.iter().any(|address| !self.claim.is_own(*address, now))
            && let Ok(seen) = NetworkSnapshot::listed(&self.announcement.interfaces)
        {
            self.network_is(seen).await?;
        }
        self.step(Input::Answers(addresses)).await
    }

    async fn holder_says(&mut self, event: DaemonEvent) -> Result<(), Error> {
        match event {
            DaemonEvent::Announce(..) => self.step(Input::Announced).await,
            DaemonEvent::NameChange(_) => self.step(Input::Contested).await,
            DaemonEvent::IpDel(_) => match &self.holder {
                Some(holder) => holder.announce_again().await,
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    async fn step(&mut self, input: Input) -> Result<(), Error> {
        for output in self.claim.step(input, Instant::now()) {
            self.carry_out(output).await?;
        }
        Ok(())
    }

    async fn carry_out(&mut self, output: Output) -> Result<(), Error> {
        match output {
            Output::Ask => self.answers = Some(self.services.ask(&host(&self.announcement.label)).await?),
            Output::Claim => self.hold(true).await?,
            Output::ClaimAtOnce => self.hold(false).await?,
            Output::Release => self.holder = None,
        }
        Ok(())
    }

    async fn hold(&mut self, probing: bool) -> Result<(), Error> {
        let Announcement { label, https_port, .. } = self.announcement;
        let mut name = ServiceInfo::new(NAME_SERVICE, &self.alias, &host(label), (), *https_port, None)?;
        name.set_requires_probe(probing);
        let mut holder = Daemon::start(&self.reach).await?;
        holder.register(name).await?;
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
            self.announce_addresses();
        } else if was_held {
            announce::goodbye(&self.network, &self.reach, &[&self.announcement.label], &self.announced);
        }
        names.send_replace(self.names.clone());
    }

    pub(super) async fn goodbye(mut self) {
        let labels = labels(self.announcement, &self.alias, self.names.state);
        let holder = self.holder.take();
        let holder = async {
            if let Some(holder) = holder {
                holder.goodbye().await;
            }
        };
        tokio::join!(holder, self.services.goodbye());
        announce::goodbye(&self.network, &self.reach, &labels, &self.announced);
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
    fn pauses_differ_and_stay_below_a_second() {
        assert_eq!(pause("0000"), Duration::ZERO);
        assert_eq!(pause("8000"), Duration::from_millis(500));
        assert!(pause("ffff") < Duration::from_secs(1));
    }
}
