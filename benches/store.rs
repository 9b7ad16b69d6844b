//! What the store costs: `cargo bench --bench store`, or `-- 100000` for fewer messages than a million.
//!
//! Prints one table. Pages and searches are in CPU time of the thread that answers, so that a busy machine does not show
//! in them; other times are the clock's, and the machine's load stands beside them. Bytes written are what the kernel
//! counted for this process. CONTRIBUTING.md says how to read it.

mod measuring;
mod writing;

use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use measuring::cpu;
use porch::fair::Asker;
use porch::proto::id::{ClientMsgId, RoomId, Seq, UserId};
use porch::proto::op::{AccountOp, MessageOp, NewAccount, NewMessage, NewRoom, NewSession, Op, Outcome, Reply, RoomOp};
use porch::proto::room::RoomKind;
use porch::proto::text::Body;
use porch::proto::user_name::UserName;
use porch::store::{Filters, Query, Store, Window};
use writing::apply_all;

const ROOMS: u64 = 10;
const AUTHORS: u64 = 500;
/// Bytes of a body, about.
const BODY_BYTES: usize = 200;
/// For the bytes written at a steady rate.
const STEADY_RATE: u32 = 100;
const STEADY_TIME: Duration = Duration::from_secs(120);
/// Questions of each kind.
const QUESTIONS: usize = 400;

fn main() {
    // `cargo bench` passes `--bench`.
    let messages = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(1_000_000);
    let dir = tempfile::tempdir().expect("a folder for the bench");
    let mut corpus = Corpus::new();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime for the bench");
    println!("load average: {}", std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim());
    println!("{:<58} {:>12}", "what", "measured");
    let rooms = populate(dir.path());
    steady(dir.path(), &rooms, &mut corpus);
    fill(dir.path(), &rooms, &mut corpus, messages);
    let begin = Instant::now();
    let (store, snapshot) = open(dir.path());
    row(&format!("opening, {} messages", snapshot.seq), begin.elapsed());
    store.close();
    let begin = Instant::now();
    let (store, _) = open(dir.path());
    row("opening again", begin.elapsed());
    runtime.block_on(pages(&store, &rooms, snapshot.seq));
    runtime.block_on(searches(&store, &rooms, &mut corpus));
    store.close();
    for file in ["porch.db", "search.db"] {
        let bytes = std::fs::metadata(dir.path().join(file)).map_or(0, |file| file.len());
        count(&format!("{file}, bytes per message"), bytes as f64 / snapshot.seq as f64);
    }
}

/// Makes the people and the rooms; everyone is in every room, the last one excepted.
fn populate(dir: &Path) -> Vec<RoomId> {
    let (store, _) = open(dir);
    let people = (1..=AUTHORS).map(|i| {
        let mut token_hash = [0; 32];
        token_hash[..8].copy_from_slice(&i.to_le_bytes());
        let session = NewSession { token_hash, device: "bench".into(), attempt: None, at: 0 };
        let name = UserName::parse(&format!("Person {i}")).expect("it is a name");
        Op::Account(AccountOp::Create(NewAccount { name, password: "none".into(), session }))
    });
    apply_all(&store, people);
    let members: Vec<UserId> = (1..=AUTHORS).map(UserId).collect();
    let rooms = (1..ROOMS).map(|i| {
        let members = if i + 1 == ROOMS { members[..5].to_vec() } else { members.clone() };
        Op::Room(RoomOp::Create(NewRoom {
            kind: RoomKind::Closed,
            name: format!("Room {i}"),
            by: UserId(1),
            members,
            at: 0,
        }))
    });
    let made = apply_all(&store, rooms).into_iter().filter_map(|outcome| match outcome {
        Outcome::Made { reply: Reply::Room(room), .. } => Some(room),
        _ => None,
    });
    let rooms: Vec<RoomId> = std::iter::once(RoomId(1)).chain(made).collect();
    store.close();
    rooms
}

/// Bytes written per message at a rate that a busy school has, index, checkpoints and read markers included.
fn steady(dir: &Path, rooms: &[RoomId], corpus: &mut Corpus) {
    let (store, _) = open(dir);
    let (before, begin) = (bytes_written(), Instant::now());
    let mut late = Vec::new();
    let (tell, told) = mpsc::channel();
    let count_all = STEADY_RATE * STEADY_TIME.as_secs() as u32;
    for i in 0..count_all {
        let due = begin + Duration::from_secs(1) * i / STEADY_RATE;
        // The channel gives nothing meanwhile: it is the clock here.
        while let Ok(wait) = told.recv_timeout(due.saturating_duration_since(Instant::now())) {
            late.push(wait);
        }
        let (tell, sent) = (tell.clone(), Instant::now());
        let op = corpus.message(rooms);
        if let Op::Message(MessageOp::Append(NewMessage { room, author, .. })) = &op {
            store.mark_read(*room, *author, 0, u64::from(i));
        }
        store.submit(op, move |_| tell.send(sent.elapsed()).expect("the bench listens")).expect("not busy");
    }
    drop(tell);
    late.extend(told);
    store.close();
    let bytes = bytes_written() - before;
    count(&format!("disk bytes written per message at {STEADY_RATE} msg/s"), bytes as f64 / f64::from(count_all));
    times(&format!("message on the disk at {STEADY_RATE} msg/s"), late);
}

/// Fills the database as fast as the store takes it.
fn fill(dir: &Path, rooms: &[RoomId], corpus: &mut Corpus, messages: u64) {
    let (store, snapshot) = open(dir);
    let missing = messages.saturating_sub(snapshot.seq);
    let begin = Instant::now();
    apply_all(&store, (0..missing).map(|_| corpus.message(rooms)));
    count("durable messages per second, at most", missing as f64 / begin.elapsed().as_secs_f64());
    let begin = Instant::now();
    wait_for_index(dir, messages);
    row("then until the index has caught up", begin.elapsed());
    let begin = Instant::now();
    store.close();
    row("closing", begin.elapsed());
}

async fn pages(store: &Store, rooms: &[RoomId], newest: u64) {
    let mut random = Random(7);
    for (name, old) in [("newest page of 50", false), ("page of 50 around an old message", true)] {
        let mut took = Vec::with_capacity(QUESTIONS);
        for i in 0..QUESTIONS {
            let room = rooms[i % rooms.len()];
            let at = Seq(1 + random.below(newest));
            let page = store.read(Asker::Person(UserId(1)), move |reader| {
                // Any message of the room will do: the one after a random place.
                let window = match reader.history(UserId(1), room, Window::After(at), 1)? {
                    Ok(page) if old && !page.messages.is_empty() => Window::Around(page.messages[0].id),
                    _ => Window::Newest,
                };
                let begin = cpu();
                let page = reader.history(UserId(1), room, window, 50)?;
                Ok((cpu() - begin, page))
            });
            let (time, page) = page.await.expect("a page");
            assert!(page.is_ok_and(|page| !page.messages.is_empty()));
            took.push(time);
        }
        times(name, took);
    }
}

/// A kind of search: its name, who asks, and how a query is made.
type Kind = (&'static str, UserId, fn(&mut Corpus) -> String);

async fn searches(store: &Store, rooms: &[RoomId], corpus: &mut Corpus) {
    let everywhere = UserId(1);
    // In all rooms but the last.
    let elsewhere = UserId(AUTHORS);
    let kinds: [Kind; 9] = [
        ("two Chinese characters", everywhere, |corpus| corpus.hanzi.draw(&mut corpus.random)),
        ("one Chinese character", everywhere, |corpus| corpus.hanzi.draw(&mut corpus.random).chars().take(1).collect()),
        ("four Chinese characters", everywhere, |corpus| {
            corpus.hanzi.draw(&mut corpus.random) + &corpus.hanzi.draw(&mut corpus.random)
        }),
        ("two English words", everywhere, |corpus| {
            format!("{} {}", corpus.words.draw(&mut corpus.random), corpus.words.draw(&mut corpus.random))
        }),
        ("two English words, of the rarer half", everywhere, |corpus| {
            format!("{} {}", corpus.words.any(&mut corpus.random), corpus.words.any(&mut corpus.random))
        }),
        ("one to three letters of a word", elsewhere, |corpus| {
            let word = corpus.words.draw(&mut corpus.random);
            let letters = 1 + corpus.random.below(3) as usize;
            word.chars().take(letters).collect()
        }),
        ("a rare word and a common beginning", elsewhere, |corpus| {
            let beginning: String = corpus.words.draw(&mut corpus.random).chars().take(2).collect();
            format!("{} {beginning}", corpus.words.any(&mut corpus.random))
        }),
        ("a phrase of two common words", everywhere, |corpus| {
            format!("\"{} {}\"", corpus.words.draw(&mut corpus.random), corpus.words.draw(&mut corpus.random))
        }),
        ("a person's messages with a word", everywhere, |corpus| {
            format!("from:\"Person {}\" {}", 1 + corpus.random.below(AUTHORS), corpus.words.draw(&mut corpus.random))
        }),
    ];
    assert_eq!(rooms.len() as u64, ROOMS);
    for (name, asker, make) in kinds {
        let mut took = Vec::with_capacity(QUESTIONS);
        let (mut hits, mut unfinished) = (0, 0);
        for _ in 0..QUESTIONS {
            let text = make(corpus);
            let query = Query::parse(&text, Filters::default()).expect("a query");
            let answer = store.read(Asker::Person(asker), move |reader| {
                let begin = cpu();
                let page = reader.search(asker, &query, (None, 20), || false)?;
                Ok((cpu() - begin, page))
            });
            let (time, page) = answer.await.expect("hits");
            took.push(time);
            hits += page.hits.len();
            unfinished += usize::from(page.next.is_some() && page.hits.len() < 20);
        }
        times(&format!("search: {name}"), took);
        println!("{:<58} {:>12}", "  hits; searches that are to be continued", format!("{hits}; {unfinished}"));
    }
}

fn open(dir: &Path) -> (Store, porch::proto::op::Snapshot) {
    Store::open(dir, || 0).expect("the store opens")
}

fn wait_for_index(dir: &Path, upto: u64) {
    let (_tell, clock) = mpsc::channel::<()>();
    let index = rusqlite::Connection::open(dir.join("search.db")).expect("the index opens");
    loop {
        let indexed: i64 = index.query_row("SELECT indexed_upto FROM state", [], |row| row.get(0)).expect("its state");
        if indexed.unsigned_abs() >= upto {
            return;
        }
        let _ = clock.recv_timeout(Duration::from_millis(50));
    }
}

fn row(what: &str, time: Duration) {
    println!("{what:<58} {:>9.2} ms", time.as_secs_f64() * 1e3);
}

fn count(what: &str, value: f64) {
    println!("{what:<58} {value:>12.0}");
}

fn times(what: &str, mut took: Vec<Duration>) {
    took.sort_unstable();
    let at = |share: usize| took[(took.len() - 1) * share / 1_000].as_secs_f64() * 1e3;
    println!("{what:<58} {:.2} / {:.2} / {:.2} ms (p50 / p95 / p99)", at(500), at(950), at(990));
}

fn bytes_written() -> u64 {
    let io = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    io.lines().find_map(|line| line.strip_prefix("write_bytes: ")?.parse().ok()).unwrap_or(0)
}

/// Text that is distributed as people's is: few words are common, most are rare.
struct Corpus {
    random: Random,
    words: Vocabulary,
    hanzi: Vocabulary,
    sent: u64,
}

impl Corpus {
    fn new() -> Self {
        let mut random = Random(42);
        let words = (0..30_000).map(|_| {
            let syllables = 1 + random.below(4);
            (0..syllables).map(|_| SYLLABLES[random.below(SYLLABLES.len() as u64) as usize]).collect()
        });
        let words = Vocabulary::new(words.collect());
        let hanzi = (0..20_000).map(|_| {
            // The common characters are in many words.
            let mut character = || {
                let place = random.below(60) * random.below(60);
                char::from_u32(0x4e00 + u32::try_from(place).unwrap_or(0)).unwrap_or('一')
            };
            [character(), character()].iter().collect()
        });
        let hanzi = Vocabulary::new(hanzi.collect());
        Self { random, words, hanzi, sent: 0 }
    }

    fn message(&mut self, rooms: &[RoomId]) -> Op {
        self.sent += 1;
        let kind = self.random.below(10);
        let mut body = String::with_capacity(BODY_BYTES + 16);
        while body.len() < BODY_BYTES {
            if kind == 9 && body.len() > BODY_BYTES / 2 || kind < 5 {
                body.push_str(&self.words.draw(&mut self.random));
                body.push(' ');
            } else {
                body.push_str(&self.hanzi.draw(&mut self.random));
                if self.random.below(6) == 0 {
                    body.push('，');
                }
            }
        }
        let room = rooms[self.random.below(rooms.len() as u64) as usize];
        let authors = if room == rooms[rooms.len() - 1] { 5 } else { AUTHORS };
        let author = UserId(1 + self.random.below(authors));
        // As a ULID: the time, then chance.
        let id = format!("01J{:010X}{:013X}", self.sent / 8, self.random.next() >> 12);
        Op::Message(MessageOp::Append(NewMessage {
            room,
            author,
            client_msg_id: ClientMsgId::try_from(id).expect("a plain id"),
            body: Body::parse(body).expect("a body"),
            attachments: Default::default(),
            mentions: Vec::new(),
            reply_to: None,
            sent_at: i64::try_from(self.sent * 10_000).unwrap_or(0),
        }))
    }
}

const SYLLABLES: [&str; 40] = [
    "a", "be", "con", "de", "er", "fa", "go", "ha", "in", "ju", "ka", "le", "ma", "ne", "or", "pro", "qui", "re", "st",
    "the", "un", "ver", "wa", "xi", "yo", "za", "al", "bri", "cha", "dro", "en", "fli", "gra", "ho", "ing", "ly", "mo",
    "ti", "ous", "sh",
];

/// Words drawn by Zipf's law.
struct Vocabulary {
    words: Vec<String>,
    /// Shares of the words up to each, summed.
    sums: Vec<f64>,
}

impl Vocabulary {
    fn new(words: Vec<String>) -> Self {
        let mut sum = 0.0;
        let sums = (1..=words.len())
            .map(|rank| {
                sum += 1.0 / rank as f64;
                sum
            })
            .collect();
        Self { words, sums }
    }

    fn draw(&self, random: &mut Random) -> String {
        let total = self.sums.last().copied().unwrap_or(0.0);
        let place = total * (random.next() >> 11) as f64 / (1_u64 << 53) as f64;
        self.words[self.sums.partition_point(|&sum| sum < place).min(self.words.len() - 1)].clone()
    }

    /// Any word alike: mostly rare ones.
    fn any(&self, random: &mut Random) -> String {
        self.words[random.below(self.words.len() as u64) as usize].clone()
    }
}

/// xorshift64*: the same numbers in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}
