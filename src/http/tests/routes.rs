//! Every request that the router knows, and what nobody, a guest, a member and the owner are answered.

use super::guests::wanted;
use super::*;
use crate::proto::room::RoomKind;

/// What each of them is answered: status, and code of an error.
type Answers = [(u16, &'static str); 4];

const SIGNED_IN: Answers = [(401, "not_signed_in"), (200, ""), (200, ""), (200, "")];

/// The same for everyone who is signed in.
fn signed_in(status: u16, code: &'static str) -> Answers {
    [(401, "not_signed_in"), (status, code), (status, code), (status, code)]
}

/// For an owner of the box alone.
fn owners(status: u16, code: &'static str) -> Answers {
    [(401, "not_signed_in"), (403, "forbidden"), (403, "forbidden"), (status, code)]
}

fn anyone(status: u16, code: &'static str) -> Answers {
    [(status, code); 4]
}

/// Every request there is, with what nobody, a guest, a member and the owner are answered. Where it would leave nothing
/// to try the next one with, it is asked so that it fails on what it names, after who asks was looked at.
fn doors() -> Vec<(&'static str, &'static str, Value, Answers)> {
    let none = Value::Null;
    let newcomer = json!({ "name": "Zoe" });
    vec![
        ("GET", "/api/box", none.clone(), anyone(200, "")),
        ("GET", "/healthz", none.clone(), anyone(200, "")),
        (
            "POST",
            "/api/register",
            json!({ "name": "Ada", "password": PASSWORD }),
            [(409, "name_taken"), (403, "forbidden"), (409, "name_taken"), (409, "name_taken")],
        ),
        ("POST", "/api/login", json!({ "name": "Ada", "password": "wrong horse" }), anyone(401, "sign_in_failed")),
        (
            "POST",
            "/api/reset",
            json!({ "name": "Ada", "code": "aaaa-aaaa", "new_password": "better horse" }),
            anyone(401, "code_wrong"),
        ),
        ("GET", "/api/sessions", none.clone(), SIGNED_IN),
        ("DELETE", "/api/sessions/{session=999}", none.clone(), signed_in(404, "not_found")),
        ("GET", "/api/me", none.clone(), SIGNED_IN),
        ("PATCH", "/api/me", json!({}), SIGNED_IN),
        ("DELETE", "/api/me", json!({ "password": "wrong horse" }), signed_in(403, "password_wrong")),
        ("PUT", "/api/me/picture", json!("no picture"), signed_in(400, "picture_unreadable")),
        ("GET", "/api/invites", none.clone(), owners(200, "")),
        ("POST", "/api/invites", wanted(RoomId(999)), owners(400, "bad_request")),
        ("DELETE", "/api/invites/{invite=999}", none.clone(), owners(404, "not_found")),
        ("GET", "/api/join/{token=AAAAAAAAAAAAAAAAAAAAAA}", none.clone(), anyone(404, "invite_unknown")),
        ("GET", "/api/join/{token=no%20token}", none.clone(), anyone(404, "invite_unknown")),
        ("POST", "/api/join/{token=AAAAAAAAAAAAAAAAAAAAAA}", newcomer, anyone(404, "invite_unknown")),
        ("GET", "/api/people", none.clone(), SIGNED_IN),
        ("PATCH", "/api/people/{user=999}", json!({ "role": "member" }), owners(404, "not_found")),
        ("PATCH", "/api/people/{user=1}", json!({ "role": "owner" }), owners(400, "bad_request")),
        ("DELETE", "/api/people/{user=999}", none.clone(), owners(404, "not_found")),
        ("DELETE", "/api/people/{user=1}", none.clone(), owners(403, "forbidden")),
        ("DELETE", "/api/people/{user=1}/account", none.clone(), owners(403, "forbidden")),
        ("DELETE", "/api/people/{user=999}/account", none.clone(), owners(404, "not_found")),
        ("POST", "/api/people/{user=1}/code", none.clone(), owners(403, "forbidden")),
        ("POST", "/api/people/{user=999}/code", none.clone(), owners(404, "not_found")),
        ("PUT", "/api/people/{user=1}/owner", none.clone(), owners(403, "forbidden")),
        ("PUT", "/api/people/{user=999}/owner", none.clone(), owners(404, "not_found")),
        ("DELETE", "/api/people/{user=1}/owner", none.clone(), owners(403, "forbidden")),
        ("DELETE", "/api/people/{user=2}/owner", none.clone(), owners(403, "forbidden")),
        ("DELETE", "/api/people/{user=1}/sessions", none.clone(), owners(403, "forbidden")),
        ("DELETE", "/api/people/{user=999}/sessions", none.clone(), owners(404, "not_found")),
        ("GET", "/api/people/{user=2}/rooms", none.clone(), owners(200, "")),
        ("GET", "/api/people/{user=999}/rooms", none.clone(), owners(404, "not_found")),
        ("DELETE", "/api/people/{user=2}/rooms", none.clone(), owners(204, "")),
        ("DELETE", "/api/people/{user=999}/rooms", none.clone(), owners(404, "not_found")),
        ("GET", "/api/rooms", none.clone(), SIGNED_IN),
        ("GET", "/api/rooms/archived", none.clone(), SIGNED_IN),
        ("GET", "/api/rooms/joined", none.clone(), SIGNED_IN),
        // 2: open to guests, who is one is in it. 3: open, everyone else is in it. 4: closed, open to guests, nobody's.
        // The hub, which answers this, knows the first room alone: the others are made behind its back here.
        (
            "GET",
            "/api/rooms/{room=1}",
            none.clone(),
            [(401, "not_signed_in"), (403, "not_a_member"), (200, ""), (200, "")],
        ),
        ("GET", "/api/rooms/{room=4}", none.clone(), signed_in(403, "not_a_member")),
        ("GET", "/api/rooms/{room=2}/members", none.clone(), SIGNED_IN),
        ("GET", "/api/rooms/{room=2}/messages", none.clone(), SIGNED_IN),
        (
            "GET",
            "/api/rooms/{room=3}/members",
            none.clone(),
            [(401, "not_signed_in"), (403, "not_a_member"), (200, ""), (200, "")],
        ),
        (
            "GET",
            "/api/rooms/{room=3}/messages",
            none.clone(),
            [(401, "not_signed_in"), (403, "not_a_member"), (200, ""), (200, "")],
        ),
        (
            "GET",
            "/api/rooms/{room=1}/messages",
            none.clone(),
            [(401, "not_signed_in"), (403, "not_a_member"), (200, ""), (200, "")],
        ),
        ("GET", "/api/rooms/{room=4}/members", none.clone(), signed_in(403, "not_a_member")),
        ("GET", "/api/rooms/{room=4}/messages", none.clone(), signed_in(403, "not_a_member")),
        ("GET", "/api/rooms/{room=4}/galleries/{gallery=files}", none.clone(), signed_in(403, "not_a_member")),
        ("GET", "/api/rooms/{room=4}/chains/{chain=1}", none.clone(), signed_in(403, "not_a_member")),
        ("GET", "/api/drafts", none.clone(), signed_in(200, "")),
        ("GET", "/api/rooms/{room=4}/heard", none.clone(), signed_in(400, "bad_request")),
        ("GET", "/api/rooms/{room=4}/reactions?message=1", none.clone(), signed_in(403, "not_a_member")),
        ("GET", "/api/rooms/{room=4}/seen", none.clone(), signed_in(400, "bad_request")),
        ("GET", "/api/rooms/{room=4}/seen?message=1", none.clone(), signed_in(403, "not_a_member")),
        ("GET", "/api/attachments/{message=1}/{place=0}", none.clone(), signed_in(404, "not_found")),
        ("GET", "/api/attachments/{message=1}/{place=0}/{edge=320}", none.clone(), signed_in(404, "not_found")),
        ("GET", "/api/search?q=hello", none.clone(), SIGNED_IN),
        ("GET", "/api/uploads", none.clone(), SIGNED_IN),
        ("POST", "/api/uploads", none.clone(), signed_in(412, "upload_version")),
        (
            "PATCH",
            "/api/uploads/{upload=00112233445566778899aabbccddeeff}",
            none.clone(),
            signed_in(412, "upload_version"),
        ),
        (
            "DELETE",
            "/api/uploads/{upload=00112233445566778899aabbccddeeff}",
            none.clone(),
            signed_in(412, "upload_version"),
        ),
        ("POST", "/api/uploads/{upload=00112233445566778899aabbccddeeff}", none.clone(), signed_in(404, "not_found")),
        // No body says why.
        (
            "HEAD",
            "/api/uploads/{upload=00112233445566778899aabbccddeeff}",
            none.clone(),
            [(401, ""), (412, ""), (412, ""), (412, "")],
        ),
        ("GET", "/api/settings", none.clone(), owners(200, "")),
        ("GET", "/api/storage", none.clone(), owners(200, "")),
        ("POST", "/api/monitor", json!("no beacon"), anyone(400, "bad_request")),
        ("GET", "/api/monitor", none.clone(), owners(200, "")),
        ("DELETE", "/api/monitor", none.clone(), owners(204, "")),
        ("GET", "/api/clock", none.clone(), owners(200, "")),
        ("PUT", "/api/clock", json!({ "now": 0 }), owners(403, "clock_refused")),
        ("GET", "/api/doctor?quick=true", none.clone(), owners(200, "")),
        ("GET", "/api/doors", none.clone(), SIGNED_IN),
        ("GET", "/poster", none.clone(), [(303, ""), (403, ""), (403, ""), (303, "")]),
        ("GET", "/poster/{file=a4.css}", none.clone(), anyone(200, "")),
        ("GET", "/p/{stamp=22222222}", none.clone(), anyone(200, "")),
        ("PATCH", "/api/settings", json!({}), owners(200, "")),
        (
            "GET",
            "/pictures/{user=1}/{picture=1}/{edge=96}",
            none.clone(),
            [(401, "not_signed_in"), (200, ""), (200, ""), (200, "")],
        ),
        (
            "GET",
            "/pictures/{user=4}/{picture=1}/{edge=96}",
            none.clone(),
            [(401, "not_signed_in"), (404, "not_found"), (200, ""), (200, "")],
        ),
        ("DELETE", "/api/me/picture", none.clone(), SIGNED_IN),
        ("GET", "/ws", none.clone(), signed_in(426, "")),
        ("GET", "/api", none.clone(), anyone(404, "not_found")),
        ("GET", "/api/", none.clone(), anyone(404, "not_found")),
        ("GET", "/api/{*rest=nothing/here}", none.clone(), anyone(404, "not_found")),
        ("POST", "/api/logout", none.clone(), signed_in(204, "")),
        // Last: it gives a cookie, and the browsers here keep one.
        ("GET", "/api/cookie", none, anyone(200, "")),
    ]
}

/// The router's own word for a path, and the path to ask for.
fn pattern_and_path(path: &str) -> (String, String) {
    let (mut pattern, mut asked) = (String::new(), String::new());
    let path_alone = path.split('?').next().unwrap_or(path);
    for part in path_alone.split_inclusive('}') {
        match part
            .split_once('{')
            .and_then(|(before, named)| Some((before, named.trim_end_matches('}').split_once('=')?)))
        {
            Some((before, (name, value))) => {
                pattern.push_str(&format!("{before}{{{name}}}"));
                asked.push_str(&format!("{before}{value}"));
            }
            None => {
                pattern.push_str(part);
                asked.push_str(part);
            }
        }
    }
    asked.push_str(&path[path_alone.len()..]);
    (pattern, asked)
}

#[tokio::test]
async fn every_door_is_shut_to_those_it_is_not_for() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let mut mia = porch.person("Mia").await;
    let (owner, member) = (ada.me().await.id, mia.me().await.id);
    let open = porch.guest_room(RoomKind::Open, "Kitchen", owner).await;
    let shut = porch.room(RoomKind::Open, "Attic", owner).await;
    for room in [open, shut] {
        porch.apply(Op::Room(RoomOp::AddMembers { by: None, room, users: vec![member], at: 1 })).await;
    }
    let token = ada.token(&wanted(open)).await;
    let mut guest = porch.came(&token, "Grace").await;
    let mut eve = porch.person("Eve").await;
    let stranger = eve.me().await.id;
    assert_eq!((open, shut, stranger), (RoomId(2), RoomId(3), UserId(4)), "as the table says");
    assert_eq!(porch.guest_room(RoomKind::Closed, "Cellar", stranger).await, RoomId(4));
    for user in [owner, stranger] {
        porch.apply(Op::Account(AccountOp::SetPicture { user, jpegs: [vec![1], vec![2], vec![3]] })).await;
    }
    let mut nobody = porch.browser();
    let mut told = std::collections::BTreeSet::new();
    for (method, path, body, answers) in doors() {
        let (pattern, asked) = pattern_and_path(path);
        for (who, want) in [&mut nobody, &mut guest, &mut mia, &mut ada].into_iter().zip(answers) {
            let body = if body.is_null() { String::new() } else { body.to_string() };
            let reply = who.send(method, &asked, body, &[]).await;
            let (status, code) = reply.refused();
            assert_eq!((status, code.as_str()), want, "{method} {asked}: {reply:?}");
        }
        told.insert((pattern, method.to_lowercase()));
    }
    let known = include_str!("../mod.rs").split(".route(\"").skip(1).flat_map(|route| {
        let (path, handlers) = route.split_once("\",").expect("a route has a path and handlers");
        let handlers = handlers.split(".route(").next().unwrap_or_default().split('\n').next().unwrap_or_default();
        let methods = ["get", "head", "post", "put", "patch", "delete", "any"].into_iter();
        let found = methods.filter(|method| handlers.contains(&format!("{method}(")));
        found.map(|method| (path.to_owned(), method.replace("any", "get"))).collect::<Vec<_>>()
    });
    // The CA's files and the page are everyone's, and their own tests'.
    let known: std::collections::BTreeSet<_> = known.filter(|(path, _)| !path.starts_with("/ca.")).collect();
    assert!(known.len() > 25, "{known:?}");
    assert_eq!(told, known, "each request that the router knows is in the table");
}
