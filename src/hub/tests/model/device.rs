//! A client as the protocol's page describes it: what it remembers, and what it must never be told.

use std::collections::{BTreeMap, BTreeSet};

use crate::proto::event::{Event, EventKind, Message};
use crate::proto::id::{ClientMsgId, ConnId, RoomId, Seq, SessionId, UserId};
use crate::proto::permit::Act;
use crate::proto::receipt::Receipt;
use crate::proto::server::{Resume, Room, ServerMessage};

use super::store::Store;

/// What a device has of a room.
#[derive(Debug)]
struct Log {
    /// From here on nothing may be missing.
    since: Seq,
    seen: Vec<Seq>,
    /// What it believes that its person may do there.
    may: Vec<Act>,
}

/// See the module's text.
#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) person: UserId,
    pub(crate) session: SessionId,
    pub(crate) conn: Option<ConnId>,
    /// The newest event seen.
    pub(crate) seq: Option<Seq>,
    /// The names of the messages it has sent.
    pub(crate) sent: Vec<ClientMsgId>,
    /// Who it believes is present, once it was told.
    pub(crate) present: Option<BTreeSet<UserId>>,
    /// What it was told last of each direct room.
    receipts: BTreeMap<RoomId, Receipt>,
    rooms: BTreeMap<RoomId, Log>,
}

impl Device {
    pub(crate) fn new(person: u64, session: u64) -> Self {
        let (person, session) = (UserId(person), SessionId(session));
        Self {
            person,
            session,
            conn: None,
            seq: None,
            sent: Vec::new(),
            present: None,
            receipts: BTreeMap::new(),
            rooms: BTreeMap::new(),
        }
    }

    /// Forgets everything but where it left off.
    pub(crate) fn begin_at(&mut self, seq: Option<Seq>) {
        self.seq = seq;
        self.rooms.clear();
    }

    /// Takes what was sent when the hub was at `now`. `own` is a stored message given back to its author.
    pub(crate) fn take(&mut self, message: &ServerMessage, now: Seq, own: bool) {
        match message {
            ServerMessage::Welcome { seq, resume, rooms, .. } => {
                if *resume != Resume::Ok {
                    self.seq = Some(*seq);
                    self.rooms.clear();
                }
                let listed: BTreeSet<RoomId> = rooms.iter().map(|room| room.id).collect();
                self.rooms.retain(|id, _| listed.contains(id));
                for room in rooms {
                    self.learn(room, *seq);
                }
                self.present = None;
            }
            ServerMessage::Events { events } if own => {
                let own = |event: &Event| matches!(&event.what, EventKind::Message(it) if it.author == self.person);
                assert!(events.iter().all(own));
            }
            ServerMessage::Events { events } => {
                assert!(!events.is_empty(), "an empty frame says nothing");
                for event in events {
                    self.event(event.seq, event.room);
                }
            }
            ServerMessage::Room { room, .. } => {
                self.learn(room, now);
            }
            ServerMessage::RoomSettings { room, may, .. } => {
                if let Some(log) = self.rooms.get_mut(room) {
                    log.may.clone_from(may);
                }
            }
            ServerMessage::RoomsGone { rooms, .. } => {
                // Archived ones may not have been shown.
                for room in rooms {
                    self.rooms.remove(room);
                }
            }
            ServerMessage::Receipts { receipts } => {
                self.receipts.extend(receipts.iter().map(|told| (told.room, told.receipt)));
            }
            ServerMessage::Present { users } => self.present = Some(users.iter().copied().collect()),
            ServerMessage::Presence { came, left } => self.presence(came, left),
            _ => {}
        }
    }

    fn learn(&mut self, room: &Room, since: Seq) {
        let log = self.rooms.entry(room.id).or_insert_with(|| Log { since, seen: Vec::new(), may: Vec::new() });
        log.may.clone_from(&room.may);
        self.receipts.insert(room.id, room.receipt.unwrap_or_default());
    }

    /// The rooms it knows of, and what it believes that its person may do there.
    pub(crate) fn believes(&self) -> impl Iterator<Item = (RoomId, &[Act])> {
        self.rooms.iter().map(|(room, log)| (*room, &log.may[..]))
    }

    /// What it shows of how far the other person of a room is.
    pub(crate) fn receipt(&self, room: RoomId) -> Receipt {
        self.receipts.get(&room).copied().unwrap_or_default()
    }

    fn event(&mut self, seq: Seq, room: RoomId) {
        assert!(Some(seq) > self.seq, "{seq} comes after {:?}", self.seq);
        self.seq = Some(seq);
        // What was missed in a room that was joined meanwhile is loaded when the room is opened.
        if let Some(log) = self.rooms.get_mut(&room) {
            log.seen.push(seq);
        }
    }

    fn presence(&mut self, came: &[UserId], left: &[UserId]) {
        let present = self.present.as_mut().expect("changes come after the whole");
        for user in left {
            assert!(present.remove(user), "person {user} left without having been there");
        }
        for user in came {
            assert!(present.insert(*user), "person {user} came twice");
        }
    }

    /// Panics unless the device has everything of its rooms since it came, once and in order.
    /// `open` are its person's rooms that are not archived.
    pub(crate) fn check_complete(&self, (open, all): (BTreeSet<RoomId>, BTreeSet<RoomId>), store: &Store) {
        let known: BTreeSet<RoomId> = self.rooms.keys().copied().collect();
        assert!(open.is_subset(&known) && known.is_subset(&all), "{known:?} are not {open:?} of {all:?}");
        for (room, log) in &self.rooms {
            let all = store.events_of(*room, Seq(0));
            assert!(all.ends_with(&log.seen), "of room {room} {:?} was seen, not the end of {all:?}", log.seen);
            let due = store.events_of(*room, log.since);
            assert!(log.seen.len() >= due.len(), "of room {room} {:?} was seen, {due:?} was due", log.seen);
        }
    }

    /// Panics unless an event is told as it is on the disk, or was before more became of its message.
    pub(crate) fn check_event(event: &Event, viewer: Option<UserId>, store: &Store) {
        let stored = store.event(event.seq);
        if let EventKind::Pinned { message, n, .. } = &event.what {
            // On resuming it is told as it is now.
            let EventKind::Pinned { message: id, n: number, .. } = &stored.what else {
                panic!("{event:?} was {stored:?}")
            };
            return assert_eq!((event.seq, event.room, message, n), (stored.seq, stored.room, id, number));
        }
        if let EventKind::Reacted { message, n, reactions, mine } = &event.what {
            let EventKind::Reacted { message: id, n: number, reactions: then, .. } = &stored.what else {
                panic!("{event:?} is another thing on the disk: {stored:?}")
            };
            let now = store.message(*message).expect("it is a message");
            assert_eq!((event.seq, event.room, message, n), (stored.seq, stored.room, id, number));
            assert!(reactions == then || *reactions == now.reactions, "{event:?} tells of reactions that never were");
            if let (Some(mine), Some(viewer)) = (mine, viewer) {
                let latest = now.rev == event.seq && !now.deleted;
                assert!(!latest || *mine == store.own(*message, viewer), "{mine:?} is not what {viewer} has put there");
            }
            return;
        }
        let (EventKind::Message(told) | EventKind::Edited(told)) = &event.what else {
            return assert_eq!(event, stored);
        };
        let EventKind::Message(now) = &store.event(told.id).what else { panic!("{} is no message", told.id) };
        assert_eq!((event.seq, event.room), (stored.seq, stored.room));
        assert_eq!(std::mem::discriminant(&event.what), std::mem::discriminant(&stored.what));
        assert_eq!((told.room, told.n, told.author), (now.room, now.n, now.author));
        let quoted = |message: &Message| message.quote.as_ref().map(|quote| (quote.message, quote.chain, quote.place));
        assert!(quoted(told) == quoted(now) || now.deleted, "{told:?} quotes another than {now:?}");
        // What it quotes may have been changed since, and what is one's own is told to nobody else.
        let plain = |message: &Message| Message { quote: None, mine: None, ..message.clone() };
        assert!(plain(told) == plain(now) || told.rev < now.rev, "{told:?} is told of {now:?}");
        if let (Some(mine), Some(viewer)) = (&told.mine, viewer) {
            assert!(
                told.rev < now.rev || *mine == store.own(told.id, viewer),
                "{mine:?} is not what {viewer} has put there"
            );
        }
        assert!(told.rev >= event.seq, "{event:?} tells how the message was before");
    }
}
