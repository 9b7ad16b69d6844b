//! The kinds of files, and what is written into them.

use std::fs;
use std::path::{Path, PathBuf};

use porch::media::Media;

use super::tools::run;
use super::{SECRET, text};

pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) path: PathBuf,
    pub(crate) media: Media,
    /// Whether it is to be turned when it is shown, by its EXIF.
    pub(crate) is_turned: bool,
}

/// A name, how the file ends, what it is, and the program with what it is told: `IN` is a picture, `OUT` the file.
type Recipe = (&'static str, &'static str, Media, &'static str);

const RECIPES: &[Recipe] = &[
    ("jpeg", "jpg", Media::Jpeg, "convert IN -quality 90 OUT"),
    ("progressive jpeg", "jpg", Media::Jpeg, "convert IN -interlace JPEG OUT"),
    ("grey jpeg", "jpg", Media::Jpeg, "convert IN -colorspace Gray OUT"),
    ("jpeg of four colours", "jpg", Media::Jpeg, "convert IN -colorspace CMYK OUT"),
    ("jpeg in full colours", "jpg", Media::Jpeg, "convert IN -sampling-factor 4:4:4 OUT"),
    ("jpeg in few colours", "jpg", Media::Jpeg, "convert IN -sampling-factor 4:1:1 -quality 30 OUT"),
    ("jpeg of one pixel", "jpg", Media::Jpeg, "convert IN -resize 1x1! OUT"),
    ("jpeg with restarts", "jpg", Media::Jpeg, "jpegtran -restart 1 -outfile OUT JPG"),
    ("progressive jpeg with restarts", "jpg", Media::Jpeg, "jpegtran -progressive -restart 2 -outfile OUT JPG"),
    ("jpeg of arithmetic", "jpg", Media::Jpeg, "jpegtran -arithmetic -outfile OUT JPG"),
    ("png", "png", Media::Png, "convert IN OUT"),
    ("png of a palette", "png", Media::Png, "convert IN -colors 16 -type Palette OUT"),
    ("grey png", "png", Media::Png, "convert IN -colorspace Gray OUT"),
    ("deep png", "png", Media::Png, "convert IN -depth 16 -define png:bit-depth=16 OUT"),
    ("transparent png", "png", Media::Png, "convert IN -alpha set -channel A -evaluate set 40% OUT"),
    ("interlaced png", "png", Media::Png, "convert IN -interlace PNG OUT"),
    ("png of two colours", "png", Media::Png, "convert IN -monochrome OUT"),
    ("gif", "gif", Media::Gif, "convert IN OUT"),
    ("animated gif", "gif", Media::Gif, "convert -delay 20 -loop 3 IN IN -flop OUT"),
    ("transparent gif", "gif", Media::Gif, "convert IN -fuzz 20% -transparent red OUT"),
    ("webp", "webp", Media::WebP, "cwebp -quiet IN -o OUT"),
    ("lossless webp", "webp", Media::WebP, "cwebp -quiet -lossless IN -o OUT"),
    ("transparent webp", "webp", Media::WebP, "cwebp -quiet ALPHA -o OUT"),
    ("animated webp", "webp", Media::WebP, "gif2webp -quiet GIF -o OUT"),
    ("avif", "avif", Media::Avif, "avifenc -s 10 IN OUT"),
    ("deep avif", "avif", Media::Avif, "avifenc -s 10 -d 10 -y 444 IN OUT"),
    ("transparent avif", "avif", Media::Avif, "avifenc -s 10 ALPHA OUT"),
    ("avif in tiles", "avif", Media::Avif, "avifenc -s 10 --grid 2x1 IN OUT"),
    ("heic", "heic", Media::Heic, "heif-enc -q 50 -o OUT IN"),
    ("transparent heic", "heic", Media::Heic, "heif-enc -q 50 -o OUT ALPHA"),
    ("heic with a thumbnail", "heic", Media::Heic, "heif-enc -q 50 -t 32 -o OUT IN"),
    ("tiff", "tif", Media::Tiff, "convert IN -compress None OUT"),
    ("tiff of lzw", "tif", Media::Tiff, "convert IN -compress LZW OUT"),
    ("tiff of pages", "tif", Media::Tiff, "convert IN IN -flop OUT"),
    ("tiff of the other end", "tif", Media::Tiff, "convert IN -endian MSB OUT"),
    ("tiff in tiles", "tif", Media::Tiff, "convert IN -define tiff:tile-geometry=64x64 OUT"),
    ("tiff of jpeg", "tif", Media::Tiff, "convert IN -compress JPEG OUT"),
    ("tiff of fax", "tif", Media::Tiff, "convert IN -monochrome -compress Group4 OUT"),
];

/// Writes all of them, each with everything that its format takes.
pub(crate) fn make(folder: &Path) -> Vec<Sample> {
    let place = |name: &str| text(&folder.join(name));
    let sources =
        [("IN", place("in.png")), ("JPG", place("in.jpg")), ("ALPHA", place("alpha.png")), ("GIF", place("in.gif"))];
    let [(_, png), (_, jpg), (_, alpha), (_, gif)] = &sources;
    let drawn = ["-size", "160x128", "plasma:red-blue", "-fill", "white", "-draw", "circle 60,60 60,90", png];
    run("convert", &drawn);
    run("convert", &[png, "-quality", "90", jpg]);
    run("convert", &[png, "-alpha", "set", "-channel", "A", "-evaluate", "set", "40%", alpha]);
    run("convert", &["-delay", "20", png, png, "-flop", gif]);
    run("convert", &[png, "-resize", "32x32", &place("thumbnail.jpg")]);
    let mut samples = Vec::new();
    for (name, ending, media, recipe) in RECIPES {
        let path = folder.join(format!("{}.{ending}", name.replace(' ', "-")));
        let mut args: Vec<String> = Vec::new();
        for word in recipe.split(' ') {
            let source = sources.iter().find(|(source, _)| *source == word).map(|(_, path)| path.clone());
            args.push(source.unwrap_or_else(|| word.replace("OUT", &text(&path))));
        }
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        run(args[0], &args[1..]);
        let is_turned = matches!(media, Media::Jpeg | Media::Png | Media::WebP | Media::Tiff);
        write_secrets(folder, &path, *media, is_turned);
        samples.push(Sample { name, path, media: *media, is_turned });
    }
    samples.extend(films(folder));
    samples
}

/// Everything that ExifTool can write into a picture.
fn write_secrets(folder: &Path, path: &Path, media: Media, is_turned: bool) {
    let secret = |tag: &str| format!("-{tag}={SECRET}");
    let mut args = vec!["-q".to_owned(), "-m".to_owned(), "-overwrite_original".to_owned()];
    if media != Media::Gif {
        args.extend(
            ["Make", "Model", "Artist", "Copyright", "ImageDescription", "SerialNumber", "UserComment"].map(secret),
        );
        args.extend(["LensSerialNumber", "OwnerName", "Software", "GPSMapDatum"].map(secret));
        args.push("-GPSLatitude=48.137".to_owned());
        args.push("-GPSLatitudeRef=N".to_owned());
        args.push("-GPSLongitude=11.575".to_owned());
        args.push("-GPSLongitudeRef=E".to_owned());
        args.push("-DateTimeOriginal=2026:01:02 03:04:05".to_owned());
    }
    args.extend(
        ["XMP-dc:Creator", "XMP-iptcExt:LocationShownCity", "XMP-aux:SerialNumber", "XMP-photoshop:City"].map(secret),
    );
    args.push("-XMP-exif:GPSLatitude=48.137".to_owned());
    args.push("-XMP-exif:GPSLongitude=11.575".to_owned());
    if is_turned {
        args.push("-IFD0:Orientation#=6".to_owned());
    }
    match media {
        Media::Jpeg => {
            args.extend(["IPTC:City", "Comment", "Photoshop:CopyrightFlag"].map(secret));
            args.push(format!("-ThumbnailImage<={}", text(&folder.join("thumbnail.jpg"))));
        }
        Media::Png => args.extend(["PNG:Comment", "PNG:Author"].map(secret)),
        Media::Gif => args.push(secret("Comment")),
        Media::Tiff => args.push(secret("IPTC:City")),
        _ => {}
    }
    args.push(text(path));
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    run("exiftool", &args);
    if matches!(media, Media::Jpeg | Media::Png | Media::Gif) {
        // As phones append films.
        let mut bytes = fs::read(path).expect("it is there");
        bytes.extend(b"\0\0\0\x18ftypmp42");
        bytes.extend(SECRET.as_bytes());
        fs::write(path, bytes).expect("it is written");
    }
}

/// Two that hold nothing but what ExifTool writes into films.
fn films(folder: &Path) -> Vec<Sample> {
    let boxed =
        |name: &[u8; 4], content: &[u8]| [&(content.len() as u32 + 8).to_be_bytes()[..], name, content].concat();
    let mut header = [0; 100];
    // A second of a thousand, at its own speed and full loudness, and no turn.
    header[14..16].copy_from_slice(&1_000_u16.to_be_bytes());
    header[18..20].copy_from_slice(&1_000_u16.to_be_bytes());
    header[21] = 1;
    header[24] = 1;
    for (at, one) in [(36, 0x0001_0000_u32), (52, 0x0001_0000), (68, 0x4000_0000), (96, 2)] {
        header[at..at + 4].copy_from_slice(&one.to_be_bytes());
    }
    let handler = boxed(b"hdlr", &[&[0; 8], &b"vide"[..], &[0; 13]].concat());
    let track = boxed(b"trak", &[boxed(b"tkhd", &[0; 84]), boxed(b"mdia", &handler)].concat());
    let moov = boxed(b"moov", &[boxed(b"mvhd", &header), track].concat());
    let mut samples = Vec::new();
    for (name, ending, brand) in [("mp4", "mp4", b"isom"), ("quicktime", "mov", b"qt  ")] {
        let path = folder.join(format!("film.{ending}"));
        let film =
            [boxed(b"ftyp", &[&brand[..], &[0; 4], brand].concat()), boxed(b"mdat", b"samples"), moov.clone()].concat();
        fs::write(&path, film).expect("it is written");
        let mut args: Vec<String> = ["-q", "-m", "-overwrite_original"].map(str::to_owned).into();
        for group in ["Keys", "UserData", "ItemList"] {
            args.push(format!("-{group}:GPSCoordinates=48.137 11.575 500"));
            args.push(format!("-{group}:Comment={SECRET}"));
        }
        args.push(format!("-XMP-dc:Creator={SECRET}"));
        args.push("-XMP-exif:GPSLatitude=48.137".to_owned());
        args.push(text(&path));
        run("exiftool", &args.iter().map(String::as_str).collect::<Vec<_>>());
        samples.push(Sample { name, path, media: Media::Mp4Video, is_turned: false });
    }
    samples
}
