//! What is particular to each kind of picture.

use image::ImageFormat;

use super::make::*;
use super::*;

fn facts(file: &[u8]) -> PictureFacts {
    recognised(file).picture.expect("it is a picture")
}

const STORED: Size = Size { width: 40, height: 24 };
const TURNED: Size = Size { width: 24, height: 40 };

#[test]
fn the_size_is_told_as_stored_and_as_shown() {
    for (name, file, media) in kinds::pictures() {
        let facts = facts(&file);
        assert_eq!(facts.stored, STORED, "{name}");
        let is_turned = facts.orientation > 4 || media == Media::Avif;
        assert_eq!(facts.shown, if is_turned { TURNED } else { STORED }, "{name}");
        assert_eq!(facts.is_animated, name.starts_with("animated"), "{name}");
    }
}

#[test]
fn how_a_picture_is_turned_survives_in_each_format_that_says_it() {
    for orientation in 1..=8 {
        let exif = exif(orientation);
        let files = [
            with_exif(&jpeg(), orientation),
            png_with(&[chunk(b"eXIf", &exif)], &[]),
            riff(&[vp8x(8), webp_pixels(), riff_chunk(b"EXIF", &exif)]),
            riff(&[vp8x(8), webp_pixels(), riff_chunk(b"EXIF", &[b"Exif\0\0", &exif[..]].concat())]),
        ];
        for file in files {
            assert_eq!(facts(&file).orientation, orientation);
            let clean = must_clean(&file);
            assert_eq!(facts(&clean), facts(&file));
            let holds_exif = holds(&clean, b"MM\0\x2a");
            assert_eq!(holds_exif, orientation != 1, "an upright picture needs no EXIF");
        }
    }
}

#[test]
fn an_orientation_that_there_is_not_is_upright() {
    for orientation in [0, 9, 255] {
        assert_eq!(facts(&with_exif(&jpeg(), orientation)).orientation, 1);
    }
    let cut = &exif(6)[..20];
    assert_eq!(facts(&with_segments(&jpeg(), &[segment(0xe1, &[b"Exif\0\0", cut])])).orientation, 1);
}

#[test]
fn a_clean_jpeg_has_its_pieces_in_the_order_that_decoders_want() {
    let profile = segment(0xe2, &[b"ICC_PROFILE\0\x01\x01", b"profile"]);
    let adobe = segment(0xee, &[b"Adobe\0\x64\0\0\0\0\x01"]);
    let jfif = segment(0xe0, &[b"JFIF\0\x01\x02\x01\0\x48\0\x48\x01\x01", b"rgb"]);
    let exif = segment(0xe1, &[b"Exif\0\0", &exif(6)]);
    let base = progressive_jpeg(b"\x01\xff\0\xff\xd7\x02");
    let clean = must_clean(&with_segments(&base, &[jfif, exif, profile.clone(), adobe.clone()]));
    let jfif = segment(0xe0, &[b"JFIF\0\x01\x02\x01\0\x48\0\x48\0\0"]);
    let exif = segment(0xe1, &[b"Exif\0\0", &exif::of(6)]);
    assert_eq!(clean, with_segments(&base, &[jfif, exif, profile, adobe]));
}

#[test]
fn coded_data_of_a_jpeg_are_copied_whatever_they_look_like() {
    // Longer than what is in memory at once, with a 0xff at each end of it.
    let mut coded: Vec<u8> = (0..200_000_u64).map(|i| (i * i / 7) as u8).filter(|byte| *byte != 0xff).collect();
    for at in (65_200..65_600).chain(130_801..131_201).step_by(2) {
        coded[at..at + 2].copy_from_slice(&[0xff, 0]);
    }
    let file = progressive_jpeg(&coded);
    assert!(must_clean(&file) == file);
}

#[test]
fn fill_bytes_and_strays_of_a_jpeg_are_left_out() {
    let plain = progressive_jpeg(b"\x01\x02");
    let end = plain.len() - 2;
    let filled = [&plain[..2], &[0xff, 0xff, 0xff], &plain[2..end], &[0xff, 0xff], &plain[end..], b"stray"].concat();
    assert_eq!(must_clean(&filled), plain);
}

#[test]
fn a_clean_png_keeps_what_changes_its_looks() {
    let chunks: Vec<Vec<u8>> =
        [b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs", b"bKGD", b"acTL", b"cICP", b"mDCV"]
            .map(|name| chunk(name, &[1; 4]))
            .into();
    let file = png_with(&chunks, &[]);
    assert_eq!(must_clean(&file), file);
    assert!(facts(&file).is_animated);
}

#[test]
fn the_orientation_of_a_png_stands_behind_its_head_with_a_right_checksum() {
    let clean = must_clean(&png_with(&[chunk(b"tEXt", SECRET), chunk(b"eXIf", &exif(6))], &[]));
    assert_eq!(clean, png_with(&[chunk(b"eXIf", &exif::of(6))], &[]));
    image::load_from_memory_with_format(&clean, ImageFormat::Png).expect("decoders check it");
}

#[test]
fn a_clean_webp_says_its_new_length_and_what_it_holds() {
    let file = riff(&[vp8x(0x2c), riff_chunk(b"ICCP", b"odd"), webp_pixels(), riff_chunk(b"EXIF", &exif(1))]);
    let clean = riff(&[vp8x(0x20), riff_chunk(b"ICCP", b"odd"), webp_pixels()]);
    assert_eq!(must_clean(&file), clean);
    let file = riff(&[vp8x(0x0c), webp_pixels(), riff_chunk(b"XMP ", SECRET), riff_chunk(b"EXIF", &exif(8))]);
    let exif = riff_chunk(b"EXIF", &exif::of(8));
    assert_eq!(must_clean(&file), riff(&[vp8x(0x08), webp_pixels(), exif]));
}

#[test]
fn a_webp_may_lack_the_byte_that_makes_it_even() {
    let mut file = riff(&[vp8x(0), webp_pixels(), riff_chunk(b"XMP ", b"odd")]);
    file.pop();
    assert_eq!(must_clean(&file), riff(&[vp8x(0), webp_pixels()]));
}

#[test]
fn an_animated_gif_keeps_its_repeats_and_its_times() {
    let repeats = gif_extension(0xff, &[b"NETSCAPE2.0", &[1, 5, 0]]);
    let file = gif_with(&gif(2), std::slice::from_ref(&repeats));
    // The encoder says of each image how long it is seen.
    assert!(must_clean(&file) == file && holds(&file, b"\x21\xf9\x04"));
    let told = gif_extension(0xff, &[b"NETSCAPE2.0", &[2, 0, 0, 1, 0], &[1, 5, 0]]);
    let text = [gif_extension(0xf9, &[&[0, 10, 0, 0]]), gif_extension(0x01, &[&[0; 12], SECRET])].concat();
    assert!(must_clean(&gif_with(&gif(2), &[told, gif_extension(0xfe, &[SECRET]), text])) == file);
}

#[test]
fn a_comment_between_an_image_and_how_it_is_seen_takes_nothing_along() {
    let control = gif_extension(0xf9, &[&[1, 0, 0, 7]]);
    let image = [&[0x2c][..], &[0; 4], &[40, 0, 24, 0, 0, 2, 2, 0x4c, 0x01, 0]].concat();
    let file =
        |between: &[Vec<u8>]| [&b"GIF89a\x28\0\x18\0\0\0\0"[..], &control, &between.concat(), &image, b";"].concat();
    assert_eq!(must_clean(&file(&[gif_extension(0xfe, &[SECRET])])), file(&[]));
}

#[test]
fn a_gif_that_lacks_its_last_byte_gets_it() {
    let file = gif(1);
    assert_eq!(must_clean(&file[..file.len() - 1]), file);
}

#[test]
fn only_items_that_are_no_pictures_are_erased() {
    for in_box in [false, true] {
        let items: [Item<'_>; 4] = [(b"hvc1", b"pixels"), (b"Exif", SECRET), (b"grid", b"layout"), (b"mime", SECRET)];
        let file = heif(&[b"heic", b"mif1"], &items, in_box, &[]);
        let clean = must_clean(&file);
        assert_eq!(clean.len(), file.len());
        assert!(holds(&clean, b"pixels\0\0\0\0\0\0\0\0\0\0\0layout\0\0\0"));
        let changed = file.iter().zip(&clean).filter(|(before, after)| before != after).count();
        // Two items, and a text among the properties.
        assert_eq!(changed, 3 * SECRET.len());
    }
}

#[test]
fn what_no_kept_item_consists_of_is_erased_and_an_item_that_is_two_things_is_damage() {
    let items: [Item<'_>; 2] = [(b"av01", b"pixels"), (b"Exif", SECRET)];
    let names: [&[u8; 4]; 2] = [b"avif", b"mif1"];
    for in_box in [false, true] {
        let file = heif(&names, &items, in_box, &[]);
        // A second box, and the whole file once more.
        for behind in [boxed(b"mdat", &[SECRET]), file.clone()] {
            let clean = must_clean(&[&file[..], &behind].concat());
            assert!(!holds(&clean, SECRET) && holds(&clean, b"pixels"), "{in_box}");
            assert_eq!(clean.windows(6).filter(|six| six == b"pixels").count(), 1);
        }
        // Whatever byte of the list is another, nothing of it comes through.
        let end = file.windows(4).position(|name| name == b"iprp").expect("what comes behind the list");
        for at in brands(&names).len()..end {
            for flip in [1, 0x80, 0xff] {
                let mut damaged = file.clone();
                damaged[at] ^= flip;
                let (outcome, clean) = cleaned(&damaged);
                let is_shown = matches!(outcome, Outcome::Cleaned | Outcome::CleanBefore);
                assert!(!is_shown || !holds(&clean, SECRET), "{in_box}: {at}, {flip}: {outcome:?}");
            }
        }
    }
}

#[test]
fn a_tiff_loses_entries_and_what_they_point_to_and_nothing_else() {
    let file = tiff(&[]);
    let clean = must_clean(&file);
    assert_eq!(clean.len(), file.len());
    assert!(holds(&clean, b"PIXELS!!"));
    // Thirteen entries were five more: description, XMP, IPTC, EXIF, GPS.
    assert_eq!([file[8], clean[8]], [13, 8]);
    let tags: Vec<u16> = (0..8).map(|i| u16::from_le_bytes([clean[10 + 12 * i], clean[11 + 12 * i]])).collect();
    assert_eq!(tags, [256, 257, 258, 262, 273, 274, 279, 330]);
    // The chain goes on behind the last entry that is left.
    assert_eq!(clean[10 + 12 * 8..14 + 12 * 8], 1_600_u32.to_le_bytes());
    // Both directories that tell of the picture are gone.
    assert!(clean[1_000..1_400].iter().all(|byte| *byte == 0));
}

#[test]
fn a_raw_picture_that_needs_its_maker_note_is_left_alone() {
    let raw = tiff(&[(50_710, 3, 1, &[0, 0])]);
    let colours = raw.windows(4).position(|bytes| bytes == [6, 1, 3, 0]).expect("it says its colours");
    let with_colours = |file: &[u8]| [&file[..colours + 8], &32_803_u16.to_le_bytes(), &file[colours + 10..]].concat();
    assert_eq!(cleaned(&with_colours(&raw)), (Outcome::PlacesLeft, Vec::new()));
    let dng = tiff(&[(50_706, 1, 4, &[1, 4, 0, 0])]);
    assert_eq!(cleaned(&with_colours(&dng)).0, Outcome::Cleaned);
}

#[test]
fn a_large_tiff_is_cleaned_like_any_other() {
    let entry = |tag: u16, kind: u16, count: u64, value: u64| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let directory =
        |entries: &[Vec<u8>]| [&(entries.len() as u64).to_le_bytes()[..], &entries.concat(), &[0; 8]].concat();
    let head = [&b"II\x2b\0\x08\0\0\0"[..], &16_u64.to_le_bytes()].concat();
    let gps = directory(&[entry(29, 2, SECRET.len() as u64, 200)]);
    let file = |entries: &[Vec<u8>]| {
        let mut file = [&head[..], &directory(entries)].concat();
        file.resize(120, 0);
        file
    };
    let width = entry(256, 4, 1, 40);
    let before = [&file(&[width.clone(), entry(34_853, 18, 1, 120)]), &gps[..], &[0; 44], SECRET].concat();
    assert_eq!(before.len(), 200 + SECRET.len());
    let mut after = file(&[width]);
    after.resize(before.len(), 0);
    assert_eq!(must_clean(&before), after);
}
