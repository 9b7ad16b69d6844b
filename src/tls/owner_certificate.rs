//! A certificate of the owner's own, in place of the box's CA: read, watched, and exchanged when its files change.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use time::{Duration, OffsetDateTime};

use super::crypto::provider;
use super::error::TlsError;
use super::resolver::Resolver;
use super::sans::{Sans, about};
use crate::file;

/// From then on the log says every day that it ends: whoever renews by hand has time to.
const WARN_BEFORE_END: Duration = Duration::days(14);
const WARN_INTERVAL: Duration = Duration::DAY;

/// The owner's chain and key, ready to be served.
#[derive(Debug)]
pub struct OwnerCertificate {
    /// For [`super::Resolver::new`].
    pub certified: Arc<CertifiedKey>,
    /// After this moment nobody accepts it; porch cannot renew it.
    pub ends_at: OffsetDateTime,
    /// What it is for.
    pub sans: Sans,
}

impl OwnerCertificate {
    /// Reads a chain (PEM, the leaf first) and its private key (PEM; PKCS #8, PKCS #1 or SEC 1).
    pub fn load(cert: &Path, key: &Path) -> Result<Self, TlsError> {
        let fault_in = |path: &Path, fault: String| TlsError::OwnerCertificate { path: path.into(), fault };
        let chain = CertificateDer::pem_slice_iter(text(cert)?.as_bytes())
            .collect::<Result<Vec<_>, _>>()
            .map_err(|fault| fault_in(cert, fault.to_string()))?;
        let Some(leaf) = chain.first() else {
            return Err(fault_in(cert, "there is no certificate in it".into()));
        };
        let (ends_at, sans) = about(leaf).map_err(|fault| fault_in(cert, fault))?;
        if sans.is_empty() {
            return Err(fault_in(cert, nameless(&sans)));
        }
        let private = PrivateKeyDer::from_pem_slice(text(key)?.as_bytes())
            .map_err(|fault| fault_in(key, format!("there is no readable private key in it ({fault})")))?;
        let certified = CertifiedKey::from_der(chain, private, &provider(true))
            .map_err(|fault| fault_in(key, format!("it does not go with {} ({fault})", cert.display())))?;
        Ok(Self { certified: Arc::new(certified), ends_at, sans })
    }
}

/// Why a certificate is good for nothing here. Browsers have not looked at its subject for years (RFC 9525, section 2).
fn nameless(sans: &Sans) -> String {
    match sans.unanswered.join(", ") {
        none if none.is_empty() => "it has no name or address as subject alternative name, and browsers accept it \
            nowhere: have one made with subjectAltName=DNS:chat.example.org"
            .into(),
        names => format!("porch answers to no name that it is for: {names}"),
    }
}

/// Says what of it is in vain.
fn warn_of_unanswered(sans: &Sans) {
    if !sans.unanswered.is_empty() {
        log::warn!("the owner's certificate is also for what porch does not answer to: {}", sans.unanswered.join(", "));
    }
}

/// Serves the owner's certificate, and looks whether its files have changed.
pub struct OwnerTls {
    cert: PathBuf,
    key: PathBuf,
    /// Both files as they were when they were last read, well or not.
    seen: [Option<FileStamp>; 2],
    resolver: Arc<Resolver>,
    ends_at: OffsetDateTime,
    warned_at: Option<OffsetDateTime>,
}

/// What changes of a file when it is written again, or exchanged for another.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct FileStamp {
    device: u64,
    inode: u64,
    bytes: u64,
    /// Seconds and nanoseconds. The second of the two cannot be set, so that a copied date does not hide a change.
    written: (i64, i64),
    changed: (i64, i64),
}

impl OwnerTls {
    /// Serves what the files hold, as [`OwnerCertificate::load`] reads them.
    pub fn open(cert: &Path, key: &Path) -> Result<Self, TlsError> {
        // Before they are read: what is written from here on is a change.
        let seen = [stamp(cert), stamp(key)];
        let own = OwnerCertificate::load(cert, key)?;
        let (cert, key, resolver) = (cert.into(), key.into(), Resolver::new(own.certified));
        log::info!("serving the owner's certificate, good until {}", own.ends_at);
        warn_of_unanswered(&own.sans);
        Ok(Self { cert, key, seen, resolver, ends_at: own.ends_at, warned_at: None })
    }

    /// What handshakes ask, for [`super::server_config`].
    pub fn resolver(&self) -> &Arc<Resolver> {
        &self.resolver
    }

    /// Serves what the files hold where they have changed; true if so. What cannot be served, because half of it is
    /// written yet or for good, changes nothing and is told once. To be asked every few seconds; blocks on the disk.
    pub fn refresh(&mut self, now: OffsetDateTime) -> bool {
        let seen = [stamp(&self.cert), stamp(&self.key)];
        let is_new = seen != self.seen && {
            self.seen = seen;
            self.reload()
        };
        match self.ending(now) {
            Some(left) if left.is_negative() => {
                log::error!("the owner's certificate has ended, at {}: browsers refuse it", self.ends_at);
            }
            Some(left) => log::warn!("the owner's certificate ends in {} days, at {}", left.whole_days(), self.ends_at),
            None => {}
        }
        is_new
    }

    fn reload(&mut self) -> bool {
        match OwnerCertificate::load(&self.cert, &self.key) {
            Ok(own) => {
                log::info!("the owner's certificate has changed: serving the new one, good until {}", own.ends_at);
                warn_of_unanswered(&own.sans);
                self.resolver.swap(own.certified);
                (self.ends_at, self.warned_at) = (own.ends_at, None);
                true
            }
            Err(fault) => {
                log::warn!("the owner's certificate has changed, and the one before stays: {fault}");
                false
            }
        }
    }

    /// How long the certificate is still good, where that is to be told now: not much, and not told today.
    fn ending(&mut self, now: OffsetDateTime) -> Option<Duration> {
        let left = self.ends_at - now;
        let is_due = self.warned_at.is_none_or(|at| (now - at).abs() >= WARN_INTERVAL);
        if left >= WARN_BEFORE_END || !is_due {
            return None;
        }
        self.warned_at = Some(now);
        Some(left)
    }
}

/// None where there is no such file, or none to look at.
fn stamp(path: &Path) -> Option<FileStamp> {
    let about = fs::metadata(path).ok()?;
    Some(FileStamp {
        device: about.dev(),
        inode: about.ino(),
        bytes: about.len(),
        written: (about.mtime(), about.mtime_nsec()),
        changed: (about.ctime(), about.ctime_nsec()),
    })
}

fn text(path: &Path) -> Result<String, TlsError> {
    let absent = || TlsError::OwnerCertificate { path: path.into(), fault: "there is no such file".into() };
    file::read(path).map_err(|fault| TlsError::disk(path, fault))?.ok_or_else(absent)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A certificate and its key in two files.
    fn write(folder: &Path) -> (PathBuf, PathBuf) {
        let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
        let made = rcgen::generate_simple_self_signed(["chat.example.org".to_owned()]).unwrap();
        fs::write(&cert, made.cert.pem()).unwrap();
        fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        (cert, key)
    }

    fn served(own: &OwnerTls) -> CertificateDer<'static> {
        own.resolver().served().cert[0].clone()
    }

    #[test]
    fn a_new_pair_is_served_once_both_halves_are_there_and_the_old_one_until_then() {
        let folder = tempfile::tempdir().unwrap();
        let (cert, key) = write(folder.path());
        let mut own = OwnerTls::open(&cert, &key).unwrap();
        let now = OffsetDateTime::UNIX_EPOCH;
        let first = served(&own);
        assert!(!own.refresh(now), "nothing has changed");

        let other = tempfile::tempdir().unwrap();
        let (other_cert, other_key) = write(other.path());
        let text = fs::read_to_string(&other_cert).unwrap();
        // Half of the first file, all of it, nothing, and then the second file, too.
        for half in [&text[..text.len() / 2], &text, ""] {
            fs::write(&cert, half).unwrap();
            assert!(!own.refresh(now), "{half}");
            assert_eq!(served(&own), first);
        }
        fs::remove_file(&cert).unwrap();
        assert!(!own.refresh(now) && served(&own) == first);
        fs::copy(&other_key, &key).unwrap();
        fs::rename(&other_cert, &cert).unwrap();
        assert!(own.refresh(now));
        assert_ne!(served(&own), first);
        assert!(!own.refresh(now), "once is enough");
    }

    #[test]
    fn a_file_that_a_link_leads_to_elsewhere_is_a_change() {
        let folder = tempfile::tempdir().unwrap();
        let (cert, key) = (folder.path().join("live.pem"), folder.path().join("live-key.pem"));
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let point_to = |dir: &Path| {
            for (link, target) in [(&cert, "cert.pem"), (&key, "key.pem")] {
                let fresh = link.with_extension("new");
                std::os::unix::fs::symlink(dir.join(target), &fresh).unwrap();
                fs::rename(fresh, link).unwrap();
            }
        };
        write(one.path());
        write(two.path());
        point_to(one.path());
        let mut own = OwnerTls::open(&cert, &key).unwrap();
        let first = served(&own);
        point_to(two.path());
        assert!(own.refresh(OffsetDateTime::UNIX_EPOCH));
        assert_ne!(served(&own), first);
    }

    #[test]
    fn its_end_is_told_once_a_day_from_two_weeks_before_on() {
        let folder = tempfile::tempdir().unwrap();
        let (cert, key) = write(folder.path());
        let mut own = OwnerTls::open(&cert, &key).unwrap();
        let at = |hours: i64| OffsetDateTime::UNIX_EPOCH + Duration::days(20_000) + Duration::hours(hours);
        own.ends_at = at(0);
        assert_eq!(own.ending(at(-14 * 24)), None);
        assert_eq!(own.ending(at(-14 * 24 + 1)), Some(Duration::hours(14 * 24 - 1)));
        assert_eq!(own.ending(at(-13 * 24)), None);
        assert_eq!(own.ending(at(-13 * 24 + 1)), Some(Duration::hours(13 * 24 - 1)));
        assert_eq!(own.ending(at(24)), Some(Duration::hours(-24)));
        // A clock that was set back is no reason to be silent for years.
        assert_eq!(own.ending(at(-24)), Some(Duration::hours(24)));
    }
}
