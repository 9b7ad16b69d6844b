//! The driver between a hub and a store that are real.

use std::sync::Mutex;

use futures_util::future::poll_immediate;

use super::*;
use crate::outbox::{Frames, Taken};
use crate::proto::client::{ClientMessage, PROTOCOL_VERSION};
use crate::proto::id::{ClientMsgId, RoomId, TabId};
use crate::proto::limits::{CONNECTIONS_MAX, HELLOS_BURST, UNREAD_OF_ONE_BYTES_MAX};
use crate::proto::op::{AccountOp, MessageOp, NewAccount, NewMessage};
use crate::proto::role::BoxRole;
use crate::proto::server::User;
use crate::proto::text::Body;

/// Connections of each person: few, as they are looked through one by one.
const EACH: u64 = 8;

/// A driver of a box with so many people that all connections can be had, on an empty store.
fn driver(dir: &std::path::Path) -> (Handle, Store) {
    let (store, mut snapshot) = Store::open(dir, clock::wall).unwrap();
    let user =
        |id| User { id: UserId(id), name: String::new(), role: BoxRole::Member, picture: 0, since: 0, ends_at: None };
    snapshot.users.extend((0..=CONNECTIONS_MAX as u64 / EACH).map(user));
    (start(Hub::new(snapshot, "0.0.0"), store.clone(), Clock::start(), CONNECTIONS_MAX), store)
}

async fn connect(handle: &Handle, session: u64) -> (ConnId, Arc<Outbox>) {
    let outbox = handle.outbox(UserId(session / EACH), Network::of([192, 168, 1, 7].into()));
    (handle.connect(UserId(session / EACH), SessionId(session), outbox.clone()).await, outbox)
}

async fn closed(outbox: &Outbox) -> CloseCode {
    match outbox.take().await {
        Taken::Close(code) => code,
        Taken::Frames(frames) => panic!("{frames:?} instead of a goodbye"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_at_the_hub_takes_turns_with_others() {
    let dir = tempfile::tempdir().unwrap();
    let (handle, store) = driver(dir.path());
    // The hub looks at nothing else while it is held.
    let (release, held) = std::sync::mpsc::channel::<()>();
    let (begun, began) = oneshot::channel();
    let holding = tokio::spawn({
        let handle = handle.clone();
        async move {
            let hold = move |_: &Hub| {
                begun.send(()).unwrap();
                held.recv().unwrap();
            };
            handle.look(Asker::Box, hold).await
        }
    });
    began.await.unwrap();
    let seen = Mutex::new(Vec::new());
    let seen: &'static Mutex<Vec<u64>> = Box::leak(Box::new(seen));
    let look = |user| Box::pin(handle.look(Asker::Person(UserId(user)), move |_| seen.lock().unwrap().push(user)));
    let (of_one, waiting) = (HUB_LOOKS_OF_ONE_MAX, HUB_LOOKS_OF_ONE_WAITING_MAX);
    let mut one: Vec<_> = (0..of_one + waiting).map(|_| look(1)).collect();
    for look in &mut one {
        assert!(poll_immediate(look).await.is_none());
    }
    assert_eq!(look(1).await, Err(fair::Busy));
    // Going away gives no turn to the next while the hub still has the look before it.
    drop(one.remove(0));
    assert!(poll_immediate(&mut one[0]).await.is_none());
    let mut other = look(2);
    assert!(poll_immediate(&mut other).await.is_none());
    release.send(()).unwrap();
    holding.await.unwrap().unwrap();
    other.await.unwrap();
    assert_eq!(*seen.lock().unwrap(), [1, 2], "who came later had a turn after one of the first's");
    for look in one {
        look.await.unwrap();
    }
    assert_eq!(seen.lock().unwrap().len(), of_one + waiting + 1);
    store.close();
}

#[tokio::test]
async fn when_all_connections_are_taken_who_has_most_makes_place_for_somebody_new() {
    let dir = tempfile::tempdir().unwrap();
    let (handle, store) = driver(dir.path());
    let mut conns = Vec::new();
    for session in EACH..CONNECTIONS_MAX as u64 + EACH {
        conns.push(connect(&handle, session).await);
    }
    let (_, late) = connect(&handle, 0).await;
    let connected = async |user| {
        let look = move |hub: &Hub| hub.connected_sessions(UserId(user)).map(|session| session.0).collect::<Vec<_>>();
        handle.look(Asker::Box, look).await.unwrap()
    };
    assert_eq!(connected(0).await, [0]);
    let closed_ones: Vec<usize> = (0..conns.len()).filter(|at| conns[*at].1.is_closed()).collect();
    let [out] = closed_ones[..] else { panic!("{closed_ones:?} made place") };
    assert_eq!(closed(&conns[out].1).await, CloseCode::TooMany);
    let whose = (EACH as usize + out) as u64 / EACH;
    assert_eq!(connected(whose).await.len() as u64, EACH - 1, "the hub knows");
    assert!(!late.is_closed());
    // Where somebody has left there is room for all.
    let left = if out == 0 { 1 } else { 0 };
    handle.input(Input::Disconnected { conn: conns[left].0 }).await;
    connect(&handle, 1).await;
    assert_eq!(connected(0).await, [0, 1]);
    assert_eq!(conns.iter().filter(|(_, outbox)| outbox.is_closed()).count(), 1);
    store.close();
}

/// Says hello as somebody who was here before the first message; true: gets what was missed, false: is to reload.
async fn resumes(handle: &Handle, conn: ConnId, outbox: &Outbox) -> (bool, Frames) {
    let hello =
        ClientMessage::Hello { version: PROTOCOL_VERSION, tab: TabId(conn.0), after: Some(Seq(0)), epoch: None };
    handle.input(Input::Message { conn, message: hello }).await;
    let Taken::Frames(frames) = outbox.take().await else { panic!("a welcome") };
    let welcome = String::from_utf8_lossy(&frames.first).into_owned();
    assert!(welcome.contains(r#""resume":"ok""#) || welcome.contains(r#""resume":"reload""#), "{welcome}");
    (welcome.contains(r#""resume":"ok""#), frames)
}

#[tokio::test]
async fn what_a_person_missed_waits_for_few_of_their_connections_and_the_others_reload() {
    let dir = tempfile::tempdir().unwrap();
    let text = "long ".repeat(1_500);
    let (store, _) = Store::open(dir.path(), clock::wall).unwrap();
    let name = crate::proto::user_name::UserName::parse("Ada").unwrap();
    let (token_hash, device, at) = ([1; 32], String::new(), clock::wall());
    let session = crate::proto::op::NewSession { token_hash, device, at, attempt: None };
    store.apply(Op::Account(AccountOp::Create(NewAccount { name, password: String::new(), session }))).await.unwrap();
    for i in 0..30 {
        let client_msg_id = ClientMsgId::try_from(format!("m{i}")).unwrap();
        let body = Body::parse(text.clone()).unwrap();
        let append = Op::Message(MessageOp::Append(NewMessage {
            room: RoomId(1),
            author: UserId(1),
            client_msg_id,
            body,
            attachments: Default::default(),
            mentions: Vec::new(),
            reply_to: None,
            sent_at: 0,
        }));
        store.apply(append).await.unwrap();
    }
    store.close();
    let (store, snapshot) = Store::open(dir.path(), clock::wall).unwrap();
    let handle = start(Hub::new(snapshot, "0.0.0"), store.clone(), Clock::start(), CONNECTIONS_MAX);
    let (mut kept, mut resumed) = (Vec::new(), 0);
    // As many hellos as one person may say, but one.
    for _ in 1..HELLOS_BURST {
        let outbox = handle.outbox(UserId(1), Network::of([192, 168, 1, 7].into()));
        let conn = handle.connect(UserId(1), SessionId(1), outbox.clone()).await;
        let (ok, frames) = resumes(&handle, conn, &outbox).await;
        resumed += usize::from(ok);
        // Being written to someone who does not read.
        kept.push((conn, outbox, frames));
    }
    let most = UNREAD_OF_ONE_BYTES_MAX / (30 * text.len());
    assert!((1..=most).contains(&resumed), "{resumed} of at most {most}");
    kept.clear();
    let outbox = handle.outbox(UserId(1), Network::of([192, 168, 1, 7].into()));
    let conn = handle.connect(UserId(1), SessionId(1), outbox.clone()).await;
    assert!(resumes(&handle, conn, &outbox).await.0, "once they have read or gone");
    store.close();
}

#[tokio::test]
async fn who_comes_while_porch_goes_away_is_told_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let (handle, store) = driver(dir.path());
    let (_, early) = connect(&handle, 1).await;
    handle.go_away().await;
    let (_, late) = connect(&handle, 2).await;
    assert_eq!((closed(&early).await, closed(&late).await), (CloseCode::GoingAway, CloseCode::GoingAway));
    store.close();
}
