pub mod assets;
pub mod listen;
pub mod ws;

#[derive(Clone, Copy, Debug)]
pub struct PeerAddr(pub std::net::SocketAddr);
