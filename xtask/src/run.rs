//! Running porch: for using it (`run`), and for working on its page (`dev`).

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};

use crate::step::{Failure, Line, target};
use crate::{page, requirement};

/// Builds what has changed and becomes porch.
pub fn run(args: &[String]) -> Result<(), Failure> {
    requirement::rust()?;
    requirement::node()?;
    page::build()?;
    Line::new("cargo build --release --package porch --bin porch").run()?;
    // Not a child: Ctrl-C then reaches porch alone, and its own last words come before the prompt.
    let error = Line::of(&target().join("release/porch")).command().args(args).exec();
    Err(format!("porch cannot be started: {error}"))
}

/// Serves the page from its sources, with live reload, over a porch that already runs on this machine.
pub fn dev(args: &[String]) -> Result<(), Failure> {
    requirement::node()?;
    page::packages("ui")?;
    let porch = args.first().map_or("https://localhost:8443", String::as_str);
    let leaf = leaf().ok_or("There is no porch yet. Start one in another terminal first: cargo xtask run")?;
    println!("the page of {porch}, from its sources:");
    let vite = Line::new("npm exec -- vite --config vite.dev.config.ts").folder("ui");
    vite.env("PORCH_URL", porch).env("PORCH_LEAF", leaf).run()
}

/// The file with the leaf of the porch that `run` starts, once it has made one.
fn leaf() -> Option<PathBuf> {
    let config = Line::of(&target().join("release/porch")).arg("config").output()?;
    let leaf = data_dir(&config)?.join("tls/leaf.pem");
    leaf.exists().then_some(leaf)
}

/// The data folder in what `porch config` prints: key, value, and in parentheses where it is from.
fn data_dir(config: &str) -> Option<&Path> {
    let line = config.lines().find_map(|line| line.strip_prefix("data-dir "))?;
    line.rsplit_once(" (").map(|(value, _)| Path::new(value.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_folder_is_read_from_the_configuration() {
        let config = "cert      none (default)\ndata-dir  /home/ada/my box/porch                   (default: HOME)\n";
        assert_eq!(data_dir(config), Some(Path::new("/home/ada/my box/porch")));
        assert_eq!(data_dir("http      80 (default)\n"), None);
    }
}
