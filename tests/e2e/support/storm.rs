//! Many messages in a short time. A connection may send only so many at once, so there are many connections.

use serde_json::Value;

use super::door::number;
use super::{Closed, Device, Person, within};

/// Messages a connection may send at once.
const BURST: usize = 40;

/// Sends messages `{name}-0`, `{name}-1` … with these bodies from fresh connections, and waits for all echoes; gives
/// their ids in the order of sending.
pub(crate) async fn send_all(person: &Person, room: u64, name: &str, bodies: &[String]) -> Vec<u64> {
    let mut ids = Vec::new();
    for (part, bodies) in bodies.chunks(BURST).enumerate() {
        let mut device = person.arrive().await;
        let names: Vec<String> = (0..bodies.len()).map(|at| format!("{name}-{}", part * BURST + at)).collect();
        for (name, body) in names.iter().zip(bodies) {
            device.send(room, name, body).await;
        }
        for name in names {
            ids.push(number(&device.until(|message| message["client_msg_id"] == *name).await["id"]));
        }
    }
    ids
}

/// One connection that sends as fast as it may and counts what was acknowledged, until the server is gone.
pub(crate) struct Storm {
    /// What was acknowledged: id, number in the room, name and body.
    pub(crate) acknowledged: Vec<Value>,
    /// How it ended.
    pub(crate) closed: Option<Closed>,
}

impl Storm {
    /// Sends a full burst of bodies and hears the answers; `echoed` is told of each acknowledgement.
    pub(crate) async fn rage(mut device: Device, room: u64, name: &str, mut echoed: impl FnMut()) -> Self {
        let mut storm = Self { acknowledged: Vec::new(), closed: None };
        for at in 0..BURST {
            let message = serde_json::json!({
                "type": "send", "room": room, "client_msg_id": format!("{name}-{at}"), "body": format!("{name} says {at}"),
            });
            // The server may go at any moment: what it has said before is read below.
            if device.frame(tokio_tungstenite::tungstenite::Message::text(message.to_string())).await.is_err() {
                break;
            }
        }
        let prefix = format!("{name}-");
        while storm.acknowledged.len() < BURST {
            match within("an echo or the end", device.try_next()).await {
                Ok(message) if message["client_msg_id"].as_str().is_some_and(|id| id.starts_with(&prefix)) => {
                    assert_eq!(message["type"], "message", "{message}");
                    storm.acknowledged.push(message);
                    echoed();
                }
                Ok(_) => {}
                Err(closed) => {
                    storm.closed = Some(closed);
                    break;
                }
            }
        }
        storm
    }
}
