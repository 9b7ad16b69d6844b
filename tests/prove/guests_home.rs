//! 1,100 guests are sent home at once, while 200 members stay and talk: they miss nothing, nobody of them is closed, and
//! a message takes at most twice as long as in a quiet moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use porch::clock::wall;
use porch::proto::account::{InviteRole, NewInvite};
use porch::proto::id::RoomId;
use porch::proto::op::{InviteOp, Op, Outcome, RoomOp};
use porch::proto::room::RoomSetting;
use serde::Deserialize;
use serde_json::json;
use tokio::task::JoinSet;

use crate::seed::{self, Seeded};
use crate::support::{Closed, Device, Folder, Porch, Start, raise_open_files};
use crate::talking::talk;

const MEMBERS: usize = 200;
const GUESTS: usize = 1_100;
/// How long a quiet moment is, and how long the talk goes on beside the departure at least.
const MOMENT: Duration = Duration::from_secs(8);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guests_sent_home_cost_those_who_stay_nothing() {
    raise_open_files();
    let folder = Folder::new();
    let store = seed::open(&folder.data());
    let members = seed::people(&store, "Member", MEMBERS).await;
    let (room, door) = guest_room(&store, &members).await;
    let guests = seed::guests(&store, &door, GUESTS).await;
    seed::close(store).await;

    let porch = Porch::start_with(Start::on(&folder)).await;
    let listeners = arrive(&porch, &members).await;
    let leaving = arrive(&porch, &guests).await;
    let over = Arc::new(AtomicBool::new(false));
    let mut heard = JoinSet::new();
    for device in listeners {
        heard.spawn(listen(device, over.clone()));
    }
    let mut gone = JoinSet::new();
    for mut device in leaving {
        gone.spawn(async move {
            loop {
                if let Err(closed) = device.try_text().await {
                    return closed;
                }
            }
        });
    }

    let (quiet, mut said) = talk(&porch, &members, room, "quiet", MOMENT).await;
    let began = Instant::now();
    let owner = members[0].through(&porch.door);
    let off = async {
        let answer = owner.ask("PATCH", "/api/settings", Some(&json!({"guests": false}))).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        while let Some(closed) = gone.join_next().await {
            assert_eq!(closed.expect("a guest does not panic"), Closed::Code(4003));
        }
        began.elapsed()
    };
    let ((busy, more), took) = tokio::join!(talk(&porch, &members, room, "busy", MOMENT), off);
    said += more;

    over.store(true, Ordering::Relaxed);
    let mut last = owner.arrive().await;
    last.post(room.0, "last-word", "last word").await;
    said += 1;
    let (mut complete, mut frames) = (0, 0);
    while let Some(listener) = heard.join_next().await {
        let (messages, others) = listener.expect("nobody who stays is closed");
        assert_eq!(messages, said, "somebody missed something");
        complete += 1;
        frames = frames.max(others);
    }
    println!("quiet:        {quiet}");
    println!("going home:   {busy}");
    println!("all {GUESTS} guests were out after {took:.2?}; {complete} members heard all {said} messages");
    println!("frames beside messages for each who stayed: {frames} at most");
    let ratio = busy.ratio(&quiet, 99);
    println!("chat p99 beside it: {ratio:.2} x");
    assert!(ratio <= 2.0);
    assert!(porch.stop().await.success());
}

/// The room for everybody, open to guests, and the hash of an invite to it.
async fn guest_room(store: &porch::store::Store, members: &[Seeded]) -> (RoomId, [u8; 32]) {
    let owner = members[0].id;
    let everyone = RoomId(crate::support::EVERYONE);
    let opened =
        seed::apply(store, Op::Room(RoomOp::Set { room: everyone, by: owner, setting: RoomSetting::Guests(true) }))
            .await;
    assert!(matches!(opened, Outcome::Made { .. }), "{opened:?}");
    let door = [7; 32];
    let invite = NewInvite {
        role: InviteRole::Guest,
        once: false,
        ends_at: None,
        rooms: vec![everyone],
        stay_s: None,
        note: String::new(),
    };
    let op = Op::Invite(InviteOp::Make { by: owner, invite, token: "x".repeat(22), token_hash: door, at: wall() });
    assert!(matches!(seed::apply(store, op).await, Outcome::Made { .. }));
    (everyone, door)
}

async fn arrive(porch: &Porch, people: &[Seeded]) -> Vec<Device> {
    let mut devices = Vec::with_capacity(people.len());
    for person in people {
        devices.push(person.through(&porch.door).arrive().await);
    }
    devices
}

/// What is read of a frame.
#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(borrow, default)]
    events: Vec<FrameEvent<'a>>,
}

#[derive(Deserialize)]
struct FrameEvent<'a> {
    #[serde(borrow)]
    what: Said<'a>,
}

#[derive(Deserialize)]
struct Said<'a> {
    body: Option<&'a str>,
}

/// Hears everything until the last word: how many messages, and how many frames beside them.
async fn listen(mut device: Device, over: Arc<AtomicBool>) -> (usize, usize) {
    let (mut messages, mut others) = (0, 0);
    let mut beat = tokio::time::interval(Duration::from_secs(15));
    loop {
        let heard = tokio::select! {
            heard = device.try_text() => heard.unwrap_or_else(|closed| panic!("closed: {closed:?}")),
            _ = beat.tick() => {
                device.say(json!({"type": "ping"})).await;
                continue;
            }
        };
        let Frame { kind, events } = serde_json::from_str(&heard).expect("a frame is JSON");
        match kind {
            "events" => {
                messages += events.len();
                let last = events.iter().any(|event| event.what.body == Some("last word"));
                if over.load(Ordering::Relaxed) && last {
                    return (messages, others);
                }
            }
            "pong" => {}
            _ => others += 1,
        }
    }
}
