//! What is cut off, or says what cannot be.

use super::make::*;
use super::*;

#[test]
fn a_picture_that_is_cut_off_is_never_called_clean() {
    for (name, file, media) in kinds::pictures() {
        let whole = must_clean(&file).len();
        if media == Media::Avif {
            continue;
        }
        for end in 1..whole.min(file.len()) - 1 {
            let cut = &file[..end];
            let (outcome, written) = cleaned(cut);
            let is_refused = matches!(outcome, Outcome::Damaged | Outcome::NotAPicture);
            assert!(is_refused || is_tolerated(media, cut), "{name} at {end}");
            assert!(is_refused || !written.windows(SECRET.len()).any(|bytes| bytes == SECRET), "{name} at {end}");
        }
    }
}

/// A GIF may lack its last byte, and an animated one images; a JPEG is shown as far as it goes; a WebP says where it ends.
fn is_tolerated(media: Media, cut: &[u8]) -> bool {
    matches!(media, Media::Gif | Media::Jpeg) && recognised(cut).media == media
}

#[test]
fn a_jpeg_with_a_few_bytes_too_many_or_without_its_end_is_clean() {
    for (name, file, media) in kinds::pictures() {
        if media != Media::Jpeg {
            continue;
        }
        let clean = must_clean(&file);
        let mut stray = file.clone();
        // Between the first two segments.
        let second = 4 + usize::from(u16::from_be_bytes([file[4], file[5]]));
        stray.insert(second, 0);
        assert_eq!(cleaned(&stray), (Outcome::Cleaned, clean.clone()), "{name}");
        let end = file.len() - 2;
        if file[end..] == [0xff, 0xd9] {
            assert_eq!(cleaned(&file[..end]), (Outcome::Cleaned, clean), "{name}");
        }
    }
}

#[test]
fn a_heic_or_film_that_is_cut_off_within_its_samples_is_damaged() {
    let items: [Item<'_>; 2] = [(b"hvc1", b"pixels"), (b"Exif", SECRET)];
    let file = heif(&[b"heic", b"mif1"], &items, false, &[]);
    let cut = &file[..file.len() - 3];
    assert_eq!(recognised(cut).media, Media::Heic);
    assert_eq!(cleaned(cut), (Outcome::Damaged, Vec::new()));
    let names: [&[u8; 4]; 2] = [b"isom", b"mp42"];
    let tracks = [track(b"vide", samples_at(&names), &[4], &[])];
    let file = film(&names, b"samp", &tracks, &[boxed(b"mdat", &[b"more"])]);
    assert_eq!(cleaned(&file[..file.len() - 1]), (Outcome::Damaged, Vec::new()));
}

#[test]
fn an_item_that_is_told_to_stand_elsewhere_leaves_places() {
    let items: [Item<'_>; 2] = [(b"hvc1", b"pixels"), (b"Exif", SECRET)];
    let mut file = heif(&[b"heic", b"mif1"], &items, false, &[]);
    let second = file.windows(8).position(|bytes| bytes == [0, 2, 0, 0, 0, 0, 0, 1]).expect("the second item");
    file[second + 3] = 2;
    assert_eq!(cleaned(&file), (Outcome::PlacesLeft, Vec::new()));
    file[second + 3] = 1;
    assert_eq!(cleaned(&file), (Outcome::Damaged, Vec::new()), "there is no box for small ones");
    file[second + 3] = 0;
    file[second + 8..second + 12].copy_from_slice(&8_u32.to_be_bytes());
    assert_eq!(cleaned(&file), (Outcome::Damaged, Vec::new()), "the head of the file is no EXIF");
}

#[test]
fn a_tiff_that_points_into_nothing_or_into_itself_is_damaged() {
    let at = |file: &[u8], tag: u16| {
        let entry = (0..13).map(|i| 10 + 12 * i).find(|at| file[*at..at + 2] == tag.to_le_bytes());
        entry.expect("the entry is there") + 8
    };
    // GPS: beyond the file, within the file where no directory is, and the first directory itself.
    for place in [1_000_000_u32, 2_004, 8] {
        let mut file = tiff(&[]);
        let gps = at(&file, 34_853);
        file[gps..gps + 4].copy_from_slice(&place.to_le_bytes());
        assert!(matches!(cleaned(&file).0, Outcome::Damaged | Outcome::PlacesLeft | Outcome::Cleaned), "{place}");
        assert!(place == 8 || cleaned(&file).0 != Outcome::Cleaned, "{place}");
    }
}

#[test]
fn more_directories_than_are_followed_leave_places() {
    let mut file = b"II\x2a\0\x08\0\0\0".to_vec();
    for _ in 0..2_000 {
        let at = file.len() as u32;
        file.extend(directory(at, &[(256, 4, 1, &[1, 0, 0, 0])], at + 18));
    }
    assert_eq!(cleaned(&file), (Outcome::PlacesLeft, Vec::new()));
}

#[test]
fn a_picture_too_large_to_be_gone_through_is_other() {
    let many: Vec<Vec<u8>> = (0..MEDIA_LOOKS_MAX).map(|_| segment(0xfe, &[])).collect();
    assert_eq!(recognised(&with_segments(&jpeg(), &many)), Found::OTHER);
    assert_eq!(recognised(&with_segments(&jpeg(), &many[..1_000])).media, Media::Jpeg);
}

#[test]
fn a_fault_of_the_disk_is_no_damage() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let file = jpeg();
    let fault = clean(&recognised(&file), &mut Cursor::new(&file), &mut Full).expect_err("nothing was written");
    assert_eq!(fault.kind(), io::ErrorKind::StorageFull);
}
