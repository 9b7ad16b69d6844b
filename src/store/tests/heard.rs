//! Heard marks: who may make them, who is told, and that they go with what was heard.

use super::*;
use crate::proto::attachment::{BlobFile, BlobKind, NewAttachment, NewAttachments, Voice};
use crate::proto::blob::{BlobHash, UploadId};
use crate::proto::heard::HeardBy;
use crate::proto::limits::HEARD_BY_MAX;
use crate::proto::op::{CompleteFile, UploadOp};

impl Fixture {
    /// A voice message; without `voice` the same as a file that is heard.
    fn said(&self, room: RoomId, author: UserId, number: u8, voice: Option<Voice>) -> Message {
        let (name, media_type) = ("voice.webm".to_owned().into(), "audio/webm".into());
        let file = BlobFile { blob: BlobHash([number; 32]), bytes: 100, name, media_type, what: BlobKind::Audio {} };
        let upload = UploadId([number; 16]);
        let complete = UploadOp::Complete { upload, by: author, file: CompleteFile { file, length: 100 }, at: NOON };
        self.apply(Op::Upload(complete));
        appended(self.apply(Op::Message(MessageOp::Append(NewMessage {
            room,
            author,
            client_msg_id: ClientMsgId::try_from(format!("v{number}")).unwrap(),
            body: Body::parse_caption(String::new()).unwrap(),
            attachments: NewAttachments::parse(vec![NewAttachment { upload, alt: None, voice }]).unwrap(),
            mentions: Vec::new(),
            reply_to: None,
            sent_at: NOON,
        }))))
    }

    /// Who has heard this message of a room, as far as this person is told.
    fn heard(&self, asker: UserId, room: RoomId, message: Seq) -> Option<Vec<UserId>> {
        let marks = self.read(|reader| reader.heard_marks(asker, room, &[message, Seq(999)]))?;
        match &marks.heard[..] {
            [] => Some(Vec::new()),
            [HeardBy { message: told, by }] if *told == message => Some(by.clone()),
            other => panic!("not asked for: {other:?}"),
        }
    }
}

fn mark(room: RoomId, message: Seq, by: UserId) -> Op {
    Op::Message(MessageOp::MarkHeard { room, message, by })
}

fn voice() -> Option<Voice> {
    Some(Voice { ms: 4_200, levels: vec![9, 200] })
}

#[test]
fn a_listener_marks_once_and_the_author_is_told_who_they_are() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace", "Lin"]);
    let [ada, grace, lin] = users[..] else { panic!("three people") };
    let Message { id, .. } = fixture.said(EVERYONE, ada, 1, voice());
    let newest = fixture.read(|reader| reader.newest_seq());
    match change(fixture.apply(mark(EVERYONE, id, grace))) {
        Change::HeardMarked { room: EVERYONE, message, by, author } => {
            assert_eq!((message, by, author), (id, grace, Some(ada)));
        }
        other => panic!("{other:?}"),
    }
    assert!(changes(fixture.apply(mark(EVERYONE, id, grace))).is_empty(), "it is known");
    assert_eq!(fixture.read(|reader| reader.newest_seq()), newest, "nobody misses it who was away");
    changes(fixture.apply(mark(EVERYONE, id, lin)));
    let fixture = fixture.reopen();
    assert_eq!(fixture.heard(ada, EVERYONE, id), Some(vec![grace, lin]));
    assert_eq!(fixture.heard(lin, EVERYONE, id), Some(vec![lin]), "who else has is the author's to know");
}

#[test]
fn only_members_mark_and_only_what_another_has_said_there() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace", "Lin"]);
    let [ada, grace, lin] = users[..] else { panic!("three people") };
    let room = fixture.room(RoomKind::Open, ada, &[grace]);
    let Message { id, .. } = fixture.said(room, ada, 1, voice());
    assert_eq!(fixture.refused(mark(room, id, lin)), ErrorCode::NotAMember);
    assert_eq!(fixture.heard(lin, room, id), None);
    assert_eq!(fixture.refused(mark(room, id, ada)), ErrorCode::NotFound, "one's own");
    assert_eq!(fixture.refused(mark(EVERYONE, id, grace)), ErrorCode::NotFound, "that is elsewhere");
    assert_eq!(fixture.heard(grace, EVERYONE, id), Some(vec![]));
    let words = fixture.send(room, ada, "w", "words").id;
    let sound = fixture.said(room, ada, 2, None).id;
    for none in [words, sound, Seq(999)] {
        assert_eq!(fixture.refused(mark(room, none, grace)), ErrorCode::NotFound);
    }
    changes(fixture.apply(mark(room, id, grace)));
    // Whoever has gone has heard it all the same, and asks no more.
    changes(fixture.apply(Op::Room(RoomOp::RemoveMember { room, user: grace, by: grace })));
    assert_eq!(fixture.refused(mark(room, id, grace)), ErrorCode::NotAMember);
    assert_eq!((fixture.heard(grace, room, id), fixture.heard(ada, room, id)), (None, Some(vec![grace])));
}

#[test]
fn marks_go_with_the_message() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let Message { id, room, .. } = fixture.said(EVERYONE, users[0], 1, voice());
    changes(fixture.apply(mark(room, id, users[1])));
    let delete = MessageOp::Delete { room, message: id, by: users[0], whose: Whose::Own, at: NOON };
    changes(fixture.apply(Op::Message(delete)));
    assert_eq!(fixture.heard(users[0], room, id), Some(vec![]));
    assert_eq!(fixture.refused(mark(room, id, users[1])), ErrorCode::NotFound);
    let database = rusqlite::Connection::open(fixture.dir.path().join("porch.db")).unwrap();
    let left: i64 = database.query_row("SELECT count(*) FROM heard_marks", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
}

#[test]
fn the_author_of_what_very_many_hear_is_told_of_some() {
    let fixture = Fixture::new();
    let ada = fixture.register("Ada").id;
    let Message { id, .. } = fixture.said(EVERYONE, ada, 1, voice());
    let people: Vec<UserId> = (0..=HEARD_BY_MAX).map(|number| fixture.register(&format!("P{number}")).id).collect();
    let outcomes = fixture.apply_all(people.iter().map(|by| mark(EVERYONE, id, *by)));
    let told = |outcome: Result<Outcome, Fault>| match change(outcome.unwrap()) {
        Change::HeardMarked { author, .. } => author.is_some(),
        other => panic!("{other:?}"),
    };
    assert_eq!(outcomes.into_iter().filter(|outcome| told(outcome.clone())).count(), HEARD_BY_MAX);
    assert_eq!(fixture.heard(ada, EVERYONE, id).map(|by| by.len()), Some(HEARD_BY_MAX));
    let last = people[HEARD_BY_MAX];
    assert_eq!(fixture.heard(last, EVERYONE, id), Some(vec![last]), "they know it of themselves");
}
