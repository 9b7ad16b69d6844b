//! Reactions: who may, how many, who is told, and that they go with their message.

use super::invites::to;
use super::*;
use crate::proto::event::{Event, EventKind};
use crate::proto::limits::{REACTED_BY_MAX, REACTION_KINDS_MAX, REACTION_KINDS_OF_ONE_MAX, REACTIONS_MAX};
use crate::proto::op::{Missed, NewReaction};
use crate::proto::reaction::{Emoji, ReactedBy, Reaction};

fn emoji(text: &str) -> Emoji {
    Emoji::try_from(text.to_owned()).unwrap()
}

fn put(user: UserId, text: &str) -> NewReaction {
    NewReaction { user, emoji: emoji(text), on: true }
}

fn taken_back(user: UserId, text: &str) -> NewReaction {
    NewReaction { on: false, ..put(user, text) }
}

fn react(message: Seq, reactions: Vec<NewReaction>) -> Op {
    Op::Message(MessageOp::React { room: EVERYONE, message, reactions })
}

/// What happened, and what each of those who reacted has put there now.
type Told = (Event, Vec<(UserId, Vec<Emoji>)>);

impl Fixture {
    /// Why each was refused, and what is different now.
    fn reacted(&self, op: Op) -> (Vec<Option<ErrorCode>>, Option<Told>) {
        match self.apply(op) {
            Outcome::Made { reply: Reply::Reacted(refusals), mut changes } => {
                assert!(changes.len() <= 1);
                let change = changes.pop().map(|change| match change {
                    Change::Reacted { event, mine } => (event, mine),
                    other => panic!("{other:?}"),
                });
                (refusals, change)
            }
            other => panic!("{other:?}"),
        }
    }

    fn message(&self, asker: UserId, id: Seq) -> Message {
        let page = self.read(|reader| reader.history(asker, EVERYONE, super::super::Window::Around(id), 1)).unwrap();
        page.messages.into_iter().find(|message| message.id == id).unwrap()
    }

    fn by(&self, asker: UserId, id: Seq) -> Vec<ReactedBy> {
        self.read(|reader| reader.reactions(asker, EVERYONE, id)).unwrap().reactions
    }
}

#[test]
fn what_people_put_to_a_message_is_told_to_each_and_missed_by_none() {
    let (fixture, users) = Fixture::with(&["Ada", "Bob"]);
    let [ada, bob] = users[..] else { panic!("two people") };
    let message = fixture.send(EVERYONE, ada, "a", "hello");
    let both = vec![put(bob, "👍"), put(ada, "👍"), put(bob, "❤️"), put(bob, "👍")];
    let (refusals, change) = fixture.reacted(react(message.id, both));
    assert_eq!(refusals, vec![None; 4]);
    let counts = vec![Reaction(emoji("👍"), 2), Reaction(emoji("❤️"), 1)];
    let what = EventKind::Reacted { message: message.id, n: 1, reactions: counts.clone(), mine: None };
    let mine = vec![(ada, vec![emoji("👍")]), (bob, vec![emoji("👍"), emoji("❤️")])];
    assert_eq!(change, Some((Event { seq: Seq(2), room: EVERYONE, what }, mine.clone())));
    assert_eq!(fixture.reacted(react(message.id, vec![put(ada, "👍")])), (vec![None], None), "it is there");
    let there_and_back = vec![put(ada, "🎉"), taken_back(ada, "🎉")];
    assert_eq!(fixture.reacted(react(message.id, there_and_back)), (vec![None; 2], None));
    let fixture = fixture.reopen();
    for (user, own) in mine {
        let told = fixture.message(user, message.id);
        assert_eq!((told.rev, &told.reactions, told.mine.as_ref()), (Seq(2), &counts, Some(&own)));
        let Missed::Events(missed) = fixture.read(|reader| reader.missed(user, Seq(1), Seq(9))) else { panic!() };
        let [Event { seq: Seq(2), what: EventKind::Reacted { reactions, mine, .. }, .. }] = &missed[..] else {
            panic!("{missed:?}")
        };
        assert_eq!((reactions, mine.as_ref()), (&counts, Some(&own)));
    }
    assert_eq!(fixture.by(ada, message.id)[0], ReactedBy { emoji: emoji("👍"), count: 2, by: vec![bob, ada] });
    // Taken back by all: none are left, and that is newer than that there were some.
    fixture.reacted(react(message.id, vec![taken_back(bob, "👍"), taken_back(bob, "❤️"), taken_back(ada, "👍")]));
    let told = fixture.message(ada, message.id);
    assert_eq!((told.rev, told.reactions, told.mine), (Seq(3), vec![], None));
    let Missed::Events(missed) = fixture.read(|reader| reader.missed(ada, Seq(2), Seq(9))) else { panic!() };
    assert!(matches!(&missed[0].what, EventKind::Reacted { mine: Some(mine), .. } if mine.is_empty()));
}

#[test]
fn only_members_react_where_something_goes_on_and_each_is_refused_alone() {
    let (fixture, users) = Fixture::with(&["Ada", "Bob", "Eve"]);
    let room = fixture.room(RoomKind::Open, users[0], &[users[1]]);
    let id = fixture.send(room, users[0], "a", "hello").id;
    let there = |reactions| Op::Message(MessageOp::React { room, message: id, reactions });
    let (refusals, change) = fixture.reacted(there(vec![put(users[2], "👍"), put(users[1], "👍")]));
    assert_eq!(refusals, [Some(ErrorCode::NotAMember), None]);
    assert_eq!(change.unwrap().1, [(users[1], vec![emoji("👍")])]);
    assert_eq!(fixture.reacted(react(id, vec![put(users[1], "👍")])), (vec![Some(ErrorCode::NotFound)], None));
    assert_eq!(fixture.read(|reader| reader.reactions(users[2], room, id)), None);
    fixture.apply(Op::Room(RoomOp::Set { room, by: users[0], setting: RoomSetting::Archived(true) }));
    assert_eq!(fixture.reacted(there(vec![put(users[1], "❤️")])).0, [Some(ErrorCode::RoomArchived)]);
}

#[test]
fn so_many_kinds_and_so_many_in_all_stand_at_a_message() {
    let (fixture, users) = Fixture::with(&["Ada", "Bob", "Cy", "Di", "Eve"]);
    let id = fixture.send(EVERYONE, users[0], "a", "hello").id;
    let kinds: Vec<String> = ('\u{1f600}'..).take(REACTION_KINDS_MAX + 1).map(String::from).collect();
    let many = Some(ErrorCode::ReactionsMany);
    let own = fixture.reacted(react(id, kinds.iter().take(6).map(|kind| put(users[0], kind)).collect())).0;
    assert_eq!((own[REACTION_KINDS_OF_ONE_MAX - 1], own[REACTION_KINDS_OF_ONE_MAX]), (None, many), "of one person");
    let others = kinds.iter().enumerate().skip(5).map(|(at, kind)| put(users[(at / 5).min(4)], kind));
    let (refusals, _) = fixture.reacted(react(id, others.collect()));
    assert_eq!(refusals.iter().filter(|refusal| **refusal == many).count(), 1);
    assert_eq!(refusals.last(), Some(&many));
    // A kind that is there takes more people, up to a hall.
    let mut who: Vec<UserId> = (1_000_001..).map(UserId).take(REACTIONS_MAX - REACTION_KINDS_MAX).collect();
    fixture.seed_reactions(id, &kinds[0], &who);
    assert_eq!(fixture.reacted(react(id, vec![put(users[4], &kinds[0])])).0, [None]);
    who.push(UserId(1_000_000));
    fixture.seed_reactions(id, &kinds[0], &who);
    assert_eq!(fixture.reacted(react(id, vec![put(users[4], &kinds[0])])).0, [Some(ErrorCode::ReactionsMany)]);
    assert_eq!(fixture.by(users[0], id)[0].by.len(), REACTED_BY_MAX);
    assert_eq!(
        fixture.reacted(react(id, vec![taken_back(UserId(1_000_001), &kinds[0])])).0,
        [Some(ErrorCode::NotAMember)]
    );
}

#[test]
fn a_guest_is_told_how_many_and_of_those_they_share_the_room_with_who() {
    let (fixture, users) = Fixture::with(&["Ada", "Bob"]);
    let room = fixture.room(RoomKind::Open, users[0], &[users[1]]);
    fixture.open(room, true);
    fixture.make(users[0], 1, to(room));
    let guest = fixture.bring(1, "Gus").id;
    let id = fixture.send(room, users[0], "a", "hello").id;
    let reactions = vec![put(users[1], "👍"), put(guest, "👍"), put(users[0], "👍")];
    fixture.reacted(Op::Message(MessageOp::React { room, message: id, reactions }));
    fixture.apply(Op::Room(RoomOp::RemoveMember { room, user: users[1], by: users[1] }));
    let by = |asker| fixture.read(|reader| reader.reactions(asker, room, id)).unwrap().reactions[0].clone();
    assert_eq!((by(guest).count, by(guest).by), (3, vec![guest, users[0]]));
    assert_eq!(by(users[0]).by, [users[1], guest, users[0]]);
}

#[test]
fn reactions_go_with_their_message_and_stay_through_an_edit() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let id = fixture.send(EVERYONE, users[0], "a", "hello").id;
    fixture.reacted(react(id, vec![put(users[0], "👍")]));
    let body = Body::parse("hallo".into()).unwrap();
    let edit = MessageOp::Edit { room: EVERYONE, message: id, by: users[0], body, mentions: Vec::new(), at: NOON };
    let Change::Event(Event { what: EventKind::Edited(edited), .. }) = change(fixture.apply(Op::Message(edit))) else {
        panic!("an edit")
    };
    assert_eq!((edited.reactions.len(), edited.mine), (1, None), "for everybody");
    assert_eq!(fixture.message(users[0], id).mine, Some(vec![emoji("👍")]));
    let delete = MessageOp::Delete { room: EVERYONE, message: id, by: users[0], whose: Whose::Own, at: NOON };
    fixture.apply(Op::Message(delete));
    assert_eq!((fixture.message(users[0], id).reactions, fixture.by(users[0], id)), (vec![], vec![]));
    assert_eq!(fixture.reacted(react(id, vec![put(users[0], "👍")])).0, [Some(ErrorCode::NotFound)]);
    let database = rusqlite::Connection::open(fixture.dir.path().join("porch.db")).unwrap();
    let left: i64 = database.query_row("SELECT count(*) FROM reactions", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
}

impl Fixture {
    /// Has these people, who need not be here, have put an emoji to a message, in place of whoever has.
    fn seed_reactions(&self, message: Seq, kind: &str, who: &[UserId]) {
        let database = rusqlite::Connection::open(self.dir.path().join("porch.db")).unwrap();
        let kept: String = database
            .query_row("SELECT who FROM reactions WHERE message = ?", [message.0 as i64], |row| row.get(0))
            .unwrap();
        let mut kept: Vec<(String, Vec<UserId>)> = serde_json::from_str(&kept).unwrap();
        for (emoji, there) in &mut kept {
            if emoji == kind {
                *there = who.to_vec();
            }
        }
        let kept = serde_json::to_string(&kept).unwrap();
        database
            .execute("UPDATE reactions SET who = ?2 WHERE message = ?1", rusqlite::params![message.0 as i64, kept])
            .unwrap();
    }
}
