//! The gateway's side of a Wi-Fi without Internet: phones' questions are answered, and the sign-in sheet is shown. Only
//! where the owner says that the box is such a gateway.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HOST, LOCATION, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};

use crate::doors::{Doors, Host};
use crate::guide::{self, Portal, Probe, Side};
use crate::proto::door::Door;

use super::host::{self, Links};
use super::{LiveDoors, PeerAddr, WallClock};

/// Where the sheet is, and how it says that it was read.
const SHEET: &str = "/portal";
const READ: &str = "/portal?read";

/// What the gateway knows.
#[derive(Clone)]
pub(super) struct Gateway(Arc<GatewayState>);

struct GatewayState {
    doors: LiveDoors,
    box_name: String,
    links: Links,
    wall: WallClock,
    portal: Mutex<Portal>,
}

impl Gateway {
    pub(super) fn new(doors: LiveDoors, box_name: &str, links: Links, wall: WallClock) -> Self {
        Self(Arc::new(GatewayState { doors, box_name: box_name.into(), links, wall, portal: Mutex::default() }))
    }

    /// Whole even where a thread panicked while holding it: a visitor is put in or taken out in one step.
    fn portal(&self) -> MutexGuard<'_, Portal> {
        self.0.portal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn url(&self, door: Door) -> String {
        match self.0.links {
            Links::Https => door.url,
            Links::Plain => door.plain,
        }
    }
}

/// The sheet's own address.
pub(super) fn routes<S: Clone + Send + Sync + 'static>(gateway: Gateway) -> Router<S> {
    Router::new().route(SHEET, get(show).post(read)).with_state(gateway)
}

/// Answers what systems ask of addresses that are not the box's; passes everything else on.
pub(super) async fn answer(
    State(gateway): State<Gateway>,
    Extension(PeerAddr(peer)): Extension<PeerAddr>,
    request: Request,
    next: Next,
) -> Response {
    let doors = gateway.0.doors.borrow().clone();
    let Some(probe) = asked(request.headers(), request.uri().path(), &doors) else {
        return next.run(request).await;
    };
    let now = (gateway.0.wall)();
    let online = gateway.portal().answer(probe, peer.ip().to_canonical(), now);
    let no_store = (CACHE_CONTROL, HeaderValue::from_static("no-store"));
    match (online, doors.surest()) {
        (Some(online), _) => {
            let status = StatusCode::from_u16(online.status).unwrap_or(StatusCode::NO_CONTENT);
            let kind = (CONTENT_TYPE, HeaderValue::from_static(online.content_type));
            (status, [kind, no_store], online.body).into_response()
        }
        (None, Some(door)) => match HeaderValue::try_from(format!("{}{SHEET}", doors.plain(door))) {
            Ok(sheet) => (StatusCode::FOUND, [(LOCATION, sheet), no_store]).into_response(),
            Err(_) => next.run(request).await,
        },
        // A box without an address: nobody can have asked.
        (None, None) => next.run(request).await,
    }
}

/// The question behind a request for a host that is not the box's.
fn asked(headers: &HeaderMap, path: &str, doors: &Doors) -> Option<Probe> {
    let host = headers.get(HOST)?.to_str().ok().and_then(Host::parse).filter(|host| !doors.lead_to(host))?;
    Probe::of(&host.to_string(), path)
}

/// `GET /portal`.
async fn show(
    State(gateway): State<Gateway>,
    Extension(PeerAddr(peer)): Extension<PeerAddr>,
    request: Request,
) -> Response {
    let now = (gateway.0.wall)();
    let side = if request.uri().query() == Some("read") { Side::Read } else { Side::Front };
    gateway.portal().shown(peer.ip().to_canonical(), now);
    let doors = gateway.0.doors.borrow().clone();
    let surest = doors.surest().map(|host| match gateway.0.links {
        Links::Https => format!("{}/", doors.https(host)),
        Links::Plain => format!("{}/", doors.plain(host)),
    });
    let first = doors.list().into_iter().next().map(|door| gateway.url(door));
    let mut urls: Vec<String> = surest.into_iter().chain(first).collect();
    urls.dedup();
    let page = guide::sheet(host::lang(request.headers()), &gateway.0.box_name, &urls, side);
    let kind = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CACHE_CONTROL, "no-store"), (VARY, "accept-language")];
    (kind, page).into_response()
}

/// `POST /portal`: the button was pressed.
async fn read(State(gateway): State<Gateway>, Extension(PeerAddr(peer)): Extension<PeerAddr>) -> Response {
    let now = (gateway.0.wall)();
    gateway.portal().read(peer.ip().to_canonical(), now);
    (StatusCode::SEE_OTHER, [(LOCATION, READ)]).into_response()
}
