//! Drives the hub: feeds it what happens, carries out what it answers.
//!
//! One task owns the hub. Sockets and pages reach it through a [`Handle`] whose queue is bounded: when it is full,
//! they wait, and so do their senders. The driver itself never waits for a connection or for the store.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};

use crate::clock::{self, Clock};
use crate::fair::{self, Asker, Crowd, Lane, LaneMax, Network, Turn, TurnMax};
pub use crate::hub::{Hub, Input};
use crate::hub::{Now, Output, Ticket};
use crate::outbox::{Ledgers, Outbox, text_frame};
use crate::proto::change::Change;
use crate::proto::code::{CloseCode, ErrorCode};
use crate::proto::event::Event;
use crate::proto::id::{ConnId, Seq, SessionId, UserId};
use crate::proto::limits::{
    HUB_LOOKS_AT_ONCE_MAX, HUB_LOOKS_OF_ONE_MAX, HUB_LOOKS_OF_ONE_WAITING_MAX, HUB_LOOKS_WAITING_MAX, HUB_QUEUE_MAX,
    PAGE_CHANGES_IN_FLIGHT_MAX, PAGE_CHANGES_OF_ONE_MAX, PAGE_CHANGES_OF_ONE_WAITING_MAX, PAGE_CHANGES_WAITING_MAX,
    STORE_IN_FLIGHT_MAX,
};
use crate::proto::op::{Fault, Missed, Op, Outcome, Reply};
use crate::proto::server::ServerMessage;
use crate::store::{ApplyError, ReadError, Reader, Store};

/// Inputs taken up before outputs are looked at again: keeps one busy moment from delaying the store's answers.
const INPUTS_AT_ONCE: usize = 256;

/// How changes by the pages take turns.
const PAGE_CHANGES: LaneMax = LaneMax {
    at_once: PAGE_CHANGES_IN_FLIGHT_MAX,
    at_once_of_one: PAGE_CHANGES_OF_ONE_MAX,
    waiting: TurnMax { of_one: PAGE_CHANGES_OF_ONE_WAITING_MAX, in_all: PAGE_CHANGES_WAITING_MAX },
};

/// How those who look at the hub take turns.
const LOOKS: LaneMax = LaneMax {
    at_once: HUB_LOOKS_AT_ONCE_MAX,
    at_once_of_one: HUB_LOOKS_OF_ONE_MAX,
    waiting: TurnMax { of_one: HUB_LOOKS_OF_ONE_WAITING_MAX, in_all: HUB_LOOKS_WAITING_MAX },
};

/// What reaches the driver.
enum Incoming {
    Connect { conn: ConnId, user: UserId, session: SessionId, outbox: Arc<Outbox> },
    GoAway { done: oneshot::Sender<()> },
    Hub(Input),
    Look(Look),
}

/// A look at the hub, which answers by itself.
type Look = Box<dyn FnOnce(&Hub) + Send>;

/// An answer of the store.
struct Stored {
    result: Result<Outcome, Fault>,
    requester: Requester,
}

/// Who asked the store.
enum Requester {
    Hub(Ticket),
    /// A page, which is answered once the hub knows. The turn is its place among the answers.
    Page {
        tell: oneshot::Sender<Result<Result<Reply, ErrorCode>, Fault>>,
        _place: Turn,
    },
}

/// The way to the store for changes by the pages that the hub must hear of in the order of commits.
struct InOrder {
    store: Store,
    answers: mpsc::Sender<Stored>,
    places: Lane,
}

/// How sockets and pages reach the hub. After shutdown what is sent goes nowhere.
#[derive(Clone)]
pub struct Handle {
    events: mpsc::Sender<Incoming>,
    in_order: Arc<InOrder>,
    next_conn: Arc<AtomicU64>,
    ledgers: Ledgers,
    looks: Lane,
}

impl Handle {
    /// Where bytes are counted that nobody has read yet: all that is made for people goes through here or the pages.
    pub fn ledgers(&self) -> &Ledgers {
        &self.ledgers
    }

    /// What will be written to a connection of `user` from `network`.
    pub fn outbox(&self, user: UserId, network: Network) -> Arc<Outbox> {
        Arc::new(Outbox::new(user, network, self.ledgers.clone()))
    }

    /// A WebSocket of a signed-in person is open; `outbox` is what will be written to it.
    pub async fn connect(&self, user: UserId, session: SessionId, outbox: Arc<Outbox>) -> ConnId {
        let conn = ConnId(self.next_conn.fetch_add(1, Ordering::Relaxed));
        self.send(Incoming::Connect { conn, user, session, outbox }).await;
        conn
    }

    /// Something a connection has to say.
    pub fn input(&self, input: Input) -> impl Future<Output = ()> {
        self.send(Incoming::Hub(input))
    }

    /// Makes a change durable, and tells the hub of it between the hub's own changes, in the order of commits: else it
    /// might put somebody into a room that has been closed to them meanwhile. Who asks for many waits behind their own.
    /// Answers when the hub knows.
    ///
    /// `stored` is called on the writer's thread as soon as what it is given is durable, before anyone is told.
    pub async fn apply(
        &self,
        asker: Asker,
        op: Op,
        stored: impl FnOnce(&[Change]) + Send + 'static,
    ) -> Result<Result<Reply, ErrorCode>, ApplyError> {
        let InOrder { store, answers, places } = &*self.in_order;
        let place = places.enter(asker).await.map_err(|fair::Busy| ApplyError::Busy)?;
        let (tell, told) = oneshot::channel();
        let answers = answers.clone();
        let reply = move |result: Result<Outcome, Fault>| {
            if let Ok(Outcome::Made { changes, .. }) = &result {
                stored(changes);
            }
            // Full cannot be (see `start`), and closed means that porch has ended.
            let _ = answers.try_send(Stored { result, requester: Requester::Page { tell, _place: place } });
        };
        store.submit(op, reply).map_err(|_| ApplyError::Busy)?;
        match told.await {
            Ok(result) => result.map_err(ApplyError::Fault),
            Err(_) => Err(ApplyError::Busy),
        }
    }

    /// Looks at the hub as it is when everything that came before has been taken up, in turn with others who look.
    /// Busy also when porch is stopping.
    pub async fn look<T: Send + 'static>(
        &self,
        asker: Asker,
        look: impl FnOnce(&Hub) -> T + Send + 'static,
    ) -> Result<T, fair::Busy> {
        let turn = self.looks.enter(asker).await?;
        let (reply, answer) = oneshot::channel();
        let look = move |hub: &Hub| {
            // An error only says that nobody waits for it any more.
            let _ = reply.send(look(hub));
            // The look's own, so that who goes away while it waits does not have the next one begin.
            drop(turn);
        };
        self.send(Incoming::Look(Box::new(look))).await;
        answer.await.map_err(|_| fair::Busy)
    }

    /// Closes every connection with "going away"; returns when all have been told to.
    pub async fn go_away(&self) {
        let (done, told) = oneshot::channel();
        self.send(Incoming::GoAway { done }).await;
        // An error only says that the driver has ended already.
        let _ = told.await;
    }

    /// Neither an async fn nor [`mpsc::Sender::send`]: each would have room for the event twice, in every connection.
    #[expect(clippy::manual_async_fn, reason = "see above")]
    fn send(&self, event: Incoming) -> impl Future<Output = ()> {
        async move {
            // An error only says that the driver has ended: porch is shutting down.
            if let Ok(place) = self.events.reserve().await {
                place.send(event);
            }
        }
    }
}

/// Starts the driver, for so many connections; it ends when every handle is gone.
pub fn start(hub: Hub, store: Store, clock: Clock, connections_max: usize) -> Handle {
    let (events, incoming) = mpsc::channel(HUB_QUEUE_MAX);
    // As many answers as there can be questions, so that giving one never waits.
    let (answers, answered) = mpsc::channel(STORE_IN_FLIGHT_MAX + PAGE_CHANGES_IN_FLIGHT_MAX);
    let places = Lane::new(PAGE_CHANGES);
    let in_order = Arc::new(InOrder { store: store.clone(), answers: answers.clone(), places });
    let (next_conn, ledgers, looks) = (Arc::new(AtomicU64::new(1)), Ledgers::default(), Lane::new(LOOKS));
    let handle = Handle { events, in_order, next_conn, ledgers, looks };
    // Weak: reads under way must not keep the driver alive, and it ends with the last handle.
    let back = handle.events.downgrade();
    let driver = Driver {
        hub,
        store,
        clock,
        answers,
        back,
        outboxes: HashMap::new(),
        crowd: Crowd::new(connections_max),
        lagging: Vec::new(),
        going_away: false,
    };
    tokio::spawn(driver.run(incoming, answered));
    handle
}

struct Driver {
    hub: Hub,
    store: Store,
    clock: Clock,
    answers: mpsc::Sender<Stored>,
    back: mpsc::WeakSender<Incoming>,
    outboxes: HashMap<ConnId, Arc<Outbox>>,
    /// Whose connections they are, so that nobody takes all there can be.
    crowd: Crowd<ConnId>,
    /// Connections found too slow while outputs were carried out.
    lagging: Vec<ConnId>,
    /// Whether porch stops.
    going_away: bool,
}

impl Driver {
    async fn run(mut self, mut incoming: mpsc::Receiver<Incoming>, mut answered: mpsc::Receiver<Stored>) {
        let mut events = Vec::with_capacity(INPUTS_AT_ONCE);
        let mut answers = Vec::with_capacity(INPUTS_AT_ONCE);
        loop {
            let wake_at = self.hub.wake_at().map(|at| Instant::from_std(self.clock.started() + at));
            tokio::select! {
                biased;
                _ = answered.recv_many(&mut answers, INPUTS_AT_ONCE) => {
                    for answer in answers.drain(..) {
                        self.stored(answer);
                    }
                }
                count = incoming.recv_many(&mut events, INPUTS_AT_ONCE) => {
                    if count == 0 {
                        return;
                    }
                    // Pages speak of what is durable, and may be quicker than the answers to what was durable before.
                    while let Ok(answer) = answered.try_recv() {
                        self.stored(answer);
                    }
                    for event in events.drain(..) {
                        self.take(event);
                    }
                }
                () = sleep_until(wake_at.unwrap_or_else(Instant::now)), if wake_at.is_some() => self.feed(Input::Tick),
            }
        }
    }

    fn stored(&mut self, Stored { result, requester }: Stored) {
        match requester {
            Requester::Hub(ticket) => self.feed(Input::Stored { ticket, result }),
            Requester::Page { tell, _place } => {
                let told = result.map(|outcome| match outcome {
                    Outcome::Made { reply, changes } => {
                        if !changes.is_empty() {
                            self.feed(Input::Changed { changes });
                        }
                        Ok(reply)
                    }
                    Outcome::Refused(code) => Err(code),
                });
                // Nobody waits any more: the change is made all the same.
                let _ = tell.send(told);
            }
        }
    }

    fn take(&mut self, event: Incoming) {
        match event {
            // Came in while the others were being told to go.
            Incoming::Connect { outbox, .. } if self.going_away => outbox.close(CloseCode::GoingAway),
            Incoming::Connect { conn, user, session, outbox } => {
                let out = self.crowd.enter(outbox.network(), user, conn);
                if out == Some(conn) {
                    return outbox.close(CloseCode::TooMany);
                }
                if let Some(outbox) = out.and_then(|out| self.outboxes.remove(&out)) {
                    outbox.close(CloseCode::TooMany);
                }
                if let Some(conn) = out {
                    self.feed(Input::Disconnected { conn });
                }
                self.outboxes.insert(conn, outbox);
                self.feed(Input::Connected { conn, user, session });
            }
            Incoming::GoAway { done } => {
                self.going_away = true;
                for outbox in self.outboxes.values() {
                    outbox.close(CloseCode::GoingAway);
                }
                let _ = done.send(());
            }
            Incoming::Look(look) => look(&self.hub),
            Incoming::Hub(input) => {
                if let Input::Disconnected { conn } = &input {
                    self.outboxes.remove(conn);
                    self.crowd.leave(*conn);
                }
                self.feed(input);
            }
        }
    }

    /// One input to the hub, and all that follows from it.
    fn feed(&mut self, input: Input) {
        let mut outputs = Vec::new();
        let now = Now { mono: self.clock.mono(), wall: clock::wall() };
        self.hub.handle(now, input, &mut outputs);
        loop {
            for output in outputs.drain(..) {
                self.carry_out(output);
            }
            let Some(conn) = self.lagging.pop() else { return };
            self.hub.handle(now, Input::Lagging { conn }, &mut outputs);
        }
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::Broadcast { to, message } => {
                let frame = encode(&message);
                for conn in to {
                    self.push(conn, frame.clone());
                }
            }
            Output::Close { conn, code } => {
                self.crowd.leave(conn);
                if let Some(outbox) = self.outboxes.remove(&conn) {
                    outbox.close(code);
                }
            }
            Output::Hold { conn } => {
                if let Some(outbox) = self.outboxes.get(&conn) {
                    outbox.hold();
                }
            }
            Output::ReadMissed { conn, user, after, upto } => self.read_missed(conn, user, after, upto),
            Output::Release { conn, first } => {
                if let Some(outbox) = self.outboxes.get(&conn)
                    && outbox.release(first.iter().map(encode).collect()).is_err()
                {
                    self.lagging.push(conn);
                }
            }
            Output::Send { to, message } => self.push(to, encode(&message)),
            Output::Store { ticket, op } => self.submit(ticket, op),
            Output::StoreRead { room, user, joined_at, read } => self.store.mark_read(room, user, joined_at, read),
        }
    }

    fn push(&mut self, conn: ConnId, frame: bytes::Bytes) {
        let Some(outbox) = self.outboxes.get(&conn) else { return };
        if outbox.push(frame).is_err() {
            self.lagging.push(conn);
        }
    }

    fn submit(&self, ticket: Ticket, op: Op) {
        let answers = self.answers.clone();
        let reply = move |result| {
            // Full cannot be (see `start`), and closed means that porch has ended.
            let _ = answers.try_send(Stored { result, requester: Requester::Hub(ticket) });
        };
        if self.store.submit(op, reply).is_err() {
            let result = Ok(Outcome::Refused(ErrorCode::Busy));
            let _ = self.answers.try_send(Stored { result, requester: Requester::Hub(ticket) });
        }
    }

    fn read_missed(&self, conn: ConnId, user: UserId, after: Seq, upto: Seq) {
        let Some(outbox) = self.outboxes.get(&conn).cloned() else { return };
        let (store, back) = (self.store.clone(), self.back.clone());
        tokio::spawn(async move {
            let read = move |reader: &Reader| match reader.missed(user, after, upto)? {
                // As long as the turn lasts, so that what is made is counted before the next is.
                Missed::Events(events) if outbox.expect(json_bytes(&events)).is_err() => Ok(Missed::TooMany),
                missed => Ok(missed),
            };
            let missed = match store.read(Asker::Person(user), read).await {
                Ok(missed) => Ok(missed),
                // Loading the newest page waits for its turn in peace.
                Err(ReadError::Busy) => Ok(Missed::TooMany),
                Err(fault @ ReadError::Failed(_)) => {
                    log::error!("what a returning client missed cannot be read: {fault}");
                    Err(Fault::Storage)
                }
            };
            if let Some(events) = back.upgrade() {
                let _ = events.send(Incoming::Hub(Input::Missed { conn, missed })).await;
            }
        });
    }
}

/// Bytes that these are when they are sent, but for the frames around them.
fn json_bytes(events: &[Event]) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    // See `encode`.
    serde_json::to_writer(&mut count, events).expect("server messages are plain values");
    count.0
}

fn encode(message: &ServerMessage) -> bytes::Bytes {
    // Only a map with keys that are no strings, or a failing writer, could fail; there is neither.
    let json = serde_json::to_vec(message).expect("server messages are plain values");
    text_frame(&json)
}

#[cfg(test)]
mod tests;
