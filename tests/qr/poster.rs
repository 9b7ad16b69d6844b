//! Posters as they come out of a printer: one page each, with codes that a camera reads.
//!
//! Chromium prints, poppler makes a picture of it, zbarimg reads the codes. Without them the test says so and ends,
//! except on CI machines, where that fails.

use std::path::{Path, PathBuf};
use std::process::Command;

use porch::guide::Lang;
use porch::guide::words::Word;
use porch::poster::{Paper, Poster, View, Wifi, page, style};

use super::reader::{read, reader_is_here};

/// Dots per inch of the picture: a poor printer's.
const DPI: f64 = 150.0;
/// What a camera reads from an arm's length and more.
const CODE_MM_MIN: f64 = 40.0;

fn program(names: &[&'static str]) -> Option<&'static str> {
    let runs = |name: &&&str| Command::new(name).arg("--version").output().is_ok();
    names.iter().find(runs).copied()
}

/// The browser that prints, if everything is here.
fn printer() -> Option<&'static str> {
    let browser = program(&["chromium", "chromium-browser", "google-chrome"]);
    let found = browser.filter(|_| reader_is_here() && program(&["pdftoppm"]).is_some());
    if found.is_none() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "CI has chromium, poppler-utils and zbar-tools");
        eprintln!("SKIPPED: posters are printed with chromium, pdftoppm and zbarimg");
    }
    found
}

/// Prints one poster; gives the pictures of its pages.
fn print(browser: &str, folder: &Path, name: &str, poster: &Poster, view: View) -> Vec<PathBuf> {
    let html = page(poster, view).expect("it fits its codes");
    let file = format!("{}.css", view.paper.name());
    let linked = html.replace(&format!("/poster/{file}"), &file);
    assert_ne!(linked, html, "the style is linked");
    std::fs::write(folder.join(&file), style(view.paper)).expect("the style is written");
    let source = folder.join(format!("{name}.html"));
    std::fs::write(&source, linked).expect("the page is written");
    let pdf = folder.join(format!("{name}.pdf"));
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("--print-to-pdf={}", pdf.display()))
        .arg(format!("file://{}", source.display()))
        .output()
        .expect("the browser can be run");
    assert!(pdf.exists(), "{}", String::from_utf8_lossy(&output.stderr));
    let status = Command::new("pdftoppm")
        .args(["-png", "-r", &DPI.to_string()])
        .arg(&pdf)
        .arg(folder.join(name))
        .status()
        .expect("pdftoppm can be run");
    assert!(status.success());
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let pictures = entries.map(|entry| entry.expect("an entry").path()).filter(|path| {
        let file = path.file_name().and_then(|file| file.to_str()).unwrap_or_default();
        file.strip_prefix(name).is_some_and(|rest| rest.starts_with('-') && rest.ends_with(".png"))
    });
    pictures.collect()
}

/// The shorter edge of each code, from top to bottom. Codes are what is quite black: text has a little colour.
fn edges_mm(picture: &Path) -> Vec<f64> {
    let picture = image::open(picture).expect("it is a picture").to_rgb8();
    let black = |x: u32, y: u32| picture.get_pixel(x, y).0 == [0, 0, 0];
    let rows: Vec<(u32, u32, u32)> = (0..picture.height())
        .filter_map(|y| {
            let mut places = (0..picture.width()).filter(|x| black(*x, y));
            let first = places.next()?;
            Some((y, first, places.next_back().unwrap_or(first)))
        })
        .collect();
    // Between two codes lies their quiet zone at least.
    rows.chunk_by(|above, below| below.0 - above.0 < 16)
        .map(|code| {
            let high = code[code.len() - 1].0 - code[0].0 + 1;
            let left = code.iter().map(|row| row.1).min().unwrap_or(0);
            let wide = code.iter().map(|row| row.2).max().unwrap_or(0) - left + 1;
            f64::from(high.min(wide)) / DPI * 25.4
        })
        .collect()
}

fn posters() -> Vec<(&'static str, Poster)> {
    let words = |en: &'static str, zh: &'static str| {
        en.split(' ').zip(zh.split(' ')).map(|(en, zh)| Word { en, zh }).collect::<Vec<_>>()
    };
    let plain = Poster {
        box_name: "Kitchen".into(),
        door: "192.168.1.5:80".parse().expect("an address"),
        label: Some("kitchen".into()),
        fingerprint: Some(["AB"; 32].join(":")),
        words: words("apple river stone window lamp", "苹果 大河 石头 窗户 台灯"),
        wifi: None,
        invite: None,
        secret: vec![7; 16],
    };
    let wifi = Some(Wifi { name: "Home; sweet: \"home\"".into(), key: r"back\slash, 12".into(), hidden: false });
    // Everything as long as it can be.
    let full = Poster {
        box_name: "好".repeat(32),
        door: "[2001:db8:1234:5678:9abc:def0:1234:5678]:8080".parse().expect("an address"),
        label: Some("w".repeat(32)),
        words: words("elephant umbrella mountain telephone butterfly", "竞技场 扶手椅 运动员 地图册 自行车"),
        wifi: Some(Wifi { name: "W".repeat(32), key: "M".repeat(63), hidden: true }),
        invite: Some("x".repeat(22)),
        ..plain.clone()
    };
    vec![
        ("bare", Poster { label: None, words: Vec::new(), ..plain.clone() }),
        ("plain", plain.clone()),
        ("wifi", Poster { wifi, ..plain.clone() }),
        (
            "chinese",
            Poster {
                box_name: "三年级二班".into(),
                wifi: Some(Wifi { name: "教室 5G".into(), key: String::new(), hidden: false }),
                invite: Some("t0ken-t0ken-t0ken-t0ke".into()),
                ..plain
            },
        ),
        ("full", full),
    ]
}

#[test]
fn every_poster_is_one_page_whose_codes_are_read_right() {
    let Some(browser) = printer() else { return };
    let kept = std::env::var_os("PORCH_ARTIFACTS").map(PathBuf::from);
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (kind, poster) in posters() {
        for lang in Lang::ALL {
            for paper in [Paper::A4, Paper::Letter] {
                let name = format!("poster-{kind}-{}-{}", lang.key(), paper.name());
                let view = View { lang, paper, ..View::default() };
                let pages = print(browser, folder.path(), &name, &poster, view);
                assert_eq!(pages.len(), 1, "{name} has {} pages", pages.len());
                if let Some(kept) = &kept {
                    std::fs::copy(&pages[0], kept.join(format!("{name}.png"))).expect("the picture is kept");
                }
                let mut expected: Vec<String> = poster.wifi.iter().map(Wifi::code).chain([poster.link()]).collect();
                let mut found = read(&pages[0]);
                expected.sort();
                found.sort();
                assert_eq!(found, expected, "{name}");
                let edges = edges_mm(&pages[0]);
                assert_eq!(edges.len(), expected.len(), "{name}: {edges:?}");
                assert!(edges.iter().all(|mm| *mm >= CODE_MM_MIN), "{name}: codes of {edges:?} mm");
                let sheet = image::image_dimensions(&pages[0]).expect("it is a picture");
                let (wide, high) = (f64::from(sheet.0) / DPI, f64::from(sheet.1) / DPI);
                let wanted = if paper == Paper::A4 { (8.27, 11.69) } else { (8.5, 11.0) };
                assert!((wide - wanted.0).abs() < 0.05 && (high - wanted.1).abs() < 0.05, "{name}: {wide} x {high}");
            }
        }
    }
}
