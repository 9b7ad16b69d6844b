//! Who is in which room, and telling them what it looks like.

use std::collections::BTreeMap;

use crate::proto::change::MemberRecord;
use crate::proto::id::{ConnId, RoomId, UserId};
use crate::proto::role::RoomRole;
use crate::proto::room::{Notify, RoomKind};
use crate::proto::server::ServerMessage;

use super::room::{Member, broadcast};
use super::{Hub, Output};

impl Hub {
    /// Adds a membership, with the person's connections.
    pub(super) fn insert_member(&mut self, record: &MemberRecord) {
        let conns = self.roster.joined_conns(record.user);
        let (Some(room), Some(person)) = (self.rooms.get_mut(record.room), self.roster.people.get_mut(&record.user))
        else {
            return;
        };
        if room.members.insert(record.user, Member::new(record)).is_none() {
            room.present.extend(conns);
            person.rooms.insert(record.room);
        }
    }

    /// Takes members out of a room, which is somebody else's then if it was theirs, and tells everyone concerned.
    pub(super) fn members_left(
        &mut self,
        id: RoomId,
        users: &[UserId],
        by: Option<UserId>,
        heir: Option<UserId>,
        out: &mut Vec<Output>,
    ) {
        let conns: Vec<ConnId> = users.iter().flat_map(|user| self.roster.joined_conns(*user)).collect();
        let Some(room) = self.rooms.get_mut(id) else { return };
        let archived = room.settings.archived.into();
        for user in users {
            room.members.remove(user);
        }
        for conn in &conns {
            room.gone(*conn);
        }
        if let Some((heir, member)) = heir.and_then(|heir| Some((heir, room.members.get_mut(&heir)?))) {
            member.role = RoomRole::Owner;
            self.gathered.show(id, heir);
            self.gathered.changed(id, heir);
        }
        for user in users {
            if let Some(person) = self.roster.people.get_mut(user) {
                person.rooms.remove(&id);
            }
            self.gathered.left(id, *user);
        }
        broadcast(conns, ServerMessage::RoomsGone { rooms: vec![id], archived, by }, out);
    }

    /// A member is something else from now on: shown to them, and told to the others.
    pub(super) fn role_changed(&mut self, id: RoomId, user: UserId, role: RoomRole) {
        let Some(member) = self.rooms.get_mut(id).and_then(|room| room.members.get_mut(&user)) else { return };
        member.role = role;
        self.gathered.show(id, user);
        self.gathered.changed(id, user);
    }

    /// What a member wants to be notified of: shown to them, and told to nobody else.
    pub(super) fn notify_changed(&mut self, id: RoomId, user: UserId, notify: Notify, out: &mut Vec<Output>) {
        let Some(member) = self.rooms.get_mut(id).and_then(|room| room.members.get_mut(&user)) else { return };
        member.notify = Some(notify);
        self.show_room(id, user, out);
    }

    /// A direct room has the last name of the one who goes, for the other.
    pub(super) fn keep_name(&mut self, id: RoomId, name: &str) {
        if let Some(room) = self.rooms.get_mut(id).filter(|room| room.kind == RoomKind::Direct) {
            name.clone_into(&mut room.settings.name);
        }
    }

    /// Forgets rooms that are there no longer. Each connection is told once.
    pub(super) fn rooms_removed(&mut self, removed: &[RoomId], out: &mut Vec<Output>) {
        let mut told: BTreeMap<ConnId, (Vec<RoomId>, u32)> = BTreeMap::new();
        for id in removed {
            let Some(room) = self.rooms.remove(*id) else { continue };
            for user in room.members.keys() {
                if let Some(person) = self.roster.people.get_mut(user) {
                    person.rooms.remove(id);
                }
            }
            for conn in room.present {
                let (rooms, archived) = told.entry(conn).or_default();
                rooms.push(*id);
                *archived += u32::from(room.settings.archived);
            }
            self.gathered.forget(*id);
        }
        // Most are in the same ones.
        let mut alike: BTreeMap<(Vec<RoomId>, u32), Vec<ConnId>> = BTreeMap::new();
        for (conn, rooms) in told {
            alike.entry(rooms).or_default().push(conn);
        }
        for ((rooms, archived), to) in alike {
            broadcast(to, ServerMessage::RoomsGone { rooms, archived, by: None }, out);
        }
    }

    /// Sends a room as it is now to one of its members.
    pub(super) fn show_room(&self, id: RoomId, user: UserId, out: &mut Vec<Output>) {
        if let Some(room) = self.room_of(user, id) {
            broadcast(self.roster.joined_conns(user), ServerMessage::Room { room, back: false }, out);
        }
    }

    /// Sends a room that has come back from the archive to all its members, who need not know it.
    pub(super) fn show_room_back(&self, id: RoomId, out: &mut Vec<Output>) {
        let members = self.rooms.get(id).into_iter().flat_map(|room| room.members.keys());
        for user in members.copied() {
            if let Some(room) = self.room_of(user, id) {
                broadcast(self.roster.joined_conns(user), ServerMessage::Room { room, back: true }, out);
            }
        }
    }

    /// Sends a room as it is now to all its members.
    pub(super) fn show_room_to_all(&self, id: RoomId, out: &mut Vec<Output>) {
        let Some(room) = self.rooms.get(id) else { return };
        for user in room.members.keys() {
            self.show_room(id, *user, out);
        }
    }
}
