//! `porch qr`: where the box is, for a phone's camera.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use crate::config::{Config, QrCommand};
use crate::doctor::{Listening, listening};
use crate::guide::words;
use crate::lan;
use crate::qr;
use crate::tls;

use super::terminal::{KnownBy, Scheme, best_door, url};
use super::{RunError, interfaces};

/// Prints the code of the running porch's best address; or only the address, or a file with the code.
pub(super) fn show(config: &Config, command: &QrCommand) -> Result<(), RunError> {
    let Some(listening) = bound(config) else {
        return Err(RunError::Qr("porch does not run here: start it first (on a board: systemctl start porch)".into()));
    };
    let lan = lan::lan_addresses(&interfaces(config));
    let (scheme, address) = best_door(&listening, &lan, config.owner_certificate.is_none());
    let door = url(scheme, address);
    let too_long = || RunError::Qr(format!("{door} does not fit a QR code"));
    if let Some(file) = &command.svg {
        let drawn = qr::svg(&door, &door).ok_or_else(too_long)?;
        return fs::write(file, drawn).map_err(|fault| RunError::Qr(format!("{}: {fault}", file.display())));
    }
    let text = if command.url {
        format!("{door}\n")
    } else {
        let mut text = format!("{}\n{door}\n", qr::terminal(&door).ok_or_else(too_long)?);
        if !config.no_mdns.value && listening.https.ip().is_unspecified() {
            text.push_str(&format!("{}\n", named(scheme, config.name.value.label(), address.port())));
        }
        if config.owner_certificate.is_none() {
            text.push_str(&known_by(&config.data_dir.value).map(|known| known.to_string()).unwrap_or_default());
        }
        text
    };
    // A closed terminal is nobody to tell.
    let _ = io::stdout().write_all(text.as_bytes());
    Ok(())
}

/// What the running porch has bound: by what it wrote down, else by who answers.
fn bound(config: &Config) -> Option<Listening> {
    let find = || listening::find(&config.https.value.candidates(), &config.http.value.candidates());
    Listening::read(&config.data_dir.value).or_else(find)
}

fn named(scheme: Scheme, label: &str, port: u16) -> String {
    let (name, implied) = scheme.parts();
    if port == implied { format!("{name}://{label}.local") } else { format!("{name}://{label}.local:{port}") }
}

/// By what a person compares the box with what a phone shows; none where its CA may not be read.
fn known_by(data_dir: &Path) -> Option<KnownBy> {
    let root = tls::kept_root(&data_dir.join(tls::FOLDER))?;
    Some(KnownBy { fingerprint: root.fingerprint(), words: words::of(&words::fingerprint(root.der())) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_has_the_port_where_it_is_needed() {
        assert_eq!(named(Scheme::Https, "porch", 443), "https://porch.local");
        assert_eq!(named(Scheme::Http, "porch", 80), "http://porch.local");
        assert_eq!(named(Scheme::Http, "class-7b", 8080), "http://class-7b.local:8080");
    }
}
