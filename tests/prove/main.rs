//! Long proofs: claims that take hundreds of people, thousands of sockets or minutes to show. `cargo xtask prove NAME`
//! runs one; the ordinary tests hold the same claims in small.
//!
//! Each proof prints its figures, and compares what it measures with a quiet moment of the same run, since machines are
//! noisy.

#[path = "../e2e/support/mod.rs"]
#[expect(dead_code, unused_imports, reason = "shared with the tests in tests/e2e, which need more of it")]
mod support;

mod figures;
mod filling;
mod guests_home;
mod joins;
mod newcomers;
mod password_race;
mod queries;
mod reaction_storm;
mod room_flood;
mod search_flood;
mod seed;
mod slow_readers;
mod talking;
