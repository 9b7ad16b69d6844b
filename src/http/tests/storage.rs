//! What files may take: said before, and refused before the first byte.

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::Value;

use super::attachments::EVERYONE;
use super::*;
use crate::proto::limits::FILE_BYTES_MAX_LEAST;

const TUS: (&str, &str) = ("tus-resumable", "1.0.0");

impl Browser {
    /// Tries to begin an upload of so many bytes; the error of the answer.
    async fn try_to_bring(&mut self, bytes: u64) -> Value {
        let length = bytes.to_string();
        let reply = self.send("POST", "/api/uploads", Body::empty(), &[TUS, ("upload-length", &length)]).await;
        if reply.status == 201 { Value::Null } else { reply.json()["error"].clone() }
    }

    async fn left(&mut self) -> Value {
        self.get("/api/uploads").await.json()
    }
}

fn told(error: &Value) -> (&str, Option<u64>, Option<u64>) {
    (error["code"].as_str().unwrap_or_default(), error["limit_bytes"].as_u64(), error["left_bytes"].as_u64())
}

/// Sets limits of these bytes.
async fn limit(owner: &mut Browser, limits: Value) {
    assert_eq!(owner.patch("/api/settings", &limits).await.status, 200);
}

#[tokio::test]
async fn an_owner_says_how_large_a_file_may_be_and_nobody_begins_a_larger_one() {
    let porch = Porch::start();
    let [mut ada, mut lin] = [porch.person("Ada").await, porch.person("Lin").await];
    assert_eq!(lin.left().await["file_bytes_max"], 2_u64 << 30);
    let asked = lin.patch("/api/settings", &json!({ "file_bytes_max": 5_000_000 })).await;
    assert_eq!(asked.refused(), refusal(403, "forbidden"));
    limit(&mut ada, json!({ "file_bytes_max": 5_000_000 })).await;
    assert_eq!(lin.left().await["file_bytes_max"], 5_000_000);
    let options = lin.send("OPTIONS", "/api/uploads", Body::empty(), &[]).await;
    assert_eq!(options.headers["tus-max-size"], "5000000");
    assert_eq!(lin.try_to_bring(5_000_000).await, Value::Null);
    assert_eq!(told(&lin.try_to_bring(5_000_001).await), ("file_large", Some(5_000_000), None));
    for wrong in [
        json!({ "file_bytes_max": FILE_BYTES_MAX_LEAST - 1 }),
        json!({ "person_bytes_max": (1_u64 << 50) + 1 }),
        json!({ "all_bytes_max": -1 }),
    ] {
        assert_eq!(ada.patch("/api/settings", &wrong).await.refused(), refusal(400, "bad_request"), "{wrong}");
    }
    assert_eq!(porch.browser().get("/api/uploads").await.refused(), refusal(401, "not_signed_in"));
}

#[tokio::test]
async fn what_one_person_has_sent_and_is_bringing_counts_until_it_is_deleted() {
    let porch = Porch::start();
    let [mut ada, mut lin] = [porch.person("Ada").await, porch.person("Lin").await];
    limit(&mut ada, json!({ "person_bytes_max": 100 })).await;
    let sent = porch.sent(&mut lin, EVERYONE, &[("a.txt", &[b'a'; 40])]).await;
    let unsent = lin.bring("b.txt", &[b'b'; 30]).await;
    let left = json!({ "file_bytes_max": 2_u64 << 30, "person_bytes_max": 100, "left_bytes": 30, "bound": "person" });
    assert_eq!(lin.left().await, left);
    assert_eq!(lin.try_to_bring(20).await, Value::Null);
    assert_eq!(told(&lin.try_to_bring(11).await), ("quota_full", Some(100), Some(10)), "what is on its way counts");
    // The same bytes cost whoever sends them, once more.
    assert_eq!(ada.left().await["left_bytes"], 100);
    porch.sent(&mut ada, EVERYONE, &[("a.txt", &[b'a'; 40])]).await;
    assert_eq!(ada.left().await["left_bytes"], 60);
    assert_eq!(lin.send("DELETE", &format!("/api/uploads/{unsent}"), Body::empty(), &[TUS]).await.status, 204);
    assert_eq!(lin.left().await["left_bytes"], 40);
    porch.delete(&sent).await;
    assert_eq!(lin.left().await["left_bytes"], 80, "deleting gives back");
    assert_eq!(ada.left().await["left_bytes"], 60, "and nothing of another's");
    // Lowered below what is there: only what is new is refused.
    limit(&mut ada, json!({ "person_bytes_max": 10 })).await;
    assert_eq!(told(&ada.try_to_bring(1).await), ("quota_full", Some(10), Some(0)));
    assert_eq!(ada.try_to_bring(0).await, Value::Null);
    let history = ada.get(&format!("/api/rooms/{}/messages", EVERYONE.0)).await.json();
    assert_eq!(history["messages"][1]["attachments"][0]["bytes"], 40);
    limit(&mut ada, json!({ "person_bytes_max": 0 })).await;
    assert_eq!(lin.left().await["bound"], "disk");
    assert_eq!(ada.try_to_bring(1_000).await, Value::Null);
}

#[tokio::test]
async fn all_files_together_have_a_limit_too_and_the_same_bytes_are_one() {
    let porch = Porch::start();
    let [mut ada, mut lin] = [porch.person("Ada").await, porch.person("Lin").await];
    limit(&mut ada, json!({ "all_bytes_max": 100 })).await;
    let asked = lin.send("POST", "/api/uploads", Body::empty(), &[TUS, ("upload-length", "1")]).await;
    assert_eq!(asked.refused(), refusal(503, "busy"), "they are being counted");
    assert_eq!(ada.get("/api/storage").await.json()["files_bytes"], Value::Null);
    porch.app.look_through_blobs().await.unwrap();
    for person in [&mut ada, &mut lin] {
        porch.sent(person, EVERYONE, &[("a.txt", &[b'a'; 40])]).await;
    }
    assert_eq!(lin.left().await["left_bytes"], 60);
    assert_eq!(ada.try_to_bring(50).await, Value::Null);
    assert_eq!(told(&lin.try_to_bring(11).await), ("files_full", Some(100), Some(10)), "another's upload counts");
    assert_eq!(lin.try_to_bring(10).await, Value::Null);
    let told = ada.get("/api/storage").await.json();
    assert_eq!(
        (&told["files_bytes"], &told["unfinished"], &told["unfinished_bytes"]),
        (&json!(40), &json!(2), &json!(60))
    );
    assert_eq!(told["people"], json!([{ "user": 1, "bytes": 40 }, { "user": 2, "bytes": 40 }]));
    assert!(told["free_bytes"].as_u64() <= told["disk_bytes"].as_u64() && told["others_bytes"] == 0, "{told}");
    assert_eq!(lin.get("/api/storage").await.refused(), refusal(403, "forbidden"));
    assert_eq!(porch.browser().get("/api/storage").await.refused(), refusal(401, "not_signed_in"));
}

#[tokio::test]
async fn whoever_goes_gives_back_what_they_were_bringing_and_their_messages_stay_told() {
    let porch = Porch::start();
    let [mut ada, mut lin] = [porch.person("Ada").await, porch.person("Lin").await];
    porch.app.look_through_blobs().await.unwrap();
    limit(&mut ada, json!({ "all_bytes_max": 100 })).await;
    porch.sent(&mut lin, EVERYONE, &[("a.txt", &[b'a'; 40])]).await;
    assert_eq!(lin.try_to_bring(50).await, Value::Null);
    assert_eq!(ada.left().await["left_bytes"], 10);
    assert_eq!(lin.delete("/api/me", &json!({ "password": PASSWORD })).await.status, 204);
    while ada.left().await["left_bytes"] != 60 {
        tokio::task::yield_now().await;
    }
    assert_eq!(ada.get("/api/storage").await.json()["people"], json!([{ "user": 2, "bytes": 40 }]));
    assert_eq!(lin.try_to_bring(1).await["code"], "not_signed_in");
}

#[tokio::test]
async fn a_start_finds_what_is_missing_and_removes_what_nothing_needs() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let first = porch.sent(&mut ada, EVERYONE, &[("a.txt", b"a")]).await;
    porch.sent(&mut ada, EVERYONE, &[("b.txt", b"b")]).await;
    let unsent = ada.bring("c.txt", b"c").await;
    porch.app.look_through_blobs().await.unwrap();
    let uploads = porch.app.uploading.uploads();
    let state = uploads.state();
    assert_eq!((state.counted, state.found.missing, state.found.removed), (Some((3, 3)), 0, 0));
    let folder = porch._dir.path();
    assert!(!folder.join("files-found.json").exists());
    // "b" has gone, and there is something that nobody knows.
    let b = digest(&SHA256, b"b").as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let place = format!("blobs/{}/{}", &b[..2], &b[2..]);
    std::fs::remove_file(folder.join(&place)).unwrap();
    let stray = folder.join("blobs/00").join("0".repeat(62));
    std::fs::create_dir_all(stray.parent().unwrap()).unwrap();
    std::fs::write(&stray, "stray").unwrap();
    porch.app.look_through_blobs().await.unwrap();
    let found = uploads.state().found;
    assert_eq!((found.missing, found.removed, found.named()), (1, 1, place));
    assert!(!stray.exists());
    assert_eq!(crate::blobs::FilesState::look(folder).unwrap().found, found, "it is noted for the doctor");
    assert_eq!(ada.get(&format!("/api/attachments/{}/0", first.id)).await.body, b"a"[..]);
    let asked = ada.send("HEAD", &format!("/api/uploads/{unsent}"), Body::empty(), &[TUS]).await;
    assert_eq!(asked.status, 200);
}
