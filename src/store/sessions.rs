//! Sign-ins: making and ending them, and who may ask for a change.

use rusqlite::{Connection, OptionalExtension, params};

use super::rows::{self, sql};
use super::{people, settings};
use crate::proto::change::Change;
use crate::proto::code::ErrorCode;
use crate::proto::id::{SessionId, UserId};
use crate::proto::limits::{ATTEMPT_KEPT_MS, SESSION_DAYS_MAX, SESSION_ENDS_MAX, SESSIONS_PER_USER_MAX};
use crate::proto::op::{DAY_MS, Millis, Needs, NewSession, Outcome, Reply, SessionOp, SignIn};
use crate::proto::role::BoxRole;
use crate::proto::server::User;
use crate::proto::session_end::SessionEnd;

pub(super) fn apply(db: &Connection, op: SessionOp, now: Millis) -> rusqlite::Result<Outcome> {
    match op {
        SessionOp::Create(sign_in) => create(db, &sign_in, now),
        SessionOp::End { user, session } => end(db, user, session),
        SessionOp::EndAll { user } => sign_out(db, user),
    }
}

/// A sign-in by password.
pub(super) fn create(db: &Connection, sign_in: &SignIn, now: Millis) -> rusqlite::Result<Outcome> {
    let SignIn { user, session, checked, here, takeover } = sign_in;
    let user = *user;
    let over = |user: &User| user.ends_at.is_some_and(|ends_at| ends_at <= now);
    let Some(found) = people::by_id(db, user)?.filter(|user| !over(user)) else {
        return Ok(Outcome::Refused(ErrorCode::SignInFailed));
    };
    // Changed while the password was checked: the one that was right is not any more.
    if checked.is_empty() || !people::is_password(db, user, checked)? {
        return Ok(Outcome::Refused(ErrorCode::SignInFailed));
    }
    db.prepare_cached("DELETE FROM sessions WHERE user = ? AND created_at <= ?")?
        .execute([sql(user.0), oldest(now)])?;
    let lost = session.attempt.map(|hash| attempted(db, &hash, now)).transpose()?.flatten();
    let lost = lost.filter(|(_, whose)| *whose == user).map(|(session, _)| session);
    let alone = !settings::read(db)?.several_devices;
    if alone && !takeover && is_elsewhere(db, user, [*here, lost])? {
        return Ok(Outcome::Refused(ErrorCode::InUseElsewhere));
    }
    // What nobody got the cookie of makes place first.
    let lost = lost.filter(|lost| Some(*lost) != *here);
    let mut taken = end_these(db, Vec::from_iter(lost), SessionEnd::TakenOver)?;
    let spared = if alone { 0 } else { SESSIONS_PER_USER_MAX - 1 };
    let surplus: Vec<SessionId> = db
        .prepare_cached("SELECT id FROM sessions WHERE user = ? ORDER BY id DESC LIMIT -1 OFFSET ?")?
        .query_map([sql(user.0), sql(spared as u64)], |row| rows::session_id(row, 0))?
        .collect::<rusqlite::Result<_>>()?;
    let (own, others): (Vec<_>, Vec<_>) = surplus.into_iter().partition(|session| Some(*session) == *here);
    taken.extend(end_these(db, others, SessionEnd::TakenOver)?);
    // Other tabs of this browser hear that they are signed out, and find themselves signed in when they look.
    let own = end_these(db, own, SessionEnd::SignedOut)?;
    let (taken, own) = (ended(taken, SessionEnd::TakenOver), ended(own, SessionEnd::SignedOut));
    let mut changes: Vec<Change> = taken.into_iter().chain(own).collect();
    let session = add(db, user, session)?;
    // After those that have ended: they are told that they have, and nothing else.
    changes.push(Change::SignedIn { user, session });
    Ok(Outcome::made(Reply::SignedIn { user: found, session }, changes))
}

/// Why the person of this session may not ask for a change now, if so.
pub(super) fn may_not_ask(
    db: &Connection,
    by: SessionId,
    needs: Needs,
    now: Millis,
) -> rusqlite::Result<Option<ErrorCode>> {
    let role = db
        .prepare_cached(
            "SELECT users.role FROM sessions JOIN users ON users.id = sessions.user
             WHERE sessions.id = ? AND sessions.created_at > ? AND ifnull(users.ends_at, ?) > ?",
        )?
        .query_row(params![sql(by.0), oldest(now), Millis::MAX, now], |row| rows::box_role(row, 0))
        .optional()?;
    Ok(match (role, needs) {
        (None, _) => Some(ErrorCode::NotSignedIn),
        (Some(BoxRole::Owner), Needs::Owner) | (Some(_), Needs::SignedIn) => None,
        (Some(_), Needs::Owner) => Some(ErrorCode::Forbidden),
    })
}

pub(super) fn end(db: &Connection, user: UserId, session: SessionId) -> rusqlite::Result<Outcome> {
    let own =
        db.prepare_cached("SELECT 1 FROM sessions WHERE id = ? AND user = ?")?.exists([sql(session.0), sql(user.0)])?;
    if !own {
        return Ok(Outcome::Refused(ErrorCode::NotFound));
    }
    let why = SessionEnd::SignedOut;
    Ok(Outcome::done(Vec::from_iter(ended(end_these(db, vec![session], why)?, why))))
}

/// An owner signs somebody out.
fn sign_out(db: &Connection, user: UserId) -> rusqlite::Result<Outcome> {
    if !people::exists(db, user)? {
        return Ok(Outcome::Refused(ErrorCode::NotFound));
    }
    let why = SessionEnd::SignedOutByOwner;
    Ok(Outcome::done(Vec::from_iter(ended(end_all(db, user, None, why)?, why))))
}

/// What is different when these have ended.
pub(super) fn ended(sessions: Vec<SessionId>, end: SessionEnd) -> Option<Change> {
    (!sessions.is_empty()).then_some(Change::SessionsEnded { sessions, end })
}

/// Ends an account's sessions but `keep`.
pub(super) fn end_all(
    db: &Connection,
    user: UserId,
    keep: Option<SessionId>,
    why: SessionEnd,
) -> rusqlite::Result<Vec<SessionId>> {
    let keep = keep.map_or(0, |session| sql(session.0));
    let sessions = db
        .prepare_cached("SELECT id FROM sessions WHERE user = ? AND id <> ?")?
        .query_map([sql(user.0), keep], |row| rows::session_id(row, 0))?
        .collect::<rusqlite::Result<_>>()?;
    end_these(db, sessions, why)
}

/// Ends these sessions, and keeps why: of the latest [`SESSION_ENDS_MAX`] that have ended.
fn end_these(db: &Connection, sessions: Vec<SessionId>, why: SessionEnd) -> rusqlite::Result<Vec<SessionId>> {
    for session in &sessions {
        let hash: Vec<u8> = db
            .prepare_cached("DELETE FROM sessions WHERE id = ? RETURNING token_hash")?
            .query_row([sql(session.0)], |row| row.get(0))?;
        db.prepare_cached("INSERT INTO session_ends (token_hash, why) VALUES (?, ?)")?
            .execute(params![hash, rows::session_end_name(why)])?;
    }
    let newest = db.last_insert_rowid().saturating_sub(sql(SESSION_ENDS_MAX as u64));
    if !sessions.is_empty() {
        db.prepare_cached("DELETE FROM session_ends WHERE id <= ?")?.execute([newest])?;
    }
    Ok(sessions)
}

/// Why the session with this token has ended, if that is known.
pub(super) fn why_ended(db: &Connection, token_hash: &[u8; 32], now: Millis) -> rusqlite::Result<Option<SessionEnd>> {
    // A stay that is over, of a guest who is still to be seen off.
    let over = db
        .prepare_cached(
            "SELECT 1 FROM sessions JOIN users ON users.id = sessions.user WHERE token_hash = ? AND users.ends_at <= ?",
        )?
        .exists(params![token_hash, now])?;
    if over {
        return Ok(Some(SessionEnd::StayEnded));
    }
    db.prepare_cached("SELECT why FROM session_ends WHERE token_hash = ?")?
        .query_row([token_hash], |row| rows::session_end(row, 0))
        .optional()
}

pub(super) fn add(db: &Connection, user: UserId, session: &NewSession) -> rusqlite::Result<SessionId> {
    // One that is too old to be repeated is known by it no longer.
    db.prepare_cached("UPDATE sessions SET attempt_hash = NULL WHERE attempt_hash = ?")?.execute([session.attempt])?;
    db.prepare_cached(
        "INSERT INTO sessions (user, token_hash, device, created_at, attempt_hash) VALUES (?, ?, ?, ?, ?)",
    )?
    .execute(params![sql(user.0), session.token_hash, session.device, session.at, session.attempt])?;
    Ok(SessionId(db.last_insert_rowid().unsigned_abs()))
}

/// The newest session of everybody who is signed in anywhere.
pub(super) fn newest(db: &Connection) -> rusqlite::Result<Vec<(UserId, SessionId)>> {
    db.prepare("SELECT user, max(id) FROM sessions GROUP BY user")?
        .query_map([], |row| Ok((rows::user_id(row, 0)?, rows::session_id(row, 1)?)))?
        .collect()
}

/// The session that an attempt has made, and whose it is, as long as it goes on and the attempt may be repeated.
pub(super) fn attempted(
    db: &Connection,
    attempt_hash: &[u8; 32],
    now: Millis,
) -> rusqlite::Result<Option<(SessionId, UserId)>> {
    db.prepare_cached("SELECT id, user FROM sessions WHERE attempt_hash = ? AND created_at > ?")?
        .query_row(params![attempt_hash, now.saturating_sub(ATTEMPT_KEPT_MS)], |row| {
            Ok((rows::session_id(row, 0)?, rows::user_id(row, 1)?))
        })
        .optional()
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

/// Sessions made at or before this have expired.
pub(super) fn oldest(now: Millis) -> Millis {
    now.saturating_sub(SESSION_DAYS_MAX * DAY_MS)
}
