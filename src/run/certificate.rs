//! The certificate that is served: the box's own, kept current as time and addresses change, or the owner's.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::watch;
use tokio::time::interval;

use crate::config::Config;
use crate::doors::{Doors, Facts};
use crate::lan;
use crate::tls::{HostNames, LocalTls, Own, Permitted, Resolver, Root, Sans, TlsError, build_date, sans};

/// How often addresses and the leaf's days are looked at: a phone finds the new address within seconds.
const LOOK_INTERVAL: Duration = Duration::from_secs(5);
/// The folder of keys and certificates, below the data folder.
const FOLDER: &str = "tls";

/// Where the box listens.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) https: SocketAddr,
    pub(super) http_port: u16,
}

/// See the module's text.
pub(super) enum Certificate {
    Local(Box<LocalTls>),
    Own(Arc<Resolver>),
}

impl Certificate {
    /// Opens what the configuration says, or makes the box's own.
    pub(super) fn open(config: &Config, lan: &[IpAddr]) -> Result<Self, TlsError> {
        if let Some(own) = &config.own_certificate {
            let own = Own::load(&own.cert.value, &own.key.value)?;
            log::info!("serving the owner's certificate, good until {}", own.ends_at);
            return Ok(Self::Own(Resolver::new(own.certified)));
        }
        let name = &config.name.value;
        let permitted = Permitted::for_box(name.label(), &config.names.value, &config.ranges.value);
        let folder = config.data_dir.value.join(FOLDER);
        let times = (OffsetDateTime::now_utc(), build_date());
        let (local, _) = LocalTls::open(&folder, name.as_str(), &permitted, &host_names(config, lan), times)?;
        Ok(Self::Local(Box::new(local)))
    }

    /// What TLS handshakes ask.
    pub(super) fn resolver(&self) -> Arc<Resolver> {
        match self {
            Self::Local(local) => local.resolver(),
            Self::Own(resolver) => resolver.clone(),
        }
    }

    /// The root for people to trust, where it is the box's own.
    pub(super) fn root(&self) -> Option<&Root> {
        match self {
            Self::Local(local) => Some(local.root()),
            Self::Own(_) => None,
        }
    }

    /// Everything the box answers to while these are its addresses: what its own certificate is to hold, and what an
    /// owner's is good for.
    pub(super) fn doors(&self, config: &Config, lan: &[IpAddr], place: Place) -> Doors {
        let answered = host_names(config, lan);
        let held = self.resolver().served().cert.first().map(sans).unwrap_or_default();
        let (own, lan) = match self {
            // Nobody is told of an address that the CA may not speak for: no device would ever trust it.
            Self::Local(_) => {
                let trusted = lan.iter().filter(|address| held.names.addresses().contains(address));
                (Sans::default(), trusted.copied().collect())
            }
            Self::Own(_) => (held, lan.to_vec()),
        };
        Doors::new(Facts {
            https: place.https,
            http_port: place.http_port,
            label: config.name.value.label(),
            names: &config.names.value,
            answered: answered.with(&own.names),
            parents: own.parents,
            lan: &lan,
        })
    }

    /// Issues a new leaf whenever names, addresses or days ask for one, and tells `doors` of new addresses.
    pub(super) async fn keep_current(mut self, config: Config, place: Place, doors: watch::Sender<Arc<Doors>>) {
        let mut looks = interval(LOOK_INTERVAL);
        loop {
            looks.tick().await;
            let lan = lan::lan_addresses();
            if let Self::Local(local) = &mut self {
                let names = host_names(&config, &lan);
                // Signing and writing take a moment, and happen a few times a year.
                if let Err(error) = tokio::task::block_in_place(|| local.refresh(OffsetDateTime::now_utc(), &names)) {
                    log::error!("the certificate could not be renewed: {error}");
                }
            }
            let now = self.doors(&config, &lan, place);
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

fn host_names(config: &Config, lan: &[IpAddr]) -> HostNames {
    HostNames::of_box(config.name.value.label(), &config.names.value, lan)
}
