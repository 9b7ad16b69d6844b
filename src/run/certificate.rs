//! The certificate that is served: the box's own, kept current as time and addresses change, or the owner's.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::interval;

use crate::config::Config;
use crate::lan;
use crate::tls::{FOLDER, HostNames, LocalTls, Own, Permitted, Resolver, Root, TlsError, build_date};

/// How often addresses and the leaf's days are looked at: a phone finds the new address within seconds.
const LOOK_INTERVAL: Duration = Duration::from_secs(5);

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

    /// Issues a new leaf whenever names, addresses or days ask for one.
    pub(super) async fn keep_current(self, config: Config) {
        let Self::Local(mut local) = self else { return };
        let mut looks = interval(LOOK_INTERVAL);
        loop {
            looks.tick().await;
            let names = host_names(&config, &lan::lan_addresses());
            // Signing and writing take a moment, and happen a few times a year.
            if let Err(error) = tokio::task::block_in_place(|| local.refresh(OffsetDateTime::now_utc(), &names)) {
                log::error!("the certificate could not be renewed: {error}");
            }
        }
    }
}

fn host_names(config: &Config, lan: &[IpAddr]) -> HostNames {
    HostNames::of_box(config.name.value.label(), &config.names.value, lan)
}
