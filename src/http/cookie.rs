//! The cookie of a session: read from requests, and renamed where a browser has it under another name.
//!
//! It was `__Host-porch` once, and is named after the box's id now, which changes with the box's CA. Nobody is signed out
//! by that.

use axum::extract::{Request, State};
use axum::http::header::{COOKIE, HeaderValue, SET_COOKIE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use crate::auth::token::Cookie;

use super::App;
use super::current_session::CurrentSession;

impl App {
    /// The cookies of a request that may be sessions here, the likeliest first.
    pub(super) fn cookies(&self, headers: &HeaderMap) -> Vec<Cookie> {
        self.cookie.read(headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()))
    }
}

/// Gives a session the name of now, once the page asks who it is.
pub(super) async fn rename(State(app): State<App>, request: Request, next: Next) -> Response {
    let asks = request.method() == Method::GET && request.uri().path() == "/api/me";
    let cookies = if asks { app.cookies(request.headers()) } else { Vec::new() };
    let mut response = next.run(request).await;
    if response.status() != StatusCode::OK || cookies.iter().any(|cookie| cookie.name == app.cookie) {
        return response;
    }
    for Cookie { name, token } in cookies {
        // Another box's is left alone.
        if CurrentSession::by_token(&app, &token).is_some() {
            for line in [app.cookie.given(&token), name.cleared()] {
                if let Ok(line) = HeaderValue::try_from(line) {
                    response.headers_mut().append(SET_COOKIE, line);
                }
            }
            break;
        }
    }
    response
}
