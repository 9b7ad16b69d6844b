//! Signing in and out: registering, logging in, and the places where an account is signed in.

use std::collections::HashSet;

use axum::extract::{FromRequestParts, State};
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{AppendHeaders, IntoResponse};
use serde::Serialize;

use crate::auth::attempt::{Aim, AttemptSecret};
use crate::auth::device::Marks;
use crate::auth::password::Password;
use crate::auth::token::Token;
use crate::driver::Hub;
use crate::fair::{Asker, Network};
use crate::proto::account::{BoxInfo, Credentials, Registration, Session, UserAnswer};
use crate::proto::code::ErrorCode;
use crate::proto::id::{SessionId, UserId};
use crate::proto::op::{AccountOp, Millis, NewAccount, NewSession, Op, Reply, SessionOp, SignIn};
use crate::proto::role::BoxRole;
use crate::proto::server::User;
use crate::proto::user_name::UserName;

use super::current_session::CurrentSession;
use super::extract::{Json, PathIds};
use super::headers::CLEARED_CACHE;
use super::refusal::{Answer, Refusal};
use super::{App, PeerAddr, device};

/// Where someone asks to be signed in from.
pub(super) struct SignInPlace {
    pub(super) network: Network,
    pub(super) device: String,
    pub(super) before: Before,
}

/// What a browser comes with.
pub(super) struct Before {
    /// What it has signed in to before.
    pub(super) marks: Marks,
    /// The session it has already, of whatever account: signing in replaces it.
    pub(super) replaced: Option<CurrentSession>,
    /// Whether it has a cookie of any session, one that has ended elsewhere too.
    pub(super) was_here: bool,
}

impl FromRequestParts<App> for SignInPlace {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let Some(PeerAddr(peer)) = parts.extensions.get().copied() else {
            log::error!("a request without its connection's address");
            return Err(ErrorCode::Internal.into());
        };
        let user_agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
        let device = device::label(user_agent.unwrap_or_default());
        let before = Before {
            marks: app.marks(&parts.headers),
            replaced: CurrentSession::of(app, &parts.headers),
            was_here: !app.cookies(&parts.headers).is_empty(),
        };
        Ok(Self { network: Network::of(peer.ip()), device, before })
    }
}

impl SignInPlace {
    /// Whose turn it is when questions from here wait: nobody is known to be anybody yet.
    pub(super) fn asker(&self) -> Asker {
        Asker::Network(self.network)
    }
}

impl App {
    /// Whether an attempt to come in has come to something already, and its answer was lost.
    pub(super) async fn was_attempted(&self, asker: Asker, attempt: Option<[u8; 32]>) -> Answer<bool> {
        let (Some(hash), now) = (attempt, (self.wall)()) else { return Ok(false) };
        Ok(self.store.read(asker, move |reader| reader.was_attempted(&hash, now)).await?)
    }

    /// Makes an account, or finds the one that the same attempt has made.
    pub(super) async fn enter(&self, asker: Asker, op: Op) -> Answer<User> {
        match self.apply(asker, op).await? {
            Reply::SignedIn { user, .. } => Ok(user),
            other => Err(Refusal::unasked(&other)),
        }
    }

    /// Ends what this browser was signed in to before; if it is the same account's, it may have ended already. The new
    /// session is made, so that a failure here only leaves the old one behind: the person sees it among the places and can
    /// end it.
    async fn end_replaced(&self, replaced: &CurrentSession) {
        if let Err(refusal) = self.end_session(replaced.user.id, replaced.session).await {
            log::warn!("a replaced session was left behind: {refusal:?}");
        }
    }

    /// Ends a session and closes its connections; false where there was none.
    async fn end_session(&self, user: UserId, session: SessionId) -> Answer<bool> {
        match self.hub.apply(Asker::Person(user), Op::Session(SessionOp::End { user, session }), |_| {}).await? {
            Ok(_) => Ok(true),
            Err(ErrorCode::NotFound) => Ok(false),
            Err(other) => Err(other.into()),
        }
    }
}

/// `GET /api/box`.
pub(super) async fn about(State(app): State<App>) -> axum::Json<BoxInfo> {
    let settings = app.store.settings();
    let registration = match (app.store.has_member(), settings.registration_open) {
        (false, _) => Registration::First,
        (_, true) => Registration::Open,
        (_, false) => Registration::Closed,
    };
    axum::Json(BoxInfo {
        name: app.box_name.clone(),
        version: app.version.into(),
        registration,
        owner_exists: app.store.has_owner(),
        guests: settings.guests,
    })
}

/// `POST /api/register`: makes an account and signs in to it.
pub(super) async fn register(
    State(app): State<App>,
    place: SignInPlace,
    Json(asked): Json<Credentials>,
) -> Answer<impl IntoResponse> {
    let name = UserName::chosen(&asked.name, &app.box_name)?;
    let password = Password::chosen(&asked.password)?;
    // Else a guest would be a member with one click.
    if place.before.replaced.as_ref().is_some_and(|current| current.user.role == BoxRole::Guest) {
        return Err(ErrorCode::Forbidden.into());
    }
    let attempt = attempt_hash(asked.attempt.as_deref(), Aim::Register, &name)?;
    // Before a password is hashed for nothing. Whether it is so, the store says.
    let closed = !app.store.settings().registration_open && app.store.has_member();
    if closed && !app.was_attempted(place.asker(), attempt).await? {
        return Err(ErrorCode::RegistrationClosed.into());
    }
    let (asker, now) = (place.asker(), (app.wall)());
    app.rates().make_account(place.network, now)?;
    let password = app.hasher.hash(asker, password).await?;
    let (token, session) = new_session(place.device, attempt, (app.wall)())?;
    let user = app
        .enter(asker, Op::Account(AccountOp::Create(NewAccount { name, password: password.clone(), session })))
        .await?;
    app.signed_in(&token, user, place.before, &password).await
}

/// `POST /api/login`.
pub(super) async fn login(
    State(app): State<App>,
    place: SignInPlace,
    Json(asked): Json<Credentials>,
) -> Answer<impl IntoResponse> {
    // What is no name is the name of nobody.
    let name = UserName::parse(&asked.name).ok();
    let attempt = match &name {
        Some(name) => attempt_hash(asked.attempt.as_deref(), Aim::SignIn, name)?,
        None => None,
    };
    let name_key = name.map(|name| name.key().to_owned());
    let asker = place.asker();
    let account = match name_key.clone() {
        Some(key) => app.store.read(asker, move |reader| reader.account_by_key(&key)).await?,
        None => None,
    };
    let guesser = app.guesser(&place, account.as_ref(), name_key);
    let guess = app.count_guess(&guesser)?;
    // Checked even where nobody has the name or the account has no password, so that all answers take the same time.
    let stored = account.as_ref().filter(|account| account.has_password()).map(|account| account.password.clone());
    let hashes_for = place.hashes_for(&guesser, account.as_ref());
    let right = app.hasher.verify(hashes_for, Password::typed(&asked.password), stored.clone()).await;
    if right == Ok(false) {
        drop(guess);
    } else {
        guess.discount();
    }
    let right = right?;
    let (Some(account), Some(checked), true) = (account, stored, right) else {
        return Err(ErrorCode::SignInFailed.into());
    };
    let (user, takeover) = (account.user.id, asked.takeover);
    let here = place.before.replaced.as_ref().map(|current| current.session);
    let (token, session) = new_session(place.device, attempt, (app.wall)())?;
    let op = Op::Session(SessionOp::Create(SignIn { user, session, checked: checked.clone(), here, takeover }));
    let user = match app.hub.apply(asker, op, |_| {}).await? {
        Ok(Reply::SignedIn { user, .. }) => user,
        Ok(other) => return Err(Refusal::unasked(&other)),
        Err(ErrorCode::InUseElsewhere) => {
            let mut elsewhere = app.sessions_of(asker, user, None).await?;
            elsewhere.retain(|session| Some(session.id) != here);
            return Err(Refusal::in_use(elsewhere));
        }
        Err(other) => return Err(other.into()),
    };
    app.signed_in(&token, user, place.before, &checked).await
}

/// `POST /api/logout`.
pub(super) async fn logout(State(app): State<App>, current: CurrentSession) -> Answer<impl IntoResponse> {
    app.end_session(current.user.id, current.session).await?;
    Ok(app.signed_out())
}

#[derive(Serialize)]
pub(super) struct Sessions {
    sessions: Vec<Session>,
}

/// `GET /api/sessions`.
pub(super) async fn list(State(app): State<App>, current: CurrentSession) -> Answer<axum::Json<Sessions>> {
    let sessions = app.sessions_of(current.asker(), current.user.id, Some(current.session)).await?;
    Ok(axum::Json(Sessions { sessions }))
}

/// `DELETE /api/sessions/{session}`: of one's own only.
pub(super) async fn end(
    State(app): State<App>,
    current: CurrentSession,
    PathIds(session): PathIds<SessionId>,
) -> Answer<StatusCode> {
    let found = app.end_session(current.user.id, session).await?;
    if found { Ok(StatusCode::NO_CONTENT) } else { Err(ErrorCode::NotFound.into()) }
}

impl App {
    /// Where an account is signed in.
    async fn sessions_of(&self, asker: Asker, user: UserId, current: Option<SessionId>) -> Answer<Vec<Session>> {
        let stored = self.store.read(asker, move |reader| reader.sessions_of(user)).await?;
        let look = move |hub: &Hub| hub.connected_sessions(user).collect::<HashSet<_>>();
        let connected = self.hub.look(asker, look).await?;
        let shown = stored.into_iter().map(|(id, device, created_at)| Session {
            id,
            device,
            created_at,
            current: Some(id) == current,
            connected: connected.contains(&id),
        });
        Ok(shown.collect())
    }
}

/// The attempt that a request says it is, as the store knows it.
pub(super) fn attempt_hash(secret: Option<&str>, aim: Aim<'_>, name: &UserName) -> Answer<Option<[u8; 32]>> {
    let secret = secret.map(|text| AttemptSecret::parse(text).ok_or(ErrorCode::BadRequest)).transpose()?;
    Ok(secret.map(|secret| secret.hash(aim, name)))
}

pub(super) fn new_session(device: String, attempt: Option<[u8; 32]>, at: Millis) -> Answer<(Token, NewSession)> {
    let token = Token::fresh()?;
    let session = NewSession { token_hash: token.hash(), device, attempt, at };
    Ok((token, session))
}

impl App {
    /// The person, the cookie by which their browser is known from now on, and the one that says that it has given the
    /// password which is checked against `stored`. What the browser was signed in to before has ended then; whoever else
    /// that was, or may have been, their pictures leave it.
    pub(super) async fn signed_in(
        &self,
        token: &Token,
        user: User,
        Before { marks, replaced, was_here }: Before,
        stored: &str,
    ) -> Answer<impl IntoResponse + use<>> {
        if let Some(replaced) = &replaced {
            self.end_replaced(replaced).await;
        }
        let is_the_same = replaced.is_some_and(|replaced| replaced.user.id == user.id);
        let mut headers = HeaderMap::new();
        if was_here && !is_the_same {
            headers.extend(CLEARED_CACHE);
        }
        let mut cookies = vec![(SET_COOKIE, self.cookie.given(token))];
        cookies.extend(self.mark(user.id, &marks, stored)?);
        Ok((headers, AppendHeaders(cookies), axum::Json(UserAnswer { user })))
    }

    /// The cookie of a browser that has given an account's password; none where the account has no password.
    pub(super) fn mark(&self, user: UserId, marks: &Marks, stored: &str) -> Answer<Option<(HeaderName, String)>> {
        if stored.is_empty() {
            return Ok(None);
        }
        let marks = self.device_key.mark(marks, user, stored)?;
        Ok(Some((SET_COOKIE, self.device_cookie.given(&marks))))
    }

    /// 204, and the browser forgets its cookie and whose pictures it has shown.
    pub(super) fn signed_out(&self) -> impl IntoResponse + use<> {
        (StatusCode::NO_CONTENT, [(SET_COOKIE, self.cookie.cleared())], CLEARED_CACHE)
    }
}
