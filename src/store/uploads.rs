//! Uploads that are complete: kept until a message takes them up, or their time is over.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::rows::{self, Kept, sql};
use super::{attachments, people};
use crate::proto::attachment::{BlobFile, NewAttachments};
use crate::proto::blob::{BlobHash, UploadId};
use crate::proto::code::ErrorCode;
use crate::proto::id::UserId;
use crate::proto::limits::UPLOADS_MAX;
use crate::proto::op::{CompleteFile, Millis, Outcome, Reply, UploadOp};

pub(super) fn apply(db: &Connection, op: UploadOp) -> rusqlite::Result<Outcome> {
    match op {
        UploadOp::Complete { upload, by, file, at } => complete(db, upload, by, &file, at),
        UploadOp::Expire { before } => expire(db, before),
        UploadOp::Remove { upload, by } => match of(db, upload, by)? {
            None => Ok(Outcome::Refused(ErrorCode::NotFound)),
            Some(file) => {
                remove(db, upload)?;
                attachments::free(db, file.blob)?;
                Ok(Outcome::done([]))
            }
        },
        UploadOp::TakeFreed => attachments::take_freed(db),
    }
}

/// Keeps a complete one. Of somebody who has gone meanwhile nothing is kept.
fn complete(
    db: &Connection,
    upload: UploadId,
    by: UserId,
    CompleteFile { file, length }: &CompleteFile,
    at: Millis,
) -> rusqlite::Result<Outcome> {
    if people::by_id(db, by)?.is_none() {
        attachments::free(db, file.blob)?;
        return Ok(Outcome::done([]));
    }
    let json = serde_json::to_string(file).map_err(|fault| rusqlite::Error::ToSqlConversionFailure(fault.into()))?;
    db.prepare_cached(
        "INSERT OR IGNORE INTO uploads (id, user, blob, bytes, length, file, completed_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![upload.0, sql(by.0), file.blob.0, sql(file.bytes), sql(*length), json, at])?;
    Ok(Outcome::done([]))
}

/// What has become of one of this person's.
pub(super) fn of(db: &Connection, upload: UploadId, by: UserId) -> rusqlite::Result<Option<BlobFile>> {
    Ok(found(db, upload, by)?.map(|(complete, _)| complete.file))
}

/// The same with what was uploaded, and since when it is complete.
pub(super) fn found(db: &Connection, upload: UploadId, by: UserId) -> rusqlite::Result<Option<(CompleteFile, Millis)>> {
    db.prepare_cached("SELECT file, length, completed_at FROM uploads WHERE id = ? AND user = ?")?
        .query_row(params![upload.0, sql(by.0)], |row| {
            let json = row.get_ref(0)?.as_str()?;
            let file = serde_json::from_str(json).map_err(|fault| rows::unreadable(0, fault.to_string()))?;
            Ok((CompleteFile { file, length: rows::number(row, 1)? }, row.get(2)?))
        })
        .optional()
}

/// Those of a person's that are complete and not sent, and the bytes of each.
pub(super) fn unsent(db: &Connection, by: UserId) -> rusqlite::Result<HashMap<UploadId, u64>> {
    db.prepare_cached("SELECT id, bytes FROM uploads WHERE user = ?")?
        .query_map([sql(by.0)], |row| Ok((UploadId(row.get(0)?), rows::number(row, 1)?)))?
        .collect()
}

/// What the uploads that a message names have become; none where one of them is not there.
pub(super) fn named(db: &Connection, by: UserId, named: &NewAttachments) -> rusqlite::Result<Option<Vec<Kept>>> {
    let mut kept = Vec::new();
    for new in named.iter() {
        let Some(file) = of(db, new.upload, by)? else { return Ok(None) };
        kept.push((file.blob, new.clone().attach(file)));
    }
    Ok(Some(kept))
}

/// It is part of a message now, or wanted no more.
pub(super) fn remove(db: &Connection, upload: UploadId) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM uploads WHERE id = ?")?.execute([upload.0])?;
    Ok(())
}

/// Removes all of somebody who goes.
pub(super) fn forget(db: &Connection, by: UserId) -> rusqlite::Result<()> {
    let blobs: Vec<BlobHash> = db
        .prepare_cached("DELETE FROM uploads WHERE user = ? RETURNING blob")?
        .query_map([sql(by.0)], |row| row.get(0).map(BlobHash))?
        .collect::<rusqlite::Result<_>>()?;
    blobs.into_iter().try_for_each(|blob| attachments::free(db, blob))
}

fn expire(db: &Connection, before: Millis) -> rusqlite::Result<Outcome> {
    let over: Vec<(UploadId, BlobHash)> = db
        .prepare_cached("SELECT id, blob FROM uploads WHERE completed_at < ? ORDER BY completed_at LIMIT ?")?
        .query_map(params![before, sql(UPLOADS_MAX as u64)], |row| Ok((UploadId(row.get(0)?), BlobHash(row.get(1)?))))?
        .collect::<rusqlite::Result<_>>()?;
    let more = over.len() == UPLOADS_MAX;
    for (upload, blob) in over {
        remove(db, upload)?;
        attachments::free(db, blob)?;
    }
    Ok(Outcome::made(Reply::Step { more }, []))
}
