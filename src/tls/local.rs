//! The box's own CA and leaf on its disk and in its handshakes.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use time::OffsetDateTime;

use super::ca::{Ca, Root};
use super::error::TlsError;
use super::host_names::HostNames;
use super::issuer::{Issuer, Reason};
use super::leaf::Leaf;
use super::permitted::Permitted;
use super::resolver::Resolver;
use super::validity::Moment;
use crate::file;

/// The folder of keys and certificates, below the data folder.
pub const FOLDER: &str = "tls";
pub(super) const CA_FILE: &str = "ca.pem";
pub(super) const LEAF_FILE: &str = "leaf.pem";

/// Serves a leaf of the box's own CA, and renews it.
pub struct LocalTls {
    folder: PathBuf,
    issuer: Issuer,
    resolver: Arc<Resolver>,
}

/// What a renewal did.
#[derive(Debug)]
pub struct Renewal {
    pub reason: Reason,
    /// Names and addresses the leaf lacks because the CA may not speak for them.
    pub left_out: HostNames,
    /// The leaf is served, but could not be kept: the next start makes another.
    pub unsaved: Option<TlsError>,
}

impl LocalTls {
    /// Opens, or makes, the CA in `folder`, and serves a leaf for the `names` of a box with that root.
    ///
    /// `box_name` and `permitted` count only when the CA is made. `build_date` is
    /// [`crate::clock::build_date`]. Blocks on the disk.
    pub fn open(
        folder: &Path,
        box_name: &str,
        permitted: &Permitted,
        names: impl FnOnce(&Root) -> HostNames,
        (moment, build_date): (Moment, OffsetDateTime),
    ) -> Result<(Self, Option<Renewal>), TlsError> {
        file::make_private_folder(folder).map_err(|fault| TlsError::disk(folder, fault))?;
        let ca = open_ca(&folder.join(CA_FILE), || Ca::make(box_name, permitted, moment, build_date))?;
        let leaf = open_leaf(&folder.join(LEAF_FILE), &ca);
        let names = names(&ca.root);
        let mut issuer = Issuer { ca, leaf, build_date };
        let renewal = renew_if_due(&mut issuer, folder, moment, &names)?;
        let Some(leaf) = &issuer.leaf else {
            return Err(TlsError::crypto("a renewal left no leaf"));
        };
        let resolver = Resolver::new(leaf.certified.clone());
        Ok((Self { folder: folder.into(), issuer, resolver }, renewal))
    }

    /// Replaces the leaf if it is due. To be asked whenever addresses change, and every few minutes.
    /// Connections stay; the next handshake sees the new leaf. Blocks on the disk.
    pub fn refresh(&mut self, moment: Moment, names: &HostNames) -> Result<Option<Renewal>, TlsError> {
        let renewal = renew_if_due(&mut self.issuer, &self.folder, moment, names)?;
        if let (Some(_), Some(leaf)) = (&renewal, &self.issuer.leaf) {
            self.resolver.swap(leaf.certified.clone());
        }
        Ok(renewal)
    }

    /// What handshakes ask, for [`super::server_config`].
    pub fn resolver(&self) -> Arc<Resolver> {
        self.resolver.clone()
    }

    /// The root, for people to trust.
    pub fn root(&self) -> &Root {
        &self.issuer.ca.root
    }
}

fn open_ca(path: &Path, make: impl Fn() -> Result<String, TlsError>) -> Result<Ca, TlsError> {
    let damaged = |fault| TlsError::Damaged { path: path.into(), fault };
    let kept = file::read_private(path).map_err(|fault| match fault.kind() {
        io::ErrorKind::InvalidData => damaged(fault.to_string()),
        _ => TlsError::disk(path, fault),
    })?;
    let text = match kept {
        Some(text) => text,
        None => {
            let text = make()?;
            file::write_private(path, &text).map_err(|fault| TlsError::disk(path, fault))?;
            log::info!("made the box's own CA in {}", path.display());
            text
        }
    };
    Ca::from_pem(&text).map_err(damaged)
}

/// The kept leaf. None when there is none, or when it cannot be read: a new one costs nothing.
fn open_leaf(path: &Path, ca: &Ca) -> Option<Leaf> {
    let read = file::read_private(path).map_err(|fault| fault.to_string());
    let leaf = read.and_then(|text| text.map(|text| Leaf::from_pem(&text, ca.root.certificate())).transpose());
    leaf.unwrap_or_else(|fault| {
        log::warn!("the certificate in {} is damaged ({fault}) and will be replaced", path.display());
        None
    })
}

fn renew_if_due(
    issuer: &mut Issuer,
    folder: &Path,
    moment: Moment,
    names: &HostNames,
) -> Result<Option<Renewal>, TlsError> {
    let Some(reason) = issuer.due(moment, names) else { return Ok(None) };
    let (pem, left_out) = issuer.renew(moment, names)?;
    let path = folder.join(LEAF_FILE);
    let unsaved = file::write_private(&path, &pem).err().map(|fault| TlsError::disk(&path, fault));
    log::info!("issued a certificate, because {reason}");
    if !left_out.is_empty() {
        log::warn!(
            "the certificate lacks {left_out}: the box's CA may not speak for it, which was settled by --names and \
             --ranges when the CA was made"
        );
    }
    if let Some(fault) = &unsaved {
        log::warn!("the certificate could not be kept: {fault}");
    }
    Ok(Some(Renewal { reason, left_out, unsaved }))
}
