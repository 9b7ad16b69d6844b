//! A hall of people who scan one code: all are in within seconds, and what waits meanwhile is nobody else's.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use super::figures::Times;
use super::support::{Door, EVERYONE, Person, Porch, number};

/// As many as join at once.
const PEOPLE: usize = 300;
/// What all of them may take together. The issue that asked for it measured 19 s.
const ALL_IN: Duration = Duration::from_secs(3);
/// As many as join with a password, each of which is hashed.
const CLASS: usize = 30;

/// Loopback has 16 million addresses: each phone has one of its own.
fn address(at: usize) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(127, 1, u8::try_from(at / 250).unwrap(), u8::try_from(at % 250 + 1).unwrap()))
}

async fn join(door: Door, at: usize, path: String, body: serde_json::Value) -> (Person, Duration) {
    let began = Instant::now();
    let answer = door.ask_from(address(at), "POST", &path, Some(&body)).await;
    let took = began.elapsed();
    assert_eq!(answer.status, 200, "{at}: {answer:?}");
    (Person::signed_in(&door, &answer), took)
}

async fn invite(owner: &Person) -> String {
    let wanted = json!({ "role": "member", "once": false, "ends_at": null, "rooms": [], "stay_s": null, "note": "" });
    let made = owner.ask("POST", "/api/invites", Some(&wanted)).await;
    assert_eq!(made.status, 200, "{made:?}");
    format!("/api/join/{}", made.json()["invite"]["token"].as_str().expect("a token"))
}

/// Everyone joins at once; with how long each took, and all.
async fn all_join(porch: &Porch, path: &str, count: usize, body: impl Fn(usize) -> serde_json::Value) -> Joined {
    let (mut joining, began) = (JoinSet::new(), Instant::now());
    for at in 0..count {
        joining.spawn(join(porch.door.clone(), at, path.to_owned(), body(at)));
    }
    let (mut people, mut times) = (Vec::new(), Times::default());
    while let Some(joined) = joining.join_next().await {
        let (person, took) = joined.expect("nobody is refused");
        times.add(took);
        people.push(person);
    }
    Joined { people, times, all: began.elapsed() }
}

struct Joined {
    people: Vec<Person>,
    times: Times,
    all: Duration,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_people_join_by_one_invite_within_three_seconds() {
    let porch = Porch::start().await;
    let owner = porch.door.register("Olive").await;
    let path = invite(&owner).await;
    let mut quiet = Times::default();
    for at in 0..10 {
        let name = format!("Early {at}");
        quiet.add(join(porch.door.clone(), 900 + at, path.clone(), json!({ "name": name })).await.1);
    }
    println!("one after the other:       {quiet}");
    let joined = all_join(&porch, &path, PEOPLE, |at| json!({ "name": format!("Person {at}") })).await;
    println!("{PEOPLE} at once, each:        {}", joined.times);
    println!("{PEOPLE} at once, all:         {:?}", joined.all);
    assert!(joined.all <= ALL_IN, "{:?}", joined.all);

    // All are in, as their pages are: with the directory, and a socket that hears what is said.
    let (mut arriving, began) = (JoinSet::new(), Instant::now());
    for person in joined.people {
        arriving.spawn(async move {
            let people = person.get("/api/people").await;
            assert_eq!(people["people"].as_array().map(Vec::len), Some(PEOPLE + 11));
            person.arrive().await
        });
    }
    let mut devices = arriving.join_all().await;
    println!("{PEOPLE} pages, all there:     {:?}", began.elapsed());
    let said = devices[0].post(EVERYONE, "hello-all", "hello").await;
    // The first has heard it as its echo.
    for device in &mut devices[1..] {
        assert_eq!(device.until(|message| message["id"] == said["id"]).await["body"], "hello");
    }
    let people = owner.get("/api/people").await;
    let mut ids: Vec<u64> = people["people"].as_array().unwrap().iter().map(|user| number(&user["id"])).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), PEOPLE + 11);
    porch.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_people_join_while_three_hundred_are_there() {
    let porch = Porch::start().await;
    let owner = porch.door.register("Olive").await;
    let path = invite(&owner).await;
    let first = all_join(&porch, &path, PEOPLE, |at| json!({ "name": format!("Early {at}") })).await;
    let mut there = JoinSet::new();
    for person in first.people {
        there.spawn(async move { person.arrive().await });
    }
    let there = there.join_all().await;
    let joined = all_join(&porch, &path, PEOPLE, |at| json!({ "name": format!("Person {at}") })).await;
    println!("{PEOPLE} at once, each told to {PEOPLE}: all {:?}, each {}", joined.all, joined.times);
    drop(there);
    porch.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_class_that_joins_with_passwords_behind_one_address_is_not_refused() {
    let porch = Porch::start().await;
    let owner = porch.door.register("Olive").await;
    let path = invite(&owner).await;
    let (mut joining, began) = (JoinSet::new(), Instant::now());
    for at in 0..CLASS {
        let body = json!({ "name": format!("Pupil {at}"), "password": "a long password" });
        joining.spawn(join(porch.door.clone(), 0, path.clone(), body));
    }
    assert_eq!(joining.join_all().await.len(), CLASS);
    println!("{CLASS} with passwords, all:    {:?}", began.elapsed());
    porch.stop().await;
}
