//! Whom messages call: found by who was called, until the message says something else or is gone.

use super::*;
use crate::proto::mention::Mention;
use crate::proto::op::NewReaction;
use crate::proto::reaction::Emoji;
use crate::store::search::{Cursor, Filters, Query};

fn of(names: &[(&str, Option<UserId>)]) -> Vec<Mention> {
    names.iter().map(|&(name, user)| Mention { name: name.into(), user }).collect()
}

impl Fixture {
    fn call(&self, room: RoomId, author: UserId, id: &str, body: &str, mentions: Vec<Mention>) -> Message {
        let Op::Message(MessageOp::Append(new)) = append(room, author, id, body) else { unreachable!() };
        appended(self.apply(Op::Message(MessageOp::Append(NewMessage { mentions, ..new }))))
    }

    fn found(&self, asker: UserId, text: &str) -> Vec<u64> {
        let query = Query::parse(text, Filters::default()).unwrap();
        let page = self.read(|reader| reader.search(asker, &query, (None, 20), || false));
        page.hits.iter().map(|hit| hit.message.id.0).collect()
    }

    /// How many rows a table has.
    fn count(&self, table: &str) -> i64 {
        let database = rusqlite::Connection::open(self.dir.path().join("porch.db")).unwrap();
        database.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    }

    fn edit(&self, message: &Message, body: &str, mentions: Vec<Mention>) {
        let (room, message, by) = (message.room, message.id, message.author);
        let body = Body::parse(body.into()).unwrap();
        self.apply(Op::Message(MessageOp::Edit { room, message, by, body, mentions, at: NOON }));
    }
}

#[test]
fn where_one_was_called_is_found_until_it_is_said_no_more() {
    let (fixture, users) = Fixture::with(&["Ada", "Bob", "Eve"]);
    let (ada, bob, eve) = (users[0], users[1], users[2]);
    let room = fixture.room(RoomKind::Closed, ada, &[bob]);
    let plain = fixture.send(EVERYONE, ada, "1", "Bob without more");
    let first = fixture.call(EVERYONE, ada, "2", "@Bob tea?", of(&[("Bob", Some(bob))]));
    let second = fixture.call(room, ada, "3", "@bob @Ada", of(&[("bob", Some(bob)), ("Ada", Some(ada))]));
    let all = fixture.call(EVERYONE, ada, "4", "@everyone tea", of(&[("everyone", None)]));
    for _ in 0..2 {
        assert_eq!(fixture.found(bob, "mentions:me"), [all.id.0, second.id.0, first.id.0]);
        assert_eq!(fixture.found(bob, "mentions:me tea"), [all.id.0, first.id.0]);
        assert_eq!(fixture.found(ada, "mentions:me"), [all.id.0, second.id.0]);
        assert_eq!(fixture.found(eve, "mentions:me"), [all.id.0]);
        assert_eq!(fixture.found(eve, "mentions:bob"), [first.id.0], "not of a room one is not in");
        assert_eq!(fixture.found(bob, "mentions:nobody"), [0; 0]);
        let many: String = (0..18).map(|i| format!("from:p{i} ")).collect();
        assert_eq!(fixture.found(bob, &format!("{many}from:ada mentions:nobody")), [0; 0]);
        fixture.index();
    }
    fixture.apply(Op::Account(AccountOp::Rename { user: bob, name: named("Robert") }));
    fixture.edit(&second, "@Ada alone", of(&[("Ada", Some(ada))]));
    fixture.edit(&plain, "@Robert with it", of(&[("Robert", Some(bob))]));
    let delete = MessageOp::Delete { room: EVERYONE, message: all.id, by: ada, whose: Whose::Own, at: NOON };
    fixture.apply(Op::Message(delete));
    let fixture = fixture.reopen();
    assert_eq!(fixture.found(bob, "mentions:me"), [first.id.0, plain.id.0], "whoever is renamed stays called");
    assert_eq!(fixture.found(ada, "mentions:me"), [second.id.0]);
    assert_eq!(fixture.count("mentions"), 3);
}

#[test]
fn many_are_found_page_by_page_and_each_once() {
    let (fixture, users) = Fixture::with(&["Ada", "Bob"]);
    let bob = users[1];
    let rooms = [EVERYONE, fixture.room(RoomKind::Open, users[0], &[bob])];
    let mut want = Vec::new();
    for i in 0..60 {
        let mentions = if i % 3 == 0 { of(&[("Bob", Some(bob)), ("all", None)]) } else { Vec::new() };
        let said = fixture.call(rooms[i % 2], users[0], &i.to_string(), "pie @Bob @all", mentions);
        if i % 3 == 0 {
            want.push(said.id.0);
        }
    }
    want.reverse();
    let query = Query::parse("mentions:me", Filters::default()).unwrap();
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let page = fixture.read(|reader| reader.search(bob, &query, (cursor, 7), || false));
        found.extend(page.hits.iter().map(|hit| hit.message.id.0));
        let Some(next) = page.next else { break };
        cursor = Some(Cursor::try_from(next).unwrap());
    }
    assert_eq!(found, want);
}

#[test]
fn what_has_reactions_is_found_while_it_has() {
    let (fixture, users) = Fixture::with(&["Ada", "Bob"]);
    let room = fixture.room(RoomKind::Closed, users[0], &[]);
    let react = |room, message: Seq, on| {
        let emoji = Emoji::try_from("👍".to_owned()).unwrap();
        let reactions = vec![NewReaction { user: users[0], emoji, on }];
        fixture.apply(Op::Message(MessageOp::React { room, message, reactions }));
    };
    let first = fixture.send(EVERYONE, users[0], "1", "pie");
    fixture.send(EVERYONE, users[0], "2", "pie, too");
    let hidden = fixture.send(room, users[0], "3", "pie");
    react(EVERYONE, first.id, true);
    react(room, hidden.id, true);
    for _ in 0..2 {
        assert_eq!(fixture.found(users[1], "has:reaction"), [first.id.0]);
        assert_eq!(fixture.found(users[0], "has:reaction pie"), [hidden.id.0, first.id.0]);
        assert_eq!(fixture.found(users[0], "has:reaction cake"), [0; 0]);
        assert_eq!(fixture.found(users[0], "has:reaction has:link"), [0; 0]);
        fixture.index();
    }
    react(EVERYONE, first.id, false);
    assert_eq!(fixture.found(users[1], "has:reaction"), [0; 0]);
    let delete = MessageOp::Delete { room, message: hidden.id, by: users[0], whose: Whose::Own, at: NOON };
    fixture.apply(Op::Message(delete));
    assert_eq!(fixture.count("reacted"), 0);
}
