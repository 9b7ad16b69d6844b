//! Invites and guests over the network: who comes in, what they can reach, and how a stay ends.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{Answer, Closed, Device, Door, EVERYONE, Person, Porch, eventually, number, run, within};

const SIGNED_OUT: Closed = Closed::Code(4003);
/// Who try an invite for one at the same moment.
const TRIES: usize = 50;

/// An invite of the owner's for guests, and what differs from the plain one.
async fn invite(owner: &Person, rooms: &[u64], differs: &Value) -> Value {
    let mut wanted =
        json!({"role": "guest", "once": false, "ends_at": null, "rooms": rooms, "stay_s": null, "note": "At the door"});
    for (field, value) in differs.as_object().expect("fields") {
        wanted[field] = value.clone();
    }
    let answer = owner.ask("POST", "/api/invites", Some(&wanted)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["invite"].clone()
}

/// Somebody new tries an invite.
async fn try_to_join(door: &Door, invite: &Value, name: &str) -> Answer {
    let path = format!("/api/join/{}", invite["token"].as_str().expect("a token"));
    door.ask("POST", &path, None, Some(&json!({"name": name}))).await
}

async fn join(door: &Door, invite: &Value, name: &str) -> Person {
    let answer = try_to_join(door, invite, name).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    Person::signed_in(door, &answer)
}

fn refused(answer: &Answer) -> (u16, String) {
    (answer.status, answer.code())
}

/// The code of a refusal of a command, nothing where it was done.
fn code(answer: &Value) -> &str {
    answer["code"].as_str().unwrap_or_default()
}

/// Makes a room; gives its id.
async fn room(device: &mut Device, name: &str, access: &str, members: &[u64]) -> u64 {
    let made = json!({"type": "create_room", "name": name, "access": access, "members": members});
    number(&device.command(made, 900).await["room"])
}

async fn open_to_guests(device: &mut Device, room: u64, guests: bool) {
    let done = device.command(json!({"type": "set_room", "room": room, "setting": {"guests": guests}}), 901).await;
    assert_eq!(done["type"], "done", "{done}");
}

#[tokio::test]
async fn a_class_joins_by_one_invite_at_once_and_nobody_twice() {
    const CLASS: u8 = 40;
    let porch = Porch::start().await;
    let ada = porch.door.register("Ada").await;
    let invite = invite(&ada, &[], &json!({"role": "member"})).await;
    let path = format!("/api/join/{}", invite["token"].as_str().expect("a token"));
    let mut joining = JoinSet::new();
    // Each tries twice at the same moment, as a page does that has given up waiting.
    for at in (0..CLASS).chain(0..CLASS) {
        let (door, path) = (porch.door.clone(), path.clone());
        joining.spawn(async move {
            let attempt = format!("{at:021}A");
            let body = json!({"name": format!("Pupil {at}"), "attempt": attempt});
            let from = std::net::Ipv4Addr::new(127, 1, 0, at + 1);
            let answer = door.ask_from(from.into(), "POST", &path, Some(&body)).await;
            assert_eq!(answer.status, 200, "{at}: {answer:?}");
            (at, Person::signed_in(&door, &answer))
        });
    }
    let joined = within("everybody's joining", joining.join_all()).await;
    let mut ids = std::collections::BTreeMap::new();
    for (at, person) in &joined {
        assert_eq!(*ids.entry(at).or_insert(person.id), person.id, "one account for both");
    }
    let people = ada.get("/api/people").await;
    assert_eq!(people["people"].as_array().map(Vec::len), Some(usize::from(CLASS) + 1));
    let mut signed_in = std::collections::BTreeSet::new();
    for (at, person) in &joined {
        if person.ask("GET", "/api/me", None).await.status == 200 {
            assert!(signed_in.insert(at), "one of the two cookies is good");
        }
    }
    assert_eq!(signed_in.len(), usize::from(CLASS));
}

/// What the clock on the wall says: the box's own, as it runs here.
fn now_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("it is after 1970");
    u64::try_from(since.as_millis()).expect("it is not that late")
}

/// How many accounts there are.
async fn people(owner: &Person) -> usize {
    owner.get("/api/people").await["people"].as_array().expect("a list").len()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invite_for_one_lets_one_in_of_fifty_who_try_at_once() {
    let porch = Porch::start().await;
    let ada = porch.door.register("Ada").await;
    open_to_guests(&mut ada.arrive().await, EVERYONE, true).await;
    let once = invite(&ada, &[EVERYONE], &json!({"once": true})).await;
    let mut tries = JoinSet::new();
    for n in 0..TRIES {
        let (door, once) = (porch.door.clone(), once.clone());
        tries.spawn(async move { try_to_join(&door, &once, &format!("Guest {n}")).await });
    }
    let answers = tries.join_all().await;
    let in_of: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    let used = answers.iter().filter(|answer| answer.status != 200 && refused(answer) == (409, "invite_used".into()));
    assert_eq!((in_of.len(), used.count()), (1, TRIES - 1), "{answers:?}");
    assert_eq!(people(&ada).await, 2);
    assert_eq!(ada.get("/api/invites").await["invites"][0]["joined"], 1);
    let guest = Person::signed_in(&porch.door, in_of[0]);
    guest.arrive().await.post(EVERYONE, "01-a", "I was the one").await;
}

#[tokio::test]
async fn an_invite_ends_at_its_time_and_is_listed_until_withdrawn() {
    let porch = Porch::start().await;
    let ada = porch.door.register("Ada").await;
    open_to_guests(&mut ada.arrive().await, EVERYONE, true).await;
    let open = invite(&ada, &[EVERYONE], &json!({})).await;
    // Longer than the next two requests take on a busy machine.
    let soon = number(&open["made_at"]) + 5_000;
    let ending = invite(&ada, &[EVERYONE], &json!({"ends_at": soon})).await;
    let path = format!("/api/join/{}", ending["token"].as_str().expect("a token"));
    let asked = async || porch.door.ask("GET", &path, None, None).await;
    assert_eq!(asked().await.json()["ends_at"], soon);
    eventually("the end of the invite", || now_ms() >= soon).await;
    assert_eq!(refused(&asked().await), (403, "invite_ended".into()));
    assert_eq!(refused(&try_to_join(&porch.door, &ending, "Grace").await), (403, "invite_ended".into()));
    assert_eq!(people(&ada).await, 1);
    let withdrawn = ada.ask("DELETE", &format!("/api/invites/{}", open["id"]), None).await;
    assert_eq!(withdrawn.status, 204);
    assert_eq!(ada.get("/api/invites").await["invites"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_withdrawn_invite_and_one_for_guests_who_are_not_taken_let_nobody_in() {
    let porch = Porch::start().await;
    let ada = porch.door.register("Ada").await;
    open_to_guests(&mut ada.arrive().await, EVERYONE, true).await;
    let (guests, members) =
        (invite(&ada, &[EVERYONE], &json!({})).await, invite(&ada, &[], &json!({"role": "member"})).await);
    let closed = json!({"guests": false, "registration_open": false});
    assert_eq!(ada.ask("PATCH", "/api/settings", Some(&closed)).await.status, 200);
    assert_eq!(refused(&try_to_join(&porch.door, &guests, "Grace").await), (403, "guests_off".into()));
    let mia = join(&porch.door, &members, "Mia").await;
    assert_eq!(mia.get("/api/me").await["user"]["role"], "member");
    assert_eq!(ada.ask("PATCH", "/api/settings", Some(&json!({"guests": true}))).await.status, 200);
    let grace = join(&porch.door, &guests, "Grace").await;
    for invite in [&guests, &members] {
        assert_eq!(ada.ask("DELETE", &format!("/api/invites/{}", invite["id"]), None).await.status, 204);
        assert_eq!(refused(&try_to_join(&porch.door, invite, "Zoe").await), (404, "invite_unknown".into()));
    }
    assert_eq!(grace.get("/api/me").await["has_password"], false, "who came stays");
    assert_eq!(people(&ada).await, 3);
}

#[tokio::test]
async fn a_guest_reads_searches_joins_and_adds_in_rooms_open_to_guests_alone() {
    let porch = Porch::start().await;
    let (ada, bob) = (porch.door.register("Ada").await, porch.door.register("Bob").await);
    let (mut owner, mut other) = (ada.arrive().await, bob.arrive().await);
    let kitchen = room(&mut owner, "Kitchen", "open", &[bob.id]).await;
    let hall = room(&mut owner, "Hall", "open", &[]).await;
    let attic = room(&mut owner, "Attic", "open", &[bob.id]).await;
    for room in [kitchen, hall] {
        open_to_guests(&mut owner, room, true).await;
    }
    for (room, body) in [
        (kitchen, "soup in the kitchen"),
        (hall, "bread in the hall"),
        (attic, "soup in the attic"),
        (EVERYONE, "soup for all"),
    ] {
        owner.post(room, &format!("01-{room}"), body).await;
    }
    let grace = join(&porch.door, &invite(&ada, &[kitchen], &json!({})).await, "Grace").await;
    let mut guest = grace.connect().await;
    let welcome = guest.hello(None).await;
    let rooms = welcome["rooms"].as_array().expect("a list");
    assert_eq!(rooms.iter().map(|room| number(&room["id"])).collect::<Vec<_>>(), [kitchen]);

    // Reading and searching, each beside somebody who may.
    for (room, said) in [
        (kitchen, Some(json!(["soup in the kitchen"]))),
        // Open to guests, but not joined yet.
        (hall, Some(json!(["bread in the hall"]))),
        (attic, None),
        (EVERYONE, None),
        (999, None),
    ] {
        let path = format!("/api/rooms/{room}/messages");
        let answer = grace.ask("GET", &path, None).await;
        match said {
            Some(said) => {
                let messages = answer.json()["messages"].as_array().expect("a list").clone();
                let bodies: Vec<_> = messages.into_iter().map(|message| message["body"].clone()).collect();
                assert_eq!(Value::from(bodies), said, "{room}");
            }
            None => assert_eq!(refused(&answer), (403, "not_a_member".into()), "{room}"),
        }
    }
    for (query, by_guest, by_member) in [("soup", 1, 3), ("bread", 0, 0), ("in:Attic", 0, 1), ("from:Ada", 1, 3)] {
        let path = format!("/api/search?q={query}");
        let hits = |found: Value| found["hits"].as_array().map(Vec::len);
        assert_eq!(hits(grace.get(&path).await), Some(by_guest), "{query}");
        assert_eq!(hits(bob.get(&path).await), Some(by_member), "{query}");
    }

    // Joining, adding, and being added.
    for (person, device, joins) in [("guest", &mut guest, false), ("member", &mut other, true)] {
        let join = |room: u64| json!({"type": "join_room", "room": room});
        assert_eq!(code(&device.command(join(hall), 1).await), "", "{person}");
        let answer = device.command(join(attic), 2).await;
        assert_eq!(code(&answer), if joins { "" } else { "not_found" }, "{person}");
        let add = json!({"type": "add_members", "room": hall, "users": [ada.id]});
        assert_eq!(code(&device.command(add, 3).await), if joins { "" } else { "forbidden" }, "{person}");
        let make = json!({"type": "create_room", "name": "Mine", "access": "open", "members": []});
        assert_eq!(code(&device.command(make, 4).await), if joins { "" } else { "forbidden" }, "{person}");
    }
    let add = json!({"type": "add_members", "room": attic, "users": [grace.id]});
    assert_eq!(code(&owner.command(add, 5).await), "guests_not_here");
    guest.send(attic, "01-x", "May I?").await;
    assert_eq!(guest.until_type("error").await["code"], "not_a_member");
    let register = json!({"name": "Grace too", "password": "a long password"});
    assert_eq!(refused(&grace.ask("POST", "/api/register", Some(&register)).await), (403, "forbidden".into()));

    // Nothing of what is said elsewhere reaches the guest; what is said here does.
    other.post(attic, "01-b", "Between us").await;
    other.post(kitchen, "01-c", "For the guest").await;
    guest.until(|message| message["body"] == "For the guest").await;
    let heard = guest.so_far().await;
    assert!(!heard.iter().any(|message| message["body"] == "Between us" || message["room"] == attic), "{heard:?}");

    // The room is closed to guests: it goes, and with it what can be read.
    open_to_guests(&mut owner, kitchen, false).await;
    guest.until(|message| message["type"] == "rooms_gone" && message["rooms"][0] == kitchen).await;
    let path = format!("/api/rooms/{kitchen}/messages");
    assert_eq!(refused(&grace.ask("GET", &path, None).await), (403, "not_a_member".into()));
    assert_eq!(grace.get("/api/search?q=soup").await["hits"], json!([]));
    assert_eq!(bob.ask("GET", &path, None).await.status, 200);
}

#[tokio::test]
async fn taking_no_guests_closes_their_connections_and_nobody_elses() {
    let porch = Porch::start().await;
    let ada = porch.door.register("Ada").await;
    let mut owner = ada.arrive().await;
    open_to_guests(&mut owner, EVERYONE, true).await;
    let door = invite(&ada, &[EVERYONE], &json!({})).await;
    let (grace, zoe) = (join(&porch.door, &door, "Grace").await, join(&porch.door, &door, "Zoe").await);
    let (mut one, mut two) = (grace.arrive().await, zoe.arrive().await);
    assert_eq!(ada.ask("DELETE", &format!("/api/people/{}", zoe.id), None).await.status, 204);
    assert_eq!(two.closed().await, SIGNED_OUT);
    one.post(EVERYONE, "01-a", "Still here").await;
    assert_eq!(ada.ask("PATCH", "/api/settings", Some(&json!({"guests": false}))).await.status, 200);
    assert_eq!(one.closed().await, SIGNED_OUT);
    for person in [&grace, &zoe] {
        assert_eq!(refused(&person.ask("GET", "/api/me", None).await), (401, "not_signed_in".into()));
        assert_eq!(person.refused_socket(None).await, 401);
    }
    let mut told = Vec::new();
    while told.len() < 2 {
        let users = owner.until_type("users").await["users"].as_array().expect("a list").clone();
        told.extend(users.iter().filter(|user| user["ends_at"].is_u64()).map(|user| number(&user["id"])));
    }
    told.sort_unstable();
    assert_eq!(told, [grace.id, zoe.id], "the others see who has gone");
    owner.post(EVERYONE, "01-b", "Only us now").await;
}

#[tokio::test]
async fn a_stay_ends_by_itself_while_porch_runs_and_while_it_does_not() {
    let porch = Porch::start().await;
    let ada = porch.door.register("Ada").await;
    open_to_guests(&mut ada.arrive().await, EVERYONE, true).await;
    let brief = invite(&ada, &[EVERYONE], &json!({"stay_s": 2})).await;
    let long = invite(&ada, &[EVERYONE], &json!({"stay_s": 600})).await;
    let stays = join(&porch.door, &long, "Zoe").await;
    let first = join(&porch.door, &brief, "Grace").await;
    let mut device = first.arrive().await;
    device.post(EVERYONE, "01-a", "I was here").await;
    assert_eq!(device.closed().await, SIGNED_OUT, "nobody asked for it");
    assert_eq!(refused(&first.ask("GET", "/api/rooms/1/messages", None).await), (401, "not_signed_in".into()));
    // The name is free again.
    let second = join(&porch.door, &brief, "Grace").await;
    assert_ne!(second.id, first.id);
    second.arrive().await.post(EVERYONE, "01-b", "So was I").await;
    let (folder, port) = (porch.folder.clone(), porch.https.port());
    assert!(porch.stop().await.success());

    // While nothing runs the time goes on.
    let listed = run(&["user", "list"], Some(&folder.data())).await.1;
    assert!(listed.lines().any(|line| line.contains("guest") && line.ends_with("Zoe")), "{listed}");
    let (status, _, err) = run(&["user", "make-owner", "Zoe"], Some(&folder.data())).await;
    assert!(!status.success() && err.contains("Zoe is a guest"), "{err}");
    let porch = Porch::again(&folder, port).await;
    let there = |person: &Person| Person { door: porch.door.clone(), ..person.clone() };
    let (ada, stays, second) = (there(&ada), there(&stays), there(&second));
    // It may take a moment more until the two seconds are over.
    let left = async {
        while ada.get("/api/rooms/1/members").await.to_string().contains(&format!("\"user\":{}", second.id)) {
            tokio::task::yield_now().await;
        }
    };
    within("the end of a stay", left).await;
    assert_eq!(refused(&second.ask("GET", "/api/me", None).await), (401, "not_signed_in".into()));
    let listed = ada.get("/api/people").await;
    let graces = listed["people"].as_array().expect("a list").iter().filter(|user| user["name"] == "Grace");
    assert!(graces.clone().count() == 2 && graces.into_iter().all(|user| number(&user["ends_at"]) <= now_ms()));
    let history = ada.get("/api/rooms/1/messages").await;
    let authors: Vec<u64> =
        history["messages"].as_array().expect("a list").iter().map(|m| number(&m["author"])).collect();
    assert_eq!(authors[..2], [first.id, second.id], "what they wrote stays");
    stays.arrive().await.post(EVERYONE, "01-z", "I stay").await;
}
