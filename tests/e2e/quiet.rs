//! An idle box writes nothing to its disk, however many people are connected, type, come and go.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::json;
use tokio::time::{Instant, interval};

use crate::support::{Device, EVERYONE, Person, Porch, eventually, from_env};

/// How long nothing may be written, unless `PORCH_QUIET_SECONDS` says otherwise.
const SECONDS: u64 = 15;
const CLIENTS: usize = 50;
/// Connections a session may have, and one that comes while another goes.
const TABS: usize = 7;
/// Clients that do something each time.
const AT_ONCE: usize = 5;

/// What a disk would notice.
#[derive(Debug, Eq, PartialEq)]
struct Disk {
    /// Bytes that the process has caused to be written.
    written: u64,
    /// Length and time of change of every file.
    files: BTreeMap<String, (u64, SystemTime)>,
}

fn disk(porch: &Porch) -> Disk {
    let mut files = BTreeMap::new();
    look(&porch.folder.data(), &mut files);
    Disk { written: written(porch), files }
}

fn look(dir: &Path, files: &mut BTreeMap<String, (u64, SystemTime)>) {
    for entry in std::fs::read_dir(dir).expect("the data folder can be listed") {
        let entry = entry.expect("the data folder can be listed");
        let about = entry.metadata().expect("files can be looked at");
        if about.is_dir() {
            look(&entry.path(), files);
        } else {
            let changed = about.modified().expect("files have times");
            files.insert(entry.path().display().to_string(), (about.len(), changed));
        }
    }
}

/// See proc_pid_io(5).
fn written(porch: &Porch) -> u64 {
    let io = std::fs::read_to_string(format!("/proc/{}/io", porch.pid())).expect("one's own child can be looked at");
    let line = io.lines().find_map(|line| line.strip_prefix("write_bytes: ")).expect("it says what was written");
    line.parse().expect("a number")
}

#[tokio::test]
async fn an_idle_box_writes_nothing_while_people_are_connected_type_come_and_go() {
    let porch = Porch::start().await;
    let mut people = Vec::new();
    for at in 0..CLIENTS.div_ceil(TABS) {
        people.push(porch.door.register(&format!("Person {at}")).await);
    }
    let mut clients: Vec<(Person, Device)> = Vec::new();
    for at in 0..CLIENTS {
        let person = people[at / TABS].clone();
        let device = person.arrive().await;
        clients.push((person, device));
    }
    // Does the measure see a message at all?
    let before = disk(&porch);
    clients[0].1.post(EVERYONE, "01-a", "The last word for a while").await;
    let after = disk(&porch);
    assert!(after.written > before.written && after.files != before.files, "{before:?} {after:?}");
    // Once all is quiet, what is in the logs moves to its place: that is the last that is written.
    let logs_are_empty = || disk(&porch).files.iter().all(|(name, (bytes, _))| !name.ends_with("-wal") || *bytes == 0);
    eventually("the logs' emptying", logs_are_empty).await;

    // The emptying itself may be under way as it is seen: the first round does not count.
    let mut quiet = None;
    let mut until = Instant::now();
    let mut ticks = interval(Duration::from_millis(500));
    let mut turn = 0;
    while turn <= CLIENTS || Instant::now() < until {
        ticks.tick().await;
        for _ in 0..AT_ONCE {
            let (person, device) = &mut clients[turn % CLIENTS];
            device.say(json!({"type": "typing", "room": EVERYONE})).await;
            device.so_far().await;
            if turn % AT_ONCE == 0 {
                *device = person.arrive().await;
            }
            turn += 1;
        }
        if turn == CLIENTS {
            until = Instant::now() + Duration::from_secs(from_env("PORCH_QUIET_SECONDS", SECONDS));
            quiet = Some(disk(&porch));
        } else if let Some(quiet) = &quiet {
            let now = disk(&porch);
            assert_eq!(now.files, quiet.files, "{} bytes were written", now.written - quiet.written);
            assert_eq!(now.written, quiet.written, "more was written, though no file has changed");
        }
    }
    assert!(quiet.is_some(), "nothing was looked at");
}
