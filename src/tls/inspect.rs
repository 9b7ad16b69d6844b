//! Inspects the kept CA and leaf and changes nothing, for those who only want to know.

use std::io;
use std::path::Path;

use time::OffsetDateTime;

use super::ca::Ca;
use super::error::TlsError;
use super::host_names::HostNames;
use super::leaf::Leaf;
use super::local::{CA_FILE, LEAF_FILE};
use crate::file;

/// What lies in the folder of keys and certificates.
#[derive(Debug)]
pub enum KeptCertificates {
    Nothing,
    /// A CA, whose leaf is missing or cannot be read: the next start makes one.
    RootOnly,
    Leaf {
        ends_at: OffsetDateTime,
        names: HostNames,
    },
}

/// Reads what is there. Blocks on the disk.
pub fn inspect(folder: &Path) -> Result<KeptCertificates, TlsError> {
    let ca = folder.join(CA_FILE);
    let damaged = |fault| TlsError::Damaged { path: ca.clone(), fault };
    let text = file::read(&ca).map_err(|fault| match fault.kind() {
        io::ErrorKind::InvalidData => damaged(fault.to_string()),
        _ => TlsError::disk(&ca, fault),
    })?;
    let Some(text) = text else { return Ok(KeptCertificates::Nothing) };
    let root = Ca::from_pem(&text).map_err(damaged)?.root;
    let leaf = file::read(&folder.join(LEAF_FILE)).ok().flatten();
    let leaf = leaf.and_then(|text| Leaf::from_pem(&text, root.certificate()).ok());
    Ok(leaf
        .map_or(KeptCertificates::RootOnly, |leaf| KeptCertificates::Leaf { ends_at: leaf.ends_at, names: leaf.names }))
}

/// Whether a CA lies in the folder, readable or not.
pub fn has_root(folder: &Path) -> bool {
    folder.join(CA_FILE).exists()
}

/// The root that lies in the folder, if one does that can be read.
pub fn kept_root(folder: &Path) -> Option<super::ca::Root> {
    let text = file::read(&folder.join(CA_FILE)).ok()??;
    Some(Ca::from_pem(&text).ok()?.root)
}
