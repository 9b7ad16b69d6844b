//! `porch doctor` on networks that the test makes: in a namespace of its own, healthy or crippled.
//!
//! Needs root and `ip`, `unshare`, `mount`. Without them it says so and ends, except on CI machines, where that fails.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_porch");

/// Whether namespaces can be made here.
fn can_make_namespaces() -> bool {
    let works = |program: &str, args: &[&str]| {
        Command::new(program).args(args).output().is_ok_and(|output| output.status.success())
    };
    let can = works("ip", &["-V"]) && works("unshare", &["--mount", "--net", "true"]);
    if !can {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "CI runs as root, with iproute2");
        eprintln!("SKIPPED: network namespaces need root and iproute2");
    }
    can
}

/// A network namespace with one interface that leads to a LAN, `eth0`; taken away with the test.
struct Network {
    name: String,
    folder: tempfile::TempDir,
}

impl Network {
    fn new(kind: &str) -> Self {
        let name = format!("porch-doctor-{kind}-{}", std::process::id());
        // On the disk that is built on: a temporary folder may be in memory, which the doctor would tell.
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder can be made");
        ip(&["netns", "add", &name]);
        let network = Self { name, folder };
        network.ip(&["link", "set", "lo", "up"]);
        network.ip(&["link", "add", "eth0", "type", "veth", "peer", "name", "cable"]);
        network.ip(&["addr", "add", "192.168.77.7/24", "dev", "eth0"]);
        // Usable at once: nobody else is on this cable.
        network.ip(&["addr", "add", "fd77::7/64", "dev", "eth0", "nodad"]);
        // The far end is no interface of the box: without an address of its own, the doctor does not look at it.
        network.ip(&["link", "set", "cable", "addrgenmode", "none"]);
        network.ip(&["link", "set", "cable", "up"]);
        network.ip(&["link", "set", "eth0", "up"]);
        network
    }

    fn ip(&self, args: &[&str]) {
        ip(&[&["-n", &self.name], args].concat());
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A program inside.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name, program]).stdin(Stdio::null()).env_remove("PORCH_CONFIG");
        command
    }

    fn porch(&self, args: &[&str]) -> Command {
        let mut command = self.command(BINARY);
        command.args(args).arg("--data-dir").arg(self.data());
        command
    }

    /// The same on a data folder that can only be read.
    fn porch_read_only(&self, args: &[&str]) -> Command {
        let mut command = self.command("unshare");
        let script = "mount --bind \"$1\" \"$1\" && mount -o remount,ro,bind \"$1\" && shift && exec \"$@\"";
        command.args(["--mount", "sh", "-c", script, "sh"]).arg(self.data()).arg(BINARY).args(args);
        command.arg("--data-dir").arg(self.data());
        command
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        // What runs in it was ended before; a second try would not help either.
        let _ = Command::new("ip").args(["netns", "del", &self.name]).status();
    }
}

fn ip(args: &[&str]) {
    let output = Command::new("ip").args(args).output().expect("ip can be run");
    assert!(output.status.success(), "ip {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A program that runs until the test ends.
struct Running(Child);

impl Running {
    fn start(mut command: Command) -> (Self, String) {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it can be run");
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
        out.read_line(&mut line).expect("it says when it is ready");
        // Read on, so that it never writes to nobody.
        std::thread::spawn(move || out.read_to_end(&mut Vec::new()));
        (Self(child), line)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A report, by findings.
struct Report {
    exit: Option<i32>,
    checks: Vec<Value>,
}

impl Report {
    fn of(command: &mut Command) -> Self {
        let Output { status, stdout, stderr } = command.output().expect("porch can be run");
        let report: Value = serde_json::from_slice(&stdout)
            .unwrap_or_else(|e| panic!("{e}: {stdout:?} {}", String::from_utf8_lossy(&stderr)));
        Self { exit: status.code(), checks: report["checks"].as_array().expect("a list").clone() }
    }

    fn line(&self, finding: &str) -> &Value {
        let found = self.checks.iter().find(|line| line["finding"] == finding);
        found.unwrap_or_else(|| panic!("no {finding} in {:#?}", self.checks))
    }

    /// What is found at this level, without what is the testing machine's: how fast and how full its disk is.
    fn ours(&self, level: &str) -> BTreeSet<&str> {
        let of_the_machine =
            ["disk_speed_slow", "disk_speed_bad", "disk_space_low", "disk_space_full", "open_files_low"];
        let found = self.at(level).into_iter();
        found.filter(|finding| !of_the_machine.contains(finding)).collect()
    }

    fn at(&self, level: &str) -> BTreeSet<&str> {
        let at = self.checks.iter().filter(|line| line["level"] == level);
        at.map(|line| line["finding"].as_str().expect("a name")).collect()
    }
}

#[test]
fn a_healthy_box_has_nothing_to_complain_of() {
    if !can_make_namespaces() {
        return;
    }
    let network = Network::new("healthy");
    let report = Report::of(&mut network.porch(&["doctor", "--json"]));
    let complaints: Vec<_> = ["warning", "problem"].iter().flat_map(|level| report.ours(level)).collect();
    assert!(complaints.is_empty(), "{complaints:?} in {:#?}", report.checks);
    assert_eq!(report.exit, Some(i32::from(!report.at("problem").is_empty())), "{:#?}", report.checks);
    assert_eq!(report.line("addresses_several")["values"]["addresses"], "192.168.77.7, fd77::7");
    assert_eq!(report.line("multicast_works")["values"]["interface"], "eth0");
    for finding in ["port_free", "responders_none", "name_free", "data_folder_new", "certificate_absent"] {
        report.line(finding);
    }
    assert!(!network.data().exists(), "nothing was made");
}

#[test]
fn a_running_box_is_looked_at_without_being_disturbed() {
    if !can_make_namespaces() {
        return;
    }
    let network = Network::new("running");
    let (porch, first) = Running::start(network.porch(&["serve", "--no-mdns"]));
    assert_eq!(first.trim_end(), "listening on https://192.168.77.7");
    let report = Report::of(&mut network.porch(&["doctor", "--json", "--no-mdns"]));
    let held = |report: &Report| report.checks.iter().filter(|line| line["finding"] == "port_held").count();
    assert_eq!((held(&report), report.ours("problem").len()), (2, 0), "{:#?}", report.checks);
    for finding in ["data_folder_good", "database_good", "certificate_good", "name_off", "multicast_unneeded"] {
        report.line(finding);
    }
    assert!(held(&Report::of(&mut network.porch(&["doctor", "--json"]))) == 2, "it still runs");
    // Somebody who does not know where its data is, learns that it runs all the same.
    let stranger = network.folder.path().join("other");
    let mut command = network.command(BINARY);
    let report = Report::of(command.args(["doctor", "--json", "--no-mdns", "--data-dir"]).arg(&stranger));
    assert_eq!((held(&report), report.ours("problem").len()), (2, 0), "{:#?}", report.checks);
    report.line("data_folder_elsewhere");
    drop(porch);
    // What it had written down is no longer true.
    let report = Report::of(&mut network.porch(&["doctor", "--json"]));
    assert_eq!(held(&report), 0, "{:#?}", report.checks);
}

#[test]
fn a_crippled_box_is_told_what_cripples_it() {
    if !can_make_namespaces() {
        return;
    }
    let network = Network::new("crippled");
    fs::create_dir(network.data()).expect("a folder can be made");
    network.ip(&["link", "set", "eth0", "multicast", "off"]);
    let (squatter, said) = Running::start({
        let mut command = network.command("python3");
        command.args([
            "-uc",
            "import socket\ns = socket.create_server(('', 443))\nprint('there')\nwhile True: s.accept()",
        ]);
        command
    });
    assert_eq!(said.trim_end(), "there");
    let report = Report::of(&mut network.porch_read_only(&["doctor", "--json"]));
    assert_eq!(report.exit, Some(1));
    assert_eq!(report.line("multicast_off")["values"]["interface"], "eth0");
    let taken = &report.line("port_taken")["values"];
    assert_eq!((taken["port"].as_str(), taken["scheme"].as_str()), (Some("443"), Some("https")));
    let by = taken["by"].as_str().expect("a text");
    assert!(by.contains("python3") && by.contains(&squatter.0.id().to_string()), "{by}");
    let read_only = report.line("data_folder_read_only");
    assert_eq!(read_only["values"]["path"].as_str(), network.data().to_str());
    let failed = report.line("disk_speed_failed")["values"]["reason"].as_str().expect("a text");
    assert!(failed.contains("Read-only"), "{failed}");
    for line in &report.checks {
        assert!(line["level"] == "ok" || line["advice"] != "", "what to do is not said: {line}");
    }
    // In words, too.
    let output = network.porch_read_only(&["doctor"]).output().expect("porch can be run");
    let text = String::from_utf8(output.stdout).expect("porch writes UTF-8");
    let problems = text.lines().filter(|line| line.starts_with("problem ")).count();
    assert_eq!((output.status.code(), problems), (Some(1), report.at("problem").len()), "{text}");
}

#[test]
fn another_device_that_has_the_name_is_found() {
    if !can_make_namespaces() {
        return;
    }
    let network = Network::new("named");
    // Answers whatever is asked: porch.local is at 192.168.77.9.
    let script = "import socket\n\
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n\
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n\
        s.bind(('', 5353))\n\
        own = socket.inet_aton('192.168.77.7')\n\
        s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton('224.0.0.251') + own)\n\
        s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, own)\n\
        print('there')\n\
        answer = b'\\0\\0\\x84\\0\\0\\0\\0\\1\\0\\0\\0\\0\\5porch\\5local\\0\\0\\1\\x80\\1\\0\\0\\0\\x78\\0\\4\\xc0\\xa8\\x4d\\x09'\n\
        while True:\n\
        \x20   asked, _ = s.recvfrom(9000)\n\
        \x20   if asked[2] == 0 and b'porch' in asked: s.sendto(answer, ('224.0.0.251', 5353))";
    let (_other, said) = Running::start({
        let mut command = network.command("python3");
        command.args(["-uc", script]);
        command
    });
    assert_eq!(said.trim_end(), "there");
    let report = Report::of(&mut network.porch(&["doctor", "--json"]));
    assert_eq!(report.line("name_taken")["values"]["by"], "192.168.77.9");
    assert!(report.line("responders_beside")["values"]["by"].as_str().is_some_and(|by| by.contains("python3")));
    let (warnings, problems) = (report.ours("warning"), report.ours("problem"));
    assert!(warnings.contains("name_taken") && problems.is_empty(), "{:#?}", report.checks);
    let report = Report::of(&mut network.porch(&["doctor", "--json", "--name", "galley"]));
    report.line("name_free");
}

#[test]
fn a_box_without_a_network_and_with_a_jealous_responder_is_told_both() {
    if !can_make_namespaces() {
        return;
    }
    let network = Network::new("alone");
    let (jealous, said) = Running::start({
        let mut command = network.command("python3");
        let script = "import socket, time\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n\
            s.bind(('', 5353))\nprint('there')\nwhile True: time.sleep(1000)";
        command.args(["-uc", script]);
        command
    });
    assert_eq!(said.trim_end(), "there");
    network.ip(&["link", "del", "eth0"]);
    let report = Report::of(&mut network.porch(&["doctor", "--json"]));
    assert_eq!(report.exit, Some(1));
    report.line("addresses_none");
    report.line("multicast_nowhere");
    let by = report.line("responders_exclusive")["values"]["by"].as_str().expect("a text");
    assert!(by.contains(&jealous.0.id().to_string()), "{by}");
}
