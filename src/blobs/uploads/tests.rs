use super::*;
use crate::proto::limits::FILE_BYTES_MAX;
use crate::proto::storage::StorageBound;

fn open(dir: &tempfile::TempDir) -> Uploads {
    Uploads::open(dir.path(), Blobs::open(dir.path()).unwrap()).unwrap()
}

fn new(by: u64, bytes: u64) -> NewUpload {
    NewUpload { by: UserId(by), bytes, name: "图.png".to_owned().into(), media_type: "image/png".into() }
}

fn files(dir: &tempfile::TempDir) -> usize {
    fs::read_dir(dir.path().join("uploads")).unwrap().count()
}

#[test]
fn uploads_are_there_after_a_restart_and_what_nobody_can_go_on_with_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let uploads = open(&dir);
    let [ada, lin] = [1, 2].map(|by| begin(&uploads, new(by, 5), 100).unwrap());
    let mut writing = uploads.write(ada, UserId(1), 0, false).unwrap().unwrap();
    writing.write(b"abc").unwrap();
    let folder = dir.path().join("uploads");
    for stray in ["00112233445566778899aabbccddeeff", &format!("{ada}.new")] {
        fs::write(folder.join(stray), "{").unwrap();
    }
    fs::remove_file(folder.join(lin.to_string())).unwrap();
    let again = open(&dir);
    assert_eq!(again.progress(ada, UserId(1)).unwrap().at, 3);
    assert_eq!(again.progress(ada, UserId(1)).unwrap().note.upload, new(1, 5));
    assert!(again.progress(lin, UserId(2)).is_none());
    assert_eq!(files(&dir), 2);
}

#[test]
fn an_upload_is_its_makers_alone() {
    let dir = tempfile::tempdir().unwrap();
    let uploads = open(&dir);
    let id = begin(&uploads, new(1, 5), 0).unwrap();
    assert!(uploads.progress(id, UserId(2)).is_none() && uploads.write(id, UserId(2), 0, false).is_none());
    assert!(!uploads.remove(id, UserId(2)).unwrap());
    assert!(uploads.remove(id, UserId(1)).unwrap() && !uploads.remove(id, UserId(1)).unwrap());
    assert_eq!(files(&dir), 0);
}

#[test]
fn what_is_too_large_or_too_much_does_not_begin() {
    let dir = tempfile::tempdir().unwrap();
    let uploads = open(&dir);
    assert!(matches!(begin(&uploads, new(1, FILE_BYTES_MAX + 1), 0), Err(Refused::Large)));
    for _ in 0..UPLOADS_OF_ONE_MAX {
        begin(&uploads, new(1, 1), 0).unwrap();
    }
    assert!(matches!(begin(&uploads, new(1, 1), 0), Err(Refused::OfOne)));
    begin(&uploads, new(2, 1), 0).unwrap();
}

const NONE: StorageLimits = StorageLimits { file_bytes_max: FILE_BYTES_MAX, person_bytes_max: 0, all_bytes_max: 0 };

fn begin(uploads: &Uploads, upload: NewUpload, now: Millis) -> Result<UploadId, Refused> {
    uploads.begin(upload, &Held::default(), &NONE, now)
}

/// Begins one of 10 bytes under limits of these bytes, for somebody who has sent so many.
fn under(uploads: &Uploads, (person, all): (u64, u64), (by, sent): (u64, u64)) -> Option<(u64, StorageBound)> {
    let limits = StorageLimits { person_bytes_max: person, all_bytes_max: all, ..NONE };
    let held = Held { sent, ..Held::default() };
    match uploads.begin(new(by, 10), &held, &limits, 0) {
        Ok(_) => None,
        Err(Refused::Over(left)) => Some((left.bytes, left.bound)),
        Err(fault) => panic!("{fault:?}"),
    }
}

#[test]
fn what_is_on_its_way_counts_for_whoever_brings_it() {
    let dir = tempfile::tempdir().unwrap();
    let uploads = open(&dir);
    for _ in 0..3 {
        assert_eq!(under(&uploads, (45, 0), (1, 10)), None);
    }
    assert_eq!(under(&uploads, (45, 0), (1, 10)), Some((5, StorageBound::Person)));
    assert_eq!(under(&uploads, (45, 0), (2, 10)), None, "another's is not theirs");
    uploads.forget(UserId(1));
    assert_eq!(under(&uploads, (45, 0), (1, 10)), None, "it is given back");
    assert_eq!(under(&uploads, (5, 0), (3, 7)), Some((0, StorageBound::Person)), "the limit was lowered");
}

#[test]
fn ten_at_once_do_not_pass_the_limit_together() {
    let dir = tempfile::tempdir().unwrap();
    let uploads = open(&dir);
    let begun = std::thread::scope(|scope| {
        // All of them are begun before the first is waited for.
        let tries = [(); 10].map(|()| scope.spawn(|| under(&uploads, (45, 0), (1, 0)).is_none()));
        tries.into_iter().filter_map(|tried| tried.join().unwrap().then_some(())).count()
    });
    assert_eq!(begun, 4);
}

#[test]
fn an_upload_that_went_to_the_database_meanwhile_counts_once() {
    let dir = tempfile::tempdir().unwrap();
    let uploads = open(&dir);
    let id = bring(&uploads, 1, b"0123456789");
    let limits = StorageLimits { person_bytes_max: 100, ..NONE };
    let left = |held: &Held| uploads.left(UserId(1), held, &limits).unwrap().bytes;
    let running = uploads.running(UserId(1));
    let in_both = Held { running: running.clone(), unsent: [(id, 8)].into(), sent: 0 };
    assert_eq!(left(&in_both), 92, "by what it is kept as");
    let neither = Held { running, ..Held::default() };
    uploads.settle(id);
    assert_eq!((left(&neither), left(&Held::default())), (90, 100));
}

#[test]
fn all_blobs_are_counted_once_each_and_what_comes_and_goes_with_them() {
    let dir = tempfile::tempdir().unwrap();
    let uploads = open(&dir);
    let before = bring(&uploads, 1, b"before");
    let old = keep(&uploads, before, 1);
    uploads.settle(before);
    let uploads = open(&dir);
    assert!(matches!(
        uploads.begin(new(1, 1), &Held::default(), &StorageLimits { all_bytes_max: 100, ..NONE }, 0),
        Err(Refused::Uncounted)
    ));
    assert_eq!(under(&uploads, (0, 0), (9, 0)), None, "without a limit nobody waits");
    for first in 0..=u8::MAX {
        uploads.blobs().folder(first).unwrap();
    }
    assert_eq!(uploads.blobs().counted(), Some((1, 6)));
    for by in [1, 2] {
        let id = bring(&uploads, by, b"the same");
        keep(&uploads, id, by);
        uploads.settle(id);
    }
    assert_eq!(uploads.blobs().counted(), Some((2, 14)));
    assert_eq!(under(&uploads, (0, 30), (1, 0)), Some((6, StorageBound::All)), "10 are on their way");
    remove_unneeded(&uploads, old, false);
    remove_unneeded(&uploads, old, false);
    assert_eq!(uploads.blobs().counted(), Some((1, 8)));
    assert_eq!(under(&uploads, (0, 30), (1, 0)), None);
}

#[test]
fn whoever_goes_gives_back_what_they_were_promised() {
    let dir = tempfile::tempdir().unwrap();
    let uploads = open(&dir);
    let [ada, lin] = [1, 2].map(|by| begin(&uploads, new(by, 5), 0).unwrap());
    uploads.forget(UserId(1));
    assert!(uploads.length(ada, UserId(1)).is_none() && uploads.length(lin, UserId(2)).is_some());
    assert_eq!(files(&dir), 2);
}

#[test]
fn when_there_are_too_many_whoever_has_the_most_makes_place() {
    let dir = tempfile::tempdir().unwrap();
    let uploads = open(&dir);
    let first = begin(&uploads, new(1, 1), 0).unwrap();
    for at in 1..UPLOADS_MAX {
        let by = if at < UPLOADS_OF_ONE_MAX { 1 } else { at as u64 };
        begin(&uploads, new(by, 1), at as Millis).unwrap();
    }
    begin(&uploads, new(3, 1), UPLOADS_MAX as Millis).unwrap();
    assert!(uploads.progress(first, UserId(1)).is_none());
    assert_eq!(uploads.lock().len(), UPLOADS_MAX);
}

#[test]
fn a_folder_that_holds_what_is_not_ours_is_opened_and_that_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let id = begin(&open(&dir), new(1, 5), 0).unwrap();
    for stray in ["uploads/lost+found", "blobs/lost+found"] {
        fs::create_dir(dir.path().join(stray)).unwrap();
    }
    fs::write(dir.path().join("blobs/README"), "mine").unwrap();
    assert!(open(&dir).progress(id, UserId(1)).is_some());
    assert!(dir.path().join("blobs/README").exists());
    // One that cannot be read keeps nobody from talking, and takes nothing away.
    let note = dir.path().join("uploads").join(format!("{id}.json"));
    fs::remove_file(&note).unwrap();
    fs::create_dir(&note).unwrap();
    open(&dir);
    assert!(dir.path().join("uploads").join(id.to_string()).exists());
}

#[test]
fn what_nobody_goes_on_with_is_gone_after_a_day_whatever_the_clock_does() {
    let dir = tempfile::tempdir().unwrap();
    let uploads = open(&dir);
    let [left, gone_on] = [(); 2].map(|()| begin(&uploads, new(1, 5), 0).unwrap());
    let mut writing = uploads.write(gone_on, UserId(1), 0, false).unwrap().unwrap();
    writing.write(b"a").unwrap();
    writing.finish(2 * KEPT_MS - 1).unwrap();
    uploads.expire(KEPT_MS - 1);
    assert!(uploads.progress(left, UserId(1)).is_some());
    uploads.expire(KEPT_MS);
    assert!(uploads.progress(left, UserId(1)).is_none() && uploads.progress(gone_on, UserId(1)).is_some());
    uploads.expire(-1);
    assert_eq!(files(&dir), 2, "the clock was set back");
    uploads.expire(KEPT_MS - 1);
    assert_eq!(files(&dir), 0, "which keeps nothing for longer");
}

fn bring(uploads: &Uploads, by: u64, bytes: &[u8]) -> UploadId {
    let id = begin(uploads, new(by, bytes.len() as u64), 0).unwrap();
    let mut writing = uploads.write(id, UserId(by), 0, false).unwrap().unwrap();
    writing.write(bytes).unwrap();
    writing.finish(KEPT_MS).unwrap();
    id
}

/// Keeps it as it came; what the database would be told.
fn keep(uploads: &Uploads, id: UploadId, by: u64) -> BlobHash {
    let complete = uploads.complete(id, UserId(by)).unwrap();
    let (_, stored) = complete.as_it_came().unwrap();
    complete.keep(&stored, &[(320, b"small".to_vec())]).unwrap();
    stored.hash
}

fn is_there(dir: &tempfile::TempDir, blob: BlobHash) -> bool {
    let blobs = Blobs::open(dir.path()).unwrap();
    let [itself, smaller] = [blobs.read(blob), blobs.preview(blob, 320)].map(|file| file.unwrap().is_some());
    assert_eq!(itself, smaller);
    itself
}

fn remove_unneeded(uploads: &Uploads, blob: BlobHash, is_needed: bool) -> Vec<BlobHash> {
    uploads.remove_unneeded::<io::Error>(vec![blob], |_| Ok(is_needed)).unwrap()
}

#[test]
fn nothing_is_a_file_too() {
    let dir = tempfile::tempdir().unwrap();
    let uploads = open(&dir);
    let id = begin(&uploads, new(1, 0), 0).unwrap();
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(keep(&uploads, id, 1).to_string(), empty);
}

#[test]
fn a_blob_is_there_as_long_as_anything_needs_it() {
    let dir = tempfile::tempdir().unwrap();
    let uploads = open(&dir);
    let [first, second] = [1, 2].map(|by| bring(&uploads, by, b"abc"));
    assert!(uploads.complete(second, UserId(1)).is_none(), "that is another's");
    let blob = keep(&uploads, first, 1);
    assert_eq!(keep(&uploads, second, 2), blob, "the same bytes are kept once");
    uploads.settle(first);
    assert!(remove_unneeded(&uploads, blob, false).is_empty() && is_there(&dir, blob), "an upload becomes it");
    uploads.settle(second);
    assert_eq!(files(&dir), 0);
    assert!(remove_unneeded(&uploads, blob, true).is_empty() && is_there(&dir, blob), "a message needs it");
    assert_eq!(remove_unneeded(&uploads, blob, false), [blob]);
    assert!(!is_there(&dir, blob));
    assert_eq!(remove_unneeded(&uploads, blob, false), [blob], "once more is no fault");
}

#[test]
fn one_that_was_kept_and_not_told_of_is_kept_again_by_the_next_run() {
    let dir = tempfile::tempdir().unwrap();
    let uploads = open(&dir);
    let id = bring(&uploads, 1, b"abc");
    let blob = keep(&uploads, id, 1);
    let again = open(&dir);
    assert_eq!(again.all_complete(), [(id, UserId(1))]);
    assert_eq!(keep(&again, id, 1), blob);
    assert!(remove_unneeded(&again, blob, false).is_empty());
    again.settle(id);
    assert!(again.all_complete().is_empty() && is_there(&dir, blob));
}

#[test]
fn bytes_that_are_written_anew_are_kept_in_place_of_those_that_came() {
    let dir = tempfile::tempdir().unwrap();
    let uploads = open(&dir);
    let id = bring(&uploads, 1, b"abc");
    let complete = uploads.complete(id, UserId(1)).unwrap();
    let ((), stored) = complete.anew(|to| to.write_all(b"clean")).unwrap();
    complete.keep(&stored, &[]).unwrap();
    // Cut off before it was settled.
    let again = open(&dir);
    let complete = again.complete(id, UserId(1)).unwrap();
    let (_, came) = complete.as_it_came().unwrap();
    assert_eq!(fs::read(dir.path().join("uploads").join(id.to_string())).unwrap(), b"abc");
    assert_ne!(came.hash, stored.hash);
    let ((), stored_again) = complete.anew(|to| to.write_all(b"clean")).unwrap();
    complete.keep(&stored_again, &[]).unwrap();
    assert_eq!(stored_again, stored);
    again.settle(id);
    assert_eq!(files(&dir), 0, "what came is gone");
    let blobs: Vec<_> = (0..=u8::MAX).flat_map(|first| again.blobs().folder(first).unwrap()).collect();
    assert_eq!(blobs, [stored.hash]);
}
