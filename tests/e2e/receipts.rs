//! Receipts over real sockets: what two people are told of each other, what a restart leaves of it, and who has turned it off.

use serde_json::{Value, json};

use crate::support::{Device, EVERYONE, Person, Porch, number};

/// What a device is told of one direct room next.
async fn told(device: &mut Device, room: u64) -> (u64, u64) {
    let told = device.until_type("receipts").await;
    let receipts = told["receipts"].as_array().expect("a list").clone();
    let of_room = receipts.iter().find(|receipt| receipt["room"] == room).expect("it is of this room");
    (number(&of_room["delivered_n"]), number(&of_room["read_n"]))
}

/// What a welcome says of that room.
fn shown(welcome: &Value, room: u64) -> Value {
    let rooms = welcome["rooms"].as_array().expect("a list");
    rooms.iter().find(|known| known["id"] == room).expect("one is in it")["receipt"].clone()
}

async fn turn(person: &Person, on: bool) {
    let answer = person.ask("PATCH", "/api/me", Some(&json!({"receipts": on}))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(person.get("/api/me").await["receipts"], on);
}

#[tokio::test]
async fn sent_delivered_and_read_are_told_and_read_outlives_a_restart() {
    let porch = Porch::start().await;
    let (ada, bob) = (porch.door.register("Ada").await, porch.door.register("Bob").await);
    let mut phone = ada.arrive().await;
    let done = phone.command(json!({"type": "open_direct", "user": bob.id}), 1).await;
    let room = number(&done["room"]);
    phone.post(room, "01-a", "Are you there?").await;
    let mut other = bob.arrive().await;
    assert_eq!(told(&mut phone, room).await, (1, 0));
    other.say(json!({"type": "read", "room": room, "n": 1})).await;
    assert_eq!(told(&mut phone, room).await, (1, 1));
    phone.post(room, "01-b", "And this?").await;
    assert_eq!(told(&mut phone, room).await, (2, 1));
    let heard = other.so_far().await;
    assert!(!heard.iter().any(|message| message["type"] == "receipts"), "{heard:?}");
    other.drop_connection();
    phone.drop_connection();

    let (folder, port) = (porch.folder.clone(), porch.https.port());
    assert!(porch.stop().await.success());
    let porch = Porch::again(&folder, port).await;
    let welcome = ada.connect().await.hello(None).await;
    assert_eq!(shown(&welcome, room), json!({"delivered_n": 1, "read_n": 1}), "what was delivered is not kept");
    let mut phone = ada.arrive().await;
    let _other = bob.arrive().await;
    assert_eq!(told(&mut phone, room).await, (2, 1));
    drop(porch);
}

#[tokio::test]
async fn who_has_turned_them_off_is_told_of_nobody_and_shown_to_nobody() {
    let porch = Porch::start().await;
    let mut people = Vec::new();
    for name in ["Ada", "Bob", "Eve"] {
        people.push(porch.door.register(name).await);
    }
    let [ada, bob, eve] = &people[..] else { unreachable!("three people") };
    let (mut phone, mut other, mut third) = (ada.arrive().await, bob.arrive().await, eve.arrive().await);
    let sent = phone.post(EVERYONE, "01-a", "Lunch at noon").await;
    let read = json!({"type": "read", "room": EVERYONE, "n": sent["n"]});
    let path = format!("/api/rooms/{EVERYONE}/seen?message={}", sent["id"]);
    for device in [&mut other, &mut third] {
        device.say(read.clone()).await;
        device.so_far().await;
    }
    assert_eq!(ada.get(&path).await, json!({"receipts": true, "count": 2, "by": [bob.id, eve.id]}));
    turn(bob, false).await;
    assert_eq!(ada.get(&path).await, json!({"receipts": true, "count": 1, "by": [eve.id]}));
    let own = other.post(EVERYONE, "02-a", "I come").await;
    let asked = format!("/api/rooms/{EVERYONE}/seen?message={}", own["id"]);
    phone.say(json!({"type": "read", "room": EVERYONE, "n": own["n"]})).await;
    phone.so_far().await;
    assert_eq!(bob.get(&asked).await, json!({"receipts": false, "count": 0, "by": []}));
    // Of others' messages nobody is told who has read them.
    assert_eq!(eve.ask("GET", &path, None).await.status, 404);

    let room = number(&phone.command(json!({"type": "open_direct", "user": bob.id}), 1).await["room"]);
    phone.post(room, "03-a", "Only for you").await;
    other.say(json!({"type": "read", "room": room, "n": 1})).await;
    other.post(room, "03-b", "And for you").await;
    phone.until(|message| message["body"] == "And for you").await;
    turn(bob, true).await;
    assert_eq!(told(&mut phone, room).await, (2, 2), "nothing before");
    assert_eq!(told(&mut other, room).await, (2, 1));
    turn(ada, false).await;
    assert_eq!(told(&mut phone, room).await, (0, 0));
    assert_eq!(told(&mut other, room).await, (0, 0));
}
