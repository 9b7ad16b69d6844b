//! What waits to be written to one connection: a bounded queue of shared, ready-framed bytes.
//!
//! The driver pushes and never waits; the connection's own task takes everything at once, so that what has gathered
//! goes out in one write. An idle outbox owns no memory but itself, and neither does one in which a single frame waits,
//! the usual case: memory from the driver's thread for each delivery would cost more than all else here.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use bytes::{BufMut, Bytes, BytesMut};

use crate::proto::code::CloseCode;
use crate::proto::limits::{OUTBOX_BYTES_MAX, OUTBOX_FRAMES_MAX};

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

/// The connection reads too slowly: the queue is full.
#[derive(Debug, Eq, PartialEq)]
pub struct Full;

/// What the connection's task is to do.
#[derive(Debug, Eq, PartialEq)]
pub enum Taken {
    /// Write the first and then the others, in order.
    Frames(Bytes, VecDeque<Bytes>),
    /// Say goodbye with this code.
    Close(CloseCode),
}

#[derive(Debug, Default)]
struct State {
    first: Option<Bytes>,
    /// What came after `first`; empty when there is no first.
    others: VecDeque<Bytes>,
    bytes: usize,
    held: bool,
    close: Option<CloseCode>,
    waker: Option<Waker>,
}

/// See the module's text.
#[derive(Debug, Default)]
pub struct Outbox {
    state: Mutex<State>,
}

impl Outbox {
    /// Adds a frame at the end.
    pub fn push(&self, frame: Bytes) -> Result<(), Full> {
        let mut state = self.lock();
        let count = usize::from(state.first.is_some()) + state.others.len();
        if count >= OUTBOX_FRAMES_MAX || state.bytes + frame.len() > OUTBOX_BYTES_MAX {
            return Err(Full);
        }
        state.bytes += frame.len();
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

    /// Puts `before` in front of what was kept, and lets all go.
    pub fn release(&self, before: Vec<Bytes>) {
        let mut state = self.lock();
        state.held = false;
        state.bytes += before.iter().map(Bytes::len).sum::<usize>();
        let kept = std::mem::take(&mut state.others);
        let mut all = before.into_iter().chain(state.first.take()).chain(kept);
        state.first = all.next();
        state.others = all.collect();
        Self::wake(state);
    }

    /// Ends the connection. What waits is written first, unless the reader is too slow for it or not to see it.
    pub fn close(&self, code: CloseCode) {
        let mut state = self.lock();
        if code != CloseCode::GoingAway {
            state.first = None;
            state.others = VecDeque::new();
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
                state.bytes = 0;
                return Poll::Ready(Taken::Frames(first, std::mem::take(&mut state.others)));
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

    fn wake(mut state: MutexGuard<'_, State>) {
        let waker = if state.held { None } else { state.waker.take() };
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// The lock is held for a few moves only and nothing in it panics; were it poisoned, the queue would still be whole.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(outbox.take().await, Taken::Frames(frame("a"), [frame("b")].into()));
    }

    #[tokio::test]
    async fn a_pushed_frame_wakes_the_one_who_waits() {
        let outbox = std::sync::Arc::new(Outbox::default());
        let waiting = tokio::spawn({
            let outbox = outbox.clone();
            async move { outbox.take().await }
        });
        tokio::task::yield_now().await;
        outbox.push(frame("a")).unwrap();
        assert_eq!(waiting.await.unwrap(), Taken::Frames(frame("a"), [].into()));
    }

    #[tokio::test]
    async fn what_is_held_comes_after_what_is_released() {
        let outbox = Outbox::default();
        outbox.hold();
        outbox.push(frame("live")).unwrap();
        outbox.release(vec![frame("welcome"), frame("missed")]);
        assert_eq!(outbox.take().await, Taken::Frames(frame("welcome"), [frame("missed"), frame("live")].into()));
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
        assert_eq!(outbox.take().await, Taken::Close(CloseCode::Lagging));

        let outbox = Outbox::default();
        outbox.push(frame("a")).unwrap();
        outbox.close(CloseCode::GoingAway);
        assert_eq!(outbox.take().await, Taken::Frames(frame("a"), [].into()));
        assert_eq!(outbox.take().await, Taken::Close(CloseCode::GoingAway));
    }
}
