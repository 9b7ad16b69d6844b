//! The plain HTTP port: it guides people to HTTPS, and hands out the certificate that HTTPS is trusted by.

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY,
    RETRY_AFTER, USER_AGENT, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use bytes::Bytes;

use super::headers;
use super::held;
use super::host::{self, RequestHost};
use super::link;
use super::portal::{self, Gateway};
use super::{App, PeerAddr, WallClock};
use crate::fair::{Asker, Busy, Lane, LaneMax, Network, TurnMax};
use crate::guide::words::{self, WORDS};
use crate::guide::{self, Device, Guide, Lang};
use crate::proto::limits::{GUIDE_REST_BYTES_MAX, PLAIN_AT_ONCE, PLAIN_WAITING_MAX, PLAIN_WAITING_PER_NETWORK_MAX};

/// Pages in the clear have a style of their own and nothing else.
const PAGE_POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// First segments of addresses that no person opens.
const NOT_PAGES: [&str; 4] = ["api", "assets", "pictures", "ws"];

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
        let fingerprint = words::fingerprint(der);
        Self {
            der: Bytes::copy_from_slice(der),
            pem: pem.into(),
            profile: guide::mobileconfig(box_name, der, &fingerprint).into(),
            fingerprint: fingerprint.map(|byte| format!("{byte:02X}")).join(":"),
            words: words::of(&fingerprint),
        }
    }
}

/// Whether the box is the gateway of a Wi-Fi without Internet.
pub enum CaptivePortal {
    Off,
    /// With the time by which it forgets who has seen its sheet.
    On(WallClock),
}

/// Everything on the plain port.
pub fn router(app: App, captive_portal: CaptivePortal) -> Router {
    let links = if app.ca.is_some() { host::Links::Plain } else { host::Links::Https };
    let known = (app.doors.clone(), links);
    let gateway = match captive_portal {
        CaptivePortal::Off => None,
        CaptivePortal::On(wall) => Some(Gateway::new(app.doors.clone(), &app.box_name, links, wall)),
    };
    let counting = app.clone();
    let mut router = files(app.ca.clone()).route("/healthz", get(health)).fallback(answer);
    if let Some(gateway) = &gateway {
        router = router.merge(portal::routes(gateway.clone()));
    }
    let mut router = router.with_state(app).layer(middleware::from_fn_with_state(known, host::check));
    if let Some(gateway) = gateway {
        router = router.layer(middleware::from_fn_with_state(gateway, portal::answer));
    }
    let router = router.layer(middleware::from_fn_with_state(counting, held::count));
    router.layer(middleware::from_fn_with_state(lane(), in_turn)).layer(middleware::from_fn(add_headers))
}

fn lane() -> Lane {
    let waiting = TurnMax { of_one: PLAIN_WAITING_PER_NETWORK_MAX, in_all: PLAIN_WAITING_MAX };
    Lane::new(LaneMax { at_once: PLAIN_AT_ONCE, at_once_of_one: PLAIN_AT_ONCE, waiting })
}

/// Lets networks take turns: whoever asks for very many pages waits for their own, and talk does not.
async fn in_turn(
    State(lane): State<Lane>,
    Extension(PeerAddr(peer)): Extension<PeerAddr>,
    request: Request,
    next: Next,
) -> Response {
    match lane.enter(Asker::Network(Network::of(peer.ip()))).await {
        Ok(_turn) => next.run(request).await,
        // Not for one who goes on asking at once.
        Err(Busy) => {
            let headers = [(RETRY_AFTER, "1"), (CONNECTION, "close")];
            (StatusCode::SERVICE_UNAVAILABLE, headers, "The box is busy. Try again in a moment.\n").into_response()
        }
    }
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
    let script = [(CONTENT_TYPE, "text/javascript; charset=utf-8"), (CACHE_CONTROL, "no-cache")];
    router
        .route("/guide.js", get(async move || (script, guide::SCRIPT)))
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

/// The guide for people, where there is something to guide to; the way to HTTPS for everything else.
async fn answer(State(app): State<App>, asked: Option<Extension<RequestHost>>, request: Request) -> Response {
    let doors = app.doors.borrow().clone();
    // A file for anyone that is not there.
    let Some(Extension(RequestHost(host))) = asked else {
        return host::misdirected(request.headers(), &doors, host::Links::Https);
    };
    match &app.ca {
        Some(ca) if is_visit(&request) => {
            let (asked, _) = request.into_parts();
            guide_page(&app, ca, &doors.https_authority(&host), &asked).await
        }
        _ => redirect(&doors.https(&host), &request),
    }
}

/// Whether a person opens a page: what programs ask for has a place of its own.
fn is_visit(request: &Request) -> bool {
    let path = request.uri().path();
    let (first, last) = (path.split('/').nth(1).unwrap_or_default(), path.rsplit('/').next().unwrap_or_default());
    let reads = [Method::GET, Method::HEAD].contains(request.method());
    reads && !NOT_PAGES.contains(&first) && (!last.contains('.') || link::is_passed_on(path))
}

async fn guide_page(app: &App, ca: &CaFiles, authority: &str, asked: &Parts) -> Response {
    let header = |name| asked.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let visit = Visit::of(&asked.uri);
    let moved = match &visit.stamp {
        Some(stamp) => app.moved_since(stamp),
        None => None,
    };
    let agent = header(USER_AGENT);
    let guide = Guide {
        lang: visit.lang.unwrap_or_else(|| host::lang(&asked.headers)),
        device: visit.device.unwrap_or_else(|| Device::of_user_agent(agent)),
        chosen: visit.device.is_some(),
        agent,
        box_name: &app.box_name,
        fingerprint: &ca.fingerprint,
        words: ca.words,
        authority,
        rest: &visit.rest,
        query: &visit.query,
        moved: moved.as_deref(),
    };
    let policy = format!("{PAGE_POLICY}; script-src 'self'; connect-src https://{authority} wss://{authority}");
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, policy.as_str()),
    ];
    (headers, guide.page()).into_response()
}

/// What a visitor asks of the guide.
struct Visit {
    /// The address to go on to: without what the guide itself put into it, and without the poster's stamp, which the
    /// guide has dealt with then.
    rest: String,
    /// The query that the guide's own links keep.
    query: String,
    device: Option<Device>,
    lang: Option<Lang>,
    /// Of the poster that led here.
    stamp: Option<String>,
}

impl Visit {
    fn of(uri: &Uri) -> Self {
        let printed = uri.path().strip_prefix("/p/").filter(|stamp| !stamp.contains('/'));
        let (mut device, mut lang, mut stamp) = (None, None, printed.map(str::to_owned));
        let (mut rest, mut query) = (Vec::new(), Vec::new());
        for part in uri.query().unwrap_or_default().split('&').filter(|part| !part.is_empty()) {
            match part.split_once('=') {
                Some(("device", key)) => device = Device::of_key(key),
                Some(("lang", key)) => lang = Lang::of_key(key),
                Some(("p", printed)) => {
                    stamp = Some(printed.to_owned());
                    query.push(part);
                }
                _ => {
                    rest.push(part);
                    query.push(part);
                }
            }
        }
        let path = if printed.is_some() { "/" } else { path(uri) };
        let mark = if rest.is_empty() { "" } else { "?" };
        let (mut rest, mut query) = (format!("{path}{mark}{}", rest.join("&")), query.join("&"));
        if rest.len().max(query.len()) > GUIDE_REST_BYTES_MAX {
            (rest, query) = ("/".into(), String::new());
        }
        Self { rest, query, device, lang, stamp }
    }
}

/// The path that was asked for. `*`, the box as a whole (RFC 9112, section 3.2.4), would else become part of the host's
/// name in what is made of it. What is glued to an invite is left behind.
fn path(uri: &Uri) -> &str {
    Some(uri.path()).filter(|path| path.starts_with('/')).map_or("/", link::unglued)
}

/// To the same address under HTTPS.
fn redirect(door: &str, request: &Request) -> Response {
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    let Ok(location) = HeaderValue::try_from(format!("{door}{}{query}", path(request.uri()))) else {
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
    headers::add_date(headers);
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(PAGE_POLICY));
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

    use super::super::tests::Porch;
    use super::*;

    type Reply = (StatusCode, HeaderMap, Bytes);

    async fn ask(porch: &Porch, method: &str, uri: &str, host: Option<&str>) -> Reply {
        let mut request = Request::builder().method(method).uri(uri);
        if let Some(host) = host {
            request = request.header(HOST, host);
        }
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(PeerAddr(([192, 168, 1, 2], 40_000).into()));
        let response = router(porch.app.clone(), CaptivePortal::Off).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts.status, parts.headers, body.collect().await.unwrap().to_bytes())
    }

    async fn page(porch: &Porch, uri: &str, host: &str) -> String {
        let (status, headers, body) = ask(porch, "GET", uri, Some(host)).await;
        assert_eq!((status, headers[CONTENT_TYPE].to_str().unwrap()), (StatusCode::OK, "text/html; charset=utf-8"));
        String::from_utf8(body.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn the_way_on_keeps_an_invite_and_leaves_the_posters_stamp_behind() {
        let porch = Porch::start();
        for (uri, want) in [
            ("/p/k7m2q9xa", "https://porch.local/"),
            ("/p/k7m2q9xa?lang=zh", "https://porch.local/"),
            ("/j/tok_en-1?p=k7m2q9xa", "https://porch.local/j/tok_en-1"),
            ("/j/tok_en-1?x=1&p=k7m2q9xa&y", "https://porch.local/j/tok_en-1?x=1&amp;y"),
            ("/people?px=1", "https://porch.local/people?px=1"),
            ("/p/a/b", "https://porch.local/p/a/b"),
            ("/p", "https://porch.local/p"),
        ] {
            let page = page(&porch, uri, "porch.local").await;
            assert!(page.contains(&format!("id=\"open\" href=\"{want}\"")), "{uri}: {page}");
        }
    }

    #[tokio::test]
    async fn an_invite_with_something_glued_to_it_leads_to_the_invite() {
        let own = Porch::of(None, crate::doctor::Live::default());
        let porch = Porch::start();
        let invite = "/j/0QHx6vYk1Jm2cT9sZbE4wg";
        for glued in [".", ")", "%3E", "%E3%80%82", ".?lang=en"] {
            let asked = format!("{invite}{glued}");
            let page = page(&porch, &asked, "porch.local").await;
            assert!(page.contains(&format!("id=\"open\" href=\"https://porch.local{invite}\"")), "{glued}: {page}");
            let (status, headers, _) = ask(&own, "GET", &asked, Some("porch.local")).await;
            let there = headers[LOCATION].to_str().unwrap();
            assert_eq!(
                (status, there.split('?').next().unwrap()),
                (StatusCode::FOUND, &*format!("https://porch.local{invite}"))
            );
        }
        assert!(page(&porch, "/r/4/42.", "porch.local").await.contains("href=\"https://porch.local/r/4/42.\""));
        // A file is no screen.
        let (status, _, _) = ask(&porch, "GET", "/j.png", Some("porch.local")).await;
        assert_eq!(status, StatusCode::FOUND);
    }

    #[tokio::test]
    async fn a_visitor_is_guided_to_the_same_address_behind_the_same_door() {
        let porch = Porch::start();
        for (host, uri, want) in [
            ("porch.local", "/", "https://porch.local/"),
            ("Porch.Local.:80", "/j/tok_en-1?device=mac&x=1&lang=zh", "https://porch.local/j/tok_en-1?x=1"),
            ("192.168.1.7:8080", "/r/4?lang=en", "https://192.168.1.7/r/4"),
            ("[::1]", "/?a=b&c=%22", "https://[::1]/?a=b&amp;c=%22"),
        ] {
            let page = page(&porch, uri, host).await;
            assert!(page.contains(&format!("id=\"open\" href=\"{want}\"")), "{uri}: {page}");
        }
        let long = format!("/{}", "a".repeat(GUIDE_REST_BYTES_MAX));
        assert!(page(&porch, &long, "porch.local").await.contains("id=\"open\" href=\"https://porch.local/\""));
        let (status, _, body) = ask(&porch, "HEAD", "/", Some("porch.local")).await;
        assert_eq!((status, body.len()), (StatusCode::OK, 0));
    }

    #[tokio::test]
    async fn the_guide_may_ask_its_own_door_and_nobody_else() {
        let porch = Porch::start();
        let (_, headers, _) = ask(&porch, "GET", "/", Some("porch.local")).await;
        let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(policy.ends_with("connect-src https://porch.local wss://porch.local"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        let (status, headers, _) = ask(&porch, "GET", "/guide.js", Some("porch.local")).await;
        assert_eq!(
            (status, headers[CONTENT_TYPE].to_str().unwrap()),
            (StatusCode::OK, "text/javascript; charset=utf-8")
        );
    }

    #[tokio::test]
    async fn device_and_language_are_chosen_by_the_address() {
        let porch = Porch::start();
        let page = page(&porch, "/?device=ios&lang=zh", "porch.local").await;
        assert!(page.contains("<html lang=\"zh-Hans\">") && page.contains("href=\"/ca.mobileconfig\""), "{page}");
        assert!(page.contains("data-chosen"));
    }

    #[tokio::test]
    async fn with_an_owners_certificate_there_is_no_guide_and_no_file() {
        let porch = Porch::of(None, crate::doctor::Live::default());
        for uri in ["/", "/j/token", "/ca.crt", "/ca.pem", "/ca.mobileconfig", "/guide.js"] {
            let (status, headers, _) = ask(&porch, "GET", uri, Some("porch.local")).await;
            let there = format!("https://porch.local{uri}");
            assert_eq!((status, headers[LOCATION].to_str().unwrap()), (StatusCode::FOUND, there.as_str()));
        }
        let (status, _, body) = ask(&porch, "GET", "/", Some("evil.example")).await;
        assert_eq!(status, StatusCode::MISDIRECTED_REQUEST);
        assert!(String::from_utf8(body.to_vec()).unwrap().contains("href=\"https://porch.local/\""));
    }

    #[tokio::test]
    async fn what_is_no_visit_is_sent_to_https_with_its_method() {
        let porch = Porch::start();
        let (status, headers, _) = ask(&porch, "GET", "/api/box?x=1", Some("192.168.1.7")).await;
        assert_eq!(
            (status, headers[LOCATION].to_str().unwrap()),
            (StatusCode::FOUND, "https://192.168.1.7/api/box?x=1")
        );
        let (status, headers, _) = ask(&porch, "POST", "/api/login", Some("porch.local")).await;
        assert_eq!(
            (status, &headers[LOCATION]),
            (StatusCode::PERMANENT_REDIRECT, &HeaderValue::from_static("https://porch.local/api/login"))
        );
    }

    #[tokio::test]
    async fn what_is_asked_of_the_box_as_a_whole_leads_to_its_page() {
        let porch = Porch::start();
        assert!(page(&porch, "*", "porch.local").await.contains("id=\"open\" href=\"https://porch.local/\""));
        let (_, headers, _) = ask(&porch, "OPTIONS", "*", Some("porch.local")).await;
        assert_eq!(headers[LOCATION], "https://porch.local/");
    }

    #[tokio::test]
    async fn a_request_without_a_host_is_refused() {
        let porch = Porch::start();
        for host in [None, Some("")] {
            let (status, headers, _) = ask(&porch, "GET", "/", host).await;
            assert_eq!((status, headers.get(LOCATION)), (StatusCode::BAD_REQUEST, None), "{host:?}");
        }
    }

    #[tokio::test]
    async fn a_request_for_another_host_is_told_where_the_box_is() {
        let porch = Porch::start();
        for host in ["evil.example", "a b", "evil/path", "[::1", ":80", "192.168.1.8", "evil.example:80"] {
            for (method, path) in [("GET", "/"), ("GET", "/j/token"), ("POST", "/api/login"), ("GET", "/ws")] {
                let (status, headers, body) = ask(&porch, method, path, Some(host)).await;
                assert_eq!((status, headers.get(LOCATION)), (StatusCode::MISDIRECTED_REQUEST, None), "{host} {path}");
                let page = String::from_utf8(body.to_vec()).unwrap();
                assert!(page.contains("href=\"http://porch.local/\""), "{page}");
                assert!(!page.contains("evil"), "{page}");
            }
        }
    }

    #[tokio::test]
    async fn the_ca_files_and_health_are_answered_to_anyone() {
        let porch = Porch::start();
        for host in [None, Some("evil.example"), Some("porch.local")] {
            let (status, headers, body) = ask(&porch, "GET", "/ca.crt", host).await;
            assert_eq!((status, &body[..]), (StatusCode::OK, &b"der"[..]));
            assert_eq!(headers[CONTENT_TYPE], "application/x-x509-ca-cert");
            assert_eq!(&ask(&porch, "GET", "/ca.pem", host).await.2[..], b"pem");
            let (status, headers, _) = ask(&porch, "GET", "/ca.mobileconfig", host).await;
            assert_eq!(status, StatusCode::OK);
            assert_eq!(headers[CONTENT_TYPE], "application/x-apple-aspen-config");
            assert_eq!(&ask(&porch, "GET", "/healthz", host).await.2[..], b"ok");
        }
    }

    #[tokio::test]
    async fn nothing_of_the_api_or_of_files_is_answered_in_the_clear() {
        let porch = Porch::start();
        for path in ["/index.html", "/api/box", "/ws", "/ca.key", "/pictures/1/1/32"] {
            assert_eq!(ask(&porch, "GET", path, Some("porch.local")).await.0, StatusCode::FOUND, "{path}");
        }
    }
}
