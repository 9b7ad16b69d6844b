//! What one person can put others into, and removing the rooms somebody made.

use super::*;
use crate::proto::limits::{
    ERASED_AT_ONCE_MAX, ROOMS_ADDED_BEYOND_MAX, ROOMS_ADDED_BY_ONE_MAX, ROOMS_ADDED_MAX, ROOMS_MADE_MAX,
    ROOMS_REMOVED_AT_ONCE_MAX,
};
use crate::store::{Window, database};

impl Fixture {
    /// So many closed rooms, with few commits.
    fn rooms(&self, count: usize, by: UserId, members: impl Fn(usize) -> Vec<UserId>) -> Vec<RoomId> {
        let create = |at| {
            let members = members(at);
            Op::Room(RoomOp::Create(NewRoom { kind: RoomKind::Closed, name: "Kitchen".into(), by, members, at: NOON }))
        };
        self.apply_all((0..count).map(create)).iter().map(|made| room(made.as_ref().unwrap())).collect()
    }

    fn archive(&self, by: UserId, rooms: &[RoomId]) {
        let archive = |room: &RoomId| Op::Room(RoomOp::Set { room: *room, by, setting: RoomSetting::Archived(true) });
        let archived = self.apply_all(rooms.iter().map(archive));
        assert!(archived.iter().all(is_made));
    }

    /// All that this person made, removed and erased; gives the rooms, and in how many steps each was done.
    fn remove(&self, made_by: UserId) -> (Vec<RoomId>, usize, usize) {
        let (mut removed, mut steps, mut erasing) = (Vec::new(), 0, 1);
        loop {
            steps += 1;
            let Outcome::Made { reply, changes } = self.apply(Op::Removal(RemovalOp::Rooms { made_by })) else {
                panic!()
            };
            let [Change::RoomsRemoved { rooms }] = &changes[..] else { panic!("{changes:?}") };
            removed.extend(rooms);
            if !matches!(reply, Reply::Step { more: true }) {
                break;
            }
        }
        let more = |outcome| matches!(outcome, Outcome::Made { reply: Reply::Step { more: true }, .. });
        while more(self.apply(Op::Removal(RemovalOp::Messages { at: NOON }))) {
            erasing += 1;
        }
        (removed, steps, erasing)
    }
}

#[test]
fn one_person_puts_another_into_so_many_rooms_only_archived_ones_too() {
    let (fixture, users) = Fixture::with(&["Ada", "Mal", "Eve", "Bob"]);
    let [_, mal, eve, bob] = users[..] else { panic!() };
    fixture.archive(mal, &fixture.rooms(ROOMS_ADDED_BY_ONE_MAX, mal, |_| vec![bob]));
    let create = |by, members| {
        Op::Room(RoomOp::Create(NewRoom { kind: RoomKind::Closed, name: "x".into(), by, members, at: NOON }))
    };
    assert_eq!(fixture.refused(create(mal, vec![bob])), ErrorCode::RoomsFull);
    let room = fixture.room(RoomKind::Open, mal, &[eve]);
    let add = |by| Op::Room(RoomOp::AddMembers { room, users: vec![bob], by: Some(by), at: NOON });
    assert_eq!(fixture.refused(add(mal)), ErrorCode::RoomsFull);
    // Others still may, and he comes by himself.
    assert_eq!(members(fixture.apply(add(eve))).len(), 1);
    let open = fixture.room(RoomKind::Open, mal, &[]);
    let join = Op::Room(RoomOp::AddMembers { room: open, users: vec![bob], by: None, at: NOON });
    assert_eq!(members(fixture.apply(join)).len(), 1);
}

#[test]
fn whom_many_put_into_rooms_still_makes_and_joins_rooms_and_is_added_by_one_more() {
    let many: Vec<String> = (0..ROOMS_ADDED_MAX / ROOMS_ADDED_BY_ONE_MAX).map(|at| format!("Mal{at}")).collect();
    let names: Vec<&str> = ["Ada", "Bob", "Eve"].into_iter().chain(many.iter().map(String::as_str)).collect();
    let (fixture, users) = Fixture::with(&names);
    let (ada, bob, eve) = (users[0], users[1], users[2]);
    for &mal in &users[3..] {
        fixture.rooms(ROOMS_ADDED_BY_ONE_MAX, mal, |_| vec![bob]);
    }
    let create = |by, members| {
        Op::Room(RoomOp::Create(NewRoom { kind: RoomKind::Closed, name: "x".into(), by, members, at: NOON }))
    };
    assert_eq!(fixture.refused(create(users[3], vec![bob])), ErrorCode::RoomsFull);
    // What others did limits nothing of one's own.
    let own = fixture.room(RoomKind::Open, bob, &[]);
    let open = fixture.room(RoomKind::Open, eve, &[]);
    let add = |room, by| Op::Room(RoomOp::AddMembers { room, users: vec![bob], by, at: NOON });
    assert_eq!(members(fixture.apply(add(open, None))).len(), 1);
    // Nor do they use up the place of a friend, who adds to rooms new and old, or of the owner of the box.
    fixture.rooms(ROOMS_ADDED_BEYOND_MAX - 1, eve, |_| vec![bob]);
    let old = fixture.room(RoomKind::Closed, eve, &[]);
    assert_eq!(members(fixture.apply(add(old, Some(eve)))).len(), 1);
    assert_eq!(fixture.refused(create(eve, vec![bob])), ErrorCode::RoomsFull);
    fixture.rooms(ROOMS_ADDED_BEYOND_MAX + 1, ada, |_| vec![bob]);
    assert!(own < open);
}

#[test]
fn direct_rooms_that_somebody_began_for_nothing_are_removed_too_and_others_stay() {
    let (fixture, users) = Fixture::with(&["Ada", "Mal", "Eve", "Bob"]);
    let [ada, mal, eve, bob] = users[..] else { panic!() };
    let open = |by: UserId, other: UserId| {
        let users = [by.min(other), by.max(other)];
        room(&fixture.apply(Op::Room(RoomOp::OpenDirect { users, by, at: NOON })))
    };
    let (unanswered, answered, begun_by_ada) = (open(mal, bob), open(mal, eve), open(ada, mal));
    fixture.send(unanswered, mal, "1", "Win a prize");
    fixture.send(answered, eve, "2", "Who are you?");
    fixture.send(begun_by_ada, mal, "3", "Hello");
    assert_eq!(fixture.read(|reader| reader.rooms_made_by(mal)), Some(1));
    assert_eq!(fixture.remove(mal).0, [unanswered]);
    assert!(open(bob, mal) > begun_by_ada, "they can begin anew");
    let fixture = fixture.reopen();
    let kept: Vec<RoomId> = fixture.snapshot.rooms.iter().map(|room| room.id).collect();
    assert!(kept.contains(&answered) && kept.contains(&begun_by_ada) && !kept.contains(&unanswered));
}

#[test]
fn who_did_something_in_a_room_is_known_after_a_restart() {
    let (fixture, users) = Fixture::with(&["Ada", "Mal", "Bob"]);
    let [_, mal, bob] = users[..] else { panic!() };
    let rooms = fixture.rooms(3, mal, |_| vec![bob]);
    let direct = room(&fixture.apply(Op::Room(RoomOp::OpenDirect { users: [mal, bob], by: mal, at: NOON })));
    fixture.send(rooms[0], mal, "1", "Win a prize");
    fixture.send(rooms[1], mal, "2", "Win a prize");
    fixture.store.mark_read(rooms[1], bob, NOON, 1);
    let fixture = fixture.reopen();
    let took_part = |user: UserId| {
        let members = fixture.snapshot.members.iter().filter(|member| member.user == user && member.took_part);
        members.map(|member| member.room).collect::<Vec<_>>()
    };
    assert_eq!(took_part(bob), [EVERYONE, rooms[1]]);
    assert_eq!(took_part(mal), [EVERYONE, rooms[0], rooms[1], rooms[2], direct]);
}

#[test]
fn archiving_is_no_way_around_the_limit_on_rooms_made() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    for _ in 0..ROOMS_MADE_MAX / 100 {
        fixture.archive(users[0], &fixture.rooms(100, users[0], |_| vec![]));
    }
    let create = Op::Room(RoomOp::Create(NewRoom {
        kind: RoomKind::Closed,
        name: "x".into(),
        by: users[0],
        members: vec![],
        at: NOON,
    }));
    assert_eq!(fixture.refused(create), ErrorCode::LimitReached);
}

#[test]
fn the_rooms_of_one_person_are_removed_with_what_was_said_and_nothing_else_is() {
    let (fixture, users) = Fixture::with(&["Ada", "Mal"]);
    let [ada, mal] = users[..] else { panic!() };
    let kept = fixture.room(RoomKind::Open, ada, &[mal]);
    fixture.send(kept, mal, "k", "to be kept");
    let count = ROOMS_REMOVED_AT_ONCE_MAX + 5;
    let rooms = fixture.rooms(count, mal, |at| if at < 50 { vec![ada] } else { vec![] });
    let one_each = rooms.iter().enumerate().map(|(at, room)| append(*room, mal, &format!("m{at}"), "nuisance"));
    let many = (0..ERASED_AT_ONCE_MAX).map(|at| append(rooms[0], mal, &format!("n{at}"), "nuisance again"));
    fixture.apply_all(one_each.chain(many));
    fixture.index();
    let seq = fixture.read(Reader::newest_seq);
    let (removed, steps, erasing) = fixture.remove(mal);
    assert_eq!((removed, steps), (rooms.clone(), 2));
    assert!(erasing > 1, "in steps");
    assert!(fixture.read(Reader::newest_seq) > seq, "places are never given twice");

    assert!(fixture.read(|reader| reader.history(ada, rooms[0], Window::Newest, 10)).is_err());
    assert_eq!(fixture.refused(append(rooms[0], mal, "late", "x")), ErrorCode::NotAMember);
    let add = Op::Room(RoomOp::AddMembers { room: rooms[0], users: vec![ada], by: Some(mal), at: NOON });
    assert_eq!(fixture.refused(add), ErrorCode::NotFound);
    assert_eq!(
        fixture.refused(Op::Room(RoomOp::Set {
            room: rooms[0],
            by: UserId(1),
            setting: RoomSetting::Name("x".into())
        })),
        ErrorCode::NotFound
    );
    fixture.index();
    let fixture = fixture.reopen();
    assert_eq!(fixture.snapshot.rooms.iter().map(|room| room.id).collect::<Vec<_>>(), [EVERYONE, kept]);
    assert!(fixture.snapshot.members.iter().all(|member| [EVERYONE, kept].contains(&member.room)));
    assert!(fixture.room(RoomKind::Open, ada, &[]) > rooms[count - 1], "numbers are never given twice");
    let left: i64 = fixture.read(|_| {
        let database = database::open_reader(&fixture.dir.path().join(database::DATABASE_FILE), 64)?;
        Ok(database.query_row("SELECT count(*) FROM messages WHERE body LIKE '%nuisance%'", [], |row| row.get(0))?)
    });
    assert_eq!(left, 0, "nothing of it is on the disk");
    assert_eq!(fixture.read(|reader| reader.history(ada, kept, Window::Newest, 10)).unwrap().messages.len(), 1);
    assert_eq!(fixture.read(|reader| reader.rooms_made_by(mal)), Some(0));
}

#[test]
fn the_rooms_of_who_has_gone_are_removed_and_those_of_nobody_are_not_found() {
    let (fixture, users) = Fixture::with(&["Ada", "Mal"]);
    let [ada, mal] = users[..] else { panic!() };
    fixture.room(RoomKind::Open, mal, &[ada]);
    fixture.apply(Op::Account(AccountOp::Delete {
        user: mal,
        by: DeletedBy::Themselves { checked: "hash of Mal".into() },
        at: NOON,
    }));
    assert_eq!(fixture.read(|reader| reader.rooms_made_by(mal)), Some(1));
    assert_eq!(fixture.remove(mal).0.len(), 1);
    assert_eq!(fixture.read(|reader| reader.rooms_made_by(UserId(999))), None);
    assert_eq!(fixture.refused(Op::Removal(RemovalOp::Rooms { made_by: UserId(999) })), ErrorCode::NotFound);
}
