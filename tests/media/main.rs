//! Pictures and films as other programs write them, with places, names and numbers by ExifTool; cleaned; and looked at by
//! ExifTool and ImageMagick again: nothing of that is left, and each pixel is what it was.
//!
//! The programs are what `.ci/run` installs. Where they are missing the tests are skipped aloud; in CI that is a failure.

mod kinds;
mod tools;

use std::fs::{self, File};
use std::path::Path;

use porch::media::{self, Found, Kind, Media, Outcome};
use tempfile::TempDir;

use kinds::Sample;
use tools::{are_here, run};

/// Stands in every text that ExifTool is told to write.
const SECRET: &str = "SecretPlace";

/// Groups of tags that may be left: the file itself, how it is coded, and what ExifTool makes of both.
const GROUPS_LEFT: [&str; 14] = [
    "[ExifTool]",
    "[System]",
    "[File]",
    "[Composite]",
    "[JFIF]",
    "[APP14]",
    "[PNG]",
    "[PNG-pHYs]",
    "[RIFF]",
    "[GIF]",
    "[Adobe]",
    "[QuickTime]",
    "[Meta]",
    "[Track1]",
];

/// Tags that may be left of an IFD: a TIFF consists of them.
const TAGS_OF_TIFF: [&str; 32] = [
    "ImageWidth",
    "ImageHeight",
    "BitsPerSample",
    "Compression",
    "PhotometricInterpretation",
    "FillOrder",
    "StripOffsets",
    "Orientation",
    "SamplesPerPixel",
    "RowsPerStrip",
    "StripByteCounts",
    "XResolution",
    "YResolution",
    "PlanarConfiguration",
    "ResolutionUnit",
    "PageNumber",
    "Predictor",
    "ColorMap",
    "ExtraSamples",
    "SampleFormat",
    "TileWidth",
    "TileLength",
    "TileOffsets",
    "TileByteCounts",
    "JPEGTables",
    "YCbCrSubSampling",
    "YCbCrPositioning",
    "ReferenceBlackWhite",
    "SubfileType",
    "T6Options",
    "WhitePoint",
    "PrimaryChromaticities",
];

#[test]
fn exiftool_finds_nothing_in_a_clean_file_and_imagemagick_the_same_pixels() {
    if !are_here() {
        return;
    }
    let folder = TempDir::new().expect("a folder");
    let samples = kinds::make(folder.path());
    assert!(samples.len() >= 30, "only {} kinds were made", samples.len());
    for sample in &samples {
        let Sample { name, path, is_turned, .. } = sample;
        let before = told(path);
        assert!(before.contains(SECRET) && before.contains("GPS"), "{name} has nothing to lose:\n{before}");
        let (found, outcome, clean) = clean(path);
        assert_eq!((found.media, outcome), (sample.media, Outcome::Cleaned), "{name}");
        let after = told(&clean);
        assert_eq!(not_allowed(&after, found.media), [""; 0], "{name}, of which is told:\n{after}");
        let bytes = fs::read(&clean).expect("it is there");
        for text in [SECRET, "ns.adobe.com", "<x:xmpmeta", "Photoshop 3.0"] {
            assert!(!bytes.windows(text.len()).any(|window| window == text.as_bytes()), "{name} holds {text}");
        }
        assert_eq!(orientation(&clean), if *is_turned { "6" } else { "" }, "{name}:\n{after}");
        if found.media.kind() != Kind::Video {
            assert_eq!(pixels(&clean), pixels(path), "{name}");
        }
        same_facts(name, &found, path, &clean);
    }
}

/// Cleans a file into one beside it.
fn clean(path: &Path) -> (Found, Outcome, std::path::PathBuf) {
    let clean = path.with_file_name(format!("clean-{}", path.file_name().expect("a name").to_string_lossy()));
    let mut from = File::open(path).expect("it is there");
    let found = media::recognise(&mut from).expect("it is read");
    let mut to = File::create(&clean).expect("it is made");
    let outcome = media::clean(&found, &mut from, &mut to).expect("it is read and written");
    (found, outcome, clean)
}

/// What we say of the size is what ImageMagick says; and of both files it is the same.
fn same_facts(name: &str, found: &Found, path: &Path, clean: &Path) {
    let of_clean = media::recognise(&mut File::open(clean).expect("it is there")).expect("it is read");
    assert_eq!(&of_clean, found, "{name}");
    let Some(facts) = found.picture else { return };
    let said = run("identify", &["-quiet", "-format", "%W %H\n", &text(path)]);
    let size = if found.media == Media::Avif { facts.shown } else { facts.stored };
    assert_eq!(said.lines().next(), Some(format!("{} {}", size.width, size.height).as_str()), "{name}");
    assert_eq!(facts.is_animated, said.lines().count() > 1 || name.contains("apng"), "{name}");
}

/// Everything ExifTool finds, what it does not know among it.
fn told(path: &Path) -> String {
    run("exiftool", &["-a", "-u", "-G1", "-s", "-n", "-ee", &text(path)])
}

/// The lines of tags that no clean file has.
fn not_allowed(told: &str, media: Media) -> Vec<&str> {
    let is_allowed = |line: &&str| {
        let (group, rest) = line.split_once(']').map_or((*line, ""), |(group, rest)| (&line[..group.len() + 1], rest));
        let tag = rest.split(':').next().unwrap_or_default().trim();
        if group.starts_with("[IFD") || group.starts_with("[SubIFD") {
            // ExifTool calls what is coded as JPEG a preview.
            let is_of_tiff = TAGS_OF_TIFF.contains(&tag) || tag.starts_with("PreviewImage");
            return tag == "Orientation" || (media == Media::Tiff && is_of_tiff);
        }
        if tag == "Unknown_free" {
            return true;
        }
        let tells = ["GPS", "Serial", "Comment", "Author", "Software"].iter().any(|word| tag.contains(word));
        GROUPS_LEFT.contains(&group) && !tells
    };
    told.lines().filter(|line| !is_allowed(line)).collect()
}

fn orientation(path: &Path) -> String {
    run("exiftool", &["-n", "-s3", "-IFD0:Orientation", &text(path)]).trim().to_owned()
}

/// The size and a hash of the pixels of each picture in a file.
fn pixels(path: &Path) -> String {
    let name = text(path);
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("avif") => {
            let png = path.with_extension("avif.png");
            run("avifdec", &[&name, &text(&png)]);
            pixels(&png)
        }
        Some("heic") => {
            let png = path.with_extension("heic.png");
            run("heif-convert", &[&name, &text(&png)]);
            pixels(&png)
        }
        _ => run("identify", &["-quiet", "-format", "%wx%h %#\n", &name]),
    }
}

fn text(path: &Path) -> String {
    path.to_str().expect("our own names are text").to_owned()
}
