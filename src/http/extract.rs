//! What a request holds, parsed: bodies within their limits and deadline, queries, ids in paths.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use axum::http::request::Parts;
use bytes::BytesMut;
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout};

use crate::proto::code::ErrorCode;
use crate::proto::limits::{JSON_BYTES_MAX, REQUEST_BODY_WAIT};
use crate::proto::object::Object;

use super::pace::Pace;
use super::refusal::Refusal;

/// Reads a whole body of at most `bytes_max`, or says `too_large`. One that does not come within
/// [`REQUEST_BODY_WAIT`], or slower than [`Pace`] allows, is given up, as `bad_request`.
pub(super) async fn body(headers: &HeaderMap, body: Body, bytes_max: usize) -> Result<Bytes, ErrorCode> {
    let said = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if said.is_some_and(|length| length > bytes_max as u64) {
        return Err(ErrorCode::TooLarge);
    }
    // Pages that nothing was written to are not in memory.
    let whole = BytesMut::with_capacity(said.and_then(|length| usize::try_from(length).ok()).unwrap_or_default());
    timeout(REQUEST_BODY_WAIT, collect(whole, body, bytes_max)).await.unwrap_or(Err(ErrorCode::BadRequest))
}

async fn collect(mut whole: BytesMut, mut body: Body, bytes_max: usize) -> Result<Bytes, ErrorCode> {
    let mut pace = Pace::default();
    loop {
        let since = Instant::now();
        let frame = match timeout(pace.left(), body.frame()).await {
            Ok(Some(Ok(frame))) => frame,
            Ok(None) => return Ok(whole.freeze()),
            Ok(Some(Err(_))) | Err(_) => return Err(ErrorCode::BadRequest),
        };
        // Trailers say nothing here, and are no progress.
        let bytes = frame.data_ref().map_or(&[][..], |bytes| bytes);
        pace.moved(bytes.len(), since.elapsed());
        if bytes.len() > bytes_max - whole.len() {
            return Err(ErrorCode::TooLarge);
        }
        whole.extend_from_slice(bytes);
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
        serde_json::from_slice(&bytes).map(|Object(read)| Self(read)).map_err(|_| ErrorCode::BadRequest.into())
    }
}

/// The part behind `?`.
pub(super) struct UrlQuery<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for UrlQuery<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let asked = Query::from_request_parts(parts, state).await;
        asked.map(|Query(asked)| Self(asked)).map_err(|_| ErrorCode::BadRequest.into())
    }
}

/// The ids of a path. What is no id names nothing: `not_found`.
pub(super) struct PathIds<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for PathIds<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let named = Path::from_request_parts(parts, state).await;
        named.map(|Path(named)| Self(named)).map_err(|_| ErrorCode::NotFound.into())
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::time::Duration;

    use futures_util::stream;
    use tokio::time::sleep;

    use super::*;

    /// A body of pieces of so many bytes, one a second.
    fn dripping(bytes: usize, pieces: usize) -> Body {
        Body::from_stream(stream::unfold(0, move |at| async move {
            sleep(Duration::from_secs(1)).await;
            (at < pieces).then(|| (Ok::<_, Infallible>(vec![b'x'; bytes]), at + 1))
        }))
    }

    async fn read(stream: Body) -> (Result<usize, ErrorCode>, Duration) {
        let begun = Instant::now();
        let read = body(&HeaderMap::new(), stream, 100_000).await.map(|bytes| bytes.len());
        (read, begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_drips_is_given_up_and_a_slow_one_is_not() {
        let (refused, took) = read(dripping(1, 40)).await;
        assert_eq!(refused, Err(ErrorCode::BadRequest));
        assert!(took < REQUEST_BODY_WAIT / 3, "{took:?}");
        assert_eq!(read(dripping(2_000, 40)).await.0, Ok(80_000));
        assert_eq!(read(dripping(2_000, 55)).await.0, Err(ErrorCode::TooLarge));
        assert_eq!(read(dripping(1_500, 64)).await, (Err(ErrorCode::BadRequest), REQUEST_BODY_WAIT));
    }
}
