//! Programs that others have written for pictures.

use std::process::{Command, Stdio};

const NEEDED: [(&str, &str); 9] = [
    ("exiftool", "-ver"),
    ("convert", "-version"),
    ("identify", "-version"),
    ("cwebp", "-version"),
    ("gif2webp", "-version"),
    ("avifenc", "--version"),
    ("heif-enc", "--help"),
    ("heif-convert", "--help"),
    ("jpegtran", "-version"),
];

/// Whether all are here. On a CI machine they have to be.
pub(crate) fn are_here() -> bool {
    let is_missing = |(program, ask): &&(&str, &str)| {
        Command::new(program)
            .arg(ask)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_err()
    };
    let missing: Vec<&str> = NEEDED.iter().filter(is_missing).map(|(program, _)| *program).collect();
    if !missing.is_empty() {
        assert!(std::env::var_os("CI").is_none(), "CI has {missing:?}");
        eprintln!("SKIPPED: pictures are made and judged by {missing:?}");
    }
    missing.is_empty()
}

/// What a program says; it has to succeed.
pub(crate) fn run(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).stdin(Stdio::null()).output().expect("the program is here");
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{program} {args:?}: {}{}", said(&output.stdout), said(&output.stderr));
    said(&output.stdout)
}
