//! What waits to be written to one connection: a bounded queue of shared, ready-framed bytes.
//!
//! The driver pushes and never waits; the connection's own task takes everything at once, so that what has gathered
//! goes out in one write. An idle outbox owns no memory but itself, and neither does one in which a single frame waits,
//! the usual case: memory from the driver's thread for each delivery would cost more than all else here.
//!
//! What waits beyond the usual is counted for the person who does not read it, over all their connections, until it is
//! written: see [`Ledgers`]. The usual is not counted, so that a delivery costs no look at what is shared by all.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use bytes::{BufMut, Bytes, BytesMut};

use crate::fair::{Asker, Full, Held, HeldMax, Ledger, Network};
use crate::proto::code::CloseCode;
use crate::proto::id::UserId;
use crate::proto::limits::{
    OUTBOX_BYTES_MAX, OUTBOX_FRAMES_MAX, OUTBOX_STEP_BYTES, OUTBOX_USUAL_BYTES, OUTBOXES_OF_ONE_BYTES_MAX,
    UNREAD_BYTES_MAX, UNREAD_OF_NETWORK_BYTES_MAX, UNREAD_OF_ONE_BYTES_MAX,
};

/// Frames one text for the wire, unmasked as servers send it (RFC 6455, section 5.2).
pub fn text_frame(payload: &[u8]) -> Bytes {
    const FIN_TEXT: u8 = 0x81;
    let mut frame = BytesMut::with_capacity(payload.len() + 10);
    frame.put_u8(FIN_TEXT);
    match payload.len() {
        short @ 0..=125 => frame.put_u8(short as u8),
        middle @ 126..=0xffff => {
            frame.put_u8(126);
            frame.put_u16(middle as u16);
        }
        long => {
            frame.put_u8(127);
            frame.put_u64(long as u64);
        }
    }
    frame.put_slice(payload);
    frame.freeze()
}

/// Where bytes are counted that nobody has read yet.
#[derive(Clone, Debug)]
pub struct Ledgers {
    /// Made for one asker alone: answers to requests, and what a returning client missed.
    pub own: Ledger,
    /// Made once for many, and waiting for some of them. Only what one person lets wait is bounded: a thousand phones
    /// that lag behind hold the same bytes.
    shared: Ledger,
}

impl Default for Ledgers {
    fn default() -> Self {
        let own = HeldMax {
            by_asker: UNREAD_OF_ONE_BYTES_MAX,
            by_network: UNREAD_OF_NETWORK_BYTES_MAX,
            in_all: UNREAD_BYTES_MAX,
        };
        let shared = HeldMax { by_asker: OUTBOXES_OF_ONE_BYTES_MAX, by_network: usize::MAX, in_all: usize::MAX };
        Self { own: Ledger::new(own), shared: Ledger::new(shared) }
    }
}

/// What the connection's task is to do.
#[derive(Debug)]
pub enum Taken {
    /// Write these.
    Frames(Frames),
    /// Say goodbye with this code.
    Close(CloseCode),
}

/// Frames to be written: the first and then the others, in order. They count as unread until this is dropped.
#[derive(Debug)]
pub struct Frames {
    pub first: Bytes,
    pub others: VecDeque<Bytes>,
    _held: Vec<Held>,
}

impl Frames {
    /// One that never waited.
    pub fn one(frame: Bytes) -> Self {
        Self { first: frame, others: VecDeque::new(), _held: Vec::new() }
    }
}

#[derive(Debug, Default)]
struct OutboxState {
    first: Option<Bytes>,
    /// What came after `first`; empty when there is no first.
    others: VecDeque<Bytes>,
    bytes: usize,
    /// Of those, the ones that are counted in a ledger, or will be there at [`Outbox::release`].
    counted_bytes: usize,
    counted: Vec<Held>,
    held: bool,
    close: Option<CloseCode>,
    waker: Option<Waker>,
}

/// See the module's text.
#[derive(Debug)]
pub struct Outbox {
    state: Mutex<OutboxState>,
    ledgers: Ledgers,
    user: UserId,
    network: Network,
}

impl Outbox {
    /// Of a connection of `user` from `network`.
    pub fn new(user: UserId, network: Network, ledgers: Ledgers) -> Self {
        Self { state: Mutex::default(), ledgers, user, network }
    }

    /// Where its connection is from.
    pub fn network(&self) -> Network {
        self.network
    }

    /// Whether it has been told to end.
    #[cfg(test)]
    pub fn is_closed(&self) -> bool {
        self.lock().close.is_some()
    }

    /// Adds a frame at the end. Full: the connection reads too slowly.
    pub fn push(&self, frame: Bytes) -> Result<(), Full> {
        let mut state = self.lock();
        let count = usize::from(state.first.is_some()) + state.others.len();
        if count >= OUTBOX_FRAMES_MAX {
            return Err(Full);
        }
        self.count(&mut state, frame.len())?;
        if state.first.is_none() {
            state.first = Some(frame);
        } else {
            state.others.push_back(frame);
        }
        Self::wake(state);
        Ok(())
    }

    /// Keeps what is pushed until [`Self::release`].
    pub fn hold(&self) {
        self.lock().held = true;
    }

    /// Counts bytes that [`Self::release`] will bring, from the moment when they are made.
    pub fn expect(&self, bytes: usize) -> Result<(), Full> {
        let held = self.ledgers.own.hold(Asker::Person(self.user), self.network, bytes)?;
        let mut state = self.lock();
        state.counted_bytes += bytes;
        state.counted.push(held);
        Ok(())
    }

    /// Puts `before` in front of what was kept, and lets all go. Full: there is no room for it, and nothing was put.
    pub fn release(&self, before: Vec<Bytes>) -> Result<(), Full> {
        let mut state = self.lock();
        self.count(&mut state, before.iter().map(Bytes::len).sum())?;
        state.held = false;
        let kept = std::mem::take(&mut state.others);
        let mut all = before.into_iter().chain(state.first.take()).chain(kept);
        state.first = all.next();
        state.others = all.collect();
        Self::wake(state);
        Ok(())
    }

    /// Ends the connection. What waits is written first, unless the reader is too slow for it or not to see it; or it is
    /// held: without what was to come before it, whoever resumes later would believe to have that, too.
    pub fn close(&self, code: CloseCode) {
        let mut state = self.lock();
        if code != CloseCode::GoingAway || state.held {
            state.first = None;
            state.others = VecDeque::new();
            state.counted = Vec::new();
        }
        state.held = false;
        state.close.get_or_insert(code);
        Self::wake(state);
    }

    /// Waits until there is something to do, and takes all of it.
    pub async fn take(&self) -> Taken {
        poll_fn(|context| {
            let mut state = self.lock();
            if !state.held
                && let Some(first) = state.first.take()
            {
                (state.bytes, state.counted_bytes) = (0, 0);
                let (others, held) = (std::mem::take(&mut state.others), std::mem::take(&mut state.counted));
                return Poll::Ready(Taken::Frames(Frames { first, others, _held: held }));
            }
            if let Some(code) = state.close {
                return Poll::Ready(Taken::Close(code));
            }
            match &mut state.waker {
                Some(waker) => waker.clone_from(context.waker()),
                none => *none = Some(context.waker().clone()),
            }
            Poll::Pending
        })
        .await
    }

    /// Counts bytes that are about to wait here.
    fn count(&self, state: &mut OutboxState, bytes: usize) -> Result<(), Full> {
        let waiting = state.bytes + bytes;
        if waiting > OUTBOX_BYTES_MAX {
            return Err(Full);
        }
        let uncounted = waiting.saturating_sub(state.counted_bytes + OUTBOX_USUAL_BYTES);
        if uncounted > 0 {
            // In steps, so that what is shared by all is looked at seldom.
            let step = uncounted.next_multiple_of(OUTBOX_STEP_BYTES);
            let held = self.ledgers.shared.hold(Asker::Person(self.user), self.network, step)?;
            state.counted.push(held);
            state.counted_bytes += step;
        }
        state.bytes = waiting;
        Ok(())
    }

    fn wake(mut state: MutexGuard<'_, OutboxState>) {
        let waker = if state.held { None } else { state.waker.take() };
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// The lock is held for a few moves only and nothing in it panics; were it poisoned, the queue would still be whole.
    fn lock(&self) -> MutexGuard<'_, OutboxState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::poll_immediate;

    use super::*;

    impl Default for Outbox {
        fn default() -> Self {
            of(1, &Ledgers::default())
        }
    }

    /// An outbox of one of a person's connections.
    fn of(user: u64, ledgers: &Ledgers) -> Outbox {
        Outbox::new(UserId(user), Network::of([192, 168, 1, 7].into()), ledgers.clone())
    }

    async fn frames(outbox: &Outbox) -> Vec<Bytes> {
        match outbox.take().await {
            Taken::Frames(Frames { first, others, .. }) => [first].into_iter().chain(others).collect(),
            Taken::Close(code) => panic!("{code:?} instead of frames"),
        }
    }

    async fn closed(outbox: &Outbox) -> CloseCode {
        match outbox.take().await {
            Taken::Frames(frames) => panic!("{frames:?} instead of a goodbye"),
            Taken::Close(code) => code,
        }
    }

    fn frame(text: &str) -> Bytes {
        Bytes::copy_from_slice(text.as_bytes())
    }

    #[test]
    fn frames_have_the_header_of_their_length() {
        assert_eq!(text_frame(b"hi")[..], [0x81, 2, b'h', b'i']);
        assert_eq!(text_frame(&[b'x'; 126])[..4], [0x81, 126, 0, 126]);
        assert_eq!(text_frame(&vec![b'x'; 70_000])[..10], [0x81, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70]);
    }

    #[tokio::test]
    async fn everything_that_waits_is_taken_at_once_in_order() {
        let outbox = Outbox::default();
        outbox.push(frame("a")).unwrap();
        outbox.push(frame("b")).unwrap();
        assert_eq!(frames(&outbox).await, [frame("a"), frame("b")]);
    }

    #[tokio::test]
    async fn a_pushed_frame_wakes_the_one_who_waits() {
        let outbox = std::sync::Arc::new(Outbox::default());
        let waiting = tokio::spawn({
            let outbox = outbox.clone();
            async move { frames(&outbox).await }
        });
        tokio::task::yield_now().await;
        outbox.push(frame("a")).unwrap();
        assert_eq!(waiting.await.unwrap(), [frame("a")]);
    }

    #[tokio::test]
    async fn what_is_held_comes_after_what_is_released() {
        let outbox = Outbox::default();
        outbox.hold();
        outbox.push(frame("live")).unwrap();
        outbox.release(vec![frame("welcome"), frame("missed")]).unwrap();
        assert_eq!(frames(&outbox).await, [frame("welcome"), frame("missed"), frame("live")]);
    }

    #[test]
    fn a_full_outbox_refuses_by_count_and_by_bytes() {
        let outbox = Outbox::default();
        for _ in 0..OUTBOX_FRAMES_MAX {
            outbox.push(frame("x")).unwrap();
        }
        assert_eq!(outbox.push(frame("x")), Err(Full));
        let outbox = Outbox::default();
        let big = Bytes::from(vec![b'x'; OUTBOX_BYTES_MAX]);
        outbox.push(big).unwrap();
        assert_eq!(outbox.push(frame("x")), Err(Full));
    }

    #[tokio::test]
    async fn a_closed_outbox_forgets_what_waits_but_a_restart_lets_it_out() {
        let outbox = Outbox::default();
        outbox.push(frame("a")).unwrap();
        outbox.close(CloseCode::Lagging);
        assert_eq!(closed(&outbox).await, CloseCode::Lagging);

        let outbox = Outbox::default();
        outbox.push(frame("a")).unwrap();
        outbox.close(CloseCode::GoingAway);
        assert_eq!(frames(&outbox).await, [frame("a")]);
        assert_eq!(closed(&outbox).await, CloseCode::GoingAway);
    }

    #[tokio::test]
    async fn what_is_held_for_something_before_it_is_never_let_out_alone() {
        for code in [CloseCode::GoingAway, CloseCode::Lagging] {
            let outbox = Outbox::default();
            outbox.hold();
            outbox.push(frame("live")).unwrap();
            // As when there was no room for it.
            assert_eq!(outbox.release(vec![Bytes::from(vec![b'x'; OUTBOX_BYTES_MAX])]), Err(Full));
            assert!(poll_immediate(outbox.take()).await.is_none(), "nothing comes out");
            outbox.close(code);
            assert_eq!(closed(&outbox).await, code);
        }
    }

    #[test]
    fn what_is_released_counts_like_what_is_pushed() {
        let outbox = Outbox::default();
        outbox.hold();
        outbox.push(frame("live")).unwrap();
        assert_eq!(outbox.release(vec![Bytes::from(vec![b'x'; OUTBOX_BYTES_MAX])]), Err(Full));
        let outbox = Outbox::default();
        outbox.release(vec![Bytes::from(vec![b'x'; OUTBOX_BYTES_MAX])]).unwrap();
        assert_eq!(outbox.push(frame("x")), Err(Full));
    }

    #[test]
    fn a_person_who_reads_nothing_lets_so_much_wait_over_all_connections_and_others_as_much() {
        let ledgers = Ledgers::default();
        let big = Bytes::from(vec![b'x'; 1 << 20]);
        let connections: Vec<_> = (0..256).map(|_| of(1, &ledgers)).collect();
        let waiting = connections.iter().map(|outbox| std::iter::from_fn(|| outbox.push(big.clone()).ok()).count());
        let most = OUTBOXES_OF_ONE_BYTES_MAX / big.len();
        assert!((1..=most).contains(&waiting.sum()), "no more than {most}");
        of(2, &ledgers).push(big.clone()).unwrap();
        connections.iter().for_each(|outbox| outbox.close(CloseCode::Lagging));
        of(1, &ledgers).push(big).unwrap();
    }

    #[tokio::test]
    async fn an_ordinary_reader_is_counted_nowhere_and_a_slow_one_until_it_is_written() {
        let ledgers = Ledgers::default();
        let all = |ledgers: &Ledgers| ledgers.shared.all();
        let outbox = of(1, &ledgers);
        outbox.push(Bytes::from(vec![b'x'; OUTBOX_USUAL_BYTES])).unwrap();
        assert_eq!(all(&ledgers), 0);
        outbox.push(frame("x")).unwrap();
        assert_eq!(all(&ledgers), OUTBOX_STEP_BYTES);
        let taken = outbox.take().await;
        outbox.push(frame("x")).unwrap();
        assert_eq!(all(&ledgers), OUTBOX_STEP_BYTES, "being written is not read");
        drop(taken);
        assert_eq!(all(&ledgers), 0);
    }

    #[tokio::test]
    async fn what_somebody_missed_is_counted_from_when_it_is_made_until_it_is_written_or_given_up() {
        let ledgers = Ledgers::default();
        let outbox = of(1, &ledgers);
        outbox.hold();
        outbox.expect(1_000_000).unwrap();
        assert_eq!((ledgers.own.all(), ledgers.shared.all()), (1_000_000, 0));
        outbox.release(vec![Bytes::from(vec![b'x'; 1_000_000])]).unwrap();
        assert_eq!(ledgers.shared.all(), 0, "not counted twice");
        drop(outbox.take().await);
        assert_eq!(ledgers.own.all(), 0);
        outbox.expect(1_000_000).unwrap();
        let more: Vec<_> = (0..160).map(|_| of(1, &ledgers)).collect();
        let fit = more.iter().filter(|outbox| outbox.expect(1_000_000).is_ok()).count();
        assert!(fit < UNREAD_OF_ONE_BYTES_MAX / 1_000_000, "{fit}");
        outbox.close(CloseCode::Lagging);
        drop(more);
        assert_eq!(ledgers.own.all(), 0);
    }
}
