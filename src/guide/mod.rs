//! What the box tells people before their browser trusts it: pages that need no script to be read, in English and
//! Chinese, and the files that a device takes to trust the box.
//!
//! Pure functions from facts to text. `http` asks them, and knows the rest: who is at the door, and at which.

mod device;
mod elsewhere;
mod lang;
mod page;
mod picture;
mod portal;
mod profile;
mod shell;
mod steps;
pub mod words;

pub use device::Device;
pub use elsewhere::elsewhere;
pub use lang::Lang;
pub use page::Guide;
pub use portal::{Online, Portal, Probe, Side, sheet};
pub use profile::mobileconfig;
pub use shell::shell;

/// The style of every page, for `/guide.css`.
pub const STYLE: &str = include_str!("guide.css");

/// The guide's script, for `/guide.js`.
pub const SCRIPT: &str = include_str!("guide.js");
