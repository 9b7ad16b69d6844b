//! Answers, counted from when they are made until they are written or given up.
//!
//! Whoever asks and does not read makes the box hold answers. So what is made for somebody counts for that person, or
//! without a session for the network, until the connection has taken the last byte of it; whoever lets too much wait
//! hears `busy`. It counts in one place, [`count`], whatever the request. What is large and quickly made is counted
//! before the next is made, too: [`App::write`].

use axum::body::{Body, HttpBody};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body_util::BodyExt;
use serde::Serialize;

use crate::fair::{Asker, Full, Held, Ledger, Network};
use crate::proto::code::ErrorCode;
use crate::proto::limits::ANSWER_USUAL_BYTES;
use crate::store::{ReadError, Reader};

use super::current_session::CurrentSession;
use super::refusal::{Answer, Refusal};
use super::{App, PeerAddr};

/// Who asks, and from where. As an argument of a handler it is there whoever asks.
#[derive(Clone, Copy)]
pub(super) struct Asking {
    pub(super) asker: Asker,
    pub(super) network: Network,
}

/// In the extensions of an answer: its bytes are nobody's (a file of the page), or counted already.
#[derive(Clone, Copy)]
pub(super) struct NotToCount;

/// Counts what waits to be written of each answer. The usual is not counted.
pub(super) async fn count(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let Some(asking) = Asking::of(&app, &request) else {
        log::error!("a request without its connection's address");
        return Refusal::from(ErrorCode::Internal).into_response();
    };
    request.extensions_mut().insert(asking);
    let response = next.run(request).await;
    let (parts, body) = response.into_parts();
    let bytes = body.size_hint().exact().and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or_default();
    if bytes <= ANSWER_USUAL_BYTES || parts.extensions.get::<NotToCount>().is_some() {
        return Response::from_parts(parts, body);
    }
    // Whole in memory already: nothing is read here.
    let held = asking.hold(&app.hub.ledgers().own, bytes);
    match (held, body.collect().await) {
        (Ok(held), Ok(body)) => Response::from_parts(parts, counted(body.to_bytes(), held)),
        (Err(Full), _) => Refusal::from(ErrorCode::Busy).into_response(),
        (_, Err(fault)) => {
            log::error!("an answer broke off before it was sent: {fault}");
            Refusal::from(ErrorCode::Internal).into_response()
        }
    }
}

impl Asking {
    fn of(app: &App, request: &Request) -> Option<Self> {
        let PeerAddr(peer) = request.extensions().get().copied()?;
        let network = Network::of(peer.ip());
        let asker =
            CurrentSession::of(app, request.headers()).map_or(Asker::Network(network), |current| current.asker());
        Some(Self { asker, network })
    }

    fn hold(self, ledger: &Ledger, bytes: usize) -> Result<Held, Full> {
        ledger.hold(self.asker, self.network, bytes)
    }
}

impl<S: Sync> FromRequestParts<S> for Asking {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        parts.extensions.get().copied().ok_or_else(|| {
            log::error!("a request that went past `count`");
            ErrorCode::Internal.into()
        })
    }
}

impl App {
    /// Asks the store and writes the answer while it is the asker's turn, so that what is made is counted before more
    /// is.
    pub(super) async fn write<T: Serialize>(
        &self,
        asking: Asking,
        ask: impl FnOnce(&Reader) -> Result<Result<T, ErrorCode>, ReadError> + Send + 'static,
    ) -> Answer<Response> {
        let ledger = self.hub.ledgers().own.clone();
        let written = self.store.read(asking.asker, move |reader| {
            let answer = match ask(reader)? {
                Ok(answer) => answer,
                Err(code) => return Ok(Err(code)),
            };
            let json = serde_json::to_vec(&answer).map_err(|fault| ReadError::Failed(fault.to_string()))?;
            let held = asking.hold(&ledger, json.len()).map_err(|Full| ReadError::Busy)?;
            Ok(Ok(counted(json.into(), held)))
        });
        let mut response = Response::new(written.await??);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response.extensions_mut().insert(NotToCount);
        Ok(response)
    }
}

/// A body that counts as long as any of it is held, by whoever writes it.
fn counted(bytes: Bytes, held: Held) -> Body {
    struct Counted(Bytes, #[expect(dead_code, reason = "held, never read")] Held);
    impl AsRef<[u8]> for Counted {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }
    Body::from(Bytes::from_owner(Counted(bytes, held)))
}
