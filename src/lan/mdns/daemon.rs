//! One mDNS daemon of `mdns-sd`: a thread that answers for what is registered with it, on the interfaces people use.
//!
//! What it does by itself and must not do here is kept from it by whoever uses it: see the module above.

use std::future::pending;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use mdns_sd::{
    DaemonEvent, Error, HostnameResolutionEvent, IfKind, IfPredicate, MDNS_PORT, Metrics, Receiver, ServiceDaemon,
    ServiceInfo,
};
use rustix::net::{AddressFamily, bind};
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep, timeout, timeout_at};

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
/// How soon a daemon that could take no more orders is asked again.
const AGAIN_WAIT: Duration = Duration::from_millis(50);

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
    /// The count that was asked for, and by when it is there.
    counting: Option<(Receiver<Metrics>, Instant)>,
}

impl Daemon {
    pub(super) async fn start(reach: &Reach) -> Result<Self, Error> {
        let daemon = ServiceDaemon::new()?;
        let events = patiently(|| daemon.monitor()).await?;
        let started = Self { daemon, events, reach: reach.clone(), services: Vec::new(), counting: None };
        patiently(|| started.daemon.disable_interface(IfKind::All)).await?;
        patiently(|| started.daemon.enable_interface(reach.links())).await?;
        started.look_at_interfaces(false).await?;
        Ok(started)
    }

    /// Announces a service, and the host name that it is on, at every address people can use.
    pub(super) async fn register(&mut self, mut service: ServiceInfo) -> Result<(), Error> {
        service.set_interfaces(vec![self.reach.addresses()]);
        let service = service.enable_addr_auto();
        patiently(|| self.daemon.register(service.clone())).await?;
        self.services.push(service);
        Ok(())
    }

    /// Announces everything again: to replace what others remember of addresses that are gone.
    pub(super) async fn announce_again(&self) -> Result<(), Error> {
        for service in &self.services {
            patiently(|| self.daemon.register(service.clone())).await?;
        }
        Ok(())
    }

    /// Asks for the addresses of a host, and follows them. A second call asks anew, and ends what the first gave.
    pub(super) async fn ask(&self, host: &str) -> Result<Receiver<HostnameResolutionEvent>, Error> {
        patiently(|| self.daemon.resolve_hostname(host, None)).await
    }

    /// Says that the interfaces have changed, or that no more is to be expected.
    pub(super) async fn look_at_interfaces(&self, changing: bool) -> Result<(), Error> {
        let seconds = if changing { LOOK_SECONDS } else { NEVER };
        patiently(|| self.daemon.set_ip_check_interval(seconds)).await
    }

    /// Has it count what it remembers: see [`Self::counted`].
    pub(super) async fn count(&mut self) -> Result<(), Error> {
        let asked = patiently(|| self.daemon.get_metrics()).await?;
        self.counting = Some((asked, Instant::now() + ANSWER_WAIT));
        Ok(())
    }

    /// Waits for what was counted; fails when it is more than it should be, since it has no limit of its own, or when
    /// no answer comes. Never, where nothing is being counted.
    pub(super) async fn counted(&self) -> Result<(), Error> {
        let Some((asked, until)) = &self.counting else { return pending().await };
        let Ok(Ok(counts)) = timeout_at(*until, asked.recv_async()).await else { return Err(Error::DaemonShutdown) };
        let answers: i64 = counts.iter().filter(|(name, _)| name.starts_with("cached-")).map(|(_, count)| count).sum();
        let timers = counts.get("timer").copied().unwrap_or_default();
        if answers > MDNS_ANSWERS_MAX || timers > MDNS_TIMERS_MAX {
            return Err(Error::Msg("somebody floods the network with mDNS answers".into()));
        }
        Ok(())
    }

    /// What was counted has been heard.
    pub(super) fn count_is_heard(&mut self) {
        self.counting = None;
    }

    /// The next thing that happened to it. Never, once its thread has ended.
    pub(super) async fn event(&self) -> Option<DaemonEvent> {
        self.events.recv_async().await.ok()
    }

    /// Takes everything back (RFC 6762, section 10.1), and ends.
    pub(super) async fn goodbye(self) {
        let said = async {
            if let Ok(ended) = patiently(|| self.daemon.shutdown()).await {
                let _ = ended.recv_async().await;
            }
        };
        // Nobody is left to be told that it took too long.
        let _ = timeout(GOODBYE_WAIT, said).await;
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It fails when it has ended already; one that can take no orders now must not speak on for good.
        if matches!(self.daemon.shutdown(), Err(Error::Again))
            && let Ok(runtime) = Handle::try_current()
        {
            let daemon = self.daemon.clone();
            runtime.spawn(async move { patiently(|| daemon.shutdown()).await.is_ok() });
        }
    }
}

/// Gives an order again as long as the daemon has no place for it: its queue is short, and it is busy when the network
/// is. It counts as hanging after [`ANSWER_WAIT`].
async fn patiently<T>(order: impl Fn() -> Result<T, Error>) -> Result<T, Error> {
    let until = Instant::now() + ANSWER_WAIT;
    loop {
        match order() {
            Err(Error::Again) if Instant::now() < until => sleep(AGAIN_WAIT).await,
            taken => return taken,
        }
    }
}

/// Whether the mDNS port can be had beside others: the daemon itself does not say.
pub(super) fn try_port() -> io::Result<()> {
    let tried = shared_socket(AddressFamily::INET)?;
    bind(&tried, &SocketAddr::from((Ipv4Addr::UNSPECIFIED, MDNS_PORT)))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_order_that_finds_no_place_is_given_again() {
        let given = Cell::new(0);
        let taken = patiently(|| {
            given.set(given.get() + 1);
            if given.get() < 5 { Err(Error::Again) } else { Ok("taken") }
        });
        assert_eq!((taken.await, given.get()), (Ok("taken"), 5));
    }

    #[tokio::test(start_paused = true)]
    async fn a_daemon_that_never_has_a_place_counts_as_hanging_and_one_that_has_ended_is_not_asked_again() {
        let begun = Instant::now();
        assert_eq!(patiently(|| Err::<(), _>(Error::Again)).await, Err(Error::Again));
        assert!(begun.elapsed() >= ANSWER_WAIT);
        let given = Cell::new(0);
        let ended = patiently(|| {
            given.set(given.get() + 1);
            Err::<(), _>(Error::DaemonShutdown)
        });
        assert_eq!((ended.await, given.get()), (Err(Error::DaemonShutdown), 1));
    }
}
