//! One account that searches on a hundred connections makes nobody else wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::figures::Times;
use crate::filling;
use crate::support::{EVERYONE, Folder, Person, Porch, Start};

const CONNECTIONS: usize = 100;
const MESSAGES: usize = 100_000;
/// Questions of the one who is asked about, in each of the two moments.
const QUESTIONS: usize = 400;
const PAUSE: Duration = Duration::from_millis(20);
/// How long the flood waits after `busy`: less than it is told to.
const BUSY_PAUSE: Duration = Duration::from_millis(100);
const RATIO_MAX: f64 = 3.0;
/// How far the flood stands back (nice(2)): on a network it is made by other machines, and takes none of the box's processors.
const FLOOD_NICENESS: i32 = 19;

/// Asks over one connection, again and again; from a thread of its own, so that what is measured is the box and not how
/// busy the flood keeps itself.
async fn times(person: &Person, path: &'static str) -> Times {
    let person = person.clone();
    let asking = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(ask(&person, path))
    };
    tokio::task::spawn_blocking(asking).await.expect("each is answered")
}

async fn ask(person: &Person, path: &str) -> Times {
    let mut line = filling::Line::open(person).await;
    let mut times = Times::default();
    for _ in 0..QUESTIONS {
        let begun = Instant::now();
        assert_eq!(line.ask(path).await, 200, "{path}");
        times.add(begun.elapsed());
        sleep(PAUSE).await;
    }
    times
}

#[tokio::test(flavor = "multi_thread")]
async fn others_are_answered_as_before() {
    let folder = Folder::new();
    let porch = Porch::start_with(Start::on(&folder)).await;
    let ada = porch.door.register("Ada").await;
    let bob = porch.door.register("Bob").await;
    let port = porch.https.port();
    assert!(porch.stop().await.success());
    filling::fill(&folder, EVERYONE, &[ada.id, bob.id], MESSAGES, |i| format!("word{} and other words {i}", i % 977));
    let porch = Porch::again(&folder, port).await;
    let asked = ["/api/me", "/api/rooms/1/messages"];
    let mut quiet = Vec::new();
    for path in asked {
        quiet.push(times(&bob, path).await);
    }
    let searched = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let elsewhere = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .on_thread_start(|| {
            // Of this thread alone. Where it is refused, the figures are only worse.
            let _ = rustix::process::nice(FLOOD_NICENESS);
        })
        .build()
        .expect("a runtime");
    for at in 0..CONNECTIONS {
        let (ada, searched) = (ada.clone(), searched.clone());
        elsewhere.spawn(async move {
            let mut line = filling::Line::open(&ada).await;
            loop {
                // Alternately one that finds much and one that looks through everything for what is not there together.
                let query = ["w*%20o*&limit=50", "%22words%20other%22"][at % 2];
                let status = line.ask(&format!("/api/search?q={query}")).await;
                searched[usize::from(status == 503)].fetch_add(1, Ordering::Relaxed);
                if status == 503 {
                    sleep(BUSY_PAUSE).await;
                }
            }
        });
    }
    let flooded = || searched.iter().map(|count| count.load(Ordering::Relaxed)).sum::<usize>();
    crate::support::eventually("the flood", || flooded() > CONNECTIONS).await;
    for (path, quiet) in asked.into_iter().zip(&quiet) {
        let times = times(&bob, path).await;
        let ratio = times.ratio(quiet, 95);
        println!("{path}\n  before {quiet}\n  while  {times}\n  p95 is {ratio:.2} times as long");
        assert!(ratio <= RATIO_MAX, "{path}");
    }
    let [answered, busy] = [0, 1].map(|kind| searched[kind].load(Ordering::Relaxed));
    println!("searches answered {answered}, busy {busy}");
    elsewhere.shutdown_background();
    drop(porch);
}
