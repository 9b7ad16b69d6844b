//! Processor time of a delivery: porch, durable, against the floor, by turns, so that what else the machine does
//! strikes both.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{Findings, Setting, seats};
use crate::Result;
use crate::crowd::Crowd;
use crate::order::Text;
use crate::proc::{CpuReading, Machine};
use crate::seed;
use crate::server::Server;
use crate::table::{Row, Verdict};

const RATIO_MAX: f64 = 1.5;
const WAVE: usize = 100;
/// What is left to do after the last message: the index, a checkpoint. It belongs to the messages before.
const TAIL: Duration = Duration::from_secs(1);
const HEARD_WAIT: Duration = Duration::from_secs(10);

struct Shape {
    name: &'static str,
    rooms: usize,
    members: usize,
    /// Messages a second, of all together.
    rate: f64,
}

const SHAPES: [Shape; 2] = [
    Shape { name: "10 rooms x 50, 100 msg/s", rooms: 10, members: 500, rate: 100.0 },
    Shape { name: "1 room x 200, 10 msg/s", rooms: 1, members: 200, rate: 10.0 },
];

pub(super) async fn measure(setting: &Setting, findings: &mut Findings) -> Result<()> {
    for shape in &SHAPES {
        measure_shape(setting, findings, shape).await?;
    }
    Ok(())
}

async fn measure_shape(setting: &Setting, findings: &mut Findings, shape: &Shape) -> Result<()> {
    let dir = setting.dir(&format!("delivery-{}", shape.rooms))?;
    let seeded = seed::folder(&dir, shape.members, shape.rooms).await?;
    let mut sides = Vec::new();
    for server in [Server::floor(&dir).await?, setting.porch(&dir).await?] {
        let crowd = Crowd::enter(seats(&server, &seeded, shape.members, shape.rooms), WAVE).await?;
        crowd.send(shape.rate, setting.seconds(5, 2), Text::Chat).await;
        if !crowd.all_heard(HEARD_WAIT).await {
            return Err(format!("warming up, {:?}: not all was heard", server.kind).into());
        }
        crowd.forget_times();
        sides.push(Side { server, crowd, cpu: Duration::ZERO, deliveries: 0.0, lasted: Duration::ZERO, machine: 0.0 });
    }
    let mut ratios = Vec::new();
    let rounds = setting.pick(6, 3);
    for _ in 0..rounds {
        let mut each = Vec::new();
        for side in &mut sides {
            each.push(side.round(shape, setting.seconds(10, 4)).await?);
        }
        ratios.push(each[1] / each[0]);
    }
    let [floor, porch] = sides.try_into().map_err(|_| "there are two sides")?;
    add_rows(findings, shape, &floor, &porch, &ratios);
    floor.crowd.leave().await?;
    findings.broken(porch.crowd.leave().await?);
    floor.server.stop().await?;
    porch.server.stop().await
}

/// One of the two servers, and what was measured of it so far.
struct Side {
    server: Server,
    crowd: Crowd,
    cpu: Duration,
    deliveries: f64,
    lasted: Duration,
    /// Cores of the machine at work, in the last round.
    machine: f64,
}

impl Side {
    /// Measures one round; microseconds of processor time for each delivery.
    async fn round(&mut self, shape: &Shape, lasting: Duration) -> Result<f64> {
        let (began, before, machine) = (Instant::now(), CpuReading::of(self.server.pid)?, Machine::reading());
        self.crowd.send(shape.rate, lasting, Text::Chat).await;
        if !self.crowd.all_heard(HEARD_WAIT).await {
            return Err(format!("{}, {:?}: not all was heard", shape.name, self.server.kind).into());
        }
        self.machine = machine.cores();
        sleep(TAIL).await;
        let cpu = before.spent()?;
        let deliveries = shape.rate * lasting.as_secs_f64() * (shape.members / shape.rooms) as f64;
        self.cpu += cpu;
        self.deliveries += deliveries;
        self.lasted += began.elapsed();
        Ok(micros(cpu) / deliveries)
    }

    fn micros_each(&self) -> f64 {
        micros(self.cpu) / self.deliveries
    }

    fn cores(&self) -> f64 {
        self.cpu.as_secs_f64() / self.lasted.as_secs_f64()
    }

    fn latency(&self) -> String {
        let delivery = &self.crowd.tally.delivery;
        format!("{:.1} / {:.1} ms", delivery.quantile_ms(0.5), delivery.quantile_ms(0.99))
    }
}

fn add_rows(findings: &mut Findings, shape: &Shape, floor: &Side, porch: &Side, ratios: &[f64]) {
    let ratio = porch.micros_each() / floor.micros_each();
    let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let most = ratios.iter().copied().fold(0.0, f64::max);
    let figure = format!("{:.1} us (ratio by round {least:.2} to {most:.2})", porch.micros_each());
    let what = format!("CPU per delivery, {}, durable", shape.name);
    let row = Row::new(what, figure, "<= 1.5 x floor", Verdict::of(ratio <= RATIO_MAX));
    findings.add(row.beside(format!("{:.1} us", floor.micros_each())).times(ratio));
    findings.add(Row::shown("- until delivered, p50 / p99", porch.latency()).beside(floor.latency()));
    let cores = |side: &Side| format!("{:.2} ({:.2})", side.cores(), side.machine);
    findings.add(Row::shown("- cores of the server (of all)", cores(porch)).beside(cores(floor)));
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
