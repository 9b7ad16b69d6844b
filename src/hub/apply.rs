//! What the store has made durable: the state follows, and those concerned are told.

use std::collections::BTreeMap;

use crate::proto::change::{Change, MemberRecord, RoomRecord};
use crate::proto::event::{Event, EventKind};
use crate::proto::id::{ConnId, RoomId};
use crate::proto::permit::Act;
use crate::proto::room::RoomSetting;
use crate::proto::server::ServerMessage;

use super::gathered::PersonChange;
use super::room::broadcast;
use super::{Hub, Now, Output};

impl Hub {
    /// Takes up one change, whoever asked for it.
    pub(super) fn apply(&mut self, change: Change, now: Now, out: &mut Vec<Output>) {
        match change {
            Change::DraftKept { room, user, body } => self.draft_kept(room, user, body, out),
            Change::Event(event) => self.happened(event, out),
            Change::GuestsOff => self.guests_off(out),
            Change::GuestsOn => self.tell_box(true, out),
            Change::HeardMarked { room, message, by, author } => self.heard_marked(room, message, by, author, out),
            Change::MemberMade { user, members } => self.member_made(user, &members, out),
            Change::MembersJoined { room, members } => self.members_joined(room, &members, out),
            Change::MembersLeft { room, users, by, heir } => self.members_left(room, &users, by, heir, out),
            Change::NotifyChanged { room, user, notify } => self.notify_changed(room, user, notify, out),
            Change::Reacted { event, mine } => self.reacted(event, mine, out),
            Change::ReceiptsChanged { user, on } => self.receipts_changed(user, on),
            Change::RoleChanged { room, user, role } => self.role_changed(room, user, role),
            Change::RoomChanged { room, setting } => self.room_changed(room, setting, out),
            Change::RoomMade { room, members } => self.room_made(room, &members, out),
            Change::RoomsRemoved { rooms } => self.rooms_removed(&rooms, out),
            Change::SessionsEnded { sessions, end } => self.sessions_ended(&sessions, end, now, out),
            Change::SignedIn { user, session } => self.signed_in(user, session, out),
            Change::StaysEnded(ended) => self.stays_ended(ended, now, out),
            Change::UserChanged(user) => self.user_changed(user, out),
            Change::UserGone { user, heirs } => self.user_gone(user, &heirs, now, out),
            Change::UserMade { user, members } => self.user_made(user, &members, out),
        }
    }

    fn happened(&mut self, event: Event, out: &mut Vec<Output>) {
        self.seq = self.seq.max(event.seq);
        let id = event.room;
        // Who has written just now has read all there is.
        let author = match &event.what {
            EventKind::Deleted { .. } | EventKind::Edited(_) | EventKind::Pinned { .. } | EventKind::Reacted { .. } => {
                None
            }
            EventKind::Message(message) => Some((message.author, message.n)),
        };
        if let Some((author, _)) = author {
            self.make_known(author, id, out);
        }
        let Some(room) = self.rooms.get_mut(id) else { return };
        let had_read = author.and_then(|(author, _)| room.members.get(&author)).map(|member| member.read.furthest_n);
        match &event.what {
            EventKind::Deleted { message, n } => room.deleted(*message, *n),
            EventKind::Edited(message) => room.edited(message),
            EventKind::Message(message) => room.appended(message),
            EventKind::Pinned { .. } | EventKind::Reacted { .. } => {}
        }
        broadcast(room.present.clone(), ServerMessage::Events { events: vec![event] }, out);
        if let Some((user, n)) = author {
            // Where only their own message is new to them, none of the other's is read by that.
            if had_read.is_some_and(|had_read| had_read + 1 < n) {
                self.moved_on(id, user);
            }
            self.delivered_live(id, user);
            if let Some(member) = self.rooms.get(id).and_then(|room| room.members.get(&user)) {
                let (read, joined_at) = (member.read, member.joined_at);
                out.push(Output::StoreRead { room: id, user, joined_at, read });
                let (n, set_back) = (read.n, read.set_back);
                broadcast(self.roster.joined_conns(user), ServerMessage::Read { room: id, n, set_back }, out);
            }
        }
    }

    fn room_changed(&mut self, id: RoomId, setting: RoomSetting, out: &mut Vec<Output>) {
        let Some(room) = self.rooms.get_mut(id) else { return };
        let was_archived = room.settings.archived;
        room.settings.set(setting);
        match (was_archived, room.settings.archived) {
            // Nobody was welcomed with it.
            (true, false) => self.show_room_back(id, out),
            (was, is) => self.tell_settings(id, is && !was, out),
        }
    }

    /// Each connection that is there hears it once; most may do the same there, and it is encoded once for those.
    fn tell_settings(&self, id: RoomId, archives: bool, out: &mut Vec<Output>) {
        let Some(room) = self.rooms.get(id) else { return };
        let mut alike: BTreeMap<Vec<Act>, Vec<ConnId>> = BTreeMap::new();
        for (conn, user) in room.present.iter().filter_map(|conn| Some((*conn, self.roster.conns.get(conn)?.user))) {
            let may = self.roster.box_role(user).map(|on_the_box| room.all_that_may(user, on_the_box));
            alike.entry(may.unwrap_or_default()).or_default().push(conn);
        }
        for (may, to) in alike {
            let settings = room.settings.clone();
            broadcast(to, ServerMessage::RoomSettings { room: id, settings, may, archives }, out);
        }
    }

    fn room_made(&mut self, room: RoomRecord, members: &[MemberRecord], out: &mut Vec<Output>) {
        let id = room.id;
        self.rooms.insert(room);
        for member in members {
            self.insert_member(member);
        }
        self.show_room_to_all(id, out);
    }

    pub(super) fn members_joined(&mut self, id: RoomId, members: &[MemberRecord], out: &mut Vec<Output>) {
        let Some(room) = self.rooms.get(id) else { return };
        let has_guests = room.settings.guests;
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
