//! Drafts: kept for one's other devices, few, and gone with the membership.

use super::*;
use crate::proto::account::Draft;
use crate::proto::limits::{BODY_CHARS_MAX, DRAFTS_BYTES_MAX, DRAFTS_MAX};

fn keep(room: RoomId, user: UserId, text: &str, at: Millis) -> Op {
    let body = (!text.is_empty()).then(|| Body::parse(text.into()).unwrap());
    Op::Room(RoomOp::KeepDraft { room, user, body, at })
}

impl Fixture {
    fn drafts(&self, user: UserId) -> Vec<(u64, String)> {
        let drafts = self.read(|reader| reader.drafts(user));
        drafts.into_iter().map(|Draft { room, body }| (room.0, body)).collect()
    }
}

#[test]
fn what_was_begun_is_kept_until_it_is_sent_or_given_up() {
    let (fixture, users) = Fixture::with(&["Ada", "Bob"]);
    let [ada, bob] = users[..] else { panic!() };
    let room = fixture.room(RoomKind::Closed, ada, &[]);
    let told = |outcome| match change(outcome) {
        Change::DraftKept { room, user, body } => (room, user, body),
        other => panic!("{other:?}"),
    };
    assert_eq!(told(fixture.apply(keep(EVERYONE, ada, "Dear all", 1))), (EVERYONE, ada, "Dear all".into()));
    fixture.apply(keep(room, ada, "secret", 2));
    assert!(changes(fixture.apply(keep(room, ada, "secret", 3))).is_empty(), "it is kept already");
    assert_eq!(fixture.refused(keep(room, bob, "hello", 4)), ErrorCode::NotAMember);
    let fixture = fixture.reopen();
    assert_eq!(fixture.snapshot.with_drafts, [ada]);
    assert_eq!(fixture.drafts(ada), [(room.0, "secret".into()), (EVERYONE.0, "Dear all".into())]);
    assert!(fixture.drafts(bob).is_empty());
    told(fixture.apply(keep(room, ada, "", 5)));
    told(fixture.apply(keep(EVERYONE, ada, "", 6)));
    assert!(changes(fixture.apply(keep(EVERYONE, ada, "", 7))).is_empty());
    // Who was away is told that it is no more.
    assert_eq!(fixture.drafts(ada), [(EVERYONE.0, String::new()), (room.0, String::new())]);
    assert!(changes(fixture.apply(keep(EVERYONE, bob, "", 8))).is_empty(), "nothing was ever begun");
}

#[test]
fn it_goes_with_the_membership_and_with_the_account() {
    let (fixture, users) = Fixture::with(&["Ada", "Bob"]);
    let [ada, bob] = users[..] else { panic!() };
    let room = fixture.room(RoomKind::Open, ada, &[bob]);
    fixture.apply(keep(room, bob, "begun", 1));
    fixture.apply(keep(EVERYONE, bob, "begun, too", 1));
    fixture.apply(Op::Room(RoomOp::RemoveMember { room, user: bob, by: bob }));
    assert_eq!(fixture.drafts(bob), [(EVERYONE.0, "begun, too".into())]);
    fixture.apply(Op::Account(AccountOp::Delete { user: bob, by: DeletedBy::Owner, at: NOON }));
    assert!(fixture.drafts(bob).is_empty());
}

#[test]
fn of_too_many_and_too_much_the_oldest_go() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let rooms: Vec<RoomId> = (0..DRAFTS_MAX + 2).map(|_| fixture.room(RoomKind::Closed, users[0], &[])).collect();
    fixture.apply_all(rooms.iter().enumerate().map(|(at, room)| keep(*room, users[0], "begun", at as Millis)));
    // The clock was wrong: what is kept last is the newest all the same.
    fixture.apply(keep(rooms[DRAFTS_MAX + 1], users[0], "begun late", 0));
    let kept = fixture.drafts(users[0]);
    assert_eq!(kept[0].1, "begun late");
    assert_eq!((kept.len(), kept.last().unwrap().0), (DRAFTS_MAX, rooms[2].0));
    let long = "好".repeat(BODY_CHARS_MAX);
    fixture.apply_all(rooms.iter().take(20).map(|room| keep(*room, users[0], &long, 1_000)));
    let bytes: usize = fixture.drafts(users[0]).iter().map(|(_, body)| body.len()).sum();
    assert!((DRAFTS_BYTES_MAX - long.len()..=DRAFTS_BYTES_MAX).contains(&bytes), "{bytes}");
}
