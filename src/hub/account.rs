//! Accounts that appear, change and go, as the pages have made it durable.

use crate::proto::code::CloseCode;
use crate::proto::id::UserId;
use crate::proto::op::MemberRecord;
use crate::proto::server::{RoomKind, ServerMessage, User};

use super::room::broadcast;
use super::{Hub, Now, Output, Person};

impl Hub {
    pub(super) fn user_created(&mut self, user: User, members: &[MemberRecord], out: &mut Vec<Output>) {
        self.people.insert(user.id, Person::new(user.clone()));
        broadcast(self.presence.everyone(), ServerMessage::User { user }, out);
        for member in members {
            self.members_added(member.room, std::slice::from_ref(member), out);
        }
    }

    pub(super) fn user_changed(&mut self, user: User, out: &mut Vec<Output>) {
        let Some(person) = self.people.get_mut(&user.id) else { return };
        person.user = user.clone();
        broadcast(self.presence.everyone(), ServerMessage::User { user }, out);
    }

    /// Takes an account out of everything; its messages stay where they are.
    pub(super) fn user_gone(&mut self, id: UserId, now: Now, out: &mut Vec<Output>) {
        let Some(person) = self.people.get(&id) else { return };
        for conn in person.conns.clone() {
            self.close(conn, CloseCode::SignedOut, now, out);
        }
        let rooms = self.people.remove(&id).map(|person| person.rooms).unwrap_or_default();
        for room in rooms {
            self.remove_member(room, id, out);
            if self.rooms.get(&room).is_some_and(|room| room.kind == RoomKind::Direct) {
                // The other one keeps the conversation, with nobody in it.
                self.directs.retain(|_, direct| *direct != room);
                self.show_room_to_all(room, out);
            }
        }
        broadcast(self.presence.everyone(), ServerMessage::UserGone { user: id }, out);
    }
}
