//! Bytes written to the disk for each message: log, database, index and checkpoints.

use std::time::Duration;

use tokio::time::sleep;

use super::{Findings, Setting, seats};
use crate::Result;
use crate::crowd::Crowd;
use crate::order::Text;
use crate::proc;
use crate::seed;
use crate::table::{Row, Verdict};

const ROOMS: usize = 10;
const MEMBERS: usize = 500;
const WAVE: usize = 100;
const RATE: f64 = 100.0;
const BYTES_MAX: f64 = 6.0 * 1024.0;
/// Longer than porch waits with what it does when all is quiet: it empties its logs after 30 s.
const QUIET: Duration = Duration::from_secs(33);
const QUIET_WAIT: Duration = Duration::from_secs(120);

pub(super) async fn measure(setting: &Setting, findings: &mut Findings) -> Result<()> {
    let dir = setting.dir("disk")?;
    let seeded = seed::folder(&dir, MEMBERS, ROOMS).await?;
    let server = setting.porch(&dir).await?;
    let crowd = Crowd::enter(seats(&server, &seeded, MEMBERS, ROOMS), WAVE).await?;
    settled(server.pid).await?;
    let (written, held) = (proc::written_bytes(server.pid)?, bytes_of(&dir)?);
    let lasting = setting.seconds(60, 15);
    crowd.send(RATE, lasting, Text::Chat).await;
    crowd.all_heard(Duration::from_secs(10)).await;
    settled(server.pid).await?;
    let messages = RATE * lasting.as_secs_f64();
    let each = (proc::written_bytes(server.pid)? - written) as f64 / messages;
    findings.broken(crowd.leave().await?);
    server.stop().await?;
    let grown = (bytes_of(&dir)? as f64 - held as f64) / messages;
    let what = "written to the disk per message at 100 msg/s, with index";
    findings.add(Row::new(what, kib(each), "<= 6 KiB", Verdict::of(each <= BYTES_MAX)));
    findings.add(Row::shown("- the data folder grows per message", kib(grown)));
    Ok(())
}

/// Waits until nothing was written for a while.
async fn settled(pid: u32) -> Result<()> {
    let mut waited = Duration::ZERO;
    let mut written = proc::written_bytes(pid)?;
    while waited < QUIET_WAIT {
        sleep(QUIET).await;
        waited += QUIET;
        let now = proc::written_bytes(pid)?;
        if now == written {
            break;
        }
        written = now;
    }
    Ok(())
}

/// Bytes of the files in a folder.
fn bytes_of(dir: &std::path::Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() { bytes_of(&entry.path())? } else { metadata.len() };
    }
    Ok(bytes)
}

fn kib(bytes: f64) -> String {
    format!("{:.2} KiB", bytes / 1024.0)
}
