//! What uploads cost those who write: how long a message takes until its author has it back, while twenty files come in, and
//! while none does, by turns.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, timeout};

use super::{Findings, Setting, seats};
use crate::Result;
use crate::client::{ANSWER_WAIT, Door};
use crate::crowd::Crowd;
use crate::order::Text;
use crate::seed;
use crate::table::{Row, Verdict};

const RATIO_MAX: f64 = 2.0;
const MEMBERS: usize = 40;
const ROOMS: usize = 4;
/// Messages a second, of all together.
const RATE: f64 = 40.0;
const WAVE: usize = 20;
const HEARD_WAIT: Duration = Duration::from_secs(10);

/// As many as come in at once, four of each person: more would put the first out.
const UPLOADERS: usize = 5;
const UPLOADS_OF_ONE: usize = 4;
/// Bytes a second of each: together more than a good access point gives.
const PACE_BYTES: usize = 2 << 20;
const PIECE_BYTES: usize = 64 << 10;
/// Of each: more than comes in while anybody looks, and than is had on the disk at once.
const UPLOAD_BYTES: u64 = 128 << 20;

pub(super) async fn measure(setting: &Setting, findings: &mut Findings) -> Result<()> {
    let dir = setting.dir("uploads")?;
    let seeded = seed::folder(&dir, MEMBERS + UPLOADERS, ROOMS).await?;
    let server = setting.porch(&dir).await?;
    let crowd = Crowd::enter(seats(&server, &seeded, MEMBERS, ROOMS), WAVE).await?;
    let lasting = setting.seconds(40, 5);
    crowd.send(RATE, setting.seconds(5, 2), Text::Chat).await;
    let mut times = [Times::default(), Times::default()];
    for _ in 0..setting.pick(4, 2) {
        for (beside, times) in times.iter_mut().enumerate() {
            let mut coming = JoinSet::new();
            if beside == 1 {
                for cookie in &seeded.cookies[MEMBERS..] {
                    for _ in 0..UPLOADS_OF_ONE {
                        coming.spawn(bring(server.door.clone(), cookie.clone()));
                    }
                }
            }
            crowd.forget_times();
            crowd.send(RATE, lasting, Text::Chat).await;
            if !crowd.all_heard(HEARD_WAIT).await {
                return Err("not all was heard".into());
            }
            let echo = &crowd.tally.echo;
            times.add(echo.quantile_ms(0.5), echo.quantile_ms(0.99));
            if let Some(ended) = coming.try_join_next() {
                return Err(format!("an upload ended early: {:?}", ended?.err()).into());
            }
            coming.shutdown().await;
        }
    }
    let [without, with] = times;
    let ratio = with.p99() / without.p99();
    let what = format!("until a message is back, p50 / p99, beside {} uploads", UPLOADERS * UPLOADS_OF_ONE);
    let row = Row::new(what, with.text(), "p99 <= 2 x without", Verdict::of(ratio <= RATIO_MAX));
    findings.add(row.beside(format!("{} without", without.text())).times(ratio));
    findings.broken(crowd.leave().await?);
    server.stop().await
}

/// What each round found, in milliseconds.
#[derive(Default)]
struct Times {
    p50: Vec<f64>,
    p99: Vec<f64>,
}

impl Times {
    fn add(&mut self, p50: f64, p99: f64) {
        self.p50.push(p50);
        self.p99.push(p99);
    }

    /// Of the round in the middle: one in which the machine did something else says nothing.
    fn p99(&self) -> f64 {
        middle(&self.p99)
    }

    fn text(&self) -> String {
        format!("{:.1} / {:.1} ms", middle(&self.p50), self.p99())
    }
}

fn middle(of: &[f64]) -> f64 {
    let mut sorted = of.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// Uploads for as long as this is not given up.
async fn bring(door: Arc<Door>, cookie: String) -> Result<()> {
    let head = |method: &str, path: &str| {
        format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nTus-Resumable: 1.0.0\r\n")
    };
    let mut stream = door.stream(None).await?;
    let begin = head("POST", "/api/uploads");
    stream.write_all(format!("{begin}Upload-Length: {UPLOAD_BYTES}\r\nContent-Length: 0\r\n\r\n").as_bytes()).await?;
    let mut answer = vec![0; 4 << 10];
    let read = timeout(ANSWER_WAIT, stream.read(&mut answer)).await??;
    let text = String::from_utf8_lossy(&answer[..read]).into_owned();
    let path = text.lines().find_map(|line| line.strip_prefix("location: ")).ok_or_else(|| text.clone())?;
    let append = head("PATCH", path);
    let fields = "Upload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\n";
    stream.write_all(format!("{append}{fields}Content-Length: {UPLOAD_BYTES}\r\n\r\n").as_bytes()).await?;
    let piece: Vec<u8> = (0..PIECE_BYTES).map(|at| (at * 31 % 251) as u8).collect();
    let mut due = interval(Duration::from_secs(1) * PIECE_BYTES as u32 / PACE_BYTES as u32);
    let begun = Instant::now();
    for _ in 0..UPLOAD_BYTES / PIECE_BYTES as u64 {
        due.tick().await;
        stream.write_all(&piece).await.map_err(|fault| format!("after {:?}: {fault}", begun.elapsed()))?;
    }
    Ok(())
}
