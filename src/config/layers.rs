//! Flags, environment and file, laid over each other: the first that names a key decides it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use super::ConfigError;
use super::args::Flags;

/// Environment variables by name.
pub type Environment = BTreeMap<String, OsString>;

/// Every option, by its one name in all places.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Key {
    CaptivePortal,
    Cert,
    DataDir,
    Http,
    Https,
    Interfaces,
    Key,
    Name,
    Names,
    NoMdns,
    Ranges,
}

impl Key {
    /// In the order they are printed.
    pub const ALL: [Self; 11] = [
        Self::DataDir,
        Self::Https,
        Self::Http,
        Self::Name,
        Self::Names,
        Self::Ranges,
        Self::Interfaces,
        Self::NoMdns,
        Self::CaptivePortal,
        Self::Cert,
        Self::Key,
    ];

    /// The name in the file, and after `--`.
    pub fn name(self) -> &'static str {
        match self {
            Self::CaptivePortal => "captive-portal",
            Self::Cert => "cert",
            Self::DataDir => "data-dir",
            Self::Http => "http",
            Self::Https => "https",
            Self::Interfaces => "interfaces",
            Self::Key => "key",
            Self::Name => "name",
            Self::Names => "names",
            Self::NoMdns => "no-mdns",
            Self::Ranges => "ranges",
        }
    }

    /// The name of the environment variable.
    pub fn variable(self) -> String {
        format!("PORCH_{}", self.name().replace('-', "_").to_ascii_uppercase())
    }
}

/// Where a value came from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Origin {
    /// Nobody said anything. With the variable the default was taken from, if one.
    Default(Option<&'static str>),
    /// A flag of the command line.
    Flag(&'static str),
    /// The TOML file.
    File(PathBuf),
    /// An environment variable.
    Variable(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default(None) => f.write_str("default"),
            Self::Default(Some(variable)) => write!(f, "default, from {variable}"),
            Self::Flag(name) => write!(f, "--{name}"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Variable(name) => f.write_str(name),
        }
    }
}

/// A value as it was written, before it is checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Raw {
    List(Vec<String>),
    Switch(bool),
    Text(OsString),
}

impl fmt::Display for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(parts) => f.write_str(&parts.join(",")),
            Self::Switch(on) => write!(f, "{on}"),
            Self::Text(text) => f.write_str(&text.to_string_lossy()),
        }
    }
}

/// The three places in which a value may be written.
pub(super) struct Layers<'a> {
    pub(super) flags: &'a Flags,
    pub(super) environment: &'a Environment,
    pub(super) file: Option<FileLayer>,
}

impl Layers<'_> {
    /// The value that counts, and where it was written. None when nobody said anything.
    pub(super) fn find(&self, key: Key) -> Option<(Raw, Origin)> {
        if let Some(raw) = self.flags.raw(key) {
            return Some((raw, Origin::Flag(key.name())));
        }
        let variable = key.variable();
        // An empty variable is how a shell or a unit file takes one back.
        if let Some(text) = self.environment.get(&variable).filter(|text| !text.is_empty()) {
            return Some((Raw::Text(text.clone()), Origin::Variable(variable)));
        }
        let file = self.file.as_ref()?;
        let (_, raw) = file.values.iter().find(|(known, _)| *known == key)?;
        Some((raw.clone(), Origin::File(file.path.clone())))
    }
}

/// The TOML file, its keys known and its values of a kind that some option takes.
pub(super) struct FileLayer {
    path: PathBuf,
    values: Vec<(Key, Raw)>,
}

impl FileLayer {
    /// Reads the text of the file at `path`.
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let table: toml::Table = text.parse().map_err(|fault: toml::de::Error| ConfigError::FileMalformed {
            path: path.into(),
            fault: fault.to_string(),
        })?;
        let mut values = Vec::new();
        for (name, value) in table {
            let Some(key) = Key::ALL.into_iter().find(|key| key.name() == name) else {
                return Err(ConfigError::UnknownKey { path: path.into(), key: name });
            };
            values.push((key, raw(key, value, path)?));
        }
        Ok(Self { path: path.into(), values })
    }
}

fn raw(key: Key, value: toml::Value, path: &Path) -> Result<Raw, ConfigError> {
    let fault = |value: &toml::Value, allowed| ConfigError::Value {
        key: key.name(),
        value: value.to_string(),
        origin: Origin::File(path.into()),
        allowed,
    };
    match value {
        toml::Value::Boolean(on) => Ok(Raw::Switch(on)),
        toml::Value::Integer(number) => Ok(Raw::Text(number.to_string().into())),
        toml::Value::String(text) => Ok(Raw::Text(text.into())),
        toml::Value::Array(parts) => parts
            .into_iter()
            .map(|part| match part {
                toml::Value::String(text) => Ok(text),
                other => Err(fault(&other, "a text in quotes, as every part of a list")),
            })
            .collect::<Result<_, _>>()
            .map(Raw::List),
        other => Err(fault(&other, "a text in quotes, a number, a list of texts, true or false")),
    }
}
