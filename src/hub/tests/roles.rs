//! Who owns a room, and who is taken out of it.

use super::*;

fn remove(room: RoomId, user: u64) -> ClientMessage {
    ClientMessage::Command { re: 1, command: Command::RemoveMember { room, user: UserId(user) } }
}

fn set_role(room: RoomId, user: u64, role: RoomRole) -> ClientMessage {
    ClientMessage::Command { re: 1, command: Command::SetRoomRole { room, user: UserId(user), role } }
}

/// The rooms as which a connection was shown them, and its role there.
fn shown(got: &[ServerMessage]) -> Vec<RoomRole> {
    let role = |message: &ServerMessage| match message {
        ServerMessage::Room { room, .. } => Some(room.role),
        _ => None,
    };
    got.iter().filter_map(role).collect()
}

#[test]
fn who_is_taken_out_of_a_room_hears_by_whom_and_then_nothing_more() {
    let mut world = World::of(4);
    let (ada, bob, eve) = (world.join(1), world.join(2), world.join(3));
    for access in [Access::Open, Access::Closed] {
        let room = world.room(bob, access, &[1, 3, 4]);
        for (owner, conn, taken) in [(2, bob, 3), (1, ada, 4)] {
            world.say(conn, remove(room, taken));
            world.commit();
            let told = world.got(eve).contains(&ServerMessage::RoomsGone {
                rooms: vec![room],
                archived: 0,
                by: Some(UserId(owner)),
            });
            assert_eq!(told, taken == 3);
            world.wait(250);
            let left = vec![UserId(taken)];
            let count = if taken == 3 { 3 } else { 2 };
            let members = ServerMessage::Members { room, joined: vec![], left, changed: vec![], member_count: count };
            assert!(world.got(bob).contains(&members));
        }
        world.send(bob, room, "a", "among us");
        world.commit();
        assert!(world.bodies(eve).is_empty());
        world.send(eve, room, "b", "let me in");
        assert_eq!(world.errors(eve), [ErrorCode::NotAMember]);
    }
}

#[test]
fn nobody_is_taken_out_but_by_an_owner_of_the_room_or_the_box() {
    let mut world = World::of(4);
    let (ada, bob, eve) = (world.join(1), world.join(2), world.join(3));
    let room = world.room(bob, Access::Open, &[3]);
    world.say(eve, remove(room, 2));
    assert_eq!(world.errors(eve), [ErrorCode::Forbidden]);
    world.say(ada, remove(room, 3));
    assert_eq!(world.errors(ada), [ErrorCode::NotAMember], "the box's owner is not in it");
    world.say(bob, remove(room, 4));
    assert_eq!(world.errors(bob), [ErrorCode::NotFound]);
    world.say(bob, remove(room, 2));
    assert_eq!(world.errors(bob), [ErrorCode::BadRequest], "oneself by leaving");
    world.say(ada, ClientMessage::Command { re: 1, command: Command::OpenDirect { user: UserId(2) } });
    world.commit();
    world.sent.clear();
    for fixed in [EVERYONE, RoomId(room.0 + 1)] {
        world.say(ada, remove(fixed, 2));
        world.say(ada, set_role(fixed, 2, RoomRole::Owner));
        assert_eq!(world.errors(ada), [ErrorCode::Forbidden; 2]);
    }
    assert!(world.asked.is_empty());
}

#[test]
fn an_owner_makes_another_and_all_who_are_there_hear_of_it() {
    let mut world = World::of(3);
    let (bob, eve) = (world.join(2), world.join(3));
    let room = world.room(bob, Access::Closed, &[3, 1]);
    world.say(eve, set_role(room, 3, RoomRole::Owner));
    assert_eq!(world.errors(eve), [ErrorCode::Forbidden]);
    world.say(bob, set_role(room, 3, RoomRole::Owner));
    world.commit();
    world.wait(250);
    let changed =
        ServerMessage::Members { room, joined: vec![], left: vec![], changed: vec![UserId(3)], member_count: 3 };
    assert!(world.got(bob).contains(&changed));
    let got = world.got(eve);
    assert_eq!((shown(&got), got.contains(&changed)), (vec![RoomRole::Owner], true));
    // And hands the room over.
    world.say(eve, set_role(room, 2, RoomRole::Member));
    world.commit();
    world.wait(250);
    assert_eq!(shown(&world.got(bob)), [RoomRole::Member]);
    world.say(bob, remove(room, 1));
    assert_eq!(world.errors(bob), [ErrorCode::Forbidden]);
}

#[test]
fn who_inherits_a_room_is_told_to_the_others_too() {
    let mut world = World::of(3);
    let (bob, eve) = (world.join(2), world.join(3));
    let room = world.room(bob, Access::Closed, &[3, 1]);
    world.say(bob, ClientMessage::Command { re: 1, command: Command::LeaveRoom { room } });
    world.commit();
    world.wait(250);
    let told =
        |message: &ServerMessage| matches!(message, ServerMessage::Members { changed, .. } if changed == &[UserId(1)]);
    assert!(world.got(eve).iter().any(told));
}
