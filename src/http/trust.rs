//! How the guide's page finds out whether its browser trusts the box: one request and one WebSocket over TLS that give
//! nothing away and need no session.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use futures_util::{SinkExt, StreamExt};
use serde::Serialize;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use crate::proto::code::ErrorCode;
use crate::proto::limits::{TRUST_ECHO_BYTES_MAX, TRUST_ECHO_WAIT, TRUST_ECHOES_MAX};

use super::answer::Refusal;
use super::plain::CaFiles;
use super::ws;

/// What `/trust-probe` says.
#[derive(Clone, Serialize)]
struct Probe {
    fingerprint: String,
}

/// `GET /trust-probe` and `GET /trust-echo`, for a box with a CA of its own.
pub(super) fn routes(ca: &CaFiles) -> Router {
    let probe = Probe { fingerprint: ca.fingerprint.clone() };
    let echoes = Arc::new(Semaphore::new(TRUST_ECHOES_MAX));
    Router::new()
        // Any page may read it: it says what `/ca.crt` says, and the guide is of another origin.
        .route(
            "/trust-probe",
            get(async || ([(ACCESS_CONTROL_ALLOW_ORIGIN, "*"), (CACHE_CONTROL, "no-store")], Json(probe))),
        )
        .route("/trust-echo", get(echo).with_state(echoes))
}

/// Gives one short text back, and ends.
async fn echo(State(echoes): State<Arc<Semaphore>>, mut request: Request) -> Response {
    let Some(accept) = ws::accept_key(request.headers()) else {
        return (StatusCode::UPGRADE_REQUIRED, "A WebSocket is asked for here.\n").into_response();
    };
    let Ok(place) = echoes.try_acquire_owned() else {
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
    let mut socket = WebSocketStream::from_partially_read(wire, leftover, Role::Server, Some(config)).await;
    let text = socket.next().await?.ok().filter(Message::is_text)?;
    socket.send(text).await.ok()?;
    socket.close(None).await.ok()?;
    // So that the goodbye arrives before the connection ends.
    while let Some(Ok(_)) = socket.next().await {}
    Some(())
}
