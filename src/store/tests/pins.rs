//! Pins: who may, how many, that they go with their message and stay through an edit.

use super::*;
use crate::proto::brought::Gallery;
use crate::proto::event::{Event, EventKind};
use crate::proto::limits::PINS_MAX;
use crate::proto::op::Missed;

fn pin(message: Seq, by: UserId, on: bool) -> Op {
    Op::Message(MessageOp::Pin { room: EVERYONE, message, by, on })
}

impl Fixture {
    /// What is pinned in the room for everybody.
    fn pins(&self, asker: UserId) -> Vec<u64> {
        let page = self.read(|reader| reader.gallery(asker, EVERYONE, Gallery::Pins, None, 100)).unwrap();
        assert!(page.messages.iter().all(|message| message.pinned));
        page.messages.iter().map(|message| message.id.0).collect()
    }
}

#[test]
fn what_is_pinned_is_told_and_listed_until_it_is_taken_down() {
    let (fixture, users) = Fixture::with(&["Ada", "Bob"]);
    let first = fixture.send(EVERYONE, users[0], "a", "the rules");
    let second = fixture.send(EVERYONE, users[0], "b", "the menu");
    let told = |change: Change| match change {
        Change::Event(Event { seq, what: EventKind::Pinned { message, on, .. }, .. }) => (seq.0, message, on),
        other => panic!("{other:?}"),
    };
    assert_eq!(told(change(fixture.apply(pin(second.id, users[1], true)))), (3, second.id, true));
    assert_eq!(told(change(fixture.apply(pin(first.id, users[1], true)))), (4, first.id, true));
    assert!(changes(fixture.apply(pin(first.id, users[0], true))).is_empty(), "it is pinned already");
    let fixture = fixture.reopen();
    assert_eq!(fixture.pins(users[0]), [first.id.0, second.id.0]);
    assert_eq!(told(change(fixture.apply(pin(second.id, users[0], false)))), (5, second.id, false));
    assert_eq!(fixture.pins(users[0]), [first.id.0]);
    let Missed::Events(missed) = fixture.read(|reader| reader.missed(users[0], Seq(2), Seq(9))) else { panic!() };
    let on: Vec<bool> = missed.iter().map(|event| matches!(event.what, EventKind::Pinned { on: true, .. })).collect();
    assert_eq!(on, [false, true, false], "as it is now");
}

#[test]
fn a_pin_stays_through_an_edit_and_goes_with_its_message() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let id = fixture.send(EVERYONE, users[0], "a", "see https://porch.local/r/1").id;
    fixture.apply(pin(id, users[0], true));
    let body = Body::parse("no link".into()).unwrap();
    fixture.apply(Op::Message(MessageOp::Edit {
        room: EVERYONE,
        message: id,
        by: users[0],
        body,
        mentions: Vec::new(),
        at: NOON,
    }));
    assert_eq!(fixture.pins(users[0]), [id.0]);
    let links = fixture.read(|reader| reader.gallery(users[0], EVERYONE, Gallery::Links, None, 9)).unwrap();
    assert!(links.messages.is_empty());
    let delete = MessageOp::Delete { room: EVERYONE, message: id, by: users[0], whose: Whose::Own, at: NOON };
    fixture.apply(Op::Message(delete));
    assert!(fixture.pins(users[0]).is_empty());
    assert_eq!(fixture.refused(pin(id, users[0], true)), ErrorCode::NotFound);
}

#[test]
fn only_who_may_pins_and_only_so_much_in_a_room() {
    let (fixture, users) = Fixture::with(&["Ada", "Bob"]);
    let room = fixture.room(RoomKind::Open, users[0], &[]);
    let there = fixture.send(room, users[0], "a", "there").id;
    let pin_there = |by| Op::Message(MessageOp::Pin { room, message: there, by, on: true });
    assert_eq!(fixture.refused(pin_there(users[1])), ErrorCode::NotAMember);
    assert_eq!(fixture.refused(pin(there, users[0], true)), ErrorCode::NotFound, "it is in another room");
    for number in 0..PINS_MAX {
        let id = fixture.send(EVERYONE, users[0], &format!("p{number}"), "x").id;
        changes(fixture.apply(pin(id, users[0], true)));
    }
    let more = fixture.send(EVERYONE, users[0], "more", "x").id;
    assert_eq!(fixture.refused(pin(more, users[0], true)), ErrorCode::LimitReached);
    changes(fixture.apply(pin(Seq(fixture.pins(users[0])[0]), users[0], false)));
    changes(fixture.apply(pin(more, users[0], true)));
}
