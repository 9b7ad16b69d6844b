use futures_util::future::{join_all, poll_immediate};
use image::{ColorType, DynamicImage, GrayImage, ImageFormat, Luma, Rgb, Rgba, RgbaImage};
use proptest::prelude::*;

use super::*;
use crate::picture::decode::{BESIDE_OF_FRAMES, BESIDE_OF_GIF, BESIDE_OF_PLANES, BESIDE_OF_SCANS};
use crate::picture::tests::{BLUE, RED, SMALL, decoded, file, halves, jpeg_saying, near, photo, png_saying};

fn refused(bytes: &[u8]) -> ErrorCode {
    make(bytes).expect_err("this is no picture we take")
}

#[test]
fn every_kind_we_name_becomes_three_square_jpegs() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Bmp] {
        let jpegs = make(&file(&halves(300, 200), format)).unwrap_or_else(|code| panic!("{format:?}: {code:?}"));
        for (jpeg, edge) in jpegs.iter().zip(PICTURE_EDGES) {
            let picture = decoded(jpeg);
            assert_eq!(picture.dimensions(), (edge, edge), "{format:?}");
            assert!(near(picture.get_pixel(edge / 4, edge / 2), RED), "{format:?}");
            assert!(near(picture.get_pixel(edge - edge / 4, edge / 2), BLUE), "{format:?}");
        }
    }
}

#[test]
fn the_middle_of_a_long_picture_is_kept() {
    let stripes = |x: u32, _| Rgb(if (100..200).contains(&x) { BLUE } else { RED });
    let jpegs = make(&file(&DynamicImage::ImageRgb8(RgbImage::from_fn(300, 100, stripes)), ImageFormat::Png)).unwrap();
    let picture = decoded(&jpegs[2]);
    assert!([(8, 8), (248, 8), (128, 248)].iter().all(|&(x, y)| near(picture.get_pixel(x, y), BLUE)));
}

#[test]
fn large_and_tiny_pictures_are_sized_too() {
    for edge in [1, 7, 511, 513, 3_000] {
        let jpegs = make(&file(&halves(edge, edge), ImageFormat::Png)).unwrap();
        assert_eq!(decoded(&jpegs[2]).dimensions(), (256, 256), "{edge}");
    }
}

#[test]
fn a_photo_is_turned_as_its_exif_says() {
    // Where red is: left, right, top, bottom.
    for (orientation, red, blue) in [
        (1, (32, 128), (224, 128)),
        (2, (224, 128), (32, 128)),
        (3, (224, 128), (32, 128)),
        (6, (128, 32), (128, 224)),
        (8, (128, 224), (128, 32)),
    ] {
        let picture = decoded(&make(&photo(orientation)).unwrap()[2]);
        assert!(near(picture.get_pixel(red.0, red.1), RED), "orientation {orientation}");
        assert!(near(picture.get_pixel(blue.0, blue.1), BLUE), "orientation {orientation}");
    }
}

#[test]
fn nothing_but_pixels_comes_through() {
    let photo = photo(6);
    let holds = |bytes: &[u8], text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
    assert!(holds(&photo, b"Exif") && holds(&photo, b"SecretPhone"));
    for jpeg in make(&photo).unwrap() {
        assert!(!holds(&jpeg, b"Exif") && !holds(&jpeg, b"SecretPhone") && !holds(&jpeg, &[0xff, 0xe1]));
    }
}

#[test]
fn what_is_transparent_is_white_and_half_of_it_half() {
    let alpha = RgbaImage::from_fn(64, 64, |x, _| Rgba([0, 0, 0, if x < 32 { 0 } else { 128 }]));
    let picture = decoded(&make(&file(&DynamicImage::ImageRgba8(alpha), ImageFormat::Png)).unwrap()[2]);
    assert!(near(picture.get_pixel(64, 128), [255; 3]));
    assert!(near(picture.get_pixel(192, 128), [127; 3]));
}

#[test]
fn grey_and_16_bit_pictures_are_read() {
    let grey = DynamicImage::ImageLuma8(GrayImage::from_pixel(40, 40, Luma([200])));
    for picture in [DynamicImage::ImageLuma16(grey.to_luma16()), DynamicImage::ImageRgba16(grey.to_rgba16()), grey] {
        let picture = decoded(&make(&file(&picture, ImageFormat::Png)).unwrap()[1]);
        assert!(near(picture.get_pixel(48, 48), [200; 3]));
    }
}

#[test]
fn the_first_frame_of_an_animation_is_taken() {
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut bytes);
    for color in [RED, BLUE] {
        let [r, g, b] = color;
        encoder.encode_frame(image::Frame::new(RgbaImage::from_pixel(20, 20, Rgba([r, g, b, 255])))).unwrap();
    }
    drop(encoder);
    assert!(near(decoded(&make(&bytes).unwrap()[0]).get_pixel(16, 16), RED));
}

#[test]
fn what_is_no_picture_is_unreadable() {
    let text = b"This is text, whatever its name ends in.";
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>"#;
    let tiff = b"II\x2a\0\x08\0\0\0\0\0\0\0\0\0\0\0";
    for bytes in
        [&b""[..], b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM", b"GIF89a", b"RIFF\0\0\0\0WEBP", text, svg, tiff]
    {
        assert_eq!(refused(bytes), ErrorCode::PictureUnreadable, "{bytes:?}");
    }
}

#[test]
fn a_file_that_was_cut_short_is_unreadable() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Bmp, ImageFormat::Gif] {
        let whole = file(&halves(200, 200), format);
        assert!(make(&whole).is_ok());
        for part in [whole.len() / 2, whole.len() * 9 / 10] {
            assert_eq!(refused(&whole[..part]), ErrorCode::PictureUnreadable, "{format:?} {part}");
        }
    }
}

/// What phones and cameras put behind a picture: a film, whose bytes look like markers now and then; a second picture,
/// as in a stereo or depth photo; the first half of one; anything.
fn behind() -> Vec<(&'static str, Vec<u8>)> {
    let picture = file(&halves(120, 80), ImageFormat::Jpeg);
    let mut film = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom".to_vec();
    film.extend(b"mdat\xff\xda\0\x0c\x03\x01\0\x02\x11\x03\x11\0\x3f\0".repeat(40));
    vec![
        ("a film", film),
        ("a second picture", picture.clone()),
        ("half of one", picture[..picture.len() / 2].to_vec()),
        ("zeros", vec![0; 4_096]),
        ("fill bytes", vec![0xff; 64]),
        ("a lone scan", b"\xff\xda".to_vec()),
    ]
}

#[test]
fn a_photo_with_something_behind_it_is_read() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Bmp] {
        let plain = make(&file(&halves(300, 200), format)).unwrap();
        for (what, trailer) in behind() {
            let mut bytes = file(&halves(300, 200), format);
            bytes.extend(trailer);
            assert_eq!(make(&bytes).as_ref(), Ok(&plain), "{format:?} with {what}");
        }
    }
}

#[test]
fn a_photo_that_is_cut_off_is_not_made_whole_by_what_stands_before_or_behind() {
    let whole = file(&halves(300, 200), ImageFormat::Jpeg);
    let cut = whole.len() * 2 / 3;
    // A thumbnail in a segment of its own has all its markers.
    let thumbnail = file(&halves(16, 16), ImageFormat::Jpeg);
    let mut with_thumbnail = whole[..2].to_vec();
    with_thumbnail.extend([0xff, 0xe1]);
    with_thumbnail.extend((2 + thumbnail.len() as u16).to_be_bytes());
    with_thumbnail.extend(&thumbnail);
    let added = with_thumbnail.len() - 2;
    with_thumbnail.extend(&whole[2..]);
    assert_eq!(make(&with_thumbnail), make(&whole));
    assert_eq!(refused(&with_thumbnail[..cut + added]), ErrorCode::PictureUnreadable);
}

#[test]
fn fill_bytes_between_segments_are_passed_over() {
    let whole = file(&halves(300, 200), ImageFormat::Jpeg);
    let mut filled = whole[..2].to_vec();
    filled.extend([0xff; 9]);
    filled.extend(&whole[2..whole.len() - 2]);
    filled.extend([0xff; 5]);
    filled.extend([0xff, 0xd9]);
    assert_eq!(make(&filled), make(&whole));
}

#[test]
fn a_picture_that_would_fill_the_memory_is_refused_by_its_header() {
    assert_eq!(refused(&png_saying(50_000, 50_000)), ErrorCode::PictureLarge);
    assert_eq!(refused(&png_saying(8_000, 5_001)), ErrorCode::PictureLarge);
    assert_eq!(refused(&png_saying(8_000, 5_000)), ErrorCode::PictureUnreadable, "allowed, and then found empty");
    assert_eq!(refused(&png_saying(0, 10)), ErrorCode::PictureUnreadable);
    assert_eq!(refused(&jpeg_saying(8_000, 5_001, 0xc0)), ErrorCode::PictureLarge);
}

#[test]
fn a_progressive_jpeg_counts_for_what_it_keeps_beside() {
    assert_eq!(refused(&jpeg_saying(6_000, 4_000, 0xc2)), ErrorCode::PictureLarge);
}

#[test]
fn every_kind_is_taken_up_to_the_size_that_people_are_told() {
    for (color, beside, megapixels) in [
        (ColorType::Rgb8, 0, 40),
        (ColorType::Rgba8, 0, 40),
        (ColorType::Rgb8, BESIDE_OF_SCANS, 18),
        (ColorType::Rgba8, BESIDE_OF_FRAMES, 16),
        (ColorType::Rgba8, BESIDE_OF_PLANES, 25),
        (ColorType::Rgba8, BESIDE_OF_GIF, 25),
    ] {
        let bytes = u64::from(color.bytes_per_pixel()) + beside;
        let most = (PICTURE_MEMORY_BYTES_MAX / bytes).min(PICTURE_PIXELS_MAX);
        assert_eq!(most / 1_000_000, megapixels, "{color:?} and {beside}");
    }
    let protocol = include_str!("../../../docs/protocol.md");
    assert!(protocol.contains("up to: progressive JPEG 18, animated WebP 16, any other WebP 25, GIF 25 |"));
    for (page, least) in [
        (include_str!("../../../ui/src/i18n/enScreens.ts"), "16 megapixels"),
        (include_str!("../../../ui/src/i18n/zhScreens.ts"), "1600万像素"),
    ] {
        let (_, sentence) = page.split_once("'error.picture_large':").expect("the page has this sentence");
        assert!(sentence.split('\'').nth(1).is_some_and(|sentence| sentence.contains(least)));
    }
}

#[test]
fn a_file_over_the_limit_is_not_looked_at() {
    let mut png = file(&halves(4, 4), ImageFormat::Png);
    png.resize(PICTURE_BYTES_MAX, 0);
    assert!(make(&png).is_ok());
    png.push(0);
    assert_eq!(refused(&png), ErrorCode::PictureLarge);
}

#[tokio::test]
async fn uploads_are_taken_up_to_the_limit_and_one_for_each_person() {
    let pictures = Pictures::default();
    let begin = |id: u64| pictures.upload(UserId(id), Network::of([192, 168, 1, 1].into()));
    let mut held: Vec<_> = (1..=PICTURE_UPLOADS_MAX as u64).map(|id| begin(id).unwrap()).collect();
    // Never so many, but while they are decoded nobody can be put out.
    assert!(held.iter_mut().all(Upload::keep));
    assert_eq!(begin(99).err(), Some(ErrorCode::Busy));
    drop(held.pop());
    assert_eq!(begin(1).err(), Some(ErrorCode::Busy), "one at a time");
    let jpegs = pictures.make(begin(99).unwrap(), file(&halves(8, 8), ImageFormat::Png).into()).await;
    assert!(jpegs.is_ok());
    assert!(begin(99).is_ok(), "its place was given back");
}

#[tokio::test]
async fn eight_slow_uploads_keep_nobody_from_giving_a_picture() {
    let pictures = Pictures::default();
    let at = |host: u8| Network::of([192, 168, 1, host].into());
    let mut slow: Vec<_> =
        (1..=PICTURE_UPLOADS_MAX as u64).map(|id| pictures.upload(UserId(id), at(1)).unwrap()).collect();
    let upload = pictures.upload(UserId(99), at(2)).expect("a newcomer gets a place");
    slow[0].put_out().await;
    let png: Bytes = file(&halves(8, 8), ImageFormat::Png).into();
    assert!(pictures.make(upload, png.clone()).await.is_ok());
    let late = slow.remove(0);
    assert_eq!(pictures.make(late, png.clone()).await.err(), Some(ErrorCode::Busy), "its place is another's");
    assert!(pictures.make(slow.remove(0), png).await.is_ok(), "the others go on");
}

#[tokio::test]
async fn files_that_wait_for_the_decoder_take_turns_by_network_and_make_place() {
    let pictures = Pictures::default();
    let at = |host: u8| Network::of([192, 168, 1, host].into());
    let png: Bytes = file(&halves(8, 8), ImageFormat::Png).into();
    // The decoder is busy, and all places are one network's, whole files waiting.
    let busy = pictures.turns.enter(Asker::Network(at(9))).await.unwrap();
    let make = |id: u64, host: u8| {
        let upload = pictures.upload(UserId(id), at(host)).expect("a place");
        Box::pin(pictures.make(upload, png.clone()))
    };
    let mut many: Vec<_> = (1..=PICTURE_UPLOADS_MAX as u64).map(|id| make(id, 1)).collect();
    for waiting in &mut many {
        assert!(poll_immediate(waiting).await.is_none());
    }
    let mut other = make(99, 2);
    assert!(poll_immediate(&mut other).await.is_none());
    assert_eq!(many.remove(0).await.err(), Some(ErrorCode::Busy), "the oldest has made place");
    drop(busy);
    many.push(other);
    let made: Vec<bool> = join_all(many).await.iter().map(Result::is_ok).collect();
    assert_eq!(made.last(), Some(&true), "the other network's is not kept waiting by the many");
    assert!(made.iter().filter(|made| **made).count() >= PICTURE_UPLOADS_MAX - 1, "{made:?}");
}

proptest! {
    #[test]
    fn any_bytes_are_answered_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(make(&bytes).is_err());
    }

    #[test]
    fn damaged_pictures_are_answered_without_a_panic(
        kind in any::<prop::sample::Index>(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = kind.get(&SMALL).clone();
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let _ = make(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        let _ = make(&bytes);
    }
}
