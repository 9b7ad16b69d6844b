//! Claims of SECURITY.md that no other test holds.

use std::fs;
use std::path::{Path, PathBuf};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{EVERYONE, Folder, Porch, Start, password, within};

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the data folder can be listed");
    let paths = entries.map(|entry| entry.expect("it can be listed").path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn holds(path: &Path, text: &str) -> bool {
    let bytes = fs::read(path).expect("the data folder can be read");
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

#[tokio::test]
async fn neither_a_password_nor_a_sessions_token_is_on_the_disk() {
    let folder = Folder::new();
    let porch = Porch::start_with(Start::on(&folder)).await;
    let ada = porch.door.register("Ada").await;
    ada.arrive().await.post(EVERYONE, "01-a", "A message is not encrypted").await;
    let token = ada.cookie.split_once('=').expect("a cookie has a value").1.to_owned();
    let looked = || {
        let files = files(&folder.data());
        assert!(files.iter().any(|path| holds(path, "A message is not encrypted")), "for this test to mean anything");
        let told: Vec<_> = files.iter().filter(|path| holds(path, &token) || holds(path, &password("Ada"))).collect();
        assert!(told.is_empty(), "{told:?}");
    };
    looked();
    assert!(porch.stop().await.success());
    looked();
}

#[tokio::test]
async fn tls_of_before_1_2_is_refused() {
    let porch = Porch::start().await;
    // A ClientHello of TLS 1.1 (RFC 4346) with the cipher suites of its time, and no word of anything newer.
    let suites = [0xc0, 0x13, 0xc0, 0x09, 0x00, 0x2f];
    let body = [&[0x03, 0x02][..], &[7; 32], &[0, 0, suites.len() as u8], &suites, &[1, 0]].concat();
    let hello = [&[1, 0, 0, body.len() as u8][..], &body].concat();
    let record = [&[0x16, 0x03, 0x01, 0, hello.len() as u8][..], &hello].concat();
    let mut tcp = porch.door.tcp().await.expect("it listens");
    tcp.write_all(&record).await.expect("it can be said");
    let mut answer = Vec::new();
    // A reset after the alert is an end as well.
    let _ = within("the end of the connection", tcp.read_to_end(&mut answer)).await;
    assert_eq!(answer.first(), Some(&21), "an alert and no handshake: {answer:?}");
    assert!(porch.door.wire().await.is_ok(), "others come in");
}
