use super::*;
use crate::auth::rate::Guesser;
use crate::proto::limits::{
    GUESSES_BURST, GUESSES_INTERVAL_MS, GUESSES_NAME_BURST, GUESSES_NAME_INTERVAL_MS, GUESSES_NETWORK_BURST,
    GUESSES_STRANGER_BURST, RENAMES_BURST, SESSION_DAYS_MAX,
};

#[tokio::test]
async fn the_first_account_becomes_the_owner_and_the_next_a_member() {
    let porch = Porch::start();
    let mut stranger = porch.browser();
    let about = |registration: &str, owner_exists: bool| json!({ "name": "porch", "version": VERSION, "registration": registration, "owner_exists": owner_exists, "guests": true });
    assert_eq!(stranger.get("/api/box").await.json(), about("first", false));
    let ada = porch.person("Ada").await.me().await;
    assert_eq!((ada.role, &ada.name[..], ada.picture), (BoxRole::Owner, "Ada", 0));
    assert_eq!(stranger.get("/api/box").await.json(), about("open", true));
    assert_eq!(porch.person("Grace").await.me().await.role, BoxRole::Member);
}

#[tokio::test]
async fn a_name_too_like_another_is_taken_and_any_other_is_free() {
    let porch = Porch::start();
    porch.person("Ida Lovelace").await;
    for name in [
        "Ida Lovelace",
        "ida lovelace",
        " IDALOVELACE ",
        "Ｉda\u{3000}Lovelace",
        "I\u{200b}da Lovelace",
        "Ida L\u{43e}velace", // a Cyrillic o
        "lda Lovelace",       // a small L
        "IDA LOVEIACE",       // a capital I
    ] {
        let reply = porch.browser().post("/api/register", &json!({ "name": name, "password": PASSWORD })).await;
        assert_eq!(reply.refused(), refusal(409, "name_taken"), "{name}");
        assert!(reply.headers.get(SET_COOKIE).is_none());
    }
    assert_eq!(porch.person("Ada  Lovelace").await.me().await.name, "Ada Lovelace");
}

#[tokio::test]
async fn what_cannot_be_a_name_or_password_is_refused() {
    let porch = Porch::start();
    let long = "x".repeat(300);
    for (body, want) in [
        (json!({ "name": "", "password": PASSWORD }), "name_invalid"),
        (json!({ "name": "\u{202e}adA", "password": PASSWORD }), "name_invalid"),
        (json!({ "name": long, "password": PASSWORD }), "name_invalid"),
        (json!({ "name": "Ada", "password": "short" }), "password_short"),
        (json!({ "name": "Ada", "password": long }), "password_long"),
        (json!({ "name": "Ada" }), "bad_request"),
        (json!({ "name": "Ada", "password": PASSWORD, "admin": true }), "bad_request"),
        (json!(["Ada", PASSWORD, false, 1]), "bad_request"),
    ] {
        let reply = porch.browser().post("/api/register", &body).await;
        assert_eq!(reply.refused(), refusal(400, want), "{body}");
    }
    let reply = porch.browser().send("POST", "/api/register", "{", &[]).await;
    assert_eq!(reply.refused(), refusal(400, "bad_request"));
    assert_eq!(porch.app.hasher.runs(), 0, "nothing of this costs a hash");
}

#[tokio::test]
async fn one_signs_in_by_the_name_in_any_case_and_width() {
    let porch = Porch::start();
    let mut first = porch.person("Ada Lovelace").await;
    assert_eq!(first.post("/api/logout", &json!({})).await.status, 204);
    for name in ["Ada Lovelace", " ADA  lovelace", "ａｄａ lovelace"] {
        let mut browser = porch.browser();
        let reply = browser.login(name, PASSWORD).await;
        assert_eq!((reply.status, reply.json()["user"]["name"].as_str()), (200, Some("Ada Lovelace")), "{name}");
        assert!(browser.is_signed_in().await);
        assert_eq!(browser.post("/api/logout", &json!({})).await.status, 204);
    }
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_are_one_answer_at_one_cost() {
    let porch = Porch::start();
    porch.person("Ada").await;
    let mut answers = Vec::new();
    for (name, password) in [("Ada", "wrong horse"), ("Nobody", PASSWORD), ("", PASSWORD), ("Ada", "")] {
        let before = porch.app.hasher.runs();
        let mut reply = porch.browser().login(name, password).await;
        // The machine's clock goes on meanwhile.
        reply.headers.remove("date");
        assert_eq!(porch.app.hasher.runs() - before, 1, "{name}");
        assert_eq!(reply.refused(), refusal(401, "sign_in_failed"));
        assert!(reply.headers.get(SET_COOKIE).is_none());
        answers.push((reply.headers, reply.body));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

#[tokio::test]
async fn one_account_is_in_one_place_and_moves_by_takeover() {
    let porch = Porch::start();
    let mut phone = porch.person("Ada").await;
    let connection = porch.connect(&mut phone).await;
    let mut laptop = porch.browser();
    laptop.user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0";

    let refused = laptop.login("Ada", PASSWORD).await;
    assert_eq!(refused.refused(), refusal(409, "in_use_elsewhere"));
    let place = &refused.json()["error"]["sessions"][0];
    assert_eq!((&place["device"], &place["connected"]), (&json!("Chrome on Android"), &json!(true)));
    assert!(!laptop.is_signed_in().await);
    assert!(phone.is_signed_in().await, "a refused sign-in changes nothing");

    assert_eq!(laptop.take_over("Ada").await.status, 200);
    assert_eq!(closed(&connection).await, CloseCode::TakenOver);
    assert!(!phone.is_signed_in().await);
    let sessions = laptop.get("/api/sessions").await.json();
    assert_eq!(sessions["sessions"].as_array().map(Vec::len), Some(1));
    assert_eq!(sessions["sessions"][0]["device"], "Firefox on Linux");
}

#[tokio::test]
async fn a_takeover_needs_the_password() {
    let porch = Porch::start();
    let mut phone = porch.person("Ada").await;
    let thief = json!({ "name": "Ada", "password": "wrong horse", "takeover": true });
    assert_eq!(porch.browser().post("/api/login", &thief).await.refused(), refusal(401, "sign_in_failed"));
    assert!(phone.is_signed_in().await);
}

#[tokio::test]
async fn where_the_owner_allows_it_one_account_is_in_several_places() {
    let porch = Porch::start();
    let mut phone = porch.person("Ada").await;
    assert_eq!(phone.patch("/api/settings", &json!({ "several_devices": true })).await.status, 200);
    let mut laptop = porch.browser();
    assert_eq!(laptop.login("Ada", PASSWORD).await.status, 200);
    assert!(phone.is_signed_in().await && laptop.is_signed_in().await);
    let sessions = laptop.get("/api/sessions").await.json();
    assert_eq!(sessions["sessions"].as_array().map(Vec::len), Some(2));
    // And the twin: one of them is ended by the other, at once.
    let connection = porch.connect(&mut phone).await;
    let path = format!("/api/sessions/{}", phone.session().await);
    assert_eq!(laptop.delete(&path, &json!({})).await.status, 204);
    assert_eq!(closed(&connection).await, CloseCode::SignedOut);
    assert!(!phone.is_signed_in().await && laptop.is_signed_in().await);
    assert_eq!(laptop.delete(&path, &json!({})).await.refused(), refusal(404, "not_found"));
}

#[tokio::test]
async fn a_registration_and_a_sign_in_whose_answers_were_lost_are_repeated() {
    let porch = Porch::start();
    let secret = "A".repeat(22);
    let ask = |password: &str| json!({ "name": "Ada", "password": password, "attempt": secret });
    let [mut lost, mut again, mut foreign] = [porch.browser(), porch.browser(), porch.browser()];
    assert_eq!(lost.post("/api/register", &ask(PASSWORD)).await.status, 200);
    assert_eq!(again.post("/api/register", &ask("better horse")).await.status, 200);
    assert!(again.is_signed_in().await && !lost.is_signed_in().await);
    let theirs = json!({ "name": "Ada", "password": PASSWORD, "attempt": "Q".repeat(22) });
    assert_eq!(foreign.post("/api/register", &theirs).await.refused(), refusal(409, "name_taken"));
    assert_eq!(again.post("/api/logout", &json!({})).await.status, 204);

    assert_eq!(lost.post("/api/login", &ask(PASSWORD)).await.refused(), refusal(401, "sign_in_failed"));
    assert_eq!(lost.post("/api/login", &ask("better horse")).await.status, 200);
    let other = json!({ "name": "Ada", "password": "better horse", "attempt": "Q".repeat(22) });
    assert_eq!(foreign.post("/api/login", &other).await.refused(), refusal(409, "in_use_elsewhere"));
    assert_eq!(
        again.post("/api/login", &ask("better horse")).await.status,
        200,
        "its own lost session is not elsewhere"
    );
    assert!(again.is_signed_in().await && !lost.is_signed_in().await);
}

#[tokio::test]
async fn someone_elses_session_cannot_be_ended() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let mut eve = porch.person("Eve").await;
    let path = format!("/api/sessions/{}", ada.session().await);
    assert_eq!(eve.delete(&path, &json!({})).await.refused(), refusal(404, "not_found"));
    assert!(ada.is_signed_in().await);
}

#[tokio::test]
async fn signing_in_again_in_the_same_browser_replaces_its_session() {
    let porch = Porch::start();
    let mut phone = porch.person("Ada").await;
    let old = phone.cookie.clone();
    assert_eq!(phone.login("Ada", PASSWORD).await.status, 200, "this place is not elsewhere");
    assert!(phone.is_signed_in().await);
    let new = std::mem::replace(&mut phone.cookie, old);
    assert_ne!(new, phone.cookie);
    assert!(!phone.is_signed_in().await);
}

#[tokio::test]
async fn signing_in_as_someone_else_signs_the_first_out_of_this_browser() {
    let porch = Porch::start();
    let mut shared = porch.person("Ada").await;
    let connection = porch.connect(&mut shared).await;
    let reply = shared.post("/api/register", &json!({ "name": "Grace", "password": PASSWORD })).await;
    assert_eq!(reply.status, 200);
    assert_eq!(shared.me().await.name, "Grace");
    assert_eq!(closed(&connection).await, CloseCode::SignedOut);
    assert_eq!(porch.browser().login("Ada", PASSWORD).await.status, 200, "nothing of Ada's is left behind");
}

#[tokio::test]
async fn signing_out_ends_the_session_and_its_connections() {
    let porch = Porch::start();
    let mut phone = porch.person("Ada").await;
    let connection = porch.connect(&mut phone).await;
    let cookie = phone.cookie.clone();
    let reply = phone.post("/api/logout", &json!({})).await;
    assert_eq!(reply.status, 204);
    assert_eq!(phone.cookie, None, "the browser forgets it");
    assert_eq!(closed(&connection).await, CloseCode::SignedOut);
    phone.cookie = cookie;
    assert!(!phone.is_signed_in().await, "and the box does not know it any more");
    assert_eq!(phone.post("/api/logout", &json!({})).await.refused(), refusal(401, "not_signed_in"));
}

#[tokio::test]
async fn a_session_ends_by_itself_after_its_days() {
    let porch = Porch::start();
    let mut phone = porch.person("Ada").await;
    let day = 24 * 60 * 60 * 1_000;
    porch.pass((SESSION_DAYS_MAX - 1) * day);
    assert!(phone.is_signed_in().await);
    porch.pass(2 * day);
    assert!(!phone.is_signed_in().await);
}

#[tokio::test]
async fn without_a_session_nothing_but_the_door_is_answered() {
    let porch = Porch::start();
    porch.person("Ada").await;
    let mut stranger = porch.browser();
    for cookie in [None, Some(format!("__Host-porch={}", "A".repeat(43))), Some("__Host-porch=x".to_owned())] {
        stranger.cookie = cookie;
        for path in [
            "/api/me",
            "/api/sessions",
            "/api/people",
            "/api/rooms",
            "/api/rooms/1/members",
            "/api/rooms/1/messages",
            "/api/search?q=a",
            "/api/settings",
            "/pictures/1/1/32",
            "/ws",
        ] {
            assert_eq!(stranger.get(path).await.refused(), refusal(401, "not_signed_in"), "{path}");
        }
        for (method, path) in [
            ("POST", "/api/logout"),
            ("PATCH", "/api/me"),
            ("DELETE", "/api/me"),
            ("PUT", "/api/me/picture"),
            ("DELETE", "/api/me/picture"),
            ("DELETE", "/api/sessions/1"),
            ("PATCH", "/api/settings"),
        ] {
            let reply = stranger.send(method, path, "{}", &[]).await;
            assert_eq!(reply.refused(), refusal(401, "not_signed_in"), "{method} {path}");
        }
        assert_eq!(stranger.get("/api/box").await.status, 200);
        assert_eq!(&stranger.get("/healthz").await.body[..], b"ok");
        assert_eq!(&stranger.get("/ca.crt").await.body[..], b"der");
    }
}

#[tokio::test]
async fn closed_registration_refuses_all_but_the_first() {
    let porch = Porch::start();
    let mut owner = porch.person("Ada").await;
    let newcomer = json!({ "name": "Grace", "password": PASSWORD });
    assert_eq!(owner.patch("/api/settings", &json!({ "registration_open": false })).await.status, 200);
    assert_eq!(porch.browser().get("/api/box").await.json()["registration"], "closed");
    assert_eq!(porch.browser().post("/api/register", &newcomer).await.refused(), refusal(403, "registration_closed"));
    assert_eq!(owner.patch("/api/settings", &json!({ "registration_open": true })).await.status, 200);
    assert_eq!(porch.browser().post("/api/register", &newcomer).await.status, 200);
}

impl Porch {
    /// So many wrong passwords, without the cost of hashing each.
    fn guess(&self, guesser: &Guesser, times: u32) {
        let now = self.clock.load(Ordering::Relaxed);
        for _ in 0..times {
            assert_eq!(self.app.rates().guess(guesser, now), Ok(()));
            self.app.rates().wrong(guesser);
        }
    }
}

/// Somebody at another address of the LAN.
fn stranger(host: u8, name_key: &str) -> Guesser {
    let network = crate::fair::Network::of(IpAddr::from([192, 168, 1, host]));
    Guesser::Stranger { network, name_key: Some(name_key.to_owned()) }
}

#[tokio::test]
async fn wrong_passwords_from_one_network_are_limited_and_come_back() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let mut eve = porch.browser();
    eve.peer = "192.168.1.66:5".parse().unwrap();
    for at in 0..GUESSES_NETWORK_BURST - 1 {
        porch.guess(&stranger(66, &format!("person {at}")), 1);
    }
    assert_eq!(eve.login("Ada", "wrong horse").await.refused(), refusal(401, "sign_in_failed"));
    let runs = porch.app.hasher.runs();
    let reply = eve.login("Grace", "wrong horse").await;
    assert_eq!(reply.refused(), refusal(429, "slow_down"));
    assert_eq!(
        (reply.json()["error"]["retry_ms"].as_u64(), &reply.headers["retry-after"]),
        (Some(2_000), &"2".parse().unwrap())
    );
    assert_eq!(porch.app.hasher.runs(), runs, "a limited try costs no hash");
    assert_eq!(eve.get("/api/box").await.status, 200, "only tries are limited");
    let newcomer = json!({ "name": "Mia", "password": PASSWORD });
    assert_eq!(eve.post("/api/register", &newcomer).await.status, 200, "who is new has nothing to do with it");
    // The twins: a neighbour, the same network for who has been here before, and later.
    assert_eq!(porch.browser().take_over("Ada").await.status, 200);
    ada.peer = eve.peer;
    ada.cookie = None;
    assert_eq!(ada.take_over("Ada").await.status, 200);
    eve.cookie = None;
    porch.pass(2_000);
    assert_eq!(eve.login("Grace", "wrong horse").await.refused(), refusal(401, "sign_in_failed"));
}

#[tokio::test]
async fn a_stranger_who_guesses_keeps_nobody_out_who_has_the_password() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    ada.patch("/api/settings", &json!({ "several_devices": true })).await;
    let mut eve = porch.browser();
    eve.peer = "192.168.1.66:5".parse().unwrap();
    // Ada's phone, which is in the stranger's network and has been signed out.
    let mut phone = porch.browser();
    phone.peer = eve.peer;
    assert_eq!(phone.login("Ada", PASSWORD).await.status, 200);
    phone.post("/api/logout", &json!({})).await;
    porch.guess(&stranger(66, "ada"), GUESSES_STRANGER_BURST);
    let mut slowed = 0;
    for round in 0..10 {
        slowed += u32::from(eve.login("Ada", "wrong horse").await.refused() == refusal(429, "slow_down"));
        porch.pass(2_000);
        // From an address of her own, from a device of her own, and where she is signed in.
        assert_eq!(porch.browser().login("Ada", PASSWORD).await.status, 200, "{round}");
        assert_eq!(phone.login("Ada", PASSWORD).await.status, 200, "{round}");
        phone.post("/api/logout", &json!({})).await;
        let wrong = json!({ "new_password": "better horse", "password": "wrong horse" });
        assert_eq!(ada.patch("/api/me", &wrong).await.refused(), refusal(403, "password_wrong"), "{round}");
        porch.pass(GUESSES_INTERVAL_MS);
    }
    assert!(slowed > 0, "it is she who is slowed down");
    let change = json!({ "new_password": "better horse", "password": PASSWORD });
    assert_eq!(ada.patch("/api/me", &change).await.status, 200);
    // A mark of the old password is worth nothing.
    while porch.app.rates().guess(&stranger(66, "ada"), porch.clock.load(Ordering::Relaxed)).is_ok() {
        porch.app.rates().wrong(&stranger(66, "ada"));
    }
    assert_eq!(phone.login("Ada", "better horse").await.refused(), refusal(429, "slow_down"));
    ada.peer = eve.peer;
    ada.cookie = None;
    assert_eq!(ada.login("Ada", "better horse").await.status, 200, "the device that changed it is known");
}

/// What each of so many strangers at one address is answered who sign in as Ada at the same moment.
async fn all_at_once(porch: &Porch, password: &'static str) -> Vec<Reply> {
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..2 * GUESSES_STRANGER_BURST {
        let mut browser = porch.browser();
        browser.peer = "192.168.1.66:5".parse().unwrap();
        asking.spawn(async move { browser.login("Ada", password).await });
    }
    asking.join_all().await
}

#[tokio::test]
async fn right_passwords_at_the_same_moment_are_told_to_wait_for_a_moment_at_most() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    ada.patch("/api/settings", &json!({ "several_devices": true })).await;
    for reply in all_at_once(&porch, PASSWORD).await {
        let waits = reply.refused() == refusal(503, "busy") && reply.json()["error"]["retry_ms"] == 1_000;
        assert!(reply.status == 200 || waits, "{reply:?}");
    }
    // The twin: wrong ones are no more than one after the other would be.
    let runs = porch.app.hasher.runs();
    for reply in all_at_once(&porch, "wrong horse").await {
        assert!(["sign_in_failed", "busy", "slow_down"].contains(&reply.refused().1.as_str()), "{reply:?}");
    }
    assert_eq!(porch.app.hasher.runs() - runs, GUESSES_STRANGER_BURST as usize);
    let mut eve = porch.browser();
    eve.peer = "192.168.1.66:5".parse().unwrap();
    assert_eq!(eve.login("Ada", PASSWORD).await.refused(), refusal(429, "slow_down"));
}

#[tokio::test]
async fn a_name_is_guessed_at_so_often_from_all_networks_together() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    for at in 0..GUESSES_NAME_BURST {
        porch.guess(&stranger(100 + (at / GUESSES_STRANGER_BURST) as u8, "ada"), 1);
    }
    let mut eve = porch.browser();
    eve.peer = "192.168.1.66:5".parse().unwrap();
    for name in ["Ada", " ADA "] {
        assert_eq!(eve.login(name, PASSWORD).await.refused(), refusal(429, "slow_down"), "no stranger comes in");
    }
    assert_eq!(eve.login("Grace", PASSWORD).await.refused(), refusal(401, "sign_in_failed"), "others are not barred");
    ada.cookie = None;
    assert_eq!(ada.take_over("Ada").await.status, 200, "nor is who has been here before");
    porch.pass(GUESSES_NAME_INTERVAL_MS);
    assert_eq!(eve.take_over("Ada").await.status, 200, "nor anybody for good");
}

#[tokio::test]
async fn guesses_at_the_present_password_are_counted_by_session_whatever_the_name_is() {
    let porch = Porch::start();
    // A phone that was left unlocked.
    let mut thief = porch.person("Ada").await;
    let wrong = json!({ "password": "wrong horse" });
    let change = json!({ "new_password": "better horse", "password": "wrong horse" });
    for at in 0..GUESSES_BURST {
        let renamed = thief.patch("/api/me", &json!({ "name": format!("Ada {}", at / 4) })).await;
        assert_eq!(renamed.status, 200);
        let reply = match at % 2 {
            0 => thief.patch("/api/me", &change).await,
            _ => thief.delete("/api/me", &wrong).await,
        };
        assert_eq!(reply.refused(), refusal(403, "password_wrong"), "{at}");
    }
    let runs = porch.app.hasher.runs();
    assert_eq!(thief.patch("/api/me", &json!({ "name": "Eve" })).await.status, 200);
    assert_eq!(thief.patch("/api/me", &change).await.refused(), refusal(429, "slow_down"));
    assert_eq!(thief.delete("/api/me", &wrong).await.refused(), refusal(429, "slow_down"));
    assert_eq!(porch.app.hasher.runs(), runs);
    assert_eq!(porch.browser().take_over("Eve").await.status, 200, "who has the password takes the account back");
}

#[tokio::test]
async fn renames_and_new_accounts_are_limited_by_who_makes_them() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let mut grace = porch.person("Grace").await;
    for at in 0..RENAMES_BURST {
        assert_eq!(ada.patch("/api/me", &json!({ "name": format!("Ada {at}") })).await.status, 200);
    }
    assert_eq!(ada.patch("/api/me", &json!({ "name": "Ada" })).await.refused(), refusal(429, "slow_down"));
    assert_eq!(grace.patch("/api/me", &json!({ "name": "Grace Hopper" })).await.status, 200);
    let Guesser::Stranger { network, .. } = stranger(2, "") else { unreachable!("it is one") };
    let now = porch.clock.load(Ordering::Relaxed);
    while porch.app.rates().make_account(network, now).is_ok() {}
    let newcomer = json!({ "name": "Zoe", "password": PASSWORD });
    assert_eq!(porch.browser().post("/api/register", &newcomer).await.refused(), refusal(429, "slow_down"));
    let mut neighbour = porch.browser();
    neighbour.peer = "192.168.1.3:5".parse().unwrap();
    assert_eq!(neighbour.post("/api/register", &newcomer).await.status, 200);
}

#[tokio::test]
async fn what_another_site_sends_is_refused() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site"), ("origin", "https://porch.local")],
        &[("origin", "https://evil.example")],
    ] {
        for (method, path) in [("POST", "/api/logout"), ("PATCH", "/api/me"), ("POST", "/api/login"), ("GET", "/ws")] {
            let reply = ada.send(method, path, "{}", headers).await;
            assert_eq!(reply.refused(), refusal(403, "origin_refused"), "{method} {path} {headers:?}");
        }
        assert_eq!(ada.send("GET", "/api/me", "", headers).await.status, 200, "reading is the browser's to keep");
    }
    assert!(ada.is_signed_in().await);
    for headers in [&[("sec-fetch-site", "same-origin")][..], &[("origin", "https://porch.local")], &[]] {
        assert_eq!(ada.send("PATCH", "/api/me", "{}", headers).await.status, 200, "{headers:?}");
    }
}

#[tokio::test]
async fn a_websocket_is_opened_by_who_is_signed_in_and_asks_for_one() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let asked = [
        ("connection", "Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("origin", "https://porch.local"),
    ];
    let reply = ada.send("GET", "/ws", "", &asked).await;
    assert_eq!(
        (reply.status, &reply.headers["sec-websocket-accept"]),
        (101, &"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=".parse().unwrap())
    );
    assert_eq!(ada.send("GET", "/ws", "", &asked[4..]).await.status, 426);
    assert_eq!(porch.browser().send("GET", "/ws", "", &asked).await.refused(), refusal(401, "not_signed_in"));
}

#[tokio::test]
async fn a_change_is_carried_through_though_its_client_has_gone() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    // Given up by the client while the password is hashed.
    let mut grace = porch.browser();
    let registering = tokio::spawn(async move {
        grace.post("/api/register", &json!({ "name": "Grace", "password": PASSWORD })).await;
    });
    while porch.app.hasher.runs() < 2 {
        tokio::task::yield_now().await;
    }
    registering.abort();
    assert!(registering.await.is_err_and(|fault| fault.is_cancelled()));
    let appears = async {
        while ada.get("/api/people").await.json()["people"].as_array().map(Vec::len) != Some(2) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), appears).await.expect("the account is made");
}

#[tokio::test]
async fn of_two_names_that_look_the_same_one_is_taken_even_at_once() {
    let porch = Porch::start();
    porch.person("Ada").await;
    let [mut first, mut second] = [porch.browser(), porch.browser()];
    // Keys differ, looks do not: a capital I and a small L.
    let [kai, kal] = ["KaI", "Kal"].map(|name| json!({ "name": name, "password": PASSWORD }));
    let (first, second) = tokio::join!(first.post("/api/register", &kai), second.post("/api/register", &kal));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

/// What a browser keeps of a box's `Set-Cookie`.
fn kept(reply: &Reply, at: usize) -> String {
    let line = reply.headers.get_all(SET_COOKIE).iter().nth(at).expect("a cookie is given").to_str().unwrap();
    line.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn two_boxes_on_one_host_do_not_sign_each_other_out() {
    let boxes = ["7f3a", "0001"].map(Porch::with_id);
    let [mut here, mut there] = [boxes[0].person("Ada").await, boxes[1].person("Ada").await];
    // One browser: a host's cookies are sent to all its ports.
    let mut jar = [here.cookie.clone().unwrap(), there.cookie.clone().unwrap()];
    assert_ne!(jar[0].split('=').next(), jar[1].split('=').next());
    for _ in 0..2 {
        for browser in [&mut here, &mut there] {
            browser.cookie = Some(jar.join("; "));
            assert!(browser.is_signed_in().await);
        }
        jar.reverse();
    }
    // Signing out of one is no affair of the other.
    here.cookie = Some(jar.join("; "));
    let reply = here.post("/api/logout", &json!({})).await;
    assert_eq!(kept(&reply, 0), "__Host-porch-7f3a=");
    there.cookie = Some(jar.join("; "));
    assert!(there.is_signed_in().await);
    here.cookie = Some(jar.join("; "));
    assert!(!here.is_signed_in().await);
}

#[tokio::test]
async fn a_session_under_an_old_name_goes_on_and_gets_the_name_of_now() {
    let porch = Porch::start();
    let mut phone = porch.person("Ada").await;
    let value = phone.cookie.take().unwrap().split_once('=').unwrap().1.to_owned();
    for old in ["__Host-porch", "__Host-porch-0a0a"] {
        phone.cookie = Some(format!("{old}={value}"));
        assert_eq!(phone.get("/api/rooms").await.status, 200);
        let reply = phone.get("/api/me").await;
        assert_eq!((kept(&reply, 0), kept(&reply, 1)), (format!("__Host-porch-7f3a={value}"), format!("{old}=")));
        assert!(phone.get("/api/me").await.headers.get(SET_COOKIE).is_none(), "once");
    }
}

#[tokio::test]
async fn a_cookie_that_is_no_session_here_is_left_alone() {
    let porch = Porch::start();
    let mut phone = porch.browser();
    for name in ["__Host-porch", "__Host-porch-0a0a"] {
        phone.cookie = Some(format!("{name}={}", "A".repeat(43)));
        let reply = phone.get("/api/me").await;
        assert_eq!((reply.status, reply.headers.get(SET_COOKIE)), (401, None));
    }
}
