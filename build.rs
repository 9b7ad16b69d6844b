//! Embeds the page and the day of the build.
//!
//! Tells `src/http/assets.rs` where the page's files are. Where the page is not built, one file stands in for it, so that
//! tests, lints and documentation need no Node.

use std::fs;
use std::io::Result;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>porch</title>\n\
    <h1>UI not built</h1>\n<p>Build it with <code>cargo xtask ui</code>, then build porch again.</p>\n</html>\n";

fn main() -> Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=SOURCE_DATE_EPOCH");
    println!("cargo:rustc-env=PORCH_BUILD_DATE={}", build_date());

    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let dist = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("ui/dist");
    let page = if dist.join("index.html").exists() {
        // rust-embed names every file it takes to the compiler; this line is for files that are new.
        println!("cargo:rerun-if-changed=ui/dist");
        dist
    } else {
        // Not `ui/dist`: cargo takes a path that does not exist for changed, and would build porch every time.
        println!("cargo:rerun-if-changed=ui");
        println!("cargo:warning=UI not built: the page is a placeholder. Build it with `cargo xtask ui`.");
        let placeholder = out.join("page");
        fs::create_dir_all(&placeholder)?;
        fs::write(placeholder.join("index.html"), NOT_BUILT)?;
        placeholder
    };
    println!("cargo:rustc-env=PORCH_PAGE_DIR={}", page.display());
    Ok(())
}

/// Seconds since 1970: `SOURCE_DATE_EPOCH` where a packager wants the same bytes again, else now.
fn build_date() -> u64 {
    if let Ok(text) = std::env::var("SOURCE_DATE_EPOCH") {
        return text.parse().expect("SOURCE_DATE_EPOCH is a number of seconds");
    }
    SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock of a build machine is past 1970").as_secs()
}
