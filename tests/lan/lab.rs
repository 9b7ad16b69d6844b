//! A network made of namespaces, and boxes on it.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rustix::process::{Pid, Signal, geteuid, kill_process};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout};

use crate::support::{Folder, eventually, within};

/// The program under test.
const BINARY: &str = env!("CARGO_BIN_EXE_porch");

/// Where every box here serves: it has its machine for itself.
pub(crate) const HTTPS_PORT: u16 = 8443;
pub(crate) const HTTP_PORT: u16 = 8080;

/// How often is asked again: each asking is a program.
const ASK_INTERVAL: Duration = Duration::from_millis(100);
/// What names of namespaces begin with: then come the test process and the lab's number in it.
const PREFIX: &str = "porchlab";
/// Where iproute2 keeps them.
const NAMESPACES: &str = "/run/netns";
/// What has to be there.
const TOOLS: [&str; 7] = ["ip", "nsenter", "unshare", "dbus-daemon", "avahi-daemon", "avahi-resolve", "avahi-browse"];

/// A bridge and the machines on it. Everything goes with it.
pub(crate) struct Lab {
    bridge: String,
    machines: Vec<Machine>,
}

/// A machine with one cable, `eth0`, into the bridge. The first has 10.77.0.1 and fd77::1, the second 10.77.0.2, …
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    name: &'static str,
    pub(crate) namespace: String,
    number: u8,
}

impl Lab {
    /// None where it cannot be made, which is said.
    pub(crate) fn make(names: &[&'static str]) -> Option<Self> {
        if let Some(lack) = lack() {
            let is_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
            assert!(!is_ci, "these tests may not be skipped in CI: {lack}");
            // Not by a macro, whose words are kept from people when a test passes.
            let _ = writeln!(io::stderr(), "SKIPPED, the box is not looked for on a network: {lack}");
            return None;
        }
        sweep();
        static LABS: AtomicU32 = AtomicU32::new(0);
        let lab = format!("{PREFIX}-{}-{}", std::process::id(), LABS.fetch_add(1, Ordering::Relaxed));
        let machine = |(at, name): (usize, &&'static str)| Machine {
            name,
            namespace: format!("{lab}-{name}"),
            number: at as u8 + 1,
        };
        let lab = Self { bridge: format!("{lab}.bridge"), machines: names.iter().enumerate().map(machine).collect() };
        ip(&format!("netns add {}", lab.bridge));
        ip(&format!("-n {} link add br0 type bridge mcast_snooping 0", lab.bridge));
        ip(&format!("-n {} link set br0 up", lab.bridge));
        for machine in &lab.machines {
            machine.connect(&lab.bridge);
        }
        Some(lab)
    }

    /// Takes a machine's cable out of the bridge; at the machine nothing is to be seen of that.
    pub(crate) fn part(&self, name: &str) {
        ip(&format!("-n {} link set port{} nomaster", self.bridge, self.machine(name).number));
    }

    /// Puts it back.
    pub(crate) fn join(&self, name: &str) {
        ip(&format!("-n {} link set port{} master br0", self.bridge, self.machine(name).number));
    }

    pub(crate) fn machine(&self, name: &str) -> &Machine {
        self.machines.iter().find(|machine| machine.name == name).unwrap_or_else(|| panic!("there is no {name}"))
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let machines = self.machines.iter().map(|machine| &machine.namespace);
        for namespace in machines.chain([&self.bridge]) {
            // It may not have been made.
            let _ = Command::new("ip").args(["netns", "del", namespace]).stderr(Stdio::null()).status();
        }
    }
}

impl Machine {
    fn connect(&self, bridge: &str) {
        let Self { namespace, number, .. } = self;
        ip(&format!("netns add {namespace}"));
        ip(&format!("link add eth0 netns {namespace} type veth peer name port{number} netns {bridge}"));
        ip(&format!("-n {bridge} link set port{number} master br0 up"));
        self.ip("link set lo up");
        self.ip("link set eth0 up");
        self.ip(&format!("addr add {}/24 dev eth0", self.v4()));
        // Nobody else has it: no need to look for two seconds.
        self.ip(&format!("addr add {}/64 dev eth0 nodad", self.v6()));
    }

    pub(crate) fn v4(&self) -> IpAddr {
        Ipv4Addr::new(10, 77, 0, self.number).into()
    }

    pub(crate) fn v6(&self) -> IpAddr {
        Ipv6Addr::new(0xfd77, 0, 0, 0, 0, 0, 0, self.number.into()).into()
    }

    /// Changes something about its network.
    pub(crate) fn ip(&self, words: &str) {
        ip(&format!("-n {} {words}", self.namespace));
    }

    /// Packets that it has sent into the bridge so far.
    pub(crate) fn packets_sent(&self) -> u64 {
        let counted = self.command("cat").arg("/sys/class/net/eth0/statistics/tx_packets").output();
        let counted = String::from_utf8(counted.expect("it can be read").stdout).expect("a number is text");
        counted.trim_end().parse().expect("it is a number")
    }

    /// A program on this machine.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.namespace, program]).stdin(Stdio::null());
        command
    }

    /// Makes the calling thread one of this machine's: its sockets, and the programs that it starts.
    pub(crate) fn enter(&self) {
        let namespace = File::open(Path::new(NAMESPACES).join(&self.namespace)).expect("it has been made");
        move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network)).expect("root may enter it");
    }
}

/// What is missing for a lab, if anything.
fn lack() -> Option<String> {
    if !geteuid().is_root() {
        return Some("only root can make network namespaces".into());
    }
    let is_there =
        |tool: &str| ["/usr/bin", "/usr/sbin", "/bin", "/sbin"].iter().any(|dir| Path::new(dir).join(tool).exists());
    if let Some(tool) = TOOLS.into_iter().find(|tool| !is_there(tool)) {
        return Some(format!("{tool} is missing; .ci/run installs what is needed"));
    }
    let probe = format!("{PREFIX}-{}-probe-{:?}", std::process::id(), std::thread::current().id());
    let made = Command::new("ip").args(["netns", "add", &probe]).output().expect("ip can be run");
    let _ = Command::new("ip").args(["netns", "del", &probe]).output();
    (!made.status.success()).then(|| format!("no namespace can be made: {}", String::from_utf8_lossy(&made.stderr)))
}

/// Removes what a killed test process has left behind.
fn sweep() {
    for entry in fs::read_dir(NAMESPACES).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let maker = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').nth(1)?.parse::<u32>().ok());
        if maker.is_some_and(|maker| !Path::new(&format!("/proc/{maker}")).exists()) {
            let _ = Command::new("ip").args(["netns", "del", &name]).stderr(Stdio::null()).status();
        }
    }
}

fn ip(words: &str) {
    let done = Command::new("ip").args(words.split(' ')).output().expect("ip can be run");
    assert!(done.status.success(), "ip {words}: {}", String::from_utf8_lossy(&done.stderr));
}

/// Waits until what a program tells holds.
pub(crate) async fn await_that(what: &str, mut holds: impl FnMut() -> bool) {
    let asks = async {
        let mut ticks = tokio::time::interval(ASK_INTERVAL);
        while !holds() {
            ticks.tick().await;
        }
    };
    within(what, asks).await;
}

/// A running porch on a machine of the lab; killed when dropped.
pub(crate) struct Box {
    child: Child,
    /// Open, so that porch never writes to nobody.
    _stdout: BufReader<ChildStdout>,
    /// `AB:CD:…`
    fingerprint: String,
    log: PathBuf,
    _folder: Folder,
}

impl Box {
    pub(crate) async fn start(lab: &Lab, machine: &str, args: &[&str]) -> Self {
        let folder = Folder::new();
        let log = folder.path("log");
        let mut child = tokio::process::Command::from(lab.machine(machine).command(BINARY))
            .args(["--https", &HTTPS_PORT.to_string(), "--http", &HTTP_PORT.to_string(), "--data-dir"])
            .arg(folder.data())
            .args(args)
            .env_remove("PORCH_CONFIG")
            .stdout(Stdio::piped())
            .stderr(File::create(&log).expect("the log can be written"))
            .kill_on_drop(true)
            .spawn()
            .expect("the binary can be run");
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut line = String::new();
        let fingerprint = loop {
            line.clear();
            let read = within("porch's word that it listens", stdout.read_line(&mut line)).await;
            assert!(read.is_ok_and(|bytes| bytes > 0), "{}", fs::read_to_string(&log).unwrap_or_default());
            if let Some(fingerprint) = line.strip_prefix("the box's own CA is SHA-256 ") {
                break fingerprint.trim_end().to_owned();
            }
        };
        Self { child, _stdout: stdout, fingerprint, log, _folder: folder }
    }

    /// The beginning of its CA's fingerprint.
    pub(crate) fn id(&self) -> String {
        self.fingerprint.replace(':', "")[..4].to_lowercase()
    }

    pub(crate) fn alias(&self) -> String {
        format!("porch-{}.local", self.id())
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Waits until its log holds these words.
    pub(crate) async fn says(&self, words: &str) {
        eventually(words, || self.log().contains(words)).await;
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) async fn stop(mut self) -> ExitStatus {
        let pid = self.child.id().expect("it has not been waited for");
        kill_process(Pid::from_raw(pid as i32).expect("processes are not numbered 0"), Signal::TERM).expect("it runs");
        within("the end of porch", self.child.wait()).await.expect("it can be waited for")
    }
}

impl Drop for Box {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- what a box had to say:\n{}---", self.log());
        }
    }
}
