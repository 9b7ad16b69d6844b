//! Two phones talk: what one says the others see, once, in order, also those who were away.

use serde_json::{Value, json};

use crate::support::{Device, EVERYONE, Folder, Person, Porch, Start, number, send_all, seq};

/// Events sent on resuming at most, by the protocol's page.
const RESUME_EVENTS_MAX: usize = 1_000;

/// A porch with Ada, who owns it, and others.
async fn with_people<const N: usize>(names: [&str; N]) -> (Porch, [Person; N]) {
    let porch = Porch::start().await;
    let mut people = Vec::new();
    for name in names {
        people.push(porch.door.register(name).await);
    }
    (porch, people.try_into().unwrap_or_else(|_| panic!("one person a name")))
}

fn numbered(count: usize) -> Vec<String> {
    (0..count).map(|at| format!("number {at}")).collect()
}

/// The bodies of the messages among these, in order.
fn bodies(messages: &[Value]) -> Vec<&str> {
    messages.iter().filter(|m| m["type"] == "message").filter_map(|m| m["body"].as_str()).collect()
}

/// The direct room of two people, opened by the one on `device`.
async fn direct(device: &mut Device, other: &Person) -> u64 {
    let done = device.command(json!({"type": "open_direct", "user": other.id}), 77).await;
    number(&done["room"])
}

#[tokio::test]
async fn two_people_see_each_other_arrive_and_leave() {
    let porch = Porch::start().await;
    let ada = porch.door.register("Ada").await;
    let mut phone = ada.arrive().await;
    assert_eq!(phone.until_type("present").await["users"], json!([ada.id]));

    let bob = porch.door.register("Bob").await;
    phone.until(|message| message["users"][0]["name"] == "Bob").await;
    let joined = phone.until(|message| message["joined"] == json!([bob.id])).await;
    assert_eq!((&joined["type"], &joined["member_count"]), (&json!("members"), &json!(2)));

    let mut other = bob.connect().await;
    let welcome = other.hello(None).await;
    assert_eq!((&welcome["me"]["name"], &welcome["resume"]), (&json!("Bob"), &json!("fresh")));
    assert_eq!((&welcome["rooms"][0]["id"], &welcome["rooms"][0]["kind"]), (&json!(EVERYONE), &json!("everyone")));
    assert_eq!(other.until_type("present").await["users"], json!([ada.id, bob.id]));
    assert_eq!(phone.until_type("presence").await, json!({"type": "presence", "came": [bob.id], "left": []}));
    other.drop_connection();
    assert_eq!(phone.until_type("presence").await, json!({"type": "presence", "came": [], "left": [bob.id]}));
}

#[tokio::test]
async fn what_is_said_in_a_room_is_seen_there_and_nowhere_else() {
    let (_porch, [ada, bob, eve]) = with_people(["Ada", "Bob", "Eve"]).await;
    let (mut phone, mut other, mut third) = (ada.arrive().await, bob.arrive().await, eve.arrive().await);

    let echo = phone.post(EVERYONE, "01-a", "Hello everyone").await;
    assert_eq!((&echo["type"], &echo["n"], &echo["author"]), (&json!("message"), &json!(1), &json!(ada.id)));
    for device in [&mut other, &mut third] {
        assert_eq!(device.until_type("message").await, echo);
    }

    let room = direct(&mut phone, &bob).await;
    let shown = other.until_type("room").await;
    assert_eq!((&shown["room"]["id"], &shown["room"]["with"]), (&json!(room), &json!(ada.id)));
    let whispered = other.post(room, "01-b", "Only for you").await;
    assert_eq!(phone.until(|m| m["room"] == room && m["type"] == "message").await, whispered);
    other.post(EVERYONE, "01-c", "For all again").await;
    // What comes in order has not come when what is behind it has.
    third.until(|message| message["body"] == "For all again").await;
    let heard = third.so_far().await;
    assert!(!heard.iter().any(|message| message["room"] == room || message["room"]["id"] == room), "{heard:?}");
    let history = eve.ask("GET", &format!("/api/rooms/{room}/messages"), None).await;
    assert_eq!((history.status, history.code().as_str()), (403, "not_a_member"));
    let refused = third.post(room, "01-d", "Me too").await;
    assert_eq!((&refused["type"], &refused["code"]), (&json!("error"), &json!("not_a_member")));
}

#[tokio::test]
async fn a_message_sent_twice_is_stored_once() {
    let (_porch, [ada, bob]) = with_people(["Ada", "Bob"]).await;
    let (mut phone, mut other) = (ada.arrive().await, bob.arrive().await);
    let first = phone.post(EVERYONE, "01-a", "Once").await;
    let again = phone.post(EVERYONE, "01-a", "Once, in other words").await;
    assert_eq!(first, again);
    phone.post(EVERYONE, "01-b", "The next").await;
    other.until(|message| message["body"] == "The next").await;
    assert_eq!(bodies(&other.so_far().await), ["Once"]);
}

#[tokio::test]
async fn unread_and_read_markers_follow_a_person_over_devices_and_restarts() {
    let (porch, [ada, bob]) = with_people(["Ada", "Bob"]).await;
    let several = ada.ask("PATCH", "/api/settings", Some(&json!({"several_devices": true}))).await;
    assert_eq!(several.status, 200, "{several:?}");
    let desk = porch.door.log_in("Ada", false).await.expect("several devices are allowed");
    let (mut phone, mut laptop, mut other) = (ada.arrive().await, desk.arrive().await, bob.arrive().await);

    for (at, body) in numbered(3).iter().enumerate() {
        other.post(EVERYONE, &format!("01-{at}"), body).await;
    }
    phone.until(|message| message["n"] == 3).await;
    other.so_far().await;
    phone.say(json!({"type": "read", "room": EVERYONE, "n": 2})).await;
    assert_eq!(laptop.until_type("read").await, json!({"type": "read", "room": EVERYONE, "n": 2}));
    assert!(!phone.so_far().await.iter().any(|message| message["type"] == "read"), "the sender knows");
    // Never back.
    phone.say(json!({"type": "read", "room": EVERYONE, "n": 1})).await;
    phone.so_far().await;
    let unread = |welcome: &Value| number(&welcome["rooms"][0]["last_n"]) - number(&welcome["rooms"][0]["read_n"]);
    let mut tablet = desk.connect().await;
    assert_eq!(unread(&tablet.hello(None).await), 1);
    assert!(!other.so_far().await.iter().any(|message| message["type"] == "read"), "it is nobody else's business");

    let (folder, port) = (porch.folder.clone(), porch.https.port());
    assert!(porch.stop().await.success());
    let porch = Porch::again(&folder, port).await;
    let mut phone = ada.connect().await;
    assert_eq!(unread(&phone.hello(None).await), 1);
    phone.post(EVERYONE, "02-a", "Whoever writes has read").await;
    assert_eq!(phone.until_type("read").await["n"], 4);
    drop(porch);
}

#[tokio::test]
async fn typing_is_shown_to_the_others_in_the_room() {
    let (_porch, [ada, bob, eve]) = with_people(["Ada", "Bob", "Eve"]).await;
    let (mut phone, mut other, mut third) = (ada.arrive().await, bob.arrive().await, eve.arrive().await);
    let room = direct(&mut phone, &bob).await;
    phone.say(json!({"type": "typing", "room": room})).await;
    assert_eq!(other.until_type("typing").await, json!({"type": "typing", "room": room, "user": ada.id}));
    phone.post(EVERYONE, "01-a", "Behind it").await;
    third.until_type("message").await;
    for device in [&mut phone, &mut third] {
        assert!(!device.so_far().await.iter().any(|message| message["type"] == "typing"));
    }
}

#[tokio::test]
async fn a_deleted_message_is_gone_for_everyone_and_only_who_may_deletes() {
    let (_porch, [ada, bob]) = with_people(["Ada", "Bob"]).await;
    let (mut phone, mut other) = (ada.arrive().await, bob.arrive().await);
    let posted = other.post(EVERYONE, "01-a", "A slip of the tongue").await;
    let id = number(&posted["id"]);
    let kept = number(&phone.post(EVERYONE, "01-b", "To be kept").await["id"]);
    let delete = |message: u64| json!({"type": "delete", "room": EVERYONE, "message": message});

    assert_eq!(other.command(delete(kept), 1).await["code"], "forbidden");
    assert_eq!(other.command(delete(id), 2).await["type"], "done");
    let told = phone.until_type("deleted").await;
    assert_eq!((&told["room"], &told["message"]), (&json!(EVERYONE), &json!(id)));
    // Of the box's owner, any.
    let third = number(&other.post(EVERYONE, "01-c", "Ada may").await["id"]);
    assert_eq!(phone.command(delete(third), 3).await["type"], "done");

    let history = bob.get(&format!("/api/rooms/{EVERYONE}/messages")).await;
    let shown: Vec<_> =
        history["messages"].as_array().expect("a list").iter().map(|m| (&m["body"], &m["deleted"])).collect();
    let gone = (json!(""), json!(true));
    assert_eq!(shown, [(&gone.0, &gone.1), (&json!("To be kept"), &json!(false)), (&gone.0, &gone.1)]);
    assert_eq!(bob.get("/api/search?q=tongue").await["hits"], json!([]));
    assert_eq!(bob.get("/api/search?q=kept").await["hits"][0]["message"]["id"], kept);
}

#[tokio::test]
async fn whatever_is_asked_for_after_a_deletion_was_told_has_it() {
    let (_porch, [ada, bob]) = with_people(["Ada", "Bob"]).await;
    let (mut phone, mut other) = (ada.arrive().await, bob.arrive().await);
    for at in 0..25 {
        let id = number(&other.post(EVERYONE, &format!("01-{at}"), &format!("slip{at} of the tongue")).await["id"]);
        // Both pages are read once with the text, so that the text would be at hand to be given again.
        assert_eq!(ada.get(&format!("/api/search?q=slip{at}")).await["hits"][0]["message"]["id"], id);
        other.command(json!({"type": "delete", "room": EVERYONE, "message": id}), at).await;
        phone.until(|message| message["type"] == "deleted" && message["message"] == id).await;
        let history = ada.get(&format!("/api/rooms/{EVERYONE}/messages?limit=1")).await;
        assert_eq!((&history["messages"][0]["id"], &history["messages"][0]["body"]), (&json!(id), &json!("")));
        let around = ada.get(&format!("/api/rooms/{EVERYONE}/messages?around={id}&limit=1")).await;
        assert_eq!((&around["messages"][0]["body"], &around["messages"][0]["deleted"]), (&json!(""), &json!(true)));
        assert_eq!(ada.get(&format!("/api/search?q=slip{at}")).await["hits"], json!([]));
        let welcome = ada.connect().await.hello(None).await;
        assert_eq!(welcome["rooms"][0]["last"]["preview"], "");
    }
}

#[tokio::test]
async fn who_was_away_gets_exactly_what_was_missed() {
    let (_porch, [ada, bob, eve]) = with_people(["Ada", "Bob", "Eve"]).await;
    let (mut phone, mut other) = (ada.arrive().await, bob.arrive().await);
    let ours = direct(&mut phone, &bob).await;
    let theirs = direct(&mut phone, &eve).await;
    let seen = number(&phone.post(EVERYONE, "01-a", "The last that Bob sees").await["id"]);
    other.until(|message| message["id"] == seen).await;
    other.drop_connection();

    let mut expected = send_all(&ada, EVERYONE, "02", &numbered(250)).await;
    send_all(&ada, theirs, "03", &numbered(20)).await;
    expected.extend(send_all(&ada, ours, "04", &numbered(30)).await);
    assert_eq!(
        phone.command(json!({"type": "delete", "room": EVERYONE, "message": expected[7]}), 1).await["type"],
        "done"
    );
    expected.push(number(&phone.until_type("deleted").await["seq"]));

    let (mut other, welcome) = bob.resume(seen).await;
    assert_eq!(welcome["resume"], "ok");
    let newer = number(&phone.post(EVERYONE, "05-a", "After he is back").await["id"]);
    expected.push(newer);
    other.until(|message| message["id"] == newer).await;
    // What was kept on the way is all that came before it.
    let mut heard: Vec<u64> = other.so_far().await.iter().filter_map(seq).collect();
    heard.push(newer);
    assert_eq!(heard, expected);

    let (mut other, welcome) = bob.resume(newer).await;
    assert_eq!(welcome["resume"], "ok");
    let nothing = other.so_far().await;
    assert!(nothing.iter().all(|message| seq(message).is_none()), "{nothing:?}");
}

#[tokio::test]
async fn who_was_away_too_long_is_told_to_reload() {
    let (_porch, [ada, bob, eve, mal]) = with_people(["Ada", "Bob", "Eve", "Mal"]).await;
    let mut ids = Vec::new();
    // A quarter each: more would have to wait.
    for (person, part) in [&ada, &bob, &eve, &mal].into_iter().zip(numbered(RESUME_EVENTS_MAX + 1).chunks(251)) {
        ids.extend(send_all(person, EVERYONE, "01", part).await);
    }

    let (mut far, welcome) = bob.resume(ids[0] - 1).await;
    assert_eq!((&welcome["resume"], &welcome["seq"]), (&json!("reload"), &json!(ids[RESUME_EVENTS_MAX])));
    assert!(far.so_far().await.iter().all(|message| seq(message).is_none()));
    let page = bob.get(&format!("/api/rooms/{EVERYONE}/messages?limit=100")).await;
    assert_eq!((&page["messages"][99]["id"], &page["more_before"]), (&json!(ids[RESUME_EVENTS_MAX]), &json!(true)));

    let (mut near, welcome) = bob.resume(ids[0]).await;
    assert_eq!(welcome["resume"], "ok");
    let missed: Vec<u64> = near.so_far().await.iter().filter_map(seq).collect();
    assert_eq!(missed, ids[1..]);

    let (_, welcome) = bob.resume(ids[RESUME_EVENTS_MAX] + 1).await;
    assert_eq!(welcome["resume"], "reload");
}

#[tokio::test]
async fn who_missed_few_but_very_long_messages_is_told_to_reload() {
    let (_porch, [ada, bob]) = with_people(["Ada", "Bob"]).await;
    // The longest there are, of four bytes a character: eight are just below 256 KiB.
    let ids = send_all(&ada, EVERYONE, "01", &vec!["🦀".repeat(8_000); 10]).await;
    assert_eq!(bob.resume(ids[0]).await.1["resume"], "reload");
    let (mut near, welcome) = bob.resume(ids[1]).await;
    assert_eq!(welcome["resume"], "ok");
    let missed: Vec<u64> = near.so_far().await.iter().filter_map(seq).collect();
    assert_eq!(missed, ids[2..]);
}

#[tokio::test]
async fn rooms_are_made_joined_left_and_inherited() {
    let folder = Folder::new();
    let porch = Porch::start_with(Start::on(&folder)).await;
    let (ada, bob) = (porch.door.register("Ada").await, porch.door.register("Bob").await);
    let (mut phone, mut other) = (ada.arrive().await, bob.arrive().await);
    let made =
        other.command(json!({"type": "create_room", "name": "Kitchen", "access": "open", "members": []}), 1).await;
    let room = number(&made["room"]);
    assert_eq!(
        ada.get("/api/rooms").await["rooms"],
        json!([{"id": room, "name": "Kitchen", "member_count": 1, "joined": false, "guests": false}])
    );
    assert_eq!(phone.command(json!({"type": "join_room", "room": room}), 2).await["type"], "done");
    assert_eq!(phone.until_type("room").await["room"]["role"], "member");

    // The last owner goes: the one who stays inherits.
    assert_eq!(other.command(json!({"type": "leave_room", "room": room}), 3).await["type"], "done");
    assert_eq!(other.until_type("rooms_gone").await["rooms"][0], room);
    let inherited = phone.until(|message| message["room"]["role"] == "owner").await;
    assert_eq!(inherited["room"]["id"], room);
    // All go: whoever comes into the empty room owns it, or nobody ever would.
    assert_eq!(phone.command(json!({"type": "leave_room", "room": room}), 4).await["type"], "done");
    other.so_far().await;
    assert_eq!(other.command(json!({"type": "join_room", "room": room}), 5).await["type"], "done");
    assert_eq!(
        other.until(|message| message["room"]["id"] == room && message["room"]["member_count"] == 1).await["room"]["role"],
        "owner"
    );
}

#[tokio::test]
async fn an_owner_hands_a_room_over_and_the_next_takes_somebody_out() {
    let porch = Porch::start().await;
    let (ada, bob) = (porch.door.register("Ada").await, porch.door.register("Bob").await);
    let cyd = porch.door.register("Cyd").await;
    let (mut phone, mut other, mut third) = (ada.arrive().await, bob.arrive().await, cyd.arrive().await);
    let make = json!({"type": "create_room", "name": "Kitchen", "access": "closed", "members": [cyd.id]});
    let made = other.command(make, 1).await;
    let room = number(&made["room"]);
    let role = |user: u64, role: &str| json!({"type": "set_room_role", "room": room, "user": user, "role": role});
    let refused = third.command(role(cyd.id, "owner"), 2).await;
    assert_eq!(refused["code"], "forbidden");
    let alone = other.command(role(bob.id, "member"), 2).await;
    assert_eq!(alone["code"], "last_room_owner");
    assert_eq!(other.command(role(cyd.id, "owner"), 3).await["type"], "done");
    third.until(|message| message["type"] == "room" && message["room"]["role"] == "owner").await;
    other.until(|message| message["type"] == "members" && message["changed"][0] == cyd.id).await;
    assert_eq!(other.command(role(bob.id, "member"), 4).await["type"], "done");
    let take = |user: u64| json!({"type": "remove_member", "room": room, "user": user});
    assert_eq!(other.command(take(cyd.id), 5).await["code"], "forbidden");
    assert_eq!(phone.command(take(cyd.id), 5).await["code"], "not_a_member", "the box's owner is not in it");
    assert_eq!(third.command(take(bob.id), 5).await["type"], "done");
    let gone = other.until_type("rooms_gone").await;
    assert_eq!((&gone["rooms"][0], &gone["by"]), (&json!(room), &json!(cyd.id)));
    assert_eq!(bob.ask("GET", &format!("/api/rooms/{room}/messages"), None).await.status, 403);
    assert_eq!(other.post(room, "01-a", "Let me in").await["code"], "not_a_member");
}
