use super::*;

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
