//! What a request holds, parsed: bodies within their limits and deadline, queries, ids in paths.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use axum::http::request::Parts;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::proto::code::ErrorCode;
use crate::proto::limits::{JSON_BYTES_MAX, REQUEST_BODY_WAIT};

use super::answer::Refusal;

/// Reads a whole body of at most `bytes_max`, or says `too_large`. One that does not come within
/// [`REQUEST_BODY_WAIT`] is given up, as `bad_request`.
pub(super) async fn body(headers: &HeaderMap, body: Body, bytes_max: usize) -> Result<Bytes, ErrorCode> {
    let said = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if said.is_some_and(|length| length > bytes_max as u64) {
        return Err(ErrorCode::TooLarge);
    }
    match timeout(REQUEST_BODY_WAIT, Limited::new(body, bytes_max).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(fault)) if fault.is::<LengthLimitError>() => Err(ErrorCode::TooLarge),
        Ok(Err(_)) | Err(_) => Err(ErrorCode::BadRequest),
    }
}

/// A JSON body of at most [`JSON_BYTES_MAX`]. Its `Content-Type` is not asked for: who may send it is told by where
/// it comes from (see `origin`).
pub(super) struct Json<T>(pub(super) T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let (parts, stream) = request.into_parts();
        let bytes = body(&parts.headers, stream, JSON_BYTES_MAX).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|_| ErrorCode::BadRequest.into())
    }
}

/// The part behind `?`.
pub(super) struct Ask<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Ask<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let asked = Query::from_request_parts(parts, state).await;
        asked.map(|Query(asked)| Self(asked)).map_err(|_| ErrorCode::BadRequest.into())
    }
}

/// The ids of a path. What is no id names nothing: `not_found`.
pub(super) struct Named<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Named<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let named = Path::from_request_parts(parts, state).await;
        named.map(|Path(named)| Self(named)).map_err(|_| ErrorCode::NotFound.into())
    }
}
