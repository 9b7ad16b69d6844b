//! Attempts to come in, known by a secret of the browser's own: one whose answer was lost is repeated with the same
//! secret, and comes to what it came to before.
//!
//! What the disk knows an attempt by binds the secret to all that must be the same again: what is attempted, by which
//! invite, under which name. A secret in other hands, or used for something else, is simply another attempt.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::proto::user_name::UserName;

/// Random bytes of a secret: as many as an invite's token has.
const SECRET_BYTES: usize = 16;

/// What is attempted.
#[derive(Clone, Copy, Debug)]
pub enum Aim<'a> {
    /// By the invite whose token has this hash.
    Join(&'a [u8; 32]),
    Register,
    /// A new password by a code.
    Reset,
    SignIn,
}

/// A browser's secret for an attempt. Its `Debug` says nothing.
#[derive(Clone, Eq, PartialEq)]
pub struct AttemptSecret([u8; SECRET_BYTES]);

impl AttemptSecret {
    /// The secret of this text, where it has the right form: 22 characters of `A-Z a-z 0-9 _ -`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; SECRET_BYTES + 2];
        let length = BASE64_URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
        Some(Self(bytes[..length].try_into().ok()?))
    }

    /// What the disk knows the attempt by. A plain hash is enough: nobody guesses 16 random bytes.
    pub fn hash(&self, aim: Aim<'_>, name: &UserName) -> [u8; 32] {
        let mut context = Context::new(&SHA256);
        context.update(&self.0);
        match aim {
            Aim::Join(invite) => {
                context.update(b"join");
                context.update(invite);
            }
            Aim::Register => context.update(b"register"),
            Aim::Reset => context.update(b"reset"),
            Aim::SignIn => context.update(b"sign in"),
        }
        // Nothing follows that could be taken for a part of it.
        context.update(name.key().as_bytes());
        context.finish().as_ref().try_into().expect("SHA-256 gives 32 bytes")
    }
}

impl fmt::Debug for AttemptSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AttemptSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_is_the_same_for_the_same_secret_aim_and_name_alone() {
        let [one, other] = ["A".repeat(22), "Q".repeat(22)].map(|text| AttemptSecret::parse(&text).unwrap());
        let [ada, grace] = ["Ada", "Grace"].map(|name| UserName::parse(name).unwrap());
        let hash = one.hash(Aim::Join(&[1; 32]), &ada);
        assert_eq!(hash, one.hash(Aim::Join(&[1; 32]), &UserName::parse(" ADA ").unwrap()));
        for foreign in [
            other.hash(Aim::Join(&[1; 32]), &ada),
            one.hash(Aim::Join(&[2; 32]), &ada),
            one.hash(Aim::Join(&[1; 32]), &grace),
            one.hash(Aim::Register, &ada),
            one.hash(Aim::Reset, &ada),
            one.hash(Aim::SignIn, &ada),
        ] {
            assert_ne!(foreign, hash);
        }
        assert_eq!(format!("{one:?}"), "AttemptSecret(..)");
    }

    #[test]
    fn what_is_no_secret_is_none() {
        for text in ["", "A", &"A".repeat(21), &"A".repeat(23), &"+".repeat(22), &format!("{}B", "A".repeat(21))] {
            assert_eq!(AttemptSecret::parse(text), None, "{text}");
        }
    }
}
