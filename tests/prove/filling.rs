//! Boxes that hold much, and clients that keep a connection.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use porch::proto::id::{ClientMsgId, RoomId, UserId};
use porch::proto::op::{MessageOp, NewMessage, Op};
use porch::proto::text::Body;
use porch::store::Store;

use crate::support::{Folder, Person, Wire, ms, now, within};

/// Writes many messages of these people into the folder of a porch that does not run.
pub(crate) fn fill(folder: &Folder, room: u64, authors: &[u64], count: usize, body: impl Fn(usize) -> String) {
    let at = i64::try_from(ms(now())).expect("a time within reason");
    let (store, _) = Store::open(&folder.data(), move || at).expect("nobody uses the folder");
    let (tell, told) = std::sync::mpsc::channel();
    // Fewer than may wait for the disk.
    for part in (0..count).collect::<Vec<_>>().chunks(1_000) {
        for &i in part {
            let client_msg_id = ClientMsgId::try_from(format!("fill-{room}-{i}")).expect("short and plain");
            let body = Body::parse(body(i)).expect("a body");
            let author = UserId(authors[i % authors.len()]);
            let op = Op::Message(MessageOp::Append(NewMessage {
                room: RoomId(room),
                author,
                client_msg_id,
                body,
                attachments: Default::default(),
                mentions: Vec::new(),
                reply_to: None,
                sent_at: at,
            }));
            let tell = tell.clone();
            store
                .submit(op, move |stored| tell.send(stored.is_ok()).expect("it is waited for"))
                .expect("there is room");
        }
        assert!(told.iter().take(part.len()).all(|stored| stored));
    }
    store.close();
}

/// A connection that is kept from one question to the next.
pub(crate) struct Line {
    wire: Wire,
    head: String,
    read: Vec<u8>,
}

impl Line {
    pub(crate) async fn open(person: &Person) -> Self {
        let wire = person.door.wire().await.expect("porch can be reached");
        let head = format!("Host: {}\r\nCookie: {}\r\n\r\n", person.door.https, person.cookie);
        Self { wire, head, read: Vec::new() }
    }

    /// The status of the answer, once all of it is read.
    pub(crate) async fn ask(&mut self, path: &str) -> u16 {
        let request = format!("GET {path} HTTP/1.1\r\n{}", self.head);
        let asked = async {
            self.wire.write_all(request.as_bytes()).await?;
            self.wire.flush().await?;
            self.answer().await
        };
        within("an answer", asked).await.expect("porch answers")
    }

    async fn answer(&mut self) -> std::io::Result<u16> {
        loop {
            if let Some(end) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.read[..end]).to_lowercase();
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
                let whole = end + 4 + length.expect("answers say how long they are");
                if self.read.len() >= whole {
                    self.read.drain(..whole);
                    return Ok(head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status"));
                }
            }
            if self.wire.read_buf(&mut self.read).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}
