//! Where words begin and end, in scripts with spaces between them and in those without.

use unicode_normalization::char::is_combining_mark;

/// Letters of the scripts written without spaces between words (Korean writes some, but not around particles).
pub fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0e00}'..='\u{0e4e}' // Thai
        | '\u{0e80}'..='\u{0ece}' | '\u{0edc}'..='\u{0edf}' // Lao
        | '\u{1000}'..='\u{103f}' | '\u{1050}'..='\u{108f}' // Myanmar
        | '\u{1100}'..='\u{11ff}' | '\u{3131}'..='\u{318e}' | '\u{a960}'..='\u{a97c}' | '\u{ac00}'..='\u{d7fb}' // Hangul
        | '\u{1780}'..='\u{17d3}' // Khmer
        | '\u{2e80}'..='\u{2fd5}' | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}' | '\u{3038}'..='\u{303c}' // Han
        | '\u{3041}'..='\u{309f}' | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' // Kana
        | '\u{3105}'..='\u{312f}' | '\u{31a0}'..='\u{31bf}' | '\u{31f0}'..='\u{31ff}' // Bopomofo, more kana
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{a4cf}' // Han, Yi
        | '\u{f900}'..='\u{faff}' | '\u{1aff0}'..='\u{1b16f}' | '\u{20000}'..='\u{3fffd}')
}

/// Whether a word may end before the second of these and another begin with it. Never within what is one letter.
pub fn parts(one: char, other: char) -> bool {
    !goes_on(other) && (!is_of_a_word(one) || !is_of_a_word(other) || is_unspaced(one) || is_unspaced(other))
}

fn is_of_a_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || goes_on(c)
}

/// What belongs to the letter before it: a mark, or a joiner. What makes a sign of one (`❤️`, `1️⃣`) is none.
fn goes_on(c: char) -> bool {
    let makes_signs = matches!(c, '\u{20dd}'..='\u{20e0}' | '\u{20e2}'..='\u{20e4}' | '\u{fe00}'..='\u{fe0f}');
    matches!(c, '\u{200c}' | '\u{200d}') || (is_combining_mark(c) && !makes_signs)
}
