use super::*;
use crate::proto::id::ClientMsgId;
use crate::proto::limits::{READS_AT_ONCE_MAX, RECEIPTS_SET_BURST, RECEIPTS_SET_INTERVAL_MS, UNREAD_OF_ONE_BYTES_MAX};
use crate::proto::op;
use crate::proto::op::{NewMessage, NewRoom};
use crate::proto::room::RoomKind;
use crate::proto::text::Body as Text;

impl Porch {
    pub(super) async fn room(&self, kind: RoomKind, name: &str, by: UserId) -> RoomId {
        let op = Op::Room(RoomOp::Create(NewRoom { kind, name: name.into(), by, members: Vec::new(), at: 1 }));
        match self.apply(op).await {
            Outcome::Made { reply: op::Reply::Room(room), .. } => room,
            other => panic!("a room is made: {other:?}"),
        }
    }

    pub(super) async fn say(&self, room: RoomId, author: UserId, body: &str) -> u64 {
        let client_msg_id = ClientMsgId::try_from(body.replace(' ', "-")).expect("short and plain");
        let body = Text::parse(body.into()).expect("a body");
        match self
            .apply(Op::Message(MessageOp::Append(NewMessage {
                room,
                author,
                client_msg_id,
                body,
                attachments: Default::default(),
                mentions: Vec::new(),
                reply_to: None,
                sent_at: 1,
            })))
            .await
        {
            Outcome::Made { changes, .. } => match &changes[..] {
                [Change::Event(event)] => event.seq.0,
                other => panic!("a message is stored: {other:?}"),
            },
            other => panic!("a message is stored: {other:?}"),
        }
    }
}

fn bodies(reply: &Reply) -> Vec<String> {
    let page = reply.json();
    let messages = page["messages"].as_array().unwrap_or_else(|| panic!("a page: {reply:?}"));
    messages.iter().map(|message| message["body"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_member_reads_a_rooms_history_in_pages_and_nobody_else_does() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let mut eve = porch.person("Eve").await;
    let me = ada.me().await.id;
    let room = porch.room(RoomKind::Closed, "Kitchen", me).await;
    let mut ids = Vec::new();
    for body in ["one", "two", "three", "four"] {
        ids.push(porch.say(room, me, body).await);
    }
    let path = format!("/api/rooms/{room}/messages");
    for (query, want) in [
        (String::new(), &["one", "two", "three", "four"][..]),
        ("?limit=2".into(), &["three", "four"]),
        (format!("?before={}&limit=1", ids[2]), &["two"]),
        (format!("?after={}", ids[1]), &["three", "four"]),
        (format!("?around={}&limit=2", ids[1]), &["one", "two", "three"]),
        ("?around_n=2&limit=2".into(), &["one", "two", "three"]),
        ("?after_at=1&limit=2".into(), &["one", "two"]),
        ("?after_at=2".into(), &[]),
        ("?after_at=-1&limit=1".into(), &["one"]),
    ] {
        let reply = ada.get(&format!("{path}{query}")).await;
        assert_eq!(bodies(&reply), want, "{query}");
        let refused = eve.get(&format!("{path}{query}")).await;
        assert_eq!(refused.refused(), refusal(403, "not_a_member"), "{query}");
    }
    assert_eq!(eve.get("/api/rooms/999/messages").await.refused(), refusal(403, "not_a_member"));
}

#[tokio::test]
async fn an_open_room_can_be_looked_into_before_one_joins_it() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let mut eve = porch.person("Eve").await;
    let me = ada.me().await.id;
    let room = porch.room(RoomKind::Open, "Garden", me).await;
    porch.say(room, me, "the plums are ripe").await;
    let path = format!("/api/rooms/{room}");
    assert_eq!(bodies(&eve.get(&format!("{path}/messages?limit=20")).await), ["the plums are ripe"]);
    assert_eq!(eve.get(&format!("{path}/members")).await.json()["members"].as_array().map(Vec::len), Some(1));
    // It is not a room of hers: neither among those she is in nor in her searches.
    assert_eq!(eve.get(&path).await.refused(), refusal(403, "not_a_member"));
    assert_eq!(eve.get("/api/search?q=plums").await.json()["hits"], json!([]));
    assert_eq!(porch.browser().get(&format!("{path}/messages")).await.refused(), refusal(401, "not_signed_in"));
}

#[tokio::test]
async fn who_has_read_a_message_is_told_to_its_author_alone() {
    let porch = Porch::start();
    let [mut ada, mut lin, mut eve] = [porch.person("Ada").await, porch.person("Lin").await, porch.person("Eve").await];
    let (me, listener) = (ada.me().await.id, lin.me().await.id);
    let room = porch.room(RoomKind::Closed, "Us", me).await;
    porch.apply(Op::Room(RoomOp::AddMembers { room, users: vec![listener], by: Some(me), at: 1 })).await;
    let (first, second) = (porch.say(room, me, "one").await, porch.say(room, listener, "two").await);
    let asked = format!("/api/rooms/{room}/seen?message={first}");
    // Who answers has read.
    assert_eq!(ada.get(&asked).await.json(), json!({"receipts": true, "count": 1, "by": [listener]}));
    assert_eq!(lin.get(&asked).await.refused(), refusal(404, "not_found"));
    assert_eq!(eve.get(&asked).await.refused(), refusal(403, "not_a_member"));
    assert_eq!(porch.browser().get(&asked).await.refused(), refusal(401, "not_signed_in"));
    let own = format!("/api/rooms/{room}/seen?message={second}");
    assert_eq!(lin.get(&own).await.json()["by"], json!([]));
    let elsewhere = format!("/api/rooms/1/seen?message={first}");
    assert_eq!(ada.get(&elsewhere).await.refused(), refusal(404, "not_found"));
    for wrong in ["", "?message=", "?message=x", "?message=1&more=2"] {
        let wrong = format!("/api/rooms/{room}/seen{wrong}");
        assert_eq!(ada.get(&wrong).await.refused(), refusal(400, "bad_request"), "{wrong}");
    }
}

#[tokio::test]
async fn receipts_are_turned_off_and_on_and_not_without_end() {
    let porch = Porch::start();
    let [mut ada, mut lin] = [porch.person("Ada").await, porch.person("Lin").await];
    let (me, listener) = (ada.me().await.id, lin.me().await.id);
    let room = porch.room(RoomKind::Closed, "Us", me).await;
    porch.apply(Op::Room(RoomOp::AddMembers { room, users: vec![listener], by: Some(me), at: 1 })).await;
    let first = porch.say(room, me, "one").await;
    porch.say(room, listener, "two").await;
    let asked = format!("/api/rooms/{room}/seen?message={first}");
    assert_eq!(lin.get("/api/me").await.json()["receipts"], true);
    assert_eq!(lin.patch("/api/me", &json!({ "receipts": false })).await.status, 200);
    assert_eq!(lin.get("/api/me").await.json()["receipts"], false);
    assert_eq!(ada.get(&asked).await.json(), json!({"receipts": true, "count": 0, "by": []}));
    assert_eq!(lin.patch("/api/me", &json!({ "receipts": true })).await.status, 200);
    assert_eq!(ada.get(&asked).await.json()["count"], 1);
    assert_eq!(ada.patch("/api/me", &json!({ "receipts": false })).await.status, 200);
    assert_eq!(ada.get(&asked).await.json(), json!({"receipts": false, "count": 0, "by": []}));
    for on in [true, false].into_iter().cycle().take(RECEIPTS_SET_BURST as usize - 1) {
        assert_eq!(ada.patch("/api/me", &json!({ "receipts": on })).await.status, 200);
    }
    let set = ada.get("/api/me").await.json()["receipts"].clone();
    assert_eq!(ada.patch("/api/me", &json!({ "receipts": set })).await.status, 200, "nothing changes");
    let other = json!({ "receipts": set != json!(true) });
    assert_eq!(ada.patch("/api/me", &other).await.refused(), refusal(429, "slow_down"));
    porch.pass(RECEIPTS_SET_INTERVAL_MS);
    assert_eq!(ada.patch("/api/me", &other).await.status, 200);
}

/// Reads from the disk that take until this is dropped, as many as there can be at once.
async fn slow_reads(porch: &Porch) -> Vec<std::sync::mpsc::Sender<()>> {
    let mut gates = Vec::new();
    for asker in 0..READS_AT_ONCE_MAX {
        let (gate, waits) = std::sync::mpsc::channel::<()>();
        let (tell, begun) = tokio::sync::oneshot::channel();
        let store = porch.app.store.clone();
        let read = move |_: &crate::store::Reader| {
            let _ = tell.send(());
            // An error says that the gate is gone.
            let _ = waits.recv();
            Ok(())
        };
        tokio::spawn(async move { store.read(Asker::Person(UserId(1_000 + asker as u64)), read).await });
        begun.await.expect("it begins");
        gates.push(gate);
    }
    gates
}

#[tokio::test]
async fn who_one_is_and_what_the_box_is_wait_for_no_read_from_the_disk() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let gates = slow_reads(&porch).await;
    assert_eq!(ada.get("/api/me").await.status, 200);
    assert_eq!(ada.get("/api/box").await.json()["registration"], "open");
    assert_eq!(ada.get("/api/settings").await.status, 200);
    // Signed in, and asked for what else a WebSocket needs.
    assert_eq!(ada.get("/ws").await.status, 426);
    assert_eq!(porch.browser().get("/ws").await.refused(), refusal(401, "not_signed_in"));
    assert_eq!(ada.send("POST", "/api/logout", "", &[]).await.status, 204);
    assert_eq!(ada.get("/api/me").await.refused(), refusal(401, "not_signed_in"));
    drop(gates);
}

impl Browser {
    /// Asks, and leaves the answer unread: the status, and what waits.
    async fn leave_unread(&self, path: &str) -> (u16, Response) {
        let mut request = Request::builder().uri(path).header(HOST, "porch.local");
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        let mut request = request.body(Body::empty()).expect("a request");
        request.extensions_mut().insert(PeerAddr(self.peer));
        let response = self.router.clone().oneshot(request).await.expect("the router always answers");
        (response.status().as_u16(), response)
    }
}

#[tokio::test]
async fn who_lets_answers_wait_unread_hears_busy_until_they_are_read_and_others_do_not() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let mut bob = porch.person("Bob").await;
    let me = ada.me().await.id;
    for i in 0..40 {
        porch.say(RoomId(1), me, &format!("m{i} ")).await;
        let client_msg_id = ClientMsgId::try_from(format!("long-{i}")).expect("short and plain");
        let body = Text::parse("word ".repeat(1_600)).expect("a body");
        porch
            .apply(Op::Message(MessageOp::Append(NewMessage {
                room: RoomId(1),
                author: me,
                client_msg_id,
                body,
                attachments: Default::default(),
                mentions: Vec::new(),
                reply_to: None,
                sent_at: 1,
            })))
            .await;
    }
    for path in ["/api/rooms/1/messages?limit=100", "/api/search?q=word&limit=50"] {
        let page = ada.get(path).await;
        assert!(page.body.len() > 100_000, "{path}");
        let mut unread = Vec::new();
        let refused = loop {
            assert!(unread.len() < 160, "{path}: nothing is refused");
            match ada.leave_unread(path).await {
                (200, response) => unread.push(response),
                (status, response) => {
                    let body = response.into_body().collect().await.expect("a short answer").to_bytes();
                    break Reply { status, headers: HeaderMap::new(), body };
                }
            }
        };
        assert_eq!(refused.refused(), refusal(503, "busy"), "{path}");
        assert!(unread.len() * page.body.len() <= UNREAD_OF_ONE_BYTES_MAX, "{path}: {}", unread.len());
        assert_eq!(bob.get(path).await.status, 200, "{path}");
        assert_eq!(ada.get("/api/me").await.status, 200, "what is small is always answered");
        // Read halfway is not read.
        let mut half = unread.pop().expect("some were answered").into_body();
        let frame = half.frame().await.expect("a body").expect("without a network").into_data().expect("bytes");
        drop(half);
        assert_eq!(ada.leave_unread(path).await.0, 503, "{path}");
        drop(frame);
        assert_eq!(ada.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_wrong_question_about_history_is_refused() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let me = ada.me().await.id;
    let room = porch.room(RoomKind::Closed, "Kitchen", me).await;
    let message = porch.say(room, me, "one").await;
    let path = format!("/api/rooms/{room}/messages");
    for query in [
        "?before=1&after=1",
        "?around=1&around_n=1",
        "?around_n=-1",
        "?after=1&after_at=1",
        "?after_at=1&around=1",
        "?after_at=2026-11-20",
        "?after_at=1.5",
        "?after_at=9223372036854775808",
        "?after_at=",
        "?limit=0",
        "?limit=101",
        "?before=x",
        "?before=-1",
        "?from=1",
        "?limit=",
    ] {
        assert_eq!(ada.get(&format!("{path}{query}")).await.refused(), refusal(400, "bad_request"), "{query}");
    }
    let around = ada.get(&format!("{path}?around={}", message + 1_000)).await;
    assert_eq!(around.refused(), refusal(404, "not_found"));
    assert_eq!(ada.get(&format!("{path}?around_n=2")).await.refused(), refusal(404, "not_found"));
    assert_eq!(ada.get(&format!("{path}?limit=100")).await.status, 200);
    assert_eq!(ada.get("/api/rooms/kitchen/messages").await.refused(), refusal(404, "not_found"));
}

#[tokio::test]
async fn a_search_finds_what_the_asker_may_read_and_nothing_else() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let mut eve = porch.person("Eve").await;
    let me = ada.me().await.id;
    let room = porch.room(RoomKind::Closed, "Kitchen", me).await;
    porch.say(room, me, "the secret recipe").await;
    let found = |reply: &Reply| reply.json()["hits"].as_array().map(Vec::len);
    assert_eq!(found(&ada.get("/api/search?q=secret").await), Some(1));
    assert_eq!(found(&eve.get("/api/search?q=secret").await), Some(0));
    assert_eq!(found(&ada.get("/api/search?q=unsaid").await), Some(0));
}

#[tokio::test]
async fn pages_of_a_search_follow_each_other() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let me = ada.me().await.id;
    let room = porch.room(RoomKind::Closed, "Kitchen", me).await;
    for body in ["soup one", "soup two", "soup three"] {
        porch.say(room, me, body).await;
    }
    let mut seen = Vec::new();
    let mut next = Some(String::new());
    while let Some(cursor) = next {
        let page = ada.get(&format!("/api/search?q=soup&limit=2{cursor}")).await.json();
        seen.extend(page["hits"].as_array().unwrap().iter().map(|hit| hit["message"]["body"].clone()));
        next = page["next"].as_str().map(|cursor| format!("&cursor={cursor}"));
    }
    assert_eq!(seen, ["soup three", "soup two", "soup one"]);
}

#[tokio::test]
async fn a_wrong_search_is_refused() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let long = format!("/api/search?q={}", "a".repeat(201));
    for (path, want) in [
        ("/api/search?q=", refusal(400, "query_empty")),
        ("/api/search?q=has%3Acake", refusal(400, "query_has")),
        ("/api/search?q=!%3F", refusal(400, "query_empty")),
        ("/api/search?q=before:yesterday", refusal(400, "query_date")),
        ("/api/search?q=after:2026-02-30", refusal(400, "query_date")),
        (&long, refusal(400, "query_long")),
        ("/api/search", refusal(400, "bad_request")),
        ("/api/search?q=a&limit=0", refusal(400, "bad_request")),
        ("/api/search?q=a&limit=51", refusal(400, "bad_request")),
        ("/api/search?q=a&cursor=x", refusal(400, "bad_request")),
    ] {
        assert_eq!(ada.get(path).await.refused(), want, "{path}");
    }
}

#[tokio::test]
async fn open_rooms_are_listed_and_closed_ones_are_not() {
    let porch = Porch::start();
    let mut ada = porch.person("Ada").await;
    let mut eve = porch.person("Eve").await;
    let me = ada.me().await.id;
    let kitchen = porch.room(RoomKind::Open, "Kitchen", me).await;
    let attic = porch.room(RoomKind::Closed, "Attic", me).await;
    let listed = |joined: bool| json!({ "rooms": [{ "id": kitchen, "name": "Kitchen", "member_count": 1, "joined": joined, "guests": false }] });
    assert_eq!(ada.get("/api/rooms").await.json(), listed(true));
    assert_eq!(eve.get("/api/rooms").await.json(), listed(false));

    let members = ada.get(&format!("/api/rooms/{attic}/members")).await.json();
    assert_eq!(members["members"][0]["user"], me.0);
    assert_eq!(members["members"][0]["role"], "owner");
    assert_eq!(eve.get(&format!("/api/rooms/{kitchen}/members")).await.status, 200, "an open room shows who is in it");
    let refused = eve.get(&format!("/api/rooms/{attic}/members")).await;
    assert_eq!(refused.refused(), refusal(403, "not_a_member"));
    let nowhere = eve.get("/api/rooms/999/members").await;
    assert_eq!(nowhere.refused(), refused.refused(), "a hidden room and none are one answer");
}
