//! Whether a browser keeps cookies: asked by the page before an account is made that nobody could come back to.

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::IntoResponse;

use crate::proto::account::CookieProbe;

/// Of the same kind as a session's, so that whatever keeps that one away keeps this one away; it means nothing.
const PROBE: &str = "__Host-kept=1";
const PROBE_SET: HeaderValue =
    HeaderValue::from_static("__Host-kept=1; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=600");

/// `GET /api/cookie`: sets a cookie, and says whether it came with the request.
pub(super) async fn show(headers: HeaderMap) -> impl IntoResponse {
    ([(SET_COOKIE, PROBE_SET)], axum::Json(CookieProbe { kept: is_kept(&headers) }))
}

fn is_kept(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).any(|pair| pair.trim() == PROBE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_cookie_that_came_back_was_kept() {
        let kept =
            |lines: &[&'static str]| is_kept(&lines.iter().map(|line| (COOKIE, line.parse().unwrap())).collect());
        assert!(kept(&["__Host-kept=1"]) && kept(&["a=b; __Host-kept=1;c=d"]) && kept(&["a=b", "__Host-kept=1"]));
        assert!(!kept(&[]) && !kept(&["__Host-kept=2"]) && !kept(&["x__Host-kept=1"]) && !kept(&["__Host-porch=1"]));
    }

    #[test]
    fn the_probe_is_given_on_the_terms_of_a_session() {
        let set = PROBE_SET;
        let set = set.to_str().unwrap();
        assert!(set.starts_with(PROBE));
        for term in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
            assert!(set.contains(&format!("; {term};")), "{term}");
        }
    }
}
