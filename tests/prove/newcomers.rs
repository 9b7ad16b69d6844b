//! Two addresses that hold ten thousand connections and read nothing keep nobody out and make nobody wait; and the
//! slow-read testers of Debian's package `slowhttptest` find nothing.

use std::net::{IpAddr, SocketAddr};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::process::Command;
use tokio::runtime::Builder;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::figures::Times;
use crate::support::{Door, EVERYONE, Person, Porch, from_env, now, raise_open_files, tool, within};

const CONNECTIONS: u64 = 10_000;
const NEWCOMERS: usize = 100;
/// Of the two addresses, how many connections are being made at a time.
const AT_ONCE: usize = 200;
/// Requests sent in one go.
const PIPELINED: usize = 50;
const QUIET: Duration = Duration::from_secs(15);
/// People who talk.
const TALKERS: usize = 5;
/// How long a newcomer's browser would wait.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two messages of those who talk.
const PAUSE: Duration = Duration::from_millis(250);
const SLOWHTTPTEST: &str = "/usr/bin/slowhttptest";
/// When a tester that goes on for a minute holds nothing of porch any more.
const HELD_AT_MOST: Duration = Duration::from_secs(45);
/// Lines of what a tester says that are shown: its last look, and how it ended.
const LINES: usize = 11;
/// The limit on open files of this process: porch's own connections are in another.
const OTHER_FILES: u64 = 500;

#[derive(Clone, Copy, Debug)]
enum Port {
    Plain,
    Tls,
}

fn source(at: u64) -> IpAddr {
    IpAddr::from([127, 0, 0, 2 + (at % 2) as u8])
}

async fn connect(from: IpAddr, to: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(4_096)?;
    socket.bind(SocketAddr::from((from, 0)))?;
    timeout(PATIENCE, socket.connect(to)).await?
}

/// Asks and never reads; what is still open at the end is given back by [`hold`].
async fn ask(port: Port, porch: (SocketAddr, Door), from: IpAddr) -> std::io::Result<Box<dyn std::any::Any + Send>> {
    let (to, door) = porch;
    let requests = format!("GET / HTTP/1.1\r\nHost: {to}\r\n\r\n").repeat(PIPELINED);
    let tcp = connect(from, to).await?;
    Ok(match port {
        Port::Plain => {
            let mut tcp = tcp;
            tcp.write_all(requests.as_bytes()).await?;
            Box::new(tcp)
        }
        Port::Tls => {
            let mut wire = timeout(PATIENCE, door.secure(tcp)).await??;
            wire.write_all(requests.as_bytes()).await?;
            wire.flush().await?;
            Box::new(wire)
        }
    })
}

/// Opens so many connections of two addresses, and goes on opening as long as it is left to.
async fn flood(port: Port, to: SocketAddr, door: Door, count: u64) -> Vec<Box<dyn std::any::Any + Send>> {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut opening = JoinSet::new();
    for at in 0..count {
        let place = places.clone().acquire_owned().await.expect("it is open");
        let door = door.clone();
        opening.spawn(async move {
            let held = ask(port, (to, door), source(at)).await.ok();
            drop(place);
            held
        });
    }
    let mut held = Vec::new();
    while let Some(one) = opening.join_next().await {
        held.extend(one.ok().flatten());
    }
    held
}

/// How talk fares: how long messages take to come back, and pings, which never see the disk.
#[derive(Default)]
struct Talk {
    messages: Times,
    pings: Times,
}

impl Talk {
    fn and(mut self, other: Self) -> Self {
        self.messages.join(other.messages);
        self.pings.join(other.pings);
        self
    }
}

impl std::fmt::Display for Talk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "messages {}; pings {}", self.messages, self.pings)
    }
}

/// Talks on a thread of its own, so that nothing of the flood's making is measured, until it is told to stop.
struct Talker {
    stop: watch::Sender<bool>,
    thread: std::thread::JoinHandle<Talk>,
}

impl Talker {
    fn start(people: &[Person]) -> Self {
        let (stop, stopped) = watch::channel(false);
        let people = people.to_vec();
        let thread = std::thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().expect("there are threads");
            let each = people.into_iter().map(|person| talk(person, stopped.clone()));
            runtime.block_on(join_all(each)).into_iter().fold(Talk::default(), Talk::and)
        });
        Self { stop, thread }
    }

    async fn end(self) -> Talk {
        let _ = self.stop.send(true);
        tokio::task::spawn_blocking(|| self.thread.join().expect("it talks")).await.expect("it ends")
    }

    /// While nothing else happens.
    async fn quiet(people: &[Person]) -> Talk {
        let talker = Self::start(people);
        sleep(QUIET).await;
        talker.end().await
    }
}

async fn talkers(porch: &Porch) -> Vec<Person> {
    let mut people = Vec::new();
    for at in 0..TALKERS {
        people.push(porch.door.register(&format!("Person {at}")).await);
    }
    people
}

/// Over one connection, which is kept whatever comes; a little slower than one may.
async fn talk(person: Person, mut stopped: watch::Receiver<bool>) -> Talk {
    let mut device = person.arrive().await;
    let mut talk = Talk::default();
    let id = now().as_nanos();
    for at in 0_u64.. {
        let begun = Instant::now();
        let echo = device.post(EVERYONE, &format!("{id}-{at}"), "All is well").await;
        assert_eq!(echo["type"], "message", "{echo}");
        talk.messages.add(begun.elapsed());
        let begun = Instant::now();
        device.so_far().await;
        talk.pings.add(begun.elapsed());
        if timeout(PAUSE, stopped.wait_for(|stop| *stop)).await.is_ok() {
            break;
        }
    }
    talk
}

/// How many of a hundred newcomers, each from an address of their own, are answered on this port.
async fn newcomers(port: Port, to: SocketAddr, door: &Door) -> (usize, Times) {
    let (mut came, mut times) = (0, Times::default());
    for at in 0..NEWCOMERS {
        let from = IpAddr::from([127, 0, 1, 1 + at as u8]);
        let begun = Instant::now();
        let asked = async {
            let tcp = connect(from, to).await?;
            let request = format!("GET /healthz HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\n\r\n");
            let mut answer = Vec::new();
            match port {
                Port::Plain => {
                    let mut tcp = tcp;
                    tcp.write_all(request.as_bytes()).await?;
                    tcp.read_to_end(&mut answer).await?;
                }
                Port::Tls => {
                    let mut wire = door.secure(tcp).await?;
                    wire.write_all(request.as_bytes()).await?;
                    wire.flush().await?;
                    // Some close without TLS' own goodbye.
                    let _ = wire.read_to_end(&mut answer).await;
                }
            }
            Ok::<_, std::io::Error>(answer.starts_with(b"HTTP/1.1 200"))
        };
        if matches!(timeout(PATIENCE, asked).await, Ok(Ok(true))) {
            came += 1;
            times.add(begun.elapsed());
        }
    }
    (came, times)
}

/// Fills porch from two addresses, and looks at who comes in and how talk fares.
async fn fill(port: Port, porch: &Porch, people: &[Person], count: u64) {
    let to = match port {
        Port::Plain => porch.http,
        Port::Tls => porch.https,
    };
    let quiet = Talker::quiet(people).await;
    println!("{port:?}: quiet: {quiet}");
    let (begun, talker) = (Instant::now(), Talker::start(people));
    let held = flood(port, to, porch.door.clone(), count).await;
    let filling = talker.end().await;
    println!("{port:?}: {} of {count} opened in {:?}; while it filled: {filling}", held.len(), begun.elapsed());

    let talker = Talker::start(people);
    let came =
        [newcomers(Port::Plain, porch.http, &porch.door).await, newcomers(Port::Tls, porch.https, &porch.door).await];
    sleep(QUIET / 2).await;
    let full = talker.end().await;
    for ((came, times), which) in came.iter().zip(["plain", "TLS"]) {
        println!("{port:?}: of {NEWCOMERS} newcomers {came} came in by {which}: {times}");
    }
    println!("{port:?}: while it is full: {full}");
    for (what, talk) in [("filled", &filling), ("was full", &full)] {
        let (messages, pings) = (talk.messages.ratio(&quiet.messages, 99), talk.pings.ratio(&quiet.pings, 99));
        println!("{port:?}: p99 while it {what}: {messages:.2} x the quiet one, pings {pings:.2} x");
    }
    people[0].arrive().await;
    assert!(came.iter().all(|(came, _)| *came == NEWCOMERS), "{came:?}");
    assert!(full.messages.ratio(&quiet.messages, 99) <= 2.0, "talk waits while it is full");
    drop(held);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_addresses_with_ten_thousand_connections_keep_nobody_out() {
    let allowed = raise_open_files().saturating_sub(OTHER_FILES);
    let count = from_env("PORCH_CONNECTIONS", CONNECTIONS).min(allowed);
    let porch = Porch::start().await;
    let people = talkers(&porch).await;
    for port in [Port::Plain, Port::Tls] {
        fill(port, &porch, &people, count).await;
    }
}

fn open_files(porch: &Porch) -> usize {
    std::fs::read_dir(format!("/proc/{}/fd", porch.pid())).expect("one's own child can be looked at").count()
}

/// Runs one of the slow testers; what it says at the end.
async fn tester(args: &[&str], url: &str) -> String {
    let all = ["-c", "3000", "-r", "500", "-l", "60", "-p", "3", "-u", url];
    let run = Command::new(SLOWHTTPTEST).args(args).args(all).stdin(Stdio::null()).kill_on_drop(true).output();
    let output = within("the tester's end", run).await.expect("it can be run");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let plain = without_colours(&said);
    let lines: Vec<&str> = plain.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

/// A text without a terminal's colours (ECMA-48, section 8.3.117).
fn without_colours(said: &str) -> String {
    let mut parts = said.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    first
        + &parts
            .map(|part| part.split_once(|c: char| c.is_ascii_alphabetic()).map_or("", |(_, text)| text))
            .collect::<String>()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_slow_testers_of_packages_find_nothing() {
    if !tool(SLOWHTTPTEST) {
        return;
    }
    raise_open_files();
    let porch = Porch::start().await;
    let people = talkers(&porch).await;
    let quiet = Talker::quiet(&people).await;
    println!("quiet: {quiet}");
    let testers: [(&str, &[&str]); 4] = [
        ("slow headers", &["-H", "-i", "5"]),
        ("slow body", &["-B", "-i", "5", "-s", "8192"]),
        ("range", &["-R", "-a", "1", "-b", "3000"]),
        ("slow read", &["-X", "-w", "64", "-y", "128", "-n", "5", "-z", "32", "-k", "5"]),
    ];
    for (what, args) in testers {
        for url in [format!("http://{}/", porch.http), format!("https://{}/", porch.https)] {
            let talker = Talker::start(&people);
            let before = open_files(&porch);
            let (said, held) = tokio::join!(tester(args, &url), async {
                sleep(HELD_AT_MOST).await;
                open_files(&porch)
            });
            let talk = talker.end().await;
            let ratio = talk.messages.ratio(&quiet.messages, 99);
            println!("--- {what} against {url}: {talk}; {ratio:.2} x the quiet p99\n{said}");
            println!("porch has {held} open files then, and had {before}");
            // The tester does not notice that a connection it hardly reads was broken off.
            assert!(held < before + NEWCOMERS, "{what}: connections are held");
            assert!(!said.contains("NO"), "{what}: {said}");
        }
    }
}
