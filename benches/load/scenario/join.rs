//! A thousand people at once, each with a session cookie: what a join costs, and whether all get in.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{Findings, Setting, seats};
use crate::Result;
use crate::crowd::Crowd;
use crate::proc::CpuReading;
use crate::seed::{self, Seeded};
use crate::server::Server;
use crate::table::{Row, Verdict};
use crate::tally::total;

const MEMBERS: usize = 1_000;
const CPU_MS_MAX: f64 = 0.5;
/// The last arrivals are told to everyone within it; that is part of joining.
const SETTLE: Duration = Duration::from_secs(1);

pub(super) async fn measure(setting: &Setting, findings: &mut Findings) -> Result<()> {
    let dir = setting.dir("join")?;
    let seeded = seed::folder(&dir, MEMBERS, 0).await?;
    let (floor, porch) = (Server::floor(&dir).await?, setting.porch(&dir).await?);
    let (mut of_floor, mut of_porch) = (Vec::new(), Vec::new());
    for _ in 0..setting.pick(5, 2) {
        of_floor.push(storm(&floor, &seeded).await?);
        of_porch.push(storm(&porch, &seeded).await?);
    }
    let (cpu, floor_cpu) = (middle(&of_porch), middle(&of_floor));
    let row = Row::new(
        "CPU per join with a cookie, 1000 at once",
        format!("{cpu:.2} ms"),
        "<= 0.5 ms",
        Verdict::of(cpu <= CPU_MS_MAX),
    );
    findings.add(row.beside(format!("{floor_cpu:.2} ms")).times(cpu / floor_cpu));
    let failed = |storms: &[Storm]| storms.iter().map(|storm| storm.failed).sum::<u64>();
    let tries = MEMBERS * of_porch.len();
    let row = Row::new(
        "- failed to join",
        format!("{} of {tries}", failed(&of_porch)),
        "0",
        Verdict::of(failed(&of_porch) == 0),
    );
    findings.add(row.beside(failed(&of_floor).to_string()));
    let seconds = |storms: &[Storm]| {
        let slowest = storms.iter().map(|storm| storm.lasted).max().unwrap_or_default();
        format!("{:.1} s", slowest.as_secs_f64())
    };
    findings.add(Row::shown("- until all 1000 are in, slowest", seconds(&of_porch)).beside(seconds(&of_floor)));
    floor.stop().await?;
    porch.stop().await
}

struct Storm {
    cpu_ms_each: f64,
    failed: u64,
    lasted: Duration,
}

async fn storm(server: &Server, seeded: &Seeded) -> Result<Storm> {
    let (before, began) = (CpuReading::of(server.pid)?, Instant::now());
    let crowd = Crowd::enter(seats(server, seeded, MEMBERS, 1), MEMBERS).await?;
    let lasted = began.elapsed();
    sleep(SETTLE).await;
    let cpu = before.spent()?;
    let failed = total(&crowd.tally.failed);
    crowd.leave().await?;
    sleep(SETTLE).await;
    Ok(Storm { cpu_ms_each: cpu.as_secs_f64() * 1e3 / MEMBERS as f64, failed, lasted })
}

/// The median.
fn middle(storms: &[Storm]) -> f64 {
    let mut each: Vec<f64> = storms.iter().map(|storm| storm.cpu_ms_each).collect();
    each.sort_by(f64::total_cmp);
    each[each.len() / 2]
}
