//! Running porch.

use std::os::unix::process::CommandExt;

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
