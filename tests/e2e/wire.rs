//! HTTP as clients other than browsers speak it.

use crate::support::{Porch, ask_raw_plainly, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test]
async fn http_1_0_is_answered_over_tls_and_in_the_clear() {
    let porch = Porch::start().await;
    let request = format!("GET /healthz HTTP/1.0\r\nHost: {}\r\n\r\n", porch.https);
    for door in [porch.door.clone(), porch.door.offering("http/1.0"), porch.door.offering("http/1.1")] {
        let answer = door.ask_raw(&request).await;
        assert_eq!((answer.status, &answer.body[..]), (200, &b"ok"[..]));
    }
    assert_eq!(ask_raw_plainly(porch.http, &request).await.status, 200);
    let refused = within("a refusal", porch.door.offering("h2").wire()).await;
    assert!(refused.is_err(), "what porch does not speak is refused in the handshake");
}

#[tokio::test]
async fn a_websocket_is_opened_by_what_the_rfc_asks_and_nothing_less() {
    const KEY: &str = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let porch = Porch::start().await;
    let ada = porch.door.register("Ada").await;
    let ask = async |headers: &str| {
        let (host, cookie) = (porch.https, &ada.cookie);
        let mut wire = porch.door.wire().await.expect("porch can be reached");
        let request = format!("GET /ws HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n{headers}\r\n");
        wire.write_all(request.as_bytes()).await.expect("it is open");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(within("an answer", wire.read_u8()).await.expect("an answer"));
        }
        String::from_utf8(head).expect("a head is text").to_lowercase()
    };
    let asked = "Connection: keep-alive\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nUpgrade: websocket\r\n";
    let opened = ask(&format!("{asked}{KEY}Sec-WebSocket-Version: 13\r\n")).await;
    assert!(opened.starts_with("http/1.1 101 ") && opened.contains("s3pplmbitxaq9kygzzhzrbk+xoo="), "{opened}");
    for without in [format!("{asked}{KEY}Sec-WebSocket-Version: 8\r\n"), format!("{asked}{KEY}"), KEY.to_owned()] {
        let refused = ask(&without).await;
        assert!(refused.starts_with("http/1.1 426 "), "{without}: {refused}");
        assert!(refused.contains("\r\nsec-websocket-version: 13\r\n"), "{without}: {refused}");
    }
    let refused = ask(&format!("{asked}Sec-WebSocket-Key: short\r\nSec-WebSocket-Version: 13\r\n")).await;
    assert!(refused.starts_with("http/1.1 400 "), "{refused}");
}
