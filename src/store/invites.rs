//! Invites: making, withdrawing, and coming in by one.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::accounts;
use super::rows::{self, sql};
use super::{members, settings};
use crate::proto::account::{Invite, InviteRole, Invited, NewInvite};
use crate::proto::code::ErrorCode;
use crate::proto::id::{InviteId, RoomId, UserId};
use crate::proto::limits::{INVITE_KEPT_DAYS, INVITE_ROOMS_MAX, INVITES_MAX};
use crate::proto::op::{DAY_MS, InviteOp, Millis, NewAccount, Outcome, Reply};
use crate::proto::role::BoxRole;
use crate::proto::room::RoomKind;

pub(super) fn apply(db: &Connection, op: InviteOp) -> rusqlite::Result<Outcome> {
    match op {
        InviteOp::Join { token_hash, account } => join(db, &token_hash, account),
        InviteOp::Make { by, invite, token, token_hash, at } => {
            make(db, InviteDraft { by, invite, token, token_hash, at })
        }
        InviteOp::Withdraw { invite } => withdraw(db, invite),
    }
}

/// An invite to be made.
pub(super) struct InviteDraft {
    pub(super) by: UserId,
    pub(super) invite: NewInvite,
    pub(super) token: String,
    pub(super) token_hash: [u8; 32],
    pub(super) at: Millis,
}

pub(super) fn make(db: &Connection, draft: InviteDraft) -> rusqlite::Result<Outcome> {
    let InviteDraft { by, mut invite, token, token_hash, at } = draft;
    invite.rooms.sort_unstable();
    invite.rooms.dedup();
    if let Some(refusal) = leads_nowhere(db, by, &invite)? {
        return Ok(Outcome::Refused(refusal));
    }
    drop_old(db, at)?;
    let there: u64 = db.prepare_cached("SELECT count(*) FROM invites")?.query_row([], |row| rows::number(row, 0))?;
    if there >= INVITES_MAX as u64 {
        return Ok(Outcome::Refused(ErrorCode::LimitReached));
    }
    let role = rows::invite_role_name(invite.role);
    db.prepare_cached(
        "INSERT INTO invites (token, token_hash, role, once, ends_at, stay_s, note, made_at, joined)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
    )?
    .execute(params![token, token_hash, role, invite.once, invite.ends_at, invite.stay_s, invite.note, at])?;
    let id = InviteId(db.last_insert_rowid().unsigned_abs());
    for room in &invite.rooms {
        db.prepare_cached("INSERT INTO invite_rooms (invite, room) VALUES (?, ?)")?
            .execute([sql(id.0), sql(room.0)])?;
    }
    let NewInvite { role, once, ends_at, rooms, stay_s, note } = invite;
    let invite = Invite { id, token, role, once, ends_at, rooms, stay_s, note, made_at: at, joined: 0 };
    Ok(Outcome::made(Reply::Invite(invite), []))
}

pub(super) fn withdraw(db: &Connection, invite: InviteId) -> rusqlite::Result<Outcome> {
    let withdrawn = db.prepare_cached("DELETE FROM invites WHERE id = ?")?.execute([sql(invite.0)])?;
    if withdrawn == 0 {
        return Ok(Outcome::Refused(ErrorCode::NotFound));
    }
    db.prepare_cached("DELETE FROM invite_rooms WHERE invite = ?")?.execute([sql(invite.0)])?;
    Ok(Outcome::done([]))
}

/// Makes an account by the invite with this token.
pub(super) fn join(db: &Connection, token_hash: &[u8; 32], new: NewAccount) -> rusqlite::Result<Outcome> {
    if let Some(again) = accounts::repeat(db, &new)? {
        return Ok(again);
    }
    let at = new.session.at;
    let found = match open(db, token_hash, at)? {
        Ok(found) => found,
        Err(refusal) => return Ok(Outcome::Refused(refusal)),
    };
    if let Some(refusal) = accounts::not_to_be_made(db, &new)? {
        return Ok(Outcome::Refused(refusal));
    }
    let role = match found.role {
        InviteRole::Guest => BoxRole::Guest,
        InviteRole::Member => BoxRole::Member,
    };
    let ends_at = found.stay_s.map(|seconds| at.saturating_add(Millis::from(seconds) * 1_000));
    let outcome = accounts::make(db, new, role, ends_at, &found.rooms)?;
    db.prepare_cached("UPDATE invites SET joined = joined + 1, joined_at = ?2 WHERE id = ?1")?
        .execute(params![sql(found.id.0), at])?;
    Ok(outcome)
}

/// What one is invited to with this token, or why not.
pub(super) fn invited(
    db: &Connection,
    token_hash: &[u8; 32],
    now: Millis,
) -> rusqlite::Result<Result<Invited, ErrorCode>> {
    let found = match open(db, token_hash, now)? {
        Ok(found) => found,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let mut names = Vec::new();
    for &room in &found.rooms {
        let name =
            db.prepare_cached("SELECT name FROM rooms WHERE id = ?")?.query_row([sql(room.0)], |row| row.get(0))?;
        names.push(name);
    }
    Ok(Ok(Invited { role: found.role, rooms: names, ends_at: found.ends_at, stay_s: found.stay_s }))
}

/// All that the owner may still want to see, newest first.
pub(super) fn listed(db: &Connection, now: Millis) -> rusqlite::Result<Vec<Invite>> {
    let mut invites: Vec<Invite> = db
        .prepare_cached(
            "SELECT id, token, role, once, ends_at, stay_s, note, made_at, joined FROM invites
             WHERE ifnull(ends_at, ?1) > ?2 AND NOT (once AND ifnull(joined_at, ?1) <= ?2) ORDER BY id DESC",
        )?
        .query_map([Millis::MAX, oldest_kept(now)], invite)?
        .collect::<rusqlite::Result<_>>()?;
    for invite in &mut invites {
        invite.rooms = rooms_of(db, invite.id)?;
    }
    Ok(invites)
}

/// An invite that lets its holder in now.
struct Open {
    id: InviteId,
    role: InviteRole,
    ends_at: Option<Millis>,
    stay_s: Option<u32>,
    /// Those of its rooms that the joiner may be in today.
    rooms: Vec<RoomId>,
}

/// The invite with this token, or why it lets nobody in.
fn open(db: &Connection, token_hash: &[u8; 32], now: Millis) -> rusqlite::Result<Result<Open, ErrorCode>> {
    let found = db
        .prepare_cached(
            "SELECT id, token, role, once, ends_at, stay_s, note, made_at, joined FROM invites WHERE token_hash = ?",
        )?
        .query_row([token_hash], invite)
        .optional()?;
    let Some(Invite { id, role, once, ends_at, stay_s, joined, .. }) = found else {
        return Ok(Err(ErrorCode::InviteUnknown));
    };
    if once && joined > 0 {
        return Ok(Err(ErrorCode::InviteUsed));
    }
    if ends_at.is_some_and(|ends_at| ends_at <= now) {
        return Ok(Err(ErrorCode::InviteEnded));
    }
    let guest = role == InviteRole::Guest;
    if guest && !settings::read(db)?.guests {
        return Ok(Err(ErrorCode::GuestsOff));
    }
    let mut rooms = Vec::new();
    for room in rooms_of(db, id)? {
        // Rooms are archived and closed to guests after an invite was made.
        if target(db, room)?.is_some_and(|target| !target.archived && (!guest || target.guests)) {
            rooms.push(room);
        }
    }
    if guest && rooms.is_empty() {
        return Ok(Err(ErrorCode::GuestsNotHere));
    }
    Ok(Ok(Open { id, role, ends_at, stay_s, rooms }))
}

/// Why an invite cannot lead where it should, if so.
fn leads_nowhere(db: &Connection, by: UserId, invite: &NewInvite) -> rusqlite::Result<Option<ErrorCode>> {
    let guest = invite.role == InviteRole::Guest;
    if invite.rooms.len() > INVITE_ROOMS_MAX || (guest && invite.rooms.is_empty()) {
        return Ok(Some(ErrorCode::BadRequest));
    }
    for &room in &invite.rooms {
        let Some(target) = target(db, room)? else { return Ok(Some(ErrorCode::BadRequest)) };
        let known = match target.kind {
            RoomKind::Everyone | RoomKind::Open => true,
            RoomKind::Closed => members::is_member(db, room, by)?,
            RoomKind::Direct => false,
        };
        if !known {
            return Ok(Some(ErrorCode::BadRequest));
        }
        if target.archived {
            return Ok(Some(ErrorCode::RoomArchived));
        }
        if guest && !target.guests {
            return Ok(Some(ErrorCode::GuestsNotHere));
        }
    }
    Ok(None)
}

/// A room that an invite may lead to.
struct Target {
    kind: RoomKind,
    archived: bool,
    guests: bool,
}

fn target(db: &Connection, room: RoomId) -> rusqlite::Result<Option<Target>> {
    db.prepare_cached("SELECT kind, archived, guests FROM rooms WHERE id = ?")?
        .query_row([sql(room.0)], |row| {
            Ok(Target { kind: rows::room_kind(row, 0)?, archived: row.get(1)?, guests: row.get(2)? })
        })
        .optional()
}

/// Forgets the invites that nobody can use any more and that have been listed long enough.
fn drop_old(db: &Connection, now: Millis) -> rusqlite::Result<()> {
    let dropped: Vec<InviteId> = db
        .prepare_cached("DELETE FROM invites WHERE ends_at <= ?1 OR (once AND joined_at <= ?1) RETURNING id")?
        .query_map([oldest_kept(now)], |row| rows::invite_id(row, 0))?
        .collect::<rusqlite::Result<_>>()?;
    for invite in dropped {
        db.prepare_cached("DELETE FROM invite_rooms WHERE invite = ?")?.execute([sql(invite.0)])?;
    }
    Ok(())
}

/// What was over at this time is not listed any more.
fn oldest_kept(now: Millis) -> Millis {
    now.saturating_sub(INVITE_KEPT_DAYS * DAY_MS)
}

fn rooms_of(db: &Connection, invite: InviteId) -> rusqlite::Result<Vec<RoomId>> {
    db.prepare_cached("SELECT room FROM invite_rooms WHERE invite = ?")?
        .query_map([sql(invite.0)], |row| rows::room_id(row, 0))?
        .collect()
}

/// An invite, its rooms not yet read.
fn invite(row: &Row<'_>) -> rusqlite::Result<Invite> {
    Ok(Invite {
        id: rows::invite_id(row, 0)?,
        token: row.get(1)?,
        role: rows::invite_role(row, 2)?,
        once: row.get(3)?,
        ends_at: row.get(4)?,
        rooms: Vec::new(),
        stay_s: row.get(5)?,
        note: row.get(6)?,
        made_at: row.get(7)?,
        joined: row.get(8)?,
    })
}
