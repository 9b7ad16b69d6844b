//! What pages tell of themselves: who may tell, who may read, and what it comes to.

use super::*;
use crate::fair::Asker;
use crate::monitor::Monitor;
use crate::proto::limits::{
    BEACON_ERRORS_MAX, BEACONS_BURST, BEACONS_INTERVAL_MS, BEACONS_NETWORK_BURST, MONITOR_ERRORS_MAX,
    MONITOR_KEPT_DAYS, STACK_FRAMES_MAX,
};
use crate::proto::op::{DAY_MS, MonitorRows};

const PATH: &str = "/api/monitor";

fn beacon() -> Value {
    json!({"version":"0.1.0","errors":[error("index-Dai2Pmb6.js:1:2345")],"load_ms":700,"long_tasks":1,"longest_ms":90,"lost":1})
}

fn error(top: &str) -> Value {
    json!({"name":"TypeError","text":"… is not a function","stack":[top],"screen":"room","count":1})
}

/// What an owner is shown.
fn told_of(monitor: &mut Monitor) -> Value {
    serde_json::to_value(monitor.shown(clock::wall())).expect("JSON")
}

async fn on_disk(porch: &Porch) -> MonitorRows {
    porch.app.store.read(Asker::Box, |reader| reader.monitored()).await.expect("it can be read")
}

#[tokio::test]
async fn every_page_may_tell_and_the_owner_alone_may_read() {
    let porch = Porch::start();
    let mut owner = porch.person("Ada").await;
    let mut member = porch.person("Grace").await;
    let mut stranger = porch.browser();
    for browser in [&mut owner, &mut member, &mut stranger] {
        assert_eq!(browser.post(PATH, &beacon()).await.status, 204);
    }
    for (browser, refused) in [(&mut member, refusal(403, "forbidden")), (&mut stranger, refusal(401, "not_signed_in"))]
    {
        assert_eq!(browser.get(PATH).await.refused(), refused);
        assert_eq!(browser.delete(PATH, &json!({})).await.refused(), refused);
    }
    let told = owner.get(PATH).await.json();
    assert_eq!(told["errors"].as_array().map(Vec::len), Some(1), "{told}");
    assert_eq!(told["errors"][0]["count"], 3);
    let seen = json!([{"version":"0.1.0","device":"Chrome on Android","screen":"room","count":3}]);
    assert_eq!(told["errors"][0]["seen"], seen);
    assert_eq!((&told["times"]["loads"], &told["times"]["lost"]), (&json!(3), &json!(3)));
    assert_eq!(told["devices"][0]["device"], "Chrome on Android");
}

#[tokio::test]
async fn a_beacon_of_another_sites_page_or_in_another_form_is_refused() {
    let porch = Porch::start();
    let mut page = porch.browser();
    let site = [("sec-fetch-site", "cross-site")];
    let reply = page.send("POST", PATH, beacon().to_string(), &site).await;
    assert_eq!(reply.refused(), refusal(403, "origin_refused"));
    let with = |field: &str, value: Value| {
        let mut beacon = beacon();
        beacon[field] = value;
        beacon
    };
    let with_error = |field: &str, value: Value| {
        let mut beacon = beacon();
        beacon["errors"][0][field] = value;
        beacon
    };
    for wrong in [
        with("user", json!("Ada")),
        with("version", json!("a marker text")),
        with("errors", json!(vec![error("a.js:1:1"); BEACON_ERRORS_MAX + 1])),
        with("load_ms", json!(-1)),
        with_error("name", json!("a marker text")),
        with_error("text", json!("标记")),
        with_error("screen", json!("/r/4")),
        with_error("stack", json!(["https://porch.local/r/4"])),
        with_error("stack", json!(vec!["a.js:1:1"; STACK_FRAMES_MAX + 1])),
    ] {
        assert_eq!(page.post(PATH, &wrong).await.refused(), refusal(400, "bad_request"), "{wrong}");
    }
    let large = json!({ "version": "x".repeat(20_000) });
    assert_eq!(page.post(PATH, &large).await.refused(), refusal(413, "too_large"));
    let mut owner = porch.person("Ada").await;
    assert_eq!(owner.get(PATH).await.json()["errors"], json!([]));
}

#[tokio::test]
async fn a_flood_is_slowed_down_and_what_it_leaves_is_bounded() {
    let porch = Porch::start();
    let mut owner = porch.person("Ada").await;
    let mut member = porch.person("Grace").await;
    assert_eq!(member.post(PATH, &beacon()).await.status, 204);
    let mut flood = porch.browser();
    flood.peer = SocketAddr::from((Ipv4Addr::new(192, 168, 1, 66), 40_000));
    let mut told = 0;
    let mut distinct = 0..;
    // A fifth of an hour, ten times a second.
    for _ in 0..7_200 {
        porch.pass(100);
        let errors: Vec<_> = distinct.by_ref().take(BEACON_ERRORS_MAX).map(|n| error(&format!("a.js:1:{n}"))).collect();
        let beacon = json!({"version":"0.1.0","errors":errors,"long_tasks":0,"longest_ms":0,"lost":0});
        match flood.post(PATH, &beacon).await {
            Reply { status: 204, .. } => told += 1,
            reply => assert_eq!(reply.refused(), refusal(429, "slow_down")),
        }
    }
    assert!((BEACONS_NETWORK_BURST..BEACONS_NETWORK_BURST + 80).contains(&told), "{told}");
    assert_eq!(member.post(PATH, &beacon()).await.status, 204, "others are not slowed down");
    let reply = owner.get(PATH).await;
    let errors = reply.json()["errors"].as_array().cloned().expect("errors");
    assert_eq!(errors.len(), MONITOR_ERRORS_MAX);
    assert!(errors.iter().any(|error| error["count"] == 2), "what others told is there");
    porch.app.write_monitored().await;
    assert_eq!(on_disk(&porch).await.errors.len(), MONITOR_ERRORS_MAX);
}

#[tokio::test]
async fn one_persons_pages_have_their_own_measure_whatever_network_they_are_in() {
    let porch = Porch::start();
    let mut member = porch.person("Grace").await;
    for n in 0..BEACONS_BURST {
        member.peer = SocketAddr::from((Ipv4Addr::new(10, 0, 0, u8::try_from(n).unwrap()), 40_000));
        assert_eq!(member.post(PATH, &beacon()).await.status, 204);
    }
    let reply = member.post(PATH, &beacon()).await;
    assert_eq!(reply.refused(), refusal(429, "slow_down"));
    assert_eq!(reply.json()["error"]["retry_ms"], BEACONS_INTERVAL_MS);
    porch.pass(BEACONS_INTERVAL_MS);
    assert_eq!(member.post(PATH, &beacon()).await.status, 204);
}

#[tokio::test]
async fn what_was_told_is_written_down_together_and_known_after_a_restart() {
    let porch = Porch::start();
    let mut owner = porch.person("Ada").await;
    for _ in 0..3 {
        assert_eq!(owner.post(PATH, &beacon()).await.status, 204);
    }
    assert_eq!(on_disk(&porch).await, MonitorRows::default(), "a beacon costs no write");
    porch.app.write_monitored().await;
    let rows = on_disk(&porch).await;
    assert_eq!((rows.errors.len(), rows.errors[0].count, rows.times.len()), (1, 3, 1));
    assert_eq!(told_of(&mut Monitor::restored(rows)), owner.get(PATH).await.json());
}

#[tokio::test]
async fn what_is_old_is_gone_by_the_boxs_own_clock() {
    let porch = Porch::start();
    let mut owner = porch.person("Ada").await;
    owner.post(PATH, &beacon()).await;
    porch.app.write_monitored().await;
    porch.pass(MONITOR_KEPT_DAYS * DAY_MS);
    porch.app.write_monitored().await;
    assert_eq!(owner.get(PATH).await.json()["errors"].as_array().map(Vec::len), Some(1));
    assert_eq!(on_disk(&porch).await.errors.len(), 1);
    porch.pass(DAY_MS);
    porch.app.write_monitored().await;
    assert_eq!(owner.get(PATH).await.json()["errors"], json!([]));
    assert_eq!(on_disk(&porch).await, MonitorRows::default());
}

#[tokio::test]
async fn what_is_cleared_is_gone_from_the_disk_and_comes_back_by_nothing_under_way() {
    let porch = Porch::start();
    let mut owner = porch.person("Ada").await;
    owner.post(PATH, &beacon()).await;
    porch.app.write_monitored().await;
    owner.post(PATH, &beacon()).await;
    let (mut other, app) = (porch.browser(), porch.app.clone());
    other.cookie.clone_from(&owner.cookie);
    let nothing = json!({});
    let (_, reply) = tokio::join!(app.write_monitored(), other.delete(PATH, &nothing));
    assert_eq!(reply.status, 204);
    assert_eq!(owner.get(PATH).await.json(), told_of(&mut Monitor::default()));
    porch.app.write_monitored().await;
    assert_eq!(on_disk(&porch).await, MonitorRows::default());
}
