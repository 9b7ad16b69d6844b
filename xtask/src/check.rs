//! What must hold before a change is taken: `test`, `ci`, and what belongs to them.

use std::fs;
use std::path::Path;

use crate::step::{Failure, Line, Steps, target};
use crate::{browsers, page, requirement};

/// The version that CI installs where there is none; its checks are those of deny.toml.
const CARGO_DENY: &str = "cargo-deny@0.20.2";
const ADVISORIES: &str = "https://github.com/RustSec/advisory-db";

/// Tests in `tests` that look at the sources, or call into the crate.
const INSIDE: &str =
    "cargo test --workspace --lib --bins --test layers --test contributing --test security --test protocol_doc";
/// Tests in `tests` that start the binary.
const OUTSIDE: &str =
    "cargo test --release --test e2e --test lan --test doctor --test qr --test password_memory --test media";

/// Everything that is tested.
pub fn test() -> Result<(), Failure> {
    let mut steps = Steps::default();
    requirement::rust()?;
    requirement::node()?;
    page(&mut steps)?;
    tests(&mut steps)?;
    println!("{steps}");
    Ok(())
}

/// Everything that must pass.
pub fn ci() -> Result<(), Failure> {
    let mut steps = Steps::default();
    requirement::rust()?;
    requirement::node()?;
    steps.line("formatting", &Line::new("cargo fmt --all --check"))?;
    // Before any cargo build: the page is compiled into porch, and so porch is built once and not twice.
    page(&mut steps)?;
    steps.line("clippy", &Line::new("cargo clippy --workspace --all-targets -- -D warnings"))?;
    // Not among `--all-targets`, as it is no part of `cargo test`.
    steps.line("clippy, long proofs", &Line::new("cargo clippy --test prove -- -D warnings"))?;
    let doc = Line::new("cargo doc --workspace --no-deps --quiet").env("RUSTDOCFLAGS", "-D warnings");
    steps.line("rustdoc", &doc)?;
    dependencies(&mut steps)?;
    tests(&mut steps)?;
    steps.line("the board's binary is built", &Line::new("cross/build"))?;
    steps.line("the board's binary runs", &Line::new("cross/smoke"))?;
    steps.line("the systemd unit is hardened", &Line::new("systemd/check"))?;
    println!("{steps}");
    Ok(())
}

/// Writes what the page takes from `src/proto`: types, limits, tables.
pub fn types() -> Result<(), Failure> {
    Line::new("cargo test --quiet --package porch --lib generated_types_are_current")
        .env("PORCH_WRITE_TYPES", "1")
        .run()
}

/// The bench table, with the machine's load beside it: a loaded machine's numbers are worth little.
pub fn bench(args: &[String]) -> Result<(), Failure> {
    requirement::rust()?;
    println!("load average before: {}", load());
    args.iter().fold(Line::new("cargo bench --package porch --"), Line::arg).run()?;
    println!("load average after: {}", load());
    Ok(())
}

/// Load averages of the last 1, 5 and 15 minutes, on this many cores.
fn load() -> String {
    let averages = fs::read_to_string("/proc/loadavg").unwrap_or_else(|_| "unknown".to_owned());
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let first: Vec<_> = averages.split_whitespace().take(3).collect();
    format!("{} on {cores} cores", first.join(" "))
}

/// Builds the page, and holds it to its types, its rules, its unit tests and its budget.
fn page(steps: &mut Steps) -> Result<(), Failure> {
    steps.step("the page is built", page::build)?;
    steps.line("types of the page (svelte-check)", &Line::new("npm run --silent check").folder("ui"))?;
    steps.line("lint of the page (biome)", &Line::new("npm run --silent lint").folder("ui"))?;
    let lint = Line::new("ui/node_modules/.bin/biome check --config-path=ui tests/browser src/guide/guide.js");
    steps.line("lint of the browser tests and the guide (biome)", &lint)?;
    steps.line("unit tests of the page (vitest)", &Line::new("npm run --silent test").folder("ui"))?;
    steps.line("size of the page's first load", &Line::new("npm run --silent size").folder("ui"))
}

/// Each once, where it tells most. What is tested inside the process runs unoptimised: there arithmetic that overflows
/// and broken assumptions (`debug_assert`) are caught. What is tested from outside runs on the optimised binary: that one
/// is shipped, its timing is what people have, and the browsers need it anyway.
fn tests(steps: &mut Steps) -> Result<(), Failure> {
    steps.line("tests from inside, and of the rules", &Line::new(INSIDE))?;
    steps.line("tests of the optimised binary, from outside", &Line::new(OUTSIDE))?;
    browser_tests(steps)
}

/// Drives the porch that the optimised tests have built.
fn browser_tests(steps: &mut Steps) -> Result<(), Failure> {
    browsers::prepare(steps)?;
    steps.step("browser tests", || {
        page::packages("tests/browser")?;
        let tests = Line::new("npm run --silent test").folder("tests/browser");
        tests.env("PORCH_BINARY", target().join("release/porch")).run()
    })
}

/// Licences, sources, duplicates and known vulnerabilities of the crates.
fn dependencies(steps: &mut Steps) -> Result<(), Failure> {
    let tools = target().join("tools");
    let own = tools.join("bin/cargo-deny");
    let installed = Path::new("cargo-deny");
    let is_there = |program: &&Path| Line::of(program).arg("--version").output().is_some();
    let deny = match [installed, &own].into_iter().find(is_there) {
        Some(program) => program,
        None => {
            // Unoptimised: built in one minute instead of several, and it still checks within a second.
            let install = Line::new("cargo install --quiet --locked --debug").arg(CARGO_DENY).arg("--root").arg(tools);
            steps.line("cargo-deny is built", &install)?;
            &own
        }
    };
    let check = |what: &[&str]| what.iter().fold(Line::of(deny).arg("check"), Line::arg);
    steps.line("licences, versions and sources of the crates", &check(&["licenses", "bans", "sources"]))?;
    if Line::new("timeout 20 git ls-remote --exit-code").arg(ADVISORIES).arg("HEAD").output().is_none() {
        steps.skip("advisories on the crates", &format!("{ADVISORIES} cannot be reached from here"));
        return Ok(());
    }
    steps.line("advisories on the crates", &check(&["advisories"]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::root;

    #[test]
    fn every_test_of_the_box_is_run_once() {
        let entries = fs::read_dir(root().join("tests")).unwrap().map(|entry| entry.unwrap().path());
        let targets =
            entries.filter(|path| path.extension().is_some_and(|e| e == "rs") || path.join("main.rs").exists());
        // Proofs are run when they are asked for.
        let names = targets.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned());
        let names: Vec<String> = names.filter(|name| name != "prove").collect();
        assert!(names.len() > 5, "only {names:?} found: for this test to mean anything it must see tests");
        for name in names {
            let runs = [INSIDE, OUTSIDE].iter().flat_map(|line| line.split_whitespace()).filter(|word| **word == name);
            assert_eq!(runs.count(), 1, "{name}");
        }
    }
}
