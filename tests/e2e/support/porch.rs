//! The real binary as a child process.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use super::{Door, within};

/// The program under test.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_porch");

/// A folder of porch's own, which outlives its process and goes with the test. On the disk that is built on: what is
/// tested is what reaches a disk, and a temporary folder may be in memory.
#[derive(Clone, Debug)]
pub(crate) struct Folder(Arc<TempDir>);

impl Folder {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder can be made");
        Self(Arc::new(dir))
    }

    /// What porch keeps.
    pub(crate) fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    /// What porch says of itself, of all its runs.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    fn log_path(&self) -> PathBuf {
        self.0.path().join("log")
    }

    /// Somewhere else in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

/// How to start porch.
pub(crate) struct Start {
    pub(crate) folder: Folder,
    /// 0 for any.
    pub(crate) https_port: u16,
    /// A program and its arguments that porch's own command line is appended to.
    pub(crate) under: Vec<String>,
    /// Further flags.
    pub(crate) flags: Vec<String>,
}

impl Start {
    pub(crate) fn on(folder: &Folder) -> Self {
        Self { folder: folder.clone(), https_port: 0, under: Vec::new(), flags: Vec::new() }
    }
}

/// A running porch; killed when dropped.
pub(crate) struct Porch {
    child: Child,
    /// Open, so that porch never writes to nobody.
    stdout: BufReader<ChildStdout>,
    pub(crate) folder: Folder,
    pub(crate) https: SocketAddr,
    pub(crate) http: SocketAddr,
    pub(crate) door: Door,
}

impl Porch {
    /// On an empty folder.
    pub(crate) async fn start() -> Self {
        Self::start_with(Start::on(&Folder::new())).await
    }

    pub(crate) async fn start_with(start: Start) -> Self {
        let (child, stdout, folder, https, http) = Self::spawn(start).await;
        let door = Door::through(https, http).await;
        Self { child, stdout, folder, https, http, door }
    }

    /// One that hands out no CA: nobody here can go through its door.
    pub(crate) async fn start_untrusted(start: Start) -> Self {
        let (child, stdout, folder, https, http) = Self::spawn(start).await;
        Self { child, stdout, folder, https, http, door: Door::closed(https) }
    }

    async fn spawn(start: Start) -> (Child, BufReader<ChildStdout>, Folder, SocketAddr, SocketAddr) {
        let Start { folder, https_port, under, flags } = start;
        let log = File::options().create(true).append(true).open(folder.log_path()).expect("the log can be written");
        let mut words = under.into_iter().chain([BINARY.to_owned()]);
        let program = words.next().expect("there is the binary at least");
        let mut child = Command::new(program)
            .args(words)
            .args(flags)
            .args(["--https", &format!("127.0.0.1:{https_port}"), "--http", "127.0.0.1:0", "--no-mdns", "--data-dir"])
            .arg(folder.data())
            .env_remove("PORCH_CONFIG")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .expect("the binary can be run");
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let https = listening(&mut stdout, "https", &folder).await;
        let http = listening(&mut stdout, "http", &folder).await;
        (child, stdout, folder, https, http)
    }

    /// The next line it says at its start.
    pub(crate) async fn said_next(&mut self) -> String {
        let mut line = String::new();
        within("a line", self.stdout.read_line(&mut line)).await.expect("its output can be read");
        line.trim_end().to_owned()
    }

    /// The number of porch's own process, whatever it was started under.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id().expect("it has not been waited for")
    }

    /// Kills it with no chance to do anything.
    pub(crate) async fn kill(mut self) {
        within("the death of porch", self.child.kill()).await.expect("it can be killed");
    }

    /// Asks it to stop.
    pub(crate) fn ask_to_stop(&self) {
        let pid = Pid::from_raw(self.pid() as i32).expect("processes are not numbered 0");
        kill_process(pid, Signal::TERM).expect("it runs");
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) async fn stop(self) -> ExitStatus {
        self.ask_to_stop();
        self.ended().await
    }

    pub(crate) async fn ended(mut self) -> ExitStatus {
        within("the end of porch", self.child.wait()).await.expect("it can be waited for")
    }

    /// Starts it again on the same folder and port, after it has ended.
    pub(crate) async fn again(folder: &Folder, https_port: u16) -> Self {
        Self::start_with(Start { https_port, ..Start::on(folder) }).await
    }
}

impl Drop for Porch {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- what porch had to say:\n{}---", self.folder.log());
        }
    }
}

/// Waits for the line in which porch says that it is there.
async fn listening(stdout: &mut BufReader<ChildStdout>, scheme: &str, folder: &Folder) -> SocketAddr {
    let mut line = String::new();
    within("porch's word that it listens", stdout.read_line(&mut line)).await.expect("its output can be read");
    let address = line.trim_end().strip_prefix(&format!("listening on {scheme}://"));
    match address.and_then(|address| address.parse().ok()) {
        Some(address) => address,
        None => panic!("porch says {line:?}, and: {}", folder.log()),
    }
}

/// A command of porch's that ends by itself: what it says on both outputs, and how it ends.
pub(crate) async fn run(args: &[&str], data: Option<&Path>) -> (ExitStatus, String, String) {
    let mut command = Command::new(BINARY);
    command.args(args).env_remove("PORCH_CONFIG").stdin(Stdio::null()).kill_on_drop(true);
    if let Some(data) = data {
        command.arg("--data-dir").arg(data);
    }
    let output = within("the end of a command", command.output()).await.expect("the binary can be run");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("porch writes UTF-8");
    (output.status, text(output.stdout), text(output.stderr))
}
