//! Whom and which rooms a query means by their names.

use std::collections::HashSet;

use rusqlite::Connection;

use super::super::rows::{self, sql};
use super::sieve::Cost;
use crate::proto::fold::fold;
use crate::proto::id::{RoomId, UserId};
use crate::proto::limits::SEARCH_NAMES_UNIT;

/// The asker's rooms with one of these folded names. A direct room is named by the other person, and has the name
/// itself once that person is gone.
pub(super) fn rooms(
    db: &Connection,
    asker: UserId,
    names: &[String],
    cost: &mut Cost,
) -> rusqlite::Result<HashSet<RoomId>> {
    let mut statement = db.prepare_cached(
        "SELECT rooms.id, iif(kind = 'direct' AND rooms.name = '', users.name, rooms.name)
         FROM members JOIN rooms ON rooms.id = members.room
         LEFT JOIN users ON users.id = iif(low = ?1, high, low)
         WHERE members.user = ?1",
    )?;
    let rooms = statement.query_map([sql(asker.0)], |row| Ok((rows::room_id(row, 0)?, row.get(1)?)))?;
    named(rooms, names, cost)
}

/// People with one of these folded names, guests whose stay has ended among them. A guest knows those with whom they are in a
/// room, and those whose stay has ended.
pub(super) fn people(
    db: &Connection,
    asker: UserId,
    names: &[String],
    cost: &mut Cost,
) -> rusqlite::Result<HashSet<UserId>> {
    let mut statement = db.prepare_cached("SELECT id, name FROM users WHERE name_key IS NOT NULL OR role = 'guest'")?;
    let people = statement.query_map([], |row| Ok((rows::user_id(row, 0)?, row.get(1)?)))?;
    let mut named = named(people, names, cost)?;
    if named.is_empty() || !super::super::people::is_guest(db, asker)? {
        return Ok(named);
    }
    let mut unknown = db.prepare_cached(
        "SELECT 1 FROM users WHERE id = ?1 AND name_key IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM members JOIN members AS own ON own.room = members.room AND own.user = ?2
             WHERE members.user = ?1)",
    )?;
    for user in named.clone() {
        if unknown.exists([sql(user.0), sql(asker.0)])? {
            named.remove(&user);
        }
    }
    Ok(named)
}

fn named<I: std::hash::Hash + Eq>(
    all: impl Iterator<Item = rusqlite::Result<(I, Option<String>)>>,
    names: &[String],
    cost: &mut Cost,
) -> rusqlite::Result<HashSet<I>> {
    let mut found = HashSet::new();
    if names.is_empty() {
        return Ok(found);
    }
    let mut compared = 0;
    for entry in all {
        let (id, name) = entry?;
        compared += 1;
        if name.is_some_and(|name| names.contains(&fold(&name))) {
            found.insert(id);
        }
    }
    cost.add(compared / SEARCH_NAMES_UNIT);
    Ok(found)
}
