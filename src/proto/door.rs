//! Where the box can be reached, as its page shows it.

use serde::{Deserialize, Serialize};

/// What kind of address a door has.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum DoorKind {
    /// An IP address: works everywhere, and changes when the network's router likes.
    Address,
    /// The `.local` name that no other box has.
    Alias,
    /// A name that the owner configured, or has a certificate for.
    Extra,
    /// The short `.local` name.
    Name,
}

/// One address that leads to the box.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Door {
    pub url: String,
    /// The same door without TLS: for a device that may not trust the box yet.
    pub plain: String,
    pub kind: DoorKind,
}

/// `GET /api/doors`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DoorList {
    /// The likeliest to work first.
    pub doors: Vec<Door>,
    /// The fingerprint in words; empty where the owner brought a certificate.
    pub words: Vec<String>,
    /// The same words in Chinese, one for each.
    pub words_zh: Vec<String>,
    /// SHA-256 of the box's own CA; null where the owner brought a certificate.
    pub fingerprint: Option<String>,
}
