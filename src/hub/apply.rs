//! What the store has made durable: the state follows, and those concerned are told.

use crate::proto::change::{Change, MemberRecord, RoomRecord, RoomSetting};
use crate::proto::id::{RoomId, Seq};
use crate::proto::server::{LastMessage, Message, ServerMessage};

use super::gathered::PersonChange;
use super::room::{Room, broadcast};
use super::{Hub, Now, Output};

impl Hub {
    /// Takes up one change, whoever asked for it.
    pub(super) fn apply(&mut self, change: Change, now: Now, out: &mut Vec<Output>) {
        match change {
            Change::GuestsOff => self.guests_off(),
            Change::MemberMade { user, members } => self.member_made(user, &members, out),
            Change::MembersJoined { room, members } => self.members_joined(room, &members, out),
            Change::MembersLeft { room, users, heir } => self.members_left(room, &users, heir, out),
            Change::MessageAppended(message) => self.appended(message, out),
            Change::MessageDeleted { seq, room, message, n, last } => self.deleted(seq, room, (message, n), last, out),
            Change::RoomChanged { room, setting } => self.room_changed(room, setting, out),
            Change::RoomMade { room, members } => self.room_made(room, &members, out),
            Change::RoomsRemoved { rooms } => self.rooms_removed(&rooms, out),
            Change::SessionsEnded { sessions, end } => self.sessions_ended(&sessions, end, now, out),
            Change::StaysEnded(ended) => self.stays_ended(ended, now, out),
            Change::UserChanged(user) => self.user_changed(user, out),
            Change::UserGone { user, heirs } => self.user_gone(user, &heirs, now, out),
            Change::UserMade { user, members } => self.user_made(user, &members, out),
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

    fn room_changed(&mut self, id: RoomId, setting: RoomSetting, out: &mut Vec<Output>) {
        let Some(room) = self.rooms.get_mut(&id) else { return };
        // Nobody was welcomed with it.
        let comes_back = room.archived && setting == RoomSetting::Archived(false);
        match setting {
            RoomSetting::Archived(archived) => room.archived = archived,
            RoomSetting::Guests(guests) => room.guests = guests,
            RoomSetting::Name(name) => room.name = name,
        }
        if comes_back {
            return self.show_room_to_all(id, out);
        }
        let Room { archived, guests, .. } = *room;
        let settings = ServerMessage::RoomSettings { room: id, name: room.name.clone(), archived, guests };
        broadcast(room.present.clone(), settings, out);
    }

    fn room_made(&mut self, room: RoomRecord, members: &[MemberRecord], out: &mut Vec<Output>) {
        let id = room.id;
        self.insert_room(room);
        for member in members {
            self.insert_member(member);
        }
        self.show_room_to_all(id, out);
    }

    pub(super) fn members_joined(&mut self, id: RoomId, members: &[MemberRecord], out: &mut Vec<Output>) {
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
