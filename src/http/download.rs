//! Answers with a stored file: whole, in part, or by saying that the client has it.
//!
//! The file never changes, and its tag is its own: what somebody has of it stays right, and a download that
//! broke off goes on where it was. What is shown can run nothing, whatever it holds; what is not to be shown is saved,
//! whatever it is. Enter at [`Downloads::enter`], before the file is opened: open files are few.

mod body;
mod name;
mod range;
mod seats;

use std::fs::File;

use axum::body::Body;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::fair::{Asker, Busy, Lane, LaneMax, TurnMax};
use crate::proto::blob::{BlobHash, FileName};
use crate::proto::limits::{
    DOWNLOAD_READS_AT_ONCE, DOWNLOAD_READS_AT_ONCE_OF_ONE, DOWNLOADS_AT_ONCE, DOWNLOADS_AT_ONCE_OF_ONE,
};

use super::etag;
use super::held::NotToCount;

use range::Portion;
use seats::{Place, Seats};

/// The address means the same bytes for ever. Private: only those who may see the message may see them.
const FOREVER: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");
const BYTES: HeaderValue = HeaderValue::from_static("bytes");
const NO_SNIFFING: HeaderValue = HeaderValue::from_static("nosniff");
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// What a file is called that is not to be shown.
const UNKNOWN: &str = "application/octet-stream";

/// For what is saved: were it shown after all, it could load nothing and run nothing.
const SAVED: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");
/// For a picture in a tab of its own: the browser makes a page around it, whose style stands within it, and from which it
/// can be saved.
const SHOWN: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox allow-downloads",
);
/// For a film or a sound: Chromium and Safari ask for it again from within that page. This must be allowed, and must come
/// from the box's origin: from one of its own, as `sandbox` gives it else, it would come without the cookie, and Safari
/// would not take the box for `'self'`. Scripts stay forbidden, twice.
const PLAYED: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; \
     sandbox allow-downloads allow-same-origin",
);

/// A stored file, and how it is to be answered with.
pub struct Download {
    pub file: File,
    /// Its length, which never changes.
    pub bytes: u64,
    /// What it is known by.
    pub etag: BlobHash,
    /// What it is, where it is shown: nothing that can run a script.
    pub media_type: &'static str,
    pub name: FileName,
    /// Whether it is shown, and not saved.
    pub inline: bool,
}

/// Who downloads, and whose turn it is to wait for the disk. Clones are the same.
#[derive(Clone)]
pub struct Downloads {
    seats: Seats,
    reads: Lane,
}

/// Leave to answer with one file; counts until the last byte is sent, or nobody wants it any more.
pub struct DownloadPlace {
    place: Place,
    reads: Lane,
}

impl Default for Downloads {
    fn default() -> Self {
        let waiting = TurnMax { of_one: DOWNLOADS_AT_ONCE_OF_ONE, in_all: DOWNLOADS_AT_ONCE };
        let (at_once, at_once_of_one) = (DOWNLOAD_READS_AT_ONCE, DOWNLOAD_READS_AT_ONCE_OF_ONE);
        Self { seats: Seats::default(), reads: Lane::new(LaneMax { at_once, at_once_of_one, waiting }) }
    }
}

impl Downloads {
    /// Waits for a place. `busy` where too many wait.
    pub async fn enter(&self, asker: Asker) -> Result<DownloadPlace, Busy> {
        Ok(DownloadPlace { place: self.seats.enter(asker).await?, reads: self.reads.clone() })
    }
}

impl DownloadPlace {
    /// Answers a `GET` or `HEAD` with these headers.
    pub fn answer(self, download: Download, method: &Method, headers: &HeaderMap) -> Response {
        let bytes = download.bytes;
        let mut known = download.known();
        if etag::is_known(headers, &known[ETAG]) {
            return (StatusCode::NOT_MODIFIED, known).into_response();
        }
        known.extend(download.told());
        // A range is asked for by GET alone (RFC 9110, section 14.2).
        let portion = if method == Method::GET { range::portion(headers, &known[ETAG], bytes) } else { Portion::Whole };
        let (status, part) = match portion {
            Portion::Whole => (StatusCode::OK, 0..bytes),
            Portion::Part(part) => {
                known.extend(content_range(&format!("{}-{}", part.start, part.end.saturating_sub(1)), bytes));
                (StatusCode::PARTIAL_CONTENT, part)
            }
            Portion::Beyond => {
                let told = [(ACCEPT_RANGES, BYTES)].into_iter().chain(content_range("*", bytes)).collect::<HeaderMap>();
                return (StatusCode::RANGE_NOT_SATISFIABLE, told).into_response();
            }
        };
        known.insert(CONTENT_LENGTH, HeaderValue::from(part.end.saturating_sub(part.start)));
        let is_wanted = method == Method::GET && !part.is_empty();
        let body = if is_wanted { body::body(download.file, part, self.place, self.reads) } else { Body::empty() };
        let mut answer = (status, known, body).into_response();
        // It is never in memory as a whole, and what there is of it has a place.
        answer.extensions_mut().insert(NotToCount);
        answer
    }
}

impl Download {
    /// What is told also to a client that has the file: it replaces what the client has kept.
    fn known(&self) -> HeaderMap {
        let etag = HeaderValue::try_from(format!("\"{}\"", self.etag)).expect("hexadecimal digits are visible ASCII");
        [
            (ETAG, etag),
            (CACHE_CONTROL, FOREVER),
            (CONTENT_SECURITY_POLICY, self.policy()),
            (CROSS_ORIGIN_RESOURCE_POLICY, SAME_ORIGIN),
            (X_CONTENT_TYPE_OPTIONS, NO_SNIFFING),
        ]
        .into_iter()
        .collect()
    }

    /// What else is told of it.
    fn told(&self) -> [(HeaderName, HeaderValue); 3] {
        let (kind, media_type) = if self.inline { ("inline", self.media_type) } else { ("attachment", UNKNOWN) };
        [
            (ACCEPT_RANGES, BYTES),
            (CONTENT_DISPOSITION, name::disposition(kind, &self.name)),
            (CONTENT_TYPE, HeaderValue::from_static(media_type)),
        ]
    }

    fn policy(&self) -> HeaderValue {
        let is_played = ["audio/", "video/"].iter().any(|kind| self.media_type.starts_with(kind));
        match (self.inline, is_played) {
            (false, _) => SAVED,
            (true, false) => SHOWN,
            (true, true) => PLAYED,
        }
    }
}

fn content_range(part: &str, bytes: u64) -> Option<(HeaderName, HeaderValue)> {
    Some((CONTENT_RANGE, HeaderValue::try_from(format!("bytes {part}/{bytes}")).ok()?))
}
