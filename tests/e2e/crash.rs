//! kill -9 in the middle of everything: what was acknowledged is there, in order, once.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::support::{Device, EVERYONE, Folder, Person, Porch, Start, from_env, number, seq, storm, within};

/// Rounds, unless `PORCH_CRASH_ROUNDS` says otherwise.
const ROUNDS: u64 = 10;
/// Connections that send at once.
const STORMS: usize = 8;
/// Frames sent and echoes heard in a round whose server lives: the server dies somewhere before.
const HAPPENINGS: u64 = 2 * 40 * STORMS as u64;

/// A stored message, as the database has it.
#[derive(Debug)]
struct Row {
    id: u64,
    room: u64,
    n: u64,
    body: String,
}

/// What the disk holds: a copy of the database and its log is recovered and read.
fn on_disk(folder: &Folder) -> HashMap<String, Row> {
    let copy = Folder::new();
    let data = copy.data();
    std::fs::create_dir(&data).expect("a folder can be made");
    for entry in std::fs::read_dir(folder.data()).expect("the data folder is there") {
        let path = entry.expect("it can be listed").path();
        if path.is_file() && path.extension().is_none_or(|kind| !kind.to_string_lossy().ends_with("-shm")) {
            std::fs::copy(&path, data.join(path.file_name().expect("files have names"))).expect("it can be copied");
        }
    }
    for name in ["porch.db", "search.db"] {
        let db = Connection::open(data.join(name)).expect("it can be opened");
        let verdict: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("it can be checked");
        assert_eq!(verdict, "ok", "{name}");
    }
    let db = Connection::open(data.join("porch.db")).expect("it can be opened");
    let mut statement = db
        .prepare("SELECT client_msg_id, id, room, n, body FROM messages ORDER BY id")
        .expect("messages are where they were");
    let read = |row: &rusqlite::Row<'_>| {
        let count = |column| row.get::<_, i64>(column).map(i64::unsigned_abs);
        Ok((row.get(0)?, Row { id: count(1)?, room: count(2)?, n: count(3)?, body: row.get(4)? }))
    };
    let mut rows = HashMap::new();
    let mut newest: BTreeMap<u64, u64> = BTreeMap::new();
    for stored in statement.query_map([], read).expect("they can be read") {
        let (name, row): (String, Row) = stored.expect("each can be read");
        let n = newest.entry(row.room).or_default();
        *n += 1;
        assert_eq!(row.n, *n, "a gap or a repetition in room {}", row.room);
        assert!(rows.insert(name, row).is_none(), "stored twice");
    }
    rows
}

/// Everything acknowledged so far is on the disk as it was told, and each sender's in the order of sending.
fn check(folder: &Folder, acknowledged: &[Vec<Value>]) -> u64 {
    let rows = on_disk(folder);
    for storm in acknowledged {
        let mut last = 0;
        for told in storm {
            let name = told["client_msg_id"].as_str().expect("a name");
            let row = rows.get(name).unwrap_or_else(|| panic!("{name} was acknowledged and is lost"));
            assert_eq!((row.id, row.n), (number(&told["id"]), number(&told["n"])), "{name}");
            assert_eq!((row.room, told["body"].as_str()), (number(&told["room"]), Some(row.body.as_str())), "{name}");
            assert!(row.id > last, "{name} is out of order");
            last = row.id;
        }
    }
    rows.len() as u64
}

/// Somebody who only listens, and comes back after every crash.
struct Listener {
    person: Person,
    /// The newest event seen.
    seq: u64,
    heard: Vec<u64>,
}

impl Listener {
    async fn resume(&self, porch: &Porch) -> Device {
        let person = Person { door: porch.door.clone(), ..self.person.clone() };
        let (device, welcome) = person.resume(self.seq).await;
        assert_eq!(welcome["resume"], "ok", "{welcome}");
        device
    }

    /// Takes everything up to the end of the connection.
    async fn listen(&mut self, mut device: Device) {
        while let Ok(message) = within("a message or the end", device.try_next()).await {
            self.take(&message);
        }
    }

    fn take(&mut self, message: &Value) {
        if let Some(seq) = seq(message) {
            assert!(seq > self.seq, "{seq} after {}", self.seq);
            self.seq = seq;
            self.heard.push(seq);
        }
    }
}

/// Lets a storm loose and kills the server in it; gives what was acknowledged.
async fn round(porch: Porch, senders: &[Person], rooms: &[u64], round: u64) -> Vec<Vec<Value>> {
    let (happened, mut happening) = watch::channel(0);
    let happened = Arc::new(happened);
    let mut storms = JoinSet::new();
    for at in 0..STORMS {
        let person = Person { door: porch.door.clone(), ..senders[at % senders.len()].clone() };
        let device = person.arrive().await;
        let (room, happened) = (rooms[at % rooms.len()], happened.clone());
        storms.spawn(async move {
            storm(device, room, &format!("{round}-{at}"), || happened.send_modify(|count| *count += 1)).await
        });
    }
    drop(happened);
    let until = 1 + round * 97 % HAPPENINGS;
    // An error says that every storm is over: then it is time as well.
    let _ = within("the storm", happening.wait_for(|count| *count >= until)).await;
    porch.kill().await;
    let mut acknowledged = Vec::new();
    while let Some(storm) = storms.join_next().await {
        acknowledged.push(storm.expect("a storm does not fail"));
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_was_acknowledged_survives_being_killed_again_and_again() {
    let folder = Folder::new();
    let porch = Porch::start_with(Start::on(&folder)).await;
    let mut senders = Vec::new();
    for name in ["Ada", "Bob", "Eve", "Kim"] {
        senders.push(porch.door.register(name).await);
    }
    let mut owner = senders[0].arrive().await;
    let kitchen = json!({"type": "create_room", "name": "Kitchen", "access": "open", "members": [2, 3, 4, 5]});
    let listener = porch.door.register("Listener").await;
    let room = number(&owner.command(kitchen, 1).await["room"]);
    let mut listener = Listener { person: listener, seq: 0, heard: Vec::new() };
    porch.kill().await;

    let rooms = [EVERYONE, room];
    let mut acknowledged = Vec::new();
    for number in 0..from_env("PORCH_CRASH_ROUNDS", ROUNDS) {
        let porch = Porch::start_with(Start::on(&folder)).await;
        let device = listener.resume(&porch).await;
        let (storm, ()) = tokio::join!(round(porch, &senders, &rooms, number), listener.listen(device));
        acknowledged.extend(storm);
        check(&folder, &acknowledged);
    }
    let stored = check(&folder, &acknowledged);
    assert!(acknowledged.iter().any(|storm| !storm.is_empty()), "nothing was ever acknowledged");

    // Who listened has heard all of it, once and in order; and a restarted porch shows the newest.
    let porch = Porch::start_with(Start::on(&folder)).await;
    let mut device = listener.resume(&porch).await;
    for message in device.so_far().await {
        listener.take(&message);
    }
    assert_eq!(listener.heard.len() as u64, stored);
    let reader = Person { door: porch.door.clone(), ..listener.person.clone() };
    let newest = reader.get(&format!("/api/rooms/{EVERYONE}/messages?limit=1")).await;
    assert!(listener.heard.contains(&number(&newest["messages"][0]["id"])));
    assert!(!folder.log().contains("has lost"), "what was never acknowledged is no loss: {}", folder.log());
    println!("{stored} messages stored, {} acknowledged", acknowledged.iter().map(Vec::len).sum::<usize>());
}
