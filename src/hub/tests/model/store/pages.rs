//! What the pages of the world change in the store.

use std::collections::BTreeSet;

use crate::proto::change::{Change, Ended, MemberRecord};
use crate::proto::event::EventKind;
use crate::proto::id::{RoomId, UserId};
use crate::proto::role::{BoxRole, RoomRole};
use crate::proto::room::RoomKind;
use crate::proto::server::User;

use super::{EVERYONE, Store, StoredRoom};

/// A change that a page asked for.
#[derive(Clone, Debug)]
pub(crate) enum Page {
    BringGuest(Vec<RoomId>),
    Delete(UserId),
    EndStay(UserId),
    EndStays,
    ForgetGuests,
    GuestsOff,
    /// All that this person has made.
    RemoveRooms(UserId),
    MakeMember(UserId),
    MakeOwner(UserId),
    Register,
    Rename(UserId),
    RevokeOwner(UserId),
    SetReceipts(UserId, bool),
}

impl Store {
    pub(super) fn apply_page(&mut self, page: Page) -> Option<Change> {
        match page {
            Page::BringGuest(mut rooms) => {
                rooms.retain(|room| {
                    self.rooms.get(room).is_some_and(|room| room.settings.guests && !room.settings.archived)
                });
                if rooms.is_empty() {
                    return None;
                }
                let user = self.new_user(BoxRole::Guest);
                let members = rooms.into_iter().map(|room| self.enter(room, user.id)).collect();
                Some(Change::UserMade { user, members })
            }
            Page::EndStay(user) => {
                let guests = self.is_guest(user).then(|| self.see_off(user)).into_iter().collect::<Vec<_>>();
                let ended = Ended { guests, deleted: Vec::new() };
                (!ended.guests.is_empty()).then_some(Change::StaysEnded(ended))
            }
            Page::EndStays => {
                let mut guests = Vec::new();
                for user in (1..self.next_user).map(UserId) {
                    if self.is_guest(user) {
                        guests.push(self.see_off(user));
                    }
                }
                Some(Change::StaysEnded(Ended { guests, deleted: Vec::new() }))
            }
            Page::ForgetGuests => {
                let deleted = std::mem::take(&mut self.ended).into_iter().collect();
                Some(Change::StaysEnded(Ended { guests: Vec::new(), deleted }))
            }
            Page::GuestsOff => Some(Change::GuestsOff),
            Page::RemoveRooms(user) => {
                let answered: BTreeSet<RoomId> = self
                    .events
                    .iter()
                    .filter_map(|event| match &event.what {
                        EventKind::Message(message) if message.author != user => Some(message.room),
                        _ => None,
                    })
                    .collect();
                let kept = |id: &RoomId, room: &StoredRoom| {
                    room.direct.is_some_and(|[low, high]| low == high || answered.contains(id))
                };
                let made = self.rooms.iter_mut().filter(|(id, room)| room.made_by == Some(user) && !kept(id, room));
                let rooms: Vec<RoomId> = made
                    .map(|(id, room)| {
                        *room = StoredRoom { removed: true, ..StoredRoom::new(RoomKind::Closed, "", None) };
                        *id
                    })
                    .collect();
                (!rooms.is_empty()).then_some(Change::RoomsRemoved { rooms })
            }
            Page::MakeMember(id) => self.is_guest(id).then(|| self.make_member(id)),
            Page::Register => {
                let (user, members) = self.register();
                Some(Change::UserMade { user, members })
            }
            Page::MakeOwner(id) => self.set_box_role(id, BoxRole::Member, BoxRole::Owner),
            Page::RevokeOwner(id) => {
                let owners = self.users.values().filter(|user| user.role == BoxRole::Owner);
                if owners.count() > 1 { self.set_box_role(id, BoxRole::Owner, BoxRole::Member) } else { None }
            }
            Page::Rename(id) => {
                let user = self.users.get_mut(&id)?;
                user.name.push('\'');
                Some(Change::UserChanged(user.clone()))
            }
            Page::SetReceipts(user, on) => {
                let known = self.users.contains_key(&user);
                let is_new = known && if on { self.receipts_off.remove(&user) } else { self.receipts_off.insert(user) };
                is_new.then_some(Change::ReceiptsChanged { user, on })
            }
            Page::Delete(user) => {
                let name = self.users.remove(&user)?.name;
                self.keep_name(user, &name);
                let rooms = (1..=self.rooms.len() as u64).map(RoomId);
                let heirs = rooms.filter_map(|room| self.leave(room, user).map(|heir| (room, heir))).collect();
                Some(Change::UserGone { user, heirs })
            }
        }
    }

    fn set_box_role(&mut self, id: UserId, from: BoxRole, to: BoxRole) -> Option<Change> {
        let user = self.users.get_mut(&id).filter(|user| user.role == from)?;
        user.role = to;
        Some(Change::UserChanged(user.clone()))
    }

    pub(super) fn is_guest(&self, user: UserId) -> bool {
        self.users.get(&user).is_some_and(|user| user.role == BoxRole::Guest)
    }

    /// Joins a room after everyone who is there.
    fn enter(&mut self, room: RoomId, user: UserId) -> MemberRecord {
        let latest = self.rooms[&room].members.values().map(|member| member.joined_at).max();
        self.join(room, user, RoomRole::Member, latest.map_or(0, |latest| latest + 1))
    }

    /// The others of this person's direct rooms keep the name.
    fn keep_name(&mut self, user: UserId, name: &str) {
        let direct = self.rooms.values_mut().filter(|room| room.kind == RoomKind::Direct);
        for room in direct.filter(|room| room.members.contains_key(&user)) {
            name.clone_into(&mut room.settings.name);
        }
    }

    fn see_off(&mut self, guest: UserId) -> User {
        let name = self.users[&guest].name.clone();
        self.keep_name(guest, &name);
        for room in (1..=self.rooms.len() as u64).map(RoomId) {
            self.leave(room, guest);
        }
        self.ended.insert(guest);
        let guest = self.users.remove(&guest).expect("only guests who are here are seen off");
        User { ends_at: Some(1), ..guest }
    }

    fn make_member(&mut self, id: UserId) -> Change {
        let user = self.users.get_mut(&id).expect("only guests who are here become members");
        user.role = BoxRole::Member;
        let user = user.clone();
        for room in self.rooms.values_mut().filter(|room| matches!(room.kind, RoomKind::Closed | RoomKind::Open)) {
            let owned = room.members.values().any(|member| member.role == RoomRole::Owner);
            if let Some(member) = room.members.get_mut(&id).filter(|_| !owned) {
                member.role = RoomRole::Owner;
            }
        }
        if !self.rooms[&EVERYONE].members.contains_key(&id) {
            self.join(EVERYONE, id, RoomRole::Member, 0);
        }
        let members = self.rooms.values().filter_map(|room| room.members.get(&id).cloned()).collect();
        Change::MemberMade { user, members }
    }

    pub(super) fn register(&mut self) -> (User, Vec<MemberRecord>) {
        let role = if self.next_user == 1 { BoxRole::Owner } else { BoxRole::Member };
        let user = self.new_user(role);
        let member = self.join(EVERYONE, user.id, RoomRole::Member, 0);
        (user, vec![member])
    }

    fn new_user(&mut self, role: BoxRole) -> User {
        let id = UserId(self.next_user);
        self.next_user += 1;
        let user = User { id, name: format!("person {id}"), role, picture: 0, since: 0, ends_at: None };
        self.users.insert(id, user.clone());
        user
    }
}
