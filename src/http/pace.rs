//! A least pace for what a stranger must do: read an answer, send a body.
//!
//! Whoever stands still for [`STANDSTILL_WAIT`] is given up. Moving gives time back, a second for
//! [`BYTES_PER_SECOND_MIN`] bytes and never more than was there at first, so that whoever moves a byte now and then is
//! given up as well, a little later.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};
use tokio_rustls::server::TlsStream;

use crate::proto::limits::{BYTES_PER_SECOND_MIN, STANDSTILL_WAIT};

/// How long somebody may still stand still.
#[derive(Debug)]
pub(super) struct Pace {
    left: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { left: STANDSTILL_WAIT }
    }
}

impl Pace {
    pub(super) fn left(&self) -> Duration {
        self.left
    }

    /// So many bytes have come through after this long.
    pub(super) fn moved(&mut self, bytes: usize, after: Duration) {
        let earned = Duration::from_secs_f64(bytes as f64 / f64::from(BYTES_PER_SECOND_MIN));
        self.left = (self.left.saturating_sub(after) + earned).min(STANDSTILL_WAIT);
    }
}

/// A connection that can be broken off: what the kernel still keeps for the other side is dropped, which would else go
/// on being read, byte by byte, for as long as anybody likes.
pub(super) trait BreakOff {
    /// Makes its closing a reset.
    fn break_off(&self);
}

impl BreakOff for TcpStream {
    fn break_off(&self) {
        // A refusal leaves the kernel its own time.
        let _ = SockRef::from(self).set_linger(Some(Duration::ZERO));
    }
}

impl BreakOff for TlsStream<TcpStream> {
    fn break_off(&self) {
        self.get_ref().0.break_off();
    }
}

/// A stream that is given up when what is written to it does not move on. Reading is as it was.
/// Dropped without having been shut down, as what is idle for too long is, it is broken off; but not right behind an
/// answer, which would be lost with it: so is a request for another protocol dropped that was refused.
pub(super) struct Paced<S: BreakOff> {
    /// None once it is somebody else's.
    io: Option<S>,
    is_shut: bool,
    pace: Pace,
    /// When something was last taken from us.
    moved: Option<Instant>,
    blocked: Option<Blocked>,
}

struct Blocked {
    since: Instant,
    /// A box of its own: most streams are never blocked.
    alarm: Pin<Box<Sleep>>,
}

impl<S: BreakOff> Paced<S> {
    pub(super) fn new(io: S) -> Self {
        Self { io: Some(io), is_shut: false, pace: Pace::default(), moved: None, blocked: None }
    }

    pub(super) fn into_inner(mut self) -> Option<S> {
        self.io.take()
    }

    /// Does something with the stream, while it is here.
    fn with<T>(&mut self, doing: impl FnOnce(Pin<&mut S>) -> Poll<io::Result<T>>) -> Poll<io::Result<T>>
    where
        S: Unpin,
    {
        self.io.as_mut().map_or(Poll::Ready(Err(io::ErrorKind::NotConnected.into())), |io| doing(Pin::new(io)))
    }

    /// Judges the outcome of a write.
    fn judge<T>(
        &mut self,
        context: &mut Context<'_>,
        outcome: Poll<io::Result<T>>,
        bytes: impl Fn(&T) -> usize,
    ) -> Poll<io::Result<T>> {
        match &outcome {
            Poll::Pending => {
                let left = self.pace.left();
                let blocked =
                    self.blocked.get_or_insert_with(|| Blocked { since: Instant::now(), alarm: Box::pin(sleep(left)) });
                if blocked.alarm.as_mut().poll(context).is_ready() {
                    return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                }
            }
            Poll::Ready(Ok(done)) => {
                let after = self.blocked.take().map(|blocked| blocked.since.elapsed()).unwrap_or_default();
                let bytes = bytes(done);
                self.pace.moved(bytes, after);
                if bytes > 0 {
                    self.moved = Some(Instant::now());
                }
            }
            Poll::Ready(Err(_)) => {}
        }
        outcome
    }
}

impl<S: BreakOff> Drop for Paced<S> {
    fn drop(&mut self) {
        let answered = self.blocked.is_none() && self.moved.is_some_and(|at| at.elapsed() < STANDSTILL_WAIT / 2);
        if let Some(io) = &self.io
            && !self.is_shut
            && !answered
        {
            io.break_off();
        }
    }
}

impl<S: AsyncRead + BreakOff + Unpin> AsyncRead for Paced<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.with(|io| io.poll_read(context, into))
    }
}

impl<S: AsyncWrite + BreakOff + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = self.with(|io| io.poll_write(context, from));
        self.judge(context, outcome, |&bytes| bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        from: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = self.with(|io| io.poll_write_vectored(context, from));
        self.judge(context, outcome, |&bytes| bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.as_ref().is_some_and(AsyncWrite::is_write_vectored)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = self.with(|io| io.poll_flush(context));
        self.judge(context, outcome, |()| 0)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = self.with(|io| io.poll_shutdown(context));
        self.is_shut |= matches!(outcome, Poll::Ready(Ok(())));
        self.judge(context, outcome, |()| 0)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures_util::future::poll_immediate;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;

    thread_local! {
        /// Whether a stream of this test was broken off.
        static BROKEN_OFF: Cell<bool> = const { Cell::new(false) };
    }

    impl BreakOff for DuplexStream {
        fn break_off(&self) {
            BROKEN_OFF.set(true);
        }
    }

    /// What both sides keep between them.
    const KEPT: usize = 64;

    /// Writes much to somebody who reads so many bytes each second; says how long it went on, and how it ended.
    async fn written_to(bytes_per_second: usize, bytes: usize) -> (Duration, io::Result<()>) {
        let (near, mut far) = duplex(KEPT);
        let reader = tokio::spawn(async move {
            let mut some = vec![0; bytes_per_second];
            loop {
                sleep(Duration::from_secs(1)).await;
                if far.read_exact(&mut some).await.is_err() {
                    return;
                }
            }
        });
        let begun = Instant::now();
        let mut paced = Paced::new(near);
        let written = paced.write_all(&vec![7; bytes]).await;
        drop(paced);
        let took = begun.elapsed();
        reader.abort();
        (took, written)
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_reads_nothing_is_given_up_after_the_wait() {
        let (took, written) = written_to(0, 4_096).await;
        assert_eq!(written.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(took >= STANDSTILL_WAIT && took < STANDSTILL_WAIT * 2, "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_reads_a_byte_now_and_then_is_given_up_a_little_later() {
        let (took, written) = written_to(5, 1 << 20).await;
        assert_eq!(written.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(took >= STANDSTILL_WAIT && took < STANDSTILL_WAIT * 2, "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_reads_slowly_and_steadily_gets_everything() {
        let rate = BYTES_PER_SECOND_MIN as usize * 2;
        let (took, written) = written_to(rate, rate * 100).await;
        written.expect("all of it");
        assert!(took > STANDSTILL_WAIT * 5, "{took:?}");
    }
    #[tokio::test(start_paused = true)]
    async fn what_is_dropped_is_broken_off_but_not_behind_an_answer_or_a_goodbye() {
        let dropped_after = async |written: &[u8], wait: Duration, goodbye: bool| {
            let (near, _far) = duplex(KEPT);
            let mut paced = Paced::new(near);
            paced.write_all(written).await.unwrap();
            sleep(wait).await;
            if goodbye {
                paced.shutdown().await.unwrap();
            }
            BROKEN_OFF.set(false);
            drop(paced);
            BROKEN_OFF.get()
        };
        let soon = Duration::from_millis(100);
        assert!(dropped_after(b"", soon, false).await, "nothing was answered");
        assert!(!dropped_after(b"HTTP/1.1 421", soon, false).await, "the answer is on its way");
        assert!(dropped_after(b"HTTP/1.1 421", STANDSTILL_WAIT, false).await, "the answer is long there");
        assert!(!dropped_after(b"HTTP/1.1 421", STANDSTILL_WAIT, true).await, "it was shut down");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_blocked_is_broken_off_though_something_was_just_read() {
        let (near, mut far) = duplex(KEPT);
        let mut paced = Paced::new(near);
        let mut writing = Box::pin(paced.write_all(&[7; KEPT * 3]));
        assert!(poll_immediate(&mut writing).await.is_none());
        far.read_exact(&mut [0; KEPT]).await.unwrap();
        assert!(poll_immediate(&mut writing).await.is_none());
        drop(writing);
        BROKEN_OFF.set(false);
        drop(paced);
        assert!(BROKEN_OFF.get());
    }
}
