//! A data folder that a porch of layout 2 left behind, from before accounts had looks, rooms kept names and the search
//! index had blocks: it opens, nothing is lost, everybody is still signed in.
//!
//! `tests/data/before.sql` is its database; `before.json` is what that porch told each of its people.

use std::collections::BTreeSet;
use std::fs;

use rusqlite::Connection;
use serde_json::{Map, Value, json};

use crate::support::{EVERYONE, Folder, Person, Porch, Start, ms, now, number, seq};

const DATABASE: &str = include_str!("../data/before.sql");
const TOLD: &str = include_str!("../data/before.json");
/// The search index of then, as far as it is looked at; its words were in an FTS5 table.
const INDEX: &str =
    "CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), layout INTEGER NOT NULL, mark BLOB NOT \
    NULL, indexed_upto INTEGER NOT NULL, changes_upto INTEGER NOT NULL) STRICT;
    CREATE VIRTUAL TABLE words USING fts5 (body, content = '', columnsize = 0, detail = none);";

fn data_folder() -> Folder {
    let folder = Folder::new();
    let data = folder.data();
    fs::create_dir(&data).expect("a folder can be made");
    let db = Connection::open(data.join("porch.db")).expect("a database can be made");
    db.execute_batch(DATABASE).expect("it is SQL");
    let wal: String = db.query_row("PRAGMA journal_mode = wal", [], |row| row.get(0)).expect("it has a mode");
    assert_eq!(wal, "wal");
    // As if it had been left a moment ago: sessions end after a year.
    db.execute("UPDATE sessions SET created_at = ?", [ms(now()) as i64]).expect("sessions are where they were");
    let mark: Vec<u8> = db.query_row("SELECT mark FROM settings", [], |row| row.get(0)).expect("there is a mark");
    let index = Connection::open(data.join("search.db")).expect("an index can be made");
    index.execute_batch(INDEX).expect("it is SQL");
    index.execute("INSERT INTO state VALUES (1, 1, ?, 22, 22)", [mark]).expect("it takes its state");
    folder
}

/// These fields of it: newer ones may have come since.
fn only(value: &Value, fields: &[&str]) -> Value {
    fields.iter().map(|field| ((*field).to_owned(), value[*field].clone())).collect::<Map<_, _>>().into()
}

fn all_only(list: &Value, fields: &[&str]) -> Vec<Value> {
    list.as_array().expect("a list").iter().map(|value| only(value, fields)).collect()
}

/// The places of events in a frame as that porch sent it.
fn places_of_then(frame: &Value) -> Vec<u64> {
    match frame["type"].as_str() {
        Some("message") => vec![number(&frame["id"])],
        Some("deleted") => vec![number(&frame["seq"])],
        Some("missed") => frame["events"].as_array().expect("a list").iter().flat_map(places_of_then).collect(),
        _ => Vec::new(),
    }
}

/// The letters of a query as a URL has them.
fn escaped(query: &str) -> String {
    query.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

async fn check_messages(person: &Person, told: &Value) {
    const FIELDS: [&str; 8] = ["id", "room", "n", "author", "body", "client_msg_id", "sent_at", "deleted"];
    for (room, messages) in told["messages"].as_object().expect("rooms") {
        let answer = person.ask("GET", &format!("/api/rooms/{room}/messages?limit=100"), None).await;
        if messages.is_null() {
            assert_ne!(answer.status, 200, "room {room} was hidden");
        } else {
            assert_eq!(all_only(&answer.json()["messages"], &FIELDS), all_only(messages, &FIELDS), "room {room}");
        }
    }
    for (query, ids) in told["found"].as_object().expect("queries") {
        let hits = person.get(&format!("/api/search?q={}", escaped(query))).await;
        let hits = hits["hits"].as_array().expect("hits").iter().map(|hit| number(&hit["message"]["id"]));
        let ids = ids.as_array().expect("ids").iter().map(number);
        assert_eq!(hits.collect::<BTreeSet<_>>(), ids.collect::<BTreeSet<_>>(), "{query}");
    }
}

async fn check_welcome(person: &Person, told: &Value) {
    const FIELDS: [&str; 7] = ["id", "kind", "name", "guests", "role", "read_n", "last_n"];
    let welcome = person.connect().await.hello(None).await;
    assert_eq!(only(&welcome["me"], &["id", "name", "role"]), only(&told["me"], &["id", "name", "role"]));
    let rooms = |list: &Value| -> BTreeSet<String> {
        let listed = list.as_array().expect("rooms").iter().filter(|room| room["archived"] != true);
        listed.map(|room| only(room, &FIELDS).to_string()).collect()
    };
    assert_eq!(rooms(&welcome["rooms"]), rooms(&told["rooms"]));
    assert_eq!(welcome["seq"], told["seq"]);
}

#[tokio::test]
async fn a_data_folder_of_before_opens_and_nothing_of_it_is_lost() {
    let told: Value = serde_json::from_str(TOLD).expect("it is JSON");
    let folder = data_folder();
    let porch = Porch::start_with(Start::on(&folder)).await;
    let people = told["people"].as_object().expect("people");
    let person = |name: &str| Person {
        door: porch.door.clone(),
        cookie: people[name]["cookie"].as_str().expect("a cookie").to_owned(),
        id: number(&people[name]["me"]["id"]),
    };
    for (name, told) in people {
        let person = person(name);
        check_welcome(&person, told).await;
        check_messages(&person, told).await;
    }
    let ada = person("Ada");
    let stranger = Person { cookie: format!("{}x", &ada.cookie[..ada.cookie.len() - 1]), ..ada.clone() };
    assert_eq!(stranger.ask("GET", "/api/me", None).await.status, 401, "any other cookie is none");
    porch.door.log_in("Bob", true).await.expect("the password is what it was");

    let (mut device, welcome) = ada.resume(5).await;
    assert_eq!(welcome["resume"], told["resume"]);
    let missed: Vec<u64> = device.so_far().await.iter().filter_map(seq).collect();
    let told_missed = told["resumed_after_5"].as_array().expect("frames").iter().flat_map(places_of_then);
    assert_eq!(missed, told_missed.collect::<Vec<_>>());

    const INVITE: [&str; 6] = ["id", "token", "role", "rooms", "note", "joined"];
    assert_eq!(all_only(&ada.get("/api/invites").await["invites"], &INVITE), all_only(&told["invites"], &INVITE));
    for (setting, value) in told["settings"].as_object().expect("settings") {
        assert_eq!(&ada.get("/api/settings").await["settings"][setting], value, "{setting}");
    }
    // And it goes on where it was: for one more, by the invite that was left over.
    let path = format!("/api/join/{}", told["once"].as_str().expect("a token"));
    let joined = porch.door.ask("POST", &path, None, Some(&json!({"name": "Kim"}))).await;
    assert_eq!(joined.status, 200, "{joined:?}");
    let next = device.post(EVERYONE, "new", "Still here").await;
    assert_eq!((number(&next["id"]), number(&next["n"])), (number(&people["Ada"]["seq"]) + 1, 6));
    assert!(!folder.log().contains("has lost"), "{}", folder.log());
}
