use super::super::{Cursor, Filters, HistoryRefusal, Query, Window};
use super::*;
use crate::fair::Asker;
use crate::proto::account::HistoryPage;
use crate::proto::event::{Event, EventKind};
use crate::proto::limits::{BODY_CHARS_MAX, PAGE_TEXT_BYTES_MAX, RESUME_BYTES_MAX};
use crate::proto::op::Missed;

fn page(fixture: &Fixture, asker: UserId, room: RoomId, window: Window, limit: u32) -> HistoryPage {
    fixture.read(|reader| reader.history(asker, room, window, limit)).unwrap()
}

fn ids_of(page: &HistoryPage) -> Vec<u64> {
    page.messages.iter().map(|message| message.id.0).collect()
}

fn missed(fixture: &Fixture, asker: UserId, after: u64) -> Vec<Event> {
    match fixture.read(|reader| reader.missed(asker, Seq(after), Seq(u64::MAX))) {
        Missed::Events(events) => events,
        Missed::TooMany => panic!("too many"),
    }
}

#[test]
fn messages_are_numbered_over_all_rooms_and_within_each() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let kitchen = fixture.room(RoomKind::Open, users[0], &[]);
    let sent: Vec<Message> = [EVERYONE, kitchen, EVERYONE, kitchen]
        .into_iter()
        .enumerate()
        .map(|(i, room)| fixture.send(room, users[0], &i.to_string(), "x"))
        .collect();
    assert_eq!(
        sent.iter().map(|message| (message.id.0, message.n)).collect::<Vec<_>>(),
        [(1, 1), (2, 1), (3, 2), (4, 2)]
    );
    let fixture = fixture.reopen();
    assert_eq!(fixture.snapshot.seq, 4);
    let room = fixture.snapshot.rooms.iter().find(|room| room.id == kitchen).unwrap();
    assert_eq!((room.last_n, room.last.as_ref().unwrap().id), (2, Seq(4)));
    assert_eq!(fixture.send(kitchen, users[0], "next", "x").n, 3);
}

/// As long as a message may be.
fn long(i: usize) -> String {
    format!("{i:03} {}", "\u{1f600}".repeat(BODY_CHARS_MAX - 4))
}

#[test]
fn a_page_of_long_messages_stops_by_bytes_and_goes_on_where_it_stopped() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    // Some in the register of their room and some not yet: see `history`.
    let all: Vec<u64> = (0..20).map(|i| fixture.send(EVERYONE, users[0], &i.to_string(), &long(i)).id.0).collect();
    let fits = PAGE_TEXT_BYTES_MAX / long(0).len();
    let ask = |window| page(&fixture, users[0], EVERYONE, window, 100);
    let newest = ask(Window::Newest);
    assert_eq!((ids_of(&newest).len(), newest.more_before, newest.more_after), (fits, true, false));
    let mut back = ids_of(&newest);
    while back[0] > all[0] {
        let before = ask(Window::Before(Seq(back[0])));
        assert!(ids_of(&before).len() <= fits && before.more_after);
        assert_eq!(before.more_before, before.messages[0].id.0 > all[0]);
        back.splice(0..0, ids_of(&before));
    }
    assert_eq!(back, all, "each once");
    let around = ask(Window::Around(Seq(all[10])));
    assert!(ids_of(&around).contains(&all[10]) && ids_of(&around).len() <= fits);
    assert!(around.more_before && around.more_after);
    let mut on = ids_of(&around);
    while on.last() != all.last() {
        on.extend(ids_of(&ask(Window::After(Seq(*on.last().unwrap())))));
    }
    assert_eq!(on, all[all.iter().position(|id| *id == on[0]).unwrap()..]);
}

#[test]
fn a_page_of_long_hits_stops_by_bytes_and_goes_on_where_it_stopped() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let all: Vec<u64> = (0..20).map(|i| fixture.send(EVERYONE, users[0], &i.to_string(), &long(i)).id.0).collect();
    let query = Query::parse("from:ada", Filters::default()).unwrap();
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let page = fixture.read(|reader| reader.search(users[0], &query, (cursor, 50), || false));
        assert!((1..=PAGE_TEXT_BYTES_MAX / long(0).len()).contains(&page.hits.len()));
        found.extend(page.hits.iter().map(|hit| hit.message.id.0));
        let Some(next) = page.next else { break };
        cursor = Some(Cursor::try_from(next).unwrap());
    }
    assert!(found.iter().rev().eq(&all), "each once: {found:?}");
}

#[test]
fn what_was_missed_is_not_gathered_beyond_what_is_sent() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let fits = RESUME_BYTES_MAX / long(0).len();
    for i in 0..fits {
        fixture.send(EVERYONE, users[0], &i.to_string(), &long(i));
    }
    assert_eq!(missed(&fixture, users[0], 0).len(), fits);
    fixture.send(EVERYONE, users[0], "more", &long(0));
    let all = fixture.read(|reader| reader.missed(users[0], Seq(0), Seq(u64::MAX)));
    assert!(matches!(all, Missed::TooMany));
    assert_eq!(missed(&fixture, users[0], 1).len(), fits);
}

#[test]
fn a_message_sent_twice_is_stored_once_also_within_a_batch() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let sent = ["first", "second", "third"].map(|body| append(EVERYONE, users[0], "same", body));
    let outcomes: Vec<Outcome> = fixture.apply_all(sent).into_iter().map(Result::unwrap).collect();
    let first = appended(outcomes[0].clone());
    for again in &outcomes[1..] {
        let Outcome::Made { reply: Reply::SentBefore(stored), changes } = again else { panic!("{again:?}") };
        assert!(**stored == first && changes.is_empty());
    }
    let other = fixture.send(EVERYONE, users[1], "same", "of another author");
    assert_eq!((other.id, other.n), (Seq(2), 2));
}

/// What is known of ids is written for many messages at once: whether one was sent before must not depend on where that ends.
#[test]
fn a_message_sent_again_is_known_wherever_it_is_written_down() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let ids = |range: std::ops::RangeInclusive<u64>| range.map(|i| format!("m{i}"));
    let send_all = |fixture: &Fixture, range| {
        let outcomes = fixture.apply_all(ids(range).map(|id| append(EVERYONE, users[0], &id, "once")));
        assert!(outcomes.iter().all(is_made));
    };
    // In the register, then in memory, and then a register that goes on.
    let known = |fixture: &Fixture, upto: u64| {
        let outcomes = fixture.apply_all(ids(1..=upto).map(|id| append(EVERYONE, users[0], &id, "again")));
        for (n, outcome) in (1..).zip(outcomes) {
            match outcome {
                Ok(Outcome::Made { reply: Reply::SentBefore(stored), changes }) => {
                    assert!(stored.n == n && stored.body == "once" && changes.is_empty(), "{n}");
                }
                other => panic!("{n}: {other:?}"),
            }
        }
    };
    send_all(&fixture, 1..=300);
    send_all(&fixture, 301..=310);
    known(&fixture, 310);
    let fixture = fixture.reopen();
    known(&fixture, 310);
    send_all(&fixture, 311..=600);
    known(&fixture, 600);
    for id in ["m1", "m310", "m600"] {
        fixture.send(EVERYONE, users[1], id, "of another author");
    }
    assert_eq!(fixture.reopen().snapshot.seq, 603);
}

#[test]
fn only_members_write_and_only_in_rooms_that_are_not_archived() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let room = fixture.room(RoomKind::Open, users[0], &[]);
    assert_eq!(fixture.refused(append(room, users[1], "a", "x")), ErrorCode::NotAMember);
    assert_eq!(fixture.refused(append(RoomId(99), users[0], "a", "x")), ErrorCode::NotFound);
    fixture.apply(Op::Room(RoomOp::Set { room, by: UserId(1), setting: RoomSetting::Archived(true) }));
    assert_eq!(fixture.refused(append(room, users[0], "a", "x")), ErrorCode::RoomArchived);
    fixture.apply(Op::Room(RoomOp::Set { room, by: UserId(1), setting: RoomSetting::Archived(false) }));
    let message = fixture.send(room, users[0], "a", "x");
    assert_eq!((message.id, message.n), (Seq(1), 1), "what was refused left no gap");
}

#[test]
fn a_deleted_message_keeps_its_place_and_loses_its_text() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let message = fixture.send(EVERYONE, users[0], "a", "a secret nobody should see");
    fixture.send(EVERYONE, users[0], "b", "still here");
    let delete = |room| {
        Op::Message(MessageOp::Delete { room, message: message.id, by: users[0], whose: Whose::Anyones, at: NOON })
    };
    assert_eq!(fixture.refused(delete(RoomId(2))), ErrorCode::NotFound);
    let told = Event { seq: Seq(3), room: EVERYONE, what: EventKind::Deleted { message: message.id, n: 1 } };
    assert!(matches!(change(fixture.apply(delete(EVERYONE))), Change::Event(event) if event == told));
    assert!(changes(fixture.apply(delete(EVERYONE))).is_empty(), "it is deleted");
    let stored = &page(&fixture, users[0], EVERYONE, Window::Newest, 10).messages[0];
    assert!(stored.deleted && stored.body.is_empty() && (stored.n, stored.rev) == (1, Seq(3)));
    assert_eq!(fixture.send(EVERYONE, users[0], "c", "later").id, Seq(4));
    assert_eq!(missed(&fixture, users[0], 2)[0], told);
    let dir = fixture.dir.path().to_owned();
    let fixture = fixture.reopen();
    assert_eq!(fixture.snapshot.rooms[0].deleted, [1]);
    let bytes = std::fs::read(dir.join("porch.db")).unwrap();
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("still here"), "for this test to mean anything");
    assert!(!holds("a secret nobody"));
}

#[test]
fn pages_lead_through_a_room_in_both_directions() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let other = fixture.room(RoomKind::Open, users[0], &[]);
    for i in 0..20 {
        // Odd ids are in the room for everybody.
        fixture.send(if i % 2 == 0 { EVERYONE } else { other }, users[0], &i.to_string(), "x");
    }
    let newest = page(&fixture, users[0], EVERYONE, Window::Newest, 3);
    assert_eq!((ids_of(&newest), newest.more_before, newest.more_after), (vec![15, 17, 19], true, false));
    let before = page(&fixture, users[0], EVERYONE, Window::Before(Seq(5)), 3);
    assert_eq!((ids_of(&before), before.more_before, before.more_after), (vec![1, 3], false, true));
    let after = page(&fixture, users[0], EVERYONE, Window::After(Seq(14)), 3);
    assert_eq!((ids_of(&after), after.more_before, after.more_after), (vec![15, 17, 19], true, false));
    let around = page(&fixture, users[0], EVERYONE, Window::Around(Seq(9)), 4);
    assert_eq!((ids_of(&around), around.more_before, around.more_after), (vec![5, 7, 9, 11, 13], true, true));
    let start = page(&fixture, users[0], EVERYONE, Window::After(Seq(0)), 100);
    assert_eq!((start.messages.len(), start.more_before, start.more_after), (10, false, false));
}

/// The register of rooms is written for many messages at once: pages must not show where it ends.
#[test]
fn pages_are_the_same_whether_their_messages_are_in_the_register_or_not() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let other = fixture.room(RoomKind::Open, users[0], &[]);
    let third = fixture.room(RoomKind::Open, users[0], &[]);
    let room_of = |id: u64| if id.is_multiple_of(3) { EVERYONE } else { other };
    // The register is written after the first and after the second, and not after the third.
    let mut sent = 0;
    for upto in [300_u64, 700, 800] {
        let ids = sent + 1..=upto;
        fixture.apply_all(ids.map(|id| append(room_of(id), users[0], &id.to_string(), "x")));
        sent = upto;
        for room in [EVERYONE, other] {
            let all: Vec<u64> = (1..=sent).filter(|&id| room_of(id) == room).collect();
            for border in (0..=sent + 1).step_by(37) {
                let before = page(&fixture, users[0], room, Window::Before(Seq(border)), 10);
                let older: Vec<u64> = all.iter().copied().filter(|&id| id < border).collect();
                assert_eq!(ids_of(&before), older[older.len().saturating_sub(10)..]);
                assert_eq!((before.more_before, before.more_after), (older.len() > 10, older.len() < all.len()));
                let after = page(&fixture, users[0], room, Window::After(Seq(border)), 10);
                let newer: Vec<u64> = all.iter().copied().filter(|&id| id > border).collect();
                assert_eq!(ids_of(&after), newer[..newer.len().min(10)]);
                assert_eq!((after.more_after, after.more_before), (newer.len() > 10, newer.len() < all.len()));
                let events = missed(&fixture, users[0], border).iter().map(|event| event.seq.0).collect::<Vec<_>>();
                assert_eq!(events, (border + 1..=sent).collect::<Vec<_>>());
            }
            for (i, &id) in
                all.iter().enumerate().step_by(29).chain([(0, &all[0]), (all.len() - 1, &all[all.len() - 1])])
            {
                let around = page(&fixture, users[0], room, Window::AroundNumber(i as u64 + 1), 4);
                assert_eq!(around, page(&fixture, users[0], room, Window::Around(Seq(id)), 4));
            }
            let beyond = Window::AroundNumber(all.len() as u64 + 1);
            let refused = fixture.read(|reader| reader.history(users[0], room, beyond, 4));
            assert_eq!(refused, Err(HistoryRefusal::NotFound));
            let newest = page(&fixture, users[0], room, Window::Newest, 10).messages.pop().unwrap();
            assert_eq!((newest.id.0, newest.n), (all[all.len() - 1], all.len() as u64));
        }
        assert!(page(&fixture, users[0], third, Window::Newest, 10).messages.is_empty());
    }
    let fixture = fixture.reopen();
    let last = |room: RoomId| fixture.snapshot.rooms.iter().find(|found| found.id == room).unwrap().last_n;
    assert_eq!((last(EVERYONE), last(other), last(third)), (266, 534, 0));
}

#[test]
fn an_open_room_can_be_read_before_one_joins_it_and_no_other() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace", "Alan"]);
    let open = fixture.room(RoomKind::Open, users[0], &[]);
    let closed = fixture.room(RoomKind::Closed, users[0], &[]);
    let opened = fixture.apply(Op::Room(RoomOp::OpenDirect { users: [users[0], users[1]], by: users[0], at: NOON }));
    let direct = room(&opened);
    let read = |asker, room| fixture.read(|reader| reader.history(asker, room, Window::Newest, 10));
    let look = |asker, room| {
        let members = fixture.read(|reader| reader.room_members(asker, room)).is_some();
        assert_eq!(members, read(asker, room).is_ok(), "who is in it and what was said go together");
        members
    };
    let said = fixture.send(open, users[0], "a", "Come in");
    assert_eq!(read(users[2], open).unwrap().messages, [said]);
    for (room, others_may) in [(open, true), (closed, false), (direct, false), (RoomId(999), false)] {
        assert_eq!(look(users[2], room), others_may, "room {room}");
    }
    assert!(look(users[1], direct) && look(users[0], closed), "who is in it may");
    assert_eq!(read(UserId(999), open), Err(HistoryRefusal::NotAMember), "somebody has to ask");
    let archive =
        |archived| Op::Room(RoomOp::Set { room: open, by: users[0], setting: RoomSetting::Archived(archived) });
    fixture.apply(archive(true));
    assert!(!look(users[2], open) && look(users[0], open), "nobody comes into an archived one");
    fixture.apply(archive(false));
    assert!(look(users[2], open));
}

#[test]
fn pages_are_for_members_and_around_is_for_messages_of_the_room() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let room = fixture.room(RoomKind::Closed, users[0], &[]);
    let message = fixture.send(room, users[0], "a", "x");
    let ask = |asker, room, window| fixture.read(|reader| reader.history(asker, room, window, 10));
    assert_eq!(ask(users[1], room, Window::Newest), Err(HistoryRefusal::NotAMember));
    assert_eq!(ask(users[0], EVERYONE, Window::Around(message.id)), Err(HistoryRefusal::NotFound));
    assert_eq!(ask(users[0], room, Window::Around(Seq(u64::MAX))), Err(HistoryRefusal::NotFound));
    assert_eq!(ask(users[1], room, Window::AroundNumber(1)), Err(HistoryRefusal::NotAMember));
    assert_eq!(ask(users[0], room, Window::AroundNumber(u64::MAX)), Err(HistoryRefusal::NotFound));
    assert_eq!(ask(users[0], EVERYONE, Window::AroundNumber(0)), Err(HistoryRefusal::NotFound));
    assert_eq!(ask(users[0], room, Window::AroundNumber(0)).unwrap().messages[0].id, message.id);
    fixture.apply(Op::Message(MessageOp::Delete {
        room,
        message: message.id,
        by: users[0],
        whose: Whose::Anyones,
        at: NOON,
    }));
    assert!(ask(users[0], room, Window::Around(message.id)).unwrap().messages[0].deleted);
}

#[test]
fn what_was_missed_comes_in_order_from_ones_own_rooms_only() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let room = fixture.room(RoomKind::Closed, users[0], &[]);
    fixture.send(EVERYONE, users[0], "a", "1");
    fixture.send(room, users[0], "b", "2");
    fixture.send(EVERYONE, users[0], "c", "3");
    fixture.apply(Op::Message(MessageOp::Delete {
        room: EVERYONE,
        message: Seq(1),
        by: users[0],
        whose: Whose::Anyones,
        at: NOON,
    }));
    fixture.send(room, users[0], "d", "5");
    let seqs = |user, after| missed(&fixture, user, after).iter().map(|event| event.seq.0).collect::<Vec<_>>();
    assert_eq!(seqs(users[0], 0), [1, 2, 3, 4, 5]);
    assert_eq!(seqs(users[1], 0), [1, 3, 4]);
    assert_eq!(seqs(users[1], 3), [4]);
    assert_eq!(seqs(users[0], 5), [0; 0]);
    assert!(matches!(&missed(&fixture, users[1], 0)[0].what, EventKind::Message(message) if message.deleted));
    let upto = fixture.read(|reader| reader.missed(users[0], Seq(1), Seq(2)));
    assert!(matches!(upto, Missed::Events(events) if events.len() == 1));
}

#[test]
fn a_thousand_missed_events_are_given_and_one_more_is_too_many() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    fixture.apply_all((0..1_001).map(|i| append(EVERYONE, users[0], &i.to_string(), "x")));
    assert_eq!(missed(&fixture, users[0], 1).len(), 1_000);
    let all = fixture.read(|reader| reader.missed(users[0], Seq(0), Seq(1_001)));
    assert!(matches!(all, Missed::TooMany));
}

#[test]
fn a_refused_change_does_not_spoil_its_batch() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    // Two sessions with one token: a defect of the caller, which the database refuses.
    fixture.apply(several_devices());
    let twice = || sign_in(users[0], "Ada", 5);
    let mut results = fixture.apply_all([
        append(EVERYONE, users[0], "a", "first"),
        twice(),
        twice(),
        append(RoomId(9), users[0], "b", "nowhere"),
        append(EVERYONE, users[0], "c", "second"),
    ]);
    assert!(is_made(&results[0]) && is_made(&results[1]));
    assert!(matches!(results[2], Err(Fault::Storage)));
    assert!(matches!(results[3], Ok(Outcome::Refused(ErrorCode::NotFound))));
    let last = results.pop().unwrap().unwrap();
    assert!(matches!(change(last), Change::Event(Event { what: EventKind::Message(message), .. }) if message.n == 2));
}

#[tokio::test]
async fn changes_and_questions_can_be_awaited() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path()).unwrap();
    changes(store.apply(create_user("Ada")).await.unwrap());
    assert_eq!(store.read(Asker::Box, Reader::people).await.unwrap().len(), 1);
    store.close();
    store.close();
    assert_eq!(store.apply(create_user("Grace")).await.unwrap_err(), super::super::ApplyError::Busy);
    assert!(store.read(Asker::Box, Reader::people).await.is_err());
}

#[test]
fn an_author_deletes_their_own_and_not_anothers() {
    let (fixture, users) = Fixture::with(&["Ada", "Bob"]);
    let message = fixture.send(EVERYONE, users[0], "a", "Ada's").id;
    let delete = |by| Op::Message(MessageOp::Delete { room: EVERYONE, message, by, whose: Whose::Own, at: NOON });
    assert_eq!(fixture.refused(delete(users[1])), ErrorCode::Forbidden);
    assert!(matches!(change(fixture.apply(delete(users[0]))), Change::Event(_)));
}

/// By this person, into this text.
fn edit(message: Seq, by: UserId, body: &str) -> Op {
    let body = Body::parse_caption(body.into()).unwrap();
    Op::Message(MessageOp::Edit { room: EVERYONE, message, by, body, mentions: Vec::new(), at: NOON + 1 })
}

#[test]
fn an_edited_message_says_something_else_and_what_it_said_is_nowhere() {
    let (fixture, users) = Fixture::with(&["Ada", "Bob"]);
    let message = fixture.send(EVERYONE, users[0], "a", "a secret nobody should see");
    fixture.send(EVERYONE, users[0], "b", "still here");
    let edited = Message {
        rev: Seq(3),
        body: "what everybody may see https://porch.local".into(),
        edited_at: Some(NOON + 1),
        ..message.clone()
    };
    let told = Event { seq: Seq(3), room: EVERYONE, what: EventKind::Edited(edited.clone()) };
    let change = change(fixture.apply(edit(message.id, users[0], &edited.body)));
    assert!(matches!(&change, Change::Event(event) if *event == told), "{change:?}");
    assert_eq!(page(&fixture, users[1], EVERYONE, Window::Newest, 10).messages[0], edited);
    let events = missed(&fixture, users[1], 0);
    assert_eq!((&events[0].what, &events[2]), (&EventKind::Message(edited.clone()), &told));
    assert!(changes(fixture.apply(edit(message.id, users[0], &edited.body))).is_empty(), "it says that already");
    let dir = fixture.dir.path().to_owned();
    let fixture = fixture.reopen();
    assert_eq!(fixture.snapshot.seq, 3);
    let bytes = std::fs::read(dir.join("porch.db")).unwrap();
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("still here"), "for this test to mean anything");
    assert!(!holds("a secret nobody"));
    // The one that is the room's newest, too.
    fixture.apply(edit(Seq(2), users[0], "not here"));
    assert_eq!(fixture.reopen().snapshot.rooms[0].last.as_ref().unwrap().preview, "not here");
}

#[test]
fn only_its_author_edits_a_message_that_is_there_and_where_they_may_write() {
    let (fixture, users) = Fixture::with(&["Ada", "Bob"]);
    let message = fixture.send(EVERYONE, users[1], "a", "Bob's").id;
    assert_eq!(fixture.refused(edit(message, users[0], "not Ada's")), ErrorCode::Forbidden);
    assert_eq!(fixture.refused(edit(message, users[1], "")), ErrorCode::BodyEmpty);
    assert_eq!(fixture.refused(edit(Seq(9), users[1], "x")), ErrorCode::NotFound);
    let room = fixture.room(RoomKind::Open, users[0], &[users[1]]);
    assert_eq!(
        fixture.refused(edit(fixture.send(room, users[1], "b", "there").id, users[1], "x")),
        ErrorCode::NotFound
    );
    let there = |message, by| {
        let body = Body::parse("x".into()).unwrap();
        Op::Message(MessageOp::Edit { room, message, by, body, mentions: Vec::new(), at: NOON })
    };
    fixture.apply(Op::Room(RoomOp::RemoveMember { room, user: users[1], by: users[1] }));
    assert_eq!(fixture.refused(there(Seq(2), users[1])), ErrorCode::NotAMember);
    fixture.send(room, users[0], "c", "Ada's");
    fixture.apply(Op::Room(RoomOp::Set { room, by: users[0], setting: RoomSetting::Archived(true) }));
    assert_eq!(fixture.refused(there(Seq(3), users[0])), ErrorCode::RoomArchived);
    fixture.apply(Op::Message(MessageOp::Delete {
        room: EVERYONE,
        message,
        by: users[1],
        whose: Whose::Own,
        at: NOON,
    }));
    assert_eq!(fixture.refused(edit(message, users[1], "back")), ErrorCode::NotFound);
    assert_eq!(page(&fixture, users[0], EVERYONE, Window::Newest, 10).messages[0].edited_at, None);
}
