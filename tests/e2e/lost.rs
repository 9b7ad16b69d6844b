//! A data folder that lacks something: what is lost is said, and nobody comes to own a box by its loss.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{BINARY, EVERYONE, Folder, Person, Porch, Start, eventually, number, run};

const FLAGS: [&str; 6] = ["serve", "--https", "127.0.0.1:0", "--http", "127.0.0.1:0", "--no-mdns"];

/// What the doctor finds from outside.
async fn found(data: &Path) -> Vec<String> {
    let (_, out, err) = run(&["doctor", "--json", "--no-mdns"], Some(data)).await;
    let report: Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out} {err}"));
    let lines = report["checks"].as_array().expect("a report has lines");
    lines.iter().filter_map(|line| line["finding"].as_str().map(str::to_owned)).collect()
}

fn size_to(path: &Path, bytes: u64) {
    let file = fs::File::options().write(true).open(path).expect("it is there");
    file.set_len(bytes).expect("it can be cut");
}

#[tokio::test]
async fn a_box_whose_database_is_gone_says_so_and_begins_anew_only_when_told_to() {
    let folder = Folder::new();
    let porch = Porch::start_with(Start::on(&folder)).await;
    porch.door.register("Ada").await;
    let fingerprint = fs::read(folder.data().join("tls/ca.pem")).expect("there is a CA");
    assert!(porch.stop().await.success());
    let data = folder.data();
    let (database, backup) = (data.join("porch.db"), folder.path("backup.db"));
    let (status, _, err) = run(&["begin-anew"], Some(&data)).await;
    assert!(!status.success() && err.contains("nothing was changed"), "{err}");

    fs::rename(&database, &backup).expect("it can be moved");
    for step in ["missing", "empty"] {
        for args in [&FLAGS[..], &["user", "list"]] {
            let (status, out, err) = run(args, Some(&data)).await;
            assert!(!status.success() && err.contains("porch begin-anew --data-dir"), "{step} {out} {err}");
        }
        let found = found(&data).await;
        assert!(found.contains(&"database_gone".to_owned()), "{step}: {found:?}");
        fs::write(&database, "").expect("it can be written");
    }
    assert_eq!(fs::metadata(&database).expect("it is there").len(), 0, "nothing was begun");

    // Put back, everything is there again.
    fs::copy(&backup, &database).expect("it can be copied");
    let (status, out, err) = run(&["user", "list"], Some(&data)).await;
    assert!(status.success() && out.contains("Ada"), "{out} {err}");

    fs::remove_file(&database).expect("it can be removed");
    let (status, out, err) = run(&["begin-anew"], Some(&data)).await;
    assert!(status.success() && out.contains("before-1"), "{out} {err}");
    let porch = Porch::start_with(Start::on(&folder)).await;
    assert_eq!(fs::read(data.join("tls/ca.pem")).expect("it is there"), fingerprint, "devices trust it still");
    let bob = porch.door.register("Bob").await;
    assert_eq!(bob.get("/api/me").await["user"]["role"], "owner");
}

#[tokio::test]
async fn a_first_start_that_was_killed_anywhere_is_begun_again() {
    for name in ["porch.lock", "porch.db", "porch.db-wal", "search.db", "clock.json", "tls", "tls/ca.pem"] {
        let folder = Folder::new();
        let mut first = Command::new(BINARY)
            .args(FLAGS)
            .arg("--data-dir")
            .arg(folder.data())
            .env_remove("PORCH_CONFIG")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary can be run");
        eventually(name, || folder.data().join(name).exists()).await;
        first.kill().expect("it can be killed");
        first.wait().expect("it can be waited for");
        let porch = Porch::start_with(Start::on(&folder)).await;
        let ada = porch.door.register("Ada").await;
        assert_eq!(ada.get("/api/me").await["user"]["role"], "owner", "killed at {name}");
        assert!(!folder.log().contains("has lost"), "killed at {name}: {}", folder.log());
    }
}

#[tokio::test]
async fn a_log_that_was_cut_is_told_in_the_log_by_the_doctor_and_to_the_owner() {
    let folder = Folder::new();
    let porch = Porch::start_with(Start::on(&folder)).await;
    let ada = porch.door.register("Ada").await;
    let mut device = ada.arrive().await;
    for at in 0..40 {
        device.post(EVERYONE, &format!("01-{at}"), &"all that was kept ".repeat(200)).await;
    }
    porch.kill().await;
    let data = folder.data();
    let log = data.join("porch.db-wal");
    size_to(&log, fs::metadata(&log).expect("there is a log").len() / 2);

    let porch = Porch::start_with(Start::on(&folder)).await;
    assert_eq!(folder.log().matches("the database has lost its newest part").count(), 1, "{}", folder.log());
    let ada = Person { door: porch.door.clone(), ..ada };
    let report = ada.get("/api/doctor?quick=true").await;
    let lines = report["checks"].as_array().expect("a report has lines");
    assert!(lines.iter().any(|line| line["finding"] == "database_lost"), "{report}");
    assert!(found(&data).await.contains(&"database_lost".to_owned()));
    // It goes on, and goes on telling, but notices nothing new.
    ada.arrive().await.post(EVERYONE, "02-a", "Still here").await;
    assert!(porch.stop().await.success());
    let porch = Porch::start_with(Start::on(&folder)).await;
    assert_eq!(folder.log().matches("the database has lost its newest part").count(), 1, "{}", folder.log());
    assert!(found(&data).await.contains(&"database_lost".to_owned()));
    drop(porch);
}

#[tokio::test]
async fn a_box_that_has_lost_everybody_has_no_first_visitor_either() {
    let folder = Folder::new();
    let porch = Porch::start_with(Start::on(&folder)).await;
    let layout = fs::metadata(folder.data().join("porch.db-wal")).expect("there is a log").len();
    porch.door.register("Ada").await;
    porch.kill().await;
    let data = folder.data();
    size_to(&data.join("porch.db-wal"), layout);
    for _ in 0..2 {
        let (status, _, err) = run(&FLAGS, Some(&data)).await;
        assert!(!status.success() && err.contains("begin-anew"), "{err}");
    }
    let (status, out, err) = run(&["begin-anew"], Some(&data)).await;
    assert!(status.success(), "{out} {err}");
    let porch = Porch::start_with(Start::on(&folder)).await;
    porch.door.register("Bob").await;
}

#[tokio::test]
async fn a_box_put_back_from_a_backup_and_written_on_is_another_history() {
    let folder = Folder::new();
    let backup = folder.path("backup");
    let porch = Porch::start_with(Start::on(&folder)).await;
    let ada = porch.door.register("Ada").await;
    let mut device = ada.connect().await;
    let epoch = number(&device.hello(None).await["epoch"]);
    let first = number(&device.post(EVERYONE, "1", "before the backup").await["id"]);
    assert!(porch.stop().await.success());
    copy_folder(&folder.data(), &backup);

    let porch = Porch::start_with(Start::on(&folder)).await;
    let ada = Person { door: porch.door.clone(), ..ada };
    let mut device = ada.connect().await;
    let welcome = device.hello_from(first, Some(epoch)).await;
    assert_eq!(welcome["resume"], "ok", "a restart is none: {welcome}");
    let lost_epoch = number(&welcome["epoch"]);
    let lost = number(&device.post(EVERYONE, "2", "after the backup").await["id"]);
    assert!(porch.stop().await.success());

    fs::remove_dir_all(folder.data()).expect("it can be removed");
    fs::rename(&backup, folder.data()).expect("it can be put back");
    let porch = Porch::start_with(Start::on(&folder)).await;
    let ada = Person { door: porch.door.clone(), ..ada };
    let mut device = ada.connect().await;
    device.hello(None).await;
    for text in ["3", "4", "5"] {
        device.post(EVERYONE, text, "on the backup").await;
    }
    // More has been said than before: by the number alone nobody would know.
    for (after, epoch, resume) in [
        (lost, Some(lost_epoch), "reload"),
        (first, Some(lost_epoch), "reload"),
        (lost, Some(epoch), "reload"),
        (first, Some(epoch), "ok"),
        (lost, None, "ok"),
    ] {
        let welcome = ada.connect().await.hello_from(after, epoch).await;
        assert_eq!(welcome["resume"], resume, "{after} {epoch:?}: {welcome}");
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir(to).expect("it can be made");
    for entry in fs::read_dir(from).expect("it can be listed") {
        let entry = entry.expect("it can be listed");
        let copy = to.join(entry.file_name());
        if entry.file_type().expect("it has a kind").is_dir() {
            copy_folder(&entry.path(), &copy);
        } else {
            fs::copy(entry.path(), copy).expect("it can be copied");
        }
    }
}
