//! Messages that are passed on: what is written, who may, and what becomes of the bytes they share.

use super::super::Window;
use super::*;
use crate::proto::account::HistoryPage;
use crate::proto::attachment::{
    Attachment, AttachmentKind, BlobFile, BlobKind, NewAttachment, NewAttachments, PictureFacts, Voice,
};
use crate::proto::blob::{BlobHash, UploadId};
use crate::proto::brought::Gallery;
use crate::proto::op::{CompleteFile, Forward, UploadOp};

const PICTURE: BlobHash = BlobHash([2; 32]);
const SOUND: BlobHash = BlobHash([4; 32]);

impl Fixture {
    /// A picture and a voice message of 100 bytes each, in one message of the room for everybody.
    fn brought(&self, author: UserId, id: u8) -> Message {
        let facts = PictureFacts { width: 4, height: 3, color: None, moves: false };
        let new = [(PICTURE, BlobKind::Picture(facts), None), (SOUND, BlobKind::Audio {}, Some(vec![1, 2]))];
        let attachments = new.map(|(blob, what, levels)| {
            let BlobHash([byte, ..]) = blob;
            let upload = UploadId([id + byte; 16]);
            let file = BlobFile { blob, bytes: 100, name: Default::default(), media_type: "x/y".into(), what };
            let file = CompleteFile { file, length: 100 };
            self.apply(Op::Upload(UploadOp::Complete { upload, by: author, file, at: NOON }));
            let voice = levels.map(|levels| Voice { ms: 5, levels });
            NewAttachment { upload, alt: voice.is_none().then(|| "a cat".into()), voice }
        });
        appended(self.apply(Op::Message(MessageOp::Append(NewMessage {
            room: EVERYONE,
            author,
            client_msg_id: ClientMsgId::try_from(format!("brought-{id}")).unwrap(),
            body: Body::parse("look https://porch.local".into()).unwrap(),
            attachments: NewAttachments::parse(attachments.into()).unwrap(),
            mentions: Vec::new(),
            reply_to: None,
            sent_at: NOON,
        }))))
    }

    fn page(&self, asker: UserId, room: RoomId) -> HistoryPage {
        self.read(|reader| reader.history(asker, room, Window::Newest, 10)).unwrap()
    }

    fn gallery(&self, asker: UserId, room: RoomId, gallery: Gallery) -> Vec<Seq> {
        let page = self.read(|reader| reader.gallery(asker, room, gallery, None, 10)).unwrap();
        page.messages.iter().map(|message| message.id).collect()
    }

    fn is_needed(&self, blob: BlobHash) -> bool {
        self.read(|reader| reader.is_blob_needed(blob))
    }

    fn stored(&self, user: UserId) -> u64 {
        self.read(|reader| reader.stored_bytes(user))
    }
}

fn forward(there: &Message, room: RoomId, by: UserId, id: &str) -> Op {
    let client_msg_id = ClientMsgId::try_from(id.to_owned()).unwrap();
    Op::Message(MessageOp::Forward(Forward {
        from: there.room,
        message: there.id,
        room,
        by,
        client_msg_id,
        at: NOON + 1,
    }))
}

fn delete(message: &Message) -> Op {
    let (room, message, by) = (message.room, message.id, message.author);
    Op::Message(MessageOp::Delete { room, message, by, whose: Whose::Own, at: NOON })
}

#[test]
fn what_is_forwarded_is_a_message_like_any_with_all_that_was_said_and_brought() {
    let (fixture, users) = Fixture::with(&["Ada", "Lin", "Bo"]);
    let room = fixture.room(RoomKind::Closed, users[1], &[users[2]]);
    let original = fixture.brought(users[0], 0);
    let told = appended(fixture.apply(forward(&original, room, users[1], "f")));
    let id = ClientMsgId::try_from("f".to_owned()).unwrap();
    let meant = Message {
        id: Seq(2),
        rev: Seq(2),
        room,
        n: 1,
        author: users[1],
        client_msg_id: id,
        sent_at: NOON + 1,
        forwarded: true,
        ..original
    };
    assert_eq!(told, meant);
    assert!(matches!(&told.attachments[1].what, AttachmentKind::Voice(voice) if voice.levels == [1, 2]));
    fixture.index();
    let fixture = fixture.reopen();
    assert_eq!(fixture.page(users[2], room).messages.last(), Some(&told));
    for gallery in [Gallery::Pictures, Gallery::Sounds, Gallery::Links] {
        assert_eq!(fixture.gallery(users[2], room, gallery), [told.id], "{gallery:?}");
    }
    search::finds(&fixture, users[2], "cat has:voice", &[2, 1]);
    // Its bytes are for those in that room, whoever reads the other.
    let attachment = |user, message: &Message| fixture.read(|reader| reader.attachment(user, message.id, 0));
    let kept = Some((PICTURE, told.attachments[0].clone()));
    assert_eq!((attachment(users[2], &told), attachment(users[0], &told)), (kept, None::<(BlobHash, Attachment)>));
    let last = fixture.snapshot.rooms.iter().find(|known| known.id == room).unwrap().last.clone().unwrap();
    assert_eq!((last.id, last.preview.as_str()), (told.id, "look https://porch.local"));
}

#[test]
fn asked_for_again_it_is_the_same_and_nothing_more_is_counted() {
    let (fixture, users) = Fixture::with(&["Ada", "Lin"]);
    let original = fixture.brought(users[0], 0);
    let told = appended(fixture.apply(forward(&original, EVERYONE, users[1], "f")));
    // Its answer was lost, and the original is gone by now.
    fixture.apply(delete(&original));
    match fixture.apply(forward(&original, EVERYONE, users[1], "f")) {
        Outcome::Made { reply: Reply::SentBefore(message), changes } => {
            assert!(*message == told && changes.is_empty());
        }
        other => panic!("forwarded twice: {other:?}"),
    }
    assert_eq!(fixture.stored(users[1]), 200);
    assert_eq!(fixture.refused(forward(&original, EVERYONE, users[1], "g")), ErrorCode::NotFound);
}

#[test]
fn bytes_that_messages_share_go_with_the_last_of_them() {
    let (fixture, users) = Fixture::with(&["Ada", "Lin"]);
    let original = fixture.brought(users[0], 0);
    let first = appended(fixture.apply(forward(&original, EVERYONE, users[1], "f")));
    let again = appended(fixture.apply(forward(&first, EVERYONE, users[1], "g")));
    assert_eq!((fixture.stored(users[0]), fixture.stored(users[1])), (200, 400), "each pays for what they send");
    for (message, needed) in [(&original, true), (&first, true), (&again, false)] {
        fixture.apply(delete(message));
        assert_eq!((fixture.is_needed(PICTURE), fixture.is_needed(SOUND)), (needed, needed));
    }
    assert_eq!((fixture.stored(users[0]), fixture.stored(users[1])), (0, 0));
    let Outcome::Made { reply: Reply::Blobs(freed), .. } = fixture.apply(Op::Upload(UploadOp::TakeFreed)) else {
        panic!("no blobs")
    };
    assert_eq!(freed, [PICTURE, SOUND]);
    for message in fixture.page(users[0], EVERYONE).messages {
        assert!(message.deleted && !message.forwarded, "nothing is told of what is gone");
    }
}

#[test]
fn only_who_reads_it_forwards_what_is_there_to_where_they_may_write() {
    let (fixture, users) = Fixture::with(&["Ada", "Lin"]);
    let theirs = fixture.room(RoomKind::Closed, users[0], &[]);
    let secret = fixture.send(theirs, users[0], "a", "secret");
    let open = fixture.send(EVERYONE, users[0], "b", "open");
    assert_eq!(fixture.refused(forward(&secret, EVERYONE, users[1], "f")), ErrorCode::NotAMember);
    assert_eq!(fixture.refused(forward(&open, theirs, users[1], "f")), ErrorCode::NotAMember);
    let elsewhere = Message { room: EVERYONE, ..secret.clone() };
    assert_eq!(fixture.refused(forward(&elsewhere, EVERYONE, users[1], "f")), ErrorCode::NotFound);
    assert_eq!(
        fixture.refused(forward(&Message { id: Seq(99), ..open.clone() }, theirs, users[0], "f")),
        ErrorCode::NotFound
    );
    let archive =
        |archived| Op::Room(RoomOp::Set { room: theirs, by: users[0], setting: RoomSetting::Archived(archived) });
    fixture.apply(archive(true));
    assert_eq!(fixture.refused(forward(&open, theirs, users[0], "f")), ErrorCode::RoomArchived);
    let out = appended(fixture.apply(forward(&secret, EVERYONE, users[0], "g")));
    assert_eq!(out.body, "secret", "what is archived is read still");
    let edit = MessageOp::Edit {
        room: EVERYONE,
        message: out.id,
        by: users[0],
        body: Body::parse("said otherwise".into()).unwrap(),
        mentions: Vec::new(),
        at: NOON,
    };
    assert_eq!(fixture.refused(Op::Message(edit)), ErrorCode::Forbidden, "nobody changes another's words");
}

#[test]
fn what_one_person_may_store_is_asked_of_what_they_forward_too() {
    let (fixture, users) = Fixture::with(&["Ada", "Lin"]);
    let original = fixture.brought(users[0], 0);
    let words = fixture.send(EVERYONE, users[0], "a", "words");
    fixture.apply(decide(PatchSettings { person_bytes_max: Some(399), ..PatchSettings::default() }));
    fixture.apply(forward(&original, EVERYONE, users[1], "f"));
    assert_eq!(fixture.refused(forward(&original, EVERYONE, users[1], "g")), ErrorCode::QuotaFull);
    fixture.apply(forward(&words, EVERYONE, users[1], "h"));
    fixture.apply(decide(PatchSettings { person_bytes_max: Some(400), ..PatchSettings::default() }));
    fixture.apply(forward(&original, EVERYONE, users[1], "g"));
    assert_eq!(fixture.stored(users[1]), 400);
}
