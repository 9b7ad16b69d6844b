//! The worst search that a generator of nasty ones finds: `cargo xtask prove queries`, for `PORCH_QUERIES_SECONDS` (30
//! unless told; the claim is meant for 600).
//!
//! 300,000 made-up messages, half of them in one room and the others in 3,000, some with links and files; askers who are
//! in 1, 30, 500 and all of these rooms. What counts is the processor time of the thread that searches, in an optimised build: a machine that
//! others use too does not show in it much, and what took long is asked again, where the least of three counts.

use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use porch::fair::Asker;
use porch::proto::account::SearchPage;
use porch::proto::attachment::{BlobFile, BlobKind, NewAttachment, NewAttachments, PictureFacts, Voice};
use porch::proto::blob::{BlobHash, UploadId};
use porch::proto::id::{ClientMsgId, RoomId, UserId};
use porch::proto::limits::{SEARCH_PAGE_MAX, STORE_IN_FLIGHT_MAX, VOICE_LEVELS_MAX};
use porch::proto::op::{CompleteFile, MessageOp, NewMessage, Op, Outcome, UploadOp};
use porch::proto::text::Body;
use porch::store::{Cursor, Filters, Query, Store};

use crate::figures::Times;
use nasty::{NastyFile, Random, Talk};

#[path = "../../src/store/tests/nasty.rs"]
mod nasty;

const MESSAGES: u64 = 300_000;
const ROOMS: u64 = 3_000;
/// How many rooms the askers are in; the first room is one of them.
const ASKERS: [u64; 4] = [1, 30, 500, ROOMS];
/// The last of the askers, who writes everything,
const WRITER: UserId = UserId(ASKERS.len() as u64);
/// and is the only one in this room.
const HIDDEN: RoomId = RoomId(ROOMS + 1);
/// What a search may cost.
const CPU_MAX: Duration = Duration::from_millis(50);
/// 2026-11-10, from where on a message is sent every four seconds.
const BEGIN: i64 = 1_794_268_800_000;

#[tokio::test]
async fn the_worst_query_costs_no_more_than_fifty_milliseconds() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut talk = Talk::new(7);
    let begin = Instant::now();
    let store = filled(dir.path(), &mut talk);
    println!("{MESSAGES} messages, stored and in the index after {:.0} s", begin.elapsed().as_secs_f64());
    hidden_words_take_no_time(&store).await;
    let names: Vec<String> =
        ["Asker 1", "Asker 30", "Asker 500", "nobody", "Room 2", "Room 9"].map(str::to_owned).to_vec();
    let seconds = std::env::var("PORCH_QUERIES_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(30);
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut random = Random(99);
    let mut times = ASKERS.map(|_| Times::default());
    let mut worst: (Duration, String) = (Duration::ZERO, String::new());
    let mut unfinished = 0;
    while Instant::now() < end {
        let at = random.below(ASKERS.len() as u64) as usize;
        let text = talk.query(&names);
        let Ok(query) = Query::parse(&text, Filters::default()) else { continue };
        let mut cursor = None;
        // Also from the middle, and wherever the pages before ended.
        if random.below(3) == 0 {
            cursor = Some(format!("{}", random.below(MESSAGES)));
        }
        for _ in 0..4 {
            let (took, page) = ask(&store, UserId(at as u64 + 1), &query, cursor.clone()).await;
            times[at].add(took);
            if took > worst.0 {
                worst = (took, format!("{text:?} from {cursor:?}, in {} rooms", ASKERS[at]));
            }
            unfinished += u64::from(page.next.is_some() && page.hits.is_empty());
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
    }
    for (rooms, times) in ASKERS.iter().zip(&times) {
        println!("asker in {rooms} rooms: {times}, worst {:.2} ms", times.percentile(100).as_secs_f64() * 1e3);
    }
    println!("pages without a hit that go on: {unfinished}");
    println!("worst: {:.2} ms: {}", worst.0.as_secs_f64() * 1e3, worst.1);
    store.close();
    if cfg!(debug_assertions) {
        println!("not optimised: the times say nothing");
    } else {
        assert!(worst.0 <= CPU_MAX, "{worst:?}");
    }
}

/// A word that stands in 10,000 messages of a room one is not in, beside one that stands nowhere.
async fn hidden_words_take_no_time(store: &Store) {
    for (what, word) in [("10,000 times in a hidden room", "hiddenword"), ("nowhere", "nosuchword")] {
        let mut times = Times::default();
        for _ in 0..200 {
            let query = Query::parse(word, Filters::default()).expect("a word");
            let (took, page) = ask(store, UserId(2), &query, None).await;
            assert_eq!((page.hits.len(), page.next), (0, None));
            times.add(took);
        }
        println!("a word that stands {what}: {times}");
    }
}

/// A page, and the processor time it took: where that is much, the least of three.
async fn ask(store: &Store, asker: UserId, query: &Query, cursor: Option<String>) -> (Duration, SearchPage) {
    let cursor = cursor.map(|cursor| Cursor::try_from(cursor).expect("as it was given"));
    let query = query.clone();
    store
        .read(Asker::Person(asker), move |reader| {
            let mut least = None;
            for _ in 0..3 {
                let begin = cpu();
                let page = reader.search(asker, &query, (cursor, SEARCH_PAGE_MAX), || false)?;
                let took = cpu() - begin;
                least = Some(match least {
                    Some((before, _)) if before < took => (before, page),
                    _ => (took, page),
                });
                if took < CPU_MAX / 4 {
                    break;
                }
            }
            Ok(least.expect("it was asked"))
        })
        .await
        .expect("an answer")
}

/// The time this thread has had a processor.
fn cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

fn filled(dir: &Path, talk: &mut Talk) -> Store {
    // The layout is made by the store; the rooms are entered by hand, since nobody could be put into so many.
    Store::open(dir, || BEGIN).expect("the store opens").0.close();
    people_and_rooms(dir).expect("people and rooms");
    let (store, _) = Store::open(dir, || BEGIN).expect("the store opens");
    let (tell, told) = mpsc::channel();
    let (mut waiting, mut uploads) = (0, 0);
    for i in 0..MESSAGES {
        // The newest are the big room's, as if the asker had flooded it: `w*` finds none of them.
        let (room, body) = match i % 30 {
            _ if i >= MESSAGES - 384 => (RoomId(1), "xx".to_owned()),
            0 => (HIDDEN, "hiddenword ".to_owned() + &talk.body()),
            1..=15 => (RoomId(1), talk.body()),
            _ => (RoomId(2 + talk.random.below(ROOMS - 1)), talk.body()),
        };
        let files = if room == RoomId(1) || room == HIDDEN { talk.files() } else { Vec::new() };
        let (mut ops, attachments): (Vec<Op>, Vec<_>) =
            files.into_iter().map(|file| brought(file, &mut uploads)).unzip();
        ops.push(Op::Message(MessageOp::Append(NewMessage {
            room,
            author: WRITER,
            client_msg_id: ClientMsgId::try_from(format!("{i:08}")).expect("a plain id"),
            body: Body::parse(body).expect("a body"),
            attachments: NewAttachments::parse(attachments).expect("ten at most"),
            mentions: Vec::new(),
            reply_to: None,
            sent_at: BEGIN + 4_000 * i64::try_from(i).unwrap_or(0),
        })));
        for op in ops {
            if waiting == STORE_IN_FLIGHT_MAX {
                told.recv().expect("an answer");
                waiting -= 1;
            }
            let tell = tell.clone();
            store
                .submit(op, move |stored| {
                    assert!(matches!(stored, Ok(Outcome::Made { .. })), "{stored:?}");
                    tell.send(()).expect("we listen");
                })
                .expect("room in the queue");
            waiting += 1;
        }
    }
    (0..waiting).for_each(|_| told.recv().expect("an answer"));
    wait_for_index(dir);
    store
}

/// The upload of a file, and what is sent of it.
fn brought(NastyFile { name, alt, kind }: NastyFile, uploads: &mut u128) -> (Op, NewAttachment) {
    *uploads += 1;
    let upload = UploadId(uploads.to_be_bytes());
    let facts = PictureFacts { width: 4_000, height: 3_000, color: Some([1, 2, 3]), moves: false };
    let what = match kind {
        0 => BlobKind::Audio {},
        1 => BlobKind::Other {},
        2 => BlobKind::Video {},
        _ => BlobKind::Picture(facts),
    };
    let voice =
        (kind == 0 && name.starts_with('I')).then(|| Voice { ms: 900_000, levels: vec![255; VOICE_LEVELS_MAX] });
    let file = BlobFile { blob: BlobHash([7; 32]), bytes: 1_000, name: name.into(), media_type: "x/y".into(), what };
    let complete = UploadOp::Complete { upload, by: WRITER, file: CompleteFile { file, length: 1_000 }, at: BEGIN };
    (Op::Upload(complete), NewAttachment { upload, alt: Some(alt), voice })
}

fn people_and_rooms(dir: &Path) -> rusqlite::Result<()> {
    let mut db = rusqlite::Connection::open(dir.join("porch.db"))?;
    let change = db.transaction()?;
    for (user, rooms) in (1_u32..).zip(ASKERS) {
        change.execute(
            "INSERT INTO users (id, name, name_key, password, picture, pictures_made, created_at)
             VALUES (?1, 'Asker ' || ?2, 'asker ' || ?2, '', 0, 0, 0)",
            [user, rooms as u32],
        )?;
    }
    let writer = WRITER.0 as u32;
    for room in 1..=HIDDEN.0 as u32 {
        if room > 1 {
            change.execute(
                "INSERT INTO rooms (id, kind, name, archived) VALUES (?1, 'closed', 'Room ' || ?1, 0)",
                [room],
            )?;
        }
        let is_in = |(user, rooms): &(u32, u64)| u64::from(room) <= *rooms || *user == writer;
        for (user, _) in (1_u32..).zip(ASKERS).filter(is_in) {
            change.execute("INSERT INTO members (user, room, joined_at, read_n) VALUES (?, ?, 0, 0)", [user, room])?;
        }
    }
    change.commit()
}

fn wait_for_index(dir: &Path) {
    let (_tell, clock) = mpsc::channel::<()>();
    let index = rusqlite::Connection::open(dir.join("search.db")).expect("the index opens");
    loop {
        let upto: i64 = index.query_row("SELECT indexed_upto FROM state", [], |row| row.get(0)).expect("its state");
        if upto.unsigned_abs() >= MESSAGES {
            return;
        }
        // The channel gives nothing: it is the clock here.
        let _ = clock.recv_timeout(Duration::from_millis(50));
    }
}
