//! One's own account: name, password, picture, and leaving for good.

use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::{AppendHeaders, IntoResponse};
use axum::{Extension, Json as JsonAnswer};

use crate::auth::password::Password;
use crate::auth::rate::Guesser;
use crate::fair::{Asker, Network};
use crate::proto::account::{DeleteMe, Me, PatchMe, UserAnswer};
use crate::proto::change::Change;
use crate::proto::code::ErrorCode;
use crate::proto::limits::PICTURE_BYTES_MAX;
use crate::proto::op::{AccountOp, DeletedBy, Needs, Op, Reply};
use crate::proto::server::User;
use crate::proto::session_end::SessionEnd;
use crate::proto::user_name::UserName;
use crate::store::{Account, Reader};

use super::current_session::CurrentSession;
use super::extract::{self, Json};
use super::refusal::{Answer, Refusal};
use super::{App, PeerAddr};

/// `GET /api/me`. Whoever comes with a session that has ended is told why.
pub(super) async fn show(
    State(app): State<App>,
    Extension(PeerAddr(peer)): Extension<PeerAddr>,
    headers: HeaderMap,
) -> Answer<JsonAnswer<Me>> {
    let Some(current) = CurrentSession::of(&app, &headers) else {
        // The cookie is not taken back: another tab may be getting its next one at this moment.
        return Err(Refusal::no_session(app.why_ended(&headers, Asker::Network(Network::of(peer.ip()))).await));
    };
    let has_password = app.store.has_password(current.user.id);
    let receipts = app.store.has_receipts(current.user.id);
    Ok(JsonAnswer(Me { user: current.user, has_password, receipts }))
}

/// `PATCH /api/me`: everything asked for is looked at before anything is changed.
pub(super) async fn change(
    State(app): State<App>,
    current: CurrentSession,
    headers: HeaderMap,
    Json(asked): Json<PatchMe>,
) -> Answer<impl IntoResponse> {
    // Whoever has a name that nobody may choose any more keeps it.
    let new_name = asked.name.as_deref().filter(|name| *name != current.user.name);
    let name = new_name.map(|name| UserName::chosen(name, &app.box_name)).transpose()?;
    let new_password = asked.new_password.as_deref().map(Password::chosen).transpose()?;
    let new_password = match new_password {
        Some(new) => Some((app.check_password(&current, asked.password.as_deref()).await?, new)),
        None => None,
    };
    let mut user = current.user.clone();
    if let Some(name) = name.filter(|name| name.shown() != user.name) {
        let now = (app.wall)();
        app.rates().rename(user.id, now)?;
        user = app.change_user(&current, Op::Account(AccountOp::Rename { user: user.id, name })).await?;
    }
    if let Some(on) = asked.receipts.filter(|on| *on != app.store.has_receipts(user.id)) {
        let now = (app.wall)();
        app.rates().receipts(user.id, now)?;
        app.apply_for(&current, Needs::SignedIn, Op::Account(AccountOp::SetReceipts { user: user.id, on })).await?;
    }
    let mut cookies = Vec::new();
    if let Some((checked, new_password)) = new_password {
        let password = app.hasher.hash(current.asker(), new_password).await?;
        cookies.extend(app.mark(user.id, &app.marks(&headers), &password)?);
        let op = Op::Account(AccountOp::SetPassword {
            user: user.id,
            checked: Some(checked),
            password,
            keep: Some(current.session),
        });
        app.apply_for(&current, Needs::SignedIn, op).await?;
    }
    Ok((AppendHeaders(cookies), JsonAnswer(UserAnswer { user })))
}

/// `DELETE /api/me`: its messages stay, without a name.
pub(super) async fn leave(
    State(app): State<App>,
    current: CurrentSession,
    Json(asked): Json<DeleteMe>,
) -> Answer<impl IntoResponse> {
    let checked = app.check_password(&current, asked.password.as_deref()).await?;
    // The hub closes its connections too.
    let by = DeletedBy::Themselves { checked };
    let op = Op::Account(AccountOp::Delete { user: current.user.id, by, at: (app.wall)() });
    app.apply_for(&current, Needs::SignedIn, op).await?;
    Ok(app.signed_out())
}

/// `PUT /api/me/picture`.
pub(super) async fn set_picture(
    State(app): State<App>,
    current: CurrentSession,
    Extension(PeerAddr(peer)): Extension<PeerAddr>,
    request: Request<Body>,
) -> Answer<JsonAnswer<UserAnswer>> {
    let user = current.user.id;
    let now = (app.wall)();
    app.rates().picture(user, now)?;
    let mut upload = app.pictures.upload(user, Network::of(peer.ip()))?;
    let (parts, stream) = request.into_parts();
    let read = tokio::select! {
        read = extract::body(&parts.headers, stream, PICTURE_BYTES_MAX) => read,
        () = upload.put_out() => Err(ErrorCode::Busy),
    };
    let file = read.map_err(|code| match code {
        ErrorCode::TooLarge => ErrorCode::PictureLarge,
        other => other,
    })?;
    let jpegs = app.pictures.make(upload, file).await?;
    app.change_user(&current, Op::Account(AccountOp::SetPicture { user, jpegs })).await.map(answer)
}

/// `DELETE /api/me/picture`.
pub(super) async fn clear_picture(State(app): State<App>, current: CurrentSession) -> Answer<JsonAnswer<UserAnswer>> {
    app.change_user(&current, Op::Account(AccountOp::ClearPicture { user: current.user.id })).await.map(answer)
}

fn answer(user: User) -> JsonAnswer<UserAnswer> {
    JsonAnswer(UserAnswer { user })
}

impl App {
    /// Why the session that a request came with has ended. Only a courtesy: where the disk has no time, there is no answer.
    async fn why_ended(&self, headers: &HeaderMap, asker: Asker) -> Option<SessionEnd> {
        let cookies = self.cookies(headers);
        if cookies.is_empty() {
            return None;
        }
        let now = (self.wall)();
        let look = move |reader: &Reader| {
            for cookie in cookies {
                if let Some(why) = reader.why_ended(&cookie.token.hash(), now)? {
                    return Ok(Some(why));
                }
            }
            Ok(None)
        };
        self.store.read(asker, look).await.unwrap_or_default()
    }

    /// Applies a change of oneself, and tells everyone.
    async fn change_user(&self, current: &CurrentSession, op: Op) -> Answer<User> {
        match self.apply_for(current, Needs::SignedIn, op).await? {
            Reply::User(user) => Ok(user),
            other => Err(Refusal::unasked(&other)),
        }
    }

    /// [`Self::apply`] for somebody who is signed in, and must still be when the change is made.
    pub(super) async fn apply_for(&self, current: &CurrentSession, needs: Needs, op: Op) -> Answer<Reply> {
        self.apply(current.asker(), current.asks(needs, op)).await
    }

    /// Applies a change: the hub has heard of it when this answers.
    pub(super) async fn apply(&self, asker: Asker, op: Op) -> Answer<Reply> {
        let (app, gone) = (self.clone(), Arc::new(OnceLock::new()));
        let seen = gone.clone();
        let stored = move |changes: &[Change]| {
            app.directory.changed(changes);
            // Told once.
            let _ = seen.set(changes.iter().flat_map(Change::gone).collect::<Vec<_>>());
        };
        let reply = self.hub.apply(asker, op, stored).await??;
        for &user in gone.get().into_iter().flatten() {
            // What they had for themselves alone has gone with them.
            self.rooms_removed.notify_one();
            let app = self.clone();
            tokio::spawn(async move { app.uploading.forget(user).await });
        }
        Ok(reply)
    }

    /// Whether someone signed in knows the account's password: or `password_wrong`, or `slow_down`. An account that has
    /// none is its session's. Gives what was checked against, for the change to look at again.
    async fn check_password(&self, current: &CurrentSession, present: Option<&str>) -> Answer<String> {
        let id = current.user.id;
        let account = self.store.read(current.asker(), move |reader| reader.account(id)).await?;
        let stored = account.filter(Account::has_password).map(|account| account.password);
        let present = match (present, &stored) {
            (Some(present), _) => present,
            (None, Some(_)) => return Err(ErrorCode::BadRequest.into()),
            (None, None) => return Ok(String::new()),
        };
        let guesser = Guesser::Session(current.session);
        let guess = self.count_guess(&guesser)?;
        let right = self.hasher.verify(current.asker(), Password::typed(present), stored.clone()).await;
        if right == Ok(false) {
            drop(guess);
        } else {
            guess.discount();
        }
        let right = right?;
        stored.filter(|_| right).ok_or_else(|| ErrorCode::PasswordWrong.into())
    }
}
