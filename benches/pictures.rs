//! What pictures cost: `cargo bench --bench pictures`.
//!
//! Makes files as people send them, and prints for each what its previews take: CPU time of the thread, and by how much
//! the memory of the process grows at most. Beside it the floor: the same file decoded by the `image` crate, and nothing
//! made of it. Each figure is of a process of its own, since memory that was freed hides what is taken next.

mod measuring;

use std::fs::{self, File};
use std::hint::black_box;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::Command;

use image::{ImageFormat, ImageReader, Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use measuring::cpu;
use porch::picture::previews;

/// Runs of each, of which the median is told.
const TIMES: usize = 9;
/// Samples by which a pixel differs from the gradient at most: makes a JPEG of 12 megapixels some 4 MB.
const NOISE: u32 = 24;

/// What is measured in a process of its own.
struct Measured {
    ms: f64,
    mib: f64,
    made_kib: f64,
}

fn main() {
    // `cargo bench` passes `--bench`.
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if let ["one", work, path] = args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        return measure(work, Path::new(path));
    }
    let dir = tempfile::tempdir().expect("a folder for the bench");
    println!("load average: {}", fs::read_to_string("/proc/loadavg").unwrap_or_default().trim());
    println!(
        "{:<34} {:>9} {:>12} {:>9} {:>6} {:>13} {:>9} {:>14}",
        "picture", "file MB", "previews ms", "floor ms", "ratio", "previews MiB", "floor MiB", "previews KiB"
    );
    for (what, path) in files(dir.path()) {
        let (ours, floor) = (in_a_process("previews", &path), in_a_process("floor", &path));
        let mb = fs::metadata(&path).map_or(0, |file| file.len()) as f64 / 1e6;
        println!(
            "{what:<34} {mb:>9.1} {:>12.0} {:>9.0} {:>6.2} {:>13.1} {:>9.1} {:>14.0}",
            ours.ms,
            floor.ms,
            ours.ms / floor.ms,
            ours.mib,
            floor.mib,
            ours.made_kib
        );
    }
}

/// Files as people send them, and what they are.
fn files(dir: &Path) -> Vec<(&'static str, PathBuf)> {
    let photo = scene(4_000, 3_000);
    let [plain, progressive, sent, png] =
        ["plain.jpg", "progressive.jpg", "sent.jpg", "screen.png"].map(|name| dir.join(name));
    write_jpeg(&plain, &photo, 90, Scans::One);
    write_jpeg(&progressive, &photo, 90, Scans::Several);
    drop(photo);
    write_jpeg(&sent, &scene(2_048, 1_536), 85, Scans::One);
    scene(2_000, 1_500).save_with_format(&png, ImageFormat::Png).expect("the PNG is written");
    vec![
        ("JPEG of 12 megapixels", plain),
        ("progressive JPEG of 12 megapixels", progressive),
        ("JPEG of 2,048 pixels", sent),
        ("PNG of 3 megapixels", png),
    ]
}

#[derive(Eq, PartialEq)]
enum Scans {
    One,
    Several,
}

/// With half the colour, as phones and browsers write it.
fn write_jpeg(path: &Path, picture: &RgbImage, quality: u8, scans: Scans) {
    let mut encoder = Encoder::new_file(path, quality).expect("a file for the JPEG");
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_progressive(scans == Scans::Several);
    let (width, height) = (picture.width() as u16, picture.height() as u16);
    encoder.encode(picture, width, height, ColorType::Rgb).expect("the JPEG is written");
}

/// Soft light, soft shapes, and the noise of a camera.
fn scene(width: u32, height: u32) -> RgbImage {
    let mut chance = 1_u32;
    RgbImage::from_fn(width, height, |x, y| {
        chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (chance >> 16) % NOISE;
        let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
        let shape = ((u * 40.0).sin() * (v * 30.0).cos() * 40.0) as i32;
        let light = |of: f32| ((of * 140.0) as i32 + 50 + shape + noise as i32).clamp(0, 255) as u8;
        Rgb([light(u), light(v), light((u + v) / 2.0)])
    })
}

fn in_a_process(work: &str, path: &Path) -> Measured {
    let bench = std::env::current_exe().expect("the bench knows its own place");
    let output = Command::new(bench).args(["one", work]).arg(path).output().expect("the bench starts itself");
    let text = String::from_utf8_lossy(&output.stdout);
    let figures: Vec<f64> = text.split_whitespace().filter_map(|figure| figure.parse().ok()).collect();
    let [ms, mib, made_kib] = figures[..] else {
        panic!("{work} of {path:?}: {text} {}", String::from_utf8_lossy(&output.stderr))
    };
    Measured { ms, mib, made_kib }
}

/// Prints what one kind of work takes: milliseconds, MiB by which the memory grew, KiB that were made.
fn measure(work: &str, path: &Path) {
    let before = status_kib("VmRSS:");
    let mut times = Vec::new();
    let mut grown = 0;
    let mut made = 0;
    for run in 0..TIMES {
        let begin = cpu();
        made = if work == "floor" { decode(path) } else { preview(path) };
        times.push((cpu() - begin).as_secs_f64() * 1e3);
        if run == 0 {
            grown = status_kib("VmHWM:") - before;
        }
    }
    times.sort_unstable_by(f64::total_cmp);
    println!("{} {} {}", times[TIMES / 2], grown as f64 / 1024.0, made as f64 / 1024.0);
}

fn preview(path: &Path) -> usize {
    let file = File::open(path).expect("the picture is there");
    let bytes = file.metadata().expect("it has a length").len();
    let previews = previews(BufReader::new(file), bytes).expect("previews are made");
    previews.jpegs.iter().map(|(_, jpeg)| jpeg.len()).sum()
}

fn decode(path: &Path) -> usize {
    let picture = ImageReader::open(path).expect("the picture is there").decode().expect("it is decoded");
    black_box(picture.as_bytes());
    0
}

fn status_kib(key: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells of a process");
    let line = status.lines().find_map(|line| line.strip_prefix(key)).expect("it tells of memory");
    line.split_whitespace().next().and_then(|kib| kib.parse().ok()).expect("in KiB")
}
