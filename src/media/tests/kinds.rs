//! All kinds: what they are known for, and that cleaning leaves nothing but what is seen.

use image::ImageFormat;

use super::make::*;
use super::*;

/// A name, the file, and what it is.
type Sample = (&'static str, Vec<u8>, Media);

pub(super) fn pictures() -> Vec<Sample> {
    let app = |marker: u8, head: &[u8]| segment(marker, &[head, SECRET]);
    let text = |name: &[u8; 4]| chunk(name, SECRET);
    let simple = |chunks: &[Vec<u8>]| riff(&[&[webp_pixels()], chunks].concat());
    let tail = |file: &[u8]| [file, SECRET].concat();
    let jpegs: Vec<(&'static str, Vec<u8>)> = vec![
        ("jpeg", jpeg()),
        ("grey jpeg", grey_jpeg()),
        ("jpeg with exif", with_exif(&jpeg(), 1)),
        ("jpeg that is turned", with_exif(&jpeg(), 6)),
        ("jpeg with xmp", with_segments(&jpeg(), &[app(0xe1, b"http://ns.adobe.com/xap/1.0/\0")])),
        ("jpeg with extended xmp", with_segments(&jpeg(), &[app(0xe1, b"http://ns.adobe.com/xmp/extension/\0")])),
        ("jpeg with iptc", with_segments(&jpeg(), &[app(0xed, b"Photoshop 3.0\x008BIM")])),
        ("jpeg with a comment", with_segments(&jpeg(), &[app(0xfe, b"")])),
        ("jpeg with further pictures", tail(&with_segments(&jpeg(), &[app(0xe2, b"MPF\0")]))),
        ("jpeg with a thumbnail", with_segments(&jpeg(), &[app(0xe0, b"JFXX\0\x10")])),
        ("jpeg of a maker's", with_segments(&jpeg(), &[app(0xe4, b""), app(0xeb, b"JP"), app(0xef, b"")])),
        ("jpeg of adobe", with_segments(&jpeg(), &[segment(0xee, &[b"Adobe\0\x64\0\0\0\0\x01", SECRET])])),
        ("progressive jpeg", with_exif(&progressive_jpeg(b"\x12\xff\x00\x34\xff\xd0\x56"), 3)),
    ];
    let pngs = vec![
        ("png", png_with(&[], &[])),
        ("png with texts", png_with(&[text(b"tEXt"), text(b"zTXt"), text(b"iTXt")], &[text(b"tEXt")])),
        ("png that is turned", png_with(&[chunk(b"eXIf", &exif(8))], &[])),
        ("png with what nobody knows", png_with(&[text(b"tIME"), text(b"prVt")], &[text(b"caBX")])),
        ("png with a tail", tail(&png_with(&[], &[]))),
    ];
    let frames = [webp_frame(&[webp_pixels()]), webp_frame(&[riff_chunk(b"UNKN", SECRET), webp_pixels()])].concat();
    let webps = vec![
        ("webp", simple(&[])),
        ("webp with a chunk too many", simple(&[riff_chunk(b"EXIF", &exif(6))])),
        ("webp that is turned", riff(&[vp8x(8), webp_pixels(), riff_chunk(b"EXIF", &exif(6))])),
        ("webp with xmp", riff(&[vp8x(4), webp_pixels(), riff_chunk(b"XMP ", SECRET)])),
        ("animated webp", riff(&[vp8x(2), riff_chunk(b"ANIM", &[0; 6]), frames, riff_chunk(b"XYZ ", SECRET)])),
        ("webp with a tail", tail(&simple(&[]))),
    ];
    let comment = gif_extension(0xfe, &[SECRET]);
    let xmp = gif_extension(0xff, &[b"XMP DataXMP", SECRET]);
    let plain = [gif_extension(0xf9, &[&[0; 4]]), gif_extension(0x01, &[&[0; 12], SECRET])].concat();
    let repeats = gif_extension(0xff, &[b"NETSCAPE2.0", &[1, 5, 0], SECRET]);
    let gifs = vec![
        ("gif", gif(1)),
        ("gif with a comment", gif_with(&gif(1), &[comment])),
        ("gif with xmp and a text", gif_with(&gif(1), &[xmp, plain])),
        ("animated gif", tail(&gif_with(&gif(3), &[repeats]))),
    ];
    let items: [Item<'_>; 3] = [(b"av01", b"pixels"), (b"Exif", SECRET), (b"mime", SECRET)];
    let avifs = vec![
        ("avif", heif(&[b"avif", b"mif1"], &items, false, &[])),
        ("small avif", heif(&[b"mif1", b"avif"], &items, true, &[])),
        ("animated avif", [heif(&[b"avis", b"avif"], &items, true, &[]), boxed(b"uuid", &[&[7; 16], SECRET])].concat()),
    ];
    let of =
        |media, files: Vec<(&'static str, Vec<u8>)>| files.into_iter().map(move |(name, file)| (name, file, media));
    of(Media::Jpeg, jpegs)
        .chain(of(Media::Png, pngs))
        .chain(of(Media::WebP, webps))
        .chain(of(Media::Gif, gifs))
        .chain(of(Media::Avif, avifs))
        .collect()
}

pub(super) fn others() -> Vec<Sample> {
    let items: [Item<'_>; 4] = [(b"hvc1", b"pixels"), (b"Exif", SECRET), (b"mime", SECRET), (b"uri ", SECRET)];
    let tail = |file: Vec<u8>| [&file, &boxed(b"mpvd", &[SECRET])[..]].concat();
    let mp4: [&[u8; 4]; 2] = [b"isom", b"mp42"];
    let tracks =
        |kinds: &[&[u8; 4]]| kinds.iter().map(|kind| track(kind, samples_at(&mp4), &[4], &[])).collect::<Vec<_>>();
    let of_kinds = |kinds: &[&[u8; 4]]| film(&mp4, b"samp", &tracks(kinds), &[]);
    vec![
        ("heic", tail(heif(&[b"heic", b"mif1"], &items, false, &[])), Media::Heic),
        ("heif", heif(&[b"mif1", b"heic"], &items, true, &[boxed(b"xml ", &[&[0; 4], SECRET])]), Media::Heic),
        ("tiff", tiff(&[]), Media::Tiff),
        ("dng", tiff(&[(50_706, 1, 4, &[1, 4, 0, 0]), (50_735, 2, SECRET.len() as u32, SECRET)]), Media::Tiff),
        ("mp4", of_kinds(&[b"vide", b"soun"]), Media::Mp4Video),
        ("m4a", of_kinds(&[b"soun", b"text"]), Media::Mp4Audio),
        ("mp4 of texts", of_kinds(&[b"text", b"abcd"]), Media::Mp4Video),
        ("webm", webm(b"webm", &[(1, b"V_VP9"), (2, b"A_OPUS")]), Media::WebmVideo),
        ("webm to be heard", webm(b"webm\0\0", &[(2, b"A_OPUS")]), Media::WebmAudio),
        ("webm at odds with itself", webm(b"webm", &[(2, b"V_VP8")]), Media::WebmVideo),
        ("ogg", ogg(&[b"\x01vorbis"]), Media::OggAudio),
        ("opus", ogg(&[b"OpusHead"]), Media::OggAudio),
        ("ogg with a skeleton", ogg(&[b"fishead\0", b"\x01vorbis"]), Media::OggAudio),
        ("ogg to be seen", ogg(&[b"\x80theora", b"\x01vorbis"]), Media::OggVideo),
        ("ogg of what nobody knows", ogg(&[b"\x01vorbis", b"abcdefgh"]), Media::OggVideo),
    ]
}

#[test]
fn every_kind_is_known_by_its_content() {
    for (name, file, media) in [pictures(), others()].concat() {
        let found = recognised(&file);
        assert_eq!(found.media, media, "{name}");
        assert_eq!(found.picture.is_some(), media.kind() == Kind::Picture, "{name}");
    }
}

#[test]
fn what_is_no_such_file_from_its_first_byte_is_other() {
    let within = |head: &[u8], file: &[u8]| [head, file].concat();
    let mut files = vec![
        ("nothing", Vec::new()),
        ("html with a jpeg", within(b"<html>", &jpeg())),
        ("text before a png", within(b" ", &png_with(&[], &[]))),
        ("svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec()),
        ("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec()),
        ("bmp", encoded(ImageFormat::Bmp)),
        ("jxl", b"\xff\x0a\xfa\x1f\x41".to_vec()),
        ("boxed jxl", b"\0\0\0\x0cJXL \x0d\x0a\x87\x0a\0\0\0\x14ftypjxl \0\0\0\0jxl ".to_vec()),
        ("wav", b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0".to_vec()),
        ("mp3", b"ID3\x04\0\0\0\0\0\0\xff\xfb".to_vec()),
        ("matroska", webm(b"matroska", &[(1, b"V_MPEG4/ISO/AVC")])),
        ("raw of canon", film(&[b"crx ", b"isom"], b"samp", &[track(b"vide", 0, &[], &[])], &[])),
        ("film without tracks", film(&[b"isom", b"mp42"], b"samp", &[], &[])),
        ("a head alone", brands(&[b"isom", b"mp42"])),
        ("tiff without a directory", b"II*\0\x09\0\0\0\0".to_vec()),
        ("film of what nobody knows", film(&[b"isom", b"mp42"], b"samp", &[track(b"abcd", 0, &[], &[])], &[])),
    ];
    files.extend((0..32).map(|byte| ("one byte again and again", vec![byte * 8 + 7; 100])));
    for (name, file) in files {
        assert_eq!(recognised(&file), Found::OTHER, "{name}");
        assert_eq!(cleaned(&file), (Outcome::NotAPicture, Vec::new()), "{name}");
    }
}

#[test]
fn what_begins_as_a_picture_and_is_none_is_no_file_either() {
    let files = [
        ("jpeg without a picture", b"\xff\xd8\xff\xe0<script>alert(1)</script>\xff\xd9".to_vec()),
        ("png without a head", [&b"\x89PNG\r\n\x1a\n"[..], &chunk(b"IDAT", b"")].concat()),
        ("gif without an image", b"GIF89a\x01\0\x01\0\0\0\0<script>".to_vec()),
        ("webp of nothing", riff(&[riff_chunk(b"JUNK", b"junk")])),
    ];
    for (name, file) in files {
        assert_eq!(recognised(&file).picture, None, "{name}");
        assert_eq!(cleaned(&file).0, Outcome::Damaged, "{name}");
    }
    // A frame without height: nothing is to be seen, and nothing in it tells anything.
    let file = b"\xff\xd8\xff\xc0\0\x0b\x08\0\0\0\x10\x01\x01\x11\0\xff\xda\0\x02";
    assert_eq!((recognised(file).picture, cleaned(file).0), (None, Outcome::Cleaned));
}

#[test]
fn nothing_that_tells_of_a_place_comes_through() {
    let mut with_secret = 0;
    for (name, file, media) in [pictures(), others()].concat() {
        let has_secret = holds(&file, SECRET);
        with_secret += usize::from(has_secret);
        let (outcome, written) = cleaned(&file);
        match media {
            Media::OggVideo | Media::OggAudio => {
                assert_eq!(outcome, Outcome::NotAPicture, "{name}");
            }
            _ if has_secret => assert_eq!(outcome, Outcome::Cleaned, "{name}"),
            _ => assert!(matches!(outcome, Outcome::Cleaned | Outcome::CleanBefore), "{name}: {outcome:?}"),
        }
        assert!(!holds(&written, SECRET), "{name}");
    }
    assert!(with_secret >= 30, "only {with_secret} kinds have something to lose");
}

#[test]
fn what_was_cleaned_is_what_it_was_and_is_not_cleaned_any_further() {
    for (name, file, media) in [pictures(), others()].concat() {
        let (outcome, written) = cleaned(&file);
        if outcome == Outcome::NotAPicture {
            continue;
        }
        assert_eq!(recognised(&written), recognised(&file), "{name}");
        assert_eq!(recognised(&written).media, media, "{name}");
        assert_eq!(must_clean(&written), written, "{name}");
    }
}

#[test]
fn a_cleaned_picture_has_the_same_pixels() {
    let mut compared = 0;
    for (name, file, media) in pictures() {
        let format = match media {
            Media::Jpeg => ImageFormat::Jpeg,
            Media::Png => ImageFormat::Png,
            Media::WebP => ImageFormat::WebP,
            Media::Gif => ImageFormat::Gif,
            _ => continue,
        };
        let Ok(before) = image::load_from_memory_with_format(&file, format) else { continue };
        let after = image::load_from_memory_with_format(&must_clean(&file), format)
            .unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert!(before == after, "{name}");
        compared += 1;
    }
    assert!(compared >= 25, "only {compared} were compared");
}

#[test]
fn what_may_not_move_is_cleaned_in_place_to_the_same_bytes() {
    for (name, file, media) in [pictures(), others()].concat() {
        let mut in_place = Cursor::new(file.clone());
        let outcome = clean_in_place(&recognised(&file), &mut in_place).expect("memory is written");
        let moves = matches!(media, Media::Jpeg | Media::Png | Media::WebP | Media::Gif);
        let expected = if moves { (Outcome::NotAPicture, file) } else { cleaned(&file) };
        if outcome == Outcome::NotAPicture {
            assert_eq!(expected.0, outcome, "{name}");
        } else {
            assert_eq!((outcome, in_place.into_inner()), expected, "{name}");
        }
    }
}
