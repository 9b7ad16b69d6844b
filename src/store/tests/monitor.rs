//! What the monitor has kept.

use super::*;
use crate::proto::histogram::Histogram;
use crate::proto::op::{ErrorRow, MonitorChanges, MonitorOp, MonitorRows, Needs, TimesRow};

fn error_row(id: u64, count: u32) -> ErrorRow {
    ErrorRow {
        id,
        day: 20_777,
        name: String::from("TypeError").try_into().unwrap(),
        text: String::from("… is not a function").try_into().unwrap(),
        stack: serde_json::from_str(r#"["index-Dai2Pmb6.js:1:2345","Menu-abc.js:2:1"]"#).unwrap(),
        version: String::from("0.1.0").try_into().unwrap(),
        device: "Chrome on Android".into(),
        screen: String::from("room").try_into().unwrap(),
        count,
        first_at: NOON,
        last_at: NOON + 1,
    }
}

fn times_row(id: u64) -> TimesRow {
    let mut loads = Histogram::default();
    loads.add(700);
    let device = "Chrome on Android".into();
    let interactions = Histogram::default();
    TimesRow { id, day: 20_777, device, loads, interactions, long_tasks: 2, longest_ms: u32::MAX, lost: 1 }
}

fn keep(errors: Vec<ErrorRow>, times: Vec<TimesRow>, gone: Vec<u64>) -> Op {
    let rows = MonitorRows { errors, times };
    Op::Monitor(MonitorOp::Keep(MonitorChanges { rows, errors_gone: gone.clone(), times_gone: gone }))
}

#[test]
fn what_the_monitor_keeps_is_read_as_it_was_after_a_restart() {
    let fixture = Fixture::new();
    fixture.apply(keep(vec![error_row(1, 2), error_row(2, u32::MAX)], vec![times_row(1), times_row(2)], vec![]));
    fixture.apply(keep(vec![error_row(1, 3)], vec![], vec![2]));
    let fixture = fixture.reopen();
    let rows = fixture.read(|reader| reader.monitored());
    assert_eq!(rows, MonitorRows { errors: vec![error_row(1, 3)], times: vec![times_row(1)] });
}

#[test]
fn an_owner_clears_it_and_nobody_else_does() {
    let fixture = Fixture::new();
    fixture.apply(create_user("Ada"));
    fixture.apply(create_user("Grace"));
    fixture.apply(keep(vec![error_row(1, 2)], vec![times_row(1)], vec![]));
    let clear = |by| Op::Asked { by: SessionId(by), needs: Needs::Owner, op: Op::Monitor(MonitorOp::Clear).into() };
    assert!(matches!(fixture.apply(clear(2)), Outcome::Refused(ErrorCode::Forbidden)));
    assert_eq!(fixture.read(|reader| reader.monitored()).errors.len(), 1);
    assert!(matches!(fixture.apply(clear(1)), Outcome::Made { .. }));
    assert_eq!(fixture.read(|reader| reader.monitored()), MonitorRows::default());
}
