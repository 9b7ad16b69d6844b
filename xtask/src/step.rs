//! Commands as values that can be shown, and steps: commands that are run one after another, each with its time.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Why a command of xtask ends early: a sentence for the person who typed it.
pub type Failure = String;

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository")
}

/// Where cargo builds.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// One command line; shown as what one would type at the repository's root.
pub struct Line {
    program: String,
    args: Vec<String>,
    env: Vec<(&'static str, String)>,
    folder: &'static str,
}

impl Line {
    /// `text` is split at white space: arguments with spaces are added by [`Line::arg`].
    pub fn new(text: &str) -> Self {
        let mut words = text.split_whitespace().map(str::to_owned);
        let program = words.next().expect("a line has a program");
        Self { program, args: words.collect(), env: Vec::new(), folder: "" }
    }

    /// A program by its path, which may have spaces.
    pub fn of(program: &Path) -> Self {
        Self { program: program.to_string_lossy().into_owned(), args: Vec::new(), env: Vec::new(), folder: "" }
    }

    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_string_lossy().into_owned());
        self
    }

    pub fn env(mut self, name: &'static str, value: impl AsRef<OsStr>) -> Self {
        self.env.push((name, value.as_ref().to_string_lossy().into_owned()));
        self
    }

    /// Run in this folder of the repository.
    pub fn folder(mut self, folder: &'static str) -> Self {
        self.folder = folder;
        self
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args).envs(self.env.iter().cloned()).current_dir(root().join(self.folder));
        command
    }

    /// Runs it to its end, with its output where ours goes.
    pub fn run(&self) -> Result<(), Failure> {
        match self.command().status() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("failed ({status}). To repeat it:\n    {self}")),
            Err(error) => Err(format!("cannot be started ({error}). It was:\n    {self}")),
        }
    }

    /// What it prints to its standard output; None when it fails or is not there.
    pub fn output(&self) -> Option<String> {
        let output = self.command().output().ok().filter(|output| output.status.success())?;
        Some(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.folder.is_empty() {
            write!(f, "(cd {} && ", self.folder)?;
        }
        for (name, value) in &self.env {
            write!(f, "{name}={} ", quoted(value))?;
        }
        f.write_str(&quoted(&self.program))?;
        for arg in &self.args {
            write!(f, " {}", quoted(arg))?;
        }
        f.write_str(if self.folder.is_empty() { "" } else { ")" })
    }
}

/// As a shell takes it for one word.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=./:@+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// What came of a step.
enum Outcome {
    Passed,
    Skipped(String),
}

/// Steps done so far, for the summary.
#[derive(Default)]
pub struct Steps {
    done: Vec<(String, Duration, Outcome)>,
}

impl Steps {
    /// Does one step; the first that fails ends all, named with its command.
    pub fn step(&mut self, name: &str, work: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
        println!("\n==> {name}");
        let begun = Instant::now();
        let result = work();
        let took = begun.elapsed();
        match result {
            Ok(()) => {
                println!("==> {name}: passed in {:.1} s", took.as_secs_f32());
                self.done.push((name.to_owned(), took, Outcome::Passed));
                Ok(())
            }
            Err(why) => Err(format!("{self}\n==> {name}: FAILED after {:.1} s: {why}", took.as_secs_f32())),
        }
    }

    /// Does one command as a step.
    pub fn line(&mut self, name: &str, line: &Line) -> Result<(), Failure> {
        self.step(name, || line.run())
    }

    /// Says that a step was left out, now and again in the summary.
    pub fn skip(&mut self, name: &str, why: &str) {
        println!("\n==> {name}: SKIPPED: {why}");
        self.done.push((name.to_owned(), Duration::ZERO, Outcome::Skipped(why.to_owned())));
    }
}

impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f)?;
        let mut whole = Duration::ZERO;
        for (name, took, outcome) in &self.done {
            whole += *took;
            match outcome {
                Outcome::Passed => writeln!(f, "  passed  {:>7.1} s  {name}", took.as_secs_f32())?,
                Outcome::Skipped(why) => writeln!(f, "  SKIPPED            {name}: {why}")?,
            }
        }
        write!(f, "  {:>15.1} s  together", whole.as_secs_f32())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_shown_as_it_would_be_typed() {
        let line = Line::new("npm run check").arg("two words").env("CI", "true").folder("ui");
        assert_eq!(line.to_string(), "(cd ui && CI=true npm run check 'two words')");
        assert_eq!(Line::new("cargo test").to_string(), "cargo test");
    }

    #[test]
    fn a_failing_step_names_its_command() {
        let mut steps = Steps::default();
        assert_eq!(steps.line("good", &Line::new("true")), Ok(()));
        let why = steps.line("bad", &Line::new("false")).unwrap_err();
        assert!(why.contains("bad: FAILED") && why.ends_with("\n    false"), "{why}");
        assert!(why.contains("passed") && why.contains("good"), "what passed before is listed: {why}");
        let why = steps.line("none", &Line::new("porch-no-such-program")).unwrap_err();
        assert!(why.contains("cannot be started"), "{why}");
    }

    #[test]
    fn a_skipped_step_stands_in_the_summary() {
        let mut steps = Steps::default();
        steps.skip("Firefox", "it is not installed");
        assert!(steps.to_string().contains("SKIPPED            Firefox: it is not installed"));
    }
}
