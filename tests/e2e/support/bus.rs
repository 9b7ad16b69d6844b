//! A D-Bus system bus of a test's own, with the services it is given, each started when it is first asked.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::within;

/// Something to be reached on the bus: its name there, and the shell's command that starts it.
pub(crate) struct Service {
    pub(crate) name: &'static str,
    pub(crate) command: String,
}

/// See the module's text. Its services end with it.
pub(crate) struct Bus {
    /// Ends before its folder goes.
    _daemon: Child,
    dir: TempDir,
}

impl Bus {
    /// A folder for it, so that services can be told of what lies there.
    pub(crate) fn folder() -> TempDir {
        let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder can be made");
        // Services are of several users.
        fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).expect("it is ours");
        dir
    }

    pub(crate) async fn start(dir: TempDir, services: &[Service]) -> Self {
        let path = |name: &str| dir.path().join(name);
        for Service { name, command } in services {
            let script = path(name);
            fs::write(&script, format!("#!/bin/sh\nexec >&2\n{command}\n")).expect("the folder can be written");
            fs::set_permissions(&script, Permissions::from_mode(0o755)).expect("it is ours");
            let service = format!("[D-BUS Service]\nName={name}\nExec={}\n", script.display());
            fs::write(path(&format!("{name}.service")), service).expect("the folder can be written");
        }
        fs::write(path("bus.conf"), config(dir.path())).expect("the folder can be written");
        let mut daemon = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", path("bus.conf").display()))
            .args(["--nofork", "--nopidfile", "--print-address"])
            .env("DBUS_SYSTEM_BUS_ADDRESS", address(dir.path()))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("dbus-daemon can be run");
        let mut said = BufReader::new(daemon.stdout.take().expect("it is piped")).lines();
        let first = within("the bus", said.next_line()).await.expect("its output can be read");
        assert!(first.is_some_and(|line| line.starts_with("unix:path=")), "the bus has ended");
        Self { _daemon: daemon, dir }
    }

    /// `DBUS_SYSTEM_BUS_ADDRESS`, as env(1) takes it.
    pub(crate) fn variable(&self) -> String {
        format!("DBUS_SYSTEM_BUS_ADDRESS={}", address(self.dir.path()))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

fn address(dir: &Path) -> String {
    format!("unix:path={}", dir.join("socket").display())
}

/// Everybody may talk to everybody: who may set the clock is polkit's to say.
fn config(dir: &Path) -> String {
    format!(
        "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN\"
            \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">
        <busconfig>
            <listen>{}</listen>
            <servicedir>{}</servicedir>
            <policy context=\"default\">
                <allow user=\"*\"/>
                <allow own=\"*\"/>
                <allow send_destination=\"*\"/>
                <allow receive_sender=\"*\"/>
            </policy>
        </busconfig>",
        address(dir),
        dir.display()
    )
}
