//! 200 people react to one message for ten seconds: no count is lost or doubled, each hears at most four frames of it a second,
//! and a message takes at most twice as long as in a quiet moment.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use porch::proto::id::RoomId;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::seed::{self, Seeded};
use crate::support::{Device, Folder, Porch, Start, number, raise_open_files};
use crate::talking::talk;

const PEOPLE: usize = 200;
const STORM: Duration = Duration::from_secs(10);
/// How soon each reacts again, once that was answered: five a second are what one person may.
const PAUSE: Duration = Duration::from_millis(200);
const FRAMES_PER_SECOND_MAX: usize = 4;
const EMOJI: [&str; 5] = ["👍", "❤️", "😂", "🎉", "🇨🇳"];

/// What one person has seen of it, and done.
struct Seen {
    own: BTreeSet<&'static str>,
    /// As the last event told it.
    mine: BTreeSet<String>,
    counts: BTreeMap<String, u64>,
    frames: usize,
    done: usize,
    time: Duration,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_reactions_loses_nothing_and_costs_the_talk_little() {
    raise_open_files();
    let folder = Folder::new();
    let store = seed::open(&folder.data());
    let people = seed::people(&store, "Member", PEOPLE).await;
    seed::close(store).await;
    let porch = Porch::start_with(Start::on(&folder)).await;
    let room = RoomId(crate::support::EVERYONE);
    let mut first = people[0].through(&porch.door).arrive().await;
    let message = number(&first.post(room.0, "the-message", "clap your hands").await["id"]);
    let (quiet, _) = talk(&porch, &people, room, "quiet", STORM).await;

    let before = written(&porch);
    let mut storm = JoinSet::new();
    for (at, person) in people.iter().enumerate() {
        let device = person.through(&porch.door).arrive().await;
        storm.spawn(react(device, room.0, message, at));
    }
    let ((busy, said), seen) = tokio::join!(talk(&porch, &people, room, "busy", STORM), storm.join_all());
    let bytes = written(&porch) - before;

    let told = counts_now(&porch, &people[0], room.0, message).await;
    let mut truth: BTreeMap<String, u64> = BTreeMap::new();
    for emoji in seen.iter().flat_map(|one| &one.own) {
        *truth.entry((*emoji).to_owned()).or_default() += 1;
    }
    assert_eq!(told, truth, "what the box counts is what people have done");
    for one in &seen {
        assert_eq!(one.counts, truth, "somebody has seen another count");
        assert!(one.mine.iter().map(String::as_str).eq(one.own.iter().copied()), "{:?} {:?}", one.mine, one.own);
    }
    let reactions: usize = seen.iter().map(|one| one.done).sum();
    let most = seen.iter().map(|one| one.frames as f64 / one.time.as_secs_f64()).fold(0.0, f64::max);
    println!("quiet:        {quiet}");
    println!("in the storm: {busy}");
    println!("{reactions} reactions by {PEOPLE} people in {STORM:.0?}, beside {said} messages: {truth:?}");
    println!("frames of it for each: {most:.2} a second at most");
    println!("written to the disk meanwhile: {} bytes a reaction, messages included", bytes / reactions as u64);
    let ratio = busy.ratio(&quiet, 99);
    println!("chat p99 beside it: {ratio:.2} x");
    assert!(most <= FRAMES_PER_SECOND_MAX as f64 + 0.2);
    assert!(ratio <= 2.0);
    assert!(porch.stop().await.success());
}

/// One person puts emoji there and takes them back, one after the other, and hears of all that others do.
async fn react(mut device: Device, room: u64, message: u64, at: usize) -> Seen {
    let (own, mine, counts) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::new());
    let mut seen = Seen { own, mine, counts, frames: 0, done: 0, time: Duration::ZERO };
    let began = Instant::now();
    let mut asked = at;
    while began.elapsed() < STORM {
        let emoji = EMOJI[asked * 7 % EMOJI.len()];
        let on = !seen.own.contains(emoji);
        let command = json!({"type": "react", "room": room, "message": message, "emoji": emoji, "on": on});
        device.say(json!({"type": "command", "re": asked, "command": command})).await;
        loop {
            let heard = device.next_frame().await;
            seen.take(&heard, message);
            assert_ne!(heard["type"], "error", "{heard}");
            if heard["type"] == "done" {
                break;
            }
        }
        if on {
            seen.own.insert(emoji)
        } else {
            seen.own.remove(emoji)
        };
        seen.done += 1;
        asked += 1;
        let until = Instant::now() + PAUSE;
        while let Ok(heard) = tokio::time::timeout_at(until.into(), device.next_frame()).await {
            seen.take(&heard, message);
        }
    }
    // What is under way comes to its end.
    let until = Instant::now() + Duration::from_secs(3);
    while let Ok(heard) = tokio::time::timeout_at(until.into(), device.next_frame()).await {
        seen.take(&heard, message);
    }
    seen.time = began.elapsed().min(STORM);
    seen
}

impl Seen {
    fn take(&mut self, heard: &Value, message: u64) {
        let reacted = |event: &&Value| event["what"]["type"] == "reacted" && event["what"]["message"] == message;
        let Some(event) = heard["events"].as_array().into_iter().flatten().rfind(reacted) else { return };
        self.frames += 1;
        self.counts = counts_of(&event["what"]["reactions"], 0, 1);
        if let Some(mine) = event["what"]["mine"].as_array() {
            self.mine = mine.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        }
    }
}

/// Bytes that porch has had written to the disk since it began.
fn written(porch: &Porch) -> u64 {
    let io = std::fs::read_to_string(format!("/proc/{}/io", porch.pid())).expect("porch runs");
    let line = io.lines().find_map(|line| line.strip_prefix("write_bytes: ")).expect("the kernel counts them");
    line.parse().expect("a number")
}

async fn counts_now(porch: &Porch, person: &Seeded, room: u64, message: u64) -> BTreeMap<String, u64> {
    let path = format!("/api/rooms/{room}/reactions?message={message}");
    let answer = person.through(&porch.door).ask("GET", &path, None).await.json();
    let list = answer["reactions"].as_array().expect("a list");
    list.iter().map(|one| (one["emoji"].as_str().unwrap_or_default().to_owned(), number(&one["count"]))).collect()
}

fn counts_of(list: &Value, emoji: usize, count: usize) -> BTreeMap<String, u64> {
    let list = list.as_array().expect("a list");
    list.iter().map(|one| (one[emoji].as_str().unwrap_or_default().to_owned(), number(&one[count]))).collect()
}
