//! Avahi, as Linux machines have it, with a D-Bus of its own.

use std::net::IpAddr;
use std::process::{Command, Stdio};

use tokio::process::Child;

use crate::lab::{Lab, await_that};
use crate::support::Folder;

/// An avahi-daemon on a machine of the lab; ended when dropped.
pub(crate) struct Avahi {
    /// Keeps the folders in which the daemons meet, which nobody else sees.
    bus: Child,
    _daemon: Child,
    _folder: Folder,
}

/// A service as `avahi-browse` tells it.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) instance: String,
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Sorted.
    pub(crate) texts: Vec<String>,
}

impl Avahi {
    /// Starts it on a machine, which it calls `name`.
    pub(crate) async fn start(lab: &Lab, machine: &str, name: &str) -> Self {
        let folder = Folder::new();
        let config = folder.path("avahi.conf");
        let text = format!(
            "[server]\nhost-name={name}\nuse-ipv4=yes\nuse-ipv6=yes\nallow-interfaces=eth0\n\
             [publish]\npublish-hinfo=no\npublish-workstation=no\n"
        );
        std::fs::write(&config, text).expect("the folder can be written");
        let own_folders = "mount -t tmpfs tmpfs /run && mkdir /run/dbus /run/avahi-daemon && \
                           exec dbus-daemon --system --nofork --nopidfile";
        let mut bus = lab.machine(machine).command("unshare");
        bus.args(["--mount", "sh", "-c", own_folders]);
        let bus = started(bus);
        let there = bus.id().expect("it has not been waited for");
        await_that("a D-Bus", || said(&mut inside(there, "test", &["-S", "/run/dbus/system_bus_socket"])).is_some())
            .await;
        let mut daemon = inside(there, "avahi-daemon", &["--no-drop-root", "--no-chroot", "--no-rlimits", "--file"]);
        daemon.arg(&config);
        let avahi = Self { _daemon: started(daemon), bus, _folder: folder };
        await_that("Avahi", || avahi.ask("avahi-browse", &["-t", "_http._tcp"]).is_some()).await;
        avahi
    }

    /// The first address of this family (4 or 6) that the name has.
    pub(crate) fn resolve(&self, name: &str, family: u8) -> Option<IpAddr> {
        let answer = self.ask("avahi-resolve", &[&format!("-{family}"), "-n", name])?;
        let (_, address) = answer.trim_end().split_once('\t')?;
        address.parse().ok()
    }

    /// All instances of a kind of service.
    pub(crate) fn browse(&self, kind: &str) -> Vec<Service> {
        let answer = self.ask("avahi-browse", &["-rpt", kind]).unwrap_or_default();
        answer.lines().filter_map(service).collect()
    }

    fn ask(&self, program: &str, args: &[&str]) -> Option<String> {
        said(&mut inside(self.bus.id()?, program, args))
    }
}

/// See avahi-browse(1), `--parsable`.
fn service(line: &str) -> Option<Service> {
    let fields: Vec<&str> = line.split(';').collect();
    let ["=", _, _, instance, _, _, host, _, port, texts] = fields.as_slice() else { return None };
    let mut texts: Vec<String> = texts.split('"').map(str::trim).filter(|t| !t.is_empty()).map(Into::into).collect();
    texts.sort();
    Some(Service { instance: unescaped(instance), host: (*host).into(), port: port.parse().ok()?, texts })
}

/// Undoes `\032` and the like: bytes in decimal digits.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, more @ ..] = rest {
        let digits = more.get(..3).filter(|digits| *first == b'\\' && digits.iter().all(u8::is_ascii_digit));
        let byte = digits.and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &more[3..] } else { more };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A program where that process is: on its machine, with its folders.
fn inside(process: u32, program: &str, args: &[&str]) -> Command {
    let mut command = Command::new("nsenter");
    command.args(["--target", &process.to_string(), "--mount", "--net", program]).args(args);
    command.stdin(Stdio::null());
    command
}

/// What it says, if it ends well.
fn said(command: &mut Command) -> Option<String> {
    let output = command.output().expect("it can be run");
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn started(command: Command) -> Child {
    let mut command = tokio::process::Command::from(command);
    command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().expect("it can be run")
}
