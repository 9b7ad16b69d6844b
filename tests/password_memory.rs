//! Hashing passwords gives its memory back. In a file of its own, since it measures the whole process.

use porch::auth::password::{Hasher, Password};
use porch::fair::Asker;

/// Resident memory of this process in KiB.
fn resident_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells a process about itself");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("VmRSS is always there");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("VmRSS is a number")
}

#[test]
fn a_class_that_signs_in_leaves_no_memory_behind() {
    // Threads of a runtime that is new each time, as the pool's threads come and go over a day.
    let round = || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime starts");
        runtime.block_on(async {
            let hasher = Hasher::default();
            let mut class = tokio::task::JoinSet::new();
            for _ in 0..4 {
                let hasher = hasher.clone();
                class.spawn(async move { hasher.hash(Asker::Box, Password::typed("correct horse")).await });
            }
            assert!(class.join_all().await.into_iter().all(|hash| hash.is_ok()));
        });
    };
    round();
    let before = resident_kib();
    for _ in 0..4 {
        round();
    }
    let grown = resident_kib().saturating_sub(before);
    assert!(grown < 8 * 1024, "{grown} KiB more than after the first round");
}
