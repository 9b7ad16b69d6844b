//! Sending, deleting, reading, typing.

use super::*;
use crate::proto::attachment::NewAttachment;
use crate::proto::blob::UploadId;

#[test]
fn nothing_is_told_before_it_is_on_the_disk() {
    let mut world = World::of(2);
    let (ada, bob) = (world.join(1), world.join(2));
    world.send(ada, EVERYONE, "a", "hello");
    assert!(world.bodies(ada).is_empty() && world.bodies(bob).is_empty());
    world.commit();
    assert_eq!(world.bodies(ada), ["hello"]);
    assert_eq!(world.bodies(bob), ["hello"]);
}

#[test]
fn everyone_sees_the_same_order() {
    let mut world = World::of(3);
    let conns = [world.join(1), world.join(2), world.join(3)];
    for round in 0..5 {
        for (who, conn) in conns.iter().enumerate() {
            world.send(*conn, EVERYONE, &format!("{who}-{round}"), &format!("{who}-{round}"));
        }
    }
    world.commit();
    let first = world.bodies(conns[0]);
    assert_eq!(first.len(), 15);
    assert!(conns[1..].iter().all(|conn| world.bodies(*conn) == first));
}

#[test]
fn a_duplicate_is_given_back_to_its_author_alone() {
    let mut world = World::of(2);
    let (ada, bob) = (world.join(1), world.join(2));
    world.send(ada, EVERYONE, "a", "hello");
    world.commit();
    let stored = world.messages(ada).remove(0);
    world.got(bob);
    world.send(ada, EVERYONE, "a", "hello");
    world.answer(Ok(Outcome::made(Reply::SentBefore(Box::new(stored)), [])));
    assert_eq!(world.bodies(ada), ["hello"]);
    assert!(world.got(bob).is_empty());
}

#[test]
fn a_stranger_to_a_room_cannot_send_to_it_nor_hears_of_it() {
    let mut world = World::of(3);
    let (ada, bob, eve) = (world.join(1), world.join(2), world.join(3));
    let room = world.room(ada, Access::Closed, &[2]);
    world.send(eve, room, "e", "let me in");
    assert_eq!(world.errors(eve), [ErrorCode::NotAMember]);
    world.send(bob, room, "b", "secret");
    world.commit();
    assert_eq!(world.bodies(ada), ["secret"]);
    assert!(world.got(eve).is_empty());
}

#[test]
fn what_cannot_be_stored_is_told_to_its_author_alone() {
    let mut world = World::of(2);
    let (ada, bob) = (world.join(1), world.join(2));
    for (fault, code) in [(Fault::DiskFull, ErrorCode::DiskFull), (Fault::Storage, ErrorCode::StorageFailed)] {
        world.send(ada, EVERYONE, "a", "lost");
        world.answer(Err(fault));
        assert_eq!(world.errors(ada), [code]);
        assert!(world.got(bob).is_empty());
    }
    world.send(ada, EVERYONE, "a", "found");
    world.commit();
    assert_eq!(world.bodies(bob), ["found"]);
}

#[test]
fn who_brings_something_need_not_say_anything() {
    let mut world = World::of(1);
    let ada = world.join(1);
    let with = |count: usize, twice: bool| {
        let upload = |at: usize| UploadId([if twice { 1 } else { at as u8 }; 16]);
        (0..count).map(|at| NewAttachment { upload: upload(at), alt: None, voice: None }).collect()
    };
    let send = |world: &mut World, id: &str, body: &str, attachments: Vec<NewAttachment>| {
        let (client_msg_id, body) = (ClientMsgId::try_from(id.to_owned()).unwrap(), RawBody(body.into()));
        world.say(ada, ClientMessage::Send { room: EVERYONE, client_msg_id, body, attachments, reply_to: None });
        world.asked.drain(..).next().map(|(_, op)| op)
    };
    match send(&mut world, "a", " \n", with(10, false)) {
        Some(Op::Message(MessageOp::Append(new))) => {
            assert_eq!((new.body.as_str(), new.attachments.into_vec().len()), ("", 10));
        }
        other => panic!("not asked: {other:?}"),
    }
    for (id, body, attachments, code) in [
        ("b", "", with(0, false), ErrorCode::BodyEmpty),
        ("c", "", with(11, false), ErrorCode::AttachmentsMany),
        ("d", "", with(2, true), ErrorCode::BadRequest),
        ("e", "a\0", with(1, false), ErrorCode::BadRequest),
        ("f", &"x".repeat(8_001), with(1, false), ErrorCode::BodyLong),
    ] {
        assert!(send(&mut world, id, body, attachments).is_none());
        assert_eq!(world.errors(ada), [code]);
    }
}

#[test]
fn bodies_out_of_bounds_are_refused() {
    let mut world = World::of(1);
    let ada = world.join(1);
    let cases = [
        (" \n".to_owned(), ErrorCode::BodyEmpty),
        ("x".repeat(8_001), ErrorCode::BodyLong),
        ("a\0b".to_owned(), ErrorCode::BadRequest),
    ];
    for (body, code) in cases {
        world.send(ada, EVERYONE, "a", &body);
        assert_eq!(world.errors(ada), [code]);
    }
    assert!(world.asked.is_empty());
}

#[test]
fn sends_beyond_those_in_flight_are_busy_until_some_are_stored() {
    let mut world = World::of(1);
    let ada = world.join(1);
    for sent in 0..limits::SENDS_IN_FLIGHT_MAX {
        world.send(ada, EVERYONE, &format!("a{sent}"), "x");
        world.wait(200);
    }
    assert!(world.errors(ada).is_empty());
    world.send(ada, EVERYONE, "late", "x");
    assert_eq!(world.errors(ada), [ErrorCode::Busy]);
    world.commit();
    world.send(ada, EVERYONE, "late", "x");
    world.commit();
    assert_eq!(world.bodies(ada).len(), limits::SENDS_IN_FLIGHT_MAX + 1);
}

#[test]
fn a_flood_is_slowed_then_closed_and_costs_nobody_else() {
    let mut world = World::of(2);
    let (ada, bob) = (world.join(1), world.join(2));
    for _ in 0..limits::COMMANDS_BURST {
        world.say(ada, ClientMessage::Ping {});
    }
    assert!(world.errors(ada).is_empty());
    world.say(ada, ClientMessage::Ping {});
    assert_eq!(world.errors(ada), [ErrorCode::SlowDown]);
    for _ in 0..limits::REFUSALS_MAX {
        world.say(ada, ClientMessage::Ping {});
    }
    assert_eq!(world.closed_with(ada), Some(CloseCode::Flood));
    world.say(bob, ClientMessage::Ping {});
    assert!(world.errors(bob).is_empty());
}

#[test]
fn many_connections_of_one_person_have_the_commands_of_one_person() {
    let mut world = World::of(2);
    let tabs: Vec<ConnId> = (0..16).map(|tab| world.connect_session(1, 100 + tab / 8)).collect();
    let bob = world.join(2);
    for tab in &tabs {
        world.say(*tab, hello(*tab, None));
        for _ in 0..limits::COMMANDS_BURST {
            world.say(*tab, ClientMessage::Ping {});
        }
    }
    let pongs = |got: Vec<ServerMessage>| got.iter().filter(|message| **message == ServerMessage::Pong {}).count();
    let answered: usize = tabs.iter().map(|tab| pongs(world.got(*tab))).sum();
    assert_eq!(answered, limits::PERSON_COMMANDS_BURST as usize);
    world.say(bob, ClientMessage::Ping {});
    assert_eq!(pongs(world.got(bob)), 1, "nobody else is concerned");
    world.wait(1_000);
    world.say(tabs[15], ClientMessage::Ping {});
    assert_eq!(pongs(world.got(tabs[15])), 1);
}

#[test]
fn one_person_cannot_fill_the_disk_and_the_owner_of_the_box_is_not_shut_out() {
    let mut world = World::of(3);
    let (ada, bob, eve) = (world.join(1), world.join(2), world.join(3));
    let long = "🦀".repeat(limits::BODY_CHARS_MAX);
    let fit = limits::DISK_SHARE_BYTES / (long.len() as u64 + limits::MESSAGE_OVERHEAD_BYTES);
    let send = |world: &mut World, conn, number: u64| {
        world.send(conn, EVERYONE, &format!("{conn}-{number}"), &long);
        world.commit();
        world.wait(100);
        world.sent.remove(&conn).unwrap_or_default().into_iter().find_map(|message| match message {
            ServerMessage::Error { code, .. } => Some(code),
            _ => None,
        })
    };
    for number in 0..fit {
        assert_eq!(send(&mut world, bob, number), None);
    }
    assert_eq!(send(&mut world, bob, fit), Some(ErrorCode::DiskShare));
    assert_eq!(send(&mut world, eve, 0), None, "others have a share of their own");
    for number in 0..=fit {
        assert_eq!(send(&mut world, ada, number), None);
    }
    world.wait(10 * 60 * 1_000);
    assert_eq!(send(&mut world, bob, fit + 1), None, "it comes back little by little");
}

#[test]
fn an_author_deletes_and_everyone_in_the_room_learns_of_it() {
    let mut world = World::of(2);
    let (ada, bob) = (world.join(1), world.join(2));
    world.send(bob, EVERYONE, "b", "oops");
    world.commit();
    world.sent.clear();
    world.say(bob, ClientMessage::Command { re: 1, command: Command::Delete { room: EVERYONE, message: Seq(1) } });
    // The store is asked whether it is his own.
    assert!(matches!(world.asked[0].1, Op::Message(MessageOp::Delete { whose: Whose::Own, .. })));
    world.commit();
    let what = EventKind::Deleted { message: Seq(1), n: 1 };
    let deleted = ServerMessage::Events { events: vec![Event { seq: Seq(2), room: EVERYONE, what }] };
    assert!(world.got(ada).contains(&deleted));
    assert!(world.done(bob));
}

#[test]
fn the_owner_of_the_box_may_delete_anybodys_message_but_not_in_a_direct_room() {
    let mut world = World::of(2);
    let ada = world.join(1);
    world.say(ada, ClientMessage::Command { re: 1, command: Command::Delete { room: EVERYONE, message: Seq(1) } });
    assert!(matches!(world.asked.pop().unwrap().1, Op::Message(MessageOp::Delete { whose: Whose::Anyones, .. })));
    world.say(ada, ClientMessage::Command { re: 2, command: Command::OpenDirect { user: UserId(2) } });
    world.commit();
    world.say(ada, ClientMessage::Command { re: 3, command: Command::Delete { room: RoomId(2), message: Seq(1) } });
    assert!(matches!(world.asked.pop().unwrap().1, Op::Message(MessageOp::Delete { whose: Whose::Own, .. })));
}

fn forward(re: u32, from: RoomId, room: RoomId) -> ClientMessage {
    let client_msg_id = ClientMsgId::try_from(format!("forward-{re}")).unwrap();
    ClientMessage::Command { re, command: Command::Forward { from, message: Seq(1), room, client_msg_id } }
}

#[test]
fn what_is_forwarded_is_told_like_a_message_to_those_in_the_room_it_comes_to() {
    let mut world = World::of(3);
    let (ada, bob, eve) = (world.join(1), world.join(2), world.join(3));
    let room = world.room(ada, Access::Closed, &[2]);
    world.say(ada, forward(1, EVERYONE, room));
    assert!(world.got(ada).is_empty() && world.got(bob).is_empty(), "it is not on the disk yet");
    world.commit();
    let told = world.messages(bob).remove(0);
    assert_eq!((told.room, told.author, told.forwarded), (room, UserId(1), true));
    assert!(world.done(ada) && world.got(eve).is_empty());
}

#[test]
fn nobody_forwards_out_of_a_room_or_into_one_that_they_are_not_in() {
    let mut world = World::of(2);
    let (ada, bob) = (world.join(1), world.join(2));
    let room = world.room(ada, Access::Closed, &[]);
    world.say(bob, forward(1, room, EVERYONE));
    world.say(bob, forward(2, EVERYONE, room));
    assert_eq!(world.errors(bob), [ErrorCode::NotAMember; 2]);
    let archived = Command::SetRoom { room, setting: RoomSetting::Archived(true) };
    world.say(ada, ClientMessage::Command { re: 3, command: archived });
    world.commit();
    world.say(ada, forward(4, EVERYONE, room));
    assert_eq!(world.errors(ada), [ErrorCode::RoomArchived]);
    world.say(ada, forward(5, room, EVERYONE));
    assert_eq!(world.asked.len(), 1, "what is archived is read still");
}

#[test]
fn of_what_is_forwarded_as_much_is_counted_as_it_is() {
    let mut world = World::of(2);
    let bob = world.join(2);
    let held = limits::DISK_SHARE_BYTES / limits::MESSAGE_BYTES_MAX;
    let ask = |world: &mut World, count: u64| {
        for re in 0..count {
            world.say(bob, forward(re as u32, EVERYONE, EVERYONE));
            world.wait(200);
        }
        let refused = world.errors(bob);
        assert!(refused.iter().all(|code| *code == ErrorCode::DiskShare), "{refused:?}");
        world.commit();
        world.sent.clear();
        refused.len() as u64
    };
    // Those under way may each be as long as any; meanwhile some of the share comes back.
    let refused = ask(&mut world, held + 5);
    assert!((3..=5).contains(&refused), "{refused}");
    for _ in 0..3 {
        assert_eq!(ask(&mut world, held - 10), 0);
    }
}

#[test]
fn a_read_marker_moves_forward_only_and_follows_to_other_devices() {
    let mut world = World::of(2);
    let (phone, laptop, bob) = (world.join(1), world.join(1), world.join(2));
    for id in ["a", "b", "c"] {
        world.send(bob, EVERYONE, id, "x");
    }
    world.commit();
    world.sent.clear();
    world.markers.clear();
    world.say(phone, ClientMessage::Read { room: EVERYONE, n: 2, set_back: None });
    assert_eq!(world.got(laptop), [ServerMessage::Read { room: EVERYONE, n: 2, set_back: 0 }]);
    assert!(world.got(phone).is_empty() && world.got(bob).is_empty());
    world.say(phone, ClientMessage::Read { room: EVERYONE, n: 1, set_back: None });
    world.say(phone, ClientMessage::Read { room: EVERYONE, n: 2, set_back: None });
    assert!(world.got(laptop).is_empty());
    world.say(laptop, ClientMessage::Read { room: EVERYONE, n: 99, set_back: None });
    assert_eq!(world.got(phone), [ServerMessage::Read { room: EVERYONE, n: 3, set_back: 0 }]);
    assert_eq!(world.markers, [(EVERYONE, UserId(1), 2), (EVERYONE, UserId(1), 3)]);
}

#[test]
fn who_has_heard_something_is_told_to_its_author_and_to_the_listeners_other_devices_alone() {
    let mut world = World::of(4);
    let (ada, phone, laptop, eve) = (world.join(1), world.join(2), world.join(2), world.join(4));
    let room = world.room(ada, Access::Closed, &[2, 3]);
    let lin = world.join(3);
    world.sent.clear();
    let mark = |re| ClientMessage::Command { re, command: Command::MarkHeard { room, message: Seq(7) } };
    world.say(phone, mark(1));
    assert!(world.got(ada).is_empty() && world.got(laptop).is_empty(), "it is not on the disk yet");
    world.commit();
    let told = ServerMessage::HeardMark { room, message: Seq(7), by: UserId(2) };
    assert_eq!((world.got(ada), world.got(laptop)), (vec![told.clone()], vec![told.clone()]));
    assert_eq!(world.got(phone), [told, ServerMessage::Done { re: 1, room: None }]);
    assert!(world.got(lin).is_empty(), "another listener");
    world.say(eve, mark(2));
    assert!(world.asked.is_empty());
    assert_eq!(world.errors(eve), [ErrorCode::NotAMember]);
}

#[test]
fn an_author_who_has_left_is_not_told_who_hears_them() {
    let mut world = World::of(3);
    let (ada, bob) = (world.join(1), world.join(2));
    let room = world.room(bob, Access::Open, &[1]);
    world.say(ada, ClientMessage::Command { re: 1, command: Command::LeaveRoom { room } });
    world.commit();
    world.sent.clear();
    world.say(bob, ClientMessage::Command { re: 2, command: Command::MarkHeard { room, message: Seq(7) } });
    world.commit();
    assert!(world.got(ada).is_empty());
    assert!(world.done(bob));
}

#[test]
fn sending_is_reading() {
    let mut world = World::of(2);
    let (ada, bob) = (world.join(1), world.join(2));
    world.send(ada, EVERYONE, "a", "x");
    world.commit();
    assert!(world.got(ada).contains(&ServerMessage::Read { room: EVERYONE, n: 1, set_back: 0 }));
    assert!(!world.got(bob).contains(&ServerMessage::Read { room: EVERYONE, n: 1, set_back: 0 }));
}

#[test]
fn typing_is_shown_to_others_and_not_too_often() {
    let mut world = World::of(3);
    let (ada, bob) = (world.join(1), world.join(2));
    world.say(ada, ClientMessage::Typing { room: EVERYONE });
    assert_eq!(world.got(bob), [ServerMessage::Typing { room: EVERYONE, user: UserId(1) }]);
    assert!(world.got(ada).is_empty());
    world.say(ada, ClientMessage::Typing { room: EVERYONE });
    assert!(world.got(bob).is_empty());
    world.wait(2_000);
    world.say(ada, ClientMessage::Typing { room: EVERYONE });
    assert_eq!(world.got(bob).len(), 1);
}

#[test]
fn an_archived_room_takes_no_messages() {
    let mut world = World::of(2);
    let (ada, bob) = (world.join(1), world.join(2));
    let room = world.room(ada, Access::Open, &[2]);
    world.say(
        ada,
        ClientMessage::Command { re: 1, command: Command::SetRoom { room, setting: RoomSetting::Archived(true) } },
    );
    world.commit();
    world.sent.clear();
    world.send(bob, room, "b", "still there?");
    assert_eq!(world.errors(bob), [ErrorCode::RoomArchived]);
    world.say(
        ada,
        ClientMessage::Command { re: 2, command: Command::SetRoom { room, setting: RoomSetting::Archived(false) } },
    );
    world.commit();
    world.send(bob, room, "b", "still there?");
    world.commit();
    assert_eq!(world.bodies(ada), ["still there?"]);
}
