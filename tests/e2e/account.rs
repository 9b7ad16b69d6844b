//! One account and its places: taking over, several devices, signing out, leaving for good.

use serde_json::{Value, json};

use crate::support::{Closed, EVERYONE, Person, Porch, number};

const TAKEN_OVER: Closed = Closed::Code(4001);
const SIGNED_OUT: Closed = Closed::Code(4003);
const TOO_MANY: Closed = Closed::Code(4008);

async fn allow_several_devices(owner: &Person) {
    let answer = owner.ask("PATCH", "/api/settings", Some(&json!({"several_devices": true}))).await;
    assert_eq!((answer.status, &answer.json()["settings"]["several_devices"]), (200, &json!(true)));
}

/// The sessions of somebody: id, whether it is this one, whether it is connected.
async fn places(person: &Person) -> Vec<(u64, bool, bool)> {
    let listed = person.get("/api/sessions").await;
    let place = |session: &Value| (number(&session["id"]), session["current"] == true, session["connected"] == true);
    listed["sessions"].as_array().expect("a list").iter().map(place).collect()
}

#[tokio::test]
async fn signing_in_elsewhere_asks_then_takes_over_and_tells_the_first_place() {
    let porch = Porch::start().await;
    let first = porch.door.register("Ada").await;
    let bob = porch.door.register("Bob").await;
    let (mut phone, mut other) = (first.arrive().await, bob.arrive().await);

    let refused = porch.door.log_in("Ada", false).await.err().expect("one account, one place");
    assert_eq!((refused.status, refused.code().as_str()), (409, "in_use_elsewhere"));
    let elsewhere = &refused.json()["error"]["sessions"];
    assert_eq!((elsewhere.as_array().map(Vec::len), &elsewhere[0]["connected"]), (Some(1), &json!(true)));
    assert_eq!(first.ask("GET", "/api/me", None).await.status, 200, "asking changes nothing");

    let second = porch.door.log_in("Ada", true).await.expect("it was asked to take over");
    assert_eq!(phone.closed().await, TAKEN_OVER);
    let stale = first.ask("GET", "/api/me", None).await;
    assert_eq!((stale.status, stale.code().as_str()), (401, "not_signed_in"));
    let mut laptop = second.arrive().await;
    other.post(EVERYONE, "01-a", "Where are you?").await;
    laptop.until(|message| message["body"] == "Where are you?").await;
}

#[tokio::test]
async fn with_several_devices_all_hear_and_each_can_be_removed() {
    let porch = Porch::start().await;
    let phone = porch.door.register("Ada").await;
    allow_several_devices(&phone).await;
    let bob = porch.door.register("Bob").await;
    let (mut on_phone, mut on_bobs) = (phone.arrive().await, bob.arrive().await);
    let laptop = porch.door.log_in("Ada", false).await.expect("several devices are allowed");
    let told = on_phone.until_type("signed_in").await;
    assert_eq!(number(&told["session"]), places(&laptop).await[1].0, "the first place is told of the second");
    let mut on_laptop = laptop.arrive().await;
    on_phone.post(EVERYONE, "01-a", "To myself").await;
    on_laptop.until(|message| message["body"] == "To myself").await;
    for heard in [on_laptop.so_far().await, on_bobs.so_far().await] {
        assert!(heard.iter().all(|message| message["type"] != "signed_in"), "{heard:?}");
    }
    // Who was away reads it in the welcome.
    assert_eq!(phone.connect().await.hello(None).await["newest_session"], told["session"]);

    let listed = places(&laptop).await;
    assert_eq!(
        listed.iter().map(|(_, current, connected)| (*current, *connected)).collect::<Vec<_>>(),
        [(false, true), (true, true)]
    );
    let removed = laptop.ask("DELETE", &format!("/api/sessions/{}", listed[0].0), None).await;
    assert_eq!(removed.status, 204);
    assert_eq!(on_phone.closed().await, SIGNED_OUT);
    assert_eq!(phone.ask("GET", "/api/me", None).await.status, 401);
    assert_eq!(places(&laptop).await, listed[1..]);
    on_laptop.post(EVERYONE, "01-b", "Still here").await;
}

#[tokio::test]
async fn a_place_of_somebody_else_cannot_be_removed() {
    let porch = Porch::start().await;
    let (ada, bob) = (porch.door.register("Ada").await, porch.door.register("Bob").await);
    let mut phone = ada.arrive().await;
    let session = places(&ada).await[0].0;
    assert_eq!(bob.ask("DELETE", &format!("/api/sessions/{session}"), None).await.status, 404);
    phone.post(EVERYONE, "01-a", "Not even noticed").await;
}

#[tokio::test]
async fn signing_out_closes_this_place_and_a_new_password_all_others() {
    let porch = Porch::start().await;
    let phone = porch.door.register("Ada").await;
    allow_several_devices(&phone).await;
    let laptop = porch.door.log_in("Ada", false).await.expect("several devices are allowed");
    let tablet = porch.door.log_in("Ada", false).await.expect("several devices are allowed");
    let (mut on_phone, mut on_laptop, mut on_tablet) =
        (phone.arrive().await, laptop.arrive().await, tablet.arrive().await);

    assert_eq!(tablet.ask("POST", "/api/logout", None).await.status, 204);
    assert_eq!(on_tablet.closed().await, SIGNED_OUT);
    let changed = json!({"new_password": "a better password", "password": "Ada's long password"});
    assert_eq!(phone.ask("PATCH", "/api/me", Some(&changed)).await.status, 200);
    assert_eq!(on_laptop.closed().await, SIGNED_OUT);
    on_phone.post(EVERYONE, "01-a", "Safe again").await;
    let refused = porch.door.log_in("Ada", true).await.err().expect("the password was changed");
    assert_eq!((refused.status, refused.code().as_str()), (401, "sign_in_failed"));
}

#[tokio::test]
async fn a_deleted_account_goes_and_its_messages_stay() {
    let porch = Porch::start().await;
    let (ada, bob) = (porch.door.register("Ada").await, porch.door.register("Bob").await);
    let (mut phone, mut other) = (ada.arrive().await, bob.arrive().await);
    let done = other.command(json!({"type": "open_direct", "user": ada.id}), 1).await;
    let room = number(&done["room"]);
    other.post(room, "01-a", "Keep this").await;

    let wrong = bob.ask("DELETE", "/api/me", Some(&json!({"password": "not Bob's password"}))).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (403, "password_wrong"));
    let right = bob.ask("DELETE", "/api/me", Some(&json!({"password": "Bob's long password"}))).await;
    assert_eq!(right.status, 204);
    assert_eq!(other.closed().await, SIGNED_OUT);
    assert_eq!(phone.until(|message| message["gone"][0] == bob.id).await["type"], "users");
    let alone = phone.until(|message| message["room"]["id"] == room && message["room"]["member_count"] == 1).await;
    assert_eq!((&alone["room"]["with"], &alone["room"]["settings"]["name"]), (&Value::Null, &json!("Bob")));
    let refused = phone.post(room, "01-b", "Where are you?").await;
    assert_eq!(refused["code"], "person_gone");
    let kept = &ada.get(&format!("/api/rooms/{room}/messages")).await["messages"][0];
    assert_eq!((&kept["body"], &kept["author"]), (&json!("Keep this"), &json!(bob.id)));
    // The name is free again, for somebody else.
    let new = porch.door.register("Bob").await;
    assert_ne!(new.id, bob.id);
    assert_eq!(new.ask("GET", &format!("/api/rooms/{room}/messages"), None).await.status, 403);
    // The only owner cannot go while others are here.
    let last = ada.ask("DELETE", "/api/me", Some(&json!({"password": "Ada's long password"}))).await;
    assert_eq!((last.status, last.code().as_str()), (409, "last_owner"));
}

#[tokio::test]
async fn the_ninth_tab_of_a_browser_closes_the_first() {
    let porch = Porch::start().await;
    let ada = porch.door.register("Ada").await;
    let mut tabs = Vec::new();
    for _ in 0..9 {
        tabs.push(ada.arrive().await);
    }
    assert_eq!(tabs[0].closed().await, TOO_MANY);
    for tab in &mut tabs[1..] {
        tab.so_far().await;
    }
}

#[tokio::test]
async fn nobody_connects_without_a_session() {
    let porch = Porch::start().await;
    let ada = porch.door.register("Ada").await;
    for cookie in ["", "__Host-porch=AAAA", &format!("{}A", ada.cookie)] {
        let stranger = Person { cookie: cookie.to_owned(), ..ada.clone() };
        assert_eq!(stranger.refused_socket(None).await, 401, "{cookie}");
    }
    assert_eq!(ada.refused_socket(Some("https://evil.example")).await, 403);
}
