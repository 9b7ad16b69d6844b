//! The way in: TLS that trusts the box's own CA and nothing else, and requests by hand, one a connection.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::time_provider::{DefaultTimeProvider, TimeProvider};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::{Device, within};

/// One TLS connection.
pub(crate) type Wire = TlsStream<TcpStream>;

/// How to reach a porch, and how to know that it is the right one.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) https: SocketAddr,
    roots: Arc<rustls::RootCertStore>,
    tls: TlsConnector,
}

/// A client's clock that stands still.
#[derive(Debug)]
struct Fixed(Duration);

impl TimeProvider for Fixed {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(self.0))
    }
}

impl Door {
    /// Fetches the CA's certificate from the plain port, as a person does, and trusts it from then on.
    pub(crate) async fn through(https: SocketAddr, http: SocketAddr) -> Self {
        Self::trusting(https, &ask_plainly(http, "/ca.pem").await.body)
    }

    /// Trusts the root, or the one certificate, of this PEM.
    pub(crate) fn trusting(https: SocketAddr, pem: &[u8]) -> Self {
        let root = CertificateDer::from_pem_slice(pem).expect("the CA file is a certificate");
        let mut roots = rustls::RootCertStore::empty();
        roots.add(root).expect("the root can be trusted");
        Self::with(https, Arc::new(roots))
    }

    /// A door to a porch whose certificate is not trusted here.
    pub(crate) fn closed(https: SocketAddr) -> Self {
        Self::with(https, Arc::new(rustls::RootCertStore::empty()))
    }

    fn with(https: SocketAddr, roots: Arc<rustls::RootCertStore>) -> Self {
        Self { https, tls: connector(roots.clone(), Arc::new(DefaultTimeProvider)), roots }
    }

    /// The same door for a client whose clock says this much since 1970.
    pub(crate) fn at(&self, clock: Duration) -> Self {
        Self { tls: connector(self.roots.clone(), Arc::new(Fixed(clock))), ..self.clone() }
    }

    /// The same door for a client that offers to speak this (RFC 7301).
    pub(crate) fn offering(&self, protocol: &str) -> Self {
        let mut config = (**self.tls.config()).clone();
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        Self { tls: Arc::new(config).into(), ..self.clone() }
    }

    /// Whether a client whose clock says this accepts the certificate.
    pub(crate) async fn accepted_at(&self, clock: Duration) -> bool {
        match self.at(clock).wire().await {
            Ok(_) => true,
            Err(fault) if fault.to_string().contains("invalid peer certificate") => false,
            Err(fault) => panic!("{fault}"),
        }
    }

    /// A bare connection to the HTTPS port.
    pub(crate) async fn tcp(&self) -> std::io::Result<TcpStream> {
        within("a connection", TcpStream::connect(self.https)).await
    }

    /// A connection whose kernel keeps next to nothing for a client that does not read.
    pub(crate) async fn narrow(&self) -> std::io::Result<Wire> {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(4096)?;
        self.secure(within("a connection", socket.connect(self.https)).await?).await
    }

    pub(crate) async fn wire(&self) -> std::io::Result<Wire> {
        self.secure(self.tcp().await?).await
    }

    /// TLS over a connection that is there.
    pub(crate) async fn secure(&self, tcp: TcpStream) -> std::io::Result<Wire> {
        tcp.set_nodelay(true)?;
        let name = ServerName::from(self.https.ip());
        within("a TLS handshake", self.tls.connect(name, tcp)).await
    }

    /// One request, and its answer.
    pub(crate) async fn ask(&self, method: &str, path: &str, cookie: Option<&str>, body: Option<&Value>) -> Answer {
        let body = body.map(Value::to_string);
        let body = body.as_ref().map(|body| ("application/json", body.as_bytes()));
        self.ask_with(method, path, cookie, body).await
    }

    /// The same without a session, from an address of one's own: all of 127/8 is loopback.
    pub(crate) async fn ask_from(&self, from: IpAddr, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::new(from, 0)).expect("an address of loopback");
        let tcp = within("a connection", socket.connect(self.https)).await.expect("porch can be reached");
        let wire = self.secure(tcp).await.expect("porch can be reached");
        let body = body.map(Value::to_string);
        let body = body.as_ref().map(|body| ("application/json", body.as_bytes()));
        self.exchange_over(wire, method, path, None, body).await
    }

    /// The same with a body of any kind.
    async fn ask_with(&self, method: &str, path: &str, cookie: Option<&str>, body: Option<(&str, &[u8])>) -> Answer {
        let wire = self.wire().await.expect("porch can be reached");
        self.exchange_over(wire, method, path, cookie, body).await
    }

    async fn exchange_over(
        &self,
        wire: Wire,
        method: &str,
        path: &str,
        cookie: Option<&str>,
        body: Option<(&str, &[u8])>,
    ) -> Answer {
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.https);
        if let Some(cookie) = cookie {
            request.push_str(&format!("Cookie: {cookie}\r\n"));
        }
        if let Some((kind, body)) = body {
            request.push_str(&format!("Content-Type: {kind}\r\nContent-Length: {}\r\n", body.len()));
        }
        request.push_str("\r\n");
        let mut request = request.into_bytes();
        request.extend_from_slice(body.map(|(_, body)| body).unwrap_or_default());
        exchange(wire, &request).await.unwrap_or_else(|e| panic!("{method} {path}: {e}"))
    }

    /// Makes an account.
    pub(crate) async fn register(&self, name: &str) -> Person {
        let credentials = json!({"name": name, "password": password(name)});
        let answer = self.ask("POST", "/api/register", None, Some(&credentials)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        Person::signed_in(self, &answer)
    }

    /// Signs in, wherever else the account is signed in.
    pub(crate) async fn log_in(&self, name: &str, takeover: bool) -> Result<Person, Answer> {
        let credentials = json!({"name": name, "password": password(name), "takeover": takeover});
        let answer = self.ask("POST", "/api/login", None, Some(&credentials)).await;
        if answer.status == 200 { Ok(Person::signed_in(self, &answer)) } else { Err(answer) }
    }
}

fn connector(roots: Arc<rustls::RootCertStore>, clock: Arc<dyn TimeProvider>) -> TlsConnector {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_details(provider, clock)
        .with_safe_default_protocol_versions()
        .expect("the provider speaks TLS")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config).into()
}

/// A request as it is written here, over TLS: for what no proper client sends.
impl Door {
    /// None where porch dies of it, or has.
    pub(crate) async fn try_raw(&self, request: &[u8]) -> Option<Answer> {
        exchange(self.wire().await.ok()?, request).await.ok()
    }

    /// The same, where it has to be answered.
    pub(crate) async fn ask_raw(&self, request: &str) -> Answer {
        let wire = self.wire().await.expect("porch can be reached");
        exchange(wire, request.as_bytes()).await.unwrap_or_else(|e| panic!("{request}: {e}"))
    }
}

/// The same without TLS.
pub(crate) async fn ask_raw_plainly(http: SocketAddr, request: &str) -> Answer {
    let plain = within("a connection", TcpStream::connect(http)).await.expect("the plain port can be reached");
    exchange(plain, request.as_bytes()).await.unwrap_or_else(|e| panic!("{request}: {e}"))
}

/// One GET without TLS.
pub(crate) async fn ask_plainly(http: SocketAddr, path: &str) -> Answer {
    let plain = within("a connection", TcpStream::connect(http)).await.expect("the plain port can be reached");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {http}\r\nConnection: close\r\n\r\n");
    exchange(plain, request.as_bytes()).await.unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Everyone's password here.
pub(crate) fn password(name: &str) -> String {
    format!("{name}'s long password")
}

/// Somebody who is signed in, at one place.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) door: Door,
    pub(crate) cookie: String,
    pub(crate) id: u64,
}

impl Person {
    pub(crate) fn signed_in(door: &Door, answer: &Answer) -> Self {
        let cookie = answer.header("set-cookie").and_then(|line| line.split(';').next()).expect("a cookie is given");
        Self { door: door.clone(), cookie: cookie.to_owned(), id: number(&answer.json()["user"]["id"]) }
    }

    pub(crate) async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        self.door.ask(method, path, Some(&self.cookie), body).await
    }

    /// A file.
    pub(crate) async fn upload(&self, method: &str, path: &str, file: &[u8]) -> Answer {
        let body = Some(("application/octet-stream", file));
        self.door.ask_with(method, path, Some(&self.cookie), body).await
    }

    /// What a GET gives that must work.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.ask("GET", path, None).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.json()
    }

    /// A WebSocket that has been welcomed afresh.
    pub(crate) async fn arrive(&self) -> Device {
        let mut device = self.connect().await;
        device.hello(None).await;
        device
    }

    /// A WebSocket that resumes; with what it was welcomed with.
    pub(crate) async fn resume(&self, after: u64) -> (Device, Value) {
        let mut device = self.connect().await;
        let welcome = device.hello(Some(after)).await;
        (device, welcome)
    }

    /// A WebSocket that has not said hello.
    pub(crate) async fn connect(&self) -> Device {
        let wire = self.door.wire().await.expect("porch can be reached");
        self.connect_over(wire).await
    }

    /// The status that a WebSocket is refused with.
    pub(crate) async fn refused_socket(&self, origin: Option<&str>) -> u16 {
        let wire = self.door.wire().await.expect("porch can be reached");
        match Device::open_from(wire, &self.door.https.to_string(), &self.cookie, origin).await {
            Ok(_) => 101,
            Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => answer.status().as_u16(),
            Err(other) => panic!("{other}"),
        }
    }

    pub(crate) async fn connect_over<S: AsyncRead + AsyncWrite + Unpin>(&self, wire: S) -> Device<S> {
        Device::open(wire, &self.door.https.to_string(), &self.cookie).await.expect("a WebSocket is given")
    }
}

/// What came back for a request.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// The code of an error.
    pub(crate) fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&bytes[..end]).ok()?;
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(key, value)| (key.to_lowercase(), value.into()))
            .collect();
        let mut answer = Self { status, headers, body: bytes[end + 4..].to_vec() };
        if answer.header("transfer-encoding") == Some("chunked") {
            answer.body = unchunk(&answer.body)?;
        }
        Some(answer)
    }
}

/// Puts a chunked body together (RFC 9112, section 7.1).
fn unchunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..end]).ok()?, 16).ok()?;
        if length == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(end + 2..end + 2 + length)?);
        rest = rest.get(end + 2 + length + 2..)?;
    }
}

/// Sends a request and reads until the other side closes.
async fn exchange(mut io: impl AsyncRead + AsyncWrite + Unpin, request: &[u8]) -> std::io::Result<Answer> {
    let exchanged = async {
        io.write_all(request).await?;
        io.flush().await?;
        let mut bytes = Vec::new();
        match io.read_to_end(&mut bytes).await {
            Ok(_) => {}
            // Some close without TLS' own goodbye; what was said has a length of its own.
            Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {}
            Err(e) => return Err(e),
        }
        Answer::parse(&bytes).ok_or_else(|| std::io::Error::other(String::from_utf8_lossy(&bytes).into_owned()))
    };
    within("an answer", exchanged).await
}

/// A JSON number that counts something.
pub(crate) fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no count"))
}
