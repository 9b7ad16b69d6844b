use super::*;
use crate::proto::limits::{GUEST_KEPT_DAYS, TIME_MAX};
use crate::proto::room::{RoomKind, RoomSetting};

const MINUTE: i64 = 60_000;

impl Porch {
    /// A room that is open to guests, in which nobody is but `by`.
    pub(super) async fn guest_room(&self, kind: RoomKind, name: &str, by: UserId) -> RoomId {
        let room = self.room(kind, name, by).await;
        self.apply(Op::Room(RoomOp::Set { room, by: UserId(1), setting: RoomSetting::Guests(true) })).await;
        room
    }

    /// Somebody who came by an invite, without a password.
    pub(super) async fn came(&self, token: &str, name: &str) -> Browser {
        let mut browser = self.browser();
        let reply = browser.post(&format!("/api/join/{token}"), &json!({ "name": name })).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        browser
    }
}

/// An invite for guests as the page asks for it.
pub(super) fn wanted(room: RoomId) -> Value {
    json!({ "role": "guest", "once": false, "ends_at": null, "rooms": [room], "stay_s": null, "note": "Door" })
}

impl Browser {
    /// Makes an invite; gives it.
    async fn invite(&mut self, wanted: &Value) -> Value {
        let reply = self.post("/api/invites", wanted).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()["invite"].clone()
    }

    pub(super) async fn token(&mut self, wanted: &Value) -> String {
        self.invite(wanted).await["token"].as_str().expect("a token").to_owned()
    }
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

#[tokio::test]
async fn a_guest_sees_and_finds_only_what_is_open_to_guests() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let me = ada.me().await.id;
    let mut eve = porch.person("Eve").await;
    let open = porch.guest_room(RoomKind::Open, "Kitchen", me).await;
    let other = porch.guest_room(RoomKind::Open, "Hall", me).await;
    let shut = porch.room(RoomKind::Open, "Attic", me).await;
    for (room, body) in [(open, "soup for all"), (shut, "soup for us"), (RoomId(1), "soup for everyone")] {
        porch.say(room, me, body).await;
    }
    let token = ada.token(&wanted(open)).await;
    let mut guest = porch.came(&token, "Grace").await;
    let rooms = |reply: Reply| -> Vec<u64> {
        let listed = reply.json();
        listed["rooms"].as_array().unwrap().iter().map(|room| room["id"].as_u64().unwrap()).collect()
    };
    assert_eq!(rooms(guest.get("/api/rooms").await), [open.0, other.0]);
    assert_eq!(rooms(eve.get("/api/rooms").await), [open.0, other.0, shut.0]);

    let found = |reply: Reply| reply.json()["hits"].as_array().map(Vec::len);
    for (query, guests, owners) in [
        ("soup", 1, 3),
        ("in:Kitchen", 1, 1),
        ("in:Attic", 0, 1),
        ("soup%20in:Attic", 0, 1),
        ("from:Ada", 1, 3),
        ("before:2026-11-20", 1, 3),
    ] {
        let path = format!("/api/search?q={query}");
        let hits = (found(guest.get(&path).await), found(ada.get(&path).await));
        assert_eq!(hits, (Some(guests), Some(owners)), "{query}");
    }

    let people = |reply: Reply| -> Vec<String> {
        let listed = reply.json();
        listed["people"].as_array().unwrap().iter().map(|user| user["name"].as_str().unwrap().to_owned()).collect()
    };
    let first = guest.get("/api/people").await;
    let etag = first.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(people(first), ["Ada", "Grace"]);
    assert_eq!(people(eve.get("/api/people").await), ["Ada", "Eve", "Grace"]);
    let again = guest.send("GET", "/api/people", "", &[("if-none-match", &etag)]).await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    porch.apply(Op::Room(RoomOp::AddMembers { by: None, room: open, users: vec![eve.me().await.id], at: 1 })).await;
    let changed = guest.send("GET", "/api/people", "", &[("if-none-match", &etag)]).await;
    assert_eq!(people(changed), ["Ada", "Eve", "Grace"]);
}

#[tokio::test]
async fn whoever_came_without_a_password_sets_one_and_signs_in_by_it() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let room = porch.guest_room(RoomKind::Open, "Kitchen", ada.me().await.id).await;
    let token = ada.token(&wanted(room)).await;
    let mut guest = porch.came(&token, "Grace").await;
    assert_eq!(guest.get("/api/me").await.json()["has_password"], false);
    assert_eq!(ada.get("/api/me").await.json()["has_password"], true);
    for password in ["", PASSWORD] {
        assert_eq!(porch.browser().login("Grace", password).await.refused(), refusal(401, "sign_in_failed"));
    }
    let guessed = json!({ "new_password": PASSWORD, "password": "" });
    assert_eq!(guest.patch("/api/me", &guessed).await.refused(), refusal(403, "password_wrong"));
    assert_eq!(guest.patch("/api/me", &json!({ "new_password": PASSWORD })).await.status, 200);
    assert_eq!(guest.get("/api/me").await.json()["has_password"], true);
    let second = json!({ "new_password": "better horse" });
    assert_eq!(guest.patch("/api/me", &second).await.refused(), refusal(400, "bad_request"), "there is one now");
    assert_eq!(guest.delete("/api/me", &json!({})).await.refused(), refusal(400, "bad_request"));
    let mut laptop = porch.browser();
    assert_eq!(laptop.take_over("Grace").await.status, 200);
    assert_eq!(laptop.me().await.role, BoxRole::Guest);

    let mut other = porch.came(&token, "Zoe").await;
    assert_eq!(other.delete("/api/me", &json!({})).await.status, 204, "nothing to ask for");
    assert!(!other.is_signed_in().await);
    let mut with_one = porch.browser();
    let join = json!({ "name": "Zoe", "password": PASSWORD });
    assert_eq!(with_one.post(&format!("/api/join/{token}"), &join).await.status, 200);
    assert_eq!(with_one.get("/api/me").await.json()["has_password"], true);
    let short = json!({ "name": "Kim", "password": "short" });
    let refused = porch.browser().post(&format!("/api/join/{token}"), &short).await;
    assert_eq!(refused.refused(), refusal(400, "password_short"));
}

#[tokio::test]
async fn an_invite_says_what_it_is_for_and_who_may_not_come_learns_why() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let room = porch.guest_room(RoomKind::Open, "Kitchen", ada.me().await.id).await;
    let ends_at = porch.clock.load(Ordering::Relaxed) + MINUTE;
    let short = with(with(wanted(room), "ends_at", json!(ends_at)), "stay_s", json!(90));
    let made = ada.invite(&short).await;
    let path = format!("/api/join/{}", made["token"].as_str().unwrap());
    let invited = json!({ "role": "guest", "rooms": ["Kitchen"], "ends_at": ends_at, "stay_s": 90 });
    assert_eq!(porch.browser().get(&path).await.json(), invited);
    assert_eq!(ada.get("/api/invites").await.json(), json!({ "invites": [made] }));
    let taken = porch.browser().post(&path, &json!({ "name": "ada" })).await;
    assert_eq!(taken.refused(), refusal(409, "name_taken"));

    let once = ada.token(&with(wanted(room), "once", json!(true))).await;
    porch.came(&once, "Grace").await;
    let again = format!("/api/join/{once}");
    for name in ["Zoe", "Grace"] {
        let reply = porch.browser().post(&again, &json!({ "name": name })).await;
        assert_eq!(reply.refused(), refusal(409, "invite_used"), "{name}");
    }
    assert_eq!(porch.browser().get(&again).await.refused(), refusal(409, "invite_used"));

    porch.pass(MINUTE);
    let late = porch.browser().post(&path, &json!({ "name": "Zoe" })).await;
    assert_eq!(late.refused(), refusal(403, "invite_ended"));

    let open = ada.invite(&wanted(room)).await;
    let door = format!("/api/join/{}", open["token"].as_str().unwrap());
    ada.patch("/api/settings", &json!({ "guests": false })).await;
    assert_eq!(porch.browser().get("/api/box").await.json()["guests"], false);
    assert_eq!(porch.browser().get(&door).await.refused(), refusal(403, "guests_off"));
    ada.patch("/api/settings", &json!({ "guests": true })).await;
    assert_eq!(porch.browser().get(&door).await.status, 200);
    assert_eq!(ada.delete(&format!("/api/invites/{}", open["id"]), &json!({})).await.status, 204);
    assert_eq!(porch.browser().get(&door).await.refused(), refusal(404, "invite_unknown"));
}

#[tokio::test]
async fn a_join_whose_answer_was_lost_is_repeated_and_gives_the_same_account() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let room = porch.guest_room(RoomKind::Open, "Kitchen", ada.me().await.id).await;
    let token = ada.token(&with(wanted(room), "once", json!(true))).await;
    let path = format!("/api/join/{token}");
    let join = |name: &str, secret: &str| json!({ "name": name, "attempt": secret });
    let [own, foreign] = ["A", "Q"].map(|letter| letter.repeat(22));
    let mut lost = porch.browser();
    assert_eq!(lost.post(&path, &join("Grace", &own)).await.status, 200);
    let grace = lost.me().await.id;
    let mut again = porch.browser();
    assert_eq!(again.post(&path, &join("Grace", &own)).await.status, 200, "the invite was for one");
    assert_eq!(again.me().await.id, grace);
    assert!(!lost.is_signed_in().await, "what nobody got the cookie of is over");
    for (name, secret) in [("Grace", &foreign), ("Zoe", &own)] {
        assert_eq!(porch.browser().post(&path, &join(name, secret)).await.refused(), refusal(409, "invite_used"));
    }
    let malformed = porch.browser().post(&path, &join("Grace", "secret")).await;
    assert_eq!(malformed.refused(), refusal(400, "bad_request"));
    assert_eq!(again.post("/api/logout", &json!({})).await.status, 204);
    let over = porch.browser().post(&path, &join("Grace", &own)).await;
    assert_eq!(over.refused(), refusal(409, "invite_used"), "signed out is signed out");
}

#[tokio::test]
async fn an_invite_that_makes_no_sense_is_refused() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let room = porch.guest_room(RoomKind::Open, "Kitchen", ada.me().await.id).await;
    let member = with(wanted(room), "role", json!("member"));
    for body in [
        with(wanted(room), "role", json!("owner")),
        with(wanted(room), "stay_s", json!(0)),
        with(wanted(room), "stay_s", json!(40_000_000)),
        with(wanted(room), "ends_at", json!(1)),
        with(wanted(room), "ends_at", json!(TIME_MAX + 1)),
        with(wanted(room), "ends_at", json!(i64::MAX)),
        with(wanted(room), "note", json!("x".repeat(65))),
        with(wanted(room), "rooms", json!([])),
        with(wanted(room), "colour", json!("red")),
        with(member.clone(), "stay_s", json!(60)),
    ] {
        assert_eq!(ada.post("/api/invites", &body).await.refused(), refusal(400, "bad_request"), "{body}");
    }
    assert_eq!(ada.post("/api/invites", &with(wanted(room), "note", json!("好".repeat(64)))).await.status, 200);
    assert_eq!(ada.post("/api/invites", &with(member, "rooms", json!([]))).await.status, 200);
    assert_eq!(ada.post("/api/invites", &with(wanted(room), "ends_at", json!(TIME_MAX))).await.status, 200);
}

#[tokio::test]
async fn a_stay_ends_on_time_and_its_connection_with_it() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let room = porch.guest_room(RoomKind::Open, "Kitchen", ada.me().await.id).await;
    let brief = ada.token(&with(wanted(room), "stay_s", json!(60))).await;
    let long = ada.token(&wanted(room)).await;
    assert_eq!(porch.app.end_stays().await.unwrap(), None, "nobody's stay has an end");
    let (mut grace, mut zoe) = (porch.came(&brief, "Grace").await, porch.came(&long, "Zoe").await);
    let connection = porch.connect(&mut grace).await;
    let id = grace.me().await.id;
    let wait = porch.app.end_stays().await.unwrap().expect("one has an end");
    assert_eq!(wait.as_millis(), MINUTE as u128);
    porch.pass(MINUTE);
    // Refused at once, even before the hub has heard.
    for path in ["/api/me", "/api/people", "/api/rooms/2/messages", "/api/search?q=a", "/pictures/1/1/32", "/ws"] {
        assert_eq!(grace.get(path).await.refused(), refusal(401, "not_signed_in"), "{path}");
    }
    porch.app.end_stays().await.unwrap();
    assert_eq!(closed(&connection).await, CloseCode::SignedOut);
    assert!(zoe.is_signed_in().await);
    let shown = ada.get("/api/people").await.json();
    let gone = shown["people"].as_array().unwrap().iter().find(|user| user["id"] == id.0).expect("the name is kept");
    assert!(gone["name"] == "Grace" && gone["ends_at"].as_i64().unwrap() <= porch.clock.load(Ordering::Relaxed));
    assert_eq!(porch.person("Grace").await.me().await.role, BoxRole::Member, "and free");
    porch.pass(GUEST_KEPT_DAYS * 24 * 60 * MINUTE);
    porch.app.end_stays().await.unwrap();
    let shown = ada.get("/api/people").await.json();
    assert!(!shown["people"].as_array().unwrap().iter().any(|user| user["id"] == id.0));
}

#[tokio::test]
async fn the_owner_keeps_a_guest_or_sends_them_away() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let room = porch.guest_room(RoomKind::Open, "Kitchen", ada.me().await.id).await;
    let token = ada.token(&with(wanted(room), "stay_s", json!(60))).await;
    let (mut grace, mut zoe) = (porch.came(&token, "Grace").await, porch.came(&token, "Zoe").await);
    let (kept, sent) = (grace.me().await.id, zoe.me().await.id);
    let connection = porch.connect(&mut zoe).await;
    let reply = ada.patch(&format!("/api/people/{kept}"), &json!({ "role": "member" })).await;
    let user = reply.json()["user"].clone();
    assert_eq!((&user["role"], &user["ends_at"]), (&json!("member"), &Value::Null));
    assert_eq!(ada.delete(&format!("/api/people/{sent}"), &json!({})).await.status, 204);
    assert_eq!(closed(&connection).await, CloseCode::SignedOut);
    assert!(!zoe.is_signed_in().await);
    porch.pass(2 * MINUTE);
    assert_eq!(grace.get("/api/rooms/1/messages").await.status, 200, "a member for good");
    assert_eq!(ada.delete(&format!("/api/people/{kept}"), &json!({})).await.refused(), refusal(403, "forbidden"));
}

#[tokio::test]
async fn wrong_invites_are_limited_by_network_and_a_right_one_is_not() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let room = porch.guest_room(RoomKind::Open, "Kitchen", ada.me().await.id).await;
    let right = ada.token(&wanted(room)).await;
    let mut browser = porch.browser();
    let mut slowed = 0;
    for _ in 0..=crate::proto::limits::GUESSES_NETWORK_BURST {
        let reply = browser.get("/api/join/AAAAAAAAAAAAAAAAAAAAAA").await;
        slowed += usize::from(reply.refused() == refusal(429, "slow_down"));
    }
    assert_eq!(slowed, 1);
    let join = browser.post("/api/join/AAAAAAAAAAAAAAAAAAAAAA", &json!({ "name": "Zoe" })).await;
    assert_eq!(join.refused(), refusal(429, "slow_down"));
    porch.came(&right, "Grace").await;
    browser.peer.set_ip(Ipv4Addr::new(192, 168, 1, 3).into());
    assert_eq!(browser.get("/api/join/AAAAAAAAAAAAAAAAAAAAAA").await.refused(), refusal(404, "invite_unknown"));
}
