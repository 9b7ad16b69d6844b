//! The box's own HTTPS: a local CA made once, a leaf for every name and address, swapped while connections stay.
//!
//! Phones are told to trust the root by hand, once. It can speak for the LAN and nothing else, and its key never
//! leaves the folder. Entry points: [`LocalTls::open`], or [`OwnerTls::open`] for an owner's own certificate; then
//! [`server_config`].

mod ca;
mod crypto;
mod der;
mod error;
mod host_names;
mod inspect;
mod issuer;
mod leaf;
mod local;
pub mod name;
mod owner_certificate;
mod permitted;
mod resolver;
mod sans;
mod server;
#[cfg(test)]
mod tests;
mod validity;

pub use ca::Root;
pub use crypto::cpu_has_aes;
pub use error::TlsError;
pub use host_names::HostNames;
pub use inspect::{KeptCertificates, has_root, inspect, kept_root};
pub use issuer::Reason;
pub use local::{FOLDER, LocalTls, Renewal};
pub use owner_certificate::{OwnerCertificate, OwnerTls};
pub use permitted::Permitted;
pub use resolver::Resolver;
pub use sans::{Sans, sans};
pub use server::server_config;
pub use validity::Moment;
