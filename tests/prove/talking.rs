//! Some talk, as a measure of how quick the box is beside whatever else goes on.

use std::time::{Duration, Instant};

use porch::proto::id::RoomId;
use tokio::task::JoinSet;

use crate::figures::Times;
use crate::seed::Seeded;
use crate::support::{Porch, within};

/// People who talk, and how long each waits between two messages.
const TALKERS: usize = 20;
const PAUSE: Duration = Duration::from_millis(100);

/// Some talk for a while: how long each echo took, and how many there were.
pub(crate) async fn talk(
    porch: &Porch,
    members: &[Seeded],
    room: RoomId,
    name: &str,
    time: Duration,
) -> (Times, usize) {
    let mut talkers = JoinSet::new();
    for (at, member) in members.iter().take(TALKERS).enumerate() {
        let person = member.through(&porch.door);
        let name = name.to_owned();
        talkers.spawn(async move {
            let mut device = person.arrive().await;
            let (began, mut times, mut number) = (Instant::now(), Times::default(), 0);
            while began.elapsed() < time {
                let sent = Instant::now();
                device.post(room.0, &format!("{name}-{at}-{number}"), "on we go").await;
                times.add(sent.elapsed());
                number += 1;
                tokio::time::sleep(PAUSE).await;
            }
            times
        });
    }
    let mut all = Times::default();
    while let Some(times) = within("the talk", talkers.join_next()).await {
        all.join(times.expect("a talker does not panic"));
    }
    let count = all.count();
    (all, count)
}
