//! Changes to rooms.

use rusqlite::{Connection, OptionalExtension, ToSql, params};

use super::history::Newest;
use super::rows::{self, ROOM_SETTINGS_COLUMNS, sql};
use super::{drafts, events, members, people};
use crate::proto::change::{Change, RoomRecord};
use crate::proto::code::ErrorCode;
use crate::proto::event::Message;
use crate::proto::id::{RoomId, UserId};
use crate::proto::limits::{DELETED_READ_MAX, ROOMS_JOINED_MAX, ROOMS_MADE_MAX, ROOMS_PER_MEMBER_MAX};
use crate::proto::op::{Millis, NewRoom, Outcome, Reply, RoomOp};
use crate::proto::permit;
use crate::proto::role::RoomRole;
use crate::proto::room::{RoomKind, RoomSetting, RoomSettings};
use crate::proto::server::LastMessage;

pub(super) fn apply(db: &Connection, op: RoomOp) -> rusqlite::Result<Outcome> {
    match op {
        RoomOp::AddMembers { room, users, by, at } => members::add_members(db, room, users, by, at),
        RoomOp::Create(room) => create(db, room),
        RoomOp::KeepDraft { room, user, body, at } => drafts::keep(db, room, user, body, at),
        RoomOp::OpenDirect { users, by, at } => open_direct(db, users, by, at),
        RoomOp::RemoveMember { room, user, by } => members::remove_member(db, room, user, by),
        RoomOp::Set { room, by, setting } => set(db, room, by, setting),
        RoomOp::SetNotify { room, user, notify } => members::set_notify(db, room, user, notify),
        RoomOp::SetRole { room, user, role, by } => members::set_role(db, room, user, role, by),
    }
}

pub(super) fn create(db: &Connection, new: NewRoom) -> rusqlite::Result<Outcome> {
    if !matches!(new.kind, RoomKind::Closed | RoomKind::Open) {
        return Ok(Outcome::Refused(ErrorCode::BadRequest));
    }
    let mut others = new.members;
    others.retain(|&user| user != new.by);
    others.sort_unstable();
    others.dedup();
    for &user in std::iter::once(&new.by).chain(&others) {
        if !people::exists(db, user)? {
            return Ok(Outcome::Refused(ErrorCode::NotFound));
        }
        // A new room is not open to guests.
        if people::is_guest(db, user)? {
            return Ok(Outcome::Refused(ErrorCode::GuestsNotHere));
        }
    }
    let full = rooms_made(db, new.by)? >= ROOMS_PER_MEMBER_MAX as u64
        || made_ever(db, new.by)? >= ROOMS_MADE_MAX as u64
        || members::joined(db, new.by)? >= ROOMS_JOINED_MAX as u64;
    if full {
        return Ok(Outcome::Refused(ErrorCode::LimitReached));
    }
    if !members::may_be_added(db, &others, new.by)? {
        return Ok(Outcome::Refused(ErrorCode::RoomsFull));
    }
    db.prepare_cached("INSERT INTO rooms (kind, name, archived, made_by) VALUES (?, ?, 0, ?)")?.execute(params![
        rows::kind_name(new.kind),
        new.name,
        sql(new.by.0)
    ])?;
    let room = RoomId(db.last_insert_rowid().unsigned_abs());
    let mut members = vec![members::join(db, room, new.by, RoomRole::Owner, new.at, 0, true)?];
    for user in others {
        members.push(members::join(db, room, user, RoomRole::Member, new.at, 0, false)?);
        members::note_adder(db, room, user, new.by)?;
    }
    let settings = RoomSettings { name: new.name, ..RoomSettings::default() };
    let room = bare_record(room, new.kind, settings, None);
    Ok(Outcome::made(Reply::Room(room.id), [Change::RoomMade { room, members }]))
}

pub(super) fn open_direct(db: &Connection, users: [UserId; 2], by: UserId, at: Millis) -> rusqlite::Result<Outcome> {
    let [low, high] = [users[0].min(users[1]), users[0].max(users[1])];
    if !people::exists(db, low)? || !people::exists(db, high)? {
        return Ok(Outcome::Refused(ErrorCode::NotFound));
    }
    let found = db
        .prepare_cached("SELECT id FROM rooms WHERE low = ? AND high = ?")?
        .query_row([sql(low.0), sql(high.0)], |row| rows::room_id(row, 0))
        .optional()?;
    if let Some(id) = found {
        return Ok(Outcome::made(Reply::Room(id), []));
    }
    db.prepare_cached(
        "INSERT INTO rooms (kind, name, archived, low, high, made_by) VALUES ('direct', '', 0, ?, ?, ?)",
    )?
    .execute([sql(low.0), sql(high.0), sql(by.0)])?;
    let id = RoomId(db.last_insert_rowid().unsigned_abs());
    let enter = |user| members::join(db, id, user, RoomRole::Member, at, 0, user == by);
    let both = std::iter::once(low).chain((low != high).then_some(high));
    let members: Vec<_> = both.map(enter).collect::<rusqlite::Result<_>>()?;
    let room = bare_record(id, RoomKind::Direct, RoomSettings::default(), Some([low, high]));
    Ok(Outcome::made(Reply::Room(id), [Change::RoomMade { room, members }]))
}

/// Sets one thing of a room.
fn set(db: &Connection, room: RoomId, by: UserId, setting: RoomSetting) -> rusqlite::Result<Outcome> {
    let refusal = match setting {
        RoomSetting::Archived(archived) => not_to_be_archived(db, room, archived)?,
        RoomSetting::Guests(_) | RoomSetting::Name(_) => not_to_be_set(db, room)?,
    };
    let refusal =
        refusal.map_or_else(|| members::may(db, permit::act_of(&setting), room, by), |code| Ok(Some(code)))?;
    if let Some(refusal) = refusal {
        return Ok(Outcome::Refused(refusal));
    }
    if is_set(db, room, &setting)? {
        return Ok(Outcome::done([]));
    }
    let (column, value): (_, &dyn ToSql) = match &setting {
        RoomSetting::Archived(archived) => ("archived", archived),
        RoomSetting::Guests(guests) => ("guests", guests),
        RoomSetting::Name(name) => ("name", name),
    };
    db.prepare_cached(&format!("UPDATE rooms SET {column} = ?2 WHERE id = ?1"))?
        .execute(params![sql(room.0), value])?;
    let left = if setting == RoomSetting::Guests(false) { guests_leave(db, room, by)? } else { None };
    Ok(Outcome::done(left.into_iter().chain([Change::RoomChanged { room, setting }]).collect::<Vec<_>>()))
}

/// Whether this is what the room has already: nothing happens then, and nobody is told.
fn is_set(db: &Connection, room: RoomId, setting: &RoomSetting) -> rusqlite::Result<bool> {
    let settings: RoomSettings = db
        .prepare_cached(&format!("SELECT {ROOM_SETTINGS_COLUMNS} FROM rooms WHERE id = ?"))?
        .query_row([sql(room.0)], |row| rows::room_settings(row, 0))?;
    Ok(match setting {
        RoomSetting::Archived(archived) => settings.archived == *archived,
        RoomSetting::Guests(guests) => settings.guests == *guests,
        RoomSetting::Name(name) => settings.name == *name,
    })
}

/// Why nothing is set of this room, if so.
fn not_to_be_set(db: &Connection, room: RoomId) -> rusqlite::Result<Option<ErrorCode>> {
    let kind = db
        .prepare_cached("SELECT kind FROM rooms WHERE id = ? AND erased_upto IS NULL")?
        .query_row([sql(room.0)], |row| rows::room_kind(row, 0))
        .optional()?;
    Ok(match kind {
        None => Some(ErrorCode::NotFound),
        Some(RoomKind::Direct) => Some(ErrorCode::Forbidden),
        Some(RoomKind::Closed | RoomKind::Everyone | RoomKind::Open) => None,
    })
}

/// Why this room is not archived, or not brought back, if so.
fn not_to_be_archived(db: &Connection, room: RoomId, archived: bool) -> rusqlite::Result<Option<ErrorCode>> {
    if let Some(refusal) = members::fixed(db, room)? {
        return Ok(Some(refusal));
    }
    let (was, made_by): (bool, Option<i64>) = db
        .prepare_cached("SELECT archived, made_by FROM rooms WHERE id = ?")?
        .query_row([sql(room.0)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    // Else archiving would be a way around the limit.
    let maker = made_by.filter(|_| was && !archived).map(|id| UserId(id.unsigned_abs()));
    let made = maker.map_or(Ok(0), |maker| rooms_made(db, maker))?;
    Ok((made >= ROOMS_PER_MEMBER_MAX as u64).then_some(ErrorCode::LimitReached))
}

/// Takes the guests out of a room that is not open to them any more.
fn guests_leave(db: &Connection, room: RoomId, by: UserId) -> rusqlite::Result<Option<Change>> {
    let mut left: Vec<UserId> = db
        .prepare_cached(
            "DELETE FROM members WHERE room = ?1 AND user IN (
                 SELECT users.id FROM members JOIN users ON users.id = members.user
                 WHERE members.room = ?1 AND users.role = 'guest')
             RETURNING user",
        )?
        .query_map([sql(room.0)], |row| rows::user_id(row, 0))?
        .collect::<rusqlite::Result<_>>()?;
    left.sort_unstable();
    // No guest owns a room: nobody inherits it.
    Ok((!left.is_empty()).then_some(Change::MembersLeft { room, users: left, by: Some(by), heir: None }))
}

/// Every room with its newest message, by id.
pub(super) fn records(db: &Connection) -> rusqlite::Result<Vec<RoomRecord>> {
    let mut statement = db.prepare(&format!(
        "SELECT id, kind, low, high, {ROOM_SETTINGS_COLUMNS} FROM rooms WHERE erased_upto IS NULL ORDER BY id",
    ))?;
    let bare: Vec<RoomRecord> = statement.query_map([], record)?.collect::<rusqlite::Result<_>>()?;
    let newest = Newest::new(db)?;
    bare.into_iter()
        .map(|record| {
            let message = newest.of(record.id)?;
            with_messages(db, record, message.as_ref())
        })
        .collect()
}

fn record(row: &rusqlite::Row<'_>) -> rusqlite::Result<RoomRecord> {
    let direct = match row.get::<_, Option<i64>>(2)? {
        Some(_) => Some([rows::user_id(row, 2)?, rows::user_id(row, 3)?]),
        None => None,
    };
    Ok(bare_record(rows::room_id(row, 0)?, rows::room_kind(row, 1)?, rows::room_settings(row, 4)?, direct))
}

/// A room in which nothing has been said.
fn bare_record(id: RoomId, kind: RoomKind, settings: RoomSettings, direct: Option<[UserId; 2]>) -> RoomRecord {
    RoomRecord { id, kind, settings, direct, last_n: 0, last: None, deleted: Vec::new() }
}

fn with_messages(db: &Connection, record: RoomRecord, newest: Option<&Message>) -> rusqlite::Result<RoomRecord> {
    let last_n = newest.map_or(0, |message| message.n);
    let deleted = events::deleted_of(db, record.id, DELETED_READ_MAX)?;
    Ok(RoomRecord { last_n, last: newest.map(LastMessage::of), deleted, ..record })
}

fn rooms_made(db: &Connection, by: UserId) -> rusqlite::Result<u64> {
    db.prepare_cached("SELECT count(*) FROM rooms WHERE made_by = ? AND NOT archived AND low IS NULL")?
        .query_row([sql(by.0)], |row| rows::number(row, 0))
}

/// Archived ones too.
fn made_ever(db: &Connection, by: UserId) -> rusqlite::Result<u64> {
    db.prepare_cached("SELECT count(*) FROM rooms WHERE made_by = ? AND low IS NULL")?
        .query_row([sql(by.0)], |row| rows::number(row, 0))
}
