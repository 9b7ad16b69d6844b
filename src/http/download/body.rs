//! The bytes of a download, read piece by piece as the connection takes them.
//!
//! Each download has one buffer: the next piece is read when the last byte of the one before has been taken, and the system
//! meanwhile reads ahead of us. Most pieces are therefore in memory already and are copied from there at once, which costs
//! no turn, no other thread and no wait; only where the disk must be waited for, a thread that may does so, when it is the
//! person's turn. Nobody reading is no concern of this: the connection is given up then (see `pace`), and this with it.

use std::fs::File;
use std::io::{self, IoSliceMut};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt};
use hyper::body::{Frame, SizeHint};
use rustix::io::{ReadWriteFlags, preadv2};
use tokio::task::{spawn_blocking, yield_now};

use crate::fair::{Busy, Lane};
use crate::proto::limits::DOWNLOAD_PIECE_BYTES;

use super::seats::Place;

/// These bytes of a file, of which it has all. A fault ends the body before its length, and so the connection: what came is
/// never taken for the whole.
pub(super) fn body(file: File, part: Range<u64>, place: Place, reads: Lane) -> Body {
    let left = part.end.saturating_sub(part.start);
    let source = Source { file, part, buffer: None, has_begun: false, place, reads };
    Body::new(Pieces { pieces: Box::pin(stream::unfold(Some(source), next).fuse()), left })
}

/// Pieces of a length that is known before.
struct Pieces {
    pieces: Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>,
    left: u64,
}

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let piece = ready!(self.pieces.as_mut().poll_next(context));
        if let Some(Ok(bytes)) = &piece {
            self.left = self.left.saturating_sub(bytes.len() as u64);
        }
        Poll::Ready(piece.map(|piece| piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

struct Source {
    file: File,
    /// What is still to be read.
    part: Range<u64>,
    /// Shared with the piece that was given last.
    buffer: Option<Arc<Vec<u8>>>,
    has_begun: bool,
    place: Place,
    reads: Lane,
}

/// The next piece, and the rest behind it; none after the last and after a fault.
async fn next(source: Option<Source>) -> Option<(io::Result<Bytes>, Option<Source>)> {
    let source = source.filter(|source| !source.part.is_empty())?;
    Some(match source.piece().await {
        Ok((piece, rest)) => (Ok(piece), Some(rest)),
        Err(fault) => (Err(fault), None),
    })
}

impl Source {
    async fn piece(mut self) -> io::Result<(Bytes, Self)> {
        if self.has_begun {
            // A link that is as fast as we are would keep the thread for itself: others have a turn, and what came in by the
            // network is looked at, before the next piece is encrypted.
            yield_now().await;
        }
        self.has_begun = true;
        if self.place.is_put_out() {
            return Err(io::Error::other("somebody else has the place of this download"));
        }
        let mut buffer = self.take_buffer();
        let length = self.length();
        let known = self.read_known(&mut buffer[..length]);
        if known < length {
            (self, buffer) = self.read_rest(buffer, known..length).await?;
        }
        self.part.start += length as u64;
        let buffer = Arc::new(buffer);
        let piece = Bytes::from_owner(Piece { buffer: buffer.clone(), length });
        self.buffer = Some(buffer);
        Ok((piece, self))
    }

    /// Bytes of the next piece.
    fn length(&self) -> usize {
        usize::try_from(self.part.end - self.part.start)
            .map_or(DOWNLOAD_PIECE_BYTES, |left| left.min(DOWNLOAD_PIECE_BYTES))
    }

    /// The one there is, where the piece before has been taken: as a rule, since the connection asks for no more before.
    fn take_buffer(&mut self) -> Vec<u8> {
        let free = self.buffer.take().and_then(|buffer| Arc::try_unwrap(buffer).ok());
        free.unwrap_or_else(|| vec![0; self.length()])
    }

    /// Copies what the system has in memory, and says how many bytes that were. Where it cannot say, none: the read that
    /// waits then tells what is wrong.
    fn read_known(&self, into: &mut [u8]) -> usize {
        preadv2(&self.file, &mut [IoSliceMut::new(into)], self.part.start, ReadWriteFlags::NOWAIT).unwrap_or(0)
    }

    /// Waits for the disk, for these places of the buffer. All of this goes along, so that nothing of it counts as given back
    /// while the disk still writes into it.
    async fn read_rest(self, mut buffer: Vec<u8>, places: Range<usize>) -> io::Result<(Self, Vec<u8>)> {
        // Each download waits for one piece at most, and so none is refused.
        let turn = self.reads.enter(self.place.asker).await.map_err(|Busy| io::ErrorKind::ResourceBusy)?;
        let reading = move || {
            let _turn = turn;
            let at = self.part.start + places.start as u64;
            self.file.read_exact_at(&mut buffer[places], at).map(|()| (self, buffer))
        };
        let read = spawn_blocking(reading).await.unwrap_or_else(|fault| Err(io::Error::other(fault)));
        read.inspect_err(|fault| log::error!("a file broke off while it was sent: {fault}"))
    }
}

/// A part of a buffer, lent to the connection.
struct Piece {
    buffer: Arc<Vec<u8>>,
    length: usize,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        self.buffer.get(..self.length).unwrap_or_default()
    }
}
