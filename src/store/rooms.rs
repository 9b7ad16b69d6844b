//! Changes to rooms.

use rusqlite::{Connection, OptionalExtension, params};

use super::history::Newest;
use super::rows::{self, sql};
use super::{events, members, messages, people};
use crate::proto::change::{Change, RoomRecord, RoomSetting};
use crate::proto::code::ErrorCode;
use crate::proto::event::Message;
use crate::proto::id::{RoomId, UserId};
use crate::proto::limits::{DELETED_READ_MAX, ROOMS_JOINED_MAX, ROOMS_MADE_MAX, ROOMS_PER_MEMBER_MAX};
use crate::proto::op::{Millis, NewRoom, Outcome, Reply, RoomOp};
use crate::proto::server::{RoomKind, RoomRole};

pub(super) fn apply(db: &Connection, op: RoomOp) -> rusqlite::Result<Outcome> {
    match op {
        RoomOp::AddMembers { room, users, by, at } => members::add_members(db, room, users, by, at),
        RoomOp::Archive { room, archived, at: _ } => archive(db, room, archived),
        RoomOp::Create(room) => create(db, room),
        RoomOp::OpenDirect { users, by, at } => open_direct(db, users, by, at),
        RoomOp::OpenToGuests { room, guests } => open_to_guests(db, room, guests),
        RoomOp::RemoveMember { room, user } => members::remove_member(db, room, user),
        RoomOp::Rename { room, name } => rename(db, room, &name),
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
    let (kind, name) = (new.kind, new.name);
    let room = RoomRecord {
        id: room,
        kind,
        name,
        archived: false,
        guests: false,
        direct: None,
        last_n: 0,
        last: None,
        deleted: Vec::new(),
    };
    Ok(Outcome::made(Reply::Room(room.id), [Change::RoomMade { room, members }]))
}

pub(super) fn open_direct(db: &Connection, users: [UserId; 2], by: UserId, at: Millis) -> rusqlite::Result<Outcome> {
    let [low, high] = [users[0].min(users[1]), users[0].max(users[1])];
    if low == high {
        return Ok(Outcome::Refused(ErrorCode::BadRequest));
    }
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
    let members = vec![enter(low)?, enter(high)?];
    let (kind, name, direct) = (RoomKind::Direct, String::new(), Some([low, high]));
    let room = RoomRecord {
        id,
        kind,
        name,
        archived: false,
        guests: false,
        direct,
        last_n: 0,
        last: None,
        deleted: Vec::new(),
    };
    Ok(Outcome::made(Reply::Room(id), [Change::RoomMade { room, members }]))
}

/// Sets whether guests may be in a room; takes out those who are, where they may not.
pub(super) fn open_to_guests(db: &Connection, room: RoomId, guests: bool) -> rusqlite::Result<Outcome> {
    let opened = db
        .prepare_cached("UPDATE rooms SET guests = ?2 WHERE id = ?1 AND kind <> 'direct' AND erased_upto IS NULL")?
        .execute(params![sql(room.0), guests])?;
    if opened == 0 {
        return Ok(Outcome::Refused(missing_or_forbidden(db, room)?));
    }
    let mut left = Vec::new();
    if !guests {
        // No guest owns a room, so none is left without its owner.
        left = db
            .prepare_cached(
                "DELETE FROM members WHERE room = ?1 AND user IN (
                     SELECT users.id FROM members JOIN users ON users.id = members.user
                     WHERE members.room = ?1 AND users.role = 'guest')
                 RETURNING user",
            )?
            .query_map([sql(room.0)], |row| rows::user_id(row, 0))?
            .collect::<rusqlite::Result<_>>()?;
        left.sort_unstable();
    }
    let opened = Change::RoomChanged { room, setting: RoomSetting::Guests(guests) };
    // No guest owns a room: nobody inherits it.
    let left = (!left.is_empty()).then_some(Change::MembersLeft { room, users: left, heir: None });
    Ok(Outcome::done(left.into_iter().chain([opened]).collect::<Vec<_>>()))
}

pub(super) fn rename(db: &Connection, room: RoomId, name: &str) -> rusqlite::Result<Outcome> {
    let renamed = db
        .prepare_cached("UPDATE rooms SET name = ?2 WHERE id = ?1 AND kind <> 'direct' AND erased_upto IS NULL")?
        .execute(params![sql(room.0), name])?;
    if renamed == 0 {
        return Ok(Outcome::Refused(missing_or_forbidden(db, room)?));
    }
    Ok(Outcome::done([Change::RoomChanged { room, setting: RoomSetting::Name(name.to_owned()) }]))
}

pub(super) fn archive(db: &Connection, room: RoomId, archived: bool) -> rusqlite::Result<Outcome> {
    if let Some(refusal) = members::fixed(db, room)? {
        return Ok(Outcome::Refused(refusal));
    }
    let (was, made_by): (bool, Option<i64>) = db
        .prepare_cached("SELECT archived, made_by FROM rooms WHERE id = ?")?
        .query_row([sql(room.0)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if was && !archived {
        // Else archiving would be a way around the limit.
        let maker = made_by.map(|id| UserId(id.unsigned_abs()));
        if maker.map_or(Ok(0), |maker| rooms_made(db, maker))? >= ROOMS_PER_MEMBER_MAX as u64 {
            return Ok(Outcome::Refused(ErrorCode::LimitReached));
        }
    }
    db.prepare_cached("UPDATE rooms SET archived = ?2 WHERE id = ?1")?.execute(params![sql(room.0), archived])?;
    Ok(Outcome::done([Change::RoomChanged { room, setting: RoomSetting::Archived(archived) }]))
}

/// Every room with its newest message, by id.
pub(super) fn records(db: &Connection) -> rusqlite::Result<Vec<RoomRecord>> {
    let mut statement = db.prepare(
        "SELECT id, kind, name, archived, low, high, guests FROM rooms WHERE erased_upto IS NULL ORDER BY id",
    )?;
    let bare: Vec<RoomRecord> = statement.query_map([], bare_record)?.collect::<rusqlite::Result<_>>()?;
    let newest = Newest::new(db)?;
    bare.into_iter()
        .map(|record| {
            let message = newest.of(record.id)?;
            with_messages(db, record, message.as_ref())
        })
        .collect()
}

fn bare_record(row: &rusqlite::Row<'_>) -> rusqlite::Result<RoomRecord> {
    let direct = match row.get::<_, Option<i64>>(4)? {
        Some(_) => Some([rows::user_id(row, 4)?, rows::user_id(row, 5)?]),
        None => None,
    };
    Ok(RoomRecord {
        id: rows::room_id(row, 0)?,
        kind: rows::room_kind(row, 1)?,
        name: row.get(2)?,
        archived: row.get(3)?,
        guests: row.get(6)?,
        direct,
        last_n: 0,
        last: None,
        deleted: Vec::new(),
    })
}

fn with_messages(db: &Connection, record: RoomRecord, newest: Option<&Message>) -> rusqlite::Result<RoomRecord> {
    let last_n = newest.map_or(0, |message| message.n);
    let deleted = events::deleted_of(db, record.id, DELETED_READ_MAX)?;
    Ok(RoomRecord { last_n, last: newest.map(messages::for_the_list), deleted, ..record })
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

fn missing_or_forbidden(db: &Connection, room: RoomId) -> rusqlite::Result<ErrorCode> {
    Ok(members::fixed(db, room)?.unwrap_or(ErrorCode::Forbidden))
}
