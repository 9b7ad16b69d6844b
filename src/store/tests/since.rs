//! History from a time on.

use super::super::{HistoryRefusal, Window};
use super::*;
use crate::proto::op::DAY_MS;

const HOUR: Millis = 60 * 60 * 1_000;

fn sent_at(room: RoomId, author: UserId, id: u64, sent_at: Millis) -> Op {
    let client_msg_id = ClientMsgId::try_from(format!("m{id}")).unwrap();
    Op::Message(MessageOp::Append(NewMessage {
        room,
        author,
        client_msg_id,
        body: Body::parse("x".into()).unwrap(),
        attachments: Default::default(),
        mentions: Vec::new(),
        reply_to: None,
        sent_at,
    }))
}

/// Ada's room for everybody with messages of these times.
fn talk(times: &[Millis]) -> (Fixture, UserId) {
    let (fixture, users) = Fixture::with(&["Ada"]);
    fixture.apply_all((1..).zip(times).map(|(id, &at)| sent_at(EVERYONE, users[0], id, at)));
    (fixture, users[0])
}

fn first_since(fixture: &Fixture, asker: UserId, room: RoomId, at: Millis) -> Option<u64> {
    let page = fixture.read(|reader| reader.history(asker, room, Window::Since(at), 1)).unwrap();
    page.messages.first().map(|message| message.id.0)
}

#[test]
fn a_page_begins_with_the_first_message_of_a_time_or_later() {
    let (fixture, ada) = talk(&[NOON, NOON + HOUR, NOON + 3 * DAY_MS, NOON + 3 * DAY_MS + 1]);
    let ask = |at, limit| fixture.read(|reader| reader.history(ada, EVERYONE, Window::Since(at), limit)).unwrap();
    for (at, first) in [
        (Millis::MIN, Some(1)),
        (NOON, Some(1)),
        (NOON + 1, Some(2)),
        (NOON + HOUR + 1, Some(3)),
        (NOON + 3 * DAY_MS + 1, Some(4)),
        (NOON + 3 * DAY_MS + 2, None),
        (Millis::MAX, None),
    ] {
        assert_eq!(first_since(&fixture, ada, EVERYONE, at), first, "{at}");
    }
    let page = ask(NOON + 1, 2);
    assert_eq!(page.messages.iter().map(|message| message.id.0).collect::<Vec<_>>(), [2, 3]);
    assert_eq!((page.more_before, page.more_after), (true, true));
    let start = ask(0, 10);
    assert_eq!((start.messages.len(), start.more_before, start.more_after), (4, false, false));
    let end = ask(Millis::MAX, 10);
    assert_eq!((end.messages.len(), end.more_before, end.more_after), (0, true, false));
}

#[test]
fn only_members_ask_for_a_time_and_only_their_room_answers() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let room = fixture.room(RoomKind::Closed, users[0], &[]);
    fixture.apply(sent_at(EVERYONE, users[0], 1, NOON));
    fixture.apply(sent_at(room, users[0], 2, NOON + HOUR));
    let ask = |asker, room| fixture.read(|reader| reader.history(asker, room, Window::Since(NOON), 1));
    assert_eq!(ask(users[1], room), Err(HistoryRefusal::NotAMember));
    assert_eq!(first_since(&fixture, users[0], room, NOON), Some(2));
    assert_eq!(first_since(&fixture, users[1], EVERYONE, NOON), Some(1));
    assert_eq!(first_since(&fixture, users[1], EVERYONE, NOON + 1), None);
}

#[test]
fn a_clock_that_was_ahead_for_a_while_does_not_hide_the_days_after_it() {
    let (fixture, ada) = talk(&[NOON, NOON + 400 * DAY_MS, NOON + DAY_MS, NOON + 2 * DAY_MS]);
    for (at, first) in [
        (NOON + 1, Some(3)),
        (NOON + 2 * DAY_MS, Some(4)),
        (NOON + 2 * DAY_MS + 1, Some(2)),
        (NOON + 400 * DAY_MS + 1, None),
    ] {
        assert_eq!(first_since(&fixture, ada, EVERYONE, at), first, "{at}");
    }
}

#[test]
fn a_clock_set_back_within_a_day_gives_a_message_before_which_it_was_earlier() {
    let (fixture, ada) = talk(&[NOON, NOON + 3 * HOUR, NOON + HOUR, NOON + 4 * HOUR]);
    let first = first_since(&fixture, ada, EVERYONE, NOON + 2 * HOUR).unwrap();
    assert!([2, 4].contains(&first), "{first}");
    assert_eq!(first_since(&fixture, ada, EVERYONE, NOON), Some(1));
}

/// Rooms that are silent for long while others talk, before and after the register is written.
#[test]
fn a_time_is_found_whether_its_messages_are_in_the_register_or_not() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let rare = fixture.room(RoomKind::Open, users[0], &[]);
    let silent = fixture.room(RoomKind::Open, users[0], &[]);
    let step = DAY_MS / 7;
    let room_of = |id: u64| if id.is_multiple_of(97) { rare } else { EVERYONE };
    let time_of = |id: u64| NOON + id.cast_signed() * step;
    let mut sent = 0;
    for upto in [90_u64, 300, 700, 800] {
        let ids = sent + 1..=upto;
        fixture.apply_all(ids.map(|id| sent_at(room_of(id), users[0], id, time_of(id))));
        sent = upto;
        for id in (0..=sent + 1).step_by(13) {
            for at in [time_of(id), time_of(id) + 1] {
                for room in [EVERYONE, rare] {
                    let first = (1..=sent).find(|&id| room_of(id) == room && time_of(id) >= at);
                    assert_eq!(first_since(&fixture, users[0], room, at), first, "{upto} {room} {at}");
                }
                assert_eq!(first_since(&fixture, users[0], silent, at), None);
            }
        }
    }
}
