//! Receipts: who is told how far others are, and how seldom.

use super::*;
use crate::proto::limits::{GATHER_INTERVAL, RECEIPTS_FRAME_MAX, SEEN_BY_MAX};
use crate::proto::receipt::{Receipt, RoomReceipt, SeenBy};

const INTERVAL_MS: u64 = GATHER_INTERVAL.as_millis() as u64;

/// The direct room of a connection's person with another.
fn direct(world: &mut World, conn: ConnId, other: u64) -> RoomId {
    let room = RoomId(world.next_room);
    world.say(conn, ClientMessage::Command { re: 0, command: Command::OpenDirect { user: UserId(other) } });
    world.commit();
    world.wait(1_000);
    world.sent.clear();
    room
}

fn say_something(world: &mut World, conn: ConnId, room: RoomId) -> u64 {
    let id = format!("m{}", world.seq);
    world.send(conn, room, &id, "words");
    world.commit();
    world.hub.rooms.by_id[&room].last_n
}

/// What a connection is told of receipts until the next telling, frame by frame.
fn told(world: &mut World, conn: ConnId) -> Vec<Vec<RoomReceipt>> {
    world.wait(INTERVAL_MS);
    receipts_of(world.got(conn))
}

fn receipts_of(heard: Vec<ServerMessage>) -> Vec<Vec<RoomReceipt>> {
    let receipts = |message| match message {
        ServerMessage::Receipts { receipts } => Some(receipts),
        _ => None,
    };
    heard.into_iter().filter_map(receipts).collect()
}

fn receipt(room: RoomId, delivered_n: u64, read_n: u64) -> RoomReceipt {
    RoomReceipt { room, receipt: Receipt { delivered_n, read_n } }
}

fn turn(world: &mut World, id: u64, on: bool) {
    world.change(Change::ReceiptsChanged { user: UserId(id), on });
}

fn seen(world: &World, asker: u64, room: RoomId, n: u64) -> SeenBy {
    world.hub.seen_by(UserId(asker), room, n).expect("the asker is a member")
}

#[test]
fn in_a_direct_room_the_author_is_told_what_was_delivered_and_what_was_read() {
    let mut world = World::of(2);
    let (ada, grace) = (world.join(1), world.join(2));
    let room = direct(&mut world, ada, 2);
    let n = say_something(&mut world, ada, room);
    assert_eq!(told(&mut world, ada), [[receipt(room, 1, 0)]]);
    assert!(receipts_of(world.got(grace)).is_empty());
    world.say(grace, ClientMessage::Read { room, n, set_back: None });
    assert_eq!(told(&mut world, ada), [[receipt(room, 1, 1)]]);
    assert!(receipts_of(world.got(grace)).is_empty(), "nobody is told of themselves");
    assert_eq!(told(&mut world, ada), Vec::<Vec<_>>::new(), "once is enough");
    // To the disk goes what goes there without receipts: who writes and who reads has read.
    assert_eq!((world.markers, world.asked.len()), (vec![(room, UserId(1), n), (room, UserId(2), n)], 0));
}

#[test]
fn what_was_written_to_somebody_who_is_away_is_delivered_when_they_are_back() {
    let mut world = World::of(2);
    let ada = world.join(1);
    let room = direct(&mut world, ada, 2);
    say_something(&mut world, ada, room);
    say_something(&mut world, ada, room);
    assert_eq!(told(&mut world, ada), Vec::<Vec<_>>::new());
    // A connection that has not said hello was told of nothing.
    let grace = world.connect_session(2, 2);
    assert_eq!(told(&mut world, ada), Vec::<Vec<_>>::new());
    world.say(grace, hello(grace, None));
    assert_eq!(told(&mut world, ada), [[receipt(room, 2, 0)]]);
    world.input(Input::Disconnected { conn: grace });
    say_something(&mut world, ada, room);
    assert_eq!(told(&mut world, ada), Vec::<Vec<_>>::new());
}

#[test]
fn whoever_comes_back_is_told_with_the_room() {
    let mut world = World::of(2);
    let (ada, grace) = (world.join(1), world.join(2));
    let room = direct(&mut world, ada, 2);
    let n = say_something(&mut world, ada, room);
    world.input(Input::Disconnected { conn: ada });
    world.say(grace, ClientMessage::Read { room, n, set_back: None });
    let shown = |world: &World, id| world.hub.room_of(UserId(id), room).unwrap().receipt;
    assert_eq!(shown(&world, 1), Some(Receipt { delivered_n: 1, read_n: 1 }));
    turn(&mut world, 2, false);
    assert_eq!((shown(&world, 1), shown(&world, 2)), (None, None));
}

#[test]
fn many_reads_of_many_rooms_are_one_frame_an_interval() {
    let people = 12;
    let mut world = World::of(people);
    let ada = world.join(1);
    let others: Vec<ConnId> = (2..=people).map(|id| world.join(id)).collect();
    let rooms: Vec<RoomId> = (2..=people).map(|id| direct(&mut world, ada, id)).collect();
    for room in &rooms {
        for _ in 0..3 {
            say_something(&mut world, ada, *room);
        }
    }
    world.wait(1_000);
    world.sent.clear();
    for n in 1..=3 {
        for (other, room) in others.iter().zip(&rooms) {
            world.say(*other, ClientMessage::Read { room: *room, n, set_back: None });
        }
    }
    let wanted: Vec<RoomReceipt> = rooms.iter().map(|room| receipt(*room, 3, 3)).collect();
    assert_eq!(told(&mut world, ada), [wanted]);
}

#[test]
fn who_answers_has_read_and_what_they_write_themselves_is_no_news() {
    let mut world = World::of(2);
    let (ada, grace) = (world.join(1), world.join(2));
    let room = direct(&mut world, ada, 2);
    say_something(&mut world, ada, room);
    say_something(&mut world, grace, room);
    assert_eq!(told(&mut world, ada), [[receipt(room, 2, 2)]]);
    world.sent.clear();
    // She has read all there was: only her own message is beyond it.
    say_something(&mut world, grace, room);
    world.wait(INTERVAL_MS);
    assert!(receipts_of(world.got(ada)).is_empty());
    assert_eq!(receipts_of(world.got(grace)), [[receipt(room, 3, 1)]]);
}

/// 1,000 people reading each message of a hall must not be 1,000 frames to each of 1,000.
#[test]
fn in_other_rooms_nobody_is_told_of_anybody_s_reading_however_many_read() {
    let people = 1_000;
    let mut world = World::of(people);
    let conns: Vec<ConnId> = (1..=people).map(|id| world.join(id)).collect();
    let n = say_something(&mut world, conns[0], EVERYONE);
    world.wait(1_000);
    world.sent.clear();
    for conn in &conns[1..] {
        world.say(*conn, ClientMessage::Read { room: EVERYONE, n, set_back: None });
    }
    world.wait(1_000);
    assert_eq!(world.sent.values().flatten().count(), 0, "frames for {people} readers");
    let seen = seen(&world, 1, EVERYONE, n);
    assert_eq!((seen.count, seen.by.len()), (999, SEEN_BY_MAX));
    assert_eq!(seen.by[..3], [UserId(2), UserId(3), UserId(4)]);
}

#[test]
fn who_has_read_a_message_is_told_when_asked_for() {
    let mut world = World::of(4);
    let conns: Vec<ConnId> = (1..=4).map(|id| world.join(id)).collect();
    let room = world.room(conns[0], Access::Open, &[2, 3]);
    let n = say_something(&mut world, conns[0], room);
    assert_eq!(seen(&world, 1, room, n), SeenBy { receipts: true, count: 0, by: vec![] });
    world.say(conns[1], ClientMessage::Read { room, n, set_back: None });
    assert_eq!(seen(&world, 1, room, n).by, [UserId(2)]);
    // Whoever writes after it has read it.
    let later = say_something(&mut world, conns[2], room);
    assert_eq!(seen(&world, 1, room, n).by, [UserId(2), UserId(3)]);
    assert_eq!(seen(&world, 3, room, later).by, Vec::<UserId>::new());
    // To whoever comes later it was not said.
    let members = vec![MemberRecord { read: later.into(), joined_n: later, ..member(room, 4) }];
    world.change(Change::MembersJoined { room, members });
    assert_eq!(seen(&world, 1, room, n).count, 2);
    assert!(world.hub.seen_by(UserId(4), RoomId(999), 1).is_none());
    let elsewhere = world.room(conns[1], Access::Closed, &[]);
    assert!(world.hub.seen_by(UserId(1), elsewhere, 1).is_none(), "a room that one is not in");
}

#[test]
fn who_has_turned_them_off_is_told_of_nobody_and_shown_to_nobody() {
    let mut world = World::of(3);
    let (ada, grace, bob) = (world.join(1), world.join(2), world.join(3));
    let room = direct(&mut world, ada, 2);
    let n = say_something(&mut world, ada, room);
    say_something(&mut world, grace, room);
    world.wait(1_000);
    world.sent.clear();
    turn(&mut world, 2, false);
    world.wait(INTERVAL_MS);
    for conn in [ada, grace] {
        assert_eq!(receipts_of(world.got(conn)), [[receipt(room, 0, 0)]], "what was known is taken back");
    }
    let last = say_something(&mut world, ada, room);
    world.say(grace, ClientMessage::Read { room, n: last, set_back: None });
    world.say(ada, ClientMessage::Read { room, n: last, set_back: None });
    world.wait(1_000);
    for conn in [ada, grace] {
        assert!(receipts_of(world.got(conn)).is_empty());
    }
    // Her own devices go on to know what she has read.
    assert_eq!(world.hub.room_of(UserId(2), room).unwrap().read_n, last);
    let hall = world.room(bob, Access::Open, &[1, 2]);
    let n_hall = say_something(&mut world, bob, hall);
    for conn in [ada, grace] {
        world.say(conn, ClientMessage::Read { room: hall, n: n_hall, set_back: None });
    }
    assert_eq!(seen(&world, 3, hall, n_hall).by, [UserId(1)]);
    assert_eq!(seen(&world, 2, room, n), SeenBy { receipts: false, count: 0, by: vec![] });
    world.wait(1_000);
    world.sent.clear();
    turn(&mut world, 2, true);
    world.wait(INTERVAL_MS);
    assert_eq!(receipts_of(world.got(ada)), [[receipt(room, last, last)]]);
    assert_eq!(receipts_of(world.got(grace)), [[receipt(room, last, last)]]);
}

#[test]
fn whoever_is_in_very_many_direct_rooms_is_told_of_some_at_a_time() {
    let people = RECEIPTS_FRAME_MAX as u64 + 50;
    let mut world = World::of(people);
    let ada = world.join(1);
    for id in 2..=people {
        let users = [UserId(1), UserId(id)];
        let room = world.new_room(RoomKind::Direct, String::new(), Some(users));
        let members = users.iter().map(|user| member(room.id, user.0)).collect();
        world.change(Change::RoomMade { room, members });
    }
    world.wait(1_000);
    world.sent.clear();
    turn(&mut world, 1, false);
    let counts = |told: Vec<Vec<RoomReceipt>>| told.iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!(counts(told(&mut world, ada)), [RECEIPTS_FRAME_MAX]);
    assert_eq!(counts(told(&mut world, ada)), [49]);
    assert_eq!(counts(told(&mut world, ada)), Vec::<usize>::new());
}

#[test]
fn what_is_set_back_is_unread_for_oneself_and_others_are_told_of_no_less() {
    let mut world = World::of(2);
    let (ada, bob, phone) = (world.join(1), world.join(2), world.join(2));
    world.say(ada, ClientMessage::Command { re: 1, command: Command::OpenDirect { user: UserId(2) } });
    world.commit();
    let room = world.hub.rooms.direct([UserId(1), UserId(2)]).unwrap();
    for id in ["a", "b", "c"] {
        world.send(ada, room, id, "hello");
        world.commit();
    }
    world.say(bob, ClientMessage::Read { room, n: 3, set_back: None });
    world.wait(1_000);
    world.got(phone);
    world.got(ada);
    world.say(bob, ClientMessage::Unread { room, n: 2, set_back: None });
    let told = world.got(phone);
    assert!(
        matches!(&told[..], [ServerMessage::Room { room, .. }] if (room.read_n, room.set_back) == (1, 1)),
        "{told:?}"
    );
    let marker = ReadMarker { n: 1, furthest_n: 3, set_back: 1 };
    assert_eq!(world.hub.rooms.get(room).unwrap().members[&UserId(2)].read, marker);
    world.wait(1_000);
    assert!(world.got(ada).is_empty(), "what was seen was seen");
    assert_eq!(world.hub.room_of(UserId(1), room).unwrap().receipt.unwrap().read_n, 3);
    // What nobody has read, and what is not there, is not set back.
    for n in [0, 2, 9] {
        world.say(bob, ClientMessage::Unread { room, n, set_back: None });
    }
    assert!(world.got(phone).is_empty());
    // Of a page that has not heard of it.
    world.say(bob, ClientMessage::Read { room, n: 3, set_back: Some(0) });
    world.say(bob, ClientMessage::Unread { room, n: 1, set_back: Some(0) });
    assert!(world.got(phone).is_empty());
    world.say(bob, ClientMessage::Read { room, n: 2, set_back: Some(1) });
    assert_eq!(world.got(phone), [ServerMessage::Read { room, n: 2, set_back: 1 }]);
    world.wait(1_000);
    assert!(world.got(ada).is_empty(), "when it is read again is nobody's business");
}
