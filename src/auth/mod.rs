//! Who someone is: passwords, tokens, and how often one may try.
//!
//! Knows nothing of requests, answers or the disk, and reads no clock: times are passed in.

pub mod attempt;
pub mod code;
pub mod device;
pub mod password;
pub mod rate;
pub mod token;
