//! Names of rooms and people, parsed.

use super::code::ErrorCode;
use super::limits::ROOM_NAME_CHARS_MAX;

/// A room's name.
pub fn parse_room_name(text: &str) -> Result<String, ErrorCode> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > ROOM_NAME_CHARS_MAX || name.chars().any(char::is_control) {
        return Err(ErrorCode::NameInvalid);
    }
    Ok(name.to_owned())
}
