//! What the benches of the store share: filling it.

use std::sync::mpsc;

use porch::proto::limits::STORE_IN_FLIGHT_MAX;
use porch::proto::op::{Op, Outcome};
use porch::store::Store;

/// Queues all, waiting while the queue is full, until the last is on the disk.
pub(crate) fn apply_all(store: &Store, ops: impl IntoIterator<Item = Op>) -> Vec<Outcome> {
    let (tell, told) = mpsc::channel();
    let mut outcomes = Vec::new();
    let mut waiting = 0;
    for op in ops {
        let tell = tell.clone();
        if waiting == STORE_IN_FLIGHT_MAX {
            outcomes.push(told.recv().expect("an answer"));
            waiting -= 1;
        }
        store.submit(op, move |result| tell.send(result.expect("stored")).expect("the bench listens")).expect("room");
        waiting += 1;
    }
    outcomes.extend((0..waiting).map(|_| told.recv().expect("an answer")));
    outcomes
}
