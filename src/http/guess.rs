//! How often one may guess a password, make accounts and rename oneself, as `auth::rate` counts it; and who has guessed
//! right before.

use std::sync::{MutexGuard, PoisonError};

use axum::http::HeaderMap;
use axum::http::header::COOKIE;

use crate::auth::device::Marks;
use crate::auth::rate::{Guesser, Rates};
use crate::fair::Asker;
use crate::store::Account;

use super::App;
use super::refusal::Answer;
use super::signing_in::SignInPlace;

/// A guess that is being looked at. It was wrong unless it is said that it does not count: also where whoever guessed
/// is gone before it is known.
pub(super) struct Guess<'a> {
    app: &'a App,
    guesser: &'a Guesser,
    counts: bool,
}

impl Guess<'_> {
    /// It was right, or was not looked at after all.
    pub(super) fn discount(mut self) {
        self.counts = false;
    }
}

impl Drop for Guess<'_> {
    fn drop(&mut self) {
        let now = (self.app.wall)();
        let mut rates = self.app.rates();
        if self.counts { rates.wrong(self.guesser) } else { rates.discount(self.guesser, now) }
    }
}

impl App {
    /// Counts a guess; or says `slow_down`, or `busy` where others are being looked at that may be right.
    pub(super) fn count_guess<'a>(&'a self, guesser: &'a Guesser) -> Answer<Guess<'a>> {
        let now = (self.wall)();
        self.rates().guess(guesser, now)?;
        Ok(Guess { app: self, guesser, counts: true })
    }

    /// Who guesses at the password of an account: somebody who has given it before, or a stranger.
    pub(super) fn guesser(&self, place: &SignInPlace, account: Option<&Account>, name_key: Option<String>) -> Guesser {
        let stranger = Guesser::Stranger { network: place.network, name_key };
        let Some(account) = account else { return stranger };
        let current = place.before.replaced.as_ref().filter(|current| current.user.id == account.user.id);
        if let Some(current) = current {
            return Guesser::Session(current.session);
        }
        let device = self.device_key.known(&place.before.marks, account.user.id, &account.password);
        device.map_or(stranger, Guesser::Device)
    }

    /// Whole even where a thread panicked while holding it: a bucket is one number.
    pub(super) fn rates(&self) -> MutexGuard<'_, Rates> {
        self.rates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the cookies of a request say that its browser has signed in to.
    pub(super) fn marks(&self, headers: &HeaderMap) -> Marks {
        self.device_cookie.read(headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()))
    }
}

impl SignInPlace {
    /// Whose turn it is when a password is checked: strangers at an account do not keep its own devices waiting.
    pub(super) fn hashes_for(&self, guesser: &Guesser, account: Option<&Account>) -> Asker {
        match (guesser, account) {
            (Guesser::Device(_) | Guesser::Session(_), Some(account)) => Asker::Person(account.user.id),
            _ => self.asker(),
        }
    }
}
