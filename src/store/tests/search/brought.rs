//! What messages bring is found: by its kind, its name, and what is said of it.

use super::*;
use crate::proto::account::AttachmentMarks;
use crate::proto::attachment::{BlobFile, BlobKind, NewAttachment, NewAttachments, PictureFacts, Voice};
use crate::proto::blob::{BlobHash, UploadId};
use crate::proto::op::{CompleteFile, UploadOp};

/// A file to be sent.
pub(super) struct Sent {
    pub(super) name: String,
    pub(super) what: BlobKind,
    pub(super) alt: String,
    pub(super) is_voice: bool,
}

pub(super) const PICTURE: BlobKind = BlobKind::Picture(PictureFacts { width: 4, height: 3, color: None, moves: false });

fn picture(name: &str, alt: &str) -> Sent {
    Sent { name: name.into(), what: PICTURE, alt: alt.into(), is_voice: false }
}

fn file(name: &str) -> Sent {
    Sent { what: BlobKind::Other {}, ..picture(name, "") }
}

/// Sends a message with these files.
pub(super) fn brings(
    fixture: &Fixture,
    (room, author): (RoomId, UserId),
    id: &str,
    body: &str,
    files: &[Sent],
) -> Message {
    let mut attachments = Vec::new();
    for (at, Sent { name, what, alt, is_voice }) in files.iter().enumerate() {
        let mut upload = [at as u8; 16];
        upload[..id.len()].copy_from_slice(id.as_bytes());
        let upload = UploadId(upload);
        let (blob, name) = (BlobHash([7; 32]), name.clone().into());
        let file = BlobFile { blob, bytes: 9, name, media_type: "x/y".into(), what: *what };
        let complete = UploadOp::Complete { upload, by: author, file: CompleteFile { file, length: 9 }, at: NOON };
        assert!(is_made(&fixture.try_apply(Op::Upload(complete))));
        let voice = is_voice.then(|| Voice { ms: 5, levels: vec![1, 2] });
        attachments.push(NewAttachment { upload, alt: Some(alt.clone()), voice });
    }
    appended(fixture.apply(Op::Message(MessageOp::Append(NewMessage {
        room,
        author,
        client_msg_id: ClientMsgId::try_from(id.to_owned()).unwrap(),
        body: Body::parse_caption(body.to_owned()).unwrap(),
        attachments: NewAttachments::parse(attachments).unwrap(),
        mentions: Vec::new(),
        reply_to: None,
        sent_at: NOON,
    }))))
}

/// Ada's messages 1 to 8 in the hall.
fn brought() -> (Fixture, Vec<UserId>) {
    let (fixture, users) = Fixture::with(&["Ada", "Eve"]);
    let hall = (EVERYONE, users[0]);
    let sound = |is_voice| Sent { what: BlobKind::Audio {}, is_voice, ..file("take 1.webm") };
    brings(&fixture, hall, "1", "", &[picture("IMG_2034.jpg", "a cat on the Gartenmauer"), picture("b.png", "")]);
    brings(&fixture, hall, "2", "the protocol", &[file("Protokoll_2026-05.pdf")]);
    brings(&fixture, hall, "3", "", &[sound(true)]);
    brings(&fixture, hall, "4", "listen", &[sound(false)]);
    brings(&fixture, hall, "5", "", &[Sent { what: BlobKind::Video {}, ..file("clip.mp4") }]);
    fixture.send(EVERYONE, users[0], "6", "see https://example.com/picture");
    fixture.send(EVERYONE, users[0], "7", "a picture, a voice and a file in words only");
    brings(
        &fixture,
        hall,
        "8",
        "两张 nas.lan/x",
        &[picture("报告截图 (1).png", "一只猫在墙上"), file("会议纪要.docx")],
    );
    (fixture, users)
}

fn is_found(fixture: &Fixture, ada: UserId) {
    for (query, ids) in [
        ("has:picture", &[8, 1][..]),
        ("has:video", &[5]),
        ("has:voice", &[3]),
        ("has:audio", &[4]),
        ("has:file", &[8, 2]),
        ("has:link", &[8, 6]),
        ("has:picture has:file", &[8]),
        ("has:picture has:voice", &[]),
        ("has:picture cat", &[1]),
        ("has:file cat", &[]),
        ("from:Ada has:voice", &[3]),
        ("from:Eve has:voice", &[]),
        ("picture", &[7, 6]),
        ("2034", &[1]),
        ("img", &[1]),
        ("IMG_2034.jpg", &[1]),
        ("img_20", &[1]),
        ("protokoll", &[2]),
        ("2026-05", &[2]),
        ("Protokoll_2026-05.pdf", &[2]),
        ("\"protocol protokoll\"", &[]),
        ("protocol protokoll", &[2]),
        ("gartenmauer cat", &[1]),
        ("\"cat img\"", &[]),
        ("报告", &[8]),
        ("截图 纪要", &[8]),
        ("猫在墙", &[8]),
        ("墙上会", &[]),
        ("clip", &[5]),
    ] {
        finds(fixture, ada, query, ids);
    }
}

#[test]
fn what_is_brought_is_found_by_kind_name_and_alt_before_and_in_the_index() {
    let (fixture, users) = brought();
    is_found(&fixture, users[0]);
    fixture.index();
    // So many that the newest ones, which are read without the index, are others.
    fixture.apply_all((0..600).map(|i| append(EVERYONE, users[0], &format!("n{i}"), "-")));
    fixture.index();
    is_found(&fixture, users[0]);
}

#[test]
fn what_was_found_is_marked_in_the_text_that_it_stands_in() {
    let (fixture, users) = brought();
    for _ in 0..2 {
        let hit = |query| search(&fixture, users[0], query).remove(0);
        let found = hit("gartenmauer 2034");
        assert_eq!(found.marks, [[0; 2]; 0]);
        assert_eq!(found.attachment_marks, [AttachmentMarks { place: 0, name: vec![[4, 8]], alt: vec![[13, 24]] }]);
        let found = hit("两张 纪要");
        assert_eq!((found.marks, found.attachment_marks.len()), (vec![[0, 2]], 1));
        assert_eq!(found.attachment_marks[0], AttachmentMarks { place: 1, name: vec![[2, 4]], alt: vec![] });
        assert!(hit("has:picture").attachment_marks.is_empty());
        fixture.index();
    }
}

#[test]
fn what_others_bring_to_a_room_that_the_asker_is_not_in_is_not_found() {
    let (fixture, users) = Fixture::with(&["Ada", "Eve"]);
    let room = fixture.room(RoomKind::Closed, users[0], &[]);
    brings(&fixture, (room, users[0]), "1", "www.example.com", &[picture("secret.png", "a plan"), file("x.pdf")]);
    for _ in 0..2 {
        for query in ["has:picture", "has:link", "has:file", "secret", "plan"] {
            finds(&fixture, users[0], query, &[1]);
            finds(&fixture, users[1], query, &[]);
        }
        fixture.index();
    }
}

#[test]
fn what_was_deleted_is_not_found_and_nothing_said_of_it_stands_in_any_file() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let said = [picture("xyzzyname.png", "xyzzyalt 秘密部署"), file("xyzzyfile.pdf")];
    let gone = brings(&fixture, (EVERYONE, users[0]), "1", "xyzzybody https://xyzzy.example/", &said);
    brings(&fixture, (EVERYONE, users[0]), "2", "staysbody", &[picture("staysname.png", "staysalt")]);
    fixture.index();
    finds(&fixture, users[0], "xyzzyname xyzzyalt xyzzyfile xyzzybody", &[1]);
    let (room, message, by) = (gone.room, gone.id, gone.author);
    fixture.apply(Op::Message(MessageOp::Delete { room, message, by, whose: Whose::Own, at: NOON }));
    for indexed in [false, true] {
        for query in ["xyzzyname", "xyzzyalt", "xyzzyfile", "部署", "has:file", "has:link"] {
            finds(&fixture, users[0], query, &[]);
        }
        finds(&fixture, users[0], "has:picture", &[2]);
        if !indexed {
            fixture.index();
        }
    }
    // The logs are emptied as when all is quiet.
    fixture.store.close();
    for stays in ["staysbody", "staysname", "staysalt"] {
        assert!(files_hold(fixture.dir.path(), stays), "for this test to mean anything");
    }
    // The index has what two words begin with only once.
    for said in ["xyzzy", "zzyname", "zzyalt", "zzyfile", "zzybody", "秘密", "部署"] {
        assert!(!files_hold(fixture.dir.path(), said), "{said}");
    }
}

/// Whether a file of the folder holds these bytes.
fn files_hold(dir: &Path, word: &str) -> bool {
    let sought = word.as_bytes();
    let files = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    files.map(|path| std::fs::read(path).unwrap()).any(|bytes| bytes.windows(sought.len()).any(|some| some == sought))
}

#[test]
fn few_that_bring_something_among_many_are_found_by_the_index_and_not_by_reading_all() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    brings(&fixture, (EVERYONE, users[0]), "1", "", &[picture("a.png", "")]);
    for part in 0..6 {
        fixture.apply_all((0..500).map(|i| append(EVERYONE, users[0], &format!("{part}-{i}"), "words and words")));
    }
    fixture.index();
    let cost = |text| {
        let query = Query::parse(text, Filters::default()).unwrap();
        fixture.read(|reader| {
            reader.searched(users[0], &query, &|| false, |search| {
                let page = search.page(None, 20)?;
                assert_eq!(page.next, None);
                Ok((page.hits.len(), search.cost()))
            })
        })
    };
    let (rare, none, word) = (cost("has:picture"), cost("has:voice"), cost("nosuchword"));
    assert_eq!((rare.0, none.0), (1, 0));
    assert!(none.1 <= word.1 + 4, "as a word that stands nowhere: {none:?}, {word:?}");
    assert!(rare.1 < none.1 + 100, "and a message: {rare:?}");
}
