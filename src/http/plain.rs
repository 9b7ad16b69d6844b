//! The plain HTTP port: it sends everyone to HTTPS, and hands out the CA file that HTTPS is trusted by.

use aws_lc_rs::digest::{SHA256, digest};
use axum::Router;
use axum::extract::Request;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HOST, LOCATION};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;

use super::headers::is_host;
use crate::guide;
use crate::guide::words::{Fingerprint, WORDS};

const HTTPS_PORT: u16 = 443;

/// The root certificate of the box's own CA, in the forms that devices take, and what it is known by.
#[derive(Clone)]
pub struct CaFiles {
    der: Bytes,
    pem: Bytes,
    /// For iPhones and iPads.
    profile: Bytes,
    /// SHA-256 of the root, `AB:CD:…`.
    pub fingerprint: String,
    /// The same in words, for people.
    pub words: [&'static str; WORDS],
}

impl CaFiles {
    /// Makes all of them from the root in DER and in PEM. Takes a moment: see [`guide::words`].
    pub fn new(box_name: &str, der: &[u8], pem: String) -> Self {
        let mut fingerprint = Fingerprint::default();
        fingerprint.copy_from_slice(digest(&SHA256, der).as_ref());
        Self {
            der: Bytes::copy_from_slice(der),
            pem: pem.into(),
            profile: guide::mobileconfig(box_name, der, &fingerprint).into(),
            fingerprint: fingerprint.map(|byte| format!("{byte:02X}")).join(":"),
            words: guide::words::of(&fingerprint),
        }
    }
}

/// Everything on the plain port. `https_port` is where the rest is.
pub fn router(https_port: u16, ca: Option<CaFiles>) -> Router {
    let to_https = move |request: Request| async move { redirect(&request, https_port) };
    ca_routes(ca).route("/healthz", get(health)).fallback(to_https)
}

/// `GET /ca.crt`, `GET /ca.pem` and `GET /ca.mobileconfig`; nothing where the box has no CA of its own. On both ports: a browser that is on
/// the HTTPS page refuses to download from plain HTTP.
pub(super) fn ca_routes(ca: Option<CaFiles>) -> Router {
    let Some(CaFiles { der, pem, profile, .. }) = ca else {
        return Router::new();
    };
    // The types by which systems know what to do with them; the names by which people find them in a folder.
    let file = |content_type: &'static str, disposition: &'static str, bytes: Bytes| {
        get(move || async move { ([(CONTENT_TYPE, content_type), (CONTENT_DISPOSITION, disposition)], bytes) })
    };
    Router::new()
        .route("/ca.crt", file("application/x-x509-ca-cert", "inline; filename=porch-ca.crt", der))
        .route("/ca.pem", file("application/x-pem-file", "attachment; filename=porch-ca.pem", pem))
        .route(
            "/ca.mobileconfig",
            file("application/x-apple-aspen-config", "inline; filename=porch.mobileconfig", profile),
        )
}

/// `GET /healthz`.
pub(super) async fn health() -> &'static str {
    "ok"
}

/// To the same address under HTTPS.
fn redirect(request: &Request, https_port: u16) -> Response {
    let Some(host) = host(request.headers()) else {
        return (StatusCode::BAD_REQUEST, "Say which host you want.\n").into_response();
    };
    let port = if https_port == HTTPS_PORT { String::new() } else { format!(":{https_port}") };
    let rest = request.uri().path_and_query().map_or("/", |rest| rest.as_str());
    let Ok(location) = HeaderValue::try_from(format!("https://{host}{port}{rest}")) else {
        return (StatusCode::BAD_REQUEST, "This address cannot be redirected.\n").into_response();
    };
    // Not to be remembered by browsers for the page, as the port may change; with its method and body for the rest.
    let reads = [Method::GET, Method::HEAD].contains(request.method());
    let status = if reads { StatusCode::FOUND } else { StatusCode::PERMANENT_REDIRECT };
    (status, [(LOCATION, location)]).into_response()
}

/// The host that was asked for, without its port.
fn host(headers: &HeaderMap) -> Option<&str> {
    let host = headers.get(HOST)?.to_str().ok().filter(|host| is_host(host))?;
    let end = match host.strip_prefix('[') {
        Some(v6) => v6.find(']')? + 2,
        None => host.find(':').unwrap_or(host.len()),
    };
    Some(&host[..end]).filter(|host| !host.is_empty())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn ask(method: &str, uri: &str, host: Option<&str>, port: u16) -> (StatusCode, HeaderMap, Bytes) {
        let ca = CaFiles::new("porch", b"der", "pem".into());
        let mut request = Request::builder().method(method).uri(uri);
        if let Some(host) = host {
            request = request.header(HOST, host);
        }
        let response = router(port, Some(ca)).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts.status, parts.headers, body.collect().await.unwrap().to_bytes())
    }

    #[tokio::test]
    async fn everything_is_sent_to_https_at_the_same_host_path_and_query() {
        for (host, port, want) in [
            ("porch.local", 443, "https://porch.local/a/b?c=d"),
            ("porch.local:80", 443, "https://porch.local/a/b?c=d"),
            ("192.168.1.5:8080", 8443, "https://192.168.1.5:8443/a/b?c=d"),
            ("[fd00::1]", 443, "https://[fd00::1]/a/b?c=d"),
            ("[fd00::1]:8080", 8443, "https://[fd00::1]:8443/a/b?c=d"),
        ] {
            let (status, headers, _) = ask("GET", "/a/b?c=d", Some(host), port).await;
            assert_eq!((status, headers[LOCATION].to_str().unwrap()), (StatusCode::FOUND, want));
        }
        let (status, headers, _) = ask("POST", "/api/login", Some("porch.local"), 443).await;
        assert_eq!(
            (status, &headers[LOCATION]),
            (StatusCode::PERMANENT_REDIRECT, &HeaderValue::from_static("https://porch.local/api/login"))
        );
    }

    #[tokio::test]
    async fn a_request_without_a_proper_host_is_refused() {
        for host in [None, Some(""), Some("a b"), Some("evil/path"), Some("[::1"), Some(":80")] {
            let (status, headers, _) = ask("GET", "/", host, 443).await;
            assert_eq!((status, headers.get(LOCATION)), (StatusCode::BAD_REQUEST, None), "{host:?}");
        }
    }

    #[tokio::test]
    async fn the_ca_file_and_health_are_answered_in_the_clear() {
        let (status, headers, body) = ask("GET", "/ca.crt", None, 443).await;
        assert_eq!((status, &body[..]), (StatusCode::OK, &b"der"[..]));
        assert_eq!(headers[CONTENT_TYPE], "application/x-x509-ca-cert");
        assert_eq!(&ask("GET", "/ca.pem", None, 443).await.2[..], b"pem");
        let (status, headers, _) = ask("GET", "/ca.mobileconfig", None, 443).await;
        assert_eq!(
            (status, headers[CONTENT_TYPE].to_str().unwrap()),
            (StatusCode::OK, "application/x-apple-aspen-config")
        );
        assert_eq!(&ask("GET", "/healthz", None, 443).await.2[..], b"ok");
    }

    #[tokio::test]
    async fn nothing_of_the_page_or_the_api_is_answered_in_the_clear() {
        for path in ["/", "/index.html", "/api/box", "/ws", "/ca.key", "/pictures/1/1/32"] {
            assert_eq!(ask("GET", path, Some("porch.local"), 443).await.0, StatusCode::FOUND, "{path}");
        }
    }
}
