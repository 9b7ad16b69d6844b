//! Secrets that somebody reads off a screen or hears, and types once: the codes for a new password, and the passwords
//! that `porch user` makes.

use std::fmt;

use aws_lc_rs::rand;
use unicode_normalization::UnicodeNormalization;

use super::password::Password;
use super::token::NoRandomness;
use crate::proto::limits::CODE_CHARS;

/// Letters and digits that do not look alike.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
/// Characters between two dashes.
const GROUP_CHARS: usize = 4;

/// A code for a new password. Its `Debug` says nothing.
#[derive(Clone, Eq, PartialEq)]
pub struct Code(String);

impl Code {
    /// A new one.
    pub fn fresh() -> Result<Self, NoRandomness> {
        fresh_text(CODE_CHARS).map(Self)
    }

    /// A code as somebody typed it: in whatever case and width, with whatever between the groups.
    pub fn typed(text: &str) -> Self {
        let letters = text.nfkc().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric());
        // Nobody who reads it can tell; a code that is too long is none, whatever follows.
        let read = letters.map(|c| if c == 'o' { '0' } else { c });
        Self(read.take(CODE_CHARS + 1).collect())
    }

    /// As it is shown: `k7m2-q9xa`.
    pub fn shown(&self) -> String {
        in_groups(&self.0)
    }

    /// What its hash is made of and checked against: as a password's, since eight characters could be found from a plain one.
    pub fn secret(&self) -> Password {
        Password::typed(&self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(..)")
    }
}

/// A password of so many random characters, in groups.
pub fn fresh_password(chars: usize) -> Result<String, NoRandomness> {
    Ok(in_groups(&fresh_text(chars)?))
}

fn fresh_text(chars: usize) -> Result<String, NoRandomness> {
    let mut random = vec![0; chars];
    rand::fill(&mut random).map_err(|_| NoRandomness)?;
    Ok(random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect())
}

fn in_groups(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(GROUP_CHARS).map(String::from_iter).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_short_and_read_back_however_it_is_typed() {
        let code = Code::fresh().unwrap();
        let shown = code.shown();
        assert!(shown.len() == CODE_CHARS + 1 && shown.as_bytes()[4] == b'-', "{shown}");
        assert!(shown.bytes().all(|byte| byte == b'-' || ALPHABET.contains(&byte)), "{shown}");
        let wide: String = shown.chars().map(|c| char::from_u32(c as u32 + 0xfee0).unwrap()).collect();
        let spaced = shown.replace('-', "  ");
        for typed in [&shown, &shown.to_uppercase(), &shown.replace('-', ""), &format!(" {spaced}\n"), &wide] {
            assert_eq!(Code::typed(typed), code, "{typed}");
        }
        assert_eq!(Code::typed("O0o2"), Code::typed("0002"), "a letter that is in no code");
        assert_ne!(Code::fresh().unwrap(), code);
    }

    #[test]
    fn another_text_is_another_code_and_a_long_one_none() {
        let code = Code("k7m2q9xa".into());
        for other in ["", "k7m2q9x", "k7m2q9xb", "k7m2-q9xa-a", &"k7m2q9xa".repeat(10_000)] {
            assert_ne!(Code::typed(other), code);
        }
        assert!(Code::typed(&"k7m2q9xa".repeat(10_000)).0.len() <= CODE_CHARS + 1);
    }

    #[test]
    fn a_code_is_not_printed() {
        assert_eq!(format!("{:?}", Code("k7m2q9xa".into())), "Code(..)");
    }

    #[test]
    fn a_password_for_the_board_is_long_and_in_groups() {
        let password = fresh_password(16).unwrap();
        assert_eq!(password.split('-').map(str::len).collect::<Vec<_>>(), [4; 4]);
    }
}
