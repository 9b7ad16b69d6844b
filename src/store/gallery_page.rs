//! The messages of a gallery, a page at a time.

use rusqlite::{Connection, params};

use super::rows::{self, MESSAGE_COLUMNS, sql};
use super::{galleries, told};
use crate::proto::brought::Gallery;
use crate::proto::event::Message;
use crate::proto::id::{RoomId, Seq, UserId};
use crate::proto::limits::PAGE_TEXT_BYTES_MAX;

/// Messages of a room that bring something of this kind, before this one, the newest last; whether there are more before.
pub(super) fn read(
    db: &Connection,
    asker: UserId,
    room: RoomId,
    gallery: Gallery,
    below: Seq,
    limit: usize,
) -> rusqlite::Result<(Vec<Message>, bool)> {
    let mut statement = db.prepare_cached(&page_query())?;
    let mut rows = statement.query(params![sql(room.0), galleries::name(gallery), sql(below.0)])?;
    let (mut messages, mut text_bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        text_bytes += rows::text_bytes(row)?;
        if messages.len() >= limit || (text_bytes > PAGE_TEXT_BYTES_MAX && !messages.is_empty()) {
            messages.reverse();
            return Ok((messages, true));
        }
        messages.push(told::message(db, Some(asker), row)?);
    }
    messages.reverse();
    Ok((messages, false))
}

fn page_query() -> String {
    format!(
        "SELECT {MESSAGE_COLUMNS} FROM galleries CROSS JOIN messages ON messages.id = galleries.message
         WHERE galleries.room = ?1 AND gallery = ?2 AND message < ?3 ORDER BY message DESC"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database;

    #[test]
    fn a_gallery_is_one_stretch_of_its_table() {
        let dir = tempfile::tempdir().unwrap();
        let db = database::open_database(dir.path()).unwrap();
        let steps = database::plan(&db, &page_query());
        assert_eq!(
            steps,
            [
                "SEARCH galleries USING PRIMARY KEY (room=? AND gallery=? AND message<?)",
                "SEARCH messages USING INTEGER PRIMARY KEY (rowid=?)"
            ]
        );
    }
}
