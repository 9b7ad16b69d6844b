//! Search: what a query means, and how it is answered.

/// A search, parsed from what a person typed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Query {}

/// Why a search cannot be answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum QueryFault {
    /// A day that is none.
    Date,
    /// Nothing to look for.
    Empty,
    /// Over [`QUERY_CHARS_MAX`](crate::proto::limits::QUERY_CHARS_MAX).
    Long,
    /// Over [`QUERY_TERMS_MAX`](crate::proto::limits::QUERY_TERMS_MAX).
    ManyTerms,
}

impl Query {
    /// Reads words, `prefix*`, `"phrases"`, `from:`, `in:`, `before:` and `after:` (docs/protocol.md, "Search").
    pub fn parse(_text: &str) -> Result<Self, QueryFault> {
        Err(QueryFault::Empty)
    }
}
