//! What is kept of what pages tell: errors and times, by day.

use crate::proto::histogram::Histogram;
use crate::proto::millis::Millis;
use crate::proto::monitor::{ErrorText, Ident, Stack};

/// See the module's text.
#[derive(Clone, Debug)]
pub enum MonitorOp {
    /// Removes all.
    Clear,
    Keep(MonitorChanges),
}

/// What is different since the last time.
#[derive(Clone, Debug, Default)]
pub struct MonitorChanges {
    /// New ones, and in place of those with the same ids.
    pub rows: MonitorRows,
    /// The ids of errors that go.
    pub errors_gone: Vec<u64>,
    /// The ids of times that go.
    pub times_gone: Vec<u64>,
}

/// Errors and times as they are kept.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct MonitorRows {
    pub errors: Vec<ErrorRow>,
    pub times: Vec<TimesRow>,
}

/// An error on one day, of one version on one kind of device.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ErrorRow {
    pub id: u64,
    /// Days since 1970, UTC.
    pub day: i64,
    pub name: Ident,
    pub text: ErrorText,
    pub stack: Stack,
    pub version: Ident,
    pub device: String,
    pub screen: Ident,
    pub count: u32,
    pub first_at: Millis,
    pub last_at: Millis,
}

/// How quick pages were on one day, on one kind of device.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TimesRow {
    pub id: u64,
    /// Days since 1970, UTC.
    pub day: i64,
    pub device: String,
    pub loads: Histogram,
    pub interactions: Histogram,
    pub long_tasks: u32,
    pub longest_ms: u32,
    pub lost: u32,
}
