//! More than can be done at once, and readers that do not read: some are refused or dropped, and in the end everybody
//! has everything.

use std::time::Duration;

use porch::proto::code::CloseCode;

use super::{Findings, Setting, broken_row, seats};
use crate::Result;
use crate::crowd::Crowd;
use crate::order::{Order, Text};
use crate::seed;
use crate::table::{Row, Verdict};
use crate::tally::{Tally, total};

const WAVE: usize = 100;
/// Everybody has everything after at most this.
const COMPLETE_WAIT: Duration = Duration::from_secs(90);
/// The slow read nothing for so long: longer than porch waits for one write.
const STALL: Duration = Duration::from_secs(14);

pub(super) async fn measure(setting: &Setting, findings: &mut Findings) -> Result<()> {
    burst(setting, findings).await?;
    let large = Slow { what: "slow readers, large messages", rooms: 1, members: 50, rate: 40.0, text: Text::Large };
    slow_readers(setting, findings, large).await?;
    let many = Slow { what: "slow readers, many messages", rooms: 2, members: 100, rate: 600.0, text: Text::Medium };
    slow_readers(setting, findings, many).await
}

/// Everybody sends as much at once as a client may.
async fn burst(setting: &Setting, findings: &mut Findings) -> Result<()> {
    const ROOMS: usize = 10;
    const MEMBERS: usize = 500;
    const EACH: u64 = 40;
    let dir = setting.dir("overload-burst")?;
    let seeded = seed::folder(&dir, MEMBERS, ROOMS).await?;
    let server = setting.porch(&dir).await?;
    let crowd = Crowd::enter(seats(&server, &seeded, MEMBERS, ROOMS), WAVE).await?;
    let began = tokio::time::Instant::now();
    crowd.begin_sending(1e6, EACH * MEMBERS as u64, Text::Chat);
    let complete = crowd.all_heard(COMPLETE_WAIT).await;
    let lasted = began.elapsed();
    let troubles = troubles(&crowd.tally);
    let broken = crowd.leave().await?;
    server.stop().await?;
    findings.broken(broken);
    findings.add(broken_row("overload: 500 members send 40 each at once", broken));
    let figure = format!("complete after {:.1} s; {troubles}", lasted.as_secs_f64());
    findings.add(Row::new("- how it went", figure, "complete", Verdict::of(complete)));
    Ok(())
}

struct Slow {
    what: &'static str,
    rooms: usize,
    members: usize,
    rate: f64,
    text: Text,
}

/// One reader in ten does not read for a while, as a phone in a pocket.
async fn slow_readers(setting: &Setting, findings: &mut Findings, slow: Slow) -> Result<()> {
    let dir = setting.dir(&format!("overload-slow-{}", slow.rooms))?;
    let seeded = seed::folder(&dir, slow.members, slow.rooms).await?;
    let server = setting.porch(&dir).await?;
    let mut seats = seats(&server, &seeded, slow.members, slow.rooms);
    for seat in seats.iter_mut().rev().take(slow.members / 10) {
        seat.slow = true;
    }
    let crowd = Crowd::enter(seats, WAVE).await?;
    crowd.begin_sending(slow.rate, (slow.rate * STALL.as_secs_f64()) as u64, slow.text);
    tokio::time::sleep(Duration::from_millis(500)).await;
    crowd.tell(Order::Stall(STALL));
    let complete = crowd.all_heard(COMPLETE_WAIT + STALL).await;
    let troubles = troubles(&crowd.tally);
    let dropped = total(&crowd.tally.welcomed) - slow.members as u64;
    let prompt_ms = crowd.tally.delivery.quantile_ms(0.5);
    let broken = crowd.leave().await?;
    server.stop().await?;
    findings.broken(broken);
    findings.add(broken_row(format!("overload: {}", slow.what), broken));
    let figure = format!("half delivered within {prompt_ms:.0} ms; {troubles}");
    // Without anyone dropped, the step would have shown nothing.
    let verdict = Verdict::of(complete && dropped >= slow.members as u64 / 10);
    findings.add(Row::new("- how it went", figure, "complete, the slow dropped", verdict));
    Ok(())
}

/// What members met on the way.
fn troubles(tally: &Tally) -> String {
    let closes = tally.closes();
    let lagging = closes.get(&(CloseCode::Lagging as u16)).copied().unwrap_or(0);
    let ended: u64 = closes.values().sum();
    let (refused, reloaded) = (total(&tally.refused), total(&tally.reloaded));
    format!("{refused} refused, {ended} dropped ({lagging} told lagging), {reloaded} reloaded")
}
