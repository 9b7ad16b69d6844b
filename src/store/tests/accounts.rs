use super::*;
use crate::proto::account::Settings;
use crate::proto::limits::{SESSION_DAYS_MAX, SESSIONS_PER_USER_MAX};
use crate::proto::server::Role;

#[test]
fn the_first_account_owns_the_box_and_the_next_does_not() {
    let fixture = Fixture::new();
    assert_eq!(fixture.register("Ada").role, Role::Owner);
    assert_eq!(fixture.register("Grace").role, Role::Member);
    let fixture = fixture.reopen();
    let names: Vec<&str> = fixture.snapshot.users.iter().map(|user| user.name.as_str()).collect();
    assert_eq!(names, ["Ada", "Grace"]);
    assert_eq!(fixture.read(Reader::people), fixture.snapshot.users);
}

#[test]
fn a_new_account_is_in_the_room_for_everybody_with_nothing_unread() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    fixture.send(EVERYONE, users[0], "a", "before Grace came");
    let Outcome::UserCreated { members, .. } = fixture.apply(create_user("Grace")) else { panic!() };
    assert_eq!((members[0].room, members[0].read_n, members[0].role), (EVERYONE, 1, Role::Member));
}

#[test]
fn a_taken_name_is_refused_and_a_freed_one_is_not() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    assert_eq!(fixture.refused(create_user("ADA")), ErrorCode::NameTaken);
    let rename = |name: &str| Op::RenameUser { user: users[1], name: named(name) };
    assert_eq!(fixture.refused(rename("aDa")), ErrorCode::NameTaken);
    assert!(matches!(fixture.apply(rename("GRACE")), Outcome::User(user) if user.name == "GRACE"));
    fixture.apply(Op::DeleteUser { user: users[1], at: NOON });
    let again = fixture.register("Grace");
    assert!(again.id > users[1], "an id is never used again");
}

#[test]
fn a_name_that_looks_like_anothers_is_taken_until_that_one_is_free() {
    // A capital I and a small L: the keys differ.
    let (fixture, users) = Fixture::with(&["Ada", "KaI"]);
    let rename = |user, name: &str| Op::RenameUser { user, name: named(name) };
    assert_eq!(fixture.refused(create_user("Kal")), ErrorCode::NameTaken);
    assert_eq!(fixture.refused(rename(users[0], "Kal")), ErrorCode::NameTaken);
    assert!(matches!(fixture.apply(rename(users[1], "Kai")), Outcome::User(_)), "another form of one's own");
    fixture.register("Kal");
    assert_eq!(fixture.refused(rename(users[1], "KaI")), ErrorCode::NameTaken);
}

#[test]
fn of_many_names_that_look_the_same_one_is_taken_within_one_commit() {
    let (fixture, _) = Fixture::with(&["Ada"]);
    let ops =
        ["KaI", "Kal", "Ka1"].into_iter().cycle().take(30).enumerate().map(|(at, name)| match create_user(name) {
            Op::CreateUser { name, password, .. } => {
                let session = session(u8::try_from(at).unwrap());
                Op::CreateUser { name, password, session }
            }
            other => other,
        });
    let tries = fixture.apply_all(ops);
    assert_eq!(tries.iter().filter(|tried| matches!(tried, Ok(Outcome::UserCreated { .. }))).count(), 1);
    assert_eq!(tries.iter().filter(|tried| matches!(tried, Ok(Outcome::Refused(ErrorCode::NameTaken)))).count(), 29);
}

#[test]
fn closed_registration_refuses_all_but_the_first() {
    let fixture = Fixture::new();
    let closed = Settings { registration_open: false, several_devices: true, ..Settings::default() };
    fixture.apply(Op::SetSettings { settings: closed.clone(), at: NOON });
    fixture.register("Ada");
    assert_eq!(fixture.refused(create_user("Grace")), ErrorCode::RegistrationClosed);
    let fixture = fixture.reopen();
    assert_eq!(fixture.snapshot.settings, closed);
    assert_eq!(fixture.read(Reader::settings), closed);
}

#[test]
fn a_token_finds_its_session_until_it_is_ended_or_old() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let find = |token: u8, now| fixture.read(|reader| reader.session_by_token(&[token; 32], now));
    assert!(find(7, NOON).is_none());
    let create = Op::CreateSession { user: users[0], session: session(7), end_others: false };
    let Outcome::SessionCreated { session: id, .. } = fixture.apply(create) else { panic!() };
    let (found, user) = find(7, NOON).unwrap();
    assert_eq!((found, user.id), (id, users[0]));
    let old = NOON + SESSION_DAYS_MAX * 86_400_000;
    assert!(find(7, old - 1).is_some());
    assert!(find(7, old).is_none());
    assert_eq!(fixture.refused(Op::EndSession { user: UserId(99), session: id }), ErrorCode::NotFound);
    fixture.apply(Op::EndSession { user: users[0], session: id });
    assert!(find(7, NOON).is_none());
}

#[test]
fn a_takeover_ends_the_other_sessions_and_a_second_device_does_not() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let create = |token, end_others| match fixture.apply(Op::CreateSession {
        user: users[0],
        session: session(token),
        end_others,
    }) {
        Outcome::SessionCreated { session, ended } => (session, ended),
        other => panic!("{other:?}"),
    };
    let (second, ended) = create(2, false);
    assert!(ended.is_empty());
    let (third, ended) = create(3, true);
    assert!(ended.len() == 2 && ended.contains(&second));
    let sessions = fixture.read(|reader| reader.sessions_of(users[0]));
    assert_eq!(sessions, [(third, "Firefox on Linux".to_owned(), NOON)]);
}

#[test]
fn the_oldest_session_makes_place_when_there_are_too_many() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let oldest = fixture.read(|reader| reader.sessions_of(users[0]))[0].0;
    for token in 1..=SESSIONS_PER_USER_MAX {
        let session = session(u8::try_from(token).unwrap());
        let create = Op::CreateSession { user: users[0], session, end_others: false };
        let Outcome::SessionCreated { ended, .. } = fixture.apply(create) else { panic!() };
        assert_eq!(ended, if token == SESSIONS_PER_USER_MAX { vec![oldest] } else { vec![] });
    }
    assert_eq!(fixture.read(|reader| reader.sessions_of(users[0])).len(), SESSIONS_PER_USER_MAX);
}

#[test]
fn a_new_password_ends_the_other_sessions() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let create = Op::CreateSession { user: users[0], session: session(9), end_others: false };
    let Outcome::SessionCreated { session: keep, .. } = fixture.apply(create) else { panic!() };
    let set = Op::SetPassword { user: users[0], password: "new hash".into(), keep: Some(keep) };
    let Outcome::SessionsEnded { ended } = fixture.apply(set) else { panic!() };
    assert_eq!(ended.len(), 1);
    let account = fixture.read(|reader| reader.account_by_key("ada")).unwrap();
    assert_eq!((account.user.id, account.password.as_str()), (users[0], "new hash"));
    assert_eq!(fixture.read(|reader| reader.sessions_of(users[0]))[0].0, keep);
    let nobody = Op::SetPassword { user: UserId(u64::MAX), password: String::new(), keep: None };
    assert_eq!(fixture.refused(nobody), ErrorCode::NotFound);
}

#[test]
fn a_picture_has_a_new_number_each_time_and_only_the_last_is_served() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let set = |byte: u8| {
        let jpegs = [vec![byte; 10], vec![byte; 100], vec![byte; 5_000]];
        match fixture.apply(Op::SetPicture { user: users[0], jpegs }) {
            Outcome::User(user) => user.picture,
            other => panic!("{other:?}"),
        }
    };
    let picture = |number, edge| fixture.read(|reader| reader.picture(users[0], number, edge));
    assert_eq!(set(1), 1);
    assert_eq!(picture(1, 256), Some(vec![1; 5_000]));
    assert!(matches!(fixture.apply(Op::ClearPicture { user: users[0] }), Outcome::User(user) if user.picture == 0));
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
    fixture.apply(Op::SetPicture { user: grace, jpegs: [vec![1], vec![2], vec![3]] });
    let deleted = fixture.apply(Op::DeleteUser { user: grace, at: NOON });
    assert!(matches!(deleted, Outcome::UserDeleted { user } if user == grace));
    assert!(fixture.read(|reader| reader.sessions_of(grace)).is_empty());
    assert!(fixture.read(|reader| reader.account(grace)).is_none());
    assert!(fixture.read(|reader| reader.account_by_key("grace")).is_none());
    assert!(fixture.read(|reader| reader.picture(grace, 1, 32)).is_none());
    let members = fixture.read(|reader| reader.room_members(&asker(ada), room)).unwrap();
    assert_eq!(members.iter().map(|member| (member.user, member.role)).collect::<Vec<_>>(), [(ada, Role::Owner)]);
    let page = fixture.read(|reader| reader.history(ada, room, super::super::Window::Newest, 10)).unwrap();
    assert_eq!(page.messages, [message]);
    assert_eq!(fixture.refused(Op::DeleteUser { user: grace, at: NOON }), ErrorCode::NotFound);
}

#[test]
fn the_last_owner_stays_while_others_are_here() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let delete = |user| Op::DeleteUser { user, at: NOON };
    assert_eq!(fixture.refused(delete(users[0])), ErrorCode::LastOwner);
    assert!(matches!(fixture.apply(Op::MakeOwner { user: users[1] }), Outcome::User(user) if user.role == Role::Owner));
    assert!(matches!(fixture.apply(delete(users[0])), Outcome::UserDeleted { .. }));
    assert!(matches!(fixture.apply(delete(users[1])), Outcome::UserDeleted { .. }), "the last person may leave");
    assert_eq!(fixture.register("Ada").role, Role::Owner);
}
