//! porch: a chat appliance for a local network, in one binary.
//!
//! ARCHITECTURE.md tells the layers; each module's first lines tell its job.

pub mod clock;
pub mod config;
pub mod hub;
pub mod outbox;
pub mod proto;
pub mod tls;
