//! Reactions, gathered: what people put to the messages of a room goes to the store, and is told, at most once an interval.
//!
//! The first goes at once; what comes within [`REACTIONS_INTERVAL`] waits for its end. So two hundred people who clap are a
//! few commits and a few frames, and whoever reacts alone waits for nobody. What each message has become is one event with a
//! place in the order; whoever asked is answered when it is on the disk.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use crate::proto::client::Re;
use crate::proto::code::ErrorCode;
use crate::proto::event::{Event, EventKind};
use crate::proto::id::{ConnId, RoomId, Seq, UserId};
use crate::proto::limits::{REACTED_AT_ONCE_MAX, REACTIONS_INTERVAL, REACTIONS_WAITING_MAX};
use crate::proto::op::{MessageOp, NewReaction, Op};
use crate::proto::permit::Act;
use crate::proto::reaction::Emoji;
use crate::proto::server::ServerMessage;

use super::quota::{REACTIONS, Wait};
use super::room::broadcast;
use super::{AnswerTo, Hub, Now, Output, refusal};

/// By what a connection knows the answer to what it has asked for.
type Asked = (ConnId, Re);

/// What is asked for at one message, in order.
type AtMessage = (Seq, Vec<(Asked, NewReaction)>);

/// What is asked for at the messages of one room.
#[derive(Debug)]
struct Gathering {
    /// When what waits here goes to the store.
    next_at: Duration,
    /// In the order in which each message was first asked for.
    waiting: VecDeque<AtMessage>,
}

/// See the module's text.
#[derive(Debug, Default)]
pub(super) struct Reactions {
    rooms: BTreeMap<RoomId, Gathering>,
    /// When each of them is due.
    due: BTreeSet<(Duration, RoomId)>,
    /// How many wait in all.
    waiting: usize,
}

impl Reactions {
    /// When [`Hub::store_reactions`] next has something to do.
    pub(super) fn due_at(&self) -> Option<Duration> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Takes one in, unless too many wait.
    fn add(
        &mut self,
        room: RoomId,
        message: Seq,
        asked: Asked,
        new: NewReaction,
        now: Duration,
    ) -> Result<(), ErrorCode> {
        if self.waiting >= REACTIONS_WAITING_MAX {
            return Err(ErrorCode::Busy);
        }
        self.waiting += 1;
        let gathering = self.rooms.entry(room).or_insert_with(|| {
            self.due.insert((now, room));
            Gathering { next_at: now, waiting: VecDeque::new() }
        });
        match gathering.waiting.iter_mut().find(|(waiting, _)| *waiting == message) {
            Some((_, reactions)) => reactions.push((asked, new)),
            None => gathering.waiting.push_back((message, vec![(asked, new)])),
        }
        Ok(())
    }

    /// What is due of one room, by messages.
    fn take_due(&mut self, now: Duration) -> Option<(RoomId, Vec<AtMessage>)> {
        let (at, room) = self.due.first().copied().filter(|(at, _)| *at <= now)?;
        self.due.remove(&(at, room));
        let gathering = self.rooms.get_mut(&room)?;
        let taken: Vec<_> = gathering.waiting.drain(..gathering.waiting.len().min(REACTED_AT_ONCE_MAX)).collect();
        self.waiting -= taken.iter().map(|(_, reactions)| reactions.len()).sum::<usize>();
        if taken.is_empty() {
            self.rooms.remove(&room);
        } else {
            gathering.next_at = now + REACTIONS_INTERVAL;
            self.due.insert((gathering.next_at, room));
        }
        Some((room, taken))
    }

    #[cfg(any(fuzzing, test))]
    pub(super) fn audit(&self) {
        let waiting = self.rooms.values().flat_map(|gathering| &gathering.waiting);
        let counts: Vec<usize> = waiting.map(|(_, reactions)| reactions.len()).collect();
        assert!(counts.iter().all(|count| *count > 0) && counts.iter().sum::<usize>() == self.waiting);
        let due: BTreeSet<_> = self.rooms.iter().map(|(room, gathering)| (gathering.next_at, *room)).collect();
        assert_eq!(due, self.due, "a room's reactions are forgotten");
    }
}

impl Hub {
    /// Somebody puts an emoji to a message, or takes it back.
    pub(super) fn react(
        &mut self,
        now: Now,
        (conn, re): Asked,
        (room, message): (RoomId, Seq),
        (emoji, on): (Emoji, bool),
        out: &mut Vec<Output>,
    ) {
        let user = self.roster.conns[&conn].user;
        let checked = self.may(Act::React, user, room).map(drop).and_then(|()| self.store_has_room());
        if let Err(code) = checked {
            return out.push(Output::Send { to: conn, message: refusal(code, Some(re), None) });
        }
        let quota = self.roster.people.get_mut(&user).map(|person| person.quota.reactions.take(REACTIONS, 1, now.mono));
        if let Some(Err(Wait { ms })) = quota {
            let code = ErrorCode::SlowDown;
            let message = code.message().to_owned();
            let refusal = ServerMessage::Error { code, message, re: Some(re), client_msg_id: None, retry_ms: Some(ms) };
            return out.push(Output::Send { to: conn, message: refusal });
        }
        match self.reactions.add(room, message, (conn, re), NewReaction { user, emoji, on }, now.mono) {
            Ok(()) => self.store_reactions(now.mono, out),
            Err(code) => out.push(Output::Send { to: conn, message: refusal(code, Some(re), None) }),
        }
    }

    /// Has the store keep what is due.
    pub(super) fn store_reactions(&mut self, now: Duration, out: &mut Vec<Output>) {
        while let Some((room, taken)) = self.reactions.take_due(now) {
            for (message, reactions) in taken {
                let (asked, reactions) = reactions.into_iter().unzip();
                let op = Op::Message(MessageOp::React { room, message, reactions });
                self.ask(AnswerTo::Reactions { asked }, op, out);
            }
        }
    }

    /// What became of a message: told to everyone there, and to those who reacted with what is their own.
    pub(super) fn reacted(&mut self, event: Event, mine: Vec<(UserId, Vec<Emoji>)>, out: &mut Vec<Output>) {
        self.seq = self.seq.max(event.seq);
        let Some(room) = self.rooms.get(event.room) else { return };
        let mut others: BTreeSet<ConnId> = room.present.iter().copied().collect();
        for (user, own) in mine.into_iter().filter(|(user, _)| room.members.contains_key(user)) {
            let conns = self.roster.joined_conns(user);
            for conn in &conns {
                others.remove(conn);
            }
            broadcast(conns, ServerMessage::Events { events: vec![with_own(&event, own)] }, out);
        }
        // In the order in which they came, as for every event.
        let others = room.present.iter().copied().filter(|conn| others.contains(conn)).collect();
        broadcast(others, ServerMessage::Events { events: vec![event] }, out);
    }
}

/// The event as it is told to somebody who has put these themselves.
fn with_own(event: &Event, own: Vec<Emoji>) -> Event {
    let mut event = event.clone();
    if let EventKind::Reacted { mine, .. } = &mut event.what {
        *mine = Some(own);
    }
    event
}
