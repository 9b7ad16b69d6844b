//! The browsers that the page is tested in: which are here, and how to get the others.

use std::env;
use std::path::Path;

use crate::step::{Failure, Line, Steps};

/// A browser that the tests drive, or a tool they need for one.
struct Need {
    name: &'static str,
    /// Any of these on the PATH will do.
    programs: &'static [&'static str],
    /// The package in Debian and Ubuntu.
    package: &'static str,
}

const NEEDS: [Need; 6] = [
    Need { name: "Chromium", programs: &["chromium", "chromium-browser", "google-chrome"], package: "chromium" },
    Need {
        name: "certutil (trusts the box's CA in a test's profile)",
        programs: &["certutil"],
        package: "libnss3-tools",
    },
    Need { name: "Firefox", programs: &["firefox-esr", "firefox"], package: "firefox-esr" },
    Need { name: "WebKitGTK", programs: &["WebKitWebDriver"], package: "webkit2gtk-driver" },
    Need { name: "zbarimg (reads the page's QR codes)", programs: &["zbarimg"], package: "zbar-tools" },
    Need { name: "Xvfb (a screen for WebKitGTK)", programs: &["Xvfb"], package: "xvfb" },
];

/// Fonts, so that Chinese and emoji are drawn and not boxes; the tests pass without them.
const FONTS: [&str; 2] = ["fonts-noto-cjk", "fonts-noto-color-emoji"];

/// Installs what is missing where that is possible. What is still missing then fails in CI and is skipped elsewhere.
pub fn prepare(steps: &mut Steps) -> Result<(), Failure> {
    if missing().is_empty() {
        return Ok(());
    }
    if may_install() {
        steps.step("browsers for the tests", install)?;
    }
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<_> = missing.iter().map(|need| need.package).collect();
    let how = format!("on Debian or Ubuntu: sudo apt-get install {}", packages.join(" "));
    for need in &missing {
        steps.skip(need.name, &format!("it is not installed; {how}"));
    }
    if is_ci() { Err(format!("CI needs every browser; {how}")) } else { Ok(()) }
}

/// Whether a missing browser is a failure: CI machines say `CI=true`.
pub fn is_ci() -> bool {
    env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}

fn missing() -> Vec<&'static Need> {
    NEEDS.iter().filter(|need| !need.programs.iter().any(|program| is_on_path(program))).collect()
}

fn is_on_path(program: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

/// A Debian, and we are root: nobody is asked for a password in the middle of the tests.
fn may_install() -> bool {
    let root = Line::new("id -u").output().is_some_and(|id| id.trim() == "0");
    root && is_on_path("apt-get") && Path::new("/etc/debian_version").exists()
}

fn install() -> Result<(), Failure> {
    // Another apt may be at work on a fresh machine: wait for it instead of failing.
    let wait = "DPkg::Lock::Timeout=400";
    let apt = |verb: &str| Line::new("apt-get -q -o").arg(wait).arg(verb).env("DEBIAN_FRONTEND", "noninteractive");
    apt("update").run()?;
    let packages = missing().into_iter().map(|need| need.package).chain(FONTS);
    packages.fold(apt("install").arg("--yes").arg("--no-install-recommends"), Line::arg).run()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_on_the_path_and_another_is_not() {
        assert!(is_on_path("sh"));
        assert!(!is_on_path("porch-no-such-program"));
    }
}
