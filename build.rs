//! Embeds the page and the day of the build, and sets how the binary is linked.
//!
//! Tells `src/http/assets.rs` where the page's files are. Where the page is not built, one file stands in for it, so that
//! tests, lints and documentation need no Node.

use std::fs;
use std::io::Result;
use std::path::PathBuf;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>porch</title>\n\
    <h1>UI not built</h1>\n<p>Build it with <code>cargo xtask ui</code>, then build porch again.</p>\n</html>\n";

fn main() -> Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=SOURCE_DATE_EPOCH");
    println!("cargo:rustc-env=PORCH_BUILD_DATE={}", build_date());
    if loader_knows_packed_relocations() {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }

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

/// Whether the loader of this machine, for which porch is built, reads relocations of a bit instead of 24 bytes each: the
/// loader reads all of them at each start, and they stay in memory. Linkers that cannot write them say so and go on.
fn loader_knows_packed_relocations() -> bool {
    const GLIBC_SINCE: (u32, u32) = (2, 36);
    let variable = |key| std::env::var(key).unwrap_or_default();
    let for_here = variable("HOST") == variable("TARGET") && variable("CARGO_CFG_TARGET_ENV") == "gnu";
    let said = Command::new("getconf").arg("GNU_LIBC_VERSION").output();
    let version = said.ok().and_then(|said| {
        let text = String::from_utf8(said.stdout).ok()?;
        let (major, minor) = text.trim().strip_prefix("glibc ")?.split_once('.')?;
        Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
    });
    for_here && version.is_some_and(|version| version >= GLIBC_SINCE)
}

/// Seconds since 1970: `SOURCE_DATE_EPOCH` where a packager wants the same bytes again, else now.
fn build_date() -> u64 {
    if let Ok(text) = std::env::var("SOURCE_DATE_EPOCH") {
        return text.parse().expect("SOURCE_DATE_EPOCH is a number of seconds");
    }
    SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock of a build machine is past 1970").as_secs()
}
