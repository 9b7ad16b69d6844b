//! Who is in which room: coming in, going, and who owns it.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, params};

use super::rows::{self, REMOVED_ROOM, ROOM_SETTINGS_COLUMNS, ROOM_SETTINGS_COLUMNS_COUNT, sql};
use super::{history, people};
use crate::proto::change::{Change, MemberRecord};
use crate::proto::code::ErrorCode;
use crate::proto::id::{RoomId, UserId};
use crate::proto::limits::{ROOMS_ADDED_BEYOND_MAX, ROOMS_ADDED_BY_ONE_MAX, ROOMS_ADDED_MAX, ROOMS_JOINED_MAX};
use crate::proto::op::{Millis, Outcome, Reply};
use crate::proto::permit::{self, Act, RoomFacts, Standing};
use crate::proto::receipt::ReadMarker;
use crate::proto::role::{BoxRole, RoomRole};
use crate::proto::room::{Notify, RoomKind};

/// The room for everybody: the first migration makes it.
pub(super) const EVERYONE: RoomId = RoomId(1);

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
    let (open_to_guests, archived): (bool, bool) = db
        .prepare_cached("SELECT guests, archived FROM rooms WHERE id = ? AND erased_upto IS NULL")?
        .query_row([sql(room.0)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut newcomers = Vec::new();
    for user in users {
        let Some(found) = people::by_id(db, user)? else {
            return Ok(Outcome::Refused(ErrorCode::NotFound));
        };
        if found.role == BoxRole::Guest && !open_to_guests {
            return Ok(Outcome::Refused(ErrorCode::GuestsNotHere));
        }
        if !is_member(db, room, user)? {
            newcomers.push((user, found.role));
        }
    }
    let people: Vec<UserId> = newcomers.iter().map(|(user, _)| *user).collect();
    match by {
        Some(by) => {
            if let Some(refusal) = may(db, Act::AddMembers, room, by)? {
                return Ok(Outcome::Refused(refusal));
            }
            if !may_be_added(db, &people, by)? {
                return Ok(Outcome::Refused(ErrorCode::RoomsFull));
            }
        }
        None if archived => return Ok(Outcome::Refused(ErrorCode::RoomArchived)),
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
    Ok(Outcome::made(Reply::Room(room), [Change::MembersJoined { room, members: added }]))
}

/// Somebody leaves, or is taken out by another.
pub(super) fn remove_member(db: &Connection, room: RoomId, user: UserId, by: UserId) -> rusqlite::Result<Outcome> {
    let act = if by == user { Act::Leave } else { Act::RemoveMembers };
    if let Some(refusal) = not_of_a_member(db, act, room, user, by)? {
        return Ok(Outcome::Refused(refusal));
    }
    let heir = leave(db, room, user)?;
    let by = (by != user).then_some(by);
    Ok(Outcome::done([Change::MembersLeft { room, users: vec![user], by, heir }]))
}

/// Says what a member wants to be notified of.
pub(super) fn set_notify(db: &Connection, room: RoomId, user: UserId, notify: Notify) -> rusqlite::Result<Outcome> {
    let set = db.prepare_cached("UPDATE members SET notify = ?3 WHERE user = ?2 AND room = ?1")?.execute(params![
        sql(room.0),
        sql(user.0),
        rows::notify_name(notify)
    ])?;
    if set == 0 {
        return Ok(Outcome::Refused(ErrorCode::NotAMember));
    }
    Ok(Outcome::done([Change::NotifyChanged { room, user, notify }]))
}

/// Says who owns a room. Somebody always does, and never a guest.
pub(super) fn set_role(
    db: &Connection,
    room: RoomId,
    user: UserId,
    role: RoomRole,
    by: UserId,
) -> rusqlite::Result<Outcome> {
    if let Some(refusal) = not_of_a_member(db, Act::SetRoles, room, user, by)? {
        return Ok(Outcome::Refused(refusal));
    }
    if role == RoomRole::Owner && people::is_guest(db, user)? {
        return Ok(Outcome::Refused(ErrorCode::Forbidden));
    }
    let was = db
        .prepare_cached("SELECT role FROM members WHERE user = ? AND room = ?")?
        .query_row([sql(user.0), sql(room.0)], |row| rows::room_role(row, 0))?;
    if was == role {
        return Ok(Outcome::done([]));
    }
    let owners: u64 = db
        .prepare_cached("SELECT count(*) FROM members WHERE room = ? AND role = 'owner'")?
        .query_row([sql(room.0)], |row| rows::number(row, 0))?;
    if was == RoomRole::Owner && owners == 1 {
        return Ok(Outcome::Refused(ErrorCode::LastRoomOwner));
    }
    db.prepare_cached("UPDATE members SET role = ?3 WHERE user = ?1 AND room = ?2")?.execute(params![
        sql(user.0),
        sql(room.0),
        rows::room_role_name(role)
    ])?;
    Ok(Outcome::done([Change::RoleChanged { room, user, role }]))
}

/// Why nothing is done with somebody in a room by another, or by themselves, if so.
fn not_of_a_member(
    db: &Connection,
    act: Act,
    room: RoomId,
    user: UserId,
    by: UserId,
) -> rusqlite::Result<Option<ErrorCode>> {
    if let Some(refusal) = fixed(db, room)? {
        return Ok(Some(refusal));
    }
    if let Some(refusal) = may(db, act, room, by)? {
        return Ok(Some(refusal));
    }
    Ok((!is_member(db, room, user)?).then_some(ErrorCode::NotFound))
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
        of_the_box: BoxRole,
    ) -> rusqlite::Result<Option<MemberRecord>> {
        if is_member(db, self.room, user)? {
            return Ok(None);
        }
        let owns = self.orphaned && of_the_box != BoxRole::Guest;
        self.orphaned &= !owns;
        let role = if owns { RoomRole::Owner } else { RoomRole::Member };
        let member = join(db, self.room, user, role, self.at, self.read_n, self.by_themselves)?;
        self.at += 1;
        Ok(Some(member))
    }
}

/// Writes a membership that does not exist yet.
pub(super) fn join(
    db: &Connection,
    room: RoomId,
    user: UserId,
    role: RoomRole,
    at: Millis,
    read_n: u64,
    took_part: bool,
) -> rusqlite::Result<MemberRecord> {
    db.prepare_cached(
        "INSERT INTO members (user, room, role, joined_at, read_n, joined_n, took_part) VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)",
    )?
    .execute(params![sql(user.0), sql(room.0), rows::room_role_name(role), at, sql(read_n), took_part])?;
    Ok(MemberRecord { room, user, role, joined_at: at, read: read_n.into(), joined_n: read_n, took_part, notify: None })
}

/// Takes a member out. A room that has lost its only owner falls to the member who is longest in it (of several, the
/// one with the lowest id), guests left aside: that member is given.
pub(super) fn leave(db: &Connection, room: RoomId, user: UserId) -> rusqlite::Result<Option<UserId>> {
    let role = db
        .prepare_cached("DELETE FROM members WHERE user = ? AND room = ? RETURNING role")?
        .query_row([sql(user.0), sql(room.0)], |row| rows::room_role(row, 0))
        .optional()?;
    // Looking for an heir reads all members: not with each of a thousand guests who leave.
    if role != Some(RoomRole::Owner) {
        return Ok(None);
    }
    db.prepare_cached(
        "UPDATE members SET role = 'owner'
         WHERE room = ?1
           AND user = (SELECT members.user FROM members JOIN users ON users.id = members.user
                       WHERE members.room = ?1 AND users.role <> 'guest' ORDER BY members.joined_at, members.user LIMIT 1)
           AND EXISTS (SELECT 1 FROM rooms WHERE id = ?1 AND kind IN ('closed', 'open'))
           AND NOT EXISTS (SELECT 1 FROM members WHERE room = ?1 AND role = 'owner')
         RETURNING user",
    )?
    .query_row([sql(room.0)], |row| rows::user_id(row, 0))
    .optional()
}

/// Takes somebody out of every room. The other one of a direct room keeps the name, as the room's; with nobody left in
/// it, it has none. The one that they have for themselves is removed. Gives who owns rooms from now on that had no other owner.
pub(super) fn leave_all(db: &Connection, user: UserId) -> rusqlite::Result<Vec<(RoomId, UserId)>> {
    db.prepare_cached(
        "UPDATE rooms SET name = iif(
             EXISTS (SELECT 1 FROM members WHERE room = rooms.id AND user <> ?1),
             (SELECT users.name FROM users WHERE users.id = ?1), '')
         WHERE kind = 'direct' AND id IN (SELECT room FROM members WHERE user = ?1)",
    )?
    .execute([sql(user.0)])?;
    db.prepare_cached(&format!("UPDATE rooms SET {REMOVED_ROOM} WHERE low = ?1 AND high = ?1"))?
        .execute([sql(user.0)])?;
    let joined: Vec<RoomId> = db
        .prepare_cached("SELECT room FROM members WHERE user = ?")?
        .query_map([sql(user.0)], |row| rows::room_id(row, 0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut heirs = Vec::new();
    for room in joined {
        heirs.extend(leave(db, room, user)?.map(|heir| (room, heir)));
    }
    Ok(heirs)
}

/// The columns that [`member`] reads.
pub(super) const MEMBER_COLUMNS: &str =
    "room, user, role, joined_at, read_n, joined_n, took_part, notify, furthest_n, set_back";

/// `furthest_n`: 0 of those who have never set it back.
fn read_marker(n: u64, furthest_n: u64, set_back: u32) -> ReadMarker {
    ReadMarker { n, furthest_n: furthest_n.max(n), set_back }
}

pub(super) fn member(row: &rusqlite::Row<'_>) -> rusqlite::Result<MemberRecord> {
    Ok(MemberRecord {
        room: rows::room_id(row, 0)?,
        user: rows::user_id(row, 1)?,
        role: rows::room_role(row, 2)?,
        joined_at: row.get(3)?,
        read: read_marker(rows::number(row, 4)?, rows::number(row, 8)?, row.get(9)?),
        joined_n: rows::number(row, 5)?,
        took_part: row.get(6)?,
        notify: rows::notify(row, 7)?,
    })
}

/// Why this person may not do this in that room now, if so.
pub(super) fn may(db: &Connection, act: Act, room: RoomId, user: UserId) -> rusqlite::Result<Option<ErrorCode>> {
    const ROLE: usize = 2 + ROOM_SETTINGS_COLUMNS_COUNT;
    db.prepare_cached(&format!(
        "SELECT kind, iif(kind = 'direct' AND low <> high, (SELECT count(*) FROM members WHERE room = ?1) < 2, 0), {ROOM_SETTINGS_COLUMNS},
                members.role, users.role
         FROM rooms LEFT JOIN members ON members.room = rooms.id AND members.user = ?2
                    LEFT JOIN users ON users.id = members.user
         WHERE rooms.id = ?1"
    ))?
    .query_row([sql(room.0), sql(user.0)], |row| {
        if row.get_ref(ROLE)? == ValueRef::Null {
            return Ok(Some(ErrorCode::NotAMember));
        }
        let who = Standing { on_the_box: rows::box_role(row, ROLE + 1)?, in_the_room: rows::room_role(row, ROLE)? };
        let settings = rows::room_settings(row, 2)?;
        let room = RoomFacts { kind: rows::room_kind(row, 0)?, settings: &settings, left_alone: row.get(1)? };
        Ok(permit::may(act, who, room).err())
    })
    .optional()
    .map(|refusal| refusal.unwrap_or(Some(ErrorCode::NotFound)))
}

/// Whether somebody who is not in this room may look into it.
pub(super) fn is_open_to(db: &Connection, room: RoomId, user: UserId) -> rusqlite::Result<bool> {
    let found = db
        .prepare_cached(&format!(
            "SELECT kind, users.role, {ROOM_SETTINGS_COLUMNS} FROM rooms JOIN users ON users.id = ?2
             WHERE rooms.id = ?1 AND users.name_key IS NOT NULL"
        ))?
        .query_row([sql(room.0), sql(user.0)], |row| {
            let settings = rows::room_settings(row, 2)?;
            Ok(permit::is_open_to(rows::box_role(row, 1)?, rows::room_kind(row, 0)?, &settings).is_ok())
        })
        .optional()?;
    Ok(found.unwrap_or(false))
}

pub(super) fn is_member(db: &Connection, room: RoomId, user: UserId) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM members WHERE user = ? AND room = ?")?.exists([sql(user.0), sql(room.0)])
}

fn latest_join(db: &Connection, room: RoomId) -> rusqlite::Result<Option<Millis>> {
    db.prepare_cached("SELECT max(joined_at) FROM members WHERE room = ?")?.query_row([sql(room.0)], |row| row.get(0))
}

fn has_owner(db: &Connection, room: RoomId) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM members WHERE room = ? AND role = 'owner'")?.exists([sql(room.0)])
}

/// Why this room's members cannot come and go, if so.
pub(super) fn fixed(db: &Connection, room: RoomId) -> rusqlite::Result<Option<ErrorCode>> {
    let kind = db
        .prepare_cached("SELECT kind FROM rooms WHERE id = ? AND erased_upto IS NULL")?
        .query_row([sql(room.0)], |row| rows::room_kind(row, 0))
        .optional()?;
    Ok(match kind {
        None => Some(ErrorCode::NotFound),
        Some(RoomKind::Direct | RoomKind::Everyone) => Some(ErrorCode::Forbidden),
        Some(RoomKind::Closed | RoomKind::Open) => None,
    })
}

/// Whether this person may put all of these into one more room. However many others have put somebody into, it leaves
/// each some rooms that are nobody else's to use up.
pub(super) fn may_be_added(db: &Connection, people: &[UserId], by: UserId) -> rusqlite::Result<bool> {
    let owner = people::by_id(db, by)?.is_some_and(|by| by.role == BoxRole::Owner);
    for &user in people {
        let (by_one, idle): (u64, u64) = db
            .prepare_cached(
                "SELECT count(*), count(*) FILTER (WHERE NOT took_part) FROM members WHERE user = ? AND added_by = ?",
            )?
            .query_row([sql(user.0), sql(by.0)], |row| Ok((rows::number(row, 0)?, rows::number(row, 1)?)))?;
        let in_all: u64 = db
            .prepare_cached("SELECT count(*) FROM members WHERE user = ? AND added_by IS NOT NULL")?
            .query_row([sql(user.0)], |row| rows::number(row, 0))?;
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
pub(super) fn joined(db: &Connection, user: UserId) -> rusqlite::Result<u64> {
    db.prepare_cached(
        "SELECT count(*) FROM members JOIN rooms ON rooms.id = members.room
         WHERE user = ? AND added_by IS NULL AND low IS NULL",
    )?
    .query_row([sql(user.0)], |row| rows::number(row, 0))
}

pub(super) fn note_adder(db: &Connection, room: RoomId, user: UserId, by: UserId) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE members SET added_by = ?3 WHERE user = ?2 AND room = ?1")?.execute([
        sql(room.0),
        sql(user.0),
        sql(by.0),
    ])?;
    Ok(())
}
