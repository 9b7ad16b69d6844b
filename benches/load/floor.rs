//! The floor: the least a chat server over TLS can do. tokio, tungstenite and rustls, rooms, JSON, a broadcast encoded
//! once; no accounts, no history, no limits, no presence, nothing on a disk.
//!
//! It speaks as much of porch's protocol as the load needs, so that the same clients drive both, with frames of the
//! same bytes. It runs as a process of its own, so that its memory and time are read the way porch's are.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::{SinkExt, StreamExt};
use porch::clock;
use porch::proto::client::{ClientMessage, Command, PROTOCOL_VERSION};
use porch::proto::event::Message as Sent;
use porch::proto::id::{Epoch, RoomId, Seq, SessionId, UserId};
use porch::proto::limits::{CLIENT_FRAME_BYTES_MAX, LISTEN_BACKLOG, OUTBOX_FRAMES_MAX};
use porch::proto::permit::Act;
use porch::proto::role::{BoxRole, RoomRole};
use porch::proto::room::{RoomKind, RoomSettings};
use porch::proto::server::{Resume, Room, ServerMessage, User};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, accept_async_with_config};

use crate::Result;

/// The certificate for the clients to trust, in the folder given.
pub(crate) const CERTIFICATE_FILE: &str = "floor.pem";

/// tungstenite's own read buffer is 128 KiB a connection, nearly all of it idle.
const READ_BUFFER_BYTES: usize = 1 << 10;

/// Serves until killed. Says where it listens, as porch does.
pub(crate) async fn serve(dir: &Path) -> Result<()> {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])?;
    std::fs::write(dir.join(CERTIFICATE_FILE), made.cert.pem())?;
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![made.cert.into()], key.into())?;
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let socket = TcpSocket::new_v4()?;
    socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
    let listener = socket.listen(LISTEN_BACKLOG)?;
    println!("listening on https://{}", listener.local_addr()?);
    let rooms = Arc::new(Rooms::default());
    loop {
        let (stream, _) = listener.accept().await?;
        let (acceptor, rooms) = (acceptor.clone(), rooms.clone());
        tokio::spawn(async move {
            // The session gets a task of its own: this one's is as large as the handshake's state.
            if let Ok(socket) = open(stream, acceptor).await {
                tokio::spawn(session(socket, rooms));
            }
        });
    }
}

type Socket = WebSocketStream<TlsStream<TcpStream>>;

async fn open(stream: TcpStream, acceptor: TlsAcceptor) -> Result<Socket> {
    stream.set_nodelay(true)?;
    let stream = acceptor.accept(stream).await?;
    let config =
        WebSocketConfig::default().read_buffer_size(READ_BUFFER_BYTES).max_message_size(Some(CLIENT_FRAME_BYTES_MAX));
    Ok(accept_async_with_config(stream, Some(config)).await?)
}

#[derive(Default)]
struct Rooms {
    rooms: Mutex<HashMap<RoomId, Members>>,
}

#[derive(Default)]
struct Members {
    last_n: u64,
    queues: Vec<mpsc::Sender<Utf8Bytes>>,
}

impl Rooms {
    /// Adds a member, and says the number of the room's newest message.
    fn join(&self, room: RoomId, queue: mpsc::Sender<Utf8Bytes>) -> u64 {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let members = rooms.entry(room).or_default();
        members.queues.retain(|queue| !queue.is_closed());
        members.queues.push(queue);
        members.last_n
    }

    /// Numbers a message and queues it for everyone in the room; whoever is too slow misses it.
    fn broadcast(&self, room: RoomId, message: impl FnOnce(u64) -> Sent) -> Result<()> {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let members = rooms.entry(room).or_default();
        members.last_n += 1;
        let text = encode(&ServerMessage::Events { events: vec![message(members.last_n).into()] })?;
        for queue in &members.queues {
            let _ = queue.try_send(text.clone());
        }
        Ok(())
    }
}

/// One client, from its hello to its end.
async fn session(mut socket: Socket, rooms: Arc<Rooms>) -> Result<()> {
    let (queue, mut waiting) = mpsc::channel(OUTBOX_FRAMES_MAX);
    let mut queue = Some(queue);
    let mut texts = Vec::new();
    loop {
        tokio::select! {
            // As porch does: all that waits goes out in one write.
            _ = waiting.recv_many(&mut texts, OUTBOX_FRAMES_MAX) => {
                for text in std::mem::take(&mut texts) {
                    socket.feed(Message::Text(text)).await?;
                }
                socket.flush().await?;
            }
            frame = socket.next() => {
                let Some(frame) = frame else { return Ok(()) };
                let Message::Text(text) = frame? else { continue };
                match serde_json::from_str(&text)? {
                    // A session's room is its first; the floor has no accounts to know it by.
                    ClientMessage::Command { command: Command::JoinRoom { room }, .. } => {
                        let Some(queue) = queue.take() else { continue };
                        let last_n = rooms.join(room, queue);
                        socket.send(Message::Text(encode(&welcome(room, last_n))?)).await?;
                    }
                    ClientMessage::Send { room, client_msg_id, body, .. } => rooms.broadcast(room, |n| Sent {
                        id: Seq(n),
                        rev: Seq(n),
                        room,
                        n,
                        author: UserId(1),
                        body: body.0,
                        attachments: Vec::new(),
                        mentions: Vec::new(),
                        client_msg_id,
                        sent_at: clock::wall(),
                        edited_at: None,
                        forwarded: false,
                        pinned: false,
                        quote: None,
                        reactions: Vec::new(),
                        mine: None,
                        deleted: false,
                    })?,
                    _ => {}
                }
            }
        }
    }
}

fn welcome(room: RoomId, last_n: u64) -> ServerMessage {
    let me =
        User { id: UserId(1), name: "floor".to_owned(), role: BoxRole::Member, picture: 0, since: 0, ends_at: None };
    let room = Room {
        id: room,
        kind: RoomKind::Open,
        may: vec![Act::Write],
        settings: RoomSettings::default(),
        role: RoomRole::Member,
        with: None,
        member_count: 1,
        last_n,
        read_n: 0,
        set_back: 0,
        deleted: Vec::new(),
        last: None,
        joined_at: 0,
        notify: None,
        receipt: None,
    };
    let (version, server) = (PROTOCOL_VERSION, "floor".to_owned());
    let (seq, rooms) = (Seq(last_n), vec![room]);
    let newest_session = SessionId(1);
    let (resume, archived, more) = (Resume::Fresh, 0, false);
    ServerMessage::Welcome {
        version,
        server,
        me,
        newest_session,
        seq,
        epoch: Epoch(1),
        resume,
        rooms,
        archived,
        more,
        drafts: false,
    }
}

fn encode(message: &ServerMessage) -> Result<Utf8Bytes> {
    Ok(serde_json::to_string(message)?.into())
}
