//! Embeds the page and the day of the build.
//!
//! Writes `page.rs`, a table of the files of `ui/dist` for `src/http/assets.rs`. Where the page is not built, one file
//! stands in for it, so that tests, lints and documentation need no Node.

use std::fs;
use std::io::Result;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>porch</title>\n\
    <h1>UI not built</h1>\n<p>Build it with <code>cargo xtask ui</code>, then build porch again.</p>\n</html>\n";

fn main() -> Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=SOURCE_DATE_EPOCH");
    println!("cargo:rustc-env=PORCH_BUILD_DATE={}", build_date());

    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let dist = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("ui/dist");
    let mut files = Vec::new();
    if dist.join("index.html").exists() {
        println!("cargo:rerun-if-changed=ui/dist");
        collect(&dist, "", &mut files)?;
    } else {
        // Not `ui/dist`: cargo takes a path that does not exist for changed, and would build porch every time.
        println!("cargo:rerun-if-changed=ui");
        println!("cargo:warning=UI not built: the page is a placeholder. Build it with `cargo xtask ui`.");
        let placeholder = out.join("index.html");
        fs::write(&placeholder, NOT_BUILT)?;
        files.push(("index.html".to_owned(), placeholder));
    }
    fs::write(out.join("page.rs"), table(files))
}

/// Seconds since 1970: `SOURCE_DATE_EPOCH` where a packager wants the same bytes again, else now.
fn build_date() -> u64 {
    if let Ok(text) = std::env::var("SOURCE_DATE_EPOCH") {
        return text.parse().expect("SOURCE_DATE_EPOCH is a number of seconds");
    }
    SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock of a build machine is past 1970").as_secs()
}

/// Adds every file below `folder` with its path from the page's root.
fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_str().expect("names of the page are UTF-8"));
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.push((name, entry.path()));
        }
    }
    Ok(())
}

/// The Rust source of the table, in the order of names.
fn table(mut files: Vec<(String, PathBuf)>) -> String {
    files.sort();
    let rows = files.iter().map(|(name, path)| format!("    ({name:?}, include_bytes!({path:?})),\n"));
    format!("const FILES: &[(&str, &[u8])] = &[\n{}];\n", rows.collect::<String>())
}
