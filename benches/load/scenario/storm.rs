//! Everybody's connection breaks at once, again and again, while messages go on: all come back and miss nothing.

use std::time::Duration;

use tokio::time::sleep;

use super::{Findings, Setting, broken_row, seats};
use crate::Result;
use crate::crowd::Crowd;
use crate::order::{Order, Text};
use crate::seed;
use crate::table::{Row, Verdict};
use crate::tally::total;

const ROOMS: usize = 10;
const MEMBERS: usize = 500;
const WAVE: usize = 100;
const RATE: f64 = 100.0;
/// Between two breaks: time for all to come back, on a busy machine too.
const CALM: Duration = Duration::from_secs(4);
const RETURN_WAIT: Duration = Duration::from_secs(30);

pub(super) async fn measure(setting: &Setting, findings: &mut Findings) -> Result<()> {
    let dir = setting.dir("storm")?;
    let seeded = seed::folder(&dir, MEMBERS, ROOMS).await?;
    let server = setting.porch(&dir).await?;
    let crowd = Crowd::enter(seats(&server, &seeded, MEMBERS, ROOMS), WAVE).await?;
    let breaks = setting.pick(8, 3);
    let count = RATE * (CALM * (breaks + 1)).as_secs_f64();
    crowd.begin_sending(RATE, count as u64, Text::Chat);
    let mut slowest = Duration::ZERO;
    for _ in 0..breaks {
        sleep(CALM).await;
        let wanted = total(&crowd.tally.welcomed) + MEMBERS as u64;
        let began = tokio::time::Instant::now();
        crowd.tell(Order::Cut);
        crowd.welcomed(wanted, RETURN_WAIT).await?;
        slowest = slowest.max(began.elapsed());
    }
    let complete = crowd.all_heard(CALM * 2 + RETURN_WAIT).await;
    let (failed, reloaded) = (total(&crowd.tally.failed), total(&crowd.tally.reloaded));
    let broken = crowd.leave().await?;
    server.stop().await?;
    findings.broken(broken);
    findings.add(broken_row(format!("reconnect storm: 500 cut {breaks} times at 100 msg/s"), broken));
    let figure = format!("all back within {:.1} s; {failed} tries failed, {reloaded} reloaded", slowest.as_secs_f64());
    findings.add(Row::new("- how it went", figure, "complete", Verdict::of(complete)));
    Ok(())
}
