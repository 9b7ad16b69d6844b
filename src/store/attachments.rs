//! What messages bring beside words: which blobs they need, and which nothing needs any more.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::rows::{self, Kept, sql};
use crate::proto::blob::BlobHash;
use crate::proto::event::Message;
use crate::proto::id::{Seq, UserId};
use crate::proto::limits::BLOBS_FREED_AT_ONCE_MAX;
use crate::proto::op::{Outcome, Reply};
use crate::proto::storage::StorageOf;

/// Writes down what a message that is being written brings; its own row is written by others.
pub(super) fn add(db: &Connection, message: &Message, blobs: &[BlobHash]) -> rusqlite::Result<()> {
    for blob in blobs {
        // One that came twice is needed once.
        db.prepare_cached("INSERT OR IGNORE INTO blob_messages (blob, message) VALUES (?, ?)")?
            .execute(params![blob.0, sql(message.id.0)])?;
    }
    count(db, message.author, |bytes| bytes.saturating_add(bytes_of(message)))
}

/// Whether this person may send once more what a message brings, who may have sent so many bytes; 0 is no limit.
pub(super) fn fit(db: &Connection, user: UserId, message: &Message, bytes_max: u64) -> rusqlite::Result<bool> {
    let bytes = bytes_of(message);
    Ok(bytes == 0 || bytes_max == 0 || stored_bytes(db, user)?.saturating_add(bytes) <= bytes_max)
}

/// Takes away what a message brings that is being deleted; its own row is changed by others.
pub(super) fn remove(db: &Connection, message: &Message) -> rusqlite::Result<()> {
    if message.attachments.is_empty() {
        return Ok(());
    }
    for (blob, _) in of(db, message.id)? {
        db.prepare_cached("DELETE FROM blob_messages WHERE blob = ? AND message = ?")?
            .execute(params![blob.0, sql(message.id.0)])?;
        free(db, blob)?;
    }
    count(db, message.author, |bytes| bytes.saturating_sub(bytes_of(message)))
}

/// Has a blob's file removed if nothing needs it any more.
pub(super) fn free(db: &Connection, blob: BlobHash) -> rusqlite::Result<()> {
    if !is_needed(db, blob)? {
        db.prepare_cached("INSERT OR IGNORE INTO freed_blobs (blob) VALUES (?)")?.execute([blob.0])?;
    }
    Ok(())
}

/// Whether anything needs this blob: a message, or an upload that may become part of one.
pub(super) fn is_needed(db: &Connection, blob: BlobHash) -> rusqlite::Result<bool> {
    db.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM blob_messages WHERE blob = ?1) OR EXISTS (SELECT 1 FROM uploads WHERE blob = ?1)",
    )?
    .query_row([blob.0], |row| row.get(0))
}

/// Whether there are blobs whose files are to go.
pub(super) fn are_freed(db: &Connection) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM freed_blobs)")?.query_row([], |row| row.get(0))
}

/// Gives some of them, and forgets them.
pub(super) fn take_freed(db: &Connection) -> rusqlite::Result<Outcome> {
    let blobs: Vec<BlobHash> = db
        .prepare_cached("DELETE FROM freed_blobs WHERE blob IN (SELECT blob FROM freed_blobs LIMIT ?) RETURNING blob")?
        .query_map([sql(BLOBS_FREED_AT_ONCE_MAX as u64)], |row| row.get(0).map(BlobHash))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Outcome::made(Reply::Blobs(blobs), []))
}

/// Bytes of what a person has sent and not deleted.
pub(super) fn stored_bytes(db: &Connection, user: UserId) -> rusqlite::Result<u64> {
    db.prepare_cached("SELECT bytes FROM stored_bytes WHERE user = ?")?
        .query_row([sql(user.0)], |row| rows::number(row, 0))
        .optional()
        .map(Option::unwrap_or_default)
}

/// Those with the most of these bytes, the most first; and the bytes of all others.
pub(super) fn stored_by(db: &Connection, count: usize) -> rusqlite::Result<(Vec<StorageOf>, u64)> {
    let of = |row: &Row<'_>| Ok(StorageOf { user: UserId(rows::number(row, 0)?), bytes: rows::number(row, 1)? });
    let people: Vec<StorageOf> = db
        .prepare_cached("SELECT user, bytes FROM stored_bytes WHERE bytes > 0 ORDER BY bytes DESC, user LIMIT ?")?
        .query_map([sql(count as u64)], of)?
        .collect::<rusqlite::Result<_>>()?;
    let all = db
        .prepare_cached("SELECT ifnull(sum(bytes), 0) FROM stored_bytes")?
        .query_row([], |row| rows::number(row, 0))?;
    let shown = people.iter().map(|one| one.bytes).sum();
    Ok((people, all.saturating_sub(shown)))
}

/// Blobs that messages need, of those whose hash begins with this byte.
pub(super) fn needed(db: &Connection, first: u8) -> rusqlite::Result<Vec<BlobHash>> {
    // Hashes of 32 bytes are all larger than their first, and smaller than the next.
    let above: &[u8] = match first {
        u8::MAX => &[u8::MAX; 33],
        first => &[first + 1],
    };
    db.prepare_cached("SELECT DISTINCT blob FROM blob_messages WHERE blob > ? AND blob < ?")?
        .query_map(params![[first], above], |row| row.get(0).map(BlobHash))?
        .collect()
}

/// All that a message brings.
pub(super) fn of(db: &Connection, message: Seq) -> rusqlite::Result<Vec<Kept>> {
    let found = db
        .prepare_cached("SELECT attachments FROM messages WHERE id = ?")?
        .query_row([sql(message.0)], |row| rows::attachments(row, 0))
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// Writes the column of a message.
pub(super) fn written(kept: &[Kept]) -> rusqlite::Result<Option<String>> {
    if kept.is_empty() {
        return Ok(None);
    }
    serde_json::to_string(kept).map(Some).map_err(|fault| rusqlite::Error::ToSqlConversionFailure(fault.into()))
}

fn bytes_of(message: &Message) -> u64 {
    message.attachments.iter().fold(0, |bytes, attachment| bytes.saturating_add(attachment.bytes))
}

fn count(db: &Connection, user: UserId, change: impl Fn(u64) -> u64) -> rusqlite::Result<()> {
    let bytes = change(stored_bytes(db, user)?);
    db.prepare_cached("INSERT OR REPLACE INTO stored_bytes (user, bytes) VALUES (?, ?)")?
        .execute(params![sql(user.0), sql(bytes)])?;
    Ok(())
}
