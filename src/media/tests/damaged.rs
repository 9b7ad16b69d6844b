//! What is cut off, or says what cannot be.

use super::make::*;
use super::*;

#[test]
fn a_picture_that_is_cut_off_anywhere_tells_nothing() {
    for (name, file, media) in kinds::pictures() {
        for end in 1..file.len() {
            let cut = &file[..end];
            let (outcome, written) = cleaned(cut);
            match outcome {
                // It is not kept.
                Outcome::Damaged | Outcome::PlacesLeft => {}
                // Too little for anybody to know what it was.
                Outcome::NotAPicture => assert!(end < 40 && !holds(cut, SECRET), "{name} at {end}"),
                Outcome::Cleaned | Outcome::CleanedHeavy | Outcome::CleanBefore => {
                    assert_eq!(recognised(cut).media, media, "{name} at {end}");
                    assert!(!holds(&written, SECRET), "{name} at {end}");
                }
            }
        }
    }
}

#[test]
fn of_a_picture_that_is_cut_off_stays_what_stands_before() {
    let whole = png_with(&[chunk(b"tEXt", SECRET)], &[]);
    let clean = must_clean(&whole);
    for cut in [20, 40, 60] {
        let written = must_clean(&whole[..whole.len() - cut]);
        assert_eq!(written, clean[..clean.len() - cut], "a PNG by {cut}");
    }
    let whole = riff(&[webp_pixels()]);
    let clean = must_clean(&whole);
    let written = must_clean(&whole[..whole.len() - 8]);
    assert_eq!(written[20..], clean[20..clean.len() - 8], "a WebP has new lengths, and the same pixels");
    assert!(recognised(&written).picture.is_some());
    let whole = gif(2);
    let clean = must_clean(&whole);
    let written = must_clean(&whole[..whole.len() - 10]);
    let (pixels, end) = written.split_at(written.len() - 2);
    assert!(clean.starts_with(pixels) && pixels.len() > clean.len() / 2 && end == [0, b';'], "a GIF is ended");
}

#[test]
fn a_length_that_is_wrong_takes_nothing_along_that_stands_behind() {
    // Of the pixels, which then go to the end of the file and beyond.
    let mut file = png_with(&[], &[chunk(b"iTXt", SECRET), chunk(b"eXIf", SECRET)]);
    let pixels = file.windows(4).position(|name| name == b"IDAT").expect("it has pixels") - 4;
    file[pixels..pixels + 4].copy_from_slice(&60_000_u32.to_be_bytes());
    let written = must_clean(&file);
    assert!(written.len() > pixels + 8 && !holds(&written, SECRET) && !holds(&written, b"iTXt"));
    let mut file = riff(&[webp_pixels(), riff_chunk(b"XMP ", SECRET)]);
    let clean = must_clean(&file);
    file[4..8].copy_from_slice(&60_000_u32.to_le_bytes());
    assert_eq!(must_clean(&file), clean, "of all of it");
    file[16..20].copy_from_slice(&60_000_u32.to_le_bytes());
    let written = must_clean(&file);
    assert!(written.len() + 2 >= clean.len() && !holds(&written, SECRET), "of its pixels");
}

#[test]
fn what_begins_as_a_picture_and_has_no_pixels_is_damaged() {
    let png = png_with(&[chunk(b"tEXt", SECRET)], &[]);
    let pixels = png.windows(4).position(|name| name == b"IDAT").expect("it has pixels");
    let jpeg = with_exif(&jpeg(), 6);
    let animation = riff(&[vp8x(0x0c), riff_chunk(b"EXIF", SECRET)]);
    for (file, media) in [
        (&png[..pixels], Media::Png),
        (&jpeg[..60], Media::Jpeg),
        (&animation, Media::WebP),
        (&gif_with(&gif(1), &[gif_extension(0xfe, &[SECRET])])[..40], Media::Gif),
    ] {
        assert_eq!(recognised(file).media, media);
        assert_eq!(cleaned(file).0, Outcome::Damaged, "{media:?}");
    }
}

#[test]
fn what_is_drawn_too_often_is_clean_and_only_to_be_saved() {
    let scans = |count: usize| {
        let one = progressive_jpeg(b"\x01");
        let second = one.windows(2).rposition(|bytes| bytes == [0xff, 0xda]).expect("two scans");
        let end = one.len() - 2;
        [&one[..second], &one[second..end].repeat(count - 1), &one[end..]].concat()
    };
    assert_eq!(cleaned(&scans(SHOWN_SCANS_MAX as usize)).0, Outcome::Cleaned);
    let (outcome, written) = cleaned(&with_exif(&scans(SHOWN_SCANS_MAX as usize + 1), 1));
    assert_eq!(outcome, Outcome::CleanedHeavy);
    assert!(!holds(&written, SECRET));
    let frame = [&[0x2c][..], &[0; 4], &[1, 0, 1, 0, 0, 2, 2, 0x4c, 0x01, 0]].concat();
    let frames = |size: u16, count: u32| {
        let [low, high] = size.to_le_bytes();
        [&b"GIF89a"[..], &[low, high, low, high, 0, 0, 0], &frame.repeat(count as usize), b";"].concat()
    };
    assert_eq!(cleaned(&frames(40, SHOWN_FRAMES_MAX)).0, Outcome::Cleaned);
    assert_eq!(cleaned(&frames(40, SHOWN_FRAMES_MAX + 1)).0, Outcome::CleanedHeavy);
    // Of a large picture fewer, and one however large it is.
    let most = u32::try_from(SHOWN_FRAME_PIXELS_MAX / (4_000 * 4_000)).unwrap();
    assert_eq!(cleaned(&frames(4_000, most)).0, Outcome::Cleaned);
    assert_eq!(cleaned(&frames(4_000, most + 1)).0, Outcome::CleanedHeavy);
    assert_eq!(cleaned(&frames(u16::MAX, 1)).0, Outcome::Cleaned);
    let frame = webp_frame(&[webp_pixels()]);
    let moving = |count: u32| riff(&[vp8x(0x02), riff_chunk(b"ANIM", &[0; 6]), frame.repeat(count as usize)]);
    assert_eq!(cleaned(&moving(SHOWN_FRAMES_MAX)).0, Outcome::Cleaned);
    assert_eq!(cleaned(&moving(SHOWN_FRAMES_MAX + 1)).0, Outcome::CleanedHeavy);
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
fn a_picture_of_too_many_parts_to_be_looked_at_is_only_to_be_saved() {
    let many: Vec<Vec<u8>> = (0..MEDIA_LOOKS_MAX).map(|_| segment(0xfe, &[])).collect();
    let file = with_segments(&jpeg(), &many);
    assert_eq!(recognised(&file), Found::without_facts(Media::Jpeg));
    assert_eq!(cleaned(&file).0, Outcome::Cleaned, "it is cleaned all the same");
    assert!(recognised(&with_segments(&jpeg(), &many[..1_000])).picture.is_some());
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
