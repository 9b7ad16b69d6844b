//! What `porch doctor` finds: the same for the terminal, for `--json` and for the owner's page.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What is looked at.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Check {
    Ports,
    Addresses,
    Multicast,
    Responders,
    Name,
    Clock,
    Certificate,
    DiskSpace,
    DiskSpeed,
    OpenFiles,
    DataFolder,
    Files,
}

impl Check {
    /// In the order in which they are told: what keeps everybody out comes first.
    pub const ALL: [Self; 12] = [
        Self::Ports,
        Self::Addresses,
        Self::Multicast,
        Self::Responders,
        Self::Name,
        Self::Clock,
        Self::Certificate,
        Self::DiskSpace,
        Self::DiskSpeed,
        Self::OpenFiles,
        Self::DataFolder,
        Self::Files,
    ];

    /// The name on the wire, with spaces for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Ports => "ports",
            Self::Addresses => "addresses",
            Self::Multicast => "multicast",
            Self::Responders => "responders",
            Self::Name => "name",
            Self::Clock => "clock",
            Self::Certificate => "certificate",
            Self::DiskSpace => "disk space",
            Self::DiskSpeed => "disk speed",
            Self::OpenFiles => "open files",
            Self::DataFolder => "data folder",
            Self::Files => "files",
        }
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Ok,
    /// porch works; something will trouble people, now or some day.
    Warning,
    /// Something that porch needs is missing.
    Problem,
}

impl Level {
    /// The name on the wire, and in the terminal.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

/// What was found. Stable: clients translate by it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    AddressesFound,
    AddressesLinkLocal,
    AddressesNone,
    AddressesSeveral,
    CertificateAbsent,
    CertificateBroken,
    CertificateEnded,
    CertificateEnds,
    CertificateGood,
    CertificateLacks,
    CertificateOwnBroken,
    CertificateOwnEnded,
    CertificateOwnEnds,
    CertificateOwnGood,
    CertificateOwnUnanswered,
    ClockAhead,
    ClockBehind,
    ClockRight,
    ClockUnsynchronized,
    DataFolderDenied,
    DataFolderElsewhere,
    DataFolderGood,
    DataFolderInMemory,
    DataFolderMissing,
    DataFolderNew,
    DataFolderOpen,
    DataFolderReadOnly,
    DataFolderRemote,
    DatabaseBroken,
    DatabaseFailing,
    DatabaseFull,
    DatabaseGone,
    DatabaseGood,
    DatabaseLost,
    DatabaseNewer,
    DiskSpaceFull,
    DiskSpaceGood,
    DiskSpaceLow,
    DiskSpeedBad,
    DiskSpeedFailed,
    DiskSpeedGood,
    DiskSpeedSlow,
    FilesGood,
    FilesMissing,
    FilesNoSpace,
    FilesRemoved,
    FilesUncounted,
    MulticastNowhere,
    MulticastOff,
    MulticastUnheard,
    MulticastUnneeded,
    MulticastUnsent,
    MulticastV6,
    MulticastWorks,
    NameFree,
    NameHeld,
    NameLooking,
    NameOff,
    NameTaken,
    NameUnheard,
    OpenFilesGood,
    OpenFilesLow,
    PortDenied,
    PortFallback,
    PortFree,
    PortHeld,
    PortSilent,
    PortTaken,
    PortUnusable,
    RespondersBeside,
    RespondersExclusive,
    RespondersNone,
    Unchecked,
}

/// One line of the report.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Checked {
    pub check: Check,
    pub level: Level,
    pub finding: Finding,
    /// What the sentences are filled with; an empty one is not known.
    pub values: BTreeMap<String, String>,
    /// An English sentence, filled in.
    pub says: String,
    /// What to do, in English; empty where nothing is.
    pub advice: String,
}

/// `GET /api/doctor` and `porch doctor --json`. A check may have several lines: one for each port or interface.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Report {
    pub checks: Vec<Checked>,
}

impl Report {
    /// The worst there is; ok when nothing was looked at.
    pub fn level(&self) -> Level {
        self.checks.iter().map(|checked| checked.level).max().unwrap_or(Level::Ok)
    }
}
