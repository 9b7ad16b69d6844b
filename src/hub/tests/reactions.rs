//! Reactions: gathered, told to each as it concerns them, and bounded.

use super::*;
use crate::proto::limits::{REACTED_AT_ONCE_MAX, REACTION_INTERVAL, REACTIONS_BURST, REACTIONS_WAITING_MAX};

impl World {
    fn react(&mut self, conn: ConnId, room: RoomId, message: u64) {
        let command = Command::React { room, message: Seq(message), emoji: "👍".into(), on: true };
        self.say(conn, ClientMessage::Command { re: message as u32, command });
    }

    /// What a connection was told of messages since it was last asked: each with whether it tells what is one's own.
    fn reacted(&mut self, conn: ConnId) -> Vec<(u64, bool)> {
        let events = |message| match message {
            ServerMessage::Events { events } => events,
            _ => Vec::new(),
        };
        let told = |event: Event| match event.what {
            EventKind::Reacted { message, mine, .. } => Some((message.0, mine.is_some())),
            _ => None,
        };
        self.got(conn).into_iter().flat_map(events).filter_map(told).collect()
    }
}

#[test]
fn the_first_goes_at_once_and_what_follows_together() {
    let mut world = World::of(50);
    let conns: Vec<ConnId> = (1..=50).map(|id| world.join(id)).collect();
    world.react(conns[0], EVERYONE, 7);
    assert_eq!(world.asked.len(), 1);
    for conn in &conns[1..] {
        world.react(*conn, EVERYONE, 7);
    }
    assert_eq!(world.asked.len(), 1, "the others wait");
    world.wait(250);
    assert_eq!(world.asked.len(), 2);
    world.commit();
    for (at, conn) in conns.iter().enumerate() {
        let told = world.reacted(*conn);
        assert_eq!(told, if at == 0 { [(7, true), (7, false)] } else { [(7, false), (7, true)] }, "to {at}");
    }
    // Nothing is due for ever.
    world.wait(250);
    assert_eq!(world.hub.wake_at(), None);
}

#[test]
fn each_who_reacts_is_answered_and_only_who_is_there_is_told() {
    let mut world = World::of(3);
    let (ada, bob, eve) = (world.join(1), world.join(2), world.join(3));
    let room = world.room(ada, Access::Closed, &[2]);
    world.react(eve, room, 7);
    assert_eq!(world.errors(eve), [ErrorCode::NotAMember]);
    world.react(ada, room, 7);
    world.react(bob, room, 7);
    world.wait(250);
    assert!(world.got(ada).is_empty() && world.got(bob).is_empty(), "nothing is on the disk yet");
    world.commit();
    for conn in [ada, bob] {
        let done = |message: &ServerMessage| matches!(message, ServerMessage::Done { re: 7, .. });
        let events = |message: &ServerMessage| matches!(message, ServerMessage::Events { .. });
        let got = world.got(conn);
        assert_eq!((got.iter().filter(|m| done(m)).count(), got.iter().filter(|m| events(m)).count()), (1, 2));
    }
    assert!(world.got(eve).is_empty());
    world.wait(250);
    world.react(ada, room, 8);
    world.answer(Err(Fault::Storage));
    assert_eq!(world.errors(ada), [ErrorCode::StorageFailed]);
}

#[test]
fn one_person_reacts_so_often_and_a_room_keeps_others_waiting_so_little() {
    let mut world = World::of(100);
    // On as many connections as it takes not to be slowed down by anything else.
    let ada = [world.join(1), world.join(1)];
    let (mut refused, asked) = (0, u64::from(REACTIONS_BURST) + 40);
    for message in 1..=asked {
        world.now.mono += Duration::from_millis(20);
        let conn = ada[message as usize % 2];
        world.react(conn, EVERYONE, message);
        refused += world.errors(conn).len() as u64;
    }
    let regained = asked * 20 / REACTION_INTERVAL.as_millis() as u64;
    assert_eq!(asked - refused, u64::from(REACTIONS_BURST) + regained - 1);
    while world.hub.wake_at().is_some() {
        world.wait(250);
        world.commit();
    }
    let mut busy = 0;
    for id in 2..=100 {
        let conn = world.join(id);
        for message in 0..40 {
            world.react(conn, EVERYONE, 1_000 * id + message);
        }
        busy += world.errors(conn).len();
    }
    assert_eq!(busy, 0, "fewer than {REACTIONS_WAITING_MAX} wait");
    world.asked.clear();
    world.wait(250);
    assert_eq!(world.asked.len(), REACTED_AT_ONCE_MAX);
}
