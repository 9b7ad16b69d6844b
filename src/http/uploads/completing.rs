//! What becomes of uploads that are complete, and when they and the blobs go that nothing needs.

use tokio::time::sleep;

use crate::blobs::{BlobFolder, NewUpload, UploadFault, Uploads};
use crate::fair::Asker;
use crate::ingest::ingest;
use crate::proto::blob::{BlobHash, UploadId};
use crate::proto::id::UserId;
use crate::proto::limits::{ERASE_RETRY_WAIT, UPLOAD_KEPT};
use crate::proto::op::{CompleteFile, Millis, Op, Reply, UploadOp};
use crate::store::ReadError;

use super::super::App;
use super::super::current_session::CurrentSession;
use super::super::refusal::{Answer, Refusal};
use super::{Known, blocking, on_a_thread};

impl App {
    /// Has an upload of this person's that is complete looked into and kept, so that it can be sent. Does nothing with any
    /// other.
    pub(super) async fn complete(&self, current: &CurrentSession, id: UploadId) -> Answer<()> {
        let by = current.user.id;
        if !self.of_uploads(current, move |uploads| uploads.complete(id, by).is_some()).await? {
            return Ok(());
        }
        self.complete_of(current.asker(), id, by).await
    }

    async fn complete_of(&self, asker: Asker, id: UploadId, by: UserId) -> Answer<()> {
        // Until it is settled: what somebody else waits for here is not done a second time.
        let _turn = self.uploading.completed.enter(asker).await?;
        let uploads = self.uploading.uploads.clone();
        let ingesting = move || {
            let Some(complete) = uploads.complete(id, by) else { return Ok(None) };
            let length = complete.note().upload.bytes;
            ingest(&complete).map(|file| Some(CompleteFile { file, length }))
        };
        let ingested = on_a_thread(ingesting).await?.map_err(|fault| Refusal::from(UploadFault::Disk(fault)))?;
        let Some(file) = ingested else { return Ok(()) };
        let op = UploadOp::Complete { upload: id, by, file, at: (self.wall)() };
        self.apply(asker, Op::Upload(op)).await?;
        let uploads = self.uploading.uploads.clone();
        on_a_thread(move || uploads.settle(id)).await
    }

    /// One that can be sent, as whoever brought it asks after it.
    pub(super) async fn known_complete(&self, current: &CurrentSession, id: UploadId) -> Answer<Option<Known>> {
        let by = current.user.id;
        let found = self.store.read(current.asker(), move |reader| reader.complete_upload(id, by)).await?;
        Ok(found.map(|(CompleteFile { file, length }, at)| {
            let upload = NewUpload { by, bytes: length, name: file.name, media_type: file.media_type };
            Known { at: length, upload, ends_at: at + UPLOAD_KEPT.as_millis() as Millis }
        }))
    }

    /// Removes uploads that nobody went on with, for as long as porch runs; what an earlier run left complete first.
    pub(crate) async fn look_after_uploads(self) {
        for (id, by) in self.uploading.uploads.all_complete() {
            if let Err(fault) = self.complete_of(Asker::Box, id, by).await {
                log::warn!("an upload is complete, and could not be kept: {fault:?}");
            }
        }
        loop {
            let (uploads, now) = (self.uploading.uploads.clone(), (self.wall)());
            // What went wrong was told of there.
            let _ = blocking(&self.uploading.asked, Asker::Box, uploads, move |uploads| uploads.expire(now)).await;
            let before = now - UPLOAD_KEPT.as_millis() as Millis;
            while let Ok(Reply::Step { more: true }) =
                self.apply(Asker::Box, Op::Upload(UploadOp::Expire { before })).await
            {}
            sleep(UPLOAD_KEPT / 24).await;
        }
    }

    /// Removes the files of blobs that nothing needs, for as long as porch runs; what an earlier run left first.
    pub(crate) async fn remove_unneeded_blobs(self) {
        // A database that has lost its end knows nothing of what came with it: that may be found again.
        if self.store.loss().is_none()
            && let Err(fault) = self.sweep_blobs().await
        {
            log::warn!("files that nothing needs may be left: {fault:?}");
        }
        loop {
            match self.apply(Asker::Box, Op::Upload(UploadOp::TakeFreed)).await {
                Ok(Reply::Blobs(blobs)) if !blobs.is_empty() => {
                    if let Err(fault) = self.remove_unneeded(blobs).await {
                        log::warn!("files that nothing needs are left until the next start: {fault:?}");
                    }
                }
                Ok(_) => self.store.freed().notified().await,
                Err(fault) => {
                    log::warn!("files that nothing needs are still to be removed: {fault:?}");
                    sleep(ERASE_RETRY_WAIT).await;
                }
            }
        }
    }

    /// Looks at every blob there is.
    async fn sweep_blobs(&self) -> Answer<()> {
        let uploads = self.uploading.uploads.clone();
        let disk = |fault| Refusal::from(UploadFault::Disk(fault));
        let folders: Vec<BlobFolder> = on_a_thread(move || uploads.blobs().folders()).await?.map_err(disk)?;
        for folder in folders {
            let blobs = on_a_thread(move || folder.blobs()).await?.map_err(disk)?;
            self.remove_unneeded(blobs).await?;
        }
        Ok(())
    }

    async fn remove_unneeded(&self, blobs: Vec<BlobHash>) -> Answer<()> {
        let uploads: Uploads = self.uploading.uploads.clone();
        let gone = self
            .store
            .read(Asker::Box, move |reader| {
                uploads.remove_unneeded::<ReadError>(blobs, |blob| reader.is_blob_needed(blob))
            })
            .await?;
        if !gone.is_empty() {
            log::info!("{} files that nothing needs were removed", gone.len());
        }
        Ok(())
    }
}
