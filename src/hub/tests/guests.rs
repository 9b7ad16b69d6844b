//! Guests: where they may be, what they may do, and of whom they are told.

use super::*;
use crate::proto::change::Ended;
use crate::proto::role::RoomRole;

fn guest(id: u64) -> User {
    User { role: BoxRole::Guest, ..user(id) }
}

impl World {
    /// A room of person 2 that is open to guests.
    fn guest_room(&mut self, conn: ConnId, access: Access, members: &[u64]) -> RoomId {
        let room = self.room(conn, access, members);
        self.open(conn, room, true);
        room
    }

    fn open(&mut self, conn: ConnId, room: RoomId, guests: bool) {
        self.say(
            conn,
            ClientMessage::Command { re: 0, command: Command::SetRoom { room, setting: RoomSetting::Guests(guests) } },
        );
        self.commit();
        assert!(self.done(conn));
        self.sent.clear();
    }

    /// A guest comes into a room; with a connection.
    fn bring(&mut self, id: u64, room: RoomId) -> ConnId {
        self.change(Change::UserMade { user: guest(id), members: vec![member(room, id)] });
        self.join(id)
    }

    fn gone(&mut self, id: u64) -> User {
        let user = User { ends_at: Some(self.now.wall), ..guest(id) };
        self.change(Change::StaysEnded(Ended { guests: vec![user.clone()], deleted: vec![] }));
        user
    }

    /// The people a connection was told of since it was last asked.
    fn told_of(&mut self, conn: ConnId) -> Vec<u64> {
        self.wait(250);
        let ids = |message| match message {
            ServerMessage::Users { users, .. } => users.into_iter().map(|user| user.id.0).collect(),
            _ => Vec::new(),
        };
        self.got(conn).into_iter().flat_map(ids).collect()
    }
}

#[test]
fn open_rooms_are_listed_for_everybody_and_for_guests_only_those_they_may_be_in() {
    let mut world = World::of(3);
    let (ada, bob) = (world.join(1), world.join(2));
    let kitchen = world.guest_room(bob, Access::Open, &[]);
    let hall = world.room(bob, Access::Open, &[1]);
    let attic = world.guest_room(bob, Access::Closed, &[1]);
    world.bring(9, kitchen);
    let listed = |world: &World, id| -> Vec<(RoomId, u32, bool)> {
        let rooms = world.hub.open_rooms(UserId(id)).into_iter();
        rooms.map(|room| (room.id, room.member_count, room.joined)).collect()
    };
    assert_eq!(listed(&world, 3), [(kitchen, 2, false), (hall, 2, false)]);
    assert_eq!(listed(&world, 1), [(kitchen, 2, false), (hall, 2, true)]);
    assert_eq!(listed(&world, 9), [(kitchen, 2, true)], "neither {hall} nor {attic}");
    assert!(listed(&world, 99).is_empty(), "nobody has this id");
    let archive = Command::SetRoom { room: hall, setting: RoomSetting::Archived(true) };
    world.say(bob, ClientMessage::Command { re: 1, command: archive });
    world.commit();
    assert_eq!(listed(&world, 1), [(kitchen, 2, false)]);
    world.change(Change::RoomsRemoved { rooms: vec![kitchen] });
    assert!(listed(&world, 1).is_empty() && world.closed.is_empty(), "{ada} hears of it otherwise");
    world.hub.audit();
}

#[test]
fn a_room_is_opened_to_guests_by_its_owner_or_the_boxs_and_by_nobody_else() {
    let mut world = World::of(3);
    let (ada, bob, eve) = (world.join(1), world.join(2), world.join(3));
    let room = world.room(bob, Access::Closed, &[1, 3]);
    let open = |room, guests| ClientMessage::Command {
        re: 1,
        command: Command::SetRoom { room, setting: RoomSetting::Guests(guests) },
    };
    world.say(eve, open(room, true));
    assert_eq!(world.errors(eve), [ErrorCode::Forbidden]);
    for (conn, guests) in [(bob, true), (ada, false)] {
        world.say(conn, open(room, guests));
        world.commit();
        assert!(
            world
                .got(eve)
                .iter()
                .any(|m| matches!(m, ServerMessage::RoomSettings { settings, .. } if settings.guests == guests))
        );
    }
    world.say(bob, open(EVERYONE, true));
    assert_eq!(world.errors(bob), [ErrorCode::Forbidden]);
    world.open(ada, EVERYONE, true);
    world.say(ada, ClientMessage::Command { re: 2, command: Command::OpenDirect { user: UserId(2) } });
    world.commit();
    world.sent.clear();
    world.say(ada, open(RoomId(3), true));
    assert_eq!(world.errors(ada), [ErrorCode::Forbidden]);
    let elsewhere = world.room(bob, Access::Closed, &[]);
    world.say(ada, open(elsewhere, true));
    assert_eq!(world.errors(ada), [ErrorCode::NotAMember]);
}

#[test]
fn a_guest_hears_what_is_said_in_their_room_and_nothing_of_others() {
    let mut world = World::of(2);
    let (ada, bob) = (world.join(1), world.join(2));
    let room = world.guest_room(bob, Access::Open, &[1]);
    let other = world.room(bob, Access::Open, &[1]);
    let eve = world.bring(9, room);
    for (place, body) in [(EVERYONE, "all"), (other, "us"), (room, "you")] {
        world.send(ada, place, body, body);
    }
    world.commit();
    assert_eq!(world.bodies(eve), ["you"]);
    for place in [EVERYONE, other] {
        world.send(eve, place, "e", "hello?");
        assert_eq!(world.errors(eve), [ErrorCode::NotAMember]);
        world.say(eve, ClientMessage::Command { re: 1, command: Command::JoinRoom { room: place } });
        assert_eq!(world.errors(eve), [ErrorCode::NotFound]);
    }
    world.send(eve, room, "e", "thanks");
    world.commit();
    assert_eq!(world.bodies(ada), ["all", "us", "you", "thanks"]);
}

#[test]
fn a_guest_joins_open_rooms_that_are_open_to_guests_and_leaves_them() {
    let mut world = World::of(2);
    let bob = world.join(2);
    let (first, second) = (world.guest_room(bob, Access::Open, &[]), world.guest_room(bob, Access::Open, &[]));
    let closed = world.guest_room(bob, Access::Closed, &[]);
    let eve = world.bring(9, first);
    world.say(eve, ClientMessage::Command { re: 1, command: Command::JoinRoom { room: second } });
    world.commit();
    assert!(world.done(eve));
    world.say(eve, ClientMessage::Command { re: 2, command: Command::JoinRoom { room: closed } });
    assert_eq!(world.errors(eve), [ErrorCode::NotFound]);
    world.say(eve, ClientMessage::Command { re: 3, command: Command::LeaveRoom { room: second } });
    world.commit();
    assert!(world.got(eve).contains(&ServerMessage::RoomsGone { rooms: vec![second], archived: 0, by: None }));
}

#[test]
fn a_guest_changes_nothing_but_their_own_messages() {
    let mut world = World::of(3);
    let bob = world.join(2);
    let room = world.guest_room(bob, Access::Open, &[]);
    let eve = world.bring(9, room);
    let users = vec![UserId(3)];
    for command in [
        ClientMessage::Command {
            re: 1,
            command: Command::CreateRoom { name: "Mine".into(), access: Access::Open, members: vec![] },
        },
        ClientMessage::Command { re: 1, command: Command::AddMembers { room, users } },
        ClientMessage::Command { re: 1, command: Command::SetRoom { room, setting: RoomSetting::Name("Mine".into()) } },
        ClientMessage::Command { re: 1, command: Command::SetRoom { room, setting: RoomSetting::Archived(true) } },
        ClientMessage::Command { re: 1, command: Command::SetRoom { room, setting: RoomSetting::Guests(false) } },
        ClientMessage::Command { re: 1, command: Command::OpenDirect { user: UserId(2) } },
        // Whether there is such a person is not told either.
        ClientMessage::Command { re: 1, command: Command::OpenDirect { user: UserId(99) } },
    ] {
        world.say(eve, command);
        assert_eq!(world.errors(eve), [ErrorCode::Forbidden]);
    }
    world.say(eve, ClientMessage::Command { re: 2, command: Command::Delete { room, message: Seq(1) } });
    let author = |op: &Op| matches!(op, Op::Message(MessageOp::Delete { by: UserId(9), whose: Whose::Own, .. }));
    assert!(world.asked.iter().any(|(_, op)| author(op)), "the store checks whose it is");
}

#[test]
fn a_guest_has_a_room_alone_too() {
    let mut world = World::of(2);
    let bob = world.join(2);
    let room = world.guest_room(bob, Access::Open, &[]);
    let eve = world.bring(9, room);
    world.sent.clear();
    world.say(eve, ClientMessage::Command { re: 1, command: Command::OpenDirect { user: UserId(9) } });
    world.commit();
    assert!(world.done(eve));
    world.send(eve, RoomId(3), "e", "for later");
    world.commit();
    assert_eq!(world.bodies(eve), ["for later"]);
    assert!(world.got(bob).is_empty());
}

#[test]
fn a_guest_answers_in_a_direct_room_that_a_member_began() {
    let mut world = World::of(2);
    let bob = world.join(2);
    let room = world.guest_room(bob, Access::Open, &[]);
    let eve = world.bring(9, room);
    world.say(bob, ClientMessage::Command { re: 1, command: Command::OpenDirect { user: UserId(9) } });
    world.commit();
    let direct = RoomId(3);
    world.sent.clear();
    world.say(eve, ClientMessage::Command { re: 2, command: Command::OpenDirect { user: UserId(2) } });
    assert_eq!(world.got(eve), [ServerMessage::Done { re: 2, room: Some(direct) }]);
    world.send(eve, direct, "e", "here I am");
    world.commit();
    assert_eq!(world.bodies(bob), ["here I am"]);
}

#[test]
fn a_guest_is_added_to_rooms_open_to_guests_and_to_no_others() {
    let mut world = World::of(2);
    let bob = world.join(2);
    let (open, other) = (world.guest_room(bob, Access::Open, &[]), world.guest_room(bob, Access::Closed, &[]));
    let shut = world.room(bob, Access::Open, &[]);
    world.bring(9, open);
    let add = |room| ClientMessage::Command { re: 1, command: Command::AddMembers { room, users: vec![UserId(9)] } };
    world.say(bob, add(other));
    world.commit();
    assert!(world.done(bob));
    world.say(bob, add(shut));
    assert_eq!(world.errors(bob), [ErrorCode::GuestsNotHere]);
    let members = vec![UserId(9)];
    world.say(
        bob,
        ClientMessage::Command {
            re: 2,
            command: Command::CreateRoom { name: "New".into(), access: Access::Open, members },
        },
    );
    assert_eq!(world.errors(bob), [ErrorCode::GuestsNotHere]);
}

#[test]
fn a_room_that_is_closed_to_guests_loses_them_at_once() {
    let mut world = World::of(2);
    let (ada, bob) = (world.join(1), world.join(2));
    let room = world.guest_room(bob, Access::Open, &[1]);
    let (eve, mal) = (world.bring(8, room), world.bring(9, room));
    world.sent.clear();
    world.say(
        bob,
        ClientMessage::Command { re: 1, command: Command::SetRoom { room, setting: RoomSetting::Guests(false) } },
    );
    world.commit();
    world.wait(250);
    let left = ServerMessage::Members {
        room,
        joined: vec![],
        left: vec![UserId(8), UserId(9)],
        changed: vec![],
        member_count: 2,
    };
    assert!(world.got(ada).contains(&left));
    for guest in [eve, mal] {
        assert_eq!(world.got(guest), [ServerMessage::RoomsGone { rooms: vec![room], archived: 0, by: None }]);
    }
    world.send(ada, room, "a", "alone again");
    world.commit();
    assert!(world.got(eve).is_empty());
}

#[test]
fn a_guest_is_told_only_of_people_who_share_a_room() {
    let mut world = World::of(3);
    let (ada, bob) = (world.join(1), world.join(2));
    let room = world.guest_room(bob, Access::Open, &[]);
    let eve = world.bring(9, room);
    world.sent.clear();
    // A stranger comes and changes; one who shares the room changes.
    world.change(Change::UserMade { user: user(4), members: vec![member(EVERYONE, 4)] });
    world.change(Change::UserChanged(User { name: "Grace".into(), ..user(4) }));
    world.change(Change::UserChanged(User { name: "Bob".into(), ..user(2) }));
    world.change(Change::UserChanged(User { name: "Eve".into(), ..guest(9) }));
    // At once on the guest's own devices, and together with the others.
    assert_eq!(world.told_of(eve), [9, 2, 9]);
    assert_eq!(world.told_of(ada), [2, 4, 9]);
    // The stranger comes into the room: who that is comes first.
    world.say(
        bob,
        ClientMessage::Command { re: 1, command: Command::AddMembers { room, users: vec![UserId(4), UserId(3)] } },
    );
    world.commit();
    world.wait(250);
    let got = world.got(eve);
    let ServerMessage::Users { users, .. } = &got[0] else { panic!("{got:?}") };
    assert_eq!(
        users.iter().map(|user| (user.id.0, user.name.as_str())).collect::<Vec<_>>(),
        [(3, "user 3"), (4, "Grace")]
    );
    assert!(matches!(&got[1], ServerMessage::Members { joined, .. } if joined.len() == 2));
}

#[test]
fn when_a_stay_ends_the_guest_goes_and_those_who_knew_them_hear_of_it() {
    let mut world = World::of(2);
    let (ada, bob) = (world.join(1), world.join(2));
    let (room, other) = (world.guest_room(bob, Access::Open, &[]), world.guest_room(bob, Access::Open, &[]));
    let (eve, mal, zoe) = (world.bring(7, room), world.bring(8, room), world.bring(9, other));
    world.sent.clear();
    let ended = world.gone(7);
    assert_eq!(world.closed_with(eve), Some(CloseCode::SignedOut));
    world.wait(250);
    for knew in [ada, mal] {
        assert!(world.got(knew).contains(&ServerMessage::Users { users: vec![ended.clone()], gone: vec![] }));
    }
    let left = ServerMessage::Members { room, joined: vec![], left: vec![UserId(7)], changed: vec![], member_count: 2 };
    assert!(world.got(bob).contains(&left));
    let presence = ServerMessage::Presence { came: vec![], left: vec![UserId(7)] };
    assert_eq!(world.got(zoe), [presence], "a stranger");
    // A connection that was on its way, and what comes from the old one.
    let late = world.connect_session(7, 70);
    assert_eq!(world.closed_with(late), Some(CloseCode::SignedOut));
    world.send(eve, room, "e", "still here?");
    assert!(world.asked.is_empty());
    // Nobody adds them or talks to them any more.
    world.say(bob, ClientMessage::Command { re: 1, command: Command::AddMembers { room, users: vec![UserId(7)] } });
    assert_eq!(world.errors(bob), [ErrorCode::NotFound]);
    world.say(bob, ClientMessage::Command { re: 2, command: Command::OpenDirect { user: UserId(7) } });
    assert_eq!(world.errors(bob), [ErrorCode::NotFound]);
    world.change(Change::StaysEnded(Ended { guests: vec![], deleted: vec![UserId(7)] }));
    world.wait(250);
    assert!(world.got(ada).contains(&ServerMessage::Users { users: vec![], gone: vec![UserId(7)] }));
}

#[test]
fn a_name_that_is_let_go_is_told_to_nobody_any_more_however_soon_after_the_stay() {
    let mut world = World::of(2);
    let bob = world.join(2);
    let room = world.guest_room(bob, Access::Open, &[]);
    let (eve, _) = (world.bring(9, room), world.bring(7, room));
    world.wait(250);
    world.sent.clear();
    world.gone(7);
    world.change(Change::StaysEnded(Ended { guests: vec![], deleted: vec![UserId(7)] }));
    assert_eq!(world.told_of(eve), [0; 0]);
    world.gone(9);
    assert_eq!(world.told_of(bob), [9], "as long as it is kept it is told");
}

#[test]
fn when_guests_are_turned_off_they_can_do_nothing_before_they_are_out() {
    let mut world = World::of(2);
    let bob = world.join(2);
    let room = world.guest_room(bob, Access::Open, &[]);
    let (eve, mal) = (world.bring(8, room), world.bring(9, room));
    world.sent.clear();
    world.change(Change::GuestsOff);
    world.send(eve, room, "e", "still here?");
    world.say(eve, ClientMessage::Command { re: 1, command: Command::LeaveRoom { room } });
    assert_eq!(world.errors(eve), [ErrorCode::GuestsOff, ErrorCode::GuestsOff]);
    world.say(eve, ClientMessage::Typing { room });
    world.say(eve, ClientMessage::Read { room, n: 1, set_back: None });
    assert!(world.asked.is_empty() && world.markers.is_empty());
    assert_eq!(world.got(bob), [ServerMessage::Box { guests: false }]);
    let late = world.connect_session(9, 90);
    assert_eq!(world.closed_with(late), Some(CloseCode::SignedOut));
    // The others go on, and one whom the owner keeps does too.
    world.send(bob, room, "b", "on we go");
    world.change(Change::MemberMade { user: user(9), members: vec![member(EVERYONE, 9)] });
    world.send(mal, room, "m", "me too");
    world.commit();
    assert_eq!(world.bodies(bob), ["on we go", "me too"]);
    world.change(Change::GuestsOn);
    assert_eq!(world.got(bob), [ServerMessage::Box { guests: true }]);
    world.gone(8);
    assert_eq!(world.closed_with(eve), Some(CloseCode::SignedOut));
    assert_eq!(world.closed_with(mal), None);
}

#[test]
fn very_many_guests_sent_home_cost_those_who_stay_a_few_frames() {
    let mut world = World::of(2);
    let bob = world.join(2);
    let room = world.guest_room(bob, Access::Open, &[]);
    let guests = 100..1_200;
    for id in guests.clone() {
        world.change(Change::UserMade { user: guest(id), members: vec![member(room, id)] });
        let conn = world.connect_session(id, id);
        world.say(conn, hello(conn, None));
    }
    world.wait(1_000);
    world.sent.clear();
    world.change(Change::GuestsOff);
    let ids: Vec<u64> = guests.collect();
    for step in ids.chunks(limits::STAYS_AT_ONCE_MAX) {
        let ended = step.iter().map(|id| User { ends_at: Some(1), ..guest(*id) }).collect();
        world.change(Change::StaysEnded(Ended { guests: ended, deleted: vec![] }));
        world.wait(60);
    }
    world.wait(250);
    assert_eq!(world.closed.len(), 1_100);
    let got = world.got(bob);
    assert!(got.len() <= 24, "{} frames", got.len());
    let told: usize =
        got.iter().map(|message| if let ServerMessage::Users { users, .. } = message { users.len() } else { 0 }).sum();
    assert_eq!(told, 1_100);
    world.hub.audit();
}

#[test]
fn a_guest_inherits_no_room_and_one_who_becomes_a_member_gets_what_nobody_owned() {
    let mut world = World::of(3);
    let (bob, mia) = (world.join(2), world.join(3));
    let room = world.guest_room(bob, Access::Open, &[]);
    let eve = world.bring(9, room);
    // Later than the guest.
    world.say(mia, ClientMessage::Command { re: 1, command: Command::JoinRoom { room } });
    let (ticket, _) = world.asked.remove(0);
    let late = MemberRecord { joined_at: 1_000, ..member(room, 3) };
    let joined = [Change::MembersJoined { room, members: vec![late] }];
    world.input(Input::Stored { ticket, result: Ok(Outcome::made(Reply::Room(room), joined)) });
    world.sent.clear();
    for (conn, heir) in [(bob, Some(mia)), (mia, None)] {
        world.say(conn, ClientMessage::Command { re: 2, command: Command::LeaveRoom { room } });
        world.commit();
        world.wait(250);
        let owns = |got: Vec<ServerMessage>| {
            got.iter().any(|m| matches!(m, ServerMessage::Room { room, .. } if room.role == RoomRole::Owner))
        };
        assert!(!owns(world.got(eve)));
        assert!(heir.is_none_or(|heir| owns(world.got(heir))));
    }
    let owner = MemberRecord { role: RoomRole::Owner, ..member(room, 9) };
    world.change(Change::MemberMade { user: user(9), members: vec![member(EVERYONE, 9), owner] });
    world.wait(250);
    let got = world.got(eve);
    assert!(got.contains(&ServerMessage::Users { users: vec![user(9)], gone: vec![] }));
    let shown = |id: RoomId, role: RoomRole| {
        got.iter().any(|m| matches!(m, ServerMessage::Room { room, .. } if room.id == id && room.role == role))
    };
    assert!(shown(room, RoomRole::Owner) && shown(EVERYONE, RoomRole::Member));
    world.hub.audit();
    world.say(
        eve,
        ClientMessage::Command { re: 3, command: Command::SetRoom { room, setting: RoomSetting::Name("Mine".into()) } },
    );
    world.commit();
    assert!(world.done(eve));
}
