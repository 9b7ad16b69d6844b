//! What porch writes down of itself.

use serde_json::json;

use crate::support::{EVERYONE, Folder, Porch, Start, ask_plainly, password};

/// Said in every place where people write, and to be found in no log.
const SECRET: &str = "Xylophonquartett";

#[tokio::test]
async fn at_its_finest_level_the_log_holds_nothing_of_what_people_write() {
    let folder = Folder::new();
    let levels = "PORCH_LOG=trace,tungstenite=trace,hyper=trace,rustls=trace".to_owned();
    let start = Start { under: vec!["env".into(), levels], ..Start::on(&folder) };
    let porch = Porch::start_with(start).await;
    let ada = porch.door.register(&format!("Ada {SECRET}")).await;
    let eve = porch.door.register("Eve").await;
    let mut device = ada.arrive().await;
    let room = json!({"type": "create_room", "name": SECRET, "access": "closed", "members": [eve.id]});
    assert_eq!(device.command(room, 1).await["type"], "done");
    device.post(EVERYONE, "01-a", &format!("Nobody else: {SECRET}")).await;
    device.say_text(&format!("{{\"type\":\"{SECRET}\"}}")).await;
    device.closed().await;
    let found = ada.get(&format!("/api/search?q={SECRET}")).await;
    assert_eq!(found["hits"].as_array().map(Vec::len), Some(1), "{found}");
    ada.get(&format!("/api/rooms/{EVERYONE}/messages")).await;
    let (mut resumed, _) = eve.resume(0).await;
    resumed.so_far().await;
    let invite =
        json!({"role": "guest", "once": false, "ends_at": null, "rooms": [EVERYONE], "stay_s": null, "note": SECRET});
    let invite = ada.ask("POST", "/api/invites", Some(&invite)).await;
    let token = invite.json()["invite"]["token"].as_str().unwrap_or_default().to_owned();
    porch.door.ask("GET", &format!("/api/join/{token}"), None, None).await;
    ask_plainly(porch.http, &format!("/j/{token}?x={SECRET}")).await;
    let code = ada.ask("POST", &format!("/api/people/{}/code", eve.id), None).await.json()["code"].clone();
    let code = code.as_str().unwrap_or_default().to_owned();
    let reset = json!({"name": "Eve", "code": code, "new_password": format!("new {SECRET}")});
    assert_eq!(porch.door.ask("POST", "/api/reset", None, Some(&reset)).await.status, 200);
    ada.ask("DELETE", &format!("/api/people/{}/sessions", eve.id), None).await;
    ada.ask("DELETE", &format!("/api/people/{}/account", eve.id), None).await;
    let bad = json!({"name": "Eve", "password": SECRET});
    porch.door.ask("POST", "/api/login", None, Some(&bad)).await;
    assert!(porch.stop().await.success());

    let log = folder.log();
    assert!(log.contains("stopping"), "the log is written: {log}");
    let cookies =
        [&ada.cookie, &eve.cookie].map(|cookie| cookie.split_once('=').expect("a name and a value").1.to_owned());
    for act in ["gave a code for a new password to", "signed out everywhere", "deleted the account of"] {
        assert!(log.contains(&format!("owner {} {act} person {}", ada.id, eve.id)), "{act} is not in {log}");
    }
    let secrets = [SECRET.to_owned(), password("Eve"), token, code].into_iter().chain(cookies);
    for secret in secrets.filter(|secret| !secret.is_empty()) {
        let line = log.lines().find(|line| line.to_lowercase().contains(&secret.to_lowercase()));
        assert_eq!(line, None, "{secret} is in the log");
    }
}
