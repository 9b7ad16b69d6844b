//! What the box tells people before their browser trusts it: pages that need no script to be read, in English and
//! Chinese, and the files that a device takes to trust the box.
//!
//! Pure functions from facts to text. `http` asks them, and knows the rest: who is at the door, and at which.

mod escape;
mod profile;
pub mod words;

pub use profile::mobileconfig;
