//! Many messages in a short time. A connection may send only so many at once, so there are many connections.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::door::number;
use super::{Device, Person, within};

/// Messages a connection may send at once.
pub(crate) const BURST: usize = 40;

/// Sends messages `{name}-0`, `{name}-1` … with these bodies from fresh connections, and waits for all echoes; gives
/// their ids in the order in which they were stored. A person has a limit too: what comes too soon for it is sent again,
/// behind what was sent after it.
pub(crate) async fn send_all(person: &Person, room: u64, name: &str, bodies: &[String]) -> Vec<u64> {
    let mut ids = Vec::new();
    for (part, bodies) in bodies.chunks(BURST).enumerate() {
        let mut device = person.arrive().await;
        let names: Vec<String> = (0..bodies.len()).map(|at| format!("{name}-{}", part * BURST + at)).collect();
        for (name, body) in names.iter().zip(bodies) {
            device.send(room, name, body).await;
        }
        for (name, body) in names.iter().zip(bodies) {
            ids.push(echo(&mut device, room, name, body).await);
        }
    }
    ids.sort_unstable();
    ids
}

/// The id of a message that was sent, and is sent again when it came too soon.
async fn echo(device: &mut Device, room: u64, name: &str, body: &str) -> u64 {
    loop {
        let answer = device.until(|message| message["client_msg_id"] == *name).await;
        let Some(wait_ms) = answer["retry_ms"].as_u64() else { return number(&answer["id"]) };
        tokio::time::sleep(std::time::Duration::from_millis(wait_ms)).await;
        device.send(room, name, body).await;
    }
}

/// Sends as much as a connection may at once, and hears what comes of it until all is echoed or the server is gone;
/// gives what was acknowledged. `happened` is told of each frame sent and of each echo.
pub(crate) async fn storm(mut device: Device, room: u64, name: &str, happened: impl Fn()) -> Vec<Value> {
    for at in 0..BURST {
        let (id, body) = (format!("{name}-{at}"), format!("{name} says {at}"));
        let message = json!({"type": "send", "room": room, "client_msg_id": id, "body": body});
        // The server may go at any moment: what it has said before is heard below.
        if device.frame(Message::text(message.to_string())).await.is_err() {
            break;
        }
        happened();
    }
    let mut acknowledged = Vec::new();
    let prefix = format!("{name}-");
    while acknowledged.len() < BURST {
        let Ok(message) = within("an echo or the end", device.try_next()).await else { break };
        if message["client_msg_id"].as_str().is_some_and(|id| id.starts_with(&prefix)) {
            assert_eq!(message["type"], "message", "{message}");
            acknowledged.push(message);
            happened();
        }
    }
    acknowledged
}
