//! Runs a change detached from its connection, so that it goes through though its client has gone.
//!
//! When a client breaks off, its request is dropped where it waits. A change would then be on the disk and unknown to
//! the hub until the next start.

use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::proto::code::ErrorCode;

use super::refusal::Refusal;

/// Runs what changes something in a task of its own.
pub(super) async fn run(request: Request, next: Next) -> Response {
    // A WebSocket begins with GET too, and has its own task from then on.
    if [Method::GET, Method::HEAD].contains(request.method()) {
        return next.run(request).await;
    }
    tokio::spawn(next.run(request)).await.unwrap_or_else(|fault| {
        log::error!("a request broke off: {fault}");
        Refusal::from(ErrorCode::Internal).into_response()
    })
}
