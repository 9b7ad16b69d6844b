//! A disk that is full, or fails: the author is told, nobody else notices, and it mends by itself.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
use serde_json::{Value, json};
use tokio::time::interval;

use crate::support::{BINARY, Device, EVERYONE, Folder, Person, Porch, Start, seq, within};

/// The size of the small disk: a new porch, some messages, and room for its log once what is in the way has gone.
const DISK: &str = "size=10m";
/// Bytes of what is in the way on it, and goes later.
const BALLAST_BYTES: usize = 5 << 20;
/// Messages of this many bytes, so that the disk is full soon. Without words: the index is not what is tested.
const BODY: &str = "🦀";
const BODY_CHARS: usize = 8_000;
/// Messages before the others are listened to: a connection that is not read from is dropped.
const AT_ONCE: usize = 20;

/// Says aloud, past the capture of tests, that something was not tested.
fn skipped(why: &str) {
    // If nobody can be told, nobody reads it.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
}

fn may_mount() -> bool {
    let tried = Command::new("unshare").args(["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).output();
    tried.is_ok_and(|output| output.status.success())
}

/// Sends one message, again and again, until it is stored.
async fn post_in_the_end(device: &mut Device, name: &str) -> Value {
    let tries = async {
        let mut ticks = interval(Duration::from_millis(200));
        loop {
            ticks.tick().await;
            let answer = device.post(EVERYONE, name, "Is there room again?").await;
            if answer["type"] == "message" {
                return answer;
            }
        }
    };
    within("the recovery of the disk", tries).await
}

/// What everybody still can while nothing can be stored.
async fn check_still_up(ada: &Person, phone: &mut Device, other: &mut Device, stored: u64) {
    other.so_far().await;
    phone.say(json!({"type": "typing", "room": EVERYONE})).await;
    other.until_type("typing").await;
    let newest = ada.get(&format!("/api/rooms/{EVERYONE}/messages?limit=1")).await;
    assert_eq!(newest["messages"][0]["n"].as_u64().unwrap_or(0), stored, "nothing of what failed is there");
}

/// Fills the disk with messages from fresh connections while others listen; gives how many were stored, the error that
/// ended it, and how many events each of the others heard.
async fn fill<const N: usize>(ada: &Person, body: &str, mut others: [&mut Device; N]) -> (u64, Value, [u64; N]) {
    let (mut stored, mut heard) = (0, [0; N]);
    loop {
        let mut device = ada.arrive().await;
        let mut end = None;
        for _ in 0..AT_ONCE {
            let answer = device.post(EVERYONE, &format!("fill-{stored}"), body).await;
            if answer["type"] != "message" {
                end = Some(answer);
                break;
            }
            stored += 1;
        }
        for (other, heard) in others.iter_mut().zip(&mut heard) {
            *heard += other.so_far().await.iter().filter_map(seq).count() as u64;
        }
        if let Some(error) = end {
            return (stored, error, heard);
        }
    }
}

/// The owner and the doctor hear that the disk is full, and nobody speaks of damage or of backups.
async fn check_advice(owner: &Person, pid: u32, data: &str) {
    let quick = owner.get("/api/doctor?quick=true").await;
    let into_its_mounts = ["--target", &pid.to_string(), "--mount", BINARY, "doctor", "--json", "--no-mdns"];
    let doctor = Command::new("nsenter").args(into_its_mounts).args(["--data-dir", data]).output();
    let from_outside: Value = serde_json::from_slice(&doctor.expect("the doctor can be run").stdout).expect("JSON");
    let found = |report: &Value| -> Vec<String> {
        let lines = report["checks"].as_array().expect("a report has lines").iter();
        lines.filter(|line| line["level"] == "problem").map(|line| line["finding"].to_string()).collect()
    };
    assert!(found(&quick).contains(&"\"database_full\"".to_owned()), "{quick}");
    assert!(found(&from_outside).contains(&"\"disk_space_full\"".to_owned()), "{from_outside}");
    for report in [&quick, &from_outside] {
        assert!(!report.to_string().contains("from a backup"), "{report}");
    }
}

#[tokio::test]
async fn a_full_disk_is_told_to_the_author_alone_and_recovers_when_there_is_room() {
    if !may_mount() {
        return skipped("a full disk: needs the right to mount a small one (run as root)");
    }
    let folder = Folder::new();
    let data = folder.data();
    std::fs::create_dir(&data).expect("a folder can be made");
    let script = format!("mount -t tmpfs -o {DISK} tmpfs \"$0\" && exec \"$@\"");
    let data = data.to_str().expect("the path is text");
    let under = ["unshare", "-m", "sh", "-c", &script, data].map(str::to_owned).to_vec();
    let porch = Porch::start_with(Start { under, ..Start::on(&folder) }).await;
    // The mount is porch's alone; its process is the way to it.
    let ballast = PathBuf::from(format!("/proc/{}/root{data}/ballast", porch.pid()));
    std::fs::write(&ballast, vec![1; BALLAST_BYTES]).expect("the small disk has room for it");
    let (ada, bob) = (porch.door.register("Ada").await, porch.door.register("Bob").await);
    let (mut phone, mut other) = (ada.arrive().await, bob.arrive().await);

    let (stored, error, heard) = fill(&ada, &BODY.repeat(BODY_CHARS), [&mut other, &mut phone]).await;
    assert_eq!((&error["type"], &error["code"]), (&json!("error"), &json!("disk_full")), "after {stored}");
    assert!(stored > 10 && error["retry_ms"].is_u64() && error["client_msg_id"].is_string(), "{error}");
    // Everything that was stored was told, and nothing else.
    assert_eq!(heard, [stored; 2]);
    check_still_up(&ada, &mut phone, &mut other, stored).await;
    check_advice(&ada, porch.pid(), data).await;

    std::fs::remove_file(ballast).expect("it can be taken away");
    let recovered = post_in_the_end(&mut phone, "02-a").await;
    assert_eq!(other.until_type("message").await, recovered);
    assert_eq!(recovered["n"], stored + 1);
    assert!(porch.stop().await.success());
}

#[tokio::test]
async fn a_failing_disk_is_told_to_the_author_alone_and_recovers_when_it_works() {
    let folder = Folder::new();
    // Without its signal, the limit on the size of files is a disk that refuses to be written to.
    let under = ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"].map(str::to_owned).to_vec();
    let porch = Porch::start_with(Start { under, ..Start::on(&folder) }).await;
    let (ada, bob) = (porch.door.register("Ada").await, porch.door.register("Bob").await);
    let (mut phone, mut other) = (ada.arrive().await, bob.arrive().await);
    phone.post(EVERYONE, "01-a", "While it works").await;
    other.until_type("message").await;

    let pid = Pid::from_raw(porch.pid() as i32);
    let maximum = getrlimit(Resource::Fsize).maximum;
    let limit = |current| prlimit(pid, Resource::Fsize, Rlimit { current, maximum }).expect("a child can be limited");
    limit(Some(1));
    let error = phone.post(EVERYONE, "01-b", "While it fails").await;
    assert_eq!((&error["type"], &error["code"]), (&json!("error"), &json!("storage_failed")), "{error}");
    assert!(other.so_far().await.iter().all(|message| seq(message).is_none()));
    check_still_up(&ada, &mut phone, &mut other, 1).await;

    limit(maximum);
    let recovered = post_in_the_end(&mut phone, "01-b").await;
    assert_eq!(other.until_type("message").await, recovered);
    assert!(porch.stop().await.success());
}
