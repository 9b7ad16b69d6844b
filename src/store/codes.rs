//! Codes by which somebody sets a new password: an account has one at most, as a hash, until it is used or its time is
//! over.

use rusqlite::{Connection, OptionalExtension, params};

use super::rows::sql;
use super::{people, sessions};
use crate::proto::code::ErrorCode;
use crate::proto::id::UserId;
use crate::proto::op::{Millis, Outcome, PasswordReset, Reply};
use crate::proto::session_end::SessionEnd;

/// Gives an account a code; one from before is void.
pub(super) fn give(
    db: &Connection,
    user: UserId,
    code: &str,
    ends_at: Millis,
    now: Millis,
) -> rusqlite::Result<Outcome> {
    if people::by_id(db, user)?.is_none_or(|found| found.ends_at.is_some_and(|ends_at| ends_at <= now)) {
        return Ok(Outcome::Refused(ErrorCode::NotFound));
    }
    db.prepare_cached("UPDATE users SET code = ?2, code_ends_at = ?3 WHERE id = ?1")?.execute(params![
        sql(user.0),
        code,
        ends_at
    ])?;
    Ok(Outcome::done([]))
}

/// Sets a new password by a code, and signs in with it.
pub(super) fn reset_password(db: &Connection, reset: &PasswordReset, now: Millis) -> rusqlite::Result<Outcome> {
    let PasswordReset { user, checked, password, session } = reset;
    let user = *user;
    let stays = people::by_id(db, user)?.filter(|user| user.ends_at.is_none_or(|ends_at| ends_at > now));
    let Some(found) = stays else { return Ok(Outcome::Refused(ErrorCode::CodeWrong)) };
    let lost = session.attempt.map(|hash| sessions::attempted(db, &hash, now)).transpose()?.flatten();
    if lost.is_none_or(|(_, whose)| whose != user)
        && let Some(refusal) = does_not_hold(db, user, checked.as_deref(), now)?
    {
        return Ok(Outcome::Refused(refusal));
    }
    db.prepare_cached("UPDATE users SET password = ?2, code = '', code_ends_at = NULL WHERE id = ?1")?
        .execute(params![sql(user.0), password])?;
    let why = SessionEnd::PasswordChanged;
    let ended = sessions::ended(sessions::end_all(db, user, None, why)?, why);
    let reply = Reply::SignedIn { user: found, session: sessions::add(db, user, session)? };
    Ok(Outcome::made(reply, Vec::from_iter(ended)))
}

/// Why the code that was checked is none now, if so.
fn does_not_hold(
    db: &Connection,
    user: UserId,
    checked: Option<&str>,
    now: Millis,
) -> rusqlite::Result<Option<ErrorCode>> {
    let Some(checked) = checked.filter(|checked| !checked.is_empty()) else { return Ok(Some(ErrorCode::CodeWrong)) };
    let ends_at: Option<Millis> = db
        .prepare_cached("SELECT code_ends_at FROM users WHERE id = ? AND code = ? AND code_ends_at IS NOT NULL")?
        .query_row(params![sql(user.0), checked], |row| row.get(0))
        .optional()?;
    Ok(match ends_at {
        None => Some(ErrorCode::CodeWrong),
        Some(ends_at) if ends_at <= now => Some(ErrorCode::CodeEnded),
        Some(_) => None,
    })
}
