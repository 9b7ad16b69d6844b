//! What a device sees that is to trust the box: the files, the guide's test, and the certificates as three other
//! implementations judge them.

use std::path::Path;
use std::process::{Command, Output};

use futures_util::{SinkExt, StreamExt};
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Device, Folder, Porch, Start, Wire, ask_plainly, ask_raw_plainly, within};

/// A program's answer; none where it is not installed, which is a failure in CI.
fn tool(folder: &Path, program: &str, args: &[&str]) -> Option<(bool, String)> {
    let output: Output =
        match Command::new(program).args(args).current_dir(folder).stdin(std::process::Stdio::null()).output() {
            Ok(output) => output,
            Err(fault) if std::env::var_os("CI").is_some() => panic!("{program} is needed: {fault}"),
            Err(fault) => {
                eprintln!("SKIPPED: {program} cannot be run ({fault})");
                return None;
            }
        };
    let text = String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned();
    Some((output.status.success(), text))
}

fn must(folder: &Path, program: &str, args: &[&str]) {
    let (done, text) = tool(folder, program, args).expect("it has run before");
    assert!(done, "{program} {args:?}: {text}");
}

/// Signs a certificate for one name with the box's own key, as a thief of that key would.
fn sign(folder: &Path, name: &str, host: &str) {
    let extensions = format!(
        "subjectAltName=DNS:{host}\nextendedKeyUsage=serverAuth\nkeyUsage=digitalSignature\n\
         basicConstraints=critical,CA:FALSE\n"
    );
    std::fs::write(folder.join("extensions"), extensions).expect("the folder can be written");
    let key = ["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/O=porch"];
    must(folder, "openssl", &[&key[..], &["-keyout", "key.pem", "-out", "request.pem"]].concat());
    let out = format!("{name}.pem");
    let signed = ["x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.pem", "-set_serial", "7"];
    must(folder, "openssl", &[&signed[..], &["-extfile", "extensions", "-days", "30", "-out", &out]].concat());
}

#[tokio::test]
async fn openssl_gnutls_and_nss_accept_the_box_and_hold_its_ca_to_local_names() {
    let porch = Porch::start().await;
    let dir = TempDir::new().expect("a folder");
    let folder = dir.path();
    if tool(folder, "openssl", &["version"]).is_none() {
        return;
    }
    std::fs::write(folder.join("root.pem"), ask_plainly(porch.http, "/ca.pem").await.body).expect("it can be written");
    std::fs::copy(porch.folder.data().join("tls/ca.pem"), folder.join("ca.pem")).expect("the CA is there");
    let at = porch.https.to_string();

    // Live, each with its own TLS.
    let live = ["s_client", "-connect", &at, "-CAfile", "root.pem", "-verify_return_error", "-verify_hostname"];
    let (_, said) = tool(folder, "openssl", &[&live[..], &["porch.local"]].concat()).expect("openssl is there");
    assert!(said.contains("Verify return code: 0 (ok)"), "{said}");
    let (trusted, said) = tool(folder, "openssl", &[&live[..], &["other.local"]].concat()).expect("openssl is there");
    assert!(!trusted && said.to_lowercase().contains("hostname mismatch"), "{said}");
    let leaf = ["s_client", "-connect", &at, "-showcerts"];
    let (_, shown) = tool(folder, "openssl", &leaf).expect("openssl is there");
    let end = "-----END CERTIFICATE-----\n";
    let pem =
        &shown[shown.find("-----BEGIN CERTIFICATE").expect("a chain")..shown.find(end).expect("a chain") + end.len()];
    std::fs::write(folder.join("leaf.pem"), pem).expect("it can be written");
    let port = porch.https.port().to_string();
    let gnutls = ["--x509cafile", "root.pem", "--verify-hostname", "porch.local", "-p", &port, "127.0.0.1"];
    if let Some((trusted, said)) = tool(folder, "gnutls-cli", &gnutls) {
        assert!(trusted && said.contains("The certificate is trusted"), "{said}");
        let other = ["--x509cafile", "root.pem", "--verify-hostname", "other.local", "-p", &port, "127.0.0.1"];
        assert!(!tool(folder, "gnutls-cli", &other).expect("it has run before").0);
    }

    // A leaf by the box, one more for a local name as its twin, and one for a public name.
    sign(folder, "local", "other.local");
    sign(folder, "public", "www.example.org");
    for (name, good) in [("leaf", true), ("local", true), ("public", false)] {
        let file = format!("{name}.pem");
        let openssl = ["verify", "-CAfile", "root.pem", "-purpose", "sslserver", &file];
        let (accepted, said) = tool(folder, "openssl", &openssl).expect("openssl is there");
        assert_eq!(accepted, good, "OpenSSL on {name}: {said}");
        assert_eq!(said.contains("permitted subtree violation"), !good, "{said}");

        let gnutls = ["--verify", "--load-ca-certificate", "root.pem", "--infile", &file];
        if let Some((accepted, said)) = tool(folder, "certtool", &gnutls) {
            assert_eq!(accepted, good, "GnuTLS on {name}: {said}");
            assert_eq!(said.contains("violates the signer's constraints"), !good, "{said}");
        }

        let store = format!("sql:nss-{name}");
        std::fs::create_dir(folder.join(format!("nss-{name}"))).expect("it can be made");
        if tool(folder, "certutil", &["-d", &store, "-N", "--empty-password"]).is_some() {
            must(folder, "certutil", &["-d", &store, "-A", "-t", "C,,", "-n", "porch", "-i", "root.pem"]);
            // The older verifier, and the one of RFC 5280's path validation.
            for verifier in [&["-u", "1"][..], &["-pp", "-u", "1"]] {
                let args = [&["-d", &store][..], verifier, &["-a", &file]].concat();
                let (accepted, said) = tool(folder, "vfychain", &args).expect("it comes with certutil");
                assert_eq!(accepted, good, "NSS on {name} with {verifier:?}: {said}");
            }
        }
    }
}

#[tokio::test]
async fn the_profile_and_the_files_hold_the_ca_that_is_served() {
    let folder = Folder::new();
    let flags = vec!["--name".to_owned(), "Zoë's <box> & 门廊".to_owned()];
    let porch = Porch::start_with(Start { flags, ..Start::on(&folder) }).await;
    let der = ask_plainly(porch.http, "/ca.crt").await;
    assert_eq!(der.header("content-type"), Some("application/x-x509-ca-cert"));
    let profile = ask_plainly(porch.http, "/ca.mobileconfig").await;
    assert_eq!(profile.header("content-type"), Some("application/x-apple-aspen-config"));
    let profile_over_tls = porch.door.ask("GET", "/ca.mobileconfig", None, None).await;
    assert_eq!(profile.body, profile_over_tls.body, "both ports give the same");
    let read = plist::Value::from_reader_xml(&profile.body[..]).expect("a property list");
    let outer = read.as_dictionary().expect("a dictionary");
    let name = outer["PayloadDisplayName"].as_string().expect("a name");
    assert!(name.contains("Zoë's <box> & 门廊"), "{name}");
    let inner = outer["PayloadContent"].as_array().and_then(|all| all[0].as_dictionary()).expect("one payload");
    assert_eq!(inner["PayloadContent"].as_data(), Some(&der.body[..]));
    assert_eq!(inner["PayloadType"].as_string(), Some("com.apple.security.root"));
    let kept = porch.stop().await;
    assert!(kept.success());
    let again =
        Porch::start_with(Start { flags: vec!["--name".into(), "Zoë's <box> & 门廊".into()], ..Start::on(&folder) })
            .await;
    assert_eq!(ask_plainly(again.http, "/ca.mobileconfig").await.body, profile.body, "it replaces the first");
}

#[tokio::test]
async fn the_probe_is_readable_by_the_guide_and_nothing_else_is() {
    let porch = Porch::start().await;
    let host = porch.https.to_string();
    let guide = format!("http://{}", porch.http);
    let ask = async |path: &str| {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: {guide}\r\nSec-Fetch-Site: cross-site\r\n\
             Connection: close\r\n\r\n"
        );
        porch.door.ask_raw(&request).await
    };
    let probe = ask("/trust-probe").await;
    assert_eq!((probe.status, probe.header("access-control-allow-origin")), (200, Some(guide.as_str())));
    let keys: Vec<_> = probe.json().as_object().expect("an object").keys().cloned().collect();
    assert_eq!(keys, ["fingerprint"]);
    for path in ["/api/box", "/", "/ca.pem", "/healthz"] {
        assert_eq!(ask(path).await.header("access-control-allow-origin"), None, "{path}");
    }
    let plain = ask_plainly(porch.http, "/trust-probe").await;
    assert_eq!(plain.header("access-control-allow-origin"), None, "in the clear there is nothing to find out");
}

/// A WebSocket to `/trust-echo`, without any session.
async fn echo(porch: &Porch) -> Result<tokio_tungstenite::WebSocketStream<Wire>, u16> {
    let wire = porch.door.wire().await.expect("porch can be reached");
    let uri = format!("wss://{}/trust-echo", porch.https);
    match within("a WebSocket", tokio_tungstenite::client_async(uri, wire)).await {
        Ok((socket, _)) => Ok(socket),
        Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn the_echo_gives_one_short_text_back_and_ends() {
    let porch = Porch::start().await;
    let mut socket = echo(&porch).await.expect("a WebSocket");
    socket.send(Message::text("porch 1")).await.expect("it can be sent");
    let heard = within("the echo", socket.next()).await.expect("an answer").expect("a frame");
    assert_eq!(heard, Message::text("porch 1"));
    // One is enough.
    let rest = within("the end", async { while let Some(Ok(Message::Text(_))) = socket.next().await {} });
    rest.await;
    for wrong in [Message::text("x".repeat(65)), Message::binary(vec![1, 2])] {
        let mut socket = echo(&porch).await.expect("a WebSocket");
        socket.send(wrong).await.expect("it can be sent");
        let answer = within("the end", socket.next()).await;
        assert!(!matches!(answer, Some(Ok(Message::Text(_) | Message::Binary(_)))), "{answer:?}");
    }
}

#[tokio::test]
async fn echoes_that_say_nothing_fill_their_places_for_a_moment_and_cost_the_chat_nothing() {
    let porch = Porch::start().await;
    let ada = porch.door.register("Ada").await;
    let mut silent = Vec::new();
    let refused = loop {
        match echo(&porch).await {
            Ok(socket) => silent.push(socket),
            Err(status) => break status,
        }
        assert!(silent.len() <= 8, "there is a limit for one address");
    };
    assert_eq!(refused, 503);
    let mut device: Device = ada.arrive().await;
    device.post(crate::support::EVERYONE, "01-a", "Undisturbed").await;
    // Each is ended for its silence, and gives its place free.
    for mut socket in silent {
        within("the end of the silent", async { while let Some(Ok(_)) = socket.next().await {} }).await;
    }
    echo(&porch).await.expect("there is room again");
}

#[tokio::test]
async fn the_same_words_stand_in_the_terminal_on_the_guide_and_in_the_list_of_doors() {
    let mut porch = Porch::start().await;
    let ada = porch.door.register("Ada").await;
    let list = ada.get("/api/doors").await;
    let words: Vec<_> = list["words"].as_array().expect("words").iter().filter_map(|word| word.as_str()).collect();
    assert_eq!(words.len(), 5);
    let guide = ask_plainly(porch.http, "/").await;
    let shown: String = words.iter().map(|word| format!("<li><span lang=\"en\">{word}</span></li>")).collect();
    assert!(String::from_utf8_lossy(&guide.body).contains(&shown));
    assert!(porch.said_next().await.starts_with("the box's own CA is SHA-256 "));
    assert_eq!(porch.said_next().await, format!("in words: {}", words.join(" ")));
}

#[tokio::test]
async fn with_a_certificate_of_the_owners_the_guide_is_gone() {
    let dir = TempDir::new().expect("a folder");
    let make = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"];
    let names = ["-subj", "/CN=x", "-addext", "subjectAltName=DNS:chat.example.org,DNS:*.example.net"];
    let files = ["-keyout", "key.pem", "-out", "cert.pem"];
    if tool(dir.path(), "openssl", &[&make[..], &names, &files].concat()).is_none() {
        return;
    }
    let path = |name: &str| dir.path().join(name).to_str().expect("the path is text").to_owned();
    let flags = vec!["--cert".into(), path("cert.pem"), "--key".into(), path("key.pem")];
    let porch = Porch::start_untrusted(Start { flags, ..Start::on(&Folder::new()) }).await;
    let port = porch.https.port();
    for host in ["chat.example.org", "a.example.net", "127.0.0.1", "porch.local"] {
        for path in ["/", "/j/token", "/ca.crt", "/ca.mobileconfig"] {
            let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            let answer = ask_raw_plainly(porch.http, &request).await;
            let there = format!("https://{host}:{port}{path}");
            assert_eq!((answer.status, answer.header("location")), (302, Some(there.as_str())), "{host}");
        }
    }
    let stranger = "GET / HTTP/1.1\r\nHost: b.a.example.net\r\nConnection: close\r\n\r\n";
    let lost = ask_raw_plainly(porch.http, stranger).await;
    assert_eq!(lost.status, 421);
    assert!(String::from_utf8_lossy(&lost.body).contains(&format!("https://chat.example.org:{port}/")));
}
