//! Accounts that appear, change and go, as the pages have made it durable.

use std::collections::BTreeMap;

use crate::proto::code::CloseCode;
use crate::proto::id::{ConnId, RoomId, UserId};
use crate::proto::op::{Ended, MemberRecord};
use crate::proto::server::{RoomKind, ServerMessage, User};

use super::room::broadcast;
use super::{Hub, Now, Output, Person};

impl Hub {
    pub(super) fn user_created(&mut self, user: User, members: &[MemberRecord], out: &mut Vec<Output>) {
        let id = user.id;
        self.people.insert(id, Person::new(user.clone()));
        // Guests hear of it when they come to share a room.
        broadcast(self.who_knows(id), ServerMessage::User { user }, out);
        for member in members {
            self.members_added(member.room, std::slice::from_ref(member), out);
        }
    }

    pub(super) fn user_changed(&mut self, user: User, out: &mut Vec<Output>) {
        let Some(person) = self.people.get_mut(&user.id) else { return };
        person.user = user.clone();
        broadcast(self.who_knows(user.id), ServerMessage::User { user }, out);
    }

    /// A guest is one no longer: comes into the room for everybody, and owns what nobody else could.
    pub(super) fn member_made(&mut self, user: User, members: &[MemberRecord], out: &mut Vec<Output>) {
        let id = user.id;
        self.user_changed(user, out);
        for member in members {
            let Some(room) = self.rooms.get_mut(&member.room) else { continue };
            match room.members.get_mut(&id) {
                None => self.members_added(member.room, std::slice::from_ref(member), out),
                Some(known) if known.role != member.role => {
                    known.role = member.role;
                    self.show_room(member.room, id, out);
                }
                Some(_) => {}
            }
        }
    }

    /// Takes guests out whose stay has ended, and lets go the names that were kept after it.
    pub(super) fn stays_ended(&mut self, ended: Ended, now: Now, out: &mut Vec<Output>) {
        let guests: Vec<UserId> = ended.guests.iter().map(|guest| guest.id).collect();
        let knew: Vec<Vec<ConnId>> = guests.iter().map(|guest| self.who_knows(*guest)).collect();
        self.take_out(&guests, now, out);
        for (guest, mut to) in ended.guests.into_iter().zip(knew) {
            // The others who go have been told goodbye already.
            to.retain(|conn| self.conns.contains_key(conn));
            broadcast(to, ServerMessage::User { user: guest }, out);
        }
        for user in ended.deleted {
            broadcast(self.presence.everyone(), ServerMessage::UserGone { user }, out);
        }
    }

    /// Takes an account out of everything; its messages stay where they are.
    pub(super) fn user_gone(&mut self, id: UserId, now: Now, out: &mut Vec<Output>) {
        if self.people.contains_key(&id) {
            self.take_out(&[id], now, out);
            broadcast(self.presence.everyone(), ServerMessage::UserGone { user: id }, out);
        }
    }

    /// Closes the connections of these people, and takes them out of every room: each room hears of it once.
    fn take_out(&mut self, users: &[UserId], now: Now, out: &mut Vec<Output>) {
        let mut leaving: BTreeMap<RoomId, Vec<UserId>> = BTreeMap::new();
        for user in users {
            let conns = self.people.get(user).map(|person| person.conns.clone()).unwrap_or_default();
            for conn in conns {
                self.close(conn, CloseCode::SignedOut, now, out);
            }
            for room in self.people.remove(user).map(|person| person.rooms).unwrap_or_default() {
                leaving.entry(room).or_default().push(*user);
            }
        }
        for (room, users) in leaving {
            self.remove_members(room, users, out);
            if self.rooms.get(&room).is_some_and(|room| room.kind == RoomKind::Direct) {
                // The other one keeps the conversation, with nobody in it.
                self.directs.retain(|_, direct| *direct != room);
                self.show_room_to_all(room, out);
            }
        }
    }
}
