//! What porch tells its owner as it runs, for journald or for a terminal.
//!
//! Never a message's body, a password, a token, or a session description: logs are copied into bug reports. Libraries
//! write whatever passes through them at their finer levels, so theirs is never finer than `LIBRARIES_LEVEL`.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

use env_logger::fmt::Formatter;
use log::{Level, LevelFilter, Record};
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

/// What is logged when nobody says otherwise: what an owner would want to know the day after.
const LEVEL_DEFAULT: LevelFilter = LevelFilter::Info;

/// What libraries may say at most, whatever `PORCH_LOG` says: below it they log frames, requests and statements.
const LIBRARIES_LEVEL: LevelFilter = LevelFilter::Info;

/// The beginning of porch's own targets.
const OWN: &str = "porch";

/// A value of `PORCH_LOG` that cannot be meant.
#[derive(Debug, Eq, PartialEq)]
pub struct LogError {
    value: String,
}

impl fmt::Display for LogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "PORCH_LOG cannot be {:?}; allowed is error, warn, info, debug or trace, with levels for single parts \
             behind commas: warn,porch::tls=debug",
            self.value
        )
    }
}

impl std::error::Error for LogError {}

/// Starts logging to standard error, by the running process' `PORCH_LOG` and `JOURNAL_STREAM`. To be called once.
pub fn start() -> Result<(), LogError> {
    let variable = |name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    let mut builder = env_logger::Builder::new();
    let levels = parse_levels(variable("PORCH_LOG").as_deref().unwrap_or(""))?;
    for (target, level) in filters(&levels) {
        builder.filter(target.as_deref(), level);
    }
    match variable("JOURNAL_STREAM").is_some_and(|stream| is_standard_error(&stream)) {
        true => builder.format(write_for_journal),
        false => builder.format(write_for_terminal),
    };
    builder.init();
    Ok(())
}

/// Levels of all targets (None) or of those that begin with a name. Nothing for an empty text.
fn parse_levels(text: &str) -> Result<Vec<(Option<String>, LevelFilter)>, LogError> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let levels = parts.map(|part| match part.split_once('=') {
        Some((target, level)) => Some((Some(target.trim().to_owned()), level.trim().parse().ok()?)),
        None => Some((None, part.parse().ok()?)),
    });
    levels.collect::<Option<_>>().ok_or_else(|| LogError { value: text.to_owned() })
}

/// The same for the logger: porch's own targets as asked, all others within [`LIBRARIES_LEVEL`].
fn filters(levels: &[(Option<String>, LevelFilter)]) -> Vec<(Option<String>, LevelFilter)> {
    let of_all = levels.iter().rev().find(|(target, _)| target.is_none()).map_or(LEVEL_DEFAULT, |(_, level)| *level);
    let mut filters = vec![(None, of_all.min(LIBRARIES_LEVEL)), (Some(OWN.to_owned()), of_all)];
    for (target, level) in levels {
        let Some(name) = target else { continue };
        let own = name.strip_prefix(OWN).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
        filters.push((target.clone(), if own { *level } else { (*level).min(LIBRARIES_LEVEL) }));
    }
    filters
}

/// Whether `JOURNAL_STREAM`, the device and file number of a stream to journald, means this process' standard
/// error. Terminals of a desktop inherit the variable and not the stream.
fn is_standard_error(stream: &str) -> bool {
    rustix::fs::fstat(io::stderr()).is_ok_and(|stat| stream == format!("{}:{}", stat.st_dev, stat.st_ino))
}

/// journald reads the priority from `<N>` and knows the time itself.
fn write_for_journal(out: &mut Formatter, record: &Record<'_>) -> io::Result<()> {
    writeln!(out, "{}", journal_line(record))
}

fn write_for_terminal(out: &mut Formatter, record: &Record<'_>) -> io::Result<()> {
    writeln!(out, "{}", terminal_line(record, crate::clock::now_utc()))
}

fn journal_line(record: &Record<'_>) -> String {
    // syslog(3): 3 error, 4 warning, 6 informational, 7 debug.
    let priority = match record.level() {
        Level::Error => 3,
        Level::Warn => 4,
        Level::Info => 6,
        Level::Debug | Level::Trace => 7,
    };
    format!("<{priority}>{} {}", record.target(), one_line(record.args()))
}

fn terminal_line(record: &Record<'_>, now: OffsetDateTime) -> String {
    let time = now.to_offset(UtcOffset::UTC).format(format_description!("[hour]:[minute]:[second]"));
    // Formatting digits of a valid time cannot fail.
    let time = time.unwrap_or_default();
    format!("{time} {:<5} {} {}", record.level(), record.target(), one_line(record.args()))
}

/// The message without control characters: a name that somebody chose must not forge a line or steer a terminal.
fn one_line(message: &fmt::Arguments<'_>) -> String {
    let mut line = String::new();
    for c in message.to_string().chars() {
        // Writing to a String cannot fail.
        let _ = match c.is_control() {
            true => write!(line, "{}", c.escape_default()),
            false => line.write_char(c),
        };
    }
    line
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;

    fn lines(level: Level, message: &str) -> (String, String) {
        let now = OffsetDateTime::from_unix_timestamp(1_795_132_800 + 3_723).unwrap();
        let args = format_args!("{message}");
        let record = Record::builder().level(level).target("porch::tls").args(args).build();
        (journal_line(&record), terminal_line(&record, now))
    }

    #[test]
    fn a_line_for_the_journal_has_a_priority_and_no_time() {
        assert_eq!(lines(Level::Error, "x").0, "<3>porch::tls x");
        assert_eq!(lines(Level::Warn, "x").0, "<4>porch::tls x");
        assert_eq!(lines(Level::Info, "x").0, "<6>porch::tls x");
        assert_eq!(lines(Level::Debug, "x").0, "<7>porch::tls x");
    }

    #[test]
    fn a_line_for_a_terminal_has_the_time() {
        assert_eq!(lines(Level::Info, "ready").1, "01:02:03 INFO  porch::tls ready");
    }

    #[test]
    fn a_message_stays_on_one_line() {
        let (journal, terminal) = lines(Level::Info, "Ada\n<3>forged \u{1b}[2J 好");
        assert_eq!(journal, "<6>porch::tls Ada\\n<3>forged \\u{1b}[2J 好");
        assert!(!terminal.contains('\n'));
    }

    #[test]
    fn levels_are_read_and_nonsense_is_refused() {
        assert_eq!(parse_levels(""), Ok(vec![]));
        assert_eq!(parse_levels("debug"), Ok(vec![(None, LevelFilter::Debug)]));
        let two = vec![(None, LevelFilter::Warn), (Some("porch::tls".to_owned()), LevelFilter::Trace)];
        assert_eq!(parse_levels("warn, porch::tls=trace"), Ok(two));
        for text in ["inf", "porch::tls", "porch::tls=", "warn,loud"] {
            assert!(parse_levels(text).unwrap_err().to_string().contains(text), "{text}");
        }
    }

    #[test]
    fn libraries_say_no_more_than_is_safe_whatever_is_asked() {
        let allowed = |text: &str, target: &str, level: Level| {
            let mut builder = env_logger::Builder::new();
            for (target, level) in filters(&parse_levels(text).unwrap()) {
                builder.filter(target.as_deref(), level);
            }
            builder.build().matches(&Record::builder().target(target).level(level).args(format_args!("")).build())
        };
        for text in [
            "trace",
            "debug,tungstenite=trace",
            "tungstenite::protocol=trace",
            "porch=trace,tungstenite=debug",
            "p=trace",
            "porchlight=trace",
        ] {
            for library in ["tungstenite::protocol", "hyper::proto::h1", "rusqlite"] {
                assert!(!allowed(text, library, Level::Debug), "{text}: {library}");
                assert!(allowed(text, library, Level::Info), "{text}: {library}");
            }
        }
        assert!(
            allowed("trace", "porch::tls", Level::Trace) && allowed("porch::tls=debug", "porch::tls", Level::Debug)
        );
        assert!(allowed("", "porch::tls", Level::Info) && !allowed("", "porch::tls", Level::Debug));
        assert!(!allowed("error", "hyper", Level::Warn) && !allowed("error", "porch", Level::Warn));
        assert!(!allowed("hyper=error", "hyper", Level::Warn));
    }

    #[test]
    fn only_a_stream_that_is_standard_error_is_the_journals() {
        let stat = rustix::fs::fstat(io::stderr().as_fd()).unwrap();
        assert!(is_standard_error(&format!("{}:{}", stat.st_dev, stat.st_ino)));
        assert!(!is_standard_error(&format!("{}:{}", stat.st_dev, stat.st_ino + 1)));
        assert!(!is_standard_error(""));
    }
}
