//! What clients should never send: each has its answer, costs the others nothing, and loses nothing.

use std::time::Duration;

use porch::proto::client::PROTOCOL_VERSION;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use crate::support::{
    Closed, Device, EVERYONE, Person, Porch, eventually, number, raise_open_files, send_all, seq, within,
};

const BAD_MESSAGE: Closed = Closed::Code(4000);
const LAGGING: Closed = Closed::Code(4002);
const SILENT: Closed = Closed::Code(4004);
const VERSION: Closed = Closed::Code(4005);
const FLOOD: Closed = Closed::Code(4006);
const PROTOCOL: Closed = Closed::Code(1002);
const BAD_TEXT: Closed = Closed::Code(1007);
const BINARY: Closed = Closed::Code(1003);
const TOO_BIG: Closed = Closed::Code(1009);
/// Bytes of a frame from a client, at most.
const FRAME_BYTES_MAX: usize = 90_000;
/// Half-open handshakes, where the limit on open files allows so many.
const HALF_OPEN: u64 = 10_000;
/// Open files left to everything else that runs in the test's process.
const OTHER_FILES: u64 = 3_000;

/// Somebody who does no harm, and notices when others do.
struct Bystander {
    person: Person,
    device: Device,
    sent: u64,
}

impl Bystander {
    async fn arrive(person: &Person) -> Self {
        Self { device: person.arrive().await, person: person.clone(), sent: 0 }
    }

    /// Sends a message and hears it.
    async fn speak(&mut self) -> u64 {
        self.sent += 1;
        let name = format!("{}-{}", self.person.id, self.sent);
        let echo = self.device.post(EVERYONE, &name, "All is well").await;
        assert_eq!(echo["type"], "message", "{echo}");
        number(&echo["id"])
    }
}

/// A text frame in so many pieces.
fn pieces(text: &str, count: usize) -> Vec<Frame> {
    let bytes = text.as_bytes();
    let size = bytes.len().div_ceil(count);
    let last = bytes.chunks(size).count() - 1;
    let piece = |(at, part): (usize, &[u8])| {
        let kind = OpCode::Data(if at == 0 { Data::Text } else { Data::Continue });
        Frame::message(part.to_vec(), kind, at == last)
    };
    bytes.chunks(size).enumerate().map(piece).collect()
}

fn sentence(body: &str) -> String {
    json!({"type": "send", "room": EVERYONE, "client_msg_id": "01-x", "body": body}).to_string()
}

#[tokio::test]
async fn frames_that_mean_nothing_are_closed_with_their_code_and_nobody_else_notices() {
    let porch = Porch::start().await;
    let (ada, eve) = (porch.door.register("Ada").await, porch.door.register("Eve").await);
    let mut bystander = Bystander::arrive(&ada).await;
    let texts = [
        "",
        "null",
        "[]",
        "hello",
        "{}",
        "{\"type\":\"ping\"",
        "{\"type\":\"ping\"} {}",
        "{\"type\":\"sing\"}",
        "{\"type\":7}",
        "{\"type\":\"ping\",\"loud\":true}",
        "{\"type\":\"read\",\"room\":1}",
        "{\"type\":\"read\",\"room\":1,\"n\":-1}",
        "{\"type\":\"read\",\"room\":1.5,\"n\":1}",
        "{\"type\":\"read\",\"room\":\"1\",\"n\":1}",
        "{\"type\":\"read\",\"room\":99999999999999999999,\"n\":1}",
        "{\"type\":\"send\",\"room\":1,\"client_msg_id\":\"\",\"body\":\"x\"}",
        "{\"type\":\"send\",\"room\":1,\"client_msg_id\":\"a b\",\"body\":\"x\"}",
        "{\"type\":\"send\",\"room\":1,\"client_msg_id\":\"a\",\"body\":null}",
        "{\"type\":\"hello\",\"version\":1,\"after\":null}",
        "[\"ping\",{}]",
        "{\"type\":\"typing\",\"room\":0}",
        "{\"type\":\"typing\",\"room\":9007199254740992}",
        "{\"type\":\"command\",\"re\":1,\"command\":[\"leave_room\",{\"room\":1}]}",
    ];
    let nested = "[".repeat(FRAME_BYTES_MAX);
    for text in texts.into_iter().chain([nested.as_str()]) {
        let mut device = eve.arrive().await;
        device.say_text(text).await;
        assert_eq!(device.closed().await, BAD_MESSAGE, "{:.80}", text);
    }
    let frames = [
        (Message::binary(sentence("In the wrong kind of frame").into_bytes()), BINARY),
        (Message::text("x".repeat(FRAME_BYTES_MAX + 1)), TOO_BIG),
        (Message::text(" ".repeat(1 << 20)), TOO_BIG),
        (Message::Frame(Frame::message(vec![0xff, 0xfe], OpCode::Data(Data::Text), true)), BAD_TEXT),
        (Message::Frame(Frame::message(vec![], OpCode::Data(Data::Continue), true)), PROTOCOL),
        (Message::Frame(Frame::message(vec![], OpCode::Data(Data::Reserved(5)), true)), PROTOCOL),
    ];
    for (frame, code) in frames {
        let mut device = eve.arrive().await;
        let what = format!("{frame:.60?}");
        // The server may close before it has all of it.
        let _ = device.frame(frame).await;
        assert_eq!(device.closed().await, code, "{what}");
    }
    let mut pieced = eve.arrive().await;
    for piece in pieces(&sentence(&"x".repeat(FRAME_BYTES_MAX)), 8) {
        let _ = pieced.frame(Message::Frame(piece)).await;
    }
    assert_eq!(pieced.closed().await, TOO_BIG, "many small frames of one message");

    bystander.speak().await;
    let heard = bystander.device.so_far().await;
    assert!(heard.iter().all(|message| message["type"] != "message" && message["type"] != "error"), "{heard:?}");
}

#[tokio::test]
async fn frames_at_the_limit_pass() {
    let porch = Porch::start().await;
    let ada = porch.door.register("Ada").await;
    let mut device = ada.arrive().await;
    // The longest message there is, and a frame of exactly the limit, in pieces.
    let body = "🦀".repeat(8_000);
    assert_eq!(device.post(EVERYONE, "01-a", &body).await["body"], body);
    // The most bytes that one takes: JSON has no shorter way to write these.
    let body = format!("a{}", "\u{1}".repeat(7_999));
    assert_eq!(device.post(EVERYONE, "01-b", &body).await["body"], body);
    let short = sentence("As long as it may be");
    let padded = format!("{short}{}", " ".repeat(FRAME_BYTES_MAX - short.len()));
    for piece in pieces(&padded, 8) {
        device.frame(Message::Frame(piece)).await.expect("it is open");
    }
    device.until(|message| message["client_msg_id"] == "01-x").await;
}

#[tokio::test]
async fn who_does_not_say_hello_properly_is_closed() {
    let porch = Porch::start().await;
    let ada = porch.door.register("Ada").await;
    let cases = [
        (json!({"type": "ping"}), BAD_MESSAGE),
        (json!({"type": "send", "room": EVERYONE, "client_msg_id": "a", "body": "Before hello"}), BAD_MESSAGE),
        (json!({"type": "hello", "version": PROTOCOL_VERSION + 1, "of": "the future"}), VERSION),
        (json!({"type": "hello", "version": 1_u64 << 40}), VERSION),
        (json!({"type": "hello", "version": 2.5}), VERSION),
        (json!(["hello", PROTOCOL_VERSION, 1, null]), BAD_MESSAGE),
        (json!({"type": "hello", "version": PROTOCOL_VERSION, "after": null}), BAD_MESSAGE),
        (json!({"type": "hello", "version": PROTOCOL_VERSION - 1, "after": null}), VERSION),
        (json!({"type": "hello", "version": PROTOCOL_VERSION, "tab": 1, "after": -1}), BAD_MESSAGE),
    ];
    for (first, code) in cases {
        let mut device = ada.connect().await;
        device.say(first.clone()).await;
        assert_eq!(device.closed().await, code, "{first}");
    }
    let page = ada.get(&format!("/api/rooms/{EVERYONE}/messages")).await;
    assert_eq!(page["messages"], json!([]));
}

#[tokio::test]
async fn wrong_ids_and_values_are_answered_with_an_error_and_the_connection_stays() {
    let porch = Porch::start().await;
    let ada = porch.door.register("Ada").await;
    let mut device = ada.arrive().await;
    let far = (1_u64 << 53) - 1;
    let cases = [
        (json!({"type": "join_room", "room": 99}), "not_found"),
        (json!({"type": "leave_room", "room": 99}), "not_a_member"),
        (json!({"type": "leave_room", "room": EVERYONE}), "forbidden"),
        (json!({"type": "delete", "room": EVERYONE, "message": far}), "not_found"),
        (json!({"type": "open_direct", "user": 99}), "not_found"),
        (json!({"type": "create_room", "name": " ", "access": "open", "members": []}), "name_invalid"),
        (json!({"type": "create_room", "name": "x", "access": "open", "members": [far]}), "not_found"),
        (json!({"type": "create_room", "name": "x", "access": "open", "members": vec![1; 101]}), "bad_request"),
        (json!({"type": "set_room", "room": far, "setting": {"archived": true}}), "not_a_member"),
    ];
    for (re, (command, code)) in (1..).zip(cases) {
        let answer = device.command(command.clone(), re).await;
        assert_eq!(answer["code"], code, "{command}: {answer}");
    }
    for (body, code) in [(" \n", "body_empty"), ("a\u{0}b", "bad_request"), (&*"x".repeat(8_001), "body_long")] {
        let answer = device.post(EVERYONE, "01-a", body).await;
        assert_eq!((&answer["type"], &answer["code"]), (&json!("error"), &json!(code)));
    }
    // No answer is given to these, and no harm is done by them.
    device.say(json!({"type": "read", "room": 99, "n": far})).await;
    device.say(json!({"type": "read", "room": EVERYONE, "n": u64::MAX})).await;
    device.say(json!({"type": "typing", "room": far})).await;
    assert_eq!(device.post(EVERYONE, "01-b", "Still here").await["n"], 1);
}

#[tokio::test]
async fn a_flood_is_slowed_then_closed_while_another_talks_on() {
    let porch = Porch::start().await;
    let (ada, eve) = (porch.door.register("Ada").await, porch.door.register("Eve").await);
    let mut bystander = Bystander::arrive(&ada).await;
    let mut flooder = eve.arrive().await;
    let flood = async {
        let mut slowed = 0;
        loop {
            for _ in 0..100 {
                if flooder.frame(Message::text("{\"type\":\"ping\"}")).await.is_err() {
                    break;
                }
            }
            for _ in 0..100 {
                match flooder.try_next().await {
                    Ok(answer) if answer["code"] == "slow_down" => {
                        assert!(answer["retry_ms"].as_u64().is_some_and(|ms| (1..=100).contains(&ms)), "{answer}");
                        slowed += 1;
                    }
                    Ok(_) => {}
                    Err(closed) => return (slowed, closed),
                }
            }
        }
    };
    let talk = async {
        for _ in 0..20 {
            bystander.speak().await;
        }
    };
    let ((slowed, closed), ()) = tokio::join!(within("the end of the flood", flood), talk);
    assert_eq!(closed, FLOOD);
    // What still waited to be written when the connection was closed is not.
    assert!(slowed > 0, "it is told first");
    // It is the connection that was closed, not the person.
    eve.arrive().await.post(EVERYONE, "01-z", "Sorry").await;
    bystander.device.until(|message| message["body"] == "Sorry").await;
}

/// Reads whatever comes until the other side closes.
async fn until_end(mut io: impl AsyncRead + Unpin) -> Vec<u8> {
    let mut bytes = Vec::new();
    // An error is an end as well.
    let _ = within("the end of a connection", io.read_to_end(&mut bytes)).await;
    bytes
}

/// The code of the close frame that ends these bytes of a server's (RFC 6455, section 5.5.1).
fn close_code(bytes: &[u8]) -> Option<Closed> {
    let at =
        (0..bytes.len()).find(|at| bytes[*at] == 0x88 && bytes.get(at + 1) == Some(&((bytes.len() - at - 2) as u8)))?;
    Some(Closed::Code(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?])))
}

/// Sends the first bytes of something and then nothing; gives what came back until the server had enough.
async fn begin(mut io: impl AsyncRead + AsyncWrite + Unpin, bytes: &[u8]) -> Vec<u8> {
    io.write_all(bytes).await.expect("it is open");
    io.flush().await.expect("it is open");
    until_end(io).await
}

#[tokio::test]
async fn who_sends_a_byte_a_minute_is_dropped_at_every_step_while_another_talks_on() {
    let porch = Porch::start().await;
    let (ada, eve) = (porch.door.register("Ada").await, porch.door.register("Eve").await);
    let mut bystander = Bystander::arrive(&ada).await;
    let tcp = porch.door.tcp().await.expect("porch can be reached");
    let tls = porch.door.wire().await.expect("porch can be reached");
    let silent = porch.door.wire().await.expect("porch can be reached");
    let mut mute = eve.connect().await;
    let mut slow = eve.arrive().await;
    // The first byte of a frame goes past the client: it would answer Pings.
    let frame = begin(slow.socket.get_mut(), &[0x81]);
    let slow = async { tokio::join!(begin(tcp, &[0x16]), begin(tls, b"G"), begin(silent, b""), mute.closed(), frame) };
    let mut slow = std::pin::pin!(slow);
    let mut turns = tokio::time::interval(Duration::from_secs(1));
    let (in_tls, in_head, no_head, no_hello, in_frame) = loop {
        tokio::select! {
            answers = slow.as_mut() => break answers,
            _ = turns.tick() => bystander.speak().await,
        };
    };
    assert_eq!(in_tls, b"", "a handshake that never comes is dropped without a word");
    for answer in [in_head, no_head] {
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    }
    assert_eq!(no_hello, BAD_MESSAGE);
    assert_eq!(close_code(&in_frame), Some(SILENT));
    bystander.speak().await;
}

#[tokio::test]
async fn a_client_that_never_reads_is_dropped_and_another_loses_nothing() {
    let porch = Porch::start().await;
    let (ada, bob) = (porch.door.register("Ada").await, porch.door.register("Bob").await);
    let mallory = porch.door.register("Mallory").await;
    let mut watch = ada.arrive().await;
    let mut reader = bob.arrive().await;
    let wire = porch.door.narrow().await.expect("porch can be reached");
    let mut deaf = mallory.connect_over(wire).await;
    let seen = number(&deaf.hello(None).await["seq"]);
    let names = |message: &Value, field: &str| {
        message[field].as_array().is_some_and(|users| users.contains(&json!(mallory.id)))
    };
    watch.until(|message| names(message, "came") || names(message, "users")).await;

    // More than what the kernel keeps for Mallory and what porch does, in big messages.
    let bodies = vec!["🦀".repeat(8_000); 400];
    let read = async {
        let mut heard = Vec::new();
        while heard.len() < bodies.len() {
            heard.extend(seq(&reader.next().await));
        }
        heard
    };
    // Who has seen Mallory leave goes too: nobody else may stop reading meanwhile.
    let left = async {
        watch.until(|message| names(message, "left")).await;
        drop(watch);
    };
    let (sent, heard, ()) = tokio::join!(send_all(&ada, EVERYONE, "01", &bodies), read, left);
    assert_eq!(heard, sent, "who reads hears everything in order");

    // Who reads again in time learns why; who does not finds the connection broken off.
    let closed = deaf.closed().await;
    assert!([LAGGING, Closed::Lost].contains(&closed), "{closed:?}");
    let (_, welcome) = mallory.resume(seen).await;
    assert_eq!(welcome["resume"], "reload", "so much is loaded page by page");
    let (mut back, welcome) = mallory.resume(sent[sent.len() - 5]).await;
    assert_eq!(welcome["resume"], "ok");
    let mut missed = Vec::new();
    while missed.len() < 4 {
        missed.extend(seq(&back.next().await));
    }
    assert_eq!(missed, sent[sent.len() - 4..], "nothing is lost by it");
    let live = number(&ada.arrive().await.post(EVERYONE, "02-a", "Welcome back").await["id"]);
    assert_eq!(number(&back.until(|message| message["body"] == "Welcome back").await["id"]), live);
}

fn open_files(porch: &Porch) -> usize {
    std::fs::read_dir(format!("/proc/{}/fd", porch.pid())).expect("one's own child can be looked at").count()
}

#[tokio::test]
async fn thousands_of_half_open_handshakes_are_dropped_and_others_talk_and_come() {
    let porch = Porch::start().await;
    let (ada, bob) = (porch.door.register("Ada").await, porch.door.register("Bob").await);
    let mut bystander = Bystander::arrive(&ada).await;
    let mut reader = bob.arrive().await;
    let before = open_files(&porch);
    let count = HALF_OPEN.min(raise_open_files().saturating_sub(OTHER_FILES));
    assert!(count > 500, "the limit on open files is too low for this test: raise it (ulimit -n)");

    let attack = async {
        let mut half_open = Vec::new();
        for _ in 0..count {
            // All from one address, the one that everybody else comes from.
            let mut tcp = porch.door.tcp().await.expect("porch accepts");
            // The head of a handshake that never comes; porch may have dropped it by then.
            let _ = tcp.write_all(&[0x16, 3, 1, 2, 0]).await;
            half_open.push(tcp);
        }
        half_open
    };
    let talk = async {
        let mut sent = Vec::new();
        for _ in 0..30 {
            sent.push(bystander.speak().await);
        }
        sent
    };
    let (half_open, sent) = tokio::join!(attack, talk);
    // All of them are still held: somebody new comes all the same.
    let eve = porch.door.register("Eve").await;
    let mut newcomer = eve.arrive().await;
    let last = number(&newcomer.post(EVERYONE, "01-e", "I could come in").await["id"]);
    let mut heard: Vec<u64> = Vec::new();
    while heard.last() != Some(&last) {
        heard.extend(seq(&reader.next().await));
    }
    assert_eq!(heard[..heard.len() - 1], sent);
    // And porch lets go of every one, though nobody here did.
    eventually("the end of the half-open handshakes", || open_files(&porch) <= before + 3).await;
    assert_eq!(half_open.len() as u64, count);
    bystander.speak().await;
}
