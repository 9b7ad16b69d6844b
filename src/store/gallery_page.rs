//! The messages of a gallery, a page at a time.

use rusqlite::{Connection, params};

use super::history::Stretch;
use super::rows::{self, MESSAGE_COLUMNS, sql};
use super::{galleries, told};
use crate::proto::brought::Gallery;
use crate::proto::id::{RoomId, Seq, UserId};
use crate::proto::limits::PAGE_TEXT_BYTES_MAX;

/// Messages of a room that bring something of this kind, before this one, the newest last.
pub(super) fn read(
    db: &Connection,
    asker: UserId,
    room: RoomId,
    gallery: Gallery,
    below: Seq,
    limit: usize,
) -> rusqlite::Result<Stretch> {
    let mut statement = db.prepare_cached(&page_query())?;
    let mut rows = statement.query(params![sql(room.0), galleries::name(gallery), sql(below.0)])?;
    let mut stretch = Stretch::new(limit, PAGE_TEXT_BYTES_MAX);
    while let Some(row) = rows.next()?
        && stretch.takes(rows::text_bytes(row)?)
    {
        stretch.messages.push_front(told::message(db, Some(asker), row)?);
    }
    Ok(stretch)
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
