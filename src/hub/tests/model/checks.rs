//! Feeds the hub and holds every output against what may be said, and to whom.

use std::collections::{BTreeMap, BTreeSet};

use crate::hub::{Hub, Input, Output, Ticket};
use crate::proto::client::{ClientMessage, Command, PROTOCOL_VERSION};
use crate::proto::code::{CloseCode, ErrorCode};
use crate::proto::event::{Event, EventKind};
use crate::proto::id::{ConnId, RoomId, Seq, TabId, UserId};
use crate::proto::limits::{
    ADDED_BURST, ADDED_INTERVAL, HELLOS_BURST, PRESENCE_INTERVAL, ROOM_ACT_INTERVAL, ROOM_ACTS_BURST,
};
use crate::proto::op::{Fault, MessageOp, NewReaction, NewRoom, Op, Outcome, RoomOp};
use crate::proto::receipt::Receipt;
use crate::proto::room::RoomSetting;
use crate::proto::server::{Room, ServerMessage, User};

use super::World;
use super::device::Device;
use super::link::{Link, Stage, Verdict};

/// People added with one command here at most.
const PEOPLE_ADDED_MAX: usize = 8;

/// What an input must lead to.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    /// Whose commands they are.
    pub(crate) askers: Vec<(ConnId, ClientMessage)>,
    /// The connections that are closed, and no others.
    pub(crate) closes: BTreeMap<ConnId, CloseCode>,
    /// The event that is told to these connections, and no others.
    pub(crate) event: Option<(Event, BTreeSet<ConnId>)>,
}

/// What an input has led to.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Heard {
    /// Said to one connection alone.
    answers: Vec<(ConnId, ServerMessage)>,
    /// Said to several.
    broadcasts: usize,
    /// Asked of the store.
    stored: usize,
}

impl World {
    /// A connection says something: its limits and the answer are checked.
    pub(super) fn say(&mut self, conn: ConnId, message: ClientMessage) {
        let now_ms = self.now.mono.as_millis() as u64;
        let link = self.links.get_mut(&conn).expect("only open connections speak");
        let user = link.user;
        let leaving = self.truth.leaving.contains(&user);
        let closes = match (&link.stage, &message) {
            (Stage::Greeting, ClientMessage::Hello { .. }) if leaving => Some(CloseCode::SignedOut),
            (Stage::Greeting, ClientMessage::Hello { version, .. }) if *version == PROTOCOL_VERSION => {
                let hellos = self.hellos.entry(link.user).or_default();
                let fits = hellos.fit(HELLOS_BURST, 1, now_ms);
                if fits {
                    hellos.count(now_ms);
                }
                (!fits).then_some(CloseCode::Flood)
            }
            (Stage::Greeting, ClientMessage::Hello { .. }) => Some(CloseCode::Version),
            (Stage::Greeting, _) | (_, ClientMessage::Hello { .. }) => Some(CloseCode::BadMessage),
            _ => {
                let verdict = link.verdict(self.commands.entry(link.user).or_default(), now_ms);
                let closes = (verdict == Verdict::Flood).then_some(CloseCode::Flood);
                let heard = self.ask(conn, message.clone(), closes.map(|code| (conn, code)));
                let (rooms, added) = self.room_acts.get(&user).copied().unwrap_or_default();
                // What was asked for last is not counted yet.
                let may_wait = rooms >= ROOM_ACTS_BURST as usize || added + PEOPLE_ADDED_MAX > ADDED_BURST as usize;
                return check_answer(conn, &message, verdict, may_wait, &heard);
            }
        };
        let closes = match &message {
            ClientMessage::Hello { tab, .. } if closes.is_none() => self.of_that_tab_before(conn, *tab),
            _ => closes.map(|code| (conn, code)),
        };
        let welcomes = closes.is_none_or(|(closed, _)| closed != conn);
        if welcomes {
            self.truth.rooms_of(user).into_iter().for_each(|room| self.truth.deliver(room, user));
        }
        self.ask(conn, message, closes);
        let welcomed = self.links.get(&conn).is_some_and(|link| link.joined());
        assert_eq!(welcomed, welcomes, "a hello is welcomed or the connection closed");
    }

    /// A tab that says hello anew is where it was no longer.
    fn of_that_tab_before(&mut self, conn: ConnId, tab: TabId) -> Option<(ConnId, CloseCode)> {
        let link = self.links.get_mut(&conn).expect("only open connections speak");
        link.tab = Some(tab);
        let session = link.session;
        let before = |(id, link): &(&ConnId, &Link)| **id != conn && (link.session, link.tab) == (session, Some(tab));
        self.links.iter().find(before).map(|(id, _)| (*id, CloseCode::TooMany))
    }

    fn ask(&mut self, conn: ConnId, message: ClientMessage, closes: Option<(ConnId, CloseCode)>) -> Heard {
        let closes: BTreeMap<ConnId, CloseCode> = closes.into_iter().collect();
        let is_closed = closes.contains_key(&conn);
        let user = self.links[&conn].user;
        let reacts = matches!(message, ClientMessage::Command { command: Command::React { .. }, .. });
        if reacts {
            self.reacting.push_back((conn, user, message.clone()));
        }
        let askers = vec![(conn, message.clone())];
        let heard = self.feed(Input::Message { conn, message }, Expected { askers, closes, event: None });
        if reacts && (is_closed || !heard.answers.is_empty()) {
            // Refused at once.
            self.reacting.pop_back();
        }
        heard
    }

    /// The store has answered: the event goes to those who are there, the answer to who asked.
    pub(super) fn stored(&mut self, ticket: Ticket, result: Result<Outcome, Fault>) {
        let (asked, op) = self.asked.remove(&ticket).expect("every answer has its question");
        let changes = match &result {
            Ok(Outcome::Made { changes, .. }) => &changes[..],
            _ => &[],
        };
        let events: Vec<Event> = changes.iter().filter_map(|change| self.truth.apply(change)).collect();
        assert!(events.len() <= 1, "one command is one event: {events:?}");
        let event = events.into_iter().next();
        let event = event.map(|event| {
            let room = event.room;
            let there = self.links.iter().filter(|(_, link)| link.joined() && self.truth.is_member(room, link.user));
            let there: BTreeSet<ConnId> = there.map(|(conn, _)| *conn).collect();
            (event, there)
        });
        if let Some((Event { room, what: EventKind::Message(message), .. }, there)) = &event
            && let Some(other) = self.truth.other(*room, message.author)
            && there.iter().any(|conn| self.links[conn].user == other)
        {
            self.truth.deliver(*room, other);
        }
        let is_message = event.as_ref().is_some_and(|(event, _)| matches!(event.what, EventKind::Message(_)));
        let there = event.as_ref().map(|(_, there)| there.clone()).unwrap_or_default();
        let expected = Expected { askers: asked.clone(), closes: BTreeMap::new(), event };
        let heard = self.feed(Input::Stored { ticket, result }, expected);
        for (conn, message) in asked {
            let answers = heard.answers.iter().filter(|(to, answer)| *to == conn && answers_to(answer, &message));
            // What is sent is answered by itself.
            let echoed = is_message && matches!(message, ClientMessage::Send { .. }) && there.contains(&conn);
            let open = usize::from(self.links.contains_key(&conn));
            assert_eq!(answers.count() + usize::from(echoed), open, "{message:?} is answered once: {heard:?}, {op:?}");
        }
    }

    /// One input, and all that follows from it.
    pub(super) fn feed(&mut self, input: Input, mut expected: Expected) -> Heard {
        let mut outputs = Vec::new();
        self.hub.handle(self.now, input, &mut outputs);
        let mut heard = Heard::default();
        for output in outputs {
            if let Some(transcript) = &mut self.transcript {
                transcript.push(format!("{output:?}"));
            }
            self.carry_out(output, &mut expected, &mut heard);
        }
        assert!(expected.closes.is_empty(), "these were not closed: {:?}", expected.closes);
        if let Some((event, there)) = expected.event {
            assert!(there.is_empty(), "{event:?} was not told to {there:?}");
        }
        self.hub.audit();
        heard
    }

    fn carry_out(&mut self, output: Output, expected: &mut Expected, heard: &mut Heard) {
        match output {
            Output::Broadcast { to, message } => {
                heard.broadcasts += 1;
                assert!(!to.is_empty(), "nobody is told {message:?}");
                let once: BTreeSet<ConnId> = to.iter().copied().collect();
                assert_eq!(once.len(), to.len(), "somebody is told twice: {message:?}");
                self.check_broadcast(&message, &once, expected);
                for conn in to {
                    self.deliver(conn, message.clone(), false);
                }
            }
            Output::Close { conn, code } => {
                assert_eq!(expected.closes.remove(&conn), Some(code), "connection {conn} is closed");
                let link = self.links.remove(&conn).expect("only open connections are closed");
                self.devices[link.device].conn = None;
            }
            Output::Hold { conn } => self.links.get_mut(&conn).expect("it is open").stage = Stage::Held(Vec::new()),
            Output::ReadMissed { conn, user, after, upto } => {
                assert!(after < upto && upto == self.truth.seq, "{after}..{upto} is not what was missed");
                assert_eq!(user, self.links[&conn].user);
                self.reads.push_back((conn, user, after, upto));
            }
            Output::Release { conn, first } => {
                let link = self.links.get_mut(&conn).expect("it is open");
                let stage = std::mem::replace(&mut link.stage, Stage::Joined);
                let Stage::Held(held) = stage else { panic!("connection {conn} was not held") };
                let device = &mut self.devices[link.device];
                let first = first.into_iter().map(|message| (message, self.truth.seq));
                for (message, at) in first.chain(held) {
                    if let ServerMessage::Events { events } = &message {
                        let viewer = Some(link.user);
                        events.iter().for_each(|event| Device::check_event(event, viewer, &self.store));
                    }
                    device.take(&message, at, false);
                }
            }
            Output::Send { to, message } => {
                self.check_answer_to(to, &message, expected);
                heard.answers.push((to, message.clone()));
                self.deliver(to, message, true);
            }
            Output::Store { ticket, op } => {
                heard.stored += 1;
                self.count_room_act(&op, expected);
                let askers = match &op {
                    Op::Message(MessageOp::React { room, message, reactions }) => {
                        reactions.iter().map(|new| self.reacted_by(*room, *message, new)).collect()
                    }
                    _ => {
                        let [(conn, message)] = &expected.askers[..] else { panic!("only commands ask the store") };
                        let user = self.links[conn].user;
                        assert!(!self.truth.leaving.contains(&user), "a guest who leaves does {message:?}");
                        expected.askers.clone()
                    }
                };
                assert!(self.asked.insert(ticket, (askers, op.clone())).is_none(), "a ticket is used twice");
                self.store.submit(ticket, op);
            }
            Output::StoreRead { room, user, read, .. } => {
                assert!(self.truth.is_member(room, user) && read.furthest_n <= self.truth.last_n(room));
                self.truth.read(room, user, read);
                self.store.mark_read(room, user, read);
            }
        }
    }

    /// Who has asked for this, of those whose reactions wait.
    fn reacted_by(&mut self, id: RoomId, at: Seq, new: &NewReaction) -> (ConnId, ClientMessage) {
        let is_it = |(_, user, message): &(ConnId, UserId, ClientMessage)| match message {
            ClientMessage::Command { command: Command::React { room, message, emoji, on }, .. } => {
                (*user, *room, *message, emoji.as_str(), *on) == (new.user, id, at, new.emoji.as_str(), new.on)
            }
            _ => false,
        };
        let place = self.reacting.iter().position(is_it).expect("a reaction is somebody's");
        let (conn, _, message) = self.reacting.remove(place).expect("it is there");
        (conn, message)
    }

    fn deliver(&mut self, conn: ConnId, message: ServerMessage, alone: bool) {
        let link = self.links.get_mut(&conn).expect("only open connections are told anything");
        // A message that one has written oneself is given back even where one has been sent away since.
        if let Some(room) = room_told(&message).filter(|_| !alone && self.truth.is_guest(link.user)) {
            assert!(self.truth.takes_guests(room), "guest {} is told of room {room}: {message:?}", link.user);
        }
        if let (Stage::Greeting, ServerMessage::Welcome { .. }) = (&link.stage, &message) {
            link.stage = Stage::Joined;
        }
        match &mut link.stage {
            Stage::Greeting => panic!("connection {conn} has not said hello and is told {message:?}"),
            // A message that is given back to its author is no news.
            Stage::Held(_) if alone && matches!(message, ServerMessage::Events { .. }) => {}
            Stage::Held(held) => held.push((message, self.truth.seq)),
            Stage::Joined => self.devices[link.device].take(&message, self.truth.seq, alone),
        }
    }

    /// Counts what a person makes others receive, and holds it against the limits.
    fn count_room_act(&mut self, op: &Op, expected: &Expected) {
        let (rooms, added) = match op {
            Op::Room(RoomOp::AddMembers { users, by: Some(_), .. }) => (0, users.len()),
            Op::Room(RoomOp::Set { setting: RoomSetting::Archived(false), .. })
            | Op::Room(RoomOp::OpenDirect { .. }) => (1, 0),
            Op::Room(RoomOp::Create(NewRoom { members, .. })) => (1, members.len()),
            _ => return,
        };
        let [(conn, _)] = &expected.askers[..] else { panic!("only commands ask the store") };
        let acts = self.room_acts.entry(self.links[conn].user).or_default();
        *acts = (acts.0 + rooms, acts.1 + added);
        // Since the process began, and so in every span of time.
        let regained = |interval: std::time::Duration| (self.now.mono.as_millis() / interval.as_millis()) as usize;
        assert!(acts.0 <= ROOM_ACTS_BURST as usize + regained(ROOM_ACT_INTERVAL), "too many rooms by one person");
        assert!(acts.1 <= ADDED_BURST as usize + regained(ADDED_INTERVAL), "too many people added by one person");
    }

    /// The rooms of a person are listed as they are.
    fn check_archived(&self, user: UserId) {
        let page = self.hub.archived_rooms(user, None);
        let listed: BTreeSet<RoomId> = page.rooms.iter().map(|room| room.id).collect();
        let open = self.truth.open_rooms_of(user);
        let archived: BTreeSet<RoomId> = self.truth.rooms_of(user).difference(&open).copied().collect();
        assert!(!page.more && listed == archived);
        let joined = self.hub.joined_rooms(user, None);
        let listed: BTreeSet<RoomId> = joined.rooms.iter().map(|room| room.id).collect();
        assert!(joined.more || listed == open);
        page.rooms.iter().for_each(|room| self.truth.check_room(room, user));
    }

    /// Whether these and no others may be told this.
    fn check_broadcast(&self, message: &ServerMessage, to: &BTreeSet<ConnId>, expected: &mut Expected) {
        if let ServerMessage::Events { events } = message {
            let [told] = &events[..] else { panic!("{events:?} are told live") };
            let viewers: BTreeSet<UserId> = to.iter().map(|conn| self.links[conn].user).collect();
            let viewer = viewers.first().copied().filter(|_| viewers.len() == 1);
            Device::check_event(told, viewer, &self.store);
            let Some((event, there)) = &mut expected.event else {
                panic!("{told:?} is told, and nothing has happened")
            };
            let mut plain = told.clone();
            if let EventKind::Reacted { mine, .. } = &mut plain.what {
                assert!(mine.is_none() || viewer.is_some(), "what is {mine:?} is told to {viewers:?}");
                *mine = None;
            } else {
                assert_eq!(to, there, "an event is told to those who are there");
            }
            assert_eq!(plain, *event);
            assert!(to.is_subset(there), "an event is told to those who are there, once");
            there.retain(|conn| !to.contains(conn));
            return;
        }
        for conn in to {
            self.check_told(*conn, message);
        }
    }

    fn check_told(&self, conn: ConnId, message: &ServerMessage) {
        let user = self.links.get(&conn).expect("only open connections are told anything").user;
        match message {
            ServerMessage::Members { room, joined, left, changed, member_count } => {
                assert!(
                    self.truth.is_member(*room, user),
                    "the members of room {room} are not person {user}'s business"
                );
                assert_eq!(*member_count as usize, self.truth.member_count(*room));
                assert!(joined.iter().chain(changed).all(|user| self.truth.is_member(*room, *user)));
                assert!(left.iter().all(|user| !self.truth.is_member(*room, *user)));
            }
            ServerMessage::Draft { room, body } => assert_eq!(self.truth.draft(*room, user), body),
            ServerMessage::HeardMark { room, message, by } => {
                let EventKind::Message(said) = &self.store.event(*message).what else {
                    panic!("{message} is no message")
                };
                assert!(self.truth.is_member(*room, user) && *by != said.author);
                assert!(user == *by || user == said.author, "person {user} is told what {by} has heard");
            }
            ServerMessage::Read { room, n, set_back } => {
                assert!(self.truth.is_member(*room, user));
                let read = self.truth.read_by(*room, user);
                assert_eq!((read.n, read.set_back), (*n, *set_back));
            }
            ServerMessage::Receipts { receipts } => {
                assert!(!receipts.is_empty(), "an empty frame says nothing");
                receipts.iter().for_each(|told| self.check_receipt(user, told.room, told.receipt));
            }
            ServerMessage::Room { room, .. } => {
                self.truth.check_room(room, user);
                self.check_receipt(user, room.id, room.receipt.unwrap_or_default());
            }
            ServerMessage::RoomSettings { room, settings, may, .. } => {
                assert!(self.truth.is_member(*room, user));
                assert_eq!(*may, self.truth.may(*room, user));
                assert_eq!(settings, self.truth.settings(*room));
            }
            ServerMessage::RoomsGone { rooms, .. } => {
                assert!(!rooms.is_empty() && rooms.iter().all(|room| !self.truth.is_member(*room, user)));
            }
            ServerMessage::Typing { room, user: who } => {
                assert!(self.truth.is_member(*room, user) && self.truth.is_member(*room, *who) && user != *who);
            }
            ServerMessage::Users { users, gone } => {
                assert!(!users.is_empty() || !gone.is_empty(), "an empty frame says nothing");
                assert!(gone.iter().all(|user| !self.truth.people.contains_key(user)));
                for told in users {
                    self.check_person_told(user, told);
                }
            }
            ServerMessage::Box { .. } | ServerMessage::Presence { .. } | ServerMessage::Present { .. } => {}
            other => panic!("{other:?} is not for several"),
        }
    }

    /// Whether this person may be told so much of how far another is: nothing, where either has turned receipts off.
    fn check_receipt(&self, user: UserId, room: RoomId, told: Receipt) {
        assert!(self.truth.is_member(room, user), "room {room} is not person {user}'s business");
        let most = match self.truth.receipts_between(room, user) {
            None => Receipt::default(),
            Some(other) => self.truth.receipt_of(room, other),
        };
        assert!(
            told.read_n <= most.read_n && told.delivered_n <= most.delivered_n && told.read_n <= told.delivered_n,
            "{told:?} of room {room} is told to person {user}, where {most:?} is true"
        );
    }

    /// Of each message that somebody has written to another they know what has become of it.
    fn check_receipts_known(&self, device: &Device, room: RoomId) {
        let told = device.receipt(room);
        if self.truth.other(room, device.person).is_none() {
            // Of who has gone nothing is told any more.
            return;
        }
        let Some(other) = self.truth.receipts_between(room, device.person) else {
            return assert_eq!(told, Receipt::default(), "person {} in room {room}", device.person);
        };
        let truth = self.truth.receipt_of(room, other);
        for n in self.store.written(room, device.person) {
            assert_eq!(
                (n <= told.delivered_n, n <= told.read_n),
                (n <= truth.delivered_n, n <= truth.read_n),
                "of message {n} in room {room} person {} is told {told:?}, where {truth:?} is true",
                device.person
            );
        }
    }

    /// Whether this person may be told of that one, and in these words.
    fn check_person_told(&self, viewer: UserId, told: &User) {
        match self.truth.ended.get(&told.id) {
            Some((ended, rooms)) => {
                // A guest may have come into a room of theirs since.
                let shared = rooms.iter().any(|room| self.truth.is_member(*room, viewer));
                assert!(told == ended && (shared || !self.truth.is_guest(viewer)), "{told:?} to person {viewer}");
            }
            None => {
                assert_eq!(Some(told), self.truth.people.get(&told.id));
                assert!(self.truth.knows(viewer, told.id), "guest {viewer} is told of person {}, a stranger", told.id);
            }
        }
    }

    /// Whether one connection may be told this alone.
    fn check_answer_to(&self, to: ConnId, message: &ServerMessage, expected: &Expected) {
        let asks = expected.askers.iter().any(|(conn, _)| *conn == to);
        assert!(asks, "only who asks is answered: {message:?}");
        if let ServerMessage::Welcome { seq, rooms, me, archived, more, .. } = message {
            assert!(!more);
            let user = self.links[&to].user;
            assert_eq!((*seq, Some(me)), (self.truth.seq, self.truth.people.get(&user)));
            let shown: BTreeSet<_> = rooms.iter().map(|room| room.id).collect();
            assert_eq!(shown, self.truth.open_rooms_of(user));
            assert_eq!(*archived as usize, self.truth.rooms_of(user).len() - shown.len());
            rooms.iter().for_each(|room| {
                self.truth.check_room(room, user);
                self.check_receipt(user, room.id, room.receipt.unwrap_or_default());
            });
            let takes_guests = |room: &Room| self.truth.takes_guests(room.id);
            assert!(
                !self.truth.is_guest(user) || rooms.iter().all(takes_guests),
                "guest {user} is welcomed to {rooms:?}"
            );
        }
    }

    /// What holds after every step.
    pub(super) fn check(&self) {
        if let Some(due) = self.hub.wake_at() {
            assert!(due <= self.now.mono + PRESENCE_INTERVAL, "a tick is due too late");
            return;
        }
        let present = self.present();
        for (conn, link) in &self.links {
            if matches!(link.stage, Stage::Joined) {
                assert_eq!(self.devices[link.device].present.as_ref(), Some(&present), "told to connection {conn}");
            }
        }
    }

    /// What holds when everything under way has come to its end.
    pub(super) fn check_settled(&self) {
        self.hub.audit_idle();
        assert!(self.asked.is_empty());
        for link in self.links.values().filter(|link| link.joined()) {
            let rooms = (self.truth.open_rooms_of(link.user), self.truth.rooms_of(link.user));
            self.devices[link.device].check_complete(rooms, &self.store);
            for (room, may) in self.devices[link.device].believes() {
                assert_eq!(may, self.truth.may(room, link.user), "person {} in room {room}", link.user);
            }
            for (room, _) in self.devices[link.device].believes() {
                self.check_receipts_known(&self.devices[link.device], room);
            }
            self.check_archived(link.user);
        }
        // What the hub has come to is what it would begin with.
        let anew = Hub::new(self.store.snapshot(), "0.0.0");
        for user in self.truth.people.keys() {
            assert_eq!(
                self.hub.audit_welcome(*user).map(but_delivered),
                anew.audit_welcome(*user).map(but_delivered),
                "a restart changes what person {user} sees"
            );
        }
    }
}

/// What was delivered is not known after a restart, but for what was read.
fn but_delivered(mut welcome: ServerMessage) -> ServerMessage {
    if let ServerMessage::Welcome { rooms, .. } = &mut welcome {
        for room in rooms {
            let read_n = room.receipt.map_or(0, |receipt| receipt.read_n);
            room.receipt = (read_n > 0).then_some(Receipt { delivered_n: read_n, read_n });
        }
    }
    welcome
}

/// Panics unless a command was answered, or goes to the store to be answered later.
fn check_answer(conn: ConnId, message: &ClientMessage, verdict: Verdict, may_wait: bool, heard: &Heard) {
    let slowed = |code: &ErrorCode| *code == ErrorCode::SlowDown;
    match verdict {
        Verdict::Flood => assert_eq!(heard, &Heard::default()),
        Verdict::Slow => {
            let [(to, ServerMessage::Error { code, retry_ms: Some(1..), .. })] = heard.answers.as_slice() else {
                panic!("{message:?} came too soon: {heard:?}")
            };
            assert!(*to == conn && slowed(code) && heard.broadcasts + heard.stored == 0);
        }
        Verdict::Pass => {
            let refused = |(_, answer): &(ConnId, ServerMessage)| matches!(answer, ServerMessage::Error { code, .. } if slowed(code));
            let reacts = matches!(message, ClientMessage::Command { command: Command::React { .. }, .. });
            let counted = matches!(
                message,
                ClientMessage::Command {
                    command: Command::AddMembers { .. }
                        | Command::KeepDraft { .. }
                        | Command::SetRoom { setting: RoomSetting::Archived(false), .. }
                        | Command::CreateRoom { .. }
                        | Command::OpenDirect { .. },
                    ..
                }
            );
            assert!((counted && may_wait) || reacts || !heard.answers.iter().any(refused), "{message:?} came in time");
            let wanted = match message {
                ClientMessage::Read { .. } | ClientMessage::Typing { .. } | ClientMessage::Unread { .. } => 0,
                _ => 1,
            };
            let answers = heard.answers.iter().filter(|(_, answer)| answers_to(answer, message)).count();
            if reacts {
                // It may wait for others; with it those go that have waited.
                return assert!(answers <= 1 && heard.answers.len() == answers, "{message:?}: {heard:?}");
            }
            assert_eq!((answers + heard.stored, heard.answers.len()), (wanted, answers), "{message:?}: {heard:?}");
        }
    }
}

/// The room whose matters a message tells.
fn room_told(message: &ServerMessage) -> Option<RoomId> {
    match message {
        ServerMessage::HeardMark { room, .. }
        | ServerMessage::Members { room, .. }
        | ServerMessage::Read { room, .. }
        | ServerMessage::Typing { room, .. } => Some(*room),
        ServerMessage::Events { events } => events.first().map(|event| event.room),
        ServerMessage::Room { room, .. } => Some(room.id),
        _ => None,
    }
}

/// Whether this is the answer to that command.
fn answers_to(answer: &ServerMessage, message: &ClientMessage) -> bool {
    let asked = match message {
        ClientMessage::Command { re, .. } => Some(*re),
        _ => None,
    };
    match (answer, message) {
        (ServerMessage::Done { re, .. }, _) => Some(*re) == asked,
        (ServerMessage::Events { events }, ClientMessage::Send { client_msg_id, .. }) => events
            .iter()
            .any(|event| matches!(&event.what, EventKind::Message(given) if given.client_msg_id == *client_msg_id)),
        (ServerMessage::Error { client_msg_id: Some(given), .. }, ClientMessage::Send { client_msg_id, .. }) => {
            given == client_msg_id
        }
        (ServerMessage::Error { re: Some(re), client_msg_id: None, .. }, _) => Some(*re) == asked,
        (ServerMessage::Pong {}, ClientMessage::Ping {}) => true,
        _ => false,
    }
}
