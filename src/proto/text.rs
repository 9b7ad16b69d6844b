//! Texts that people write, parsed: a value that exists is within its limits.

use serde::{Deserialize, Serialize};

use super::limits::{BODY_CHARS_MAX, PREVIEW_CHARS_MAX};

/// Why a body is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BodyFault {
    /// Nothing but white space.
    Empty,
    /// More than [`BODY_CHARS_MAX`] characters.
    Long,
    /// Holds a NUL, which some databases and clients cut at.
    Nul,
}

/// The text of a message: 1 to 8,000 characters, not only white space, no NUL.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Body(String);

impl Body {
    /// Takes a text for a body, or says why not.
    pub fn parse(text: String) -> Result<Self, BodyFault> {
        // Four bytes a character at most: a quick way out before counting.
        if text.len() > BODY_CHARS_MAX && text.chars().count() > BODY_CHARS_MAX {
            return Err(BodyFault::Long);
        }
        if text.contains('\0') {
            return Err(BodyFault::Nul);
        }
        if text.chars().all(char::is_whitespace) {
            return Err(BodyFault::Empty);
        }
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text itself, for storing.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// The first characters of a body, for the chat list.
pub fn preview(body: &str) -> &str {
    match body.char_indices().nth(PREVIEW_CHARS_MAX) {
        Some((end, _)) => &body[..end],
        None => body,
    }
}

/// A body as it comes from the wire, before [`Body::parse`], so that a long one is answered and not closed on.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(transparent)]
pub struct RawBody(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_has_up_to_8000_characters_of_any_script() {
        assert!(Body::parse("好".repeat(8_000)).is_ok());
        assert_eq!(Body::parse("好".repeat(8_001)), Err(BodyFault::Long));
    }

    #[test]
    fn a_body_is_not_empty_and_has_no_nul() {
        assert_eq!(Body::parse(" \n\u{3000}".into()), Err(BodyFault::Empty));
        assert_eq!(Body::parse("a\0b".into()), Err(BodyFault::Nul));
        assert_eq!(Body::parse(" a ".into()).unwrap().as_str(), " a ");
    }

    #[test]
    fn a_preview_ends_between_characters() {
        let long = "é".repeat(500);
        assert_eq!(preview(&long).chars().count(), PREVIEW_CHARS_MAX);
        assert_eq!(preview("short"), "short");
    }
}
