//! Data folders that porches of older layouts left behind: they open, nothing is lost, everybody is still signed in.
//!
//! Of each layout N in `tests/data`, `layoutN.sql` is its database, and `layoutN.json` what that porch told each of its
//! people. Layout 2 is from before accounts had looks, rooms kept names and the search index had blocks; 6 from before
//! messages had revisions.

use std::collections::BTreeSet;
use std::fs;

use rusqlite::Connection;
use serde_json::{Map, Value, json};

use crate::support::{EVERYONE, Folder, Person, Porch, Start, ms, now, number, seq};

/// What a porch left.
struct Left {
    database: &'static str,
    index: &'static str,
    told: Value,
}

/// The search index of layout 2, as far as it is looked at; its words were in an FTS5 table,
/// which SQLite as we build it does not know any more.
const INDEX_OF_LAYOUT_2: &str =
    "CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), layout INTEGER NOT NULL, mark BLOB NOT \
    NULL, indexed_upto INTEGER NOT NULL, changes_upto INTEGER NOT NULL) STRICT;
    PRAGMA writable_schema = on;
    INSERT INTO sqlite_schema VALUES ('table', 'words', 'words', 0, 'CREATE VIRTUAL TABLE words USING fts5 \
    (body, content = '''', columnsize = 0, detail = none)');
    PRAGMA writable_schema = off;
    INSERT INTO state VALUES (1, 1, x'', 22, 22);";

fn of_layout_2() -> Left {
    let told = serde_json::from_str(include_str!("../data/layout2.json")).expect("it is JSON");
    Left { database: include_str!("../data/layout2.sql"), index: INDEX_OF_LAYOUT_2, told }
}

fn of_layout_6() -> Left {
    let told = serde_json::from_str(include_str!("../data/layout6.json")).expect("it is JSON");
    let (database, index) = (include_str!("../data/layout6.sql"), include_str!("../data/layout6_search.sql"));
    Left { database, index, told }
}

fn data_folder(left: &Left) -> Folder {
    let folder = Folder::new();
    let data = folder.data();
    fs::create_dir(&data).expect("a folder can be made");
    let db = Connection::open(data.join("porch.db")).expect("a database can be made");
    db.execute_batch(left.database).expect("it is SQL");
    let wal: String = db.query_row("PRAGMA journal_mode = wal", [], |row| row.get(0)).expect("it has a mode");
    assert_eq!(wal, "wal");
    // As if it had been left a moment ago: sessions end after a year.
    db.execute("UPDATE sessions SET created_at = ?", [ms(now()) as i64]).expect("sessions are where they were");
    let mark: Vec<u8> = db.query_row("SELECT mark FROM settings", [], |row| row.get(0)).expect("there is a mark");
    let index = Connection::open(data.join("search.db")).expect("an index can be made");
    index.execute_batch(left.index).expect("it is SQL");
    index.execute("UPDATE state SET mark = ?", [mark]).expect("it has its state");
    folder
}

/// These fields of it: newer ones may have come since.
fn only(value: &Value, fields: &[&str]) -> Value {
    fields.iter().map(|field| ((*field).to_owned(), value[*field].clone())).collect::<Map<_, _>>().into()
}

fn all_only(list: &Value, fields: &[&str]) -> Vec<Value> {
    list.as_array().expect("a list").iter().map(|value| only(value, fields)).collect()
}

/// The places of events in a frame as a porch of protocol 1 sent it, or a place itself.
fn places(told: &Value) -> Vec<u64> {
    match told["type"].as_str() {
        Some("message") => vec![number(&told["id"])],
        Some("deleted") => vec![number(&told["seq"])],
        Some("missed") => told["events"].as_array().expect("a list").iter().flat_map(places).collect(),
        _ => told.as_u64().into_iter().collect(),
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
            // Since then an open room can be looked into before one joins it.
            let listed = person.get("/api/rooms").await["rooms"].clone();
            let open =
                listed.as_array().expect("a list").iter().any(|listed| listed["id"].as_u64() == room.parse().ok());
            assert_eq!(answer.status == 200, open, "room {room} was hidden");
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
        // Settings were fields of the room itself then.
        let flat = |room: &Value| -> Value {
            let fields = [room, &room["settings"]].into_iter().filter_map(Value::as_object).flatten();
            fields.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>().into()
        };
        let listed = list.as_array().expect("rooms").iter().map(flat).filter(|room| room["archived"] != true);
        listed.map(|room| only(&room, &FIELDS).to_string()).collect()
    };
    assert_eq!(rooms(&welcome["rooms"]), rooms(&told["rooms"]));
    assert_eq!(welcome["seq"], told["seq"]);
}

#[tokio::test]
async fn a_data_folder_of_layout_2_opens_and_nothing_of_it_is_lost() {
    let left = of_layout_2();
    let folder = data_folder(&left);
    check(&folder, &left.told).await;
}

#[tokio::test]
async fn a_data_folder_of_layout_6_opens_and_nothing_of_it_is_lost() {
    let left = of_layout_6();
    let folder = data_folder(&left);
    let porch = check(&folder, &left.told).await;
    let told = &left.told;
    let ada = &told["people"]["Ada"];
    let ada = Person { door: porch.door.clone(), cookie: ada["cookie"].as_str().expect("a cookie").to_owned(), id: 1 };
    // A deleted message has the place of its deletion as its revision, any other its own.
    let kitchen = ada.get("/api/rooms/2/messages").await;
    let revs: Vec<_> =
        kitchen["messages"].as_array().expect("a list").iter().map(|m| (number(&m["id"]), number(&m["rev"]))).collect();
    assert!(revs.contains(&(14, 22)) && revs.iter().all(|(id, rev)| *id == 14 || id == rev), "{revs:?}");
    // Guests whose stay has ended, deleted accounts, a removed room, a picture.
    const LISTED: [&str; 4] = ["id", "name", "role", "picture"];
    let listed = ada.get("/api/people").await;
    let known: Vec<Value> = all_only(&listed["people"], &LISTED)
        .into_iter()
        .filter(|person| person["name"] != "Kim" || person["role"] == "guest")
        .collect();
    assert_eq!(known, all_only(&told["listed"], &LISTED));
    assert_eq!(ada.ask("GET", "/api/rooms/5", None).await.status, 403);
    let picture = &told["picture"];
    let picture = ada.ask("GET", &format!("/pictures/{}/{}/96", picture["of"], picture["number"]), None).await;
    assert_eq!((picture.status, &picture.body[..2]), (200, &[0xff, 0xd8][..]), "a JPEG");
}

/// Panics unless that porch's people find all they were told; gives the porch that goes on with the folder.
async fn check(folder: &Folder, told: &Value) -> Porch {
    let porch = Porch::start_with(Start::on(folder)).await;
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
    let told_missed = told["resumed_after_5"].as_array().expect("frames, or their places").iter().flat_map(places);
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
    let there = people["Ada"]["messages"]["1"].as_array().expect("messages").len() as u64;
    assert_eq!((number(&next["id"]), number(&next["n"])), (number(&people["Ada"]["seq"]) + 1, there + 1));
    assert!(!folder.log().contains("has lost"), "{}", folder.log());
    porch
}
