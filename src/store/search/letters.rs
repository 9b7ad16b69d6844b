//! Index words as the index holds them: in UTF-8, but for the most used Han characters, which take two bytes instead of
//! three. These begin with bytes that begin no character in UTF-8, so that one word is the beginning of another where it
//! was before.

/// The Han characters of two bytes: so many as there are first bytes for, of which each has 256.
const HAN: std::ops::RangeInclusive<u32> = 0x4e00..=0x97ff;
/// In UTF-8 these are within a character, and those from `LATE` on are nowhere. The last, 0xff, stays free: it is after
/// all words.
const EARLY: u32 = 0x80;
const EARLY_COUNT: u32 = 0x40;
const LATE: u32 = 0xf5;

/// Adds a word's bytes.
pub(super) fn put(out: &mut Vec<u8>, word: &str) {
    for letter in word.chars() {
        if HAN.contains(&u32::from(letter)) {
            let place = u32::from(letter) - HAN.start();
            let first = match place >> 8 {
                high if high < EARLY_COUNT => EARLY + high,
                high => LATE + high - EARLY_COUNT,
            };
            out.extend([first as u8, place as u8]);
        } else {
            out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

/// A word's bytes.
pub(super) fn bytes(word: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(word.len());
    put(&mut bytes, word);
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_han_character_has_two_bytes_that_nothing_else_has() {
        let all: Vec<char> = ('\0'..=char::MAX).collect();
        let coded: std::collections::HashSet<Vec<u8>> = all.iter().map(|letter| bytes(&letter.to_string())).collect();
        assert_eq!(coded.len(), all.len(), "no two are the same");
        assert_eq!(["a", "é", "好", "韵", "한", "🙂"].map(|letter| bytes(letter).len()), [1, 2, 2, 2, 3, 4]);
    }

    proptest! {
        #[test]
        fn beginnings_stay_beginnings(word in "[a-c一乐鿿韵é🙂]{0,4}", other in "[a-c一乐鿿韵é🙂]{0,3}") {
            prop_assert_eq!(bytes(&word).starts_with(&bytes(&other)), word.starts_with(&other));
            prop_assert_eq!(bytes(&word) == bytes(&other), word == other);
        }
    }
}
