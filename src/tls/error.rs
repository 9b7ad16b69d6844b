//! What can go wrong with certificates, by who can mend it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why there is no certificate to serve.
#[derive(Debug)]
pub enum TlsError {
    /// The cryptography itself failed: no randomness, or a defect.
    Crypto(String),
    /// The box's own CA cannot be read. A new one would not be trusted by anybody, so its owner has to decide.
    Damaged { path: PathBuf, fault: String },
    /// The disk did not do what was asked.
    Disk { path: PathBuf, fault: io::Error },
    /// The certificate that the owner configured cannot be served.
    OwnerCertificate { path: PathBuf, fault: String },
}

impl TlsError {
    pub(super) fn crypto(fault: impl fmt::Display) -> Self {
        Self::Crypto(fault.to_string())
    }

    pub(super) fn disk(path: &Path, fault: io::Error) -> Self {
        Self::Disk { path: path.into(), fault }
    }
}

impl TlsError {
    /// Whether it only says that we may not look.
    pub fn is_denied(&self) -> bool {
        matches!(self, Self::Disk { fault, .. } if fault.kind() == io::ErrorKind::PermissionDenied)
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crypto(fault) => write!(f, "certificates cannot be made: {fault}"),
            Self::Damaged { path, fault } => write!(
                f,
                "the box's CA in {} is damaged ({fault}): restore it from a backup, or delete it for a new one, \
                 which every phone has to be told to trust again",
                path.display()
            ),
            Self::Disk { path, fault } => write!(f, "{}: {fault}", path.display()),
            Self::OwnerCertificate { path, fault } => {
                write!(f, "the certificate {} cannot be served: {fault}", path.display())
            }
        }
    }
}

impl std::error::Error for TlsError {}
