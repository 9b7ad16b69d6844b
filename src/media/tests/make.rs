//! Small files, put together by hand or by an encoder.

use std::io::Cursor;

use image::codecs::gif::GifEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ExtendedColorType, Frame, ImageFormat, Rgb, RgbImage};

/// What must not come through.
pub(super) const SECRET: &[u8] = b"SecretPlace";

pub(super) fn picture(width: u32, height: u32) -> DynamicImage {
    let rgb = |x: u32, y: u32| Rgb([(x * 5) as u8, (y * 7) as u8, if x < width / 2 { 200 } else { 20 }]);
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, rgb))
}

pub(super) fn encoded(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture(40, 24).write_to(&mut bytes, format).expect("a picture is encoded");
    bytes.into_inner()
}

/// With a first directory that holds [`SECRET`] and the orientation, and a GPS directory.
pub(super) fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0\x2a\0\0\0\x08\0\x03".to_vec();
    // Make: 12 characters, at 50.
    tiff.extend(b"\x01\x0f\0\x02\0\0\0\x0c\0\0\0\x32");
    tiff.extend([1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    // GPS, at 62.
    tiff.extend(b"\x88\x25\0\x04\0\0\0\x01\0\0\0\x3e\0\0\0\0");
    tiff.extend(SECRET);
    tiff.push(0);
    tiff.extend(b"\0\x01\0\x01\0\x02\0\0\0\x02N\0\0\0\0\0\0\0");
    tiff
}

// --- JPEG ----------------------------------------------------------------------------------------

pub(super) fn jpeg() -> Vec<u8> {
    encoded(ImageFormat::Jpeg)
}

pub(super) fn grey_jpeg() -> Vec<u8> {
    let mut bytes = Vec::new();
    let pixels: Vec<u8> = (0..=255).cycle().take(40 * 24).collect();
    JpegEncoder::new(&mut bytes).encode(&pixels, 40, 24, ExtendedColorType::L8).expect("a picture is encoded");
    bytes
}

pub(super) fn segment(marker: u8, payload: &[&[u8]]) -> Vec<u8> {
    let payload = payload.concat();
    let length = (payload.len() as u16 + 2).to_be_bytes();
    [&[0xff, marker, length[0], length[1]], &payload[..]].concat()
}

/// Segments right behind the start of a JPEG.
pub(super) fn with_segments(jpeg: &[u8], segments: &[Vec<u8>]) -> Vec<u8> {
    [&jpeg[..2], &segments.concat(), &jpeg[2..]].concat()
}

pub(super) fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    with_segments(jpeg, &[segment(0xe1, &[b"Exif\0\0", &exif(orientation)])])
}

/// One that no decoder reads, with these coded data in each of two scans.
pub(super) fn progressive_jpeg(coded: &[u8]) -> Vec<u8> {
    let frame = segment(0xc2, &[&[8, 0, 24, 0, 40, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0]]);
    let restart = segment(0xdd, &[&[0, 4]]);
    let scan = segment(0xda, &[&[3, 1, 0, 2, 0, 3, 0, 0, 0, 0]]);
    let table = segment(0xc4, &[&[0x10, 1], &[0; 16]]);
    [&[0xff, 0xd8], &frame[..], &restart, &scan, coded, &table, &scan, coded, &[0xff, 0xd9]].concat()
}

// --- PNG -----------------------------------------------------------------------------------------

pub(super) fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let named = [&name[..], content].concat();
    let mut chunk = (content.len() as u32).to_be_bytes().to_vec();
    chunk.extend(&named);
    chunk.extend(crc32(&named).to_be_bytes());
    chunk
}

pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let shift = |crc: u32, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
    !bytes.iter().fold(!0_u32, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), shift))
}

/// Chunks behind the head and before the end of a PNG.
pub(super) fn png_with(head: &[Vec<u8>], end: &[Vec<u8>]) -> Vec<u8> {
    let png = encoded(ImageFormat::Png);
    let last = png.len() - 12;
    [&png[..33], &head.concat(), &png[33..last], &end.concat(), &png[last..]].concat()
}

// --- WebP ----------------------------------------------------------------------------------------

pub(super) fn riff_chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut chunk = [&name[..], &(content.len() as u32).to_le_bytes(), content].concat();
    chunk.resize(chunk.len() + content.len() % 2, 0);
    chunk
}

pub(super) fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let content = chunks.concat();
    [&b"RIFF"[..], &(content.len() as u32 + 4).to_le_bytes(), b"WEBP", &content].concat()
}

/// The one chunk of a picture.
pub(super) fn webp_pixels() -> Vec<u8> {
    encoded(ImageFormat::WebP)[12..].to_vec()
}

pub(super) fn vp8x(flags: u8) -> Vec<u8> {
    riff_chunk(b"VP8X", &[flags, 0, 0, 0, 39, 0, 0, 23, 0, 0])
}

pub(super) fn webp_frame(inner: &[Vec<u8>]) -> Vec<u8> {
    let head = [0, 0, 0, 0, 0, 0, 39, 0, 0, 23, 0, 0, 100, 0, 0, 2];
    riff_chunk(b"ANMF", &[&head[..], &inner.concat()].concat())
}

// --- GIF -----------------------------------------------------------------------------------------

pub(super) fn gif(frames: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    for number in 0..frames {
        encoder
            .encode_frame(Frame::new(picture(40, 24 + number as u32).crop(0, 0, 40, 24).into_rgba8()))
            .expect("a frame");
    }
    drop(encoder);
    bytes
}

/// Extensions behind the head of a GIF.
pub(super) fn gif_with(gif: &[u8], extensions: &[Vec<u8>]) -> Vec<u8> {
    let colours = if gif[10] & 0x80 == 0 { 0 } else { 3 << ((gif[10] & 7) + 1) };
    let head = 13 + colours;
    [&gif[..head], &extensions.concat(), &gif[head..]].concat()
}

pub(super) fn gif_extension(kind: u8, pieces: &[&[u8]]) -> Vec<u8> {
    let mut bytes = vec![0x21, kind];
    for piece in pieces {
        bytes.push(piece.len() as u8);
        bytes.extend(*piece);
    }
    bytes.push(0);
    bytes
}

// --- Boxes ---------------------------------------------------------------------------------------

pub(super) fn boxed(name: &[u8; 4], content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    [&(content.len() as u32 + 8).to_be_bytes()[..], name, &content].concat()
}

pub(super) fn brands(brands: &[&[u8; 4]]) -> Vec<u8> {
    let compatible: Vec<u8> = brands.iter().flat_map(|brand| brand.iter().copied()).collect();
    boxed(b"ftyp", &[brands[0], &[0; 4], &compatible])
}

pub(super) fn handler(kind: &[u8; 4]) -> Vec<u8> {
    boxed(b"hdlr", &[&[0; 8], kind, &[0; 13]])
}

/// A track whose only chunk is here.
pub(super) fn track(kind: &[u8; 4], at: u32, sizes: &[u32], beside: &[Vec<u8>]) -> Vec<u8> {
    let count = (sizes.len() as u32).to_be_bytes();
    let all: Vec<u8> = sizes.iter().flat_map(|size| size.to_be_bytes()).collect();
    let tables = [
        boxed(b"stsc", &[&[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1], &count, &[0, 0, 0, 1]]),
        boxed(b"stsz", &[&[0; 8], &count, &all]),
        boxed(b"stco", &[&[0, 0, 0, 0, 0, 0, 0, 1], &at.to_be_bytes()]),
    ];
    let media = [handler(kind), boxed(b"minf", &[&boxed(b"stbl", &[&tables.concat()])])];
    boxed(b"trak", &[&boxed(b"tkhd", &[&[0; 84]]), &boxed(b"mdia", &[&media.concat()]), &beside.concat()])
}

/// A file whose first box has these brands, whose second holds samples, and the third the tracks and what is beside them.
pub(super) fn film(names: &[&[u8; 4]], samples: &[u8], in_moov: &[Vec<u8>], behind: &[Vec<u8>]) -> Vec<u8> {
    let head = boxed(b"mvhd", &[&[0; 100]]);
    let moov = boxed(b"moov", &[&head, &in_moov.concat()]);
    [brands(names), boxed(b"mdat", &[samples]), moov, behind.concat()].concat()
}

/// Where the samples of [`film`] begin.
pub(super) fn samples_at(names: &[&[u8; 4]]) -> u32 {
    brands(names).len() as u32 + 8
}

/// An item of a HEIC or AVIF: its kind, and what it holds.
pub(super) type Item<'a> = (&'a [u8; 4], &'a [u8]);

/// The first item is the picture. `in_box`: small items stand within the box that tells of them.
pub(super) fn heif(names: &[&[u8; 4]], items: &[Item<'_>], in_box: bool, beside: &[Vec<u8>]) -> Vec<u8> {
    let all: Vec<u8> = items.iter().flat_map(|(_, bytes)| bytes.iter().copied()).collect();
    let infe = |(i, (kind, _)): (usize, &Item<'_>)| {
        let text: &[u8] = if *kind == b"mime" { b"\0application/rdf+xml\0" } else { b"\0" };
        boxed(b"infe", &[&[2, 0, 0, 0, 0, i as u8 + 1, 0, 0], *kind, text])
    };
    let kinds: Vec<u8> = items.iter().enumerate().flat_map(infe).collect();
    let iinf = boxed(b"iinf", &[&[0, 0, 0, 0, 0, items.len() as u8], &kinds]);
    let ispe = boxed(b"ispe", &[&[0; 4], &40_u32.to_be_bytes(), &24_u32.to_be_bytes()]);
    let ipco = boxed(b"ipco", &[&ispe, &boxed(b"irot", &[&[1]]), &boxed(b"udes", &[&[0; 4], SECRET, b"\0\0\0\0"])]);
    let iprp = boxed(b"iprp", &[&ipco, &boxed(b"ipma", &[&[0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 2, 0x81, 0x02]])]);
    let ftyp = brands(names);
    let meta = |base: u32| {
        let mut offset = base;
        let mut places = Vec::new();
        for (i, (_, bytes)) in items.iter().enumerate() {
            places.extend([0, i as u8 + 1, 0, u8::from(in_box), 0, 0, 0, 1]);
            places.extend(offset.to_be_bytes());
            places.extend((bytes.len() as u32).to_be_bytes());
            offset += bytes.len() as u32;
        }
        let iloc = boxed(b"iloc", &[&[1, 0, 0, 0, 0x44, 0, 0, items.len() as u8], &places]);
        let idat = if in_box { boxed(b"idat", &[&all]) } else { Vec::new() };
        let pitm = boxed(b"pitm", &[&[0, 0, 0, 0, 0, 1]]);
        boxed(b"meta", &[&[0; 4], &handler(b"pict"), &pitm, &iinf, &iloc, &iprp, &idat, &beside.concat()])
    };
    let base = if in_box { 0 } else { ftyp.len() as u32 + meta(0).len() as u32 + 8 };
    let mdat = if in_box { Vec::new() } else { boxed(b"mdat", &[&all]) };
    [ftyp, meta(base), mdat].concat()
}

// --- WebM and Ogg --------------------------------------------------------------------------------

pub(super) fn element(number: &[u8], content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    let length = (content.len() as u32 | 0x1000_0000).to_be_bytes();
    [number, &length, &content].concat()
}

pub(super) fn webm(kind: &[u8], tracks: &[(u8, &[u8])]) -> Vec<u8> {
    let track = |(number, codec): &(u8, &[u8])| {
        element(&[0xae], &[&element(&[0x83], &[&[*number]]), &element(&[0x86], &[codec])])
    };
    let tracks: Vec<u8> = tracks.iter().flat_map(track).collect();
    let head = element(&[0x1a, 0x45, 0xdf, 0xa3], &[&element(&[0x42, 0x82], &[kind])]);
    // As a browser records it: the length is not known.
    let segment = [&[0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff][..]];
    let tracks = element(&[0x16, 0x54, 0xae, 0x6b], &[&tracks]);
    [&head, segment[0], &element(&[0xec], &[&[0; 9]]), &tracks, &element(&[0x1f, 0x43, 0xb6, 0x75], &[&[0; 40]])]
        .concat()
}

pub(super) fn ogg(streams: &[&[u8]]) -> Vec<u8> {
    let page =
        |flags: u8, content: &[u8]| [b"OggS\0", &[flags][..], &[0; 20], &[1, content.len() as u8], content].concat();
    let mut bytes: Vec<u8> = streams.iter().flat_map(|head| page(2, head)).collect();
    bytes.extend(page(0, b"sound"));
    bytes
}

// --- TIFF ----------------------------------------------------------------------------------------

/// An entry: its tag, its kind, how many values, and the values.
pub(super) type Entry<'a> = (u16, u16, u32, &'a [u8]);

/// A directory that begins here, followed by its values, little end first.
pub(super) fn directory(at: u32, entries: &[Entry<'_>], next: u32) -> Vec<u8> {
    let mut values_at = at + 2 + 12 * entries.len() as u32 + 4;
    let mut bytes = (entries.len() as u16).to_le_bytes().to_vec();
    let mut values: Vec<u8> = Vec::new();
    for (tag, kind, count, value) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        if value.len() > 4 {
            bytes.extend(values_at.to_le_bytes());
            values_at += value.len() as u32;
            values.extend(*value);
        } else {
            let mut short = [0; 4];
            short[..value.len()].copy_from_slice(value);
            bytes.extend(short);
        }
    }
    bytes.extend(next.to_le_bytes());
    bytes.extend(values);
    bytes
}

/// Two pages, with everything that a TIFF can tell of places; `more` goes into the first.
pub(super) fn tiff(more: &[Entry<'_>]) -> Vec<u8> {
    let long = |number: u32| number.to_le_bytes();
    let text = |tag: u16| (tag, 2, SECRET.len() as u32, SECRET);
    let (exif_at, gps_at, child_at, second_at) = (1_000, 1_200, 1_400, 1_600);
    let [exif_of, gps_of, child_of] = [exif_at, gps_at, child_at].map(long);
    let pixels = long(2_000);
    let mut first: Vec<Entry<'_>> = vec![
        (256, 4, 1, &[4, 0, 0, 0]),
        (257, 4, 1, &[2, 0, 0, 0]),
        (258, 3, 1, &[8, 0]),
        (262, 3, 1, &[1, 0]),
        text(270),
        (273, 4, 1, &pixels),
        (274, 3, 1, &[6, 0]),
        (279, 4, 1, &[8, 0, 0, 0]),
        (330, 4, 1, &child_of),
        text(700),
        text(33_723),
        (34_665, 4, 1, &exif_of),
        (34_853, 4, 1, &gps_of),
    ];
    first.extend(more);
    first.sort_by_key(|entry| entry.0);
    let mut bytes = [b"II\x2a\0", &long(8)[..], &directory(8, &first, second_at)].concat();
    for (at, piece) in [
        (exif_at, directory(exif_at, &[text(36_867), (37_500, 7, SECRET.len() as u32, SECRET)], 0)),
        (gps_at, directory(gps_at, &[(1, 2, 2, b"N\0"), (29, 2, SECRET.len() as u32, SECRET)], 0)),
        (child_at, directory(child_at, &[(256, 4, 1, &[1, 0, 0, 0]), text(700)], 0)),
        (second_at, directory(second_at, &[(256, 4, 1, &[1, 0, 0, 0]), text(315)], 8)),
        (2_000, b"PIXELS!!".to_vec()),
    ] {
        bytes.resize(at as usize, 0);
        bytes.extend(piece);
    }
    bytes
}
