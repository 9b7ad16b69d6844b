//! The store as the hub may think of it: changes queue, are committed in order, and are answered some time later.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use crate::hub::Ticket;
use crate::proto::change::{Change, MemberRecord, RoomRecord};
use crate::proto::code::ErrorCode;
use crate::proto::event::{Event, EventKind, Message};
use crate::proto::id::{ClientMsgId, RoomId, Seq, UserId};
use crate::proto::op::{
    Fault, Forward, MessageOp, Millis, Missed, NewMessage, NewRoom, Op, Outcome, Reply, RoomOp, Snapshot,
};
use crate::proto::reaction::Emoji;
use crate::proto::receipt::ReadMarker;
use crate::proto::role::{BoxRole, RoomRole};
use crate::proto::room::{RoomKind, RoomSetting, RoomSettings};
use crate::proto::server::{LastMessage, User};
use crate::proto::text::Body;

mod messages;
mod pages;

pub(crate) use pages::Page;

pub(crate) const EVERYONE: RoomId = RoomId(1);
/// Events given on resuming at most; small, so that made-up days go beyond it.
pub(crate) const RESUME_EVENTS_MAX: usize = 30;

/// A change that waits for the disk.
#[derive(Debug)]
enum Job {
    Hub(Ticket, Op),
    Page(Page),
}

/// What waits to be told to the hub, in the order of commits.
#[derive(Debug)]
pub(crate) enum News {
    Answer(Ticket, Result<Outcome, Fault>),
    Page(Change),
}

#[derive(Debug)]
pub(crate) struct StoredRoom {
    kind: RoomKind,
    settings: RoomSettings,
    direct: Option<[UserId; 2]>,
    last_n: u64,
    members: BTreeMap<UserId, MemberRecord>,
    made_by: Option<UserId>,
    /// Is there no longer; its number is never used again.
    removed: bool,
}

/// See the module's text.
#[derive(Debug)]
pub(crate) struct Store {
    users: BTreeMap<UserId, User>,
    /// Who has turned receipts off.
    pub(super) receipts_off: BTreeSet<UserId>,
    /// What people have begun to write.
    drafts: BTreeMap<(UserId, RoomId), String>,
    /// Guests whose name is kept after their stay.
    ended: BTreeSet<UserId>,
    next_user: u64,
    rooms: BTreeMap<RoomId, StoredRoom>,
    /// Every event in order; a message is as it is now.
    events: Vec<Event>,
    sent: HashMap<(UserId, ClientMsgId), Seq>,
    heard: BTreeSet<(Seq, UserId)>,
    /// Who has put what to which message, in order.
    put: BTreeMap<Seq, Vec<(Emoji, UserId)>>,
    queue: VecDeque<Job>,
    news: VecDeque<News>,
}

impl Store {
    /// So many people, all in the room for everybody; the first owns the box.
    pub(crate) fn of(people: u64) -> Self {
        let everyone = StoredRoom::new(RoomKind::Everyone, "", None);
        let mut store = Self {
            users: BTreeMap::new(),
            receipts_off: BTreeSet::new(),
            drafts: BTreeMap::new(),
            ended: BTreeSet::new(),
            next_user: 1,
            rooms: [(EVERYONE, everyone)].into(),
            events: Vec::new(),
            sent: HashMap::new(),
            heard: BTreeSet::new(),
            put: BTreeMap::new(),
            queue: VecDeque::new(),
            news: VecDeque::new(),
        };
        for _ in 0..people {
            store.register();
        }
        store
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot {
            users: self.users.values().cloned().collect(),
            newest_sessions: Vec::new(),
            receipts_off: self.receipts_off.iter().copied().collect(),
            with_drafts: self.drafts.keys().map(|(user, _)| *user).collect(),
            rooms: self.rooms.iter().filter(|(_, room)| !room.removed).map(|(id, _)| self.record(*id)).collect(),
            members: self.rooms.values().flat_map(|room| room.members.values().cloned()).collect(),
            seq: self.events.len() as u64,
            epochs: Vec::new(),
            settings: Default::default(),
        }
    }

    /// How many accounts there ever were.
    pub(crate) fn people_made(&self) -> u64 {
        self.next_user - 1
    }

    pub(crate) fn rooms(&self) -> impl Iterator<Item = RoomId> {
        self.rooms.keys().copied()
    }

    /// A message as it is now.
    pub(crate) fn message(&self, id: Seq) -> Option<&Message> {
        match &self.events.get((id.0 as usize).checked_sub(1)?)?.what {
            EventKind::Message(message) => Some(message),
            _ => None,
        }
    }

    /// What somebody has put to a message.
    pub(crate) fn own(&self, message: Seq, user: UserId) -> Vec<Emoji> {
        let put = self.put.get(&message).into_iter().flatten();
        let mine: BTreeSet<&Emoji> = put.clone().filter(|(_, who)| *who == user).map(|(emoji, _)| emoji).collect();
        self.kinds(message).into_iter().filter(|emoji| mine.contains(emoji)).collect()
    }

    /// The emoji at a message in the order in which each was first.
    fn kinds(&self, message: Seq) -> Vec<Emoji> {
        let mut kinds = Vec::new();
        for (emoji, _) in self.put.get(&message).into_iter().flatten() {
            if !kinds.contains(emoji) {
                kinds.push(emoji.clone());
            }
        }
        kinds
    }

    pub(crate) fn event(&self, seq: Seq) -> &Event {
        &self.events[seq.0 as usize - 1]
    }

    /// The places of a room's events after `after`, in order.
    pub(crate) fn events_of(&self, room: RoomId, after: Seq) -> Vec<Seq> {
        self.events[after.0 as usize..].iter().filter(|event| event.room == room).map(|event| event.seq).collect()
    }

    pub(crate) fn submit(&mut self, ticket: Ticket, op: Op) {
        self.queue.push_back(Job::Hub(ticket, op));
    }

    pub(crate) fn submit_page(&mut self, page: Page) {
        self.queue.push_back(Job::Page(page));
    }

    pub(crate) fn mark_read(&mut self, room: RoomId, user: UserId, read: ReadMarker) {
        if let Some(member) = self.rooms.get_mut(&room).and_then(|room| room.members.get_mut(&user)) {
            let before = member.read;
            member.read = before.later(read);
            member.took_part |= member.read != before;
        }
    }

    /// The numbers of the messages in a room that this person has written.
    pub(crate) fn written(&self, room: RoomId, author: UserId) -> impl Iterator<Item = u64> {
        self.events.iter().filter_map(move |event| match &event.what {
            EventKind::Message(message) if message.room == room && message.author == author => Some(message.n),
            _ => None,
        })
    }

    /// Commits the oldest change, or fails to with `fault`. False when there is none.
    pub(crate) fn commit(&mut self, fault: Option<Fault>) -> bool {
        let news = match (self.queue.pop_front(), fault) {
            (None, _) => return false,
            (Some(Job::Hub(ticket, _)), Some(fault)) => News::Answer(ticket, Err(fault)),
            (Some(Job::Hub(ticket, op)), None) => News::Answer(ticket, Ok(self.apply(op))),
            (Some(Job::Page(_)), Some(_)) => return true,
            (Some(Job::Page(page)), None) => match self.apply_page(page) {
                Some(change) => News::Page(change),
                None => return true,
            },
        };
        self.news.push_back(news);
        true
    }

    /// The oldest news.
    pub(crate) fn next_news(&mut self) -> Option<News> {
        self.news.pop_front()
    }

    /// Forgets what is not on the disk.
    pub(crate) fn crash(&mut self) {
        self.queue.clear();
        self.news.clear();
    }

    pub(crate) fn missed(&self, user: UserId, after: Seq, upto: Seq) -> Missed {
        let rooms: BTreeSet<RoomId> =
            self.rooms.iter().filter(|(_, room)| room.members.contains_key(&user)).map(|(id, _)| *id).collect();
        let span = &self.events[after.0 as usize..upto.0 as usize];
        let mut events: Vec<Event> = span.iter().filter(|event| rooms.contains(&event.room)).cloned().collect();
        for event in &mut events {
            match &mut event.what {
                EventKind::Message(message) | EventKind::Edited(message) => {
                    *message = self.message(message.id).expect("it is one").clone();
                    message.mine = (!message.reactions.is_empty()).then(|| self.own(message.id, user));
                }
                EventKind::Reacted { message, reactions, mine, .. } => {
                    reactions.clone_from(&self.message(*message).expect("it is one").reactions);
                    *mine = Some(self.own(*message, user));
                }
                EventKind::Pinned { message, on, .. } => *on = self.message(*message).expect("it is one").pinned,
                EventKind::Deleted { .. } => {}
            }
        }
        if events.len() > RESUME_EVENTS_MAX { Missed::TooMany } else { Missed::Events(events) }
    }

    fn record(&self, id: RoomId) -> RoomRecord {
        let StoredRoom { kind, settings, direct, last_n, .. } = &self.rooms[&id];
        let last = self.newest(id);
        let (kind, settings, direct) = (*kind, settings.clone(), *direct);
        let deleted_here = |event: &Event| match &event.what {
            EventKind::Deleted { n, .. } if event.room == id => Some(*n),
            _ => None,
        };
        let deleted = self.events.iter().filter_map(deleted_here).collect();
        RoomRecord { id, kind, settings, direct, last_n: *last_n, last, deleted }
    }

    fn newest(&self, room: RoomId) -> Option<LastMessage> {
        self.events.iter().rev().find_map(|event| match &event.what {
            EventKind::Message(message) if message.room == room => Some(LastMessage::of(message)),
            _ => None,
        })
    }

    /// Whether a change was asked of a room that has been removed since.
    fn concerns_removed(&self, op: &Op) -> bool {
        match op {
            Op::Room(RoomOp::AddMembers { room, .. })
            | Op::Message(
                MessageOp::Append(NewMessage { room, .. })
                | MessageOp::Edit { room, .. }
                | MessageOp::Forward(Forward { room, .. }),
            )
            | Op::Room(RoomOp::RemoveMember { room, .. })
            | Op::Room(RoomOp::Set { room, .. })
            | Op::Room(RoomOp::SetRole { room, .. }) => self.rooms[room].removed,
            _ => false,
        }
    }

    fn apply(&mut self, op: Op) -> Outcome {
        if self.concerns_removed(&op) {
            return Outcome::Refused(ErrorCode::NotFound);
        }
        match op {
            Op::Room(RoomOp::AddMembers { room, users, at, .. }) => self.add_members(room, users, at),
            Op::Message(op) => self.apply_message(op),
            Op::Room(RoomOp::Create(NewRoom { kind, name, by, members, at })) => {
                if !members.iter().chain([&by]).all(|user| self.users.contains_key(user)) {
                    return Outcome::Refused(ErrorCode::NotFound);
                }
                let room = self.insert(StoredRoom { made_by: Some(by), ..StoredRoom::new(kind, &name, None) });
                let others: BTreeSet<UserId> = members.into_iter().filter(|user| *user != by).collect();
                let owner = self.join(room, by, RoomRole::Owner, at);
                let others = others.into_iter().map(|user| self.join(room, user, RoomRole::Member, at));
                let members = [owner].into_iter().chain(others).collect();
                Outcome::made(Reply::Room(room), [Change::RoomMade { room: self.record(room), members }])
            }
            Op::Room(RoomOp::KeepDraft { room, user, body, .. }) => self.keep_draft(room, user, body),
            Op::Room(RoomOp::OpenDirect { users, by, at }) => self.open_direct(users, by, at),
            Op::Room(RoomOp::RemoveMember { room, user, by }) => {
                if !self.owns(room, by) && by != user {
                    return Outcome::Refused(ErrorCode::Forbidden);
                }
                if !self.rooms[&room].members.contains_key(&user) {
                    return Outcome::Refused(ErrorCode::NotFound);
                }
                let heir = self.leave(room, user);
                let by = (by != user).then_some(by);
                Outcome::done([Change::MembersLeft { room, users: vec![user], by, heir }])
            }
            Op::Room(RoomOp::SetNotify { room, user, notify }) => {
                let members = &mut self.rooms.get_mut(&room).expect("only known rooms are set").members;
                let Some(member) = members.get_mut(&user) else { return Outcome::Refused(ErrorCode::NotAMember) };
                member.notify = Some(notify);
                Outcome::done([Change::NotifyChanged { room, user, notify }])
            }
            Op::Room(RoomOp::SetRole { room, user, role, by }) => self.set_role(room, user, role, by),
            Op::Room(RoomOp::Set { room: id, setting, by }) => {
                let users = &self.users;
                let room = self.rooms.get_mut(&id).expect("only known rooms are set");
                let before = room.settings.clone();
                room.settings.set(setting.clone());
                if room.settings == before {
                    return Outcome::done([]);
                }
                let closes = setting == RoomSetting::Guests(false);
                let out = |user: &&UserId| closes && users.get(user).is_some_and(|user| user.role == BoxRole::Guest);
                let left: Vec<UserId> = room.members.keys().filter(out).copied().collect();
                room.members.retain(|user, _| !left.contains(user));
                let set = Change::RoomChanged { room: id, setting };
                Outcome::done([Change::MembersLeft { room: id, users: left, by: Some(by), heir: None }, set])
            }
            page => panic!("the hub asks for nothing that the pages do: {page:?}"),
        }
    }

    /// Whether somebody steers a room at this moment.
    fn owns(&self, room: RoomId, user: UserId) -> bool {
        let member = self.rooms[&room].members.get(&user);
        member.is_some_and(|member| member.role == RoomRole::Owner || self.users[&user].role == BoxRole::Owner)
    }

    fn set_role(&mut self, id: RoomId, user: UserId, role: RoomRole, by: UserId) -> Outcome {
        if !self.owns(id, by) || (role == RoomRole::Owner && self.is_guest(user)) {
            return Outcome::Refused(ErrorCode::Forbidden);
        }
        let members = &mut self.rooms.get_mut(&id).expect("only known rooms have members").members;
        let others = members.values().any(|member| member.role == RoomRole::Owner && member.user != user);
        let Some(member) = members.get_mut(&user) else { return Outcome::Refused(ErrorCode::NotFound) };
        if member.role == role {
            return Outcome::done([]);
        }
        if role == RoomRole::Member && !others {
            return Outcome::Refused(ErrorCode::LastRoomOwner);
        }
        member.role = role;
        Outcome::done([Change::RoleChanged { room: id, user, role }])
    }

    fn open_direct(&mut self, users: [UserId; 2], by: UserId, at: Millis) -> Outcome {
        if !users.iter().all(|user| self.users.contains_key(user)) {
            return Outcome::Refused(ErrorCode::NotFound);
        }
        if let Some((found, _)) = self.rooms.iter().find(|(_, room)| room.direct == Some(users)) {
            return Outcome::made(Reply::Room(*found), []);
        }
        let id = self.insert(StoredRoom { made_by: Some(by), ..StoredRoom::new(RoomKind::Direct, "", Some(users)) });
        let people = BTreeSet::from(users);
        let members = people.into_iter().map(|user| self.join(id, user, RoomRole::Member, at)).collect();
        Outcome::made(Reply::Room(id), [Change::RoomMade { room: self.record(id), members }])
    }

    fn add_members(&mut self, room: RoomId, users: Vec<UserId>, at: Millis) -> Outcome {
        if !users.iter().all(|user| self.users.contains_key(user)) {
            return Outcome::Refused(ErrorCode::NotFound);
        }
        if !self.rooms[&room].settings.guests && users.iter().any(|user| self.is_guest(*user)) {
            return Outcome::Refused(ErrorCode::GuestsNotHere);
        }
        let latest = self.rooms[&room].members.values().map(|member| member.joined_at).max();
        let mut at = latest.map_or(at, |latest| at.max(latest + 1));
        let mut members = Vec::new();
        for user in users {
            let there = &self.rooms[&room].members;
            if !there.contains_key(&user) {
                // Whoever may own a room that nobody owns does.
                let owned = there.values().any(|member| member.role == RoomRole::Owner);
                let role = if owned || self.is_guest(user) { RoomRole::Member } else { RoomRole::Owner };
                members.push(self.join(room, user, role, at));
                at += 1;
            }
        }
        Outcome::made(Reply::Room(room), [Change::MembersJoined { room, members }])
    }

    fn insert(&mut self, room: StoredRoom) -> RoomId {
        let id = RoomId(self.rooms.len() as u64 + 1);
        self.rooms.insert(id, room);
        id
    }

    fn join(&mut self, id: RoomId, user: UserId, role: RoomRole, joined_at: Millis) -> MemberRecord {
        let room = self.rooms.get_mut(&id).expect("one joins only known rooms");
        let record = MemberRecord {
            room: id,
            user,
            role,
            joined_at,
            read: room.last_n.into(),
            joined_n: room.last_n,
            took_part: false,
            notify: None,
        };
        room.members.insert(user, record.clone());
        record
    }

    fn keep_draft(&mut self, room: RoomId, user: UserId, body: Option<Body>) -> Outcome {
        if !self.rooms[&room].members.contains_key(&user) {
            return Outcome::Refused(ErrorCode::NotAMember);
        }
        let body = body.map(Body::into_string).unwrap_or_default();
        if self.drafts.get(&(user, room)).map_or("", String::as_str) == body {
            return Outcome::done([]);
        }
        self.drafts.insert((user, room), body.clone());
        Outcome::done([Change::DraftKept { room, user, body }])
    }

    /// Takes a member out; the longest in a room that has lost its owner inherits it.
    fn leave(&mut self, id: RoomId, user: UserId) -> Option<UserId> {
        let room = self.rooms.get_mut(&id)?;
        let gone = room.members.remove(&user)?;
        self.drafts.remove(&(user, id));
        if gone.role != RoomRole::Owner || room.members.values().any(|member| member.role == RoomRole::Owner) {
            return None;
        }
        let users = &self.users;
        let may_own = |member: &&mut MemberRecord| users[&member.user].role != BoxRole::Guest;
        let heir = room.members.values_mut().filter(may_own).min_by_key(|member| (member.joined_at, member.user))?;
        heir.role = RoomRole::Owner;
        Some(heir.user)
    }
}

impl StoredRoom {
    fn new(kind: RoomKind, name: &str, direct: Option<[UserId; 2]>) -> Self {
        Self {
            kind,
            settings: RoomSettings { name: name.to_owned(), ..RoomSettings::default() },
            direct,
            last_n: 0,
            members: BTreeMap::new(),
            made_by: None,
            removed: false,
        }
    }
}
