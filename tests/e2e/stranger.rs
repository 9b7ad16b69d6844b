//! Clients that nobody here wrote for the page, of a hundred lines each from docs/protocol.md alone: `stranger.py` sends
//! files, `talker.py` talks.

use std::{path::PathBuf, process::Stdio};

use serde_json::{Value, json};
use tokio::process::Command;

use crate::support::{Folder, Porch, Start, ask_plainly, number, within};

/// Lines of code that a client may take.
const LINES_MAX: usize = 100;
const STRANGER: &str = include_str!("stranger.py");
const TALKER: &str = include_str!("talker.py");

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

/// Writes something into the folder.
fn write(folder: &Folder, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path(name);
    std::fs::write(&path, bytes).expect("it can be written");
    path
}

/// What a client says that runs to its end as Ada; nothing where there is no Python, unless that is asked for.
async fn run(folder: &Folder, porch: &Porch, client: &str, files: &[PathBuf]) -> Option<Value> {
    let (_head, code) = client.split_once("\nimport ").expect("it begins with what it does");
    let explains = |line: &str| line.is_empty() || line.starts_with('#') || line.starts_with("\"\"\"");
    let lines = 1 + code.lines().skip(1).filter(|line| !explains(line.trim())).count();
    assert!(lines <= LINES_MAX, "{lines} lines");
    let program = write(folder, "client.py", client.as_bytes());
    let ca = write(folder, "ca.pem", &ask_plainly(porch.http, "/ca.pem").await.body);
    let mut command = Command::new("python3");
    command.arg(program).arg(porch.https.to_string()).arg(ca).arg("Ada").args(files).stdin(Stdio::null());
    let output = match within("the end of the client", command.output()).await {
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound && std::env::var_os("CI").is_none() => {
            eprintln!("SKIPPED: python3 is missing");
            return None;
        }
        output => output.expect("it can be run"),
    };
    let (said, faults) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{faults}");
    Some(serde_json::from_str(&said).unwrap_or_else(|fault| panic!("{fault}: {said}")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_of_a_hundred_lines_sends_a_picture_and_a_voice_message() {
    let folder = Folder::new();
    let porch = Porch::start_with(Start::on(&folder)).await;
    let lin = porch.door.register("Lin").await;
    let files = [write(&folder, "红.png", PICTURE), write(&folder, "voice.ogg", &recording())];
    let Some(sent) = run(&folder, &porch, STRANGER, &files).await else { return };
    let sent = sent.as_array().expect("what was sent");
    // Somebody else sees what it says to have sent.
    let page = lin.get("/api/rooms/1/messages").await;
    let told = page["messages"].as_array().expect("messages");
    assert_eq!(told.len(), sent.len());
    for (told, sent) in told.iter().zip(sent) {
        assert!(["id", "body", "attachments"].iter().all(|field| told[*field] == sent[*field]), "{told}\n{sent}");
    }
    let [picture, voice] = [0, 1].map(|at| sent[at]["attachments"][0].clone());
    assert_eq!((&sent[0]["body"], &picture["name"]), (&json!("A caption"), &json!("红.png")));
    assert_eq!((&picture["what"]["type"], &picture["what"]["alt"]), (&json!("picture"), &json!("A red square")));
    assert_eq!(voice["what"], json!({"type": "voice", "ms": 1500, "levels": [0, 128, 255]}));
    let heard = lin.ask("GET", &format!("/api/attachments/{}/0", number(&sent[1]["id"])), None).await;
    assert_eq!((heard.status, heard.body), (200, recording()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_of_a_hundred_lines_replies_reacts_edits_pins_and_passes_over_what_it_does_not_know() {
    let folder = Folder::new();
    let porch = Porch::start_with(Start::on(&folder)).await;
    let lin = porch.door.register("Lin").await;
    let Some(said) = run(&folder, &porch, TALKER, &[]).await else { return };
    assert!(said["passed_over"].as_u64() >= Some(2), "{said}");
    let [first, reply] = [0, 1].map(|at| said["messages"][at].clone());
    assert_eq!((&said["chain"], &said["pins"]), (&json!([first["id"], reply["id"]]), &json!([reply["id"]])));
    // Whatever was asked twice was done once; what it knows by what it was told is what somebody else reads.
    let page = lin.get("/api/rooms/1/messages").await;
    let told = page["messages"].as_array().expect("messages");
    assert_eq!(told.len(), 2, "{told:?}");
    for (told, known) in told.iter().zip([&first, &reply]) {
        for field in ["id", "rev", "body", "edited_at", "quote", "pinned", "reactions"] {
            assert_eq!(told.get(field), known.get(field), "{field}: {told}\n{known}");
        }
    }
    assert_eq!((&first["body"], &reply["quote"]["text"]), (&json!("Hello, porch"), &json!("Hello, porch")));
    assert_eq!((&reply["pinned"], &reply["reactions"]), (&json!(true), &json!([["🎉", 1]])));
    assert_eq!(reply["mine"], json!(["🎉"]));
}
