//! kill -9 among uploads, messages that bring them, and deletions: no message lacks its file, and no file stays for nothing.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Answer, Device, EVERYONE, Folder, Person, Porch, Start, eventually, from_env, within};

/// Rounds, unless `PORCH_CRASH_ROUNDS` says otherwise.
const ROUNDS: u64 = 10;
/// Steps of everybody together in a round, about: the server dies somewhere before.
const STEPS: u64 = 60;
/// Rounds after which others go on: a person can have so many uploads that were not sent, and of each kill one is left.
const ROUNDS_OF_ONE: u64 = 25;
/// Files that are brought again and again, so that several messages need the same.
const FILES: u64 = 5;

/// A picture with something in it that is taken out, of a few kinds; so each is written anew.
fn file(which: u64) -> Vec<u8> {
    let mut gif = b"GIF89a\x01\0\x01\0\0\0\0!\xfe\x05where\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;".to_vec();
    if which == 0 {
        return b"no picture".to_vec();
    }
    // Another size is another picture; what lacks pixels is not decoded, and kept all the same.
    gif[6] = which as u8;
    gif
}

/// A request of tus; none where the server died of it.
async fn tus(person: &Person, method: &str, path: &str, fields: &str, body: &[u8]) -> Option<Answer> {
    let (host, cookie, length) = (person.door.https, &person.cookie, body.len());
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nTus-Resumable: 1.0.0");
    let request = format!("{head}\r\nConnection: close\r\nContent-Length: {length}\r\n{fields}\r\n");
    person.door.try_raw(&[request.as_bytes(), body].concat()).await
}

/// Uploads a file; by which id it is sent.
async fn upload(person: &Person, file: &[u8]) -> Option<String> {
    let begun = tus(person, "POST", "/api/uploads", &format!("Upload-Length: {}\r\n", file.len()), b"").await?;
    let path = begun.header("location").unwrap_or_else(|| panic!("{begun:?}")).to_owned();
    let fields = "Upload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\n";
    let brought = tus(person, "PATCH", &path, fields, file).await?;
    assert_eq!(brought.status, 204, "{brought:?}");
    path.rsplit('/').next().map(str::to_owned)
}

/// Brings, sends and deletes until the server dies; counts what was done.
async fn work(person: Person, mut device: Device, name: String, steps: watch::Sender<u64>) {
    let frame = |message: Value| Message::text(message.to_string());
    for at in 0_u64.. {
        let Some(upload) = upload(&person, &file((at + name.len() as u64) % FILES)).await else { return };
        steps.send_modify(|count| *count += 1);
        let id = format!("{name}-{at}");
        let send = json!({"type": "send", "room": EVERYONE, "client_msg_id": id, "body": "", "attachments": [{"upload": upload}]});
        if device.frame(frame(send)).await.is_err() {
            return;
        }
        let sent = loop {
            match device.try_next().await {
                Ok(heard) if heard["client_msg_id"] == *id => break heard,
                Ok(_) => {}
                Err(_) => return,
            }
        };
        assert_eq!(sent["attachments"].as_array().map(Vec::len), Some(1), "{sent}");
        steps.send_modify(|count| *count += 1);
        if at % 3 != 0 {
            let delete = json!({"type": "delete", "room": EVERYONE, "message": sent["id"]});
            if device.frame(frame(json!({"type": "command", "re": at, "command": delete}))).await.is_err() {
                return;
            }
        }
    }
}

/// The blobs that messages bring, and those of uploads that can be sent.
fn needed(folder: &Folder) -> BTreeSet<String> {
    let db = Connection::open_with_flags(folder.data().join("porch.db"), OpenFlags::SQLITE_OPEN_READ_ONLY)
        .expect("it is there");
    let all = |query: &str| -> BTreeSet<String> {
        let mut statement = db.prepare(query).expect("the tables are there");
        let rows = statement.query_map([], |row| row.get(0)).expect("they can be read");
        rows.map(|row| row.expect("each can be read")).collect()
    };
    let brought =
        all("SELECT attachments FROM messages WHERE attachments IS NOT NULL").into_iter().flat_map(|column| {
            let kept: Vec<(String, Value)> = serde_json::from_str(&column).expect("it is a list of blobs");
            kept.into_iter().map(|(blob, _)| blob)
        });
    let brought: BTreeSet<String> = brought.collect();
    let counted = all("SELECT lower(hex(blob)) FROM blob_messages");
    assert_eq!(brought, counted, "what messages bring and what is counted");
    counted.into_iter().chain(all("SELECT lower(hex(blob)) FROM uploads")).collect()
}

/// The blobs whose files are in a folder.
fn kept(folder: &Folder, name: &str) -> BTreeSet<String> {
    let list = |path: &Path| {
        std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect::<Vec<_>>()
    };
    let name_of = |path: &Path| path.file_name().expect("files have names").to_string_lossy().into_owned();
    let files = list(&folder.data().join(name))
        .into_iter()
        .flat_map(|of| list(&of).into_iter().map(move |file| (of.clone(), file)));
    files.map(|(of, file)| name_of(&of) + name_of(&file).split('-').next().unwrap_or_default()).collect()
}

/// Every file that is needed is there, and soon no other is.
async fn check(folder: &Folder) {
    let lacking: Vec<_> = needed(folder).difference(&kept(folder, "blobs")).cloned().collect();
    assert!(lacking.is_empty(), "these are needed and gone: {lacking:?}");
    eventually("only files that are needed", || {
        let needed = needed(folder);
        kept(folder, "blobs") == needed && kept(folder, "previews").is_subset(&needed)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_message_lacks_its_file_and_no_file_stays_for_nothing_whenever_it_is_killed() {
    let folder = Folder::new();
    let porch = Porch::start_with(Start::on(&folder)).await;
    let owner = porch.door.register("Olga").await;
    let mut people = Vec::new();
    porch.kill().await;
    for round in 0..from_env("PORCH_CRASH_ROUNDS", ROUNDS) {
        let porch = Porch::start_with(Start::on(&folder)).await;
        check(&folder).await;
        if round % ROUNDS_OF_ONE == 0 {
            people.clear();
            for name in ["Ada", "Bob", "Eve"] {
                people.push(porch.door.register(&format!("{name} {round}")).await);
            }
        }
        let (steps, mut stepped) = watch::channel(0);
        let mut workers = JoinSet::new();
        for (at, person) in people.iter().enumerate() {
            let person = Person { door: porch.door.clone(), ..person.clone() };
            let device = person.arrive().await;
            workers.spawn(work(person, device, format!("{round}-{at}"), steps.clone()));
        }
        drop(steps);
        let until = 1 + round * 37 % STEPS;
        let _ = within("the work", stepped.wait_for(|count| *count >= until)).await;
        porch.kill().await;
        while let Some(worked) = workers.join_next().await {
            worked.expect("nobody is refused anything");
        }
    }
    let porch = Porch::start_with(Start::on(&folder)).await;
    check(&folder).await;
    let owner = Person { door: porch.door.clone(), ..owner };
    let mut device = owner.arrive().await;
    let mut deleted = 0;
    loop {
        let page = owner.get(&format!("/api/rooms/{EVERYONE}/galleries/pictures?limit=100")).await;
        let files = owner.get(&format!("/api/rooms/{EVERYONE}/galleries/files?limit=100")).await;
        let messages: Vec<_> =
            [page, files].iter().flat_map(|page| page["messages"].as_array().cloned().unwrap_or_default()).collect();
        if messages.is_empty() {
            break;
        }
        for message in messages {
            let delete = json!({"type": "delete", "room": EVERYONE, "message": message["id"]});
            let done = device.command(delete, deleted).await;
            if done["code"] == "slow_down" {
                // It is found again.
                tokio::time::sleep(Duration::from_millis(500)).await;
                continue;
            }
            assert_eq!(done["type"], "done", "{done}");
            deleted += 1;
        }
    }
    assert!(deleted > 0, "something was sent");
    check(&folder).await;
    println!("{deleted} messages deleted in the end; {} files wait to be sent", kept(&folder, "blobs").len());
}
