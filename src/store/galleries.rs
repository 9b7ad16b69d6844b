//! The register of what a room's messages bring, by which it is looked at together: see [`Gallery`].
//!
//! A message stands in it once for each gallery that shows something of it, from the commit that writes the message, edits or
//! pins it, to the one that deletes it or takes that back.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};

use super::rows::{self, sql};
use crate::proto::attachment::Attachment;
use crate::proto::brought::{Brought, Gallery};
use crate::proto::event::Message;
use crate::proto::id::{RoomId, Seq};
use crate::proto::link::has_link;

/// Enters a message that is being written.
pub(super) fn add(db: &Connection, message: &Message) -> rusqlite::Result<()> {
    of(&message.body, &message.attachments)
        .into_iter()
        .try_for_each(|gallery| enter(db, gallery, message.room, message.id))
}

/// Takes one out that is being deleted, wherever it stands.
pub(super) fn remove(db: &Connection, message: &Message) -> rusqlite::Result<()> {
    Gallery::ALL.into_iter().try_for_each(|gallery| take_out(db, gallery, message.room, message.id))
}

/// Takes one out whose text is another now: of what it brings. Pinned it stays.
pub(super) fn remove_brought(db: &Connection, message: &Message) -> rusqlite::Result<()> {
    let brought = Gallery::ALL.into_iter().filter(|gallery| *gallery != Gallery::Pins);
    brought.into_iter().try_for_each(|gallery| take_out(db, gallery, message.room, message.id))
}

/// Whether a message stands in a gallery.
pub(super) fn holds(db: &Connection, gallery: Gallery, room: RoomId, message: Seq) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM galleries WHERE room = ? AND gallery = ? AND message = ?")?.exists(params![
        sql(room.0),
        name(gallery),
        sql(message.0)
    ])
}

/// How many messages stand in a gallery, counted up to so many.
pub(super) fn count(db: &Connection, gallery: Gallery, room: RoomId, most: u32) -> rusqlite::Result<u32> {
    db.prepare_cached("SELECT count(*) FROM (SELECT 1 FROM galleries WHERE room = ? AND gallery = ? LIMIT ?)")?
        .query_row(params![sql(room.0), name(gallery), most], |row| row.get(0))
}

/// Takes a message out of one gallery.
pub(super) fn take_out(db: &Connection, gallery: Gallery, room: RoomId, message: Seq) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM galleries WHERE room = ? AND gallery = ? AND message = ?")?
        .execute(params![sql(room.0), name(gallery), sql(message.0)])
        .map(drop)
}

/// Enters the links of all messages there are.
pub(super) fn add_links(db: &Connection) -> rusqlite::Result<()> {
    let mut all = db.prepare("SELECT id, room, body FROM messages WHERE deleted_at IS NULL")?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        if has_link(row.get_ref(2)?.as_str()?) {
            enter(db, Gallery::Links, rows::room_id(row, 1)?, Seq(rows::number(row, 0)?))?;
        }
    }
    Ok(())
}

/// Enters a message into one gallery, in which it does not stand.
pub(super) fn enter(db: &Connection, gallery: Gallery, room: RoomId, message: Seq) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT INTO galleries (room, gallery, message) VALUES (?, ?, ?)")?
        .execute(params![sql(room.0), name(gallery), sql(message.0)])
        .map(drop)
}

/// As the database has it.
pub(super) fn name(gallery: Gallery) -> &'static str {
    match gallery {
        Gallery::Files => "files",
        Gallery::Links => "links",
        Gallery::Pictures => "pictures",
        Gallery::Pins => "pins",
        Gallery::Sounds => "sounds",
    }
}

/// Where a message is looked at.
fn of(body: &str, attachments: &[Attachment]) -> BTreeSet<Gallery> {
    Brought::by(body, attachments).into_iter().map(Brought::gallery).collect()
}
