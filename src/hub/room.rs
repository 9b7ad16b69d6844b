//! One room: its members, who of them is connected, and where each has read to.

use std::collections::BTreeMap;

use crate::proto::change::{MemberRecord, RoomRecord};
use crate::proto::event::Message;
use crate::proto::id::{ConnId, RoomId, Seq, UserId};
use crate::proto::server::{self, LastMessage, RoomKind, RoomRole, ServerMessage};
use crate::proto::text::preview;

use super::deleted::Deleted;
use super::{Hub, Output};

/// A membership.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) role: RoomRole,
    pub(super) read_n: u64,
    /// See [`MemberRecord::took_part`].
    pub(super) took_part: bool,
}

/// A room.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) id: RoomId,
    pub(super) kind: RoomKind,
    pub(super) name: String,
    pub(super) archived: bool,
    /// Whether guests may be in it.
    pub(super) guests: bool,
    pub(super) direct: Option<[UserId; 2]>,
    pub(super) last_n: u64,
    pub(super) last: Option<LastMessage>,
    pub(super) deleted: Deleted,
    pub(super) members: BTreeMap<UserId, Member>,
    /// Connections of members that have said hello.
    pub(super) present: Vec<ConnId>,
}

impl Room {
    fn new(record: RoomRecord) -> Self {
        let RoomRecord { id, kind, name, archived, guests, direct, last_n, last, deleted: numbers } = record;
        let mut deleted = Deleted::default();
        deleted.extend(numbers);
        let (members, present) = (BTreeMap::new(), Vec::new());
        Self { id, kind, name, archived, guests, direct, last_n, last, deleted, members, present }
    }

    /// The room as `user` sees it; none when not a member.
    pub(super) fn seen_by(&self, user: UserId) -> Option<server::Room> {
        let member = self.members.get(&user)?;
        let other = self.direct.map(|[low, high]| if low == user { high } else { low });
        Some(server::Room {
            id: self.id,
            kind: self.kind,
            name: self.name.clone(),
            archived: self.archived,
            guests: self.guests,
            role: member.role,
            with: other.filter(|other| self.members.contains_key(other)),
            member_count: self.member_count(),
            last_n: self.last_n,
            read_n: member.read_n,
            deleted: self.deleted.above(member.read_n),
            last: self.last.clone(),
        })
    }

    /// Whether this is a direct room whose other person is gone: nobody would read what is written.
    pub(super) fn is_left_alone(&self) -> bool {
        self.kind == RoomKind::Direct && self.members.len() < 2
    }

    /// Members; a room holds fewer than `USERS_MAX`.
    pub(super) fn member_count(&self) -> u32 {
        u32::try_from(self.members.len()).unwrap_or(u32::MAX)
    }

    /// Takes up a message that is on the disk.
    pub(super) fn appended(&mut self, message: &Message) {
        self.last_n = self.last_n.max(message.n);
        self.last = Some(LastMessage {
            id: message.id,
            author: message.author,
            preview: preview(&message.body).to_owned(),
            sent_at: message.sent_at,
        });
        if let Some(author) = self.members.get_mut(&message.author) {
            author.read_n = author.read_n.max(message.n);
            author.took_part = true;
        }
    }

    /// Takes up that a message is gone from the disk.
    pub(super) fn deleted(&mut self, message: Seq, n: u64) {
        if let Some(last) = self.last.as_mut().filter(|last| last.id == message) {
            last.preview.clear();
        }
        self.deleted.add(n);
    }

    /// Moves a read marker forward; true if it moved.
    pub(super) fn read(&mut self, user: UserId, n: u64) -> bool {
        let n = n.min(self.last_n);
        match self.members.get_mut(&user) {
            Some(member) if member.read_n < n => {
                member.read_n = n;
                member.took_part = true;
                true
            }
            _ => false,
        }
    }

    /// A connection has ended.
    pub(super) fn gone(&mut self, conn: ConnId) {
        if let Some(at) = self.present.iter().position(|other| *other == conn) {
            self.present.swap_remove(at);
        }
    }
}

impl Hub {
    pub(super) fn insert_room(&mut self, record: RoomRecord) {
        if let Some(pair) = record.direct {
            self.directs.insert(pair, record.id);
        }
        self.rooms.insert(record.id, Room::new(record));
    }

    /// Adds a membership, with the person's connections.
    pub(super) fn insert_member(&mut self, record: &MemberRecord) {
        let conns = self.joined_conns(record.user);
        let (Some(room), Some(person)) = (self.rooms.get_mut(&record.room), self.people.get_mut(&record.user)) else {
            return;
        };
        let MemberRecord { role, read_n, took_part, .. } = *record;
        let member = Member { role, read_n, took_part };
        if room.members.insert(record.user, member).is_none() {
            room.present.extend(conns);
            person.rooms.insert(record.room);
        }
    }

    /// Takes members out of a room, which is somebody else's then if it was theirs, and tells everyone concerned.
    pub(super) fn members_left(&mut self, id: RoomId, users: &[UserId], heir: Option<UserId>, out: &mut Vec<Output>) {
        let conns: Vec<ConnId> = users.iter().flat_map(|user| self.joined_conns(*user)).collect();
        let Some(room) = self.rooms.get_mut(&id) else { return };
        for user in users {
            room.members.remove(user);
        }
        for conn in &conns {
            room.gone(*conn);
        }
        if let Some((heir, member)) = heir.and_then(|heir| Some((heir, room.members.get_mut(&heir)?))) {
            member.role = RoomRole::Owner;
            self.gathered.show(id, heir);
        }
        for user in users {
            if let Some(person) = self.people.get_mut(user) {
                person.rooms.remove(&id);
            }
            self.gathered.left(id, *user);
        }
        broadcast(conns, ServerMessage::RoomsGone { rooms: vec![id] }, out);
    }

    /// A direct room has the last name of the one who goes, for the other.
    pub(super) fn keep_name(&mut self, id: RoomId, name: &str) {
        if let Some(room) = self.rooms.get_mut(&id).filter(|room| room.kind == RoomKind::Direct) {
            name.clone_into(&mut room.name);
        }
    }

    /// Forgets rooms that are there no longer. Each connection is told once.
    pub(super) fn rooms_removed(&mut self, removed: &[RoomId], out: &mut Vec<Output>) {
        let mut told: BTreeMap<ConnId, Vec<RoomId>> = BTreeMap::new();
        for id in removed {
            let Some(room) = self.rooms.remove(id) else { continue };
            if let Some(pair) = room.direct {
                self.directs.remove(&pair);
            }
            for user in room.members.keys() {
                if let Some(person) = self.people.get_mut(user) {
                    person.rooms.remove(id);
                }
            }
            for conn in room.present {
                told.entry(conn).or_default().push(*id);
            }
            self.gathered.forget(*id);
        }
        // Most are in the same ones.
        let mut alike: BTreeMap<Vec<RoomId>, Vec<ConnId>> = BTreeMap::new();
        for (conn, rooms) in told {
            alike.entry(rooms).or_default().push(conn);
        }
        for (rooms, to) in alike {
            broadcast(to, ServerMessage::RoomsGone { rooms }, out);
        }
    }

    /// Sends a room as it is now to one of its members.
    pub(super) fn show_room(&self, id: RoomId, user: UserId, out: &mut Vec<Output>) {
        if let Some(room) = self.rooms.get(&id).and_then(|room| room.seen_by(user)) {
            broadcast(self.joined_conns(user), ServerMessage::Room { room }, out);
        }
    }

    /// Sends a room as it is now to all its members.
    pub(super) fn show_room_to_all(&self, id: RoomId, out: &mut Vec<Output>) {
        let Some(room) = self.rooms.get(&id) else { return };
        for user in room.members.keys() {
            self.show_room(id, *user, out);
        }
    }
}

/// A broadcast, unless there is nobody to hear it.
pub(super) fn broadcast(to: Vec<ConnId>, message: ServerMessage, out: &mut Vec<Output>) {
    if !to.is_empty() {
        out.push(Output::Broadcast { to, message });
    }
}
