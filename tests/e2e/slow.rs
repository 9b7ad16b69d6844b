//! Clients that ask and do not read, send and do not finish, or only keep a place: each is closed, and costs nobody
//! theirs.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::interval;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use crate::support::{Closed, EVERYONE, Porch, within};

const FLOOD: Closed = Closed::Code(4006);
/// Requests sent in one go: their answers are more than a kernel keeps for a client that reads nothing.
const PIPELINED: usize = 100;

/// A connection whose kernel keeps next to nothing for its client.
async fn narrow(to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("there are sockets");
    socket.set_recv_buffer_size(4_096).expect("it may be small");
    within("a connection", socket.connect(to)).await.expect("porch can be reached")
}

/// Writes a byte now and then, reading nothing, until the other side has closed.
async fn is_closed(what: &str, io: &mut (impl AsyncWrite + Unpin)) {
    let closed = async {
        let mut ticks = interval(Duration::from_millis(500));
        while io.write_all(b"x").await.is_ok() && io.flush().await.is_ok() {
            ticks.tick().await;
        }
    };
    within(what, closed).await;
}

#[tokio::test]
async fn who_asks_and_never_reads_is_closed_on_both_ports() {
    let porch = Porch::start().await;
    let ask = |path: &str, host: SocketAddr| format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n").repeat(PIPELINED);
    let plain = async {
        let mut wire = narrow(porch.http).await;
        wire.write_all(ask("/", porch.http).as_bytes()).await.expect("the kernel takes it");
        is_closed("the end of a silent reader in the clear", &mut wire).await;
    };
    let secure = async {
        let mut wire = porch.door.narrow().await.expect("porch can be reached");
        wire.write_all(ask("/ca.mobileconfig", porch.https).as_bytes()).await.expect("the kernel takes it");
        wire.flush().await.expect("the kernel takes it");
        is_closed("the end of a silent reader over TLS", &mut wire).await;
    };
    tokio::join!(plain, secure);
}

#[tokio::test]
async fn who_sends_a_head_or_a_body_and_never_ends_it_is_closed_and_so_is_who_says_nothing() {
    let porch = Porch::start().await;
    let ended = async |what: &str, said: String| {
        let mut wire = porch.door.wire().await.expect("porch can be reached");
        wire.write_all(said.as_bytes()).await.expect("it is open");
        wire.flush().await.expect("it is open");
        let mut answer = Vec::new();
        // Whether with a goodbye or without.
        let _ = within(what, wire.read_to_end(&mut answer)).await;
        String::from_utf8_lossy(&answer).into_owned()
    };
    let (host, body) = (porch.https, "Content-Length: 100\r\n\r\n{");
    let (nothing, head, unread, asked) = tokio::join!(
        ended("the end of a silent connection", String::new()),
        ended("the end of half a head", format!("GET / HTTP/1.1\r\nHost: {host}\r\nX-")),
        ended("the end of a body that nobody reads", format!("POST /healthz HTTP/1.1\r\nHost: {host}\r\n{body}")),
        ended("the end of half a body", format!("POST /api/login HTTP/1.1\r\nHost: {host}\r\n{body}")),
    );
    assert_eq!(nothing, "");
    assert!(head.is_empty() || head.starts_with("HTTP/1.1 408 "), "{head}");
    assert!(unread.starts_with("HTTP/1.1 404 ") || unread.starts_with("HTTP/1.1 405 "), "{unread}");
    assert!(asked.starts_with("HTTP/1.1 400 "), "{asked}");
}

#[tokio::test]
async fn endless_pings_and_empty_pieces_are_closed_as_a_flood_and_a_few_are_not() {
    let porch = Porch::start().await;
    let ada = porch.door.register("Ada").await;
    let (ping, pong) = (Frame::ping(vec![]), Frame::pong(vec![]));
    let piece = |data| Frame::message(vec![], OpCode::Data(data), false);
    for (what, first, again) in [
        ("pings", ping.clone(), ping.clone()),
        ("pongs", pong.clone(), pong),
        ("pieces", piece(Data::Text), piece(Data::Continue)),
    ] {
        let mut device = ada.arrive().await;
        let _ = device.frame(Message::Frame(first)).await;
        for _ in 0..1_000 {
            // It may be closed before all are sent.
            if device.frame(Message::Frame(again.clone())).await.is_err() {
                break;
            }
        }
        assert_eq!(device.closed().await, FLOOD, "{what}");
    }
    let mut device = ada.arrive().await;
    for _ in 0..100 {
        device.frame(Message::Frame(ping.clone())).await.expect("it is open");
    }
    assert_eq!(device.post(EVERYONE, "01-a", "Still here").await["body"], "Still here");
}

#[tokio::test]
async fn clients_that_do_not_answer_do_not_keep_porch_from_stopping_and_nothing_is_lost() {
    let porch = Porch::start().await;
    let (ada, eve) = (porch.door.register("Ada").await, porch.door.register("Eve").await);
    let mut device = ada.arrive().await;
    // One who never answers a goodbye, half a request, half a handshake, and one who reads nothing.
    let mut silent = eve.arrive().await;
    let mut half = porch.door.wire().await.expect("porch can be reached");
    let host = porch.https;
    half.write_all(format!("POST /api/login HTTP/1.1\r\nHost: {host}\r\nContent-Length: 9\r\n\r\n{{").as_bytes())
        .await
        .expect("it is open");
    half.flush().await.expect("it is open");
    let _mute = porch.door.tcp().await.expect("porch can be reached");
    let mut deaf = narrow(porch.http).await;
    deaf.write_all(format!("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", porch.http).repeat(PIPELINED).as_bytes())
        .await
        .expect("the kernel takes it");
    let last = device.post(EVERYONE, "01-a", "The last word").await;
    silent.say(json!({"type": "read", "room": EVERYONE, "n": last["n"]})).await;
    silent.so_far().await;
    let (folder, port) = (porch.folder.clone(), porch.https.port());
    assert!(porch.stop().await.success());
    let porch = Porch::again(&folder, port).await;
    let page = ada.get(&format!("/api/rooms/{EVERYONE}/messages")).await;
    assert_eq!(page["messages"][0]["body"], "The last word");
    let (_, welcome) = eve.resume(0).await;
    assert_eq!(welcome["rooms"][0]["read_n"], last["n"], "{welcome}");
    assert!(porch.stop().await.success());
}
