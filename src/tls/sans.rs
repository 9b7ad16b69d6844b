//! The names and addresses that a certificate holds.

use std::net::IpAddr;

use rustls::pki_types::CertificateDer;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::host_names::HostNames;
use super::name::DnsName;

/// What a certificate is good for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Sans {
    pub names: HostNames,
    /// From `*.example.org`: `example.org`, which is not among the names unless it is there itself.
    pub parents: Vec<DnsName>,
}

/// Reads a certificate's subject alternative names; what is no host, or no certificate, gives none.
pub fn sans(certificate: &CertificateDer<'_>) -> Sans {
    let Ok((_, x509)) = X509Certificate::from_der(certificate) else { return Sans::default() };
    let Ok(Some(extension)) = x509.subject_alternative_name() else { return Sans::default() };
    let (mut names, mut parents, mut addresses) = (Vec::new(), Vec::new(), Vec::new());
    for general in &extension.value.general_names {
        match general {
            GeneralName::DNSName(name) => match name.strip_prefix("*.") {
                Some(parent) => parents.extend(DnsName::parse(parent)),
                None => names.extend(DnsName::parse(name)),
            },
            GeneralName::IPAddress(bytes) => addresses.extend(address(bytes)),
            _ => {}
        }
    }
    Sans { names: HostNames::new(names, addresses), parents }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(bytes).map(IpAddr::from).or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    #[test]
    fn names_wildcards_and_addresses_are_told_apart() {
        let held = ["chat.example.org", "*.example.org", "192.168.1.7", "fd00::7"].map(String::from);
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(held).unwrap().self_signed(&key).unwrap();
        let sans = sans(certificate.der());
        assert_eq!(sans.names.to_string(), "chat.example.org, 192.168.1.7, fd00::7");
        assert_eq!(sans.parents, [DnsName::parse("example.org").unwrap()]);
    }

    #[test]
    fn what_is_no_certificate_holds_nothing() {
        assert_eq!(sans(&CertificateDer::from(vec![0x30, 0x00])), Sans::default());
    }
}
