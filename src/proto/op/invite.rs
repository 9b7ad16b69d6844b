//! Invites: making and withdrawing them, and coming in by one.

use crate::proto::account::NewInvite;
use crate::proto::id::{InviteId, UserId};
use crate::proto::millis::Millis;

use super::NewAccount;

/// See the module's text.
#[derive(Clone, Debug)]
pub enum InviteOp {
    /// Makes an account by an invite, and counts the use of it: both or neither. Repeated as [`super::AccountOp::Create`] is.
    Join {
        /// SHA-256 of the invite's token.
        token_hash: [u8; 32],
        account: NewAccount,
    },
    /// `by` may lead into open rooms, and into those it is in.
    Make {
        by: UserId,
        invite: NewInvite,
        token: String,
        token_hash: [u8; 32],
        at: Millis,
    },
    Withdraw {
        invite: InviteId,
    },
}
