//! What people send beside words: bytes of any kind, known by their hash, and the uploads that bring them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::limits::FILE_NAME_BYTES_MAX;
use super::text::is_in_line;

/// Text that is no id of the kind that was expected.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NotHex;

/// Defines a newtype over bytes that is written in lowercase hexadecimal, in files' names and on the wire.
macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident of $bytes:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
        #[cfg_attr(test, derive(ts_rs::TS))]
        #[cfg_attr(test, ts(type = "string"))]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(pub [u8; $bytes]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl FromStr for $name {
            type Err = NotHex;

            fn from_str(text: &str) -> Result<Self, NotHex> {
                let mut bytes = [0; $bytes];
                if text.len() != 2 * $bytes {
                    return Err(NotHex);
                }
                for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
                    *byte = digit(digits[0])? << 4 | digit(digits[1])?;
                }
                Ok(Self(bytes))
            }
        }

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse().map_err(|NotHex| "lowercase hexadecimal digits were expected")
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
    };
}

hex_id! {
    /// The SHA-256 of a blob's bytes (FIPS 180-4): the same bytes are one blob.
    BlobHash of 32
}
hex_id! {
    /// An upload, as whoever makes it knows it. Made at random.
    UploadId of 16
}

/// The value of a lowercase digit: each id is written in one way.
fn digit(byte: u8) -> Result<u8, NotHex> {
    match byte {
        b'0'..=b'9' => Ok(byte - b'0'),
        b'a'..=b'f' => Ok(byte - b'a' + 10),
        _ => Err(NotHex),
    }
}

/// What a file is called: one line without a path, of at most [`FILE_NAME_BYTES_MAX`] bytes, in any script. Empty where
/// nothing is left.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(type = "string"))]
#[serde(from = "String", into = "String")]
pub struct FileName(String);

impl FileName {
    /// The name, as people see it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for FileName {
    /// Takes what a device calls a file. What would move other letters, or end the line, is left out: `gpj.exe` must not
    /// be read as `exe.jpg` (UAX 9, section 2).
    fn from(text: String) -> Self {
        let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
        let mut name: String = last.chars().filter(is_in_line).collect::<String>().trim().to_owned();
        while name.len() > FILE_NAME_BYTES_MAX {
            name.pop();
        }
        Self(if name.chars().all(|c| c == '.') { String::new() } else { name })
    }
}

impl From<FileName> for String {
    fn from(name: FileName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_name_in_any_script_and_none_of_its_tricks() {
        let name = |text: &str| FileName::from(text.to_owned()).0;
        for kept in ["报告 (1).pdf", "café.txt", "صورة.png", ".bashrc", "a\u{200d}b"] {
            assert_eq!(name(kept), kept);
        }
        for (text, wanted) in [
            ("C:\\Users\\me\\a.txt", "a.txt"),
            ("../../etc/passwd", "passwd"),
            ("ann\u{202e}gpj.exe", "anngpj.exe"),
            (" a\r\nb\0.txt ", "ab.txt"),
            ("..", ""),
            ("/", ""),
        ] {
            assert_eq!(name(text), wanted);
        }
        assert_eq!(name(&"图".repeat(100)), "图".repeat(85));
    }

    #[test]
    fn an_id_is_read_as_it_is_written_and_in_no_other_way() {
        let id = UploadId(std::array::from_fn(|at| at as u8 * 17));
        let text = id.to_string();
        assert_eq!(text, "00112233445566778899aabbccddeeff");
        assert_eq!(text.parse(), Ok(id));
        for wrong in ["", "00", &text.to_uppercase(), &format!("{text}0"), &text.replace('0', "g"), &"é".repeat(16)] {
            assert_eq!(wrong.parse::<UploadId>(), Err(NotHex), "{wrong}");
        }
    }
}
