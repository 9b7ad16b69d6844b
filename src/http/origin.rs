//! Keeps other sites' pages from acting in the name of someone who is signed in here.
//!
//! The cookie's `SameSite=Lax` does so in most browsers; this check holds where a neighbour on the same site, an old
//! browser or a WebSocket would get around it.

use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::proto::code::ErrorCode;

use super::refusal::Refusal;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses what changes something, or opens a WebSocket, from anywhere but the box's own page.
pub(super) async fn check(request: Request, next: Next) -> Response {
    let reads = [Method::GET, Method::HEAD].contains(request.method()) && request.uri().path() != "/ws";
    if reads || is_own(request.headers()) {
        next.run(request).await
    } else {
        Refusal::from(ErrorCode::OriginRefused).into_response()
    }
}

/// Whether the request comes from our own page, or from no page at all.
fn is_own(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get(SEC_FETCH_SITE) {
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = headers.get(ORIGIN) else {
        return true;
    };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let origin = origin.to_str().ok().and_then(|origin| origin.strip_prefix("https://"));
    matches!((origin, host), (Some(origin), Some(host)) if origin.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(pairs: &[(&'static str, &'static str)]) -> bool {
        is_own(&pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect())
    }

    #[test]
    fn our_own_page_and_programs_are_let_through() {
        assert!(own(&[("sec-fetch-site", "same-origin")]));
        assert!(own(&[("sec-fetch-site", "none")]));
        assert!(own(&[("origin", "https://porch.local:8443"), ("host", "porch.local:8443")]));
        assert!(own(&[("origin", "https://PORCH.local"), ("host", "porch.local")]));
        assert!(own(&[("host", "porch.local")]));
    }

    #[test]
    fn other_sites_are_refused() {
        assert!(!own(&[("sec-fetch-site", "cross-site")]));
        assert!(!own(&[("sec-fetch-site", "same-site")]));
        assert!(!own(&[("sec-fetch-site", "")]));
        assert!(!own(&[("sec-fetch-site", "cross-site"), ("origin", "https://porch.local"), ("host", "porch.local")]));
        assert!(!own(&[("origin", "https://evil.example"), ("host", "porch.local")]));
        assert!(!own(&[("origin", "http://porch.local"), ("host", "porch.local")]));
        assert!(!own(&[("origin", "https://porch.local:444"), ("host", "porch.local")]));
        assert!(!own(&[("origin", "null"), ("host", "porch.local")]));
        assert!(!own(&[("origin", "https://porch.local")]));
    }
}
