//! The pages against a real store and a real driver, in-process: requests go straight into the router.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::header::{COOKIE, HOST, SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request};
use bytes::Bytes;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;
use tower::ServiceExt;

use super::*;
use crate::blobs::Blobs;
use crate::clock::{self, Clock};
use crate::doctor::{Doctor, Live, Subject};
use crate::driver;
use crate::fair::Asker;
use crate::hub::Hub;
use crate::lan::mdns::NameState;
use crate::outbox::{Outbox, Taken};
use crate::proto::change::Change;
use crate::proto::code::CloseCode;
use crate::proto::id::{RoomId, SessionId, UserId};
use crate::proto::limits::CONNECTIONS_MAX;
use crate::proto::op::{AccountOp, MessageOp, Op, Outcome, RoomOp};
use crate::proto::role::BoxRole;
use crate::proto::server::User;

mod account;
mod attachments;
mod cookies;
mod doors;
mod downloads;
mod guesses;
mod guests;
mod monitor;
mod owners;
mod plain_port;
mod poster;
mod reading;
mod routes;
mod signing_in;
mod storage;
mod uploads;

const VERSION: &str = "0.0.0";
const PASSWORD: &str = "correct horse";
const PHONE: &str = "Mozilla/5.0 (Linux; Android 10; K) Chrome/131.0.0.0 Mobile Safari/537.36";

/// A box, with nobody on it yet.
pub(super) struct Porch {
    pub(super) app: App,
    router: Router,
    clock: Arc<AtomicI64>,
    /// Gives the box other addresses.
    moves: watch::Sender<Arc<Doors>>,
    _dir: TempDir,
}

impl Porch {
    pub(super) fn start() -> Self {
        Self::start_with(Live::default())
    }

    /// Whose doctor hears this from its parts.
    fn start_with(live: Live) -> Self {
        Self::of(Some(plain::CaFiles::new("porch", b"der", "pem".into())), live)
    }

    /// One of several boxes.
    fn with_id(id: &str) -> Self {
        Self::of_id(id, Some(plain::CaFiles::new("porch", b"der", "pem".into())), Live::default())
    }

    /// The same without `ca`: its owner brought a certificate.
    pub(super) fn of(ca: Option<plain::CaFiles>, live: Live) -> Self {
        Self::of_id("7f3a", ca, live)
    }

    fn of_id(id: &str, ca: Option<plain::CaFiles>, live: Live) -> Self {
        let dir = TempDir::new().expect("a folder for the test");
        let clock = Arc::new(AtomicI64::new(clock::wall()));
        let read = |clock: &Arc<AtomicI64>| {
            let clock = Arc::clone(clock);
            move || clock.load(Ordering::Relaxed)
        };
        let (store, snapshot) = Store::open(dir.path(), read(&clock)).expect("a new store opens");
        let hub = driver::start(Hub::new(snapshot, VERSION), store.clone(), Clock::start(), CONNECTIONS_MAX);
        let wall = Box::new(read(&clock));
        let (moves, doors) = watch::channel(Arc::new(doors_at(&[IpAddr::from([192, 168, 1, 7])])));
        let subject = Subject {
            data_dir: dir.path().to_owned(),
            https: vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))],
            http: vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))],
            label: "porch".into(),
            names: Vec::new(),
            interfaces: crate::lan::Interfaces::default(),
            no_mdns: true,
            owner_certificate: None,
        };
        let doctor = Doctor::new(subject, live).into();
        let uploads = Uploads::open(dir.path(), Blobs::open(dir.path()).unwrap()).expect("a new folder opens");
        let app = App::new(Wiring {
            store,
            uploads,
            hub,
            box_name: "porch".into(),
            id: id.into(),
            version: VERSION,
            ca,
            doors,
            wall,
            doctor,
            monitor: Monitor::default(),
        });
        Self { router: router(app.clone()), app, clock, moves, _dir: dir }
    }

    fn pass(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::Relaxed);
    }

    /// A browser that has never been here.
    fn browser(&self) -> Browser {
        let peer = SocketAddr::from((Ipv4Addr::new(192, 168, 1, 2), 40_000));
        Browser { router: self.router.clone(), cookie: None, mark: None, peer, user_agent: PHONE }
    }

    /// A browser in which someone with this name has just registered.
    async fn person(&self, name: &str) -> Browser {
        let mut browser = self.browser();
        let reply = browser.post("/api/register", &json!({ "name": name, "password": PASSWORD })).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        browser
    }

    /// Makes a change without a page that asks for it.
    async fn apply(&self, op: Op) -> Outcome {
        let (tell, told) = std::sync::mpsc::channel::<Vec<Change>>();
        let stored = move |changes: &[Change]| tell.send(changes.to_vec()).expect("the test waits for it");
        let answer = self.app.hub.apply(Asker::Person(UserId(1)), op, stored).await;
        match answer.map_err(|_| "the store takes it").unwrap() {
            Ok(reply) => Outcome::made(reply, told.recv().expect("it was told before")),
            Err(code) => Outcome::Refused(code),
        }
    }

    /// Opens a connection to the hub for the session of a browser.
    async fn connect(&self, browser: &mut Browser) -> Arc<Outbox> {
        let me = browser.me().await;
        let outbox = Arc::new(Outbox::default());
        self.app.hub.connect(me.id, browser.session().await, Arc::clone(&outbox)).await;
        outbox
    }
}

/// What a box called porch answers to on a LAN where it has these addresses.
fn doors_at(lan: &[IpAddr]) -> Doors {
    let facts = crate::doors::Facts {
        https: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 443)),
        http_port: 80,
        label: "porch",
        state: NameState::Held,
        names: &[],
        answered: crate::tls::HostNames::of_box("porch", "porch-7f3a", &[], lan),
        parents: Vec::new(),
        lan,
    };
    Doors::new(facts)
}

/// Waits until a connection is closed, and says with what.
async fn closed(outbox: &Outbox) -> CloseCode {
    loop {
        if let Taken::Close(code) = outbox.take().await {
            return code;
        }
    }
}

struct Browser {
    router: Router,
    /// `name=value`, as it is sent back.
    cookie: Option<String>,
    /// The same of what says that it has been here.
    mark: Option<String>,
    peer: SocketAddr,
    user_agent: &'static str,
}

#[derive(Debug)]
struct Reply {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("JSON was expected: {self:?}"))
    }

    /// Status and code of an error, or the status and nothing.
    fn refused(&self) -> (u16, String) {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        (self.status, body["error"]["code"].as_str().unwrap_or_default().to_owned())
    }
}

fn refusal(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

impl Browser {
    async fn send(
        &mut self,
        method: &str,
        path: &str,
        body: impl Into<Body>,
        headers: &[(&'static str, &str)],
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path).header(HOST, "porch.local");
        request = request.header(USER_AGENT, self.user_agent);
        for cookie in self.cookie.iter().chain(&self.mark) {
            request = request.header(COOKIE, cookie);
        }
        for (name, value) in headers {
            request = request.header(HeaderName::from_static(name), *value);
        }
        let mut request = request.body(body.into()).expect("a request");
        request.extensions_mut().insert(PeerAddr(self.peer));
        let response = self.router.clone().oneshot(request).await.expect("the router always answers");
        let (parts, body) = response.into_parts();
        // The last of a name stays; of sessions the first, since an old name's is cleared behind it.
        let set: Vec<&HeaderValue> = parts.headers.get_all(SET_COOKIE).iter().collect();
        for set in set.into_iter().rev() {
            let pair = set.to_str().expect("a cookie is text").split(';').next().unwrap_or_default().to_owned();
            match pair.split_once('=').is_some_and(|(name, _)| name.ends_with("-device")) {
                true => self.mark = Some(pair),
                false => self.cookie = Some(pair).filter(|pair| !pair.ends_with('=')),
            }
        }
        let body = body.collect().await.expect("a body without a network").to_bytes();
        Reply { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    async fn get(&mut self, path: &str) -> Reply {
        self.send("GET", path, Body::empty(), &[]).await
    }

    async fn post(&mut self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, body.to_string(), &[("sec-fetch-site", "same-origin")]).await
    }

    async fn patch(&mut self, path: &str, body: &Value) -> Reply {
        self.send("PATCH", path, body.to_string(), &[]).await
    }

    async fn put(&mut self, path: &str, body: Vec<u8>) -> Reply {
        self.send("PUT", path, body, &[]).await
    }

    async fn delete(&mut self, path: &str, body: &Value) -> Reply {
        self.send("DELETE", path, body.to_string(), &[]).await
    }

    async fn login(&mut self, name: &str, password: &str) -> Reply {
        self.post("/api/login", &json!({ "name": name, "password": password })).await
    }

    async fn take_over(&mut self, name: &str) -> Reply {
        self.post("/api/login", &json!({ "name": name, "password": PASSWORD, "takeover": true })).await
    }

    async fn me(&mut self) -> User {
        let reply = self.get("/api/me").await;
        serde_json::from_value(reply.json()["user"].clone()).unwrap_or_else(|_| panic!("signed in: {reply:?}"))
    }

    async fn is_signed_in(&mut self) -> bool {
        let status = self.get("/api/me").await.status;
        assert!([200, 401].contains(&status), "{status}");
        status == 200
    }

    /// The session of this browser.
    async fn session(&mut self) -> SessionId {
        let sessions = self.get("/api/sessions").await.json();
        let current =
            sessions["sessions"].as_array().and_then(|all| all.iter().find(|session| session["current"] == true));
        SessionId(current.expect("signed in")["id"].as_u64().expect("an id"))
    }
}
