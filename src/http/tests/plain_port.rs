//! The plain port, asked as nobody in particular.

use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderValue, StatusCode};

use super::*;
use crate::proto::limits::GUIDE_REST_BYTES_MAX;
use plain::{CaptivePortal, router};

type PlainReply = (StatusCode, HeaderMap, Bytes);

async fn ask(porch: &Porch, method: &str, uri: &str, host: Option<&str>) -> PlainReply {
    let mut request = Request::builder().method(method).uri(uri);
    if let Some(host) = host {
        request = request.header(HOST, host);
    }
    let mut request = request.body(Body::empty()).unwrap();
    request.extensions_mut().insert(PeerAddr(([192, 168, 1, 2], 40_000).into()));
    let response = router(porch.app.clone(), CaptivePortal::Off).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    (parts.status, parts.headers, body.collect().await.unwrap().to_bytes())
}

async fn page(porch: &Porch, uri: &str, host: &str) -> String {
    let (status, headers, body) = ask(porch, "GET", uri, Some(host)).await;
    assert_eq!((status, headers[CONTENT_TYPE].to_str().unwrap()), (StatusCode::OK, "text/html; charset=utf-8"));
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test]
async fn the_way_on_keeps_an_invite_and_leaves_the_posters_stamp_behind() {
    let porch = Porch::start();
    for (uri, want) in [
        ("/p/k7m2q9xa", "https://porch.local/"),
        ("/p/k7m2q9xa?lang=zh", "https://porch.local/"),
        ("/j/tok_en-1?p=k7m2q9xa", "https://porch.local/j/tok_en-1"),
        ("/j/tok_en-1?x=1&p=k7m2q9xa&y", "https://porch.local/j/tok_en-1?x=1&amp;y"),
        ("/people?px=1", "https://porch.local/people?px=1"),
        ("/p/a/b", "https://porch.local/p/a/b"),
        ("/p", "https://porch.local/p"),
    ] {
        let page = page(&porch, uri, "porch.local").await;
        assert!(page.contains(&format!("id=\"open\" href=\"{want}\"")), "{uri}: {page}");
    }
}

#[tokio::test]
async fn an_invite_with_something_glued_to_it_leads_to_the_invite() {
    let own = Porch::of(None, Live::default());
    let porch = Porch::start();
    let invite = "/j/0QHx6vYk1Jm2cT9sZbE4wg";
    for glued in [".", ")", "%3E", "%E3%80%82", ".?lang=en"] {
        let asked = format!("{invite}{glued}");
        let page = page(&porch, &asked, "porch.local").await;
        assert!(page.contains(&format!("id=\"open\" href=\"https://porch.local{invite}\"")), "{glued}: {page}");
        let (status, headers, _) = ask(&own, "GET", &asked, Some("porch.local")).await;
        let there = headers[LOCATION].to_str().unwrap();
        assert_eq!(
            (status, there.split('?').next().unwrap()),
            (StatusCode::FOUND, &*format!("https://porch.local{invite}"))
        );
    }
    assert!(page(&porch, "/r/4/42.", "porch.local").await.contains("href=\"https://porch.local/r/4/42.\""));
    // A file is no screen.
    let (status, _, _) = ask(&porch, "GET", "/j.png", Some("porch.local")).await;
    assert_eq!(status, StatusCode::FOUND);
}

#[tokio::test]
async fn a_visitor_is_guided_to_the_same_address_behind_the_same_door() {
    let porch = Porch::start();
    for (host, uri, want) in [
        ("porch.local", "/", "https://porch.local/"),
        ("Porch.Local.:80", "/j/tok_en-1?device=mac&x=1&lang=zh", "https://porch.local/j/tok_en-1?x=1"),
        ("192.168.1.7:8080", "/r/4?lang=en", "https://192.168.1.7/r/4"),
        ("[::1]", "/?a=b&c=%22", "https://[::1]/?a=b&amp;c=%22"),
    ] {
        let page = page(&porch, uri, host).await;
        assert!(page.contains(&format!("id=\"open\" href=\"{want}\"")), "{uri}: {page}");
    }
    let long = format!("/{}", "a".repeat(GUIDE_REST_BYTES_MAX));
    assert!(page(&porch, &long, "porch.local").await.contains("id=\"open\" href=\"https://porch.local/\""));
    let (status, _, body) = ask(&porch, "HEAD", "/", Some("porch.local")).await;
    assert_eq!((status, body.len()), (StatusCode::OK, 0));
}

#[tokio::test]
async fn the_guide_may_ask_its_own_door_and_nobody_else() {
    let porch = Porch::start();
    let (_, headers, _) = ask(&porch, "GET", "/", Some("porch.local")).await;
    let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert!(policy.ends_with("connect-src https://porch.local wss://porch.local"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    let (status, headers, _) = ask(&porch, "GET", "/guide.js", Some("porch.local")).await;
    assert_eq!((status, headers[CONTENT_TYPE].to_str().unwrap()), (StatusCode::OK, "text/javascript; charset=utf-8"));
}

#[tokio::test]
async fn device_and_language_are_chosen_by_the_address() {
    let porch = Porch::start();
    let page = page(&porch, "/?device=ios&lang=zh", "porch.local").await;
    assert!(page.contains("<html lang=\"zh-Hans\">") && page.contains("href=\"/ca.mobileconfig\""), "{page}");
    assert!(page.contains("data-chosen"));
}

#[tokio::test]
async fn with_an_owners_certificate_there_is_no_guide_and_no_file() {
    let porch = Porch::of(None, Live::default());
    for uri in ["/", "/j/token", "/ca.crt", "/ca.pem", "/ca.mobileconfig", "/guide.js"] {
        let (status, headers, _) = ask(&porch, "GET", uri, Some("porch.local")).await;
        let there = format!("https://porch.local{uri}");
        assert_eq!((status, headers[LOCATION].to_str().unwrap()), (StatusCode::FOUND, there.as_str()));
    }
    let (status, _, body) = ask(&porch, "GET", "/", Some("evil.example")).await;
    assert_eq!(status, StatusCode::MISDIRECTED_REQUEST);
    assert!(String::from_utf8(body.to_vec()).unwrap().contains("href=\"https://porch.local/\""));
}

#[tokio::test]
async fn what_is_no_visit_is_sent_to_https_with_its_method() {
    let porch = Porch::start();
    let (status, headers, _) = ask(&porch, "GET", "/api/box?x=1", Some("192.168.1.7")).await;
    assert_eq!((status, headers[LOCATION].to_str().unwrap()), (StatusCode::FOUND, "https://192.168.1.7/api/box?x=1"));
    let (status, headers, _) = ask(&porch, "POST", "/api/login", Some("porch.local")).await;
    assert_eq!(
        (status, &headers[LOCATION]),
        (StatusCode::PERMANENT_REDIRECT, &HeaderValue::from_static("https://porch.local/api/login"))
    );
}

#[tokio::test]
async fn what_is_asked_of_the_box_as_a_whole_leads_to_its_page() {
    let porch = Porch::start();
    assert!(page(&porch, "*", "porch.local").await.contains("id=\"open\" href=\"https://porch.local/\""));
    let (_, headers, _) = ask(&porch, "OPTIONS", "*", Some("porch.local")).await;
    assert_eq!(headers[LOCATION], "https://porch.local/");
}

#[tokio::test]
async fn a_request_without_a_host_is_refused() {
    let porch = Porch::start();
    for host in [None, Some("")] {
        let (status, headers, _) = ask(&porch, "GET", "/", host).await;
        assert_eq!((status, headers.get(LOCATION)), (StatusCode::BAD_REQUEST, None), "{host:?}");
    }
}

#[tokio::test]
async fn a_request_for_another_host_is_told_where_the_box_is() {
    let porch = Porch::start();
    for host in ["evil.example", "a b", "evil/path", "[::1", ":80", "192.168.1.8", "evil.example:80"] {
        for (method, path) in [("GET", "/"), ("GET", "/j/token"), ("POST", "/api/login"), ("GET", "/ws")] {
            let (status, headers, body) = ask(&porch, method, path, Some(host)).await;
            assert_eq!((status, headers.get(LOCATION)), (StatusCode::MISDIRECTED_REQUEST, None), "{host} {path}");
            let page = String::from_utf8(body.to_vec()).unwrap();
            assert!(page.contains("href=\"http://porch.local/\""), "{page}");
            assert!(!page.contains("evil"), "{page}");
        }
    }
}

#[tokio::test]
async fn the_ca_files_and_health_are_answered_to_anyone() {
    let porch = Porch::start();
    for host in [None, Some("evil.example"), Some("porch.local")] {
        let (status, headers, body) = ask(&porch, "GET", "/ca.crt", host).await;
        assert_eq!((status, &body[..]), (StatusCode::OK, &b"der"[..]));
        assert_eq!(headers[CONTENT_TYPE], "application/x-x509-ca-cert");
        assert_eq!(&ask(&porch, "GET", "/ca.pem", host).await.2[..], b"pem");
        let (status, headers, _) = ask(&porch, "GET", "/ca.mobileconfig", host).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers[CONTENT_TYPE], "application/x-apple-aspen-config");
        assert_eq!(&ask(&porch, "GET", "/healthz", host).await.2[..], b"ok");
    }
}

#[tokio::test]
async fn nothing_of_the_api_or_of_files_is_answered_in_the_clear() {
    let porch = Porch::start();
    for path in ["/index.html", "/api/box", "/ws", "/ca.key", "/pictures/1/1/32"] {
        assert_eq!(ask(&porch, "GET", path, Some("porch.local")).await.0, StatusCode::FOUND, "{path}");
    }
}
