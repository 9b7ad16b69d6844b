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
use crate::guide::words::{self, WORDS, Word};
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
    pub words: [Word; WORDS],
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
