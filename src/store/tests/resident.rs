//! What is known without asking the disk. That it is what the disk holds, the writer itself asserts after every commit
//! of every test of the store.

use super::*;
use crate::proto::id::SessionId;

fn token_of(name: &str) -> [u8; 32] {
    match create_user(name) {
        Op::Account(AccountOp::Create(NewAccount { session, .. })) => session.token_hash,
        _ => unreachable!(),
    }
}

impl Fixture {
    fn signed_in(&self, token_hash: &[u8; 32]) -> Option<(SessionId, User)> {
        self.store.session(token_hash, NOON)
    }
}

#[test]
fn every_change_of_an_account_is_known_as_soon_as_it_is_answered() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let grace = || fixture.signed_in(&token_of("Grace"));
    let before = grace().unwrap();
    assert_eq!((before.1.id, before.1.name.as_str(), before.1.role), (users[1], "Grace", BoxRole::Member));
    fixture.apply(Op::Account(AccountOp::Rename { user: users[1], name: named("Grace H") }));
    fixture.apply(Op::Account(AccountOp::MakeOwner { user: users[1] }));
    fixture.apply(Op::Account(AccountOp::SetPicture { user: users[1], jpegs: [vec![1], vec![2], vec![3]] }));
    let after = grace().unwrap();
    assert_eq!((after.0, after.1.name.as_str()), (before.0, "Grace H"));
    assert_eq!((after.1.role, after.1.picture), (BoxRole::Owner, 1));
    let taken = Op::Account(AccountOp::Rename { user: users[1], name: named("Ada") });
    assert_eq!(fixture.refused(taken), ErrorCode::NameTaken);
    assert_eq!(grace().unwrap().1.name, "Grace H", "a refused change is none");
    let fixture = fixture.reopen();
    assert_eq!(fixture.signed_in(&token_of("Grace")), Some(after), "and after a restart");
}

#[test]
fn a_session_that_has_ended_is_unknown_whatever_ended_it() {
    let (fixture, users) = Fixture::with(&["Ada", "Bob", "Cyd", "Dan"]);
    let here = |name: &str| fixture.signed_in(&token_of(name));
    let (session, _) = here("Bob").unwrap();
    fixture.apply(Op::Session(SessionOp::End { user: users[1], session }));
    assert!(here("Bob").is_none());
    fixture.apply(Op::Account(AccountOp::SetPassword {
        user: users[2],
        checked: None,
        password: "new".into(),
        keep: None,
    }));
    assert!(here("Cyd").is_none());
    fixture.apply(Op::Account(AccountOp::Delete {
        user: users[3],
        by: DeletedBy::Themselves { checked: "hash of Dan".into() },
        at: NOON,
    }));
    assert!(here("Dan").is_none());
    assert!(here("Ada").is_some());
    assert!(!fixture.reopen().store.has_password(users[3]));
}

#[test]
fn whether_a_box_has_an_owner_and_what_the_owner_decides_is_known() {
    let fixture = Fixture::new();
    assert!(!fixture.store.has_member() && !fixture.store.has_owner());
    let ada = fixture.register("Ada").id;
    assert!(fixture.store.has_member() && fixture.store.has_owner() && fixture.store.has_password(ada));
    fixture.apply(several_devices());
    assert!(fixture.store.settings().several_devices);
    fixture.apply(Op::Account(AccountOp::Delete {
        user: ada,
        by: DeletedBy::Themselves { checked: "hash of Ada".into() },
        at: NOON,
    }));
    assert!(!fixture.store.has_member() && !fixture.store.has_owner() && !fixture.store.has_password(ada));
}
