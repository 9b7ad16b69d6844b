//! What messages bring beside words: which blobs they need, and which nothing needs any more.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::rows::{self, Kept, MESSAGE_COLUMNS, sql};
use crate::proto::attachment::Gallery;
use crate::proto::blob::BlobHash;
use crate::proto::event::Message;
use crate::proto::id::{RoomId, Seq, UserId};
use crate::proto::limits::{BLOBS_FREED_AT_ONCE_MAX, PAGE_TEXT_BYTES_MAX};
use crate::proto::op::{Outcome, Reply};
use crate::proto::storage::StorageOf;

/// Writes down what a message that is being written brings; its own row is written by others.
pub(super) fn add(db: &Connection, message: &Message, blobs: &[BlobHash]) -> rusqlite::Result<()> {
    for gallery in galleries(message) {
        db.prepare_cached("INSERT INTO galleries (room, gallery, message) VALUES (?, ?, ?)")?.execute(params![
            sql(message.room.0),
            gallery_name(gallery),
            sql(message.id.0)
        ])?;
    }
    for blob in blobs {
        // One that came twice is needed once.
        db.prepare_cached("INSERT OR IGNORE INTO blob_messages (blob, message) VALUES (?, ?)")?
            .execute(params![blob.0, sql(message.id.0)])?;
    }
    count(db, message.author, |bytes| bytes.saturating_add(bytes_of(message)))
}

/// Takes away what a message brings that is being deleted; its own row is changed by others.
pub(super) fn remove(db: &Connection, message: &Message) -> rusqlite::Result<()> {
    if message.attachments.is_empty() {
        return Ok(());
    }
    for gallery in galleries(message) {
        db.prepare_cached("DELETE FROM galleries WHERE room = ? AND gallery = ? AND message = ?")?.execute(params![
            sql(message.room.0),
            gallery_name(gallery),
            sql(message.id.0)
        ])?;
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

/// Messages of a room that bring something of this kind, before this one, the newest last; whether there are more before.
pub(super) fn gallery(
    db: &Connection,
    room: RoomId,
    gallery: Gallery,
    below: Seq,
    limit: usize,
) -> rusqlite::Result<(Vec<Message>, bool)> {
    let mut statement = db.prepare_cached(&gallery_query())?;
    let mut rows = statement.query(params![sql(room.0), gallery_name(gallery), sql(below.0)])?;
    let (mut messages, mut text_bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        text_bytes += rows::text_bytes(row)?;
        if messages.len() >= limit || (text_bytes > PAGE_TEXT_BYTES_MAX && !messages.is_empty()) {
            messages.reverse();
            return Ok((messages, true));
        }
        messages.push(rows::message(row)?);
    }
    messages.reverse();
    Ok((messages, false))
}

fn gallery_query() -> String {
    format!(
        "SELECT {MESSAGE_COLUMNS} FROM galleries CROSS JOIN messages ON messages.id = galleries.message
         WHERE galleries.room = ?1 AND gallery = ?2 AND message < ?3 ORDER BY message DESC"
    )
}

fn gallery_name(gallery: Gallery) -> &'static str {
    match gallery {
        Gallery::Files => "files",
        Gallery::Pictures => "pictures",
        Gallery::Sounds => "sounds",
    }
}

/// Where a message is found.
fn galleries(message: &Message) -> BTreeSet<Gallery> {
    message.attachments.iter().map(|attachment| attachment.what.name().gallery()).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database;

    #[test]
    fn a_gallery_is_one_stretch_of_its_table() {
        let dir = tempfile::tempdir().unwrap();
        let db = database::open_database(dir.path()).unwrap();
        let steps = database::plan(&db, &gallery_query());
        assert_eq!(
            steps,
            [
                "SEARCH galleries USING PRIMARY KEY (room=? AND gallery=? AND message<?)",
                "SEARCH messages USING INTEGER PRIMARY KEY (rowid=?)"
            ]
        );
    }
}
