//! The network the box stands in: where people on it can reach the box.

mod addresses;

pub use addresses::{LanInterface, lan_addresses, lan_interfaces};
