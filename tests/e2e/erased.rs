//! What was deleted, or was said before an edit, is soon in no file of the data folder, also while the others talk on.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{EVERYONE, Folder, Porch, eventually, number};

/// Within this time nothing of it is left: what the person who deletes it is told.
const ERASED_WITHIN: Duration = Duration::from_secs(60);
/// A word that nobody else says, of which an index keeps the end as it is.
const SECRET: &str = "qzxsecretqzxthatnobodyshouldreadqzx";

/// The files below a folder that hold these bytes.
fn holding(dir: &Path, bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(holding(&path, bytes));
        } else if std::fs::read(&path).is_ok_and(|content| content.windows(bytes.len()).any(|window| window == bytes)) {
            found.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_is_in_no_file_within_a_minute_though_the_others_talk_on() {
    is_erased_by(|message| json!({"type": "delete", "room": EVERYONE, "message": message})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_message_said_before_an_edit_is_in_no_file_within_a_minute() {
    is_erased_by(|message| json!({"type": "edit", "room": EVERYONE, "message": message, "body": "nothing"})).await;
}

/// Says it, and has it go by this command for its message, while others talk on.
async fn is_erased_by(command: impl FnOnce(u64) -> Value) {
    let folder = Folder::new();
    let porch = Porch::start_with(crate::support::Start::on(&folder)).await;
    let ada = porch.door.register("Ada").await;
    let mut device = ada.arrive().await;
    let secret = device.post(EVERYONE, "secret", &format!("It is {SECRET}")).await;
    device.drop_connection();
    let port = porch.https.port();
    porch.stop().await;
    // What an earlier run wrote last is indexed at once.
    let porch = Porch::again(&folder, port).await;
    let data = folder.data();
    eventually("the word is in the search index", || {
        holding(&data, &SECRET.as_bytes()[1..]).iter().any(|name| name.starts_with("search"))
    })
    .await;
    let mut device = ada.arrive().await;
    let done = device.command(command(number(&secret["id"])), 1).await;
    assert_eq!(done["type"], "done", "{done}");
    let gone = Instant::now();
    let mut ticks = tokio::time::interval(Duration::from_millis(250));
    for at in 0.. {
        ticks.tick().await;
        device.post(EVERYONE, &format!("on-{at}"), &format!("and on {at}")).await;
        let left = holding(&data, &SECRET.as_bytes()[1..]);
        if left.is_empty() {
            break;
        }
        assert!(gone.elapsed() < ERASED_WITHIN, "it is still in {left:?}");
    }
    println!("in no file {:.1} s after it was to go", gone.elapsed().as_secs_f64());
    porch.stop().await;
}
