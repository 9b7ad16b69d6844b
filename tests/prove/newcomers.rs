//! Two addresses that hold ten thousand connections and read nothing keep nobody out and make nobody wait; and the
//! slow-read testers of Debian's package `slowhttptest` find nothing.

use std::net::{IpAddr, SocketAddr};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::process::Command;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::figures::Times;
use crate::support::{Device, Door, EVERYONE, Person, Porch, from_env, raise_open_files, tool, within};

const CONNECTIONS: u64 = 10_000;
const NEWCOMERS: usize = 100;
/// Of the two addresses, how many connections are being made at a time.
const AT_ONCE: usize = 200;
/// Requests sent in one go.
const PIPELINED: usize = 50;
const QUIET: Duration = Duration::from_secs(10);
/// How long a newcomer's browser would wait.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two messages of those who talk.
const PAUSE: Duration = Duration::from_millis(50);
const SLOWHTTPTEST: &str = "/usr/bin/slowhttptest";
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

/// Two people who talk until they are told to stop; how long each message took to come back.
async fn talk(device: &mut Device, until: impl Future<Output = ()>) -> Times {
    let mut times = Times::default();
    let mut until = std::pin::pin!(until);
    for at in 0_u64.. {
        let begun = Instant::now();
        device.post(EVERYONE, &format!("t{}-{at}", begun.elapsed().as_nanos()), "All is well").await;
        times.add(begun.elapsed());
        tokio::select! {
            () = until.as_mut() => break,
            () = sleep(PAUSE) => {}
        }
    }
    times
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
async fn fill(port: Port, porch: &Porch, ada: &Person, quiet: &Times, count: u64) {
    let to = match port {
        Port::Plain => porch.http,
        Port::Tls => porch.https,
    };
    let mut device = ada.arrive().await;
    let begun = Instant::now();
    let filling = tokio::spawn(flood(port, to, porch.door.clone(), count));
    let (tell, filled) = tokio::sync::oneshot::channel::<()>();
    let during = talk(&mut device, async {
        let _ = filled.await;
    });
    let look = async {
        let held = filling.await.expect("the flood ends");
        let _ = tell.send(());
        held
    };
    let (filling, held) = tokio::join!(during, look);
    println!("{port:?}: {} of {count} opened in {:?}; while it filled {filling}", held.len(), begun.elapsed());

    let (tell, looked) = tokio::sync::oneshot::channel::<()>();
    let full = talk(&mut device, async {
        let _ = looked.await;
    });
    let look = async {
        let plain = newcomers(Port::Plain, porch.http, &porch.door).await;
        let tls = newcomers(Port::Tls, porch.https, &porch.door).await;
        let _ = tell.send(());
        [plain, tls]
    };
    let (full, came) = tokio::join!(full, look);
    for ((came, times), which) in came.iter().zip(["plain", "TLS"]) {
        println!("{port:?}: of {NEWCOMERS} newcomers {came} came in by {which}: {times}");
    }
    println!("{port:?}: while it is full {full}; {:.2} x the quiet p99", full.ratio(quiet, 99));
    println!("{port:?}: while it filled {:.2} x the quiet p99", filling.ratio(quiet, 99));
    let welcomed = within("the owner's welcome", ada.arrive()).await.so_far().await;
    assert!(!welcomed.is_empty() || came.iter().all(|(came, _)| *came == NEWCOMERS));
    assert!(came.iter().all(|(came, _)| *came == NEWCOMERS), "{came:?}");
    assert!(full.ratio(quiet, 99) <= 2.0, "talk waits while it is full: {full}, quiet {quiet}");
    drop(held);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_addresses_with_ten_thousand_connections_keep_nobody_out() {
    let allowed = raise_open_files().saturating_sub(OTHER_FILES);
    let count = from_env("PORCH_CONNECTIONS", CONNECTIONS).min(allowed);
    let porch = Porch::start().await;
    let ada = porch.door.register("Ada").await;
    let mut device = ada.arrive().await;
    let quiet = talk(&mut device, sleep(QUIET)).await;
    println!("quiet: {quiet}");
    for port in [Port::Plain, Port::Tls] {
        fill(port, &porch, &ada, &quiet, count).await;
    }
    let still = device.post(EVERYONE, "last", "Still here").await;
    assert_eq!(still["body"], "Still here", "who is signed in keeps their connection");
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
    let ada = porch.door.register("Ada").await;
    let mut device = ada.arrive().await;
    let quiet = talk(&mut device, sleep(QUIET)).await;
    println!("quiet: {quiet}");
    let testers: [(&str, &[&str]); 4] = [
        ("slow headers", &["-H", "-i", "5"]),
        ("slow body", &["-B", "-i", "5", "-s", "8192"]),
        ("range", &["-R", "-a", "1", "-b", "3000"]),
        ("slow read", &["-X", "-w", "64", "-y", "128", "-n", "5", "-z", "32", "-k", "5"]),
    ];
    for (what, args) in testers {
        for url in [format!("http://{}/", porch.http), format!("https://{}/", porch.https)] {
            let run = tokio::spawn({
                let url = url.clone();
                async move { tester(args, &url).await }
            });
            let (tell, ended) = tokio::sync::oneshot::channel::<()>();
            let (times, said) = tokio::join!(
                talk(&mut device, async {
                    let _ = ended.await;
                }),
                async {
                    let said = run.await.expect("it ends");
                    let _ = tell.send(());
                    said
                }
            );
            println!("--- {what} against {url}: talk {times}, {:.2} x the quiet p99\n{said}", times.ratio(&quiet, 99));
            assert!(said.contains("No open connections left"), "{what}: some were held until the end: {said}");
            assert!(!said.contains("NO"), "{what}: {said}");
        }
    }
}
