//! The command line, and how porch starts and stops.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::support::{Closed, EVERYONE, Folder, Person, Porch, ask_plainly, run, within};

#[tokio::test]
async fn the_version_is_that_of_the_package() {
    let (status, out, _) = run(&["--version"], None).await;
    assert!(status.success());
    assert_eq!(out.trim(), format!("porch {}", env!("CARGO_PKG_VERSION")));
}

#[tokio::test]
async fn a_wrong_value_is_named_with_what_is_allowed() {
    let folder = Folder::new();
    let (status, out, err) = run(&["--https", "somewhere"], Some(&folder.data())).await;
    assert_eq!((status.code(), out.as_str()), (Some(2), ""));
    for part in ["https", "somewhere", "allowed"] {
        assert!(err.contains(part), "{part:?} is not in {err}");
    }
    assert!(!folder.data().exists(), "nothing was touched");
    let (status, _, err) = run(&["--htps", "127.0.0.1:0"], None).await;
    assert_eq!(status.code(), Some(2), "{err}");
}

#[tokio::test]
async fn the_configuration_is_shown_with_where_it_comes_from() {
    let folder = Folder::new();
    let file = folder.path("porch.toml");
    std::fs::write(&file, "name = \"Galley\"\n").expect("the file can be written");
    let args = ["config", "--https", "127.0.0.1:4433", "--config", file.to_str().expect("the path is text")];
    let (status, out, err) = run(&args, Some(&folder.data())).await;
    assert!(status.success(), "{err}");
    let line =
        |word: &str| out.lines().find(|line| line.contains(word)).unwrap_or_else(|| panic!("no {word} in {out}"));
    assert!(line("127.0.0.1:4433").contains("https") && line("127.0.0.1:4433").contains("--https"), "{out}");
    assert!(line("Galley").contains("porch.toml"), "{out}");
    assert!(out.lines().any(|line| line.contains("default")), "{out}");
}

#[tokio::test]
async fn a_second_porch_on_the_same_folder_refuses_and_leaves_the_first_alone() {
    let porch = Porch::start().await;
    let ada = porch.door.register("Ada").await;
    let args = ["--https", "127.0.0.1:0", "--http", "127.0.0.1:0", "--no-mdns"];
    let (status, out, err) = run(&args, Some(&porch.folder.data())).await;
    assert_eq!((status.code(), out.as_str()), (Some(1), ""));
    assert!(err.contains("already running"), "{err}");
    ada.arrive().await.post(EVERYONE, "01-a", "Undisturbed").await;
}

#[tokio::test]
async fn a_port_that_is_taken_is_told_and_port_0_finds_another() {
    let porch = Porch::start().await;
    let folder = Folder::new();
    let taken = porch.https.to_string();
    let (status, _, err) = run(&["--https", &taken, "--http", "127.0.0.1:0", "--no-mdns"], Some(&folder.data())).await;
    assert_eq!(status.code(), Some(1));
    assert!(err.contains("https") && err.contains(&taken), "{err}");
    let other = Porch::again(&folder, 0).await;
    assert_ne!(other.https, porch.https);
}

#[tokio::test]
async fn stopping_tells_clients_that_it_goes_away_and_keeps_what_was_accepted() {
    let porch = Porch::start().await;
    let ada = porch.door.register("Ada").await;
    let (mut phone, mut silent) = (ada.arrive().await, ada.connect().await);
    let posted = phone.post(EVERYONE, "01-a", "Before the end").await;
    let (folder, port) = (porch.folder.clone(), porch.https.port());
    porch.ask_to_stop();
    for device in [&mut phone, &mut silent] {
        assert_eq!(device.closed().await, Closed::Code(1001));
    }
    assert_eq!(porch.ended().await.code(), Some(0));
    assert!(folder.data().join("porch.db").exists());
    assert!(!folder.data().join("porch.db-wal").exists(), "a clean end leaves one file");

    let porch = Porch::again(&folder, port).await;
    let (_, welcome) = ada.resume(posted["id"].as_u64().expect("an id")).await;
    assert_eq!(welcome["resume"], "ok");
    assert_eq!(porch.stop().await.code(), Some(0));
}

#[tokio::test]
async fn silent_connections_do_not_keep_porch_from_stopping() {
    let porch = Porch::start().await;
    let ada = porch.door.register("Ada").await;
    let ended = AtomicUsize::new(0);
    let mut deaf = ada.arrive().await;
    let tcp = porch.door.tcp().await.expect("porch can be reached");
    let tls = porch.door.wire().await.expect("porch can be reached");
    // Each says which one it was to end.
    let end = async |io: &mut (dyn AsyncRead + Unpin + Send)| {
        // An error is an end as well.
        let _ = within("the end of a connection", io.read_to_end(&mut Vec::new())).await;
        ended.fetch_add(1, Ordering::SeqCst)
    };
    porch.ask_to_stop();
    let (mut tcp, mut tls) = (tcp, tls);
    // Read past the client, so that nothing answers the server's goodbye: it waits for that, but for nothing else.
    let (tcp, tls, deaf) = tokio::join!(end(&mut tcp), end(&mut tls), end(deaf.socket.get_mut()));
    assert!(tcp < deaf && tls < deaf, "the silent ones were waited for: {tcp}, {tls}, {deaf}");
    assert_eq!(porch.ended().await.code(), Some(0));
}

#[tokio::test]
async fn the_owner_of_the_board_looks_after_accounts() {
    let porch = Porch::start().await;
    let (ada, bob) = (porch.door.register("Ada").await, porch.door.register("Bob").await);
    let cyd = porch.door.register("Cyd").await;
    let (folder, port) = (porch.folder.clone(), porch.https.port());
    let data = folder.data();
    let (status, _, err) = run(&["user", "list"], Some(&data)).await;
    assert_eq!(status.code(), Some(1));
    assert!(err.contains("stop it first"), "{err}");
    porch.stop().await;

    let (status, out, err) = run(&["user", "list"], Some(&data)).await;
    assert!(status.success(), "{err}");
    let rows: Vec<Vec<&str>> = out.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows, [["1", "owner", "Ada"], ["2", "member", "Bob"], ["3", "member", "Cyd"]]);
    let (status, _, err) = run(&["user", "make-owner", "Nobody"], Some(&data)).await;
    assert_eq!(status.code(), Some(1));
    assert!(err.contains("Nobody"), "{err}");
    assert!(run(&["user", "make-owner", "Bob"], Some(&data)).await.0.success());
    let (status, out, err) = run(&["user", "reset-password", "Ada"], Some(&data)).await;
    assert!(status.success(), "{err}");
    let fresh = out.lines().last().expect("the new password is printed").trim().to_owned();
    for (command, name, ends) in [
        ("delete", "Ada", "take that back first"),
        ("revoke-owner", "Cyd", "is no owner"),
        ("delete", "Cyd", ""),
        ("delete", "Cyd", "nobody here"),
        ("sign-out", "Bob", ""),
        ("revoke-owner", "Ada", ""),
        ("revoke-owner", "Bob", "needs an owner"),
    ] {
        let (status, _, err) = run(&["user", command, name], Some(&data)).await;
        assert_eq!(status.success(), ends.is_empty(), "{command} {name}: {err}");
        assert!(err.contains(ends), "{command} {name}: {err}");
    }

    let porch = Porch::again(&folder, port).await;
    assert_eq!(ada.ask("GET", "/api/me", None).await.status, 401, "signed out everywhere");
    let why = async |person: &Person| person.ask("GET", "/api/me", None).await.json()["error"]["ended"].clone();
    assert_eq!([why(&ada).await, why(&bob).await], ["password_changed", "signed_out_by_owner"]);
    assert_eq!(why(&cyd).await, "account_deleted_by_owner");
    let bob = porch.door.log_in("Bob", false).await.expect("his password is the same");
    assert_eq!(bob.get("/api/me").await["user"]["role"], "owner");
    let old = porch.door.log_in("Ada", false).await.err().expect("the old password is no more");
    assert_eq!(old.code(), "sign_in_failed");
    let credentials = json!({"name": "Ada", "password": fresh});
    assert_eq!(porch.door.ask("POST", "/api/login", None, Some(&credentials)).await.status, 200);
}

#[tokio::test]
async fn what_pages_told_outlives_a_stop_and_is_shown_at_the_board() {
    let porch = Porch::start().await;
    let ada = porch.door.register("Ada").await;
    let error = json!({"name":"TypeError","text":"… is null","stack":["a.js:1:2"],"screen":"room","count":2});
    let beacon = json!({"version":"0.1.0","errors":[error],"load_ms":700,"long_tasks":0,"longest_ms":0,"lost":0});
    assert_eq!(porch.door.ask("POST", "/api/monitor", None, Some(&beacon)).await.status, 204);
    let told = ada.get("/api/monitor").await;
    assert_eq!((&told["errors"][0]["count"], &told["times"]["loads"]), (&json!(2), &json!(1)));
    let (folder, port) = (porch.folder.clone(), porch.https.port());
    porch.stop().await;

    let (status, out, err) = run(&["monitor"], Some(&folder.data())).await;
    assert!(status.success(), "{err}");
    assert_eq!(serde_json::from_str::<Value>(&out).expect("JSON"), told);
    let porch = Porch::again(&folder, port).await;
    assert_eq!(ada.get("/api/monitor").await, told);
    porch.stop().await;
}

#[tokio::test]
async fn the_doctor_tells_the_owner_and_the_terminal_the_same_of_a_running_box() {
    let porch = Porch::start().await;
    let ada = porch.door.register("Ada").await;
    let of_ports = |report: &Value| {
        let lines = report["checks"].as_array().expect("a list").iter().filter(|line| line["check"] == "ports");
        lines.map(|line| (line["finding"].clone(), line["values"]["port"].clone())).collect::<Vec<_>>()
    };
    let held = |port: u16| (json!("port_held"), json!(port.to_string()));
    let ports = [held(porch.https.port()), held(porch.http.port())];
    assert_eq!(of_ports(&ada.get("/api/doctor").await), ports);
    let args = ["doctor", "--json", "--https", "127.0.0.1:0", "--http", "127.0.0.1:0", "--no-mdns"];
    let (_, out, err) = run(&args, Some(&porch.folder.data())).await;
    let report: Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out} {err}"));
    assert_eq!(of_ports(&report), ports);
    // In words, the same lines.
    let (_, out, _) = run(&["doctor", "--no-mdns"], Some(&porch.folder.data())).await;
    assert!(out.lines().any(|line| line.starts_with("ok       data folder  The database is there")), "{out}");
    let (status, _, err) = run(&["doctor", "--jsn"], None).await;
    assert_eq!(status.code(), Some(2), "{err}");
}

#[tokio::test]
async fn the_plain_port_answers_health_guides_people_and_sends_programs_to_https() {
    let porch = Porch::start().await;
    let health = ask_plainly(porch.http, "/healthz").await;
    assert_eq!((health.status, health.body.as_slice()), (200, &b"ok"[..]));
    let there = format!("https://127.0.0.1:{}", porch.https.port());
    let guide = ask_plainly(porch.http, "/people?x=1").await;
    assert_eq!(guide.status, 200);
    let text = String::from_utf8_lossy(&guide.body);
    assert!(text.contains(&format!("href=\"{there}/people?x=1\"")), "{text}");
    let api = ask_plainly(porch.http, "/api/box").await;
    assert_eq!((api.status, api.header("location")), (302, Some(format!("{there}/api/box").as_str())));
    assert_eq!(porch.door.ask("GET", "/healthz", None, None).await.body, b"ok");
}
