//! Picture files of every kind, sound and damaged, for the tests of what is made of them.

use std::io::Cursor;
use std::sync::LazyLock;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

pub(super) const RED: [u8; 3] = [220, 30, 30];
pub(super) const BLUE: [u8; 3] = [30, 30, 220];

/// Wider than high; the left half red, the right half blue.
pub(super) fn halves(width: u32, height: u32) -> DynamicImage {
    let rgb = |x, _| Rgb(if x < width / 2 { RED } else { BLUE });
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, rgb))
}

pub(super) fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("a picture is encoded");
    bytes.into_inner()
}

pub(super) fn decoded(jpeg: &[u8]) -> RgbImage {
    image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).expect("our JPEG is read").into_rgb8()
}

pub(super) fn near(pixel: &Rgb<u8>, want: [u8; 3]) -> bool {
    pixel.0.iter().zip(want).all(|(a, b)| a.abs_diff(b) < 24)
}

/// A JPEG of [`halves`] with an EXIF that says how it is to be turned, where and with what it was taken.
pub(super) fn photo(orientation: u8) -> Vec<u8> {
    let jpeg = file(&halves(120, 80), ImageFormat::Jpeg);
    let mut tiff = b"MM\0\x2a\0\0\0\x08".to_vec();
    tiff.extend(3_u16.to_be_bytes());
    // Make: 12 characters, at 50.
    tiff.extend(b"\x01\x0f\0\x02\0\0\0\x0c\0\0\0\x32");
    tiff.extend([1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    // The GPS directory, at 62: one entry, a latitude that begins with N.
    tiff.extend(b"\x88\x25\0\x04\0\0\0\x01\0\0\0\x3e\0\0\0\0");
    tiff.extend(b"SecretPhone\0");
    tiff.extend(b"\0\x01\0\x01\0\x02\0\0\0\x02N\0\0\0\0\0\0\0");
    let mut out = jpeg[..2].to_vec();
    out.extend([0xff, 0xe1]);
    out.extend((2 + 6 + tiff.len() as u16).to_be_bytes());
    out.extend(b"Exif\0\0");
    out.extend(tiff);
    out.extend(&jpeg[2..]);
    out
}

/// A PNG that says it is of this size, whatever it holds.
pub(super) fn png_saying(width: u32, height: u32) -> Vec<u8> {
    let mut png = file(&halves(4, 4), ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let crc = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&crc.to_be_bytes());
    png
}

pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let shift = |crc: u32, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
    !bytes.iter().fold(!0_u32, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), shift))
}

pub(super) fn jpeg_saying(width: u16, height: u16, frame: u8) -> Vec<u8> {
    let mut jpeg = file(&halves(16, 16), ImageFormat::Jpeg);
    let at = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).expect("a baseline frame");
    jpeg[at + 1] = frame;
    jpeg[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
    jpeg[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
    jpeg
}

/// A JPEG as phones and web sites make them, with half the colour; of pixels of four colours of ink, where there are four.
pub(super) fn jpeg(picture: &DynamicImage, kind: JpegKind) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 90);
    // Nobody halves inks.
    let halved = if kind == JpegKind::Cmyk { SamplingFactor::F_1_1 } else { SamplingFactor::F_2_2 };
    encoder.set_sampling_factor(halved);
    encoder.set_progressive(kind == JpegKind::Progressive);
    let (width, height) = (picture.width() as u16, picture.height() as u16);
    let rgb = picture.to_rgb8();
    let inks: Vec<u8> = rgb.pixels().flat_map(|&Rgb([r, g, b])| [255 - r, 255 - g, 255 - b, 0]).collect();
    let encoded = match kind {
        JpegKind::Plain | JpegKind::Progressive => encoder.encode(&rgb, width, height, ColorType::Rgb),
        JpegKind::Cmyk => encoder.encode(&inks, width, height, ColorType::Cmyk),
        JpegKind::Ycck => encoder.encode(&inks, width, height, ColorType::CmykAsYcck),
    };
    encoded.expect("a picture is encoded");
    bytes
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum JpegKind {
    Plain,
    Progressive,
    Cmyk,
    Ycck,
}

/// A PNG of this header and these chunks.
pub(super) fn png_of(header: [u8; 13], chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |name: &[u8; 4], content: &[u8]| {
        png.extend((content.len() as u32).to_be_bytes());
        let named = [&name[..], content].concat();
        png.extend(&named);
        png.extend(crc32(&named).to_be_bytes());
    };
    chunk(b"IHDR", &header);
    for (name, content) in chunks {
        chunk(name, content);
    }
    chunk(b"IEND", b"");
    png
}

/// Small files of every kind, to be damaged.
pub(super) static SMALL: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let formats = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Bmp];
    let mut files: Vec<_> = formats.map(|format| file(&halves(24, 16), format)).into();
    files.push(photo(6));
    files.push(jpeg(&halves(24, 16), JpegKind::Progressive));
    files.push(jpeg(&halves(24, 16), JpegKind::Cmyk));
    files
});

/// A grey PNG that is interlaced: the picture comes in seven passes, each finer (W3C PNG, section 8.2).
pub(super) fn interlaced_png(width: u32, height: u32, grey: impl Fn(u32, u32) -> u8) -> Vec<u8> {
    let passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
    let mut rows = Vec::new();
    for (left, top, across, down) in passes {
        for y in (top..height).step_by(down).filter(|_| left < width) {
            rows.push(0);
            rows.extend((left..width).step_by(across).map(|x| grey(x, y)));
        }
    }
    let [w, h] = [width, height].map(u32::to_be_bytes);
    let header = [w[0], w[1], w[2], w[3], h[0], h[1], h[2], h[3], 8, 0, 0, 0, 1];
    png_of(header, &[(b"IDAT", &zlib(&rows))])
}

/// Bytes as they are, in the form of compressed ones (RFC 1950 and 1951).
pub(super) fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut zlib = vec![0x78, 0x01];
    let blocks = bytes.chunks(0xffff);
    let last = blocks.len();
    for (i, block) in (1..).zip(blocks) {
        let length = block.len() as u16;
        zlib.push(u8::from(i == last));
        zlib.extend(length.to_le_bytes());
        zlib.extend((!length).to_le_bytes());
        zlib.extend(block);
    }
    let (a, b) = bytes.iter().fold((1_u32, 0_u32), |(a, b), &byte| {
        let a = (a + u32::from(byte)) % 65_521;
        (a, (a + b) % 65_521)
    });
    zlib.extend((b << 16 | a).to_be_bytes());
    zlib
}
