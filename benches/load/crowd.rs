//! Many members at once, told what to do together.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use porch::proto::id::RoomId;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::Result;
use crate::member::{Ended, Member, Seat};
use crate::order::{Order, Schedule, Text};
use crate::tally::{Tally, total};

/// How often a counter that is waited for is looked at.
const LOOK: Duration = Duration::from_millis(5);
const ENTER_WAIT: Duration = Duration::from_secs(120);
/// How late the last message of a schedule may be sent.
const SEND_LATE_MAX: Duration = Duration::from_secs(20);
const LEAVE_WAIT: Duration = Duration::from_secs(30);

/// What was promised and did not hold.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Broken {
    pub(crate) lost: u64,
    pub(crate) duplicated: u64,
    pub(crate) reordered: u64,
}

impl Broken {
    /// Together with another's.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            lost: self.lost + other.lost,
            duplicated: self.duplicated + other.duplicated,
            reordered: self.reordered + other.reordered,
        }
    }
}

/// Members of one server.
pub(crate) struct Crowd {
    pub(crate) tally: Arc<Tally>,
    orders: watch::Sender<Order>,
    members: JoinSet<Ended>,
    size: usize,
    /// Members of each room, the same for all.
    room_size: usize,
    /// Messages sent when the present order is carried out.
    expected: AtomicU64,
}

impl Crowd {
    /// Lets members in, at most `at_once` connecting at a time, and waits until all are welcome.
    pub(crate) async fn enter(seats: Vec<Seat>, at_once: usize) -> Result<Self> {
        let tally = Arc::new(Tally::new());
        let (orders, obeying) = watch::channel(Order::Listen);
        let room = seats.first().ok_or("a crowd has members")?.room;
        let room_size = seats.iter().filter(|seat| seat.room == room).count();
        let mut crowd = Self {
            tally: tally.clone(),
            orders,
            members: JoinSet::new(),
            size: seats.len(),
            room_size,
            expected: AtomicU64::new(0),
        };
        for wave in seats.chunks(at_once) {
            for seat in wave {
                crowd.members.spawn(Member::new(seat.clone(), tally.clone(), obeying.clone()).live());
            }
            let wanted = crowd.members.len() as u64;
            if crowd.welcomed(wanted, ENTER_WAIT).await.is_err() {
                let (came, why) = (total(&tally.welcomed), tally.last_failure());
                return Err(format!("{came} of {wanted} members are in: {why}").into());
            }
        }
        Ok(crowd)
    }

    /// Sends at this rate (messages a second, of all together) for so long. Returns the rate reached.
    pub(crate) async fn send(&self, rate: f64, lasting: Duration, text: Text) -> f64 {
        let count = (rate * lasting.as_secs_f64()).round() as u64;
        let sent = self.begin_sending(rate, count, text);
        let start = Instant::now();
        // Whoever stalls or reconnects sends late; that is waited for, but not for ever.
        let _ = self.wait_until(lasting * 2 + SEND_LATE_MAX, || total(&self.tally.sent) >= sent).await;
        count as f64 / start.elapsed().max(lasting).as_secs_f64()
    }

    /// Begins to send so many messages at this rate; what will have been sent in all when it is over.
    pub(crate) fn begin_sending(&self, rate: f64, count: u64, text: Text) -> u64 {
        let sent = total(&self.tally.sent) + count;
        self.expected.store(sent, Ordering::Relaxed);
        self.tell(Order::Send(Schedule { start: Instant::now(), rate, total: count, members: self.size, text }));
        sent
    }

    /// Gives an order.
    pub(crate) fn tell(&self, order: Order) {
        self.orders.send_replace(order);
    }

    /// Waits until everyone has heard all that was sent; whether that came in time.
    pub(crate) async fn all_heard(&self, within: Duration) -> bool {
        let tally = &self.tally;
        let heard = || {
            let sent = total(&self.expected);
            total(&tally.acknowledged) >= sent && total(&tally.delivered) >= sent * self.room_size as u64
        };
        self.wait_until(within, heard).await.is_ok()
    }

    /// Waits until so many members were welcomed in all.
    pub(crate) async fn welcomed(&self, count: u64, within: Duration) -> Result<()> {
        self.wait_until(within, || total(&self.tally.welcomed) >= count).await
    }

    /// Forgets the times measured so far; counters go on.
    pub(crate) fn forget_times(&self) {
        self.tally.delivery.reset();
        self.tally.echo.reset();
    }

    /// All leave; what was promised to them and did not hold.
    pub(crate) async fn leave(mut self) -> Result<Broken> {
        self.tell(Order::Leave);
        let all = async {
            let mut ended = Vec::new();
            while let Some(one) = self.members.join_next().await {
                ended.push(one?);
            }
            Ok(ended)
        };
        let ended: Vec<Ended> = timeout(LEAVE_WAIT, all).await.map_err(Box::from).and_then(|all: Result<_>| all)?;
        let mut broken = compare(&ended, self.tally.acknowledged.load(Ordering::Relaxed));
        broken.duplicated += total(&self.tally.duplicated);
        broken.reordered += total(&self.tally.reordered);
        Ok(broken)
    }

    async fn wait_until(&self, within: Duration, done: impl Fn() -> bool) -> Result<()> {
        let deadline = Instant::now() + within;
        while !done() {
            if Instant::now() > deadline {
                return Err("it took too long".into());
            }
            sleep(LOOK).await;
        }
        Ok(())
    }
}

/// Compares what members of the same room have heard with each other, and with what was acknowledged.
fn compare(ended: &[Ended], acknowledged: u64) -> Broken {
    let mut rooms: HashMap<RoomId, (u64, u64)> = HashMap::new();
    for (room, heard) in ended.iter().flat_map(|one| &one.rooms) {
        let span = rooms.entry(*room).or_insert((heard.base, heard.upto));
        *span = (span.0.min(heard.base), span.1.max(heard.upto));
    }
    let stored: u64 = rooms.values().map(|(base, upto)| upto - base).sum();
    let not_heard: u64 = ended
        .iter()
        .flat_map(|one| &one.rooms)
        .map(|(room, heard)| heard.missing.len() as u64 + rooms[room].1 - heard.upto)
        .sum();
    let unanswered: u64 = ended.iter().map(|one| one.unanswered).sum();
    Broken {
        lost: not_heard + unanswered + acknowledged.saturating_sub(stored),
        duplicated: stored.saturating_sub(acknowledged + unanswered),
        reordered: 0,
    }
}
