//! Who a request is from: the session behind its cookie.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use axum::http::request::Parts;

use crate::auth::token::Token;
use crate::proto::code::ErrorCode;
use crate::proto::id::SessionId;
use crate::proto::op::{Needs, Op};
use crate::proto::server::{Role, User};

use super::App;
use super::answer::{Answer, Refusal};

/// Someone who is signed in. As an argument of a handler it answers everyone else with `not_signed_in`.
pub(super) struct Signed {
    pub(super) session: SessionId,
    pub(super) user: User,
}

impl Signed {
    /// The session of these headers' cookie, where it is one that goes on.
    pub(super) async fn of(app: &App, headers: &HeaderMap) -> Answer<Option<Self>> {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let Some(token) = cookies.filter_map(Token::of_cookies).next() else {
            return Ok(None);
        };
        let (hash, now) = (token.hash(), (app.wall)());
        let found = app.store.read(move |reader| reader.session_by_token(&hash, now)).await?;
        Ok(found.map(|(session, user)| Self { session, user }))
    }

    /// A change that this person asks for: who they are and what they may is looked at again when it is made.
    pub(super) fn asks(&self, needs: Needs, op: Op) -> Op {
        Op::Asked { by: self.session, needs, op: Box::new(op) }
    }

    /// `forbidden` to anyone but an owner of the box.
    pub(super) fn owner_only(&self) -> Answer<()> {
        if self.user.role == Role::Owner { Ok(()) } else { Err(ErrorCode::Forbidden.into()) }
    }
}

impl FromRequestParts<App> for Signed {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        Self::of(app, &parts.headers).await?.ok_or_else(|| ErrorCode::NotSignedIn.into())
    }
}
