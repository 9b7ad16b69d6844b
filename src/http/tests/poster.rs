use std::net::SocketAddr;

use super::*;
use crate::http::PeerAddr;

/// The address that a redirect leads to.
fn there(reply: &Reply) -> String {
    assert_eq!(reply.status, 303, "{reply:?}");
    reply.headers["location"].to_str().expect("it is text").to_owned()
}

fn text(reply: &Reply) -> String {
    String::from_utf8(reply.body.to_vec()).expect("pages are UTF-8")
}

#[tokio::test]
async fn a_poster_is_the_owners_to_print() {
    let porch = Porch::start();
    let mut owner = porch.person("Ada").await;
    let mut member = porch.person("Grace").await;
    assert_eq!(there(&porch.browser().get("/poster").await), "/sign-in");
    let refused = member.get("/poster?lang=en").await;
    assert_eq!(refused.status, 403);
    assert!(text(&refused).contains("printed by the owner"), "{refused:?}");
    for wrong in ["/poster?lang=xx", "/poster?paper=a5", "/poster?invite=x", "/poster?colour=red"] {
        assert_eq!(owner.get(wrong).await.refused(), refusal(400, "bad_request"), "{wrong}");
    }
    assert_eq!(owner.get("/poster?invite=7").await.status, 404);

    let stamped = there(&owner.get("/poster?lang=en&paper=letter").await);
    assert!(stamped.starts_with("/poster?lang=en&paper=letter&stamp="), "{stamped}");
    let reply = owner.get(&stamped).await;
    assert_eq!((reply.status, &reply.headers["cache-control"]), (200, &"no-store".parse().unwrap()));
    let page = text(&reply);
    for part in ["http://192.168.1.7/p/", "http://porch.local", "/poster/letter.css"] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    let style = owner.get("/poster/letter.css").await;
    assert_eq!((style.status, &style.headers["content-type"]), (200, &"text/css; charset=utf-8".parse().unwrap()));
    assert_eq!(owner.get("/poster/a5.css").await.status, 404);
}

#[tokio::test]
async fn the_link_of_a_poster_leads_home_until_the_address_has_changed() {
    let porch = Porch::start();
    let mut owner = porch.person("Ada").await;
    let stamped = there(&owner.get("/poster?lang=en").await);
    let (_, stamp) = stamped.split_once("stamp=").expect("a stamp");
    let link = format!("/p/{stamp}");
    let mut stranger = porch.browser();
    assert_eq!(there(&stranger.get(&link).await), "/");
    assert!(!text(&owner.get(&stamped).await).contains("has changed since"));

    // Another address comes first, and the printed one is still the box's.
    let (new, printed) = (IpAddr::from([10, 0, 0, 9]), IpAddr::from([192, 168, 1, 7]));
    let _ = porch.moves.send(Arc::new(doors_at(&[new, printed])));
    assert_ne!(there(&owner.get("/poster?lang=en").await), stamped);
    assert_eq!(there(&stranger.get(&link).await), "/");

    // The box has moved.
    let _ = porch.moves.send(Arc::new(doors_at(&[new])));

    let old = stranger.get(&link).await;
    assert_eq!(old.status, 200);
    assert!(text(&old).contains("This poster is old") && text(&old).contains("http://10.0.0.9"), "{old:?}");
    assert!(!text(&old).contains("print a new poster"));
    assert!(text(&owner.get(&link).await).contains("print a new poster"));
    assert!(text(&owner.get(&stamped).await).contains("has changed since"));
    assert_eq!(stranger.get("/p/nonsense").await.status, 200);
}

/// What the guide on the plain port says.
async fn guide(porch: &Porch, uri: &str, language: &str) -> String {
    let request = Request::builder().uri(uri).header(HOST, "porch.local").header("accept-language", language);
    let request = request.extension(PeerAddr(SocketAddr::from(([127, 0, 0, 1], 50_000))));
    let request = request.body(Body::empty()).expect("a request");
    let answer = plain::router(porch.app.clone(), plain::CaptivePortal::Off).oneshot(request).await;
    let body = answer.expect("the router always answers").into_body().collect().await.expect("a body").to_bytes();
    String::from_utf8(body.to_vec()).expect("pages are UTF-8")
}

#[tokio::test]
async fn an_old_poster_is_told_in_the_clear_before_anything_is_trusted() {
    let porch = Porch::start();
    let mut owner = porch.person("Ada").await;
    let stamped = there(&owner.get("/poster?lang=en").await);
    let (_, stamp) = stamped.split_once("stamp=").expect("a stamp");
    let links = [format!("/p/{stamp}"), format!("/j/token?p={stamp}")];
    for link in &links {
        let page = guide(&porch, link, "en").await;
        assert!(page.contains("id=\"test\"") && !page.contains("poster"), "{link}: {page}");
    }
    let _ = porch.moves.send(Arc::new(doors_at(&[IpAddr::from([10, 0, 0, 9])])));
    for link in &links {
        let page = guide(&porch, link, "en").await;
        assert!(page.contains("This poster is old") && page.contains("id=\"test\""), "{link}: {page}");
        assert!(page.contains(">http://10.0.0.9<") && page.contains(">http://porch.local<"), "{link}: {page}");
        assert!(guide(&porch, link, "zh-CN").await.contains("这张海报已过期"), "{link}");
    }
    assert!(!guide(&porch, "/j/token", "en").await.contains("poster"));
    // Without an address there is nothing better to say.
    let _ = porch.moves.send(Arc::new(doors_at(&[])));
    assert!(guide(&porch, "/p/nonsense", "en").await.contains("id=\"test\""));
}

#[tokio::test]
async fn a_wifi_for_the_poster_is_one_that_can_be() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    for body in [
        json!({ "wifi_name": "x".repeat(33) }),
        json!({ "wifi_name": "好".repeat(11) }),
        json!({ "wifi_key": "1234567" }),
        json!({ "wifi_key": "x".repeat(64) }),
        json!({ "wifi_key": "ａ".repeat(64) }),
        json!({ "wifi_key": "a".repeat(65) }),
        json!({ "wifi_name": "a\nb" }),
    ] {
        assert_eq!(ada.patch("/api/settings", &body).await.refused(), refusal(400, "bad_request"), "{body}");
    }
    for body in [
        json!({ "wifi_name": "好".repeat(10), "wifi_key": "12345678", "wifi_hidden": true }),
        json!({ "wifi_key": "x".repeat(63) }),
        json!({ "wifi_key": "0123456789abcdefABCDEF0123456789".repeat(2) }),
        json!({ "wifi_key": "" }),
    ] {
        assert_eq!(ada.patch("/api/settings", &body).await.status, 200, "{body}");
    }
    let settings = ada.get("/api/settings").await.json()["settings"].clone();
    assert_eq!((&settings["wifi_hidden"], &settings["wifi_name"]), (&json!(true), &json!("好".repeat(10))));
}
