//! Changes of people and memberships, gathered and told at most once an interval.
//!
//! A class that joins, or a thousand guests who are sent home, changes something for everybody with each person. Told
//! one by one, that would be a frame for each of them to each of the others; gathered, it is a few bounded lists, encoded
//! once, to an audience that is looked up once. Who writes before the others have heard of them is introduced first:
//! [`Hub::make_known`].

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::proto::id::{ConnId, RoomId, UserId};
use crate::proto::limits::{GATHER_INTERVAL, MEMBERS_FRAME_IDS_MAX, ROOMS_TOLD_AT_ONCE_MAX, USERS_FRAME_MAX};
use crate::proto::server::{ServerMessage, User};

use super::room::broadcast;
use super::{Hub, Output};

/// What has become of a person.
#[derive(Debug)]
pub(super) enum PersonChange {
    /// New, or has another name, picture or role.
    Changed,
    /// A guest whose stay has ended, as shown from now on.
    Ended(User),
    /// The account was deleted.
    Gone,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum MemberChange {
    Joined,
    Left,
    /// Is something else there.
    Role,
}

/// What has changed in one room.
#[derive(Debug, Default)]
struct RoomChanges {
    members: BTreeMap<UserId, MemberChange>,
    /// People of whom the guests in this room are told: they know nobody else.
    people: BTreeMap<UserId, PersonChange>,
    /// Members who are shown the room anew.
    shown: BTreeSet<UserId>,
}

/// See the module's text. The latest change of each person counts.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    people: BTreeMap<UserId, PersonChange>,
    rooms: BTreeMap<RoomId, RoomChanges>,
    /// When the changes are due.
    due: Option<Duration>,
}

impl Gathered {
    /// When [`Hub::tell_gathered`] is due.
    pub(super) fn due_at(&self) -> Option<Duration> {
        self.due
    }

    /// Sees to it that what has been gathered is told in time. Called after every input.
    pub(super) fn schedule(&mut self, now: Duration) {
        if self.people.is_empty() && self.rooms.is_empty() {
            self.due = None;
        } else {
            self.due.get_or_insert(now + GATHER_INTERVAL);
        }
    }

    /// To be told to everyone but guests.
    pub(super) fn person(&mut self, user: UserId, change: PersonChange) {
        self.people.insert(user, change);
    }

    /// To be told to the guests in a room.
    pub(super) fn person_in(&mut self, room: RoomId, user: UserId, change: PersonChange) {
        self.rooms.entry(room).or_default().people.insert(user, change);
    }

    pub(super) fn joined(&mut self, room: RoomId, user: UserId) {
        self.rooms.entry(room).or_default().members.insert(user, MemberChange::Joined);
    }

    pub(super) fn left(&mut self, room: RoomId, user: UserId) {
        self.rooms.entry(room).or_default().members.insert(user, MemberChange::Left);
    }

    /// Is something else in that room. Of somebody who has just come or gone, that is told.
    pub(super) fn changed(&mut self, room: RoomId, user: UserId) {
        self.rooms.entry(room).or_default().members.entry(user).or_insert(MemberChange::Role);
    }

    /// That room is there no longer.
    pub(super) fn forget(&mut self, room: RoomId) {
        self.rooms.remove(&room);
    }

    /// The name of this person is let go: what was to be told of them in any room is not any more.
    pub(super) fn forget_person(&mut self, user: UserId) {
        for room in self.rooms.values_mut() {
            room.people.remove(&user);
        }
    }

    /// This member sees the room in another way from now on.
    pub(super) fn show(&mut self, room: RoomId, user: UserId) {
        self.rooms.entry(room).or_default().shown.insert(user);
    }
}

impl RoomChanges {
    fn name(&self, user: UserId) -> bool {
        self.members.contains_key(&user) || self.people.contains_key(&user)
    }
}

impl Hub {
    /// Tells what has been gathered, of a bounded number of rooms, if it is due.
    pub(super) fn tell_gathered(&mut self, now: Duration, out: &mut Vec<Output>) {
        if self.gathered.due.is_none_or(|due| now < due) {
            return;
        }
        self.gathered.due = None;
        self.tell_people(out);
        for _ in 0..ROOMS_TOLD_AT_ONCE_MAX {
            let Some((room, changes)) = self.gathered.rooms.pop_first() else { break };
            self.tell_room(room, changes, out);
        }
    }

    /// Tells of this person before anything else of theirs is told in a room, if that has not been done yet.
    pub(super) fn make_known(&mut self, user: UserId, room: RoomId, out: &mut Vec<Output>) {
        if self.gathered.people.contains_key(&user) {
            self.tell_people(out);
        }
        if let Some(changes) = self.gathered.rooms.get_mut(&room).filter(|changes| changes.name(user)) {
            // What the room looks like is told when nothing is being done to it.
            let shown = std::mem::take(&mut changes.shown);
            let changes = std::mem::replace(changes, RoomChanges { shown, ..RoomChanges::default() });
            self.tell_room(room, changes, out);
        }
    }

    fn tell_people(&mut self, out: &mut Vec<Output>) {
        let changes = std::mem::take(&mut self.gathered.people);
        if changes.is_empty() {
            return;
        }
        let (guests, others): (Vec<ConnId>, Vec<ConnId>) =
            self.presence.everyone().into_iter().partition(|conn| self.roster.is_guest_conn(*conn));
        for (users, gone) in self.frames(changes) {
            if !gone.is_empty() {
                let gone = gone.clone();
                broadcast(guests.clone(), ServerMessage::Users { users: Vec::new(), gone }, out);
            }
            broadcast(others.clone(), ServerMessage::Users { users, gone }, out);
        }
    }

    fn tell_room(&self, id: RoomId, changes: RoomChanges, out: &mut Vec<Output>) {
        let Some(room) = self.rooms.get(id) else { return };
        let RoomChanges { members, mut people, shown } = changes;
        // Of those who have left meanwhile a guest learns nothing more.
        people.retain(|user, change| !matches!(change, PersonChange::Changed) || room.members.contains_key(user));
        if !people.is_empty() {
            let guests: Vec<ConnId> =
                room.present.iter().copied().filter(|conn| self.roster.is_guest_conn(*conn)).collect();
            for (users, gone) in self.frames(people) {
                broadcast(guests.clone(), ServerMessage::Users { users, gone }, out);
            }
        }
        let members: Vec<(UserId, MemberChange)> = members.into_iter().collect();
        for part in members.chunks(MEMBERS_FRAME_IDS_MAX) {
            let who = |wanted| part.iter().filter(move |(_, change)| *change == wanted).map(|(user, _)| *user);
            let (joined, left) = (who(MemberChange::Joined).collect(), who(MemberChange::Left).collect());
            let (changed, member_count) = (who(MemberChange::Role).collect(), room.member_count());
            let told = ServerMessage::Members { room: id, joined, left, changed, member_count };
            broadcast(room.present.clone(), told, out);
        }
        for user in shown {
            self.show_room(id, user, out);
        }
    }

    /// The changes as lists, each short enough for a frame: people as they are now, and those who are gone.
    fn frames(&self, changes: BTreeMap<UserId, PersonChange>) -> Vec<(Vec<User>, Vec<UserId>)> {
        let mut frames: Vec<(Vec<User>, Vec<UserId>)> = Vec::new();
        for (at, (id, change)) in changes.into_iter().enumerate() {
            if at % USERS_FRAME_MAX == 0 {
                frames.push(Default::default());
            }
            let Some((users, gone)) = frames.last_mut() else { continue };
            match change {
                PersonChange::Changed => users.extend(self.roster.people.get(&id).map(|person| person.user.clone())),
                PersonChange::Ended(user) => users.push(user),
                PersonChange::Gone => gone.push(id),
            }
        }
        frames.retain(|(users, gone)| !users.is_empty() || !gone.is_empty());
        frames
    }
}
