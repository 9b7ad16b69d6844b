//! Keeps everything the box has from requests for a name that is not its own.
//!
//! A page of `evil.example` whose name has come to point at the box would otherwise be of one origin with it (DNS
//! rebinding). Such a request gets a page that says where the box is: no cookie is read or set, nothing of the API is
//! reached, no WebSocket opened.

use axum::extract::{Request, State};
use axum::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_TYPE, HOST, VARY};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::doors::{Doors, Host};
use crate::guide;
use crate::guide::Lang;

use super::LiveDoors;

/// The host a request is for; every request behind [`check`] that had one of the box's carries it.
#[derive(Clone, Debug)]
pub(super) struct RequestHost(pub(super) Host);

/// What anyone may have under any name: it is the same for all, and helps those who are lost.
const FOR_ANYONE: [&str; 5] = ["/healthz", "/ca.crt", "/ca.pem", "/ca.mobileconfig", "/guide.css"];

/// Which scheme the links of the page lead to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Links {
    /// Straight to the page.
    Https,
    /// To the guide, from where it goes on.
    Plain,
}

/// Passes on what is for this box.
pub(super) async fn check(
    State((doors, links)): State<(LiveDoors, Links)>,
    mut request: Request,
    next: Next,
) -> Response {
    let host = asked(request.headers(), request.uri());
    let doors = doors.borrow().clone();
    let is_for_anyone = FOR_ANYONE.contains(&request.uri().path());
    match host {
        Ok(Some(host)) if doors.lead_to(&host) => {
            request.extensions_mut().insert(RequestHost(host));
            next.run(request).await
        }
        _ if is_for_anyone => next.run(request).await,
        Err(NoHost) => (StatusCode::BAD_REQUEST, "Say which host you want.\n").into_response(),
        Ok(_) => misdirected(request.headers(), &doors, links),
    }
}

/// A request without exactly one host that can be read as text.
struct NoHost;

/// The host a request is for; none where it cannot be one of the box's.
fn asked(headers: &HeaderMap, uri: &Uri) -> Result<Option<Host>, NoHost> {
    let mut lines = headers.get_all(HOST).iter();
    let line = lines.next().and_then(|line| line.to_str().ok()).filter(|line| !line.is_empty()).ok_or(NoHost)?;
    if lines.next().is_some() {
        return Err(NoHost);
    }
    let host = Host::parse(line);
    // A request as to a proxy names its host twice: both must be the same.
    match uri.authority() {
        Some(authority) if Host::parse(authority.as_str()) != host => Ok(None),
        _ => Ok(host),
    }
}

/// The page that says where the box is (RFC 9110, section 15.5.20).
pub(super) fn misdirected(headers: &HeaderMap, doors: &Doors, links: Links) -> Response {
    let urls: Vec<String> = doors
        .list()
        .into_iter()
        .map(|door| match links {
            Links::Https => door.url,
            Links::Plain => door.plain,
        })
        .collect();
    let page = guide::elsewhere(lang(headers), &urls);
    let kind = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CACHE_CONTROL, "no-store"), (VARY, "accept-language")];
    (StatusCode::MISDIRECTED_REQUEST, kind, page).into_response()
}

/// The language a browser asks for.
pub(super) fn lang(headers: &HeaderMap) -> Lang {
    Lang::of_header(headers.get(ACCEPT_LANGUAGE).and_then(|line| line.to_str().ok()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&'static str], uri: &'static str) -> Result<Option<String>, ()> {
        let headers = lines.iter().map(|line| (HOST, line.parse().unwrap())).collect();
        asked(&headers, &Uri::from_static(uri)).map(|host| host.map(|host| host.to_string())).map_err(|NoHost| ())
    }

    #[test]
    fn one_host_is_read_and_none_or_two_are_refused() {
        assert_eq!(read(&["Porch.local:80"], "/"), Ok(Some("porch.local".into())));
        for lines in [&[][..], &[""], &["porch.local", "porch.local"], &["porch.local", "evil.example"]] {
            assert_eq!(read(lines, "/"), Err(()), "{lines:?}");
        }
        assert_eq!(read(&["evil example"], "/"), Ok(None));
    }

    #[test]
    fn a_host_that_is_said_twice_must_be_one() {
        assert_eq!(read(&["porch.local"], "http://porch.local/x"), Ok(Some("porch.local".into())));
        assert_eq!(read(&["porch.local"], "http://evil.example/x"), Ok(None));
        assert_eq!(read(&["evil.example"], "http://porch.local/x"), Ok(None));
    }
}
