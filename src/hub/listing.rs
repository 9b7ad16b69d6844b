//! Rooms as lists: a person's own in the welcome, as many as fit, those they do something in first, and the liveliest
//! first; all of these by pages; and those that are open to them.

use crate::proto::account::{ListedRoom, RoomPage};
use crate::proto::id::{RoomId, Seq, UserId};
use crate::proto::limits::{ROOMS_PAGE_MAX, WELCOME_BYTES_MAX};
use crate::proto::permit::is_open_to;
use crate::proto::room::RoomKind;
use crate::proto::server;

use super::Hub;
use super::room::Room;
use super::roster::Person;

impl Hub {
    /// A page of the archived rooms that a person is in, the newest first: those with an id below `before`.
    pub fn archived_rooms(&self, user: UserId, before: Option<RoomId>) -> RoomPage {
        self.page(user, before, true)
    }

    /// The same of the rooms that are not archived.
    pub fn joined_rooms(&self, user: UserId, before: Option<RoomId>) -> RoomPage {
        self.page(user, before, false)
    }

    fn page(&self, user: UserId, before: Option<RoomId>, archived: bool) -> RoomPage {
        let Some(person) = self.roster.people.get(&user) else { return RoomPage { rooms: Vec::new(), more: false } };
        let below = before.unwrap_or(RoomId(u64::MAX));
        let found = person.rooms.range(..below).rev().filter_map(|id| self.rooms.get(*id));
        let found = found.filter(|room| room.settings.archived == archived);
        let mut rooms: Vec<server::Room> =
            found.filter_map(|room| self.shown(room, user)).take(ROOMS_PAGE_MAX + 1).collect();
        let more = rooms.len() > ROOMS_PAGE_MAX;
        rooms.truncate(ROOMS_PAGE_MAX);
        RoomPage { rooms, more }
    }

    /// The rooms that are open to this person, who may be in them, by id.
    pub fn open_rooms(&self, user: UserId) -> Vec<ListedRoom> {
        let Some(on_the_box) = self.roster.box_role(user) else { return Vec::new() };
        let open = self.rooms.open().filter(|room| is_open_to(on_the_box, room.kind, &room.settings).is_ok());
        open.map(|room| ListedRoom {
            id: room.id,
            name: room.settings.name.clone(),
            member_count: room.member_count(),
            joined: room.members.contains_key(&user),
            guests: room.settings.guests,
        })
        .collect()
    }

    /// One room as this person sees it; none when they are not in it.
    pub fn room_of(&self, user: UserId, room: RoomId) -> Option<server::Room> {
        self.shown(self.rooms.get(room)?, user)
    }

    /// The rooms to welcome somebody with, in the order of their ids, and whether there are more.
    pub(super) fn liveliest(&self, person: &Person) -> (Vec<server::Room>, bool) {
        let user = person.user.id;
        let own = person.rooms.iter().filter_map(|id| self.rooms.get(*id)).filter(|room| !room.settings.archived);
        let mut rooms: Vec<(&Room, server::Room)> =
            own.filter_map(|room| Some((room, self.shown(room, user)?))).collect();
        // What others put somebody into, however lively, is not to push their own rooms out.
        let idle = |room: &Room| !room.members.get(&user).is_some_and(|member| member.took_part);
        rooms.sort_unstable_by_key(|(room, _)| {
            (room.kind != RoomKind::Everyone, idle(room), newest_first(room), room.id)
        });
        // The brackets; each room brings its comma.
        let mut sum = 1;
        let fits = |room: &server::Room| {
            sum = bytes(room).saturating_add(sum);
            sum <= WELCOME_BYTES_MAX
        };
        let all = rooms.len();
        let mut rooms: Vec<server::Room> = rooms.into_iter().map(|(_, seen)| seen).take_while(fits).collect();
        let more = rooms.len() < all;
        rooms.sort_unstable_by_key(|room| room.id);
        (rooms, more)
    }

    /// How many archived rooms a person is in.
    pub(super) fn archived_count(&self, person: &Person) -> u32 {
        let archived = |id: &&RoomId| self.rooms.get(**id).is_some_and(|room| room.settings.archived);
        u32::try_from(person.rooms.iter().filter(archived).count()).unwrap_or(u32::MAX)
    }
}

/// The room that something was said in last comes first.
fn newest_first(room: &Room) -> std::cmp::Reverse<Option<Seq>> {
    std::cmp::Reverse(room.last.as_ref().map(|last| last.id))
}

/// Bytes of a room in the welcome's JSON, with the comma.
fn bytes(room: &server::Room) -> usize {
    serde_json::to_string(room).map_or(usize::MAX, |json| json.len() + 1)
}
