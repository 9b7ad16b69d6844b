//! A box whose clock is wrong: a board without a battery that wakes up in 1970, and one that is ten years ahead.
//!
//! The binary's clock is wrong by libfaketime, which answers it in the kernel's place; the client's is right. How
//! timedated sets the clock is in `timedated.rs`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{
    DAY, Device, EVERYONE, FAKETIME, Folder, Person, Porch, Start, ask_plainly, eventually, ms, now, number, tool,
};

/// A bus that is not there: whether the machine of the test keeps its own clock must not matter.
const NO_BUS: &str = "DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent";

const RIGHT: &str = "+0";
const LONG_AGO: &str = "@1970-01-02 00:00:00";
const YEARS_AHEAD: &str = "+10y";
const MONTHS_AHEAD: &str = "+300d";
const YEAR: Duration = Duration::from_secs(365 * 86_400);

/// What porch is started under for its clock to say `clock` (see faketime(1)). The monotonic clock stays right, as it
/// does on a board.
fn at(clock: &str) -> Vec<String> {
    let preload = format!("LD_PRELOAD={FAKETIME}");
    let clock = format!("FAKETIME={clock}");
    ["env", NO_BUS, &preload, &clock, "FAKETIME_DONT_FAKE_MONOTONIC=1"].map(String::from).to_vec()
}

async fn start(folder: &Folder, clock: &str) -> Porch {
    Porch::start_with(Start { under: at(clock), ..Start::on(folder) }).await
}

async fn sent_at(device: &mut Device, id: &str) -> u64 {
    number(&device.post(EVERYONE, id, id).await["sent_at"])
}

async fn clock(owner: &Person) -> (u64, String) {
    let clock = owner.get("/api/clock").await;
    assert_eq!(clock["can_set"], false, "{clock}");
    (number(&clock["now"]), clock["trust"].as_str().expect("a word").to_owned())
}

#[tokio::test]
async fn a_box_in_1970_or_ten_years_ahead_serves_a_certificate_that_a_right_clock_accepts_and_says_what_is_wrong() {
    if !tool(FAKETIME) {
        return;
    }
    let says = |trust| match trust {
        "behind" => "the clock says 1970-01-02",
        _ => "years past the last time known here",
    };
    for (wrong, trust) in [(LONG_AGO, "behind"), (YEARS_AHEAD, "ahead")] {
        let folder = Folder::new();
        let porch = start(&folder, wrong).await;
        // This takes TLS with the right time.
        let owner = porch.door.register("Ada").await;
        // The build may be some months old.
        for (later, accepted) in [(DAY, true), (100 * DAY, true), (10 * YEAR, false)] {
            assert_eq!(porch.door.accepted_at(now() + later).await, accepted, "{wrong}: in {later:?}");
        }
        let (told, trusted) = clock(&owner).await;
        assert_eq!(trusted, trust);
        let date = owner.ask("GET", "/", None).await.header("date").expect("a browser counts by it").to_owned();
        let plain = ask_plainly(porch.http, "/").await.header("date").expect("the guide has one too").to_owned();
        for date in [date, plain] {
            assert!(!date.contains(" 1970 ") && !date.contains(" 203"), "{date}");
        }
        // From the build on, which was today or not long ago.
        assert!(told <= ms(now()) && told > ms(now() - YEAR), "{wrong}: {told}");
        assert!(folder.log().contains(says(trust)), "{wrong}: {}", folder.log());
        assert!(porch.stop().await.success());
    }
    let folder = Folder::new();
    let porch = start(&folder, RIGHT).await;
    let owner = porch.door.register("Ada").await;
    assert_eq!(clock(&owner).await.1, "plausible");
    assert!(!folder.log().contains("the clock says"), "{}", folder.log());
}

#[tokio::test]
async fn messages_keep_their_order_and_their_times_while_the_clock_goes_wrong_and_right_again() {
    if !tool(FAKETIME) {
        return;
    }
    let folder = Folder::new();
    let began = ms(now());
    let mut times = Vec::new();
    let mut cookie = None;
    for (run, wrong) in [RIGHT, LONG_AGO, RIGHT, YEARS_AHEAD, RIGHT].into_iter().enumerate() {
        let porch = start(&folder, wrong).await;
        let owner = match cookie.take() {
            None => porch.door.register("Ada").await,
            // Ten years would end a session; a wrong clock does not.
            Some(cookie) => Person { door: porch.door.clone(), cookie, id: 1 },
        };
        let mut device = owner.arrive().await;
        for message in 0..2 {
            times.push(sent_at(&mut device, &format!("{run}-{message}")).await);
        }
        cookie = Some(owner.cookie.clone());
        if run < 4 {
            assert!(porch.stop().await.success());
            continue;
        }
        let history = owner.get(&format!("/api/rooms/{EVERYONE}/messages")).await;
        let messages = history["messages"].as_array().expect("a list");
        let bodies: Vec<String> = messages.iter().map(|message| message["body"].to_string()).collect();
        let sent: Vec<String> = (0..5).flat_map(|run| [format!("\"{run}-0\""), format!("\"{run}-1\"")]).collect();
        assert_eq!(bodies, sent);
        assert!(messages.iter().map(|message| number(&message["id"])).is_sorted(), "{messages:?}");
        // Search finds them by their day.
        for (query, count) in [("before:2000-01-01", 0), ("after:2000-01-01", 10), ("after:2035-01-01", 0)] {
            let page = owner.get(&format!("/api/search?q={query}")).await;
            assert_eq!(page["hits"].as_array().map(Vec::len), Some(count), "{query}: {page}");
        }
    }
    assert!(times.is_sorted(), "{times:?}");
    assert!(times[0] >= began && times[9] <= ms(now()), "{times:?}");
}

#[tokio::test]
async fn after_a_power_cut_the_newest_message_tells_how_late_it_is() {
    if !tool(FAKETIME) {
        return;
    }
    let folder = Folder::new();
    let porch = start(&folder, RIGHT).await;
    let owner = porch.door.register("Ada").await;
    let before = sent_at(&mut owner.arrive().await, "before").await;
    porch.kill().await;

    let porch = start(&folder, LONG_AGO).await;
    let owner = Person { door: porch.door.clone(), ..owner };
    let after = sent_at(&mut owner.arrive().await, "after").await;
    assert!(after >= before && after <= ms(now()), "{before} {after}");
}

#[tokio::test]
async fn a_box_that_was_months_ahead_comes_back_when_the_owner_says_that_the_clock_is_right() {
    if !tool(FAKETIME) {
        return;
    }
    let folder = Folder::new();
    // Months are no reason for doubt: a box may have rested so long.
    let porch = start(&folder, MONTHS_AHEAD).await;
    assert!(!porch.door.accepted_at(now()).await, "a leaf of this clock has not begun for anyone else");
    assert!(porch.stop().await.success());

    // Corrected while porch was off, and nobody vouches for it.
    let porch = start(&folder, RIGHT).await;
    let in_its_time = now() + 300 * DAY;
    let owner = porch.door.at(in_its_time).register("Ada").await;
    let (told, trust) = clock(&owner).await;
    assert!(trust == "behind" && told > ms(now() + 299 * DAY), "{trust} {told}");

    // What the owner says, the clock says too: there is nothing to set.
    let answer = owner.ask("PUT", "/api/clock", Some(&json!({"now": ms(now())}))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["trust"], "plausible");
    assert!(number(&answer.json()["now"]) <= ms(now()), "{answer:?}");
    eventually("a certificate of the right time", || folder.log().contains("has not begun")).await;
    assert!(porch.door.accepted_at(now()).await);
    let owner = Person { door: porch.door.clone(), ..owner };
    let sent = sent_at(&mut owner.arrive().await, "back").await;
    assert!(sent <= ms(now()), "{sent}");

    // And it stays so, even after a power cut.
    let kept = || std::fs::read_to_string(folder.data().join("clock.json")).expect("it is there");
    let time = || number(&serde_json::from_str::<Value>(&kept()).expect("JSON")["time"]);
    eventually("the new time's keeping", || time() <= ms(now())).await;
    porch.kill().await;
    let porch = start(&folder, RIGHT).await;
    let owner = Person { door: porch.door.clone(), ..owner };
    assert_eq!(clock(&owner).await.1, "plausible");
}

#[tokio::test]
async fn the_clock_is_set_by_the_owner_alone_and_to_nothing_impossible() {
    if !tool(FAKETIME) {
        return;
    }
    let porch = start(&Folder::new(), LONG_AGO).await;
    let owner = porch.door.register("Ada").await;
    let member = porch.door.register("Grace").await;
    let right = json!({"now": ms(now())});
    for (who, status, code) in [(Some(&member), 403, "forbidden"), (None, 401, "not_signed_in")] {
        for (method, body) in [("GET", None), ("PUT", Some(&right))] {
            let cookie = who.map(|who| who.cookie.as_str());
            let answer = porch.door.ask(method, "/api/clock", cookie, body).await;
            assert_eq!((answer.status, answer.code().as_str()), (status, code), "{method}");
        }
    }
    for (body, status, code) in [
        (json!({"now": 0}), 400, "clock_impossible"),
        (json!({"now": -1}), 400, "clock_impossible"),
        (json!({"now": i64::MAX}), 400, "clock_impossible"),
        (json!({"now": ms(now() + 30 * YEAR)}), 400, "clock_impossible"),
        (json!({"now": "noon"}), 400, "bad_request"),
        (json!({}), 400, "bad_request"),
        (json!({"now": ms(now()), "ntp": false}), 400, "bad_request"),
        // There is no bus here, and so nobody who could set it.
        (right, 403, "clock_refused"),
    ] {
        let answer = owner.ask("PUT", "/api/clock", Some(&body)).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{body}");
    }
    assert_eq!(clock(&owner).await.1, "behind");
}
