//! A new password by a code that an owner of the box gave.

use axum::extract::State;
use axum::response::IntoResponse;

use crate::auth::attempt::Aim;
use crate::auth::code::Code;
use crate::auth::password::Password;
use crate::proto::account::ResetPassword;
use crate::proto::code::ErrorCode;
use crate::proto::op::{AccountOp, Op, PasswordReset};
use crate::proto::user_name::UserName;
use crate::store::Account;

use super::App;
use super::extract::Json;
use super::refusal::{Answer, Refusal};
use super::signing_in::{SignInPlace, attempt_hash, new_session};

/// `POST /api/reset`: sets the password, signs in, and ends every other session. Codes are guessed at as passwords are.
pub(super) async fn reset(
    State(app): State<App>,
    place: SignInPlace,
    Json(asked): Json<ResetPassword>,
) -> Answer<impl IntoResponse> {
    let password = Password::chosen(&asked.new_password)?;
    // What is no name is the name of nobody.
    let name = UserName::parse(&asked.name).ok();
    let attempt = match &name {
        Some(name) => attempt_hash(asked.attempt.as_deref(), Aim::Reset, name)?,
        None => None,
    };
    let asker = place.asker();
    let name_key = name.map(|name| name.key().to_owned());
    let account = match name_key.clone() {
        Some(key) => app.store.read(asker, move |reader| reader.account_by_key(&key)).await?,
        None => None,
    };
    // The code is used up where only the answer was lost. Whether it was, the store says.
    let checked = match app.was_attempted(asker, attempt).await? {
        true => None,
        false => Some(app.check_code(&place, account.as_ref(), name_key, &asked.code).await?),
    };
    let user = account.ok_or(ErrorCode::CodeWrong)?.user.id;
    let password = app.hasher.hash(asker, password).await?;
    let (cookie, session) = new_session(place.device, attempt, (app.wall)())?;
    let op =
        Op::Account(AccountOp::ResetPassword(PasswordReset { user, checked, password: password.clone(), session }));
    let user = app.enter(asker, op).await?;
    log::info!("person {} has a new password by a code", user.id);
    app.signed_in(&cookie, user, place.before, &password).await
}

impl App {
    /// Whether this is the account's code: or `code_wrong`, or `slow_down`. Gives what it was checked against, for the
    /// change to look at again.
    async fn check_code(
        &self,
        place: &SignInPlace,
        account: Option<&Account>,
        name_key: Option<String>,
        code: &str,
    ) -> Answer<String> {
        let guesser = self.guesser(place, account, name_key);
        let guess = self.count_guess(&guesser)?;
        // Checked even where there is no code, so that all answers take the same time.
        let stored = account.map(|account| account.code.clone()).filter(|code| !code.is_empty());
        let hashes_for = place.hashes_for(&guesser, account);
        let right = self.hasher.verify(hashes_for, Code::typed(code).secret(), stored.clone()).await;
        if right == Ok(false) {
            drop(guess);
        } else {
            guess.discount();
        }
        let right = right?;
        stored.filter(|_| right).ok_or_else(|| Refusal::from(ErrorCode::CodeWrong))
    }
}
