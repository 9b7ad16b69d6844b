//! Holds `docs/protocol.md` and the types of `src/proto` together: each example on the page is read by the server's own
//! type and written again, and whatever the types know has its place on the page.

use std::collections::BTreeSet;

use porch::doctor::texts::{places, text};
use porch::proto::account::{
    BoxInfo, CodeAnswer, CookieProbe, Credentials, DeleteMe, Draft, ErrorBody, Hit, Invite, Invited, Join, ListedRoom,
    Me, Member, NewInvite, PatchMe, PatchPerson, PatchSettings, ResetPassword, Session, Settings,
};
use porch::proto::attachment::Attachment;
use porch::proto::client::{ClientMessage, Command};
use porch::proto::clock::{BoxClock, SetClock};
use porch::proto::code::{CloseCode, ErrorCode};
use porch::proto::doctor::{Check, Finding, Report};
use porch::proto::door::DoorList;
use porch::proto::event::{Event, EventKind, Message};
use porch::proto::heard::HeardBy;
use porch::proto::monitor::{Beacon, Monitored};
use porch::proto::permit::Act;
use porch::proto::reaction::ReactedBy;
use porch::proto::receipt::SeenBy;
use porch::proto::server::{ServerMessage, User};
use porch::proto::storage::{Storage, UploadLimits};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

const PAGE: &str = include_str!("../docs/protocol.md");
const CODES: &str = include_str!("../src/proto/code.rs");

/// One fenced example: what it says it is, and its JSON.
struct Example<'a> {
    name: &'a str,
    json: &'a str,
}

#[test]
fn every_example_of_the_page_is_what_the_server_reads_and_writes() {
    let examples = examples(PAGE);
    assert!(examples.len() > 40, "only {} examples found", examples.len());
    let faults: Vec<_> = examples.iter().filter_map(|example| check(example).err()).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_message_has_an_example() {
    let shown: BTreeSet<_> = examples(PAGE).iter().map(|example| example.name.to_owned()).collect();
    let sides = [
        ("client", variants::<ClientMessage>()),
        ("command", variants::<Command>()),
        ("event", variants::<EventKind>()),
        ("server", variants::<ServerMessage>()),
    ];
    for (side, known) in sides {
        assert!(known.len() > 1, "{known:?}");
        for kind in known {
            assert!(shown.contains(&format!("{side} {kind}")), "the page has no example `json {side} {kind}`");
        }
    }
}

#[test]
fn the_table_of_acts_is_that_of_the_server() {
    let known = Act::ALL.map(|act| serde_json::to_value(act).expect("a name").as_str().expect("a name").to_owned());
    let all = serde_names(&serde_json::from_str::<Act>("\"?\"").unwrap_err().to_string());
    assert_eq!(known.iter().cloned().collect::<BTreeSet<_>>(), all, "Act::ALL has them all");
    let table = PAGE.split("| act | what | who |\n").nth(1).expect("the page has the table");
    let told: Vec<_> = rows(table).map(|[name]| name.trim_matches('`').to_owned()).collect();
    let lacking: Vec<_> = known.iter().filter(|act| !told.contains(act)).collect();
    assert!(lacking.is_empty(), "the page's table of acts lacks {lacking:?}");
    assert_eq!(told, known);
}

#[test]
fn the_table_of_errors_is_that_of_the_server() {
    let known: BTreeSet<String> = serde_names(&serde_json::from_str::<ErrorCode>("\"?\"").unwrap_err().to_string());
    assert!(known.len() > 20, "{known:?}");
    let mut told = BTreeSet::new();
    for [name, status] in rows(section("### Errors")) {
        let name = name.trim_matches('`');
        let Ok(code) = serde_json::from_value::<ErrorCode>(name.into()) else {
            panic!("the page tells of an error that no server gives: {name}")
        };
        assert_eq!(code.status().to_string(), status, "{name}");
        told.insert(name.to_owned());
    }
    assert_eq!(told, known);
}

#[test]
fn the_table_of_close_codes_is_that_of_the_server() {
    let body = CODES.split("pub enum CloseCode {").nth(1).and_then(|rest| rest.split('}').next()).unwrap();
    let known: BTreeSet<u16> = body.lines().filter_map(|line| line.split_once(" = ")).map(|(_, n)| number(n)).collect();
    let told: BTreeSet<u16> = rows(section("### Close codes")).map(|[code]| number(code)).collect();
    assert!(known.contains(&(CloseCode::Flood as u16)) && known.len() > 8, "{known:?}");
    assert_eq!(told, known);
}

#[test]
fn the_table_of_findings_is_that_of_the_doctor() {
    let known: BTreeSet<String> = serde_names(&serde_json::from_str::<Finding>("\"?\"").unwrap_err().to_string());
    assert!(known.len() > 50, "{known:?}");
    let mut told = BTreeSet::new();
    for [name, check, level, values] in rows(section("## Doctor")) {
        let name = name.trim_matches('`');
        let Ok(finding) = serde_json::from_value::<Finding>(name.into()) else {
            panic!("the page tells of a finding that the doctor never makes: {name}")
        };
        assert_eq!(text(finding).0.name(), level, "{name}");
        let values: Vec<_> =
            values.split(", ").map(|value| value.trim_matches('`')).filter(|v| !v.is_empty()).collect();
        assert_eq!(places(finding), values, "{name}");
        assert!(check == "any" || serde_json::from_value::<Check>(check.into()).is_ok(), "{name}: {check}");
        assert!(text(finding).0 == porch::proto::doctor::Level::Ok || !text(finding).2.is_empty(), "{name}: no advice");
        told.insert(name.to_owned());
    }
    assert_eq!(told, known);
}

#[test]
fn every_path_of_the_table_of_requests_is_told_once() {
    let paths: Vec<_> = rows(section("## Signing in")).map(|[request]| request).collect();
    let unique: BTreeSet<_> = paths.iter().collect();
    assert!(paths.len() > 15 && unique.len() == paths.len(), "{paths:?}");
}

#[test]
fn a_mangled_example_is_caught() {
    let mut tried = 0;
    for example in examples(PAGE) {
        let value: Value = serde_json::from_str(example.json).unwrap();
        for mangled in mangle(&value) {
            let json = mangled.to_string();
            assert!(check(&Example { name: example.name, json: &json }).is_err(), "passes as {}: {json}", example.name);
            tried += 1;
        }
    }
    assert!(tried > 100, "only {tried} were tried");
    for (name, json) in
        [("client hello", "{"), ("client gossip", "{}"), ("gossip", "{}"), ("server pong", "{\"type\":\"ping\"}")]
    {
        assert!(check(&Example { name, json }).is_err(), "{name}");
    }
}

#[test]
fn an_example_under_another_name_is_caught() {
    let json = "{\"type\":\"typing\",\"room\":4}";
    assert!(check(&Example { name: "client typing", json }).is_ok());
    assert!(check(&Example { name: "client read", json }).is_err());
    assert!(check(&Example { name: "server typing", json }).is_err());
}

/// The examples of the page, in order.
fn examples(page: &str) -> Vec<Example<'_>> {
    let mut examples = Vec::new();
    for block in page.split("\n```json ").skip(1) {
        let (name, rest) = block.split_once('\n').expect("an example has a line of its own");
        let (json, _) = rest.split_once("\n```").expect("an example is closed");
        examples.push(Example { name: name.trim(), json });
    }
    examples
}

/// Reads an example by the type of its name and compares what that type writes.
fn check(example: &Example<'_>) -> Result<(), String> {
    let json = example.json;
    let result = match example.name {
        "attachment" => answer::<Attachment>(json),
        "beacon" => request::<Beacon>(json),
        "box" => answer::<BoxInfo>(json),
        "cookie" => answer::<CookieProbe>(json),
        "doors" => answer::<DoorList>(json),
        "clock" => answer::<BoxClock>(json),
        "code" => answer::<CodeAnswer>(json),
        "delete_me" => request::<DeleteMe>(json),
        "heard_by" => answer::<HeardBy>(json),
        "message" => answer::<Message>(json),
        "reacted_by" => answer::<ReactedBy>(json),
        "seen_by" => answer::<SeenBy>(json),
        "draft" => answer::<Draft>(json),
        "hit" => answer::<Hit>(json),
        "ended" | "http error" | "in_use_elsewhere" => answer::<ErrorBody>(json),
        "invite" => answer::<Invite>(json),
        "invited" => answer::<Invited>(json),
        "join" => request::<Join>(json),
        "listed_room" => answer::<ListedRoom>(json),
        "login" | "register" => request::<Credentials>(json),
        "me" => answer::<Me>(json),
        "member" => answer::<Member>(json),
        "monitored" => answer::<Monitored>(json),
        "new_invite" => request::<NewInvite>(json),
        "patch_me" => request::<PatchMe>(json),
        "patch_person" => request::<PatchPerson>(json),
        "patch_settings" => request::<PatchSettings>(json),
        "report" => answer::<Report>(json),
        "reset_password" => request::<ResetPassword>(json),
        "session" => answer::<Session>(json),
        "set_clock" => request::<SetClock>(json),
        "storage" => answer::<Storage>(json),
        "upload_limits" => answer::<UploadLimits>(json),
        "settings" => answer::<Settings>(json),
        "user" => answer::<User>(json),
        name => match name.split_once(' ') {
            Some(("command", kind)) => typed(kind, json).and_then(|()| request::<Command>(json)),
            Some(("event", _)) => answer::<Event>(json),
            Some(("client", kind)) => typed(kind, json).and_then(|()| request::<ClientMessage>(json)),
            Some(("server", kind)) => typed(kind, json).and_then(|()| answer::<ServerMessage>(json)),
            _ => Err("no type of that name".to_owned()),
        },
    };
    result.map_err(|why| format!("`json {}`: {why}: {json}", example.name))
}

/// What the server sends: written again it is the same, to the field.
fn answer<T: DeserializeOwned + Serialize>(json: &str) -> Result<(), String> {
    let (shown, again) = round::<T>(json)?;
    if shown == again { Ok(()) } else { Err(format!("the server writes {again}")) }
}

/// What the server reads: written again it has every field shown, and no other that says anything.
fn request<T: DeserializeOwned + Serialize>(json: &str) -> Result<(), String> {
    let (shown, again) = round::<T>(json)?;
    let (Value::Object(shown), Value::Object(again)) = (&shown, &again) else { return Err("not an object".to_owned()) };
    let lost = shown.iter().find(|(name, value)| again.get(*name) != Some(value));
    let gained = again
        .iter()
        .find(|(name, value)| !shown.contains_key(*name) && **value != Value::Null && **value != Value::Bool(false));
    match lost.or(gained) {
        None => Ok(()),
        Some((name, _)) => Err(format!("the server reads `{name}` otherwise")),
    }
}

fn round<T: DeserializeOwned + Serialize>(json: &str) -> Result<(Value, Value), String> {
    let shown: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let read: T = serde_json::from_str(json).map_err(|error| error.to_string())?;
    Ok((shown, serde_json::to_value(&read).map_err(|error| error.to_string())?))
}

/// The `type` of a message is the name it is shown under.
fn typed(kind: &str, json: &str) -> Result<(), String> {
    let value: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
    if value["type"] == kind { Ok(()) } else { Err("another `type` than its name".to_owned()) }
}

/// An example with each field in turn holding an object that no field takes, and with a field too many.
fn mangle(value: &Value) -> Vec<Value> {
    let Value::Object(fields) = value else { return Vec::new() };
    let mut mangled = Vec::new();
    for name in fields.keys() {
        let mut strange = fields.clone();
        strange.insert(name.clone(), serde_json::json!({ "mangled": true }));
        mangled.push(Value::Object(strange));
    }
    let mut more = fields.clone();
    more.insert("mangled".to_owned(), true.into());
    mangled.push(Value::Object(more));
    mangled
}

/// All values of `type` that a message may have, as serde lists them.
fn variants<T: DeserializeOwned>() -> BTreeSet<String> {
    match serde_json::from_str::<T>("{\"type\":\"?\"}") {
        Ok(_) => panic!("`?` is no type"),
        Err(error) => serde_names(&error.to_string()),
    }
}

/// The names in "unknown variant `?`, expected one of `a`, `b`, `c` at line 1", or of two "expected `a` or `b`".
fn serde_names(error: &str) -> BTreeSet<String> {
    let names = error.split(", expected ").nth(1).expect("serde lists what it knows");
    names.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The text under a heading, up to the next.
fn section(heading: &str) -> &'static str {
    let rest = PAGE.split(&format!("\n{heading}\n")).nth(1).unwrap_or_else(|| panic!("the page has `{heading}`"));
    rest.split("\n#").next().unwrap_or(rest)
}

/// The first cells of each row of the first table, without its head.
fn rows<const N: usize>(text: &str) -> impl Iterator<Item = [&str; N]> {
    let lines = text.lines().skip_while(|line| !line.starts_with("|-"));
    lines.skip(1).take_while(|line| line.starts_with('|')).map(|line| {
        let mut cells = line.split('|').skip(1).map(str::trim);
        std::array::from_fn(|_| cells.next().unwrap_or_default())
    })
}

fn number(text: &str) -> u16 {
    text.trim().trim_end_matches(',').parse().unwrap_or_else(|_| panic!("{text} is a number"))
}
