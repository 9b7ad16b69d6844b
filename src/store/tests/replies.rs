//! Replies: what they quote, their chains, and that nothing of that is kept with them.

use super::*;
use crate::proto::event::Quote;
use crate::proto::limits::QUOTE_CHARS_MAX;

fn reply(room: RoomId, author: UserId, id: &str, body: &str, to: Seq) -> Op {
    let Op::Message(MessageOp::Append(new)) = append(room, author, id, body) else { panic!("an append") };
    Op::Message(MessageOp::Append(NewMessage { reply_to: Some(to), ..new }))
}

impl Fixture {
    fn reply(&self, author: UserId, id: &str, body: &str, to: Seq) -> Message {
        appended(self.apply(reply(EVERYONE, author, id, body, to)))
    }

    fn quote(&self, asker: UserId, id: Seq) -> Option<Quote> {
        let page = self.read(|reader| reader.history(asker, EVERYONE, super::super::Window::Around(id), 1)).unwrap();
        page.messages.into_iter().find(|message| message.id == id).unwrap().quote.map(|quote| *quote)
    }

    fn chain(&self, asker: UserId, chain: Seq, after: Option<Seq>, limit: u32) -> (Vec<u64>, bool) {
        let page = self.read(|reader| reader.chain(asker, EVERYONE, chain, (after, limit))).unwrap();
        (page.messages.iter().map(|message| message.id.0).collect(), page.more_after)
    }
}

#[test]
fn a_reply_quotes_what_it_replies_to_as_that_is_now() {
    let (fixture, users) = Fixture::with(&["Ada", "Bob"]);
    let question = fixture.send(EVERYONE, users[0], "a", &"when? ".repeat(40));
    let replied = fixture.reply(users[1], "b", "at noon", question.id);
    let quote = *replied.quote.clone().unwrap();
    assert_eq!((quote.message, quote.rev, quote.author), (question.id, question.id, users[0]));
    assert_eq!((quote.text.chars().count(), quote.chain, quote.place), (QUOTE_CHARS_MAX, question.id, 1));
    let fixture = fixture.reopen();
    assert_eq!(fixture.quote(users[0], replied.id), Some(quote));
    let body = Body::parse("where?".into()).unwrap();
    fixture.apply(Op::Message(MessageOp::Edit {
        room: EVERYONE,
        message: question.id,
        by: users[0],
        body,
        mentions: Vec::new(),
        at: NOON,
    }));
    let quote = fixture.quote(users[0], replied.id).unwrap();
    assert_eq!((quote.text.as_str(), quote.rev, quote.deleted), ("where?", Seq(3), false));
    let delete = MessageOp::Delete { room: EVERYONE, message: question.id, by: users[0], whose: Whose::Own, at: NOON };
    fixture.apply(Op::Message(delete));
    let quote = fixture.quote(users[0], replied.id).unwrap();
    assert_eq!((quote.text.as_str(), quote.rev, quote.deleted), ("", Seq(4), true));
    // A deleted one can be replied to still: whoever did may not have heard of it.
    assert!(fixture.reply(users[1], "c", "why did you delete that?", question.id).quote.unwrap().deleted);
    // And what is sent again is given back with its quote.
    let again = fixture.apply(reply(EVERYONE, users[1], "b", "at noon", question.id));
    assert!(matches!(again, Outcome::Made { reply: Reply::SentBefore(again), .. } if again.quote.is_some()));
}

#[test]
fn only_what_is_in_the_same_room_is_replied_to() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let room = fixture.room(RoomKind::Open, users[0], &[]);
    let there = fixture.send(room, users[0], "a", "there").id;
    assert_eq!(fixture.refused(reply(EVERYONE, users[0], "b", "here", there)), ErrorCode::NotFound);
    assert_eq!(fixture.refused(reply(EVERYONE, users[0], "c", "here", Seq(99))), ErrorCode::NotFound);
    assert_eq!(fixture.chain(users[0], there, None, 50), (vec![], false));
}

#[test]
fn replies_to_replies_are_one_chain_that_is_read_by_pages() {
    let (fixture, users) = Fixture::with(&["Ada", "Bob"]);
    let root = fixture.send(EVERYONE, users[0], "root", "what shall we sing?").id;
    let other = fixture.send(EVERYONE, users[0], "other", "something else").id;
    let first = fixture.reply(users[1], "1", "the one of the sea", root);
    let second = fixture.reply(users[0], "2", "which?", first.id);
    fixture.reply(users[1], "x", "elsewhere", other);
    let third = fixture.reply(users[1], "3", "the long one", root);
    let places: Vec<_> =
        [&first, &second, &third].map(|told| told.quote.as_ref().unwrap()).map(|q| (q.chain, q.place)).into();
    assert_eq!(places, [(root, 1), (root, 2), (root, 3)]);
    let all: Vec<u64> = [root, first.id, second.id, third.id].map(|id| id.0).into();
    assert_eq!(fixture.chain(users[1], root, None, 50), (all.clone(), false));
    assert_eq!(fixture.chain(users[1], root, None, 2), (all[..2].to_vec(), true));
    assert_eq!(fixture.chain(users[1], root, Some(Seq(all[1])), 2), (all[2..].to_vec(), false));
    // One of its replies deleted, the chain goes on behind it.
    let delete = MessageOp::Delete { room: EVERYONE, message: third.id, by: users[1], whose: Whose::Own, at: NOON };
    fixture.apply(Op::Message(delete));
    let fourth = fixture.reply(users[0], "4", "and?", third.id).quote.unwrap();
    assert_eq!((fourth.chain, fourth.place), (root, 4));
}

#[test]
fn what_is_quoted_stands_nowhere_else_on_the_disk() {
    let (fixture, users) = Fixture::with(&["Ada", "Bob"]);
    let question = fixture.send(EVERYONE, users[0], "a", "xyzzyplugh is the password").id;
    fixture.reply(users[1], "b", "do not write it here", question);
    let delete = MessageOp::Delete { room: EVERYONE, message: question, by: users[0], whose: Whose::Own, at: NOON };
    fixture.apply(Op::Message(delete));
    let dir = fixture.dir.path().to_owned();
    let _fixture = fixture.reopen();
    let bytes = std::fs::read(dir.join("porch.db")).unwrap();
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("do not write it here"), "for this test to mean anything");
    assert!(!holds("xyzzyplugh"));
}
