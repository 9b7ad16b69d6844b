//! A folder that is in use, and a disk that fails: real limits, in a process of its own.

use std::process::Command;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::super::{Database, Trouble, Window, database};
use super::*;

#[test]
fn a_folder_in_use_is_refused_until_it_is_free() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let refusal = open(fixture.dir.path()).err().unwrap();
    assert!(matches!(refusal, OpenError::Held { .. }));
    assert!(refusal.to_string().contains("already running"));
    fixture.send(EVERYONE, users[0], "a", "the first one is not disturbed");
    assert_eq!(fixture.reopen().snapshot.seq, 1);
}

#[test]
fn a_folder_that_is_not_there_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(open(&dir.path().join("missing")), Err(OpenError::Disk { .. })));
}

#[test]
fn closing_keeps_what_was_queued_and_leaves_one_file() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let (tell, told) = mpsc::channel();
    for i in 0..50 {
        let tell = tell.clone();
        let op = append(EVERYONE, users[0], &format!("m{i}"), "x");
        fixture.store.submit(op, move |result| tell.send(result).unwrap()).unwrap();
    }
    fixture.store.close();
    drop(tell);
    assert_eq!(told.iter().filter(is_made).count(), 50);
    let mut files: Vec<String> = std::fs::read_dir(fixture.dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("porch.db"))
        .collect();
    files.sort();
    assert_eq!(files, ["porch.db"]);
    assert_eq!(fixture.reopen().snapshot.seq, 50);
}

#[test]
fn a_run_is_known_to_those_after_it_once_it_has_let_people_in_or_changed_anything() {
    let known = |fixture: &Fixture| fixture.snapshot.epochs.len() - 1;
    let mut fixture = Fixture::new();
    for _ in 0..3 {
        fixture = fixture.reopen();
    }
    assert_eq!(known(&fixture), 0, "starts that came to nothing");
    fixture.register("Ada");
    let epoch = fixture.snapshot.epochs[0];
    let mut fixture = fixture.reopen();
    assert_eq!(fixture.snapshot.epochs[..1], [epoch]);
    fixture.store.begin();
    fixture = fixture.reopen();
    assert_eq!(known(&fixture), 2);
    assert_eq!(known(&fixture.reopen()), 2);
}

/// Runs this test binary again for one test, told by this variable that it is the inner one.
const INNER: &str = "PORCH_TEST_FAILING_DISK";

/// Runs the test of this name as the inner one under a shell that first does `prepare`.
fn run_inner(prepare: &str, test: &str, folder: &Path) -> std::process::Output {
    let script = format!("{prepare}; exec \"$0\" --exact \"$1\" --nocapture --test-threads=1");
    Command::new("sh")
        .args(["-c", &script])
        .arg(std::env::current_exe().unwrap())
        .arg(format!("store::tests::disk::{test}"))
        .env(INNER, folder)
        .output()
        .unwrap()
}

/// What must hold while the disk takes nothing: whoever writes is told, nobody sees anything, and it works again by
/// itself once `relieve` was called.
fn fail_and_recover(dir: &Path, (faults, trouble): (&[Fault], Trouble), fill: impl FnOnce(), relieve: impl FnOnce()) {
    let (store, _) = open(dir).unwrap();
    let fixture = Fixture { store, snapshot: Snapshot::default(), dir: tempfile::tempdir().unwrap() };
    let ada = fixture.register("Ada").id;
    fixture.send(EVERYONE, ada, "before", "before");
    fill();
    let large = "large ".repeat(1_000);
    let mut stored = 1;
    let mut failed = Vec::new();
    while failed.len() < 3 {
        let id = format!("m{stored}-{}", failed.len());
        match fixture.try_apply(append(EVERYONE, ada, &id, &large)) {
            Ok(outcome @ Outcome::Made { .. }) if failed.is_empty() => {
                stored += 1;
                assert_eq!(appended(outcome).n, stored);
            }
            Err(fault) => failed.push((id, fault)),
            other => panic!("{other:?}"),
        }
        assert!(stored < 100_000, "the disk never fails");
    }
    assert!(failed.iter().all(|(_, fault)| faults.contains(fault)), "{failed:?}");
    // A whole batch fails together, whatever it holds.
    let batch = (0..5).map(|i| append(EVERYONE, ada, &format!("b{i}"), &large));
    assert!(fixture.apply_all(batch).iter().all(Result::is_err));
    // The log keeps the place of what was rolled back, which may do for something smaller.
    while fixture.try_apply(append(EVERYONE, ada, &format!("small-{stored}"), "x")).is_ok() {
        stored += 1;
    }
    let token = [7; 32];
    let come_in = || fixture.try_apply(sign_in(ada, "Ada", 7));
    // Something so small may still find place in what the log has of the disk already.
    let came_in = come_in().is_ok();
    assert_eq!(fixture.store.session(&token, NOON).is_some(), came_in, "known is what was stored, and nothing else");
    assert!(fixture.try_apply(append(EVERYONE, ada, "still", &large)).is_err());
    fixture.store.mark_read(EVERYONE, ada, NOON, stored);
    let newest = |fixture: &Fixture| {
        let page = fixture.read(|reader| reader.history(ada, EVERYONE, Window::Newest, 1)).unwrap();
        page.messages[0].n
    };
    assert_eq!(newest(&fixture), stored);
    assert_eq!(fixture.store.trouble(), Some(trouble));
    // What is copied from the log for which there is no place leaves a database that says it is longer than it is.
    let checkpoint = || {
        let db = rusqlite::Connection::open(dir.join("porch.db")).unwrap();
        db.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
    };
    assert!(checkpoint().is_err() || trouble != Trouble::Full, "for this test to mean anything");
    assert_eq!(database(dir).unwrap(), Database::Known);
    relieve();
    assert!(came_in || come_in().is_ok());
    assert!(fixture.store.session(&token, NOON).is_some());
    for (id, _) in failed {
        stored += 1;
        assert_eq!(fixture.send(EVERYONE, ada, &id, "again").n, stored, "the numbers have no gap");
    }
    assert_eq!(fixture.store.trouble(), None);
    assert_eq!(newest(&fixture), stored);
    fixture.index();
    fixture.store.close();
    let (store, snapshot) = open(dir).unwrap();
    assert_eq!((snapshot.seq, snapshot.rooms[0].last_n), (stored, stored));
    store.close();
    let db = rusqlite::Connection::open(dir.join("porch.db")).unwrap();
    let check: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
}

#[test]
fn a_disk_that_refuses_writes_fails_the_batch_and_nothing_else() {
    if let Some(folder) = std::env::var_os(INNER) {
        // Files of this process may not grow beyond this: the write itself fails, with EFBIG.
        let limit =
            |bytes| setrlimit(Resource::Fsize, Rlimit { current: bytes, ..getrlimit(Resource::Fsize) }).unwrap();
        fail_and_recover(
            Path::new(&folder),
            (&[Fault::Storage], Trouble::Failing),
            || limit(Some(400_000)),
            || limit(None),
        );
        println!("inner test passed");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    // The signal that comes with the error would end the process.
    let output = run_inner("trap '' XFSZ", "a_disk_that_refuses_writes_fails_the_batch_and_nothing_else", dir.path());
    assert!(String::from_utf8_lossy(&output.stdout).contains("inner test passed"), "{output:#?}");
}

#[test]
fn a_full_disk_fails_the_batch_and_works_again_when_space_returns() {
    if let Some(folder) = std::env::var_os(INNER) {
        let dir = Path::new(&folder);
        let ballast = dir.join("ballast");
        let fill = || std::fs::write(&ballast, vec![0; 1 << 20]).unwrap();
        let relieve = || std::fs::remove_file(&ballast).unwrap();
        fail_and_recover(dir, (&[Fault::DiskFull], Trouble::Full), fill, relieve);
        println!("inner test passed");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mount = format!("mount -t tmpfs -o size=2m none '{}'", dir.path().display());
    let own_mounts = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c", script]);
        command
    };
    if !own_mounts(&mount).status().is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED: a file system of its own cannot be mounted here; the test before this one covers the rest");
        return;
    }
    let test = "store::tests::disk::a_full_disk_fails_the_batch_and_works_again_when_space_returns";
    let script = format!("{mount} && exec \"$0\" --exact {test} --nocapture --test-threads=1");
    let output = own_mounts(&script).arg(std::env::current_exe().unwrap()).env(INNER, dir.path()).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("inner test passed"), "{output:#?}");
}
