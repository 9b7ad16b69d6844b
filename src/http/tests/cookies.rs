//! The session's cookie, where a browser keeps those of several boxes or of an older porch.

use super::*;

/// What a browser keeps of a box's `Set-Cookie`.
fn kept(reply: &Reply, at: usize) -> String {
    let line = reply.headers.get_all(SET_COOKIE).iter().nth(at).expect("a cookie is given").to_str().unwrap();
    line.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn two_boxes_on_one_host_do_not_sign_each_other_out() {
    let boxes = ["7f3a", "0001"].map(Porch::with_id);
    let [mut here, mut there] = [boxes[0].person("Ada").await, boxes[1].person("Ada").await];
    // One browser: a host's cookies are sent to all its ports.
    let mut jar = [here.cookie.clone().unwrap(), there.cookie.clone().unwrap()];
    assert_ne!(jar[0].split('=').next(), jar[1].split('=').next());
    for _ in 0..2 {
        for browser in [&mut here, &mut there] {
            browser.cookie = Some(jar.join("; "));
            assert!(browser.is_signed_in().await);
        }
        jar.reverse();
    }
    // Signing out of one is no affair of the other.
    here.cookie = Some(jar.join("; "));
    let reply = here.post("/api/logout", &json!({})).await;
    assert_eq!(reply.headers["clear-site-data"], "\"cache\"", "whose pictures it has shown");
    assert_eq!(kept(&reply, 0), "__Host-porch-7f3a=");
    there.cookie = Some(jar.join("; "));
    assert!(there.is_signed_in().await);
    here.cookie = Some(jar.join("; "));
    assert!(!here.is_signed_in().await);
}

#[tokio::test]
async fn a_session_under_an_old_name_goes_on_and_gets_the_name_of_now() {
    let porch = Porch::start();
    let mut phone = porch.person("Ada").await;
    let value = phone.cookie.take().unwrap().split_once('=').unwrap().1.to_owned();
    for old in ["__Host-porch", "__Host-porch-0a0a"] {
        phone.cookie = Some(format!("{old}={value}"));
        assert_eq!(phone.get("/api/rooms").await.status, 200);
        let reply = phone.get("/api/me").await;
        assert_eq!((kept(&reply, 0), kept(&reply, 1)), (format!("__Host-porch-7f3a={value}"), format!("{old}=")));
        assert!(phone.get("/api/me").await.headers.get(SET_COOKIE).is_none(), "once");
    }
}

#[tokio::test]
async fn a_cookie_that_is_no_session_here_is_left_alone() {
    let porch = Porch::start();
    let mut phone = porch.browser();
    for name in ["__Host-porch", "__Host-porch-0a0a"] {
        phone.cookie = Some(format!("{name}={}", "A".repeat(43)));
        let reply = phone.get("/api/me").await;
        assert_eq!((reply.status, reply.headers.get(SET_COOKIE)), (401, None));
    }
}

#[tokio::test]
async fn pictures_leave_a_browser_in_which_somebody_else_signs_in() {
    let porch = Porch::start();
    porch.person("Grace").await;
    let mut phone = porch.person("Ada").await;
    let cleared = |reply: &Reply| reply.headers.contains_key("clear-site-data");
    assert!(!cleared(&phone.take_over("Ada").await), "they are one's own");
    assert!(cleared(&phone.take_over("Grace").await));
    assert!(cleared(&phone.post("/api/register", &json!({ "name": "Lin", "password": PASSWORD })).await));
    assert!(!cleared(&porch.browser().take_over("Ada").await), "nobody was here");
    assert_eq!(porch.browser().take_over("Lin").await.status, 200);
    assert!(cleared(&phone.take_over("Grace").await), "it has shown Lin's, whose session has ended elsewhere");
}
