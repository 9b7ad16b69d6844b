//! `porch qr`: where the box is, for a phone's camera.

use std::fs;
use std::io::{self, Write as _};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use crate::config::{Config, QrCommand};
use crate::doctor::{Listening, listening};
use crate::lan;
use crate::qr;
use crate::tls;

use super::terminal::{Scheme, reached_at, url};
use super::{RunError, interfaces};

/// Prints the code of the running porch's best address; or only the address, or a file with the code.
pub(super) fn show(config: &Config, command: &QrCommand) -> Result<(), RunError> {
    let Some(https) = bound(config) else {
        return Err(RunError::Qr("porch does not run here: start it first (on a board: systemctl start porch)".into()));
    };
    let lan = lan::lan_addresses(&interfaces(config));
    let door = best_door(https, &lan);
    let too_long = || RunError::Qr(format!("{door} does not fit a QR code"));
    if let Some(file) = &command.svg {
        let drawn = qr::svg(&door, &door).ok_or_else(too_long)?;
        return fs::write(file, drawn).map_err(|fault| RunError::Qr(format!("{}: {fault}", file.display())));
    }
    let text = if command.url { format!("{door}\n") } else { page(config, https, &door).ok_or_else(too_long)? };
    // A closed terminal is nobody to tell.
    let _ = io::stdout().write_all(text.as_bytes());
    Ok(())
}

/// What the running porch has bound for HTTPS: by what it wrote down, else by who answers.
fn bound(config: &Config) -> Option<SocketAddr> {
    let find = || listening::find(&config.https.value.candidates(), &config.http.value.candidates());
    Listening::read(&config.data_dir.value).or_else(find).map(|listening| listening.https)
}

/// The address that phones reach most surely: an IP, as Android does not resolve names reliably.
fn best_door(https: SocketAddr, lan: &[IpAddr]) -> String {
    let doors = reached_at(https, lan);
    url(Scheme::Https, doors.first().copied().unwrap_or(https))
}

fn page(config: &Config, https: SocketAddr, door: &str) -> Option<String> {
    let mut text = format!("{}\n{door}\n", qr::terminal(door)?);
    if !config.no_mdns.value && https.ip().is_unspecified() {
        text.push_str(&format!("{}\n", named(config.name.value.label(), https.port())));
    }
    text.push_str(&known_by(&config.data_dir.value).unwrap_or_default());
    Some(text)
}

fn named(label: &str, port: u16) -> String {
    let (name, implied) = Scheme::Https.parts();
    if port == implied { format!("{name}://{label}.local") } else { format!("{name}://{label}.local:{port}") }
}

/// The line by which a person compares the box with what a phone shows; none where its CA may not be read.
fn known_by(data_dir: &Path) -> Option<String> {
    let root = tls::kept_root(&data_dir.join(tls::FOLDER))?;
    Some(format!("the box's own CA is SHA-256 {}\n", root.fingerprint()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_door_is_an_address_of_the_lan() {
        let lan = [IpAddr::from([10, 0, 0, 7])];
        assert_eq!(best_door("[::]:443".parse().unwrap(), &lan), "https://10.0.0.7");
        assert_eq!(best_door("127.0.0.1:8443".parse().unwrap(), &lan), "https://127.0.0.1:8443");
        assert_eq!(best_door("[::]:8443".parse().unwrap(), &[]), "https://127.0.0.1:8443");
    }

    #[test]
    fn the_name_has_the_port_where_it_is_needed() {
        assert_eq!(named("porch", 443), "https://porch.local");
        assert_eq!(named("class-7b", 8443), "https://class-7b.local:8443");
    }
}
