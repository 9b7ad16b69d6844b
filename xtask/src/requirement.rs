//! What must be on the machine before anything is built, and what to do when it is missing.

use crate::step::{Failure, Line};

/// Major and minor version.
type Version = (u32, u32);

const RUST_MIN: Version = (1, 89);
/// What Vite needs; below it a build fails with an error that names nothing one could do.
const NODE_MIN: Version = (20, 19);

/// Rust is new enough to build porch.
pub fn rust() -> Result<(), Failure> {
    let found = Line::new("rustc --version").output();
    enough("Rust", found.as_deref(), RUST_MIN, "Get it from https://rustup.rs, or update it: rustup update stable")
}

/// Node is new enough to build the page, and npm is there.
pub fn node() -> Result<(), Failure> {
    let found = Line::new("node --version").output();
    let get = "Get the long-term version from https://nodejs.org (the one in Debian 12 is too old)";
    enough("Node", found.as_deref(), NODE_MIN, get)?;
    match Line::new("npm --version").output() {
        Some(_) => Ok(()),
        None => Err("npm is missing: it comes with Node, and Debian has it in a package of its own: npm".to_owned()),
    }
}

/// What runs the fuzz targets is there.
pub fn cargo_fuzz() -> Result<(), Failure> {
    match Line::new("cargo fuzz --version").output() {
        Some(_) => Ok(()),
        None => Err("cargo-fuzz is missing. Get it: cargo install cargo-fuzz".to_owned()),
    }
}

fn enough(name: &str, found: Option<&str>, min: Version, get: &str) -> Result<(), Failure> {
    let need = format!("porch needs {name} {}.{} or newer", min.0, min.1);
    match found.map(|text| (text, version(text))) {
        None => Err(format!("{need}, and it is not installed.\n{get}.")),
        Some((_, Some(version))) if version >= min => Ok(()),
        Some((text, _)) => Err(format!("{need}; here is {}.\n{get}.", text.trim())),
    }
}

/// The first `12.34` of a line such as `v20.19.1` or `rustc 1.89.0 (…)`.
fn version(text: &str) -> Option<Version> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let mut numbers = text[start..].split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_the_tools_print() {
        assert_eq!(version("v20.19.1\n"), Some((20, 19)));
        assert_eq!(version("rustc 1.95.0 (59807616e 2026-04-14)\n"), Some((1, 95)));
        assert_eq!(version("nothing"), None);
    }

    #[test]
    fn the_least_version_and_a_newer_one_are_enough() {
        assert_eq!(enough("Node", Some("v20.19.0"), NODE_MIN, "Get it"), Ok(()));
        assert_eq!(enough("Node", Some("v22.0.0"), NODE_MIN, "Get it"), Ok(()));
    }

    #[test]
    fn an_old_or_missing_one_is_refused_with_what_to_do() {
        let old = enough("Node", Some("v18.20.4\n"), NODE_MIN, "Get it there").unwrap_err();
        assert_eq!(old, "porch needs Node 20.19 or newer; here is v18.20.4.\nGet it there.");
        let missing = enough("Node", None, NODE_MIN, "Get it there").unwrap_err();
        assert_eq!(missing, "porch needs Node 20.19 or newer, and it is not installed.\nGet it there.");
        assert!(enough("Rust", Some("rustc of my own"), RUST_MIN, "Get it").is_err());
    }
}
