//! Invites: the owner makes and withdraws them, and whoever has one's token joins by it.

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Serialize;

use crate::auth::attempt::Aim;
use crate::auth::password::Password;
use crate::auth::token::InviteToken;
use crate::fair::Asker;
use crate::proto::account::{Invite, InviteRole, Invited, Join, NewInvite};
use crate::proto::code::ErrorCode;
use crate::proto::id::InviteId;
use crate::proto::limits::{INVITE_NOTE_CHARS_MAX, STAY_S_MAX, STAY_S_MIN, TIME_MAX};
use crate::proto::op::{Needs, Op, Outcome};
use crate::proto::user_name::UserName;

use super::App;
use super::answer::{Answer, Refusal};
use super::ask::{Json, Named};
use super::session::{Place, attempt_hash, new_session};
use super::signed::Signed;

#[derive(Serialize)]
pub(super) struct Invites {
    invites: Vec<Invite>,
}

#[derive(Serialize)]
pub(super) struct InviteAnswer {
    invite: Invite,
}

/// `GET /api/invites`.
pub(super) async fn list(State(app): State<App>, signed: Signed) -> Answer<JsonAnswer<Invites>> {
    signed.owner_only()?;
    let now = (app.wall)();
    let invites = app.store.read(signed.asker(), move |reader| reader.invites(now)).await?;
    Ok(JsonAnswer(Invites { invites }))
}

/// `POST /api/invites`.
pub(super) async fn make(
    State(app): State<App>,
    signed: Signed,
    Json(invite): Json<NewInvite>,
) -> Answer<JsonAnswer<InviteAnswer>> {
    signed.owner_only()?;
    let at = (app.wall)();
    let stay_fits = match (invite.role, invite.stay_s) {
        (_, None) => true,
        (InviteRole::Guest, Some(seconds)) => (STAY_S_MIN..=STAY_S_MAX).contains(&seconds),
        (InviteRole::Member, Some(_)) => false,
    };
    let note_fits = invite.note.chars().count() <= INVITE_NOTE_CHARS_MAX && !invite.note.contains('\0');
    let end_fits = invite.ends_at.is_none_or(|ends_at| (at + 1..=TIME_MAX).contains(&ends_at));
    if !stay_fits || !note_fits || !end_fits {
        return Err(ErrorCode::BadRequest.into());
    }
    let token = InviteToken::fresh()?;
    let (text, token_hash) = (token.text(), token.hash());
    let op = Op::MakeInvite { by: signed.user.id, invite, token: text, token_hash, at };
    match app.store.apply(signed.asks(Needs::Owner, op)).await? {
        Outcome::InviteMade(invite) => Ok(JsonAnswer(InviteAnswer { invite })),
        other => Err(Refusal::of(other)),
    }
}

/// `DELETE /api/invites/{invite}`: who came by it stays.
pub(super) async fn withdraw(
    State(app): State<App>,
    signed: Signed,
    Named(invite): Named<InviteId>,
) -> Answer<StatusCode> {
    signed.owner_only()?;
    match app.store.apply(signed.asks(Needs::Owner, Op::WithdrawInvite { invite })).await? {
        Outcome::Done => Ok(StatusCode::NO_CONTENT),
        other => Err(Refusal::of(other)),
    }
}

/// `GET /api/join/{token}`.
pub(super) async fn show(
    State(app): State<App>,
    place: Place,
    Named(token): Named<String>,
) -> Answer<JsonAnswer<Invited>> {
    app.count_try(Some(place.address), None)?;
    let token = InviteToken::parse(&token).ok_or(ErrorCode::InviteUnknown)?;
    app.invited(place.asker(), &token).await.map(JsonAnswer)
}

/// `POST /api/join/{token}`: makes an account and signs in to it.
pub(super) async fn join(
    State(app): State<App>,
    place: Place,
    Named(token): Named<String>,
    Json(asked): Json<Join>,
) -> Answer<impl IntoResponse> {
    app.count_try(Some(place.address), None)?;
    let token = InviteToken::parse(&token).ok_or(ErrorCode::InviteUnknown)?;
    let name = UserName::chosen(&asked.name)?;
    let password = asked.password.as_deref().map(Password::chosen).transpose()?;
    let attempt = attempt_hash(asked.attempt.as_deref(), Aim::Join(&token.hash()), &name)?;
    // Before a password is hashed for nothing. Whether it still holds, the store says.
    if let Err(refusal) = app.invited(place.asker(), &token).await
        && !app.was_attempted(place.asker(), attempt).await?
    {
        return Err(refusal);
    }
    let password = match password {
        Some(password) => app.hasher.hash(password).await?,
        None => String::new(),
    };
    let (cookie, session) = new_session(place.device, attempt, (app.wall)())?;
    let user = app.enter(Op::Join { token_hash: token.hash(), name, password, session }).await?;
    app.stays_changed.notify_one();
    app.end_replaced(place.replaced).await;
    Ok(app.signed_in(&cookie, user))
}

impl App {
    async fn invited(&self, asker: Asker, token: &InviteToken) -> Answer<Invited> {
        let (hash, now) = (token.hash(), (self.wall)());
        Ok(self.store.read(asker, move |reader| reader.invited(&hash, now)).await??)
    }
}
