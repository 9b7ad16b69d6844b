//! An upload that is cut again and again, by its connection and by kill -9 of the server: it goes on where it was, and what
//! comes out in the end is what went in.

use aws_lc_rs::digest::{Context, SHA256};
use rusqlite::{Connection, OpenFlags};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{Answer, EVERYONE, Folder, Person, Porch, Start, from_env, number, within};

/// Bytes of the file, unless `PORCH_CUT_BYTES` says otherwise; and how often its upload is cut.
const BYTES: u64 = 24 << 20;
const CUTS: u64 = 20;
/// Every so many cuts the server is killed, and the connection with it.
const KILLED_EVERY: u64 = 2;
/// Bytes that are sent at once.
const PIECE: usize = 64 << 10;

/// The same bytes whenever they are asked for, nowhere the same, and none of them kept.
fn piece(at: u64) -> Vec<u8> {
    // splitmix64, by place.
    let word = |at: u64| {
        let mut z = at.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let first = at / 8;
    let words = PIECE as u64 / 8 + 2;
    let bytes: Vec<u8> = (first..first + words).flat_map(|at| word(at).to_le_bytes()).collect();
    let skipped = (at % 8) as usize;
    bytes[skipped..skipped + PIECE].to_vec()
}

/// SHA-256 of so many of them.
fn hash(bytes: u64) -> Vec<u8> {
    let mut hash = Context::new(&SHA256);
    let mut at = 0;
    while at < bytes {
        let left = ((bytes - at) as usize).min(PIECE);
        hash.update(&piece(at)[..left]);
        at += left as u64;
    }
    hash.finish().as_ref().to_vec()
}

/// A request of tus without a body.
async fn tus(person: &Person, method: &str, path: &str, fields: &str) -> Answer {
    let (host, cookie) = (person.door.https, &person.cookie);
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nTus-Resumable: 1.0.0");
    person.door.ask_raw(&format!("{head}\r\nConnection: close\r\nContent-Length: 0\r\n{fields}\r\n")).await
}

/// Sends from byte `at` on, up to `end` and no further, of so many in all; gives up the connection there, or has its answer.
async fn send(person: &Person, path: &str, at: u64, (end, all): (u64, u64)) -> Option<u16> {
    let mut wire = person.door.wire().await.expect("porch can be reached");
    let (host, cookie, left) = (person.door.https, &person.cookie, all - at);
    let head = format!("PATCH {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nTus-Resumable: 1.0.0\r\n");
    let fields = "Content-Type: application/offset+octet-stream\r\nConnection: close\r\n";
    let request = format!("{head}{fields}Upload-Offset: {at}\r\nContent-Length: {left}\r\n\r\n");
    wire.write_all(request.as_bytes()).await.expect("it listens");
    let mut at = at;
    while at < end {
        let count = ((end - at) as usize).min(PIECE);
        // It may have said already that more is there by now than it told: of the request before this one.
        if wire.write_all(&piece(at)[..count]).await.is_err() {
            break;
        }
        at += count as u64;
    }
    let flushed = wire.flush().await;
    if end < all {
        return None;
    }
    assert!(flushed.is_ok() || at < end, "it reads");
    let mut answer = Vec::new();
    within("the answer", wire.read_to_end(&mut answer)).await.expect("it answers");
    let text = String::from_utf8_lossy(&answer);
    text.split(' ').nth(1).and_then(|status| status.parse().ok())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_cut_twenty_times_goes_on_where_it_was_and_is_whole() {
    let bytes = from_env("PORCH_CUT_BYTES", BYTES);
    let folder = Folder::new();
    let mut porch = Porch::start_with(Start::on(&folder)).await;
    let ada = porch.door.register("Ada").await;
    let begun = tus(&ada, "POST", "/api/uploads", &format!("Upload-Length: {bytes}\r\n")).await;
    let path = begun.header("location").unwrap_or_else(|| panic!("{begun:?}")).to_owned();
    let (mut at, mut sent, mut killed) = (0, 0, 0);
    for cut in 1..=CUTS {
        let person = Person { door: porch.door.clone(), ..ada.clone() };
        // Never at the end of what is gathered, nor of a piece.
        let end = bytes * cut / (CUTS + 1) + cut * 977;
        assert_eq!(send(&person, &path, at, (end, bytes)).await, None);
        sent += end - at;
        if cut % KILLED_EVERY == 0 {
            porch.kill().await;
            porch = Porch::start_with(Start::on(&folder)).await;
            killed += 1;
        }
        let person = Person { door: porch.door.clone(), ..ada.clone() };
        let told = tus(&person, "HEAD", &path, "").await;
        let here = told.header("upload-offset").and_then(|at| at.parse().ok()).unwrap_or_else(|| panic!("{told:?}"));
        assert!((at..=end).contains(&here), "cut {cut}: what was there before, {at}, is there: {here}");
        at = here;
    }
    let person = Person { door: porch.door.clone(), ..ada };
    sent += bytes - at;
    assert_eq!(send(&person, &path, at, (bytes, bytes)).await, Some(204));
    let upload = path.rsplit('/').next().expect("an id");
    let mut device = person.arrive().await;
    let attachments = json!([{"upload": upload}]);
    let send = json!({"type": "send", "room": EVERYONE, "client_msg_id": "a", "body": "", "attachments": attachments});
    device.say(send).await;
    let message = device.until(|heard| heard["client_msg_id"] == "a").await;
    assert_eq!(number(&message["attachments"][0]["bytes"]), bytes);
    let wanted = hash(bytes);
    assert_eq!(kept(&folder), std::slice::from_ref(&wanted), "the blob is named by what was sent");
    assert!(download(&person, number(&message["id"])).await == wanted, "and is it");
    let again = sent - bytes;
    println!("{bytes} bytes, {CUTS} cuts, {killed} of them by kill -9: {again} bytes were sent once more");
}

/// The blobs that messages need.
fn kept(folder: &Folder) -> Vec<Vec<u8>> {
    let db = Connection::open_with_flags(folder.data().join("porch.db"), OpenFlags::SQLITE_OPEN_READ_ONLY);
    let db = db.expect("it is there");
    let mut statement = db.prepare("SELECT blob FROM blob_messages").expect("the table is there");
    let rows = statement.query_map([], |row| row.get(0)).expect("they can be read");
    rows.map(|row| row.expect("each can be read")).collect()
}

/// The hash of an attachment, read as it comes.
async fn download(person: &Person, message: u64) -> Vec<u8> {
    let mut wire = person.door.wire().await.expect("porch can be reached");
    let (host, cookie) = (person.door.https, &person.cookie);
    let head = format!("GET /api/attachments/{message}/0 HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n");
    wire.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes()).await.expect("it listens");
    let (mut hash, mut head, mut buffer) = (Context::new(&SHA256), Vec::new(), vec![0; PIECE]);
    let mut in_body = false;
    loop {
        let read = match within("the file", wire.read(&mut buffer)).await {
            Ok(read) if read > 0 => read,
            // Some close without TLS' own goodbye.
            _ => return hash.finish().as_ref().to_vec(),
        };
        if in_body {
            hash.update(&buffer[..read]);
            continue;
        }
        head.extend_from_slice(&buffer[..read]);
        if let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") {
            assert!(head.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&head[..end]));
            hash.update(&head[end + 4..]);
            in_body = true;
        }
    }
}
