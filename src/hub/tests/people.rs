//! Arrivals, departures, sessions.

use super::*;

#[test]
fn arrivals_and_departures_are_told_within_an_interval() {
    let mut world = World::of(3);
    let ada = world.join(1);
    let bob = world.connect_session(2, 2);
    world.say(bob, hello(bob, None));
    assert!(world.got(ada).is_empty());
    world.wait(250);
    assert_eq!(world.got(ada), [ServerMessage::Presence { came: vec![UserId(2)], left: vec![] }]);
    let present = ServerMessage::Present { users: vec![UserId(1), UserId(2)] };
    assert!(world.got(bob).contains(&present));
    world.input(Input::Disconnected { conn: bob });
    world.wait(250);
    assert_eq!(world.got(ada), [ServerMessage::Presence { came: vec![], left: vec![UserId(2)] }]);
}

#[test]
fn who_comes_and_goes_within_an_interval_is_not_mentioned() {
    let mut world = World::of(2);
    let ada = world.join(1);
    let bob = world.connect_session(2, 2);
    world.say(bob, hello(bob, None));
    world.input(Input::Disconnected { conn: bob });
    world.wait(250);
    assert!(world.got(ada).is_empty());
}

#[test]
fn a_thousand_arrivals_cost_those_present_a_few_frames() {
    let mut world = World::of(1_000);
    let ada = world.join(1);
    for id in 2..=1_000 {
        let conn = world.connect_session(id, id);
        world.say(conn, hello(conn, None));
    }
    world.wait(250);
    assert_eq!(world.got(ada).len(), 1);
}

#[test]
fn a_person_with_two_connections_leaves_with_the_last() {
    let mut world = World::of(2);
    let (ada, phone) = (world.join(1), world.join(2));
    let laptop = world.join(2);
    world.input(Input::Disconnected { conn: phone });
    world.wait(1_000);
    assert!(world.got(ada).is_empty());
    world.input(Input::Disconnected { conn: laptop });
    world.wait(1_000);
    assert_eq!(world.got(ada).len(), 1);
}

#[test]
fn a_connection_that_never_says_hello_is_not_present_and_hears_nothing() {
    let mut world = World::of(2);
    let ada = world.join(1);
    let silent = world.connect_session(2, 2);
    world.send(ada, EVERYONE, "a", "anyone?");
    world.commit();
    world.wait(1_000);
    assert!(world.got(silent).is_empty());
    assert!(!world.got(ada).iter().any(|message| matches!(message, ServerMessage::Presence { .. })));
    world.send(silent, EVERYONE, "s", "before hello");
    assert_eq!(world.closed_with(silent), Some(CloseCode::BadMessage));
}

#[test]
fn another_version_is_closed_and_a_second_hello_too() {
    let mut world = World::of(1);
    let old = world.connect_session(1, 1);
    world.say(old, ClientMessage::Hello { version: 0, tab: TabId(1), after: None, epoch: None });
    assert_eq!(world.closed_with(old), Some(CloseCode::Version));
    let twice = world.join(1);
    world.say(twice, hello(twice, None));
    assert_eq!(world.closed_with(twice), Some(CloseCode::BadMessage));
}

#[test]
fn who_says_hello_again_and_again_is_told_to_wait_and_costs_nobody_else_a_welcome() {
    let mut world = World::of(2);
    let hello = ClientMessage::Hello { version: PROTOCOL_VERSION, tab: TabId(1), after: None, epoch: None };
    for again in 0..=u64::from(limits::HELLOS_BURST) {
        // From another place each time: it is the person who is counted.
        let conn = world.connect_session(1, 100 + again);
        world.say(conn, hello.clone());
        let refused = again == u64::from(limits::HELLOS_BURST);
        assert_eq!(world.closed_with(conn), refused.then_some(CloseCode::Flood), "{again}");
        world.input(Input::Disconnected { conn });
    }
    let bob = world.join(2);
    assert_eq!(world.closed_with(bob), None);
    world.wait(1_000);
    let conn = world.connect_session(1, 99);
    world.say(conn, hello);
    assert_eq!(world.closed_with(conn), None, "a second later");
}

#[test]
fn a_takeover_closes_the_first_place_and_leaves_the_second() {
    let mut world = World::of(2);
    let bob = world.join(2);
    let first = world.connect_session(1, 10);
    let second = world.connect_session(1, 11);
    for conn in [first, second] {
        world.say(conn, hello(conn, None));
    }
    world.wait(1_000);
    world.sent.clear();
    world.change(Change::SessionsEnded { sessions: vec![SessionId(10)], end: SessionEnd::TakenOver });
    assert_eq!(world.closed, [(first, CloseCode::TakenOver)]);
    world.send(bob, EVERYONE, "b", "hi");
    world.commit();
    assert_eq!(world.bodies(second), ["hi"]);
    assert!(world.bodies(first).is_empty());
    assert_eq!(world.hub.connected_sessions(UserId(1)).collect::<Vec<_>>(), [SessionId(11)]);
}

/// The newest session that a welcome names.
fn newest_of(got: &[ServerMessage]) -> SessionId {
    match &got[0] {
        ServerMessage::Welcome { newest_session, .. } => *newest_session,
        other => panic!("a welcome was expected, not {other:?}"),
    }
}

#[test]
fn a_second_place_is_told_to_the_first_now_or_when_it_comes_back_and_to_nobody_else() {
    let mut world = World::of(2);
    let bob = world.join(2);
    let [phone, tab] = [world.connect_session(1, 10), world.connect_session(1, 10)];
    let silent = world.connect_session(1, 10);
    for conn in [phone, tab] {
        world.say(conn, hello(conn, None));
        assert_eq!(newest_of(&world.got(conn)), SessionId(10), "this place, where nobody has been later");
    }
    world.wait(1_000);
    world.sent.clear();
    let session = SessionId(11);
    world.change(Change::SignedIn { user: UserId(1), session });
    for conn in [phone, tab] {
        assert_eq!(world.got(conn), [ServerMessage::SignedIn { session }]);
    }
    assert!(world.got(bob).is_empty() && world.got(silent).is_empty());
    world.input(Input::Disconnected { conn: phone });
    world.change(Change::SignedIn { user: UserId(1), session: SessionId(12) });
    for (session, conn) in [(10, world.connect_session(1, 10)), (13, world.connect_session(1, 13))] {
        world.say(conn, hello(conn, None));
        assert_eq!(newest_of(&world.got(conn)), SessionId(session.max(12)));
    }
    world.say(silent, hello(silent, None));
    assert_eq!(newest_of(&world.got(silent)), SessionId(12));
}

#[test]
fn a_place_that_was_signed_in_to_before_a_restart_is_in_the_welcome() {
    let users = (1..=2).map(user).collect();
    let newest_sessions = vec![(UserId(1), SessionId(7))];
    let mut world = World::of(2);
    world.hub = Hub::new(Snapshot { users, newest_sessions, ..Snapshot::default() }, "0.0.0");
    for (user, session, newest) in [(1, 5, 7), (1, 7, 7), (2, 6, 6)] {
        let conn = world.connect_session(user, session);
        world.say(conn, hello(conn, None));
        assert_eq!(newest_of(&world.got(conn)), SessionId(newest));
    }
}

#[test]
fn the_oldest_connection_of_a_session_makes_room() {
    let mut world = World::of(1);
    let conns: Vec<ConnId> = (0..=limits::SESSION_CONNECTIONS_MAX).map(|_| world.connect_session(1, 1)).collect();
    assert_eq!(world.closed, [(conns[0], CloseCode::TooMany)]);
}

#[test]
fn a_lagging_connection_is_closed_and_others_are_not_concerned() {
    let mut world = World::of(2);
    let (ada, bob) = (world.join(1), world.join(2));
    world.input(Input::Lagging { conn: bob });
    assert_eq!(world.closed, [(bob, CloseCode::Lagging)]);
    world.send(ada, EVERYONE, "a", "on we go");
    world.commit();
    assert_eq!(world.bodies(ada), ["on we go"]);
}

#[test]
fn new_and_changed_people_are_told_to_everyone_present() {
    let mut world = World::of(1);
    let ada = world.join(1);
    world.change(Change::UserMade { user: user(2), members: vec![member(EVERYONE, 2)] });
    assert!(world.got(ada).is_empty());
    world.wait(250);
    let got = world.got(ada);
    assert!(got.contains(&ServerMessage::Users { users: vec![user(2)], gone: vec![] }));
    let joined = ServerMessage::Members {
        room: EVERYONE,
        joined: vec![UserId(2)],
        left: vec![],
        changed: vec![],
        member_count: 2,
    };
    assert!(got.contains(&joined));
    let renamed = User { name: "Grace".into(), ..user(2) };
    world.change(Change::UserChanged(renamed.clone()));
    world.wait(250);
    assert_eq!(world.got(ada), [ServerMessage::Users { users: vec![renamed], gone: vec![] }]);
}

#[test]
fn a_class_that_joins_costs_everyone_a_few_frames() {
    let mut world = World::of(1);
    let ada = world.join(1);
    let class = 300;
    for id in 2..2 + class {
        world.change(Change::UserMade { user: user(id), members: vec![member(EVERYONE, id)] });
    }
    world.wait(250);
    let got = world.got(ada);
    assert_eq!(got.len(), 300_usize.div_ceil(limits::USERS_FRAME_MAX) + 1, "{got:?}");
    let told: usize =
        got.iter().map(|message| if let ServerMessage::Users { users, .. } = message { users.len() } else { 0 }).sum();
    assert_eq!(told, 300);
    world.wait(250);
    assert!(world.got(ada).is_empty(), "once");
}

#[test]
fn a_newcomer_is_known_before_their_message_is_seen() {
    let mut world = World::of(1);
    let ada = world.join(1);
    for id in 2..=3 {
        world.change(Change::UserMade { user: user(id), members: vec![member(EVERYONE, id)] });
    }
    let bob = world.connect_session(2, 2);
    world.say(bob, hello(bob, None));
    world.send(bob, EVERYONE, "b", "hello");
    world.commit();
    let got = world.got(ada);
    assert_eq!(got[0], ServerMessage::Users { users: vec![user(2), user(3)], gone: vec![] });
    assert!(matches!(&got[1], ServerMessage::Members { joined, .. } if joined.len() == 2));
    assert_eq!(message_of(got[2].clone()).unwrap().author, UserId(2));
}

#[test]
fn who_leaves_very_many_rooms_is_told_in_bounded_portions() {
    let mut world = World::of(3);
    let ada = world.join(1);
    let rooms = 3 * limits::ROOMS_TOLD_AT_ONCE_MAX;
    for id in 0..rooms as u64 {
        let room = world.new_room(RoomKind::Open, format!("{id}"), None);
        let members = [1, 2].map(|id| member(room.id, id));
        world.hub.rooms.insert(room);
        members.iter().for_each(|member| world.hub.insert_member(member));
    }
    world.change(Change::UserGone { user: UserId(2), heirs: vec![] });
    let mut told = 0;
    let mut tellings = 0;
    // The room for everybody too.
    while told < rooms + 1 {
        world.wait(250);
        let frames = world.got(ada).iter().filter(|message| matches!(message, ServerMessage::Members { .. })).count();
        assert!((1..=limits::ROOMS_TOLD_AT_ONCE_MAX).contains(&frames), "{frames}");
        told += frames;
        tellings += 1;
    }
    assert!(tellings >= 3);
}

#[test]
fn an_account_deleted_meanwhile_cannot_connect() {
    let mut world = World::of(1);
    let ghost = world.connect_session(9, 9);
    assert_eq!(world.closed_with(ghost), Some(CloseCode::SignedOut));
}

#[test]
fn a_session_that_ended_while_its_connection_was_on_the_way_is_closed() {
    let mut world = World::of(1);
    world.change(Change::SessionsEnded { sessions: vec![SessionId(10)], end: SessionEnd::SignedOut });
    let late = world.connect_session(1, 10);
    let other = world.connect_session(1, 11);
    assert_eq!(world.closed, [(late, CloseCode::SignedOut)]);
    assert_eq!(world.closed_with(other), None);
}

#[test]
fn a_tab_that_comes_back_closes_what_it_had_before_and_no_other_tab() {
    let mut world = World::of(2);
    let greet = |tab| ClientMessage::Hello { version: PROTOCOL_VERSION, tab: TabId(tab), after: None, epoch: None };
    let conns: Vec<ConnId> = [(2, 7, 1), (2, 7, 2), (2, 8, 1), (1, 9, 1), (2, 7, 1)]
        .map(|(user, session, tab)| {
            let conn = world.connect_session(user, session);
            world.say(conn, greet(tab));
            conn
        })
        .into();
    assert_eq!(world.closed, [(conns[0], CloseCode::TooMany)]);
    world.input(Input::Disconnected { conn: conns[0] });
    world.send(conns[4], EVERYONE, "a", "here");
    world.commit();
    for conn in &conns[1..] {
        assert_eq!(world.bodies(*conn), ["here"]);
    }
}
