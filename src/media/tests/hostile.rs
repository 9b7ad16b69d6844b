//! Made-up files, and real ones that were tampered with: nothing panics, nothing goes on for ever, nothing grows.

use proptest::prelude::*;

use super::*;

/// Bytes that a cleaned file may have more than it had: an EXIF with an orientation, in whatever a format needs around it.
const MORE_BYTES_MAX: usize = 100;

/// Goes through a file in every way.
pub(super) fn go_through(file: &[u8]) {
    let found = recognised(file);
    for media in ALL {
        // Whatever a caller believes it to be.
        let found = Found { media, ..found };
        let mut written = Vec::new();
        let outcome = clean(&found, &mut Cursor::new(file), &mut written).expect("memory is read and written");
        assert!(written.len() <= file.len() + MORE_BYTES_MAX, "{} became {}", file.len(), written.len());
        let is_clean = matches!(outcome, Outcome::Cleaned | Outcome::CleanedHeavy);
        if is_clean && found.media == recognised(file).media {
            assert_eq!(recognised(&written).media, found.media);
        }
        let mut in_place = Cursor::new(file.to_vec());
        clean_in_place(&found, &mut in_place).expect("memory is read and written");
        assert_eq!(in_place.into_inner().len(), file.len());
    }
}

const ALL: [Media; 9] = [
    Media::Jpeg,
    Media::Png,
    Media::WebP,
    Media::Gif,
    Media::Avif,
    Media::Mp4Video,
    Media::WebmVideo,
    Media::Heic,
    Media::Tiff,
];

/// Places and what is put there.
fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, Change)>> {
    let change = prop_oneof![
        any::<u8>().prop_map(Change::Byte),
        prop_oneof![Just(0), Just(1), Just(u32::MAX), Just(0x7fff_ffff), any::<u32>()].prop_map(Change::Number),
        Just(Change::CutHere),
        (1..64_usize).prop_map(Change::Remove),
        (1..64_usize).prop_map(Change::Repeat),
    ];
    prop::collection::vec((any::<prop::sample::Index>(), change), 1..6)
}

#[derive(Clone, Debug)]
enum Change {
    Byte(u8),
    Number(u32),
    CutHere,
    Remove(usize),
    Repeat(usize),
}

impl Change {
    fn make(&self, file: &mut Vec<u8>, at: usize) {
        match self {
            Self::Byte(byte) => file[at] = *byte,
            Self::Number(number) => {
                for (byte, new) in file[at..].iter_mut().zip(number.to_be_bytes()) {
                    *byte = new;
                }
            }
            Self::CutHere => file.truncate(at),
            Self::Remove(bytes) => {
                file.drain(at..(at + bytes).min(file.len()));
            }
            Self::Repeat(bytes) => {
                let again = file[at..(at + bytes).min(file.len())].to_vec();
                file.splice(at..at, again);
            }
        }
    }
}

#[test]
fn the_seeds_of_the_fuzz_target_media_pass() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/media");
    let mut played = 0;
    for entry in std::fs::read_dir(folder).expect("the seeds are part of the project") {
        go_through(&std::fs::read(entry.expect("the seeds can be listed").path()).expect("a seed is read"));
        played += 1;
    }
    assert!(played > 0);
}

proptest! {
    // PROPTEST_CASES asks for more.
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_bytes_there_are_nothing_panics(head in 0..HEADS.len(), bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        go_through(&bytes);
        go_through(&[HEADS[head], &bytes].concat());
    }

    #[test]
    fn real_files_that_were_tampered_with_do_no_harm(which in any::<prop::sample::Index>(), changes in changes()) {
        let files = [kinds::pictures(), kinds::others()].concat();
        let mut file = which.get(&files).1.clone();
        for (at, change) in changes {
            if !file.is_empty() {
                let at = at.index(file.len());
                change.make(&mut file, at);
            }
        }
        go_through(&file);
    }
}

/// With which something may begin that is gone on with.
const HEADS: [&[u8]; 12] = [
    b"\xff\xd8\xff",
    b"\xff\xd8\xff\xda\0\x02",
    b"\x89PNG\r\n\x1a\n",
    b"RIFF\xff\xff\0\0WEBP",
    b"GIF89a",
    b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic\0\0\x02\0meta",
    b"\0\0\0\x18ftypisom\0\0\0\0isommp42\0\0\x02\0moov",
    b"II*\0\x08\0\0\0",
    b"MM\0\x2a\0\0\0\x08\0\x02\x01\x4a\0\x04",
    b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0",
    b"\x1a\x45\xdf\xa3",
    b"OggS\0\x02",
];
