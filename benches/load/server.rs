//! A server under test: porch as it is shipped, or the floor, as a process of its own.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::Result;
use crate::client::Door;
use crate::floor;
use crate::member::Kind;

const START_WAIT: Duration = Duration::from_secs(60);
const STOP_WAIT: Duration = Duration::from_secs(30);
/// What both say on standard output when they can be reached.
const LISTENING: &str = "listening on https://";

/// A running server. Killed when dropped.
pub(crate) struct Server {
    pub(crate) kind: Kind,
    pub(crate) pid: u32,
    pub(crate) door: Arc<Door>,
    child: Child,
}

impl Server {
    /// Starts the floor; its certificate goes into `dir`.
    pub(crate) async fn floor(dir: &Path) -> Result<Self> {
        std::fs::create_dir_all(dir)?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("floor").arg(dir);
        Self::start(Kind::Floor, command, dir, floor::CERTIFICATE_FILE).await
    }

    /// Starts porch, this binary of it, on a data folder.
    pub(crate) async fn porch(binary: &Path, dir: &Path) -> Result<Self> {
        let mut command = Command::new(binary);
        command.args(["--https", "127.0.0.1:0", "--http", "127.0.0.1:0", "--no-mdns", "--data-dir"]).arg(dir);
        Self::start(Kind::Porch, command, dir, "tls/ca.pem").await
    }

    async fn start(kind: Kind, mut command: Command, dir: &Path, ca_file: &str) -> Result<Self> {
        let log = std::fs::File::create(dir.join("bench.log"))?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).kill_on_drop(true);
        let mut child = command.spawn()?;
        let pid = child.id().ok_or("the server has no process")?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("its output is piped")?).lines();
        let listening = async {
            while let Some(line) = lines.next_line().await? {
                if let Some(address) = line.strip_prefix(LISTENING) {
                    return Ok(address.to_owned());
                }
            }
            Err(format!("the server ended; see {}", dir.join("bench.log").display()).into())
        };
        let address: String =
            timeout(START_WAIT, listening).await.map_err(Box::from).and_then(|said: Result<_>| said)?;
        // Whatever else it says must not fill the pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let port = address.trim_end_matches('/').rsplit(':').next().unwrap_or_default().parse::<u16>()?;
        let door = Arc::new(Door::new(([127, 0, 0, 1], port).into(), &dir.join(ca_file))?);
        Ok(Self { kind, pid, door, child })
    }

    /// Asks it to end, as the system does, and waits for it.
    pub(crate) async fn stop(mut self) -> Result<()> {
        if self.kind == Kind::Porch {
            let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw).ok_or("the server has a process id")?;
            kill_process(pid, Signal::TERM)?;
            timeout(STOP_WAIT, self.child.wait()).await??;
        } else {
            self.child.kill().await?;
        }
        Ok(())
    }
}
