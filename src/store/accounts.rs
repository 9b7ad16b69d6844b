//! Changes to accounts: making them, names, passwords, pictures, and going.

use rusqlite::{Connection, params};

use super::members::{self, Entrance};
use super::rows::{self, sql};
use super::{codes, names, people, sessions, settings, uploads};
use crate::proto::change::Change;
use crate::proto::code::ErrorCode;
use crate::proto::id::{RoomId, SessionId, UserId};
use crate::proto::limits::{PICTURE_EDGES, USERS_MAX};
use crate::proto::op::{AccountOp, DeletedBy, Millis, NewAccount, Outcome, Reply};
use crate::proto::role::BoxRole;
use crate::proto::server::User;
use crate::proto::session_end::SessionEnd;
use crate::proto::user_name::UserName;

pub(super) fn apply(db: &Connection, op: AccountOp, now: Millis) -> rusqlite::Result<Outcome> {
    match op {
        AccountOp::ClearPicture { user } => clear_picture(db, user),
        AccountOp::Create(account) => create(db, account),
        AccountOp::Delete { user, by, at: _ } => delete(db, user, &by),
        AccountOp::GiveCode { user, code, ends_at } => codes::give(db, user, &code, ends_at, now),
        AccountOp::MakeOwner { user } => make_owner(db, user),
        AccountOp::Rename { user, name } => rename(db, user, &name),
        AccountOp::ResetPassword(reset) => codes::reset_password(db, &reset, now),
        AccountOp::RevokeOwner { user } => revoke_owner(db, user),
        AccountOp::SetPassword { user, checked, password, keep } => {
            set_password(db, user, checked.as_deref(), &password, keep)
        }
        AccountOp::SetPicture { user, jpegs } => set_picture(db, user, &jpegs),
        AccountOp::SetReceipts { user, on } => set_receipts(db, user, on),
    }
}

pub(super) fn create(db: &Connection, new: NewAccount) -> rusqlite::Result<Outcome> {
    if let Some(again) = repeat(db, &new)? {
        return Ok(again);
    }
    let inhabited = db.prepare_cached("SELECT 1 FROM users WHERE name_key IS NOT NULL LIMIT 1")?.exists([])?;
    if inhabited && !settings::read(db)?.registration_open {
        return Ok(Outcome::Refused(ErrorCode::RegistrationClosed));
    }
    if let Some(refusal) = not_to_be_made(db, &new)? {
        return Ok(Outcome::Refused(refusal));
    }
    let role = if inhabited { BoxRole::Member } else { BoxRole::Owner };
    make(db, new, role, None, &[])
}

/// Where this attempt has made the account already and its answer was lost: gives a session in place of that one, and
/// the password that was typed this time.
pub(super) fn repeat(db: &Connection, new: &NewAccount) -> rusqlite::Result<Option<Outcome>> {
    let NewAccount { password, session, .. } = new;
    let Some((before, id)) =
        session.attempt.map(|hash| sessions::attempted(db, &hash, session.at)).transpose()?.flatten()
    else {
        return Ok(None);
    };
    let Some(user) = people::by_id(db, id)? else { return Ok(None) };
    db.prepare_cached("UPDATE users SET password = ?2 WHERE id = ?1")?.execute(params![sql(id.0), password])?;
    db.prepare_cached("DELETE FROM sessions WHERE id = ?")?.execute([sql(before.0)])?;
    let reply = Reply::SignedIn { user, session: sessions::add(db, id, session)? };
    let ended = Change::SessionsEnded { sessions: vec![before], end: SessionEnd::SignedOut };
    Ok(Some(Outcome::made(reply, [ended])))
}

/// Why there is no place for this account, if so.
pub(super) fn not_to_be_made(db: &Connection, new: &NewAccount) -> rusqlite::Result<Option<ErrorCode>> {
    if is_full(db)? {
        return Ok(Some(ErrorCode::LimitReached));
    }
    Ok(names::is_taken(db, &new.name, None)?.then_some(ErrorCode::NameTaken))
}

fn is_full(db: &Connection) -> rusqlite::Result<bool> {
    // Rows stay for ever, so there are never more people than the newest id says. Counting reads them all.
    let made: Option<u64> = db
        .prepare_cached("SELECT max(id) FROM users")?
        .query_row([], |row| row.get::<_, Option<i64>>(0))?
        .map(i64::unsigned_abs);
    if made.unwrap_or(0) < USERS_MAX as u64 {
        return Ok(false);
    }
    // Guests whose name is kept are shown like everyone else: they count too.
    let shown: u64 = db
        .prepare_cached("SELECT count(*) FROM users WHERE name_key IS NOT NULL OR role = 'guest'")?
        .query_row([], |row| rows::number(row, 0))?;
    Ok(shown >= USERS_MAX as u64)
}

/// Makes an account that may be made. Everyone but a guest joins the room for everybody; `rooms` are joined beside it.
pub(super) fn make(
    db: &Connection,
    new: NewAccount,
    role: BoxRole,
    ends_at: Option<Millis>,
    rooms: &[RoomId],
) -> rusqlite::Result<Outcome> {
    let at = new.session.at;
    db.prepare_cached(
        "INSERT INTO users
             (name, name_key, name_look, password, role, picture, pictures_made, created_at, ends_at)
         VALUES (?, ?, ?, ?, ?, 0, 0, ?, ?)",
    )?
    .execute(params![
        new.name.shown(),
        new.name.key(),
        new.name.look(),
        new.password,
        rows::box_role_name(role),
        at,
        ends_at
    ])?;
    let id = UserId(db.last_insert_rowid().unsigned_abs());
    let everyone = (role != BoxRole::Guest).then_some(members::EVERYONE);
    let mut members = Vec::new();
    for room in everyone.into_iter().chain(rooms.iter().copied()) {
        members.extend(Entrance::of(db, room, at)?.admit(db, id, role)?);
    }
    let session = sessions::add(db, id, &new.session)?;
    let user = User { id, name: new.name.shown().to_owned(), role, picture: 0, since: at, ends_at };
    Ok(Outcome::made(Reply::SignedIn { user: user.clone(), session }, [Change::UserMade { user, members }]))
}

pub(super) fn delete(db: &Connection, user: UserId, by: &DeletedBy) -> rusqlite::Result<Outcome> {
    let Some(found) = people::by_id(db, user)? else {
        return Ok(Outcome::Refused(ErrorCode::NotFound));
    };
    let why = match by {
        DeletedBy::Owner if found.role == BoxRole::Owner => return Ok(Outcome::Refused(ErrorCode::Forbidden)),
        DeletedBy::Owner => SessionEnd::AccountDeletedByOwner,
        DeletedBy::Themselves { checked } if !people::is_password(db, user, checked)? => {
            return Ok(Outcome::Refused(ErrorCode::PasswordWrong));
        }
        DeletedBy::Themselves { .. } => SessionEnd::AccountDeleted,
    };
    if found.role == BoxRole::Owner && is_last_owner(db)? && people::are_several(db)? {
        return Ok(Outcome::Refused(ErrorCode::LastOwner));
    }
    sessions::end_all(db, user, None, why)?;
    let heirs = members::leave_all(db, user)?;
    erase(db, user)?;
    Ok(Outcome::done([Change::UserGone { user, heirs }]))
}

/// Forgets everything of a person but the row itself.
pub(super) fn erase(db: &Connection, user: UserId) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM pictures WHERE user = ?")?.execute([sql(user.0)])?;
    uploads::forget(db, user)?;
    db.prepare_cached(
        "UPDATE users SET name = '', name_key = NULL, name_look = NULL, password = '', code = '', code_ends_at = NULL,
                          role = 'member', picture = 0, ends_at = NULL, receipts = 1
         WHERE id = ?",
    )?
    .execute([sql(user.0)])?;
    names::claim_looks(db)
}

pub(super) fn rename(db: &Connection, user: UserId, name: &UserName) -> rusqlite::Result<Outcome> {
    if names::is_taken(db, name, Some(user))? {
        return Ok(Outcome::Refused(ErrorCode::NameTaken));
    }
    db.prepare_cached(
        "UPDATE users SET name = ?2, name_key = ?3, name_look = ?4 WHERE id = ?1 AND name_key IS NOT NULL",
    )?
    .execute(params![sql(user.0), name.shown(), name.key(), name.look()])?;
    names::claim_looks(db)?;
    user_outcome(db, user)
}

/// Guests own nothing: they are made members first.
pub(super) fn make_owner(db: &Connection, user: UserId) -> rusqlite::Result<Outcome> {
    if people::is_guest(db, user)? {
        return Ok(Outcome::Refused(ErrorCode::Forbidden));
    }
    db.prepare_cached("UPDATE users SET role = 'owner' WHERE id = ? AND name_key IS NOT NULL")?
        .execute([sql(user.0)])?;
    user_outcome(db, user)
}

/// Of two owners who revoke each other at the same moment the second is none any more when it would be done.
pub(super) fn revoke_owner(db: &Connection, user: UserId) -> rusqlite::Result<Outcome> {
    match people::by_id(db, user)? {
        None => return Ok(Outcome::Refused(ErrorCode::NotFound)),
        Some(found) if found.role != BoxRole::Owner => return Ok(Outcome::Refused(ErrorCode::Forbidden)),
        Some(_) if is_last_owner(db)? => return Ok(Outcome::Refused(ErrorCode::LastOwner)),
        Some(_) => {}
    }
    db.prepare_cached("UPDATE users SET role = 'member' WHERE id = ?")?.execute([sql(user.0)])?;
    user_outcome(db, user)
}

fn is_last_owner(db: &Connection) -> rusqlite::Result<bool> {
    let owners: u64 = db
        .prepare_cached("SELECT count(*) FROM users WHERE role = 'owner' AND name_key IS NOT NULL")?
        .query_row([], |row| rows::number(row, 0))?;
    Ok(owners == 1)
}

pub(super) fn set_password(
    db: &Connection,
    user: UserId,
    checked: Option<&str>,
    password: &str,
    keep: Option<SessionId>,
) -> rusqlite::Result<Outcome> {
    if people::by_id(db, user)?.is_none() {
        return Ok(Outcome::Refused(ErrorCode::NotFound));
    }
    if let Some(checked) = checked
        && !people::is_password(db, user, checked)?
    {
        return Ok(Outcome::Refused(ErrorCode::PasswordWrong));
    }
    db.prepare_cached("UPDATE users SET password = ?2, code = '', code_ends_at = NULL WHERE id = ?1")?
        .execute(params![sql(user.0), password])?;
    let end = SessionEnd::PasswordChanged;
    let sessions = sessions::end_all(db, user, keep, end)?;
    Ok(Outcome::done([Change::SessionsEnded { sessions, end }]))
}

pub(super) fn set_picture(db: &Connection, user: UserId, jpegs: &[Vec<u8>; 3]) -> rusqlite::Result<Outcome> {
    if people::by_id(db, user)?.is_none() {
        return Ok(Outcome::Refused(ErrorCode::NotFound));
    }
    for (edge, jpeg) in PICTURE_EDGES.iter().zip(jpegs) {
        db.prepare_cached("INSERT OR REPLACE INTO pictures (user, edge, jpeg) VALUES (?, ?, ?)")?.execute(params![
            sql(user.0),
            edge,
            jpeg
        ])?;
    }
    // A number that was never used before, so that a browser may keep the picture for ever.
    db.prepare_cached("UPDATE users SET pictures_made = pictures_made + 1, picture = pictures_made + 1 WHERE id = ?")?
        .execute([sql(user.0)])?;
    user_outcome(db, user)
}

pub(super) fn clear_picture(db: &Connection, user: UserId) -> rusqlite::Result<Outcome> {
    db.prepare_cached("DELETE FROM pictures WHERE user = ?")?.execute([sql(user.0)])?;
    db.prepare_cached("UPDATE users SET picture = 0 WHERE id = ? AND picture <> 0")?.execute([sql(user.0)])?;
    user_outcome(db, user)
}

/// Says nothing where nothing is different.
pub(super) fn set_receipts(db: &Connection, user: UserId, on: bool) -> rusqlite::Result<Outcome> {
    let set = db
        .prepare_cached("UPDATE users SET receipts = ?2 WHERE id = ?1 AND name_key IS NOT NULL AND receipts <> ?2")?
        .execute(params![sql(user.0), on])?;
    let changed = (set > 0).then_some(Change::ReceiptsChanged { user, on });
    Ok(Outcome::done(Vec::from_iter(changed)))
}

fn user_outcome(db: &Connection, user: UserId) -> rusqlite::Result<Outcome> {
    let changed = |user: User| Outcome::made(Reply::User(user.clone()), [Change::UserChanged(user)]);
    Ok(people::by_id(db, user)?.map_or(Outcome::Refused(ErrorCode::NotFound), changed))
}
