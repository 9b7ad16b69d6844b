use super::*;
use crate::proto::door::{DoorKind, DoorList};

#[tokio::test]
async fn who_is_signed_in_is_told_of_every_door_and_what_to_compare() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let reply = ada.get("/api/doors").await;
    let list: DoorList = serde_json::from_slice(&reply.body).unwrap_or_else(|_| panic!("{reply:?}"));
    let doors: Vec<_> = list.doors.iter().map(|door| (door.kind, door.url.as_str(), door.plain.as_str())).collect();
    assert_eq!(
        doors,
        [
            (DoorKind::Name, "https://porch.local/", "http://porch.local/"),
            (DoorKind::Address, "https://192.168.1.7/", "http://192.168.1.7/"),
            (DoorKind::Alias, "https://porch-7f3a.local/", "http://porch-7f3a.local/"),
        ]
    );
    assert_eq!(list.words.len(), 5);
    assert_eq!(list.fingerprint.map(|fingerprint| fingerprint.len()), Some(32 * 3 - 1));
    assert_eq!(porch.browser().get("/api/doors").await.refused(), refusal(401, "not_signed_in"));
}

#[tokio::test]
async fn the_probe_is_readable_by_the_guide_behind_the_same_door_and_by_no_other_page() {
    let porch = Porch::start();
    let mut phone = porch.browser();
    for own in ["http://porch.local", "http://porch.local:8080", "http://PORCH.local."] {
        let reply = phone.send("GET", "/trust-probe", Body::empty(), &[("origin", own)]).await;
        assert_eq!(reply.headers["access-control-allow-origin"], own);
        assert_eq!(reply.headers["vary"], "origin");
    }
    for other in
        ["https://evil.example", "http://evil.example", "https://porch.local", "http://192.168.1.7", "null", ""]
    {
        let reply = phone.send("GET", "/trust-probe", Body::empty(), &[("origin", other)]).await;
        let allowed = reply.headers.get("access-control-allow-origin");
        assert_eq!((reply.status, allowed, &reply.headers["vary"]), (200, None, &"origin".parse().unwrap()), "{other}");
    }
    assert_eq!(phone.get("/trust-probe").await.headers.get("access-control-allow-origin"), None);
}
