//! Configuration: flags over environment (`PORCH_*`) over TOML file over defaults, checked into one value.
//!
//! [`Config::resolve`] is a pure function of the three; [`from_process`] reads them from the running process.
//! Parts of porch get the piece they need, never the whole.

mod args;
mod box_name;
mod error;
mod interface_name;
mod layers;
mod listen;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Parser;

pub use args::{Arguments, Command, QrCommand, RoomCommand, UserCommand};
pub use box_name::BoxName;
pub use error::ConfigError;
pub use interface_name::InterfaceName;
pub use layers::{Environment, Key, Origin};
pub use listen::Listen;

use crate::proto::limits::{CONFIG_BYTES_MAX, EXTRA_NAMES_MAX, EXTRA_RANGES_MAX, INTERFACES_MAX};
use crate::tls::name::{DnsName, IpRange};
use layers::{FileLayer, Layers, Raw};

/// A value, and where it came from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Setting<T> {
    pub value: T,
    pub origin: Origin,
}

/// A certificate of the owner's own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OwnerCertificateFiles {
    /// PEM: the leaf first, then what leads to its root.
    pub cert: Setting<PathBuf>,
    /// PEM: the leaf's private key.
    pub key: Setting<PathBuf>,
}

/// The effective configuration.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Config {
    /// The folder of everything porch keeps.
    pub data_dir: Setting<PathBuf>,
    /// Where to serve HTTPS.
    pub https: Setting<Listen>,
    /// Where plain HTTP guides people from.
    pub http: Setting<Listen>,
    /// What the box is called.
    pub name: Setting<BoxName>,
    /// Host names the box answers to besides its own.
    pub names: Setting<Vec<DnsName>>,
    /// Address ranges the box's CA may speak for besides private ones.
    pub ranges: Setting<Vec<IpRange>>,
    /// The only interfaces through which people reach the box; of none, all that can lead to a phone.
    pub interfaces: Setting<Vec<InterfaceName>>,
    /// Whether the box stays silent on mDNS.
    pub no_mdns: Setting<bool>,
    /// Whether the box is the gateway of a Wi-Fi without Internet, and keeps phones on it.
    pub captive_portal: Setting<bool>,
    /// What replaces the box's own CA and leaf.
    pub owner_certificate: Option<OwnerCertificateFiles>,
}

/// Parses the command line, reads the environment and the file it names, and checks it all.
pub fn from_process() -> Result<(Command, Config), ConfigError> {
    let environment = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value))).collect();
    let arguments = parse_arguments(std::env::args_os())?;
    let file = match config_file(&arguments, &environment) {
        Some(path) => Some((read_file(&path)?, path)),
        None => None,
    };
    let file = file.as_ref().map(|(text, path)| (path.as_path(), text.as_str()));
    let config = Config::resolve(&arguments, &environment, file)?;
    Ok((arguments.command.unwrap_or_default(), config))
}

/// Parses a command line, the program's own name first.
pub fn parse_arguments(args: impl IntoIterator<Item = OsString>) -> Result<Arguments, ConfigError> {
    Arguments::try_parse_from(args).map_err(ConfigError::Arguments)
}

/// The TOML file that the command line or else the environment names.
pub fn config_file(arguments: &Arguments, environment: &Environment) -> Option<PathBuf> {
    let variable = || environment.get("PORCH_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from);
    arguments.flags.config.clone().or_else(variable)
}

fn read_file(path: &Path) -> Result<String, ConfigError> {
    let mut text = String::new();
    File::open(path)
        .and_then(|file| file.take(CONFIG_BYTES_MAX + 1).read_to_string(&mut text))
        .and_then(|bytes| match bytes as u64 > CONFIG_BYTES_MAX {
            true => Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is too large for a configuration")),
            false => Ok(text),
        })
        .map_err(|fault| ConfigError::FileUnreadable { path: path.into(), fault })
}

impl Config {
    /// Lays the three sources over each other and checks every value. `file` is a path and the text found there.
    pub fn resolve(
        arguments: &Arguments,
        environment: &Environment,
        file: Option<(&Path, &str)>,
    ) -> Result<Self, ConfigError> {
        let file = file.map(|(path, text)| FileLayer::parse(path, text)).transpose()?;
        let layers = Layers { flags: &arguments.flags, environment, file };
        let data_dir = match layers.one(Key::DataDir, "a folder", non_empty_path)? {
            Some(data_dir) => data_dir,
            None => default_data_dir(environment).ok_or(ConfigError::NoDataDir)?,
        };
        Ok(Self {
            data_dir,
            https: layers.text_or(Key::Https, Listen::ALLOWED, Listen::parse, || Listen::HTTPS)?,
            http: layers.text_or(Key::Http, Listen::ALLOWED, Listen::parse, || Listen::HTTP)?,
            name: layers.text_or(Key::Name, BoxName::ALLOWED, BoxName::parse, BoxName::default)?,
            names: layers.list(Key::Names, DnsName::ALLOWED_DOTTED, EXTRA_NAMES_MAX, dotted_name)?,
            ranges: layers.list(Key::Ranges, IpRange::ALLOWED, EXTRA_RANGES_MAX, IpRange::parse)?,
            interfaces: layers.list(Key::Interfaces, InterfaceName::ALLOWED, INTERFACES_MAX, InterfaceName::parse)?,
            no_mdns: or_default(layers.one(Key::NoMdns, "true or false", switch)?, || false),
            captive_portal: or_default(layers.one(Key::CaptivePortal, "true or false", switch)?, || false),
            owner_certificate: owner_certificate(&layers)?,
        })
    }
}

/// One option a line: key, value, origin. What `porch config` prints.
impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unset = Origin::Default(None);
        let own = |of: fn(&OwnerCertificateFiles) -> &Setting<PathBuf>| match &self.owner_certificate {
            Some(own) => (of(own).value.display().to_string(), &of(own).origin),
            None => ("none: the box's own CA".into(), &unset),
        };
        for key in Key::ALL {
            let (value, origin) = match key {
                Key::CaptivePortal => (self.captive_portal.value.to_string(), &self.captive_portal.origin),
                Key::Cert => own(|own| &own.cert),
                Key::DataDir => (self.data_dir.value.display().to_string(), &self.data_dir.origin),
                Key::Http => (self.http.value.to_string(), &self.http.origin),
                Key::Https => (self.https.value.to_string(), &self.https.origin),
                Key::Interfaces => (self.interfaces(), &self.interfaces.origin),
                Key::Key => own(|own| &own.key),
                Key::Name => (self.name.value.to_string(), &self.name.origin),
                Key::Names => (joined(&self.names.value), &self.names.origin),
                Key::NoMdns => (self.no_mdns.value.to_string(), &self.no_mdns.origin),
                Key::Ranges => (joined(&self.ranges.value), &self.ranges.origin),
            };
            writeln!(f, "{:<16}{value:<40} ({origin})", key.name())?;
        }
        Ok(())
    }
}

impl Config {
    fn interfaces(&self) -> String {
        match self.interfaces.value.as_slice() {
            [] => "all but tunnels and virtual ones".into(),
            chosen => joined(chosen),
        }
    }
}

fn joined(parts: &[impl fmt::Display]) -> String {
    match parts {
        [] => "none".into(),
        _ => parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
    }
}

impl Layers<'_> {
    /// The checked value of a key, if somebody wrote one.
    fn one<T>(
        &self,
        key: Key,
        allowed: &'static str,
        parse: impl Fn(&Raw) -> Option<T>,
    ) -> Result<Option<Setting<T>>, ConfigError> {
        let Some((raw, origin)) = self.find(key) else { return Ok(None) };
        match parse(&raw) {
            Some(value) => Ok(Some(Setting { value, origin })),
            None => Err(ConfigError::Value { key: key.name(), value: raw.to_string(), origin, allowed }),
        }
    }

    fn text_or<T>(
        &self,
        key: Key,
        allowed: &'static str,
        parse: impl Fn(&str) -> Option<T>,
        default: impl Fn() -> T,
    ) -> Result<Setting<T>, ConfigError> {
        let written = self.one(key, allowed, |raw| match raw {
            Raw::Text(text) => text.to_str().and_then(&parse),
            _ => None,
        })?;
        Ok(or_default(written, default))
    }

    fn list<T>(
        &self,
        key: Key,
        allowed: &'static str,
        parts_max: usize,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Setting<Vec<T>>, ConfigError> {
        let Some((raw, origin)) = self.find(key) else {
            return Ok(Setting { value: Vec::new(), origin: Origin::Default(None) });
        };
        let fault = |value: String| ConfigError::Value { key: key.name(), value, origin: origin.clone(), allowed };
        let parts = parts(&raw).ok_or_else(|| fault(raw.to_string()))?;
        if parts.len() > parts_max {
            let allowed = "a list of at most 16";
            return Err(ConfigError::Value { key: key.name(), value: raw.to_string(), origin, allowed });
        }
        let value =
            parts.iter().map(|part| parse(part).ok_or_else(|| fault(part.clone()))).collect::<Result<_, _>>()?;
        Ok(Setting { value, origin })
    }
}

/// The parts of a list, or of a text with commas. None for what is neither.
fn parts(raw: &Raw) -> Option<Vec<String>> {
    let trimmed = |part: &str| part.trim().to_owned();
    match raw {
        Raw::List(parts) => Some(parts.iter().map(|part| trimmed(part)).collect()),
        Raw::Text(text) => Some(text.to_str()?.split(',').map(trimmed).collect()),
        Raw::Switch(_) => None,
    }
}

fn or_default<T>(written: Option<Setting<T>>, default: impl Fn() -> T) -> Setting<T> {
    written.unwrap_or_else(|| Setting { value: default(), origin: Origin::Default(None) })
}

fn dotted_name(text: &str) -> Option<DnsName> {
    DnsName::parse(text).filter(DnsName::is_dotted)
}

fn non_empty_path(raw: &Raw) -> Option<PathBuf> {
    match raw {
        Raw::Text(path) if !path.is_empty() => Some(path.into()),
        _ => None,
    }
}

fn switch(raw: &Raw) -> Option<bool> {
    match raw {
        Raw::Switch(on) => Some(*on),
        Raw::Text(text) => match text.to_str()? {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        Raw::List(_) => None,
    }
}

fn owner_certificate(layers: &Layers<'_>) -> Result<Option<OwnerCertificateFiles>, ConfigError> {
    let cert = layers.one(Key::Cert, "a PEM file", non_empty_path)?;
    let key = layers.one(Key::Key, "a PEM file", non_empty_path)?;
    match (cert, key) {
        (None, None) => Ok(None),
        (Some(cert), Some(key)) => Ok(Some(OwnerCertificateFiles { cert, key })),
        (Some(_), None) => Err(ConfigError::PairIncomplete { given: "cert", missing: "key" }),
        (None, Some(_)) => Err(ConfigError::PairIncomplete { given: "key", missing: "cert" }),
    }
}

fn default_data_dir(environment: &Environment) -> Option<Setting<PathBuf>> {
    let setting = |value, variable| Some(Setting { value, origin: Origin::Default(Some(variable)) });
    // XDG: a relative folder is to be ignored.
    let folder = |variable| environment.get(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    // systemd names several folders, parted by colons, when the unit has several.
    let state = environment.get("STATE_DIRECTORY").and_then(|folders| folders.to_str()?.split(':').next());
    if let Some(state) = state.map(PathBuf::from).filter(|path| path.is_absolute()) {
        return setting(state, "STATE_DIRECTORY");
    }
    if let Some(shared) = folder("XDG_DATA_HOME") {
        return setting(shared.join("porch"), "XDG_DATA_HOME");
    }
    setting(folder("HOME")?.join(".local/share/porch"), "HOME")
}
