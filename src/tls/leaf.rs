//! The certificate that the box shows: short-lived, for every name and address it answers to.

use std::net::IpAddr;
use std::sync::Arc;

use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, SanType,
};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;
use time::{Duration, OffsetDateTime};
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::ca::{Ca, pair_from_pem, pem, serial};
use super::crypto::provider;
use super::error::TlsError;
use super::host_names::HostNames;
use super::name::DnsName;
use super::validity::{BACKDATED, LEAF_LIFE, Moment};

/// A leaf with its private key, ready to be served.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) certified: Arc<CertifiedKey>,
    pub(super) names: HostNames,
    pub(super) starts_at: OffsetDateTime,
    pub(super) ends_at: OffsetDateTime,
    /// The authority key identifier: whose leaf this is.
    pub(super) issuer_key_id: Vec<u8>,
}

impl Leaf {
    /// Makes a new leaf for `names`, with a new key: the PEM to keep, private key first.
    pub(super) fn make(
        ca: &Ca,
        names: &HostNames,
        moment: Moment,
        build_date: OffsetDateTime,
    ) -> Result<String, TlsError> {
        let mut subject = DistinguishedName::new();
        // Nothing reads it any more, but a certificate viewer shows it as the title.
        subject.push(DnType::CommonName, "porch");
        let mut params = CertificateParams::default();
        params.distinguished_name = subject;
        params.serial_number = Some(serial()?);
        params.not_before = build_date.max(moment.plausible(build_date) - moment.early(build_date)) - BACKDATED;
        // Both ends belong to a certificate's life (RFC 5280, 4.1.2.5).
        params.not_after = params.not_before + LEAF_LIFE - Duration::SECOND;
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        params.subject_alt_names = alt_names(names)?;

        let key = KeyPair::generate().map_err(TlsError::crypto)?;
        let certificate = params.signed_by(&key, &ca.issuer).map_err(TlsError::crypto)?;
        Ok(pem("PRIVATE KEY", &key.serialize_der()) + &pem("CERTIFICATE", certificate.der()))
    }

    /// Reads what [`Leaf::make`] gave, to be served with `root` behind it, or says what is wrong with it.
    ///
    /// A client that trusts the root does not need to be sent it; 500 bytes of a full handshake buy that everyone
    /// else can see, verify and compare it with nothing but `openssl s_client`.
    pub(super) fn from_pem(text: &str, root: CertificateDer<'static>) -> Result<Self, String> {
        let (key, der) = pair_from_pem(text)?;
        let (_, x509) = X509Certificate::from_der(&der).map_err(|fault| fault.to_string())?;
        let names = held_names(&x509).ok_or("its certificate has names that porch would not have written")?;
        let issuer_key_id = issuer_key_id(&x509).ok_or("its certificate does not name its issuer")?;
        let validity = x509.validity();
        let (starts_at, ends_at) = (validity.not_before.to_datetime(), validity.not_after.to_datetime());
        let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
        let certified =
            CertifiedKey::from_der(vec![der.clone(), root], key, &provider(true)).map_err(|fault| fault.to_string())?;
        Ok(Self { certified: Arc::new(certified), names, starts_at, ends_at, issuer_key_id })
    }
}

fn alt_names(names: &HostNames) -> Result<Vec<SanType>, TlsError> {
    let addresses = names.addresses().iter().map(|address| Ok(SanType::IpAddress(*address)));
    let names = names.names().iter().map(|name| Ok(SanType::DnsName(name.as_str().try_into()?)));
    names.chain(addresses).collect::<Result<_, rcgen::Error>>().map_err(TlsError::crypto)
}

pub(super) fn held_names(x509: &X509Certificate<'_>) -> Option<HostNames> {
    let (mut names, mut addresses) = (Vec::new(), Vec::new());
    for general_name in &x509.subject_alternative_name().ok()??.value.general_names {
        match general_name {
            GeneralName::DNSName(name) => names.push(DnsName::parse(name)?),
            GeneralName::IPAddress(bytes) => addresses.push(address(bytes)?),
            _ => return None,
        }
    }
    Some(HostNames::new(names, addresses))
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = || <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    v4().or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

fn issuer_key_id(x509: &X509Certificate<'_>) -> Option<Vec<u8>> {
    x509.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::AuthorityKeyIdentifier(authority) => Some(authority.key_identifier.as_ref()?.0.to_vec()),
        _ => None,
    })
}
