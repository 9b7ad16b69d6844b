//! Changes to accounts: people, sign-ins, pictures, and what the owner decides.

use rusqlite::{Connection, OptionalExtension, params};

use super::rooms::{self, Entrance};
use super::schema::{self, USER_COLUMNS, sql};
use super::{guests, messages};
use crate::proto::account::{PatchSettings, Settings};
use crate::proto::code::ErrorCode;
use crate::proto::id::{RoomId, SessionId, UserId};
use crate::proto::limits::{ATTEMPT_KEPT_MS, PICTURE_EDGES, SESSION_DAYS_MAX, SESSIONS_PER_USER_MAX, USERS_MAX};
use crate::proto::op::{Millis, Needs, NewSession, Outcome};
use crate::proto::server::{Role, User};
use crate::proto::user_name::{self, UserName};

/// An account to be made.
pub(super) struct Applicant {
    pub(super) name: UserName,
    pub(super) password: String,
    pub(super) session: NewSession,
}

pub(super) fn create(db: &Connection, applicant: Applicant) -> rusqlite::Result<Outcome> {
    if let Some(again) = repeat(db, &applicant)? {
        return Ok(again);
    }
    let inhabited = db.prepare_cached("SELECT 1 FROM users WHERE name_key IS NOT NULL LIMIT 1")?.exists([])?;
    if inhabited && !settings(db)?.registration_open {
        return Ok(Outcome::Refused(ErrorCode::RegistrationClosed));
    }
    if let Some(refusal) = not_to_be_made(db, &applicant)? {
        return Ok(Outcome::Refused(refusal));
    }
    let role = if inhabited { Role::Member } else { Role::Owner };
    make(db, applicant, role, None, &[])
}

/// Where this attempt has made the account already and its answer was lost: gives a session in place of that one, and
/// the password that was typed this time.
pub(super) fn repeat(db: &Connection, applicant: &Applicant) -> rusqlite::Result<Option<Outcome>> {
    let Applicant { password, session, .. } = applicant;
    let Some((before, id)) = session.attempt.map(|hash| attempted(db, &hash, session.at)).transpose()?.flatten() else {
        return Ok(None);
    };
    let Some(user) = by_id(db, id)? else { return Ok(None) };
    db.prepare_cached("UPDATE users SET password = ?2 WHERE id = ?1")?.execute(params![sql(id.0), password])?;
    db.prepare_cached("DELETE FROM sessions WHERE id = ?")?.execute([sql(before.0)])?;
    Ok(Some(Outcome::SessionCreated { user, session: add_session(db, id, session)?, ended: vec![before] }))
}

/// The session that an attempt has made, and whose it is, as long as it goes on and the attempt may be repeated.
pub(super) fn attempted(
    db: &Connection,
    attempt_hash: &[u8; 32],
    now: Millis,
) -> rusqlite::Result<Option<(SessionId, UserId)>> {
    db.prepare_cached("SELECT id, user FROM sessions WHERE attempt_hash = ? AND created_at > ?")?
        .query_row(params![attempt_hash, now.saturating_sub(ATTEMPT_KEPT_MS)], |row| {
            Ok((schema::session_id(row, 0)?, schema::user_id(row, 1)?))
        })
        .optional()
}

/// Why there is no place for this account, if so.
pub(super) fn not_to_be_made(db: &Connection, applicant: &Applicant) -> rusqlite::Result<Option<ErrorCode>> {
    if is_full(db)? {
        return Ok(Some(ErrorCode::LimitReached));
    }
    Ok(is_taken(db, &applicant.name, None)?.then_some(ErrorCode::NameTaken))
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
        .prepare_cached("SELECT count(*) FROM users WHERE name_key IS NOT NULL OR guest")?
        .query_row([], |row| schema::number(row, 0))?;
    Ok(shown >= USERS_MAX as u64)
}

/// Makes an account that may be made. Everyone but a guest joins the room for everybody; `rooms` are joined beside it.
pub(super) fn make(
    db: &Connection,
    applicant: Applicant,
    role: Role,
    ends_at: Option<Millis>,
    rooms: &[RoomId],
) -> rusqlite::Result<Outcome> {
    let at = applicant.session.at;
    db.prepare_cached(
        "INSERT INTO users
             (name, name_key, name_look, password, owner, picture, pictures_made, created_at, guest, ends_at)
         VALUES (?, ?, ?, ?, ?, 0, 0, ?, ?, ?)",
    )?
    .execute(params![
        applicant.name.shown(),
        applicant.name.key(),
        applicant.name.look(),
        applicant.password,
        role == Role::Owner,
        at,
        role == Role::Guest,
        ends_at
    ])?;
    let id = UserId(db.last_insert_rowid().unsigned_abs());
    let everyone = (role != Role::Guest).then_some(rooms::EVERYONE);
    let mut members = Vec::new();
    for room in everyone.into_iter().chain(rooms.iter().copied()) {
        members.extend(Entrance::of(db, room, at)?.admit(db, id, role)?);
    }
    let session = add_session(db, id, &applicant.session)?;
    let user = User { id, name: applicant.name.shown().to_owned(), role, picture: 0, since: at, ends_at };
    Ok(Outcome::UserCreated { user, session, members })
}

pub(super) fn delete(db: &Connection, user: UserId, checked: &str) -> rusqlite::Result<Outcome> {
    let Some(found) = by_id(db, user)? else {
        return Ok(Outcome::Refused(ErrorCode::NotFound));
    };
    if !is_password(db, user, checked)? {
        return Ok(Outcome::Refused(ErrorCode::PasswordWrong));
    }
    if found.role == Role::Owner {
        let (owners, people) = db
            .prepare_cached("SELECT ifnull(sum(owner), 0), count(*) FROM users WHERE name_key IS NOT NULL")?
            .query_row([], |row| Ok((schema::number(row, 0)?, schema::number(row, 1)?)))?;
        if owners == 1 && people > 1 {
            return Ok(Outcome::Refused(ErrorCode::LastOwner));
        }
    }
    end_sessions(db, user, None)?;
    rooms::leave_all(db, user)?;
    erase(db, user)?;
    Ok(Outcome::UserDeleted { user })
}

/// Forgets everything of a person but the row itself.
pub(super) fn erase(db: &Connection, user: UserId) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM pictures WHERE user = ?")?.execute([sql(user.0)])?;
    db.prepare_cached(
        "UPDATE users SET name = '', name_key = NULL, name_look = NULL, password = '', owner = 0, picture = 0, guest = 0,
                          ends_at = NULL
         WHERE id = ?",
    )?
    .execute([sql(user.0)])?;
    claim_looks(db)
}

pub(super) fn rename(db: &Connection, user: UserId, name: &UserName) -> rusqlite::Result<Outcome> {
    if is_taken(db, name, Some(user))? {
        return Ok(Outcome::Refused(ErrorCode::NameTaken));
    }
    db.prepare_cached(
        "UPDATE users SET name = ?2, name_key = ?3, name_look = ?4 WHERE id = ?1 AND name_key IS NOT NULL",
    )?
    .execute(params![sql(user.0), name.shown(), name.key(), name.look()])?;
    claim_looks(db)?;
    user_outcome(db, user)
}

/// Gives their looks to the people who have none: see `migrations/0003_accounts.sql`. Where somebody else holds it, that
/// one came first, and it is tried again whenever a look has become free.
pub(super) fn claim_looks(db: &Connection) -> rusqlite::Result<()> {
    let without = db
        .prepare_cached(WITHOUT_LOOK_QUERY)?
        .query_map([], |row| Ok((schema::user_id(row, 0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<Vec<(UserId, String)>>>()?;
    for (user, shown) in without {
        db.prepare_cached("UPDATE OR IGNORE users SET name_look = ?2 WHERE id = ?1")?
            .execute(params![sql(user.0), user_name::look(&shown)])?;
    }
    Ok(())
}

/// Guests own nothing: they are made members first.
pub(super) fn make_owner(db: &Connection, user: UserId) -> rusqlite::Result<Outcome> {
    if guests::is_guest(db, user)? {
        return Ok(Outcome::Refused(ErrorCode::Forbidden));
    }
    db.prepare_cached("UPDATE users SET owner = 1 WHERE id = ? AND name_key IS NOT NULL")?.execute([sql(user.0)])?;
    user_outcome(db, user)
}

pub(super) fn set_password(
    db: &Connection,
    user: UserId,
    checked: Option<&str>,
    password: &str,
    keep: Option<SessionId>,
) -> rusqlite::Result<Outcome> {
    if by_id(db, user)?.is_none() {
        return Ok(Outcome::Refused(ErrorCode::NotFound));
    }
    if let Some(checked) = checked
        && !is_password(db, user, checked)?
    {
        return Ok(Outcome::Refused(ErrorCode::PasswordWrong));
    }
    db.prepare_cached("UPDATE users SET password = ?2 WHERE id = ?1")?.execute(params![sql(user.0), password])?;
    Ok(Outcome::SessionsEnded { ended: end_sessions(db, user, keep)? })
}

pub(super) fn set_picture(db: &Connection, user: UserId, jpegs: &[Vec<u8>; 3]) -> rusqlite::Result<Outcome> {
    if by_id(db, user)?.is_none() {
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

/// A sign-in by password; see [`Op::CreateSession`](crate::proto::op::Op::CreateSession).
pub(super) struct SignIn {
    pub(super) session: NewSession,
    pub(super) checked: String,
    pub(super) here: Option<SessionId>,
    pub(super) takeover: bool,
}

pub(super) fn create_session(
    db: &Connection,
    user: UserId,
    sign_in: &SignIn,
    now: Millis,
) -> rusqlite::Result<Outcome> {
    let SignIn { session, checked, here, takeover } = sign_in;
    let over = |user: &User| user.ends_at.is_some_and(|ends_at| ends_at <= now);
    let Some(found) = by_id(db, user)?.filter(|user| !over(user)) else {
        return Ok(Outcome::Refused(ErrorCode::SignInFailed));
    };
    // Changed while the password was checked: the one that was right is not any more.
    if checked.is_empty() || !is_password(db, user, checked)? {
        return Ok(Outcome::Refused(ErrorCode::SignInFailed));
    }
    db.prepare_cached("DELETE FROM sessions WHERE user = ? AND created_at <= ?")?
        .execute([sql(user.0), oldest_session(now)])?;
    let lost = session.attempt.map(|hash| attempted(db, &hash, now)).transpose()?.flatten();
    let lost = lost.filter(|(_, whose)| *whose == user).map(|(session, _)| session);
    let alone = !settings(db)?.several_devices;
    if alone && !takeover && is_elsewhere(db, user, [*here, lost])? {
        return Ok(Outcome::Refused(ErrorCode::InUseElsewhere));
    }
    let mut ended = if alone { end_sessions(db, user, None)? } else { Vec::new() };
    if let Some(lost) = lost.filter(|lost| !ended.contains(lost)) {
        db.prepare_cached("DELETE FROM sessions WHERE id = ?")?.execute([sql(lost.0)])?;
        ended.push(lost);
    }
    let spared = SESSIONS_PER_USER_MAX - 1;
    let too_many: Vec<SessionId> = db
        .prepare_cached("SELECT id FROM sessions WHERE user = ? ORDER BY id DESC LIMIT -1 OFFSET ?")?
        .query_map([sql(user.0), sql(spared as u64)], |row| schema::session_id(row, 0))?
        .collect::<rusqlite::Result<_>>()?;
    for session in too_many {
        db.prepare_cached("DELETE FROM sessions WHERE id = ?")?.execute([sql(session.0)])?;
        ended.push(session);
    }
    Ok(Outcome::SessionCreated { user: found, session: add_session(db, user, session)?, ended })
}

/// Why the person of this session may not ask for a change now, if so.
pub(super) fn may_not_ask(
    db: &Connection,
    by: SessionId,
    needs: Needs,
    now: Millis,
) -> rusqlite::Result<Option<ErrorCode>> {
    let owner: Option<bool> = db
        .prepare_cached(
            "SELECT users.owner FROM sessions JOIN users ON users.id = sessions.user
             WHERE sessions.id = ? AND sessions.created_at > ? AND ifnull(users.ends_at, ?) > ?",
        )?
        .query_row(params![sql(by.0), oldest_session(now), Millis::MAX, now], |row| row.get(0))
        .optional()?;
    Ok(match (owner, needs) {
        (None, _) => Some(ErrorCode::NotSignedIn),
        (Some(false), Needs::Owner) => Some(ErrorCode::Forbidden),
        (Some(_), _) => None,
    })
}

pub(super) fn end_session(db: &Connection, user: UserId, session: SessionId) -> rusqlite::Result<Outcome> {
    let ended =
        db.prepare_cached("DELETE FROM sessions WHERE id = ? AND user = ?")?.execute([sql(session.0), sql(user.0)])?;
    if ended == 0 {
        return Ok(Outcome::Refused(ErrorCode::NotFound));
    }
    Ok(Outcome::SessionsEnded { ended: vec![session] })
}

pub(super) fn set_settings(db: &Connection, change: PatchSettings, at: Millis) -> rusqlite::Result<Outcome> {
    let PatchSettings { registration_open, several_devices, guests, wifi_name, wifi_key, wifi_hidden } = change;
    db.prepare_cached(
        "UPDATE settings SET registration_open = ifnull(?, registration_open),
                             several_devices = ifnull(?, several_devices), guests = ifnull(?, guests),
                             wifi_name = ifnull(?, wifi_name), wifi_key = ifnull(?, wifi_key),
                             wifi_hidden = ifnull(?, wifi_hidden)",
    )?
    .execute(params![registration_open, several_devices, guests, wifi_name, wifi_key, wifi_hidden])?;
    if settings(db)?.guests {
        return Ok(Outcome::Done);
    }
    guests::all_over(db, at)?;
    Ok(Outcome::GuestsOff)
}

pub(super) fn settings(db: &Connection) -> rusqlite::Result<Settings> {
    db.prepare_cached(
        "SELECT registration_open, several_devices, guests, wifi_name, wifi_key, wifi_hidden FROM settings",
    )?
    .query_row([], |row| {
        Ok(Settings {
            registration_open: row.get(0)?,
            several_devices: row.get(1)?,
            guests: row.get(2)?,
            wifi_name: row.get(3)?,
            wifi_key: row.get(4)?,
            wifi_hidden: row.get(5)?,
        })
    })
}

/// Everyone with an account, by id, and the guests whose name is kept though their stay has ended.
pub(super) fn people(db: &Connection) -> rusqlite::Result<Vec<User>> {
    db.prepare_cached(&format!("SELECT {USER_COLUMNS} FROM users WHERE name_key IS NOT NULL OR guest ORDER BY id"))?
        .query_map([], |row| schema::user(row, 0))?
        .collect()
}

/// Everyone with an account, by id.
pub(super) fn present(db: &Connection) -> rusqlite::Result<Vec<User>> {
    db.prepare_cached(&format!("SELECT {USER_COLUMNS} FROM users WHERE name_key IS NOT NULL ORDER BY id"))?
        .query_map([], |row| schema::user(row, 0))?
        .collect()
}

/// Sessions made at or before this have expired.
pub(super) fn oldest_session(now: Millis) -> Millis {
    now.saturating_sub(SESSION_DAYS_MAX * messages::DAY_MS)
}

pub(super) fn by_id(db: &Connection, user: UserId) -> rusqlite::Result<Option<User>> {
    db.prepare_cached(&format!("SELECT {USER_COLUMNS} FROM users WHERE id = ? AND name_key IS NOT NULL"))?
        .query_row([sql(user.0)], |row| schema::user(row, 0))
        .optional()
}

pub(super) const WITHOUT_LOOK_QUERY: &str =
    "SELECT id, name FROM users WHERE name_key IS NOT NULL AND name_look IS NULL ORDER BY id";
pub(super) const TAKEN_QUERY: &str = "SELECT 1 FROM users WHERE (name_key = ?1 OR name_look = ?2) AND id <> ?3";

/// Whether anybody but `own` has this name, or one that looks like it.
fn is_taken(db: &Connection, name: &UserName, own: Option<UserId>) -> rusqlite::Result<bool> {
    // No account has the id 0.
    let own = own.map_or(0, |user| sql(user.0));
    db.prepare_cached(TAKEN_QUERY)?.exists(params![name.key(), name.look(), own])
}

/// Whether this is what the account's password is checked against; empty: it has none.
fn is_password(db: &Connection, user: UserId, checked: &str) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM users WHERE id = ? AND password = ?")?.exists(params![sql(user.0), checked])
}

/// Whether the account is signed in anywhere but in these sessions.
fn is_elsewhere(db: &Connection, user: UserId, but: [Option<SessionId>; 2]) -> rusqlite::Result<bool> {
    // No session has the id 0.
    let [here, lost] = but.map(|session| session.map_or(0, |session| sql(session.0)));
    db.prepare_cached("SELECT 1 FROM sessions WHERE user = ?1 AND id NOT IN (?2, ?3)")?.exists([
        sql(user.0),
        here,
        lost,
    ])
}

fn user_outcome(db: &Connection, user: UserId) -> rusqlite::Result<Outcome> {
    Ok(by_id(db, user)?.map_or(Outcome::Refused(ErrorCode::NotFound), Outcome::User))
}

fn add_session(db: &Connection, user: UserId, session: &NewSession) -> rusqlite::Result<SessionId> {
    // One that is too old to be repeated is known by it no longer.
    db.prepare_cached("UPDATE sessions SET attempt_hash = NULL WHERE attempt_hash = ?")?.execute([session.attempt])?;
    db.prepare_cached(
        "INSERT INTO sessions (user, token_hash, device, created_at, attempt_hash) VALUES (?, ?, ?, ?, ?)",
    )?
    .execute(params![sql(user.0), session.token_hash, session.device, session.at, session.attempt])?;
    Ok(SessionId(db.last_insert_rowid().unsigned_abs()))
}

/// Ends an account's sessions but `keep`.
pub(super) fn end_sessions(db: &Connection, user: UserId, keep: Option<SessionId>) -> rusqlite::Result<Vec<SessionId>> {
    let keep = keep.map_or(0, |session| sql(session.0));
    db.prepare_cached("DELETE FROM sessions WHERE user = ? AND id <> ? RETURNING id")?
        .query_map([sql(user.0), keep], |row| schema::session_id(row, 0))?
        .collect()
}
