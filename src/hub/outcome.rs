//! What the store has made durable: the state follows, and those concerned are told.

use crate::proto::code::ErrorCode;
use crate::proto::id::{ConnId, RoomId, Seq};
use crate::proto::op::{Fault, MemberRecord, Outcome, RoomRecord};
use crate::proto::server::{LastMessage, Message, ServerMessage};

use super::gathered::PersonChange;
use super::room::broadcast;
use super::{About, Asked, Hub, Output, Ticket, refusal};

impl Hub {
    pub(super) fn stored(&mut self, ticket: Ticket, result: Result<Outcome, Fault>, out: &mut Vec<Output>) {
        let Some(asked) = self.asked.remove(&ticket) else { return };
        let result = match result {
            Ok(Outcome::Refused(code)) => Err(code),
            Ok(outcome) => Ok(outcome),
            Err(Fault::DiskFull) => Err(ErrorCode::DiskFull),
            Err(Fault::Storage) => Err(ErrorCode::StorageFailed),
        };
        match asked {
            Asked::Send { conn, client_msg_id } => {
                if let Some(state) = self.conns.get_mut(&conn) {
                    state.in_flight = state.in_flight.saturating_sub(1);
                }
                match result {
                    Ok(Outcome::Appended(message)) => self.appended(message, out),
                    Ok(Outcome::Duplicate(message)) => self.tell(conn, ServerMessage::Message(message), out),
                    Ok(_) => self.tell(conn, refusal(ErrorCode::Internal, None, Some(client_msg_id)), out),
                    Err(code) => self.tell(conn, refusal(code, None, Some(client_msg_id)), out),
                }
            }
            Asked::Command { conn, re, about } => {
                let answer = match result {
                    Ok(outcome) => ServerMessage::Done { re, room: self.commanded(about, outcome, out) },
                    Err(code) => refusal(code, Some(re), None),
                };
                self.tell(conn, answer, out);
            }
        }
    }

    /// To a connection, if it is still there.
    fn tell(&self, to: ConnId, message: ServerMessage, out: &mut Vec<Output>) {
        if self.conns.contains_key(&to) {
            out.push(Output::Send { to, message });
        }
    }

    fn appended(&mut self, message: Message, out: &mut Vec<Output>) {
        self.seq = self.seq.max(message.id);
        let (id, author, n) = (message.room, message.author, message.n);
        self.make_known(author, id, out);
        let Some(room) = self.rooms.get_mut(&id) else { return };
        room.appended(&message);
        broadcast(room.present.clone(), ServerMessage::Message(message), out);
        out.push(Output::StoreRead { room: id, user: author, n });
        broadcast(self.joined_conns(author), ServerMessage::Read { room: id, n }, out);
    }

    /// Takes up what a command has come to; returns the room to name in the answer.
    fn commanded(&mut self, about: About, outcome: Outcome, out: &mut Vec<Output>) -> Option<RoomId> {
        match (about, outcome) {
            (_, Outcome::Deleted { seq, room, message, n, last }) => self.deleted(seq, room, (message, n), last, out),
            (_, Outcome::Direct { room, members, new }) => {
                let id = room.id;
                if new || !self.rooms.contains_key(&id) {
                    self.room_created(room, &members, out);
                }
                return Some(id);
            }
            (_, Outcome::MembersAdded { room, members }) => {
                self.members_added(room, &members, out);
                return Some(room);
            }
            (_, Outcome::OpenedToGuests { room: id, guests, left }) => {
                if let Some(room) = self.rooms.get_mut(&id) {
                    room.guests = guests;
                }
                self.remove_members(id, &left, out);
                self.show_room_to_all(id, out);
            }
            (_, Outcome::RoomCreated { room, members }) => {
                let id = room.id;
                self.room_created(room, &members, out);
                return Some(id);
            }
            (About::Archive { room: id, archived }, _) => {
                if let Some(room) = self.rooms.get_mut(&id) {
                    room.archived = archived;
                }
                self.show_room_to_all(id, out);
            }
            (About::Leave { room, user }, _) => self.remove_members(room, &[user], out),
            (About::Rename { room: id, name }, _) => {
                if let Some(room) = self.rooms.get_mut(&id) {
                    room.name = name;
                }
                self.show_room_to_all(id, out);
            }
            (About::Other, _) => {}
        }
        None
    }

    fn deleted(
        &mut self,
        seq: Seq,
        id: RoomId,
        (message, n): (Seq, u64),
        last: Option<LastMessage>,
        out: &mut Vec<Output>,
    ) {
        self.seq = self.seq.max(seq);
        let Some(room) = self.rooms.get_mut(&id) else { return };
        // A later message may have become the last one meanwhile.
        if room.last.as_ref().is_some_and(|newest| newest.id == message) {
            room.last = last;
        }
        room.deleted.add(n);
        broadcast(room.present.clone(), ServerMessage::Deleted { seq, room: id, message, n }, out);
    }

    fn room_created(&mut self, room: RoomRecord, members: &[MemberRecord], out: &mut Vec<Output>) {
        let id = room.id;
        self.insert_room(room);
        for member in members {
            self.insert_member(member);
        }
        self.show_room_to_all(id, out);
    }

    pub(super) fn members_added(&mut self, id: RoomId, members: &[MemberRecord], out: &mut Vec<Output>) {
        let Some(room) = self.rooms.get(&id) else { return };
        let has_guests = room.guests;
        for member in members {
            self.insert_member(member);
            self.gathered.joined(id, member.user);
            if has_guests {
                self.gathered.person_in(id, member.user, PersonChange::Changed);
            }
        }
        for member in members {
            self.show_room(id, member.user, out);
        }
    }
}
