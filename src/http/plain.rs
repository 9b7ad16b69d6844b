//! The plain HTTP port: it sends everyone to HTTPS, and hands out the CA file that HTTPS is trusted by.

use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use bytes::Bytes;

use super::LiveDoors;
use super::host::{self, Asked};
use crate::guide;
use crate::guide::words::{Fingerprint, WORDS};

/// Pages in the clear have a style of their own and nothing else.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

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

/// Everything on the plain port.
pub fn router(doors: LiveDoors, ca: Option<CaFiles>) -> Router {
    let links = if ca.is_some() { host::Links::Plain } else { host::Links::Https };
    let known = (doors.clone(), links);
    files(ca)
        .route("/healthz", get(health))
        .fallback(redirect)
        .with_state(doors)
        .layer(middleware::from_fn_with_state(known, host::check))
        .layer(middleware::from_fn(add_headers))
}

/// The pages' style, and `/ca.crt`, `/ca.pem` and `/ca.mobileconfig` where the box has a CA of its own. On both ports:
/// a browser that is on the HTTPS page refuses to download from plain HTTP.
pub(super) fn files<S: Clone + Send + Sync + 'static>(ca: Option<CaFiles>) -> Router<S> {
    let style = get(async || ([(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "no-cache")], guide::STYLE));
    let router = Router::new().route("/guide.css", style);
    let Some(CaFiles { der, pem, profile, .. }) = ca else {
        return router;
    };
    // The types by which systems know what to do with them; the names by which people find them in a folder.
    let file = |content_type: &'static str, disposition: &'static str, bytes: Bytes| {
        get(move || async move { ([(CONTENT_TYPE, content_type), (CONTENT_DISPOSITION, disposition)], bytes) })
    };
    router
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
async fn redirect(
    State(doors): State<LiveDoors>,
    Extension(Asked(host)): Extension<Asked>,
    request: Request,
) -> Response {
    let rest = request.uri().path_and_query().map_or("/", |rest| rest.as_str());
    let Ok(location) = HeaderValue::try_from(format!("{}{rest}", doors.borrow().https(&host))) else {
        return (StatusCode::BAD_REQUEST, "This address cannot be redirected.\n").into_response();
    };
    // Not to be remembered by browsers for the page, as the port may change; with its method and body for the rest.
    let reads = [Method::GET, Method::HEAD].contains(request.method());
    let status = if reads { StatusCode::FOUND } else { StatusCode::PERMANENT_REDIRECT };
    (status, [(LOCATION, location)]).into_response()
}

/// What every answer in the clear carries.
async fn add_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(POLICY);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::HeaderMap;
    use axum::http::header::HOST;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn ask(method: &str, uri: &str, host: Option<&str>) -> (StatusCode, HeaderMap, Bytes) {
        let ca = CaFiles::new("porch", b"der", "pem".into());
        let mut request = Request::builder().method(method).uri(uri);
        if let Some(host) = host {
            request = request.header(HOST, host);
        }
        let request = request.body(Body::empty()).unwrap();
        let response = router(super::super::tests::doors(), Some(ca)).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts.status, parts.headers, body.collect().await.unwrap().to_bytes())
    }

    #[tokio::test]
    async fn everything_is_sent_to_https_at_the_same_host_path_and_query() {
        for (host, want) in [
            ("porch.local", "https://porch.local/a/b?c=d"),
            ("Porch.Local.:80", "https://porch.local/a/b?c=d"),
            ("192.168.1.7:8080", "https://192.168.1.7/a/b?c=d"),
            ("[::1]", "https://[::1]/a/b?c=d"),
        ] {
            let (status, headers, _) = ask("GET", "/a/b?c=d", Some(host)).await;
            assert_eq!((status, headers[LOCATION].to_str().unwrap()), (StatusCode::FOUND, want));
        }
        let (status, headers, _) = ask("POST", "/api/login", Some("porch.local")).await;
        assert_eq!(
            (status, &headers[LOCATION]),
            (StatusCode::PERMANENT_REDIRECT, &HeaderValue::from_static("https://porch.local/api/login"))
        );
    }

    #[tokio::test]
    async fn a_request_without_a_host_is_refused() {
        for host in [None, Some("")] {
            let (status, headers, _) = ask("GET", "/", host).await;
            assert_eq!((status, headers.get(LOCATION)), (StatusCode::BAD_REQUEST, None), "{host:?}");
        }
    }

    #[tokio::test]
    async fn a_request_for_another_host_is_told_where_the_box_is() {
        for host in ["evil.example", "a b", "evil/path", "[::1", ":80", "192.168.1.8", "evil.example:80"] {
            for (method, path) in [("GET", "/"), ("GET", "/j/token"), ("POST", "/api/login"), ("GET", "/ws")] {
                let (status, headers, body) = ask(method, path, Some(host)).await;
                assert_eq!((status, headers.get(LOCATION)), (StatusCode::MISDIRECTED_REQUEST, None), "{host} {path}");
                let page = String::from_utf8(body.to_vec()).unwrap();
                assert!(page.contains("href=\"http://porch.local/\""), "{page}");
                assert!(!page.contains("evil"), "{page}");
            }
        }
    }

    #[tokio::test]
    async fn the_ca_files_and_health_are_answered_to_anyone() {
        for host in [None, Some("evil.example"), Some("porch.local")] {
            let (status, headers, body) = ask("GET", "/ca.crt", host).await;
            assert_eq!((status, &body[..]), (StatusCode::OK, &b"der"[..]));
            assert_eq!(headers[CONTENT_TYPE], "application/x-x509-ca-cert");
            assert_eq!(&ask("GET", "/ca.pem", host).await.2[..], b"pem");
            let (status, headers, _) = ask("GET", "/ca.mobileconfig", host).await;
            assert_eq!(status, StatusCode::OK);
            assert_eq!(headers[CONTENT_TYPE], "application/x-apple-aspen-config");
            assert_eq!(&ask("GET", "/healthz", host).await.2[..], b"ok");
        }
    }

    #[tokio::test]
    async fn nothing_of_the_api_or_of_files_is_answered_in_the_clear() {
        for path in ["/index.html", "/api/box", "/ws", "/ca.key", "/pictures/1/1/32"] {
            assert_eq!(ask("GET", path, Some("porch.local")).await.0, StatusCode::FOUND, "{path}");
        }
    }
}
