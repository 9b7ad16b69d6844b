//! What can be wrong with the configuration, told so that its author can mend it.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use super::Origin;

/// Why porch does not start. All but [`ConfigError::Arguments`] are for the box's owner to mend.
#[derive(Debug)]
pub enum ConfigError {
    /// Clap's own answer: a wrong argument, or the text of `--help` and `--version`, which are no errors.
    Arguments(clap::Error),
    /// The file could not be read.
    FileUnreadable { path: PathBuf, fault: io::Error },
    /// The file is not TOML.
    FileMalformed { path: PathBuf, fault: String },
    /// There is no home folder to keep the data in.
    NoDataDir,
    /// One of `cert` and `key` is there without the other.
    PairIncomplete { given: &'static str, missing: &'static str },
    /// The file has a key that porch does not know.
    UnknownKey { path: PathBuf, key: String },
    /// A value that cannot be meant.
    Value { key: &'static str, value: String, origin: Origin, allowed: &'static str },
}

impl ConfigError {
    /// Prints the error, or the help that was asked for, and gives the exit code: 2 for an error.
    pub fn report(&self) -> ExitCode {
        if let Self::Arguments(answer) = self {
            // Nobody is left to tell when the terminal itself is gone.
            let _ = answer.print();
            return ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(2));
        }
        eprintln!("porch: {self}");
        ExitCode::from(2)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arguments(answer) => write!(f, "{answer}"),
            Self::FileUnreadable { path, fault } => {
                write!(f, "the configuration file {} cannot be read: {fault}", path.display())
            }
            Self::FileMalformed { path, fault } => {
                write!(f, "the configuration file {} is not TOML: {fault}", path.display())
            }
            Self::NoDataDir => f.write_str(
                "there is no home folder to keep the data in: say where with --data-dir DIR, PORCH_DATA_DIR \
                 or data-dir in the configuration file",
            ),
            Self::PairIncomplete { given, missing } => {
                write!(f, "{given} is given without {missing}: a certificate needs both, or neither for porch's own")
            }
            Self::UnknownKey { path, key } => {
                let known = super::Key::ALL.map(super::Key::name).join(", ");
                write!(f, "the configuration file {} has an unknown key {key:?}; known are {known}", path.display())
            }
            Self::Value { key, value, origin, allowed } => {
                write!(f, "{key} cannot be {value:?} ({origin}); allowed is {allowed}")
            }
        }
    }
}

impl std::error::Error for ConfigError {}
