//! The CA's fingerprint as a few words: short enough to compare a phone with the box's own console, by eye or aloud.

use aws_lc_rs::digest::{SHA256, digest};

/// SHA-256 of a certificate's DER.
pub type Fingerprint = [u8; 32];

/// The fingerprint of a certificate in DER.
pub fn fingerprint(der: &[u8]) -> Fingerprint {
    let mut fingerprint = Fingerprint::default();
    fingerprint.copy_from_slice(digest(&SHA256, der).as_ref());
    fingerprint
}

/// Words of a fingerprint: five of 512 are 45 bits.
pub const WORDS: usize = 5;

/// How often the fingerprint is hashed again before words are made of it.
///
/// 45 bits alone could be met by trying: a graphics card makes that many certificates in an hour. With this, each try
/// costs 65,536 times as much, which makes 61 bits; the box pays for it once, with a tenth of a second.
const ROUNDS: u32 = 1 << 16;
/// Bits of one word.
const WORD_BITS: usize = 9;

/// The words of a fingerprint: always the same for the same one.
pub fn of(fingerprint: &Fingerprint) -> [&'static str; WORDS] {
    let mut stretched = *fingerprint;
    for _ in 0..ROUNDS {
        let once_more = digest(&SHA256, &stretched);
        stretched.copy_from_slice(once_more.as_ref());
    }
    // The first 64 bits hold five times nine.
    let bits = stretched[..8].iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    std::array::from_fn(|i| {
        let place = bits >> (u64::BITS as usize - (i + 1) * WORD_BITS);
        LIST[place as usize % LIST.len()]
    })
}

/// Things that everybody has a picture of. Four letters tell one from all others, and no two sound alike in a hurry:
/// the tests hold them to that. Their order is part of what a fingerprint means: it never changes.
#[rustfmt::skip]
const LIST: [&str; 1 << WORD_BITS] = [
    "abbot", "acorn", "acrobat", "actor", "album", "alley", "almanac", "almond", "alpaca", "amber", "anchor", "angel",
    "animal", "ankle", "antelope", "apple", "apricot", "apron", "arch", "arena", "armchair", "arrow", "artist",
    "athlete", "atlas", "attic", "autumn", "award", "bacon", "badge", "bagel", "baker", "balcony", "balloon",
    "bamboo", "banana", "banjo", "barber", "barn", "basil", "basket", "bath", "battery", "beach", "beaver", "bed",
    "bell", "bicycle", "bird", "biscuit", "bishop", "bison", "blanket", "blossom", "blouse", "boat", "bonfire",
    "bonnet", "book", "bottle", "boulder", "bowl", "bracelet", "brick", "bridge", "bronze", "broom", "brush",
    "bubble", "bucket", "buffalo", "butter", "cabbage", "cabin", "cactus", "cake", "camel", "campus", "canal",
    "candle", "canoe", "canyon", "captain", "carnival", "carpet", "carrot", "castle", "ceiling", "cello", "chair",
    "chalk", "chapel", "charcoal", "cheese", "cherry", "chestnut", "chimney", "church", "cider", "circle", "citrus",
    "cliff", "climber", "clock", "cloud", "clover", "cocoa", "coffee", "coin", "colony", "comet", "compass",
    "concert", "cookie", "copper", "coral", "corner", "cotton", "courier", "cousin", "cowboy", "crab", "cradle",
    "cricket", "crown", "crystal", "cube", "cucumber", "cup", "currant", "curtain", "cushion", "cyclone", "daffodil",
    "daisy", "dancer", "dentist", "deputy", "desert", "desk", "diamond", "dinner", "dinosaur", "doctor", "dog",
    "doll", "dolphin", "domino", "donkey", "door", "dough", "dragon", "drawer", "dress", "duck", "eagle", "earth",
    "easel", "echo", "edge", "egg", "elephant", "emerald", "engine", "envelope", "eraser", "falcon", "farmer",
    "feather", "fence", "fern", "festival", "fiddle", "finger", "fish", "flag", "flame", "flute", "folder", "forest",
    "fork", "fountain", "fox", "friend", "frog", "fruit", "gallery", "garage", "garden", "garlic", "gate", "gecko",
    "giant", "giraffe", "glacier", "glass", "glove", "gold", "goose", "gorilla", "grape", "gravel", "guitar",
    "hammer", "harbor", "hazel", "heart", "helmet", "hero", "hill", "hippo", "hockey", "honey", "hotel", "house",
    "igloo", "insect", "iron", "island", "ivory", "jacket", "jaguar", "jam", "jasmine", "jazz", "jeans", "jelly",
    "jewel", "jigsaw", "juice", "jungle", "kangaroo", "kayak", "kettle", "key", "kitchen", "kite", "kitten", "kiwi",
    "koala", "label", "ladder", "lagoon", "lamp", "lantern", "laptop", "lasso", "lemon", "leopard", "letter",
    "library", "lily", "lime", "lion", "lizard", "loaf", "lobster", "lodge", "lotion", "lotus", "luggage", "lumber",
    "lunch", "lynx", "magma", "magnet", "magpie", "mango", "maple", "marble", "market", "mask", "medal", "melon",
    "mermaid", "meteor", "mirror", "model", "moon", "mosaic", "moss", "muffin", "museum", "mushroom", "music",
    "napkin", "needle", "nest", "ninja", "noodle", "notebook", "novel", "nut", "oak", "oasis", "ocean", "octopus",
    "office", "olive", "omelet", "onion", "opal", "opera", "orange", "orchard", "organ", "ostrich", "otter", "oxygen",
    "oyster", "painter", "palace", "palm", "panda", "panther", "paper", "parsley", "pasta", "patio", "peanut",
    "pearl", "pebble", "pelican", "penguin", "pepper", "piano", "pickle", "picnic", "pigeon", "pillow", "pilot",
    "pirate", "pizza", "planet", "plum", "pony", "poppy", "porch", "potato", "powder", "prairie", "pumpkin", "puppet",
    "puzzle", "pyramid", "python", "quarry", "queen", "quilt", "quiz", "rabbit", "raccoon", "radar", "radio",
    "rainbow", "raisin", "ranch", "raven", "razor", "reed", "reindeer", "rhubarb", "ribbon", "river", "robin",
    "robot", "rocket", "roof", "rubber", "ruby", "saddle", "safari", "salad", "salmon", "salt", "sardine", "satin",
    "sausage", "scarf", "school", "scissors", "scooter", "screw", "scroll", "sesame", "shadow", "shark", "sheep",
    "shield", "shirt", "shop", "shovel", "shrimp", "silk", "silver", "sister", "sketch", "ski", "sleeve", "slipper",
    "smile", "smoke", "snail", "snake", "snow", "soccer", "soda", "spider", "spinach", "sponge", "spoon", "spring",
    "spruce", "square", "squid", "stadium", "stamp", "star", "statue", "steam", "stone", "straw", "student", "sugar",
    "sultan", "summer", "sunset", "surfer", "swan", "sweater", "swing", "syrup", "table", "tadpole", "tailor", "tank",
    "taxi", "teacher", "teapot", "temple", "tennis", "tent", "theater", "thistle", "thorn", "throne", "thunder",
    "ticket", "tiger", "tile", "timber", "tomato", "tooth", "tornado", "towel", "tractor", "tray", "treasure", "tree",
    "triangle", "tribe", "trophy", "truck", "trumpet", "tulip", "tuna", "tunnel", "turban", "turnip", "turtle",
    "tuxedo", "twig", "ukulele", "umbrella", "uncle", "unicorn", "uniform", "vacuum", "vanilla", "vase", "velvet",
    "village", "vine", "violin", "visitor", "volcano", "vulture", "waffle", "wagon", "wallet", "walnut", "walrus",
    "water", "wave", "web", "whale", "wheel", "whip", "whisker", "window", "winter", "wolf", "wood", "wreath",
    "wrench", "yacht", "yard", "yogurt", "zebra", "zigzag", "zipper", "zoo",];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_short_plain_and_told_apart_by_four_letters() {
        for (i, word) in LIST.iter().enumerate() {
            assert!((3..=8).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase()), "{word}");
            for other in &LIST[i + 1..] {
                assert!(word < other, "{word} and {other} are out of order");
                assert!(!other.starts_with(&word[..word.len().min(4)]), "{word} and {other} begin alike");
                assert!(!are_alike(word, other), "{word} and {other} differ by one letter");
            }
        }
    }

    #[test]
    fn the_rule_against_likeness_catches_a_slip() {
        assert!(are_alike("boat", "goat") && are_alike("cot", "coat") && are_alike("stone", "stove"));
        assert!(!are_alike("boat", "boot s") && !are_alike("apple", "plane"));
    }

    #[test]
    fn a_fingerprint_always_has_the_same_words_and_another_has_others() {
        let words = of(&[7; 32]);
        assert_eq!(words, of(&[7; 32]));
        // As another program computes them (Python's hashlib).
        assert_eq!(words, ["noodle", "porch", "chalk", "sesame", "festival"]);
        let mut other = [7; 32];
        other[31] ^= 1;
        let same = words.iter().zip(of(&other)).filter(|(a, b)| **a == *b).count();
        assert!(same < WORDS - 1, "one bit changes nearly every word");
    }

    /// Whether one letter changed, put in or left out makes one word of the other.
    fn are_alike(a: &str, b: &str) -> bool {
        let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
        let same = short.bytes().zip(long.bytes()).take_while(|(a, b)| a == b).count();
        match long.len() - short.len() {
            0 => short[same..].get(1..) == long[same..].get(1..),
            1 => short[same..] == long[same + 1..],
            _ => false,
        }
    }
}
