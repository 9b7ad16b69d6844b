//! Uploads as a client of tus makes them.

use std::io::Read;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures_util::stream;

use super::*;
use crate::proto::blob::UploadId;
use crate::proto::limits::{FILE_BYTES_MAX, UPLOAD_BUFFER_BYTES, UPLOADS_OF_ONE_MAX};

const TUS: (&str, &str) = ("tus-resumable", "1.0.0");
const CONTENT: (&str, &str) = ("content-type", "application/offset+octet-stream");

impl Browser {
    async fn begin(&mut self, bytes: u64) -> String {
        let reply =
            self.send("POST", "/api/uploads", Body::empty(), &[TUS, ("upload-length", &bytes.to_string())]).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        header(&reply, "location").to_owned()
    }

    /// Uploads all of a file; by which id it can be sent.
    pub(super) async fn bring(&mut self, name: &str, bytes: &[u8]) -> UploadId {
        let metadata = format!("filename {}", BASE64_STANDARD.encode(name));
        let headers = [TUS, ("upload-length", &*bytes.len().to_string()), ("upload-metadata", &metadata)];
        let reply = self.send("POST", "/api/uploads", Body::empty(), &headers).await;
        let upload = header(&reply, "location").to_owned();
        assert_eq!(self.append(&upload, 0, bytes.to_vec()).await.status, 204);
        upload.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id")
    }

    /// Brings all of a file of which something may come of or not: where, and the answer to its last byte.
    pub(super) async fn try_to_finish(&mut self, bytes: &[u8]) -> (String, Reply) {
        let upload = self.begin(bytes.len() as u64).await;
        let reply = self.append(&upload, 0, bytes.to_vec()).await;
        (upload, reply)
    }

    async fn append(&mut self, upload: &str, at: u64, body: impl Into<Body>) -> Reply {
        self.send("PATCH", upload, body, &[TUS, CONTENT, ("upload-offset", &at.to_string())]).await
    }

    /// How much of it is there.
    async fn at(&mut self, upload: &str) -> u64 {
        let reply = self.send("HEAD", upload, Body::empty(), &[TUS]).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        header(&reply, "upload-offset").parse().expect("a number")
    }
}

pub(super) fn header<'a>(reply: &'a Reply, name: &str) -> &'a str {
    reply.headers.get(name).unwrap_or_else(|| panic!("{name} is missing: {reply:?}")).to_str().expect("text")
}

/// What a finished upload has become.
async fn stored(porch: &Porch, upload: &str, by: UserId) -> Vec<u8> {
    let id: UploadId = upload.rsplit('/').next().unwrap().parse().unwrap();
    let asked = porch.app.store.read(Asker::Box, move |reader| reader.complete_upload(id, by)).await.unwrap();
    let (complete, _) = asked.expect("it can be sent");
    let blobs = Blobs::open(porch._dir.path()).unwrap();
    let mut bytes = Vec::new();
    blobs.read(complete.file.blob).unwrap().unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

/// So many bytes that are not all the same.
fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 31 % 251) as u8).collect()
}

/// A body that breaks off behind these bytes.
fn broken_off(bytes: Vec<u8>) -> Body {
    Body::from_stream(stream::iter([Ok(bytes), Err(std::io::Error::other("the Wi-Fi is gone"))]))
}

#[tokio::test]
async fn a_file_comes_in_pieces_and_is_gone_on_with_where_it_broke_off() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let whole = bytes(3 * UPLOAD_BUFFER_BYTES + 7);
    let upload = ada.begin(whole.len() as u64).await;
    assert_eq!(ada.at(&upload).await, 0);
    let first = UPLOAD_BUFFER_BYTES + 5;
    let reply = ada.append(&upload, 0, whole[..first].to_vec()).await;
    assert_eq!((reply.status, header(&reply, "upload-offset")), (204, &*first.to_string()));
    let second = first + UPLOAD_BUFFER_BYTES + 1;
    ada.append(&upload, first as u64, broken_off(whole[first..second].to_vec())).await;
    assert_eq!(ada.at(&upload).await, second as u64, "what came is kept");
    let reply = ada.append(&upload, first as u64, whole[first..].to_vec()).await;
    assert_eq!(reply.refused(), refusal(409, "upload_offset"));
    assert_eq!(ada.append(&upload, second as u64, whole[second..].to_vec()).await.status, 204);
    assert_eq!(stored(&porch, &upload, UserId(1)).await, whole);
    assert_eq!(ada.at(&upload).await, whole.len() as u64);
}

#[tokio::test]
async fn what_tus_there_is_is_told_and_another_is_refused() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let reply = ada.send("OPTIONS", "/api/uploads", Body::empty(), &[]).await;
    let told =
        ["tus-version", "tus-extension", "tus-max-size", "tus-checksum-algorithm"].map(|name| header(&reply, name));
    let large = FILE_BYTES_MAX.to_string();
    assert_eq!(told, ["1.0.0", "creation,termination,expiration,checksum", &*large, "sha1,sha256"]);
    for version in [None, Some("0.2.2")] {
        let headers: Vec<_> =
            version.map(|version| ("tus-resumable", version)).into_iter().chain([("upload-length", "1")]).collect();
        let reply = ada.send("POST", "/api/uploads", Body::empty(), &headers).await;
        assert_eq!((reply.refused(), header(&reply, "tus-version")), (refusal(412, "upload_version"), "1.0.0"));
    }
}

#[tokio::test]
async fn what_cannot_be_an_upload_is_refused_before_it_begins() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let too_large = (FILE_BYTES_MAX + 1).to_string();
    for (name, value, wanted) in [
        ("upload-length", &*too_large, refusal(413, "file_large")),
        ("upload-length", "-1", refusal(400, "bad_request")),
        ("upload-length", "+1", refusal(400, "bad_request")),
        ("upload-length", "", refusal(400, "bad_request")),
        ("upload-defer-length", "1", refusal(400, "bad_request")),
    ] {
        let reply = ada.send("POST", "/api/uploads", Body::empty(), &[TUS, (name, value)]).await;
        assert_eq!(reply.refused(), wanted, "{name}: {value}");
    }
    let metadata = ("upload-metadata", "filename ?");
    let reply = ada.send("POST", "/api/uploads", Body::empty(), &[TUS, ("upload-length", "1"), metadata]).await;
    assert_eq!(reply.refused(), refusal(400, "bad_request"));
    for _ in 0..UPLOADS_OF_ONE_MAX {
        ada.begin(1).await;
    }
    let reply = ada.send("POST", "/api/uploads", Body::empty(), &[TUS, ("upload-length", "1")]).await;
    assert_eq!(reply.refused(), refusal(409, "limit_reached"));
    assert_eq!(porch.browser().post("/api/uploads", &json!({})).await.refused(), refusal(401, "not_signed_in"));
}

#[tokio::test]
async fn the_next_bytes_come_as_tus_wants_them() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let upload = ada.begin(4).await;
    let reply = ada.send("PATCH", &upload, "abcd", &[TUS, ("upload-offset", "0")]).await;
    assert_eq!(reply.refused(), refusal(415, "upload_type"));
    let reply = ada.send("PATCH", &upload, "abcd", &[TUS, CONTENT]).await;
    assert_eq!(reply.refused(), refusal(400, "bad_request"));
    assert_eq!(ada.append(&upload, 0, "abcde").await.refused(), refusal(413, "too_large"));
    let said = [TUS, CONTENT, ("upload-offset", "0"), ("content-length", "5")];
    assert_eq!(ada.send("PATCH", &upload, broken_off(vec![]), &said).await.refused(), refusal(413, "too_large"));
    assert_eq!(ada.at(&upload).await, 0, "nothing of it was kept");
    let over = [TUS, CONTENT, ("upload-offset", "0"), ("x-http-method-override", "PATCH")];
    assert_eq!(ada.send("POST", &upload, "abcd", &over).await.status, 204);
    assert_eq!(stored(&porch, &upload, UserId(1)).await, b"abcd");
}

#[tokio::test]
async fn what_is_not_what_its_checksum_says_is_not_kept() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let upload = ada.begin(8).await;
    let sum = format!("sha256 {}", BASE64_STANDARD.encode(digest(&SHA256, b"abcd")));
    let headers = [TUS, CONTENT, ("upload-offset", "0"), ("upload-checksum", &sum)];
    assert_eq!(ada.send("PATCH", &upload, "abcX", &headers).await.refused(), refusal(460, "upload_checksum"));
    ada.send("PATCH", &upload, broken_off(b"ab".to_vec()), &headers).await;
    assert_eq!(ada.at(&upload).await, 0);
    assert_eq!(ada.send("PATCH", &upload, "abcd", &headers).await.status, 204);
    let unknown = [TUS, CONTENT, ("upload-offset", "4"), ("upload-checksum", "crc32 AAAA")];
    assert_eq!(ada.send("PATCH", &upload, "efgh", &unknown).await.refused(), refusal(400, "bad_request"));
    assert_eq!(ada.append(&upload, 4, "efgh").await.status, 204);
    assert_eq!(stored(&porch, &upload, UserId(1)).await, b"abcdefgh");
}

#[tokio::test]
async fn an_upload_is_nobody_elses_and_is_gone_when_it_is_not_wanted() {
    let porch = Porch::start();
    let [mut ada, mut lin] = [porch.person("Ada").await, porch.person("Lin").await];
    let upload = ada.begin(4).await;
    for method in ["HEAD", "DELETE"] {
        assert_eq!(lin.send(method, &upload, Body::empty(), &[TUS]).await.status, 404, "{method}");
    }
    assert_eq!(lin.append(&upload, 0, "abcd").await.refused(), refusal(404, "not_found"));
    assert_eq!(ada.at(&upload).await, 0);
    assert_eq!(ada.send("DELETE", &upload, Body::empty(), &[TUS]).await.status, 204);
    assert_eq!(ada.send("HEAD", &upload, Body::empty(), &[TUS]).await.status, 404);
    assert_eq!(ada.append(&upload, 0, "abcd").await.refused(), refusal(404, "not_found"));
}

#[tokio::test]
async fn questions_take_no_place_from_the_bytes_and_an_album_begins_at_once() {
    let porch = Porch::start();
    let ada = porch.person("Ada").await;
    let clone = |browser: &Browser| Browser {
        router: browser.router.clone(),
        cookie: browser.cookie.clone(),
        mark: None,
        peer: browser.peer,
        user_agent: browser.user_agent,
    };
    let begun = futures_util::future::join_all((0..UPLOADS_OF_ONE_MAX).map(|_| {
        let mut browser = clone(&ada);
        async move { browser.begin(4 * UPLOAD_BUFFER_BYTES as u64).await }
    }));
    let uploads = begun.await;
    let whole = bytes(4 * UPLOAD_BUFFER_BYTES);
    let bringing = futures_util::future::join_all(uploads[..4].iter().map(|upload| {
        let (mut browser, whole) = (clone(&ada), whole.clone());
        async move { browser.append(upload, 0, whole).await.status }
    }));
    let asking = futures_util::future::join_all(uploads.iter().map(|upload| {
        let mut browser = clone(&ada);
        async move { browser.at(upload).await }
    }));
    let (brought, _) = tokio::join!(bringing, asking);
    assert_eq!(brought, [204; 4]);
}

#[tokio::test]
async fn uploads_go_with_whoever_made_them() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let mut lin = porch.person("Lin").await;
    let [upload, hers] = [lin.begin(4).await, ada.begin(4).await];
    assert_eq!(lin.delete("/api/me", &json!({ "password": PASSWORD })).await.status, 204);
    let id: UploadId = upload.rsplit('/').next().unwrap().parse().unwrap();
    while porch.app.uploading.uploads().length(id, UserId(2)).is_some() {
        tokio::task::yield_now().await;
    }
    assert_eq!(ada.at(&hers).await, 0);
}

#[tokio::test]
async fn every_answer_says_its_version_and_a_refused_request_puts_nobody_out() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let upload = ada.begin(4).await;
    for reply in [
        porch.browser().send("HEAD", &upload, Body::empty(), &[TUS]).await,
        ada.send("HEAD", "/api/uploads/none", Body::empty(), &[TUS]).await,
    ] {
        assert_eq!(header(&reply, "tus-resumable"), "1.0.0");
    }
    let mut hanging = porch
        .app
        .uploading
        .uploads()
        .write(upload.rsplit('/').next().unwrap().parse().unwrap(), UserId(1), 0, false)
        .unwrap()
        .unwrap();
    let said = [TUS, CONTENT, ("upload-offset", "0"), ("content-length", "5")];
    assert_eq!(ada.send("PATCH", &upload, broken_off(vec![]), &said).await.refused(), refusal(413, "too_large"));
    hanging.write(b"abcd").expect("it is still the newest");
}
