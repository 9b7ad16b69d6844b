use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{CipherSuite, ClientConfig, HandshakeKind, ProtocolVersion, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};

use super::super::crypto::provider;
use super::super::{OwnerCertificate, Resolver, server_config};
use super::*;

const HERE: [&str; 1] = ["192.168.1.7"];

/// A clock that stands still, for certificates made at the same time.
#[derive(Debug)]
struct Noon(OffsetDateTime);

impl TimeProvider for Noon {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(std::time::Duration::from_secs(self.0.unix_timestamp() as u64)))
    }
}

fn client_config(root: &[u8], has_aes: bool, versions: &[&'static rustls::SupportedProtocolVersion]) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(root.to_vec())).unwrap();
    let mut config = ClientConfig::builder_with_details(Arc::new(provider(has_aes)), Arc::new(Noon(days(0))))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
}

type Pair = (client::TlsStream<TcpStream>, server::TlsStream<TcpStream>);

struct Door {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Door {
    async fn open(resolver: Arc<Resolver>, has_aes: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { listener, acceptor: TlsAcceptor::from(Arc::new(server_config(resolver, has_aes).unwrap())) }
    }

    async fn connect(&self, config: &ClientConfig, name: &str) -> io::Result<Pair> {
        let connector = TlsConnector::from(Arc::new(config.clone()));
        let stream = TcpStream::connect(self.listener.local_addr()?).await?;
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let accept = async { self.acceptor.accept(self.listener.accept().await?.0).await };
        let (client, server) = tokio::join!(connector.connect(name, stream), accept);
        Ok((client?, server?))
    }
}

async fn echo((client, server): &mut Pair) {
    client.write_all(b"ping").await.unwrap();
    client.flush().await.unwrap();
    let mut bytes = [0; 4];
    server.read_exact(&mut bytes).await.unwrap();
    server.write_all(&bytes).await.unwrap();
    server.flush().await.unwrap();
    client.read_exact(&mut bytes).await.unwrap();
    assert_eq!(&bytes, b"ping");
}

fn shown(pair: &Pair) -> Vec<CertificateDer<'static>> {
    pair.0.get_ref().1.peer_certificates().unwrap().to_vec()
}

#[tokio::test]
async fn a_connection_outlives_a_swap_and_the_next_one_sees_the_new_leaf() {
    let folder = tempfile::tempdir().unwrap();
    let (mut tls, _) = open(folder.path(), &names(&HERE), days(0)).unwrap();
    let door = Door::open(tls.resolver(), true).await;
    let mut config = client_config(tls.root().der(), true, rustls::ALL_VERSIONS);
    config.resumption = Resumption::disabled();
    let mut old = door.connect(&config, "192.168.1.7").await.unwrap();
    echo(&mut old).await;
    // The twin: before the swap nobody is fooled about the new address.
    assert!(door.connect(&config, "10.0.0.1").await.is_err());

    assert!(tls.refresh(sure(days(0)), &names(&["10.0.0.1"])).unwrap().is_some());

    let mut new = door.connect(&config, "10.0.0.1").await.unwrap();
    echo(&mut new).await;
    echo(&mut old).await;
    assert_ne!(shown(&old)[0], shown(&new)[0]);
    assert_eq!(shown(&new)[1], CertificateDer::from(tls.root().der()));
    assert!(tls.refresh(sure(days(0)), &names(&["10.0.0.1"])).unwrap().is_none());
}

#[tokio::test]
async fn a_client_that_does_not_trust_the_root_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (tls, _) = open(folder.path(), &names(&HERE), days(0)).unwrap();
    let door = Door::open(tls.resolver(), true).await;
    let stranger = client_config(ca().root.der(), true, rustls::ALL_VERSIONS);
    assert!(door.connect(&stranger, "porch.local").await.is_err());
    let friend = client_config(tls.root().der(), true, rustls::ALL_VERSIONS);
    assert!(door.connect(&friend, "porch.local").await.is_ok());
}

#[tokio::test]
async fn the_servers_cipher_order_wins() {
    let folder = tempfile::tempdir().unwrap();
    let (tls, _) = open(folder.path(), &names(&HERE), days(0)).unwrap();
    let cases = [
        (true, &rustls::version::TLS13, CipherSuite::TLS13_AES_128_GCM_SHA256),
        (false, &rustls::version::TLS13, CipherSuite::TLS13_CHACHA20_POLY1305_SHA256),
        (true, &rustls::version::TLS12, CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
        (false, &rustls::version::TLS12, CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256),
    ];
    for (has_aes, version, expected) in cases {
        let door = Door::open(tls.resolver(), has_aes).await;
        // The client would have it the other way round.
        let config = client_config(tls.root().der(), !has_aes, &[version]);
        let pair = door.connect(&config, "porch.local").await.unwrap();
        assert_eq!(pair.0.get_ref().1.negotiated_cipher_suite().unwrap().suite(), expected);
    }
}

#[tokio::test]
async fn both_versions_resume_by_ticket_and_speak_http_1_1() {
    let folder = tempfile::tempdir().unwrap();
    let (tls, _) = open(folder.path(), &names(&HERE), days(0)).unwrap();
    let door = Door::open(tls.resolver(), true).await;
    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        let config = client_config(tls.root().der(), true, &[version]);
        let mut first = door.connect(&config, "porch.local").await.unwrap();
        echo(&mut first).await;
        let second = door.connect(&config, "porch.local").await.unwrap();
        let (first, second) = (first.1.get_ref().1, second.1.get_ref().1);
        assert_eq!(first.handshake_kind(), Some(HandshakeKind::Full));
        assert_eq!(second.handshake_kind(), Some(HandshakeKind::Resumed));
        assert_eq!(second.alpn_protocol(), Some(&b"http/1.1"[..]));
        assert_eq!(
            second.protocol_version() == Some(ProtocolVersion::TLSv1_3),
            version.version == ProtocolVersion::TLSv1_3
        );
    }
}

/// A folder with an owner's own chain and key, and their paths.
fn own_files() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let made = rcgen::generate_simple_self_signed(["chat.example.org".to_owned()]).unwrap();
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    (folder, cert, key)
}

#[tokio::test]
async fn an_owners_own_certificate_is_served() {
    let (_folder, cert, key) = own_files();
    let own = OwnerCertificate::load(&cert, &key).unwrap();
    let der = own.certified.cert[0].clone();
    let door = Door::open(Resolver::new(own.certified), true).await;
    let config = client_config(&der, true, rustls::ALL_VERSIONS);
    let mut pair = door.connect(&config, "chat.example.org").await.unwrap();
    echo(&mut pair).await;
    assert_eq!(shown(&pair), [der]);
}

#[test]
fn an_owners_own_certificate_that_cannot_serve_is_refused_by_its_file() {
    let (folder, cert, key) = own_files();
    let (_other, _, other_key) = own_files();
    let absent = folder.path().join("absent.pem");
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "").unwrap();
    let cases = [
        (&cert, &other_key, "does not go with"),
        (&key, &key, "no certificate"),
        (&cert, &cert, "no readable private key"),
        (&absent, &key, "absent.pem"),
        (&cert, &absent, "absent.pem"),
        (&empty, &key, "empty.pem"),
    ];
    for (cert, key, part) in cases {
        let fault = OwnerCertificate::load(cert, key).unwrap_err().to_string();
        assert!(fault.contains(part), "{part:?} is not in: {fault}");
    }
}
