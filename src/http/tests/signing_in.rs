use super::*;
use crate::proto::limits::SESSION_DAYS_MAX;

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
