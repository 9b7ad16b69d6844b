//! What an owner of the box does with the account of somebody else: makes them an owner too and takes that back, signs them
//! out, gives them a code for a new password, deletes the account. Each is a line in the log.
//!
//! Never with one's own: for that there is `/api/me`, which asks for the password.

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::code::Code;
use crate::proto::account::{CodeAnswer, UserAnswer};
use crate::proto::code::ErrorCode;
use crate::proto::id::UserId;
use crate::proto::limits::CODE_KEPT_MS;
use crate::proto::op::{AccountOp, DeletedBy, Needs, Op, Reply, SessionOp};

use super::App;
use super::current_session::CurrentSession;
use super::extract::PathIds;
use super::refusal::{Answer, Refusal};

/// `PUT /api/people/{user}/owner`.
pub(super) async fn make_owner(
    State(app): State<App>,
    current: CurrentSession,
    PathIds(user): PathIds<UserId>,
) -> Answer<JsonAnswer<UserAnswer>> {
    let op = Op::Account(AccountOp::MakeOwner { user });
    app.person_changed(&current, user, op, "made an owner of").await
}

/// `DELETE /api/people/{user}/owner`.
pub(super) async fn revoke_owner(
    State(app): State<App>,
    current: CurrentSession,
    PathIds(user): PathIds<UserId>,
) -> Answer<JsonAnswer<UserAnswer>> {
    let op = Op::Account(AccountOp::RevokeOwner { user });
    app.person_changed(&current, user, op, "made a member again of").await
}

/// `DELETE /api/people/{user}/sessions`: wherever they are signed in.
pub(super) async fn sign_out(
    State(app): State<App>,
    current: CurrentSession,
    PathIds(user): PathIds<UserId>,
) -> Answer<StatusCode> {
    app.done_with(&current, user, Op::Session(SessionOp::EndAll { user }), "signed out everywhere").await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /api/people/{user}/account`: messages stay, without a name.
pub(super) async fn delete_account(
    State(app): State<App>,
    current: CurrentSession,
    PathIds(user): PathIds<UserId>,
) -> Answer<StatusCode> {
    let op = Op::Account(AccountOp::Delete { user, by: DeletedBy::Owner, at: (app.wall)() });
    app.done_with(&current, user, op, "deleted the account of").await?;
    app.stays_changed.notify_one();
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/people/{user}/code`: one for a new password, told this once.
pub(super) async fn give_code(
    State(app): State<App>,
    current: CurrentSession,
    PathIds(user): PathIds<UserId>,
) -> Answer<JsonAnswer<CodeAnswer>> {
    current.may_act_on(user)?;
    let fresh = Code::fresh()?;
    let code = app.hasher.hash(current.asker(), fresh.secret()).await?;
    let ends_at = (app.wall)().saturating_add(CODE_KEPT_MS);
    let op = Op::Account(AccountOp::GiveCode { user, code, ends_at });
    app.done_with(&current, user, op, "gave a code for a new password to").await?;
    Ok(JsonAnswer(CodeAnswer { code: fresh.shown(), ends_at }))
}

impl CurrentSession {
    /// `forbidden` to anyone but an owner of the box, and to them with themselves.
    fn may_act_on(&self, user: UserId) -> Answer<()> {
        self.owner_only()?;
        if self.user.id == user { Err(ErrorCode::Forbidden.into()) } else { Ok(()) }
    }
}

impl App {
    async fn done_with(&self, current: &CurrentSession, user: UserId, op: Op, what: &str) -> Answer<Reply> {
        current.may_act_on(user)?;
        let reply = self.apply_for(current, Needs::Owner, op).await?;
        current.note(what, user);
        Ok(reply)
    }

    async fn person_changed(
        &self,
        current: &CurrentSession,
        user: UserId,
        op: Op,
        what: &str,
    ) -> Answer<JsonAnswer<UserAnswer>> {
        match self.done_with(current, user, op, what).await? {
            Reply::User(user) => Ok(JsonAnswer(UserAnswer { user })),
            other => Err(Refusal::unasked(&other)),
        }
    }
}
