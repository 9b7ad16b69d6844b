//! A restart under two hundred connected clients: all come back by themselves and miss nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::support::{Closed, Device, Door, EVERYONE, Person, Porch, number, seq, within};

const PEOPLE: usize = 25;
/// Connections a session may have.
const TABS: usize = 8;
/// Messages of each person; a connection may send no more at once.
const MESSAGES: usize = 20;
/// What the last message says.
const END: &str = "This is the end";

/// What all clients see of the test.
struct Scene {
    /// Where the server is, once it is there; another generation after the restart.
    door: watch::Receiver<Option<Door>>,
    /// Turns true when all are there and may talk.
    begun: watch::Receiver<bool>,
    /// How many clients were welcomed, each time they came.
    welcomed: watch::Sender<usize>,
    /// How many messages were acknowledged.
    echoes: watch::Sender<usize>,
}

/// One of the two hundred: listens, comes back, and sends its messages until each was acknowledged.
struct Client {
    person: Person,
    scene: Arc<Scene>,
    seq: Option<u64>,
    /// The events it was told, each once.
    heard: Vec<u64>,
    /// Names of messages that were not acknowledged yet, the next one first.
    unsent: Vec<String>,
    closed: Vec<Closed>,
}

impl Client {
    /// Talks until the end is heard.
    async fn run(mut self) -> Self {
        let mut door = self.scene.door.clone();
        loop {
            let there = within("a server", door.wait_for(Option::is_some)).await.expect("the test goes on").clone();
            door.mark_unchanged();
            let person = Person { door: there.expect("it was waited for"), ..self.person.clone() };
            let mut device = person.connect().await;
            self.greet(&mut device).await;
            if self.talk(&mut device).await {
                return self;
            }
            within("a new server", door.changed()).await.expect("the test goes on");
        }
    }

    async fn greet(&mut self, device: &mut Device) {
        let welcome = device.hello(self.seq).await;
        let wanted = if self.seq.is_none() { "fresh" } else { "ok" };
        assert_eq!(welcome["resume"], wanted, "{welcome}");
        self.seq.get_or_insert_with(|| number(&welcome["seq"]));
        self.scene.welcomed.send_modify(|welcomed| *welcomed += 1);
        within("the beginning", self.scene.begun.clone().wait_for(|begun| *begun)).await.expect("the test goes on");
    }

    /// True at the end of all, false at the end of the connection.
    async fn talk(&mut self, device: &mut Device) -> bool {
        self.send_next(device).await;
        loop {
            match within("a message or the end", device.try_next()).await {
                Ok(message) if message["body"] == END => {
                    self.take(&message);
                    return true;
                }
                Ok(message) => {
                    self.take(&message);
                    if self.unsent.first().is_some_and(|name| echoed(&message, name)) {
                        self.unsent.remove(0);
                        self.scene.echoes.send_modify(|echoes| *echoes += 1);
                        self.send_next(device).await;
                    }
                }
                Err(closed) => {
                    self.closed.push(closed);
                    return false;
                }
            }
        }
    }

    async fn send_next(&self, device: &mut Device) {
        if let Some(name) = self.unsent.first() {
            let message =
                json!({"type": "send", "room": EVERYONE, "client_msg_id": name, "body": format!("I am {name}")});
            // A server that goes away does not hear it: it is sent again.
            let _ = device.frame(tokio_tungstenite::tungstenite::Message::text(message.to_string())).await;
        }
    }

    fn take(&mut self, message: &Value) {
        if let Some(seq) = seq(message) {
            // A message sent twice is given back to its author, who has seen it.
            if self.heard.contains(&seq) && message["author"] == self.person.id {
                return;
            }
            assert!(Some(seq) > self.seq, "{seq} after {:?}", self.seq);
            self.seq = Some(seq);
            self.heard.push(seq);
        }
    }
}

/// Whether this is the message of this name.
fn echoed(message: &Value, name: &str) -> bool {
    message["client_msg_id"] == name
}

async fn at_least(what: &str, counted: &watch::Sender<usize>, count: usize) {
    let mut counted = counted.subscribe();
    within(what, counted.wait_for(|now| *now >= count)).await.expect("the test goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_clients_come_back_after_a_restart_and_miss_nothing() {
    let porch = Porch::start().await;
    let speaker = porch.door.register("Speaker").await;
    let (open, door) = watch::channel(None);
    let (begin, begun) = watch::channel(false);
    let (welcomed, echoes) = (watch::Sender::new(0), watch::Sender::new(0));
    let scene = Arc::new(Scene { door, begun, welcomed, echoes });
    let mut clients = JoinSet::new();
    for at in 0..PEOPLE {
        let person = porch.door.register(&format!("Person {at}")).await;
        for tab in 0..TABS {
            // One tab of each person talks.
            let unsent = (0..MESSAGES).filter(|_| tab == 0).map(|n| format!("{at}-{n}")).collect();
            let (scene, person) = (scene.clone(), person.clone());
            clients.spawn(Client { person, scene, seq: None, heard: Vec::new(), unsent, closed: Vec::new() }.run());
        }
    }
    open.send_replace(Some(porch.door.clone()));
    at_least("everybody's arrival", &scene.welcomed, PEOPLE * TABS).await;
    begin.send_replace(true);
    at_least("half of the talk", &scene.echoes, PEOPLE * MESSAGES / 2).await;

    let (folder, port) = (porch.folder.clone(), porch.https.port());
    assert!(porch.stop().await.success());
    let porch = Porch::again(&folder, port).await;
    open.send_replace(Some(porch.door.clone()));
    at_least("everybody's return", &scene.welcomed, 2 * PEOPLE * TABS).await;
    at_least("all of the talk", &scene.echoes, PEOPLE * MESSAGES).await;
    let mut speaker = Person { door: porch.door.clone(), ..speaker }.arrive().await;
    let end = number(&speaker.post(EVERYONE, "end", END).await["id"]);

    let mut told = BTreeSet::new();
    while let Some(client) = clients.join_next().await {
        let client = client.expect("no client fails");
        assert_eq!(client.closed, [Closed::Code(1001)], "told once that the server goes away");
        told.insert(client.heard);
    }
    assert_eq!(told.len(), 1, "everybody heard the same in the same order");
    let told = told.pop_first().expect("there is one");
    assert_eq!((told.len(), told.last()), (PEOPLE * MESSAGES + 1, Some(&end)), "everything, once");
}
