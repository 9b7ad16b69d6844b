//! A stranger's client, written from `docs/protocol.md` alone: what it sends are the page's own examples with the ids
//! of this box put in, what it hears must look like the page's examples, and nothing on the page is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use serde_json::{Map, Value, json};

use crate::support::{Answer, Closed, Device, Door, EVERYONE, Person, Porch, events, ms, now, number};

const PAGE: &str = include_str!("../../docs/protocol.md");

/// The page's examples and requests, and what of them was used.
struct Page {
    examples: BTreeMap<String, Vec<Value>>,
    requests: BTreeSet<String>,
    used: BTreeSet<String>,
    /// A tab for each connection.
    tabs: std::ops::RangeFrom<u64>,
}

impl Page {
    fn read() -> Self {
        let mut examples: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for block in PAGE.split("```json ").skip(1) {
            let (name, rest) = block.split_once('\n').expect("a block has a first line");
            let json = rest.split("```").next().expect("a block ends");
            let json = serde_json::from_str(json).unwrap_or_else(|e| panic!("{name}: {e}"));
            examples.entry(name.to_owned()).or_default().push(json);
        }
        let row = |line: &str| {
            let request = line.strip_prefix("| `")?.split('`').next()?;
            let is_request =
                request.split_once(" /").is_some_and(|(method, _)| method.bytes().all(|b| b.is_ascii_uppercase()));
            is_request.then(|| request.to_owned())
        };
        Self { examples, requests: PAGE.lines().filter_map(row).collect(), used: BTreeSet::new(), tabs: 1.. }
    }

    /// An example to send, with these fields of it replaced.
    fn example(&mut self, name: &str, fields: Value) -> Value {
        let mut example = self.examples.get(name).unwrap_or_else(|| panic!("the page has no {name}"))[0].clone();
        self.used.insert(name.to_owned());
        for (key, value) in fields.as_object().expect("fields by name") {
            let field = example.get_mut(key).unwrap_or_else(|| panic!("{name} has no {key}"));
            *field = value.clone();
        }
        example
    }

    /// Panics unless `heard` looks like one of the examples of this name.
    fn check(&mut self, name: &str, heard: &Value) {
        let examples = self.examples.get(name).unwrap_or_else(|| panic!("the page does not know of {name}: {heard}"));
        let fits = examples.iter().any(|example| self.alike(heard, example));
        assert!(fits, "{heard} does not look like {examples:?}");
        self.used.insert(name.to_owned());
    }

    /// The same fields of the same kinds, however deep. What may be null may be null.
    fn alike(&self, heard: &Value, example: &Value) -> bool {
        match (heard, example) {
            (Value::Null, _) | (_, Value::Null) => true,
            (Value::Array(heard), Value::Array(example)) => {
                heard.iter().all(|one| example.is_empty() || example.iter().any(|example| self.alike(one, example)))
            }
            (Value::Object(heard), Value::Object(example)) => {
                heard.get("type") == example.get("type")
                    && self.same_fields(heard, example)
                    && heard
                        .iter()
                        .all(|(key, value)| example.get(key).is_none_or(|example| self.alike(value, example)))
            }
            _ => std::mem::discriminant(heard) == std::mem::discriminant(example),
        }
    }

    fn same_fields(&self, heard: &Map<String, Value>, example: &Map<String, Value>) -> bool {
        // "With `re`, or `client_msg_id`, or neither … `retry_ms` where trying again helps."
        let optional = ["re", "client_msg_id", "retry_ms", "sessions"];
        let may_lack = heard.contains_key("code");
        let required = |fields: &Map<String, Value>| -> BTreeSet<String> {
            fields.keys().filter(|key| !(may_lack && optional.contains(&key.as_str()))).cloned().collect()
        };
        required(heard) == required(example)
    }

    /// Asks for one of the table's requests; `path` is its path with ids in place.
    async fn ask(&mut self, asker: &Asker<'_>, request: &str, path: &str, body: Option<Value>) -> Answer {
        assert!(self.requests.contains(request), "the page does not know of {request}");
        self.used.insert(request.to_owned());
        let method = request.split(' ').next().expect("a request begins with its method");
        match asker {
            Asker::Nobody(door) => door.ask(method, path, None, body.as_ref()).await,
            Asker::Person(person) => person.ask(method, path, body.as_ref()).await,
        }
    }

    /// The same, where it must work; each value under `list` must look like the example `name`.
    async fn list(&mut self, asker: &Person, request: &str, path: &str, list: &str, name: &str) -> Vec<Value> {
        let answer = self.ask(&Asker::Person(asker), request, path, None).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let values = answer.json()[list].as_array().unwrap_or_else(|| panic!("no list in {answer:?}")).clone();
        assert!(!values.is_empty(), "{request} has nothing to show");
        for value in &values {
            self.check(name, value);
        }
        values
    }

    fn unused(&self) -> Vec<&String> {
        self.examples.keys().chain(&self.requests).filter(|name| !self.used.contains(*name)).collect()
    }
}

enum Asker<'a> {
    Nobody(&'a Door),
    Person(&'a Person),
}

/// A connection that holds whatever it hears against the page.
struct Stranger {
    device: Device,
}

impl Stranger {
    /// `known`: a welcome of before, after which it was away; null for a first one.
    async fn arrive(page: &mut Page, person: &Person, known: Value) -> (Self, Value) {
        let mut stranger = Self { device: person.connect().await };
        let tab = page.tabs.next();
        stranger.say(page, "hello", json!({"tab": tab, "after": known["seq"], "epoch": known["epoch"]})).await;
        let welcome = stranger.hear(page, "welcome").await;
        (stranger, welcome)
    }

    /// Hears of people until it is this.
    async fn told(&mut self, page: &mut Page, wanted: impl Fn(&Value) -> bool) {
        while !wanted(&self.hear(page, "users").await) {}
    }

    /// Says the page's example of this type, with these fields replaced.
    async fn say(&mut self, page: &mut Page, kind: &str, fields: Value) {
        let example = page.example(&format!("client {kind}"), fields);
        self.device.say(example).await;
    }

    /// Asks for the page's example of this command, with these fields replaced.
    async fn ask(&mut self, page: &mut Page, kind: &str, fields: Value) {
        let command = page.example(&format!("command {kind}"), fields);
        self.say(page, "command", json!({"command": command})).await;
    }

    async fn next(&mut self, page: &mut Page) -> Value {
        let heard = self.device.next_frame().await;
        let kind = heard["type"].as_str().expect("each has a type");
        page.check(&format!("server {kind}"), &heard);
        for event in heard["events"].as_array().into_iter().flatten() {
            let kind = event["what"]["type"].as_str().expect("each has a type");
            page.check(&format!("event {kind}"), event);
        }
        heard
    }

    /// Listens until something of this type comes.
    async fn hear(&mut self, page: &mut Page, kind: &str) -> Value {
        loop {
            let heard = self.next(page).await;
            if heard["type"] == kind {
                return heard;
            }
        }
    }

    /// Listens until this happens in a room.
    async fn happens(&mut self, page: &mut Page, kind: &str) -> Value {
        loop {
            let heard = self.hear(page, "events").await;
            if let Some(event) = events(&heard).into_iter().flatten().find(|event| event["type"] == kind) {
                return event;
            }
        }
    }

    /// A command that is done; gives the room that is named.
    async fn done(&mut self, page: &mut Page, kind: &str, fields: Value) -> Value {
        self.ask(page, kind, fields).await;
        let done = loop {
            let heard = self.next(page).await;
            assert_ne!(heard["type"], "error", "{kind}: {heard}");
            if heard["type"] == "done" {
                break heard;
            }
        };
        assert_eq!(done["re"], page.examples["client command"][0]["re"]);
        done["room"].clone()
    }
}

fn signed_in(door: &Door, page: &mut Page, answer: &Answer) -> Person {
    assert_eq!(answer.status, 200, "{answer:?}");
    page.check("user", &answer.json()["user"]);
    Person::signed_in(door, answer)
}

/// Registering, signing in elsewhere, and everything an account has.
async fn accounts(page: &mut Page, door: &Door) -> (Person, Person) {
    let nobody = Asker::Nobody(door);
    assert_eq!(page.ask(&nobody, "GET /healthz", "/healthz", None).await.body, b"ok");
    let about = page.ask(&nobody, "GET /api/box", "/api/box", None).await.json();
    page.check("box", &about);
    let probed = page.ask(&nobody, "GET /api/cookie", "/api/cookie", None).await;
    assert!(probed.header("set-cookie").is_some_and(|set| set.starts_with("__Host-kept=1;")), "{probed:?}");
    page.check("cookie", &probed.json());
    assert_eq!(probed.json()["kept"], false);
    let kept = door.ask("GET", "/api/cookie", Some("__Host-kept=1"), None).await.json();
    assert_eq!(kept["kept"], true);
    assert_eq!(about["registration"], "first");

    let ada = page.example("register", json!({}));
    let first = page.ask(&nobody, "POST /api/register", "/api/register", Some(ada)).await;
    let first = signed_in(door, page, &first);
    let grace = page.example("register", json!({"name": "Grace"}));
    let grace = page.ask(&nobody, "POST /api/register", "/api/register", Some(grace)).await;
    let grace = signed_in(door, page, &grace);

    let (mut there, _) = Stranger::arrive(page, &first, Value::Null).await;
    let mut login = page.example("login", json!({}));
    let elsewhere = page.ask(&nobody, "POST /api/login", "/api/login", Some(login.clone())).await;
    assert_eq!(elsewhere.status, 409);
    page.check("in_use_elsewhere", &elsewhere.json());
    login["takeover"] = true.into();
    let ada = page.ask(&nobody, "POST /api/login", "/api/login", Some(login)).await;
    let ada = signed_in(door, page, &ada);
    assert_eq!(there.device.closed().await, Closed::Code(4001));

    let stale = page.ask(&Asker::Person(&first), "GET /api/me", "/api/me", None).await;
    assert_eq!(stale.status, 401);
    page.check("ended", &stale.json());
    let unknown = page.ask(&nobody, "GET /api/me", "/api/me", None).await;
    page.check("http error", &unknown.json());
    let body = page.example("patch_me", json!({}));
    let changed = page.ask(&Asker::Person(&ada), "PATCH /api/me", "/api/me", Some(body)).await;
    page.check("user", &changed.json()["user"]);

    let body = page.example("patch_settings", json!({}));
    let set = page.ask(&Asker::Person(&ada), "PATCH /api/settings", "/api/settings", Some(body)).await;
    page.check("settings", &set.json()["settings"]);
    let shown = page.ask(&Asker::Person(&ada), "GET /api/settings", "/api/settings", None).await;
    assert_eq!(shown.json(), set.json());
    let me = page.ask(&Asker::Person(&ada), "GET /api/me", "/api/me", None).await;
    page.check("me", &me.json());

    let shown = page.ask(&Asker::Person(&ada), "GET /api/clock", "/api/clock", None).await;
    page.check("clock", &shown.json());
    // What the clock says already: that sets no clock, whatever the machine of the test allows.
    let body = page.example("set_clock", json!({"now": ms(now())}));
    let set = page.ask(&Asker::Person(&ada), "PUT /api/clock", "/api/clock", Some(body)).await;
    assert_eq!(set.status, 200, "{set:?}");
    page.check("clock", &set.json());

    let (mut there, _) = Stranger::arrive(page, &grace, Value::Null).await;
    let login = page.example("login", json!({"name": "Grace"}));
    let laptop = page.ask(&nobody, "POST /api/login", "/api/login", Some(login)).await;
    let laptop = signed_in(door, page, &laptop);
    let places = page.list(&laptop, "GET /api/sessions", "/api/sessions", "sessions", "session").await;
    assert_eq!(there.hear(page, "signed_in").await["session"], places[1]["id"]);
    let path = format!("/api/sessions/{}", number(&places[0]["id"]));
    let ended = page.ask(&Asker::Person(&laptop), "DELETE /api/sessions/{id}", &path, None).await;
    assert_eq!(ended.status, 204);
    assert_eq!(page.ask(&Asker::Person(&grace), "GET /api/me", "/api/me", None).await.status, 401);
    (ada, laptop)
}

async fn pictures(page: &mut Page, ada: &Person) {
    let mut png = Cursor::new(Vec::new());
    image::RgbImage::new(8, 8).write_to(&mut png, image::ImageFormat::Png).expect("a small picture can be made");
    page.used.insert("PUT /api/me/picture".to_owned());
    let set = ada.upload("PUT", "/api/me/picture", &png.into_inner()).await;
    let user = &set.json()["user"];
    page.check("user", user);
    let path = format!("/pictures/{}/{}/96", ada.id, number(&user["picture"]));
    let picture = page.ask(&Asker::Person(ada), "GET /pictures/{user}/{picture}/{size}", &path, None).await;
    assert_eq!((picture.status, &picture.body[..2]), (200, &[0xff, 0xd8][..]), "a JPEG");
    let cleared = page.ask(&Asker::Person(ada), "DELETE /api/me/picture", "/api/me/picture", None).await;
    assert_eq!(cleared.json()["user"]["picture"], 0);
    assert_eq!(ada.ask("GET", &path, None).await.status, 404);
}

/// A file by tus, cut in two, and one that is given up.
async fn uploads(page: &mut Page, ada: &Person) {
    let mut ask = async |request: &str, path: &str, fields: &str, body: &str| {
        assert!(page.requests.contains(request), "the page does not know of {request}");
        page.used.insert(request.to_owned());
        let method = request.split(' ').next().expect("a request begins with its method");
        let (host, cookie, length) = (ada.door.https, &ada.cookie, body.len());
        let head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nTus-Resumable: 1.0.0");
        let raw = format!("{head}\r\nConnection: close\r\nContent-Length: {length}\r\n{fields}\r\n{body}");
        ada.door.ask_raw(&raw).await
    };
    let metadata = "Upload-Length: 11\r\nUpload-Metadata: filename 5Zu+LnBuZw==,filetype aW1hZ2UvcG5n\r\n";
    let begun = ask("POST /api/uploads", "/api/uploads", metadata, "").await;
    assert_eq!(begun.status, 201, "{begun:?}");
    let path = begun.header("location").expect("where it is").to_owned();
    let next = |at: usize| format!("Upload-Offset: {at}\r\nContent-Type: application/offset+octet-stream\r\n");
    let first = ask("PATCH /api/uploads/{id}", &path, &next(0), "Hello ").await;
    assert_eq!((first.status, first.header("upload-offset")), (204, Some("6")));
    let asked = ask("HEAD /api/uploads/{id}", &path, "", "").await;
    let told = ["upload-offset", "upload-length", "upload-metadata"].map(|name| asked.header(name));
    assert_eq!(told, [Some("6"), Some("11"), Some("filename 5Zu+LnBuZw==,filetype aW1hZ2UvcG5n")]);
    assert!(asked.header("upload-expires").is_some());
    assert_eq!(ask("PATCH /api/uploads/{id}", &path, &next(6), "porch").await.header("upload-offset"), Some("11"));
    assert_eq!(ask("DELETE /api/uploads/{id}", &path, "", "").await.status, 204);
    assert_eq!(ask("HEAD /api/uploads/{id}", &path, "", "").await.status, 404);
}

/// A file that is uploaded whole; by which id it is sent.
async fn uploaded(ada: &Person, file: &str) -> String {
    let length = file.len();
    let ask = async |method: &str, path: &str, fields: &str, body: &str| {
        let (host, cookie) = (ada.door.https, &ada.cookie);
        let head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nTus-Resumable: 1.0.0");
        let raw = format!("{head}\r\nConnection: close\r\nContent-Length: {}\r\n{fields}\r\n{body}", body.len());
        ada.door.ask_raw(&raw).await
    };
    let begun = ask("POST", "/api/uploads", &format!("Upload-Length: {length}\r\n"), "").await;
    let path = begun.header("location").expect("where it is").to_owned();
    let fields = "Upload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\n";
    assert_eq!(ask("PATCH", &path, fields, file).await.status, 204);
    path.rsplit('/').next().expect("it ends in an id").to_owned()
}

/// A message that brings two files, as it is told and as it is read; and that is deleted.
async fn attachments(page: &mut Page, ada: &Person, on_ada: &mut Stranger, kitchen: u64) {
    // A GIF of one pixel, and nothing that a browser shows.
    let picture = "GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
    let mut send = page.examples["client send"][1].clone();
    let (mut first, mut second) = (send["attachments"][0].clone(), send["attachments"][0].clone());
    first["upload"] = json!(uploaded(ada, picture).await);
    second["upload"] = json!(uploaded(ada, "words").await);
    (send["room"], send["attachments"]) = (json!(kitchen), json!([first, second]));
    on_ada.device.say(send).await;
    let sent = on_ada.happens(page, "message").await;
    for attachment in sent["attachments"].as_array().expect("they are told") {
        page.check("attachment", attachment);
    }
    assert_eq!(sent["attachments"][0]["what"]["alt"], page.examples["client send"][1]["attachments"][0]["alt"]);
    let path = format!("/api/attachments/{}", sent["id"]);
    let asker = Asker::Person(ada);
    let saved = page.ask(&asker, "GET /api/attachments/{message}/{place}", &format!("{path}/1"), None).await;
    assert_eq!((saved.status, &*saved.body), (200, &b"words"[..]));
    let smaller = "GET /api/attachments/{message}/{place}/{edge}";
    let shown = page.ask(&asker, smaller, &format!("{path}/0/320"), None).await;
    assert_eq!((shown.status, shown.header("content-type")), (200, Some("image/gif")), "it is no larger");
    let gallery = format!("/api/rooms/{kitchen}/galleries/pictures");
    let gallery = page.ask(&asker, "GET /api/rooms/{room}/galleries/{gallery}", &gallery, None).await.json();
    assert_eq!(gallery["messages"][0]["id"], sent["id"]);
    on_ada.ask(page, "delete", json!({"room": kitchen, "message": sent["id"]})).await;
    on_ada.happens(page, "deleted").await;
    on_ada.hear(page, "done").await;
    assert_eq!(ada.ask("GET", &format!("{path}/1"), None).await.status, 404);
}

/// Emoji at a message, and a reply to it.
async fn replies(page: &mut Page, (ada, on_ada): (&Person, &mut Stranger), on_grace: &mut Stranger, kitchen: u64) {
    on_ada.say(page, "send", json!({"room": kitchen, "client_msg_id": "01J9Z3V5K8-a4"})).await;
    let message = on_ada.happens(page, "message").await;
    on_ada.done(page, "react", json!({"room": kitchen, "message": message["id"]})).await;
    let reacted = on_grace.happens(page, "reacted").await;
    assert_eq!((&reacted["message"], reacted.get("mine")), (&message["id"], None));
    let path = format!("/api/rooms/{kitchen}/reactions?message={}", message["id"]);
    let by = page.list(ada, "GET /api/rooms/{room}/reactions", &path, "reactions", "reacted_by").await;
    assert_eq!((&by[0]["emoji"], &by[0]["by"]), (&reacted["reactions"][0][0], &json!([ada.id])));
    let reply = page.examples["client send"].iter().find(|send| send.get("reply_to").is_some());
    let mut reply = reply.expect("the page has a reply").clone();
    (reply["room"], reply["reply_to"], reply["client_msg_id"]) =
        (json!(kitchen), message["id"].clone(), json!("01J9Z3V5K8-a5"));
    on_grace.device.say(reply).await;
    let quote = loop {
        let told = on_ada.happens(page, "message").await;
        if let Some(quote) = told.get("quote") {
            break quote.clone();
        }
    };
    assert_eq!((&quote["message"], &quote["text"], &quote["place"]), (&message["id"], &message["body"], &json!(1)));
    let chain = format!("/api/rooms/{kitchen}/chains/{}", quote["chain"]);
    let request = "GET /api/rooms/{room}/chains/{chain}";
    let chain = page.ask(&Asker::Person(ada), request, &chain, None).await.json();
    let told: Vec<&Value> = chain["messages"].as_array().expect("a page").iter().collect();
    assert_eq!((told.len(), &told[0]["mine"]), (2, &json!(["👍"])));
    assert_eq!(told[1]["quote"], quote);
    on_ada.done(page, "pin", json!({"room": kitchen, "message": message["id"]})).await;
    assert_eq!(on_grace.happens(page, "pinned").await["on"], json!(true));
    let pins = ada.ask("GET", &format!("/api/rooms/{kitchen}/galleries/pins"), None).await.json();
    page.check("message", &pins["messages"][0]);
    assert_eq!((&pins["messages"][0]["id"], &pins["messages"][0]["pinned"]), (&message["id"], &json!(true)));
    on_ada.ask(page, "delete", json!({"room": kitchen, "message": message["id"]})).await;
    on_ada.happens(page, "deleted").await;
    on_ada.hear(page, "done").await;
    let history = format!("/api/rooms/{kitchen}/messages?around={}", message["id"]);
    let history = ada.ask("GET", &history, None).await.json();
    let reply = history["messages"].as_array().expect("a page").iter().find_map(|message| message.get("quote"));
    assert_eq!(reply.map(|quote| (&quote["text"], &quote["deleted"])), Some((&json!(""), &json!(true))));
}

/// A voice message, and who has heard it.
async fn heard(page: &mut Page, (ada, on_ada): (&Person, &mut Stranger), on_grace: &mut Stranger, kitchen: u64) {
    // A stream of Opus that has begun.
    let sound = format!("OggS\0\x02{}\x01\x13OpusHead{}", "\0".repeat(20), "\0".repeat(11));
    let mut send = page.example("client send", json!({"room": kitchen, "client_msg_id": "01J9Z3V5K8-a3", "body": ""}));
    send["attachments"] = json!([{"upload": uploaded(ada, &sound).await, "voice": {"ms": 4200, "levels": [0, 12]}}]);
    on_ada.device.say(send).await;
    let sent = on_ada.happens(page, "message").await;
    page.check("attachment", &sent["attachments"][0]);
    assert_eq!(sent["attachments"][0]["what"], json!({"type": "voice", "ms": 4200, "levels": [0, 12]}));
    let marked = json!({"room": kitchen, "message": sent["id"]});
    on_grace.ask(page, "mark_heard", marked).await;
    let told = on_ada.hear(page, "heard_mark").await;
    assert_eq!((&told["message"], &on_grace.hear(page, "heard_mark").await), (&sent["id"], &told));
    on_grace.hear(page, "done").await;
    let path = format!("/api/rooms/{kitchen}/heard?messages={}", sent["id"]);
    let list = page.list(ada, "GET /api/rooms/{room}/heard", &path, "heard", "heard_by").await;
    assert_eq!((&list[0]["message"], &list[0]["by"]), (&sent["id"], &json!([told["by"]])));
    on_ada.ask(page, "delete", json!({"room": kitchen, "message": sent["id"]})).await;
    on_ada.happens(page, "deleted").await;
    on_ada.hear(page, "done").await;
    assert_eq!(ada.ask("GET", &path, None).await.json()["heard"], json!([]));
}

/// What the two are told of how far the other is, in their direct room; and who has seen a message of the kitchen.
async fn receipts(
    page: &mut Page,
    (ada, on_ada): (&Person, &mut Stranger),
    (grace, on_grace): (&Person, &mut Stranger),
    kitchen: u64,
) {
    let direct = on_ada.done(page, "open_direct", json!({"user": grace.id})).await;
    assert_eq!(on_grace.hear(page, "room").await["room"]["with"], ada.id);
    let send = page.example("client send", json!({"room": direct, "client_msg_id": "01J9Z3V5K8-r1"}));
    on_ada.device.say(send).await;
    let sent = on_ada.happens(page, "message").await;
    let of_room = |told: &Value| told["receipts"][0].clone();
    let delivered = of_room(&on_ada.hear(page, "receipts").await);
    assert_eq!(delivered, json!({"room": direct, "delivered_n": sent["n"], "read_n": 0}));
    on_grace.say(page, "read", json!({"room": direct, "n": sent["n"]})).await;
    assert_eq!(of_room(&on_ada.hear(page, "receipts").await)["read_n"], sent["n"]);
    let send = page.example("client send", json!({"room": kitchen, "client_msg_id": "01J9Z3V5K8-r2"}));
    on_ada.device.say(send).await;
    let sent = on_ada.happens(page, "message").await;
    let path = format!("/api/rooms/{kitchen}/seen?message={}", sent["id"]);
    let seen = page.ask(&Asker::Person(ada), "GET /api/rooms/{room}/seen", &path, None).await.json();
    page.check("seen_by", &seen);
    assert_eq!(seen["count"], 0);
}

/// Rooms of every kind, and what happens in them. Gives the kitchen and the last message.
async fn rooms(page: &mut Page, ada: &mut Stranger, grace: &mut Stranger, grace_id: u64) -> (u64, Value) {
    let kitchen = ada.done(page, "create_room", json!({"members": []})).await;
    grace.done(page, "join_room", json!({"room": kitchen})).await;
    ada.hear(page, "members").await;
    ada.done(page, "set_room", json!({"room": kitchen})).await;
    grace.done(page, "set_notify", json!({"room": kitchen})).await;
    grace.done(page, "leave_room", json!({"room": kitchen})).await;
    ada.done(page, "add_members", json!({"room": kitchen, "users": [grace_id]})).await;
    ada.done(page, "set_room", json!({"room": kitchen, "setting": {"archived": true}})).await;
    let archived = page.example("client send", json!({"room": kitchen}));
    ada.device.say(archived).await;
    assert_eq!(ada.hear(page, "error").await["code"], "room_archived");
    ada.done(page, "set_room", json!({"room": kitchen, "setting": {"archived": false}})).await;
    ada.say(page, "send", json!({"room": kitchen})).await;
    let message = ada.happens(page, "message").await;
    (number(&kitchen), message)
}

/// Talking in the kitchen, and what each sees of the other.
async fn talk(page: &mut Page, ada: &mut Stranger, grace: &mut Stranger, kitchen: u64, message: &Value) {
    assert_eq!(&grace.happens(page, "message").await, message);
    grace.say(page, "typing", json!({"room": kitchen})).await;
    ada.hear(page, "typing").await;
    let call = json!({"room": kitchen, "client_msg_id": "01J9Z3V5K8-g1", "body": "@ada, soup"});
    grace.say(page, "send", call).await;
    let called = ada.happens(page, "message").await;
    assert_eq!(called["mentions"][0]["name"], "ada");
    grace.happens(page, "message").await;
    grace.done(page, "delete", json!({"room": kitchen, "message": called["id"]})).await;
    ada.happens(page, "deleted").await;
    ada.done(page, "keep_draft", json!({"room": kitchen})).await;
    ada.done(page, "edit", json!({"room": kitchen, "message": message["id"]})).await;
    let edited = grace.happens(page, "edited").await;
    let body = &page.examples["command edit"][0]["body"].clone();
    assert_eq!((&edited["id"], &edited["body"]), (&message["id"], body));
    assert!(number(&edited["rev"]) > number(&message["rev"]) && edited["edited_at"].is_number());
    // Into the room where it is.
    let forward = json!({"from": kitchen, "message": message["id"], "room": kitchen});
    ada.ask(page, "forward", forward.clone()).await;
    let forwarded = grace.happens(page, "message").await;
    assert_eq!((&forwarded["body"], &forwarded["forwarded"]), (body, &json!(true)));
    assert_eq!(ada.happens(page, "message").await, forwarded);
    ada.hear(page, "done").await;
    ada.done(page, "delete", json!({"room": kitchen, "message": forwarded["id"]})).await;
    grace.happens(page, "deleted").await;
    ada.done(page, "forward", forward).await;
    // The example deletes before anything is there to delete, and in another room.
    ada.ask(page, "delete", json!({"room": kitchen, "message": number(&message["id"]) + 1_000})).await;
    assert_eq!(ada.hear(page, "error").await["code"], "not_found");
    ada.done(page, "delete", json!({"room": kitchen, "message": message["id"]})).await;
    assert_eq!(grace.happens(page, "deleted").await["message"], message["id"]);
    ada.say(page, "ping", json!({})).await;
    ada.hear(page, "pong").await;
}

/// Reading on two devices, and coming back after having been away.
async fn devices(page: &mut Page, ada: &mut Stranger, grace: &Person, known: Value) {
    let (mut first, _) = Stranger::arrive(page, grace, Value::Null).await;
    let (mut second, _) = Stranger::arrive(page, grace, Value::Null).await;
    let fresh = page.example("client send", json!({"room": EVERYONE, "client_msg_id": "01J9Z3V5K9-b2"}));
    ada.device.say(fresh).await;
    let sent = ada.happens(page, "message").await;
    first.happens(page, "message").await;
    first.say(page, "read", json!({"room": EVERYONE})).await;
    assert_eq!(second.hear(page, "read").await["n"], sent["n"], "no further than there is");
    first.say(page, "unread", json!({"room": EVERYONE, "n": sent["n"]})).await;
    assert_eq!(second.hear(page, "room").await["room"]["set_back"], 1);
    first.device.drop_connection();
    let (mut back, welcome) = Stranger::arrive(page, grace, known).await;
    assert_eq!(welcome["resume"], "ok");
    let missed = back.hear(page, "events").await;
    assert_eq!(events(&missed).into_iter().flatten().last(), Some(sent));
}

/// What can be read of it all afterwards.
async fn reading(page: &mut Page, ada: &Person, kitchen: u64) {
    page.list(ada, "GET /api/people", "/api/people", "people", "user").await;
    let doors = page.ask(&Asker::Person(ada), "GET /api/doors", "/api/doors", None).await;
    page.check("doors", &doors.json());
    page.list(ada, "GET /api/rooms", "/api/rooms", "rooms", "listed_room").await;
    let members = format!("/api/rooms/{kitchen}/members");
    page.list(ada, "GET /api/rooms/{room}/members", &members, "members", "member").await;
    let path = format!("/api/rooms/{kitchen}/messages?around=1&limit=100");
    let around = page.ask(&Asker::Person(ada), "GET /api/rooms/{room}/messages", &path, None).await.json();
    assert_eq!((&around["more_before"], &around["more_after"]), (&json!(false), &json!(false)));
    let path = format!("/api/rooms/{kitchen}/messages?after_at=0&limit=1");
    let since = page.ask(&Asker::Person(ada), "GET /api/rooms/{room}/messages", &path, None).await.json();
    assert_eq!(since["messages"][0], around["messages"][0]);
    let hits = page.list(ada, "GET /api/search", "/api/search?q=hel*%20from:Ada", "hits", "hit").await;
    assert_eq!(hits[0]["marks"], json!([[0, 5]]));
}

/// What the box says of itself: where it is found, what time it believes, how it is; and what its owner prints of it.
async fn the_box(page: &mut Page, ada: &Person) {
    let doors = page.ask(&Asker::Person(ada), "GET /api/doors", "/api/doors", None).await.json();
    page.check("doors", &doors);
    let clock = page.ask(&Asker::Person(ada), "GET /api/clock", "/api/clock", None).await.json();
    page.check("clock", &clock);
    // The right time: it is confirmed, and this machine's clock is left alone.
    let right = page.example("set_clock", json!({"now": clock["now"]}));
    let set = page.ask(&Asker::Person(ada), "PUT /api/clock", "/api/clock", Some(right)).await;
    page.check("clock", &set.json());
    let owner = Asker::Person(ada);
    let mut report = page.ask(&owner, "GET /api/doctor", "/api/doctor", None).await.json();
    let values = page.examples["report"][0]["checks"][0]["values"].clone();
    for line in report["checks"].as_array_mut().expect("a list") {
        let filled_in = line["values"].as_object().expect("values by name");
        assert!(filled_in.values().all(Value::is_string), "{line}");
        // Each finding has values of its own; their names are in the page's table.
        line["values"] = values.clone();
    }
    page.check("report", &report);
    for (name, path) in [("upload_limits", "/api/uploads"), ("storage", "/api/storage")] {
        let told = page.ask(&owner, &format!("GET {path}"), path, None).await.json();
        page.check(name, &told);
    }
    let printed = page.ask(&owner, "GET /poster", "/poster?lang=en&paper=a4", None).await;
    let there = printed.header("location").expect("its address gets the stamp");
    let (_, stamp) = there.split_once("stamp=").expect("a stamp");
    let link = format!("/p/{stamp}");
    let nobody = Asker::Nobody(&ada.door);
    let followed = page.ask(&nobody, "GET /p/{stamp}", &link, None).await;
    assert_eq!(followed.header("location"), Some("/"));
    let old = page.ask(&nobody, "GET /p/{stamp}", "/p/22222222", None).await;
    assert_eq!((old.status, old.header("location")), (200, None));
}

/// A page tells of an error; the owner looks at it, and clears it away.
async fn errors_of_pages(page: &mut Page, ada: &Person) {
    let (nobody, owner) = (Asker::Nobody(&ada.door), Asker::Person(ada));
    let beacon = page.example("beacon", json!({}));
    assert_eq!(page.ask(&nobody, "POST /api/monitor", "/api/monitor", Some(beacon)).await.status, 204);
    let monitored = page.ask(&owner, "GET /api/monitor", "/api/monitor", None).await.json();
    assert_eq!(monitored["errors"][0]["count"], 2, "{monitored}");
    assert_eq!(page.ask(&owner, "DELETE /api/monitor", "/api/monitor", None).await.status, 204);
    let cleared = page.ask(&owner, "GET /api/monitor", "/api/monitor", None).await.json();
    assert_eq!(cleared["errors"], json!([]));
    page.used.insert("monitored".to_owned());
    assert_eq!(fields(&monitored), fields(&page.examples["monitored"][0]));
}

/// The names of an object's fields.
fn fields(object: &Value) -> BTreeSet<&String> {
    object.as_object().expect("an object").keys().collect()
}

/// One room, the archived ones, and removing what somebody made.
async fn removal(page: &mut Page, ada: &Person, kitchen: u64) {
    let owner = Asker::Person(ada);
    let path = format!("/api/rooms/{kitchen}");
    let room = page.ask(&owner, "GET /api/rooms/{room}", &path, None).await.json();
    assert_eq!(room["room"]["id"], kitchen);
    let archived = page.ask(&owner, "GET /api/rooms/archived", "/api/rooms/archived?before=99", None).await.json();
    assert_eq!(archived["more"], false);
    page.list(ada, "GET /api/drafts", "/api/drafts", "drafts", "draft").await;
    let joined = page.ask(&owner, "GET /api/rooms/joined", "/api/rooms/joined?before=99", None).await.json();
    assert!(joined["rooms"].as_array().is_some_and(|rooms| rooms.iter().any(|room| room["id"] == kitchen)));
    let made = format!("/api/people/{}/rooms", ada.id);
    assert!(number(&page.ask(&owner, "GET /api/people/{id}/rooms", &made, None).await.json()["made"]) > 0);
    assert_eq!(page.ask(&owner, "DELETE /api/people/{id}/rooms", &made, None).await.status, 204);
    assert_eq!(page.ask(&owner, "GET /api/people/{id}/rooms", &made, None).await.json(), json!({"made": 0}));
    assert_eq!(page.ask(&owner, "GET /api/rooms/{room}", &path, None).await.status, 403);
}

/// Making an invite, coming by it, staying and going.
async fn guests(page: &mut Page, ada: &mut Stranger, owner: &Person, kitchen: u64) {
    let (door, owner) = (&owner.door, &Asker::Person(owner));
    ada.done(page, "set_room", json!({"room": kitchen, "setting": {"guests": true}})).await;
    // The page's own ended long ago.
    let wanted = page.example("new_invite", json!({"rooms": [kitchen], "ends_at": null}));
    let made = page.ask(owner, "POST /api/invites", "/api/invites", Some(wanted)).await.json();
    page.check("invite", &made["invite"]);
    let path = format!("/api/join/{}", made["invite"]["token"].as_str().expect("a token"));
    let nobody = Asker::Nobody(door);
    let invited = page.ask(&nobody, "GET /api/join/{token}", &path, None).await.json();
    page.check("invited", &invited);
    let mut guests = Vec::new();
    for name in ["Kim", "Zoe"] {
        let join = page.example("join", json!({"name": name}));
        let joined = page.ask(&nobody, "POST /api/join/{token}", &path, Some(join)).await;
        let guest = signed_in(door, page, &joined);
        ada.told(page, |users| users["users"][0]["name"] == name && users["users"][0]["role"] == "guest").await;
        guests.push((Stranger::arrive(page, &guest, Value::Null).await.0, guest));
    }
    let [(kim, kept), (zoe, sent)] = &mut guests[..] else { unreachable!("there are two") };
    let member = page.example("patch_person", json!({}));
    let path = format!("/api/people/{}", kept.id);
    let stays = page.ask(owner, "PATCH /api/people/{id}", &path, Some(member)).await;
    page.check("user", &stays.json()["user"]);
    assert_eq!(kim.hear(page, "room").await["room"]["kind"], "everyone");
    let path = format!("/api/people/{}", sent.id);
    assert_eq!(page.ask(owner, "DELETE /api/people/{id}", &path, None).await.status, 204);
    assert_eq!(zoe.device.closed().await, Closed::Code(4003));
    let listed = page.ask(owner, "GET /api/invites", "/api/invites", None).await.json();
    assert_eq!(listed["invites"][0]["joined"], 2);
    page.check("invite", &listed["invites"][0]);
    let path = format!("/api/invites/{}", made["invite"]["id"]);
    assert_eq!(page.ask(owner, "DELETE /api/invites/{id}", &path, None).await.status, 204);
}

/// What the owner of a room does with its members, and the owner of the box with an account.
async fn owners(page: &mut Page, ada: &mut Stranger, owner: &Person, kitchen: u64) {
    let (door, owner) = (&owner.door, &Asker::Person(owner));
    let nobody = Asker::Nobody(door);
    let bob = page.example("register", json!({"name": "Bob"}));
    let bob = page.ask(&nobody, "POST /api/register", "/api/register", Some(bob)).await;
    let bob = signed_in(door, page, &bob);
    let (mut on_bob, _) = Stranger::arrive(page, &bob, Value::Null).await;
    on_bob.done(page, "join_room", json!({"room": kitchen})).await;
    // Gathered with it, the change of the role would not be told: whoever has just come is new as they are.
    while ada.hear(page, "members").await["joined"][0] != bob.id {}
    ada.done(page, "set_room_role", json!({"room": kitchen, "user": bob.id})).await;
    while on_bob.hear(page, "room").await["room"]["role"] != "owner" {}
    while ada.hear(page, "members").await["changed"][0] != bob.id {}
    ada.done(page, "remove_member", json!({"room": kitchen, "user": bob.id})).await;
    on_bob.hear(page, "rooms_gone").await;

    let path = |what: &str| format!("/api/people/{}/{what}", bob.id);
    for (request, role) in [("PUT /api/people/{id}/owner", "owner"), ("DELETE /api/people/{id}/owner", "member")] {
        let user = page.ask(owner, request, &path("owner"), None).await.json()["user"].clone();
        page.check("user", &user);
        assert_eq!(user["role"], role);
    }
    let code = page.ask(owner, "POST /api/people/{id}/code", &path("code"), None).await.json();
    page.check("code", &code);
    let reset = page.example("reset_password", json!({"name": "Bob", "code": code["code"]}));
    let again = page.ask(&nobody, "POST /api/reset", "/api/reset", Some(reset)).await;
    let again = signed_in(door, page, &again);
    assert_eq!(on_bob.device.closed().await, Closed::Code(4003));
    let (mut on_bob, _) = Stranger::arrive(page, &again, Value::Null).await;
    let sessions = page.ask(owner, "DELETE /api/people/{id}/sessions", &path("sessions"), None).await;
    assert_eq!((sessions.status, on_bob.device.closed().await), (204, Closed::Code(4003)));
    for (person, why) in [(&bob, "password_changed"), (&again, "signed_out_by_owner")] {
        let ended = page.ask(&Asker::Person(person), "GET /api/me", "/api/me", None).await.json();
        page.check("ended", &ended);
        assert_eq!(ended["error"]["ended"], why);
    }
    let gone = page.ask(owner, "DELETE /api/people/{id}/account", &path("account"), None).await;
    assert_eq!(gone.status, 204);
    ada.told(page, |users| users["gone"][0] == bob.id).await;
    let off = page.example("patch_settings", json!({}));
    let off = Some(json!({"guests": false, "several_devices": off["several_devices"]}));
    assert_eq!(page.ask(owner, "PATCH /api/settings", "/api/settings", off).await.status, 200);
    assert_eq!(ada.hear(page, "box").await["guests"], false);
}

/// Leaving for good.
async fn goodbyes(page: &mut Page, ada: &mut Stranger, person: &Person, grace: &Person) {
    let logout = page.ask(&Asker::Person(person), "POST /api/logout", "/api/logout", None).await;
    assert_eq!((logout.status, ada.device.closed().await), (204, Closed::Code(4003)));
    let mut login = page.example("login", json!({}));
    login["password"] = page.example("patch_me", json!({}))["new_password"].clone();
    let again = page.ask(&Asker::Nobody(&person.door), "POST /api/login", "/api/login", Some(login)).await;
    let again = signed_in(&person.door, page, &again);
    let (mut ada, _) = Stranger::arrive(page, &again, Value::Null).await;
    let renamed = Some(json!({"name": "Grace H"}));
    let renamed = page.ask(&Asker::Person(grace), "PATCH /api/me", "/api/me", renamed).await;
    let renamed = &renamed.json()["user"];
    ada.told(page, |users| users["users"][0] == *renamed).await;
    let body = page.example("delete_me", json!({}));
    let gone = page.ask(&Asker::Person(grace), "DELETE /api/me", "/api/me", Some(body)).await;
    assert_eq!(gone.status, 204);
    ada.told(page, |users| users["gone"][0] == grace.id).await;
}

#[tokio::test]
async fn a_client_written_from_the_page_alone_can_do_everything_on_it() {
    let porch = Porch::start().await;
    let mut page = Page::read();
    assert!(page.examples.len() > 40 && page.requests.len() >= 20, "{:?}", page.requests);
    let (ada, grace) = accounts(&mut page, &porch.door).await;
    pictures(&mut page, &ada).await;
    uploads(&mut page, &ada).await;
    let (mut on_ada, welcome) = Stranger::arrive(&mut page, &ada, Value::Null).await;
    on_ada.hear(&mut page, "present").await;
    let (mut on_grace, _) = Stranger::arrive(&mut page, &grace, Value::Null).await;
    on_ada.hear(&mut page, "presence").await;
    on_grace.hear(&mut page, "present").await;
    let (kitchen, message) = rooms(&mut page, &mut on_ada, &mut on_grace, grace.id).await;
    talk(&mut page, &mut on_ada, &mut on_grace, kitchen, &message).await;
    replies(&mut page, (&ada, &mut on_ada), &mut on_grace, kitchen).await;
    heard(&mut page, (&ada, &mut on_ada), &mut on_grace, kitchen).await;
    attachments(&mut page, &ada, &mut on_ada, kitchen).await;
    receipts(&mut page, (&ada, &mut on_ada), (&grace, &mut on_grace), kitchen).await;
    devices(&mut page, &mut on_ada, &grace, welcome).await;
    reading(&mut page, &ada, kitchen).await;
    the_box(&mut page, &ada).await;
    errors_of_pages(&mut page, &ada).await;
    guests(&mut page, &mut on_ada, &ada, kitchen).await;
    owners(&mut page, &mut on_ada, &ada, kitchen).await;
    removal(&mut page, &ada, kitchen).await;
    goodbyes(&mut page, &mut on_ada, &ada, &grace).await;
    assert!(page.unused().is_empty(), "of the page these were not used: {:?}", page.unused());
}
