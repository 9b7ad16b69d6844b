//! Guests: where they may be, what they may do, and of whom they are told.

use super::*;
use crate::proto::op::Ended;

fn guest(id: u64) -> User {
    User { role: Role::Guest, ..user(id) }
}

impl World {
    /// A room of person 2 that is open to guests.
    fn guest_room(&mut self, conn: ConnId, access: Access, members: &[u64]) -> RoomId {
        let room = self.room(conn, access, members);
        self.open(conn, room, true);
        room
    }

    fn open(&mut self, conn: ConnId, room: RoomId, guests: bool) {
        self.say(conn, ClientMessage::OpenToGuests { re: 0, room, guests });
        self.commit();
        assert!(self.done(conn));
        self.sent.clear();
    }

    /// A guest comes into a room; with a connection.
    fn bring(&mut self, id: u64, room: RoomId) -> ConnId {
        self.input(Input::UserCreated { user: guest(id), members: vec![member(room, id)] });
        self.join(id)
    }

    fn gone(&mut self, id: u64) -> User {
        let user = User { ends_at: Some(self.now.wall), ..guest(id) };
        self.input(Input::StaysEnded { ended: Ended { guests: vec![user.clone()], deleted: vec![] } });
        user
    }

    /// The people a connection was told of since it was last asked.
    fn told_of(&mut self, conn: ConnId) -> Vec<u64> {
        let id = |message| match message {
            ServerMessage::User { user } => Some(user.id.0),
            _ => None,
        };
        self.got(conn).into_iter().filter_map(id).collect()
    }
}

#[test]
fn a_room_is_opened_to_guests_by_its_owner_or_the_boxs_and_by_nobody_else() {
    let mut world = World::of(3);
    let (ada, bob, eve) = (world.join(1), world.join(2), world.join(3));
    let room = world.room(bob, Access::Closed, &[1, 3]);
    let open = |room, guests| ClientMessage::OpenToGuests { re: 1, room, guests };
    world.say(eve, open(room, true));
    assert_eq!(world.errors(eve), [ErrorCode::Forbidden]);
    for (conn, guests) in [(bob, true), (ada, false)] {
        world.say(conn, open(room, guests));
        world.commit();
        assert!(world.got(eve).iter().any(|m| matches!(m, ServerMessage::Room { room } if room.guests == guests)));
    }
    world.say(bob, open(EVERYONE, true));
    assert_eq!(world.errors(bob), [ErrorCode::Forbidden]);
    world.open(ada, EVERYONE, true);
    world.say(ada, ClientMessage::OpenDirect { re: 2, user: UserId(2) });
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
        world.say(eve, ClientMessage::JoinRoom { re: 1, room: place });
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
    world.say(eve, ClientMessage::JoinRoom { re: 1, room: second });
    world.commit();
    assert!(world.done(eve));
    world.say(eve, ClientMessage::JoinRoom { re: 2, room: closed });
    assert_eq!(world.errors(eve), [ErrorCode::NotFound]);
    world.say(eve, ClientMessage::LeaveRoom { re: 3, room: second });
    world.commit();
    assert!(world.got(eve).contains(&ServerMessage::RoomGone { room: second }));
}

#[test]
fn a_guest_changes_nothing_but_their_own_messages() {
    let mut world = World::of(3);
    let bob = world.join(2);
    let room = world.guest_room(bob, Access::Open, &[]);
    let eve = world.bring(9, room);
    let users = vec![UserId(3)];
    for command in [
        ClientMessage::CreateRoom { re: 1, name: "Mine".into(), access: Access::Open, members: vec![] },
        ClientMessage::AddMembers { re: 1, room, users },
        ClientMessage::RenameRoom { re: 1, room, name: "Mine".into() },
        ClientMessage::ArchiveRoom { re: 1, room, archived: true },
        ClientMessage::OpenToGuests { re: 1, room, guests: false },
        ClientMessage::OpenDirect { re: 1, user: UserId(2) },
        // Whether there is such a person is not told either.
        ClientMessage::OpenDirect { re: 1, user: UserId(99) },
    ] {
        world.say(eve, command);
        assert_eq!(world.errors(eve), [ErrorCode::Forbidden]);
    }
    world.say(eve, ClientMessage::Delete { re: 2, room, message: Seq(1) });
    let author = |op: &Op| matches!(op, Op::DeleteMessage { author: Some(UserId(9)), .. });
    assert!(world.asked.iter().any(|(_, op)| author(op)), "the store checks whose it is");
}

#[test]
fn a_guest_answers_in_a_direct_room_that_a_member_began() {
    let mut world = World::of(2);
    let bob = world.join(2);
    let room = world.guest_room(bob, Access::Open, &[]);
    let eve = world.bring(9, room);
    world.say(bob, ClientMessage::OpenDirect { re: 1, user: UserId(9) });
    world.commit();
    let direct = RoomId(3);
    world.sent.clear();
    world.say(eve, ClientMessage::OpenDirect { re: 2, user: UserId(2) });
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
    let add = |room| ClientMessage::AddMembers { re: 1, room, users: vec![UserId(9)] };
    world.say(bob, add(other));
    world.commit();
    assert!(world.done(bob));
    world.say(bob, add(shut));
    assert_eq!(world.errors(bob), [ErrorCode::GuestsNotHere]);
    let members = vec![UserId(9)];
    world.say(bob, ClientMessage::CreateRoom { re: 2, name: "New".into(), access: Access::Open, members });
    assert_eq!(world.errors(bob), [ErrorCode::GuestsNotHere]);
}

#[test]
fn a_room_that_is_closed_to_guests_loses_them_at_once() {
    let mut world = World::of(2);
    let (ada, bob) = (world.join(1), world.join(2));
    let room = world.guest_room(bob, Access::Open, &[1]);
    let (eve, mal) = (world.bring(8, room), world.bring(9, room));
    world.sent.clear();
    world.say(bob, ClientMessage::OpenToGuests { re: 1, room, guests: false });
    world.commit();
    let left = ServerMessage::Members { room, joined: vec![], left: vec![UserId(8), UserId(9)], member_count: 2 };
    assert!(world.got(ada).contains(&left));
    for guest in [eve, mal] {
        assert_eq!(world.got(guest), [ServerMessage::RoomGone { room }]);
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
    world.input(Input::UserCreated { user: user(4), members: vec![member(EVERYONE, 4)] });
    world.input(Input::UserChanged { user: User { name: "Grace".into(), ..user(4) } });
    world.input(Input::UserChanged { user: User { name: "Bob".into(), ..user(2) } });
    world.input(Input::UserChanged { user: User { name: "Eve".into(), ..guest(9) } });
    assert_eq!(world.told_of(eve), [2, 9]);
    assert_eq!(world.told_of(ada), [4, 4, 2, 9]);
    // The stranger comes into the room: who that is comes first.
    world.say(bob, ClientMessage::AddMembers { re: 1, room, users: vec![UserId(4), UserId(3)] });
    world.commit();
    let got = world.got(eve);
    assert!(matches!(&got[0], ServerMessage::User { user } if user.id == UserId(4) && user.name == "Grace"));
    assert!(matches!(&got[1], ServerMessage::User { user } if user.id == UserId(3)));
    assert!(matches!(&got[2], ServerMessage::Members { joined, .. } if joined.len() == 2));
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
    for knew in [ada, mal] {
        assert!(world.got(knew).contains(&ServerMessage::User { user: ended.clone() }));
    }
    let left = ServerMessage::Members { room, joined: vec![], left: vec![UserId(7)], member_count: 2 };
    assert!(world.got(bob).contains(&left));
    assert!(world.got(zoe).is_empty(), "a stranger");
    // A connection that was on its way, and what comes from the old one.
    let late = world.connect_session(7, 70);
    assert_eq!(world.closed_with(late), Some(CloseCode::SignedOut));
    world.send(eve, room, "e", "still here?");
    assert!(world.asked.is_empty());
    // Nobody adds them or talks to them any more.
    world.say(bob, ClientMessage::AddMembers { re: 1, room, users: vec![UserId(7)] });
    assert_eq!(world.errors(bob), [ErrorCode::NotFound]);
    world.say(bob, ClientMessage::OpenDirect { re: 2, user: UserId(7) });
    assert_eq!(world.errors(bob), [ErrorCode::NotFound]);
    world.input(Input::StaysEnded { ended: Ended { guests: vec![], deleted: vec![UserId(7)] } });
    assert!(world.got(ada).contains(&ServerMessage::UserGone { user: UserId(7) }));
}

#[test]
fn a_guest_inherits_no_room_and_one_who_becomes_a_member_gets_what_nobody_owned() {
    let mut world = World::of(3);
    let (bob, mia) = (world.join(2), world.join(3));
    let room = world.guest_room(bob, Access::Open, &[]);
    let eve = world.bring(9, room);
    // Later than the guest.
    world.say(mia, ClientMessage::JoinRoom { re: 1, room });
    let (ticket, _) = world.asked.remove(0);
    let late = MemberRecord { joined_at: 1_000, ..member(room, 3) };
    world.input(Input::Stored { ticket, result: Ok(Outcome::MembersAdded { room, members: vec![late] }) });
    world.sent.clear();
    for (conn, heir) in [(bob, Some(mia)), (mia, None)] {
        world.say(conn, ClientMessage::LeaveRoom { re: 2, room });
        world.commit();
        let owns = |got: Vec<ServerMessage>| {
            got.iter().any(|m| matches!(m, ServerMessage::Room { room } if room.role == Role::Owner))
        };
        assert!(!owns(world.got(eve)));
        assert!(heir.is_none_or(|heir| owns(world.got(heir))));
    }
    let owner = MemberRecord { role: Role::Owner, ..member(room, 9) };
    world.input(Input::MemberMade { user: user(9), members: vec![member(EVERYONE, 9), owner] });
    let got = world.got(eve);
    assert!(got.contains(&ServerMessage::User { user: user(9) }));
    let shown = |id: RoomId, role: Role| {
        got.iter().any(|m| matches!(m, ServerMessage::Room { room } if room.id == id && room.role == role))
    };
    assert!(shown(room, Role::Owner) && shown(EVERYONE, Role::Member));
    world.hub.audit();
    world.say(eve, ClientMessage::RenameRoom { re: 3, room, name: "Mine".into() });
    world.commit();
    assert!(world.done(eve));
}
