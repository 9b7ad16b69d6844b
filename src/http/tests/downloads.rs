//! Stored files as a client gets them, by a route of the test's own: the function without a network, and over TLS.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use axum::http::Method;
use axum::http::header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY, ETAG};
use axum::middleware::from_fn_with_state;
use rustls::pki_types::{PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::*;
use crate::http::download::{Download, Downloads};
use crate::http::listen::{bind, serve_tls};
use crate::http::sockets::Sockets;
use crate::proto::blob::{BlobHash, FileName};
use crate::proto::limits::{DOWNLOAD_PIECE_BYTES, DOWNLOADS_AT_ONCE_OF_ONE};

const HASH: BlobHash = BlobHash([0xab; 32]);

fn tag() -> String {
    format!("\"{HASH}\"")
}

/// So many bytes that are not all the same.
fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 31 % 251) as u8).collect()
}

/// A file in a folder of the test's own, said to be of so many bytes.
struct Stored {
    path: PathBuf,
    said: u64,
    media_type: &'static str,
    inline: bool,
    downloads: Downloads,
    _dir: TempDir,
}

impl Stored {
    fn new(content: &[u8]) -> Self {
        let dir = TempDir::new().expect("a folder for the test");
        let path = dir.path().join("file");
        fs::write(&path, content).expect("a file for the test");
        let downloads = Downloads::default();
        Self { path, said: content.len() as u64, media_type: "image/png", inline: true, downloads, _dir: dir }
    }

    async fn answer(&self, method: &Method, headers: &HeaderMap) -> Response {
        let place = self.downloads.enter(Asker::Person(UserId(1))).await.expect("a place");
        let name = FileName::from("图 1.png".to_owned());
        let file = File::open(&self.path).expect("it is there");
        let (media_type, inline) = (self.media_type, self.inline);
        place.answer(Download { file, bytes: self.said, etag: HASH, media_type, name, inline }, method, headers)
    }

    async fn ask(&self, method: &str, headers: &[(&'static str, &str)]) -> Reply {
        let headers = headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        let answer = self.answer(&method.parse().unwrap(), &headers.collect()).await;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.expect("a body without a fault").to_bytes();
        Reply { status: parts.status.as_u16(), headers: parts.headers, body }
    }
}

fn header<'a>(reply: &'a Reply, name: &str) -> &'a str {
    reply.headers.get(name).map_or("", |value| value.to_str().expect("text"))
}

#[tokio::test]
async fn a_file_is_answered_whole_in_part_or_not_at_all() {
    let content = bytes(3 * DOWNLOAD_PIECE_BYTES + 7);
    let (stored, length, tag) = (Stored::new(&content), content.len().to_string(), tag());
    let whole = stored.ask("GET", &[]).await;
    assert_eq!((whole.status, header(&whole, "content-length")), (200, &*length));
    assert!(whole.body == content);
    assert_eq!(header(&whole, "etag"), tag);
    assert_eq!(header(&whole, "accept-ranges"), "bytes");
    assert_eq!(header(&whole, "content-type"), "image/png");
    assert_eq!(
        header(&whole, "content-disposition"),
        "inline; filename=\"_ 1.png\"; filename*=UTF-8''%E5%9B%BE%201.png"
    );

    let part = stored.ask("GET", &[("range", "bytes=5-69999")]).await;
    assert_eq!((part.status, header(&part, "content-length")), (206, "69995"));
    assert_eq!(header(&part, "content-range"), format!("bytes 5-69999/{length}"));
    assert!(part.body == content[5..70_000]);

    let beyond = stored.ask("GET", &[("range", &format!("bytes={length}-"))]).await;
    assert_eq!((beyond.status, header(&beyond, "content-range")), (416, &*format!("bytes */{length}")));
    assert!(beyond.body.is_empty() && header(&beyond, "cache-control").is_empty());

    let changed = stored.ask("GET", &[("range", "bytes=5-9"), ("if-range", "\"another\"")]).await;
    assert_eq!((changed.status, changed.body.len()), (200, content.len()));
    let several = stored.ask("GET", &[("range", "bytes=0-1,5-9")]).await;
    assert_eq!((several.status, several.body.len()), (200, content.len()));

    let known = stored.ask("GET", &[("if-none-match", &tag), ("range", "bytes=0-1")]).await;
    assert_eq!((known.status, known.body.len(), header(&known, "etag")), (304, 0, &*tag));
    assert_eq!(stored.ask("GET", &[("if-none-match", "\"another\"")]).await.status, 200);
}

#[tokio::test]
async fn a_head_tells_what_a_get_would_and_brings_nothing() {
    let content = bytes(DOWNLOAD_PIECE_BYTES);
    let stored = Stored::new(&content);
    let (get, head) = (stored.ask("GET", &[]).await, stored.ask("HEAD", &[]).await);
    assert_eq!((head.status, &head.headers, head.body.len()), (200, &get.headers, 0));
    let ranged = stored.ask("HEAD", &[("range", "bytes=0-1")]).await;
    assert_eq!((ranged.status, header(&ranged, "content-length")), (200, &*content.len().to_string()));
    assert_eq!(stored.ask("HEAD", &[("if-none-match", &tag())]).await.status, 304);
}

#[tokio::test]
async fn an_empty_file_is_answered_as_it_is() {
    let stored = Stored::new(b"");
    let whole = stored.ask("GET", &[]).await;
    assert_eq!((whole.status, header(&whole, "content-length"), whole.body.len()), (200, "0", 0));
    assert_eq!(stored.ask("GET", &[("range", "bytes=0-")]).await.status, 416);
}

#[tokio::test]
async fn what_is_shown_runs_nothing_and_what_is_not_is_saved() {
    let mut stored = Stored::new(b"<script>alert(1)</script>");
    for (media_type, allowed) in [
        ("image/png", &["img-src 'self'", "style-src 'unsafe-inline'", "sandbox allow-downloads"][..]),
        ("video/mp4", &["media-src 'self'", "style-src 'unsafe-inline'", "sandbox allow-downloads allow-same-origin"]),
        ("audio/mpeg", &["media-src 'self'", "style-src 'unsafe-inline'", "sandbox allow-downloads allow-same-origin"]),
    ] {
        stored.media_type = media_type;
        for headers in [&[][..], &[("range", "bytes=0-1")], &[("if-none-match", "*")]] {
            let reply = stored.ask("GET", headers).await;
            let policy = header(&reply, "content-security-policy");
            let always = ["default-src 'none'", "frame-ancestors 'none'"];
            let mut told: Vec<_> = policy.split("; ").map(str::trim).collect();
            told.retain(|directive| !always.contains(directive));
            assert_eq!(told, allowed, "{media_type} {headers:?}");
            assert_eq!(header(&reply, "x-content-type-options"), "nosniff");
            assert_eq!(header(&reply, "cross-origin-resource-policy"), "same-origin");
            assert_eq!(header(&reply, "cache-control"), "private, max-age=31536000, immutable");
        }
    }
    stored.inline = false;
    for media_type in ["text/html", "image/svg+xml", "video/mp4"] {
        stored.media_type = media_type;
        let reply = stored.ask("GET", &[]).await;
        assert_eq!(header(&reply, "content-type"), "application/octet-stream");
        assert!(header(&reply, "content-disposition").starts_with("attachment; "));
        let policy = header(&reply, "content-security-policy");
        assert_eq!(policy, "default-src 'none'; frame-ancestors 'none'; sandbox", "{media_type}");
    }
}

#[tokio::test]
async fn a_file_that_is_shorter_than_it_was_breaks_off_and_never_ends_cleanly() {
    for missing in [1, DOWNLOAD_PIECE_BYTES + 5] {
        let content = bytes(2 * DOWNLOAD_PIECE_BYTES);
        let mut stored = Stored::new(&content);
        stored.said += missing as u64;
        let mut body = stored.answer(&Method::GET, &HeaderMap::new()).await.into_body();
        let (mut came, mut broke) = (0, false);
        while let Some(frame) = body.frame().await {
            match frame {
                Ok(frame) => came += frame.into_data().expect("bytes").len(),
                Err(_) => broke = true,
            }
        }
        assert!(broke && came == content.len(), "{came}");
    }
}

#[tokio::test]
async fn a_download_has_its_place_until_it_is_sent_or_given_up() {
    let stored = Stored::new(&bytes(3 * DOWNLOAD_PIECE_BYTES));
    let answer = || async { stored.answer(&Method::GET, &HeaderMap::new()).await.into_body() };
    let mut unread = Vec::new();
    for _ in 0..DOWNLOADS_AT_ONCE_OF_ONE {
        unread.push(answer().await);
    }
    let one_more = answer();
    tokio::pin!(one_more);
    assert!(futures_util::future::poll_immediate(one_more.as_mut()).await.is_none(), "it waits");
    drop(unread.pop());
    drop(one_more.await);
    // To its last byte.
    let read = unread.pop().expect("there are some").collect().await.expect("all of it");
    assert_eq!(read.to_bytes().len(), 3 * DOWNLOAD_PIECE_BYTES);
    drop(answer().await);
}

/// A box that serves the file, in a process with its client.
struct Served {
    address: SocketAddr,
    connector: TlsConnector,
    stop: watch::Sender<bool>,
    _porch: Porch,
}

impl Served {
    fn start(stored: Arc<Stored>) -> Self {
        let porch = Porch::start();
        let get = move |method: Method, headers: HeaderMap| {
            let stored = stored.clone();
            async move { stored.answer(&method, &headers).await }
        };
        let told = porch.app.clone();
        let router = Router::new()
            .route("/api/file", axum::routing::get(get))
            .layer(from_fn_with_state(told.clone(), held::count))
            .layer(from_fn_with_state(told, headers::add));
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).expect("a root");
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.into()], key.into())
            .expect("a certificate with its key");
        let client = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let listener = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, stops) = watch::channel(false);
        tokio::spawn(serve_tls(listener, Arc::new(config), router, Sockets::new(16), stops));
        Self { address, connector: TlsConnector::from(Arc::new(client)), stop, _porch: porch }
    }

    /// Asks on a connection of its own, and reads the head of the answer.
    async fn open(&self, headers: &str) -> (u16, HeaderMap, BufReader<TlsStream<TcpStream>>) {
        let stream = TcpStream::connect(self.address).await.expect("it listens");
        let mut stream =
            self.connector.connect(ServerName::try_from("localhost").unwrap(), stream).await.expect("a handshake");
        let request = format!("GET /api/file HTTP/1.1\r\nHost: localhost\r\n{headers}Connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("it reads");
        let mut stream = BufReader::new(stream);
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await.expect("a head");
            if line.trim().is_empty() {
                break;
            }
            lines.push(line);
        }
        let status = lines[0].split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let headers = lines[1..].iter().filter_map(|line| line.trim().split_once(": "));
        (status, headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect(), stream)
    }
}

#[tokio::test]
async fn a_download_that_was_cut_off_goes_on_where_it_was_and_gives_the_same_bytes() {
    let content = bytes(40 * DOWNLOAD_PIECE_BYTES + 9);
    let served = Served::start(Arc::new(Stored::new(&content)));
    let (status, headers, mut stream) = served.open("").await;
    assert_eq!((status, headers[CONTENT_LENGTH].to_str().unwrap()), (200, &*content.len().to_string()));
    assert!(
        headers[CONTENT_SECURITY_POLICY].to_str().unwrap().contains("sandbox"),
        "the page's own is not put over it"
    );
    let mut came = vec![0; 10 * DOWNLOAD_PIECE_BYTES + 1];
    stream.read_exact(&mut came).await.expect("the first bytes");
    drop(stream);

    let rest = format!("Range: bytes={}-\r\nIf-Range: {}\r\n", came.len(), headers[ETAG].to_str().unwrap());
    let (status, headers, mut stream) = served.open(&rest).await;
    let range = format!("bytes {}-{}/{}", came.len(), content.len() - 1, content.len());
    assert_eq!((status, headers[CONTENT_RANGE].to_str().unwrap()), (206, &*range));
    stream.read_to_end(&mut came).await.expect("a clean end");
    assert!(came == content);
    served.stop.send(true).unwrap();
}

#[tokio::test]
async fn a_file_that_cannot_be_read_to_its_end_cuts_the_connection_off() {
    let content = bytes(5 * DOWNLOAD_PIECE_BYTES);
    let mut stored = Stored::new(&content);
    stored.said += 1;
    let served = Served::start(Arc::new(stored));
    let (status, headers, mut stream) = served.open("").await;
    assert_eq!((status, headers[CONTENT_LENGTH].to_str().unwrap()), (200, &*(content.len() + 1).to_string()));
    let mut came = Vec::new();
    // Whether by a reset or an end without the goodbye of TLS.
    assert!(stream.read_to_end(&mut came).await.is_err() || came.len() < content.len() + 1);
    assert!(content.starts_with(&came));
}

/// What the process has open of this folder.
fn open_files(folder: &Path) -> usize {
    let files = fs::read_dir("/proc/self/fd").expect("it is there");
    files.filter_map(|file| fs::read_link(file.ok()?.path()).ok()).filter(|path| path.starts_with(folder)).count()
}

#[tokio::test]
async fn a_client_that_goes_away_in_the_midst_leaves_nothing_open() {
    let stored = Arc::new(Stored::new(&bytes(64 << 20)));
    let folder = stored.path.parent().unwrap().to_owned();
    let served = Served::start(stored.clone());
    let (_, _, mut stream) = served.open("").await;
    stream.read_exact(&mut [0; 1_000]).await.expect("the first bytes");
    assert_eq!(open_files(&folder), 1);
    drop(stream);
    while open_files(&folder) > 0 {
        tokio::task::yield_now().await;
    }
}
