//! An ordinary member has made 3,700 closed rooms with 99 others in them, written one line in each and archived it, when
//! no limit was in the way. Everyone is in within two seconds all the same, and the owner removes the rooms by one act.

use std::time::{Duration, Instant};

use porch::proto::id::UserId;
use rusqlite::Connection;
use tokio::task::JoinSet;

use crate::figures::Times;
use crate::seed::{self, Seeded};
use crate::support::{Folder, Porch, Start, eventually};

const PEOPLE: usize = 100;
const ROOMS: usize = 3_700;
const IN_WITHIN: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_flood_of_rooms_everyone_is_in_and_the_owner_removes_them_by_one_act() {
    let folder = Folder::new();
    let store = seed::open(&folder.data());
    let people = seed::people(&store, "Person", PEOPLE).await;
    seed::close(store).await;
    flood(&folder, people[1].id, &people);

    let porch = Porch::start_with(Start::on(&folder)).await;
    let took = everyone_arrives(&porch, &people, ROOMS as u64).await;
    println!("{PEOPLE} people, each in {ROOMS} archived rooms, were welcomed: {took}");
    assert!(took.percentile(100) <= IN_WITHIN);

    let owner = people[0].through(&porch.door);
    let mut watching = owner.arrive().await;
    let path = format!("/api/people/{}/rooms", people[1].id);
    assert_eq!(owner.get(&path).await["made"], ROOMS);
    let began = Instant::now();
    assert_eq!(owner.ask("DELETE", &path, None).await.status, 204);
    println!("the owner removed {ROOMS} rooms within {:.2?}", began.elapsed());
    let mut gone = 0;
    let mut frames = 0;
    while gone < ROOMS {
        gone += watching.until_type("rooms_gone").await["rooms"].as_array().map_or(0, Vec::len);
        frames += 1;
    }
    println!("told to each in {frames} frames");
    assert_eq!(owner.get(&path).await["made"], 0);
    let took = everyone_arrives(&porch, &people, 0).await;
    println!("afterwards they are welcomed: {took}");

    let database = Connection::open(folder.data().join("porch.db")).expect("it is there");
    let left = || -> i64 {
        let query = "SELECT count(*) FROM messages WHERE body <> ''";
        database.query_row(query, [], |row| row.get(0)).expect("it can be read")
    };
    eventually("the erasing of what was said", || left() == 0).await;
    println!("nothing of what was said in them is left after {:.2?}", began.elapsed());
    assert!(porch.stop().await.success());
}

/// Writes it straight into the database: porch itself would refuse it by now.
fn flood(folder: &Folder, by: UserId, people: &[Seeded]) {
    let mut database = Connection::open(folder.data().join("porch.db")).expect("it is there");
    let flood = database.transaction().expect("nobody else has it");
    let by = by.0 as i64;
    for room in 2..2 + ROOMS as i64 {
        flood
            .execute(
                "INSERT INTO rooms (id, kind, name, archived, made_by) VALUES (?1, 'closed', ?2, 1, ?3)",
                (room, format!("{} {room}", "x".repeat(55)), by),
            )
            .expect("a room");
        for person in people {
            let (person, owner) = (person.id.0 as i64, person.id.0 as i64 == by);
            let sql =
                "INSERT INTO members (user, room, role, joined_at, read_n, added_by) VALUES (?1, ?2, ?3, 0, 0, ?4)";
            flood
                .execute(sql, (person, room, if owner { "owner" } else { "member" }, (!owner).then_some(by)))
                .expect("a member");
        }
        let sql = "INSERT INTO messages (id, room, n, author, sent_at, client_msg_id, body) VALUES (?1, ?2, 1, ?3, 0, ?4, ?5)";
        let line = "all work and no play ".repeat(5);
        flood.execute(sql, (room, room, by, format!("flood-{room}"), line)).expect("a message");
    }
    flood.commit().expect("the disk takes it");
}

/// All at once, as after a lost Wi-Fi: how long each waited for the welcome.
async fn everyone_arrives(porch: &Porch, people: &[Seeded], archived: u64) -> Times {
    let mut arriving = JoinSet::new();
    for person in people {
        let person = person.through(&porch.door);
        arriving.spawn(async move {
            let began = Instant::now();
            let mut device = person.connect().await;
            let welcome = device.hello(None).await;
            let took = began.elapsed();
            assert_eq!(welcome["archived"], archived, "{welcome}");
            // Still open: nobody is closed as lagging.
            device.so_far().await;
            took
        });
    }
    let mut all = Times::default();
    while let Some(took) = arriving.join_next().await {
        all.add(took.expect("nobody is closed"));
    }
    all
}
