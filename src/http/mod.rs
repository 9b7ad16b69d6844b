//! What browsers and other clients see: the page, the API and the WebSocket, over HTTPS; and next to nothing over
//! plain HTTP.
//!
//! [`router`] is everything on the HTTPS port, [`plain::router`] everything on the other. A family of requests has a
//! file. Handlers parse, ask the store or give it a change, and tell the hub what has become durable; who may do what
//! is decided here for accounts, and in the hub for rooms.

use std::ops::Deref;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::Request;
use axum::middleware::{self, map_response};
use axum::response::Response;
use axum::routing::{any, delete, get, patch, post, put};
use tokio::sync::Notify;

use crate::auth::device::{DeviceCookie, DeviceKey};
use crate::auth::password::Hasher;
use crate::auth::rate::Rates;
use crate::auth::token::CookieName;
use crate::blobs::Uploads;
use crate::doctor::Doctor;
use crate::doors::Doors;
use crate::driver::Handle;
use crate::monitor::Monitor;
use crate::picture::Pictures;
use crate::proto::code::ErrorCode;
use crate::proto::op::Millis;
use crate::store::Store;

use current_session::CurrentSession;
use download::Downloads;
use monitor::MonitorKeeper;
use people::Directory;
use refusal::Refusal;
use uploads::Uploading;

pub mod assets;
mod attachments;
mod clock;
mod cookie;
mod cookie_probe;
mod current_session;
mod detached;
mod device;
mod doctor;
mod doors;
pub mod download;
mod etag;
mod extract;
mod frames;
mod guess;
mod guests;
mod handshake;
mod headers;
mod held;
mod host;
mod invites;
mod link;
pub mod listen;
mod me;
mod monitor;
mod origin;
mod owner_acts;
mod pace;
mod people;
pub mod plain;
mod portal;
mod poster;
mod refusal;
mod removal;
mod reset;
mod rooms;
mod search;
mod settings;
mod signing_in;
pub mod sockets;
mod storage;
#[cfg(test)]
mod tests;
mod trust;
mod uploads;
pub mod ws;

/// Where a request comes from; the connection puts it into every request.
#[derive(Clone, Copy, Debug)]
pub struct PeerAddr(pub std::net::SocketAddr);

/// The time, as milliseconds since 1970: see [`crate::clock::wall`].
pub type WallClock = Box<dyn Fn() -> Millis + Send + Sync>;

/// The doors of the moment; whoever watches the box's addresses sends the next.
pub type LiveDoors = tokio::sync::watch::Receiver<Arc<Doors>>;

/// The rest of porch, as far as the pages reach it.
pub struct Wiring {
    pub store: Store,
    pub uploads: Uploads,
    pub hub: Handle,
    pub box_name: String,
    /// Tells the box from others: in the name of its cookie.
    pub id: String,
    pub version: &'static str,
    /// For clients that do not trust the box yet; none where the owner brought a certificate.
    pub ca: Option<plain::CaFiles>,
    pub doors: LiveDoors,
    pub wall: WallClock,
    /// For the owner, who asks how the box is.
    pub doctor: Arc<Doctor>,
    /// With what pages have told an earlier run.
    pub monitor: Monitor,
}

/// What the handlers share. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<AppState>);

/// See [`App`].
pub struct AppState {
    store: Store,
    uploading: Uploading,
    downloads: Downloads,
    hub: Handle,
    box_name: String,
    cookie: CookieName,
    version: &'static str,
    ca: Option<plain::CaFiles>,
    doors: LiveDoors,
    wall: WallClock,
    doctor: Arc<Doctor>,
    /// Held while the doctor looks at all: a blocking thread each would wait in line otherwise.
    examining: Arc<tokio::sync::Mutex<()>>,
    hasher: Hasher,
    pictures: Pictures,
    monitor: MonitorKeeper,
    rates: Mutex<Rates>,
    device_key: DeviceKey,
    device_cookie: DeviceCookie,
    directory: Directory,
    /// Told when guests come or are sent away: whoever waits for the next end of a stay looks again.
    stays_changed: Notify,
    /// Told when rooms were removed: what was said in them is to be erased.
    rooms_removed: Notify,
}

impl App {
    /// What the handlers share, with nobody's tries counted yet.
    pub fn new(wiring: Wiring) -> Self {
        let Wiring { store, uploads, hub, box_name, id, version, ca, doors, wall, doctor, monitor } = wiring;
        Self(Arc::new(AppState {
            device_key: DeviceKey::of(&store.mark()),
            device_cookie: DeviceCookie::of_box(&id),
            store,
            uploading: Uploading::new(uploads),
            downloads: Downloads::default(),
            hub,
            box_name,
            cookie: CookieName::of_box(&id),
            version,
            ca,
            doors,
            wall,
            doctor,
            examining: Arc::default(),
            hasher: Hasher::default(),
            pictures: Pictures::default(),
            monitor: MonitorKeeper::new(monitor),
            rates: Mutex::default(),
            directory: Directory::default(),
            stays_changed: Notify::new(),
            rooms_removed: Notify::new(),
        }))
    }
}

impl Deref for App {
    type Target = AppState;

    fn deref(&self) -> &AppState {
        &self.0
    }
}

/// Everything on the HTTPS port.
pub fn router(app: App) -> Router {
    let files = plain::files(app.ca.clone());
    let trust = app.ca.as_ref().map(trust::routes).unwrap_or_default();
    // Who is lost does not trust the box yet: the guide helps, where there is one.
    let links = if app.ca.is_some() { host::Links::Plain } else { host::Links::Https };
    let doors = (app.doors.clone(), links);
    let told = app.clone();
    let uploads = Router::new()
        .route("/api/uploads", get(storage::limits).post(uploads::begin).options(uploads::describe))
        .route("/api/uploads/{upload}", patch(uploads::append).delete(uploads::remove).head(uploads::show))
        .route("/api/uploads/{upload}", post(uploads::overridden).options(uploads::describe))
        .layer(map_response(uploads::speak));
    Router::new()
        .route("/api/box", get(signing_in::about))
        .route("/api/register", post(signing_in::register))
        .route("/api/login", post(signing_in::login))
        .route("/api/logout", post(signing_in::logout))
        .route("/api/reset", post(reset::reset))
        .route("/api/sessions", get(signing_in::list))
        .route("/api/sessions/{session}", delete(signing_in::end))
        .route("/api/me", get(me::show).patch(me::change).delete(me::leave))
        .route("/api/me/picture", put(me::set_picture).delete(me::clear_picture))
        .route("/api/doors", get(doors::list))
        .route("/api/invites", get(invites::list).post(invites::make))
        .route("/api/invites/{invite}", delete(invites::withdraw))
        .route("/api/join/{token}", get(invites::show).post(invites::join))
        .route("/api/people", get(people::list))
        .route("/api/people/{user}", patch(guests::make_member).delete(guests::end_stay))
        .route("/api/people/{user}/account", delete(owner_acts::delete_account))
        .route("/api/people/{user}/code", post(owner_acts::give_code))
        .route("/api/people/{user}/owner", put(owner_acts::make_owner).delete(owner_acts::revoke_owner))
        .route("/api/people/{user}/sessions", delete(owner_acts::sign_out))
        .route("/api/people/{user}/rooms", get(removal::count).delete(removal::remove))
        .route("/api/drafts", get(rooms::drafts))
        .route("/api/rooms", get(rooms::list))
        .route("/api/rooms/archived", get(rooms::archived))
        .route("/api/rooms/joined", get(rooms::joined))
        .route("/api/rooms/{room}", get(rooms::show))
        .route("/api/rooms/{room}/members", get(rooms::members))
        .route("/api/rooms/{room}/messages", get(rooms::messages))
        .route("/api/rooms/{room}/galleries/{gallery}", get(rooms::gallery))
        .route("/api/rooms/{room}/heard", get(rooms::heard))
        .route("/api/rooms/{room}/reactions", get(rooms::reactions))
        .route("/api/rooms/{room}/chains/{chain}", get(rooms::chain))
        .route("/api/rooms/{room}/seen", get(rooms::seen))
        .route("/api/search", get(search::search))
        .merge(uploads)
        .route("/api/attachments/{message}/{place}", get(attachments::show))
        .route("/api/attachments/{message}/{place}/{edge}", get(attachments::preview))
        .route("/api/cookie", get(cookie_probe::show))
        .route("/api/clock", get(clock::show).put(clock::set))
        .route("/api/doctor", get(doctor::examine))
        .route("/api/monitor", get(monitor::show).post(monitor::take).delete(monitor::clear))
        .route("/api/storage", get(storage::show))
        .route("/api/settings", get(settings::show).patch(settings::change))
        .route("/api", any(nothing_here))
        .route("/api/", any(nothing_here))
        .route("/api/{*rest}", any(nothing_here))
        .route("/pictures/{user}/{picture}/{edge}", get(people::picture))
        .route("/poster", get(poster::show))
        .route("/poster/{file}", get(poster::style))
        .route("/p/{stamp}", get(poster::follow))
        .route("/ws", get(connect))
        .with_state(app)
        .merge(files)
        .merge(trust)
        .route("/healthz", get(plain::health))
        .method_not_allowed_fallback(nothing_here)
        .fallback(assets::page)
        // Bodies are read by `extract` alone, which has limits of its own.
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn_with_state(told.clone(), cookie::rename))
        .layer(middleware::from_fn(detached::run))
        .layer(middleware::from_fn(origin::check))
        .layer(middleware::from_fn_with_state(doors, host::check))
        .layer(middleware::from_fn_with_state(told.clone(), held::count))
        .layer(middleware::from_fn_with_state(told, headers::add))
}

async fn nothing_here() -> Refusal {
    ErrorCode::NotFound.into()
}

async fn connect(State(app): State<App>, current: CurrentSession, request: Request<axum::body::Body>) -> Response {
    ws::upgrade(request, current.user.id, current.session, app.hub.clone())
}
