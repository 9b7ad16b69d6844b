//! The box as the gateway of a Wi-Fi without Internet: phones see the sheet once, and stay.

use crate::support::{Answer, Folder, Porch, Start, ask_raw_plainly};

async fn ask(porch: &Porch, method: &str, host: &str, path: &str) -> Answer {
    let end = "Connection: close\r\nContent-Length: 0\r\n\r\n";
    ask_raw_plainly(porch.http, &format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n{end}")).await
}

#[tokio::test]
async fn a_phone_sees_the_sheet_until_it_was_read_and_is_online_from_then_on() {
    let flags = vec!["--captive-portal".to_owned()];
    let porch = Porch::start_with(Start { flags, ..Start::on(&Folder::new()) }).await;
    let (google, apple) = ("connectivitycheck.gstatic.com", "captive.apple.com");
    let sheet = format!("http://{}/portal", porch.http);
    for (host, path) in [(google, "/generate_204"), (apple, "/hotspot-detect.html"), ("www.msftncsi.com", "/ncsi.txt")]
    {
        let answer = ask(&porch, "GET", host, path).await;
        assert_eq!((answer.status, answer.header("location")), (302, Some(sheet.as_str())), "{host}");
    }
    let own = porch.http.to_string();
    let page = ask(&porch, "GET", &own, "/portal").await;
    let text = String::from_utf8_lossy(&page.body);
    assert_eq!(page.status, 200);
    assert!(text.contains(&format!("http://{}/", porch.http)) && text.contains("class=\"qr\""), "{text}");
    assert_eq!(ask(&porch, "GET", apple, "/hotspot-detect.html").await.status, 200, "Apple's sheet offers Done");
    assert_eq!(ask(&porch, "GET", google, "/generate_204").await.status, 302, "Android's would close");
    let pressed = ask(&porch, "POST", &own, "/portal").await;
    assert_eq!((pressed.status, pressed.header("location")), (303, Some("/portal?read")));
    assert_eq!(ask(&porch, "GET", google, "/generate_204").await.status, 204);
    let windows = ask(&porch, "GET", "www.msftncsi.com", "/ncsi.txt").await;
    assert_eq!(windows.body, b"Microsoft NCSI");
    // Whatever else is typed is told where the box is; the box's own pages stay what they are.
    assert_eq!(ask(&porch, "GET", "example.org", "/").await.status, 421);
    assert_eq!(ask(&porch, "POST", "example.org", "/portal").await.status, 421);
    let guide = ask(&porch, "GET", &own, "/generate_204").await;
    assert!(String::from_utf8_lossy(&guide.body).contains("id=\"test\""));
}

#[tokio::test]
async fn a_box_that_is_no_gateway_answers_for_nobody_else() {
    let porch = Porch::start().await;
    for (host, path) in [("captive.apple.com", "/hotspot-detect.html"), ("clients3.google.com", "/generate_204")] {
        assert_eq!(ask(&porch, "GET", host, path).await.status, 421, "{host}");
    }
    let own = ask(&porch, "GET", &porch.http.to_string(), "/portal").await;
    assert!(!String::from_utf8_lossy(&own.body).contains("<form"), "there is no sheet");
}
