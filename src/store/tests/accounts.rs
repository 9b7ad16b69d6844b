use super::*;
use crate::proto::account::{FirstStep, Settings};
use crate::proto::limits::{SESSION_DAYS_MAX, SESSIONS_PER_USER_MAX};
use crate::proto::op::{Needs, NewAccount, SignIn};
use crate::proto::role::{BoxRole, RoomRole};

fn delete(user: UserId, name: &str) -> Op {
    Op::Account(AccountOp::Delete { user, by: DeletedBy::Themselves { checked: format!("hash of {name}") }, at: NOON })
}

#[test]
fn the_first_account_owns_the_box_and_the_next_does_not() {
    let fixture = Fixture::new();
    assert_eq!(fixture.register("Ada").role, BoxRole::Owner);
    assert_eq!(fixture.register("Grace").role, BoxRole::Member);
    let fixture = fixture.reopen();
    let names: Vec<&str> = fixture.snapshot.users.iter().map(|user| user.name.as_str()).collect();
    assert_eq!(names, ["Ada", "Grace"]);
    assert_eq!(fixture.read(Reader::people), fixture.snapshot.users);
}

#[test]
fn a_new_account_is_in_the_room_for_everybody_with_nothing_unread() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    fixture.send(EVERYONE, users[0], "a", "before Grace came");
    let members = members(fixture.apply(create_user("Grace")));
    assert_eq!((members[0].room, members[0].read.n, members[0].role), (EVERYONE, 1, RoomRole::Member));
}

#[test]
fn a_taken_name_is_refused_and_a_freed_one_is_not() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    assert_eq!(fixture.refused(create_user("ADA")), ErrorCode::NameTaken);
    let rename = |name: &str| Op::Account(AccountOp::Rename { user: users[1], name: named(name) });
    assert_eq!(fixture.refused(rename("aDa")), ErrorCode::NameTaken);
    assert_eq!(user(fixture.apply(rename("GRACE"))).name, "GRACE");
    fixture.apply(delete(users[1], "Grace"));
    let again = fixture.register("Grace");
    assert!(again.id > users[1], "an id is never used again");
}

#[test]
fn a_name_that_looks_like_anothers_is_taken_until_that_one_is_free() {
    // A capital I and a small L: the keys differ.
    let (fixture, users) = Fixture::with(&["Ada", "KaI"]);
    let rename = |user, name: &str| Op::Account(AccountOp::Rename { user, name: named(name) });
    assert_eq!(fixture.refused(create_user("Kal")), ErrorCode::NameTaken);
    assert_eq!(fixture.refused(rename(users[0], "Kal")), ErrorCode::NameTaken);
    assert_eq!(user(fixture.apply(rename(users[1], "Kai"))).name, "Kai", "another form of one's own");
    fixture.register("Kal");
    assert_eq!(fixture.refused(rename(users[1], "KaI")), ErrorCode::NameTaken);
}

#[test]
fn of_many_names_that_look_the_same_one_is_taken_within_one_commit() {
    let (fixture, _) = Fixture::with(&["Ada"]);
    let ops =
        ["KaI", "Kal", "Ka1"].into_iter().cycle().take(30).enumerate().map(|(at, name)| match create_user(name) {
            Op::Account(AccountOp::Create(NewAccount { name, password, .. })) => {
                let session = session(u8::try_from(at).unwrap());
                Op::Account(AccountOp::Create(NewAccount { name, password, session }))
            }
            other => other,
        });
    let tries = fixture.apply_all(ops);
    assert_eq!(tries.iter().filter(|tried| is_new(tried)).count(), 1);
    assert_eq!(tries.iter().filter(|tried| matches!(tried, Ok(Outcome::Refused(ErrorCode::NameTaken)))).count(), 29);
}

#[test]
fn closed_registration_refuses_all_but_the_first() {
    let fixture = Fixture::new();
    let change = PatchSettings { registration_open: Some(false), ..PatchSettings::default() };
    changes(fixture.apply(decide(change)));
    fixture.apply(several_devices());
    let steps_done = vec![FirstStep::Devices];
    let closed = Settings { registration_open: false, several_devices: true, steps_done, ..Settings::default() };
    fixture.register("Ada");
    assert_eq!(fixture.refused(create_user("Grace")), ErrorCode::RegistrationClosed);
    let fixture = fixture.reopen();
    assert_eq!(fixture.snapshot.settings, closed);
    assert_eq!(fixture.store.settings(), closed);
}

#[test]
fn a_token_finds_its_session_until_it_is_ended_or_old() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let find = |token: u8, now| fixture.store.session(&[token; 32], now);
    assert!(find(7, NOON).is_none());
    let (id, _) = signed_in(fixture.apply(sign_in(users[0], "Ada", 7)));
    let (found, user) = find(7, NOON).unwrap();
    assert_eq!((found, user.id), (id, users[0]));
    let old = NOON + SESSION_DAYS_MAX * 86_400_000;
    assert!(find(7, old - 1).is_some());
    assert!(find(7, old).is_none());
    assert_eq!(fixture.refused(Op::Session(SessionOp::End { user: UserId(99), session: id })), ErrorCode::NotFound);
    fixture.apply(Op::Session(SessionOp::End { user: users[0], session: id }));
    assert!(find(7, NOON).is_none());
}

#[test]
fn a_takeover_ends_the_other_sessions_and_a_second_device_does_not() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let create = |token| signed_in(fixture.apply(sign_in(users[0], "Ada", token)));
    fixture.apply(several_devices());
    let (second, ended) = create(2);
    assert!(ended.is_empty());
    fixture.apply(decide(PatchSettings { several_devices: Some(false), ..PatchSettings::default() }));
    let (third, ended) = create(3);
    assert!(ended.len() == 2 && ended.contains(&second));
    let sessions = fixture.read(|reader| reader.sessions_of(users[0]));
    assert_eq!(sessions, [(third, "Firefox on Linux".to_owned(), NOON)]);
}

#[test]
fn the_oldest_session_makes_place_when_there_are_too_many() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let oldest = fixture.read(|reader| reader.sessions_of(users[0]))[0].0;
    fixture.apply(several_devices());
    for token in 1..=SESSIONS_PER_USER_MAX {
        let create = sign_in(users[0], "Ada", u8::try_from(token).unwrap());
        let (_, ended) = signed_in(fixture.apply(create));
        assert_eq!(ended, if token == SESSIONS_PER_USER_MAX { vec![oldest] } else { vec![] });
    }
    assert_eq!(fixture.read(|reader| reader.sessions_of(users[0])).len(), SESSIONS_PER_USER_MAX);
}

#[test]
fn a_new_password_ends_the_other_sessions() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    fixture.apply(several_devices());
    let (keep, _) = signed_in(fixture.apply(sign_in(users[0], "Ada", 9)));
    let set = |checked: &str| {
        let checked = Some(checked.to_owned());
        Op::Account(AccountOp::SetPassword { user: users[0], checked, password: "new hash".into(), keep: Some(keep) })
    };
    assert_eq!(fixture.refused(set("another's")), ErrorCode::PasswordWrong);
    assert_eq!(ended(&changes(fixture.apply(set("hash of Ada")))).len(), 1);
    let account = fixture.read(|reader| reader.account_by_key("ada")).unwrap();
    assert_eq!((account.user.id, account.password.as_str()), (users[0], "new hash"));
    assert_eq!(fixture.read(|reader| reader.sessions_of(users[0]))[0].0, keep);
    let nobody = Op::Account(AccountOp::SetPassword {
        user: UserId(u64::MAX),
        checked: None,
        password: String::new(),
        keep: None,
    });
    assert_eq!(fixture.refused(nobody), ErrorCode::NotFound);
}

#[test]
fn a_sign_in_whose_password_was_changed_meanwhile_is_refused_within_the_same_commit() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let old = || sign_in(users[0], "Ada", 7);
    let password = "new hash".to_owned();
    let set = Op::Account(AccountOp::SetPassword { user: users[0], checked: None, password, keep: None });
    let outcomes = fixture.apply_all([old(), set, old(), sign_in(users[1], "Grace", 8)]);
    let [first, set, second, other] = &outcomes.into_iter().map(Result::unwrap).collect::<Vec<_>>()[..] else {
        panic!("four answers")
    };
    let (session, _) = signed_in(first.clone());
    assert_eq!(ended(&changes(set.clone())), [session]);
    assert!(matches!(second, Outcome::Refused(ErrorCode::SignInFailed)));
    assert_ne!(signed_in(other.clone()).0, session, "another's is another's");
    assert!(fixture.read(|reader| reader.sessions_of(users[0])).is_empty());
    fixture.apply(delete(users[1], "Grace"));
    assert_eq!(fixture.refused(sign_in(users[1], "Grace", 9)), ErrorCode::SignInFailed, "nobody has it any more");
}

#[test]
fn of_two_sign_ins_at_once_that_take_nothing_over_one_is_made() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let first = fixture.read(|reader| reader.sessions_of(users[0]))[0].0;
    fixture.apply(Op::Session(SessionOp::End { user: users[0], session: first }));
    let careful = |token| match sign_in(users[0], "Ada", token) {
        Op::Session(SessionOp::Create(SignIn { user, session, checked, here, .. })) => {
            Op::Session(SessionOp::Create(SignIn { user, session, checked, here, takeover: false }))
        }
        other => other,
    };
    let outcomes = fixture.apply_all([careful(1), careful(2)]);
    assert!(is_made(&outcomes[0]));
    assert!(matches!(outcomes[1], Ok(Outcome::Refused(ErrorCode::InUseElsewhere))));
    assert_eq!(signed_in(fixture.apply(sign_in(users[0], "Ada", 3))).1.len(), 1);
}

#[test]
fn a_change_is_made_only_while_its_asker_is_signed_in_and_may() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let session_of = |user| fixture.read(|reader| reader.sessions_of(user))[0].0;
    let (ada, grace) = (session_of(users[0]), session_of(users[1]));
    let asked = |by, needs| {
        let op = Op::Account(AccountOp::Rename { user: users[1], name: named("Grace Hopper") });
        Op::Asked { by, needs, op: Box::new(op) }
    };
    assert_eq!(fixture.refused(asked(grace, Needs::Owner)), ErrorCode::Forbidden);
    user(fixture.apply(asked(grace, Needs::SignedIn)));
    user(fixture.apply(asked(ada, Needs::Owner)));
    // Sent while signed in, and made after the end: within one commit.
    let end = Op::Session(SessionOp::End { user: users[1], session: grace });
    let outcomes = fixture.apply_all([end, asked(grace, Needs::SignedIn)]);
    assert!(matches!(outcomes[1], Ok(Outcome::Refused(ErrorCode::NotSignedIn))));
    fixture.apply(Op::Account(AccountOp::MakeOwner { user: users[1] }));
    let outcomes = fixture.apply_all([delete(users[0], "Ada"), asked(ada, Needs::Owner)]);
    assert!(is_made(&outcomes[0]));
    assert!(matches!(outcomes[1], Ok(Outcome::Refused(ErrorCode::NotSignedIn))));
}

#[test]
fn of_two_decisions_at_once_neither_undoes_the_other() {
    let (fixture, _) = Fixture::with(&["Ada"]);
    let closed = PatchSettings { registration_open: Some(false), ..PatchSettings::default() };
    let wifi = PatchSettings { wifi_name: Some("Reading room".into()), ..PatchSettings::default() };
    fixture.apply_all([decide(closed), decide(wifi), several_devices()]);
    let settings = fixture.store.settings();
    assert!(!settings.registration_open && settings.several_devices && settings.guests);
    assert_eq!(settings.wifi_name, "Reading room");
}

#[test]
fn a_picture_has_a_new_number_each_time_and_only_the_last_is_served() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let set = |byte: u8| {
        let jpegs = [vec![byte; 10], vec![byte; 100], vec![byte; 5_000]];
        user(fixture.apply(Op::Account(AccountOp::SetPicture { user: users[0], jpegs }))).picture
    };
    let picture = |number, edge| fixture.read(|reader| reader.picture(users[0], number, edge));
    assert_eq!(set(1), 1);
    assert_eq!(picture(1, 256), Some(vec![1; 5_000]));
    assert_eq!(user(fixture.apply(Op::Account(AccountOp::ClearPicture { user: users[0] }))).picture, 0);
    assert_eq!(picture(1, 256), None);
    assert_eq!(picture(0, 256), None);
    assert_eq!(set(2), 2);
    assert_eq!((picture(2, 32), picture(1, 32), picture(2, 33)), (Some(vec![2; 10]), None, None));
}

#[test]
fn a_deleted_account_leaves_its_messages_and_nothing_else() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let (ada, grace) = (users[0], users[1]);
    let room = fixture.room(RoomKind::Open, grace, &[ada]);
    let message = fixture.send(room, grace, "a", "I was here");
    fixture.apply(Op::Account(AccountOp::SetPicture { user: grace, jpegs: [vec![1], vec![2], vec![3]] }));
    assert_eq!(fixture.refused(delete(grace, "Ada")), ErrorCode::PasswordWrong);
    let Change::UserGone { user, heirs } = change(fixture.apply(delete(grace, "Grace"))) else { panic!() };
    assert_eq!((user, &heirs[..]), (grace, &[(room, ada)][..]));
    assert!(fixture.read(|reader| reader.sessions_of(grace)).is_empty());
    assert!(fixture.read(|reader| reader.account(grace)).is_none());
    assert!(fixture.read(|reader| reader.account_by_key("grace")).is_none());
    assert!(fixture.read(|reader| reader.picture(grace, 1, 32)).is_none());
    let members = fixture.read(|reader| reader.room_members(ada, room)).unwrap();
    assert_eq!(members.iter().map(|member| (member.user, member.role)).collect::<Vec<_>>(), [(ada, RoomRole::Owner)]);
    let page = fixture.read(|reader| reader.history(ada, room, super::super::Window::Newest, 10)).unwrap();
    assert_eq!(page.messages, [message]);
    assert_eq!(fixture.refused(delete(grace, "Grace")), ErrorCode::NotFound);
}

#[test]
fn the_last_owner_stays_while_others_are_here() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    assert_eq!(fixture.refused(delete(users[0], "Ada")), ErrorCode::LastOwner);
    assert_eq!(user(fixture.apply(Op::Account(AccountOp::MakeOwner { user: users[1] }))).role, BoxRole::Owner);
    changes(fixture.apply(delete(users[0], "Ada")));
    // The last person may leave.
    changes(fixture.apply(delete(users[1], "Grace")));
    assert_eq!(fixture.register("Ada").role, BoxRole::Owner);
}

#[test]
fn who_has_turned_receipts_off_is_known_at_once_and_after_a_restart_and_forgotten_with_the_account() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let turn = |fixture: &Fixture, on| fixture.apply(Op::Account(AccountOp::SetReceipts { user: users[1], on }));
    let changes = |outcome| match outcome {
        Outcome::Made { changes, .. } => changes.len(),
        Outcome::Refused(code) => panic!("{code:?}"),
    };
    assert!(fixture.store.has_receipts(users[0]) && fixture.store.has_receipts(users[1]));
    assert_eq!(changes(turn(&fixture, true)), 0, "they are on from the start");
    assert_eq!(changes(turn(&fixture, false)), 1);
    assert_eq!(changes(turn(&fixture, false)), 0);
    assert!(fixture.store.has_receipts(users[0]) && !fixture.store.has_receipts(users[1]));
    let fixture = fixture.reopen();
    assert!(!fixture.store.has_receipts(users[1]));
    assert_eq!(fixture.snapshot.receipts_off, [users[1]]);
    fixture.apply(Op::Account(AccountOp::Delete {
        user: users[1],
        by: DeletedBy::Themselves { checked: "hash of Grace".into() },
        at: NOON,
    }));
    assert_eq!(changes(turn(&fixture, false)), 0, "nobody is there any more");
    assert!(fixture.reopen().snapshot.receipts_off.is_empty());
}
