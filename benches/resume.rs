//! What coming back costs: `cargo bench --bench resume`.
//!
//! Somebody in 300 rooms has missed 1,000 messages, while others wrote in rooms of their own. Prints, for each number of
//! others' messages, the CPU time of the thread that reads what was missed, and how many bytes it gave.

mod measuring;
mod writing;

use std::path::Path;

use measuring::cpu;
use porch::fair::Asker;
use porch::proto::event::{Event, EventKind};
use porch::proto::id::{ClientMsgId, RoomId, Seq, UserId};
use porch::proto::op::{
    AccountOp, MessageOp, Missed, NewAccount, NewMessage, NewRoom, NewSession, Op, Outcome, Reply, RoomOp,
};
use porch::proto::room::RoomKind;
use porch::proto::text::Body;
use porch::proto::user_name::UserName;
use porch::store::Store;
use writing::apply_all;

/// Rooms of each of the makers: as many as one may put another into.
const ROOMS_OF_ONE: u64 = 100;
const MAKERS: u64 = 3;
const READER: UserId = UserId(MAKERS + 1);
const STRANGER: UserId = UserId(MAKERS + 2);
const MISSED: u64 = 1_000;
const BODY_BYTES: usize = 200;
const TIMES: usize = 200;

fn main() {
    println!("load average: {}", std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim());
    println!("{:<40} {:>20} {:>12}", "messages of others meanwhile", "ms (p50 / p95)", "KiB held");
    for others in [0, 4_000, 9_000] {
        let dir = tempfile::tempdir().expect("a folder for the bench");
        measure(dir.path(), others);
    }
}

fn measure(dir: &Path, others: u64) {
    let (store, _) = Store::open(dir, || 0).expect("the store opens");
    let rooms = populate(&store);
    // Spread evenly: one of the reader's, then some of the others'.
    let ops = (0..MISSED + others).map(|i| {
        let mine = i * MISSED / (MISSED + others) != (i + 1) * MISSED / (MISSED + others);
        let room = if mine { rooms[(i % (rooms.len() as u64 - 1)) as usize] } else { rooms[rooms.len() - 1] };
        Op::Message(MessageOp::Append(NewMessage {
            room,
            author: if mine { UserId(1 + (i % (rooms.len() as u64 - 1)) / ROOMS_OF_ONE) } else { STRANGER },
            client_msg_id: ClientMsgId::try_from(format!("{i:010}")).expect("a plain id"),
            body: Body::parse("all work and no play ".repeat(BODY_BYTES / 21)).expect("a body"),
            attachments: Default::default(),
            mentions: Vec::new(),
            reply_to: None,
            sent_at: 0,
        }))
    });
    apply_all(&store, ops);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime for the bench");
    let (mut took, mut held) = (Vec::new(), 0);
    for _ in 0..TIMES {
        let read = store.read(Asker::Person(READER), move |reader| {
            let begin = cpu();
            let missed = reader.missed(READER, Seq(0), Seq(MISSED + others))?;
            let time = cpu() - begin;
            let Missed::Events(events) = missed else { panic!("too many") };
            assert_eq!(events.len() as u64, MISSED);
            Ok((time, events.capacity() * size_of::<Event>() + events.iter().map(text_bytes).sum::<usize>()))
        });
        let (time, bytes) = runtime.block_on(read).expect("it is read");
        took.push(time.as_secs_f64() * 1e3);
        held = held.max(bytes);
    }
    took.sort_unstable_by(f64::total_cmp);
    let times = format!("{:.2} / {:.2}", took[TIMES / 2], took[TIMES * 95 / 100]);
    println!("{others:<40} {times:>20} {:>12}", held / 1024);
    store.close();
}

/// Bytes of an event beside itself.
fn text_bytes(event: &Event) -> usize {
    match &event.what {
        EventKind::Edited(message) | EventKind::Message(message) => {
            message.body.capacity() + message.client_msg_id.as_str().len()
        }
        EventKind::Deleted { .. } | EventKind::Pinned { .. } | EventKind::Reacted { .. } => 0,
    }
}

/// Makes the people and their rooms; the last is the stranger's.
fn populate(store: &Store) -> Vec<RoomId> {
    let people = (1..=STRANGER.0).map(|i| {
        let session = NewSession { token_hash: [i as u8; 32], device: String::new(), attempt: None, at: 0 };
        let name = UserName::parse(&format!("Person {i}")).expect("it is a name");
        Op::Account(AccountOp::Create(NewAccount { name, password: String::new(), session }))
    });
    apply_all(store, people);
    let room = |by: UserId, members: Vec<UserId>| {
        Op::Room(RoomOp::Create(NewRoom { kind: RoomKind::Closed, name: "Room".into(), by, members, at: 0 }))
    };
    let of_makers = (0..MAKERS * ROOMS_OF_ONE).map(|i| room(UserId(1 + i / ROOMS_OF_ONE), vec![READER]));
    let made = apply_all(store, of_makers.chain([room(STRANGER, Vec::new())])).into_iter();
    made.map(|outcome| match outcome {
        Outcome::Made { reply: Reply::Room(room), .. } => room,
        other => panic!("{other:?}"),
    })
    .collect()
}
