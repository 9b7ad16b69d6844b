//! Look-ups of people.

use rusqlite::{Connection, OptionalExtension, params};

use super::rows::{self, USER_COLUMNS, sql};
use crate::proto::id::UserId;
use crate::proto::server::User;

pub(super) fn by_id(db: &Connection, user: UserId) -> rusqlite::Result<Option<User>> {
    db.prepare_cached(&format!("SELECT {USER_COLUMNS} FROM users WHERE id = ? AND name_key IS NOT NULL"))?
        .query_row([sql(user.0)], |row| rows::user(row, 0))
        .optional()
}

pub(super) fn exists(db: &Connection, user: UserId) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM users WHERE id = ? AND name_key IS NOT NULL")?.exists([sql(user.0)])
}

/// Whether more than one person has an account.
pub(super) fn are_several(db: &Connection) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM users WHERE name_key IS NOT NULL LIMIT 1 OFFSET 1")?.exists([])
}

pub(super) fn is_guest(db: &Connection, user: UserId) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM users WHERE id = ? AND role = 'guest'")?.exists([sql(user.0)])
}

/// Whether there is or was such a person: the rooms of who has gone are there still.
pub(super) fn was_ever(db: &Connection, user: UserId) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM users WHERE id = ?")?.exists([sql(user.0)])
}

/// Whether this is what the account's password is checked against; empty: it has none.
pub(super) fn is_password(db: &Connection, user: UserId, checked: &str) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM users WHERE id = ? AND password = ?")?.exists(params![sql(user.0), checked])
}

/// Everyone with an account, by id, and the guests whose name is kept though their stay has ended.
pub(super) fn shown(db: &Connection) -> rusqlite::Result<Vec<User>> {
    db.prepare_cached(&format!(
        "SELECT {USER_COLUMNS} FROM users WHERE name_key IS NOT NULL OR role = 'guest' ORDER BY id"
    ))?
    .query_map([], |row| rows::user(row, 0))?
    .collect()
}

/// Who has turned receipts off, by id.
pub(super) fn without_receipts(db: &Connection) -> rusqlite::Result<Vec<UserId>> {
    db.prepare_cached("SELECT id FROM users WHERE NOT receipts ORDER BY id")?
        .query_map([], |row| rows::user_id(row, 0))?
        .collect()
}

/// Everyone with an account, by id.
pub(super) fn present(db: &Connection) -> rusqlite::Result<Vec<User>> {
    db.prepare_cached(&format!("SELECT {USER_COLUMNS} FROM users WHERE name_key IS NOT NULL ORDER BY id"))?
        .query_map([], |row| rows::user(row, 0))?
        .collect()
}

/// People who share a room with this guest, and the guest, by id.
pub(super) fn known_to(db: &Connection, guest: UserId) -> rusqlite::Result<Vec<User>> {
    db.prepare_cached(&format!(
        "SELECT {USER_COLUMNS} FROM users
         WHERE id = ?1 OR id IN (
             SELECT others.user FROM members AS own JOIN members AS others ON others.room = own.room
             WHERE own.user = ?1)
         ORDER BY id"
    ))?
    .query_map([sql(guest.0)], |row| rows::user(row, 0))?
    .collect()
}

/// Whether two people are in a room together.
pub(super) fn share_a_room(db: &Connection, one: UserId, other: UserId) -> rusqlite::Result<bool> {
    db.prepare_cached(
        "SELECT 1 FROM members AS own JOIN members AS others ON others.room = own.room AND others.user = ?2
         WHERE own.user = ?1",
    )?
    .exists([sql(one.0), sql(other.0)])
}
