use serde_json::{Value, json};

use super::*;
use crate::proto::limits::{MONITOR_DEVICES_MAX, MONITOR_ERRORS_MAX};
use crate::proto::monitor::PageTimes;

/// 2026-11-20, 12:00 UTC.
const NOON: Millis = 1_795_176_000_000;

fn sender(host: u8) -> Sender {
    Sender { device: "Chrome on Android".into(), network: Network::of([192, 168, 1, host].into()) }
}

fn beacon(fields: &Value) -> Beacon {
    let mut whole = json!({"version":"0.1.0","errors":[],"long_tasks":0,"longest_ms":0,"lost":0});
    whole.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    serde_json::from_value(whole).unwrap()
}

fn error(name: &str, top: &str, count: u32) -> Value {
    json!({"name":name,"text":"… is not a function","stack":[top, "b.js:2:2"],"screen":"room","count":count})
}

/// A beacon with one error.
fn with_error(name: &str, top: &str, count: u32) -> Beacon {
    beacon(&json!({ "errors": [error(name, top, count)] }))
}

fn names(monitor: &mut Monitor, now: Millis) -> Vec<String> {
    monitor.shown(now).errors.iter().map(|error| error.name.as_str().to_owned()).collect()
}

#[test]
fn the_same_error_at_the_same_place_is_one_with_its_count_and_where_it_was_met() {
    let mut monitor = Monitor::default();
    let old = Sender { device: "Safari on iPhone".into(), ..sender(2) };
    monitor.take(with_error("TypeError", "a.js:1:1", 2), &sender(1), NOON);
    monitor.take(with_error("TypeError", "a.js:1:1", 1), &sender(1), NOON + DAY_MS);
    monitor.take(with_error("TypeError", "a.js:1:1", 4), &old, NOON + 5);
    monitor.take(with_error("TypeError", "a.js:1:2", 1), &sender(1), NOON + 9);
    let shown = monitor.shown(NOON + DAY_MS).errors;
    let places: Vec<_> = shown.iter().map(|error| (error.stack[0].as_str(), error.count)).collect();
    assert_eq!(places, [("a.js:1:1", 7), ("a.js:1:2", 1)], "the latest first");
    assert_eq!((shown[0].first_at, shown[0].last_at), (NOON, NOON + DAY_MS));
    let seen: Vec<_> = shown[0].seen.iter().map(|seen| (seen.device.as_str(), seen.count)).collect();
    assert_eq!(seen, [("Chrome on Android", 3), ("Safari on iPhone", 4)]);
}

#[test]
fn times_add_up_over_days_and_by_device() {
    let mut monitor = Monitor::default();
    let old = Sender { device: "Safari on iPhone".into(), ..sender(2) };
    for _ in 0..3 {
        monitor.take(beacon(&json!({"load_ms":700,"interaction_ms":40})), &sender(1), NOON);
    }
    monitor.take(beacon(&json!({"load_ms":9_000,"long_tasks":2,"longest_ms":800})), &old, NOON + DAY_MS);
    monitor.take(beacon(&json!({"long_tasks":1,"longest_ms":90,"lost":1})), &old, NOON);
    let shown = monitor.shown(NOON + DAY_MS);
    let PageTimes { loads, load_ms_p75, slow_loads, interactions, long_tasks, longest_ms, lost, .. } = shown.times;
    assert_eq!((loads, load_ms_p75, slow_loads, interactions), (4, Some(800), 1, 3));
    assert_eq!((long_tasks, longest_ms, lost), (3, 800, 1));
    let by_device: Vec<_> =
        shown.devices.iter().map(|told| (told.device.as_str(), told.times.loads, told.times.slow_loads)).collect();
    assert_eq!(by_device, [("Chrome on Android", 3, 0), ("Safari on iPhone", 1, 1)]);
}

#[test]
fn whoever_floods_loses_their_own_errors_and_nobody_elses() {
    let mut monitor = Monitor::default();
    monitor.take(with_error("TypeError", "a.js:1:1", 1), &sender(1), NOON);
    for n in 0..10 * MONITOR_ERRORS_MAX {
        monitor.take(with_error("Flood", &format!("a.js:1:{n}"), u32::MAX), &sender(66), NOON + 1);
    }
    monitor.take(with_error("RangeError", "a.js:2:1", 1), &sender(2), NOON + 2);
    let told = names(&mut monitor, NOON + 2);
    assert_eq!(told.len(), MONITOR_ERRORS_MAX);
    assert_eq!(told.iter().filter(|name| *name != "Flood").collect::<Vec<_>>(), ["RangeError", "TypeError"]);
    let changes = monitor.changes(NOON + 2).unwrap();
    assert_eq!((changes.rows.errors.len(), changes.errors_gone.len()), (MONITOR_ERRORS_MAX, 0));
}

#[test]
fn where_everybody_tells_one_the_oldest_goes() {
    let mut monitor = Monitor::default();
    for n in 0..=u8::try_from(MONITOR_ERRORS_MAX).unwrap() {
        monitor.take(with_error("TypeError", &format!("a.js:1:{n}"), 1), &sender(n), NOON + i64::from(n));
    }
    let shown = monitor.shown(NOON).errors;
    assert_eq!(shown.len(), MONITOR_ERRORS_MAX);
    assert!(shown.iter().all(|error| error.stack[0].as_str() != "a.js:1:0"));
}

#[test]
fn a_flood_of_devices_shares_a_row_and_every_day_has_its_own() {
    let mut monitor = Monitor::default();
    for day in 0..2 {
        for n in 0..10 * MONITOR_DEVICES_MAX {
            let strange = Sender { device: format!("Browser {n}"), ..sender(1) };
            monitor.take(beacon(&json!({"load_ms":100})), &strange, NOON + day * DAY_MS);
        }
    }
    let shown = monitor.shown(NOON + DAY_MS);
    assert_eq!(shown.devices.len(), MONITOR_DEVICES_MAX + 1);
    assert_eq!(shown.times.loads as usize, 20 * MONITOR_DEVICES_MAX);
    assert_eq!(monitor.changes(NOON + DAY_MS).unwrap().rows.times.len(), 2 * (MONITOR_DEVICES_MAX + 1));
}

#[test]
fn a_beacon_without_times_makes_no_row_of_them() {
    let mut monitor = Monitor::default();
    monitor.take(with_error("TypeError", "a.js:1:1", 1), &sender(1), NOON);
    assert_eq!(monitor.shown(NOON).devices, []);
}

#[test]
fn what_is_older_than_the_days_it_is_kept_is_gone_from_the_owner_and_from_the_disk() {
    let mut monitor = Monitor::default();
    monitor.take(with_error("TypeError", "a.js:1:1", 1), &sender(1), NOON);
    monitor.take(beacon(&json!({"load_ms":100})), &sender(1), NOON);
    monitor.changes(NOON).unwrap();
    let last = NOON + MONITOR_KEPT_DAYS * DAY_MS;
    monitor.take(with_error("TypeError", "a.js:1:1", 4), &sender(1), last);
    assert_eq!(monitor.shown(last).errors[0].count, 5);
    assert_eq!(monitor.shown(last).times.loads, 1);
    let gone = last + DAY_MS;
    assert_eq!(monitor.shown(gone).errors[0].count, 4, "each day goes by itself");
    assert_eq!(monitor.shown(gone).times.loads, 0);
    let changes = monitor.changes(gone).unwrap();
    assert_eq!((changes.errors_gone, changes.times_gone), (vec![1], vec![1]));
}

#[test]
fn what_was_told_while_the_clock_was_far_ahead_does_not_stay_for_ever() {
    let mut monitor = Monitor::default();
    monitor.take(with_error("TypeError", "a.js:1:1", 1), &sender(1), NOON + 400 * DAY_MS);
    monitor.take(with_error("RangeError", "a.js:1:1", 1), &sender(1), NOON + 1_000);
    assert_eq!(names(&mut monitor, NOON), ["RangeError"], "a moment ahead is no fault");
}

#[test]
fn what_was_kept_is_the_same_after_a_restart_and_only_what_changes_is_written() {
    let mut monitor = Monitor::default();
    assert!(monitor.changes(NOON).is_none());
    monitor.take(with_error("TypeError", "a.js:1:1", 2), &sender(1), NOON);
    monitor.take(with_error("RangeError", "a.js:1:1", 1), &sender(1), NOON);
    monitor.take(beacon(&json!({"load_ms":700,"interaction_ms":40,"long_tasks":1,"longest_ms":60})), &sender(1), NOON);
    let changes = monitor.changes(NOON).unwrap();
    assert!(monitor.changes(NOON).is_none(), "nothing has changed since");
    let mut restored = Monitor::restored(changes.rows);
    assert_eq!(restored.shown(NOON), monitor.shown(NOON));
    restored.take(with_error("TypeError", "a.js:1:1", 1), &sender(1), NOON + 1);
    let changes = restored.changes(NOON + 1).unwrap();
    let written: Vec<_> = changes.rows.errors.iter().map(|row| (row.name.as_str(), row.count)).collect();
    assert_eq!((written, changes.rows.times.len()), (vec![("TypeError", 3)], 0));
}

#[test]
fn what_was_not_written_is_written_the_next_time_and_what_is_cleared_never() {
    let mut monitor = Monitor::default();
    monitor.take(with_error("TypeError", "a.js:1:1", 2), &sender(1), NOON);
    monitor.take(beacon(&json!({"lost":1})), &sender(1), NOON);
    let changes = monitor.changes(NOON).unwrap();
    let rows = changes.rows.clone();
    monitor.put_back(changes);
    assert_eq!(monitor.changes(NOON).unwrap().rows, rows);
    monitor.take(with_error("TypeError", "a.js:1:1", 2), &sender(1), NOON);
    monitor.clear();
    assert!(monitor.changes(NOON).is_none());
    assert_eq!(monitor.shown(NOON), Monitor::default().shown(NOON));
}
