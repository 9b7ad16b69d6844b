//! The words that porch and its clients exchange: ids, limits, messages both ways, errors.
//!
//! Everything here is plain types that parse what they hold: a value that exists is within its limits.
//! `docs/protocol.md` describes them for people; a test holds the two together. Imports nothing else of the crate.

pub mod account;
pub mod attachment;
pub mod blob;
pub mod brought;
pub mod change;
pub mod client;
pub mod clock;
pub mod code;
pub mod doctor;
pub mod door;
pub mod event;
pub mod fold;
pub mod heard;
pub mod histogram;
pub mod id;
pub mod limits;
pub mod link;
pub mod mention;
pub mod millis;
pub mod monitor;
pub mod name;
pub mod object;
pub mod op;
pub mod permit;
pub mod reaction;
pub mod receipt;
pub mod role;
pub mod room;
pub mod script;
pub mod server;
pub mod session_end;
pub mod storage;
pub mod text;
#[cfg(test)]
mod ts;
pub mod user_name;
