//! One WebSocket: reads frames and gives them to the hub, writes what its outbox holds, keeps the heartbeat.
//!
//! Reading is tungstenite's. Writing is not: broadcasts arrive framed and shared, so they go straight to the TLS
//! stream, gathered into one write, and an idle connection keeps no write buffer. That is sound because tungstenite
//! only ever writes answers to Ping and Close, and those are flushed before anything else is written.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest;
use axum::extract::Request;
use axum::http::header::{
    CONNECTION, HeaderName, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until, timeout};
use tokio_rustls::server::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::driver::{Handle, Input};
use crate::fair::Network;
use crate::outbox::{Frames, Outbox, Taken};
use crate::proto::client::ClientMessage;
use crate::proto::code::CloseCode;
use crate::proto::id::{ConnId, SessionId, UserId};
use crate::proto::limits::{CLIENT_FRAME_BYTES_MAX, HEARTBEAT_INTERVAL, HEARTBEAT_TTL, HELLO_WAIT, WRITE_WAIT};

use super::PeerAddr;
use super::frames::Metered;
use super::listen::{self, SocketPlace};
use super::pace::Paced;
use super::sockets::KeptPlace;

/// Bytes kept for reading while a connection is idle: a typed sentence fits; longer frames take more for their time.
const READ_BUFFER_BYTES: usize = 256;
/// Bytes gathered into one write: one full TLS record.
const WRITE_CHUNK_BYTES: usize = 16 << 10;
/// A Ping without payload (RFC 6455, section 5.5.2).
const PING: Bytes = Bytes::from_static(&[0x89, 0]);
/// How long a closed connection may take to say goodbye in turn.
const GOODBYE_WAIT: Duration = Duration::from_secs(2);
/// The same where somebody else has the place already: for so long there is a connection more than there is room for.
const CROWDED_OUT_WAIT: Duration = Duration::from_millis(100);

/// Why a connection ended.
enum End {
    /// Its other side is gone, or does not read.
    Gone,
    /// The server ends it.
    Close(CloseCode),
}

/// The one version of the protocol (RFC 6455, section 4.1).
const VERSION: &str = "13";
/// Bytes of a client's key (RFC 6455, section 4.1).
const KEY_BYTES: usize = 16;
/// What RFC 6455, section 1.3, has the server add to the client's key.
const ACCEPT_GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The connection under a request, when it is one of porch's TLS listeners.
type Wire = TokioIo<Paced<TlsStream<TcpStream>>>;

/// Answers a request for `/ws` of a signed-in person, and talks on its connection from then on.
pub fn upgrade(mut request: Request, user: UserId, session: SessionId, handle: Handle) -> Response {
    let accept = match accept_key(request.headers()) {
        Ok(accept) => accept,
        Err(refusal) => return refusal.into_response(),
    };
    let Some(PeerAddr(peer)) = request.extensions().get().copied() else {
        log::error!("a WebSocket without its connection's address");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    // From here on nobody can take it.
    let kept = request.extensions().get::<SocketPlace>().and_then(|SocketPlace(place)| place.keep());
    let wire = wire_of(&mut request);
    tokio::spawn(async move {
        let Some((wire, leftover)) = wire.await else { return };
        let outbox = handle.outbox(user, Network::of(peer.ip()));
        let talk = open(wire, leftover, outbox, user, session, handle).await;
        // A task of its own, no larger than it need be: this one has room for all that came before, and hyper's
        // buffer. Thousands of them are most of the memory porch takes.
        tokio::spawn(talk.live(kept));
    });
    switching(&accept)
}

/// The connection under a request, once its answer is out, and what was read behind the request already. None when the
/// client breaks off before.
pub(super) fn wire_of(request: &mut Request) -> impl Future<Output = Option<(TlsStream<TcpStream>, Vec<u8>)>> + use<> {
    let upgraded = hyper::upgrade::on(request);
    async move {
        let Ok(parts) = upgraded.await.ok()?.downcast::<Wire>() else {
            log::error!("a WebSocket on a connection of an unknown kind");
            return None;
        };
        let wire = parts.io.into_inner().into_inner()?;
        listen::take_in_freely(wire.get_ref().0);
        Some((wire, parts.read_buf.to_vec()))
    }
}

/// The answer to a request for a WebSocket with this key accepted.
pub(super) fn switching(accept: &str) -> Response {
    let headers = [(CONNECTION, "upgrade"), (UPGRADE, "websocket"), (SEC_WEBSOCKET_ACCEPT, accept)];
    (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
}

/// Why a request opens no WebSocket (RFC 6455, section 4.2.2).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum NoWebSocket {
    /// None is asked for, or one of a version that is not spoken here.
    Unasked,
    /// Its key is not one key, of 16 bytes in base64.
    BadKey,
}

impl IntoResponse for NoWebSocket {
    fn into_response(self) -> Response {
        match self {
            Self::Unasked => {
                let headers = [(UPGRADE, "websocket"), (SEC_WEBSOCKET_VERSION, VERSION)];
                (StatusCode::UPGRADE_REQUIRED, headers, "A WebSocket is asked for here.\n").into_response()
            }
            Self::BadKey => (StatusCode::BAD_REQUEST, "This Sec-WebSocket-Key is none.\n").into_response(),
        }
    }
}

/// The answer to a client's key (RFC 6455, section 4.2.1).
pub(super) fn accept_key(headers: &HeaderMap) -> Result<String, NoWebSocket> {
    if !lists(headers, UPGRADE, "websocket")
        || !lists(headers, CONNECTION, "upgrade")
        || !lists(headers, SEC_WEBSOCKET_VERSION, VERSION)
    {
        return Err(NoWebSocket::Unasked);
    }
    let mut keys = headers.get_all(SEC_WEBSOCKET_KEY).iter();
    let (Some(key), None) = (keys.next(), keys.next()) else {
        return Err(NoWebSocket::BadKey);
    };
    if BASE64_STANDARD.decode(key).map_or(true, |bytes| bytes.len() != KEY_BYTES) {
        return Err(NoWebSocket::BadKey);
    }
    let mut hash = digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY);
    hash.update(key.as_bytes());
    hash.update(ACCEPT_GUID);
    Ok(BASE64_STANDARD.encode(hash.finish()))
}

/// Whether a list has this member, on whichever of its lines (RFC 9110, section 5.3).
fn lists(headers: &HeaderMap, name: HeaderName, wanted: &str) -> bool {
    let lines = headers.get_all(name);
    let mut members = lines.iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    members.any(|member| member.trim().eq_ignore_ascii_case(wanted))
}

/// Begins a conversation over `io`. `leftover` was read behind the upgrade request.
async fn open<S>(
    io: S,
    leftover: Vec<u8>,
    outbox: Arc<Outbox>,
    user: UserId,
    session: SessionId,
    handle: Handle,
) -> Talk<S>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_message_size(Some(CLIENT_FRAME_BYTES_MAX))
        .max_frame_size(Some(CLIENT_FRAME_BYTES_MAX));
    let io = Metered::new(io, &leftover);
    let socket = WebSocketStream::from_partially_read(io, leftover, Role::Server, Some(config)).await;
    let conn = handle.connect(user, session, outbox.clone()).await;
    let now = Instant::now();
    Talk { socket, outbox, conn, handle, heard: now, ping_at: now + HEARTBEAT_INTERVAL, greeted: false }
}

struct Talk<S> {
    socket: WebSocketStream<Metered<S>>,
    outbox: Arc<Outbox>,
    conn: ConnId,
    handle: Handle,
    /// When something last came.
    heard: Instant,
    ping_at: Instant,
    /// Whether the first message has come.
    greeted: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Talk<S> {
    /// Talks until either side has had enough. `kept` is held as long: a WebSocket counts as a socket.
    #[expect(clippy::manual_async_fn, reason = "an async fn would have room for its argument twice")]
    fn live(mut self, kept: Option<KeptPlace>) -> impl Future<Output = ()> {
        async move {
            let end = self.run().await;
            // The others learn of it before the goodbye is said.
            self.handle.input(Input::Disconnected { conn: self.conn }).await;
            if let End::Close(code) = end {
                Box::pin(self.say_goodbye(code)).await;
            }
            drop(kept);
        }
    }

    async fn run(&mut self) -> End {
        let mut alarm = std::pin::pin!(sleep_until(self.heard + HELLO_WAIT));
        loop {
            let step = tokio::select! {
                taken = self.outbox.take() => match taken {
                    Taken::Frames(frames) => self.write(frames).await,
                    Taken::Close(code) => Err(End::Close(code)),
                },
                frame = self.socket.next() => self.heard(frame).await,
                () = alarm.as_mut() => self.keep_time(alarm.as_mut()).await,
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    /// Pings when it is time to, and ends what was silent too long.
    async fn keep_time(&mut self, alarm: Pin<&mut Sleep>) -> Result<(), End> {
        let now = Instant::now();
        if !self.greeted {
            return Err(End::Close(CloseCode::BadMessage));
        }
        if now >= self.heard + HEARTBEAT_TTL {
            return Err(End::Close(CloseCode::Silent));
        }
        if now >= self.ping_at {
            self.ping_at = now + HEARTBEAT_INTERVAL;
            self.socket.get_mut().forget();
            self.write(Frames::one(PING)).await?;
        }
        alarm.reset(self.ping_at.min(self.heard + HEARTBEAT_TTL));
        Ok(())
    }

    async fn heard(&mut self, frame: Option<Result<Message, Error>>) -> Result<(), End> {
        let frame = match frame {
            Some(Ok(frame)) => frame,
            Some(Err(Error::Capacity(_))) => return Err(End::Close(CloseCode::TooBig)),
            Some(Err(Error::Protocol(_))) => return Err(End::Close(CloseCode::Protocol)),
            Some(Err(Error::Utf8(_))) => return Err(End::Close(CloseCode::BadText)),
            Some(Err(_)) if self.socket.get_ref().is_flood() => return Err(End::Close(CloseCode::Flood)),
            Some(Err(_)) | None => return Err(End::Gone),
        };
        self.heard = Instant::now();
        match frame {
            Message::Text(text) => {
                let Ok(message) = ClientMessage::parse(&text) else {
                    return Err(End::Close(CloseCode::BadMessage));
                };
                self.greeted = true;
                self.handle.input(Input::Message { conn: self.conn, message }).await;
                Ok(())
            }
            Message::Binary(_) => Err(End::Close(CloseCode::Binary)),
            // tungstenite has its answer ready: it must be out before anything else is written.
            Message::Ping(_) => self.flush().await,
            Message::Close(_) => {
                self.flush().await?;
                Err(End::Gone)
            }
            Message::Pong(_) | Message::Frame(_) => Ok(()),
        }
    }

    async fn flush(&mut self) -> Result<(), End> {
        match timeout(WRITE_WAIT, self.socket.flush()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }

    /// Writes frames in as few writes as they fit in.
    async fn write(&mut self, frames: Frames) -> Result<(), End> {
        match timeout(WRITE_WAIT, write_gathered(self.socket.get_mut(), frames)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }

    /// Sends the close frame and waits a little for the answer, so that the reason arrives.
    async fn say_goodbye(&mut self, code: CloseCode) {
        let frame = CloseFrame { code: (code as u16).into(), reason: code.reason().into() };
        let goodbye = async {
            if self.socket.close(Some(frame)).await.is_ok() {
                while let Some(Ok(_)) = self.socket.next().await {}
            }
            // Of a flood nothing is looked at any more; closing upon unread bytes would take the goodbye back.
            if self.socket.get_ref().is_flood() {
                let mut unread = [0; READ_BUFFER_BYTES];
                let io = self.socket.get_mut().unmetered();
                while io.read(&mut unread).await.is_ok_and(|bytes| bytes > 0) {}
            }
        };
        // Whoever does not answer in time is simply dropped.
        let wait = if code == CloseCode::TooMany { CROWDED_OUT_WAIT } else { GOODBYE_WAIT };
        let _ = timeout(wait, goodbye).await;
    }
}

async fn write_gathered<S>(io: &mut S, frames: Frames) -> std::io::Result<()>
where
    S: AsyncWrite + Unpin,
{
    if frames.others.is_empty() {
        io.write_all(&frames.first).await?;
        return io.flush().await;
    }
    let bytes = frames.first.len() + frames.others.iter().map(Bytes::len).sum::<usize>();
    let mut chunk = Vec::with_capacity(bytes.min(WRITE_CHUNK_BYTES));
    // Borrowed: they count as unread until all is written.
    for frame in std::iter::once(&frames.first).chain(&frames.others) {
        if !chunk.is_empty() && chunk.len() + frame.len() > WRITE_CHUNK_BYTES {
            io.write_all(&chunk).await?;
            chunk.clear();
        }
        if frame.len() > WRITE_CHUNK_BYTES {
            // Nothing to gather, and copied it would be held twice until it is read.
            io.write_all(frame).await?;
        } else {
            chunk.extend_from_slice(frame);
        }
    }
    io.write_all(&chunk).await?;
    io.flush().await
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    const ASKED: [(&str, &str); 4] = [
        ("upgrade", "websocket"),
        ("connection", "keep-alive, Upgrade"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];

    #[test]
    fn a_conversation_holds_little_memory() {
        fn bytes_of<T, F>(_live: impl FnOnce(T, Option<KeptPlace>) -> F) -> usize {
            size_of::<F>()
        }
        let bytes = bytes_of(Talk::<TlsStream<TcpStream>>::live);
        assert!(bytes <= 2_560, "{bytes}: times 8,000 connections");
    }

    #[test]
    fn the_key_of_the_rfc_gets_the_answer_of_the_rfc() {
        assert_eq!(accept_key(&headers(&ASKED)).as_deref(), Ok("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    }

    #[test]
    fn a_list_may_stand_on_several_lines() {
        let mut lines = headers(&ASKED);
        lines.remove("connection");
        lines.append("connection", HeaderValue::from_static("keep-alive"));
        lines.append("connection", HeaderValue::from_static("foo, Upgrade"));
        lines.remove("upgrade");
        lines.append("upgrade", HeaderValue::from_static("h2c"));
        lines.append("upgrade", HeaderValue::from_static("WebSocket"));
        assert!(accept_key(&lines).is_ok());
    }

    #[test]
    fn a_key_that_is_not_16_bytes_is_refused() {
        for key in [
            "",
            "x",
            "dGhlIHNhbXBsZSBub25j",
            "dGhlIHNhbXBsZSBub25jZQ",
            "dGhlIHNhbXBsZSBub25jZSE=",
            "dGhl IHNhbXBsZSBub25jZQ==",
        ] {
            let mut asked = headers(&ASKED);
            asked.insert(SEC_WEBSOCKET_KEY, HeaderValue::from_static(key));
            assert_eq!(accept_key(&asked), Err(NoWebSocket::BadKey), "{key}");
        }
        let mut twice = headers(&ASKED);
        twice.append(SEC_WEBSOCKET_KEY, HeaderValue::from_static("dGhlIHNhbXBsZSBub25jZQ=="));
        assert_eq!(accept_key(&twice), Err(NoWebSocket::BadKey));
    }

    #[test]
    fn a_client_of_another_version_is_told_the_one_that_is_spoken() {
        let mut old = headers(&ASKED);
        old.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("8"));
        let refusal = accept_key(&old).unwrap_err().into_response();
        assert_eq!(
            (refusal.status(), refusal.headers()[SEC_WEBSOCKET_VERSION].as_bytes()),
            (StatusCode::UPGRADE_REQUIRED, &b"13"[..])
        );
    }

    #[test]
    fn a_request_that_lacks_anything_is_no_websocket() {
        for lacking in ASKED {
            let asked: Vec<_> = ASKED.into_iter().filter(|header| *header != lacking).collect();
            let want = if lacking.0 == "sec-websocket-key" { NoWebSocket::BadKey } else { NoWebSocket::Unasked };
            assert_eq!(accept_key(&headers(&asked)), Err(want), "{lacking:?}");
        }
    }
}
