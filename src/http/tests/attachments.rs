//! What messages bring: brought, sent, seen by those who may, and gone when it is deleted.

use std::io::Cursor;

use image::{ImageFormat, RgbImage};

use super::uploads::header;
use super::*;
use crate::proto::attachment::{Attachment, AttachmentKind, NewAttachment, NewAttachments, PictureFacts, Voice};
use crate::proto::event::{EventKind, Message};
use crate::proto::id::ClientMsgId;
use crate::proto::limits::{PREVIEW_BYTES_MAX, PREVIEW_CHEAP_BYTES_MAX};
use crate::proto::op::{NewMessage, NewRoom, Reply, Whose};
use crate::proto::room::RoomKind;
use crate::proto::text::Body as Text;

pub(super) const EVERYONE: RoomId = RoomId(1);
/// What is called so is sent as a voice message.
const VOICE: &str = "voice.ogg";

/// A picture that says where it was made.
fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut png = Vec::new();
    RgbImage::from_pixel(width, height, image::Rgb([200, 30, 10]))
        .write_to(&mut Cursor::new(&mut png), ImageFormat::Png)
        .unwrap();
    // Behind the header, which has 33 bytes with the signature.
    let said = b"Comment\0at 48.8584, 2.2945";
    let mut chunk = (said.len() as u32).to_be_bytes().to_vec();
    chunk.extend([b"tEXt", &said[..]].concat());
    let sum = crc32(&chunk[4..]);
    chunk.extend(sum.to_be_bytes());
    png.splice(33..33, chunk);
    png
}

/// ISO 3309, as PNG has it.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 })
    })
}

impl Porch {
    /// A message with these files, by somebody, in a room.
    pub(super) async fn sent(&self, browser: &mut Browser, room: RoomId, files: &[(&str, &[u8])]) -> Message {
        let mut named = Vec::new();
        for (name, bytes) in files {
            let upload = browser.bring(name, bytes).await;
            let voice = (*name == VOICE).then(|| Voice { ms: 900, levels: vec![1, 2] });
            named.push(NewAttachment { upload, alt: None, voice });
        }
        let author = browser.me().await.id;
        let new = NewMessage {
            room,
            author,
            client_msg_id: ClientMsgId::try_from(format!("m{}", named[0].upload)).unwrap(),
            body: Text::parse_caption(String::new()).unwrap(),
            attachments: NewAttachments::parse(named).unwrap(),
            mentions: Vec::new(),
            reply_to: None,
            sent_at: 1,
        };
        match self.apply(Op::Message(MessageOp::Append(new))).await {
            Outcome::Made { changes, .. } => match changes.into_iter().next() {
                Some(Change::Event(event)) => match event.what {
                    EventKind::Message(message) => message,
                    other => panic!("not a message: {other:?}"),
                },
                other => panic!("not told: {other:?}"),
            },
            Outcome::Refused(code) => panic!("refused: {code:?}"),
        }
    }

    pub(super) async fn delete(&self, message: &Message) {
        let (room, message, by) = (message.room, message.id, message.author);
        self.apply(Op::Message(MessageOp::Delete { room, message, by, whose: Whose::Own, at: 2 })).await;
    }
}

fn path(message: &Message, place: usize) -> String {
    format!("/api/attachments/{}/{place}", message.id)
}

#[tokio::test]
async fn a_picture_is_shown_to_those_in_the_room_without_what_it_tells() {
    let porch = Porch::start();
    let [mut ada, mut lin] = [porch.person("Ada").await, porch.person("Lin").await];
    let came = picture(400, 300);
    let message = porch.sent(&mut ada, EVERYONE, &[("猫.png", &came)]).await;
    let [Attachment { name, bytes, media_type, what }] = &message.attachments[..] else { panic!("one: {message:?}") };
    assert_eq!((name.as_str(), media_type.as_str()), ("猫.png", "image/png"));
    let color = Some([200, 30, 10]);
    let facts = PictureFacts { width: 400, height: 300, color, moves: false };
    assert_eq!(*what, AttachmentKind::Picture { facts, alt: String::new() });
    let reply = lin.get(&path(&message, 0)).await;
    assert_eq!((reply.status, header(&reply, "content-type")), (200, "image/png"));
    assert!(header(&reply, "content-disposition").starts_with("inline"));
    assert_eq!(reply.body.len() as u64, *bytes);
    assert!(came.windows(7).any(|some| some == b"48.8584") && !reply.body.windows(7).any(|some| some == b"48.8584"));
    assert_eq!(
        image::load_from_memory(&reply.body).unwrap().to_rgb8(),
        image::load_from_memory(&came).unwrap().to_rgb8()
    );
    let blobs = Blobs::open(porch._dir.path()).unwrap();
    let stored = (0..=u8::MAX).flat_map(|first| blobs.folder(first).unwrap()).next().unwrap().to_string();
    assert!(!header(&reply, "etag").contains(&stored), "what came before it was cleaned cannot be tried out");
    let smaller = lin.get(&format!("{}/320", path(&message, 0))).await;
    assert_eq!((smaller.status, header(&smaller, "content-type")), (200, "image/jpeg"));
    let decoded = image::load_from_memory(&smaller.body).unwrap();
    assert_eq!((decoded.width(), decoded.height()), (320, 240));
    // No larger itself: it is the picture.
    assert_eq!(lin.get(&format!("{}/1280", path(&message, 0))).await.body, reply.body);
    for none in [format!("{}/321", path(&message, 0)), path(&message, 1), "/api/attachments/999/0".into()] {
        assert_eq!(lin.get(&none).await.refused(), refusal(404, "not_found"), "{none}");
    }
    let saved = lin.get(&format!("{}?download", path(&message, 0))).await;
    assert!(header(&saved, "content-disposition").starts_with("attachment"));
    assert_eq!(header(&saved, "content-type"), "application/octet-stream");
}

#[tokio::test]
async fn what_is_said_among_some_is_there_for_nobody_else() {
    let porch = Porch::start();
    let [mut ada, mut lin, mut eve] = [porch.person("Ada").await, porch.person("Lin").await, porch.person("Eve").await];
    let (by, members) = (ada.me().await.id, vec![lin.me().await.id]);
    let new = NewRoom { kind: RoomKind::Closed, name: "Us".into(), by, members, at: 1 };
    let room = match porch.apply(Op::Room(RoomOp::Create(new))).await {
        Outcome::Made { reply: Reply::Room(room), .. } => room,
        other => panic!("no room: {other:?}"),
    };
    let message = porch.sent(&mut ada, room, &[("secret.png", &picture(330, 10)), ("a.html", b"<script>")]).await;
    for part in ["/0", "/0/320", "/1"].map(|part| format!("/api/attachments/{}{part}", message.id)) {
        assert_eq!(lin.get(&part).await.status, 200, "{part}");
        assert_eq!(eve.get(&part).await.refused(), refusal(404, "not_found"), "{part}");
        assert_eq!(porch.browser().get(&part).await.refused(), refusal(401, "not_signed_in"), "{part}");
    }
    let page = lin.get(&path(&message, 1)).await;
    assert!(header(&page, "content-disposition").starts_with("attachment"));
    assert_eq!(header(&page, "x-content-type-options"), "nosniff");
    assert!(header(&page, "content-security-policy").contains("sandbox"));
}

#[tokio::test]
async fn who_has_heard_something_is_told_to_those_in_the_room() {
    let porch = Porch::start();
    let [mut ada, mut lin, mut eve] = [porch.person("Ada").await, porch.person("Lin").await, porch.person("Eve").await];
    let listener = lin.me().await.id;
    let (by, members) = (ada.me().await.id, vec![listener]);
    let new = NewRoom { kind: RoomKind::Closed, name: "Us".into(), by, members, at: 1 };
    let room = match porch.apply(Op::Room(RoomOp::Create(new))).await {
        Outcome::Made { reply: Reply::Room(room), .. } => room,
        other => panic!("no room: {other:?}"),
    };
    let sound = [&b"OggS\0\x02"[..], &[0; 20], &b"\x01\x13OpusHead"[..], &[0; 11]].concat();
    let message = porch.sent(&mut ada, room, &[(VOICE, &sound)]).await;
    assert!(matches!(message.attachments[0].what, AttachmentKind::Voice(_)), "{message:?}");
    let asked = format!("/api/rooms/{room}/heard?messages={},999", message.id);
    assert_eq!(ada.get(&asked).await.json(), json!({"heard": []}));
    porch.apply(Op::Message(MessageOp::MarkHeard { room, message: message.id, by: listener })).await;
    let told = json!({"heard": [{"message": message.id, "by": [listener]}]});
    assert_eq!((ada.get(&asked).await.json(), lin.get(&asked).await.json()), (told.clone(), told));
    assert_eq!(eve.get(&asked).await.refused(), refusal(403, "not_a_member"));
    assert_eq!(porch.browser().get(&asked).await.refused(), refusal(401, "not_signed_in"));
    for wrong in ["", "?messages=", "?messages=1,x", "?messages=1&more=2"] {
        let wrong = format!("/api/rooms/{room}/heard{wrong}");
        assert_eq!(ada.get(&wrong).await.refused(), refusal(400, "bad_request"), "{wrong}");
    }
}

#[tokio::test]
async fn what_was_deleted_is_gone_from_the_disk_unless_somebody_else_has_sent_it() {
    let porch = Porch::start();
    let [mut ada, mut lin] = [porch.person("Ada").await, porch.person("Lin").await];
    let bytes = picture(500, 500);
    let first = porch.sent(&mut ada, EVERYONE, &[("a.png", &bytes)]).await;
    let second = porch.sent(&mut lin, EVERYONE, &[("b.png", &bytes)]).await;
    let removing = tokio::spawn(porch.app.clone().remove_unneeded_blobs());
    let files =
        || -> usize { ["blobs", "previews"].iter().map(|folder| files_in(&porch._dir.path().join(folder))).sum() };
    let once = files();
    assert_eq!(once, 2, "the same bytes once, and one preview");
    porch.delete(&first).await;
    assert_eq!(ada.get(&path(&first, 0)).await.refused(), refusal(404, "not_found"));
    assert_eq!(ada.get(&path(&second, 0)).await.status, 200);
    porch.delete(&second).await;
    while files() > 0 {
        tokio::task::yield_now().await;
    }
    removing.abort();
}

fn files_in(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files_in(&path) } else { 1 }).sum()
}

/// The head of a PNG of this size, whose pixels nobody has.
fn png_of(width: u32, height: u32, bits: u8) -> Vec<u8> {
    let mut png = picture(1, 1);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    png[24] = bits;
    let sum = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    png
}

#[tokio::test]
async fn a_picture_that_takes_a_phone_too_much_memory_is_a_file() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    for (bits, is_shown) in [(8, true), (16, false)] {
        let file = png_of(8_000, 5_000, bits);
        let message = porch.sent(&mut ada, EVERYONE, &[("a.png", &file)]).await;
        let what = &message.attachments[0].what;
        assert_eq!(matches!(what, AttachmentKind::Picture { .. }), is_shown, "{bits} bits: {what:?}");
        let reply = ada.get(&path(&message, 0)).await;
        assert!(!reply.body.windows(7).any(|some| some == b"48.8584"), "{bits} bits");
    }
}

#[tokio::test]
async fn a_picture_that_is_damaged_is_cleaned_up_to_that_or_not_kept() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let whole = picture(400, 300);
    let cut = porch.sent(&mut ada, EVERYONE, &[("cut.png", &whole[..whole.len() - 30])]).await;
    assert!(matches!(cut.attachments[0].what, AttachmentKind::Picture { .. }), "{:?}", cut.attachments[0]);
    let reply = ada.get(&path(&cut, 0)).await;
    assert!(reply.body.len() > 100 && !reply.body.windows(7).any(|some| some == b"48.8584"));
    // Nothing but what it says.
    let pixels = whole.windows(4).position(|name| name == b"IDAT").unwrap();
    let (upload, reply) = ada.try_to_finish(&whole[..pixels]).await;
    assert_eq!(reply.refused(), refusal(400, "picture_uncleaned"));
    assert_eq!(ada.send("HEAD", &upload, Body::empty(), &[("tus-resumable", "1.0.0")]).await.status, 404);
    assert_eq!(std::fs::read_dir(porch._dir.path().join("uploads")).unwrap().count(), 0);
}

/// Whether it still waits after others have had their turns.
async fn waits<T>(what: &mut (impl Future<Output = T> + Unpin)) -> bool {
    tokio::select! {
        biased;
        _ = what => false,
        () = async { for _ in 0..1_000 { tokio::task::yield_now().await } } => true,
    }
}

#[tokio::test]
async fn what_is_small_does_not_wait_for_what_is_large() {
    let porch = Porch::start();
    let [mut ada, mut lin] = [porch.person("Ada").await, porch.person("Lin").await];
    // Somebody's film is looked into.
    let uploading = &porch.app.uploading;
    let large = uploading.completed(PREVIEW_BYTES_MAX + 1).enter(Asker::Box).await.unwrap();
    ada.bring("a.txt", b"small").await;
    // And what is small waits for what is small.
    let small = uploading.completed(5).enter(Asker::Box).await.unwrap();
    let mut bringing = Box::pin(lin.bring("b.txt", b"small"));
    assert!(waits(&mut bringing).await);
    drop(small);
    bringing.await;
    drop(large);
}

#[tokio::test]
async fn nothing_waits_for_a_dear_picture_but_another_one() {
    let porch = Porch::start();
    let [mut ada, mut lin] = [porch.person("Ada").await, porch.person("Lin").await];
    let uploading = &porch.app.uploading;
    // Of 25 megapixels.
    let dear = picture(5_000, 5_000);
    // Somebody's is decoded.
    let turn = uploading.decoded(PREVIEW_CHEAP_BYTES_MAX + 1).enter(Asker::Box).await.unwrap();
    let mut bringing = Box::pin(lin.bring("dear.png", &dear));
    assert!(waits(&mut bringing).await, "of those one is in memory at a time");
    ada.bring("a.txt", b"small").await;
    let mut photo = Vec::new();
    let small = RgbImage::from_pixel(400, 300, image::Rgb([200, 30, 10]));
    small.write_to(&mut Cursor::new(&mut photo), ImageFormat::Jpeg).unwrap();
    ada.bring("a.jpg", &photo).await;
    // A text waits for no picture at all.
    let cheap = uploading.decoded(0).enter(Asker::Box).await.unwrap();
    ada.bring("b.txt", b"small, too").await;
    let mut another = Box::pin(ada.bring("b.jpg", &photo[..]));
    assert!(waits(&mut another).await);
    drop(cheap);
    another.await;
    drop(turn);
    bringing.await;
}
