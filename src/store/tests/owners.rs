//! What an owner of the box does with others' accounts, and what whoever comes back with an ended session is told.

use super::*;
use crate::proto::limits::{CODE_KEPT_MS, SESSION_ENDS_MAX};
use crate::proto::op::{Needs, PasswordReset};
use crate::proto::session_end::SessionEnd;

fn make_owner(user: UserId) -> Op {
    Op::Account(AccountOp::MakeOwner { user })
}

fn revoke_owner(user: UserId) -> Op {
    Op::Account(AccountOp::RevokeOwner { user })
}

fn sign_out(user: UserId) -> Op {
    Op::Session(SessionOp::EndAll { user })
}

fn delete(user: UserId) -> Op {
    Op::Account(AccountOp::Delete { user, by: DeletedBy::Owner, at: NOON })
}

fn give_code(user: UserId, code: &str, ends_at: Millis) -> Op {
    Op::Account(AccountOp::GiveCode { user, code: code.into(), ends_at })
}

/// A new password by a code, from a browser whose token's hash is this byte, repeated.
fn reset(user: UserId, code: &str, token: u8) -> PasswordReset {
    PasswordReset { user, checked: Some(code.into()), password: "new hash".into(), session: session(token) }
}

fn by_code(reset: PasswordReset) -> Op {
    Op::Account(AccountOp::ResetPassword(reset))
}

impl Fixture {
    fn why_ended(&self, token_hash: [u8; 32]) -> Option<SessionEnd> {
        self.read(|reader| reader.why_ended(&token_hash, NOON))
    }

    fn why_token_ended(&self, token: u8) -> Option<SessionEnd> {
        self.why_ended([token; 32])
    }

    /// A guest whose stay goes on, signed in without a password.
    fn guest(&self, by: UserId) -> User {
        let room = self.room(RoomKind::Open, by, &[]);
        self.apply(Op::Room(RoomOp::Set { room, by, setting: RoomSetting::Guests(true) }));
        let invite = crate::proto::account::NewInvite {
            role: crate::proto::account::InviteRole::Guest,
            once: false,
            ends_at: None,
            rooms: vec![room],
            stay_s: None,
            note: String::new(),
        };
        let (token, token_hash) = ("token".into(), [77; 32]);
        self.apply(Op::Invite(InviteOp::Make { by, invite, token, token_hash, at: NOON }));
        let account = NewAccount { name: named("Zoe"), password: String::new(), session: session(78) };
        match self.apply(Op::Invite(InviteOp::Join { token_hash, account })) {
            Outcome::Made { reply: Reply::SignedIn { user, .. }, .. } => user,
            other => panic!("not in: {other:?}"),
        }
    }
}

#[test]
fn the_box_always_has_an_owner() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let [ada, grace] = users[..] else { panic!("two people") };
    assert_eq!(fixture.refused(revoke_owner(ada)), ErrorCode::LastOwner);
    assert_eq!(fixture.refused(revoke_owner(grace)), ErrorCode::Forbidden, "she is none");
    assert_eq!(fixture.refused(revoke_owner(UserId(99))), ErrorCode::NotFound);
    let session = |name: &str| {
        let mut hash = [0; 32];
        hash[..name.len()].copy_from_slice(name.as_bytes());
        fixture.store.session(&hash, NOON).expect("signed in").0
    };
    let asked = |by, op| Op::Asked { by, needs: Needs::Owner, op: Box::new(op) };
    assert_eq!(user(fixture.apply(make_owner(grace))).role, BoxRole::Owner);
    // Two who take it from each other at the same moment.
    let both = [asked(session("Ada"), revoke_owner(grace)), asked(session("Grace"), revoke_owner(ada))];
    let told = fixture.apply_all(both);
    assert!(is_made(&told[0]) && matches!(told[1], Ok(Outcome::Refused(ErrorCode::Forbidden))), "{told:?}");
    // And one who takes it while the other goes.
    changes(fixture.apply(make_owner(grace)));
    let leave = Op::Account(AccountOp::Delete {
        user: grace,
        by: DeletedBy::Themselves { checked: "hash of Grace".into() },
        at: NOON,
    });
    let told = fixture.apply_all([asked(session("Ada"), revoke_owner(grace)), leave]);
    assert!(told.iter().all(is_made), "{told:?}");
    let fixture = fixture.reopen();
    let owners = fixture.snapshot.users.iter().filter(|user| user.role == BoxRole::Owner);
    assert_eq!(owners.map(|user| user.id).collect::<Vec<_>>(), [ada]);
}

#[test]
fn an_owners_account_is_deleted_by_nobody_else_and_a_members_is() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let [ada, grace] = users[..] else { panic!("two people") };
    let room = fixture.room(RoomKind::Open, grace, &[ada]);
    fixture.apply(make_owner(grace));
    assert_eq!(fixture.refused(delete(grace)), ErrorCode::Forbidden);
    fixture.apply(revoke_owner(grace));
    let gone = change(fixture.apply(delete(grace)));
    assert!(matches!(gone, Change::UserGone { user, heirs } if user == grace && heirs == [(room, ada)]));
    assert_eq!(fixture.refused(delete(grace)), ErrorCode::NotFound);
    assert_eq!(fixture.refused(sign_out(grace)), ErrorCode::NotFound);
    assert_eq!(fixture.refused(give_code(grace, "hash of a code", NOON + 1)), ErrorCode::NotFound);
}

#[test]
fn a_code_is_good_once_for_its_time_and_for_one_person() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let [ada, grace] = users[..] else { panic!("two people") };
    let (good, later) = ("hash of a code", "hash of another code");
    assert_eq!(fixture.refused(by_code(reset(grace, good, 1))), ErrorCode::CodeWrong);
    assert_eq!(fixture.refused(by_code(reset(grace, "", 1))), ErrorCode::CodeWrong, "none is no code");
    changes(fixture.apply(give_code(grace, good, NOON + CODE_KEPT_MS)));
    assert_eq!(fixture.refused(by_code(reset(ada, good, 1))), ErrorCode::CodeWrong);
    changes(fixture.apply(give_code(grace, later, NOON + CODE_KEPT_MS)));
    assert_eq!(fixture.refused(by_code(reset(grace, good, 1))), ErrorCode::CodeWrong, "a new one voids the old");
    changes(fixture.apply(give_code(grace, good, NOON)));
    assert_eq!(fixture.refused(by_code(reset(grace, good, 1))), ErrorCode::CodeEnded);
    changes(fixture.apply(give_code(grace, good, NOON + 1)));
    let fixture = fixture.reopen();
    let before = fixture.read(|reader| reader.sessions_of(grace))[0].0;
    // Of two who use it at once, one does.
    let told = fixture.apply_all([by_code(reset(grace, good, 1)), by_code(reset(grace, good, 2))]);
    assert!(matches!(told[1], Ok(Outcome::Refused(ErrorCode::CodeWrong))), "{told:?}");
    let first = told.into_iter().next().unwrap().unwrap();
    let (_, ended) = signed_in(first);
    assert_eq!(ended, [before]);
    let account = fixture.read(|reader| reader.account(grace)).unwrap();
    assert_eq!((account.password.as_str(), account.code.as_str()), ("new hash", ""));
    assert_eq!(fixture.why_token_ended(1), None);
    let old = [*b"Grace", [0; 5]].concat();
    let hash = <[u8; 32]>::try_from([old, vec![0; 22]].concat()).unwrap();
    assert_eq!(fixture.why_ended(hash), Some(SessionEnd::PasswordChanged));
}

#[test]
fn a_code_whose_answer_was_lost_is_used_again_by_the_same_attempt_alone() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let [ada, grace] = users[..] else { panic!("two people") };
    changes(fixture.apply(give_code(grace, "hash of a code", NOON + 1)));
    let attempted = |user, checked: Option<&str>, token, attempt| PasswordReset {
        session: NewSession { attempt: Some([attempt; 32]), ..session(token) },
        checked: checked.map(Into::into),
        ..reset(user, "", token)
    };
    let (lost, _) = signed_in(fixture.apply(by_code(attempted(grace, Some("hash of a code"), 1, 9))));
    let again = PasswordReset { password: "typed again".into(), ..attempted(grace, None, 2, 9) };
    for foreign in [attempted(grace, None, 3, 8), attempted(ada, None, 3, 9)] {
        assert_eq!(fixture.refused(by_code(foreign)), ErrorCode::CodeWrong);
    }
    assert_eq!(signed_in(fixture.apply(by_code(again))).1, [lost]);
    assert_eq!(fixture.read(|reader| reader.account(grace)).unwrap().password, "typed again");
}

#[test]
fn a_code_goes_with_a_new_password_and_with_the_account() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let [ada, grace] = users[..] else { panic!("two people") };
    let code = |user| fixture.read(|reader| reader.account(user)).map(|account| account.code);
    changes(fixture.apply(give_code(grace, "hash of a code", NOON + 1)));
    let checked = Some("hash of Grace".into());
    let set = AccountOp::SetPassword { user: grace, checked, password: "her own".into(), keep: None };
    changes(fixture.apply(Op::Account(set)));
    assert_eq!(code(grace).as_deref(), Some(""));
    let guest = fixture.guest(ada);
    changes(fixture.apply(give_code(guest.id, "hash of a code", NOON + 1)));
    changes(fixture.apply(Op::Guest(GuestOp::EndStay { user: guest.id, at: NOON })));
    assert_eq!(fixture.refused(by_code(reset(guest.id, "hash of a code", 1))), ErrorCode::CodeWrong);
    assert_eq!(fixture.refused(give_code(guest.id, "hash of a code", NOON + 1)), ErrorCode::NotFound);
}

#[test]
fn a_guest_without_a_password_comes_in_elsewhere_by_a_code() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let guest = fixture.guest(users[0]);
    assert!(!fixture.store.has_password(guest.id));
    changes(fixture.apply(give_code(guest.id, "hash of a code", NOON + 1)));
    signed_in(fixture.apply(by_code(reset(guest.id, "hash of a code", 1))));
    let (_, found) = fixture.store.session(&[1; 32], NOON).expect("signed in");
    assert_eq!((found.id, found.role), (guest.id, BoxRole::Guest));
    assert!(fixture.store.has_password(guest.id));
    assert_eq!(fixture.why_token_ended(78), Some(SessionEnd::PasswordChanged));
}

#[test]
fn whoever_comes_back_with_an_ended_session_is_told_why_it_has() {
    let (fixture, users) = Fixture::with(&["Ada", "Bob", "Cyd"]);
    let [ada, bob, cyd] = users[..] else { panic!("three people") };
    let enter = |user, name: &str, token| signed_in(fixture.apply(sign_in(user, name, token))).0;
    enter(bob, "Bob", 1);
    enter(bob, "Bob", 2);
    assert_eq!(fixture.why_token_ended(1), Some(SessionEnd::TakenOver));
    assert_eq!(fixture.why_token_ended(2), None, "it goes on");
    changes(fixture.apply(sign_out(bob)));
    assert_eq!(fixture.why_token_ended(2), Some(SessionEnd::SignedOutByOwner));
    assert!(changes(fixture.apply(sign_out(bob))).is_empty(), "nowhere");
    let session = enter(bob, "Bob", 3);
    changes(fixture.apply(Op::Session(SessionOp::End { user: bob, session })));
    assert_eq!(fixture.why_token_ended(3), Some(SessionEnd::SignedOut));
    enter(cyd, "Cyd", 4);
    changes(fixture.apply(delete(cyd)));
    assert_eq!(fixture.why_token_ended(4), Some(SessionEnd::AccountDeletedByOwner));
    enter(bob, "Bob", 5);
    let by = DeletedBy::Themselves { checked: "hash of Bob".into() };
    changes(fixture.apply(Op::Account(AccountOp::Delete { user: bob, by, at: NOON })));
    assert_eq!(fixture.why_token_ended(5), Some(SessionEnd::AccountDeleted));
    fixture.guest(ada);
    changes(fixture.apply(decide(PatchSettings { guests: Some(false), ..PatchSettings::default() })));
    assert_eq!(fixture.why_token_ended(78), Some(SessionEnd::StayEnded), "though not seen off yet");
    fixture.apply(Op::Guest(GuestOp::EndStays { at: NOON }));
    assert_eq!(fixture.why_token_ended(78), Some(SessionEnd::StayEnded));
    let fixture = fixture.reopen();
    assert_eq!(fixture.why_token_ended(2), Some(SessionEnd::SignedOutByOwner), "after a restart too");
    assert_eq!(fixture.why_token_ended(99), None, "nobody's");
}

#[test]
fn why_sessions_have_ended_is_known_of_so_many_and_no_more() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let hash = |at: usize| {
        let mut hash = [0xaa; 32];
        hash[..8].copy_from_slice(&at.to_be_bytes());
        hash
    };
    let create = |at| {
        let session = NewSession { token_hash: hash(at), ..session(0) };
        let checked = "hash of Ada".to_owned();
        Op::Session(SessionOp::Create(SignIn { user: users[0], session, checked, here: None, takeover: true }))
    };
    let made = SESSION_ENDS_MAX + 3;
    for at in 0..made {
        fixture.store.submit(create(at), |_| ()).unwrap_or_else(|_| panic!("the queue is long enough"));
        if at % 500 == 0 {
            fixture.apply(several_devices());
            fixture.apply(decide(PatchSettings { several_devices: Some(false), ..PatchSettings::default() }));
        }
    }
    fixture.apply(sign_out(users[0]));
    let known = |at| fixture.why_ended(hash(at));
    assert_eq!((known(made - 1), known(made - 2)), (Some(SessionEnd::SignedOutByOwner), Some(SessionEnd::TakenOver)));
    assert_eq!((known(3), known(2)), (Some(SessionEnd::TakenOver), None));
}
