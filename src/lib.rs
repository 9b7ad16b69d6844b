//! porch: a chat appliance for a local network, in one binary.
//!
//! ARCHITECTURE.md tells the layers; each module's first lines tell its job.

pub mod auth;
pub mod clock;
pub mod config;
pub mod doctor;
pub mod doors;
pub mod driver;
pub mod fair;
mod file;
pub mod guide;
pub mod html;
pub mod http;
pub mod hub;
pub mod lan;
pub mod log;
pub mod outbox;
pub mod picture;
pub mod poster;
pub mod proto;
pub mod qr;
pub mod run;
pub mod store;
pub mod tls;
