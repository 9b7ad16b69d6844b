//! What files take, and what they still may.

use axum::Json;
use axum::extract::State;

use crate::blobs::{Held, Left, UploadFault};
use crate::proto::limits::STORED_PEOPLE_MAX;
use crate::proto::storage::{Storage, UploadLimits};

use super::App;
use super::current_session::CurrentSession;
use super::refusal::{Answer, Refusal};
use super::uploads::refusal_of;

impl App {
    /// What somebody has stored, and is about to.
    pub(super) async fn held(&self, current: &CurrentSession) -> Answer<Held> {
        let by = current.user.id;
        // Before the database: see `Held`.
        let running = self.uploading.uploads().running(by);
        let held = self.store.read(current.asker(), move |reader| {
            Ok(Held { running, unsent: reader.unsent_uploads(by)?, sent: reader.stored_bytes(by)? })
        });
        Ok(held.await?)
    }
}

/// `GET /api/uploads`: what somebody may bring at the moment.
pub(super) async fn limits(State(app): State<App>, current: CurrentSession) -> Answer<Json<UploadLimits>> {
    let (by, limits) = (current.user.id, app.store.settings().storage);
    let held = app.held(&current).await?;
    let left = app.of_uploads(&current, move |uploads| uploads.left(by, &held, &limits));
    let Left { bytes, bound } = left.await?.map_err(|refused| refusal_of(refused, &limits))?;
    Ok(Json(UploadLimits {
        file_bytes_max: limits.file_bytes_max,
        person_bytes_max: limits.person_bytes_max,
        left_bytes: bytes,
        bound,
    }))
}

/// `GET /api/storage`: for the owner.
pub(super) async fn show(State(app): State<App>, current: CurrentSession) -> Answer<Json<Storage>> {
    current.owner_only()?;
    let space = app
        .of_uploads(&current, |uploads| uploads.space())
        .await?
        .map_err(|fault| Refusal::from(UploadFault::Disk(fault)))?;
    let (people, others_bytes) = app.store.read(current.asker(), |reader| reader.stored_by(STORED_PEOPLE_MAX)).await?;
    let (unfinished, unfinished_bytes) = app.uploading.uploads().unfinished();
    Ok(Json(Storage {
        disk_bytes: space.all,
        free_bytes: space.free,
        kept_free_bytes: space.kept_free(),
        files_bytes: app.uploading.blobs().counted().map(|(_, bytes)| bytes),
        unfinished: u32::try_from(unfinished).unwrap_or(u32::MAX),
        unfinished_bytes,
        people,
        others_bytes,
    }))
}
