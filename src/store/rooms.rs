//! Changes to rooms and who is in them.

use rusqlite::{Connection, OptionalExtension, params};

use super::history::{self, Newest};
use super::schema::{self, sql};
use super::{accounts, guests, messages};
use crate::proto::code::ErrorCode;
use crate::proto::id::{RoomId, UserId};
use crate::proto::limits::{
    ROOMS_ADDED_BEYOND_MAX, ROOMS_ADDED_BY_ONE_MAX, ROOMS_ADDED_MAX, ROOMS_JOINED_MAX, ROOMS_MADE_MAX,
    ROOMS_PER_MEMBER_MAX,
};
use crate::proto::op::{MemberRecord, Millis, Outcome, RoomRecord};
use crate::proto::server::{Message, Role, RoomKind};

/// The room for everybody: the first migration makes it.
pub(super) const EVERYONE: RoomId = RoomId(1);

/// A room to be made.
pub(super) struct Plan {
    pub(super) kind: RoomKind,
    pub(super) name: String,
    pub(super) by: UserId,
    pub(super) members: Vec<UserId>,
    pub(super) at: Millis,
}

pub(super) fn create(db: &Connection, plan: Plan) -> rusqlite::Result<Outcome> {
    if !matches!(plan.kind, RoomKind::Closed | RoomKind::Open) {
        return Ok(Outcome::Refused(ErrorCode::BadRequest));
    }
    let mut others = plan.members;
    others.retain(|&user| user != plan.by);
    others.sort_unstable();
    others.dedup();
    for &user in std::iter::once(&plan.by).chain(&others) {
        if !exists(db, user)? {
            return Ok(Outcome::Refused(ErrorCode::NotFound));
        }
        // A new room is not open to guests.
        if guests::is_guest(db, user)? {
            return Ok(Outcome::Refused(ErrorCode::GuestsNotHere));
        }
    }
    let full = rooms_made(db, plan.by)? >= ROOMS_PER_MEMBER_MAX as u64
        || made_ever(db, plan.by)? >= ROOMS_MADE_MAX as u64
        || joined(db, plan.by)? >= ROOMS_JOINED_MAX as u64;
    if full {
        return Ok(Outcome::Refused(ErrorCode::LimitReached));
    }
    if !may_be_added(db, &others, plan.by)? {
        return Ok(Outcome::Refused(ErrorCode::RoomsFull));
    }
    db.prepare_cached("INSERT INTO rooms (kind, name, archived, made_by) VALUES (?, ?, 0, ?)")?.execute(params![
        schema::kind_name(plan.kind),
        plan.name,
        sql(plan.by.0)
    ])?;
    let room = RoomId(db.last_insert_rowid().unsigned_abs());
    let mut members = vec![join(db, room, plan.by, Role::Owner, plan.at, 0, true)?];
    for user in others {
        members.push(join(db, room, user, Role::Member, plan.at, 0, false)?);
        note_adder(db, room, user, plan.by)?;
    }
    let (kind, name) = (plan.kind, plan.name);
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
    Ok(Outcome::RoomCreated { room, members })
}

pub(super) fn open_direct(db: &Connection, users: [UserId; 2], by: UserId, at: Millis) -> rusqlite::Result<Outcome> {
    let [low, high] = [users[0].min(users[1]), users[0].max(users[1])];
    if low == high {
        return Ok(Outcome::Refused(ErrorCode::BadRequest));
    }
    if !exists(db, low)? || !exists(db, high)? {
        return Ok(Outcome::Refused(ErrorCode::NotFound));
    }
    let found = db
        .prepare_cached("SELECT id FROM rooms WHERE low = ? AND high = ?")?
        .query_row([sql(low.0), sql(high.0)], |row| schema::room_id(row, 0))
        .optional()?;
    if let Some(id) = found {
        let Some(room) = record(db, id)? else {
            return Ok(Outcome::Refused(ErrorCode::NotFound));
        };
        return Ok(Outcome::Direct { room, members: members(db, id)?, new: false });
    }
    db.prepare_cached(
        "INSERT INTO rooms (kind, name, archived, low, high, made_by) VALUES ('direct', '', 0, ?, ?, ?)",
    )?
    .execute([sql(low.0), sql(high.0), sql(by.0)])?;
    let id = RoomId(db.last_insert_rowid().unsigned_abs());
    let enter = |user| join(db, id, user, Role::Member, at, 0, user == by);
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
    Ok(Outcome::Direct { room, members, new: true })
}

pub(super) fn add_members(
    db: &Connection,
    room: RoomId,
    mut users: Vec<UserId>,
    by: Option<UserId>,
    at: Millis,
) -> rusqlite::Result<Outcome> {
    if let Some(refusal) = fixed(db, room)? {
        return Ok(Outcome::Refused(refusal));
    }
    users.sort_unstable();
    users.dedup();
    let open_to_guests: bool = db
        .prepare_cached("SELECT guests FROM rooms WHERE id = ? AND erased_upto IS NULL")?
        .query_row([sql(room.0)], |row| row.get(0))?;
    let mut newcomers = Vec::new();
    for user in users {
        let Some(found) = accounts::by_id(db, user)? else {
            return Ok(Outcome::Refused(ErrorCode::NotFound));
        };
        if found.role == Role::Guest && !open_to_guests {
            return Ok(Outcome::Refused(ErrorCode::GuestsNotHere));
        }
        if !is_member(db, room, user)? {
            newcomers.push((user, found.role));
        }
    }
    let people: Vec<UserId> = newcomers.iter().map(|(user, _)| *user).collect();
    match by {
        Some(by) if !may_be_added(db, &people, by)? => return Ok(Outcome::Refused(ErrorCode::RoomsFull)),
        Some(_) => {}
        None => {
            for &user in &people {
                if joined(db, user)? >= ROOMS_JOINED_MAX as u64 {
                    return Ok(Outcome::Refused(ErrorCode::LimitReached));
                }
            }
        }
    }
    let mut entrance = Entrance { by_themselves: by.is_none(), ..Entrance::of(db, room, at)? };
    let mut added = Vec::new();
    for (user, role) in newcomers {
        added.extend(entrance.admit(db, user, role)?);
        if let Some(by) = by {
            note_adder(db, room, user, by)?;
        }
    }
    Ok(Outcome::MembersAdded { room, members: added })
}

/// The way into a room, for several people one after the other.
pub(super) struct Entrance {
    room: RoomId,
    /// Nobody owns the room who could: whoever comes next does, or it would never have an owner again.
    orphaned: bool,
    at: Millis,
    read_n: u64,
    /// Whether they come by themselves, or are put into it.
    by_themselves: bool,
}

impl Entrance {
    pub(super) fn of(db: &Connection, room: RoomId, at: Millis) -> rusqlite::Result<Self> {
        // What was said before someone came is not unread.
        let read_n = history::newest_n(db, room)?;
        if fixed(db, room)?.is_some() {
            return Ok(Self { room, orphaned: false, at, read_n, by_themselves: true });
        }
        // Later than everyone who is there, whatever the clock says: by it the next owner is found, here and in the hub.
        let at = latest_join(db, room)?.map_or(at, |latest| at.max(latest + 1));
        Ok(Self { room, orphaned: !has_owner(db, room)?, at, read_n, by_themselves: true })
    }

    /// Makes someone a member, who is `of_the_box` on the box; none when they are one already.
    pub(super) fn admit(
        &mut self,
        db: &Connection,
        user: UserId,
        of_the_box: Role,
    ) -> rusqlite::Result<Option<MemberRecord>> {
        if is_member(db, self.room, user)? {
            return Ok(None);
        }
        let owns = self.orphaned && of_the_box != Role::Guest;
        self.orphaned &= !owns;
        let role = if owns { Role::Owner } else { Role::Member };
        let member = join(db, self.room, user, role, self.at, self.read_n, self.by_themselves)?;
        self.at += 1;
        Ok(Some(member))
    }
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
                     WHERE members.room = ?1 AND users.guest)
                 RETURNING user",
            )?
            .query_map([sql(room.0)], |row| schema::user_id(row, 0))?
            .collect::<rusqlite::Result<_>>()?;
        left.sort_unstable();
    }
    Ok(Outcome::OpenedToGuests { room, guests, left })
}

pub(super) fn remove_member(db: &Connection, room: RoomId, user: UserId) -> rusqlite::Result<Outcome> {
    if let Some(refusal) = fixed(db, room)? {
        return Ok(Outcome::Refused(refusal));
    }
    if !is_member(db, room, user)? {
        return Ok(Outcome::Refused(ErrorCode::NotAMember));
    }
    leave(db, room, user)?;
    Ok(Outcome::Done)
}

/// Takes somebody out of every room. The other one of a direct room keeps the name, as the room's; with nobody left in
/// it, it has none.
pub(super) fn leave_all(db: &Connection, user: UserId) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE rooms SET name = iif(
             EXISTS (SELECT 1 FROM members WHERE room = rooms.id AND user <> ?1),
             (SELECT users.name FROM users WHERE users.id = ?1), '')
         WHERE kind = 'direct' AND id IN (SELECT room FROM members WHERE user = ?1)",
    )?
    .execute([sql(user.0)])?;
    let joined: Vec<RoomId> = db
        .prepare_cached("SELECT room FROM members WHERE user = ?")?
        .query_map([sql(user.0)], |row| schema::room_id(row, 0))?
        .collect::<rusqlite::Result<_>>()?;
    joined.into_iter().try_for_each(|room| leave(db, room, user))
}

/// Takes a member out. A room that has lost its only owner falls to the member who is longest in it (of several, the
/// one with the lowest id), guests left aside.
pub(super) fn leave(db: &Connection, room: RoomId, user: UserId) -> rusqlite::Result<()> {
    let owned = db
        .prepare_cached("DELETE FROM members WHERE user = ? AND room = ? RETURNING owner")?
        .query_row([sql(user.0), sql(room.0)], |row| row.get(0))
        .optional()?;
    // Looking for an heir reads all members: not with each of a thousand guests who leave.
    if owned != Some(true) {
        return Ok(());
    }
    db.prepare_cached(
        "UPDATE members SET owner = 1
         WHERE room = ?1
           AND user = (SELECT members.user FROM members JOIN users ON users.id = members.user
                       WHERE members.room = ?1 AND NOT users.guest ORDER BY members.joined_at, members.user LIMIT 1)
           AND EXISTS (SELECT 1 FROM rooms WHERE id = ?1 AND kind IN ('closed', 'open'))
           AND NOT EXISTS (SELECT 1 FROM members WHERE room = ?1 AND owner)",
    )?
    .execute([sql(room.0)])?;
    Ok(())
}

pub(super) fn rename(db: &Connection, room: RoomId, name: &str) -> rusqlite::Result<Outcome> {
    let renamed = db
        .prepare_cached("UPDATE rooms SET name = ?2 WHERE id = ?1 AND kind <> 'direct' AND erased_upto IS NULL")?
        .execute(params![sql(room.0), name])?;
    if renamed == 0 {
        return Ok(Outcome::Refused(missing_or_forbidden(db, room)?));
    }
    Ok(Outcome::Done)
}

pub(super) fn archive(db: &Connection, room: RoomId, archived: bool) -> rusqlite::Result<Outcome> {
    if let Some(refusal) = fixed(db, room)? {
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
    Ok(Outcome::Done)
}

/// Writes a membership that does not exist yet.
fn join(
    db: &Connection,
    room: RoomId,
    user: UserId,
    role: Role,
    at: Millis,
    read_n: u64,
    took_part: bool,
) -> rusqlite::Result<MemberRecord> {
    db.prepare_cached(
        "INSERT INTO members (user, room, owner, joined_at, read_n, took_part) VALUES (?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![sql(user.0), sql(room.0), role == Role::Owner, at, sql(read_n), took_part])?;
    Ok(MemberRecord { room, user, role, joined_at: at, read_n, took_part })
}

/// A room with its newest message.
pub(super) fn record(db: &Connection, room: RoomId) -> rusqlite::Result<Option<RoomRecord>> {
    let found = db
        .prepare_cached(
            "SELECT id, kind, name, archived, low, high, guests FROM rooms WHERE id = ? AND erased_upto IS NULL",
        )?
        .query_row([sql(room.0)], bare_record)
        .optional()?;
    let Some(found) = found else { return Ok(None) };
    Ok(Some(with_messages(db, found, history::newest(db, room)?.as_ref())?))
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
        Some(_) => Some([schema::user_id(row, 4)?, schema::user_id(row, 5)?]),
        None => None,
    };
    Ok(RoomRecord {
        id: schema::room_id(row, 0)?,
        kind: schema::room_kind(row, 1)?,
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
    let deleted = messages::deleted_of(db, record.id)?;
    Ok(RoomRecord { last_n, last: newest.map(messages::for_the_list), deleted, ..record })
}

/// The columns that [`member`] reads.
pub(super) const MEMBER_COLUMNS: &str = "room, user, owner, joined_at, read_n, took_part";

pub(super) fn member(row: &rusqlite::Row<'_>) -> rusqlite::Result<MemberRecord> {
    Ok(MemberRecord {
        room: schema::room_id(row, 0)?,
        user: schema::user_id(row, 1)?,
        role: schema::role(row, 2)?,
        joined_at: row.get(3)?,
        read_n: schema::number(row, 4)?,
        took_part: row.get(5)?,
    })
}

fn members(db: &Connection, room: RoomId) -> rusqlite::Result<Vec<MemberRecord>> {
    db.prepare_cached(&format!("SELECT {MEMBER_COLUMNS} FROM members WHERE room = ? ORDER BY user"))?
        .query_map([sql(room.0)], member)?
        .collect()
}

pub(super) fn is_member(db: &Connection, room: RoomId, user: UserId) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM members WHERE user = ? AND room = ?")?.exists([sql(user.0), sql(room.0)])
}

fn latest_join(db: &Connection, room: RoomId) -> rusqlite::Result<Option<Millis>> {
    db.prepare_cached("SELECT max(joined_at) FROM members WHERE room = ?")?.query_row([sql(room.0)], |row| row.get(0))
}

fn has_owner(db: &Connection, room: RoomId) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM members WHERE room = ? AND owner")?.exists([sql(room.0)])
}

fn exists(db: &Connection, user: UserId) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM users WHERE id = ? AND name_key IS NOT NULL")?.exists([sql(user.0)])
}

fn rooms_made(db: &Connection, by: UserId) -> rusqlite::Result<u64> {
    db.prepare_cached("SELECT count(*) FROM rooms WHERE made_by = ? AND NOT archived AND low IS NULL")?
        .query_row([sql(by.0)], |row| schema::number(row, 0))
}

/// Archived ones too.
fn made_ever(db: &Connection, by: UserId) -> rusqlite::Result<u64> {
    db.prepare_cached("SELECT count(*) FROM rooms WHERE made_by = ? AND low IS NULL")?
        .query_row([sql(by.0)], |row| schema::number(row, 0))
}

/// Whether this person may put all of these into one more room. However many others have put somebody into, it leaves
/// each some rooms that are nobody else's to use up.
fn may_be_added(db: &Connection, people: &[UserId], by: UserId) -> rusqlite::Result<bool> {
    let owner = accounts::by_id(db, by)?.is_some_and(|by| by.role == Role::Owner);
    for &user in people {
        let (by_one, idle): (u64, u64) = db
            .prepare_cached(
                "SELECT count(*), count(*) FILTER (WHERE NOT took_part) FROM members WHERE user = ? AND added_by = ?",
            )?
            .query_row([sql(user.0), sql(by.0)], |row| Ok((schema::number(row, 0)?, schema::number(row, 1)?)))?;
        let in_all: u64 = db
            .prepare_cached("SELECT count(*) FROM members WHERE user = ? AND added_by IS NOT NULL")?
            .query_row([sql(user.0)], |row| schema::number(row, 0))?;
        let full = in_all >= ROOMS_ADDED_MAX as u64 && !owner;
        // Whom one has added to a room that they use is no stranger.
        if by_one >= ROOMS_ADDED_BY_ONE_MAX as u64 || (full && idle >= ROOMS_ADDED_BEYOND_MAX as u64) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// In how many rooms somebody is who was put there by nobody else, direct rooms aside: of those there is one for each
/// other person.
fn joined(db: &Connection, user: UserId) -> rusqlite::Result<u64> {
    db.prepare_cached(
        "SELECT count(*) FROM members JOIN rooms ON rooms.id = members.room
         WHERE user = ? AND added_by IS NULL AND low IS NULL",
    )?
    .query_row([sql(user.0)], |row| schema::number(row, 0))
}

fn note_adder(db: &Connection, room: RoomId, user: UserId, by: UserId) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE members SET added_by = ?3 WHERE user = ?2 AND room = ?1")?.execute([
        sql(room.0),
        sql(user.0),
        sql(by.0),
    ])?;
    Ok(())
}

/// Why this room's members cannot come and go, if so.
fn fixed(db: &Connection, room: RoomId) -> rusqlite::Result<Option<ErrorCode>> {
    let kind = db
        .prepare_cached("SELECT kind FROM rooms WHERE id = ? AND erased_upto IS NULL")?
        .query_row([sql(room.0)], |row| schema::room_kind(row, 0))
        .optional()?;
    Ok(match kind {
        None => Some(ErrorCode::NotFound),
        Some(RoomKind::Direct | RoomKind::Everyone) => Some(ErrorCode::Forbidden),
        Some(RoomKind::Closed | RoomKind::Open) => None,
    })
}

fn missing_or_forbidden(db: &Connection, room: RoomId) -> rusqlite::Result<ErrorCode> {
    Ok(fixed(db, room)?.unwrap_or(ErrorCode::Forbidden))
}
