//! Rooms: making, joining, leaving, changing.

use super::*;
use crate::proto::permit::Act;
use crate::proto::role::RoomRole;

#[test]
fn a_new_room_appears_to_its_members_and_to_nobody_else() {
    let mut world = World::of(3);
    let (ada, bob, eve) = (world.join(1), world.join(2), world.join(3));
    let members = vec![UserId(2)];
    world.say(
        ada,
        ClientMessage::Command {
            re: 7,
            command: Command::CreateRoom { name: " Kitchen ".into(), access: Access::Closed, members },
        },
    );
    world.commit();
    let made = world.got(ada);
    assert!(
        matches!(&made[0], ServerMessage::Room { room, .. } if room.settings.name == "Kitchen" && room.role == RoomRole::Owner)
    );
    assert_eq!(made[1], ServerMessage::Done { re: 7, room: Some(RoomId(2)) });
    assert!(matches!(&world.got(bob)[0], ServerMessage::Room { room, .. } if room.role == RoomRole::Member));
    assert!(world.got(eve).is_empty());
}

#[test]
fn a_room_needs_a_name_and_members_who_exist() {
    let mut world = World::of(1);
    let ada = world.join(1);
    let create = |name: &str, members| ClientMessage::Command {
        re: 1,
        command: Command::CreateRoom { name: name.into(), access: Access::Open, members },
    };
    world.say(ada, create("  ", vec![]));
    assert_eq!(world.errors(ada), [ErrorCode::NameInvalid]);
    world.say(ada, create("Kitchen", vec![UserId(99)]));
    assert_eq!(world.errors(ada), [ErrorCode::NotFound]);
    world.say(ada, create("Kitchen", vec![UserId(1); limits::ADD_MEMBERS_MAX + 1]));
    assert_eq!(world.errors(ada), [ErrorCode::BadRequest]);
    assert!(world.asked.is_empty());
}

#[test]
fn anyone_joins_an_open_room_and_nobody_a_closed_one() {
    let mut world = World::of(3);
    let (ada, bob) = (world.join(1), world.join(2));
    let open = world.room(ada, Access::Open, &[]);
    let closed = world.room(ada, Access::Closed, &[]);
    world.say(bob, ClientMessage::Command { re: 1, command: Command::JoinRoom { room: open } });
    world.commit();
    let joined =
        ServerMessage::Members { room: open, joined: vec![UserId(2)], left: vec![], changed: vec![], member_count: 2 };
    world.wait(250);
    assert_eq!(world.got(ada), [joined]);
    assert!(matches!(world.got(bob)[0], ServerMessage::Room { .. }));
    world.send(ada, open, "a", "welcome");
    world.commit();
    assert_eq!(world.bodies(bob), ["welcome"]);
    world.say(bob, ClientMessage::Command { re: 2, command: Command::JoinRoom { room: closed } });
    assert_eq!(world.errors(bob), [ErrorCode::NotFound]);
    world.say(bob, ClientMessage::Command { re: 3, command: Command::JoinRoom { room: RoomId(99) } });
    assert_eq!(world.errors(bob), [ErrorCode::NotFound]);
}

#[test]
fn who_leaves_hears_nothing_more() {
    let mut world = World::of(2);
    let (ada, bob) = (world.join(1), world.join(2));
    let room = world.room(ada, Access::Open, &[2]);
    world.say(bob, ClientMessage::Command { re: 1, command: Command::LeaveRoom { room } });
    world.commit();
    assert!(world.got(bob).contains(&ServerMessage::RoomsGone { rooms: vec![room], archived: 0, by: None }));
    world.send(ada, room, "a", "gone?");
    world.commit();
    assert!(world.bodies(bob).is_empty());
    world.send(bob, room, "b", "no");
    assert_eq!(world.errors(bob), [ErrorCode::NotAMember]);
}

#[test]
fn a_room_whose_owner_leaves_falls_to_the_oldest_member() {
    let mut world = World::of(3);
    let (ada, bob, eve) = (world.join(1), world.join(2), world.join(3));
    let room = world.room(bob, Access::Closed, &[3, 1]);
    world.say(bob, ClientMessage::Command { re: 1, command: Command::LeaveRoom { room } });
    world.commit();
    world.wait(250);
    let owns = |got: Vec<ServerMessage>| {
        got.iter().any(|message| matches!(message, ServerMessage::Room { room, .. } if room.role == RoomRole::Owner))
    };
    assert!(owns(world.got(ada)));
    assert!(!owns(world.got(eve)));
}

#[test]
fn the_room_for_everybody_and_direct_rooms_cannot_be_left() {
    let mut world = World::of(2);
    let ada = world.join(1);
    world.say(ada, ClientMessage::Command { re: 1, command: Command::OpenDirect { user: UserId(2) } });
    world.commit();
    world.sent.clear();
    for room in [EVERYONE, RoomId(2)] {
        world.say(ada, ClientMessage::Command { re: 2, command: Command::LeaveRoom { room } });
        assert_eq!(world.errors(ada), [ErrorCode::Forbidden]);
    }
}

#[test]
fn members_add_to_an_open_room_and_only_its_owner_to_a_closed_one() {
    let mut world = World::of(4);
    let (bob, eve) = (world.join(2), world.join(3));
    let open = world.room(bob, Access::Open, &[3]);
    let closed = world.room(bob, Access::Closed, &[3]);
    world.say(
        eve,
        ClientMessage::Command { re: 1, command: Command::AddMembers { room: open, users: vec![UserId(4)] } },
    );
    world.commit();
    assert!(world.done(eve));
    world.say(
        eve,
        ClientMessage::Command { re: 2, command: Command::AddMembers { room: closed, users: vec![UserId(4)] } },
    );
    assert_eq!(world.errors(eve), [ErrorCode::Forbidden]);
    world.say(
        bob,
        ClientMessage::Command { re: 3, command: Command::AddMembers { room: closed, users: vec![UserId(4)] } },
    );
    world.commit();
    assert!(world.done(bob));
}

#[test]
fn a_room_is_renamed_by_its_owner_or_the_boxs_and_by_nobody_else() {
    let mut world = World::of(3);
    let (ada, bob, eve) = (world.join(1), world.join(2), world.join(3));
    let room = world.room(bob, Access::Open, &[1, 3]);
    let rename = |name: &str| ClientMessage::Command {
        re: 1,
        command: Command::SetRoom { room, setting: RoomSetting::Name(name.into()) },
    };
    world.say(eve, rename("Eve's"));
    assert_eq!(world.errors(eve), [ErrorCode::Forbidden]);
    for (conn, name) in [(bob, "Galley"), (ada, "Mess")] {
        world.say(conn, rename(name));
        world.commit();
        assert!(
            world
                .got(eve)
                .iter()
                .any(|m| matches!(m, ServerMessage::RoomSettings { settings, .. } if settings.name == name))
        );
    }
}

#[test]
fn a_room_is_not_called_what_the_page_writes_in_place_of_a_name() {
    let mut world = World::of(1);
    let ada = world.join(1);
    let room = world.room(ada, Access::Open, &[]);
    let rename = |room, name: &str| ClientMessage::Command {
        re: 1,
        command: Command::SetRoom { room, setting: RoomSetting::Name(name.into()) },
    };
    for name in ["Everybody", "deleted account", "\u{6240}\u{6709}\u{4eba}"] {
        let create = ClientMessage::Command {
            re: 1,
            command: Command::CreateRoom { name: name.into(), access: Access::Open, members: vec![] },
        };
        world.say(ada, create);
        world.say(ada, rename(room, name));
        assert_eq!(world.errors(ada), [ErrorCode::NameReserved; 2], "{name}");
    }
    world.say(ada, rename(EVERYONE, "Everybody"));
    world.commit();
    assert!(world.done(ada), "nobody is misled by this one");
}

#[test]
fn the_room_for_everybody_is_never_archived() {
    let mut world = World::of(1);
    let ada = world.join(1);
    world.say(
        ada,
        ClientMessage::Command {
            re: 1,
            command: Command::SetRoom { room: EVERYONE, setting: RoomSetting::Archived(true) },
        },
    );
    assert_eq!(world.errors(ada), [ErrorCode::Forbidden]);
}

#[test]
fn a_room_that_comes_back_from_the_archive_is_told_to_be_back() {
    let mut world = World::of(2);
    let (ada, bob) = (world.join(1), world.join(2));
    let room = world.room(ada, Access::Open, &[2]);
    for (archived, told) in [(true, None), (false, Some(true))] {
        let set = Command::SetRoom { room, setting: RoomSetting::Archived(archived) };
        world.say(ada, ClientMessage::Command { re: 1, command: set });
        world.commit();
        let back = |message| match message {
            ServerMessage::Room { back, .. } => Some(back),
            _ => None,
        };
        assert_eq!(world.got(bob).into_iter().find_map(back), told);
    }
}

#[test]
fn two_people_have_one_direct_room_whoever_opens_it() {
    let mut world = World::of(3);
    let (ada, bob, eve) = (world.join(1), world.join(2), world.join(3));
    world.say(ada, ClientMessage::Command { re: 1, command: Command::OpenDirect { user: UserId(2) } });
    world.commit();
    assert!(matches!(&world.got(bob)[0], ServerMessage::Room { room, .. } if room.with == Some(UserId(1))));
    assert!(world.got(eve).is_empty());
    world.say(bob, ClientMessage::Command { re: 5, command: Command::OpenDirect { user: UserId(1) } });
    assert_eq!(world.got(bob), [ServerMessage::Done { re: 5, room: Some(RoomId(2)) }]);
    world.say(bob, ClientMessage::Command { re: 7, command: Command::OpenDirect { user: UserId(99) } });
    assert_eq!(world.errors(bob), [ErrorCode::NotFound]);
}

#[test]
fn everybody_has_a_room_alone_in_which_they_write_and_nobody_else_is_told_of_it() {
    let mut world = World::of(2);
    let (ada, bob) = (world.join(1), world.join(2));
    let own = |re| ClientMessage::Command { re, command: Command::OpenDirect { user: UserId(2) } };
    world.say(bob, own(1));
    world.commit();
    let room = RoomId(2);
    match &world.got(bob)[..] {
        [ServerMessage::Room { room: shown, .. }, ServerMessage::Done { re: 1, room: Some(done) }] => {
            assert_eq!((shown.id, *done, shown.with, shown.member_count), (room, room, Some(UserId(2)), 1));
            assert!(shown.may.contains(&Act::Write), "{:?}", shown.may);
        }
        other => panic!("{other:?}"),
    }
    world.say(bob, own(2));
    assert_eq!(world.got(bob), [ServerMessage::Done { re: 2, room: Some(room) }]);
    world.send(bob, room, "b", "for later");
    world.commit();
    assert_eq!(world.bodies(bob), ["for later"]);
    world.say(bob, ClientMessage::Typing { room });
    assert!(world.got(bob).is_empty() && world.got(ada).is_empty());
    world.send(ada, room, "a", "let me in");
    assert_eq!(world.errors(ada), [ErrorCode::NotAMember]);
    world.change(Change::UserGone { user: UserId(2), heirs: vec![] });
    world.send(ada, room, "a", "let me in");
    assert_eq!(world.errors(ada), [ErrorCode::NotAMember]);
}

#[test]
fn a_deleted_account_leaves_its_rooms_and_the_other_side_keeps_the_direct_one() {
    let mut world = World::of(2);
    let (ada, bob) = (world.join(1), world.join(2));
    world.say(ada, ClientMessage::Command { re: 1, command: Command::OpenDirect { user: UserId(2) } });
    world.commit();
    world.sent.clear();
    world.change(Change::UserGone { user: UserId(2), heirs: vec![] });
    assert_eq!(world.closed_with(bob), Some(CloseCode::SignedOut));
    world.wait(250);
    let got = world.got(ada);
    assert!(got.contains(&ServerMessage::Users { users: vec![], gone: vec![UserId(2)] }));
    let alone = |m: &&ServerMessage| matches!(m, ServerMessage::Room { room, .. } if room.with.is_none() && room.id == RoomId(2));
    let Some(ServerMessage::Room { room, .. }) = got.iter().find(alone) else { panic!("{got:?}") };
    assert_eq!(room.settings.name, user(2).name, "the name stays with the one who stays");
    // Their old connection is of no account any more.
    world.send(bob, EVERYONE, "b", "ghost");
    assert!(world.asked.is_empty());
}

#[test]
fn nobody_writes_to_someone_who_is_gone() {
    let mut world = World::of(3);
    let ada = world.join(1);
    for other in [2, 3] {
        world.say(ada, ClientMessage::Command { re: 1, command: Command::OpenDirect { user: UserId(other) } });
    }
    world.commit();
    world.change(Change::UserGone { user: UserId(2), heirs: vec![] });
    world.sent.clear();
    let (gone, here) = (RoomId(2), RoomId(3));
    world.send(ada, gone, "a", "are you there?");
    assert!(world.asked.is_empty());
    assert_eq!(world.errors(ada), [ErrorCode::PersonGone]);
    world.send(ada, here, "b", "and you?");
    world.commit();
    assert_eq!(world.bodies(ada), ["and you?"]);
    // What was written there may still be deleted by its author.
    world.say(ada, ClientMessage::Command { re: 2, command: Command::Delete { room: gone, message: Seq(1) } });
    assert_eq!(world.asked.len(), 1);
}
