//! Names of people: which are taken, by what they are and by what they look like.

use rusqlite::{Connection, params};

use super::rows::{self, sql};
use crate::proto::id::UserId;
use crate::proto::user_name::{self, UserName};

pub(super) const WITHOUT_LOOK_QUERY: &str =
    "SELECT id, name FROM users WHERE name_key IS NOT NULL AND name_look IS NULL ORDER BY id";

pub(super) const TAKEN_QUERY: &str = "SELECT 1 FROM users WHERE (name_key = ?1 OR name_look = ?2) AND id <> ?3";

/// Whether anybody but `own` has this name, or one that looks like it.
pub(super) fn is_taken(db: &Connection, name: &UserName, own: Option<UserId>) -> rusqlite::Result<bool> {
    // No account has the id 0.
    let own = own.map_or(0, |user| sql(user.0));
    db.prepare_cached(TAKEN_QUERY)?.exists(params![name.key(), name.look(), own])
}

/// Gives their looks to the people who have none: see `migrations/0003_accounts.sql`. Where somebody else holds it, that
/// one came first, and it is tried again whenever a look has become free.
pub(super) fn claim_looks(db: &Connection) -> rusqlite::Result<()> {
    let without = db
        .prepare_cached(WITHOUT_LOOK_QUERY)?
        .query_map([], |row| Ok((rows::user_id(row, 0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<Vec<(UserId, String)>>>()?;
    for (user, shown) in without {
        db.prepare_cached("UPDATE OR IGNORE users SET name_look = ?2 WHERE id = ?1")?
            .execute(params![sql(user.0), user_name::look(&shown)])?;
    }
    Ok(())
}
