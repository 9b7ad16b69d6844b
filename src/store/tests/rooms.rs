use super::*;
use crate::proto::limits::ROOMS_PER_MEMBER_MAX;
use crate::proto::receipt::ReadMarker;
use crate::proto::role::RoomRole;
use crate::proto::room::Notify;

fn roles(members: &[MemberRecord]) -> Vec<(UserId, RoomRole)> {
    members.iter().map(|member| (member.user, member.role)).collect()
}

#[test]
fn whoever_makes_a_room_owns_it() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let members = vec![users[0], users[1], users[1]];
    let create = Op::Room(RoomOp::Create(NewRoom {
        kind: RoomKind::Closed,
        name: "Kitchen".into(),
        by: users[1],
        members,
        at: NOON,
    }));
    let Change::RoomMade { room, members } = change(fixture.apply(create)) else { panic!() };
    assert_eq!(roles(&members), [(users[1], RoomRole::Owner), (users[0], RoomRole::Member)]);
    let fixture = fixture.reopen();
    let found = fixture.snapshot.rooms.iter().find(|found| found.id == room.id).unwrap();
    assert_eq!(
        (found.kind, found.settings.name.as_str(), found.settings.archived),
        (RoomKind::Closed, "Kitchen", false)
    );
    assert_eq!(fixture.snapshot.members.iter().filter(|member| member.room == room.id).count(), 2);
}

#[test]
fn a_room_of_strangers_or_of_a_kind_nobody_makes_is_refused() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let create =
        |kind, members| Op::Room(RoomOp::Create(NewRoom { kind, name: "x".into(), by: users[0], members, at: NOON }));
    assert_eq!(fixture.refused(create(RoomKind::Open, vec![UserId(99)])), ErrorCode::NotFound);
    assert_eq!(fixture.refused(create(RoomKind::Everyone, vec![])), ErrorCode::BadRequest);
    assert_eq!(fixture.refused(create(RoomKind::Direct, vec![])), ErrorCode::BadRequest);
    assert_eq!(fixture.reopen().snapshot.rooms.len(), 1, "nothing was left behind");
}

#[test]
fn rooms_made_are_limited_and_archived_ones_do_not_count() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let one_more = || {
        Op::Room(RoomOp::Create(NewRoom {
            kind: RoomKind::Open,
            name: "x".into(),
            by: users[0],
            members: vec![],
            at: NOON,
        }))
    };
    let made = fixture.apply_all((0..ROOMS_PER_MEMBER_MAX).map(|_| one_more()));
    assert!(made.iter().all(is_made));
    assert_eq!(fixture.refused(one_more()), ErrorCode::LimitReached);
    let archive =
        |archived| Op::Room(RoomOp::Set { room: RoomId(2), by: UserId(1), setting: RoomSetting::Archived(archived) });
    changes(fixture.apply(archive(true)));
    changes(fixture.apply(one_more()));
    assert_eq!(fixture.refused(archive(false)), ErrorCode::LimitReached);
}

#[test]
fn two_people_have_one_direct_room() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let open = |users| fixture.apply(Op::Room(RoomOp::OpenDirect { users, by: users[0], at: NOON }));
    let Change::RoomMade { room, members } = change(open([users[1], users[0]])) else { panic!() };
    assert_eq!(room.direct, Some([users[0], users[1]]));
    assert_eq!(roles(&members), [(users[0], RoomRole::Member), (users[1], RoomRole::Member)]);
    fixture.send(room.id, users[0], "a", "hello");
    let again = open([users[0], users[1]]);
    assert_eq!(super::room(&again), room.id);
    assert!(changes(again).is_empty(), "it was there");
    assert_eq!(
        fixture.refused(Op::Room(RoomOp::OpenDirect { users: [users[0], UserId(9)], by: users[0], at: NOON })),
        ErrorCode::NotFound
    );
}

#[test]
fn somebody_has_one_room_alone_which_goes_with_them_alone() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let open = || fixture.apply(Op::Room(RoomOp::OpenDirect { users: [users[1]; 2], by: users[1], at: NOON }));
    let Change::RoomMade { room, members } = change(open()) else { panic!() };
    assert_eq!((room.kind, room.direct), (RoomKind::Direct, Some([users[1]; 2])));
    assert_eq!(roles(&members), [(users[1], RoomRole::Member)]);
    let noted = fixture.send(room.id, users[1], "a", "a note nobody else should see");
    assert_eq!(super::room(&open()), room.id);
    assert_eq!(fixture.refused(append(room.id, users[0], "b", "let me in")), ErrorCode::NotAMember);
    let removed = fixture.apply(Op::Removal(RemovalOp::Rooms { made_by: users[1] }));
    assert!(
        matches!(&changes(removed)[..], [Change::RoomsRemoved { rooms }] if rooms.is_empty()),
        "it is nobody else's"
    );
    let fixture = fixture.reopen();
    let known = fixture.snapshot.rooms.iter().find(|known| known.id == room.id).unwrap();
    assert_eq!((known.direct, known.last.as_ref().unwrap().id), (Some([users[1]; 2]), noted.id));
    assert_eq!(fixture.send(room.id, users[1], "c", "written alone").n, 2);
    let by = DeletedBy::Themselves { checked: "hash of Grace".into() };
    fixture.apply(Op::Account(AccountOp::Delete { user: users[1], by, at: NOON }));
    assert!(matches!(
        fixture.apply(Op::Removal(RemovalOp::Messages { at: NOON })),
        Outcome::Made { reply: Reply::Step { more: false }, .. }
    ));
    let dir = fixture.dir.path().to_owned();
    let fixture = fixture.reopen();
    assert!(fixture.snapshot.rooms.iter().all(|known| known.id != room.id));
    let bytes = std::fs::read(dir.join("porch.db")).unwrap();
    assert!(!bytes.windows(14).any(|window| window == b"a note nobody " || window == b"written alone\0"));
}

#[test]
fn members_come_once_and_have_read_what_was_said_before() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let room = fixture.room(RoomKind::Open, users[0], &[]);
    fixture.send(room, users[0], "a", "alone");
    let add = |users| fixture.apply(Op::Room(RoomOp::AddMembers { by: None, room, users, at: NOON }));
    let members = members(add(vec![users[1], users[0], users[1]]));
    assert_eq!(members.iter().map(|member| (member.user, member.read.n)).collect::<Vec<_>>(), [(users[1], 1)]);
    assert!(super::members(add(vec![users[1]])).is_empty());
    let strangers = Op::Room(RoomOp::AddMembers { by: None, room, users: vec![UserId(99)], at: NOON });
    assert_eq!(fixture.refused(strangers), ErrorCode::NotFound);
}

#[test]
fn nobody_comes_to_or_leaves_a_direct_room_or_the_room_for_everybody() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace", "Alan"]);
    let opened = fixture.apply(Op::Room(RoomOp::OpenDirect { users: [users[0], users[1]], by: users[0], at: NOON }));
    let direct = room(&opened);
    for room in [direct, EVERYONE] {
        assert_eq!(
            fixture.refused(Op::Room(RoomOp::AddMembers { by: None, room, users: vec![users[2]], at: NOON })),
            ErrorCode::Forbidden
        );
        assert_eq!(
            fixture.refused(Op::Room(RoomOp::RemoveMember { room, user: users[0], by: users[0] })),
            ErrorCode::Forbidden
        );
        assert_eq!(
            fixture.refused(Op::Room(RoomOp::Set { room, by: UserId(1), setting: RoomSetting::Archived(true) })),
            ErrorCode::Forbidden
        );
    }
    assert_eq!(
        fixture.refused(Op::Room(RoomOp::Set { room: direct, by: UserId(1), setting: RoomSetting::Name("x".into()) })),
        ErrorCode::Forbidden
    );
    changes(fixture.apply(Op::Room(RoomOp::Set {
        room: EVERYONE,
        by: UserId(1),
        setting: RoomSetting::Name("Hall".into()),
    })));
    assert_eq!(
        fixture.refused(Op::Room(RoomOp::Set {
            room: RoomId(99),
            by: UserId(1),
            setting: RoomSetting::Name("x".into())
        })),
        ErrorCode::NotFound
    );
}

#[test]
fn a_room_falls_to_its_longest_standing_member_whatever_the_clock_says() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace", "Alan"]);
    let room = fixture.room(RoomKind::Open, users[0], &[]);
    // The clock was set back in between; ids do not decide either.
    for (user, at) in [(users[2], NOON + 2), (users[1], NOON + 1)] {
        fixture.apply(Op::Room(RoomOp::AddMembers { by: None, room, users: vec![user], at }));
    }
    let left = change(fixture.apply(Op::Room(RoomOp::RemoveMember { room, user: users[0], by: users[0] })));
    assert!(matches!(left, Change::MembersLeft { heir: Some(heir), .. } if heir == users[2]));
    let members = fixture.read(|reader| reader.room_members(users[1], room)).unwrap();
    let roles: Vec<_> = members.iter().map(|member| (member.user, member.role)).collect();
    assert_eq!(roles, [(users[1], RoomRole::Member), (users[2], RoomRole::Owner)]);
    assert_eq!(
        fixture.refused(Op::Room(RoomOp::RemoveMember { room, user: users[0], by: users[0] })),
        ErrorCode::NotAMember
    );
}

#[test]
fn read_markers_reach_the_disk_and_never_move_back() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    for id in ["a", "b", "c"] {
        fixture.send(EVERYONE, users[0], id, "x");
    }
    fixture.store.mark_read(EVERYONE, users[0], NOON, 3);
    fixture.store.mark_read(EVERYONE, users[0], NOON, 2);
    fixture.store.mark_read(RoomId(77), users[0], NOON, 2);
    let fixture = fixture.reopen();
    assert_eq!(fixture.snapshot.members[0].read.n, 3);
    fixture.store.mark_read(EVERYONE, users[0], NOON, 1);
    assert_eq!(fixture.reopen().snapshot.members[0].read.n, 3);
}

#[test]
fn a_read_marker_that_was_set_back_stays_so_whatever_was_read_before() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    for id in ["a", "b", "c"] {
        fixture.send(EVERYONE, users[0], id, "hello");
    }
    let read = |fixture: &Fixture| fixture.snapshot.members[0].read;
    let back = ReadMarker { n: 1, furthest_n: 3, set_back: 1 };
    fixture.store.mark_read(EVERYONE, users[0], NOON, back);
    fixture.store.mark_read(EVERYONE, users[0], NOON, 3);
    let fixture = fixture.reopen();
    assert_eq!(read(&fixture), back);
    fixture.store.mark_read(EVERYONE, users[0], NOON, 3);
    let fixture = fixture.reopen();
    assert_eq!(read(&fixture), back, "of a page that has not heard of it");
    fixture.store.mark_read(EVERYONE, users[0], NOON, ReadMarker { n: 2, ..back });
    let fixture = fixture.reopen();
    assert_eq!(read(&fixture), ReadMarker { n: 2, ..back });
    // Whoever comes back has another, whatever of the one before is still on its way.
    let room = fixture.room(RoomKind::Open, users[0], &[]);
    fixture.store.mark_read(room, users[0], NOON, ReadMarker { n: 0, furthest_n: 0, set_back: 7 });
    fixture.apply(Op::Room(RoomOp::RemoveMember { room, user: users[0], by: users[0] }));
    fixture.apply(Op::Room(RoomOp::AddMembers { room, users: vec![users[0]], by: None, at: NOON + 1 }));
    fixture.store.mark_read(room, users[0], NOON + 1, 0);
    let fixture = fixture.reopen();
    let come_back = fixture.snapshot.members.iter().find(|member| member.room == room).unwrap();
    assert_eq!(come_back.read, 0.into());
}

#[test]
fn a_room_that_everyone_has_left_belongs_to_whoever_comes_first() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace", "Eve"]);
    let (kind, name) = (RoomKind::Open, "Kitchen".into());
    let create = Op::Room(RoomOp::Create(NewRoom { kind, name, by: users[0], members: vec![], at: NOON }));
    let room = room(&fixture.apply(create));
    let left = change(fixture.apply(Op::Room(RoomOp::RemoveMember { room, user: users[0], by: users[0] })));
    assert!(matches!(left, Change::MembersLeft { heir: None, .. }));
    let join = |user| fixture.apply(Op::Room(RoomOp::AddMembers { by: None, room, users: vec![user], at: NOON }));
    let (first, second) = (members(join(users[2])), members(join(users[1])));
    assert_eq!(roles(&first), [(users[2], RoomRole::Owner)]);
    assert_eq!(roles(&second), [(users[1], RoomRole::Member)]);
}

#[test]
fn a_direct_room_keeps_the_name_of_who_went_first_while_the_other_is_in_it() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace", "Mia"]);
    let (ada, grace) = (users[0], users[1]);
    let room = room(&fixture.apply(Op::Room(RoomOp::OpenDirect { users: [ada, grace], by: ada, at: NOON })));
    let kitchen = fixture.room(RoomKind::Open, grace, &[ada]);
    fixture.send(room, ada, "a", "for the record");
    fixture.apply(Op::Account(AccountOp::Rename { user: grace, name: named("Grace H.") }));
    fixture.apply(Op::Account(AccountOp::Delete {
        user: grace,
        by: DeletedBy::Themselves { checked: "hash of Grace".into() },
        at: NOON,
    }));
    let fixture = fixture.reopen();
    let name =
        |id| fixture.snapshot.rooms.iter().find(|room| room.id == id).map(|room| room.settings.name.clone()).unwrap();
    assert_eq!((name(room), name(kitchen)), ("Grace H.".to_owned(), "Kitchen".to_owned()));
    assert_eq!(fixture.refused(append(room, ada, "b", "are you there?")), ErrorCode::PersonGone);
    let found = |text: &str| {
        let query = crate::store::Query::parse(text, crate::store::Filters::default()).unwrap();
        fixture.read(|reader| reader.search(ada, &query, (None, 10), || false)).hits.len()
    };
    assert_eq!(found("in:\"Grace H.\" record"), 1);

    fixture.apply(Op::Account(AccountOp::MakeOwner { user: users[2] }));
    fixture.apply(Op::Account(AccountOp::Delete {
        user: ada,
        by: DeletedBy::Themselves { checked: "hash of Ada".into() },
        at: NOON,
    }));
    let fixture = fixture.reopen();
    assert!(
        fixture.snapshot.rooms.iter().any(|kept| kept.id == room && kept.settings.name.is_empty()),
        "nobody reads it"
    );
}

#[test]
fn what_somebody_may_not_do_any_more_is_refused_though_it_was_under_way() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace", "Lin"]);
    let [_, grace, lin] = users[..] else { panic!("three people") };
    let room = fixture.room(RoomKind::Closed, grace, &[lin]);
    let said = fixture.send(room, lin, "a", "said").id;
    let own = fixture.send(room, grace, "b", "my own").id;
    let set = |setting| Op::Room(RoomOp::Set { room, by: grace, setting });
    let add = || Op::Room(RoomOp::AddMembers { room, users: vec![users[0]], by: Some(grace), at: NOON });
    let delete = |message, whose| Op::Message(MessageOp::Delete { room, message, by: grace, whose, at: NOON });
    changes(fixture.apply(set(RoomSetting::Archived(true))));
    assert!(changes(fixture.apply(set(RoomSetting::Archived(true)))).is_empty(), "it is so already");
    assert_eq!(fixture.refused(add()), ErrorCode::RoomArchived);
    changes(fixture.apply(set(RoomSetting::Archived(false))));
    changes(fixture.apply(Op::Room(RoomOp::RemoveMember { room, user: grace, by: grace })));
    for setting in [RoomSetting::Name("Vandal".into()), RoomSetting::Archived(true), RoomSetting::Guests(true)] {
        assert_eq!(fixture.refused(set(setting)), ErrorCode::NotAMember);
    }
    assert_eq!(fixture.refused(add()), ErrorCode::NotAMember);
    assert_eq!(fixture.refused(delete(said, Whose::Anyones)), ErrorCode::NotAMember);
    assert_eq!(fixture.refused(delete(own, Whose::Own)), ErrorCode::Forbidden);
    let again = Op::Message(MessageOp::Append(NewMessage {
        room: EVERYONE,
        author: grace,
        client_msg_id: ClientMsgId::try_from("b".to_owned()).unwrap(),
        body: Body::parse("again".into()).unwrap(),
        attachments: Default::default(),
        mentions: Vec::new(),
        reply_to: None,
        sent_at: NOON,
    }));
    assert_eq!(fixture.refused(again), ErrorCode::NotAMember, "what became of it is nobody's business outside");
}

#[test]
fn who_may_take_somebody_out_or_make_an_owner_is_decided_when_it_is_done() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace", "Lin", "Mia"]);
    let [ada, grace, lin, mia] = users[..] else { panic!("four people") };
    let room = fixture.room(RoomKind::Closed, grace, &[lin]);
    let role = |user, role, by| Op::Room(RoomOp::SetRole { room, user, role, by });
    let remove = |user, by| Op::Room(RoomOp::RemoveMember { room, user, by });
    for by in [lin, ada] {
        let why = if by == lin { ErrorCode::Forbidden } else { ErrorCode::NotAMember };
        assert_eq!(fixture.refused(remove(grace, by)), why);
        assert_eq!(fixture.refused(role(lin, RoomRole::Owner, by)), why);
    }
    assert_eq!(fixture.refused(remove(mia, grace)), ErrorCode::NotFound);
    assert_eq!(fixture.refused(role(mia, RoomRole::Owner, grace)), ErrorCode::NotFound);
    assert_eq!(fixture.refused(role(grace, RoomRole::Member, grace)), ErrorCode::LastRoomOwner);
    assert!(changes(fixture.apply(role(grace, RoomRole::Owner, grace))).is_empty(), "that she is already");

    let made = change(fixture.apply(role(lin, RoomRole::Owner, grace)));
    assert!(matches!(made, Change::RoleChanged { user, role: RoomRole::Owner, .. } if user == lin));
    // Two owners who act on each other at the same moment: one is first, and the other is none any more.
    let both = [role(grace, RoomRole::Member, lin), role(lin, RoomRole::Member, grace)];
    let told = fixture.apply_all(both);
    assert!(is_made(&told[0]) && matches!(told[1], Ok(Outcome::Refused(ErrorCode::Forbidden))), "{told:?}");
    changes(fixture.apply(role(grace, RoomRole::Owner, lin)));
    let both = [remove(grace, lin), remove(lin, grace)];
    let told = fixture.apply_all(both);
    assert!(matches!(told[1], Ok(Outcome::Refused(ErrorCode::NotAMember))), "{told:?}");
    let taken = told.into_iter().next().unwrap().unwrap();
    assert!(matches!(change(taken), Change::MembersLeft { by: Some(by), heir: None, .. } if by == lin));
    let fixture = fixture.reopen();
    let members: Vec<_> = fixture.snapshot.members.iter().filter(|member| member.room == room).collect();
    assert_eq!(members.iter().map(|member| (member.user, member.role)).collect::<Vec<_>>(), [(lin, RoomRole::Owner)]);
}

#[test]
fn who_was_taken_out_of_an_open_room_may_come_back_and_of_a_closed_one_may_not() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let [ada, grace] = users[..] else { panic!("two people") };
    for kind in [RoomKind::Open, RoomKind::Closed] {
        let room = fixture.room(kind, ada, &[grace]);
        changes(fixture.apply(Op::Room(RoomOp::RemoveMember { room, user: grace, by: ada })));
        assert!(fixture.read(|reader| reader.room_members(grace, room)).is_some() == (kind == RoomKind::Open));
        assert_eq!(fixture.refused(append(room, grace, "a", "still here?")), ErrorCode::NotAMember);
        if kind == RoomKind::Open {
            let back = Op::Room(RoomOp::AddMembers { room, users: vec![grace], by: None, at: NOON });
            assert_eq!(members(fixture.apply(back)).len(), 1);
        }
    }
}

#[test]
fn what_a_member_is_notified_of_is_kept_with_the_membership_and_goes_with_it() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace", "Lin"]);
    let [ada, grace, lin] = users[..] else { panic!("three people") };
    let room = fixture.room(RoomKind::Open, ada, &[grace]);
    let set = |user, notify| Op::Room(RoomOp::SetNotify { room, user, notify });
    for notify in [Notify::All, Notify::Mine, Notify::None] {
        let told = change(fixture.apply(set(grace, notify)));
        assert!(matches!(told, Change::NotifyChanged { user, notify: told, .. } if user == grace && told == notify));
    }
    assert_eq!(fixture.refused(set(lin, Notify::All)), ErrorCode::NotAMember);
    let fixture = fixture.reopen();
    let here = fixture.snapshot.members.iter().filter(|member| member.room == room);
    let chosen: Vec<_> = here.map(|member| (member.user, member.notify)).collect();
    assert_eq!(chosen, [(ada, None), (grace, Some(Notify::None))]);
    // Whoever comes back has not chosen yet.
    changes(fixture.apply(Op::Room(RoomOp::RemoveMember { room, user: grace, by: grace })));
    assert_eq!(fixture.refused(set(grace, Notify::All)), ErrorCode::NotAMember);
    let back = Op::Room(RoomOp::AddMembers { room, users: vec![grace], by: None, at: NOON });
    assert_eq!(members(fixture.apply(back))[0].notify, None);
}

#[test]
fn whoever_comes_into_a_room_is_known_not_to_have_been_told_what_was_said_before() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let room = fixture.room(RoomKind::Open, users[0], &[]);
    fixture.send(room, users[0], "a", "one");
    fixture.send(room, users[0], "b", "two");
    let grace = vec![users[1]];
    fixture.apply(Op::Room(RoomOp::AddMembers { room, users: grace, by: Some(users[0]), at: NOON }));
    fixture.send(room, users[1], "c", "three");
    let fixture = fixture.reopen();
    let members = fixture.snapshot.members.iter().filter(|member| member.room == room);
    let known: Vec<(UserId, u64)> = members.map(|member| (member.user, member.joined_n)).collect();
    assert_eq!(known, [(users[0], 0), (users[1], 2)]);
}
