//! Made-up days: whatever people, devices, the disk and the network do, what the hub says stays true.

use proptest::prelude::*;

use super::model::{Step, World};

/// Steps of a day: enough for rooms to be made, filled, left and come back to.
const STEPS_MAX: usize = 300;

fn steps() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec(any::<[u8; Step::BYTES]>().prop_map(Step::decode), 0..STEPS_MAX)
}

proptest! {
    // PROPTEST_CASES asks for more; a failure prints its day, which is made small.
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn everyone_is_told_what_concerns_them_once_in_order_and_nothing_else(day in steps()) {
        World::live(day);
    }

    #[test]
    fn the_same_inputs_give_the_same_outputs(day in steps()) {
        let first = World::transcript(day.iter().copied());
        let second = World::transcript(day);
        let differs = first.iter().zip(&second).find(|(first, second)| first != second);
        prop_assert_eq!(differs, None);
        prop_assert_eq!(first.len(), second.len());
    }
}

/// Runs `play` with what every file in `fuzz/seeds/{target}` holds.
fn replay(target: &str, play: impl Fn(&[u8])) {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut played = 0;
    for entry in std::fs::read_dir(dir).expect("the seeds are part of the project") {
        let path = entry.expect("the seeds can be listed").path();
        play(&std::fs::read(path).expect("a seed can be read"));
        played += 1;
    }
    assert!(played > 0, "no seeds for {target}");
}

#[test]
fn the_seeds_of_the_fuzz_target_hub_ops_pass() {
    replay("hub_ops", |bytes| World::live(Step::decode_all(bytes)));
}

#[test]
fn the_seeds_of_the_fuzz_target_client_message_pass() {
    replay("client_message", World::hear);
}
