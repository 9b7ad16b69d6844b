//! The network the box stands in: where people on it can reach the box.

mod addresses;

pub use addresses::lan_addresses;
