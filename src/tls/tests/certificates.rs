use std::net::Ipv4Addr;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{Error, RootCertStore};
use time::OffsetDateTime;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::super::crypto::provider;
use super::super::name::DnsName;
use super::super::validity::LEAF_LIFE;
use super::*;

fn parsed(der: &[u8]) -> X509Certificate<'_> {
    X509Certificate::from_der(der).unwrap().1
}

/// What a browser that trusts `root` says to a certificate under this name at this time.
pub(super) fn verify(root: &[u8], leaf: &[u8], name: &str, at: OffsetDateTime) -> Result<(), Error> {
    let provider = Arc::new(provider(true));
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(root)).unwrap();
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
    let at = UnixTime::since_unix_epoch(std::time::Duration::from_secs(at.unix_timestamp() as u64));
    let name = ServerName::try_from(name).unwrap();
    verifier.verify_server_cert(&CertificateDer::from(leaf), &[], &name, &[], at).map(drop)
}

/// A leaf for names that the CA may not speak for: what a thief of its key would make.
fn rogue_leaf(ca: &Ca, names: &HostNames) -> Vec<u8> {
    leaf(ca, names, days(0)).certified.cert[0].to_vec()
}

fn is_refused(verdict: Result<(), Error>) -> bool {
    matches!(verdict, Err(Error::InvalidCertificate(_)))
}

#[test]
fn the_root_is_what_phones_ask_for() {
    let ca = ca();
    let root = parsed(ca.root.der());
    let common_name = root.subject().iter_common_name().next().unwrap().as_str().unwrap();
    assert!(common_name.starts_with("porch CA Kitchen "), "{common_name}");
    let basic = root.basic_constraints().unwrap().unwrap();
    assert!(basic.critical && basic.value.ca);
    assert_eq!(basic.value.path_len_constraint, Some(0));
    let usage = root.key_usage().unwrap().unwrap();
    assert!(usage.critical && usage.value.key_cert_sign() && usage.value.crl_sign());
    assert!(!usage.value.digital_signature());
    let constraints = root.name_constraints().unwrap().unwrap();
    assert!(!constraints.critical);
    assert_eq!(Permitted::of_root(&root), Some(permitted()));
    let validity = root.validity();
    assert_eq!(validity.not_before.to_datetime(), days(-1));
    assert_eq!(validity.not_after.to_datetime(), days(3_650));
}

#[test]
fn two_boxes_of_one_name_have_roots_of_different_names() {
    let subject = |ca: &Ca| parsed(ca.root.der()).subject().to_string();
    assert_ne!(subject(&ca()), subject(&ca()));
}

#[test]
fn the_leaf_is_what_browsers_ask_for() {
    let ca = ca();
    let leaf = leaf(&ca, &names(&["192.168.1.7", "fd00::7"]), days(10));
    let certificate = parsed(&leaf.certified.cert[0]);
    let alt_names = certificate.subject_alternative_name().unwrap().unwrap().value;
    assert_eq!(alt_names.general_names.len(), 8);
    assert_eq!(leaf.names, names(&["192.168.1.7", "fd00::7"]));
    let extended = certificate.extended_key_usage().unwrap().unwrap().value;
    assert!(extended.server_auth && !extended.client_auth && !extended.any);
    let usage = certificate.key_usage().unwrap().unwrap().value;
    assert!(usage.digital_signature() && !usage.key_cert_sign());
    assert!(!certificate.is_ca());
    assert_eq!(certificate.issuer(), parsed(ca.root.der()).subject());
    assert_eq!(leaf.issuer_key_id, ca.key_id);
    let authority = certificate.iter_extensions().any(|extension| {
        matches!(extension.parsed_extension(), ParsedExtension::AuthorityKeyIdentifier(authority)
            if authority.key_identifier.as_ref().unwrap().0 == ca.key_id)
    });
    assert!(authority);
    assert!(leaf.ends_at - leaf.starts_at < LEAF_LIFE);
}

#[test]
fn no_two_leaves_have_the_same_serial_number_or_key() {
    let ca = ca();
    let (one, two) = (leaf(&ca, &names(&[]), days(0)), leaf(&ca, &names(&[]), days(0)));
    let (one, two) = (parsed(&one.certified.cert[0]), parsed(&two.certified.cert[0]));
    assert_ne!(one.raw_serial(), two.raw_serial());
    assert_eq!(one.raw_serial().len(), 16);
    assert_ne!(one.public_key().raw, two.public_key().raw);
}

#[test]
fn a_browser_accepts_every_name_and_address_of_the_leaf_and_no_other() {
    let ca = ca();
    let leaf = leaf(&ca, &names(&["192.168.1.7", "fd00::7"]), days(0));
    let verdict = |name: &str| verify(ca.root.der(), &leaf.certified.cert[0], name, days(0));
    for name in ["porch.local", "porch", "localhost", "127.0.0.1", "::1", "192.168.1.7", "fd00::7"] {
        assert_eq!(verdict(name), Ok(()), "{name}");
    }
    for name in ["kitchen.local", "192.168.1.8", "fd00::8", "example.org"] {
        assert!(is_refused(verdict(name)), "{name}");
    }
}

#[test]
fn a_browser_refuses_what_the_ca_may_not_speak_for() {
    let ca = ca();
    let public = HostNames::new(vec![DnsName::parse("www.example.org").unwrap()], Vec::new());
    let verdict = verify(ca.root.der(), &rogue_leaf(&ca, &public), "www.example.org", days(0));
    // By the constraint, and not because something else about the leaf was wrong.
    assert!(format!("{verdict:?}").contains("NameConstraintViolation"), "{verdict:?}");
    let public = HostNames::new(Vec::new(), vec![Ipv4Addr::new(9, 9, 9, 9).into()]);
    assert!(is_refused(verify(ca.root.der(), &rogue_leaf(&ca, &public), "9.9.9.9", days(0))));
}
