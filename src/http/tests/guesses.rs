//! Wrong passwords, and how often one may try: whoever guesses waits, and keeps nobody else out.

use super::*;
use crate::auth::rate::Guesser;
use crate::proto::limits::{
    GUESSES_BURST, GUESSES_INTERVAL_MS, GUESSES_NAME_BURST, GUESSES_NAME_INTERVAL_MS, GUESSES_NETWORK_BURST,
    GUESSES_STRANGER_BURST, RENAMES_BURST,
};

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
