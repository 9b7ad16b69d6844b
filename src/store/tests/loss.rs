//! What a database has lost is noticed; what a kill or a power cut takes of the unacknowledged is not called a loss.

use std::fs;

use super::super::{Trouble, wal};
use super::*;

/// The files as a killed process leaves them: `without` those that have one of these endings.
fn killed(fixture: &Fixture, without: &[&str]) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(fixture.dir.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_file() && !without.iter().any(|ending| name.ends_with(ending)) {
            fs::copy(&path, copy.path().join(name)).unwrap();
        }
    }
    copy
}

/// With a WAL of some length, and an index that goes as far as it.
fn talked(messages: usize) -> (Fixture, Vec<UserId>) {
    let (fixture, users) = Fixture::with(&["Ada"]);
    for i in 0..messages {
        fixture.send(EVERYONE, users[0], &format!("m{i}"), &format!("message {i}"));
    }
    fixture.index();
    (fixture, users)
}

fn loss_of(dir: &Path) -> (Option<Option<u64>>, u64) {
    let (store, snapshot) = open(dir).unwrap();
    let loss = store.loss().map(|loss| loss.events);
    store.close();
    (loss, snapshot.seq)
}

#[test]
fn a_kill_at_any_moment_is_no_loss() {
    let (fixture, users) = talked(10);
    for i in 0..10 {
        fixture.send(EVERYONE, users[0], &format!("k{i}"), "another");
        let copy = killed(&fixture, &["lock"]);
        assert_eq!(loss_of(copy.path()), (None, 11 + i));
    }
    // In the middle of a write: part of a frame, and whole ones without their commit.
    let bytes = fs::read(wal::path(fixture.dir.path())).unwrap();
    let frame = 24 + 1_024;
    for tail in [&bytes[32..32 + 500], &bytes[32..32 + frame], &bytes[32..32 + 3 * frame + 7]] {
        let copy = killed(&fixture, &["lock"]);
        fs::write(wal::path(copy.path()), [&bytes, tail].concat()).unwrap();
        assert_eq!(loss_of(copy.path()), (None, 20));
    }
    // A power cut may leave an older shared index, or none.
    let old_index = fs::read(fixture.dir.path().join("porch.db-shm")).unwrap();
    fixture.send(EVERYONE, users[0], "last", "the last");
    let copy = killed(&fixture, &["lock"]);
    fs::write(copy.path().join("porch.db-shm"), old_index).unwrap();
    assert_eq!(loss_of(copy.path()), (None, 21));
    assert_eq!(loss_of(killed(&fixture, &["lock", "-shm"]).path()), (None, 21));
}

#[test]
fn a_wal_that_was_cut_is_a_loss_that_is_remembered() {
    let (fixture, _) = talked(40);
    // Either witness alone will do.
    for without in [&["lock"][..], &["lock", "-shm"], &["lock", "search.db", "search.db-wal", "search.db-shm"]] {
        let copy = killed(&fixture, without);
        let whole = fs::read(wal::path(copy.path())).unwrap();
        fs::write(wal::path(copy.path()), &whole[..whole.len() / 2]).unwrap();
        let (loss, seq) = loss_of(copy.path());
        assert!(seq < 40, "{seq}");
        let knows_how_many = !without.contains(&"search.db");
        assert_eq!(loss, Some(knows_how_many.then_some(40 - seq)), "{without:?}");
        // The witnesses have forgotten by now.
        assert_eq!(loss_of(copy.path()), (loss, seq));
    }
}

#[test]
fn changes_without_a_place_in_the_order_are_missed_too() {
    let (fixture, _) = talked(1);
    let before = fs::metadata(wal::path(fixture.dir.path())).unwrap().len();
    fixture.register("Bob");
    let copy = killed(&fixture, &["lock"]);
    let wal = fs::File::options().write(true).open(wal::path(copy.path())).unwrap();
    wal.set_len(before).unwrap();
    assert_eq!(loss_of(copy.path()), (Some(None), 1));
}

#[test]
fn an_older_database_beside_a_newer_index_is_a_loss_and_another_database_is_none() {
    let (fixture, users) = talked(5);
    let fixture = fixture.reopen();
    let old = fs::read(fixture.dir.path().join("porch.db")).unwrap();
    fixture.send(EVERYONE, users[0], "later", "later");
    fixture.index();
    let fixture = fixture.reopen();
    fixture.store.close();
    assert_eq!(loss_of(fixture.dir.path()), (None, 6), "a clean end is none");
    fs::write(fixture.dir.path().join("porch.db"), old).unwrap();
    assert_eq!(loss_of(fixture.dir.path()), (Some(Some(1)), 5));

    let (other, _) = talked(1);
    other.store.close();
    let (mine, _) = talked(9);
    mine.store.close();
    fs::copy(other.dir.path().join("porch.db"), mine.dir.path().join("porch.db")).unwrap();
    assert_eq!(loss_of(mine.dir.path()), (None, 1));
}

#[test]
fn damage_is_found_after_a_run_that_was_broken_off() {
    // Enough for the register of what was sent to be written.
    let (fixture, users) = talked(1);
    let more = (1..300).map(|i| append(EVERYONE, users[0], &format!("m{i}"), &format!("message {i}")));
    assert!(fixture.apply_all(more).iter().all(is_made));
    let fixture = fixture.reopen();
    fixture.send(EVERYONE, users[0], "one", "so that the log is not empty");
    let copy = killed(&fixture, &["lock"]);
    let path = copy.path().join("porch.db");
    let whole = fs::read(&path).unwrap();
    let (store, _) = open(copy.path()).unwrap();
    store.close();
    assert_eq!(store.trouble(), None, "what is sound is not called damaged");

    let copy = killed(&fixture, &["lock"]);
    let mut damaged = whole;
    // A page of the register by which repetitions are found, which opening does not read.
    let holds = |page: &&mut [u8]| {
        let has = |part: &[u8]| page.windows(part.len()).any(|bytes| bytes == part);
        has(b"m100") && !has(b"message 100")
    };
    damaged.chunks_mut(1_024).find(holds).expect("it is somewhere")[..100].fill(0xa5);
    fs::write(copy.path().join("porch.db"), damaged).unwrap();
    let (store, _) = open(copy.path()).unwrap_or_else(|e| panic!("opening reads whole pages only: {e}"));
    let deadline = Instant::now() + PATIENCE;
    while store.trouble() != Some(Trouble::Damaged) {
        assert!(Instant::now() < deadline, "it is not noticed");
        std::thread::yield_now();
    }
    store.close();
}
