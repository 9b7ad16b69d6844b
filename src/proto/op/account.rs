//! Changes of accounts: their making, names, passwords, pictures, and their end.

use crate::proto::id::{SessionId, UserId};
use crate::proto::millis::Millis;
use crate::proto::user_name::UserName;

use super::NewSession;

/// See the module's text.
#[derive(Clone, Debug)]
pub enum AccountOp {
    ClearPicture {
        user: UserId,
    },
    /// The first account becomes the owner. Joins the room for everybody. If the same attempt has made it already, and
    /// not been signed out since, `SessionCreated` with the password of now: whatever has changed meanwhile.
    Create(NewAccount),
    /// Takes the account's name, password, sessions, picture and memberships; its messages stay.
    Delete {
        user: UserId,
        /// The PHC string that the password was checked against: `Refused(PasswordWrong)` if it is another now.
        checked: String,
        at: Millis,
    },
    MakeOwner {
        user: UserId,
    },
    Rename {
        user: UserId,
        name: UserName,
    },
    /// Ends every session but `keep`.
    SetPassword {
        user: UserId,
        /// As in [`AccountOp::Delete`]; none: at the board, where nobody is asked for it.
        checked: Option<String>,
        password: String,
        keep: Option<SessionId>,
    },
    /// JPEGs of the edges in [`crate::proto::limits::PICTURE_EDGES`].
    SetPicture {
        user: UserId,
        jpegs: [Vec<u8>; 3],
    },
}

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewAccount {
    pub name: UserName,
    /// A PHC string; empty: none, by an invite.
    pub password: String,
    pub session: NewSession,
}
