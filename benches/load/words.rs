//! Texts to send: the same on every run, like chat in length and in how words repeat, so that the search index has
//! honest work.

/// Words the texts are made of. Few are frequent and many rare, as in speech.
const WORDS: u64 = 5_000;
const SYLLABLES: [&str; 16] =
    ["ba", "ke", "lo", "mi", "nu", "ra", "si", "ta", "ver", "dan", "pol", "gri", "sto", "hel", "um", "an"];
const HAN_FIRST: u32 = 0x4e00;
/// Chinese characters in everyday use are about this many.
const HAN_COUNT: u64 = 2_500;

/// Bytes of a chat message's body, as in the measurements that the targets come from.
pub(crate) const CHAT_BYTES: usize = 200;

/// A source of numbers without a pattern, the same for the same seed (xorshift64*).
pub(crate) struct Dice(u64);

impl Dice {
    /// Any seed will do.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) % limit
    }

    /// A number from 0 up to 1.
    pub(crate) fn share(&mut self) -> f64 {
        self.below(1 << 53) as f64 / (1_u64 << 53) as f64
    }
}

/// A message of [`CHAT_BYTES`]: words, one text in eight Chinese.
pub(crate) fn chat(dice: &mut Dice) -> String {
    if dice.below(8) == 0 {
        return han(dice, CHAT_BYTES / 3);
    }
    let mut text = String::with_capacity(CHAT_BYTES + 16);
    while text.len() < CHAT_BYTES {
        // Squaring makes low ranks frequent.
        let rank = (dice.share() * dice.share() * WORDS as f64) as u64;
        push_word(&mut text, rank);
        text.push(' ');
    }
    text.truncate(CHAT_BYTES - 1);
    text.push('.');
    text
}

/// A text of so many Chinese characters, three bytes each.
pub(crate) fn han(dice: &mut Dice, chars: usize) -> String {
    let one = |_| char::from_u32(HAN_FIRST + dice.below(HAN_COUNT) as u32).unwrap_or('好');
    (0..chars).map(one).collect()
}

/// The word of this rank, as syllables: its digits to base 16.
fn push_word(text: &mut String, rank: u64) {
    let mut rest = rank + 1;
    while rest > 0 {
        text.push_str(SYLLABLES[(rest % 16) as usize]);
        rest /= 16;
    }
}
