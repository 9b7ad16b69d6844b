//! Films keep their bytes in their places, and lose what tells where they were made.

use super::make::*;
use super::*;

const NAMES: [&[u8; 4]; 2] = [b"qt  ", b"isom"];

fn texts(of: &[Vec<u8>]) -> Vec<u8> {
    boxed(b"udta", &[&of.concat()])
}

fn picture_track() -> Vec<u8> {
    track(b"vide", samples_at(&NAMES), &[4], &[])
}

fn of(in_moov: &[Vec<u8>]) -> Vec<u8> {
    film(&NAMES, b"samples", &[&[picture_track()], in_moov].concat(), &[])
}

fn music(list: &[Vec<u8>]) -> Vec<u8> {
    boxed(b"meta", &[&[0; 4], &handler(b"mdir"), &boxed(b"ilst", &[&list.concat()])])
}

#[test]
fn places_are_taken_out_of_every_corner() {
    let apple = boxed(b"meta", &[&handler(b"mdta"), &boxed(b"keys", &[SECRET]), &boxed(b"ilst", &[SECRET])]);
    let xyz = boxed(b"\xa9xyz", &[&[0, 22, 0, 0], SECRET]);
    let ended = boxed(b"udta", &[&xyz, &[0; 4], SECRET]);
    let broken = boxed(b"udta", &[&xyz, &[0, 0, 0, 99], b"loci", SECRET]);
    let track_texts = track(b"soun", samples_at(&NAMES), &[4], &[texts(&[boxed(b"loci", &[SECRET])])]);
    let of_maker = boxed(b"gps ", &[SECRET]);
    let uuid = boxed(b"uuid", &[&[9; 16], SECRET]);
    let free = boxed(b"free", &[SECRET]);
    for part in [apple, texts(&[xyz]), ended, broken, track_texts, of_maker, uuid.clone(), free.clone()] {
        let file = of(&[part]);
        let (outcome, clean) = cleaned(&file);
        assert_eq!((outcome, clean.len()), (Outcome::Cleaned, file.len()));
        assert!(!holds(&clean, SECRET));
        assert!(holds(&clean, b"samples"));
        assert_eq!(recognised(&clean).media, Media::Mp4Video);
    }
    for behind in [uuid, free, boxed(b"sefd", &[SECRET]), boxed(b"meta", &[SECRET]), SECRET.to_vec(), b"SEFT".to_vec()]
    {
        let file = film(&NAMES, b"samples", &[picture_track()], &[behind]);
        let clean = must_clean(&file);
        assert!(clean.len() == file.len() && !holds(&clean, SECRET) && !holds(&clean, b"SEFT"));
    }
}

#[test]
fn titles_stay_and_a_place_among_them_does_not() {
    let title = boxed(b"\xa9nam", &[b"A song"]);
    let place = boxed(b"\xa9xyz", &[SECRET]);
    let other = boxed(b"----", &[SECRET]);
    let clean = must_clean(&of(&[texts(&[music(&[title.clone(), place, other])])]));
    assert!(holds(&clean, b"A song") && !holds(&clean, SECRET));
    let file = of(&[texts(&[music(&[title])])]);
    assert_eq!(cleaned(&file), (Outcome::CleanBefore, file));
}

#[test]
fn a_track_that_tells_of_the_film_is_erased_with_its_samples() {
    let at = samples_at(&NAMES);
    let samples = [b"film", SECRET, b"more", SECRET].concat();
    let told = SECRET.len() as u32;
    let tracks = [
        track(b"vide", at, &[4], &[]),
        track(b"meta", at + 4, &[told - 1, 1], &[]),
        track(b"camm", at + 8 + told, &[told], &[]),
    ];
    let file = film(&NAMES, &samples, &tracks, &[]);
    let clean = must_clean(&file);
    let zeros = [0; SECRET.len()];
    assert!(holds(&clean, &[&b"film"[..], &zeros, b"more", &zeros].concat()));
    assert!(!holds(&clean, b"camm") && holds(&clean, b"vide"));
}

#[test]
fn a_track_of_places_in_fragments_is_not_called_clean() {
    let tracks = [picture_track(), track(b"meta", 0, &[], &[])];
    let file = film(&NAMES, b"samples", &tracks, &[boxed(b"moof", &[]), boxed(b"mdat", &[SECRET])]);
    assert_eq!(cleaned(&file), (Outcome::PlacesLeft, Vec::new()));
    let file = film(&NAMES, b"samples", &tracks[..1], &[boxed(b"moof", &[]), boxed(b"mdat", &[b"fine"])]);
    assert_eq!(cleaned(&file).0, Outcome::CleanBefore);
}

#[test]
fn fragments_keep_what_says_where_samples_are_and_nothing_else() {
    let told = || {
        [
            texts(&[boxed(b"\xa9xyz", &[SECRET])]),
            boxed(b"meta", &[&[0; 4], SECRET]),
            boxed(b"uuid", &[&[9; 16], SECRET]),
            boxed(b"gps ", &[SECRET]),
            boxed(b"free", &[SECRET]),
            [&[0; 4], SECRET].concat(),
        ]
    };
    let number = boxed(b"mfhd", &[&[0, 0, 0, 0, 0, 0, 0, 1]]);
    let piece = [boxed(b"tfhd", &[&[1; 8]]), boxed(b"tfdt", &[&[2; 8]]), boxed(b"trun", &[&[3; 12]])].concat();
    let fragmented = |in_fragment: &[u8], in_piece: &[u8], before: &[u8]| {
        let fragment = boxed(b"moof", &[&number, &boxed(b"traf", &[&piece, in_piece]), in_fragment]);
        film(&NAMES, b"samples", &[picture_track()], &[before.to_vec(), fragment, boxed(b"mdat", &[b"more"])])
    };
    for part in told() {
        for file in [fragmented(&part, &[], &[]), fragmented(&[], &part, &[])] {
            let clean = must_clean(&file);
            assert!(clean.len() == file.len() && !holds(&clean, SECRET));
            assert!(holds(&clean, &number) && holds(&clean, &piece) && holds(&clean, b"more"));
        }
    }
    // When it was made, and what its maker said of it, stands between fragments, too.
    for between in [boxed(b"prft", &[SECRET]), boxed(b"emsg", &[SECRET])] {
        assert!(!holds(&must_clean(&fragmented(&[], &[], &between)), SECRET));
    }
    assert_eq!(cleaned(&fragmented(&[], &[], &[])).0, Outcome::CleanBefore);
    let cut = fragmented(&[0, 0, 0, 99, b'u', b'd', b't', b'a'], &[], &[]);
    assert_eq!(cleaned(&cut), (Outcome::Damaged, Vec::new()));
}

#[test]
fn samples_that_are_said_to_stand_where_the_film_is_described_are_damage() {
    let file = of(&[track(b"meta", 4, &[8], &[])]);
    assert_eq!(cleaned(&file), (Outcome::Damaged, Vec::new()));
    let file = of(&[track(b"meta", samples_at(&NAMES), &[u32::MAX], &[])]);
    assert_eq!(cleaned(&file), (Outcome::Damaged, Vec::new()));
}

#[test]
fn a_film_that_surrounds_one_still_does() {
    let sphere = boxed(b"uuid", &[b"\xff\xcc\x82\x63\xf8\x55\x4a\x93\x88\x14\x58\x7a\x02\x52\x1f\xdd", b"<rdf/>"]);
    let file = of(&[track(b"soun", samples_at(&NAMES), &[4], &[sphere])]);
    assert_eq!(cleaned(&file).0, Outcome::CleanBefore);
}

#[test]
fn a_film_larger_than_memory_is_read_in_pieces() {
    let file = of(&[boxed(b"gps ", &[SECRET])]);
    let mut long = brands(&NAMES);
    // A box of 3 GiB, by its long length, in a file that is all zeros there.
    let bytes: u64 = 3 << 30;
    long.extend([&[0, 0, 0, 1][..], b"mdat", &(bytes + 16).to_be_bytes()].concat());
    let sparse = Sparse { head: long, zeros: bytes, tail: file[brands(&NAMES).len()..].to_vec(), at: 0, read: 0 };
    let mut file = sparse;
    let found = recognise(&mut file).expect("it is read");
    assert_eq!(found.media, Media::Mp4Video);
    assert!(file.read < 1 << 20, "{} bytes were read", file.read);
    let mut input = Input::new(&mut file, MEDIA_STEPS_MAX).expect("it is read");
    let overwrites = overwrites(found.media, &mut input).expect("it is gone through").expect("a film");
    assert!(!overwrites.is_empty());
    assert!(file.read < 1 << 20, "{} bytes were read", file.read);
}

/// A file of which most is zeros, and which counts what is read of it.
struct Sparse {
    head: Vec<u8>,
    zeros: u64,
    tail: Vec<u8>,
    at: u64,
    read: u64,
}

impl Read for Sparse {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let tail_at = self.head.len() as u64 + self.zeros;
        let left = (tail_at + self.tail.len() as u64).saturating_sub(self.at).min(bytes.len() as u64) as usize;
        for (byte, at) in bytes[..left].iter_mut().zip(self.at..) {
            let of_tail = at.checked_sub(tail_at).and_then(|at| self.tail.get(at as usize));
            *byte = *self.head.get(at as usize).or(of_tail).unwrap_or(&0);
        }
        self.at += left as u64;
        self.read += left as u64;
        Ok(left)
    }
}

impl Seek for Sparse {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        let length = self.head.len() as u64 + self.zeros + self.tail.len() as u64;
        self.at = match to {
            io::SeekFrom::Start(at) => at,
            io::SeekFrom::End(by) => length.saturating_add_signed(by),
            io::SeekFrom::Current(by) => self.at.saturating_add_signed(by),
        };
        Ok(self.at)
    }
}

#[test]
fn a_film_does_not_tell_when_it_was_made() {
    let names: [&[u8; 4]; 2] = [b"isom", b"mp42"];
    let head = |name, version: u8, after: &[u8]| boxed(name, &[&[version, 0, 0, 0], after]);
    let when = [0xe3; 16];
    let media = boxed(b"mdia", &[&head(b"mdhd", 0, &[&when[..8], b"rest"].concat()), &handler(b"vide")]);
    let track = boxed(b"trak", &[&head(b"tkhd", 1, &[&when[..], b"rest"].concat()), &media]);
    let film = boxed(b"moov", &[&head(b"mvhd", 0, &[&when[..8], b"rest"].concat()), &track]);
    let clean = must_clean(&[brands(&names), film].concat());
    assert!(!clean.contains(&0xe3));
    assert_eq!(clean.windows(4).filter(|four| four == b"rest").count(), 3);
}

#[test]
fn a_webm_loses_its_tags_and_its_time_and_nothing_moves() {
    let tags = element(&[0x12, 0x54, 0xc3, 0x67], &[SECRET]);
    let about = element(
        &[0x15, 0x49, 0xa9, 0x66],
        &[&element(&[0x44, 0x61], &[&[7; 8]]), &element(&[0x7b, 0xa9], &[b"Title"])],
    );
    let cluster = element(&[0x1f, 0x43, 0xb6, 0x75], &[b"frames"]);
    let tracks = element(&[0x16, 0x54, 0xae, 0x6b], &[&element(&[0xae], &[&element(&[0x83], &[&[1]])])]);
    let head = element(&[0x1a, 0x45, 0xdf, 0xa3], &[&element(&[0x42, 0x82], &[b"webm"])]);
    let film = |tags: &[u8]| {
        [&head[..], &element(&[0x18, 0x53, 0x80, 0x67], &[&about, tags, &tracks, &cluster, tags])].concat()
    };
    let file = film(&tags);
    let clean = must_clean(&file);
    assert_eq!(clean.len(), file.len());
    assert!(!holds(&clean, SECRET) && !clean.contains(&7) && holds(&clean, b"Title") && holds(&clean, b"frames"));
    assert_eq!(recognised(&clean), recognised(&file));
    // A length of eight bytes, too, as most programs write it.
    let long = [&[0x12, 0x54, 0xc3, 0x67, 1][..], &(SECRET.len() as u64).to_be_bytes()[1..], SECRET].concat();
    let file = film(&long);
    let clean = must_clean(&file);
    assert!(!holds(&clean, SECRET) && holds(&clean, b"frames"));
    assert_eq!(cleaned(&clean).0, Outcome::CleanBefore, "what means nothing is gone through like anything else");
    // One that was broken off is what it was.
    let recorded = webm(b"webm", &[(1, b"V_VP9")]);
    assert_eq!(cleaned(&recorded).0, Outcome::CleanBefore);
    assert_eq!(cleaned(&recorded[..recorded.len() - 3]).0, Outcome::CleanBefore);
}
