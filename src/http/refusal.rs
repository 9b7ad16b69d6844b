//! Errors as answers: every refusal is a code by blame, with its status and its JSON body (docs/protocol.md).

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, HeaderValue, RETRY_AFTER};
use axum::response::{IntoResponse, Response};

use crate::auth::password::HashError;
use crate::auth::rate::NotNow;
use crate::auth::token::NoRandomness;
use crate::fair;
use crate::proto::account::{ErrorBody, ErrorDetail, Session};
use crate::proto::code::ErrorCode;
use crate::proto::op::{Fault, Reply};
use crate::proto::session_end::SessionEnd;
use crate::store::{ApplyError, ReadError};

use super::headers::CLEARED_CACHE;

/// When another try makes sense after `busy`: by then a batch is on the disk, or a password is hashed.
const BUSY_RETRY_MS: u32 = 1_000;

/// What a handler answers.
pub(super) type Answer<T> = Result<T, Refusal>;

/// An error on its way to the client.
#[derive(Debug)]
pub(super) struct Refusal {
    code: ErrorCode,
    /// Instead of the code's own.
    message: Option<&'static str>,
    retry_ms: Option<u32>,
    sessions: Option<Vec<Session>>,
    ended: Option<SessionEnd>,
    /// What one may have, and what is left of it, in bytes.
    limit_bytes: Option<u64>,
    left_bytes: Option<u64>,
}

impl Refusal {
    /// `not_signed_in`, and why no more, where that is known.
    pub(super) fn no_session(ended: Option<SessionEnd>) -> Self {
        Self { ended, ..ErrorCode::NotSignedIn.into() }
    }

    /// An error with words that say more than the code does.
    pub(super) fn because(code: ErrorCode, message: &'static str) -> Self {
        Self { message: Some(message), ..code.into() }
    }

    /// `in_use_elsewhere`, and where.
    pub(super) fn in_use(sessions: Vec<Session>) -> Self {
        Self { sessions: Some(sessions), ..ErrorCode::InUseElsewhere.into() }
    }

    /// More bytes than there may be, or than are left of that.
    pub(super) fn over(code: ErrorCode, limit_bytes: Option<u64>, left_bytes: Option<u64>) -> Self {
        Self { limit_bytes, left_bytes, ..code.into() }
    }

    /// The store told something else than whoever asks for such a change is told: our own mistake.
    pub(super) fn unasked(_: &Reply) -> Self {
        // The reply itself may hold what people wrote: it stays out of the log.
        log::error!("the store answered something else than it was asked");
        ErrorCode::Internal.into()
    }
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        let retry_ms = (code == ErrorCode::Busy).then_some(BUSY_RETRY_MS);
        Self { code, message: None, retry_ms, sessions: None, ended: None, limit_bytes: None, left_bytes: None }
    }
}

impl From<fair::Busy> for Refusal {
    fn from(fair::Busy: fair::Busy) -> Self {
        ErrorCode::Busy.into()
    }
}

impl From<NotNow> for Refusal {
    fn from(not_now: NotNow) -> Self {
        match not_now {
            NotNow::Busy => ErrorCode::Busy.into(),
            NotNow::SlowDown { retry_ms } => Self { retry_ms: Some(retry_ms), ..ErrorCode::SlowDown.into() },
        }
    }
}

impl From<HashError> for Refusal {
    fn from(fault: HashError) -> Self {
        match fault {
            HashError::Busy => ErrorCode::Busy.into(),
            HashError::Failed => {
                log::error!("a password could not be hashed: no memory or no randomness");
                ErrorCode::Internal.into()
            }
        }
    }
}

impl From<NoRandomness> for Refusal {
    fn from(NoRandomness: NoRandomness) -> Self {
        log::error!("the system gives no random bytes");
        ErrorCode::Internal.into()
    }
}

impl From<ApplyError> for Refusal {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Busy => ErrorCode::Busy.into(),
            ApplyError::Fault(Fault::DiskFull) => ErrorCode::DiskFull.into(),
            ApplyError::Fault(Fault::Storage) => ErrorCode::StorageFailed.into(),
        }
    }
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Busy => ErrorCode::Busy.into(),
            ReadError::Failed(_) => {
                log::error!("{error}");
                ErrorCode::StorageFailed.into()
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self { code, message, retry_ms, sessions, ended, limit_bytes, left_bytes } = self;
        let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let message = message.unwrap_or_else(|| code.message()).to_owned();
        let error = ErrorDetail { code, message, retry_ms, ended, sessions, limit_bytes, left_bytes };
        let body = ErrorBody { error };
        // An error is true for the moment.
        let mut response = (status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response();
        if ended.is_some() {
            response.headers_mut().extend(CLEARED_CACHE);
        }
        if let Some(retry_ms) = retry_ms {
            let seconds = HeaderValue::from(retry_ms.div_ceil(1_000));
            response.headers_mut().insert(RETRY_AFTER, seconds);
        }
        response
    }
}
