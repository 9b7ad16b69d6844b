//! Memory of the empty server, and of each idle member.

use std::time::Duration;

use tokio::time::sleep;

use super::{Findings, Setting, seats};
use crate::Result;
use crate::crowd::Crowd;
use crate::proc::{self, Memory};
use crate::seed::{self, Seeded};
use crate::server::Server;
use crate::table::{Row, Verdict};

const EMPTY_KIB_MAX: u64 = 10 << 10;
const THOUSAND_KIB_MAX: u64 = 28 << 10;
const MEMBER_KIB_MAX: f64 = 16.0;
/// Members that connect at once.
const WAVE: usize = 250;
/// After starting: what is only needed for that is freed by then.
const SETTLE: Duration = Duration::from_secs(2);

pub(super) async fn measure(setting: &Setting, findings: &mut Findings) -> Result<()> {
    let porch = setting.porch(&setting.dir("memory-empty")?).await?;
    let floor = Server::floor(&setting.dir("memory-floor")?).await?;
    sleep(SETTLE).await;
    let (empty, empty_floor) = (proc::memory(porch.pid)?, proc::memory(floor.pid)?);
    porch.stop().await?;
    floor.stop().await?;
    findings.add(
        Row::new("empty server, PSS", mib(empty.pss_kib), "<= 10 MiB", Verdict::of(empty.pss_kib <= EMPTY_KIB_MAX))
            .beside(mib(empty_floor.pss_kib)),
    );
    for members in setting.pick(vec![1_000, 4_000], vec![1_000]) {
        let dir = setting.dir(&format!("memory-{members}"))?;
        let seeded = seed::folder(&dir, members, 0).await?;
        let floor = idle(setting, Server::floor(&dir).await?, &seeded, members).await?;
        let porch = idle(setting, setting.porch(&dir).await?, &seeded, members).await?;
        if members == 1_000 {
            let verdict = Verdict::of(porch.full.pss_kib <= THOUSAND_KIB_MAX);
            let row = Row::new("with 1000 members in one room, PSS", mib(porch.full.pss_kib), "<= 28 MiB", verdict);
            findings.add(row.beside(mib(floor.full.pss_kib)));
        }
        let each = porch.each_kib(members);
        let what = format!("memory of each idle member, {members} in one room");
        let row = Row::new(what, format!("{each:.1} KiB"), "<= 16 KiB", Verdict::of(each <= MEMBER_KIB_MAX));
        findings.add(row.beside(format!("{:.1} KiB", floor.each_kib(members))).times(each / floor.each_kib(members)));
    }
    Ok(())
}

struct Idle {
    empty: Memory,
    full: Memory,
}

impl Idle {
    fn each_kib(&self, members: usize) -> f64 {
        (self.full.anonymous_kib as f64 - self.empty.anonymous_kib as f64) / members as f64
    }
}

/// Memory before and after members came, one heartbeat later.
async fn idle(setting: &Setting, server: Server, seeded: &Seeded, members: usize) -> Result<Idle> {
    sleep(SETTLE).await;
    let empty = proc::memory(server.pid)?;
    let crowd = Crowd::enter(seats(&server, seeded, members, 1), WAVE).await?;
    sleep(setting.seconds(25, 5)).await;
    let full = proc::memory(server.pid)?;
    crowd.leave().await?;
    server.stop().await?;
    Ok(Idle { empty, full })
}

fn mib(kib: u64) -> String {
    format!("{:.1} MiB", kib as f64 / 1024.0)
}
