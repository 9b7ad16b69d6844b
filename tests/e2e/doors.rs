//! Which requests are for this box: its own names lead home, and a name that only points here gets nothing of it.

use serde_json::{Value, json};

use crate::support::{Answer, Person, Porch, ask_plainly, ask_raw_plainly};

/// A name of a stranger's that has come to point at the box.
const REBOUND: &str = "evil.example";

fn request(method: &str, path: &str, host: &str, headers: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n")
}

fn with_cookie(person: &Person) -> String {
    format!("Cookie: {}\r\n", person.cookie)
}

/// A page that says where the box is, and nothing more.
fn assert_lost(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 421, "{what}: {answer:?}");
    for header in ["set-cookie", "location", "access-control-allow-origin", "upgrade"] {
        assert_eq!(answer.header(header), None, "{what}");
    }
    assert!(answer.header("content-security-policy").is_some_and(|policy| policy.starts_with("default-src 'none'")));
    let page = String::from_utf8_lossy(&answer.body);
    assert!(page.contains("https://127.0.0.1:") || page.contains("http://127.0.0.1:"), "{what}: {page}");
    assert!(!page.contains("Ada"), "{what}: {page}");
}

#[tokio::test]
async fn every_door_leads_home() {
    let porch = Porch::start().await;
    let ada = porch.door.register("Ada").await;
    let port = porch.https.port();
    let mut hosts = vec!["porch.local".to_owned(), format!("PORCH.local:{port}"), "porch.local.".into()];
    hosts.extend(["localhost".to_owned(), format!("127.0.0.1:{port}"), format!("[::1]:{port}")]);
    let told = ada.get("/api/doors").await;
    let told = told["doors"].as_array().expect("doors").iter().filter_map(|door| door["url"].as_str());
    hosts.extend(told.map(|url| url.trim_start_matches("https://").trim_end_matches('/').to_owned()));
    assert!(hosts.len() > 6, "the box tells of doors: {hosts:?}");
    for host in hosts {
        let answer = porch.door.ask_raw(&request("GET", "/api/me", &host, &with_cookie(&ada))).await;
        assert_eq!((answer.status, &answer.json()["user"]["name"]), (200, &Value::from("Ada")), "{host}");
        let head = porch.door.ask_raw(&request("HEAD", "/", &host, "")).await;
        assert_eq!((head.status, head.body.len()), (200, 0), "{host}");
    }
}

#[tokio::test]
async fn a_rebound_name_gets_neither_cookie_nor_api_nor_websocket() {
    let porch = Porch::start().await;
    let ada = porch.door.register("Ada").await;
    let origin = format!("Origin: https://{REBOUND}\r\nSec-Fetch-Site: same-origin\r\n");
    let upgrade = "Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let login = "Content-Type: application/json\r\nContent-Length: 2\r\n";
    for host in [REBOUND, "evil.example:443", "porch.local.evil.example", "8.8.8.8", "[2001:db8::1]", "porch_local"] {
        for (method, path, headers) in [
            ("GET", "/", String::new()),
            ("GET", "/api/box", origin.clone()),
            ("GET", "/api/me", with_cookie(&ada) + &origin),
            ("GET", "/api/doors", with_cookie(&ada)),
            ("GET", "/pictures/1/1/32", with_cookie(&ada)),
            ("GET", "/ws", with_cookie(&ada) + &origin + upgrade),
            ("POST", "/api/logout", with_cookie(&ada) + &origin + "Content-Length: 0\r\n"),
        ] {
            let what = format!("{method} {path} of {host}");
            assert_lost(&porch.door.ask_raw(&request(method, path, host, &headers)).await, &what);
            assert_lost(&ask_raw_plainly(porch.http, &request(method, path, host, &headers)).await, &what);
        }
        let register = request("POST", "/api/register", host, &(origin.clone() + login)) + "{}";
        assert_lost(&porch.door.ask_raw(&register).await, "registering");
    }
    assert_eq!(ada.ask("GET", "/api/me", None).await.status, 200, "she was not signed out");
}

#[tokio::test]
async fn a_host_that_is_missing_or_said_twice_is_refused() {
    let porch = Porch::start().await;
    let twice = "GET /api/box HTTP/1.1\r\nHost: porch.local\r\nHost: porch.local\r\nConnection: close\r\n\r\n";
    let none = "GET /api/box HTTP/1.0\r\n\r\n";
    let two = "GET http://porch.local/api/box HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    for (request, status) in [(twice, 400), (none, 400), (two, 421)] {
        assert_eq!(porch.door.ask_raw(request).await.status, status, "{request}");
        assert_eq!(ask_raw_plainly(porch.http, request).await.status, status, "{request}");
    }
}

#[tokio::test]
async fn an_origin_that_is_forged_or_another_doors_changes_nothing() {
    let porch = Porch::start().await;
    let ada = porch.door.register("Ada").await;
    let host = format!("porch.local:{}", porch.https.port());
    let post = |headers: String| {
        request("POST", "/api/logout", &host, &(with_cookie(&ada) + &headers + "Content-Length: 0\r\n"))
    };
    for headers in [
        format!("Origin: https://{REBOUND}\r\n"),
        format!("Origin: http://{host}\r\n"),
        // Another door of the box is another site: its page signs in there.
        format!("Origin: https://{}\r\n", porch.https),
        "Origin: null\r\n".into(),
        "Sec-Fetch-Site: cross-site\r\n".into(),
        format!("Sec-Fetch-Site: same-site\r\nOrigin: https://{host}\r\n"),
    ] {
        let answer = porch.door.ask_raw(&post(headers.clone())).await;
        assert_eq!((answer.status, answer.code()), (403, "origin_refused".into()), "{headers}");
    }
    assert_eq!(ada.ask("GET", "/api/me", None).await.status, 200, "she is still signed in");
    let own = porch.door.ask_raw(&post(format!("Origin: https://{host}\r\n"))).await;
    assert_eq!(own.status, 204, "{own:?}");
    assert_eq!(ada.ask("GET", "/api/me", None).await.status, 401);
}

#[tokio::test]
async fn whoever_is_lost_can_still_fetch_the_certificate_in_the_clear() {
    let porch = Porch::start().await;
    for path in ["/ca.crt", "/ca.pem", "/ca.mobileconfig", "/healthz", "/guide.css"] {
        let answer = ask_raw_plainly(porch.http, &request("GET", path, REBOUND, "")).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
    }
}

#[tokio::test]
async fn an_old_poster_is_told_on_the_plain_port_and_a_current_one_is_not() {
    let porch = Porch::start().await;
    let ada = porch.door.register("Ada").await;
    let printed = ada.ask("GET", "/poster?lang=en", None).await;
    let (_, stamp) = printed.header("location").and_then(|there| there.split_once("stamp=")).expect("a stamp");
    let links = [(format!("/p/{stamp}"), "/"), (format!("/j/t0ken?p={stamp}"), "/j/t0ken")];
    let told = async |is_old: bool| {
        for (link, on) in &links {
            let guide = ask_plainly(porch.http, link).await;
            let page = String::from_utf8_lossy(&guide.body);
            assert_eq!((guide.status, page.contains("This poster is old")), (200, is_old), "{link}: {page}");
            assert_eq!(page.contains(&format!("<b>http://{}</b>", porch.http)), is_old, "{link}: {page}");
            // Old or not, it guides on, with the invite.
            assert!(page.contains(&format!("id=\"open\" href=\"https://{}{on}\"", porch.https)), "{link}: {page}");
        }
    };
    told(false).await;
    let changed =
        ada.ask("PATCH", "/api/settings", Some(&json!({"wifi_name": "Galley", "wifi_key": "correct horse"}))).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    told(true).await;
}
