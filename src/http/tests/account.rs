use std::io::Cursor;

use super::*;
use crate::proto::limits::{JSON_BYTES_MAX, PICTURE_BYTES_MAX};
use crate::proto::user_name::UserName;

fn photo() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(60, 40, |x, y| image::Rgb([x as u8 * 4, y as u8 * 4, 90]));
    picture.write_to(&mut bytes, image::ImageFormat::Png).expect("a picture is encoded");
    bytes.into_inner()
}

#[tokio::test]
async fn a_name_is_changed_to_a_free_one_or_another_form_of_ones_own() {
    let porch = Porch::start();
    porch.person("Grace").await;
    let mut ada = porch.person("Ada").await;
    for name in ["ADA", "Ada Lovelace", "Ada"] {
        let reply = ada.patch("/api/me", &json!({ "name": name })).await;
        assert_eq!((reply.status, reply.json()["user"]["name"].as_str()), (200, Some(name)));
        assert_eq!(ada.me().await.name, name);
    }
    for name in ["grace", "GRACE ", "Gra\u{441}e"] {
        let reply = ada.patch("/api/me", &json!({ "name": name })).await;
        assert_eq!(reply.refused(), refusal(409, "name_taken"), "{name}");
    }
    assert_eq!(ada.patch("/api/me", &json!({ "name": " " })).await.refused(), refusal(400, "name_invalid"));
    assert_eq!(ada.me().await.name, "Ada");
    let mut elsewhere = porch.browser();
    assert_eq!(elsewhere.take_over("Ada").await.status, 200);
    assert_eq!(elsewhere.login("Ada Lovelace", PASSWORD).await.refused(), refusal(401, "sign_in_failed"));
}

#[tokio::test]
async fn a_name_that_nobody_may_choose_any_more_is_kept_and_does_not_stand_in_the_way() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let name = UserName::parse("Owner").unwrap();
    porch.apply(Op::Account(AccountOp::Rename { user: UserId(1), name })).await;
    let body = json!({ "name": "Owner", "new_password": "better horse", "password": PASSWORD });
    assert_eq!(ada.patch("/api/me", &body).await.status, 200);
    assert_eq!(ada.me().await.name, "Owner");
    assert_eq!(ada.patch("/api/me", &json!({ "name": "OWNER" })).await.refused(), refusal(400, "name_reserved"));
}

#[tokio::test]
async fn a_new_password_needs_the_present_one_and_ends_the_other_sessions() {
    let porch = Porch::start();
    let mut phone = porch.person("Ada").await;
    phone.patch("/api/settings", &json!({ "several_devices": true })).await;
    let mut laptop = porch.browser();
    laptop.login("Ada", PASSWORD).await;
    let connection = porch.connect(&mut laptop).await;

    for (body, want) in [
        (json!({ "new_password": "better horse" }), refusal(400, "bad_request")),
        (json!({ "new_password": "better horse", "password": "wrong horse" }), refusal(403, "password_wrong")),
        (json!({ "new_password": "short", "password": PASSWORD }), refusal(400, "password_short")),
    ] {
        assert_eq!(phone.patch("/api/me", &body).await.refused(), want, "{body}");
    }
    assert!(laptop.is_signed_in().await);

    let body = json!({ "new_password": "better horse", "password": PASSWORD });
    assert_eq!(phone.patch("/api/me", &body).await.status, 200);
    assert_eq!(closed(&connection).await, CloseCode::SignedOut);
    assert!(phone.is_signed_in().await && !laptop.is_signed_in().await);
    assert_eq!(laptop.login("Ada", PASSWORD).await.refused(), refusal(401, "sign_in_failed"));
    assert_eq!(laptop.login("Ada", "better horse").await.status, 200);
}

#[tokio::test]
async fn a_refused_name_leaves_the_password_as_it_was() {
    let porch = Porch::start();
    porch.person("Grace").await;
    let mut ada = porch.person("Ada").await;
    let body = json!({ "name": "grace", "new_password": "better horse", "password": PASSWORD });
    assert_eq!(ada.patch("/api/me", &body).await.refused(), refusal(409, "name_taken"));
    assert_eq!(porch.browser().take_over("Ada").await.status, 200);
}

#[tokio::test]
async fn an_account_is_deleted_by_its_password_only() {
    let porch = Porch::start();
    let mut owner = porch.person("Ada").await;
    let mut grace = porch.person("Grace").await;
    let connection = porch.connect(&mut grace).await;
    let wrong = grace.delete("/api/me", &json!({ "password": "wrong horse" })).await;
    assert_eq!(wrong.refused(), refusal(403, "password_wrong"));
    assert!(grace.is_signed_in().await);
    assert_eq!(owner.get("/api/people").await.json()["people"].as_array().map(Vec::len), Some(2));

    assert_eq!(grace.delete("/api/me", &json!({ "password": PASSWORD })).await.status, 204);
    assert_eq!(grace.cookie, None);
    assert_eq!(closed(&connection).await, CloseCode::SignedOut);
    assert_eq!(owner.get("/api/people").await.json()["people"].as_array().map(Vec::len), Some(1));
    assert_eq!(grace.login("Grace", PASSWORD).await.refused(), refusal(401, "sign_in_failed"));
    porch.person("Grace").await;
}

#[tokio::test]
async fn the_last_owner_cannot_leave_the_box_to_nobody() {
    let porch = Porch::start();
    let mut owner = porch.person("Ada").await;
    let grace = porch.person("Grace").await.me().await;
    let leave = json!({ "password": PASSWORD });
    assert_eq!(owner.delete("/api/me", &leave).await.refused(), refusal(409, "last_owner"));
    assert!(owner.is_signed_in().await);
    porch.apply(Op::Account(AccountOp::MakeOwner { user: grace.id })).await;
    assert_eq!(owner.delete("/api/me", &leave).await.status, 204);
}

#[tokio::test]
async fn a_picture_is_set_seen_changed_and_taken_away() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let mut grace = porch.person("Grace").await;
    let path = |user: &User, edge: u32| format!("/pictures/{}/{}/{edge}", user.id, user.picture);

    assert_eq!(ada.put("/api/me/picture", photo()).await.status, 200);
    let first = ada.me().await;
    assert_ne!(first.picture, 0);
    for edge in [32, 96, 256] {
        let reply = grace.get(&path(&first, edge)).await;
        assert_eq!((reply.status, &reply.headers["content-type"]), (200, &"image/jpeg".parse().unwrap()));
        assert_eq!(reply.headers["cache-control"], "private, max-age=31536000, immutable");
        let picture = image::load_from_memory_with_format(&reply.body, image::ImageFormat::Jpeg).unwrap();
        assert_eq!((picture.width(), picture.height()), (edge, edge));
    }
    let mut wrong = vec![path(&first, 33), path(&first, 0), format!("/pictures/{}/{}/32", first.id, first.picture + 1)];
    wrong.extend(["/pictures/99/1/32", "/pictures/a/b/c", "/pictures/1/1/-1"].map(String::from));
    for path in wrong {
        let reply = grace.get(&path).await;
        assert_eq!(reply.refused(), refusal(404, "not_found"), "{path}");
        assert_eq!(reply.headers["cache-control"], "no-store", "it may be there tomorrow");
    }

    assert_eq!(ada.put("/api/me/picture", photo()).await.status, 200);
    let second = ada.me().await;
    assert_ne!(second.picture, first.picture, "a new picture has a new address");
    assert_eq!(grace.get(&path(&second, 96)).await.status, 200);

    assert_eq!(ada.delete("/api/me/picture", &json!({})).await.json()["user"]["picture"], 0);
    assert_eq!(grace.get(&path(&second, 96)).await.status, 404);
}

#[tokio::test]
async fn what_is_no_picture_or_too_large_changes_nothing() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let text = ada.put("/api/me/picture", b"text, whatever its name ends in".to_vec()).await;
    assert_eq!(text.refused(), refusal(400, "picture_unreadable"));
    assert_eq!(ada.put("/api/me/picture", Vec::new()).await.refused(), refusal(400, "picture_unreadable"));
    let large = ada.put("/api/me/picture", vec![0; PICTURE_BYTES_MAX + 1]).await;
    assert_eq!(large.refused(), refusal(413, "picture_large"));
    assert_eq!(ada.me().await.picture, 0);
    assert_eq!(ada.put("/api/me/picture", photo()).await.status, 200, "and the place for uploads is free again");
}

#[tokio::test]
async fn the_list_of_people_is_sent_once_and_again_when_it_changed() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let first = ada.get("/api/people").await;
    assert_eq!(first.json()["people"][0]["name"], "Ada");
    assert_eq!(first.headers["cache-control"], "private, no-cache");
    let etag = first.headers["etag"].to_str().unwrap().to_owned();
    for tags in [etag.clone(), format!("\"x\", W/{etag}"), "*".into()] {
        let again = ada.send("GET", "/api/people", "", &[("if-none-match", &tags)]).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{tags}");
        assert_eq!(again.headers["etag"], etag);
    }
    porch.person("Grace").await;
    let changed = ada.send("GET", "/api/people", "", &[("if-none-match", &etag)]).await;
    assert_eq!((changed.status, changed.json()["people"].as_array().map(Vec::len)), (200, Some(2)));
    ada.patch("/api/me", &json!({ "name": "Ada Lovelace" })).await;
    assert_eq!(ada.get("/api/people").await.json()["people"][0]["name"], "Ada Lovelace");
}

#[tokio::test]
async fn settings_are_the_owners() {
    let porch = Porch::start();
    let mut owner = porch.person("Ada").await;
    let mut member = porch.person("Grace").await;
    assert_eq!(member.get("/api/settings").await.refused(), refusal(403, "forbidden"));
    let ask = json!({ "several_devices": true });
    assert_eq!(member.patch("/api/settings", &ask).await.refused(), refusal(403, "forbidden"));
    let before = json!({ "settings": { "registration_open": true, "several_devices": false, "guests": true,
        "wifi_name": "", "wifi_key": "", "wifi_hidden": false, "steps_done": [],
        "file_bytes_max": 2_147_483_648_u64, "person_bytes_max": 0, "all_bytes_max": 0 } });
    assert_eq!(owner.get("/api/settings").await.json(), before);
    let after = json!({ "settings": { "registration_open": true, "several_devices": true, "guests": true,
        "wifi_name": "", "wifi_key": "", "wifi_hidden": false, "steps_done": ["devices"],
        "file_bytes_max": 2_147_483_648_u64, "person_bytes_max": 0, "all_bytes_max": 0 } });
    assert_eq!(owner.patch("/api/settings", &ask).await.json(), after);
    assert_eq!(owner.get("/api/settings").await.json(), after);
    let unknown = owner.patch("/api/settings", &json!({ "colour": "red" })).await;
    assert_eq!(unknown.refused(), refusal(400, "bad_request"));
}

#[tokio::test]
async fn first_steps_are_added_to_those_that_are_done_and_nobody_but_the_owner_sees_them() {
    let porch = Porch::start();
    let mut owner = porch.person("Ada").await;
    let mut member = porch.person("Grace").await;
    let done = |answer: &Reply| answer.json()["settings"]["steps_done"].clone();
    let room = owner.patch("/api/settings", &json!({ "steps_done": ["room", "room"] })).await;
    assert_eq!(done(&room), json!(["room"]));
    let invite = owner.patch("/api/settings", &json!({ "steps_done": ["invite"] })).await;
    assert_eq!(done(&invite), json!(["invite", "room"]));
    assert_eq!(done(&owner.patch("/api/settings", &json!({ "steps_done": [] })).await), json!(["invite", "room"]));
    let asked = owner.patch("/api/settings", &json!({ "several_devices": false })).await;
    assert_eq!(done(&asked), json!(["devices", "invite", "room"]), "an answer in the settings is one too");
    let unknown = owner.patch("/api/settings", &json!({ "steps_done": ["dance"] })).await;
    assert_eq!(unknown.refused(), refusal(400, "bad_request"));
    let all = json!({ "steps_done": ["devices", "invite", "poster", "room"] });
    assert_eq!(member.patch("/api/settings", &all).await.refused(), refusal(403, "forbidden"));
    assert_eq!(done(&owner.get("/api/settings").await), json!(["devices", "invite", "room"]));
}

#[tokio::test]
async fn how_the_box_is_is_told_to_its_owner_alone() {
    let porch = Porch::start();
    let mut owner = porch.person("Ada").await;
    let mut member = porch.person("Grace").await;
    assert_eq!(member.get("/api/doctor").await.refused(), refusal(403, "forbidden"));
    assert_eq!(porch.browser().get("/api/doctor?quick=true").await.refused(), refusal(401, "not_signed_in"));
    assert_eq!(owner.get("/api/doctor?deep=true").await.refused(), refusal(400, "bad_request"));
    let report = owner.get("/api/doctor").await.json();
    let checks = report["checks"].as_array().unwrap();
    let told: std::collections::BTreeSet<_> = checks.iter().map(|line| line["check"].as_str().unwrap()).collect();
    assert_eq!(told.len(), crate::proto::doctor::Check::ALL.len(), "{report}");
    // In this process no part tells of itself.
    assert_eq!(owner.get("/api/doctor?quick=true").await.json(), json!({ "checks": [] }));
}

#[tokio::test]
async fn a_look_that_nobody_waits_for_any_more_keeps_its_turn() {
    let (begin, mut begun) = tokio::sync::mpsc::channel(1);
    let (release, held) = std::sync::mpsc::sync_channel::<()>(0);
    let held = Mutex::new(held);
    let stuck = move || {
        let _ = begin.try_send(());
        let _ = held.lock().unwrap().recv();
        crate::lan::mdns::Names::new("porch", "7f3a")
    };
    let porch = Porch::start_with(Live { names: Some(Box::new(stuck)), ..Live::default() });
    let mut owner = porch.person("Ada").await;
    tokio::select! {
        reply = owner.get("/api/doctor") => panic!("it cannot be done: {reply:?}"),
        _ = begun.recv() => {}
    }
    // Its browser is gone. Were the turn free, each reload of the page would hold a thread that others wait for.
    assert!(porch.app.examining.try_lock().is_err());
    drop(release);
    let _free = porch.app.examining.lock().await;
}

#[tokio::test]
async fn two_changes_of_settings_at_once_both_count() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let mut tablet = porch.browser();
    tablet.cookie.clone_from(&ada.cookie);
    for (guests, name) in [(false, "one"), (true, "two"), (false, "three"), (true, "four")] {
        let (guests_only, wifi_only) = (json!({ "guests": guests }), json!({ "wifi_name": name }));
        let (one, other) =
            tokio::join!(ada.patch("/api/settings", &guests_only), tablet.patch("/api/settings", &wifi_only));
        assert_eq!((one.status, other.status), (200, 200));
        let settings = ada.get("/api/settings").await.json()["settings"].clone();
        assert_eq!((&settings["guests"], &settings["wifi_name"]), (&json!(guests), &json!(name)));
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_whether_or_not_it_says_so() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let padded = |bytes: usize| format!("{{{}}}", " ".repeat(bytes - 2));
    assert_eq!(ada.send("PATCH", "/api/me", padded(JSON_BYTES_MAX), &[]).await.status, 200);
    let over = padded(JSON_BYTES_MAX + 1);
    assert_eq!(ada.send("PATCH", "/api/me", over.clone(), &[]).await.refused(), refusal(413, "too_large"));
    let said = over.len().to_string();
    let reply = ada.send("PATCH", "/api/me", over, &[("content-length", &said)]).await;
    assert_eq!(reply.refused(), refusal(413, "too_large"));
}

#[tokio::test]
async fn what_the_api_does_not_know_is_not_found_in_json() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    for (method, path) in [
        ("GET", "/api"),
        ("GET", "/api/"),
        ("GET", "/api/nothing"),
        ("POST", "/api/nothing/here"),
        ("PUT", "/api/login"),
        ("DELETE", "/api/sessions/x"),
        ("DELETE", "/api/sessions/18446744073709551616"),
    ] {
        assert_eq!(ada.send(method, path, "{}", &[]).await.refused(), refusal(404, "not_found"), "{method} {path}");
    }
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_the_page_to_itself() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    for path in ["/", "/api/me", "/api/nothing", "/healthz"] {
        let reply = ada.get(path).await;
        let policy = reply.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("connect-src 'self' wss://porch.local"), "{path}: {policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(reply.headers[name], value, "{path}");
        }
        assert!(reply.headers.get("strict-transport-security").is_none());
    }
    assert_eq!(ada.get("/api/me").await.headers["cache-control"], "no-store");
    assert_eq!(ada.get("/api/nothing").await.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn answers_of_the_api_say_by_which_time_the_box_lives() {
    let porch = Porch::start();
    let mut stranger = porch.browser();
    porch.pass(400 * 86_400_000);
    let now = porch.clock.load(Ordering::Relaxed).to_string();
    assert_eq!(stranger.get("/api/box").await.headers["porch-now"], now.as_str());
    assert_eq!(stranger.get("/api/me").await.headers["porch-now"], now.as_str(), "refusals too");
    assert!(stranger.get("/").await.headers.get("porch-now").is_none(), "the page itself is the same for everyone");
}
