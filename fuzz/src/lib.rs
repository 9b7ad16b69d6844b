//! The hub with the world of its property tests around it, for a fuzzer to make days of; and what takes people's files apart,
//! for it to make files of.
//!
//! All of it is compiled in by path: it needs nothing of what porch links to (SQLite, TLS, pictures), so that a target builds
//! in seconds. Nothing here is unsafe, so no sanitizer is needed:
//! `cargo +nightly fuzz run -s none hub_ops corpus/hub_ops seeds/hub_ops`. What it finds becomes a seed: the tests of the
//! crate replay them all.

#![allow(dead_code, reason = "porch uses what the targets do not")]

use std::io::Cursor;

use media::{Media, Outcome};

#[path = "../../src/hub/mod.rs"]
mod hub;
#[path = "../../src/media/mod.rs"]
mod media;
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

/// A file that somebody sends.
pub fn media(bytes: &[u8]) {
    let recognised = |bytes: &[u8]| media::recognise(&mut Cursor::new(bytes)).expect("memory is read");
    let cleaned = |bytes: &[u8]| {
        let mut written = Vec::new();
        let outcome = media::clean(&recognised(bytes), &mut Cursor::new(bytes), &mut written);
        (outcome.expect("memory is read and written"), written)
    };
    let (outcome, written) = cleaned(bytes);
    assert!(written.len() <= bytes.len() + 100, "it has grown");
    if outcome == Outcome::Cleaned {
        assert_eq!(recognised(bytes), recognised(&written), "it has become something else");
        let (outcome, again) = cleaned(&written);
        // Where parts stay in their places, a file that contradicts itself may lose what holds it together.
        let moves = matches!(recognised(bytes).media, Media::Jpeg | Media::Png | Media::WebP | Media::Gif);
        assert!(!moves || (outcome, &again) == (Outcome::Cleaned, &written), "it was not clean");
    }
}
