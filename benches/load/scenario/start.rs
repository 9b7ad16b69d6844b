//! How long a start takes until porch answers, with a database of a million messages.

use std::path::{Path, PathBuf};
use std::time::Duration;

use porch::clock;
use porch::proto::id::{ClientMsgId, RoomId, UserId};
use porch::proto::op::{MessageOp, NewMessage, Op, Outcome};
use porch::proto::text::Body;
use porch::store::Store;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::{Findings, Setting};
use crate::Result;
use crate::seed;
use crate::table::{Row, Verdict};
use crate::words::{Dice, chat};

const MESSAGES: u64 = 1_000_000;
const QUICK_MESSAGES: u64 = 100_000;
const PEOPLE: usize = 100;
const ROOMS: usize = 10;
/// Messages given to the store at once: below what it queues.
const AT_ONCE: u64 = 2_000;
const STARTS: usize = 7;
const START_MAX: Duration = Duration::from_millis(150);

pub(super) async fn measure(setting: &Setting, findings: &mut Findings) -> Result<()> {
    let messages = setting.pick(MESSAGES, QUICK_MESSAGES);
    let full = kept_folder(messages).await?;
    let empty = setting.dir("start-empty")?;
    // The first start makes the CA; it happens once in a box's life.
    start(setting, &empty).await?;
    start(setting, &full).await?;
    let (took, took_empty) = (middle(setting, &full).await?, middle(setting, &empty).await?);
    let what = format!("start until it answers, {messages} messages");
    let ms = |time: Duration| format!("{:.0} ms", time.as_secs_f64() * 1e3);
    findings.add(Row::new(what, ms(took), "<= 150 ms", Verdict::of(took <= START_MAX)));
    findings.add(Row::shown("- with an empty database", ms(took_empty)));
    Ok(())
}

/// The median of some starts.
async fn middle(setting: &Setting, dir: &Path) -> Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        times.push(start(setting, dir).await?);
    }
    times.sort();
    Ok(times[STARTS / 2])
}

/// Time from starting the process until its first answer over HTTPS has come.
async fn start(setting: &Setting, dir: &Path) -> Result<Duration> {
    let began = Instant::now();
    let server = setting.porch(dir).await?;
    server.door.body_of("/healthz", "").await?;
    let took = began.elapsed();
    server.stop().await?;
    Ok(took)
}

/// The folder with so many messages; made once and kept, since that takes a minute.
async fn kept_folder(messages: u64) -> Result<PathBuf> {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("load-messages-{messages}"));
    std::fs::create_dir_all(&dir)?;
    let stored = stored_messages(&dir).await?;
    if stored == 0 {
        eprintln!("  storing {messages} messages, once");
        let seeded = seed::folder(&dir, PEOPLE, ROOMS).await?;
        fill(&dir, &seeded.rooms, messages).await?;
    } else if stored < messages {
        // An earlier run was stopped half-way.
        std::fs::remove_dir_all(&dir)?;
        return Box::pin(kept_folder(messages)).await;
    }
    Ok(dir)
}

async fn stored_messages(dir: &Path) -> Result<u64> {
    let (store, snapshot) = Store::open(dir, clock::wall)?;
    tokio::task::spawn_blocking(move || store.close()).await?;
    Ok(snapshot.rooms.iter().map(|room| room.last_n).sum())
}

async fn fill(dir: &Path, rooms: &[RoomId], messages: u64) -> Result<()> {
    let (store, snapshot) = Store::open(dir, clock::wall)?;
    let authors: Vec<Vec<UserId>> = rooms
        .iter()
        .map(|room| snapshot.members.iter().filter(|member| member.room == *room).map(|member| member.user).collect())
        .collect();
    let mut dice = Dice::new(1);
    for first in (0..messages).step_by(AT_ONCE as usize) {
        let mut storing = JoinSet::new();
        for number in first..messages.min(first + AT_ONCE) {
            let place = dice.below(rooms.len() as u64) as usize;
            let author = authors[place][dice.below(authors[place].len() as u64) as usize];
            let op = Op::Message(MessageOp::Append(NewMessage {
                room: rooms[place],
                author,
                client_msg_id: ClientMsgId::try_from(format!("{number:014x}"))?,
                body: Body::parse(chat(&mut dice)).map_err(|fault| format!("{fault:?}"))?,
                attachments: Default::default(),
                mentions: Vec::new(),
                reply_to: None,
                sent_at: clock::wall(),
            }));
            let store = store.clone();
            storing.spawn(async move { store.apply(op).await });
        }
        for outcome in storing.join_all().await {
            let Ok(Outcome::Made { .. }) = outcome else {
                return Err(format!("a message cannot be stored: {outcome:?}").into());
            };
        }
    }
    tokio::task::spawn_blocking(move || store.close()).await?;
    Ok(())
}
