//! The certificate that is served: the box's own, kept current as time and addresses change, or the owner's.

use std::fs;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::clock::{self, build_date};
use crate::config::Config;
use crate::doctor::Served;
use crate::doors::{Doors, Facts};
use crate::lan::NetworkSnapshot;
use crate::lan::mdns::{self, Names};
use crate::tls::{FOLDER, HostNames, LocalTls, Moment, OwnerTls, Permitted, Resolver, Root, Sans, TlsError, sans};

/// How often the leaf's days are looked at, when no address changes.
const LOOK_INTERVAL: Duration = Duration::from_secs(60);
/// How often the files of an owner's certificate are looked at: they change a few times a year, and somebody waits then.
const OWN_LOOK_INTERVAL: Duration = Duration::from_secs(5);
/// What tells the box from others when it has no CA of its own, in the data folder.
const ID_FILE: &str = "id";
/// Hexadecimal digits of an id.
const ID_DIGITS: usize = 4;

/// Where the box listens, and by what it is told from others of its name.
pub(super) struct BoxEndpoint {
    pub(super) https: SocketAddr,
    pub(super) http_port: u16,
    /// See [`Certificate::id`].
    pub(super) id: String,
}

/// What doors depend on and what changes while porch runs: addresses, and whose the short name is.
pub(super) struct Around {
    pub(super) network: watch::Receiver<NetworkSnapshot>,
    pub(super) names: watch::Receiver<Names>,
}

/// See the module's text.
pub(super) enum Certificate {
    Local(Box<LocalTls>),
    Own(Box<OwnerTls>),
}

impl Certificate {
    /// Opens what the configuration says, or makes the box's own.
    pub(super) fn open(config: &Config, lan: &[IpAddr]) -> Result<Self, TlsError> {
        if let Some(own) = &config.owner_certificate {
            return Ok(Self::Own(Box::new(OwnerTls::open(&own.cert.value, &own.key.value)?)));
        }
        let name = &config.name.value;
        let permitted = Permitted::for_box(name.label(), &config.names.value, &config.ranges.value);
        let folder = config.data_dir.value.join(FOLDER);
        let times = (Moment::now(), build_date());
        let names = |root: &Root| host_names(config, &id_of(root), lan);
        let (local, _) = LocalTls::open(&folder, name.as_str(), &permitted, names, times)?;
        Ok(Self::Local(Box::new(local)))
    }

    /// What TLS handshakes ask.
    pub(super) fn resolver(&self) -> Arc<Resolver> {
        match self {
            Self::Local(local) => local.resolver(),
            Self::Own(own) => own.resolver().clone(),
        }
    }

    /// The root for people to trust, where it is the box's own.
    pub(super) fn root(&self) -> Option<&Root> {
        match self {
            Self::Local(local) => Some(local.root()),
            Self::Own(_) => None,
        }
    }

    /// Asks for what is served, whatever it will be then.
    pub(super) fn served(&self) -> impl Fn() -> Option<Served> + Send + Sync + use<> {
        let (own, resolver) = (matches!(self, Self::Own(_)), self.resolver());
        move || resolver.about().map(|(ends_at, sans)| Served { own, ends_at, sans })
    }

    /// Everything the box answers to at the moment: what its own certificate is to hold, and what an
    /// owner's is good for.
    pub(super) fn doors(&self, config: &Config, endpoint: &BoxEndpoint, around: &Around) -> Doors {
        let network = around.network.borrow();
        let answered = host_names(config, &endpoint.id, network.lan());
        let held = self.resolver().served().cert.first().map(sans).unwrap_or_default();
        let (own, lan) = match self {
            // Nobody is told of an address that the CA may not speak for: no device would ever trust it.
            Self::Local(_) => {
                let trusted = network.lan().iter().filter(|address| held.names.addresses().contains(address));
                (Sans::default(), trusted.copied().collect())
            }
            Self::Own(_) => (held, network.lan().to_vec()),
        };
        Doors::new(Facts {
            https: endpoint.https,
            http_port: endpoint.http_port,
            label: config.name.value.label(),
            state: around.names.borrow().state,
            names: &config.names.value,
            answered: answered.with(&own.names),
            parents: own.parents,
            lan: &lan,
        })
    }

    /// Four hexadecimal digits that tell the box from others of its name, for as long as it has its data folder: the
    /// beginning of the root's fingerprint, or else digits drawn once.
    pub(super) fn id(&self, data_dir: &Path) -> String {
        match self {
            Self::Local(local) => id_of(local.root()),
            Self::Own(_) => kept_id(&data_dir.join(ID_FILE)).unwrap_or_else(|fault| {
                log::error!("the box's id cannot be kept in {} and will change: {fault}", data_dir.display());
                drawn_id()
            }),
        }
    }

    /// Issues a new leaf whenever names, addresses or days ask for one, and tells `doors` of new addresses.
    pub(super) async fn keep_current(
        mut self,
        config: Config,
        endpoint: BoxEndpoint,
        mut around: Around,
        doors: watch::Sender<Arc<Doors>>,
    ) {
        let mut looks = interval(match self {
            Self::Local(_) => LOOK_INTERVAL,
            Self::Own(_) => OWN_LOOK_INTERVAL,
        });
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut clock = clock::changes();
        loop {
            tokio::select! {
                _ = looks.tick() => {}
                Ok(()) = around.network.changed() => {}
                Ok(()) = around.names.changed() => {}
                Ok(()) = clock.changed() => {}
            }
            around.names.mark_unchanged();
            let lan = around.network.borrow_and_update().lan().to_vec();
            // Signing, reading and writing take a moment, and happen a few times a year.
            tokio::task::block_in_place(|| match &mut self {
                Self::Local(local) => {
                    let names = host_names(&config, &endpoint.id, &lan);
                    if let Err(error) = local.refresh(Moment::now(), &names) {
                        log::error!("the certificate could not be renewed: {error}");
                    }
                }
                Self::Own(own) => {
                    own.refresh(clock::now_utc());
                }
            });
            let now = self.doors(&config, &endpoint, &around);
            doors.send_if_modified(|known| {
                let is_new = **known != now;
                if is_new {
                    *known = Arc::new(now);
                }
                is_new
            });
        }
    }
}

fn id_of(root: &Root) -> String {
    root.fingerprint().chars().filter(char::is_ascii_hexdigit).take(ID_DIGITS).collect::<String>().to_lowercase()
}

fn host_names(config: &Config, id: &str, lan: &[IpAddr]) -> HostNames {
    let label = config.name.value.label();
    HostNames::of_box(label, &mdns::alias(label, id), &config.names.value, lan)
}

fn kept_id(path: &Path) -> io::Result<String> {
    match fs::read_to_string(path) {
        Ok(text) if is_id(text.trim_end()) => Ok(text.trim_end().to_owned()),
        Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(fault),
        // Cut off by a power cut, or by hand: nobody remembers what it was.
        _ => {
            let id = drawn_id();
            fs::write(path, format!("{id}\n"))?;
            Ok(id)
        }
    }
}

fn is_id(text: &str) -> bool {
    text.len() == ID_DIGITS && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

fn drawn_id() -> String {
    let mut bytes = [0; ID_DIGITS / 2];
    // Without randomness there would be no TLS either.
    let _ = aws_lc_rs::rand::fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_drawn_once_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(ID_FILE);
        let id = kept_id(&path).unwrap();
        assert!(is_id(&id), "{id}");
        assert_eq!(kept_id(&path).unwrap(), id);
    }

    #[test]
    fn what_is_no_id_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(ID_FILE);
        for damaged in ["", "7f3", "7F3A", "../x", "7f3a7"] {
            fs::write(&path, damaged).unwrap();
            let id = kept_id(&path).unwrap();
            assert!(is_id(&id) && fs::read_to_string(&path).unwrap().trim_end() == id, "{damaged:?}");
        }
    }

    #[test]
    fn an_id_that_cannot_be_read_is_an_error_and_not_another_id() {
        let folder = tempfile::tempdir().unwrap();
        assert!(kept_id(folder.path()).is_err());
    }
}
