//! One mDNS daemon of `mdns-sd`: a thread that answers for what is registered with it, on the interfaces people use.
//!
//! What it does by itself and must not do here is kept from it by whoever uses it: see the module above.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use mdns_sd::{
    DaemonEvent, Error, HostnameResolutionEvent, IfKind, IfPredicate, MDNS_PORT, Receiver, ServiceDaemon, ServiceInfo,
};
use rustix::net::{AddressFamily, bind};
use tokio::time::timeout;

use super::wire::shared_socket;
use crate::lan::addresses::{Interfaces, reaches};
use crate::proto::limits::{MDNS_ANSWERS_MAX, MDNS_TIMERS_MAX};

/// How soon a daemon looks at the interfaces itself once it is told that they have changed, in seconds.
const LOOK_SECONDS: u32 = 1;
/// For a daemon that never looks: it is told.
const NEVER: u32 = 0;
/// How long saying goodbye may take: it is a few packets.
const GOODBYE_WAIT: Duration = Duration::from_secs(1);
/// How long it may be busy before it counts as hanging.
const ANSWER_WAIT: Duration = Duration::from_secs(10);

/// Through which interfaces, and at which of their addresses, the box is reached.
#[derive(Clone, Debug)]
pub(super) struct Reach {
    pub(super) interfaces: Interfaces,
    /// What the page's listener is bound to.
    pub(super) bound: IpAddr,
}

impl Reach {
    pub(super) fn holds(&self, address: IpAddr) -> bool {
        reaches(self.bound, address)
    }

    /// Interfaces to listen and speak on. Queries for an IPv4 address come by IPv6 too, and the other way round.
    fn links(&self) -> IfKind {
        let interfaces = self.interfaces.clone();
        IfKind::Predicate(IfPredicate::new(move |interface| interfaces.admit(interface)))
    }

    /// Addresses to tell people.
    fn addresses(&self) -> IfKind {
        let reach = self.clone();
        let is_told = move |interface: &if_addrs::Interface| {
            reach.interfaces.admit_address(interface) && reach.holds(interface.ip())
        };
        IfKind::Predicate(IfPredicate::new(is_told))
    }
}

/// A running daemon. Dropping it says goodbye, without waiting until it is said.
pub(super) struct Daemon {
    daemon: ServiceDaemon,
    events: Receiver<DaemonEvent>,
    reach: Reach,
    services: Vec<ServiceInfo>,
}

impl Daemon {
    pub(super) fn start(reach: &Reach) -> Result<Self, Error> {
        let daemon = ServiceDaemon::new()?;
        let events = daemon.monitor()?;
        let started = Self { daemon, events, reach: reach.clone(), services: Vec::new() };
        started.daemon.disable_interface(IfKind::All)?;
        started.daemon.enable_interface(reach.links())?;
        started.daemon.set_ip_check_interval(NEVER)?;
        Ok(started)
    }

    /// Announces a service, and the host name that it is on, at every address people can use.
    pub(super) fn register(&mut self, mut service: ServiceInfo) -> Result<(), Error> {
        service.set_interfaces(vec![self.reach.addresses()]);
        let service = service.enable_addr_auto();
        self.daemon.register(service.clone())?;
        self.services.push(service);
        Ok(())
    }

    /// Announces everything again: to replace what others remember of addresses that are gone.
    pub(super) fn announce_again(&self) -> Result<(), Error> {
        self.services.iter().try_for_each(|service| self.daemon.register(service.clone()))
    }

    /// Asks for the addresses of a host, and follows them. A second call asks anew, and ends what the first gave.
    pub(super) fn ask(&self, host: &str) -> Result<Receiver<HostnameResolutionEvent>, Error> {
        self.daemon.resolve_hostname(host, None)
    }

    /// Says that the interfaces have changed, or that no more is to be expected.
    pub(super) fn look_at_interfaces(&self, changing: bool) -> Result<(), Error> {
        self.daemon.set_ip_check_interval(if changing { LOOK_SECONDS } else { NEVER })
    }

    /// Fails when it remembers more than it should: it has no limit of its own.
    pub(super) async fn check_memory(&self) -> Result<(), Error> {
        let asked = self.daemon.get_metrics()?;
        let Ok(Ok(counts)) = timeout(ANSWER_WAIT, asked.recv_async()).await else { return Err(Error::DaemonShutdown) };
        let answers: i64 = counts.iter().filter(|(name, _)| name.starts_with("cached-")).map(|(_, count)| count).sum();
        let timers = counts.get("timer").copied().unwrap_or_default();
        if answers > MDNS_ANSWERS_MAX || timers > MDNS_TIMERS_MAX {
            return Err(Error::Msg("somebody floods the network with mDNS answers".into()));
        }
        Ok(())
    }

    /// The next thing that happened to it. Never, once its thread has ended.
    pub(super) async fn event(&self) -> Option<DaemonEvent> {
        self.events.recv_async().await.ok()
    }

    /// Takes everything back (RFC 6762, section 10.1), and ends.
    pub(super) async fn goodbye(self) {
        let Ok(ended) = self.daemon.shutdown() else { return };
        // Nobody is left to be told that it took too long.
        let _ = timeout(GOODBYE_WAIT, ended.recv_async()).await;
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It fails when it has ended already.
        let _ = self.daemon.shutdown();
    }
}

/// Whether the mDNS port can be had beside others: the daemon itself does not say.
pub(super) fn try_port() -> io::Result<()> {
    let tried = shared_socket(AddressFamily::INET)?;
    bind(&tried, &SocketAddr::from((Ipv4Addr::UNSPECIFIED, MDNS_PORT)))?;
    Ok(())
}
