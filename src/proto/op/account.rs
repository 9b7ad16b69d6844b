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
        by: DeletedBy,
        at: Millis,
    },
    /// Lets whoever has the code set a new password, once, before this time. One from before is void.
    GiveCode {
        user: UserId,
        /// The PHC string that the code is checked against.
        code: String,
        ends_at: Millis,
    },
    MakeOwner {
        user: UserId,
    },
    Rename {
        user: UserId,
        name: UserName,
    },
    /// A new password by a code, which is used up: signs in, and ends every other session.
    ResetPassword(PasswordReset),
    /// An owner of the box is a member again: `Refused(LastOwner)` where nobody would own it any more.
    RevokeOwner {
        user: UserId,
    },
    /// Ends every session but `keep`, and voids a code.
    SetPassword {
        user: UserId,
        /// The PHC string that the present one was checked against: `Refused(PasswordWrong)` if it is another now. None: at
        /// the board, where nobody is asked for it.
        checked: Option<String>,
        password: String,
        keep: Option<SessionId>,
    },
    /// JPEGs of the edges in [`crate::proto::limits::PICTURE_EDGES`].
    SetPicture {
        user: UserId,
        jpegs: [Vec<u8>; 3],
    },
    /// Whether others are told how far this person has read, and this person of others.
    SetReceipts {
        user: UserId,
        on: bool,
    },
}

/// Who deletes an account.
#[derive(Clone, Debug)]
pub enum DeletedBy {
    /// An owner of the box, or whoever is at the board: not that of an owner.
    Owner,
    /// Whose it is. The PHC string that the password was checked against: `Refused(PasswordWrong)` if it is another now.
    Themselves { checked: String },
}

/// See [`AccountOp::ResetPassword`].
#[derive(Clone, Debug)]
pub struct PasswordReset {
    pub user: UserId,
    /// The PHC string that the code was checked against; none: the same attempt has used it, and its answer was lost.
    pub checked: Option<String>,
    /// A PHC string.
    pub password: String,
    pub session: NewSession,
}

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewAccount {
    pub name: UserName,
    /// A PHC string; empty: none, by an invite.
    pub password: String,
    pub session: NewSession,
}
