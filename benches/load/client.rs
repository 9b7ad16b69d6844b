//! The way into a server: TLS that trusts its CA, WebSockets and plain requests, with small buffers, so that thousands
//! fit one process.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::RootCertStore;
use rustls::client::Resumption;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::Result;

const READ_BUFFER_BYTES: usize = 8 << 10;
/// A connection that takes longer has failed: porch gives a handshake 10 s.
const CONNECT_WAIT: Duration = Duration::from_secs(20);
pub(crate) const ANSWER_WAIT: Duration = Duration::from_secs(20);

/// An open WebSocket.
pub(crate) type Socket = WebSocketStream<TlsStream<TcpStream>>;

/// Where a server is, and the certificate to trust it by.
pub(crate) struct Door {
    pub(crate) addr: SocketAddr,
    tls: TlsConnector,
}

impl Door {
    /// Trusts the CA in `ca_pem` and nothing else.
    pub(crate) fn new(addr: SocketAddr, ca_pem: &Path) -> Result<Self> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(ca_pem)?)?;
        let mut config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        // A full handshake each time, as phones make that come back after an hour: the dear case.
        config.resumption = Resumption::disabled();
        Ok(Self { addr, tls: TlsConnector::from(Arc::new(config)) })
    }

    /// Opens a WebSocket. `receive_bytes`: the kernel's receive buffer, where it is to be small.
    pub(crate) async fn socket(&self, path: &str, cookie: &str, receive_bytes: Option<u32>) -> Result<Socket> {
        let mut request = format!("wss://localhost{path}").into_client_request()?;
        request.headers_mut().insert("cookie", HeaderValue::from_str(cookie)?);
        let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER_BYTES);
        let opening = async {
            let stream = self.stream(receive_bytes).await?;
            Ok(client_async_with_config(request, stream, Some(config)).await?.0)
        };
        timeout(CONNECT_WAIT, opening).await?
    }

    /// Asks for a page and gives its body; an error unless the status is 200.
    pub(crate) async fn body_of(&self, path: &str, cookie: &str) -> Result<Vec<u8>> {
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n");
        let asking = async {
            let mut stream = self.stream(None).await?;
            stream.write_all(request.as_bytes()).await?;
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await?;
            Ok(answer)
        };
        let answer: Vec<u8> =
            timeout(ANSWER_WAIT, asking).await.map_err(Box::from).and_then(|answer: Result<_>| answer)?;
        let head_end = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or("the answer has no head")?;
        if !answer.starts_with(b"HTTP/1.1 200") {
            let line = answer.split(|byte| *byte == b'\r').next().unwrap_or_default();
            return Err(format!("{path} answered {}", String::from_utf8_lossy(line)).into());
        }
        Ok(answer[head_end + 4..].to_vec())
    }

    /// A bare connection.
    pub(crate) async fn stream(&self, receive_bytes: Option<u32>) -> Result<TlsStream<TcpStream>> {
        let socket = TcpSocket::new_v4()?;
        if let Some(bytes) = receive_bytes {
            socket.set_recv_buffer_size(bytes)?;
        }
        let stream = socket.connect(self.addr).await?;
        stream.set_nodelay(true)?;
        Ok(self.tls.connect(ServerName::try_from("localhost")?, stream).await?)
    }
}
