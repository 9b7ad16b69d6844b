//! The hub with the world of its property tests around it, for a fuzzer to make days of.
//!
//! The hub and its words are compiled in by path: they need nothing of what porch links to (SQLite, TLS, pictures), so
//! that a target builds in seconds. Nothing here is unsafe, so no sanitizer is needed:
//! `cargo +nightly fuzz run -s none hub_ops corpus/hub_ops seeds/hub_ops`. What it finds becomes a seed: the tests of the
//! crate replay them all.

#![allow(dead_code, reason = "porch uses what the targets do not")]

#[path = "../../src/hub/mod.rs"]
mod hub;
#[path = "../../src/hub/tests/model/mod.rs"]
mod model;
#[path = "../../src/proto/mod.rs"]
mod proto;

/// Frames from clients, one a line.
pub fn client_message(bytes: &[u8]) {
    model::World::hear(bytes);
}

/// The steps of a day, four bytes each.
pub fn hub_ops(bytes: &[u8]) {
    model::World::live(model::Step::decode_all(bytes));
}
