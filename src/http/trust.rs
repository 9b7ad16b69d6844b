//! How the guide's page finds out whether its browser trusts the box: one request and one WebSocket over TLS that give
//! nothing away and need no session.

use axum::extract::{Request, State};
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, ORIGIN, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use futures_util::{SinkExt, StreamExt};
use serde::Serialize;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use crate::doors::Host;
use crate::fair::{Asker, Lane, LaneMax, Network, TurnMax};
use crate::proto::code::ErrorCode;
use crate::proto::limits::{TRUST_ECHO_BYTES_MAX, TRUST_ECHO_WAIT, TRUST_ECHOES_MAX, TRUST_ECHOES_PER_NETWORK_MAX};

use super::frames::Metered;
use super::host::RequestHost;
use super::plain::CaFiles;
use super::refusal::Refusal;
use super::{PeerAddr, ws};

/// What `/trust-probe` says.
#[derive(Clone, Serialize)]
struct TrustProbe {
    fingerprint: String,
}

/// `GET /trust-probe` and `GET /trust-echo`, for a box with a CA of its own.
pub(super) fn routes(ca: &CaFiles) -> Router {
    let probe = TrustProbe { fingerprint: ca.fingerprint.clone() };
    // Nobody waits: whoever finds no place is told so.
    let waiting = TurnMax { of_one: 0, in_all: 0 };
    let echoes =
        Lane::new(LaneMax { at_once: TRUST_ECHOES_MAX, at_once_of_one: TRUST_ECHOES_PER_NETWORK_MAX, waiting });
    Router::new()
        .route("/trust-probe", get(async |asked, headers: HeaderMap| say(probe, asked, &headers)))
        .route("/trust-echo", get(echo).with_state(echoes))
}

/// The guide behind the same door may read it, which is of another origin. No other site may: it could tell one
/// household from all others by what is said.
fn say(probe: TrustProbe, asked: Option<Extension<RequestHost>>, headers: &HeaderMap) -> Response {
    let origin = headers.get(ORIGIN).filter(|origin| asked.is_some_and(|asked| is_guide(origin, &asked.0.0)));
    let allowed = origin.map(|origin| [(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone())]);
    let kept = [(CACHE_CONTROL, HeaderValue::from_static("no-store")), (VARY, HeaderValue::from_static("origin"))];
    (kept, allowed, Json(probe)).into_response()
}

/// Whether a page of this origin came in the clear from the door that was asked for, whatever the port.
fn is_guide(origin: &HeaderValue, door: &Host) -> bool {
    let host = origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://")).and_then(Host::parse);
    host.as_ref() == Some(door)
}

/// Gives one short text back, and ends.
async fn echo(
    State(echoes): State<Lane>,
    Extension(PeerAddr(peer)): Extension<PeerAddr>,
    mut request: Request,
) -> Response {
    let accept = match ws::accept_key(request.headers()) {
        Ok(accept) => accept,
        Err(refusal) => return refusal.into_response(),
    };
    let Ok(place) = echoes.try_enter(Asker::Network(Network::of(peer.ip()))) else {
        return Refusal::from(ErrorCode::Busy).into_response();
    };
    let socket = ws::wire_of(&mut request);
    tokio::spawn(async move {
        let said = async {
            let (wire, leftover) = socket.await?;
            give_back(wire, leftover).await
        };
        // Whoever says nothing, or too much, is dropped.
        let _ = timeout(TRUST_ECHO_WAIT, said).await;
        drop(place);
    });
    ws::switching(&accept)
}

async fn give_back<S: AsyncRead + AsyncWrite + Unpin>(wire: S, leftover: Vec<u8>) -> Option<()> {
    let config = WebSocketConfig::default()
        .read_buffer_size(2 * TRUST_ECHO_BYTES_MAX)
        .max_message_size(Some(TRUST_ECHO_BYTES_MAX))
        .max_frame_size(Some(TRUST_ECHO_BYTES_MAX));
    let wire = Metered::new(wire, &leftover);
    let mut socket = WebSocketStream::from_partially_read(wire, leftover, Role::Server, Some(config)).await;
    let text = socket.next().await?.ok().filter(Message::is_text)?;
    socket.send(text).await.ok()?;
    socket.close(None).await.ok()?;
    // So that the goodbye arrives before the connection ends.
    while let Some(Ok(_)) = socket.next().await {}
    Some(())
}
