//! `porch doctor`: looks at everything that porch stands on, and says what is wrong and what to do about it.
//!
//! Works beside a running porch and without one, as any user, and changes nothing: what it may not look at it says.
//! Each check is a small function from what was seen to a line of the report; looking and judging are apart. Entry
//! point: [`Doctor::examine`].

mod certificate;
mod clock;
mod disk;
mod emptied;
mod files;
pub mod listening;
mod name;
mod network;
mod open_files;
mod ports;
mod sockets;
pub mod texts;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use time::OffsetDateTime;

use crate::blobs::FilesState;
use crate::lan::mdns::Names;
use crate::lan::{self, Interfaces, LanInterface};
use crate::proto::doctor::{Check, Checked, Finding, Report};
use crate::store;
use crate::tls::HostNames;
use crate::tls::name::DnsName;

pub use certificate::Served;
pub use clock::Trust;
pub use disk::DatabaseState;
pub use emptied::is_emptied;
pub use listening::Listening;
use texts::line;

/// All checks together take at most this long. A disk that hangs, hangs for minutes.
const EXAMINE_WAIT: Duration = Duration::from_secs(10);

/// What is looked at: the part of the configuration that the checks need.
#[derive(Clone, Debug)]
pub struct Subject {
    pub data_dir: PathBuf,
    /// Where HTTPS may listen, the preferred first.
    pub https: Vec<SocketAddr>,
    /// Where plain HTTP may listen, the preferred first.
    pub http: Vec<SocketAddr>,
    /// What stands before `.local`.
    pub label: String,
    /// Further names of the box.
    pub names: Vec<DnsName>,
    /// The interfaces that lead to the LAN.
    pub interfaces: Interfaces,
    /// Whether mDNS is turned off.
    pub no_mdns: bool,
    /// The owner's certificate and key, in place of the box's own.
    pub owner_certificate: Option<(PathBuf, PathBuf)>,
}

/// What parts of a running porch say of themselves, asked at each look. What none says is looked at from outside.
#[derive(Default)]
pub struct Live {
    pub listening: Option<Listening>,
    pub names: Option<Ask<Names>>,
    pub clock: Option<Ask<Trust>>,
    pub certificate: Option<Ask<Option<Served>>>,
    pub store: Option<Ask<DatabaseState>>,
    pub files: Option<Ask<FilesState>>,
}

/// Asks a part of porch; must not wait.
pub type Ask<T> = Box<dyn Fn() -> T + Send + Sync>;

/// How thoroughly to look.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Extent {
    Full,
    /// Only what the running porch knows, without touching the disk or the network: name, clock, certificate, database
    /// and files.
    Quick,
}

/// Knows how to look, and makes sure that it is done once at a time.
pub struct Doctor {
    examination: Arc<Examination>,
    /// Held while all is looked at: two at once would measure each other.
    examining: Mutex<()>,
    /// Checks that have not come back from an earlier look: a thread each, and no more.
    hanging: [Arc<AtomicBool>; Check::ALL.len()],
}

/// What an examination goes by: what is looked at, and what a running porch says of it.
struct Examination {
    subject: Subject,
    live: Live,
}

impl Doctor {
    pub fn new(subject: Subject, live: Live) -> Self {
        Self {
            examination: Arc::new(Examination { subject, live }),
            examining: Mutex::default(),
            hanging: Default::default(),
        }
    }

    /// Looks, and tells in the order of [`Check::ALL`]. Blocks: at most some seconds, unless somebody else is looking;
    /// [`Extent::Quick`] does not.
    pub fn examine(&self, extent: Extent) -> Report {
        match extent {
            Extent::Quick => Report { checks: self.examination.quick() },
            Extent::Full => {
                let _one_at_a_time = self.examining.lock().unwrap_or_else(PoisonError::into_inner);
                self.full(EXAMINE_WAIT)
            }
        }
    }

    fn full(&self, wait: Duration) -> Report {
        let listening = self.examination.listening();
        gather(wait, &self.hanging, {
            let examination = self.examination.clone();
            move |check| examination.check(check, listening)
        })
    }
}

/// Runs each check in a thread of its own. One that does not come back in time could not be checked, and is not
/// begun again before it has.
fn gather(
    wait: Duration,
    hanging: &[Arc<AtomicBool>; Check::ALL.len()],
    check: impl Fn(Check) -> Vec<Checked> + Clone + Send + 'static,
) -> Report {
    let (tell, told) = channel();
    for (place, (which, hangs)) in Check::ALL.into_iter().zip(hanging).enumerate() {
        if hangs.swap(true, Ordering::AcqRel) {
            continue;
        }
        let (tell, check, hangs_still) = (tell.clone(), check.clone(), hangs.clone());
        let work = move || {
            let lines = check(which);
            hangs_still.store(false, Ordering::Release);
            // Nobody waits for it any more.
            let _ = tell.send((place, lines));
        };
        if thread::Builder::new().name(format!("doctor {}", which.words())).spawn(work).is_err() {
            hangs.store(false, Ordering::Release);
        }
    }
    drop(tell);
    let end = Instant::now() + wait;
    let mut found: [Option<Vec<Checked>>; Check::ALL.len()] = Default::default();
    // Ends early, with an error, when no thread is left that could tell anything.
    while let Ok((place, lines)) = told.recv_timeout(end.saturating_duration_since(Instant::now())) {
        found[place] = Some(lines);
    }
    let unchecked = |check| vec![line(check, Finding::Unchecked, [("reason", "it does not come to an end".into())])];
    let lines = Check::ALL.into_iter().zip(found).flat_map(|(check, lines)| lines.unwrap_or_else(|| unchecked(check)));
    Report { checks: lines.collect() }
}

impl Examination {
    /// Where people on the LAN reach the box.
    fn lan(&self) -> Vec<IpAddr> {
        lan::lan_addresses(&self.subject.interfaces)
    }

    /// The interfaces through which they come.
    fn interfaces(&self) -> Vec<LanInterface> {
        lan::lan_interfaces(&self.subject.interfaces)
    }

    fn listening(&self) -> Option<Listening> {
        let Subject { data_dir, https, http, .. } = &self.subject;
        self.live.listening.or_else(|| Listening::read(data_dir)).or_else(|| listening::find(https, http))
    }

    fn quick(&self) -> Vec<Checked> {
        let mut lines = Vec::new();
        lines.extend(self.live.names.as_ref().map(|ask| name::told(&ask(), self.subject.no_mdns)));
        lines.extend(self.live.clock.as_ref().map(|ask| clock::told(ask())));
        if let Some(served) = self.live.certificate.as_ref().and_then(|ask| ask()) {
            lines.extend(self.certificate(&certificate::CertificateState::Served(served), true));
        }
        lines.extend(self.live.store.iter().flat_map(|ask| disk::running_database(&self.subject.data_dir, &ask())));
        lines.extend(self.live.files.iter().flat_map(|ask| files::told(&ask())));
        lines
    }

    fn check(&self, check: Check, listening: Option<Listening>) -> Vec<Checked> {
        let (subject, live) = (&self.subject, &self.live);
        let runs = listening.is_some();
        let porch = listening.and_then(|listening| listening.pid);
        // It answers, and nobody holds the folder that we were told: what lies there is not its.
        let elsewhere = runs && porch.is_none() && store::is_held(&subject.data_dir).is_ok_and(|held| !held);
        match check {
            Check::Ports => ports::check(subject, listening),
            Check::Addresses => network::addresses(&self.lan()),
            // Silent where the owner wants silence.
            Check::Multicast if subject.no_mdns => vec![line(check, Finding::MulticastUnneeded, [])],
            Check::Multicast => network::multicast(&self.interfaces()),
            Check::Responders => network::responders(porch),
            Check::Name => vec![match &live.names {
                Some(ask) => name::told(&ask(), subject.no_mdns),
                None if subject.no_mdns => line(Check::Name, Finding::NameOff, []),
                None => name::ask(&subject.label, runs, &self.interfaces()),
            }],
            Check::Clock => {
                let looked = || clock::look(&subject.data_dir, crate::clock::wall());
                vec![clock::told(live.clock.as_ref().map_or_else(looked, |ask| ask()))]
            }
            Check::Certificate if elsewhere && subject.owner_certificate.is_none() => {
                vec![line(check, Finding::Unchecked, [("reason", "porch runs on another data folder".into())])]
            }
            Check::Certificate => {
                let served = live.certificate.as_ref().and_then(|ask| ask()).map(certificate::CertificateState::Served);
                self.certificate(&served.unwrap_or_else(|| certificate::look(subject)), runs)
            }
            Check::DiskSpace => vec![disk::space(&subject.data_dir)],
            Check::DiskSpeed => vec![disk::speed(&subject.data_dir)],
            Check::OpenFiles => vec![open_files::check(porch)],
            Check::DataFolder if elsewhere => {
                let path = subject.data_dir.display().to_string();
                vec![line(check, Finding::DataFolderElsewhere, [("path", path)])]
            }
            Check::DataFolder => match &live.store {
                // What it says of itself is newer than what can be seen from outside.
                Some(ask) => {
                    let mut lines = vec![disk::data_folder(&subject.data_dir)];
                    lines.extend(disk::running_database(&subject.data_dir, &ask()));
                    // Both may say that it cannot be written.
                    lines.dedup_by_key(|line| line.finding);
                    lines
                }
                None => disk::folder_and_database(&subject.data_dir),
            },
            Check::Files if elsewhere => Vec::new(),
            Check::Files => {
                let looked = || files::look(&subject.data_dir);
                let mut lines = live.files.as_ref().map_or_else(looked, |ask| files::told(&ask()));
                lines.extend(files::space(&subject.data_dir));
                lines
            }
        }
    }

    /// `serving`: whether the certificate has to hold what the box answers to by now.
    fn certificate(&self, seen: &certificate::CertificateState, serving: bool) -> Vec<Checked> {
        let Subject { label, names, owner_certificate, .. } = &self.subject;
        let wanted = serving.then(|| match owner_certificate {
            // It cannot be for local names; for those the owner told us, it is meant to be.
            Some(_) => HostNames::new(names.clone(), Vec::new()),
            // The alias never changes: a certificate that holds the short name holds it too.
            None => HostNames::of_box(label, label, names, &self.lan()),
        });
        certificate::told(seen, wanted.as_ref(), now())
    }
}

fn now() -> OffsetDateTime {
    let seconds = crate::clock::wall() / 1_000;
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::Sans;

    fn good(check: Check) -> Vec<Checked> {
        vec![line(check, Finding::RespondersNone, [])]
    }

    #[test]
    fn a_check_that_hangs_is_told_and_not_begun_again_until_it_comes_back() {
        let hanging = Default::default();
        let (free, held) = channel::<()>();
        let held = Arc::new(Mutex::new(held));
        let stuck = move |check| {
            if check == Check::DiskSpeed {
                let _ = held.lock().unwrap().recv();
            }
            good(check)
        };
        // Waits for all but the one: the others are quick, however busy the machine.
        let report = gather(Duration::from_secs(1), &hanging, stuck.clone());
        let found = |report: &Report| {
            let of = |lines: &[Checked]| lines.iter().find(|line| line.check == Check::DiskSpeed).unwrap().finding;
            (report.checks.len(), of(&report.checks))
        };
        assert_eq!(found(&report), (Check::ALL.len(), Finding::Unchecked));
        let again = gather(Duration::from_secs(30), &hanging, stuck.clone());
        assert_eq!(found(&again), (Check::ALL.len(), Finding::Unchecked));
        drop(free);
        while hanging[8].load(Ordering::Acquire) {
            thread::yield_now();
        }
        let last = gather(Duration::from_secs(30), &hanging, stuck);
        assert_eq!(found(&last), (Check::ALL.len(), Finding::RespondersNone));
    }

    #[test]
    fn the_report_keeps_the_order_of_the_checks() {
        let report = gather(Duration::from_secs(30), &Default::default(), good);
        assert_eq!(report.checks.iter().map(|line| line.check).collect::<Vec<_>>(), Check::ALL);
    }

    #[test]
    fn a_quick_look_tells_what_porch_knows_of_itself_and_nothing_else() {
        let subject = Subject {
            data_dir: "/nowhere".into(),
            https: Vec::new(),
            http: Vec::new(),
            label: "porch".into(),
            names: Vec::new(),
            interfaces: Interfaces::default(),
            no_mdns: false,
            owner_certificate: Some(("/nowhere/cert.pem".into(), "/nowhere/key.pem".into())),
        };
        assert_eq!(Doctor::new(subject.clone(), Live::default()).examine(Extent::Quick), Report::default());
        let names = || Names {
            short: "porch.local".into(),
            alias: "porch-1f2e.local".into(),
            state: lan::mdns::NameState::Held,
        };
        let served = || Some(Served { own: true, ends_at: now() + time::Duration::days(100), sans: Sans::default() });
        let live = Live {
            listening: None,
            names: Some(Box::new(names)),
            clock: Some(Box::new(|| Trust::Plausible)),
            certificate: Some(Box::new(served)),
            store: None,
            files: None,
        };
        let report = Doctor::new(subject, live).examine(Extent::Quick);
        let found: Vec<_> = report.checks.iter().map(|line| line.finding).collect();
        assert_eq!(found, [Finding::NameHeld, Finding::ClockUnsynchronized, Finding::CertificateOwnGood]);
    }
}
