use aws_lc_rs::digest::digest;

use super::*;
use crate::blobs::NewUpload;

struct Fixture {
    dir: tempfile::TempDir,
    blobs: Blobs,
    upload: Arc<Upload>,
}

impl Fixture {
    fn of(bytes: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(dir.path()).unwrap();
        let new = NewUpload { by: UserId(1), bytes, name: "a.bin".to_owned().into(), media_type: String::new() };
        let upload = Upload::new(UploadId([7; 16]), paths(&dir), Note::new(new, 1_000));
        upload.make().unwrap();
        Self { dir, blobs, upload: Arc::new(upload) }
    }

    fn write(&self, at: u64, doubted: bool) -> Result<Writing, UploadFault> {
        Writing::begin(self.upload.clone(), at, doubted)
    }

    /// What it is known by once all of it is here, and all of it.
    fn complete(&self) -> (Option<BlobHash>, Vec<u8>) {
        (self.upload.progress().note.hash, fs::read(&self.upload.bytes).unwrap())
    }

    /// As it is found by the next run.
    fn again(&self) -> Upload {
        Upload::found(UploadId([7; 16]), paths(&self.dir), &self.blobs).unwrap().unwrap()
    }

    /// The same after the power failed: what was not surely on the disk is not believed.
    fn after_power_cut(&self) -> Upload {
        let mut note = Note::read(&self.upload.note_path).unwrap().unwrap();
        note.boot = Some("another".into());
        note.write(&self.upload.note_path).unwrap();
        self.again()
    }
}

fn paths(dir: &tempfile::TempDir) -> (PathBuf, PathBuf) {
    (dir.path().join("bytes"), dir.path().join("bytes.json"))
}

fn sha256(bytes: &[u8]) -> BlobHash {
    BlobHash(digest(&SHA256, bytes).as_ref().try_into().unwrap())
}

#[test]
fn bytes_that_come_in_pieces_and_over_a_restart_are_one_file() {
    let fixture = Fixture::of(10);
    let mut writing = fixture.write(0, false).unwrap();
    writing.write(b"0123").unwrap();
    drop(writing);
    let found = Arc::new(fixture.again());
    assert_eq!(found.progress().at, 4, "what was written counts, though nobody has said that it was all");
    let mut writing = Writing::begin(found.clone(), 4, false).unwrap();
    writing.write(b"456789").unwrap();
    assert_eq!(writing.finish(2_000).unwrap(), 10);
    assert_eq!(found.progress().note.hash, Some(sha256(b"0123456789")));
    assert_eq!(fs::read(&found.bytes).unwrap(), b"0123456789");
    assert_eq!(fixture.again().progress().note.hash, Some(sha256(b"0123456789")));
}

#[test]
fn who_goes_on_elsewhere_is_told_where_it_is_and_too_much_is_not_taken() {
    let fixture = Fixture::of(4);
    let mut writing = fixture.write(0, false).unwrap();
    writing.write(b"ab").unwrap();
    assert!(matches!(fixture.write(1, false), Err(UploadFault::Elsewhere { at: 2 })));
    assert!(matches!(fixture.write(3, false), Err(UploadFault::Elsewhere { at: 2 })));
    assert!(matches!(writing.write(b"cde"), Err(UploadFault::TooLong)));
    writing.write(b"cd").unwrap();
    assert_eq!(writing.finish(0).unwrap(), 4);
    assert!(matches!(fixture.write(4, false), Err(UploadFault::Elsewhere { at: 4 })), "it has ended");
}

#[test]
fn a_newer_request_puts_the_older_out() {
    let fixture = Fixture::of(4);
    let mut hanging = fixture.write(0, false).unwrap();
    hanging.write(b"a").unwrap();
    let mut newer = fixture.write(1, false).unwrap();
    assert!(matches!(hanging.write(b"x"), Err(UploadFault::PutOut)));
    assert!(matches!(hanging.finish(0), Err(UploadFault::PutOut)));
    newer.write(b"bcd").unwrap();
    newer.finish(0).unwrap();
    assert_eq!(fixture.complete(), (Some(sha256(b"abcd")), b"abcd".to_vec()));
}

#[test]
fn what_was_not_compared_with_its_checksum_is_forgotten() {
    let fixture = Fixture::of(6);
    let mut writing = fixture.write(0, true).unwrap();
    writing.write(b"ab").unwrap();
    writing.believe().unwrap();
    writing.finish(0).unwrap();
    let mut writing = fixture.write(2, true).unwrap();
    writing.write(b"XY").unwrap();
    assert_eq!(fixture.again().progress().at, 2, "broken off before it was compared");
    writing.finish(0).unwrap();
    assert_eq!(fixture.upload.progress().at, 2);
    let mut writing = fixture.write(2, false).unwrap();
    writing.write(b"cdef").unwrap();
    writing.finish(0).unwrap();
    assert_eq!(fixture.complete(), (Some(sha256(b"abcdef")), b"abcdef".to_vec()));
}

#[test]
fn bytes_that_were_not_right_are_no_part_of_what_a_restart_finds() {
    let fixture = Fixture::of(200);
    let mut writing = fixture.write(0, true).unwrap();
    writing.write(&[b'X'; 100]).unwrap();
    drop(writing);
    let mut writing = fixture.write(0, true).unwrap();
    writing.write(&[b'a'; 10]).unwrap();
    writing.believe().unwrap();
    writing.finish(0).unwrap();
    assert_eq!(fixture.again().progress().at, 10);
    let mut writing = fixture.write(10, false).unwrap();
    writing.write(&[b'a'; 20]).unwrap();
    drop(writing);
    assert_eq!(fixture.again().progress().at, 30, "and what came without a checksum is");
}

#[test]
fn nobody_goes_on_behind_bytes_that_are_not_compared_yet() {
    let fixture = Fixture::of(6);
    let mut hanging = fixture.write(0, true).unwrap();
    hanging.write(b"XYZ").unwrap();
    assert_eq!(fixture.upload.progress().at, 0);
    assert!(matches!(fixture.write(3, false), Err(UploadFault::Elsewhere { at: 0 })));
    let mut writing = fixture.write(0, false).unwrap();
    writing.write(b"abcdef").unwrap();
    drop(hanging);
    writing.finish(0).unwrap();
    assert_eq!(fixture.complete(), (Some(sha256(b"abcdef")), b"abcdef".to_vec()));
}

#[test]
fn what_was_cut_off_at_its_end_gets_there() {
    let fixture = Fixture::of(4);
    let mut writing = fixture.write(0, false).unwrap();
    writing.write(b"abcd").unwrap();
    assert_eq!(fixture.again().progress().at, 4, "though nobody has said that it was all");
    // Whole, and not noted.
    let (bytes, note_path) = paths(&fixture.dir);
    let mut note = Note::read(&note_path).unwrap().unwrap();
    note.hash = None;
    note.write(&note_path).unwrap();
    let found = Arc::new(fixture.again());
    assert_eq!(found.progress().at, 3, "the last byte comes again");
    let mut writing = Writing::begin(found.clone(), 3, false).unwrap();
    writing.write(b"d").unwrap();
    assert_eq!(found.progress().note.hash, Some(sha256(b"abcd")));
    // Noted, and nowhere.
    fs::remove_file(&bytes).unwrap();
    assert!(Upload::found(UploadId([7; 16]), paths(&fixture.dir), &fixture.blobs).unwrap().is_none());
}

#[test]
fn after_a_power_cut_only_what_is_surely_on_the_disk_counts() {
    let fixture = Fixture::of(UPLOAD_SYNC_BYTES + 10);
    let mut writing = fixture.write(0, false).unwrap();
    writing.write(&vec![7; UPLOAD_SYNC_BYTES as usize]).unwrap();
    writing.write(b"unsure").unwrap();
    assert_eq!(fixture.again().progress().at, UPLOAD_SYNC_BYTES + 6);
    let found = Arc::new(fixture.after_power_cut());
    assert_eq!(found.progress().at, UPLOAD_SYNC_BYTES);
    let mut writing = Writing::begin(found.clone(), UPLOAD_SYNC_BYTES, false).unwrap();
    writing.write(b"0123456789").unwrap();
    writing.finish(0).unwrap();
    let whole = [&vec![7; UPLOAD_SYNC_BYTES as usize][..], b"0123456789"].concat();
    assert_eq!(found.progress().note.hash, Some(sha256(&whole)));
}

#[test]
fn one_that_has_ended_takes_nothing_and_leaves_nothing() {
    let fixture = Fixture::of(4);
    let mut writing = fixture.write(0, false).unwrap();
    writing.write(b"a").unwrap();
    fixture.upload.end().unwrap();
    assert!(matches!(writing.write(b"b"), Err(UploadFault::PutOut)));
    assert!(matches!(writing.finish(0), Err(UploadFault::PutOut)));
    let (bytes, note) = paths(&fixture.dir);
    assert!(!bytes.exists() && !note.exists());
}

#[test]
fn who_has_brought_all_of_it_hears_so_though_it_was_kept_meanwhile() {
    let fixture = Fixture::of(4);
    let mut writing = fixture.write(0, false).unwrap();
    writing.write(b"abcd").unwrap();
    fixture.upload.end().unwrap();
    assert_eq!(writing.finish(0).unwrap(), 4);
}
