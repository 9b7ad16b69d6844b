//! porch: a chat appliance for a local network, in one binary.
//!
//! ARCHITECTURE.md tells the layers; each module's first lines tell its job.

pub mod config;
pub mod lan;
pub mod log;
pub mod proto;
pub mod tls;
