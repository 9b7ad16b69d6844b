//! Finding messages: what is asked, the index beside the messages, and the answer.
//!
//! What a person typed becomes a [`Query`] of phrases. Texts are cut alike (`segment`) for the index, which holds in
//! blocks of each room which of its messages hold a word, in what is written or said of attachments (`texts`), and which
//! bring a picture, a link and so on. A [`Search`] lets the index propose (`sieve`) and the messages decide. docs/search.md
//! tells why, with measurements.

mod answer;
mod batch;
mod block;
mod block_rows;
mod cursor;
mod index;
mod indexer;
mod letters;
mod marks;
mod named;
mod phrase;
mod query;
mod register;
mod segment;
mod sieve;
mod texts;

pub(super) use answer::Search;
pub use cursor::Cursor;
pub(super) use index::{INDEX_FILE, READER_CACHE_KIB, is_damage, kept_upto};
pub(super) use indexer::Indexer;
pub use query::{Filters, Query, QueryFault};
pub(super) use segment::Segments;
