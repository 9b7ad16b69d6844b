//! Uploads by tus 1.0.0 (<https://tus.io/protocols/resumable-upload>): core, creation, termination, expiration, checksum.
//!
//! Bytes go to the disk as they come, never a whole body in memory. What came before a connection broke off is kept: the
//! client asks how far it is, and goes on there.

mod alone;
mod checksum;
mod completing;
mod metadata;
mod refused;
mod seats;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::BytesMut;
use http_body_util::BodyExt;
use time::OffsetDateTime;
use tokio::time::{Instant, timeout};

use crate::blobs::{Blobs, NewUpload, Progress, UploadFault, Uploads, Writing};
use crate::fair::{Asker, Lane, LaneMax, TurnMax};
use crate::proto::blob::UploadId;
use crate::proto::code::ErrorCode;
use crate::proto::id::UserId;
use crate::proto::limits::{
    PREVIEW_BYTES_MAX, PREVIEW_CHEAP_BYTES_MAX, UPLOAD_BUFFER_BYTES, UPLOAD_GATHER_WAIT, UPLOAD_KEPT,
    UPLOAD_WRITES_AT_ONCE, UPLOADING_AT_ONCE, UPLOADS_MAX, UPLOADS_OF_ONE_MAX,
};
use crate::proto::op::{Millis, Op, UploadOp};

use super::App;
use super::current_session::CurrentSession;
use super::extract::PathIds;
use super::headers::date;
use super::held::Asking;
use super::pace::Pace;
use super::refusal::Answer;

use alone::Alone;
use checksum::Checksum;
pub(super) use refused::refusal_of;
use seats::Seats;

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

/// Who brings bytes, and whose turn it is to wait for the disk.
#[derive(Clone)]
pub(super) struct Uploading {
    uploads: Uploads,
    seats: Seats,
    /// Bytes on their way to the disk.
    writes: Lane,
    /// Uploads that are gone on with: after a start, what is there of one is read for its hash.
    resumed: Lane,
    /// Who is at one that is complete.
    alone: Alone,
    /// Those that are complete and are looked into and cleaned, which takes little memory.
    completed: Lane,
    /// Those that are larger: some of them take half a minute, for which no small one waits.
    completed_large: Lane,
    /// Pictures that are decoded, which takes a moment and little memory.
    decoded: Lane,
    /// Those that take seconds, for which no other waits; one at a time, since they take memory, too.
    decoded_dear: Lane,
    /// All else.
    asked: Lane,
}

impl Uploading {
    pub(super) fn new(uploads: Uploads) -> Self {
        // Each request that has a place waits for one write at a time, and so none is refused.
        let waiting = TurnMax { of_one: UPLOADING_AT_ONCE, in_all: 2 * UPLOADING_AT_ONCE };
        let lane = |at_once, waiting| Lane::new(LaneMax { at_once, at_once_of_one: 1, waiting });
        let asked = TurnMax { of_one: UPLOADS_OF_ONE_MAX, in_all: UPLOADS_MAX };
        Self {
            uploads,
            seats: Seats::default(),
            writes: lane(UPLOAD_WRITES_AT_ONCE, waiting),
            resumed: lane(1, waiting),
            alone: Alone::default(),
            completed: lane(1, asked),
            completed_large: lane(1, asked),
            decoded: lane(1, asked),
            decoded_dear: lane(1, asked),
            asked: lane(1, asked),
        }
    }

    /// Those that are on their way.
    pub(super) fn uploads(&self) -> &Uploads {
        &self.uploads
    }

    /// What they become.
    pub(super) fn blobs(&self) -> &Blobs {
        self.uploads.blobs()
    }

    /// Where one of so many bytes waits to be looked into.
    pub(super) fn completed(&self, bytes: u64) -> &Lane {
        if bytes > PREVIEW_BYTES_MAX { &self.completed_large } else { &self.completed }
    }

    /// Where a picture waits that costs so much to decode.
    pub(super) fn decoded(&self, cost: u64) -> &Lane {
        if cost > PREVIEW_CHEAP_BYTES_MAX { &self.decoded_dear } else { &self.decoded }
    }

    /// Removes all of somebody who is not here any more.
    pub(super) async fn forget(&self, user: UserId) {
        // What could not be removed now is when its day is over.
        let _ = blocking(&self.asked, Asker::Box, self.uploads.clone(), move |uploads| uploads.forget(user)).await;
    }
}

/// Waits for the disk when it is the asker's turn.
async fn blocking<T: Send + 'static, W: Send + 'static>(
    lane: &Lane,
    asker: Asker,
    with: W,
    work: impl FnOnce(W) -> T + Send + 'static,
) -> Answer<T> {
    let turn = lane.enter(asker).await?;
    let working = move || {
        let _turn = turn;
        work(with)
    };
    on_a_thread(working).await
}

/// Waits for the disk.
pub(super) async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Answer<T> {
    tokio::task::spawn_blocking(work).await.map_err(|fault| {
        log::error!("work on a file broke off: {fault}");
        ErrorCode::Internal.into()
    })
}

impl App {
    /// Asks the uploads something, or changes one.
    pub(super) async fn of_uploads<T: Send + 'static>(
        &self,
        current: &CurrentSession,
        work: impl FnOnce(Uploads) -> T + Send + 'static,
    ) -> Answer<T> {
        blocking(&self.uploading.asked, current.asker(), self.uploading.uploads.clone(), work).await
    }
}

/// Every answer of tus carries its version, whatever it says.
pub(super) async fn speak(mut response: Response) -> Response {
    response.headers_mut().insert(TUS_RESUMABLE, HeaderValue::from_static(VERSION));
    if response.status() == StatusCode::PRECONDITION_FAILED {
        response.headers_mut().insert(TUS_VERSION, HeaderValue::from_static(VERSION));
    }
    response
}

/// `OPTIONS`: what of tus there is.
pub(super) async fn describe(State(app): State<App>) -> impl IntoResponse {
    let headers = [
        (TUS_VERSION, HeaderValue::from_static(VERSION)),
        (TUS_EXTENSION, HeaderValue::from_static(EXTENSIONS)),
        (TUS_MAX_SIZE, HeaderValue::from(app.store.settings().storage.file_bytes_max)),
        (TUS_CHECKSUM_ALGORITHM, HeaderValue::from_static(checksum::ALGORITHMS)),
    ];
    (StatusCode::NO_CONTENT, headers)
}

/// `POST /api/uploads`: an upload of so many bytes begins.
pub(super) async fn begin(
    State(app): State<App>,
    current: CurrentSession,
    headers: HeaderMap,
) -> Answer<impl IntoResponse> {
    spoken(&headers)?;
    let bytes = number(&headers, UPLOAD_LENGTH)?.ok_or(ErrorCode::BadRequest)?;
    let metadata = metadata::read(headers.get(UPLOAD_METADATA))?;
    let new = NewUpload { by: current.user.id, bytes, name: metadata.name, media_type: metadata.media_type };
    let (now, limits) = ((app.wall)(), app.store.settings().storage);
    let held = app.held(&current).await?;
    let begun = app.of_uploads(&current, move |uploads| uploads.begin(new, &held, &limits, now));
    let id = begun.await?.map_err(|refused| refusal_of(refused, &limits))?;
    app.complete(&current, id).await?;
    let location = HeaderValue::try_from(format!("/api/uploads/{id}")).map_err(|_| ErrorCode::Internal)?;
    Ok((StatusCode::CREATED, [(LOCATION, location)], expires(ends_at(now))))
}

/// `HEAD`: how far it is.
pub(super) async fn show(
    State(app): State<App>,
    current: CurrentSession,
    PathIds(id): PathIds<UploadId>,
    headers: HeaderMap,
) -> Answer<impl IntoResponse> {
    spoken(&headers)?;
    let by = current.user.id;
    app.complete(&current, id).await?;
    let found = app.of_uploads(&current, move |uploads| uploads.progress(id, by)).await?;
    let found = match found {
        Some(Progress { note, at }) => Known { at, upload: note.upload, ends_at: note.ends_at },
        None => app.known_complete(&current, id).await?.ok_or(ErrorCode::NotFound)?,
    };
    let fixed = [
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (UPLOAD_LENGTH, HeaderValue::from(found.upload.bytes)),
        (UPLOAD_METADATA, metadata::written(&found.upload.name, &found.upload.media_type)),
    ];
    Ok((offset(found.at), fixed, expires(found.ends_at)))
}

/// How far an upload is.
struct Known {
    at: u64,
    upload: NewUpload,
    ends_at: Millis,
}

/// `PATCH`: the next bytes.
pub(super) async fn append(
    State(app): State<App>,
    current: CurrentSession,
    asking: Asking,
    PathIds(id): PathIds<UploadId>,
    request: Request,
) -> Answer<Response> {
    let (parts, body) = request.into_parts();
    let answer = app.take(&current, asking, id, &parts.headers, body).await?;
    app.complete(&current, id).await?;
    Ok(answer)
}

/// `DELETE`: it is not wanted any more.
pub(super) async fn remove(
    State(app): State<App>,
    current: CurrentSession,
    PathIds(id): PathIds<UploadId>,
    headers: HeaderMap,
) -> Answer<StatusCode> {
    spoken(&headers)?;
    let by = current.user.id;
    match app.of_uploads(&current, move |uploads| uploads.remove(id, by)).await? {
        Ok(true) => {}
        Ok(false) => drop(app.apply(current.asker(), Op::Upload(UploadOp::Remove { upload: id, by })).await?),
        Err(fault) => return Err(UploadFault::Disk(fault).into()),
    }
    Ok(StatusCode::NO_CONTENT)
}

/// `POST` to an upload, for clients that can send nothing else (tus, X-HTTP-Method-Override).
pub(super) async fn overridden(
    app: State<App>,
    current: CurrentSession,
    asking: Asking,
    id: PathIds<UploadId>,
    request: Request,
) -> Answer<Response> {
    let wanted = request.headers().get(X_HTTP_METHOD_OVERRIDE).map(|value| Method::from_bytes(value.as_bytes()));
    let headers = request.headers().clone();
    match wanted {
        Some(Ok(Method::PATCH)) => append(app, current, asking, id, request).await,
        Some(Ok(Method::DELETE)) => remove(app, current, id, headers).await.map(IntoResponse::into_response),
        Some(Ok(Method::HEAD)) => show(app, current, id, headers).await.map(IntoResponse::into_response),
        _ => Err(ErrorCode::NotFound.into()),
    }
}

/// How reading a body ended.
enum Came {
    /// To its end.
    Whole,
    /// The connection broke off, or stood still.
    Part,
    /// Somebody else has its place.
    PutOut,
    /// Somebody newer brings it, or it has ended.
    Over,
}

impl App {
    async fn take(
        &self,
        current: &CurrentSession,
        asking: Asking,
        id: UploadId,
        headers: &HeaderMap,
        body: Body,
    ) -> Answer<Response> {
        spoken(headers)?;
        if headers.get(CONTENT_TYPE).is_none_or(|kind| kind != CONTENT) {
            return Err(ErrorCode::UploadType.into());
        }
        let at = number(headers, UPLOAD_OFFSET)?.ok_or(ErrorCode::BadRequest)?;
        let mut checksum = headers.get(UPLOAD_CHECKSUM).map(Checksum::expected).transpose()?;
        let (asker, by, doubted) = (current.asker(), current.user.id, checksum.is_some());
        let Uploading { uploads, seats, writes, resumed, .. } = &self.uploading;
        // Before anybody is put out by it.
        let left = uploads.length(id, by).ok_or(ErrorCode::NotFound)?.saturating_sub(at);
        if number(headers, CONTENT_LENGTH)?.is_some_and(|coming| coming > left) {
            return Err(ErrorCode::TooLarge.into());
        }
        let mut place = seats.enter(asking.network, by)?;
        let begun = blocking(resumed, asker, uploads.clone(), move |uploads| uploads.write(id, by, at, doubted));
        let mut writing = begun.await?.ok_or(ErrorCode::NotFound)??;
        let mut incoming = Incoming { body, pace: Pace::default(), gathered: BytesMut::new() };
        let came = loop {
            let ended = tokio::select! {
                ended = incoming.gather() => ended,
                () = place.put_out() => Some(Came::PutOut),
                () = writing.put_out() => Some(Came::Over),
            };
            // Who has been signed out brings nothing any more.
            CurrentSession::of(self, headers).ok_or(ErrorCode::NotSignedIn)?;
            let bytes = std::mem::take(&mut incoming.gathered);
            if !bytes.is_empty() {
                let written =
                    blocking(writes, asker, (writing, checksum, bytes), |(mut writing, mut checksum, bytes)| {
                        writing.write(&bytes)?;
                        if let Some(checksum) = &mut checksum {
                            checksum.update(&bytes);
                        }
                        Ok::<_, UploadFault>((writing, checksum))
                    });
                (writing, checksum) = written.await??;
            }
            if let Some(came) = ended {
                break came;
            }
        };
        let ends_at = ends_at((self.wall)());
        let finished = blocking(writes, asker, (writing, checksum), move |(writing, checksum)| {
            finish(writing, checksum, &came, ends_at)
        });
        let at = finished.await??;
        Ok((StatusCode::NO_CONTENT, offset(at), expires(ends_at)).into_response())
    }
}

/// Ends a request: what came is kept, unless it is not what its checksum says.
fn finish(mut writing: Writing, checksum: Option<Checksum>, came: &Came, ends_at: Millis) -> Answer<u64> {
    match (checksum, came) {
        (None, _) => {}
        // The rest of what it is the checksum of did not come: dropped, it goes back to where it began.
        (Some(_), Came::Part) => return Err(ErrorCode::BadRequest.into()),
        (Some(_), Came::PutOut) => return Err(ErrorCode::Busy.into()),
        (Some(_), Came::Over) => return Err(ErrorCode::UploadOffset.into()),
        (Some(checksum), Came::Whole) => {
            if !checksum.fits() {
                return Err(ErrorCode::UploadChecksum.into());
            }
            writing.believe()?;
        }
    }
    let at = writing.finish(ends_at)?;
    if matches!(came, Came::PutOut) { Err(ErrorCode::Busy.into()) } else { Ok(at) }
}

/// A body, read in pieces that are worth a write.
struct Incoming {
    body: Body,
    pace: Pace,
    /// What has come and is not taken yet.
    gathered: BytesMut,
}

impl Incoming {
    /// Reads on until there is enough for a write, or the first of it has waited for long enough; says how the body ended,
    /// if it did. Whoever stands still is given up. Broken off, it loses nothing.
    async fn gather(&mut self) -> Option<Came> {
        let mut due = None;
        while self.gathered.len() < UPLOAD_BUFFER_BYTES {
            let since = Instant::now();
            let wait = due.map_or_else(|| self.pace.left(), |due: Instant| due.saturating_duration_since(since));
            let frame = match timeout(wait, self.body.frame()).await {
                Ok(Some(Ok(frame))) => frame,
                Ok(None) => return Some(Came::Whole),
                Err(_) if due.is_some() => return None,
                Ok(Some(Err(_))) | Err(_) => return Some(Came::Part),
            };
            let bytes = frame.data_ref().map_or(&[][..], |bytes| bytes);
            self.pace.moved(bytes.len(), since.elapsed());
            self.gathered.extend_from_slice(bytes);
            if !self.gathered.is_empty() {
                due.get_or_insert_with(|| Instant::now() + UPLOAD_GATHER_WAIT);
            }
        }
        None
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
