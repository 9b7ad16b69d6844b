//! A world around the hub that makes its own days: people with several devices, a store that answers in order, late,
//! with faults, and a process that dies. After every step the hub's words are held against the truth.
//!
//! Used by the property tests and, by path, by the fuzz targets: nothing here may use what only tests of the crate see.

mod checks;
mod commands;
mod device;
mod link;
mod step;
mod store;
mod truth;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use crate::hub::{Hub, Input, Now, Ticket};
use crate::proto::change::Change;
use crate::proto::client::{ClientMessage, PROTOCOL_VERSION};
use crate::proto::code::CloseCode;
use crate::proto::id::{ConnId, RoomId, Seq, SessionId, TabId, UserId};
use crate::proto::op::{Fault, Millis, Op};
use crate::proto::session_end::SessionEnd;

use checks::{Expected, Heard};
use device::Device;
use link::{Link, Spans, Stage};
pub(crate) use step::{Hello, Step};
use store::{News, Page, Store};
use truth::Truth;

/// People from the start.
const PEOPLE: u64 = 5;
/// People at most, those who register later included.
const PEOPLE_MAX: u64 = 8;
/// More devices of one session than may connect.
const TABS: u64 = 10;

/// The device after those.
const FIRST_OF_OTHERS: usize = TABS as usize;

/// See the module's text.
pub(crate) struct World {
    hub: Hub,
    now: Now,
    store: Store,
    truth: Truth,
    devices: Vec<Device>,
    /// Open connections.
    links: BTreeMap<ConnId, Link>,
    next_conn: u64,
    /// What each person has asked for since the process began.
    commands: BTreeMap<UserId, Spans>,
    hellos: BTreeMap<UserId, Spans>,
    /// Rooms made and people added by each.
    room_acts: BTreeMap<UserId, (usize, usize)>,
    /// The newest session; those of the first devices are below.
    next_session: u64,
    next_message: u64,
    /// Questions to the store, who asked, and by what the answer is known.
    asked: HashMap<Ticket, (Vec<(ConnId, ClientMessage)>, Op)>,
    /// Reactions that have been accepted and not handed to the store, in order.
    reacting: VecDeque<(ConnId, UserId, ClientMessage)>,
    /// Questions about what was missed.
    reads: VecDeque<(ConnId, UserId, Seq, Seq)>,
    /// Every output, where wanted.
    transcript: Option<Vec<String>>,
}

impl World {
    pub(crate) fn new() -> Self {
        let store = Store::of(PEOPLE);
        let tabs = (0..TABS).map(|_| Device::new(1, 1));
        let others = (2..=PEOPLE_MAX)
            .flat_map(|person| [Device::new(person, 10 * person), Device::new(person, 10 * person + 1)]);
        Self {
            hub: Hub::new(store.snapshot(), "0.0.0"),
            now: Now::default(),
            truth: Truth::new(store.snapshot()),
            store,
            devices: tabs.chain(others).collect(),
            links: BTreeMap::new(),
            next_conn: 1,
            commands: BTreeMap::new(),
            hellos: BTreeMap::new(),
            room_acts: BTreeMap::new(),
            next_session: 1_000,
            next_message: 1,
            asked: HashMap::new(),
            reacting: VecDeque::new(),
            reads: VecDeque::new(),
            transcript: None,
        }
    }

    /// Lives through a day and checks it after every step and at its end.
    pub(crate) fn live(steps: impl IntoIterator<Item = Step>) {
        let mut world = Self::new();
        for step in steps {
            world.take(step);
        }
        world.settle();
    }

    /// Two people's connections get these frames, one a line; each is heard by the hub if it can be read at all.
    pub(crate) fn hear(frames: &[u8]) {
        let mut world = Self::new();
        for (at, frame) in frames.split(|byte| *byte == b'\n').enumerate() {
            let Ok(frame) = std::str::from_utf8(frame) else { continue };
            let Ok(message) = ClientMessage::parse(frame) else { continue };
            let written = serde_json::to_vec(&message).expect("what was read can be written");
            let again = serde_json::from_slice::<ClientMessage>(&written).expect("what was written can be read");
            assert_eq!(message, again, "a message changes when it is written");
            let device = [FIRST_OF_OTHERS, FIRST_OF_OTHERS + 2][at % 2];
            if let ClientMessage::Hello { after, .. } = message {
                world.connect(device);
                world.devices[device].begin_at(after);
            } else {
                world.arrive(device);
            }
            if let Some(conn) = world.devices[device].conn {
                world.say(conn, message);
            }
            world.commit(at as u8 % 3, None);
            world.tell(at as u8 % 4);
            world.check();
        }
        world.settle();
    }

    /// Lives through a day; gives everything the hub had to say.
    pub(crate) fn transcript(steps: impl IntoIterator<Item = Step>) -> Vec<String> {
        let mut world = Self { transcript: Some(Vec::new()), ..Self::new() };
        for step in steps {
            world.take(step);
        }
        world.transcript.unwrap_or_default()
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Arrive { device } => {
                self.arrive(self.device(device));
            }
            Step::BringGuest { rooms } => {
                if self.store.people_made() < PEOPLE_MAX {
                    let rooms = (0..8).filter(|bit| rooms >> bit & 1 == 1).map(|bit| RoomId(1 + bit));
                    self.store.submit_page(Page::BringGuest(rooms.collect()));
                }
            }
            Step::Commit { count } => self.commit(count, None),
            Step::Connect { device } => self.connect(self.device(device)),
            Step::Crash => self.crash(),
            Step::DeleteUser { person } => self.store.submit_page(Page::Delete(self.person(person))),
            Step::Disconnect { device } => self.disconnect(self.device(device)),
            Step::EndSession { device, taken_over } => self.end_session(self.device(device), taken_over),
            Step::EndStay { person } => self.store.submit_page(Page::EndStay(self.person(person))),
            Step::EndStays => self.store.submit_page(Page::EndStays),
            Step::Fail { count, full } => {
                self.commit(count, Some(if full { Fault::DiskFull } else { Fault::Storage }));
            }
            Step::Flood { device, count } => self.flood(self.device(device), count),
            Step::GuestsOff => self.store.submit_page(Page::GuestsOff),
            Step::ForgetGuests => self.store.submit_page(Page::ForgetGuests),
            Step::Ghost { conn, lagging } => self.ghost(ConnId(u64::from(conn) % self.next_conn), lagging),
            Step::Hello { device, how, copied } => self.hello(self.device(device), how, copied),
            Step::Lag { device } => self.lag(self.device(device)),
            Step::MakeMember { person } => self.store.submit_page(Page::MakeMember(self.person(person))),
            Step::MakeOwner { person } => self.store.submit_page(Page::MakeOwner(self.person(person))),
            Step::ReadMissed { fails } => self.read_missed(fails),
            Step::Register => {
                if self.store.people_made() < PEOPLE_MAX {
                    self.store.submit_page(Page::Register);
                }
            }
            Step::RemoveRooms { person } => self.store.submit_page(Page::RemoveRooms(self.person(person))),
            Step::RevokeOwner { person } => self.store.submit_page(Page::RevokeOwner(self.person(person))),
            Step::SetReceipts { person, on } => {
                self.store.submit_page(Page::SetReceipts(self.person(person), on));
            }
            Step::RenameUser { person } => self.store.submit_page(Page::Rename(self.person(person))),
            Step::Settle => self.settle(),
            Step::Tell { count } => self.tell(count),
            Step::Wait { ms } => self.wait(u64::from(ms)),
            command => self.command(command),
        }
        self.check();
    }

    /// Opens a connection, if the device has none.
    fn connect(&mut self, device: usize) {
        let Device { person, session, conn: None, .. } = self.devices[device] else { return };
        let conn = ConnId(self.next_conn);
        self.next_conn += 1;
        let mut expected = Expected::default();
        // A session may have been looked up just before it, or its account, went.
        if self.truth.people.contains_key(&person) && !self.truth.leaving.contains(&person) {
            let same = self.links.iter().filter(|(_, link)| link.session == session);
            if same.clone().count() >= crate::proto::limits::SESSION_CONNECTIONS_MAX {
                let oldest = same.map(|(conn, _)| *conn).min().expect("there are several");
                expected.closes.insert(oldest, CloseCode::TooMany);
            }
        } else {
            expected.closes.insert(conn, CloseCode::SignedOut);
        }
        self.links.insert(conn, Link::new(device, person, session));
        self.devices[device].conn = Some(conn);
        self.feed(Input::Connected { conn, user: person, session }, expected);
    }

    /// Makes sure that the device is connected and welcomed; none where that is refused.
    fn arrive(&mut self, device: usize) -> Option<ConnId> {
        self.connect(device);
        let conn = self.devices[device].conn?;
        if matches!(self.links[&conn].stage, Stage::Greeting) {
            self.hello(device, Hello::Resume, false);
        }
        self.devices[device].conn
    }

    fn hello(&mut self, device: usize, how: Hello, copied: bool) {
        self.connect(device);
        let Some(conn) = self.devices[device].conn else { return };
        let (version, after) = match how {
            Hello::Ahead => (PROTOCOL_VERSION, Some(Seq(self.truth.seq.0 + 100))),
            Hello::Fresh => (PROTOCOL_VERSION, None),
            Hello::Resume => (PROTOCOL_VERSION, self.devices[device].seq),
            Hello::Version => (PROTOCOL_VERSION + 1, None),
        };
        let tab = TabId(if copied { 0 } else { 1 + device as u64 });
        self.say(conn, ClientMessage::Hello { version, tab, after, epoch: None });
    }

    fn disconnect(&mut self, device: usize) {
        let Some(conn) = self.devices[device].conn.take() else { return };
        self.links.remove(&conn);
        let heard = self.feed(Input::Disconnected { conn }, Expected::default());
        assert_eq!(heard, Heard::default(), "a departure is told with the next tick");
    }

    fn lag(&mut self, device: usize) {
        let Some(conn) = self.devices[device].conn else { return };
        let closes = [(conn, CloseCode::Lagging)].into();
        self.feed(Input::Lagging { conn }, Expected { closes, ..Expected::default() });
    }

    /// Gives the devices of an ended session a new one.
    fn sign_in_again(&mut self, ended: SessionId) {
        self.next_session += 1;
        let session = SessionId(self.next_session);
        for device in self.devices.iter_mut().filter(|device| device.session == ended) {
            device.session = session;
        }
    }

    fn end_session(&mut self, device: usize, taken_over: bool) {
        let session = self.devices[device].session;
        let (end, code) = match taken_over {
            true => (SessionEnd::TakenOver, CloseCode::TakenOver),
            false => (SessionEnd::SignedOut, CloseCode::SignedOut),
        };
        let ended = self.links.iter().filter(|(_, link)| link.session == session);
        let closes = ended.map(|(conn, _)| (*conn, code)).collect();
        let changes = vec![Change::SessionsEnded { sessions: vec![session], end }];
        self.feed(Input::Changed { changes }, Expected { closes, ..Expected::default() });
        // A connection that was on its way comes too late.
        let conn = ConnId(self.next_conn);
        self.next_conn += 1;
        let person = self.devices[device].person;
        self.links.insert(conn, Link::new(device, person, session));
        let closes = [(conn, CloseCode::SignedOut)].into();
        self.feed(Input::Connected { conn, user: person, session }, Expected { closes, ..Expected::default() });
        // Whoever comes back has signed in again: sessions are not used twice.
        self.sign_in_again(session);
    }

    /// What comes from a connection that is closed is of no account.
    fn ghost(&mut self, conn: ConnId, lagging: bool) {
        if self.links.contains_key(&conn) {
            return;
        }
        let message = ClientMessage::Typing { room: store::EVERYONE };
        let input = if lagging { Input::Lagging { conn } } else { Input::Message { conn, message } };
        assert_eq!(self.feed(input, Expected::default()), Heard::default());
    }

    fn flood(&mut self, device: usize, count: u8) {
        for _ in 0..count {
            let Some(conn) = self.arrive(device) else { return };
            self.say(conn, ClientMessage::Ping {});
        }
    }

    fn commit(&mut self, count: u8, fault: Option<Fault>) {
        for _ in 0..count {
            if !self.store.commit(fault) {
                return;
            }
        }
    }

    /// The hub hears of commits, in their order.
    fn tell(&mut self, count: u8) {
        for _ in 0..count {
            match self.store.next_news() {
                None => return,
                Some(News::Answer(ticket, result)) => self.stored(ticket, result),
                Some(News::Page(change)) => self.page(change),
            }
        }
    }

    fn page(&mut self, change: Change) {
        let mut expected = Expected::default();
        let mut close = |user: UserId| {
            let theirs = self.links.iter().filter(|(_, link)| link.user == user);
            expected.closes.extend(theirs.map(|(conn, _)| (*conn, CloseCode::SignedOut)));
        };
        match &change {
            Change::StaysEnded(ended) => ended.guests.iter().for_each(|guest| close(guest.id)),
            Change::UserGone { user, .. } => close(*user),
            _ => {}
        }
        assert!(self.truth.apply(&change).is_none(), "pages write nothing: {change:?}");
        self.feed(Input::Changed { changes: vec![change] }, expected);
    }

    fn read_missed(&mut self, fails: bool) {
        let Some((conn, user, after, upto)) = self.reads.pop_front() else { return };
        let missed = if fails { Err(Fault::Storage) } else { Ok(self.store.missed(user, after, upto)) };
        self.feed(Input::Missed { conn, missed }, Expected::default());
    }

    fn wait(&mut self, ms: u64) {
        // The driver may wake too early.
        let due = self.hub.wake_at().is_some_and(|at| at <= self.now.mono);
        let heard = self.feed(Input::Tick, Expected::default());
        assert!(due || heard == Heard::default(), "nothing was due");
        self.now.mono += Duration::from_millis(ms);
        self.now.wall += ms as Millis;
        if self.hub.wake_at().is_some_and(|at| at <= self.now.mono) {
            self.feed(Input::Tick, Expected::default());
            assert!(self.hub.wake_at().is_none_or(|at| at > self.now.mono), "a tick does what is due");
        }
    }

    /// The process dies: the disk and the devices keep what they have.
    fn crash(&mut self) {
        self.store.crash();
        self.asked.clear();
        self.reacting.clear();
        self.reads.clear();
        self.links.clear();
        self.commands.clear();
        self.hellos.clear();
        self.room_acts.clear();
        for device in &mut self.devices {
            device.conn = None;
        }
        self.hub = Hub::new(self.store.snapshot(), "0.0.0");
        self.truth = Truth::new(self.store.snapshot());
    }

    fn settle(&mut self) {
        loop {
            while self.store.commit(None) {}
            while let Some(news) = self.store.next_news() {
                match news {
                    News::Answer(ticket, result) => self.stored(ticket, result),
                    News::Page(change) => self.page(change),
                }
            }
            while !self.reads.is_empty() {
                self.read_missed(false);
            }
            // What has just begun to be gathered, beside what was due already.
            self.wait(250);
            self.wait(250);
            if self.asked.is_empty() && self.reacting.is_empty() {
                break;
            }
        }
        // What was gathered last is not due again.
        self.wait(250);
        self.check_settled();
    }

    fn device(&self, n: u8) -> usize {
        usize::from(n) % self.devices.len()
    }

    fn person(&self, n: u8) -> UserId {
        UserId(1 + u64::from(n) % PEOPLE_MAX)
    }

    /// One person a bit.
    fn people(&self, bits: u8) -> Vec<UserId> {
        let chosen = (0..PEOPLE_MAX).filter(|bit| bits >> bit & 1 == 1).map(|bit| UserId(1 + bit));
        // Who does not exist is chosen seldom, or hardly a room would ever be made.
        chosen.filter(|user| bits.is_multiple_of(16) || self.truth.people.contains_key(user)).collect()
    }

    /// A room that exists, or the next one that does not.
    fn room(&self, n: u8) -> RoomId {
        RoomId(1 + u64::from(n) % (self.store.rooms().count() as u64 + 1))
    }

    /// Who is present, in truth.
    fn present(&self) -> BTreeSet<UserId> {
        self.links.values().filter(|link| link.joined()).map(|link| link.user).collect()
    }
}
