//! What a certificate says of itself: the names and addresses that it holds, and when it ends.

use std::net::IpAddr;

use rustls::pki_types::CertificateDer;
use time::OffsetDateTime;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::host_names::HostNames;
use super::name::DnsName;

/// Characters of a name that is shown although it is none: as long as a host name may be.
const NAME_CHARS_SHOWN: usize = 253;

/// What a certificate is good for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Sans {
    pub names: HostNames,
    /// From `*.example.org`: `example.org`, which is not among the names unless it is there itself.
    pub parents: Vec<DnsName>,
    /// Names, as they are written there, and addresses beyond the limit: no request for them is answered.
    pub unanswered: Vec<String>,
}

impl From<HostNames> for Sans {
    fn from(names: HostNames) -> Self {
        Self { names, ..Self::default() }
    }
}

impl Sans {
    /// Whether there is nothing that a request could be answered for.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.parents.is_empty()
    }

    /// What of `wanted` it is not good for.
    pub fn missing_of(&self, wanted: &HostNames) -> HostNames {
        let under = |name: &DnsName| {
            let parent = name.as_str().split_once('.').map(|(_, parent)| parent);
            self.parents.iter().any(|held| Some(held.as_str()) == parent)
        };
        let missing = self.names.missing_of(wanted);
        let names = missing.names().iter().filter(|name| !under(name)).cloned().collect();
        HostNames::new(names, missing.addresses().to_vec())
    }
}

/// Reads a certificate's subject alternative names; what is no host, or no certificate, gives none.
pub fn sans(certificate: &CertificateDer<'_>) -> Sans {
    let Ok((_, x509)) = X509Certificate::from_der(certificate) else { return Sans::default() };
    let Ok(Some(extension)) = x509.subject_alternative_name() else { return Sans::default() };
    let (mut names, mut parents, mut addresses, mut unanswered) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for general in &extension.value.general_names {
        match general {
            GeneralName::DNSName(text) => {
                let (parent, kind) =
                    text.strip_prefix("*.").map_or((*text, &mut names), |parent| (parent, &mut parents));
                match DnsName::parse(parent) {
                    Some(name) => kind.push(name),
                    None => unanswered.push(printable(text)),
                }
            }
            GeneralName::IPAddress(bytes) => addresses.extend(address(bytes)),
            // Mail addresses and the like, which no browser asks for.
            _ => {}
        }
    }
    let names = HostNames::new(names, addresses.clone());
    addresses.retain(|address| !names.addresses().contains(address));
    unanswered.extend(addresses.iter().map(ToString::to_string));
    Sans { names, parents, unanswered }
}

/// When a certificate ends, and what it is for.
pub(super) fn about(certificate: &CertificateDer<'_>) -> Result<(OffsetDateTime, Sans), String> {
    let (_, x509) = X509Certificate::from_der(certificate).map_err(|fault| fault.to_string())?;
    Ok((x509.validity().not_after.to_datetime(), sans(certificate)))
}

/// A name from a file, for a line of the log or a page.
fn printable(text: &str) -> String {
    let shown = text.chars().take(NAME_CHARS_SHOWN);
    shown.map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
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
    fn names_and_addresses_that_no_request_is_answered_for_are_told() {
        let many = (0..40).map(|i| format!("10.0.0.{i}"));
        let held = ["chat_box.example.org", "*.chat_box.example.org", "*.*.example.org", "chat.example.org"];
        let key = KeyPair::generate().unwrap();
        let params =
            CertificateParams::new(held.map(String::from).into_iter().chain(many).collect::<Vec<_>>()).unwrap();
        let sans = sans(params.self_signed(&key).unwrap().der());
        assert_eq!(sans.unanswered[..3], ["chat_box.example.org", "*.chat_box.example.org", "*.*.example.org"]);
        assert_eq!((sans.unanswered.len(), sans.unanswered[3].as_str()), (3 + 8, "10.0.0.32"));
        assert_eq!((sans.names.names().len(), sans.parents.len()), (1, 0));
    }

    #[test]
    fn a_wildcard_is_good_for_one_label_in_front_of_it() {
        let parents = vec![DnsName::parse("example.org").unwrap()];
        let sans = Sans { parents, ..Sans::default() };
        let wanted =
            ["chat.example.org", "a.chat.example.org", "example.org"].map(|name| DnsName::parse(name).unwrap());
        let missing = sans.missing_of(&HostNames::new(wanted.to_vec(), Vec::new()));
        assert_eq!(missing.to_string(), "a.chat.example.org, example.org");
    }

    #[test]
    fn what_is_no_certificate_holds_nothing() {
        assert_eq!(sans(&CertificateDer::from(vec![0x30, 0x00])), Sans::default());
    }
}
