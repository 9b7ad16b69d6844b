//! How many messages a second are made durable, acknowledged and delivered, before it takes too long.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use tokio::time::sleep;

use super::{Findings, Setting, seats};
use crate::Result;
use crate::crowd::Crowd;
use crate::order::Text;
use crate::proc::{CpuReading, Machine};
use crate::seed::{self, Seeded};
use crate::server::Server;
use crate::table::{Row, Verdict};
use crate::tally::{Tally, total};

const ROOMS: usize = 10;
const MEMBERS: usize = 500;
const WAVE: usize = 100;
const P99_MS_MAX: f64 = 250.0;
const RATE_MIN: f64 = 2_000.0;
/// Messages a second, of all together. Beyond 10 a second each, members use up their burst of 40.
const STEPS: [f64; 9] = [500.0, 1_000.0, 1_500.0, 2_000.0, 3_000.0, 4_000.0, 5_000.0, 6_000.0, 8_000.0];
const QUICK_STEPS: [f64; 3] = [1_000.0, 2_000.0, 4_000.0];
const STEP: Duration = Duration::from_secs(5);
/// Between two steps: every member may send its burst again after it.
const REST: Duration = Duration::from_secs(4);
const HEARD_WAIT: Duration = Duration::from_secs(5);
/// A step counts when the generator kept up with it.
const KEPT_UP: f64 = 0.97;

pub(super) async fn measure(setting: &Setting, findings: &mut Findings) -> Result<()> {
    let dir = setting.dir("rate")?;
    let seeded = seed::folder(&dir, MEMBERS, ROOMS).await?;
    let steps = setting.pick(&STEPS[..], &QUICK_STEPS[..]);
    let porch = climb(setting.porch(&dir).await?, &seeded, steps, findings).await?;
    let floor = climb(Server::floor(&dir).await?, &seeded, steps, &mut Findings::default()).await?;
    let best = porch.last.as_ref().map_or(0.0, |step| step.rate);
    let text = |climb: &Climb| climb.last.as_ref().map_or_else(|| "none".to_owned(), Step::text);
    let what = "durable messages acknowledged, 10 x 50, p99 <= 250 ms";
    let row = Row::new(what, text(&porch), ">= 2000 msg/s", Verdict::of(best >= RATE_MIN));
    findings.add(row.beside(text(&floor)));
    let ended = |climb: &Climb| climb.ended.clone().unwrap_or_else(|| "no limit found".to_owned());
    findings.add(Row::shown("- what ended it", ended(&porch)).beside(ended(&floor)));
    Ok(())
}

/// What a server has reached.
struct Climb {
    last: Option<Step>,
    ended: Option<String>,
}

/// One rate that was held.
struct Step {
    rate: f64,
    p50_ms: f64,
    p99_ms: f64,
    micros_each: f64,
    cores: f64,
    machine: f64,
}

impl Step {
    fn text(&self) -> String {
        format!(
            "{:.0} msg/s ({:.0} / {:.0} ms; {:.1} us; cores {:.2} of {:.2})",
            self.rate, self.p50_ms, self.p99_ms, self.micros_each, self.cores, self.machine
        )
    }
}

async fn climb(server: Server, seeded: &Seeded, steps: &[f64], findings: &mut Findings) -> Result<Climb> {
    let crowd = Crowd::enter(seats(&server, seeded, MEMBERS, ROOMS), WAVE).await?;
    let mut climb = Climb { last: None, ended: None };
    for rate in steps {
        match step(&server, &crowd, *rate).await? {
            Ok(step) => {
                eprintln!("  {:?}: {}", server.kind, step.text());
                climb.last = Some(step);
            }
            Err(why) => {
                climb.ended = Some(format!("{rate:.0} msg/s: {why}"));
                break;
            }
        }
        sleep(REST).await;
    }
    // What was too slow must still arrive, whole.
    crowd.all_heard(Duration::from_secs(60)).await;
    findings.broken(crowd.leave().await?);
    server.stop().await?;
    Ok(climb)
}

/// One step; the inner error says why it does not count.
async fn step(server: &Server, crowd: &Crowd, rate: f64) -> Result<Result<Step, String>> {
    let tally = &crowd.tally;
    let trouble = |tally: &Tally| [&tally.refused, &tally.failed].map(|counter: &AtomicU64| total(counter));
    crowd.forget_times();
    let (before, machine, trouble_before) = (CpuReading::of(server.pid)?, Machine::reading(), trouble(tally));
    let reached = crowd.send(rate, STEP, Text::Chat).await;
    let heard = crowd.all_heard(HEARD_WAIT).await;
    let cpu = before.spent()?.as_secs_f64();
    let p99_ms = tally.delivery.quantile_ms(0.99);
    if !heard {
        return Ok(Err(format!("not all heard after {} s", HEARD_WAIT.as_secs())));
    }
    if trouble(tally) != trouble_before || !tally.closes().is_empty() {
        return Ok(Err(format!("{} refused, closed {:?}", total(&tally.refused), tally.closes())));
    }
    if p99_ms > P99_MS_MAX {
        return Ok(Err(format!("p99 {p99_ms:.0} ms")));
    }
    if reached < rate * KEPT_UP {
        return Ok(Err(format!("the generator sent only {reached:.0}")));
    }
    let messages = rate * STEP.as_secs_f64();
    Ok(Ok(Step {
        rate,
        p50_ms: tally.delivery.quantile_ms(0.5),
        p99_ms,
        micros_each: cpu * 1e6 / (messages * (MEMBERS / ROOMS) as f64),
        cores: cpu / STEP.as_secs_f64(),
        machine: machine.cores(),
    }))
}
