//! Coming back after a lost connection.

use super::*;
use crate::proto::event::{Event, EventKind};

fn resume_of(got: &[ServerMessage]) -> Resume {
    match &got[0] {
        ServerMessage::Welcome { resume, .. } => *resume,
        other => panic!("a welcome was expected, not {other:?}"),
    }
}

fn event(seq: u64) -> Event {
    Event { seq: Seq(seq), room: EVERYONE, what: EventKind::Deleted { message: Seq(1), n: 1 } }
}

/// A world in which Ada has sent so many messages, and a connection of Bob's that comes back having seen `after`.
fn back_after(sent: u64, after: u64) -> (World, ConnId, ConnId) {
    let mut world = World::of(2);
    let ada = world.join(1);
    for id in 1..=sent {
        world.send(ada, EVERYONE, &format!("a{id}"), "x");
        world.commit();
        world.wait(200);
    }
    world.sent.clear();
    let bob = world.connect_session(2, 2);
    world.say(bob, hello(bob, Some(Seq(after))));
    (world, ada, bob)
}

#[test]
fn who_missed_nothing_is_welcomed_at_once() {
    let (mut world, _, bob) = back_after(3, 3);
    assert!(world.reads.is_empty());
    assert_eq!(resume_of(&world.got(bob)), Resume::Ok);
}

#[test]
fn what_was_missed_comes_after_the_welcome_and_before_anything_newer() {
    let (mut world, ada, bob) = back_after(3, 1);
    assert_eq!(world.reads, [(bob, Seq(1), Seq(3))]);
    assert_eq!(world.held, [bob]);
    world.send(ada, EVERYONE, "new", "new");
    world.commit();
    world.input(Input::Missed { conn: bob, missed: Ok(Missed::Events(vec![event(2), event(3)])) });
    let got = world.got(bob);
    assert_eq!(resume_of(&got), Resume::Ok);
    assert_eq!(got[1], ServerMessage::Events { events: vec![event(2), event(3)] });
    assert_eq!(message_of(got[2].clone()).unwrap().body, "new");
    assert!(world.held.is_empty());
}

#[test]
fn who_is_far_behind_the_box_is_told_to_reload_and_nothing_is_read() {
    for (behind, reads) in [(limits::RESUME_LOOKED_AT_MAX, 1), (limits::RESUME_LOOKED_AT_MAX + 1, 0)] {
        let (mut world, ..) = back_after(1, 1);
        // Others' rooms have been busy.
        let seq = Seq(1 + behind);
        let what = EventKind::Deleted { message: Seq(1), n: 1 };
        world.change(Change::Event(Event { seq, room: EVERYONE, what }));
        let bob = world.connect_session(2, 3);
        world.say(bob, hello(bob, Some(Seq(1))));
        assert_eq!(world.reads.len(), reads);
        if reads == 0 {
            assert_eq!(resume_of(&world.got(bob)), Resume::Reload);
        }
    }
}

#[test]
fn many_missed_events_come_in_several_frames() {
    let (mut world, _, bob) = back_after(1, 0);
    let events: Vec<Event> = (0..250).map(event).collect();
    world.input(Input::Missed { conn: bob, missed: Ok(Missed::Events(events.clone())) });
    let frames: Vec<Vec<Event>> = world
        .got(bob)
        .into_iter()
        .filter_map(|message| match message {
            ServerMessage::Events { events } => Some(events),
            _ => None,
        })
        .collect();
    assert_eq!(frames.iter().map(Vec::len).collect::<Vec<_>>(), [100, 100, 50]);
    assert_eq!(frames.concat(), events);
}

#[test]
fn who_is_too_far_behind_or_ahead_is_told_to_reload() {
    for missed in [Ok(Missed::TooMany), Err(Fault::Storage)] {
        let (mut world, _, bob) = back_after(3, 1);
        world.input(Input::Missed { conn: bob, missed });
        assert_eq!(resume_of(&world.got(bob)), Resume::Reload);
    }
    let (mut world, _, bob) = back_after(3, 4);
    assert_eq!(resume_of(&world.got(bob)), Resume::Reload);
}

#[test]
fn who_leaves_while_resuming_is_forgotten() {
    let (mut world, _, bob) = back_after(3, 1);
    world.input(Input::Disconnected { conn: bob });
    world.input(Input::Missed { conn: bob, missed: Ok(Missed::Events(vec![event(2)])) });
    assert!(world.got(bob).is_empty());
    assert!(world.hub.roster.conns.len() == 1 && world.hub.rooms.by_id[&EVERYONE].present.len() == 1);
}

#[test]
fn the_welcome_tells_what_was_deleted_of_the_unread() {
    let mut world = World::of(2);
    let ada = world.join(1);
    for (n, id) in [(1, "a"), (2, "b"), (3, "c"), (4, "d")] {
        world.send(ada, EVERYONE, id, "text");
        world.commit();
        if n != 3 {
            world.hub.rooms.get_mut(EVERYONE).unwrap().deleted.add(n);
        }
    }
    let deleted = |world: &World| world.hub.room_of(UserId(2), EVERYONE).unwrap().deleted;
    assert_eq!(deleted(&world), [[1, 2], [4, 4]]);
    let bob = world.join(2);
    world.say(bob, ClientMessage::Read { room: EVERYONE, n: 1, set_back: None });
    assert_eq!(deleted(&world), [[2, 2], [4, 4]]);
    world.say(bob, ClientMessage::Command { re: 1, command: Command::Delete { room: EVERYONE, message: Seq(3) } });
    world.commit();
    assert_eq!(deleted(&world), [[2, 4]]);
}

#[test]
fn the_welcome_tells_unread_and_the_last_message() {
    let mut world = World::of(2);
    let ada = world.join(1);
    world.send(ada, EVERYONE, "a", &"long ".repeat(100));
    world.commit();
    let bob = world.connect_session(2, 2);
    world.say(bob, hello(bob, None));
    let got = world.got(bob);
    let ServerMessage::Welcome { rooms, seq, .. } = &got[0] else { panic!("a welcome was expected") };
    assert_eq!((*seq, rooms[0].last_n, rooms[0].read_n), (Seq(1), 1, 0));
    let last = rooms[0].last.as_ref().unwrap();
    assert_eq!((last.author, last.preview.len()), (UserId(1), limits::PREVIEW_CHARS_MAX));
}
