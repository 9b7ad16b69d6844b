//! `porch doctor` in the terminal.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::ExitCode;

use tokio::sync::watch;

use crate::blobs::Uploads;
use crate::clock;
use crate::config::Config;
use crate::doctor::{DatabaseState, Doctor, Extent, Listening, Live, Served, Subject, Trust};
use crate::lan::mdns::Names;
use crate::proto::doctor::{Level, Report};
use crate::store::Store;

use super::interfaces;

/// Width of a line, as terminals have it.
const LINE_CHARS: usize = 100;
/// Width of the columns before the text.
const LEVEL_CHARS: usize = 9;
const CHECK_CHARS: usize = 13;

/// The part of the configuration that is looked at.
pub(super) fn subject(config: &Config) -> Subject {
    Subject {
        data_dir: config.data_dir.value.clone(),
        https: config.https.value.candidates(),
        http: config.http.value.candidates(),
        label: config.name.value.label().to_owned(),
        names: config.names.value.clone(),
        interfaces: interfaces(config),
        no_mdns: config.no_mdns.value,
        owner_certificate: config.owner_certificate.as_ref().map(|own| (own.cert.value.clone(), own.key.value.clone())),
    }
}

/// The doctor of a porch that runs in this process.
pub(super) fn of_running(
    config: &Config,
    listening: Listening,
    names: watch::Receiver<Names>,
    served: impl Fn() -> Option<Served> + Send + Sync + 'static,
    (store, uploads): (Store, Uploads),
) -> Doctor {
    let live = Live {
        listening: Some(listening),
        names: Some(Box::new(move || names.borrow().clone())),
        clock: Some(Box::new(|| trust_of(clock::state()))),
        certificate: Some(Box::new(served)),
        store: Some(Box::new(move || DatabaseState { trouble: store.trouble(), loss: store.loss() })),
        files: Some(Box::new(move || uploads.state())),
    };
    Doctor::new(subject(config), live)
}

fn trust_of(state: clock::ClockState) -> Trust {
    let off_s = (state.system - state.now) / 1_000;
    match state.trust {
        clock::Trust::Synchronized => Trust::Synchronized,
        clock::Trust::Plausible => Trust::Plausible,
        clock::Trust::Behind => Trust::Behind { off_s },
        clock::Trust::Ahead => Trust::Ahead { off_s },
    }
}

/// Looks, prints, and says by the exit code whether there is a problem: 0 or 1.
pub(super) fn look(config: &Config, json: bool) -> ExitCode {
    let report = Doctor::new(subject(config), Live::default()).examine(Extent::Full);
    let text = if json { as_json(&report) } else { as_text(&report) };
    // Whoever reads only the beginning, like `head`, has seen enough.
    let _ = io::stdout().write_all(text.as_bytes());
    if report.level() == Level::Problem { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn as_json(report: &Report) -> String {
    // Its types have nothing that JSON cannot hold.
    serde_json::to_string_pretty(report).unwrap_or_default() + "\n"
}

fn as_text(report: &Report) -> String {
    let mut text = String::new();
    for line in &report.checks {
        // Writing to a string does not fail.
        let _ = write!(text, "{:<LEVEL_CHARS$}{:<CHECK_CHARS$}", line.level.name(), line.check.words());
        paragraph(&mut text, &line.says, "");
        if !line.advice.is_empty() {
            text.push_str(&" ".repeat(LEVEL_CHARS + CHECK_CHARS));
            paragraph(&mut text, &line.advice, "-> ");
        }
    }
    text
}

/// Words, broken at the end of the line, below each other.
fn paragraph(text: &mut String, words: &str, mark: &str) {
    let indent = LEVEL_CHARS + CHECK_CHARS + mark.len();
    text.push_str(mark);
    let mut column = indent;
    for (number, word) in words.split(' ').enumerate() {
        let width = word.chars().count();
        if number > 0 && column + 1 + width > LINE_CHARS {
            text.push('\n');
            text.push_str(&" ".repeat(indent));
            column = indent;
        } else if number > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += width;
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::proto::doctor::{Check, Checked, Finding};

    use super::*;

    fn report(says: &str, advice: &str) -> Report {
        let line = Checked {
            check: Check::DiskSpeed,
            level: Level::Warning,
            finding: Finding::DiskSpeedSlow,
            values: BTreeMap::new(),
            says: says.into(),
            advice: advice.into(),
        };
        Report { checks: vec![line] }
    }

    #[test]
    fn a_line_says_level_check_finding_and_what_to_do() {
        let text = as_text(&report("It is slow.", "Buy another."));
        assert_eq!(text, "warning  disk speed   It is slow.\n                      -> Buy another.\n");
        assert_eq!(as_text(&report("It is slow.", "")).lines().count(), 1);
    }

    #[test]
    fn long_sentences_are_broken_and_aligned() {
        let text = as_text(&report(&"word ".repeat(40), "x"));
        assert!(text.lines().all(|line| line.chars().count() <= LINE_CHARS), "{text}");
        assert!(text.lines().skip(1).all(|line| line.starts_with(&" ".repeat(LEVEL_CHARS + CHECK_CHARS))), "{text}");
    }
}
