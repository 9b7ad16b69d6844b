//! The bytes of what messages bring, for those who may read the message.

use aws_lc_rs::digest::{Context, SHA256};
use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use serde::Deserialize;

use crate::blobs::{UploadFault, hash_value};
use crate::media::Media;
use crate::proto::attachment::{Attachment, AttachmentKind};
use crate::proto::blob::{BlobHash, FileName};
use crate::proto::code::ErrorCode;
use crate::proto::id::Seq;
use crate::proto::limits::PREVIEW_EDGES;

use super::App;
use super::current_session::CurrentSession;
use super::download::Download;
use super::extract::{PathIds, UrlQuery};
use super::refusal::{Answer, Refusal};
use super::uploads::on_a_thread;

const NOT_FOUND: ErrorCode = ErrorCode::NotFound;
/// What pictures are made smaller as.
const JPEG: &str = "image/jpeg";

/// What browsers are trusted to show; all else is saved.
const SHOWN: [Media; 11] = [
    Media::Avif,
    Media::Gif,
    Media::Jpeg,
    Media::Mp4Audio,
    Media::Mp4Video,
    Media::OggAudio,
    Media::OggVideo,
    Media::Png,
    Media::WebmAudio,
    Media::WebmVideo,
    Media::WebP,
];

/// As what something is shown that is kept as this; none where it is not.
fn shown_as(media_type: &str) -> Option<&'static str> {
    SHOWN.iter().map(|media| media.media_type()).find(|shown| *shown == media_type)
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    /// To be saved, whatever it is.
    download: Option<String>,
}

/// `GET /api/attachments/{message}/{place}`.
pub(super) async fn show(
    State(app): State<App>,
    current: CurrentSession,
    PathIds((message, place)): PathIds<(Seq, usize)>,
    UrlQuery(wanted): UrlQuery<Wanted>,
    method: Method,
    headers: HeaderMap,
) -> Answer<Response> {
    let (blob, attachment) = app.attachment(&current, message, place).await?;
    let shown = shown_as(&attachment.media_type).filter(|_| wanted.download.is_none());
    let answer = Bytes { blob, edge: None, shown, name: attachment.name };
    app.answer_with(&current, answer, &method, &headers).await
}

/// `GET /api/attachments/{message}/{place}/{edge}`: a picture made smaller, or the picture itself where it is no larger.
pub(super) async fn preview(
    State(app): State<App>,
    current: CurrentSession,
    PathIds((message, place, edge)): PathIds<(Seq, usize, u32)>,
    method: Method,
    headers: HeaderMap,
) -> Answer<Response> {
    let (blob, attachment) = app.attachment(&current, message, place).await?;
    if !PREVIEW_EDGES.contains(&edge) || !matches!(attachment.what, AttachmentKind::Picture { .. }) {
        return Err(NOT_FOUND.into());
    }
    let shown = shown_as(&attachment.media_type);
    let answer = Bytes { blob, edge: Some(edge), shown, name: attachment.name };
    app.answer_with(&current, answer, &method, &headers).await
}

/// Which bytes are wanted, and as what.
struct Bytes {
    blob: BlobHash,
    /// Of the picture made smaller, where there is one.
    edge: Option<u32>,
    /// None: to be saved.
    shown: Option<&'static str>,
    name: FileName,
}

impl App {
    /// An attachment that this person may see.
    async fn attachment(&self, current: &CurrentSession, message: Seq, place: usize) -> Answer<(BlobHash, Attachment)> {
        let user = current.user.id;
        let found = self.store.read(current.asker(), move |reader| reader.attachment(user, message, place)).await?;
        found.ok_or_else(|| NOT_FOUND.into())
    }

    async fn answer_with(
        &self,
        current: &CurrentSession,
        Bytes { blob, edge, shown, name }: Bytes,
        method: &Method,
        headers: &HeaderMap,
    ) -> Answer<Response> {
        let place = self.downloads.enter(current.asker()).await?;
        let blobs = self.uploading.blobs().clone();
        let opening = move || {
            let smaller = edge.map_or(Ok(None), |edge| blobs.preview(blob, edge))?;
            let (file, media_type) = match smaller {
                Some(file) => (Some(file), Some(JPEG)),
                None => (blobs.read(blob)?, shown),
            };
            let Some(file) = file else { return Ok(None) };
            Ok(Some((file.metadata()?.len(), file, media_type)))
        };
        let opened = on_a_thread(opening).await?.map_err(|fault| Refusal::from(UploadFault::Disk(fault)))?;
        let Some((bytes, file, media_type)) = opened else {
            log::error!("a message brings what is not in the data folder");
            return Err(NOT_FOUND.into());
        };
        let (media_type, inline) = (media_type.unwrap_or_default(), media_type.is_some());
        let etag = tag(&self.store.mark(), blob);
        Ok(place.answer(Download { file, bytes, etag, media_type, name, inline }, method, headers))
    }
}

/// By what readers know the bytes. Not by the blob's own hash: that may be of what came, before it was cleaned, and whoever
/// has all else of a film could try places until they fit.
fn tag(mark: &[u8], blob: BlobHash) -> BlobHash {
    let mut keyed = Context::new(&SHA256);
    keyed.update(mark);
    keyed.update(&blob.0);
    hash_value(keyed)
}
