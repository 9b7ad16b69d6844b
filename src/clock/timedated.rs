//! systemd-timedated, which keeps and sets the system's clock, and polkit, which says who may.
//!
//! Both are asked over D-Bus by systemd's own client, which comes with timedated: a D-Bus library would cost a
//! megabyte of the binary for two calls that are made a few times a year. See org.freedesktop.timedate1(5) and
//! polkit's `CheckAuthorization`.

use std::process::Stdio;

use rustix::process::{getpid, getuid};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::process::Command;
use tokio::time::timeout;

use crate::proto::limits::BUS_WAIT;
use crate::proto::op::Millis;

const CLIENT: &str = "busctl";
const NAME: &str = "org.freedesktop.timedate1";
const OBJECT: &str = "/org/freedesktop/timedate1";
/// What polkit calls setting the clock.
const ACTION: &str = "org.freedesktop.timedate1.set-time";

/// What timedated and polkit say of the system's clock.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Timedated {
    /// Time synchronization is on, so that nobody else may set the clock.
    pub keeps_time: bool,
    /// The clock is synchronized: the kernel says so.
    pub synchronized: bool,
    /// Porch may set the clock.
    pub allows_us: bool,
}

/// Why timedated did not do what it was asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unanswered {
    /// There is no timedated, no bus, or no client for it.
    Absent,
    /// It is not allowed to us.
    Forbidden,
    /// It was allowed, and failed all the same.
    Failed,
}

impl Timedated {
    /// Asks both. Takes [`BUS_WAIT`] for each at most.
    pub async fn ask() -> Result<Self, Unanswered> {
        let properties = ["get-property", NAME, OBJECT, NAME, "NTP", "NTPSynchronized"];
        let answer = call(&properties).await.map_err(|fault| {
            log::debug!("timedated cannot be asked: {fault}");
            Unanswered::Absent
        })?;
        let mut flags = answer.lines().map(parse::<bool>);
        let (Some(Some(keeps_time)), Some(Some(synchronized))) = (flags.next(), flags.next()) else {
            log::warn!("timedated answers what is not understood");
            return Err(Unanswered::Absent);
        };
        Ok(Self { keeps_time, synchronized, allows_us: getuid().is_root() || polkit_allows_us().await })
    }
}

/// Sets the clock to this many milliseconds since 1970.
pub(super) async fn set(now: Millis) -> Result<(), Unanswered> {
    let micros = now.saturating_mul(1_000).to_string();
    // Not relative to now, and nobody is here to be asked for a password.
    let answer = call(&["call", NAME, OBJECT, NAME, "SetTime", "xbb", &micros, "false", "false"]).await;
    answer.map(|_| ()).map_err(|fault| {
        log::warn!("timedated did not set the clock: {fault}");
        Unanswered::Failed
    })
}

/// Whether polkit lets this process set the clock. Root needs no polkit, and is not asked about here.
async fn polkit_allows_us() -> bool {
    let (pid, uid) = (getpid().as_raw_nonzero().to_string(), getuid().as_raw().to_string());
    #[rustfmt::skip]
    let question = [
        "call", "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority",
        "org.freedesktop.PolicyKit1.Authority", "CheckAuthorization", "(sa{sv})sa{ss}us",
        // This process; polkit looks up by itself when it began.
        "unix-process", "3", "pid", "u", &pid, "start-time", "t", "0", "uid", "i", &uid,
        // No details, no password dialogue, no way to cancel.
        ACTION, "0", "0", "",
    ];
    /// Allowed; allowed after a password; details.
    #[derive(Deserialize)]
    struct Verdict(bool, #[allow(dead_code)] bool, #[allow(dead_code)] serde::de::IgnoredAny);
    match call(&question).await {
        Ok(answer) => parse::<[Verdict; 1]>(&answer).is_some_and(|[Verdict(allowed, ..)]| allowed),
        Err(fault) => {
            log::debug!("polkit cannot be asked: {fault}");
            false
        }
    }
}

/// One value as the client writes it.
fn parse<T: DeserializeOwned>(line: &str) -> Option<T> {
    #[derive(Deserialize)]
    struct Typed<T> {
        data: T,
    }
    serde_json::from_str::<Typed<T>>(line).ok().map(|typed| typed.data)
}

/// Runs the client: what it says where the call has succeeded, else why it has not.
async fn call(words: &[&str]) -> Result<String, String> {
    let seconds = format!("--timeout={}", BUS_WAIT.as_secs());
    let output = Command::new(CLIENT)
        .args(["--system", "--json=short", "--no-pager", "--allow-interactive-authorization=no", &seconds])
        .args(words)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    // Its own deadline is for the answer alone, not for the way to the bus.
    let output = timeout(BUS_WAIT, output).await.map_err(|_| format!("{CLIENT} does not answer"))?;
    let output = output.map_err(|fault| format!("{CLIENT} cannot be run: {fault}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim_end().to_owned());
    }
    String::from_utf8(output.stdout).map_err(|fault| fault.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_client_writes_is_read() {
        assert_eq!(parse::<bool>("{\"type\":\"b\",\"data\":true}"), Some(true));
        assert_eq!(parse::<bool>("{\"type\":\"s\",\"data\":\"yes\"}"), None);
        assert_eq!(parse::<bool>("b true"), None);
    }
}
