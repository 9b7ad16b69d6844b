//! What the hub has been told, kept in the simplest way: against this its words are held.

use std::collections::{BTreeMap, BTreeSet};

use crate::proto::id::{RoomId, Seq, UserId};
use crate::proto::op::{MemberRecord, Op, Outcome, RoomRecord, Snapshot};
use crate::proto::server::{Event, Role, Room, RoomKind, User};

#[derive(Debug)]
struct KnownRoom {
    kind: RoomKind,
    name: String,
    archived: bool,
    guests: bool,
    direct: Option<[UserId; 2]>,
    last_n: u64,
    deleted: BTreeSet<u64>,
    members: BTreeSet<UserId>,
}

/// See the module's text.
#[derive(Debug)]
pub(crate) struct Truth {
    pub(crate) people: BTreeMap<UserId, User>,
    /// Guests whose name is kept after their stay, and the rooms they were in.
    pub(crate) ended: BTreeMap<UserId, (User, BTreeSet<RoomId>)>,
    /// Guests who are about to be sent home.
    pub(crate) leaving: BTreeSet<UserId>,
    rooms: BTreeMap<RoomId, KnownRoom>,
    pub(crate) seq: Seq,
}

impl Truth {
    pub(crate) fn new(snapshot: Snapshot) -> Self {
        let people = snapshot.users.into_iter().map(|user| (user.id, user)).collect();
        let mut truth = Self {
            people,
            ended: BTreeMap::new(),
            leaving: BTreeSet::new(),
            rooms: BTreeMap::new(),
            seq: Seq(snapshot.seq),
        };
        for room in snapshot.rooms {
            truth.insert(room);
        }
        truth.join(&snapshot.members);
        truth
    }

    pub(crate) fn is_member(&self, room: RoomId, user: UserId) -> bool {
        self.rooms.get(&room).is_some_and(|room| room.members.contains(&user))
    }

    pub(crate) fn last_n(&self, room: RoomId) -> u64 {
        self.rooms.get(&room).map_or(0, |room| room.last_n)
    }

    pub(crate) fn rooms_of(&self, user: UserId) -> BTreeSet<RoomId> {
        self.rooms.iter().filter(|(_, room)| room.members.contains(&user)).map(|(id, _)| *id).collect()
    }

    /// Takes up what a change of the hub's has come to; gives the event that is to be told.
    pub(crate) fn stored(&mut self, op: &Op, outcome: &Outcome) -> Option<Event> {
        match outcome {
            Outcome::Appended(message) => {
                self.seq = message.id;
                self.rooms.get_mut(&message.room).expect("one writes in known rooms").last_n = message.n;
                return Some(Event::Message(message.clone()));
            }
            Outcome::Deleted { seq, room, message, n, .. } => {
                self.seq = *seq;
                self.room(*room).deleted.insert(*n);
                return Some(Event::Deleted { seq: *seq, room: *room, message: *message, n: *n });
            }
            // A direct room that was there before is known already.
            Outcome::Direct { room, .. } if self.rooms.contains_key(&room.id) => {}
            Outcome::Direct { room, members, .. } | Outcome::RoomCreated { room, members } => {
                self.insert(room.clone());
                self.join(members);
            }
            Outcome::MembersAdded { members, .. } => self.join(members),
            Outcome::OpenedToGuests { room, guests, left } => {
                let room = self.room(*room);
                room.guests = *guests;
                room.members.retain(|user| !left.contains(user));
            }
            Outcome::Done => self.done(op),
            _ => {}
        }
        None
    }

    fn done(&mut self, op: &Op) {
        match op {
            Op::ArchiveRoom { room, archived, .. } => self.room(*room).archived = *archived,
            Op::RemoveMember { room, user } => {
                self.room(*room).members.remove(user);
            }
            Op::RenameRoom { room, name } => self.room(*room).name.clone_from(name),
            other => panic!("{other:?} has more to say than that it is done"),
        }
    }

    /// Whether a person is a guest here.
    pub(crate) fn is_guest(&self, user: UserId) -> bool {
        self.people.get(&user).is_some_and(|user| user.role == Role::Guest)
    }

    /// Whether `viewer` may be told of a person.
    pub(crate) fn knows(&self, viewer: UserId, user: UserId) -> bool {
        let share = |room: &KnownRoom| room.members.contains(&viewer) && room.members.contains(&user);
        !self.is_guest(viewer) || viewer == user || self.rooms.values().any(share)
    }

    /// Whether a guest may be told of what is in a room at all.
    pub(crate) fn takes_guests(&self, room: RoomId) -> bool {
        self.rooms.get(&room).is_some_and(|room| room.guests || room.kind == RoomKind::Direct)
    }

    /// The rooms with which somebody is welcomed.
    pub(crate) fn open_rooms_of(&self, user: UserId) -> BTreeSet<RoomId> {
        let mut rooms = self.rooms_of(user);
        rooms.retain(|room| !self.rooms[room].archived);
        rooms
    }

    pub(crate) fn room_removed(&mut self, room: RoomId) {
        self.rooms.remove(&room);
    }

    pub(crate) fn stay_ended(&mut self, guest: &User) {
        let rooms = self.rooms_of(guest.id);
        self.user_gone(guest.id);
        self.ended.insert(guest.id, (guest.clone(), rooms));
    }

    pub(crate) fn user_gone(&mut self, user: UserId) {
        self.leaving.remove(&user);
        let Some(gone) = self.people.remove(&user) else { return };
        for room in self.rooms.values_mut() {
            if room.members.remove(&user) && room.kind == RoomKind::Direct {
                room.name.clone_from(&gone.name);
            }
        }
    }

    pub(crate) fn join(&mut self, members: &[MemberRecord]) {
        for member in members.iter().filter(|member| self.people.contains_key(&member.user)) {
            self.rooms.get_mut(&member.room).expect("one joins known rooms").members.insert(member.user);
        }
    }

    /// Panics unless `room` is what `user` should see.
    pub(crate) fn check_room(&self, room: &Room, user: UserId) {
        let known = &self.rooms[&room.id];
        assert!(known.members.contains(&user), "person {user} is shown room {} without being in it", room.id);
        let shown = (room.kind, &room.name, room.archived, room.guests, room.last_n);
        assert_eq!(shown, (known.kind, &known.name, known.archived, known.guests, known.last_n));
        assert_eq!(room.member_count as usize, known.members.len());
        let other = known.direct.and_then(|pair| pair.into_iter().find(|other| *other != user));
        assert_eq!(room.with, other.filter(|other| known.members.contains(other)));
        assert!(room.read_n <= room.last_n);
        let deleted = room.deleted.iter().flat_map(|[first, last]| *first..=*last);
        assert!(deleted.eq(known.deleted.iter().copied().filter(|n| *n > room.read_n)), "{:?}", room.deleted);
        assert_eq!(room.last.is_some(), room.last_n > 0);
    }

    pub(crate) fn member_count(&self, room: RoomId) -> usize {
        self.rooms[&room].members.len()
    }

    fn room(&mut self, id: RoomId) -> &mut KnownRoom {
        self.rooms.get_mut(&id).expect("one changes known rooms")
    }

    fn insert(&mut self, record: RoomRecord) {
        let RoomRecord { id, kind, name, archived, guests, direct, last_n, deleted, .. } = record;
        let (deleted, members) = (deleted.into_iter().collect(), BTreeSet::new());
        self.rooms.insert(id, KnownRoom { kind, name, archived, guests, direct, last_n, deleted, members });
    }
}
