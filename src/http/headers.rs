//! The headers that every answer over HTTPS carries, and the date of those in the clear.
//!
//! `Strict-Transport-Security` is not among them, on purpose: a browser that remembers it can no longer be told to go
//! on when the certificate is not trusted, and a box whose CA was removed or made anew would be out of reach. What
//! plain HTTP serves, the guide and the CA's certificate, is for those who cannot use HTTPS yet.

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, DATE, HOST, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName};
use axum::middleware::Next;
use axum::response::Response;
use time::OffsetDateTime;
use time::macros::format_description;

use crate::clock;

use super::App;

/// The time by which the box lives, for clients that compare ends with it: `Date` is the system's, which may be wrong.
const NOW: HeaderName = HeaderName::from_static("porch-now");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// For an answer by which somebody is signed out: the browser drops what it has cached of the box, pictures of people among
/// it, which otherwise are there for whoever uses it next. The page itself is kept by its worker, and is not part of that.
pub(super) const CLEARED_CACHE: [(HeaderName, HeaderValue); 1] =
    [(HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\""))];

/// Those that are the same for every answer.
const FIXED: [(HeaderName, HeaderValue); 5] = [
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(self), microphone=(self), display-capture=(self), fullscreen=(self)"),
    ),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
];

/// Nothing but the box's own files, and no script or style within the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
    media-src 'self' blob:; font-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'; connect-src 'self'";

/// Adds them.
pub(super) async fn add(State(app): State<App>, request: Request, next: Next) -> Response {
    let policy = policy(request.headers().get(HOST));
    // What the API says is true for the moment, and for one person.
    let api = request.uri().path().starts_with("/api");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // A stored file has a stricter one of its own.
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(policy);
    add_date(headers);
    for (name, value) in FIXED {
        headers.insert(name, value);
    }
    if api {
        headers.entry(CACHE_CONTROL).or_insert(NO_STORE);
        headers.insert(NOW, HeaderValue::from((app.wall)()));
    }
    response
}

/// In hyper's place, which asks the system: by a date of 1970 a browser would take every file for decades old.
pub(super) fn add_date(headers: &mut HeaderMap) {
    if let Some(date) = date(clock::now_utc()) {
        headers.insert(DATE, date);
    }
}

/// A time as HTTP writes it (RFC 9110, section 5.6.7).
pub(super) fn date(now: OffsetDateTime) -> Option<HeaderValue> {
    let format =
        format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    HeaderValue::try_from(now.format(format).ok()?).ok()
}

/// The policy for a page served under this name. Older Safari does not count a WebSocket to the page's own host as
/// `'self'`, so the host is named.
fn policy(host: Option<&HeaderValue>) -> HeaderValue {
    let host = host.and_then(|host| host.to_str().ok()).filter(|host| is_host(host));
    let named = host.and_then(|host| HeaderValue::try_from(format!("{POLICY} wss://{host}")).ok());
    named.unwrap_or(HeaderValue::from_static(POLICY))
}

/// Whether this is a host and port, and nothing that would change the meaning of a header it is put in.
pub(super) fn is_host(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    !text.is_empty() && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_written_as_http_wants_it() {
        // The example of RFC 9110.
        let now = OffsetDateTime::from_unix_timestamp(784_111_777).unwrap();
        assert_eq!(date(now).unwrap(), "Sun, 06 Nov 1994 08:49:37 GMT");
    }

    fn said(host: &'static str) -> HeaderValue {
        policy(Some(&HeaderValue::from_static(host)))
    }

    #[test]
    fn the_policy_names_the_host_for_its_websocket() {
        for host in ["porch.local", "192.168.1.5:8443", "[fd00::1]:8443"] {
            assert!(said(host).to_str().unwrap().ends_with(&format!("; connect-src 'self' wss://{host}")));
        }
    }

    #[test]
    fn a_host_that_is_none_adds_nothing_to_the_policy() {
        for host in ["evil; script-src *", "a b", "a,b", "", "a/b", "'unsafe-inline'"] {
            assert_eq!(said(host), POLICY);
        }
        assert_eq!(policy(None), POLICY);
    }

    #[test]
    fn the_policy_allows_nothing_inline_and_nobody_else() {
        for word in ["unsafe", "http:", "*"] {
            assert!(!POLICY.contains(word), "{word}");
        }
        assert!(POLICY.starts_with("default-src 'none'; "));
    }
}
