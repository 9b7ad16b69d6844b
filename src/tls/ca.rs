//! The box's own certificate authority: made once, and kept for as long as anyone trusts it.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, IsCa, KeyPair, KeyUsagePurpose,
    SerialNumber,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use time::OffsetDateTime;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::error::TlsError;
use super::permitted::Permitted;
use super::validity::{BACKDATED, Moment, ROOT_LIFE};

const PEM_LINE_CHARS: usize = 64;

/// The root certificate, for people to trust.
#[derive(Clone, Debug)]
pub struct Root {
    der: CertificateDer<'static>,
    ends_at: OffsetDateTime,
}

impl Root {
    /// The certificate in DER, for `/ca.crt`.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The certificate in PEM, for `/ca.pem`.
    pub fn pem(&self) -> String {
        pem("CERTIFICATE", &self.der)
    }

    /// SHA-256 of the certificate, `AB:CD:…`, as browsers and phones show it.
    pub fn fingerprint(&self) -> String {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &self.der);
        digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
    }

    /// After this moment nobody accepts the root. It is not replaced by itself: a wrong clock must not cost every
    /// phone's trust.
    pub fn ends_at(&self) -> OffsetDateTime {
        self.ends_at
    }

    pub(super) fn certificate(&self) -> CertificateDer<'static> {
        self.der.clone()
    }
}

/// The root with its private key.
pub(super) struct Ca {
    pub(super) root: Root,
    pub(super) issuer: rcgen::Issuer<'static, KeyPair>,
    pub(super) permitted: Permitted,
    /// The subject key identifier, by which leaves name their issuer.
    pub(super) key_id: Vec<u8>,
}

impl Ca {
    /// Makes a new CA for the box of this name: the PEM to keep, private key first.
    pub(super) fn make(
        box_name: &str,
        permitted: &Permitted,
        moment: Moment,
        build_date: OffsetDateTime,
    ) -> Result<String, TlsError> {
        let mut unique = String::new();
        for byte in random::<4>()? {
            // Writing to a String cannot fail.
            let _ = write!(unique, "{byte:02x}");
        }
        let mut subject = DistinguishedName::new();
        // iOS lists roots by CommonName and hides those without; the number tells two boxes of one name apart.
        subject.push(DnType::CommonName, format!("porch CA {box_name} {unique}"));

        let mut params = CertificateParams::default();
        params.distinguished_name = subject;
        params.serial_number = Some(serial()?);
        // Tied to the build, not to a clock that may not have been set yet.
        params.not_before = build_date - BACKDATED;
        params.not_after = moment.plausible(build_date) + ROOT_LIFE;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.custom_extensions = vec![CustomExtension::from_oid_content(&Permitted::OID, permitted.der())];

        let key = KeyPair::generate().map_err(TlsError::crypto)?;
        let certificate = params.self_signed(&key).map_err(TlsError::crypto)?;
        Ok(pem("PRIVATE KEY", &key.serialize_der()) + &pem("CERTIFICATE", certificate.der()))
    }

    /// Reads what [`Ca::make`] gave, or says what is wrong with it.
    pub(super) fn from_pem(text: &str) -> Result<Self, String> {
        let (key, der) = pair_from_pem(text)?;
        let (_, x509) = X509Certificate::from_der(&der).map_err(|fault| format!("its certificate: {fault}"))?;
        if !x509.is_ca() {
            return Err("its certificate is not one of a CA".into());
        }
        let permitted = Permitted::of_root(&x509).ok_or("its certificate has no name constraints")?;
        let key_id = key_id(&x509).ok_or("its certificate has no key identifier")?;
        let root = Root { ends_at: x509.validity().not_after.to_datetime(), der: der.clone() };
        let issuer = rcgen::Issuer::from_ca_cert_der(&der, key).map_err(|fault| fault.to_string())?;
        Ok(Self { root, issuer, permitted, key_id })
    }
}

/// A private key and the certificate that holds its public half.
pub(super) fn pair_from_pem(text: &str) -> Result<(KeyPair, CertificateDer<'static>), String> {
    let key = PrivatePkcs8KeyDer::from_pem_slice(text.as_bytes()).map_err(|fault| format!("its key: {fault}"))?;
    let key = KeyPair::try_from(&key).map_err(|fault| format!("its key: {fault}"))?;
    let der = CertificateDer::from_pem_slice(text.as_bytes()).map_err(|fault| format!("its certificate: {fault}"))?;
    let (_, x509) = X509Certificate::from_der(&der).map_err(|fault| format!("its certificate: {fault}"))?;
    match x509.public_key().subject_public_key.as_ref() == key.public_key_raw() {
        true => Ok((key, der)),
        false => Err("its key belongs to another certificate".into()),
    }
}

/// 127 random bits: positive as RFC 5280 wants it, and never used twice by one issuer.
pub(super) fn serial() -> Result<SerialNumber, TlsError> {
    let mut bytes = random::<16>()?;
    bytes[0] = bytes[0] & 0x7f | 0x40;
    Ok(SerialNumber::from_slice(&bytes))
}

fn random<const BYTES: usize>() -> Result<[u8; BYTES], TlsError> {
    let mut bytes = [0; BYTES];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| TlsError::crypto("the system gives no random numbers"))?;
    Ok(bytes)
}

fn key_id(x509: &X509Certificate<'_>) -> Option<Vec<u8>> {
    x509.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectKeyIdentifier(key_id) => Some(key_id.0.to_vec()),
        _ => None,
    })
}

pub(super) fn pem(label: &str, der: &[u8]) -> String {
    let encoded = BASE64.encode(der);
    let mut pem = format!("-----BEGIN {label}-----\n");
    for line in encoded.as_bytes().chunks(PEM_LINE_CHARS) {
        pem.extend(line.iter().map(|byte| char::from(*byte)));
        pem.push('\n');
    }
    pem + &format!("-----END {label}-----\n")
}
