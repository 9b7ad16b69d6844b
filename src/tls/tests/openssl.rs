//! What another implementation says: OpenSSL, where it is installed.

use std::fs;
use std::process::{Command, Output};

use super::super::ca::pem;
use super::super::name::DnsName;
use super::*;

fn openssl(args: &[&str], folder: &Path) -> Option<Output> {
    match Command::new("openssl").args(args).current_dir(folder).output() {
        Ok(output) => Some(output),
        Err(fault) => {
            eprintln!("SKIPPED: openssl cannot be run ({fault}); install it to check certificates against it");
            None
        }
    }
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

/// A folder with root.pem, leaf.pem, and rogue.pem for a name the root may not speak for.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let ca = ca();
    let served = leaf(&ca, &names(&["192.168.1.7", "fd00::7"]), days(0));
    let public = HostNames::new(vec![DnsName::parse("www.example.org").unwrap()], Vec::new());
    let rogue = leaf(&ca, &public, days(0));
    fs::write(folder.path().join("root.pem"), ca.root.pem()).unwrap();
    fs::write(folder.path().join("leaf.pem"), pem("CERTIFICATE", &served.certified.cert[0])).unwrap();
    fs::write(folder.path().join("rogue.pem"), pem("CERTIFICATE", &rogue.certified.cert[0])).unwrap();
    folder
}

#[test]
fn openssl_verifies_the_leaf_and_refuses_what_the_ca_may_not_speak_for() {
    let folder = folder();
    let at = days(0).unix_timestamp().to_string();
    let verify = |extra: &[&str]| {
        let args = ["verify", "-x509_strict", "-purpose", "sslserver", "-attime", &at, "-CAfile", "root.pem"];
        openssl(&[&args, extra].concat(), folder.path())
    };
    let Some(output) = verify(&["-verify_hostname", "porch.local", "leaf.pem"]) else { return };
    assert!(output.status.success(), "{}", text(&output));
    let output = verify(&["-verify_ip", "fd00::7", "leaf.pem"]).unwrap();
    assert!(output.status.success(), "{}", text(&output));
    let output = verify(&["-verify_ip", "192.168.1.8", "leaf.pem"]).unwrap();
    assert!(!output.status.success(), "{}", text(&output));
    let output = verify(&["rogue.pem"]).unwrap();
    assert!(!output.status.success() && text(&output).contains("permitted subtree violation"), "{}", text(&output));
}

#[test]
fn openssl_reads_the_fingerprint_that_porch_prints() {
    let folder = tempfile::tempdir().unwrap();
    let ca = ca();
    fs::write(folder.path().join("root.der"), ca.root.der()).unwrap();
    let args = ["x509", "-inform", "DER", "-in", "root.der", "-noout", "-fingerprint", "-sha256"];
    let Some(output) = openssl(&args, folder.path()) else { return };
    assert!(text(&output).contains(&ca.root.fingerprint()), "{}", text(&output));
}
