//! Files of every kind, each with [`SECRET`](make::SECRET) wherever its format lets anybody write something beside what is seen.

mod damaged;
mod films;
mod hostile;
mod kinds;
mod make;
mod pictures;

use std::io::Cursor;

use super::*;

fn recognised(file: &[u8]) -> Found {
    recognise(&mut Cursor::new(file)).expect("memory is read")
}

/// What comes of cleaning a file, and what was written; what stands in it where nothing needed to be.
fn cleaned(file: &[u8]) -> (Outcome, Vec<u8>) {
    let mut written = Vec::new();
    let outcome = clean(&recognised(file), &mut Cursor::new(file), &mut written).expect("memory is read and written");
    if outcome == Outcome::CleanBefore {
        assert!(written.is_empty());
        return (outcome, file.to_vec());
    }
    (outcome, written)
}

fn must_clean(file: &[u8]) -> Vec<u8> {
    let (outcome, written) = cleaned(file);
    assert!(matches!(outcome, Outcome::Cleaned | Outcome::CleanBefore), "{outcome:?}");
    written
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}
