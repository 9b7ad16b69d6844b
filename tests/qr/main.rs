//! QR codes, read by a reader that knows nothing of porch: `zbarimg`, from the picture a camera would see.
//!
//! Without it the tests say so and end, except on CI machines, where that fails.

mod poster;
mod reader;

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use reader::{read, reader_is_here};

const BINARY: &str = env!("CARGO_BIN_EXE_porch");
/// Pixels of a module.
const MODULE_PIXELS: u32 = 4;
/// How the lines begin by which a person compares the box with a phone.
const KNOWN_BY: [&str; 2] = ["the box's own CA is SHA-256 ", "in words: "];

/// porch in a terminal of its own, as a person starts it; ended with the test.
struct InTerminal {
    script: Child,
    out: BufReader<std::process::ChildStdout>,
}

impl InTerminal {
    fn start(data: &Path) -> Self {
        let data = data.to_str().expect("the path is text");
        let line = format!("exec {BINARY} serve --https 127.0.0.1:0 --http 127.0.0.1:0 --no-mdns --data-dir '{data}'");
        let mut script = Command::new("script")
            .args(["--quiet", "--flush", "--return", "--command", &line, "/dev/null"])
            .env_remove("PORCH_CONFIG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("script can be run");
        let out = BufReader::new(script.stdout.take().expect("it is piped"));
        Self { script, out }
    }

    /// Everything up to the end of the QR code.
    fn announcement(&mut self) -> String {
        let mut text = String::new();
        let mut begun = false;
        loop {
            let mut line = String::new();
            assert!(self.out.read_line(&mut line).expect("it can be read") > 0, "porch has ended: {text}");
            let is_code = line.contains("\x1b[30;47m");
            if begun && !is_code {
                return text;
            }
            begun |= is_code;
            text.push_str(&line);
        }
    }
}

impl Drop for InTerminal {
    fn drop(&mut self) {
        // Its end closes the terminal, and porch hears of that.
        let _ = self.script.kill();
        let _ = self.script.wait();
        let _ = self.out.read_to_end(&mut Vec::new());
    }
}

/// Where the guide is, by what porch said: a phone that does not trust the box yet is sent there.
fn guide_at(said: &str) -> String {
    let mut doors = said.lines().filter_map(|line| line.trim().strip_prefix("listening on "));
    assert!(doors.clone().any(|door| door.starts_with("https://127.0.0.1:")), "{said}");
    doors.find(|door| door.starts_with("http://127.0.0.1:")).expect("it says where").to_owned()
}

/// The half blocks of a terminal's lines as the picture that a person points a camera at.
fn picture(text: &str) -> image::GrayImage {
    let rows: Vec<Vec<char>> = text
        .lines()
        .filter_map(|line| {
            let line = line.split_once("\x1b[30;47m")?.1;
            Some(line.split_once("\x1b[0m")?.0.chars().collect())
        })
        .collect();
    let width = rows.iter().map(Vec::len).max().unwrap_or(0) as u32;
    image::GrayImage::from_fn(width * MODULE_PIXELS, rows.len() as u32 * 2 * MODULE_PIXELS, |x, y| {
        let (column, half) = (x / MODULE_PIXELS, y / MODULE_PIXELS);
        let block = rows[half as usize / 2].get(column as usize).copied().unwrap_or(' ');
        let dark = match block {
            '█' => true,
            '▀' => half % 2 == 0,
            '▄' => half % 2 == 1,
            ' ' => false,
            other => panic!("{other:?} is no part of a QR code"),
        };
        image::Luma([if dark { 0 } else { 255 }])
    })
}

#[test]
fn the_codes_of_a_terminal_lead_to_the_running_box() {
    if !reader_is_here() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder can be made");
    let data = folder.path().join("data");
    let png = folder.path().join("code.png");
    let show = |args: &[&str]| {
        let mut command = Command::new(BINARY);
        command.arg("qr").args(args).arg("--data-dir").arg(&data).args(["--https", "127.0.0.1:0"]);
        command.args(["--http", "127.0.0.1:0"]).env_remove("PORCH_CONFIG");
        let output = command.output().expect("porch can be run");
        (output.status.success(), String::from_utf8(output.stdout).expect("porch writes UTF-8"))
    };
    assert!(!show(&[]).0, "there is no box to show");

    let mut porch = InTerminal::start(&data);
    let said = porch.announcement();
    let url = guide_at(&said);
    picture(&said).save(&png).expect("the picture is written");
    assert_eq!(read(&png), [url.as_str()]);

    let (shown, text) = show(&[]);
    assert!(shown && text.contains(&url), "{text}");
    let known_by: Vec<_> =
        said.lines().map(str::trim).filter(|line| KNOWN_BY.iter().any(|by| line.starts_with(by))).collect();
    assert_eq!(known_by.len(), KNOWN_BY.len(), "{said}");
    assert!(text.ends_with(&format!("{}\n", known_by.join("\n"))), "{text}");
    picture(&text).save(&png).expect("the picture is written");
    assert_eq!(read(&png), [url.as_str()]);
    assert_eq!(show(&["--url"]), (true, format!("{url}\n")));
}

#[test]
fn an_svg_file_leads_there_too() {
    if !reader_is_here() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder can be made");
    let data = folder.path().join("data");
    let mut porch = InTerminal::start(&data);
    let said = porch.announcement();
    let svg = folder.path().join("code.svg");
    let status = Command::new(BINARY)
        .args(["qr", "--svg"])
        .arg(&svg)
        .arg("--data-dir")
        .arg(&data)
        .env_remove("PORCH_CONFIG")
        .status()
        .expect("porch can be run");
    assert!(status.success());
    let drawn = std::fs::read_to_string(&svg).expect("the file is there");
    let url = guide_at(&said);
    let png = folder.path().join("code.png");
    drawing(&drawn).save(&png).expect("the picture is written");
    assert_eq!(read(&png), [url]);
}

/// Draws the rectangles of our SVG: `M x y h w v h h -w z`, the first of them the ground.
fn drawing(svg: &str) -> image::GrayImage {
    let edge: u32 = svg.split("viewBox=\"0 0 ").nth(1).and_then(|rest| rest.split(' ').next()?.parse().ok()).unwrap();
    let mut picture = image::GrayImage::from_pixel(edge * MODULE_PIXELS, edge * MODULE_PIXELS, image::Luma([255]));
    let path = svg.split("fill=\"#000\" d=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    for piece in path.split('M').skip(1) {
        let (place, rest) = piece.split_once('h').unwrap();
        let (x, y) = place.split_once(' ').unwrap();
        let (x, y): (u32, u32) = (x.parse().unwrap(), y.parse().unwrap());
        let length: u32 = rest.split('v').next().unwrap().parse().unwrap();
        for px in x * MODULE_PIXELS..(x + length) * MODULE_PIXELS {
            for py in y * MODULE_PIXELS..(y + 1) * MODULE_PIXELS {
                picture.put_pixel(px, py, image::Luma([0]));
            }
        }
    }
    picture
}
