//! What the hub has been told, kept in the simplest way: against this its words are held.

use std::collections::{BTreeMap, BTreeSet};

use crate::proto::change::{Change, Ended, MemberRecord, RoomRecord};
use crate::proto::event::{Event, EventKind};
use crate::proto::id::{RoomId, Seq, UserId};
use crate::proto::op::Snapshot;
use crate::proto::permit::Act;
use crate::proto::receipt::{ReadMarker, Receipt};
use crate::proto::role::{BoxRole, RoomRole};
use crate::proto::room::{Notify, RoomKind, RoomSettings};
use crate::proto::server::{Room, User};

#[derive(Debug)]
struct KnownRoom {
    kind: RoomKind,
    settings: RoomSettings,
    direct: Option<[UserId; 2]>,
    last_n: u64,
    deleted: BTreeSet<u64>,
    members: BTreeMap<UserId, RoomRole>,
    /// Of those who have chosen.
    notify: BTreeMap<UserId, Notify>,
}

/// See the module's text.
#[derive(Debug)]
pub(crate) struct Truth {
    pub(crate) people: BTreeMap<UserId, User>,
    /// Guests whose name is kept after their stay, and the rooms they were in.
    pub(crate) ended: BTreeMap<UserId, (User, BTreeSet<RoomId>)>,
    /// Who has turned receipts off.
    receipts_off: BTreeSet<UserId>,
    /// What people have begun to write.
    drafts: BTreeMap<(UserId, RoomId), String>,
    /// Up to where a member has read.
    read: BTreeMap<(RoomId, UserId), ReadMarker>,
    /// Up to where a device of somebody was told of the messages of a direct room.
    delivered: BTreeMap<(RoomId, UserId), u64>,
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
            receipts_off: snapshot.receipts_off.into_iter().collect(),
            drafts: BTreeMap::new(),
            read: BTreeMap::new(),
            delivered: BTreeMap::new(),
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
        self.rooms.get(&room).is_some_and(|room| room.members.contains_key(&user))
    }

    pub(crate) fn last_n(&self, room: RoomId) -> u64 {
        self.rooms.get(&room).map_or(0, |room| room.last_n)
    }

    pub(crate) fn rooms_of(&self, user: UserId) -> BTreeSet<RoomId> {
        self.rooms.iter().filter(|(_, room)| room.members.contains_key(&user)).map(|(id, _)| *id).collect()
    }

    /// Takes up a change; gives the event that is to be told of it.
    pub(crate) fn apply(&mut self, change: &Change) -> Option<Event> {
        match change {
            Change::GuestsOff => {
                let guests = self.people.values().filter(|user| user.role == BoxRole::Guest);
                self.leaving = guests.map(|user| user.id).collect();
            }
            Change::GuestsOn => {}
            Change::MemberMade { user, members } => {
                self.leaving.remove(&user.id);
                self.people.insert(user.id, user.clone());
                self.join(members);
            }
            Change::MembersJoined { members, .. } => self.join(members),
            Change::MembersLeft { room, users, heir, .. } => {
                let room = self.room(*room);
                room.members.retain(|user, _| !users.contains(user));
                room.members.extend(heir.map(|heir| (heir, RoomRole::Owner)));
            }
            Change::Event(event) => {
                self.seq = event.seq;
                // Of a room that was removed meanwhile there is nothing left to count.
                if let Some(room) = self.rooms.get_mut(&event.room) {
                    match &event.what {
                        EventKind::Deleted { n, .. } => drop(room.deleted.insert(*n)),
                        EventKind::Edited(_) | EventKind::Pinned { .. } | EventKind::Reacted { .. } => {}
                        EventKind::Message(message) => room.last_n = message.n,
                    }
                }
                return Some(event.clone());
            }
            Change::DraftKept { room, user, body, .. } => drop(self.drafts.insert((*user, *room), body.clone())),
            Change::HeardMarked { .. } => {}
            Change::Reacted { event, .. } => {
                self.seq = event.seq;
                return Some(event.clone());
            }
            Change::NotifyChanged { room, user, notify } => drop(self.room(*room).notify.insert(*user, *notify)),
            Change::ReceiptsChanged { user, on: true } => drop(self.receipts_off.remove(user)),
            Change::ReceiptsChanged { user, on: false } => drop(self.receipts_off.insert(*user)),
            Change::RoleChanged { room, user, role } => drop(self.room(*room).members.insert(*user, *role)),
            Change::RoomChanged { room, setting } => self.room(*room).settings.set(setting.clone()),
            Change::RoomMade { room, members } => {
                self.insert(room.clone());
                self.join(members);
            }
            Change::RoomsRemoved { rooms } => self.rooms.retain(|room, _| !rooms.contains(room)),
            Change::SessionsEnded { .. } | Change::SignedIn { .. } => {}
            Change::StaysEnded(Ended { guests, deleted }) => {
                guests.iter().for_each(|guest| self.stay_ended(guest));
                self.ended.retain(|user, _| !deleted.contains(user));
            }
            Change::UserChanged(user) => {
                if let Some(known) = self.people.get_mut(&user.id) {
                    *known = user.clone();
                }
            }
            Change::UserGone { user, heirs } => {
                self.user_gone(*user);
                for (room, heir) in heirs {
                    self.room(*room).members.insert(*heir, RoomRole::Owner);
                }
            }
            Change::UserMade { user, members } => {
                self.people.insert(user.id, user.clone());
                self.join(members);
            }
        }
        None
    }

    /// The other person of a direct room of this one, if something is told to either of the other.
    pub(crate) fn receipts_between(&self, room: RoomId, user: UserId) -> Option<UserId> {
        let other = self.other(room, user)?;
        (!self.receipts_off.contains(&user) && !self.receipts_off.contains(&other)).then_some(other)
    }

    /// What somebody has begun to write there.
    pub(crate) fn draft(&self, room: RoomId, user: UserId) -> &str {
        self.drafts.get(&(user, room)).map_or("", String::as_str)
    }

    /// How far a member of a direct room is.
    pub(crate) fn receipt_of(&self, room: RoomId, user: UserId) -> Receipt {
        let read_n = self.read.get(&(room, user)).map_or(0, |read| read.furthest_n);
        let delivered_n = self.delivered.get(&(room, user)).copied().unwrap_or(0);
        Receipt { delivered_n: delivered_n.max(read_n), read_n }
    }

    /// A read marker is to be kept.
    pub(crate) fn read(&mut self, room: RoomId, user: UserId, read: ReadMarker) {
        let known = self.read.entry((room, user)).or_default();
        assert_eq!(known.later(read), read, "a marker goes on, or is set back on purpose");
        *known = read;
    }

    /// How far somebody has read.
    pub(crate) fn read_by(&self, room: RoomId, user: UserId) -> ReadMarker {
        self.read.get(&(room, user)).copied().unwrap_or_default()
    }

    /// A device of theirs knows of all there is in this room now.
    pub(crate) fn deliver(&mut self, room: RoomId, user: UserId) {
        let n = self.last_n(room);
        self.delivered.insert((room, user), n);
    }

    /// The other person of a direct room.
    pub(crate) fn other(&self, room: RoomId, user: UserId) -> Option<UserId> {
        let pair = self.rooms.get(&room)?.direct?;
        pair.into_iter().find(|other| *other != user && self.is_member(room, *other))
    }

    /// Whether a person is a guest here.
    pub(crate) fn is_guest(&self, user: UserId) -> bool {
        self.people.get(&user).is_some_and(|user| user.role == BoxRole::Guest)
    }

    /// Whether `viewer` may be told of a person.
    pub(crate) fn knows(&self, viewer: UserId, user: UserId) -> bool {
        let share = |room: &KnownRoom| room.members.contains_key(&viewer) && room.members.contains_key(&user);
        !self.is_guest(viewer) || viewer == user || self.rooms.values().any(share)
    }

    /// Whether a guest may be told of what is in a room at all.
    pub(crate) fn takes_guests(&self, room: RoomId) -> bool {
        self.rooms.get(&room).is_some_and(|room| room.settings.guests || room.kind == RoomKind::Direct)
    }

    /// The rooms with which somebody is welcomed.
    pub(crate) fn open_rooms_of(&self, user: UserId) -> BTreeSet<RoomId> {
        let mut rooms = self.rooms_of(user);
        rooms.retain(|room| !self.rooms[room].settings.archived);
        rooms
    }

    fn stay_ended(&mut self, guest: &User) {
        let rooms = self.rooms_of(guest.id);
        self.user_gone(guest.id);
        self.ended.insert(guest.id, (guest.clone(), rooms));
    }

    fn user_gone(&mut self, user: UserId) {
        self.leaving.remove(&user);
        let Some(gone) = self.people.remove(&user) else { return };
        for room in self.rooms.values_mut() {
            if room.members.remove(&user).is_some() && room.kind == RoomKind::Direct {
                room.settings.name.clone_from(&gone.name);
            }
        }
    }

    fn join(&mut self, members: &[MemberRecord]) {
        for member in members.iter().filter(|member| self.people.contains_key(&member.user)) {
            let room = self.rooms.get_mut(&member.room).expect("one joins known rooms");
            let is_new = room.members.insert(member.user, member.role).is_none();
            let read = self.read.entry((member.room, member.user)).or_default();
            *read = if is_new { member.read } else { read.later(member.read) };
            // Whoever has left and comes back has not chosen yet.
            room.notify.remove(&member.user);
            room.notify.extend(member.notify.map(|notify| (member.user, notify)));
        }
    }

    /// Panics unless `room` is what `user` should see.
    pub(crate) fn check_room(&self, room: &Room, user: UserId) {
        let known = &self.rooms[&room.id];
        assert_eq!(
            known.members.get(&user),
            Some(&room.role),
            "person {user} is shown room {} as something else than they are there",
            room.id
        );
        let shown = (room.kind, &room.settings, room.last_n);
        assert_eq!(shown, (known.kind, &known.settings, known.last_n));
        assert_eq!(room.member_count as usize, known.members.len());
        let other = known.direct.map(|[low, high]| if low == user { high } else { low });
        assert_eq!(room.with, other.filter(|other| known.members.contains_key(other)));
        assert_eq!(room.may, self.may(room.id, user));
        assert_eq!(room.notify, known.notify.get(&user).copied());
        let read = self.read_by(room.id, user);
        assert_eq!((room.read_n, room.set_back), (read.n, read.set_back));
        let deleted = room.deleted.iter().flat_map(|[first, last]| *first..=*last);
        assert!(deleted.eq(known.deleted.iter().copied().filter(|n| *n > room.read_n)), "{:?}", room.deleted);
        assert_eq!(room.last.is_some(), room.last_n > 0);
    }

    /// What somebody may do in a room they are in, told act by act as docs/protocol.md does.
    pub(crate) fn may(&self, id: RoomId, user: UserId) -> Vec<Act> {
        let (room, role) = (&self.rooms[&id], self.people[&user].role);
        let is_direct = room.kind == RoomKind::Direct;
        let owners = !is_direct && (room.members[&user] == RoomRole::Owner || role == BoxRole::Owner);
        let writes =
            !room.settings.archived && (!is_direct || room.members.len() == 2 || room.direct == Some([user; 2]));
        let is_group = matches!(room.kind, RoomKind::Open | RoomKind::Closed);
        let adds = match room.kind {
            RoomKind::Open => role != BoxRole::Guest,
            RoomKind::Closed => owners,
            RoomKind::Direct | RoomKind::Everyone => false,
        };
        let acts = [
            (Act::AddMembers, adds && writes),
            (Act::Archive, owners && is_group),
            (Act::DeleteAny, owners),
            (Act::Leave, is_group),
            (Act::MentionEveryone, owners && writes),
            (Act::OpenToGuests, owners),
            (Act::Pin, writes && (is_direct || role != BoxRole::Guest)),
            (Act::React, writes),
            (Act::RemoveMembers, owners && is_group),
            (Act::Rename, owners),
            (Act::SetRoles, owners && is_group),
            (Act::Write, writes),
        ];
        acts.into_iter().filter(|(_, may)| *may).map(|(act, _)| act).collect()
    }

    pub(crate) fn settings(&self, room: RoomId) -> &RoomSettings {
        &self.rooms[&room].settings
    }

    pub(crate) fn member_count(&self, room: RoomId) -> usize {
        self.rooms[&room].members.len()
    }

    fn room(&mut self, id: RoomId) -> &mut KnownRoom {
        self.rooms.get_mut(&id).expect("one changes known rooms")
    }

    fn insert(&mut self, record: RoomRecord) {
        let RoomRecord { id, kind, settings, direct, last_n, deleted, .. } = record;
        let (deleted, members, notify) = (deleted.into_iter().collect(), BTreeMap::new(), BTreeMap::new());
        self.rooms.insert(id, KnownRoom { kind, settings, direct, last_n, deleted, members, notify });
    }
}
