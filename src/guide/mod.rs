//! What the box tells people before their browser trusts it: pages that need no script to be read, in English and
//! Chinese, and the files that a device takes to trust the box.
//!
//! Pure functions from facts to text. `http` asks them, and knows the rest: who is at the door, and at which.

mod elsewhere;
mod escape;
mod lang;
mod profile;
mod shell;
pub mod words;

pub use elsewhere::elsewhere;
pub use lang::Lang;
pub use profile::mobileconfig;

/// The style of every page, for `/guide.css`.
pub const STYLE: &str = include_str!("guide.css");
