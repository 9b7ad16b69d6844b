//! A certificate of the owner's own, in place of the box's CA.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use time::OffsetDateTime;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::error::TlsError;
use super::host_names::HostNames;
use super::leaf::held_names;
use super::server::provider;
use crate::file;

/// The owner's chain and key, ready to be served.
#[derive(Debug)]
pub struct Own {
    /// For [`super::Resolver::new`].
    pub certified: Arc<CertifiedKey>,
    /// After this moment nobody accepts it; porch cannot renew it.
    pub ends_at: OffsetDateTime,
    /// What it is for; none where it has names of a kind that porch does not read, such as wildcards.
    pub names: Option<HostNames>,
}

impl Own {
    /// Reads a chain (PEM, the leaf first) and its private key (PEM; PKCS #8, PKCS #1 or SEC 1).
    pub fn load(cert: &Path, key: &Path) -> Result<Self, TlsError> {
        let fault_in = |path: &Path, fault: String| TlsError::OwnCertificate { path: path.into(), fault };
        let chain = CertificateDer::pem_slice_iter(text(cert)?.as_bytes())
            .collect::<Result<Vec<_>, _>>()
            .map_err(|fault| fault_in(cert, fault.to_string()))?;
        let Some(leaf) = chain.first() else {
            return Err(fault_in(cert, "there is no certificate in it".into()));
        };
        let (_, x509) = X509Certificate::from_der(leaf).map_err(|fault| fault_in(cert, fault.to_string()))?;
        let ends_at = x509.validity().not_after.to_datetime();
        let names = held_names(&x509);
        let private = PrivateKeyDer::from_pem_slice(text(key)?.as_bytes())
            .map_err(|fault| fault_in(key, format!("there is no readable private key in it ({fault})")))?;
        let certified = CertifiedKey::from_der(chain, private, &provider(true))
            .map_err(|fault| fault_in(key, format!("it does not go with {} ({fault})", cert.display())))?;
        Ok(Self { certified: Arc::new(certified), ends_at, names })
    }
}

fn text(path: &Path) -> Result<String, TlsError> {
    let absent = || TlsError::OwnCertificate { path: path.into(), fault: "there is no such file".into() };
    file::read(path).map_err(|fault| TlsError::disk(path, fault))?.ok_or_else(absent)
}
