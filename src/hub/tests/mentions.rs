//! Whom messages call: those of the room, under the name of now, and everyone only by who may.

use super::*;
use crate::proto::limits::{EVERYONE_BURST, EVERYONE_INTERVAL};

impl World {
    /// Whom messages have called that a connection was told of, each with 0 for all, since it was last asked.
    fn called(&mut self, conn: ConnId) -> Vec<Vec<u64>> {
        let events = |message| match message {
            ServerMessage::Events { events } => events,
            _ => Vec::new(),
        };
        let called = |event: Event| match event.what {
            EventKind::Message(message) => {
                Some(message.mentions.iter().map(|mention| mention.user.map_or(0, |user| user.0)).collect())
            }
            _ => None,
        };
        self.got(conn).into_iter().flat_map(events).filter_map(called).collect()
    }

    fn says(&mut self, conn: ConnId, room: RoomId, id: &str, body: &str) {
        self.send(conn, room, id, body);
        self.commit();
    }
}

#[test]
fn those_of_the_room_are_called_and_nobody_else() {
    let mut world = World::of(3);
    let (ada, bob, _eve) = (world.join(1), world.join(2), world.join(3));
    let room = world.room(ada, Access::Closed, &[2]);
    world.got(bob);
    world.says(ada, room, "a", "@user 2, and @USER 3?");
    world.says(bob, EVERYONE, "b", "@user 1 @user 3 @user 2 @user 4");
    assert_eq!(world.called(bob), [vec![2], vec![1, 3, 2]]);
}

#[test]
fn a_person_is_called_by_the_name_of_now() {
    let mut world = World::of(2);
    let (ada, bob) = (world.join(1), world.join(2));
    let renamed = User { name: "Grace".into(), ..user(2) };
    world.input(Input::Changed { changes: vec![Change::UserChanged(renamed)] });
    world.says(ada, EVERYONE, "a", "@user 2 is @grace now");
    assert_eq!(world.called(bob), [vec![2]]);
    world.input(Input::Changed { changes: vec![Change::UserGone { user: UserId(2), heirs: Vec::new() }] });
    world.got(ada);
    world.says(ada, EVERYONE, "b", "@Grace?");
    assert_eq!(world.called(ada), [Vec::<u64>::new()]);
}

#[test]
fn everyone_is_called_only_by_who_may_and_so_often() {
    let mut world = World::of(2);
    let (owner, member) = (world.join(1), world.join(2));
    world.says(member, EVERYONE, "a", "@everyone");
    assert_eq!(world.called(owner), [Vec::<u64>::new()], "a word like any other");
    for i in 0..EVERYONE_BURST {
        world.says(owner, EVERYONE, &format!("b{i}"), "@all: lunch, @user 2");
    }
    assert_eq!(world.called(member).last(), Some(&vec![0, 2]));
    world.got(owner);
    world.says(owner, EVERYONE, "c", "@everyone again");
    assert_eq!(world.errors(owner), [ErrorCode::EveryoneOften]);
    world.says(owner, EVERYONE, "d", "again, without it");
    world.wait(EVERYONE_INTERVAL.as_millis() as u64);
    world.says(owner, EVERYONE, "e", "@everyone again");
    assert_eq!(world.called(member), [vec![], vec![0]]);
}
