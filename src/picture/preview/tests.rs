use std::io::{self, BufReader, Cursor, Read, SeekFrom};

use image::codecs::gif::GifEncoder;
use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, Rgba, RgbaImage};
use proptest::prelude::*;

use super::*;
use crate::picture::tests::{
    BLUE, JpegKind, RED, SMALL, crc32, decoded, file, halves, interlaced_png, jpeg, jpeg_saying, near, photo, png_of,
    png_saying, zlib,
};
use crate::proto::limits::PREVIEW_CHEAP_BYTES_MAX;

fn of(file: &[u8]) -> Result<Previews, PreviewFault> {
    previews(Cursor::new(file), file.len() as u64)
}

fn refused(file: &[u8]) -> PreviewFault {
    of(file).expect_err("nothing is made of this")
}

/// The edges of the previews, and how large each is.
fn sizes(previews: &Previews) -> Vec<(u32, (u32, u32))> {
    previews.jpegs.iter().map(|(edge, jpeg)| (*edge, decoded(jpeg).dimensions())).collect()
}

/// Whether all previews have red on the left and blue on the right.
fn are_halves(previews: &Previews) -> bool {
    previews.jpegs.iter().all(|(_, jpeg)| {
        let picture = decoded(jpeg);
        let (width, y) = (picture.width(), picture.height() / 2);
        near(picture.get_pixel(width / 4, y), RED) && near(picture.get_pixel(width - width / 4, y), BLUE)
    })
}

const MIDDLE: [u8; 3] = [125, 30, 125];

#[test]
fn every_kind_we_name_has_its_previews() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Bmp] {
        let previews = of(&file(&halves(1_500, 1_000), format)).unwrap_or_else(|fault| panic!("{format:?}: {fault:?}"));
        assert_eq!((previews.width, previews.height), (1_500, 1_000), "{format:?}");
        assert_eq!(sizes(&previews), [(320, (320, 213)), (1_280, (1_280, 853))], "{format:?}");
        assert!(are_halves(&previews), "{format:?}");
        assert!(near(&Rgb(previews.color), MIDDLE), "{format:?}: {:?}", previews.color);
    }
}

#[test]
fn a_preview_is_never_larger_than_the_picture() {
    for (size, edges) in [
        ((1, 1), &[][..]),
        ((200, 150), &[]),
        ((320, 320), &[]),
        ((321, 20), &[(320, (320, 20))]),
        ((900, 600), &[(320, (320, 213))]),
        ((1_280, 720), &[(320, (320, 180))]),
        ((720, 1_281), &[(320, (180, 320)), (1_280, (719, 1_280))]),
    ] {
        let previews = of(&file(&halves(size.0, size.1), ImageFormat::Png)).unwrap();
        assert_eq!(sizes(&previews), edges, "{size:?}");
        assert_eq!((previews.width, previews.height), size);
    }
}

#[test]
fn a_strip_of_a_picture_keeps_its_pixels() {
    for (size, small, large) in [((1, 30_000), (1, 320), (1, 1_280)), ((30_000, 1), (320, 1), (1_280, 1))] {
        let previews = of(&file(&halves(size.0, size.1), ImageFormat::Png)).unwrap();
        assert_eq!(sizes(&previews), [(320, small), (1_280, large)]);
    }
}

#[test]
fn a_photo_is_turned_as_its_exif_says_and_nothing_else_of_it_comes_through() {
    let holds = |bytes: &[u8], text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
    // Where red is: left or right, top or bottom.
    for (orientation, size, red, blue) in [
        (1, (480, 320), (60, 100), (260, 100)),
        (2, (480, 320), (260, 100), (60, 100)),
        (3, (480, 320), (260, 100), (60, 100)),
        (4, (480, 320), (60, 100), (260, 100)),
        (5, (320, 480), (100, 60), (100, 260)),
        (6, (320, 480), (100, 60), (100, 260)),
        (7, (320, 480), (100, 260), (100, 60)),
        (8, (320, 480), (100, 260), (100, 60)),
    ] {
        let photo = photo_of(480, 320, orientation);
        assert!(holds(&photo, b"Exif") && holds(&photo, b"SecretPhone"));
        let previews = of(&photo).unwrap();
        assert_eq!((previews.width, previews.height), size, "orientation {orientation}");
        let jpeg = &previews.jpegs[0].1;
        let picture = decoded(jpeg);
        assert!(near(picture.get_pixel(red.0, red.1), RED), "orientation {orientation}");
        assert!(near(picture.get_pixel(blue.0, blue.1), BLUE), "orientation {orientation}");
        assert!(!holds(jpeg, b"Exif") && !holds(jpeg, b"SecretPhone") && !holds(jpeg, &[0xff, 0xe1]));
    }
}

#[test]
fn a_jpeg_of_any_colours_and_order_is_read() {
    for kind in [JpegKind::Plain, JpegKind::Progressive, JpegKind::Cmyk, JpegKind::Ycck] {
        let previews = of(&jpeg(&halves(400, 300), kind)).unwrap_or_else(|fault| panic!("{kind:?}: {fault:?}"));
        assert!(are_halves(&previews), "{kind:?}");
        assert!(near(&Rgb(previews.color), MIDDLE), "{kind:?}: {:?}", previews.color);
    }
    let grey = DynamicImage::ImageLuma8(GrayImage::from_pixel(40, 40, Luma([200])));
    assert!(near(&Rgb(of(&file(&grey, ImageFormat::Jpeg)).unwrap().color), [200; 3]));
}

#[test]
fn a_png_of_any_colours_and_depth_is_read() {
    let grey = DynamicImage::ImageLuma8(GrayImage::from_pixel(40, 40, Luma([200])));
    let deep = [DynamicImage::ImageLuma16(grey.to_luma16()), DynamicImage::ImageRgba16(grey.to_rgba16())];
    for picture in deep.into_iter().chain([DynamicImage::ImageLumaA8(grey.to_luma_alpha8()), grey]) {
        assert_eq!(of(&file(&picture, ImageFormat::Png)).unwrap().color, [200; 3], "{:?}", picture.color());
    }
    // A palette of two, the second of which is clear; four pixels in one byte.
    let header = [0, 0, 0, 4, 0, 0, 0, 1, 2, 3, 0, 0, 0];
    let palette: &[u8] = &[0, 0, 200, 9, 9, 9];
    let chunks: [(&[u8; 4], &[u8]); 3] =
        [(b"PLTE", palette), (b"tRNS", &[255, 0]), (b"IDAT", &zlib(&[0, 0b00_00_00_01]))];
    let color = of(&png_of(header, &chunks)).unwrap().color;
    assert_eq!(color, [64, 64, 214], "three of the first, one of white");
}

#[test]
fn an_interlaced_png_looks_as_any_other() {
    let value = |x: u32, y: u32| (x / 2 + y) as u8;
    let plain = GrayImage::from_fn(401, 43, |x, y| Luma([value(x, y)]));
    let plain = of(&file(&DynamicImage::ImageLuma8(plain), ImageFormat::Png)).unwrap();
    let interlaced = interlaced_png(401, 43, value);
    assert_eq!(of(&interlaced), Ok(plain));
    assert_eq!(refused(&interlaced[..interlaced.len() / 2]), PreviewFault::Unreadable);
}

#[test]
fn what_is_transparent_is_white() {
    let alpha = RgbaImage::from_fn(64, 64, |x, _| Rgba([0, 0, 0, if x < 32 { 0 } else { 255 }]));
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let color = of(&file(&DynamicImage::ImageRgba8(alpha.clone()), format)).unwrap().color;
        assert_eq!(color, [128; 3], "{format:?}");
    }
}

#[test]
fn the_first_frame_of_an_animation_is_taken() {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    for [r, g, b] in [RED, BLUE] {
        encoder.encode_frame(image::Frame::new(RgbaImage::from_pixel(20, 20, Rgba([r, g, b, 255])))).unwrap();
    }
    drop(encoder);
    assert!(near(&Rgb(of(&bytes).unwrap().color), RED));
}

#[test]
fn what_is_not_decoded_here_says_so_and_what_is_damaged_does_too() {
    let avif = b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf";
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>"#;
    for bytes in [&avif[..], svg, b"", b"This is text.", b"II\x2a\0\x08\0\0\0\0\0\0\0\0\0\0\0"] {
        assert_eq!(refused(bytes), PreviewFault::NotDecoded, "{bytes:?}");
    }
    for bytes in [&b"\xff\xd8\xff"[..], b"\x89PNG\r\n\x1a\n", b"BM", b"GIF89a", b"RIFF\0\0\0\0WEBP"] {
        assert_eq!(refused(bytes), PreviewFault::Unreadable, "{bytes:?}");
    }
}

#[test]
fn a_file_that_was_cut_short_is_unreadable() {
    let formats = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Bmp, ImageFormat::Gif];
    let files = formats.map(|format| file(&halves(200, 200), format));
    for whole in files.into_iter().chain([jpeg(&halves(200, 200), JpegKind::Progressive)]) {
        assert!(of(&whole).is_ok());
        for part in [whole.len() / 2, whole.len() * 9 / 10] {
            assert_eq!(refused(&whole[..part]), PreviewFault::Unreadable, "{:?} to {part}", &whole[..4]);
        }
    }
}

#[test]
fn a_picture_that_would_fill_the_memory_is_refused_by_its_header() {
    for bomb in [
        png_saying(50_000, 50_000),
        png_saying(8_192, 8_193),
        // A row alone, and rows of a pixel.
        png_saying(1 << 24, 4),
        png_saying(1, 65_536),
        jpeg_saying(8_000, 8_000, 0xc0),
        jpeg_saying(5_000, 3_000, 0xc2),
        gif_saying(65_535, 65_535),
        gif_saying(5_000, 4_001),
    ] {
        assert_eq!(refused(&bomb), PreviewFault::Large, "{:?}", &bomb[..4]);
    }
    for nothing in [png_saying(0, 10), jpeg_saying(10, 0, 0xc0), gif_saying(0, 10)] {
        assert_eq!(refused(&nothing), PreviewFault::Unreadable, "{:?}", &nothing[..4]);
    }
    assert_eq!(refused(&png_saying(8_192, 8_192)), PreviewFault::Unreadable, "allowed, and then found empty");
}

#[test]
fn the_longest_edge_that_a_jpeg_has_is_taken_of_a_png_too() {
    assert_eq!(refused(&png_saying(1, 65_535)), PreviewFault::Unreadable, "allowed, and then found empty");
}

#[test]
fn what_a_phone_makes_is_cheap_and_what_takes_seconds_is_not() {
    let cost = |file: &[u8]| previews_cost(Cursor::new(file), file.len() as u64);
    let is_cheap = |file: &[u8]| cost(file).expect("a picture") <= PREVIEW_CHEAP_BYTES_MAX;
    assert!(is_cheap(&jpeg_saying(4_080, 3_072, 0xc0)));
    assert!(is_cheap(&jpeg_saying(2_000, 1_500, 0xc2)));
    assert!(is_cheap(&png_saying(3_840, 2_160)));
    for dear in [jpeg_saying(4_080, 3_072, 0xc2), jpeg_saying(8_160, 6_144, 0xc0), png_saying(8_192, 8_192)] {
        assert!(!is_cheap(&dear), "{:?}", &dear[..4]);
    }
    let mut interlaced = png_saying(3_840, 2_160);
    interlaced[28] = 1;
    let sum = crc32(&interlaced[12..29]);
    interlaced[29..33].copy_from_slice(&sum.to_be_bytes());
    assert!(!is_cheap(&interlaced));
    assert_eq!(cost(b"a text"), Err(PreviewFault::NotDecoded));
}

#[test]
fn what_phones_make_fits_the_bounds() {
    // 50 megapixels of a plain JPEG, 12 of a progressive one in any colours.
    for (pixels, bytes) in [(8_160 * 6_144, 3), (4_080 * 3_072, 3 + 8)] {
        assert!(pixels <= PREVIEW_PIXELS_MAX && pixels * bytes <= PREVIEW_MEMORY_BYTES_MAX, "{pixels}");
    }
    const { assert!(PREVIEW_MEMORY_BYTES_MAX + PREVIEW_BYTES_MAX <= 200_000_000) };
    // Decoded beside it.
    const { assert!(PREVIEW_CHEAP_BYTES_MAX <= 50_000_000) };
}

#[test]
fn a_webp_that_claims_gigabytes_of_exif_is_read_without_it() {
    let plain = file(&halves(400, 40), ImageFormat::WebP);
    let mut webp = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x08\0\0\0".to_vec();
    webp.extend([0x8f, 1, 0, 39, 0, 0]);
    webp.extend(&plain[12..]);
    webp.extend(b"EXIF");
    webp.extend(u32::MAX.to_le_bytes());
    let riff_bytes = webp.len() as u32 - 8;
    webp[4..8].copy_from_slice(&riff_bytes.to_le_bytes());
    assert_eq!(of(&webp), of(&plain));
}

#[test]
fn a_file_over_the_limit_is_not_looked_at() {
    let png = file(&halves(4, 4), ImageFormat::Png);
    assert!(previews(Cursor::new(&png), PREVIEW_BYTES_MAX).is_ok());
    assert_eq!(previews(Cursor::new(&png), PREVIEW_BYTES_MAX + 1), Err(PreviewFault::Large));
}

/// A disk that answers up to a place.
struct Failing(Cursor<Vec<u8>>, u64);

impl Read for Failing {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.0.position() >= self.1 {
            // EIO.
            return Err(io::Error::from_raw_os_error(5));
        }
        let left = (self.1 - self.0.position()) as usize;
        let count = bytes.len().min(left);
        self.0.read(&mut bytes[..count])
    }
}

impl Seek for Failing {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn a_disk_that_fails_is_not_the_pictures_fault() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Bmp] {
        let whole = file(&halves(300, 200), format);
        for readable in [0, 8, whole.len() as u64 / 2] {
            let disk = BufReader::with_capacity(64, Failing(Cursor::new(whole.clone()), readable));
            let answer = previews(disk, whole.len() as u64);
            assert_eq!(answer, Err(PreviewFault::Failed), "{format:?} up to {readable}");
        }
    }
}

/// A GIF whose screen is said to be of this size.
fn gif_saying(width: u16, height: u16) -> Vec<u8> {
    let mut gif = file(&halves(4, 4), ImageFormat::Gif);
    gif[6..8].copy_from_slice(&width.to_le_bytes());
    gif[8..10].copy_from_slice(&height.to_le_bytes());
    gif
}

/// A larger one of [`photo`], with the same EXIF.
fn photo_of(width: u32, height: u32, orientation: u8) -> Vec<u8> {
    let small = photo(orientation);
    let exif_bytes = usize::from(u16::from_be_bytes([small[4], small[5]]));
    let mut out = small[..4 + exif_bytes].to_vec();
    out.extend(&file(&halves(width, height), ImageFormat::Jpeg)[2..]);
    out
}

proptest! {
    #[test]
    fn damaged_pictures_are_answered(
        kind in any::<prop::sample::Index>(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = kind.get(&SMALL).clone();
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let _ = make(Cursor::new(&bytes), bytes.len() as u64);
        bytes.truncate(cut.index(bytes.len()));
        let _ = make(Cursor::new(&bytes), bytes.len() as u64);
    }
}
