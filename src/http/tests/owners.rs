//! What an owner of the box does with others' accounts, and what those are told.

use super::guests::wanted;
use super::*;
use crate::proto::limits::{CODE_KEPT_MS, GUESSES_STRANGER_BURST};
use crate::proto::room::RoomKind;

const NEW_PASSWORD: &str = "better horse";

impl Browser {
    /// Why this browser is signed in no longer, as it is told.
    async fn why_out(&mut self) -> Value {
        let reply = self.get("/api/me").await;
        assert_eq!(reply.refused(), refusal(401, "not_signed_in"));
        reply.json()["error"]["ended"].clone()
    }

    async fn code_for(&mut self, user: UserId) -> String {
        let reply = self.post(&format!("/api/people/{user}/code"), &json!({})).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()["code"].as_str().expect("a code").to_owned()
    }

    async fn reset(&mut self, name: &str, code: &str) -> Reply {
        let body = json!({ "name": name, "code": code, "new_password": NEW_PASSWORD });
        self.post("/api/reset", &body).await
    }
}

#[tokio::test]
async fn acts_on_accounts_are_an_owners_and_never_on_ones_own() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let mut grace = porch.person("Grace").await;
    let mut eve = porch.person("Eve").await;
    let (me, her) = (ada.me().await.id, grace.me().await.id);
    let acts = |user: UserId| {
        let path = |what: &str| format!("/api/people/{user}/{what}");
        [
            ("PUT", path("owner")),
            ("DELETE", path("owner")),
            ("DELETE", path("sessions")),
            ("POST", path("code")),
            ("DELETE", path("account")),
        ]
    };
    for (method, path) in acts(her) {
        assert_eq!(eve.send(method, &path, "", &[]).await.refused(), refusal(403, "forbidden"), "{method} {path}");
        let stranger = porch.browser().send(method, &path, "", &[]).await;
        assert_eq!(stranger.refused(), refusal(401, "not_signed_in"), "{method} {path}");
    }
    for (method, path) in acts(me) {
        assert_eq!(ada.send(method, &path, "", &[]).await.refused(), refusal(403, "forbidden"), "{method} {path}");
    }
    for (method, path) in acts(UserId(99)) {
        assert_eq!(ada.send(method, &path, "", &[]).await.refused(), refusal(404, "not_found"), "{method} {path}");
    }
    assert!(grace.is_signed_in().await && ada.is_signed_in().await);
}

#[tokio::test]
async fn an_owner_makes_another_who_may_take_it_from_the_first() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let mut grace = porch.person("Grace").await;
    let (first, second) = (ada.me().await.id, grace.me().await.id);
    let room = porch.guest_room(RoomKind::Open, "Kitchen", first).await;
    let token = ada.token(&wanted(room)).await;
    let made = ada.send("PUT", &format!("/api/people/{second}/owner"), "", &[]).await;
    assert_eq!((made.status, &made.json()["user"]["role"]), (200, &json!("owner")));
    assert_eq!(grace.get("/api/settings").await.status, 200);
    let revoked = grace.send("DELETE", &format!("/api/people/{first}/owner"), "", &[]).await;
    assert_eq!((revoked.status, &revoked.json()["user"]["role"]), (200, &json!("member")));
    assert_eq!(ada.get("/api/settings").await.refused(), refusal(403, "forbidden"));
    let again = ada.send("DELETE", &format!("/api/people/{second}/owner"), "", &[]).await;
    assert_eq!(again.refused(), refusal(403, "forbidden"), "of two who do it at once, the second is none any more");
    let guest = porch.came(&token, "Zoe").await.me().await.id;
    let refused = grace.send("PUT", &format!("/api/people/{guest}/owner"), "", &[]).await;
    assert_eq!(refused.refused(), refusal(403, "forbidden"), "a guest owns nothing");
}

#[tokio::test]
async fn who_is_signed_out_or_deleted_by_the_owner_is_told_so() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let mut grace = porch.person("Grace").await;
    let her = grace.me().await.id;
    let connection = porch.connect(&mut grace).await;
    assert_eq!(ada.delete(&format!("/api/people/{her}/sessions"), &json!({})).await.status, 204);
    assert_eq!(closed(&connection).await, CloseCode::SignedOut);
    let before = grace.cookie.clone();
    assert_eq!(grace.get("/api/rooms").await.json()["error"]["ended"], Value::Null, "only who asks who they are");
    assert_eq!(grace.cookie, before);
    assert_eq!(grace.why_out().await, "signed_out_by_owner");
    assert_eq!(grace.login("Grace", PASSWORD).await.status, 200, "and back by the password");
    let connection = porch.connect(&mut grace).await;
    assert_eq!(ada.delete(&format!("/api/people/{her}/account"), &json!({})).await.status, 204);
    assert_eq!(closed(&connection).await, CloseCode::SignedOut);
    assert_eq!(grace.why_out().await, "account_deleted_by_owner");
    assert_eq!(grace.login("Grace", PASSWORD).await.refused(), refusal(401, "sign_in_failed"));
    assert_eq!(ada.get("/api/people").await.json()["people"].as_array().map(Vec::len), Some(1));
    assert_eq!(porch.browser().why_out().await, Value::Null, "who was never here has not been sent away");
    let mut phone = porch.person("Mia").await;
    assert_eq!(porch.browser().take_over("Mia").await.status, 200);
    assert_eq!(phone.why_out().await, "taken_over", "though nothing was open there");
}

#[tokio::test]
async fn a_code_sets_a_new_password_once_and_signs_in() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let mut grace = porch.person("Grace").await;
    let her = grace.me().await.id;
    let void = ada.code_for(her).await;
    let code = ada.code_for(her).await;
    assert_eq!(code.len(), 9, "{code}");
    let mut laptop = porch.browser();
    for (name, wrong) in [("Grace", &void), ("Ada", &code), ("Nobody", &code), ("", &code)] {
        assert_eq!(laptop.reset(name, wrong).await.refused(), refusal(401, "code_wrong"), "{name}");
    }
    let short = json!({ "name": "Grace", "code": code, "new_password": "short" });
    assert_eq!(laptop.post("/api/reset", &short).await.refused(), refusal(400, "password_short"));
    assert!(grace.is_signed_in().await, "nothing has happened yet");
    let connection = porch.connect(&mut grace).await;
    assert_eq!(laptop.reset(" grace ", &code.to_uppercase().replace('-', " ")).await.status, 200);
    assert_eq!(laptop.me().await.id, her);
    assert_eq!(closed(&connection).await, CloseCode::SignedOut);
    assert_eq!(grace.why_out().await, "password_changed");
    assert_eq!(porch.browser().reset("Grace", &code).await.refused(), refusal(401, "code_wrong"), "it was for once");
    assert_eq!(grace.login("Grace", PASSWORD).await.refused(), refusal(401, "sign_in_failed"));
    let takeover = json!({ "name": "Grace", "password": NEW_PASSWORD, "takeover": true });
    assert_eq!(grace.post("/api/login", &takeover).await.status, 200);
    let late = ada.code_for(her).await;
    porch.pass(CODE_KEPT_MS);
    assert_eq!(porch.browser().reset("Grace", &late).await.refused(), refusal(403, "code_ended"));
}

#[tokio::test]
async fn a_reset_whose_answer_was_lost_is_repeated_and_signs_in() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let her = porch.person("Grace").await.me().await.id;
    let code = ada.code_for(her).await;
    let [own, foreign] = ["A", "Q"].map(|letter| letter.repeat(22));
    let ask = |secret: &str| json!({ "name": "Grace", "code": code, "new_password": NEW_PASSWORD, "attempt": secret });
    let mut lost = porch.browser();
    assert_eq!(lost.post("/api/reset", &ask(&own)).await.status, 200);
    let mut again = porch.browser();
    assert_eq!(again.post("/api/reset", &ask(&own)).await.status, 200);
    assert!(again.is_signed_in().await && !lost.is_signed_in().await);
    let stranger = porch.browser().post("/api/reset", &ask(&foreign)).await;
    assert_eq!(stranger.refused(), refusal(401, "code_wrong"));
}

#[tokio::test]
async fn codes_are_guessed_at_as_seldom_as_passwords_and_a_right_one_never_counts() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let mut grace = porch.person("Grace").await;
    let her = grace.me().await.id;
    let mut eve = porch.browser();
    eve.peer = "192.168.1.66:5".parse().unwrap();
    for _ in 0..GUESSES_STRANGER_BURST - 1 {
        assert_eq!(eve.reset("Grace", "aaaa-aaaa").await.refused(), refusal(401, "code_wrong"));
    }
    // One table for both: a code is no second chance to guess.
    assert_eq!(eve.login("Grace", "wrong horse").await.refused(), refusal(401, "sign_in_failed"));
    assert_eq!(eve.reset("Grace", "aaaa-aaaa").await.refused(), refusal(429, "slow_down"));
    for _ in 0..3 {
        let code = ada.code_for(her).await;
        let mut elsewhere = porch.browser();
        assert_eq!(elsewhere.reset("Grace", &code).await.status, 200, "who has the code is not kept out");
    }
}

#[tokio::test]
async fn a_guest_without_a_password_comes_in_elsewhere_by_a_code() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let room = porch.guest_room(RoomKind::Open, "Kitchen", ada.me().await.id).await;
    let token = ada.token(&wanted(room)).await;
    let mut phone = porch.came(&token, "Zoe").await;
    let guest = phone.me().await;
    let code = ada.code_for(guest.id).await;
    let mut laptop = porch.browser();
    assert_eq!(laptop.reset("Zoe", &code).await.status, 200);
    let me = laptop.me().await;
    assert_eq!((me.id, me.role), (guest.id, BoxRole::Guest));
    assert_eq!(phone.why_out().await, "password_changed");
    assert_eq!(ada.delete(&format!("/api/people/{}", guest.id), &json!({})).await.status, 204);
    assert_eq!(laptop.why_out().await, "stay_ended");
}
