//! Guests: how long they stay, what goes with the end of a stay, and becoming a member.

use rusqlite::{Connection, params};

use super::members::{self, Entrance};
use super::rows::{self, USER_COLUMNS, sql};
use super::{accounts, names, people, sessions, settings};
use crate::proto::account::PatchSettings;
use crate::proto::change::{Change, Ended, MemberRecord};
use crate::proto::code::ErrorCode;
use crate::proto::id::UserId;
use crate::proto::limits::{GUEST_KEPT_DAYS, STAYS_AT_ONCE_MAX};
use crate::proto::op::{DAY_MS, GuestOp, Millis, Outcome, Reply};
use crate::proto::role::BoxRole;
use crate::proto::server::User;
use crate::proto::session_end::SessionEnd;

pub(super) fn apply(db: &Connection, op: GuestOp) -> rusqlite::Result<Outcome> {
    match op {
        GuestOp::EndStay { user, at } => end(db, user, at),
        GuestOp::EndStays { at } => end_due(db, at),
        GuestOp::MakeMember { user, at } => make_member(db, user, at),
    }
}

/// Ends one guest's stay.
pub(super) fn end(db: &Connection, user: UserId, at: Millis) -> rusqlite::Result<Outcome> {
    match people::by_id(db, user)? {
        None => Ok(Outcome::Refused(ErrorCode::NotFound)),
        Some(found) if found.role != BoxRole::Guest => Ok(Outcome::Refused(ErrorCode::Forbidden)),
        Some(found) => {
            let guests = vec![see_off(db, found, at)?];
            Ok(Outcome::done([Change::StaysEnded(Ended { guests, deleted: Vec::new() })]))
        }
    }
}

/// Changes what the owner decides. Without guests, every guest's stay is over at once.
pub(super) fn change_settings(db: &Connection, change: PatchSettings, at: Millis) -> rusqlite::Result<Outcome> {
    let before = settings::read(db)?.guests;
    settings::change(db, change)?;
    let after = settings::read(db)?.guests;
    if !after {
        all_over(db, at)?;
    }
    let changed = match (before, after) {
        (true, false) => Some(Change::GuestsOff),
        (false, true) => Some(Change::GuestsOn),
        (true, true) | (false, false) => None,
    };
    Ok(Outcome::made(Reply::Step { more: !after }, Vec::from_iter(changed)))
}

/// Lets every guest's stay be over at this time. They are signed in no longer; [`end_due`] sees them off, in steps.
fn all_over(db: &Connection, at: Millis) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE users SET ends_at = min(ifnull(ends_at, ?1), ?1) WHERE role = 'guest' AND name_key IS NOT NULL",
    )?
    .execute([at])?;
    Ok(())
}

/// Ends the stays that are over, and deletes the guests whose name has been kept long enough: [`STAYS_AT_ONCE_MAX`] of
/// each at most, those who have waited longest.
pub(super) fn end_due(db: &Connection, at: Millis) -> rusqlite::Result<Outcome> {
    let due = db
        .prepare_cached(&due_query())?
        .query_map(params![at, sql(STAYS_AT_ONCE_MAX as u64)], |row| rows::user(row, 0))?
        .collect::<rusqlite::Result<Vec<User>>>()?;
    let old = db
        .prepare_cached(OLD_QUERY)?
        .query_map(params![at.saturating_sub(KEPT_MS), sql(STAYS_AT_ONCE_MAX as u64)], |row| rows::user_id(row, 0))?
        .collect::<rusqlite::Result<Vec<UserId>>>()?;
    let guests = due.into_iter().map(|user| see_off(db, user, at)).collect::<rusqlite::Result<Vec<User>>>()?;
    for &user in &old {
        accounts::erase(db, user)?;
    }
    let more = guests.len() + old.len() >= STAYS_AT_ONCE_MAX;
    Ok(Outcome::made(Reply::Step { more }, [Change::StaysEnded(Ended { guests, deleted: old })]))
}

/// When [`end_due`] next has something to do.
pub(super) fn next_due(db: &Connection) -> rusqlite::Result<Option<Millis>> {
    let [stay, name]: [Option<Millis>; 2] = [
        db.prepare_cached(NEXT_STAY_QUERY)?.query_row([], |row| row.get(0))?,
        db.prepare_cached(NEXT_NAME_QUERY)?.query_row([], |row| row.get(0))?,
    ];
    let name = name.map(|ended_at| ended_at.saturating_add(KEPT_MS));
    Ok(stay.into_iter().chain(name).min())
}

pub(super) fn make_member(db: &Connection, user: UserId, at: Millis) -> rusqlite::Result<Outcome> {
    match people::by_id(db, user)? {
        None => return Ok(Outcome::Refused(ErrorCode::NotFound)),
        Some(found) if found.role != BoxRole::Guest => return Ok(Outcome::Refused(ErrorCode::BadRequest)),
        Some(_) => {}
    }
    db.prepare_cached("UPDATE users SET role = 'member', ends_at = NULL WHERE id = ?")?.execute([sql(user.0)])?;
    // A room in which only guests were left had nobody to own it.
    db.prepare_cached(
        "UPDATE members SET role = 'owner'
         WHERE user = ?1
           AND EXISTS (SELECT 1 FROM rooms WHERE id = members.room AND kind IN ('closed', 'open'))
           AND NOT EXISTS (SELECT 1 FROM members AS others WHERE others.room = members.room AND others.role = 'owner')",
    )?
    .execute([sql(user.0)])?;
    Entrance::of(db, members::EVERYONE, at)?.admit(db, user, BoxRole::Member)?;
    let members: Vec<MemberRecord> = db
        .prepare_cached(&format!("SELECT {} FROM members WHERE user = ? ORDER BY room", members::MEMBER_COLUMNS))?
        .query_map([sql(user.0)], members::member)?
        .collect::<rusqlite::Result<_>>()?;
    let Some(user) = people::by_id(db, user)? else {
        return Ok(Outcome::Refused(ErrorCode::NotFound));
    };
    Ok(Outcome::made(Reply::User(user.clone()), [Change::MemberMade { user, members }]))
}

/// Milliseconds for which an ended guest's name is kept.
const KEPT_MS: Millis = GUEST_KEPT_DAYS * DAY_MS;

// The plus keeps SQLite from the index of names, in which all deleted accounts are alike.

fn due_query() -> String {
    format!(
        "SELECT {USER_COLUMNS} FROM users
         WHERE ends_at <= ? AND ends_at IS NOT NULL AND +name_key IS NOT NULL ORDER BY ends_at LIMIT ?"
    )
}

const OLD_QUERY: &str =
    "SELECT id FROM users WHERE ends_at <= ? AND ends_at IS NOT NULL AND +name_key IS NULL ORDER BY ends_at LIMIT ?";

const NEXT_STAY_QUERY: &str = "SELECT min(ends_at) FROM users WHERE ends_at IS NOT NULL AND +name_key IS NOT NULL";

const NEXT_NAME_QUERY: &str = "SELECT min(ends_at) FROM users WHERE ends_at IS NOT NULL AND +name_key IS NULL";

/// Takes a guest out of everything but the messages. Gives the guest as shown from now on.
fn see_off(db: &Connection, guest: User, at: Millis) -> rusqlite::Result<User> {
    let id = guest.id;
    sessions::end_all(db, id, None, SessionEnd::StayEnded)?;
    members::leave_all(db, id)?;
    let ends_at = guest.ends_at.map_or(at, |ends_at| ends_at.min(at));
    db.prepare_cached(
        "UPDATE users SET name_key = NULL, name_look = NULL, password = '', code = '', code_ends_at = NULL, ends_at = ?2
         WHERE id = ?1",
    )?
        .execute(params![sql(id.0), ends_at])?;
    names::claim_looks(db)?;
    Ok(User { ends_at: Some(ends_at), ..guest })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database;

    #[test]
    fn who_is_due_is_found_by_an_index_of_guests_alone() {
        let dir = tempfile::tempdir().unwrap();
        let db = database::open_database(dir.path()).unwrap();
        for query in [&due_query(), OLD_QUERY, NEXT_STAY_QUERY, NEXT_NAME_QUERY] {
            let steps = database::plan(&db, query);
            assert!(steps.len() == 1 && steps[0].contains("INDEX users_by_end"), "{query}: {steps:?}");
        }
    }
}
