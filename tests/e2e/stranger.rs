//! A client that nobody here wrote for the page: `stranger.py`, a hundred lines from docs/protocol.md alone.

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::process::Command;

use crate::support::{Folder, Porch, Start, ask_plainly, number, within};

/// Lines that a client may take which sends a picture and a voice message, empty ones and what explains aside.
const LINES_MAX: usize = 100;
const CLIENT: &str = include_str!("stranger.py");

/// One red pixel.
const PICTURE: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1, 8,
    2, 0, 0, 0, 0x90, 0x77, 0x53, 0xde, 0, 0, 0, 0x0c, 0x49, 0x44, 0x41, 0x54, 0x08, 0xd7, 0x63, 0xf8, 0xcf, 0xc0, 0,
    0, 3, 1, 1, 0, 0x18, 0xdd, 0x8d, 0xb0, 0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

/// The first page of a recording (RFC 3533).
fn recording() -> Vec<u8> {
    let page =
        |flags: u8, content: &[u8]| [b"OggS\0", &[flags][..], &[0; 20], &[1, content.len() as u8], content].concat();
    [page(2, b"OpusHead"), page(0, b"sound")].concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_of_a_hundred_lines_sends_a_picture_and_a_voice_message() {
    let lines = CLIENT.lines().filter(|line| !line.trim().is_empty() && !line.trim().starts_with("\"\"\"")).count();
    assert!(lines <= LINES_MAX, "{lines} lines");
    let folder = Folder::new();
    let porch = Porch::start_with(Start::on(&folder)).await;
    let lin = porch.door.register("Lin").await;
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path(name);
        std::fs::write(&path, bytes).expect("it can be written");
        path
    };
    let files = [write("红.png", PICTURE), write("voice.ogg", &recording())];
    let ca = write("ca.pem", &ask_plainly(porch.http, "/ca.pem").await.body);
    let program = folder.path("stranger.py");
    std::fs::write(&program, CLIENT).expect("it can be written");
    let mut command = Command::new("python3");
    command.arg(program).arg(porch.https.to_string()).arg(ca).arg("Ada").args(files).stdin(Stdio::null());
    let output = match within("the end of the client", command.output()).await {
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound && std::env::var_os("CI").is_none() => {
            eprintln!("SKIPPED: python3 is missing");
            return;
        }
        output => output.expect("it can be run"),
    };
    let (said, faults) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{faults}");
    let sent: Vec<Value> = serde_json::from_str(&said).unwrap_or_else(|fault| panic!("{fault}: {said}"));
    // Somebody else sees what it says to have sent.
    let page = lin.get("/api/rooms/1/messages").await;
    let told = page["messages"].as_array().expect("messages");
    assert_eq!(told.len(), sent.len());
    for (told, sent) in told.iter().zip(&sent) {
        assert!(["id", "body", "attachments"].iter().all(|field| told[*field] == sent[*field]), "{told}\n{sent}");
    }
    let [picture, voice] = [0, 1].map(|at| sent[at]["attachments"][0].clone());
    assert_eq!((&sent[0]["body"], &picture["name"]), (&json!("A caption"), &json!("红.png")));
    assert_eq!((&picture["what"]["type"], &picture["what"]["alt"]), (&json!("picture"), &json!("A red square")));
    assert_eq!(voice["what"], json!({"type": "voice", "ms": 1500, "levels": [0, 128, 255]}));
    let heard = lin.ask("GET", &format!("/api/attachments/{}/0", number(&sent[1]["id"])), None).await;
    assert_eq!((heard.status, heard.body), (200, recording()));
}
