//! python-zeroconf: an mDNS stack of its own, in one process for each question, so that nothing is remembered.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;
use tokio::process::Child;

use crate::lab::{Lab, Machine};
use crate::support::{Folder, eventually};

/// Debian's, which sees Debian's packages.
const PYTHON: &str = "/usr/bin/python3";
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lan/ask.py");

/// On one machine of the lab.
pub(crate) struct Zeroconf {
    machine: Machine,
}

impl Zeroconf {
    pub(crate) fn on(lab: &Lab, machine: &str) -> Self {
        Self { machine: lab.machine(machine).clone() }
    }

    /// All addresses of both families that the name has.
    pub(crate) fn resolve(&self, name: &str) -> BTreeSet<IpAddr> {
        let addresses = self.ask(&["resolve", &format!("{name}.")]);
        serde_json::from_value(addresses).expect("it tells addresses")
    }

    /// Host, port and texts of one instance.
    pub(crate) fn service(&self, kind: &str, instance: &str) -> Value {
        self.ask(&["service", &format!("{kind}.local."), &format!("{instance}.{kind}.local.")])
    }

    fn ask(&self, args: &[&str]) -> Value {
        let output = self.command(args).output().expect("Python can be run");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("it answers in JSON")
    }

    /// Follows a kind of service.
    pub(crate) async fn watch(&self, kind: &str) -> Watcher {
        let folder = Folder::new();
        let seen = folder.path("seen");
        let mut command = tokio::process::Command::from(self.command(&["watch", kind]));
        command.stdout(File::create(&seen).expect("the folder can be written")).kill_on_drop(true);
        let watcher = Watcher { _child: command.spawn().expect("Python can be run"), seen, _folder: folder };
        watcher.sees("watching").await;
        watcher
    }

    fn command(&self, args: &[&str]) -> std::process::Command {
        let mut command = self.machine.command(PYTHON);
        command.arg(SCRIPT).arg(self.machine.v4().to_string()).args(args).stdout(Stdio::piped());
        command
    }
}

/// Somebody who remembers.
pub(crate) struct Watcher {
    _child: Child,
    seen: PathBuf,
    _folder: Folder,
}

impl Watcher {
    /// Waits until it has seen this.
    pub(crate) async fn sees(&self, line: &str) {
        eventually(line, || fs::read_to_string(&self.seen).unwrap_or_default().lines().any(|seen| seen == line)).await;
    }
}
