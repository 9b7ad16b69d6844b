//! Passwords: argon2id hashes as PHC strings, made and checked on blocking threads, few at a time.

use std::fmt;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use tokio::task;
use unicode_normalization::UnicodeNormalization;

use crate::fair::{Asker, Busy, Lane, LaneMax, TurnMax};
use crate::proto::code::ErrorCode;
use crate::proto::limits::{
    ARGON2_AT_ONCE, ARGON2_MEMORY_KIB, ARGON2_OF_ONE_WAITING_MAX, ARGON2_PASSES, ARGON2_WAITING_MAX,
    PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN,
};

const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;

/// A stored hash may ask for this much memory at most, so that a damaged one does not ask for all there is.
const STORED_MEMORY_KIB_MAX: u32 = 4 * ARGON2_MEMORY_KIB;
/// A stored hash may ask for this many passes at most.
const STORED_PASSES_MAX: u32 = 8 * ARGON2_PASSES;

/// Blocks (of 1 KiB) reserved for a hash, used or not.
///
/// glibc learns from the first 19 MiB that are given back to keep such pieces, one for each thread: a few sign-ins
/// would hold hundreds of megabytes. Above 32 MiB it never learns and gives back at once. Unused pages cost nothing.
const RESERVED_BLOCKS_MIN: usize = 33 * 1024;

/// What someone typed for a password. Its `Debug` says nothing.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// A password typed to sign in, of any length: a wrong length is a wrong password.
    pub fn typed(text: &str) -> Self {
        // NFKC, as NIST SP 800-63B asks: keyboards differ in how they compose what looks the same.
        Self(text.nfkc().collect())
    }

    /// A new password, 8 to 256 characters, or `password_short` or `password_long`.
    pub fn chosen(text: &str) -> Result<Self, ErrorCode> {
        match text.chars().count() {
            ..PASSWORD_CHARS_MIN => Err(ErrorCode::PasswordShort),
            PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX => Ok(Self::typed(text)),
            _ => Err(ErrorCode::PasswordLong),
        }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// Why there is no answer about a password.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HashError {
    /// As many wait already as may.
    Busy,
    /// No memory, or no randomness for a salt.
    Failed,
}

/// Makes and checks hashes: [`ARGON2_AT_ONCE`] at a time, [`ARGON2_WAITING_MAX`] waiting and taking turns by who asks,
/// `Busy` beyond.
#[derive(Clone)]
pub struct Hasher {
    lane: Lane,
    #[cfg(test)]
    runs: std::sync::Arc<std::sync::atomic::AtomicUsize>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self {
            // One asker may have all turns of a moment: each is short.
            lane: Lane::new(LaneMax {
                at_once: ARGON2_AT_ONCE,
                at_once_of_one: ARGON2_AT_ONCE,
                waiting: TurnMax { of_one: ARGON2_OF_ONE_WAITING_MAX, in_all: ARGON2_WAITING_MAX },
            }),
            #[cfg(test)]
            runs: std::sync::Arc::default(),
        }
    }
}

impl Hasher {
    /// The PHC string to store for a password.
    pub async fn hash(&self, asker: Asker, password: Password) -> Result<String, HashError> {
        self.run(asker, move || {
            let mut salt = [0; SALT_BYTES];
            aws_lc_rs::rand::fill(&mut salt).map_err(|_| HashError::Failed)?;
            hash(&password, &salt)
        })
        .await?
    }

    /// Whether the password is the one stored.
    ///
    /// Where nobody has the name there is nothing stored; that costs the same and is never true.
    pub async fn verify(&self, asker: Asker, password: Password, stored: Option<String>) -> Result<bool, HashError> {
        self.run(asker, move || match stored {
            Some(stored) => verify(&password, &stored),
            None => hash(&password, &[0; SALT_BYTES]).map(|_| false),
        })
        .await?
    }

    /// How many passwords were hashed or checked: the tests' way to see that two answers cost the same.
    #[cfg(test)]
    pub(crate) fn runs(&self) -> usize {
        self.runs.load(std::sync::atomic::Ordering::Relaxed)
    }

    async fn run<T: Send + 'static>(
        &self,
        asker: Asker,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashError> {
        let turn = self.lane.enter(asker).await.map_err(|Busy| HashError::Busy)?;
        #[cfg(test)]
        self.runs.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        // The turn goes with the work: it runs on when the one who asked is gone.
        let work = move || {
            let answer = work();
            drop(turn);
            answer
        };
        task::spawn_blocking(work).await.map_err(|_| HashError::Failed)
    }
}

fn hash(password: &Password, salt: &[u8; SALT_BYTES]) -> Result<String, HashError> {
    let params = Params::new(ARGON2_MEMORY_KIB, ARGON2_PASSES, 1, Some(HASH_BYTES)).map_err(|_| HashError::Failed)?;
    let text_params = ParamsString::try_from(&params).map_err(|_| HashError::Failed)?;
    let mut bytes = [0; HASH_BYTES];
    derive(password, salt, params, &mut bytes)?;
    let phc = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: text_params,
        salt: Some(Salt::new(salt).map_err(|_| HashError::Failed)?),
        hash: Some(Output::new(&bytes).map_err(|_| HashError::Failed)?),
    };
    Ok(phc.to_string())
}

fn verify(password: &Password, stored: &str) -> Result<bool, HashError> {
    let Some((salt, expected, params)) = parse(stored) else {
        // Whoever has the account needs a new password; nobody may sign in with any.
        log::error!("a stored password hash is damaged");
        return Ok(false);
    };
    let mut bytes = vec![0; expected.len()];
    derive(password, &salt, params, &mut bytes)?;
    Ok(verify_slices_are_equal(&bytes, expected.as_bytes()).is_ok())
}

/// Salt, hash and parameters of a PHC string, where it is whole, argon2id, and within what a box can do.
fn parse(stored: &str) -> Option<(Salt, Output, Params)> {
    let phc = PasswordHash::new(stored).ok()?;
    let params = Params::try_from(&phc).ok()?;
    let known = phc.algorithm == ARGON2ID_IDENT && phc.version == Some(Version::V0x13.into());
    let modest = params.m_cost() <= STORED_MEMORY_KIB_MAX && params.t_cost() <= STORED_PASSES_MAX;
    if known && modest { Some((phc.salt?, phc.hash?, params)) } else { None }
}

fn derive(password: &Password, salt: &[u8], params: Params, out: &mut [u8]) -> Result<(), HashError> {
    let mut memory: Vec<Block> = Vec::new();
    memory.try_reserve_exact(params.block_count().max(RESERVED_BLOCKS_MIN)).map_err(|_| HashError::Failed)?;
    memory.resize(params.block_count(), Block::default());
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(password.0.as_bytes(), salt, out, &mut memory)
        .map_err(|_| HashError::Failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::id::UserId;
    use proptest::prelude::*;

    const CORRECT: &str = "correct horse";

    fn typed(text: &str) -> Password {
        Password::typed(text)
    }

    #[tokio::test]
    async fn the_right_password_is_told_from_a_wrong_one() {
        let hasher = Hasher::default();
        let stored = hasher.hash(Asker::Box, Password::chosen(CORRECT).unwrap()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_eq!(hasher.verify(Asker::Box, typed(CORRECT), Some(stored.clone())).await, Ok(true));
        for wrong in ["correct horsf", "Correct horse", "correct horse ", ""] {
            assert_eq!(hasher.verify(Asker::Box, typed(wrong), Some(stored.clone())).await, Ok(false), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_password_is_the_same_however_it_is_composed() {
        let hasher = Hasher::default();
        let stored = hasher.hash(Asker::Box, Password::chosen("se\u{301}same ouvre-toi").unwrap()).await.unwrap();
        assert_eq!(hasher.verify(Asker::Box, typed("s\u{e9}same ouvre-toi"), Some(stored)).await, Ok(true));
    }

    #[tokio::test]
    async fn two_hashes_of_one_password_differ() {
        let hasher = Hasher::default();
        let [a, b] = [hasher.hash(Asker::Box, typed(CORRECT)).await, hasher.hash(Asker::Box, typed(CORRECT)).await];
        assert_ne!(a.unwrap(), b.unwrap());
    }

    #[tokio::test]
    async fn a_name_nobody_has_costs_one_run_and_is_never_right() {
        let hasher = Hasher::default();
        let stored = hasher.hash(Asker::Box, typed(CORRECT)).await.unwrap();
        let mut runs = vec![hasher.runs()];
        assert_eq!(hasher.verify(Asker::Box, typed(CORRECT), None).await, Ok(false));
        runs.push(hasher.runs());
        assert_eq!(hasher.verify(Asker::Box, typed("wrong"), Some(stored)).await, Ok(false));
        runs.push(hasher.runs());
        assert_eq!(runs, [1, 2, 3]);
    }

    #[tokio::test]
    async fn more_of_one_than_may_wait_are_told_busy_and_others_come_before_what_waits() {
        let hasher = Hasher::default();
        let person = |id| Asker::Person(UserId(id));
        let mut turns = Vec::new();
        for _ in 0..ARGON2_AT_ONCE {
            turns.push(hasher.lane.enter(Asker::Box).await.unwrap());
        }
        let (tell, mut told) = tokio::sync::mpsc::channel(2 * ARGON2_OF_ONE_WAITING_MAX);
        let mut waiting = task::JoinSet::new();
        for id in std::iter::repeat_n(1, ARGON2_OF_ONE_WAITING_MAX).chain([2]) {
            let (hasher, tell) = (hasher.clone(), tell.clone());
            waiting.spawn(async move { hasher.run(person(id), move || tell.try_send(id).is_ok()).await });
            // Runs until it waits.
            task::yield_now().await;
        }
        assert_eq!(hasher.run(person(1), || ()).await, Err(HashError::Busy));
        drop(turns);
        assert!(waiting.join_all().await.into_iter().all(|answer| answer.is_ok()));
        let first = [told.recv().await, told.recv().await, told.recv().await];
        assert!(first.contains(&Some(2)), "{first:?}");
    }

    #[test]
    fn a_new_password_has_8_to_256_characters() {
        assert!(Password::chosen(&"好".repeat(8)).is_ok());
        assert!(Password::chosen(&"好".repeat(256)).is_ok());
        assert_eq!(Password::chosen(&"好".repeat(7)).err(), Some(ErrorCode::PasswordShort));
        assert_eq!(Password::chosen(&"好".repeat(257)).err(), Some(ErrorCode::PasswordLong));
    }

    #[test]
    fn a_password_is_not_printed() {
        assert_eq!(format!("{:?}", typed("secret")), "Password(..)");
    }

    #[test]
    fn a_damaged_hash_is_a_wrong_password() {
        let whole = hash(&typed(CORRECT), &[7; SALT_BYTES]).unwrap();
        assert_eq!(verify(&typed(CORRECT), &whole), Ok(true));
        let damaged = [
            String::new(),
            "plain".into(),
            whole[..whole.len() - 1].into(),
            whole[..60].into(),
            whole.replace("argon2id", "argon2i"),
            whole.replace("v=19", "v=16"),
            whole.replace("m=19456", "m=4294967295"),
            whole.replace("t=2", "t=4294967295"),
            whole.replace("p=1", "p=0"),
            whole.replace("p=1", "p=16777215"),
            whole.replace('$', "\0"),
        ];
        for stored in damaged {
            assert_eq!(verify(&typed(CORRECT), &stored), Ok(false), "{stored}");
        }
    }

    proptest! {
        // Few and short: one that happens to be whole costs a hash.
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_stored_text_is_read_without_a_panic(stored in "\\PC{0,80}", tail in "[$a-zA-Z0-9+/=,]{0,60}") {
            let _ = parse(&stored);
            let _ = parse(&format!("$argon2id$v=19$m=19456,t=2,p=1${tail}"));
            let _ = parse(&format!("$argon2id$v=19${tail}"));
        }
    }
}
