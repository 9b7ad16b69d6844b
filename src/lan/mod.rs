//! The network the box stands in: where people on it can reach the box, and how they find it.

mod addresses;
pub mod mdns;
pub mod sockets;

pub use addresses::{Interfaces, LanInterface, NetworkSnapshot, follow, lan_addresses, lan_interfaces, reaches};
