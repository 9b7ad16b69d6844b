//! Accounts that appear, change and go, as the pages have made it durable.

use std::collections::BTreeMap;

use crate::proto::change::{Ended, MemberRecord};
use crate::proto::code::CloseCode;
use crate::proto::id::{RoomId, UserId};

use crate::proto::role::BoxRole;
use crate::proto::room::RoomKind;
use crate::proto::server::{ServerMessage, User};

use super::gathered::PersonChange;
use super::room::broadcast;
use super::{Hub, Now, Output};

impl Hub {
    pub(super) fn user_made(&mut self, user: User, members: &[MemberRecord], out: &mut Vec<Output>) {
        let id = user.id;
        self.roster.insert(user);
        // Guests hear of it when they come to share a room.
        self.gathered.person(id, PersonChange::Changed);
        for member in members {
            self.members_joined(member.room, std::slice::from_ref(member), out);
        }
    }

    pub(super) fn user_changed(&mut self, user: User, out: &mut Vec<Output>) {
        let id = user.id;
        let Some(User { role: had, .. }) = self.roster.change(user.clone()) else { return };
        self.gathered.person(id, PersonChange::Changed);
        let rooms = self.roster.people[&id].rooms.iter().copied();
        let with_guests: Vec<RoomId> = rooms.filter(|room| self.may_hold_guests(*room)).collect();
        for room in with_guests {
            self.gathered.person_in(room, id, PersonChange::Changed);
        }
        if had != user.role {
            // What they may do there is another thing now.
            for room in &self.roster.people[&id].rooms {
                self.gathered.show(*room, id);
            }
        }
        // A guest may be in no room by which to hear of it on another device.
        if user.role == BoxRole::Guest {
            broadcast(self.roster.joined_conns(id), ServerMessage::Users { users: vec![user], gone: Vec::new() }, out);
        }
    }

    /// A guest is one no longer: comes into the room for everybody, and owns what nobody else could.
    pub(super) fn member_made(&mut self, user: User, members: &[MemberRecord], out: &mut Vec<Output>) {
        let id = user.id;
        self.user_changed(user, out);
        for member in members {
            let Some(room) = self.rooms.get_mut(member.room) else { continue };
            match room.members.get_mut(&id) {
                None => self.members_joined(member.room, std::slice::from_ref(member), out),
                Some(known) if known.role != member.role => {
                    known.role = member.role;
                    self.gathered.show(member.room, id);
                    self.gathered.changed(member.room, id);
                }
                Some(_) => {}
            }
        }
    }

    /// The owner takes no guests any more: those who are here can do nothing from now on, and are taken out in steps.
    pub(super) fn guests_off(&mut self, out: &mut Vec<Output>) {
        for person in self.roster.people.values_mut().filter(|person| person.user.role == BoxRole::Guest) {
            person.leaving = true;
        }
        self.tell_box(false, out);
    }

    /// Tells everyone whether guests may come.
    pub(super) fn tell_box(&self, guests: bool, out: &mut Vec<Output>) {
        broadcast(self.presence.everyone(), ServerMessage::Box { guests }, out);
    }

    /// Takes guests out whose stay has ended, and lets go the names that were kept after it.
    pub(super) fn stays_ended(&mut self, ended: Ended, now: Now, out: &mut Vec<Output>) {
        let guests: Vec<UserId> = ended.guests.iter().map(|guest| guest.id).collect();
        for guest in ended.guests {
            for room in self.roster.people.get(&guest.id).into_iter().flat_map(|person| &person.rooms) {
                self.gathered.person_in(*room, guest.id, PersonChange::Ended(guest.clone()));
            }
            self.gathered.person(guest.id, PersonChange::Ended(guest));
        }
        // Guests own nothing that could fall to somebody.
        self.take_out(&guests, &[], now, out);
        for user in ended.deleted {
            self.gathered.forget_person(user);
            self.gathered.person(user, PersonChange::Gone);
        }
    }

    /// Takes an account out of everything; its messages stay where they are.
    pub(super) fn user_gone(&mut self, id: UserId, heirs: &[(RoomId, UserId)], now: Now, out: &mut Vec<Output>) {
        if self.roster.knows(id) {
            self.take_out(&[id], heirs, now, out);
            self.gathered.person(id, PersonChange::Gone);
        }
    }

    /// Closes the connections of these people, and takes them out of every room: each room hears of it once.
    fn take_out(&mut self, users: &[UserId], heirs: &[(RoomId, UserId)], now: Now, out: &mut Vec<Output>) {
        let heirs: BTreeMap<RoomId, UserId> = heirs.iter().copied().collect();
        let mut leaving: BTreeMap<RoomId, Vec<UserId>> = BTreeMap::new();
        for user in users {
            let conns = self.roster.people.get(user).map(|person| person.conns.clone()).unwrap_or_default();
            for conn in conns {
                self.close(conn, CloseCode::SignedOut, now, out);
            }
            let Some(person) = self.roster.remove(*user) else { continue };
            for room in person.rooms {
                self.keep_name(room, &person.user.name);
                leaving.entry(room).or_default().push(*user);
            }
        }
        for (room, users) in leaving {
            self.members_left(room, &users, None, heirs.get(&room).copied(), out);
            // The other one of a direct room keeps the conversation, with nobody in it.
            self.rooms.end_direct(room);
            let Some(room) = self.rooms.get(room).filter(|room| room.kind == RoomKind::Direct) else { continue };
            for other in room.members.keys() {
                self.gathered.show(room.id, *other);
            }
        }
    }

    /// Whether there may be guests in a room.
    fn may_hold_guests(&self, room: RoomId) -> bool {
        self.rooms.get(room).is_some_and(|room| room.settings.guests || room.kind == RoomKind::Direct)
    }
}
