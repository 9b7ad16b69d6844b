//! Uploads by tus 1.0.0 (https://tus.io/protocols/resumable-upload): core, creation, termination, expiration, checksum.
//!
//! Bytes go to the disk as they come, never a whole body in memory. What came before a connection broke off is kept: the
//! client asks how far it is, and goes on there.

mod checksum;
mod metadata;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::BytesMut;
use http_body_util::BodyExt;
use time::OffsetDateTime;
use tokio::time::{Instant, timeout};

use crate::blobs::{NewUpload, Progress, Refused, UploadFault, Uploads, Writing};
use crate::fair::{Asker, Lane, LaneMax, TurnMax};
use crate::proto::blob::UploadId;
use crate::proto::code::ErrorCode;
use crate::proto::limits::{
    FILE_BYTES_MAX, UPLOAD_BUFFER_BYTES, UPLOAD_KEPT, UPLOAD_WRITES_AT_ONCE, UPLOADING_AT_ONCE,
    UPLOADING_AT_ONCE_OF_ONE,
};
use crate::proto::op::Millis;

use super::App;
use super::current_session::CurrentSession;
use super::extract::PathIds;
use super::headers::date;
use super::pace::Pace;
use super::refusal::{Answer, Refusal};

use checksum::Checksum;

const VERSION: &str = "1.0.0";
const EXTENSIONS: &str = "creation,termination,expiration,checksum";
const CONTENT: &str = "application/offset+octet-stream";

const TUS_CHECKSUM_ALGORITHM: HeaderName = HeaderName::from_static("tus-checksum-algorithm");
const TUS_EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
const TUS_MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
const UPLOAD_CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const X_HTTP_METHOD_OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");

/// Who brings bytes, and whose bytes go to the disk.
#[derive(Clone)]
pub(super) struct Uploading {
    uploads: Uploads,
    requests: Lane,
    writes: Lane,
}

impl Uploading {
    pub(super) fn new(uploads: Uploads) -> Self {
        // Nobody waits for a request's place: a client that hears `busy` comes again, and knows how far it was.
        let requests = LaneMax {
            at_once: UPLOADING_AT_ONCE,
            at_once_of_one: UPLOADING_AT_ONCE_OF_ONE,
            waiting: TurnMax { of_one: 0, in_all: 0 },
        };
        // Each request waits for one write at a time.
        let waiting = TurnMax { of_one: UPLOADING_AT_ONCE_OF_ONE, in_all: UPLOADING_AT_ONCE };
        let writes = LaneMax { at_once: UPLOAD_WRITES_AT_ONCE, at_once_of_one: 1, waiting };
        Self { uploads, requests: Lane::new(requests), writes: Lane::new(writes) }
    }

    #[cfg(test)]
    pub(super) fn uploads(&self) -> &Uploads {
        &self.uploads
    }

    /// Waits for the disk when it is the asker's turn.
    async fn blocking<T: Send + 'static>(
        &self,
        asker: Asker,
        work: impl FnOnce(&Uploads) -> T + Send + 'static,
    ) -> Answer<T> {
        let turn = self.writes.enter(asker).await?;
        let uploads = self.uploads.clone();
        let working = move || {
            let _turn = turn;
            work(&uploads)
        };
        tokio::task::spawn_blocking(working).await.map_err(|fault| {
            log::error!("an upload broke off: {fault}");
            ErrorCode::Internal.into()
        })
    }

    /// Takes the next bytes when it is the asker's turn.
    async fn write(
        &self,
        asker: Asker,
        mut writing: Writing,
        mut checksum: Option<Checksum>,
        bytes: BytesMut,
    ) -> Answer<(Writing, Option<Checksum>)> {
        let written = self.blocking(asker, move |_| {
            writing.write(&bytes)?;
            if let Some(checksum) = &mut checksum {
                checksum.update(&bytes);
            }
            Ok::<_, UploadFault>((writing, checksum))
        });
        Ok(written.await??)
    }
}

/// `OPTIONS`: what of tus there is.
pub(super) async fn describe() -> impl IntoResponse {
    let headers = [
        (TUS_RESUMABLE, HeaderValue::from_static(VERSION)),
        (TUS_VERSION, HeaderValue::from_static(VERSION)),
        (TUS_EXTENSION, HeaderValue::from_static(EXTENSIONS)),
        (TUS_MAX_SIZE, HeaderValue::from(FILE_BYTES_MAX)),
        (TUS_CHECKSUM_ALGORITHM, HeaderValue::from_static(checksum::ALGORITHMS)),
    ];
    (StatusCode::NO_CONTENT, headers)
}

/// `POST /api/uploads`: an upload of so many bytes begins.
pub(super) async fn begin(State(app): State<App>, current: CurrentSession, headers: HeaderMap) -> Tus {
    let asked = async || {
        spoken(&headers)?;
        let bytes = number(&headers, UPLOAD_LENGTH)?.ok_or(ErrorCode::BadRequest)?;
        let metadata = metadata::read(headers.get(UPLOAD_METADATA))?;
        let new = NewUpload { by: current.user.id, bytes, name: metadata.name, media_type: metadata.media_type };
        let now = (app.wall)();
        let id = app.uploading.blocking(current.asker(), move |uploads| uploads.begin(new, now)).await??;
        let location = HeaderValue::try_from(format!("/api/uploads/{id}")).map_err(|_| ErrorCode::Internal)?;
        let answer = (StatusCode::CREATED, [(LOCATION, location)], expires(ends_at(now))).into_response();
        Ok::<_, Refusal>(answer)
    };
    Tus(asked().await)
}

/// `HEAD`: how far it is.
pub(super) async fn show(
    State(app): State<App>,
    current: CurrentSession,
    PathIds(id): PathIds<UploadId>,
    headers: HeaderMap,
) -> Tus {
    let asked = async || {
        spoken(&headers)?;
        let by = current.user.id;
        let found = app.uploading.blocking(current.asker(), move |uploads| uploads.progress(id, by)).await?;
        let Progress { note, at } = found.ok_or(ErrorCode::NotFound)?;
        let fixed = [
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (UPLOAD_LENGTH, HeaderValue::from(note.upload.bytes)),
            (UPLOAD_METADATA, metadata::written(&note.upload.name, &note.upload.media_type)),
        ];
        Ok::<_, Refusal>((offset(at), fixed, expires(note.ends_at)).into_response())
    };
    Tus(asked().await)
}

/// `PATCH`: the next bytes.
pub(super) async fn append(
    State(app): State<App>,
    current: CurrentSession,
    PathIds(id): PathIds<UploadId>,
    request: Request,
) -> Tus {
    let (parts, body) = request.into_parts();
    Tus(app.take(&current, id, &parts.headers, body).await)
}

/// `DELETE`: it is not wanted any more.
pub(super) async fn remove(
    State(app): State<App>,
    current: CurrentSession,
    PathIds(id): PathIds<UploadId>,
    headers: HeaderMap,
) -> Tus {
    let asked = async || {
        spoken(&headers)?;
        let by = current.user.id;
        match app.uploading.blocking(current.asker(), move |uploads| uploads.remove(id, by)).await? {
            Ok(true) => Ok(StatusCode::NO_CONTENT.into_response()),
            Ok(false) => Err(ErrorCode::NotFound.into()),
            Err(fault) => Err(Refusal::from(UploadFault::Disk(fault))),
        }
    };
    Tus(asked().await)
}

/// `POST` to an upload, for clients that can send nothing else (tus, X-HTTP-Method-Override).
pub(super) async fn overridden(
    app: State<App>,
    current: CurrentSession,
    id: PathIds<UploadId>,
    request: Request,
) -> Tus {
    let wanted =
        request.headers().get(X_HTTP_METHOD_OVERRIDE).and_then(|value| Method::from_bytes(value.as_bytes()).ok());
    let headers = request.headers().clone();
    match wanted {
        Some(Method::PATCH) => append(app, current, id, request).await,
        Some(Method::DELETE) => remove(app, current, id, headers).await,
        Some(Method::HEAD) => show(app, current, id, headers).await,
        _ => Tus(Err(ErrorCode::NotFound.into())),
    }
}

/// How reading a body ended.
enum Came {
    /// To its end.
    Whole,
    /// The connection broke off, or stood still.
    Part,
}

impl App {
    async fn take(&self, current: &CurrentSession, id: UploadId, headers: &HeaderMap, body: Body) -> Answer<Response> {
        spoken(headers)?;
        if headers.get(CONTENT_TYPE).is_none_or(|kind| kind != CONTENT) {
            return Err(ErrorCode::UploadType.into());
        }
        let at = number(headers, UPLOAD_OFFSET)?.ok_or(ErrorCode::BadRequest)?;
        let mut checksum = headers.get(UPLOAD_CHECKSUM).map(Checksum::expected).transpose()?;
        let (asker, by, doubted) = (current.asker(), current.user.id, checksum.is_some());
        let _going = self.uploading.requests.try_enter(asker)?;
        let begun = self.uploading.blocking(asker, move |uploads| {
            let length = uploads.length(id, by)?;
            Some((length, uploads.write(id, by, at, doubted)?))
        });
        let (length, writing) = begun.await?.ok_or(ErrorCode::NotFound)?;
        let mut writing = writing?;
        if number(headers, CONTENT_LENGTH)?.is_some_and(|coming| coming > length - at) {
            return Err(ErrorCode::TooLarge.into());
        }
        let mut incoming = Incoming { body, pace: Pace::default() };
        let came = loop {
            let (bytes, ended) = incoming.gather().await;
            if !bytes.is_empty() {
                (writing, checksum) = self.uploading.write(asker, writing, checksum, bytes).await?;
            }
            if let Some(came) = ended {
                break came;
            }
        };
        let ends_at = ends_at((self.wall)());
        let finished = self.uploading.blocking(asker, move |_| finish(writing, checksum, &came, ends_at));
        let at = finished.await??;
        Ok((StatusCode::NO_CONTENT, offset(at), expires(ends_at)).into_response())
    }

    /// Removes uploads that nobody went on with.
    pub(crate) async fn expire_uploads(self) {
        loop {
            tokio::time::sleep(UPLOAD_KEPT / 24).await;
            let now = (self.wall)();
            match self.uploading.blocking(Asker::Box, move |uploads| uploads.expire(now)).await {
                Ok(Ok(())) => {}
                Ok(Err(fault)) => log::error!("uploads that nobody went on with could not be removed: {fault}"),
                // Told of already.
                Err(_) => {}
            }
        }
    }
}

/// Ends a request: what came is kept, unless it is not what its checksum says.
fn finish(mut writing: Writing, checksum: Option<Checksum>, came: &Came, ends_at: Millis) -> Answer<u64> {
    match (checksum, came) {
        (None, _) => {}
        // The rest of what it is the checksum of did not come: dropped, it goes back to where it began.
        (Some(_), Came::Part) => return Err(ErrorCode::BadRequest.into()),
        (Some(checksum), Came::Whole) => {
            if !checksum.is_right() {
                return Err(ErrorCode::UploadChecksum.into());
            }
            writing.believe()?;
        }
    }
    Ok(writing.finish(ends_at)?)
}

/// A body, read in pieces that are worth a write.
struct Incoming {
    body: Body,
    pace: Pace,
}

impl Incoming {
    /// The next bytes, and how the body ended, if it did. Whoever stands still is given up.
    async fn gather(&mut self) -> (BytesMut, Option<Came>) {
        let mut gathered = BytesMut::new();
        loop {
            let since = Instant::now();
            let frame = match timeout(self.pace.left(), self.body.frame()).await {
                Ok(Some(Ok(frame))) => frame,
                Ok(None) => return (gathered, Some(Came::Whole)),
                Ok(Some(Err(_))) | Err(_) => return (gathered, Some(Came::Part)),
            };
            let bytes = frame.data_ref().map_or(&[][..], |bytes| bytes);
            self.pace.moved(bytes.len(), since.elapsed());
            gathered.extend_from_slice(bytes);
            if gathered.len() >= UPLOAD_BUFFER_BYTES {
                return (gathered, None);
            }
        }
    }
}

/// An answer of tus, which carries its version whatever it says.
pub(super) struct Tus(Answer<Response>);

impl IntoResponse for Tus {
    fn into_response(self) -> Response {
        let mut response = self.0.unwrap_or_else(Refusal::into_response);
        response.headers_mut().insert(TUS_RESUMABLE, HeaderValue::from_static(VERSION));
        if response.status() == StatusCode::PRECONDITION_FAILED {
            response.headers_mut().insert(TUS_VERSION, HeaderValue::from_static(VERSION));
        }
        response
    }
}

/// Whether the client speaks our version.
fn spoken(headers: &HeaderMap) -> Answer<()> {
    match headers.get(TUS_RESUMABLE) {
        Some(version) if version == VERSION => Ok(()),
        _ => Err(ErrorCode::UploadVersion.into()),
    }
}

/// A header that is a number of bytes.
fn number(headers: &HeaderMap, name: HeaderName) -> Result<Option<u64>, ErrorCode> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let digits = value.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    digits.and_then(|text| text.parse().ok()).map(Some).ok_or(ErrorCode::BadRequest)
}

fn offset(at: u64) -> [(HeaderName, HeaderValue); 1] {
    [(UPLOAD_OFFSET, HeaderValue::from(at))]
}

/// When an upload that is gone on with now is given up.
fn ends_at(now: Millis) -> Millis {
    now + UPLOAD_KEPT.as_millis() as Millis
}

fn expires(at: Millis) -> HeaderMap {
    let date = OffsetDateTime::from_unix_timestamp(at / 1_000).ok().and_then(date);
    date.map(|date| (UPLOAD_EXPIRES, date)).into_iter().collect()
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Large => ErrorCode::FileLarge.into(),
            Refused::NoSpace => ErrorCode::DiskFull.into(),
            Refused::OfOne => ErrorCode::LimitReached.into(),
            Refused::InAll => ErrorCode::Busy.into(),
            Refused::Disk(fault) => UploadFault::Disk(fault).into(),
        }
    }
}

impl From<UploadFault> for Refusal {
    fn from(fault: UploadFault) -> Self {
        match fault {
            UploadFault::Elsewhere { .. } | UploadFault::PutOut => ErrorCode::UploadOffset.into(),
            UploadFault::TooLong => ErrorCode::TooLarge.into(),
            UploadFault::Disk(fault) if fault.kind() == std::io::ErrorKind::StorageFull => ErrorCode::DiskFull.into(),
            UploadFault::Disk(fault) => {
                log::error!("an upload could not be stored: {fault}");
                ErrorCode::StorageFailed.into()
            }
        }
    }
}
