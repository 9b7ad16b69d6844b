//! Certificates as strangers see them: parsed, verified, refused, renewed and swapped.

mod certificates;
mod connections;
mod openssl;
mod renewal;

use std::net::IpAddr;
use std::path::Path;

use time::{Duration, OffsetDateTime};

use super::ca::Ca;
use super::leaf::Leaf;
use super::validity::Moment;
use super::{HostNames, LocalTls, Permitted, Renewal, TlsError};
use crate::clock::Trust;

/// A fixed build date: 2026-11-20.
fn build() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_795_132_800).unwrap()
}

fn days(count: i64) -> OffsetDateTime {
    build() + Duration::days(count)
}

/// A clock that is right.
fn sure(now: OffsetDateTime) -> Moment {
    Moment { now, system: now, trust: Trust::Synchronized }
}

fn names(addresses: &[&str]) -> HostNames {
    let addresses: Vec<IpAddr> = addresses.iter().map(|address| address.parse().unwrap()).collect();
    HostNames::of_box("porch", "porch-7f3a", &[], &addresses)
}

fn permitted() -> Permitted {
    Permitted::for_box("porch", &[], &[])
}

fn ca() -> Ca {
    Ca::from_pem(&Ca::make("Kitchen", &permitted(), sure(days(0)), build()).unwrap()).unwrap()
}

fn leaf(ca: &Ca, names: &HostNames, now: OffsetDateTime) -> Leaf {
    Leaf::from_pem(&Leaf::make(ca, names, sure(now), build()).unwrap(), ca.root.certificate()).unwrap()
}

fn open(folder: &Path, names: &HostNames, now: OffsetDateTime) -> Result<(LocalTls, Option<Renewal>), TlsError> {
    LocalTls::open(folder, "porch", &permitted(), |_| names.clone(), (sure(now), build()))
}
