//! Sign-ins: their making and their end.

use crate::proto::id::{SessionId, UserId};

use super::NewSession;

/// See the module's text.
#[derive(Clone, Debug)]
pub enum SessionOp {
    /// A sign-in by password. `Refused(SignInFailed)` if what was checked is not the account's password any more.
    ///
    /// Where the owner does not allow several devices the account's other sessions make place, with `takeover`; without
    /// it, `Refused(InUseElsewhere)`. A session that the same attempt made is not elsewhere, and makes place.
    Create(SignIn),
    End {
        user: UserId,
        session: SessionId,
    },
    /// An owner of the box signs somebody out, wherever they are.
    EndAll {
        user: UserId,
    },
}

/// See [`SessionOp::Create`].
#[derive(Clone, Debug)]
pub struct SignIn {
    pub user: UserId,
    pub session: NewSession,
    /// The PHC string that the password was checked against.
    pub checked: String,
    /// The session that this browser has already, if it is the account's: it makes place in any case.
    pub here: Option<SessionId>,
    pub takeover: bool,
}
