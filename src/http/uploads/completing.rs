//! What becomes of uploads that are complete, and when they and the blobs go that nothing needs.

use std::collections::HashSet;

use tokio::time::sleep;

use crate::blobs::{FOLDERS, FilesFound, NewUpload, UploadFault, Uploads};
use crate::fair::Asker;
use crate::ingest::{Ingested, ingest};
use crate::proto::blob::{BlobHash, UploadId};
use crate::proto::code::ErrorCode;
use crate::proto::id::UserId;
use crate::proto::limits::{ERASE_RETRY_WAIT, UPLOAD_KEPT};
use crate::proto::op::{CompleteFile, Millis, Op, Reply, UploadOp};
use crate::store::{ReadError, Reader};

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
        let disk = |fault| Refusal::from(UploadFault::Disk(fault));
        let uploading = &self.uploading;
        let only = uploading.alone.enter(id).await;
        let Some(length) = uploading.uploads.length(id, by) else { return Ok(()) };
        let turn = uploading.completed(length).enter(asker).await?;
        let uploads = uploading.uploads.clone();
        // On the thread, where they stay though whoever asked has gone.
        let ingesting = move || {
            let _turn = turn;
            (uploads.complete(id, by).map(ingest).transpose(), only)
        };
        let (ingested, only) = on_a_thread(ingesting).await?;
        let (file, _only) = match ingested.map_err(disk)? {
            None => return Ok(()),
            Some(Ingested::Kept(file)) => (file, only),
            Some(Ingested::Undecoded(picture)) => {
                let turn = uploading.decoded(picture.cost).enter(asker).await?;
                let uploads = uploading.uploads.clone();
                let decoding = move || {
                    let _turn = turn;
                    // It may have been removed while it waited.
                    (uploads.complete(id, by).map(|_| picture.ingest()).transpose(), only)
                };
                let (file, only) = on_a_thread(decoding).await?;
                let Some(file) = file.map_err(disk)? else { return Ok(()) };
                (file, only)
            }
            Some(Ingested::Uncleaned) => {
                let uploads = uploading.uploads.clone();
                on_a_thread(move || uploads.settle(id)).await?;
                return Err(ErrorCode::PictureUncleaned.into());
            }
        };
        let op = UploadOp::Complete { upload: id, by, file: CompleteFile { file, length }, at: (self.wall)() };
        self.apply(asker, Op::Upload(op)).await?;
        let uploads = uploading.uploads.clone();
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
        if let Err(fault) = self.look_through_blobs().await {
            log::warn!("the files that were sent could not be looked through: {fault:?}");
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

    /// Compares every blob there is with what the database needs: removes what nothing does, counts the rest, and notes down
    /// what is missing.
    pub(in super::super) async fn look_through_blobs(&self) -> Answer<()> {
        let disk = |fault| Refusal::from(UploadFault::Disk(fault));
        let mut found = FilesFound::default();
        for first in (0..FOLDERS).filter_map(|first| u8::try_from(first).ok()) {
            let uploads = self.uploading.uploads.clone();
            let blobs = on_a_thread(move || uploads.blobs().folder(first)).await?.map_err(disk)?;
            let here: HashSet<BlobHash> = blobs.iter().copied().collect();
            // A database that has lost its end knows nothing of what came with it: that may be found again.
            if self.store.loss().is_none() {
                found.removed += self.remove_unneeded(blobs).await? as u64;
            }
            for blob in self.missing(first, here).await? {
                found.miss(blob);
            }
        }
        if found.missing > 0 {
            log::error!("{} files that messages need are missing, {} among them", found.missing, found.named());
        }
        let uploads = self.uploading.uploads.clone();
        on_a_thread(move || uploads.blobs().found(found)).await?.map_err(disk)
    }

    /// Blobs that messages need and that are not here.
    async fn missing(&self, first: u8, here: HashSet<BlobHash>) -> Answer<Vec<BlobHash>> {
        let blobs = self.uploading.blobs().clone();
        let look = move |reader: &Reader| {
            let mut missing = Vec::new();
            for blob in reader.needed_blobs(first)? {
                // One that came meanwhile is there by now.
                if !here.contains(&blob) && blobs.read(blob)?.is_none() {
                    missing.push(blob);
                }
            }
            Ok(missing)
        };
        let missing = self.store.read(Asker::Box, look).await?;
        if missing.is_empty() {
            return Ok(missing);
        }
        // One that went meanwhile is needed no more by now.
        let still = |reader: &Reader| {
            let asked = missing.into_iter().map(|blob| Ok((blob, reader.is_blob_needed(blob)?)));
            let needed = asked.collect::<Result<Vec<_>, ReadError>>()?;
            Ok(needed.into_iter().filter_map(|(blob, needed)| needed.then_some(blob)).collect())
        };
        Ok(self.store.read(Asker::Box, still).await?)
    }

    /// Says how many are gone.
    async fn remove_unneeded(&self, blobs: Vec<BlobHash>) -> Answer<usize> {
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
        Ok(gone.len())
    }
}
