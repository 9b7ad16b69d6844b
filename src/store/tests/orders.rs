//! Two people do something to one message at once: in whatever order the store takes it, whoever heard each event has what
//! whoever reads the room anew has.

use std::collections::BTreeMap;

use super::super::Window;
use super::*;
use crate::proto::event::Quote;
use crate::proto::mention::Mention;
use crate::proto::op::{Forward, NewReaction};
use crate::proto::reaction::Emoji;

/// What is done to a message of Ada's, by her and by Bob.
#[derive(Clone, Copy, Debug)]
enum Act {
    Delete,
    Edit,
    Forward,
    LeaveAndComeBack,
    Pin,
    React,
    Reply,
    TakeBack,
}

const ACTS: [Act; 8] =
    [Act::Delete, Act::Edit, Act::Forward, Act::LeaveAndComeBack, Act::Pin, Act::React, Act::Reply, Act::TakeBack];

/// A page that was there all the time: the messages of a room, as it has heard of them.
#[derive(Default)]
struct Page(BTreeMap<Seq, Message>);

impl Page {
    /// Takes an event up as docs/protocol.md says: of two copies the one with the higher `rev` is true.
    fn hear(&mut self, event: &Event) {
        match &event.what {
            EventKind::Message(message) | EventKind::Edited(message) => {
                let known = self.0.entry(message.id).or_insert_with(|| message.clone());
                if known.rev <= message.rev {
                    *known = message.clone();
                }
            }
            EventKind::Deleted { message, .. } => self.change(*message, event.seq, |message| {
                *message = Message {
                    body: String::new(),
                    attachments: Vec::new(),
                    mentions: Vec::new(),
                    edited_at: None,
                    forwarded: false,
                    deleted: true,
                    pinned: false,
                    quote: None,
                    reactions: Vec::new(),
                    ..message.clone()
                }
            }),
            EventKind::Pinned { message, on, .. } => self.change(*message, event.seq, |message| message.pinned = *on),
            EventKind::Reacted { message, reactions, .. } => {
                self.change(*message, event.seq, |message| message.reactions.clone_from(reactions))
            }
        }
        self.quote_anew();
    }

    fn change(&mut self, message: Seq, rev: Seq, change: impl FnOnce(&mut Message)) {
        let Some(known) = self.0.get_mut(&message).filter(|known| known.rev < rev) else { return };
        change(known);
        known.rev = rev;
    }

    /// Quotes tell how what they quote is now.
    fn quote_anew(&mut self) {
        let quoted: BTreeMap<Seq, Message> = self.0.clone();
        for quote in self.0.values_mut().filter_map(|message| message.quote.as_mut()) {
            if let Some(quoted) = quoted.get(&quote.message) {
                **quote = Quote::of(quoted, (quote.chain, quote.place));
            }
        }
    }
}

fn op_of(act: Act, (room, message): (RoomId, Seq), [ada, bob]: [UserId; 2], id: String) -> Vec<Op> {
    let react = |on| {
        let emoji = Emoji::try_from("👍".to_owned()).unwrap();
        MessageOp::React { room, message, reactions: vec![NewReaction { user: bob, emoji, on }] }
    };
    let client_msg_id = ClientMsgId::try_from(id.clone()).unwrap();
    let message_op = match act {
        Act::Delete => MessageOp::Delete { room, message, by: ada, whose: Whose::Own, at: NOON },
        Act::Edit => {
            let mentions = vec![Mention { name: "Bob".into(), user: Some(bob) }];
            let body = Body::parse("said anew, @Bob".into()).unwrap();
            MessageOp::Edit { room, message, by: ada, body, mentions, at: NOON }
        }
        Act::Forward => MessageOp::Forward(Forward { from: room, message, room, by: bob, client_msg_id, at: NOON }),
        Act::LeaveAndComeBack => {
            let leave = RoomOp::RemoveMember { room, user: bob, by: bob };
            let join = RoomOp::AddMembers { room, users: vec![bob], by: None, at: NOON };
            return vec![Op::Room(leave), Op::Room(join)];
        }
        Act::Pin => MessageOp::Pin { room, message, by: bob, on: true },
        Act::React => react(true),
        Act::Reply => {
            let Op::Message(MessageOp::Append(new)) = append(room, bob, &id, "an answer") else { unreachable!() };
            MessageOp::Append(NewMessage { reply_to: Some(message), ..new })
        }
        Act::TakeBack => react(false),
    };
    vec![Op::Message(message_op)]
}

/// Without what is told to one alone, and what a quote shows nothing of: reactions to what is quoted have a `rev`, too.
fn comparable(message: Message) -> Message {
    let quote = message.quote.map(|quote| Box::new(Quote { rev: Seq(0), ..*quote }));
    Message { mine: None, quote, ..message }
}

/// Every order of so many.
fn orders(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let shorter = orders(count - 1);
    let places = |order: Vec<usize>| {
        (0..count).map(move |place| {
            let mut longer = order.clone();
            longer.insert(place, count - 1);
            longer
        })
    };
    shorter.into_iter().flat_map(places).collect()
}

#[test]
fn in_whatever_order_two_people_do_what_can_be_done_those_who_heard_have_what_is_read() {
    let (fixture, users) = Fixture::with(&["Ada", "Bob"]);
    let people = [users[0], users[1]];
    let room = fixture.room(RoomKind::Open, people[0], &[people[1]]);
    let mut page = Page::default();
    // Of the eight each five in every order: all pairs, in both orders, with others between them.
    let orders = orders(5);
    for (round, order) in orders.iter().enumerate() {
        let said = fixture.send(room, people[0], &format!("said{round}"), "said");
        page.hear(&said.clone().into());
        let acts: Vec<Act> = order.iter().map(|at| ACTS[(at + round) % ACTS.len()]).collect();
        for (at, act) in acts.iter().enumerate() {
            for op in op_of(*act, (room, said.id), people, format!("{round}-{at}")) {
                let Outcome::Made { changes, .. } = fixture.apply(op) else { continue };
                for change in changes {
                    if let Change::Event(event) | Change::Reacted { event, .. } = change {
                        page.hear(&event);
                    }
                }
            }
        }
        let read = fixture.read(|reader| reader.history(people[1], room, Window::Newest, 3)).unwrap().messages;
        for read in read {
            let read = comparable(read);
            let heard = page.0.get(&read.id).cloned().map(comparable);
            assert_eq!(Some(read), heard, "after {acts:?}");
        }
        if round % 40 == 0 {
            let query = crate::store::search::Query::parse("\"said anew\"", Default::default()).unwrap();
            let found = fixture.read(|reader| reader.search(people[0], &query, (None, 50), || false)).hits;
            let said = |id: &Seq| page.0.get(id).is_some_and(|message| message.body.starts_with("said anew"));
            assert!(found.iter().all(|hit| said(&hit.message.id)), "after {acts:?}");
        }
    }
}
