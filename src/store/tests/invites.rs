use super::*;
use crate::proto::account::{Invite, InviteRole, Invited, NewInvite};
use crate::proto::limits::{ATTEMPT_KEPT_MS, INVITE_KEPT_DAYS, INVITE_ROOMS_MAX, INVITES_MAX};

const DAY: Millis = 86_400_000;

/// An invite for everybody to become a guest in a room.
pub(super) fn to(room: RoomId) -> NewInvite {
    NewInvite {
        role: InviteRole::Guest,
        once: false,
        ends_at: None,
        rooms: vec![room],
        stay_s: None,
        note: "On the door".into(),
    }
}

fn hash(token: u8) -> [u8; 32] {
    [token; 32]
}

/// Makes an account by the invite with this token.
pub(super) fn join(token: u8, name: &str) -> Op {
    join_at(token, name, NOON)
}

fn join_at(token: u8, name: &str, at: Millis) -> Op {
    let Op::Account(AccountOp::Create(NewAccount { name, session, .. })) = create_user(name) else {
        unreachable!("it makes an account")
    };
    let session = NewSession { at, ..session };
    Op::Invite(InviteOp::Join {
        token_hash: hash(token),
        account: NewAccount { name, password: String::new(), session },
    })
}

impl Fixture {
    pub(super) fn make(&self, by: UserId, token: u8, invite: NewInvite) -> Invite {
        match self.apply(make(by, token, invite)) {
            Outcome::Made { reply: Reply::Invite(invite), .. } => invite,
            other => panic!("not made: {other:?}"),
        }
    }

    pub(super) fn open(&self, room: RoomId, guests: bool) -> Vec<UserId> {
        let left = |change| match change {
            Change::MembersLeft { users, .. } => users,
            _ => Vec::new(),
        };
        changes(self.apply(Op::Room(RoomOp::Set { room, by: UserId(1), setting: RoomSetting::Guests(guests) })))
            .into_iter()
            .flat_map(left)
            .collect()
    }

    /// Somebody joins by an invite.
    pub(super) fn bring(&self, token: u8, name: &str) -> User {
        match self.apply(join(token, name)) {
            Outcome::Made { reply: Reply::SignedIn { user, .. }, .. } => user,
            other => panic!("not joined: {other:?}"),
        }
    }

    fn invited(&self, token: u8, now: Millis) -> Result<Invited, ErrorCode> {
        self.read(|reader| reader.invited(&hash(token), now))
    }
}

fn make(by: UserId, token: u8, invite: NewInvite) -> Op {
    Op::Invite(InviteOp::Make { by, invite, token: format!("token {token}"), token_hash: hash(token), at: NOON })
}

#[test]
fn a_guest_comes_into_the_rooms_of_the_invite_and_a_member_into_the_room_for_everybody_too() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let room = fixture.room(RoomKind::Open, users[0], &[]);
    fixture.send(room, users[0], "a", "before anyone came");
    fixture.open(room, true);
    let made = fixture.make(users[0], 1, NewInvite { stay_s: Some(60), ..to(room) });
    fixture.make(users[0], 2, NewInvite { role: InviteRole::Member, ..to(room) });
    assert_eq!((made.rooms.as_slice(), made.token.as_str(), made.joined), (&[room][..], "token 1", 0));

    let Change::UserMade { user: guest, members } = change(fixture.apply(join(1, "Grace"))) else { panic!() };
    assert_eq!((guest.role, guest.ends_at), (BoxRole::Guest, Some(NOON + 60_000)));
    let shown: Vec<_> = members.iter().map(|member| (member.room, member.role, member.read.n)).collect();
    assert_eq!(shown, [(room, RoomRole::Member, 1)], "nothing is unread");
    let Change::UserMade { user: member, members } = change(fixture.apply(join(2, "Mia"))) else { panic!() };
    assert_eq!((member.role, member.ends_at), (BoxRole::Member, None));
    assert_eq!(members.iter().map(|member| member.room).collect::<Vec<_>>(), [EVERYONE, room]);

    let fixture = fixture.reopen();
    assert_eq!(fixture.snapshot.users[1..], [guest, member]);
    assert!(fixture.snapshot.rooms.iter().any(|known| known.id == room && known.settings.guests));
    let listed = fixture.read(|reader| reader.invites(NOON));
    assert_eq!(listed.iter().map(|invite| (invite.id.0, invite.joined)).collect::<Vec<_>>(), [(2, 1), (1, 1)]);
    assert_eq!(listed[1], Invite { joined: 1, ..made });
}

#[test]
fn an_invite_for_one_makes_one_account_however_many_try_at_once() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    fixture.open(EVERYONE, true);
    fixture.make(users[0], 1, NewInvite { once: true, ..to(EVERYONE) });
    fixture.make(users[0], 2, to(EVERYONE));
    let tries = fixture.apply_all((0..50).map(|n| join(1, &format!("Guest {n}"))));
    let made = tries.iter().filter(|tried| is_new(tried)).count();
    let used = tries.iter().filter(|tried| matches!(tried, Ok(Outcome::Refused(ErrorCode::InviteUsed)))).count();
    assert_eq!((made, used), (1, 49));
    assert_eq!(fixture.read(Reader::present).len(), 2);
    assert_eq!(fixture.invited(1, NOON), Err(ErrorCode::InviteUsed));
    // The twin for everybody lets all in.
    let tries = fixture.apply_all((50..60).map(|n| join(2, &format!("Guest {n}"))));
    assert!(tries.iter().all(is_new));
}

/// The same as `op`, made by this attempt and with a session of its own.
fn attempted(op: Op, attempt: u8, token: u8, at: Millis) -> Op {
    let session = NewSession { attempt: Some(hash(attempt)), at, ..session(token) };
    match op {
        Op::Invite(InviteOp::Join { token_hash, account: NewAccount { name, password, .. } }) => {
            Op::Invite(InviteOp::Join { token_hash, account: NewAccount { name, password, session } })
        }
        Op::Account(AccountOp::Create(NewAccount { name, password, .. })) => {
            Op::Account(AccountOp::Create(NewAccount { name, password, session }))
        }
        other => other,
    }
}

#[test]
fn an_attempt_that_is_repeated_gives_the_same_account_though_the_invite_was_for_one() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    fixture.open(EVERYONE, true);
    let invite = fixture.make(users[0], 1, NewInvite { once: true, ..to(EVERYONE) });
    let tries = fixture.apply_all((10..20).map(|token| attempted(join(1, "Grace"), 1, token, NOON)));
    assert!(is_new(&tries[0]), "{:?}", tries[0]);
    let told: Vec<(&User, SessionId, Vec<SessionId>)> = tries
        .iter()
        .map(|tried| match tried {
            Ok(Outcome::Made { reply: Reply::SignedIn { user, session }, changes }) => (user, *session, ended(changes)),
            other => panic!("{other:?}"),
        })
        .collect();
    let (grace, _, _) = told[0];
    for (before, (user, _, ended)) in told.iter().zip(&told[1..]) {
        assert_eq!((*user, &ended[..]), (grace, &[before.1][..]), "one session makes place for the next");
    }
    let sessions = fixture.read(|reader| reader.sessions_of(grace.id));
    assert_eq!((sessions.len(), fixture.read(Reader::present).len()), (1, 2));
    assert_eq!(fixture.read(|reader| reader.invites(NOON))[0].joined, 1);

    // The twins: another attempt, and this one after it has been signed out, give nothing.
    assert_eq!(fixture.refused(attempted(join(1, "Grace"), 2, 30, NOON)), ErrorCode::InviteUsed);
    assert_eq!(fixture.refused(attempted(join(1, "Grace"), 1, 31, NOON + ATTEMPT_KEPT_MS)), ErrorCode::InviteUsed);
    fixture.apply(Op::Invite(InviteOp::Withdraw { invite: invite.id }));
    let again = attempted(join(1, "Grace"), 1, 32, NOON + ATTEMPT_KEPT_MS - 1);
    // Who came by it stays.
    let (session, _) = signed_in(fixture.apply(again));
    fixture.apply(Op::Session(SessionOp::End { user: grace.id, session }));
    assert_eq!(fixture.refused(attempted(join(1, "Grace"), 1, 33, NOON)), ErrorCode::InviteUnknown);
}

#[test]
fn a_registration_is_repeated_with_the_password_of_the_last_try() {
    let fixture = Fixture::new();
    let first = attempted(create_user("Ada"), 1, 10, NOON);
    let Change::UserMade { user: ada, .. } = change(fixture.apply(first)) else { panic!() };
    fixture.apply(decide(PatchSettings { registration_open: Some(false), ..PatchSettings::default() }));
    let again = match attempted(create_user("Ada"), 1, 11, NOON + 1) {
        Op::Account(AccountOp::Create(NewAccount { name, session, .. })) => {
            Op::Account(AccountOp::Create(NewAccount { name, password: "another hash".into(), session }))
        }
        other => other,
    };
    assert!(matches!(fixture.apply(again), Outcome::Made { reply: Reply::SignedIn { user, .. }, .. } if user == ada));
    let account = fixture.read(|reader| reader.account(ada.id)).unwrap();
    assert_eq!(account.password, "another hash");
    assert_eq!(fixture.refused(attempted(create_user("Grace"), 2, 12, NOON)), ErrorCode::RegistrationClosed);
}

#[test]
fn a_sign_in_whose_answer_was_lost_is_not_elsewhere() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let sign_in = |token, attempt: u8, takeover| {
        let session = NewSession { attempt: Some(hash(attempt)), ..session(token) };
        Op::Session(SessionOp::Create(SignIn {
            user: users[0],
            session,
            checked: "hash of Ada".into(),
            here: None,
            takeover,
        }))
    };
    assert_eq!(fixture.refused(sign_in(1, 1, false)), ErrorCode::InUseElsewhere);
    signed_in(fixture.apply(sign_in(1, 1, true)));
    assert_eq!(fixture.refused(sign_in(2, 2, false)), ErrorCode::InUseElsewhere, "another browser's");
    assert_eq!(signed_in(fixture.apply(sign_in(3, 1, false))).1.len(), 1);
    fixture.apply(several_devices());
    assert_eq!(signed_in(fixture.apply(sign_in(4, 1, false))).1.len(), 1);
    assert_eq!(fixture.read(|reader| reader.sessions_of(users[0])).len(), 1);
}

#[test]
fn a_refused_try_does_not_use_an_invite_up() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    fixture.open(EVERYONE, true);
    fixture.make(users[0], 1, NewInvite { once: true, ..to(EVERYONE) });
    assert_eq!(fixture.refused(join(1, "ADA")), ErrorCode::NameTaken);
    assert_eq!(fixture.bring(1, "Grace").role, BoxRole::Guest);
}

#[test]
fn an_invite_that_is_unknown_withdrawn_ended_or_for_guests_who_are_not_taken_lets_nobody_in() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    fixture.open(EVERYONE, true);
    assert_eq!(fixture.refused(join(9, "Grace")), ErrorCode::InviteUnknown);

    let ending = NewInvite { ends_at: Some(NOON + 1_000), ..to(EVERYONE) };
    let invite = fixture.make(users[0], 1, ending);
    assert_eq!(fixture.refused(join_at(1, "Grace", NOON + 1_000)), ErrorCode::InviteEnded);
    assert!(fixture.invited(1, NOON + 999).is_ok());
    assert_eq!(fixture.invited(1, NOON + 1_000), Err(ErrorCode::InviteEnded));

    let guests = |guests| decide(PatchSettings { guests: Some(guests), ..PatchSettings::default() });
    fixture.make(users[0], 2, NewInvite { role: InviteRole::Member, ..to(EVERYONE) });
    fixture.apply(guests(false));
    assert_eq!(fixture.refused(join(1, "Grace")), ErrorCode::GuestsOff);
    assert!(is_new(&Ok(fixture.apply(join(2, "Mia")))), "members may come");
    fixture.apply(guests(true));

    assert!(is_new(&Ok(fixture.apply(join(1, "Grace")))), "in time");
    let withdraw = || Op::Invite(InviteOp::Withdraw { invite: invite.id });
    changes(fixture.apply(withdraw()));
    assert_eq!(fixture.refused(withdraw()), ErrorCode::NotFound);
    assert_eq!(fixture.refused(join(1, "Late")), ErrorCode::InviteUnknown);
    assert_eq!(fixture.read(Reader::present).len(), 3, "who came stays, and nobody else came");
}

#[test]
fn registration_may_be_closed() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    fixture.apply(decide(PatchSettings { registration_open: Some(false), ..PatchSettings::default() }));
    let member = NewInvite { role: InviteRole::Member, rooms: vec![], ..to(EVERYONE) };
    fixture.make(users[0], 1, member);
    assert_eq!(fixture.refused(create_user("Grace")), ErrorCode::RegistrationClosed);
    assert_eq!(fixture.bring(1, "Grace").role, BoxRole::Member);
}

#[test]
fn an_invite_leads_only_where_its_maker_and_its_guests_may_be() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let (ada, grace) = (users[0], users[1]);
    let shut = fixture.room(RoomKind::Open, ada, &[]);
    let hidden = fixture.room(RoomKind::Closed, grace, &[]);
    let own = fixture.room(RoomKind::Closed, ada, &[]);
    let old = fixture.room(RoomKind::Open, ada, &[]);
    fixture.apply(Op::Room(RoomOp::Set { room: old, by: UserId(1), setting: RoomSetting::Archived(true) }));
    let direct = room(&fixture.apply(Op::Room(RoomOp::OpenDirect { users: [ada, grace], by: ada, at: NOON })));
    for (room, by) in [(hidden, grace), (own, ada), (old, ada)] {
        changes(fixture.apply(Op::Room(RoomOp::Set { room, by, setting: RoomSetting::Guests(true) })));
    }
    assert_eq!(
        fixture.refused(Op::Room(RoomOp::Set { room: direct, by: UserId(1), setting: RoomSetting::Guests(true) })),
        ErrorCode::Forbidden
    );
    let nowhere = NewInvite { rooms: vec![], ..to(own) };
    let many = NewInvite { rooms: (1..=INVITE_ROOMS_MAX as u64 + 1).map(RoomId).collect(), ..to(own) };
    for (invite, want) in [
        (to(shut), ErrorCode::GuestsNotHere),
        (to(hidden), ErrorCode::BadRequest),
        (to(direct), ErrorCode::BadRequest),
        (to(RoomId(99)), ErrorCode::BadRequest),
        (to(old), ErrorCode::RoomArchived),
        (nowhere, ErrorCode::BadRequest),
        (many, ErrorCode::BadRequest),
    ] {
        assert_eq!(fixture.refused(make(ada, 1, invite.clone())), want, "{invite:?}");
    }
    assert_eq!(fixture.make(ada, 1, NewInvite { rooms: vec![own, own], ..to(own) }).rooms, [own]);
    let member = NewInvite { role: InviteRole::Member, ..to(shut) };
    assert_eq!(fixture.make(ada, 2, member).rooms, [shut], "members need no open door");
}

#[test]
fn rooms_closed_to_guests_or_archived_since_are_left_out() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let [one, two] = [(); 2].map(|()| fixture.room(RoomKind::Open, users[0], &[]));
    for room in [one, two] {
        fixture.open(room, true);
    }
    fixture.make(users[0], 1, NewInvite { rooms: vec![one, two], ..to(one) });
    fixture.open(one, false);
    let Change::UserMade { user, members } = change(fixture.apply(join(1, "Grace"))) else { panic!() };
    assert_eq!(members.iter().map(|member| (member.room, member.user)).collect::<Vec<_>>(), [(two, user.id)]);
    assert_eq!(fixture.invited(1, NOON).map(|invited| invited.rooms.len()), Ok(1));
    fixture.apply(Op::Room(RoomOp::Set { room: two, by: UserId(1), setting: RoomSetting::Archived(true) }));
    assert_eq!(fixture.refused(join(1, "Late")), ErrorCode::GuestsNotHere);
}

#[test]
fn invites_are_limited_and_those_long_over_make_place() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    fixture.open(EVERYONE, true);
    let ending = NewInvite { ends_at: Some(NOON + 1_000), ..to(EVERYONE) };
    fixture.make(users[0], 0, NewInvite { once: true, ..to(EVERYONE) });
    for token in 1..INVITES_MAX {
        fixture.make(users[0], token as u8, ending.clone());
    }
    let one_more = |at| match make(users[0], 200, to(EVERYONE)) {
        Op::Invite(InviteOp::Make { by, invite, token, token_hash, .. }) => {
            Op::Invite(InviteOp::Make { by, invite, token, token_hash, at })
        }
        other => other,
    };
    fixture.bring(0, "Grace");
    let kept = NOON + INVITE_KEPT_DAYS * DAY;
    let listed = |now| fixture.read(|reader| reader.invites(now)).len();
    assert_eq!((listed(kept - 1), listed(kept), listed(kept + 1_000)), (INVITES_MAX, INVITES_MAX - 1, 0));
    assert_eq!(fixture.refused(one_more(kept - 1)), ErrorCode::LimitReached);
    changes(fixture.apply(one_more(kept)));
}
