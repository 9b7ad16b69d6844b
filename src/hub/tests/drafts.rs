//! Drafts: told to one's own devices and to nobody else, and not without end.

use super::*;
use crate::proto::limits::{DRAFT_INTERVAL, DRAFTS_BURST};

impl World {
    fn keep_draft(&mut self, conn: ConnId, room: RoomId, body: &str) {
        let command = Command::KeepDraft { room, body: RawBody(body.into()) };
        self.say(conn, ClientMessage::Command { re: 1, command });
        self.commit();
    }

    fn drafts(&mut self, conn: ConnId) -> Vec<String> {
        let draft = |message| match message {
            ServerMessage::Draft { body, .. } => Some(body),
            _ => None,
        };
        self.got(conn).into_iter().filter_map(draft).collect()
    }
}

#[test]
fn what_is_begun_on_one_device_is_told_to_the_others_and_to_nobody_else() {
    let mut world = World::of(2);
    let (laptop, phone, bob) = (world.join(1), world.join(1), world.join(2));
    world.keep_draft(laptop, EVERYONE, "Dear all");
    world.keep_draft(laptop, EVERYONE, "");
    assert_eq!(world.drafts(phone), ["Dear all", ""]);
    assert!(world.drafts(bob).is_empty());
    world.keep_draft(laptop, RoomId(9), "nowhere");
    assert_eq!(world.errors(laptop), [ErrorCode::NotAMember]);
}

#[test]
fn a_welcome_says_whether_there_is_anything_to_ask_for() {
    let mut world = World::of(1);
    let laptop = world.join(1);
    let says = |world: &World| match world.hub.welcome(UserId(1), SessionId(1), Resume::Fresh) {
        ServerMessage::Welcome { drafts, .. } => drafts,
        other => panic!("{other:?}"),
    };
    assert!(!says(&world));
    world.keep_draft(laptop, EVERYONE, "begun");
    assert!(says(&world));
    world.keep_draft(laptop, EVERYONE, "");
    assert!(says(&world), "that there is nothing any more");
}

#[test]
fn who_begins_something_over_and_over_waits_and_giving_up_never_does() {
    let mut world = World::of(1);
    let (laptop, phone) = (world.join(1), world.join(1));
    for i in 0..DRAFTS_BURST {
        world.keep_draft(laptop, EVERYONE, &i.to_string());
        world.wait(100);
    }
    world.got(phone);
    world.keep_draft(laptop, EVERYONE, "one more");
    world.keep_draft(laptop, EVERYONE, "and more");
    let told = world.drafts(phone);
    assert!(told.len() < 2, "{told:?}");
    world.keep_draft(laptop, EVERYONE, "");
    world.wait(DRAFT_INTERVAL.as_millis() as u64);
    world.keep_draft(laptop, EVERYONE, "later");
    assert_eq!(world.drafts(phone), ["", "later"]);
}
