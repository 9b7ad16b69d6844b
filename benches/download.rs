//! What serving a file costs: `cargo bench --bench download`; `-- --quick` takes a smaller file.
//!
//! One client downloads a file over TLS on loopback: from porch's own listener and function, and from bare hyper and rustls
//! that send the same file in pieces, each read on a thread that may block. Each server is a process of its own. Prints, for
//! each, the processor time that it took for a GiB, and the least and the most of all rounds; then how long a small answer
//! took beside two downloads at full speed, which is what somebody who writes feels of them.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, Method};
use axum::routing::get;
use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use porch::fair::Asker;
use porch::http::download::{Download, Downloads};
use porch::http::listen::{bind, serve_tls};
use porch::http::sockets::Sockets;
use porch::proto::blob::{BlobHash, FileName};
use porch::proto::id::UserId;
use porch::proto::limits::DOWNLOAD_PIECE_BYTES;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, StreamOwned};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

type Result<T, E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;

const FILE: &str = "file";
const CERTIFICATE: &str = "cert.pem";
const SMALL: &[u8] = b"hello";
const LISTENING: &str = "listening on ";
/// The target: so many times the processor time of the cheapest bare sender at most.
const TIMES_MAX: f64 = 1.2;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.get(1).is_some_and(|role| role == "serve") {
        let [_, _, kind, dir] = &arguments[..] else { return Err("serve KIND DIR".into()) };
        let kind = Kind::ALL.into_iter().find(|known| known.name() == kind).ok_or("an unknown kind")?;
        return tokio::runtime::Runtime::new()?.block_on(serve(kind, Path::new(dir)));
    }
    let is_asked = |flag: &str| arguments.iter().any(|argument| argument == flag);
    if !is_asked("--bench") {
        // `cargo test --all-targets` runs benches too, to see that they start.
        eprintln!("this is a bench: run it with `cargo bench --bench download`");
        return Ok(());
    }
    let (bytes, rounds, looked) = if is_asked("--quick") { (128 << 20, 3, 2) } else { (1 << 30, 7, 10) };
    println!("load average: {}", std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim());
    let dir = tempfile::tempdir()?;
    write_file(&dir.path().join(FILE), bytes)?;
    let servers = Kind::ALL.into_iter().map(|kind| Server::start(kind, dir.path())).collect::<Result<Vec<_>>>()?;
    measure_cost(&servers, bytes, rounds)?;
    for server in &servers {
        measure_wait(server, Duration::from_secs(looked))?;
    }
    Ok(())
}

/// Which server.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Kind {
    Porch,
    Bare,
    BareLarge,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Porch, Self::Bare, Self::BareLarge];

    fn name(self) -> &'static str {
        match self {
            Self::Porch => "porch",
            Self::Bare => "bare",
            Self::BareLarge => "bare, 256 KiB",
        }
    }

    /// Bytes that are read at once.
    fn piece(self) -> usize {
        if self == Self::BareLarge { 256 << 10 } else { DOWNLOAD_PIECE_BYTES }
    }
}

/// A file that no file system keeps as a hole.
fn write_file(path: &Path, bytes: u64) -> Result<()> {
    let mut file = File::create(path)?;
    let piece: Vec<u8> = (0..1_usize << 20).map(|at| (at * 31 % 251) as u8).collect();
    for _ in 0..bytes / piece.len() as u64 {
        file.write_all(&piece)?;
    }
    Ok(())
}

// --- The servers -----------------------------------------------------------------------------------

async fn serve(kind: Kind, dir: &Path) -> Result<()> {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])?;
    let folder = dir.join(kind.name());
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join(CERTIFICATE), made.cert.pem())?;
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![made.cert.into()], key.into())?;
    let config = Arc::new(config);
    let (path, loopback) = (dir.join(FILE), SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    if kind == Kind::Porch {
        let listener = bind(loopback)?;
        println!("{LISTENING}{}", listener.local_addr()?);
        let (_never, stops) = watch::channel(false);
        serve_tls(listener, config, router(path), Sockets::new(100), stops).await;
        return Ok(());
    }
    let listener = tokio::net::TcpListener::bind(loopback).await?;
    println!("{LISTENING}{}", listener.local_addr()?);
    let acceptor = TlsAcceptor::from(config);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (acceptor, path) = (acceptor.clone(), path.clone());
        tokio::spawn(async move {
            let Ok(stream) = acceptor.accept(stream).await else { return };
            let service = service_fn(|request| answer(request, path.clone(), kind.piece()));
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

fn router(path: PathBuf) -> Router {
    let downloads = Downloads::default();
    let file = move |method: Method, headers: HeaderMap| {
        let (downloads, path) = (downloads.clone(), path.clone());
        async move {
            let place = downloads.enter(Asker::Person(UserId(1))).await.expect("nobody else is here");
            let file = File::open(path).expect("it is there");
            let bytes = file.metadata().expect("it is there").len();
            let (etag, name) = (BlobHash([1; 32]), FileName::from("film.mp4".to_owned()));
            let media_type = "video/mp4";
            place.answer(Download { file, bytes, etag, media_type, name, inline: true }, &method, &headers)
        }
    };
    Router::new().route("/file", get(file)).route("/small", get(|| async { SMALL }))
}

type Body = http_body_util::combinators::UnsyncBoxBody<Bytes, std::io::Error>;

async fn answer(request: Request<Incoming>, path: PathBuf, piece: usize) -> Result<Response<Body>> {
    if request.uri().path() == "/small" {
        return Ok(Response::new(Full::new(Bytes::from_static(SMALL)).map_err(|never| match never {}).boxed_unsync()));
    }
    let file = Arc::new(File::open(path)?);
    let bytes = file.metadata()?.len();
    let pieces = stream::try_unfold(0, move |at| {
        let file = file.clone();
        async move {
            let length = piece.min((bytes - at) as usize);
            if length == 0 {
                return Ok(None);
            }
            let reading = move || {
                let mut buffer = vec![0; length];
                file.read_exact_at(&mut buffer, at).map(|()| buffer)
            };
            let read = tokio::task::spawn_blocking(reading).await.map_err(std::io::Error::other)??;
            Ok(Some((Frame::data(Bytes::from(read)), at + length as u64)))
        }
    });
    Ok(Response::builder().header(CONTENT_LENGTH, bytes).body(BodyExt::boxed_unsync(StreamBody::new(pieces)))?)
}

// --- The client ------------------------------------------------------------------------------------

/// A server in a process of its own. Killed when dropped.
struct Server {
    kind: Kind,
    process: Child,
    address: SocketAddr,
    tls: Arc<ClientConfig>,
}

impl Server {
    fn start(kind: Kind, dir: &Path) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["serve", kind.name()]).arg(dir).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = command.spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().ok_or("its output is piped")?).read_line(&mut line)?;
        let address = line.trim().strip_prefix(LISTENING).ok_or("the server does not listen")?.parse()?;
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(dir.join(kind.name()).join(CERTIFICATE))?)?;
        let tls = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        Ok(Self { kind, process, address, tls: Arc::new(tls) })
    }

    fn connect(&self) -> Result<StreamOwned<ClientConnection, TcpStream>> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_nodelay(true)?;
        Ok(StreamOwned::new(ClientConnection::new(self.tls.clone(), ServerName::try_from("localhost")?)?, stream))
    }

    /// Processor time of all its threads so far.
    fn cpu(&self) -> Result<Duration> {
        let mut nanos = 0;
        for task in std::fs::read_dir(format!("/proc/{}/task", self.process.id()))? {
            // A thread may end between listing and reading.
            let Ok(text) = std::fs::read_to_string(task?.path().join("schedstat")) else { continue };
            nanos += text.split(' ').next().unwrap_or_default().parse::<u64>()?;
        }
        Ok(Duration::from_nanos(nanos))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Asks, and reads the whole answer; gives the number of its body's bytes. Ends early when told to.
fn fetch<S: Read + Write>(stream: &mut S, path: &str, buffer: &mut [u8], stop: &AtomicBool) -> Result<u64> {
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    stream.flush()?;
    let mut head = Vec::new();
    let end = loop {
        let read = stream.read(buffer)?;
        head.extend_from_slice(buffer.get(..read).filter(|read| !read.is_empty()).ok_or("it ended in its head")?);
        if let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
    };
    let text = std::str::from_utf8(&head[..end])?.to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: u64 = length.ok_or_else(|| format!("no length: {text}"))?.parse()?;
    let mut left = length.checked_sub((head.len() - end - 4) as u64).ok_or("more than it said")?;
    while left > 0 && !stop.load(Ordering::Relaxed) {
        let read = stream.read(buffer)?;
        left = left.checked_sub(read as u64).filter(|_| read > 0).ok_or("not as long as it said")?;
    }
    Ok(length)
}

// --- What is measured ------------------------------------------------------------------------------

/// Each server in turn, round after round, so that what else the machine does meets all of them.
fn measure_cost(servers: &[Server], bytes: u64, rounds: usize) -> Result<()> {
    let never = AtomicBool::new(false);
    let mut buffer = vec![0; 256 << 10];
    let mut took = vec![Vec::new(); servers.len()];
    // The first of each warms up, and has the file in memory.
    for round in 0..=rounds {
        for (server, took) in servers.iter().zip(&mut took) {
            let mut stream = server.connect()?;
            fetch(&mut stream, "/small", &mut buffer, &never)?;
            let (cpu, begun) = (server.cpu()?, Instant::now());
            let came = fetch(&mut stream, "/file", &mut buffer, &never)?;
            let (cpu, wall) = (server.cpu()? - cpu, begun.elapsed());
            assert_eq!(came, bytes);
            if round > 0 {
                let gib = bytes as f64 / f64::from(1 << 30);
                took.push((cpu.as_secs_f64() * 1e3 / gib, wall.as_secs_f64() * 1e3 / gib));
            }
        }
    }
    for took in &mut took {
        took.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
    }
    let middle = |took: &[(f64, f64)]| took[took.len() / 2];
    let bare = took[1..].iter().map(|took| middle(took).0).fold(f64::INFINITY, f64::min);
    println!("{:<16} {:>14} {:>22} {:>14} {:>8}", "download", "CPU ms / GiB", "(least - most)", "ms / GiB", "times");
    for (server, took) in servers.iter().zip(&took) {
        let (cpu, wall) = middle(took);
        let spread = format!("{:.0} - {:.0}", took[0].0, took[took.len() - 1].0);
        println!("{:<16} {cpu:>14.0} {spread:>22} {wall:>14.0} {:>8.2}", server.kind.name(), cpu / bare);
    }
    let times = middle(&took[0]).0 / bare;
    println!(
        "porch takes {times:.2} times the processor time of the cheaper bare sender; {TIMES_MAX} at most is the target"
    );
    Ok(())
}

/// How long a small answer takes while two others download.
fn measure_wait(server: &Server, looked: Duration) -> Result<()> {
    let stop = AtomicBool::new(false);
    let waits = std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| -> Result<()> {
                let (mut stream, mut buffer) = (server.connect()?, vec![0; 256 << 10]);
                while !stop.load(Ordering::Relaxed) {
                    fetch(&mut stream, "/file", &mut buffer, &stop)?;
                }
                Ok(())
            });
        }
        let asked = ask_for(server, looked);
        stop.store(true, Ordering::Relaxed);
        asked
    });
    let mut waits = waits?;
    waits.sort_unstable_by(f64::total_cmp);
    let at = |part: f64| waits[((waits.len() - 1) as f64 * part) as usize];
    let (name, asked) = (server.kind.name(), waits.len());
    println!("{name:<16} a small answer beside two downloads, ms: p50 {:.2}, p99 {:.2} of {asked}", at(0.5), at(0.99));
    Ok(())
}

/// Milliseconds of each of many small answers.
fn ask_for(server: &Server, looked: Duration) -> Result<Vec<f64>> {
    let never = AtomicBool::new(false);
    let (mut stream, mut buffer, mut waits) = (server.connect()?, vec![0; 1 << 10], Vec::new());
    let begun = Instant::now();
    while begun.elapsed() < looked {
        let asked = Instant::now();
        fetch(&mut stream, "/small", &mut buffer, &never)?;
        waits.push(asked.elapsed().as_secs_f64() * 1e3);
        std::thread::park_timeout(Duration::from_millis(3));
    }
    Ok(waits)
}
