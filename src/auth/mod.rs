//! Who someone is: names, passwords, tokens, and how often one may try.
//!
//! Knows nothing of requests, answers or the disk, and reads no clock: times are passed in.

pub mod name;
pub mod password;
pub mod rate;
pub mod token;
