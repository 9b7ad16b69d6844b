//! Counts what a WebSocket's client sends beside whole messages: control frames, and pieces of messages.
//!
//! Commands are metered by the hub, which never sees these: endless Pings are answered and endless empty pieces put
//! together below it, at six bytes each. So the frames are counted as their bytes come by.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::proto::limits::FRAMES_BESIDE_MAX;

/// Bytes of a frame's longest header without its mask (RFC 6455, section 5.2).
const HEADER_BYTES_MAX: usize = 10;
/// Bytes of the mask, where there is one.
const MASK_BYTES: u64 = 4;
/// The beginning of a text or binary frame that is a message of its own.
const WHOLE: [u8; 2] = [0x81, 0x82];

/// Where in its frames a stream is.
#[derive(Debug, Default)]
struct FramePosition {
    header: [u8; HEADER_BYTES_MAX],
    /// Bytes of the header that are known.
    known: u8,
    /// Bytes to come of the frame whose header came last.
    rest: u64,
}

impl FramePosition {
    /// How many frames beside whole messages begin in the next bytes.
    fn beside(&mut self, mut bytes: &[u8]) -> u16 {
        let mut beside = 0_u16;
        while let Some((&first, others)) = bytes.split_first() {
            if self.rest > 0 {
                let passed = usize::try_from(self.rest).map_or(bytes.len(), |rest| rest.min(bytes.len()));
                self.rest -= passed as u64;
                bytes = &bytes[passed..];
                continue;
            }
            if let Some(place) = self.header.get_mut(usize::from(self.known)) {
                *place = first;
            }
            self.known += 1;
            bytes = others;
            if let Some(length) = self.length() {
                let mask = if self.header[1] & 0x80 == 0 { 0 } else { MASK_BYTES };
                self.rest = length.saturating_add(mask);
                self.known = 0;
                beside = beside.saturating_add(u16::from(!WHOLE.contains(&self.header[0])));
            }
        }
        beside
    }

    /// The payload's length, once its header is known.
    fn length(&self) -> Option<u64> {
        let [_, second, extended @ ..] = self.header;
        match (self.known, second & 0x7f) {
            (4, 126) => Some(u64::from(u16::from_be_bytes([extended[0], extended[1]]))),
            (10, 127) => Some(u64::from_be_bytes(extended)),
            (2, short) if short < 126 => Some(u64::from(short)),
            _ => None,
        }
    }
}

/// A stream whose reading ends when too many frames of this kind come.
pub(super) struct Metered<S> {
    io: S,
    position: FramePosition,
    beside: u16,
}

impl<S> Metered<S> {
    /// A stream of which these bytes were read already.
    pub(super) fn new(io: S, read: &[u8]) -> Self {
        let mut position = FramePosition::default();
        let beside = position.beside(read);
        Self { io, position, beside }
    }

    /// Begins to count anew.
    pub(super) fn forget(&mut self) {
        self.beside = 0;
    }

    pub(super) fn is_flood(&self) -> bool {
        self.beside > FRAMES_BESIDE_MAX
    }

    /// The stream itself, of which nothing is counted.
    pub(super) fn unmetered(&mut self) -> &mut S {
        &mut self.io
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let read = Pin::new(&mut self.io).poll_read(context, into);
        let beside = self.position.beside(into.filled().get(before..).unwrap_or_default());
        self.beside = self.beside.saturating_add(beside);
        if self.is_flood() { Poll::Ready(Err(io::ErrorKind::QuotaExceeded.into())) } else { read }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(context, from)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        from: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(context, from)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio_tungstenite::tungstenite::protocol::frame::coding::{Control, Data, OpCode};
    use tokio_tungstenite::tungstenite::protocol::frame::{Frame, FrameHeader};

    use super::*;

    fn bytes(kind: OpCode, payload: usize, fin: bool) -> Vec<u8> {
        let header = FrameHeader { is_final: fin, opcode: kind, mask: Some([0x81; 4]), ..FrameHeader::default() };
        let frame = Frame::from_payload(header, vec![0xff; payload].into());
        let mut bytes = Vec::new();
        frame.format(&mut bytes).expect("a vector takes all");
        bytes
    }

    #[test]
    fn whole_messages_are_not_counted_and_all_else_is() {
        let cases = [
            (bytes(OpCode::Data(Data::Text), 5, true), 0),
            (bytes(OpCode::Data(Data::Binary), 40_000, true), 0),
            (bytes(OpCode::Data(Data::Text), 5, false), 1),
            (bytes(OpCode::Data(Data::Continue), 0, false), 1),
            (bytes(OpCode::Data(Data::Continue), 0, true), 1),
            (bytes(OpCode::Control(Control::Ping), 125, true), 1),
            (bytes(OpCode::Control(Control::Pong), 0, true), 1),
        ];
        for (bytes, beside) in cases {
            assert_eq!(FramePosition::default().beside(&bytes), beside, "{:?}", &bytes[..6]);
        }
    }

    proptest! {
        /// However the bytes are cut, the count is that of the frames.
        #[test]
        fn frames_are_counted_wherever_reads_end(
            frames in prop::collection::vec((0_u8..4, prop_oneof![0_usize..8, 120_usize..130, 65_530_usize..65_540]), 0..12),
            cuts in prop::collection::vec(1_usize..300, 1..20),
        ) {
            let (mut stream, mut want) = (Vec::new(), 0);
            for (kind, payload) in frames {
                let (kind, payload, fin) = match kind {
                    0 => (OpCode::Data(Data::Text), payload, true),
                    1 => (OpCode::Data(Data::Continue), payload, false),
                    2 => (OpCode::Data(Data::Text), payload, false),
                    _ => (OpCode::Control(Control::Ping), payload.min(125), true),
                };
                want += u16::from(!(fin && matches!(kind, OpCode::Data(Data::Text))));
                stream.extend(bytes(kind, payload, fin));
            }
            let (mut counted, mut counter, mut rest) = (0, FramePosition::default(), &stream[..]);
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (now, later) = rest.split_at(rest.len().min(*cut));
                counted += counter.beside(now);
                rest = later;
            }
            prop_assert_eq!(counted, want);
        }

        #[test]
        fn any_bytes_are_counted_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            FramePosition::default().beside(&bytes);
        }
    }
}
