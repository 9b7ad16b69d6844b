//! Why sessions end: told to whoever comes back with one.

use serde::{Deserialize, Serialize};

/// Why a session has ended.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SessionEnd {
    /// The account was deleted by whose it was.
    AccountDeleted,
    AccountDeletedByOwner,
    /// The account has another password.
    PasswordChanged,
    /// By whose it was.
    SignedOut,
    SignedOutByOwner,
    /// A guest's: its time is over, the owner ended it, or takes no guests any more.
    StayEnded,
    /// The account was signed in elsewhere.
    TakenOver,
}

impl SessionEnd {
    pub const ALL: [Self; 7] = [
        Self::AccountDeleted,
        Self::AccountDeletedByOwner,
        Self::PasswordChanged,
        Self::SignedOut,
        Self::SignedOutByOwner,
        Self::StayEnded,
        Self::TakenOver,
    ];
}
