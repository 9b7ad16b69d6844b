//! A box with 256 MB survives clients that ask for everything there is and read nothing, and those who talk notice
//! little.

use std::any::Any;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use porch::proto::client::PROTOCOL_VERSION;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, sleep};

use crate::figures::Times;
use crate::filling;
use crate::support::{Device, Door, EVERYONE, Folder, Person, Porch, Start, from_env, number, within};

/// Of each kind.
const CONNECTIONS: usize = 160;
const MEMORY_BYTES_MAX: u64 = 256 << 20;
const LONG_MESSAGES: usize = 400;
/// A connection may say ten things a second.
const PAUSE: Duration = Duration::from_millis(120);
const TALK: Duration = Duration::from_secs(30);
const RATIO_MAX: f64 = 2.0;

/// Something that is held open and not read.
type Unread = Box<dyn Any + Send>;

/// A control group with little memory, of whichever version the system has.
struct Group {
    dir: PathBuf,
    limit: &'static str,
    peak: &'static str,
    events: &'static str,
}

impl Group {
    /// None where we may not make one.
    fn new() -> Option<Self> {
        let name = format!("porch-prove-{}", std::process::id());
        let second = Path::new("/sys/fs/cgroup/cgroup.controllers").exists();
        let group = if second {
            let dir = Path::new("/sys/fs/cgroup").join(name);
            Self { dir, limit: "memory.max", peak: "memory.peak", events: "memory.events" }
        } else {
            let dir = Path::new("/sys/fs/cgroup/memory").join(name);
            let (limit, peak) = ("memory.limit_in_bytes", "memory.max_usage_in_bytes");
            Self { dir, limit, peak, events: "memory.oom_control" }
        };
        fs::create_dir(&group.dir).ok()?;
        fs::write(group.dir.join(group.limit), MEMORY_BYTES_MAX.to_string()).ok()?;
        Some(group)
    }

    /// What puts a program into it that is named behind.
    fn under(&self) -> Vec<String> {
        let script = format!("echo $$ > {}/cgroup.procs && exec \"$@\"", self.dir.display());
        ["sh", "-c", &script, "sh"].map(str::to_owned).to_vec()
    }

    fn peak(&self) -> String {
        fs::read_to_string(self.dir.join(self.peak)).unwrap_or_default().trim().to_owned()
    }

    fn killed(&self) -> u64 {
        let events = fs::read_to_string(self.dir.join(self.events)).expect("the group is there");
        let kills = events.lines().find_map(|line| line.strip_prefix("oom_kill ")?.parse().ok());
        kills.expect("the system counts kills")
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Only when its last process is gone; an empty one that is left behind harms nobody.
        let _ = fs::remove_dir(&self.dir);
    }
}

/// Two people talk: how long from the sending until the other hears.
async fn talk(speaker: &mut Device, listener: &mut Device, round: &str) -> Times {
    let (mut times, begun) = (Times::default(), Instant::now());
    while begun.elapsed() < TALK {
        let id = format!("{round}-{}", times.count());
        let said = Instant::now();
        speaker.send(EVERYONE, &id, "hello").await;
        listener.until(|message| message["client_msg_id"] == id.as_str()).await;
        times.add(said.elapsed());
        speaker.until(|message| message["client_msg_id"] == id.as_str()).await;
        sleep(PAUSE).await;
    }
    times
}

/// Asks for these over connections of their own, several times each, and reads nothing.
async fn ask(door: &Door, cookie: Option<&str>, paths: &[String]) -> Vec<Unread> {
    let mut unread: Vec<Unread> = Vec::new();
    for path in paths {
        let cookie = cookie.map(|cookie| format!("Cookie: {cookie}\r\n")).unwrap_or_default();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{cookie}\r\n", door.https).repeat(4);
        for _ in 0..CONNECTIONS {
            // Refused when it holds too many: that is the answer, too.
            let Ok(mut wire) = door.narrow().await else { break };
            if wire.write_all(request.as_bytes()).await.is_ok() && wire.flush().await.is_ok() {
                unread.push(Box::new(wire));
            }
        }
    }
    unread
}

/// The same in the clear.
async fn ask_plainly(http: std::net::SocketAddr, path: &str) -> Vec<Unread> {
    let mut unread: Vec<Unread> = Vec::new();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {http}\r\n\r\n").repeat(4);
    for _ in 0..CONNECTIONS {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4_096).expect("a small buffer");
        let connected: std::io::Result<TcpStream> = within("a connection", socket.connect(http)).await;
        let Ok(mut wire) = connected else { break };
        if wire.write_all(request.as_bytes()).await.is_ok() {
            unread.push(Box::new(wire));
        }
    }
    unread
}

/// WebSockets that resume from before everything, and read nothing.
async fn resume(person: &Person) -> Vec<Unread> {
    let mut unread: Vec<Unread> = Vec::new();
    for _ in 0..CONNECTIONS {
        let Ok(wire) = person.door.narrow().await else { break };
        let mut device = person.connect_over(wire).await;
        device.say(json!({"type": "hello", "version": PROTOCOL_VERSION, "tab": 1, "after": 0})).await;
        unread.push(Box::new(device));
    }
    unread
}

/// Somebody who came by this invite.
async fn join(door: &Door, token: &str, name: &str) -> Person {
    let answer = door.ask("POST", &format!("/api/join/{token}"), None, Some(&json!({"name": name}))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    Person::signed_in(door, &answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_box_survives_whoever_reads_nothing() {
    let Some(group) = Group::new() else {
        return eprintln!("SKIPPED: no control group can be made here: root is needed");
    };
    crate::support::raise_open_files();
    let folder = Folder::new();
    let porch = Porch::start_with(Start::on(&folder)).await;
    let [ada, bob, eve] =
        [porch.door.register("Ada").await, porch.door.register("Bob").await, porch.door.register("Eve").await];
    let mut owner = ada.arrive().await;
    let made = owner.command(json!({"type": "create_room", "name": "Hall", "access": "open", "members": [eve.id]}), 1);
    let hall = number(&made.await["room"]);
    let opened = owner.command(json!({"type": "set_room", "room": hall, "setting": {"guests": true}}), 2).await;
    assert_eq!(opened["type"], "done", "{opened}");
    let invite = json!({"role": "guest", "once": false, "ends_at": null, "rooms": [hall], "stay_s": null, "note": ""});
    let invite = ada.ask("POST", "/api/invites", Some(&invite)).await.json();
    let token = invite["invite"]["token"].as_str().expect("a token").to_owned();
    let gus = join(&porch.door, &token, "Gus").await;
    let port = porch.https.port();
    assert!(porch.stop().await.success());
    // As long as messages may be, in letters of four bytes.
    let long = |i: usize| format!("word{i} {}", "\u{1f600}".repeat(7_980));
    for room in [EVERYONE, hall] {
        filling::fill(&folder, room, &[ada.id], LONG_MESSAGES, long);
    }

    let start = Start { https_port: port, under: group.under(), ..Start::on(&folder) };
    let porch = Porch::start_with(start).await;
    let (mut speaker, mut listener) = (ada.arrive().await, bob.arrive().await);
    let quiet = talk(&mut speaker, &mut listener, "quiet").await;
    println!("before   {quiet}; peak {} bytes", group.peak());
    let paths = |room: u64| {
        let all = [
            format!("/api/rooms/{room}/messages?limit=100"),
            "/api/search?q=word*&limit=50".to_owned(),
            "/api/people".to_owned(),
            "/api/rooms".to_owned(),
            format!("/api/rooms/{room}/members"),
            "/".to_owned(),
        ];
        all.to_vec()
    };
    let open = ["/", "/api/box", "/ca.mobileconfig", &format!("/api/join/{token}")].map(str::to_owned);
    let mut unread = ask(&porch.door, Some(&gus.cookie), &paths(hall)).await;
    unread.extend(ask(&porch.door, Some(&eve.cookie), &paths(EVERYONE)).await);
    unread.extend(ask(&porch.door, None, &open).await);
    unread.extend(ask_plainly(porch.http, "/").await);
    unread.extend(ask_plainly(porch.http, "/ca.mobileconfig").await);
    unread.extend(resume(&gus).await);
    unread.extend(resume(&eve).await);
    println!("held     {} connections that read nothing; peak {} bytes", unread.len(), group.peak());
    let while_held = talk(&mut speaker, &mut listener, "held").await;
    let ratio = while_held.ratio(&quiet, 99);
    println!("while    {while_held}; peak {} bytes of {MEMORY_BYTES_MAX}", group.peak());
    println!("p99 is {ratio:.2} times as long; killed {}", group.killed());
    // For whoever wants to look at it.
    sleep(Duration::from_secs(from_env("PORCH_HOLD_SECONDS", 0))).await;
    assert_eq!(group.killed(), 0);
    assert_eq!(eve.get("/api/me").await["user"]["id"], eve.id, "porch answers the same people still");
    assert!(ratio <= RATIO_MAX, "{ratio}");
    drop(unread);
    assert!(porch.stop().await.success());
}
