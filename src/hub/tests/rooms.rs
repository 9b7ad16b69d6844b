//! Very many rooms: what one person can make others receive, the welcome, archived rooms, and removing them.

use super::*;
use crate::proto::role::RoomRole;
use crate::proto::server::LastMessage;

/// Puts person 1 and the owner of each room into so many rooms of person 2's.
fn flooded(rooms: u64, archived: bool) -> (World, Vec<RoomId>) {
    let mut world = World::of(3);
    let mut made = Vec::new();
    for number in 0..rooms {
        let mut room = world.new_room(RoomKind::Closed, format!("{number} {}", "x".repeat(60)), None);
        room.settings.archived = archived;
        made.push(room.id);
        world.hub.rooms.insert(room.clone());
        world.hub.insert_member(&MemberRecord { role: RoomRole::Owner, ..member(room.id, 2) });
        world.hub.insert_member(&member(room.id, 1));
    }
    (world, made)
}

fn welcomed(world: &mut World, id: u64) -> (Vec<RoomId>, u32, usize) {
    let conn = world.connect_session(id, id);
    world.say(conn, hello(conn, None));
    let got = world.got(conn);
    let ServerMessage::Welcome { rooms, archived, .. } = &got[0] else { panic!("{got:?}") };
    let bytes = serde_json::to_vec(rooms).unwrap().len();
    (rooms.iter().map(|room| room.id).collect(), *archived, bytes)
}

fn notified_of(room: RoomId, notify: Notify) -> ClientMessage {
    ClientMessage::Command { re: 1, command: Command::SetNotify { room, notify } }
}

#[test]
fn what_one_is_notified_of_is_told_to_ones_own_places_and_to_nobody_else() {
    let mut world = World::of(3);
    let (ada, phone, bob, eve) = (world.join(1), world.join(1), world.join(2), world.join(3));
    world.sent.clear();
    world.say(ada, notified_of(EVERYONE, Notify::None));
    assert!(world.got(phone).is_empty(), "not before it is on the disk");
    world.commit();
    for conn in [ada, phone] {
        let got = world.got(conn);
        let [ServerMessage::Room { room, back: false }, ..] = &got[..] else { panic!("{got:?}") };
        assert_eq!((room.id, room.notify), (EVERYONE, Some(Notify::None)));
        assert_eq!(got.len(), if conn == ada { 2 } else { 1 }, "and whoever asked hears that it is done: {got:?}");
    }
    world.wait(1_000);
    assert!(world.got(bob).is_empty() && world.got(eve).is_empty());
    let late = world.connect_session(1, 9);
    world.say(late, hello(late, None));
    let got = world.got(late);
    let ServerMessage::Welcome { rooms, .. } = &got[0] else { panic!("{got:?}") };
    assert_eq!(rooms[0].notify, Some(Notify::None));
    assert_eq!(world.hub.room_of(UserId(2), EVERYONE).unwrap().notify, None, "each has their own");
}

#[test]
fn who_is_not_in_a_room_is_notified_of_nothing_there() {
    let mut world = World::of(2);
    let (ada, bob) = (world.join(1), world.join(2));
    let room = world.room(bob, Access::Open, &[]);
    for unknown in [room, RoomId(99)] {
        world.say(ada, notified_of(unknown, Notify::All));
        assert_eq!(world.errors(ada), [ErrorCode::NotAMember]);
    }
    assert!(world.asked.is_empty());
    // Where nobody writes any more, too: it may come back.
    let archive = Command::SetRoom { room, setting: RoomSetting::Archived(true) };
    world.say(bob, ClientMessage::Command { re: 1, command: archive });
    world.say(bob, notified_of(room, Notify::None));
    world.commit();
    assert_eq!(world.hub.room_of(UserId(2), room).unwrap().notify, Some(Notify::None));
}

#[test]
fn archived_rooms_are_no_part_of_the_welcome_and_are_listed_by_pages() {
    let (mut world, made) = flooded(3_700, true);
    let (rooms, archived, bytes) = welcomed(&mut world, 1);
    assert_eq!((rooms, archived), (vec![EVERYONE], 3_700));
    assert!(bytes < 1_000, "{bytes}");
    let mut listed = Vec::new();
    let mut before = None;
    loop {
        let page = world.hub.archived_rooms(UserId(1), before);
        assert!(page.rooms.len() <= limits::ROOMS_PAGE_MAX);
        listed.extend(page.rooms.iter().map(|room| room.id));
        before = listed.last().copied();
        if !page.more {
            break;
        }
    }
    listed.reverse();
    assert_eq!(listed, made);
    assert!(world.hub.archived_rooms(UserId(3), None).rooms.is_empty(), "only one's own");
    assert!(world.hub.room_of(UserId(1), made[0]).is_some());
    assert!(world.hub.room_of(UserId(3), made[0]).is_none());
}

#[test]
fn a_welcome_fits_however_many_rooms_there_are_and_holds_the_liveliest() {
    let (mut world, made) = flooded(3_700, false);
    let bob = world.join(2);
    world.send(bob, made[0], "b", "the first again");
    world.commit();
    let (rooms, archived, bytes) = welcomed(&mut world, 1);
    assert!(bytes <= limits::WELCOME_BYTES_MAX, "{bytes}");
    assert!(rooms.contains(&EVERYONE) && rooms.contains(&made[0]), "{rooms:?}");
    assert!((100..3_700).contains(&rooms.len()), "{}", rooms.len());
    assert!(rooms.is_sorted() && archived == 0);
    let (all, ..) = welcomed(&mut world, 3);
    assert_eq!(all, [EVERYONE]);
}

#[test]
fn rooms_that_somebody_wrote_in_or_read_come_before_livelier_ones_and_the_welcome_is_filled() {
    let (mut world, made) = flooded(2, false);
    let (ada, bob) = (world.join(1), world.join(2));
    world.send(ada, made[0], "a", "Dinner at six");
    world.commit();
    world.send(bob, made[1], "b", "And tomorrow?");
    world.commit();
    world.say(ada, ClientMessage::Read { room: made[1], n: 1, set_back: None });
    for number in 0..2_000 {
        let preview = ["\u{1f600}", "\"", "\u{1}"][number as usize % 3].repeat(120);
        let last = LastMessage { id: Seq(1_000 + number), author: UserId(2), preview, attached: None, sent_at: 0 };
        let room = world.new_room(RoomKind::Closed, "Win a prize".into(), None);
        world.hub.rooms.insert(RoomRecord { last_n: 1, last: Some(last), ..room.clone() });
        world.hub.insert_member(&member(room.id, 1));
    }
    world.sent.clear();
    let (rooms, _, bytes) = welcomed(&mut world, 1);
    assert!(rooms.contains(&made[0]) && rooms.contains(&made[1]), "{rooms:?}");
    let mut listed = Vec::new();
    loop {
        let page = world.hub.joined_rooms(UserId(1), listed.last().copied());
        listed.extend(page.rooms.iter().map(|room| room.id));
        if !page.more {
            break;
        }
    }
    assert_eq!((listed.len(), listed.last()), (2_003, Some(&EVERYONE)), "the rest is listed by pages");
    assert!((limits::WELCOME_BYTES_MAX - 2_000..=limits::WELCOME_BYTES_MAX).contains(&bytes), "{bytes}");
}

#[test]
fn what_goes_into_the_archive_is_told_as_such_and_what_is_set_of_it_there_is_not() {
    let (mut world, made) = flooded(1, false);
    let bob = world.join(2);
    let room = made[0];
    let told = |world: &mut World, setting| {
        world.change(Change::RoomChanged { room, setting });
        match &world.got(bob)[..] {
            [ServerMessage::RoomSettings { archives, .. }] => Some(*archives),
            [ServerMessage::Room { back: true, .. }] => None,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(told(&mut world, RoomSetting::Name("Shed".into())), Some(false));
    assert_eq!(told(&mut world, RoomSetting::Archived(true)), Some(true));
    assert_eq!(told(&mut world, RoomSetting::Name("Attic".into())), Some(false));
    assert_eq!(told(&mut world, RoomSetting::Archived(false)), None);
}

#[test]
fn removed_rooms_are_told_once_to_each_connection_and_are_gone() {
    let (mut world, made) = flooded(100, true);
    let (ada, bob, eve) = (world.join(1), world.join(2), world.join(3));
    world.change(Change::RoomsRemoved { rooms: made.clone() });
    for conn in [ada, bob] {
        assert_eq!(world.got(conn), [ServerMessage::RoomsGone { rooms: made.clone(), archived: 100, by: None }]);
    }
    assert!(world.got(eve).is_empty());
    world.send(bob, made[0], "b", "still there?");
    assert_eq!(world.errors(bob), [ErrorCode::NotAMember]);
    assert!(world.hub.archived_rooms(UserId(1), None).rooms.is_empty());
    world.hub.audit();
}

#[test]
fn rooms_are_made_and_people_added_only_so_fast() {
    let mut world = World::of(3);
    let (ada, bob) = (world.join(1), world.join(2));
    let create = |re| ClientMessage::Command {
        re,
        command: Command::CreateRoom { name: "x".into(), access: Access::Closed, members: vec![] },
    };
    for re in 0..limits::ROOM_ACTS_BURST {
        world.say(ada, create(re));
        world.commit();
        world.wait(10);
    }
    assert!(world.errors(ada).is_empty());
    world.say(ada, create(99));
    assert_eq!(world.errors(ada), [ErrorCode::SlowDown]);
    world.say(ada, ClientMessage::Command { re: 100, command: Command::OpenDirect { user: UserId(3) } });
    assert_eq!(world.errors(ada), [ErrorCode::SlowDown]);
    world.say(bob, create(1));
    world.commit();
    assert!(world.done(bob), "nobody else is concerned");
    world.wait(20_000);
    world.say(ada, create(101));
    world.commit();
    assert!(world.done(ada));
}
