//! One room: its members, who of them is connected, and where each has read to.

use std::collections::BTreeMap;

use crate::proto::change::{MemberRecord, RoomRecord};
use crate::proto::code::ErrorCode;
use crate::proto::event::Message;
use crate::proto::id::{ConnId, RoomId, Seq, UserId};
use crate::proto::millis::Millis;
use crate::proto::permit::{self, Act, RoomFacts, Standing};
use crate::proto::receipt::{ReadMarker, Receipt};
use crate::proto::role::{BoxRole, RoomRole};
use crate::proto::room::{Notify, RoomKind, RoomSettings};
use crate::proto::server::{self, LastMessage, ServerMessage};

use super::Output;
use super::deleted::Deleted;

/// A membership.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) role: RoomRole,
    pub(super) read: ReadMarker,
    /// A device of theirs was told of the messages up to here, or they have read so far; counted in direct rooms, and
    /// kept nowhere else.
    delivered_n: u64,
    /// See [`MemberRecord::joined_n`].
    pub(super) joined_n: u64,
    pub(super) joined_at: Millis,
    /// See [`MemberRecord::took_part`].
    pub(super) took_part: bool,
    pub(super) notify: Option<Notify>,
}

impl Member {
    pub(super) fn new(record: &MemberRecord) -> Self {
        let MemberRecord { role, joined_at, read, joined_n, took_part, notify, .. } = *record;
        Self { role, read, delivered_n: read.furthest_n, joined_n, joined_at, took_part, notify }
    }

    fn read_upto(&mut self, n: u64) {
        let n = self.read.n.max(n);
        self.read = ReadMarker { n, furthest_n: self.read.furthest_n.max(n), ..self.read };
    }

    pub(super) fn receipt(&self) -> Receipt {
        let read_n = self.read.furthest_n;
        Receipt { delivered_n: self.delivered_n.max(read_n), read_n }
    }
}

/// A room.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) id: RoomId,
    pub(super) kind: RoomKind,
    pub(super) settings: RoomSettings,
    pub(super) direct: Option<[UserId; 2]>,
    pub(super) last_n: u64,
    pub(super) last: Option<LastMessage>,
    pub(super) deleted: Deleted,
    pub(super) members: BTreeMap<UserId, Member>,
    /// Connections of members that have said hello.
    pub(super) present: Vec<ConnId>,
}

impl Room {
    pub(super) fn new(record: RoomRecord) -> Self {
        let RoomRecord { id, kind, settings, direct, last_n, last, deleted: numbers } = record;
        let mut deleted = Deleted::default();
        deleted.extend(numbers);
        let (members, present) = (BTreeMap::new(), Vec::new());
        Self { id, kind, settings, direct, last_n, last, deleted, members, present }
    }

    /// The room as `user` sees it, without what is told of others; none when not a member.
    pub(super) fn seen_by(&self, user: UserId, on_the_box: BoxRole) -> Option<server::Room> {
        let member = self.members.get(&user)?;
        Some(server::Room {
            id: self.id,
            kind: self.kind,
            settings: self.settings.clone(),
            role: member.role,
            may: self.all_that_may(user, on_the_box),
            with: self.with(user),
            member_count: self.member_count(),
            last_n: self.last_n,
            read_n: member.read.n,
            set_back: member.read.set_back,
            deleted: self.deleted.above(member.read.n),
            last: self.last.clone(),
            joined_at: member.joined_at,
            notify: member.notify,
            receipt: None,
        })
    }

    /// The other person of a direct room, while they are there: oneself, in the room that one has for oneself.
    pub(super) fn with(&self, user: UserId) -> Option<UserId> {
        let other = self.direct.map(|[low, high]| if low == user { high } else { low });
        other.filter(|other| self.members.contains_key(other))
    }

    /// Somebody else with whom one talks in a direct room.
    pub(super) fn other(&self, user: UserId) -> Option<UserId> {
        self.with(user).filter(|other| *other != user)
    }

    /// Whether `user` may do this here; `not_a_member` for others.
    pub(super) fn may(&self, act: Act, user: UserId, on_the_box: BoxRole) -> Result<(), ErrorCode> {
        let member = self.members.get(&user).ok_or(ErrorCode::NotAMember)?;
        permit::may(act, Standing { on_the_box, in_the_room: member.role }, self.facts())
    }

    /// All that `user` may do here.
    pub(super) fn all_that_may(&self, user: UserId, on_the_box: BoxRole) -> Vec<Act> {
        let Some(member) = self.members.get(&user) else { return Vec::new() };
        permit::all_that(Standing { on_the_box, in_the_room: member.role }, self.facts())
    }

    fn facts(&self) -> RoomFacts<'_> {
        // One that somebody has for themselves is never left by another.
        let left_alone = self.direct.is_some_and(|[low, high]| low != high) && self.members.len() < 2;
        RoomFacts { kind: self.kind, settings: &self.settings, left_alone }
    }

    /// Members; a room holds fewer than `USERS_MAX`.
    pub(super) fn member_count(&self) -> u32 {
        u32::try_from(self.members.len()).unwrap_or(u32::MAX)
    }

    /// Takes up a message that is on the disk.
    pub(super) fn appended(&mut self, message: &Message) {
        self.last_n = self.last_n.max(message.n);
        self.last = Some(LastMessage::of(message));
        if let Some(author) = self.members.get_mut(&message.author) {
            author.read_upto(message.n);
            author.took_part = true;
        }
    }

    /// Takes up that a message says something else on the disk.
    pub(super) fn edited(&mut self, message: &Message) {
        if let Some(last) = self.last.as_mut().filter(|last| last.id == message.id) {
            *last = LastMessage::of(message);
        }
    }

    /// Takes up that a message is gone from the disk.
    pub(super) fn deleted(&mut self, message: Seq, n: u64) {
        if let Some(last) = self.last.as_mut().filter(|last| last.id == message) {
            last.preview.clear();
            last.attached = None;
        }
        self.deleted.add(n);
    }

    /// Moves a read marker forward; true if it moved.
    pub(super) fn read(&mut self, user: UserId, n: u64) -> bool {
        let n = n.min(self.last_n);
        match self.members.get_mut(&user) {
            Some(member) if member.read.n < n => {
                member.read_upto(n);
                member.took_part = true;
                true
            }
            _ => false,
        }
    }

    /// Sets a read marker back, so that nothing from this message on is read; true if it moved.
    pub(super) fn unread(&mut self, user: UserId, n: u64) -> bool {
        match self.members.get_mut(&user) {
            // What was said before they came in was not said to them.
            Some(Member { read, joined_n, .. }) if (*joined_n + 1..=read.n).contains(&n) => {
                *read = ReadMarker { n: n - 1, set_back: read.set_back.saturating_add(1), ..*read };
                true
            }
            _ => false,
        }
    }

    /// A device of theirs has been told of all there is; true where that is more than before, and somebody's business.
    pub(super) fn delivered(&mut self, user: UserId) -> bool {
        match self.members.get_mut(&user) {
            Some(member) if self.direct.is_some() && member.receipt().delivered_n < self.last_n => {
                member.delivered_n = self.last_n;
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

/// A broadcast, unless there is nobody to hear it.
pub(super) fn broadcast(to: Vec<ConnId>, message: ServerMessage, out: &mut Vec<Output>) {
    if !to.is_empty() {
        out.push(Output::Broadcast { to, message });
    }
}
