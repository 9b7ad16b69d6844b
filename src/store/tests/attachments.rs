use super::super::Window;
use super::*;
use crate::proto::attachment::{
    Attached, AttachmentKind, BlobFile, BlobKind, NewAttachment, NewAttachments, PictureFacts,
};
use crate::proto::blob::{BlobHash, UploadId};
use crate::proto::brought::Gallery;
use crate::proto::limits::BLOBS_FREED_AT_ONCE_MAX;
use crate::proto::op::{CompleteFile, Missed, UploadOp};

const BLOB: BlobHash = BlobHash([9; 32]);
const FACTS: PictureFacts = PictureFacts { width: 40, height: 30, color: Some([1, 2, 3]), moves: false };

fn file(blob: BlobHash) -> CompleteFile {
    let (name, media_type) = ("猫.jpg".to_owned().into(), "image/jpeg".into());
    CompleteFile { file: BlobFile { blob, bytes: 100, name, media_type, what: BlobKind::Picture(FACTS) }, length: 150 }
}

fn complete(upload: u8, by: UserId, blob: BlobHash) -> Op {
    Op::Upload(UploadOp::Complete { upload: UploadId([upload; 16]), by, file: file(blob), at: NOON })
}

/// A message with these uploads, and no words.
fn with(author: UserId, id: &str, uploads: &[u8]) -> Op {
    let new = |upload: &u8| NewAttachment { upload: UploadId([*upload; 16]), alt: Some("a cat".into()), voice: None };
    Op::Message(MessageOp::Append(NewMessage {
        room: EVERYONE,
        author,
        client_msg_id: ClientMsgId::try_from(id.to_owned()).unwrap(),
        body: Body::parse_caption(String::new()).unwrap(),
        attachments: NewAttachments::parse(uploads.iter().map(new).collect()).unwrap(),
        mentions: Vec::new(),
        reply_to: None,
        sent_at: NOON,
    }))
}

fn delete(message: &Message) -> Op {
    let (room, message, by) = (message.room, message.id, message.author);
    Op::Message(MessageOp::Delete { room, message, by, whose: Whose::Own, at: NOON })
}

fn is_needed(fixture: &Fixture, blob: BlobHash) -> bool {
    fixture.read(|reader| reader.is_blob_needed(blob))
}

#[track_caller]
fn freed(fixture: &Fixture) -> Vec<BlobHash> {
    match fixture.apply(Op::Upload(UploadOp::TakeFreed)) {
        Outcome::Made { reply: Reply::Blobs(blobs), .. } => blobs,
        other => panic!("no blobs: {other:?}"),
    }
}

#[test]
fn a_message_takes_up_its_uploads_and_everybody_reads_them_with_it() {
    let (fixture, users) = Fixture::with(&["Ada", "Lin"]);
    fixture.apply(complete(1, users[0], BLOB));
    fixture.apply(complete(2, users[0], BLOB));
    assert_eq!(fixture.read(|reader| reader.unsent_uploads(users[0])).values().sum::<u64>(), 200);
    let sent = appended(fixture.apply(with(users[0], "a", &[1, 2])));
    assert_eq!(sent.attachments.len(), 2);
    assert_eq!(sent.attachments[0].what, AttachmentKind::Picture { facts: FACTS, alt: "a cat".into() });
    assert_eq!(fixture.read(|reader| reader.unsent_uploads(users[0])).len(), 0);
    assert_eq!(fixture.read(|reader| reader.stored_bytes(users[0])), 200);
    let fixture = fixture.reopen();
    let page = fixture.read(|reader| reader.history(users[1], EVERYONE, Window::Newest, 10)).unwrap();
    assert_eq!(page.messages.last(), Some(&sent));
    let missed = fixture.read(|reader| reader.missed(users[1], Seq(0), Seq(u64::MAX)));
    assert!(matches!(missed, Missed::Events(events) if events == [Event::from(sent.clone())]));
    let last = fixture.snapshot.rooms.iter().find(|room| room.id == EVERYONE).unwrap().last.clone().unwrap();
    assert_eq!(last.attached, Attached::of(&sent.attachments));
    assert!(is_needed(&fixture, BLOB));
    // Its bytes are for those in the room.
    let attachment = |user, place| fixture.read(|reader| reader.attachment(user, sent.id, place));
    assert_eq!(attachment(users[1], 1), Some((BLOB, sent.attachments[1].clone())));
    assert_eq!((attachment(users[1], 2), attachment(UserId(77), 0)), (None, None));
}

#[test]
fn a_message_whose_uploads_are_not_all_there_is_not_stored() {
    let (fixture, users) = Fixture::with(&["Ada", "Lin"]);
    fixture.apply(complete(1, users[0], BLOB));
    fixture.apply(complete(2, users[1], BLOB));
    assert_eq!(fixture.refused(with(users[0], "a", &[1, 2])), ErrorCode::UploadUnknown, "that is another's");
    assert_eq!(fixture.refused(with(users[0], "b", &[1, 3])), ErrorCode::UploadUnknown);
    let sent = appended(fixture.apply(with(users[0], "c", &[1])));
    assert_eq!(fixture.refused(with(users[0], "d", &[1])), ErrorCode::UploadUnknown, "it is in a message");
    // Its answer was lost: the upload has gone, and the message is there.
    match fixture.apply(with(users[0], "c", &[1])) {
        Outcome::Made { reply: Reply::SentBefore(message), .. } => assert_eq!(*message, sent),
        other => panic!("sent twice: {other:?}"),
    }
}

#[test]
fn deleting_frees_what_nothing_else_needs() {
    let (fixture, users) = Fixture::with(&["Ada", "Lin"]);
    for (upload, user) in [(1, 0), (2, 1)] {
        fixture.apply(complete(upload, users[user], BLOB));
    }
    let [first, second] =
        [(1, 0, "a"), (2, 1, "b")].map(|(upload, user, id)| appended(fixture.apply(with(users[user], id, &[upload]))));
    fixture.apply(delete(&first));
    assert!(is_needed(&fixture, BLOB) && freed(&fixture).is_empty());
    assert_eq!(fixture.read(|reader| reader.stored_bytes(users[0])), 0);
    assert_eq!(fixture.read(|reader| reader.stored_bytes(users[1])), 100);
    let page = fixture.read(|reader| reader.history(users[1], EVERYONE, Window::Newest, 10)).unwrap();
    assert!(page.messages[0].deleted && page.messages[0].attachments.is_empty());
    assert_eq!(fixture.read(|reader| reader.attachment(users[1], first.id, 0)), None);
    // An upload that waits to be sent needs it, too.
    fixture.apply(complete(3, users[0], BLOB));
    fixture.apply(delete(&second));
    assert!(is_needed(&fixture, BLOB) && freed(&fixture).is_empty());
    fixture.apply(Op::Upload(UploadOp::Remove { upload: UploadId([3; 16]), by: users[0] }));
    assert!(!is_needed(&fixture, BLOB));
    assert_eq!(freed(&fixture), [BLOB]);
    assert!(freed(&fixture).is_empty(), "each is given once");
}

#[test]
fn who_has_sent_the_most_is_told_first_and_of_which_blobs_messages_need() {
    let (fixture, users) = Fixture::with(&["Ada", "Lin", "Bo"]);
    let blobs = [0x00, 0x01, 0xfe, 0xff].map(|byte| BlobHash([byte; 32]));
    let mut sent = Vec::new();
    for (at, (user, blob)) in [(1, 0), (1, 1), (2, 2), (1, 3), (0, 3)].into_iter().enumerate() {
        fixture.apply(complete(at as u8, users[user], blobs[blob]));
        sent.push(appended(fixture.apply(with(users[user], &at.to_string(), &[at as u8]))));
    }
    let by = |count| {
        let (people, others) = fixture.read(move |reader| reader.stored_by(count));
        (people.iter().map(|one| (one.user, one.bytes)).collect::<Vec<_>>(), others)
    };
    assert_eq!(by(9), (vec![(users[1], 300), (users[0], 100), (users[2], 100)], 0));
    assert_eq!(by(1), (vec![(users[1], 300)], 200));
    let needed = |first| fixture.read(move |reader| reader.needed_blobs(first));
    assert_eq!([0x00, 0x01, 0xfe, 0xff].map(needed), blobs.map(|blob| vec![blob]));
    assert!(needed(0x02).is_empty());
    fixture.apply(delete(&sent[3]));
    assert_eq!(needed(0xff), [blobs[3]], "another message shows it");
    fixture.apply(delete(&sent[4]));
    assert!(needed(0xff).is_empty());
    assert_eq!(by(9), (vec![(users[1], 200), (users[2], 100)], 0));
}

#[test]
fn a_gallery_holds_what_a_room_was_brought_and_what_was_deleted_is_out_of_it() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let sent: Vec<Message> = (1..=5)
        .map(|upload| {
            fixture.apply(complete(upload, users[0], BLOB));
            fixture.send(EVERYONE, users[0], &format!("w{upload}"), "words between");
            appended(fixture.apply(with(users[0], &upload.to_string(), &[upload])))
        })
        .collect();
    fixture.apply(delete(&sent[1]));
    let page = |gallery, before: Option<Seq>, limit| {
        let page = fixture.read(|reader| reader.gallery(users[0], EVERYONE, gallery, before, limit)).unwrap();
        (page.messages.iter().map(|message| message.id).collect::<Vec<_>>(), page.more_before, page.more_after)
    };
    let id = |at: usize| sent[at].id;
    assert_eq!(page(Gallery::Pictures, None, 2), (vec![id(3), id(4)], true, false));
    assert_eq!(page(Gallery::Pictures, Some(id(3)), 2), (vec![id(0), id(2)], false, true));
    assert_eq!(page(Gallery::Files, None, 2), (vec![], false, false));
    assert!(fixture.read(|reader| reader.gallery(UserId(77), EVERYONE, Gallery::Pictures, None, 2)).is_none());
}

#[test]
fn links_are_in_a_gallery_of_their_own_for_those_in_the_room() {
    let (fixture, users) = Fixture::with(&["Ada", "Eve"]);
    let room = fixture.room(RoomKind::Closed, users[0], &[]);
    let sent = ["see https://example.com", "no link", "www.example.org", "example.com/a and nas.lan"]
        .map(|body| fixture.send(room, users[0], &body.len().to_string(), body));
    fixture.apply(delete(&sent[2]));
    let links = |user| fixture.read(|reader| reader.gallery(user, room, Gallery::Links, None, 10));
    let ids: Vec<_> = links(users[0]).unwrap().messages.iter().map(|message| message.id).collect();
    assert_eq!(ids, [sent[0].id, sent[3].id]);
    assert!(links(users[1]).is_none(), "nobody else's");
}

#[test]
fn uploads_go_when_their_time_is_over_and_with_whoever_made_them() {
    let (fixture, users) = Fixture::with(&["Ada", "Lin", "Bo"]);
    for (upload, user) in [(1, 0), (2, 1), (3, 2)] {
        fixture.apply(complete(upload, users[user], BlobHash([upload; 32])));
    }
    let later = UploadOp::Complete { upload: UploadId([4; 16]), by: users[0], file: file(BLOB), at: NOON + 1 };
    fixture.apply(Op::Upload(later));
    let checked = "hash of Lin".to_owned();
    let by = DeletedBy::Themselves { checked };
    fixture.apply(Op::Account(AccountOp::Delete { user: users[1], by, at: NOON }));
    assert_eq!(freed(&fixture), [BlobHash([2; 32])]);
    // Whoever has gone leaves nothing that came late.
    fixture.apply(complete(5, users[1], BlobHash([5; 32])));
    assert_eq!(freed(&fixture), [BlobHash([5; 32])]);
    fixture.apply(Op::Upload(UploadOp::Expire { before: NOON + 1 }));
    let mut gone = freed(&fixture);
    gone.sort();
    assert_eq!(gone, [BlobHash([1; 32]), BlobHash([3; 32])]);
    assert_eq!(fixture.read(|reader| reader.unsent_uploads(users[0])).len(), 1);
    let remove = |by| Op::Upload(UploadOp::Remove { upload: UploadId([4; 16]), by });
    assert_eq!(fixture.refused(remove(users[2])), ErrorCode::NotFound);
    fixture.apply(remove(users[0]));
    assert_eq!(freed(&fixture), [BLOB]);
}

#[test]
fn the_same_upload_twice_is_one_and_many_blobs_are_freed_in_several_goes() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    fixture.apply(complete(1, users[0], BLOB));
    fixture.apply(complete(1, users[0], BLOB));
    assert_eq!(fixture.read(|reader| reader.unsent_uploads(users[0])).len(), 1);
    for upload in 20..=BLOBS_FREED_AT_ONCE_MAX as u8 + 20 {
        fixture.apply(complete(upload, users[0], BlobHash([upload; 32])));
    }
    fixture.apply(Op::Upload(UploadOp::Expire { before: NOON + 1 }));
    let goes = [freed(&fixture).len(), freed(&fixture).len(), freed(&fixture).len()];
    assert_eq!(goes, [BLOBS_FREED_AT_ONCE_MAX, 2, 0]);
}
