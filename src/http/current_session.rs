//! Who a request is from: the session behind its cookie.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;

use crate::auth::token::Token;
use crate::fair::Asker;
use crate::proto::code::ErrorCode;
use crate::proto::id::{SessionId, UserId};
use crate::proto::op::{Needs, Op};
use crate::proto::role::BoxRole;
use crate::proto::server::User;

use super::App;
use super::refusal::{Answer, Refusal};

/// The session of someone who is signed in. As an argument of a handler it answers everyone else with `not_signed_in`.
pub(super) struct CurrentSession {
    pub(super) session: SessionId,
    pub(super) user: User,
}

impl CurrentSession {
    /// The session of these headers' cookie, where it is one that goes on. Waits for nothing.
    pub(super) fn of(app: &App, headers: &HeaderMap) -> Option<Self> {
        app.cookies(headers).iter().find_map(|cookie| Self::by_token(app, &cookie.token))
    }

    /// The session of this token, where it is one that goes on.
    pub(super) fn by_token(app: &App, token: &Token) -> Option<Self> {
        let (session, user) = app.store.session(&token.hash(), (app.wall)())?;
        Some(Self { session, user })
    }

    /// Whose turn it is when this person's questions wait.
    pub(super) fn asker(&self) -> Asker {
        Asker::Person(self.user.id)
    }

    /// A change that this person asks for: who they are and what they may is looked at again when it is made.
    pub(super) fn asks(&self, needs: Needs, op: Op) -> Op {
        Op::Asked { by: self.session, needs, op: Box::new(op) }
    }

    /// Writes down what an owner has done with somebody, in words that hold no secret and no name.
    pub(super) fn note(&self, what: &str, user: UserId) {
        log::info!("owner {} {what} person {user}", self.user.id);
    }

    /// `forbidden` to anyone but an owner of the box.
    pub(super) fn owner_only(&self) -> Answer<()> {
        if self.user.role == BoxRole::Owner { Ok(()) } else { Err(ErrorCode::Forbidden.into()) }
    }
}

impl FromRequestParts<App> for CurrentSession {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        Self::of(app, &parts.headers).ok_or_else(|| ErrorCode::NotSignedIn.into())
    }
}
