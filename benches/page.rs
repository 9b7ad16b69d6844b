//! What a page of history costs with what people do with messages: `cargo bench --bench page`.
//!
//! 100 messages as they are, then each with 20 reactions and a quote: the time until the page is read (p50 and p99) and its
//! bytes as JSON, beside the plain one of the same run; and what each reaction, edit and reply takes of the disk.

mod writing;

use std::path::Path;
use std::time::Instant;

use porch::fair::Asker;
use porch::proto::id::{ClientMsgId, RoomId, Seq, UserId};
use porch::proto::op::{AccountOp, MessageOp, NewAccount, NewMessage, NewReaction, NewSession, Op};
use porch::proto::reaction::Emoji;
use porch::proto::text::Body;
use porch::proto::user_name::UserName;
use porch::store::{Store, Window};
use writing::apply_all;

const EVERYONE: RoomId = RoomId(1);
const ADA: UserId = UserId(1);
const PEOPLE: u64 = 20;
const MESSAGES: u64 = 100;
/// As long as those of the load bench.
const BODY_BYTES: usize = 200;
/// How the 20 reactions to a message are spread over kinds.
const EMOJI: [&str; 4] = ["👍", "❤️", "😂", "🎉"];
const TIMES: usize = 2_000;

fn main() {
    println!("load average: {}", std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim());
    let dir = tempfile::tempdir().expect("a folder for the bench");
    let (store, _) = Store::open(dir.path(), || 0).expect("the store opens");
    apply_all(&store, (1..=PEOPLE).map(account));
    apply_all(&store, (0..MESSAGES).map(|i| message(i, None)));
    let plain = measure(&store);
    let begun = folder_bytes(&store, dir.path());
    let store = Store::open(dir.path(), || 0).expect("the store opens").0;

    apply_all(&store, (0..MESSAGES).map(|i| message(MESSAGES + i, Some(Seq(1 + i)))));
    let replied = folder_bytes(&store, dir.path());
    let store = Store::open(dir.path(), || 0).expect("the store opens").0;
    // One at a time, as people react.
    let reactions = (0..PEOPLE).flat_map(|person| (0..MESSAGES).map(move |i| reaction(MESSAGES + 1 + i, person)));
    apply_all(&store, reactions);
    let dressed = measure(&store);
    let reacted = folder_bytes(&store, dir.path());
    let store = Store::open(dir.path(), || 0).expect("the store opens").0;
    apply_all(&store, (0..MESSAGES).map(edit));
    let edited = folder_bytes(&store, dir.path());

    println!("{:<40} {:>18} {:>12}", "page of 100 messages", "ms (p50 / p99)", "bytes");
    for (name, page) in [("plain", &plain), ("each with 20 reactions and a quote", &dressed)] {
        println!("{name:<40} {:>18} {:>12}", format!("{:.2} / {:.2}", page.p50, page.p99), page.bytes);
    }
    println!("bytes beside the plain page: {:.2} x", dressed.bytes as f64 / plain.bytes as f64);
    let each = |after: u64, before: u64, count: u64| (after as f64 - before as f64) / count as f64;
    println!("of the folder, bytes for a reply: {:.0} (its text has {BODY_BYTES})", each(replied, begun, MESSAGES));
    println!("of the folder, bytes for a reaction: {:.1}", each(reacted, replied, MESSAGES * PEOPLE));
    println!("of the folder, bytes for an edit of the same length: {:.1}", each(edited, reacted, MESSAGES));
}

/// What a page took.
struct Page {
    p50: f64,
    p99: f64,
    bytes: usize,
}

fn measure(store: &Store) -> Page {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime for the bench");
    let (mut took, mut bytes) = (Vec::with_capacity(TIMES), 0);
    for _ in 0..TIMES {
        let read = store.read(Asker::Person(ADA), |reader| {
            let begun = Instant::now();
            let page = reader.history(ADA, EVERYONE, Window::Newest, MESSAGES as u32)?.expect("she is there");
            assert_eq!(page.messages.len() as u64, MESSAGES);
            Ok((begun.elapsed(), page))
        });
        let (time, page) = runtime.block_on(read).expect("it is read");
        took.push(time.as_secs_f64() * 1e3);
        bytes = serde_json::to_vec(&page).expect("it is JSON").len();
    }
    took.sort_unstable_by(f64::total_cmp);
    Page { p50: took[TIMES / 2], p99: took[TIMES * 99 / 100], bytes }
}

/// Bytes of all files, once everything is in its place; the store is closed for that.
fn folder_bytes(store: &Store, dir: &Path) -> u64 {
    store.close();
    let files = std::fs::read_dir(dir).expect("the folder can be read");
    files.filter_map(|file| file.ok()?.metadata().ok()).filter(|file| file.is_file()).map(|file| file.len()).sum()
}

fn account(number: u64) -> Op {
    let session = NewSession { token_hash: [number as u8; 32], device: String::new(), attempt: None, at: 0 };
    let name = UserName::parse(&format!("Person {number}")).expect("it is a name");
    Op::Account(AccountOp::Create(NewAccount { name, password: String::new(), session }))
}

fn words(number: u64) -> Body {
    let text = format!("{number:04} {}", "all work and no play ".repeat(BODY_BYTES / 21));
    Body::parse(text).expect("a body")
}

fn message(number: u64, reply_to: Option<Seq>) -> Op {
    Op::Message(MessageOp::Append(NewMessage {
        room: EVERYONE,
        author: UserId(1 + number % PEOPLE),
        client_msg_id: ClientMsgId::try_from(format!("{number:010}")).expect("a plain id"),
        body: words(number),
        attachments: Default::default(),
        mentions: Vec::new(),
        reply_to,
        sent_at: 0,
    }))
}

fn reaction(message: u64, person: u64) -> Op {
    let emoji = Emoji::try_from(EMOJI[person as usize % EMOJI.len()].to_owned()).expect("an emoji");
    let reactions = vec![NewReaction { user: UserId(1 + person), emoji, on: true }];
    Op::Message(MessageOp::React { room: EVERYONE, message: Seq(message), reactions })
}

fn edit(number: u64) -> Op {
    let (message, by) = (Seq(1 + number), UserId(1 + number % PEOPLE));
    Op::Message(MessageOp::Edit {
        room: EVERYONE,
        message,
        by,
        body: words(9_000 - number),
        mentions: Vec::new(),
        at: 0,
    })
}
