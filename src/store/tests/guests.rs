use super::invites::{join, to};
use super::*;
use crate::proto::account::NewInvite;
use crate::proto::change::Ended;
use crate::proto::limits::{GUEST_KEPT_DAYS, STAYS_AT_ONCE_MAX};
use crate::store::{Query, Window};

const MINUTE: Millis = 60_000;
const KEPT: Millis = GUEST_KEPT_DAYS * 86_400_000;

/// A box of Ada and Mia with a room open to guests, and an invite to stay there for a minute.
fn stage() -> (Fixture, [UserId; 2], RoomId) {
    let (fixture, users) = Fixture::with(&["Ada", "Mia"]);
    let room = fixture.room(RoomKind::Open, users[0], &[users[1]]);
    fixture.open(room, true);
    fixture.make(users[0], 1, NewInvite { stay_s: Some(60), ..to(room) });
    fixture.make(users[0], 2, to(room));
    (fixture, [users[0], users[1]], room)
}

impl Fixture {
    fn end_due(&self, at: Millis) -> Ended {
        match change(self.apply(Op::Guest(GuestOp::EndStays { at }))) {
            Change::StaysEnded(ended) => ended,
            other => panic!("{other:?}"),
        }
    }

    fn next_end(&self) -> Option<Millis> {
        self.read(Reader::next_end_of_stay)
    }
}

#[test]
fn very_many_stays_end_in_several_changes() {
    let (fixture, _, _) = stage();
    for n in 0..=STAYS_AT_ONCE_MAX {
        fixture.bring(1, &format!("Guest {n}"));
    }
    let end = NOON + MINUTE;
    let ended = |at| {
        let Ended { guests, deleted } = fixture.end_due(at);
        (guests.len(), deleted.len())
    };
    assert_eq!(ended(end), (STAYS_AT_ONCE_MAX, 0));
    assert_eq!(fixture.next_end(), Some(end), "one is still due");
    assert_eq!(ended(end), (1, 0));
    assert_eq!(fixture.next_end(), Some(end + KEPT));
    assert_eq!([ended(end + KEPT), ended(end + KEPT)], [(0, STAYS_AT_ONCE_MAX), (0, 1)]);
    assert_eq!(fixture.next_end(), None);
}

/// The token of somebody's first session.
fn token_of(name: &str) -> [u8; 32] {
    match create_user(name) {
        Op::Account(AccountOp::Create(NewAccount { session, .. })) => session.token_hash,
        _ => unreachable!("it makes an account"),
    }
}

#[test]
fn a_stay_ends_in_time_and_takes_everything_but_the_name_on_the_messages() {
    let (fixture, [ada, _], room) = stage();
    let guest = fixture.bring(1, "Grace");
    let long = fixture.bring(2, "Zoe");
    let message = fixture.send(room, guest.id, "a", "I was here");
    fixture.apply(Op::Account(AccountOp::SetPicture { user: guest.id, jpegs: [vec![1], vec![2], vec![3]] }));
    let signed_in = |now| fixture.store.session(&token_of("Grace"), now).is_some();
    let end = NOON + MINUTE;
    assert_eq!(fixture.next_end(), Some(end));
    assert!(signed_in(end - 1) && !signed_in(end), "to the millisecond, whoever tidies up when");

    assert_eq!(fixture.end_due(end - 1), Ended::default());
    let ended = fixture.end_due(end);
    assert_eq!(ended.guests.iter().map(|user| (user.id, user.ends_at)).collect::<Vec<_>>(), [(guest.id, Some(end))]);
    assert!(!signed_in(NOON), "not even for a clock that is set back");
    assert!(fixture.read(|reader| reader.sessions_of(guest.id)).is_empty());
    assert_eq!(fixture.refused(append(room, guest.id, "b", "and still am")), ErrorCode::NotAMember);
    let add = Op::Room(RoomOp::AddMembers { by: None, room, users: vec![guest.id], at: NOON });
    assert_eq!(fixture.refused(add), ErrorCode::NotFound);
    let history = |user| fixture.read(|reader| reader.history(user, room, Window::Newest, 10));
    assert!(history(guest.id).is_err());
    assert_eq!(history(ada).unwrap().messages, [message]);
    let found = |user| {
        let query = Query::parse("from:Grace", super::super::Filters::default()).unwrap();
        fixture.read(|reader| reader.search(user, &query, (None, 10), || false)).hits.len()
    };
    assert_eq!((found(ada), found(guest.id)), (1, 0));
    let shown = fixture.read(Reader::people);
    assert!(shown.iter().any(|user| user.id == guest.id && user.name == "Grace" && user.ends_at == Some(end)));
    assert!(fixture.read(|reader| reader.picture(guest.id, 1, 32)).is_some());

    // The name is free, for a guest who is somebody else.
    let again = fixture.bring(1, "Grace");
    assert_ne!(again.id, guest.id);
    let fixture = fixture.reopen();
    let here: Vec<UserId> = fixture.snapshot.users[2..].iter().map(|user| user.id).collect();
    assert_eq!(here, [long.id, again.id], "the hub knows nothing of who has gone");
}

#[test]
fn the_name_of_who_has_gone_is_kept_for_a_while_and_then_forgotten() {
    let (fixture, _, room) = stage();
    let guest = fixture.bring(1, "Grace");
    fixture.send(room, guest.id, "a", "I was here");
    fixture.apply(Op::Account(AccountOp::SetPicture { user: guest.id, jpegs: [vec![1], vec![2], vec![3]] }));
    let end = NOON + MINUTE;
    fixture.end_due(end);
    assert_eq!(fixture.next_end(), Some(end + KEPT));
    assert_eq!(fixture.end_due(end + KEPT - 1), Ended::default());
    assert_eq!(fixture.end_due(end + KEPT), Ended { guests: vec![], deleted: vec![guest.id] });
    assert!(!fixture.read(Reader::people).iter().any(|user| user.id == guest.id));
    assert!(fixture.read(|reader| reader.picture(guest.id, 1, 32)).is_none());
    assert_eq!(fixture.next_end(), None);
    assert_eq!(fixture.end_due(end + 2 * KEPT), Ended::default());
}

#[test]
fn the_owner_ends_a_stay_and_no_member_is_sent_away_so() {
    let (fixture, [_, mia], _) = stage();
    let guest = fixture.bring(2, "Grace");
    let end = |user| Op::Guest(GuestOp::EndStay { user, at: NOON + 5 });
    let Change::StaysEnded(ended) = change(fixture.apply(end(guest.id))) else { panic!() };
    assert_eq!(ended.guests, [User { ends_at: Some(NOON + 5), ..guest.clone() }]);
    assert_eq!(fixture.refused(end(guest.id)), ErrorCode::NotFound);
    assert_eq!(fixture.refused(end(mia)), ErrorCode::Forbidden);
    assert_eq!(fixture.refused(end(UserId(99))), ErrorCode::NotFound);
}

#[test]
fn taking_no_guests_lets_every_stay_be_over_and_ends_them_in_steps() {
    let (fixture, users, room) = stage();
    let guests = [fixture.bring(1, "Grace").id, fixture.bring(2, "Zoe").id];
    let settings = |guests| {
        let change = PatchSettings { guests: Some(guests), ..PatchSettings::default() };
        Op::SetSettings { change, at: NOON + 7 }
    };
    assert!(changes(fixture.apply(settings(true))).is_empty());
    assert!(matches!(change(fixture.apply(settings(false))), Change::GuestsOff));
    assert!(changes(fixture.apply(settings(false))).is_empty(), "they are off");
    assert_eq!(fixture.next_end(), Some(NOON + 7), "whatever happens meanwhile");
    let ended = fixture.end_due(NOON + 7);
    assert_eq!(ended.guests.iter().map(|user| user.id).collect::<Vec<_>>(), guests);
    assert!(ended.guests.iter().all(|user| user.ends_at == Some(NOON + 7)));
    let fixture = fixture.reopen();
    assert_eq!(fixture.snapshot.users.iter().map(|user| user.id).collect::<Vec<_>>(), users);
    assert!(fixture.snapshot.members.iter().all(|member| users.contains(&member.user)));
    assert!(!fixture.snapshot.settings.guests);
    assert!(matches!(change(fixture.apply(settings(true))), Change::GuestsOn));
    assert!(
        fixture.snapshot.rooms.iter().any(|known| known.id == room && known.settings.guests),
        "the room stays as it is"
    );
}

#[test]
fn guests_are_in_rooms_open_to_guests_and_in_no_others() {
    let (fixture, [ada, mia], room) = stage();
    let guest = fixture.bring(2, "Grace");
    let shut = fixture.room(RoomKind::Open, ada, &[]);
    let add = |room| Op::Room(RoomOp::AddMembers { by: None, room, users: vec![guest.id], at: NOON });
    assert_eq!(fixture.refused(add(shut)), ErrorCode::GuestsNotHere);
    let members = vec![guest.id];
    let create =
        Op::Room(RoomOp::Create(NewRoom { kind: RoomKind::Open, name: "x".into(), by: ada, members, at: NOON }));
    assert_eq!(fixture.refused(create), ErrorCode::GuestsNotHere);
    fixture.open(shut, true);
    assert_eq!(super::members(fixture.apply(add(shut))).len(), 1);

    let who = |user, room| fixture.read(|reader| reader.room_members(user, room)).map(|all| all.len());
    assert_eq!(fixture.open(shut, false), [guest.id]);
    assert_eq!((who(guest.id, room), who(guest.id, shut), who(mia, shut)), (Some(3), None, Some(1)));
    let reads = |user, room| fixture.read(|reader| reader.history(user, room, Window::Newest, 10)).is_ok();
    assert!(reads(guest.id, room) && !reads(guest.id, shut) && reads(mia, shut));
    assert_eq!(fixture.open(shut, false), [], "nobody twice");
}

#[test]
fn a_guest_knows_those_who_share_a_room_and_nobody_else() {
    let (fixture, [ada, mia], room) = stage();
    let guest = fixture.bring(2, "Grace");
    let stranger = fixture.register("Eve").id;
    let known = || -> Vec<UserId> {
        fixture.read(|reader| reader.people_known_to(guest.id)).iter().map(|user| user.id).collect()
    };
    let shares = |other| fixture.read(|reader| reader.share_a_room(guest.id, other));
    assert_eq!(known(), [ada, mia, guest.id]);
    assert!(shares(ada) && !shares(stranger));
    fixture.apply(Op::Room(RoomOp::OpenDirect { users: [stranger, guest.id], by: stranger, at: NOON }));
    assert!(shares(stranger));
    fixture.apply(Op::Room(RoomOp::RemoveMember { room, user: guest.id, by: guest.id }));
    assert_eq!(known(), [guest.id, stranger]);
}

#[test]
fn a_guest_inherits_no_room_and_owns_none_by_coming_first() {
    let (fixture, [ada, mia], room) = stage();
    let guest = fixture.bring(2, "Grace");
    let leave = |user| fixture.apply(Op::Room(RoomOp::RemoveMember { room, user, by: user }));
    let roles = || -> Vec<(UserId, RoomRole)> {
        let members = fixture.read(|reader| reader.room_members(ada, room)).unwrap();
        members.iter().map(|member| (member.user, member.role)).collect()
    };
    leave(ada);
    assert_eq!(roles(), [(mia, RoomRole::Owner), (guest.id, RoomRole::Member)]);
    leave(mia);
    leave(guest.id);
    let add = |user| fixture.apply(Op::Room(RoomOp::AddMembers { by: None, room, users: vec![user], at: NOON }));
    add(guest.id);
    assert_eq!(roles(), [(guest.id, RoomRole::Member)]);
    add(mia);
    assert_eq!(roles(), [(mia, RoomRole::Owner), (guest.id, RoomRole::Member)]);
}

#[test]
fn a_guest_becomes_a_member_for_good_and_owns_what_nobody_did() {
    let (fixture, [ada, mia], room) = stage();
    let guest = fixture.bring(1, "Grace");
    for user in [ada, mia] {
        fixture.apply(Op::Room(RoomOp::RemoveMember { room, user, by: user }));
    }
    assert_eq!(
        fixture.refused(Op::Account(AccountOp::MakeOwner { user: guest.id })),
        ErrorCode::Forbidden,
        "one step after the other"
    );
    let make = |user| Op::Guest(GuestOp::MakeMember { user, at: NOON });
    let Change::MemberMade { user, members } = change(fixture.apply(make(guest.id))) else { panic!() };
    assert_eq!((user.role, user.ends_at), (BoxRole::Member, None));
    let shown: Vec<_> = members.iter().map(|member| (member.room, member.role)).collect();
    assert_eq!(shown, [(EVERYONE, RoomRole::Member), (room, RoomRole::Owner)]);
    assert_eq!(fixture.refused(make(guest.id)), ErrorCode::BadRequest);
    assert_eq!(fixture.refused(make(UserId(99))), ErrorCode::NotFound);
    assert_eq!(fixture.end_due(NOON + MINUTE), Ended::default());
    let fixture = fixture.reopen();
    assert!(fixture.snapshot.users.contains(&user));
    assert_eq!(super::user(fixture.apply(Op::Account(AccountOp::MakeOwner { user: user.id }))).role, BoxRole::Owner);
}

#[test]
fn a_name_that_is_taken_is_taken_for_guests_too() {
    let (fixture, _, _) = stage();
    assert_eq!(fixture.refused(join(1, "MIA")), ErrorCode::NameTaken);
    fixture.bring(1, "Grace");
    assert_eq!(fixture.refused(create_user("grace")), ErrorCode::NameTaken);
}
