//! Invites: the owner makes and withdraws them, and whoever has one's token joins by it.

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Serialize;

use crate::auth::attempt::Aim;
use crate::auth::password::Password;
use crate::auth::rate::Guesser;
use crate::auth::token::InviteToken;
use crate::proto::account::{Invite, InviteRole, Invited, Join, NewInvite};
use crate::proto::code::ErrorCode;
use crate::proto::id::InviteId;
use crate::proto::limits::{INVITE_NOTE_CHARS_MAX, STAY_S_MAX, STAY_S_MIN, TIME_MAX};
use crate::proto::op::{InviteOp, Needs, NewAccount, Op, Reply};
use crate::proto::user_name::UserName;

use super::App;
use super::current_session::CurrentSession;
use super::extract::{Json, PathIds};
use super::refusal::{Answer, Refusal};
use super::signing_in::{SignInPlace, attempt_hash, new_session};

#[derive(Serialize)]
pub(super) struct Invites {
    invites: Vec<Invite>,
}

#[derive(Serialize)]
pub(super) struct InviteAnswer {
    invite: Invite,
}

/// `GET /api/invites`.
pub(super) async fn list(State(app): State<App>, current: CurrentSession) -> Answer<JsonAnswer<Invites>> {
    current.owner_only()?;
    let now = (app.wall)();
    let invites = app.store.read(current.asker(), move |reader| reader.invites(now)).await?;
    Ok(JsonAnswer(Invites { invites }))
}

/// `POST /api/invites`.
pub(super) async fn make(
    State(app): State<App>,
    current: CurrentSession,
    Json(invite): Json<NewInvite>,
) -> Answer<JsonAnswer<InviteAnswer>> {
    current.owner_only()?;
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
    let op = Op::Invite(InviteOp::Make { by: current.user.id, invite, token: text, token_hash, at });
    match app.apply_for(&current, Needs::Owner, op).await? {
        Reply::Invite(invite) => Ok(JsonAnswer(InviteAnswer { invite })),
        other => Err(Refusal::unasked(&other)),
    }
}

/// `DELETE /api/invites/{invite}`: who came by it stays.
pub(super) async fn withdraw(
    State(app): State<App>,
    current: CurrentSession,
    PathIds(invite): PathIds<InviteId>,
) -> Answer<StatusCode> {
    current.owner_only()?;
    app.apply_for(&current, Needs::Owner, Op::Invite(InviteOp::Withdraw { invite })).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/join/{token}`.
pub(super) async fn show(
    State(app): State<App>,
    place: SignInPlace,
    PathIds(token): PathIds<String>,
) -> Answer<JsonAnswer<Invited>> {
    let (_, invited) = app.look_up(&place, &token).await?;
    invited.map(JsonAnswer)
}

/// `POST /api/join/{token}`: makes an account and signs in to it.
pub(super) async fn join(
    State(app): State<App>,
    place: SignInPlace,
    PathIds(token): PathIds<String>,
    Json(asked): Json<Join>,
) -> Answer<impl IntoResponse> {
    let (token, invited) = app.look_up(&place, &token).await?;
    let name = UserName::chosen(&asked.name, &app.box_name)?;
    let password = asked.password.as_deref().map(Password::chosen).transpose()?;
    let attempt = attempt_hash(asked.attempt.as_deref(), Aim::Join(&token.hash()), &name)?;
    // Before a password is hashed for nothing. Whether it still holds, the store says.
    if let Err(refusal) = invited
        && !app.was_attempted(place.asker(), attempt).await?
    {
        return Err(refusal);
    }
    let (asker, now) = (place.asker(), (app.wall)());
    app.rates().make_account(place.network, now)?;
    let password = match password {
        Some(password) => app.hasher.hash(asker, password).await?,
        None => String::new(),
    };
    let (cookie, session) = new_session(place.device, attempt, (app.wall)())?;
    let op = Op::Invite(InviteOp::Join {
        token_hash: token.hash(),
        account: NewAccount { name, password: password.clone(), session },
    });
    let user = app.enter(asker, op).await?;
    app.stays_changed.notify_one();
    app.signed_in(&cookie, user, place.before, &password).await
}

impl App {
    /// An invite, by the text that somebody has for its token, and what it is good for. A token that nobody gave is a
    /// guess; who has a right one is not kept out by those who guess beside them.
    async fn look_up(&self, place: &SignInPlace, token: &str) -> Answer<(InviteToken, Answer<Invited>)> {
        if let Some(token) = InviteToken::parse(token) {
            let (hash, now) = (token.hash(), (self.wall)());
            let invited = self.store.read(place.asker(), move |reader| reader.invited(&hash, now)).await?;
            if invited != Err(ErrorCode::InviteUnknown) {
                return Ok((token, invited.map_err(Refusal::from)));
            }
        }
        // Looked at already.
        drop(self.count_guess(&Guesser::Stranger { network: place.network, name_key: None })?);
        Err(ErrorCode::InviteUnknown.into())
    }
}
