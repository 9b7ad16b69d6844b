//! What taking a file costs: `cargo bench --bench upload`; `-- --quick` takes a smaller one.
//!
//! One client uploads over TLS on loopback: to porch as it is shipped, and to bare hyper and rustls that hash what comes
//! (SHA-256), write it in pieces on a thread that may block, and have it on the disk (fsync) before they answer. Each server is
//! a process of its own. Prints, for each, the processor time that it took for a GiB, and the least and the most of all rounds;
//! and by how much its own memory grew meanwhile.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{Context, SHA256};
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, StreamOwned};
use tokio_rustls::TlsAcceptor;

type Result<T, E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;

const CERTIFICATE: &str = "cert.pem";
const LISTENING: &str = "listening on https://";
/// The targets: so many times the processor time of the cheapest bare receiver at most, and so much memory.
const TIMES_MAX: f64 = 1.3;
const GROWN_MIB_MAX: f64 = 8.0;
/// Memory is looked at so often.
const LOOK: Duration = Duration::from_millis(5);

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
        eprintln!("this is a bench: run it with `cargo bench --bench upload`");
        return Ok(());
    }
    let (bytes, rounds) = if is_asked("--quick") { (128 << 20, 3) } else { (1 << 30, 5) };
    println!("load average: {}", std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim());
    // On a disk: a temporary folder may be in memory.
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let servers = Kind::ALL.into_iter().map(|kind| Server::start(kind, dir.path())).collect::<Result<Vec<_>>>()?;
    measure(&servers, bytes, rounds)
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

    /// Bytes that are gathered for one write.
    fn piece(self) -> usize {
        if self == Self::BareLarge { 256 << 10 } else { 64 << 10 }
    }
}

// --- The bare receiver -----------------------------------------------------------------------------

async fn serve(kind: Kind, dir: &Path) -> Result<()> {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])?;
    std::fs::write(dir.join(CERTIFICATE), made.cert.pem())?;
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![made.cert.into()], key.into())?;
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("{LISTENING}{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (acceptor, path) = (acceptor.clone(), dir.join("file"));
        tokio::spawn(async move {
            let Ok(stream) = acceptor.accept(stream).await else { return };
            let service = service_fn(|request| take(request, path.clone(), kind.piece()));
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// Hashes and writes a body, and has it on the disk.
async fn take(request: Request<Incoming>, path: PathBuf, piece: usize) -> Result<Response<Empty<Bytes>>> {
    let mut body = request.into_body();
    let mut state = (std::fs::File::create(path)?, Context::new(&SHA256));
    let mut gathered = BytesMut::new();
    loop {
        let frame = body.frame().await.transpose()?;
        let is_end = frame.is_none();
        gathered.extend_from_slice(frame.as_ref().and_then(|frame| frame.data_ref()).map_or(&[][..], |data| data));
        if is_end || gathered.len() >= piece {
            let bytes = std::mem::take(&mut gathered);
            let work = move || {
                let (mut file, mut hash) = state;
                file.write_all(&bytes)?;
                hash.update(&bytes);
                Ok::<_, std::io::Error>((file, hash))
            };
            state = tokio::task::spawn_blocking(work).await??;
        }
        if is_end {
            break;
        }
    }
    let (file, hash) = state;
    tokio::task::spawn_blocking(move || file.sync_data()).await??;
    let hash: String = hash.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Response::builder().header("etag", hash).body(Empty::new())?)
}

// --- The client ------------------------------------------------------------------------------------

/// A server in a process of its own. Killed when dropped.
struct Server {
    kind: Kind,
    process: Child,
    address: SocketAddr,
    tls: Arc<ClientConfig>,
    cookie: String,
}

impl Server {
    fn start(kind: Kind, dir: &Path) -> Result<Self> {
        let dir = dir.join(kind.name());
        std::fs::create_dir_all(&dir)?;
        let (mut command, certificate) = if kind == Kind::Porch {
            let mut command = Command::new(env!("CARGO_BIN_EXE_porch"));
            command.args(["--https", "127.0.0.1:0", "--http", "127.0.0.1:0", "--no-mdns", "--data-dir"]).arg(&dir);
            (command, dir.join("tls/ca.pem"))
        } else {
            let mut command = Command::new(std::env::current_exe()?);
            command.args(["serve", kind.name()]).arg(&dir);
            (command, dir.join(CERTIFICATE))
        };
        let log = std::fs::File::create(dir.join("bench.log"))?;
        command.env_remove("PORCH_CONFIG").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut process = command.spawn()?;
        let mut lines = BufReader::new(process.stdout.take().ok_or("its output is piped")?).lines();
        let address = lines.find_map(|line| Some(line.ok()?.strip_prefix(LISTENING)?.to_owned()));
        // Whatever else it says must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let address = address.ok_or("the server does not listen")?.trim_end_matches('/').parse()?;
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(certificate)?)?;
        let tls = Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth());
        let mut server = Self { kind, process, address, tls, cookie: String::new() };
        if kind == Kind::Porch {
            server.cookie = server.register()?;
        }
        Ok(server)
    }

    fn register(&self) -> Result<String> {
        let body = r#"{"name":"Ada","password":"a long password","takeover":false}"#;
        let fields = format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
        let head = Head { method: "POST", path: "/api/register", fields: &fields };
        let mut stream = self.connect()?;
        head.write(&mut stream, self)?;
        stream.write_all(body.as_bytes())?;
        let answer = answer(&mut stream)?;
        let cookie = field(&answer, "set-cookie").and_then(|cookie| cookie.split(';').next());
        Ok(cookie.ok_or_else(|| answer.clone())?.to_owned())
    }

    fn connect(&self) -> Result<StreamOwned<ClientConnection, TcpStream>> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_nodelay(true)?;
        Ok(StreamOwned::new(ClientConnection::new(self.tls.clone(), ServerName::try_from("localhost")?)?, stream))
    }

    /// Where an upload of so many bytes goes.
    fn begin(&self, stream: &mut (impl Read + Write), bytes: u64) -> Result<String> {
        if self.kind != Kind::Porch {
            return Ok("/file".to_owned());
        }
        let fields = format!("Upload-Length: {bytes}\r\nContent-Length: 0\r\n");
        Head { method: "POST", path: "/api/uploads", fields: &fields }.write(stream, self)?;
        let answer = answer(stream)?;
        Ok(field(&answer, "location").ok_or_else(|| answer.clone())?.to_owned())
    }

    /// It is not wanted any more.
    fn end(&self, stream: &mut (impl Read + Write), path: &str) -> Result<()> {
        if self.kind == Kind::Porch {
            Head { method: "DELETE", path, fields: "" }.write(stream, self)?;
            answer(stream)?;
        }
        Ok(())
    }

    /// Sends a body of so many bytes, all of which are taken when this returns.
    fn bring(&self, stream: &mut (impl Read + Write), path: &str, bytes: u64, piece: &[u8]) -> Result<()> {
        let fields =
            format!("Upload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: {bytes}\r\n");
        Head { method: "PATCH", path, fields: &fields }.write(stream, self)?;
        for _ in 0..bytes / piece.len() as u64 {
            stream.write_all(piece)?;
        }
        stream.flush()?;
        let answer = answer(stream)?;
        if answer.starts_with("http/1.1 20") { Ok(()) } else { Err(answer.into()) }
    }

    /// Processor time of each of its threads so far: one that ends meanwhile is missing, but a runtime keeps its own for
    /// longer than any look takes.
    fn cpu(&self) -> Result<HashMap<OsString, u64>> {
        let mut nanos = HashMap::new();
        for task in std::fs::read_dir(format!("/proc/{}/task", self.process.id()))? {
            let task = task?;
            // A thread may end between listing and reading.
            let Ok(text) = std::fs::read_to_string(task.path().join("schedstat")) else { continue };
            nanos.insert(task.file_name(), text.split(' ').next().unwrap_or_default().parse()?);
        }
        Ok(nanos)
    }

    /// KiB of its own memory: pages with no file behind them.
    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        line.and_then(|line| line.split_ascii_whitespace().next()?.parse().ok()).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct Head<'a> {
    method: &'a str,
    path: &'a str,
    fields: &'a str,
}

impl Head<'_> {
    fn write(&self, stream: &mut impl Write, server: &Server) -> Result<()> {
        let Self { method, path, fields } = self;
        let cookie = &server.cookie;
        let common = format!("Host: {}\r\nCookie: {cookie}\r\nTus-Resumable: 1.0.0\r\n", server.address);
        stream.write_all(format!("{method} {path} HTTP/1.1\r\n{common}{fields}\r\n").as_bytes())?;
        Ok(stream.flush()?)
    }
}

/// The head of an answer, in small letters but for what fields say; its body is read, too.
fn answer(stream: &mut impl Read) -> Result<String> {
    let (mut all, mut buffer) = (Vec::new(), [0; 4 << 10]);
    let end = loop {
        let read = stream.read(&mut buffer)?;
        all.extend_from_slice(buffer.get(..read).filter(|read| !read.is_empty()).ok_or("it ended in its head")?);
        if let Some(end) = all.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
    };
    let head = std::str::from_utf8(&all[..end])?.replace("HTTP/1.1", "http/1.1");
    let length = field(&head, "content-length").map_or(Ok(0), str::parse::<usize>)?;
    let mut left = length.saturating_sub(all.len() - end - 4);
    while left > 0 {
        left = left.saturating_sub(stream.read(&mut buffer)?.max(1));
    }
    Ok(head)
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, v)| v)
}

// --- What is measured ------------------------------------------------------------------------------

/// What one upload took, for a GiB.
struct Took {
    cpu_ms: f64,
    wall_ms: f64,
    grown_mib: f64,
}

/// Each server in turn, round after round, so that what else the machine does meets all of them.
fn measure(servers: &[Server], bytes: u64, rounds: usize) -> Result<()> {
    let piece: Vec<u8> = (0..1_usize << 20).map(|at| (at * 31 % 251) as u8).collect();
    let mut took: Vec<Vec<Took>> = servers.iter().map(|_| Vec::new()).collect();
    // The first of each warms up.
    for round in 0..=rounds {
        for (server, took) in servers.iter().zip(&mut took) {
            let one = upload(server, bytes, &piece)?;
            if round > 0 {
                took.push(one);
            }
        }
    }
    for took in &mut took {
        took.sort_unstable_by(|one, other| one.cpu_ms.total_cmp(&other.cpu_ms));
    }
    let middle = |took: &[Took]| took[took.len() / 2].cpu_ms;
    let bare = took[1..].iter().map(|took| middle(took)).fold(f64::INFINITY, f64::min);
    println!(
        "{:<16} {:>14} {:>22} {:>14} {:>14} {:>8}",
        "upload", "CPU ms / GiB", "(least - most)", "ms / GiB", "MiB more", "times"
    );
    for (server, took) in servers.iter().zip(&took) {
        let (cpu, wall) = (middle(took), took[took.len() / 2].wall_ms);
        let spread = format!("{:.0} - {:.0}", took[0].cpu_ms, took[took.len() - 1].cpu_ms);
        let (name, grown) = (server.kind.name(), most_grown(took));
        println!("{name:<16} {cpu:>14.0} {spread:>22} {wall:>14.0} {grown:>14.1} {:>8.2}", cpu / bare);
    }
    let (times, grown) = (middle(&took[0]) / bare, most_grown(&took[0]));
    println!(
        "porch takes {times:.2} times the processor time of the cheaper bare receiver ({TIMES_MAX} at most is the target), \
         and {grown:.1} MiB of memory more than before ({GROWN_MIB_MAX} at most)"
    );
    Ok(())
}

fn most_grown(took: &[Took]) -> f64 {
    took.iter().map(|took| took.grown_mib).fold(0.0, f64::max)
}

fn upload(server: &Server, bytes: u64, piece: &[u8]) -> Result<Took> {
    let mut stream = server.connect()?;
    let path = server.begin(&mut stream, bytes)?;
    let (before, memory, begun) = (server.cpu()?, server.memory(), Instant::now());
    let (is_over, most) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        let looking = scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                most.fetch_max(server.memory(), Ordering::Relaxed);
                std::thread::park_timeout(LOOK);
            }
        });
        let brought = server.bring(&mut stream, &path, bytes, piece);
        is_over.store(true, Ordering::Relaxed);
        looking.thread().unpark();
        brought
    })?;
    let (after, wall) = (server.cpu()?, begun.elapsed());
    server.end(&mut stream, &path)?;
    let nanos: u64 =
        after.iter().map(|(thread, now)| now.saturating_sub(before.get(thread).copied().unwrap_or_default())).sum();
    let gib = bytes as f64 / f64::from(1 << 30);
    Ok(Took {
        cpu_ms: nanos as f64 / 1e6 / gib,
        wall_ms: wall.as_secs_f64() * 1e3 / gib,
        grown_mib: most.into_inner().saturating_sub(memory) as f64 / 1024.0,
    })
}
