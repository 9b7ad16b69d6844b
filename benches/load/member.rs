//! One member of the load: a small, faithful client. It greets, sends on schedule, checks all it hears, sends again what
//! was refused, and comes back after a lost connection by `after`.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, SinkExt, StreamExt};
use porch::proto::account::HistoryPage;
use porch::proto::client::{ClientMessage, Command, PROTOCOL_VERSION};
use porch::proto::id::{RoomId, Seq, TabId};
use porch::proto::limits::HISTORY_PAGE_MAX;
use porch::proto::server::{Resume, Room, ServerMessage};
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_tungstenite::tungstenite::{self, Message};

use crate::Result;
use crate::client::{Door, Socket};
use crate::ledger::{Heard, Ledger, Standing};
use crate::order::{Order, Schedule};
use crate::tally::{Tally, count};
use crate::words::Dice;

/// The kernel's least receive buffer, more or less: a slow reader's.
const SLOW_RECEIVE_BYTES: u32 = 4 << 10;
/// Longest wait between two tries to come back.
const BACKOFF_MAX: Duration = Duration::from_secs(2);
/// Tries to connect before a member gives up.
const TRIES_MAX: u32 = 30;
/// No schedule: far enough that nothing happens.
const FAR: Duration = Duration::from_secs(86_400);

/// What kind of server a member talks to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Floor,
    Porch,
}

/// Who a member is, and where it goes.
#[derive(Clone)]
pub(crate) struct Seat {
    pub(crate) kind: Kind,
    pub(crate) door: Arc<Door>,
    pub(crate) cookie: String,
    /// The room it speaks in.
    pub(crate) room: RoomId,
    /// Its number in the crowd.
    pub(crate) index: usize,
    /// Has a small receive buffer and obeys [`Order::Stall`].
    pub(crate) slow: bool,
}

/// What a member has when it leaves.
pub(crate) struct Ended {
    pub(crate) rooms: HashMap<RoomId, Heard>,
    /// Messages sent and never acknowledged.
    pub(crate) unanswered: u64,
}

pub(crate) struct Member {
    seat: Seat,
    tally: Arc<Tally>,
    orders: watch::Receiver<Order>,
    ledger: Ledger,
    /// Frames sent and not acknowledged, by their number.
    unacknowledged: BTreeMap<u64, String>,
    /// When which of them are sent again.
    again: VecDeque<(Instant, u64)>,
    /// Those sent more than once: the server gives the stored message back for each time.
    repeated: BTreeSet<u64>,
    sent: u64,
    schedule: Option<Schedule>,
    /// Which of the schedule's messages is this member's next.
    next_turn: u64,
    dice: Dice,
}

/// Why a member stopped talking.
enum Pause {
    Cut,
    Leave,
    Lost,
}

impl Member {
    pub(crate) fn new(seat: Seat, tally: Arc<Tally>, orders: watch::Receiver<Order>) -> Self {
        let dice = Dice::new(seat.index as u64 + 1);
        Self {
            seat,
            tally,
            orders,
            ledger: Ledger::default(),
            unacknowledged: BTreeMap::new(),
            again: VecDeque::new(),
            repeated: BTreeSet::new(),
            sent: 0,
            schedule: None,
            next_turn: 0,
            dice,
        }
    }

    /// Lives until told to leave, or until it cannot connect any more.
    pub(crate) async fn live(mut self) -> Ended {
        let mut tries = 0;
        while tries < TRIES_MAX {
            let began = Instant::now();
            match self.enter().await {
                Ok(socket) => {
                    tries = 0;
                    self.tally.entering.record(began.elapsed());
                    count(&self.tally.welcomed, 1);
                    if matches!(self.talk(socket).await, Pause::Leave) {
                        break;
                    }
                }
                Err(error) => {
                    tries += 1;
                    self.tally.count_failure(error.to_string());
                    let longest = BACKOFF_MAX.min(Duration::from_millis(20 << tries.min(10)));
                    sleep(longest.mul_f64(0.5 + self.dice.share() / 2.0)).await;
                }
            }
            if matches!(*self.orders.borrow(), Order::Leave) {
                break;
            }
        }
        Ended { rooms: self.ledger.into_rooms(), unanswered: self.unacknowledged.len() as u64 }
    }

    /// Connects, greets and takes the welcome in; unacknowledged messages are sent again.
    async fn enter(&mut self) -> Result<Socket> {
        let receive_bytes = self.seat.slow.then_some(SLOW_RECEIVE_BYTES);
        let mut socket = self.seat.door.socket("/ws", &self.seat.cookie, receive_bytes).await?;
        let hello = match self.seat.kind {
            Kind::Floor => ClientMessage::Command { re: 1, command: Command::JoinRoom { room: self.seat.room } },
            Kind::Porch => ClientMessage::Hello {
                version: PROTOCOL_VERSION,
                tab: TabId(self.seat.index as u64),
                after: self.ledger.newest(),
                epoch: None,
            },
        };
        socket.send(Message::text(serde_json::to_string(&hello)?)).await?;
        loop {
            let frame = socket.next().await.ok_or("closed before welcome")??;
            match frame {
                Message::Text(text) => {
                    if let ServerMessage::Welcome { seq, resume, rooms, .. } = serde_json::from_str(&text)? {
                        self.take_welcome(seq, resume, &rooms).await?;
                        break;
                    }
                }
                Message::Close(frame) => return Err(format!("closed before welcome: {frame:?}").into()),
                _ => {}
            }
        }
        self.again.clear();
        for (number, frame) in &self.unacknowledged {
            self.repeated.insert(*number);
            socket.feed(Message::text(frame.clone())).await?;
        }
        socket.flush().await?;
        Ok(socket)
    }

    async fn take_welcome(&mut self, seq: Seq, resume: Resume, rooms: &[Room]) -> Result<()> {
        if resume == Resume::Reload {
            count(&self.tally.reloaded, 1);
            for room in rooms {
                self.load_history(room, seq).await?;
            }
        }
        if resume != Resume::Ok {
            self.ledger.begin_at(seq);
        }
        for room in rooms {
            self.ledger.meet_room(room.id, room.last_n);
        }
        Ok(())
    }

    /// Reads what is missing of a room up to `upto`; what is newer comes by the socket.
    async fn load_history(&mut self, room: &Room, upto: Seq) -> Result<()> {
        let Some(mut after) = self.ledger.newest() else { return Ok(()) };
        while self.ledger.upto(room.id).is_some_and(|n| n < room.last_n) {
            let path = format!("/api/rooms/{}/messages?after={after}&limit={HISTORY_PAGE_MAX}", room.id);
            let body = self.seat.door.body_of(&path, &self.seat.cookie).await?;
            let page: HistoryPage = serde_json::from_slice(&body)?;
            for message in page.messages.iter().take_while(|message| message.id <= upto) {
                let standing = self.ledger.read(message.room, message.n);
                self.note(standing);
                self.acknowledge(message.client_msg_id.as_str());
                after = message.id;
            }
            if page.messages.last().is_none_or(|last| last.id >= upto) {
                break;
            }
        }
        Ok(())
    }

    async fn talk(&mut self, mut socket: Socket) -> Pause {
        let far = Instant::now() + FAR;
        let mut alarm = pin!(sleep_until(far));
        loop {
            let due = self.due().unwrap_or(far);
            if due != alarm.deadline() {
                alarm.as_mut().reset(due);
            }
            let result = tokio::select! {
                biased;
                changed = self.orders.changed() => {
                    match if changed.is_ok() { *self.orders.borrow_and_update() } else { Order::Leave } {
                        Order::Cut => return Pause::Cut,
                        Order::Leave => {
                            // The server may be gone already; leaving is all the same then.
                            let _ = socket.close(None).await;
                            return Pause::Leave;
                        }
                        Order::Listen => self.schedule = None,
                        Order::Send(schedule) => self.begin(schedule),
                        Order::Stall(wait) if self.seat.slow => sleep(wait).await,
                        Order::Stall(_) => {}
                    }
                    Ok(())
                }
                () = &mut alarm => self.send_due(&mut socket).await,
                frame = socket.next() => self.take(frame, &mut socket),
            };
            if let Err(close_code) = result {
                self.tally.count_close(close_code);
                return Pause::Lost;
            }
        }
    }

    fn begin(&mut self, schedule: Schedule) {
        self.schedule = Some(schedule);
        self.next_turn = self.seat.index as u64;
    }

    /// When there is something to send next.
    fn due(&self) -> Option<Instant> {
        let again = self.again.front().map(|(at, _)| *at);
        let turn = self.schedule.and_then(|schedule| schedule.due(self.next_turn));
        again.into_iter().chain(turn).min()
    }

    async fn send_due(&mut self, socket: &mut Socket) -> Result<(), u16> {
        let now = Instant::now();
        if self.again.front().is_some_and(|(at, _)| *at <= now) {
            if let Some(frame) = self.again.pop_front().and_then(|(_, number)| self.unacknowledged.get(&number)) {
                return socket.send(Message::text(frame.clone())).await.map_err(|_| 0);
            }
            return Ok(());
        }
        let Some(schedule) = self.schedule else { return Ok(()) };
        self.next_turn += schedule.members as u64;
        let body = schedule.text.write(&mut self.dice);
        let number = self.sent;
        let (stamp, author, room) = (self.tally.now_micros(), self.seat.index, self.seat.room);
        // Words need no escaping.
        let frame = format!(
            r#"{{"type":"send","room":{room},"client_msg_id":"{stamp:014x}-{author:x}-{number:x}","body":"{body}"}}"#
        );
        self.sent += 1;
        self.unacknowledged.insert(number, frame.clone());
        count(&self.tally.sent, 1);
        socket.send(Message::text(frame)).await.map_err(|_| 0)
    }

    /// Takes a frame and all that is there already; an error is the code the connection ended with.
    fn take(&mut self, first: Option<tungstenite::Result<Message>>, socket: &mut Socket) -> Result<(), u16> {
        let mut next = Some(first);
        while let Some(frame) = next {
            match frame {
                Some(Ok(Message::Text(text))) => {
                    if let Err(error) = self.hear(&text) {
                        self.tally.count_failure(format!("{error}: {}", text.chars().take(200).collect::<String>()));
                    }
                }
                Some(Ok(Message::Close(Some(close)))) => return Err(close.code.into()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(0),
            }
            next = socket.next().now_or_never();
        }
        Ok(())
    }

    fn hear(&mut self, text: &str) -> Result<()> {
        if text.starts_with(r#"{"type":"events""#) {
            let heard: HeardEvents<'_> = serde_json::from_str(text)?;
            for HeardEvent { seq, room, what } in heard.events {
                match (what.n, what.client_msg_id) {
                    (Some(n), Some(client_msg_id)) => self.hear_message(room, n, seq, client_msg_id),
                    _ => self.ledger.pass(seq),
                }
            }
            return Ok(());
        }
        if text.starts_with(r#"{"type":"presen"#) {
            return Ok(());
        }
        match serde_json::from_str(text)? {
            ServerMessage::Error { client_msg_id: Some(id), retry_ms: Some(retry_ms), .. } => {
                count(&self.tally.refused, 1);
                if let Some((_, _, number)) = parts(id.as_str()) {
                    // Spread, as clients are told to, so that they do not all knock again at once.
                    let wait = Duration::from_millis(u64::from(retry_ms)).mul_f64(1.0 + self.dice.share());
                    self.again.push_back((Instant::now() + wait, number));
                }
            }
            ServerMessage::Error { code, message, .. } => return Err(format!("{code:?}: {message}").into()),
            _ => {}
        }
        Ok(())
    }

    fn hear_message(&mut self, room: RoomId, n: u64, id: Seq, client_msg_id: &str) {
        let standing = self.ledger.hear(room, n, id);
        if let Some((stamp, author, number)) = parts(client_msg_id) {
            let own = author == self.seat.index as u64;
            if standing == Standing::Duplicated && own && self.repeated.contains(&number) {
                // The answer to sending it again, after it was among what was missed.
                return;
            }
            self.tally.delivery.record(self.tally.since(stamp));
        }
        self.note(standing);
        self.acknowledge(client_msg_id);
    }

    fn note(&self, standing: Standing) {
        match standing {
            Standing::Duplicated => return count(&self.tally.duplicated, 1),
            Standing::New => {}
            Standing::Reordered => count(&self.tally.reordered, 1),
        }
        count(&self.tally.delivered, 1);
    }

    /// Takes a message that may be this member's own for its acknowledgement.
    fn acknowledge(&mut self, client_msg_id: &str) {
        let Some((stamp, author, number)) = parts(client_msg_id) else { return };
        if author == self.seat.index as u64 && self.unacknowledged.remove(&number).is_some() {
            self.tally.echo.record(self.tally.since(stamp));
            count(&self.tally.acknowledged, 1);
        }
    }
}

/// An `events` frame without the parts that are not looked at.
#[derive(Deserialize)]
struct HeardEvents<'a> {
    #[serde(borrow)]
    events: Vec<HeardEvent<'a>>,
}

#[derive(Deserialize)]
struct HeardEvent<'a> {
    seq: Seq,
    room: RoomId,
    #[serde(borrow)]
    what: HeardMessage<'a>,
}

/// What only a message has both of.
#[derive(Deserialize)]
struct HeardMessage<'a> {
    n: Option<u64>,
    client_msg_id: Option<&'a str>,
}

/// Stamp, author and number in a `client_msg_id` of ours.
fn parts(client_msg_id: &str) -> Option<(u64, u64, u64)> {
    let mut parts = client_msg_id.split('-').map(|part| u64::from_str_radix(part, 16));
    Some((parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?))
}
