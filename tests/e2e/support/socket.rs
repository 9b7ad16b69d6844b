//! One WebSocket, as the page would have it: what happened in rooms is heard one by one, each with its place and room
//! beside what it was.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, client_async};

use porch::proto::client::PROTOCOL_VERSION;

use super::door::{Wire, number};
use super::within;

/// Tabs that have said hello so far.
static TABS: AtomicU64 = AtomicU64::new(1);

/// How the server ended a connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Closed {
    /// With a code.
    Code(u16),
    /// By breaking off.
    Lost,
}

/// A connection of somebody's device.
pub(crate) struct Device<S = Wire> {
    pub(crate) socket: WebSocketStream<S>,
    /// Came while something else was waited for.
    kept: VecDeque<Value>,
    /// Came in one frame with what was heard last.
    events: VecDeque<Value>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Device<S> {
    pub(crate) async fn open(wire: S, host: &str, cookie: &str) -> Result<Self, Error> {
        Self::open_from(wire, host, cookie, None).await
    }

    /// The same from a page of some origin.
    pub(crate) async fn open_from(wire: S, host: &str, cookie: &str, origin: Option<&str>) -> Result<Self, Error> {
        let mut request = format!("wss://{host}/ws").into_client_request()?;
        request.headers_mut().insert("cookie", cookie.parse().expect("a cookie is a header"));
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().expect("an origin is a header"));
        }
        let (socket, _) = within("an upgrade", client_async(request, wire)).await?;
        Ok(Self { socket, kept: VecDeque::new(), events: VecDeque::new() })
    }

    /// Says hello; gives the welcome.
    pub(crate) async fn hello(&mut self, after: Option<u64>) -> Value {
        self.greet(json!({"after": after})).await
    }

    /// The same after an event that was heard in this epoch.
    pub(crate) async fn hello_from(&mut self, after: u64, epoch: Option<u64>) -> Value {
        self.greet(json!({"after": after, "epoch": epoch})).await
    }

    async fn greet(&mut self, mut hello: Value) -> Value {
        // Each device is a tab of its own.
        let tab = TABS.fetch_add(1, Ordering::Relaxed);
        hello["type"] = "hello".into();
        hello["version"] = PROTOCOL_VERSION.into();
        hello["tab"] = tab.into();
        self.say(hello).await;
        let welcome = self.next().await;
        assert_eq!(welcome["type"], "welcome", "{welcome}");
        welcome
    }

    pub(crate) async fn say(&mut self, message: Value) {
        self.say_text(&message.to_string()).await;
    }

    pub(crate) async fn say_text(&mut self, text: &str) {
        self.frame(Message::text(text)).await.expect("the connection is open");
    }

    pub(crate) async fn frame(&mut self, frame: Message) -> Result<(), Error> {
        within("the sending of a frame", self.socket.send(frame)).await
    }

    /// Sends a message without waiting for its echo.
    pub(crate) async fn send(&mut self, room: u64, client_msg_id: &str, body: &str) {
        self.say(json!({"type": "send", "room": room, "client_msg_id": client_msg_id, "body": body})).await;
    }

    /// Sends a message; gives it as it was stored.
    pub(crate) async fn post(&mut self, room: u64, client_msg_id: &str, body: &str) -> Value {
        self.send(room, client_msg_id, body).await;
        self.until(|message| message["client_msg_id"] == client_msg_id).await
    }

    /// A command with an answer; gives the `done` or the `error`.
    pub(crate) async fn command(&mut self, command: Value, re: u32) -> Value {
        self.say(json!({"type": "command", "re": re, "command": command})).await;
        self.until(|message| message["re"] == re).await
    }

    /// The next thing the server says; anything that was kept first.
    pub(crate) async fn next(&mut self) -> Value {
        match self.kept.pop_front() {
            Some(kept) => kept,
            None => self.heard().await,
        }
    }

    /// The first thing that is `wanted`, now or later; what comes before it is kept.
    pub(crate) async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.kept.iter().position(&wanted) {
            return self.kept.remove(at).expect("it was found there");
        }
        loop {
            let heard = self.heard().await;
            if wanted(&heard) {
                return heard;
            }
            self.kept.push_back(heard);
        }
    }

    /// The first message of this type.
    pub(crate) async fn until_type(&mut self, kind: &str) -> Value {
        self.until(|message| message["type"] == kind).await
    }

    /// Everything that came until the server has answered a ping: what was on its way is here then.
    pub(crate) async fn so_far(&mut self) -> Vec<Value> {
        self.say(json!({"type": "ping"})).await;
        self.until_type("pong").await;
        self.kept.drain(..).collect()
    }

    async fn heard(&mut self) -> Value {
        match within("a message", self.try_heard()).await {
            Ok(heard) => heard,
            Err(closed) => {
                // Not what was said: it may be megabytes.
                let before: Vec<&Value> = self.kept.iter().map(|message| &message["type"]).collect();
                panic!("{closed:?} instead of a message; came before: {before:?}")
            }
        }
    }

    /// The next thing the server says, or how it ended the connection. Without a deadline of its own.
    pub(crate) async fn try_next(&mut self) -> Result<Value, Closed> {
        match self.kept.pop_front() {
            Some(kept) => Ok(kept),
            None => self.try_heard().await,
        }
    }

    async fn try_heard(&mut self) -> Result<Value, Closed> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Ok(event);
            }
            let text = self.try_text().await?;
            let frame = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
            match events(&frame) {
                Some(events) => self.events.extend(events),
                None => return Ok(frame),
            }
        }
    }

    /// The next frame as it is. Leaves out what was kept.
    pub(crate) async fn next_frame(&mut self) -> Value {
        let text = within("a frame", self.try_text()).await.expect("the connection is open");
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"))
    }

    /// The next text from the server as it is: where thousands are heard, to read each whole would take the machine from
    /// the server. Leaves out what was kept.
    pub(crate) async fn try_text(&mut self) -> Result<Utf8Bytes, Closed> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => return Ok(text),
                Some(Ok(Message::Close(Some(frame)))) => return Err(Closed::Code(frame.code.into())),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(other)) => panic!("the server never sends {other:?}"),
                Some(Err(_)) | None => return Err(Closed::Lost),
            }
        }
    }

    /// Reads on until the server ends the connection.
    pub(crate) async fn closed(&mut self) -> Closed {
        let end = async {
            loop {
                match self.try_heard().await {
                    Ok(heard) => self.kept.push_back(heard),
                    Err(closed) => return closed,
                }
            }
        };
        within("the end of a connection", end).await
    }
}

impl Device {
    /// Breaks off without a word.
    pub(crate) fn drop_connection(self) {
        drop(self.socket);
    }
}

/// What happened, of a frame that tells it: each with its place and room beside what it was.
pub(crate) fn events(frame: &Value) -> Option<Vec<Value>> {
    let told = |event: &Value| {
        let mut what = event["what"].clone();
        (what["seq"], what["room"]) = (event["seq"].clone(), event["room"].clone());
        what
    };
    (frame["type"] == "events").then(|| frame["events"].as_array().expect("a list").iter().map(told).collect())
}

/// The place of what was heard, where it is an event.
pub(crate) fn seq(heard: &Value) -> Option<u64> {
    matches!(heard["type"].as_str(), Some("message" | "deleted")).then(|| number(&heard["seq"]))
}
