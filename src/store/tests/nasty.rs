//! Made-up talk, distributed as people's is, and the nastiest searches in it that one can think of. Shared by the tests
//! and the proof `queries`.

/// Numbers that look like chance and are the same every time (SplitMix64).
#[derive(Clone)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len() as u64) as usize]
    }

    /// The rank of a word: few are common, most are rare (Zipf's law, about).
    fn rank(&mut self, count: usize) -> usize {
        let share = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        ((count as f64).powf(share) - 1.0) as usize
    }
}

const SYLLABLES: [&str; 24] = [
    "a", "be", "con", "de", "er", "wa", "go", "ha", "in", "wo", "ka", "le", "ma", "ne", "or", "pro", "we", "re", "st",
    "the", "un", "ver", "wi", "ing",
];
const HANZI: u64 = 2_500;

/// A file that a message brings.
pub(crate) struct NastyFile {
    pub(crate) name: String,
    pub(crate) alt: String,
    /// One of five.
    pub(crate) kind: u64,
}

/// Words by how common they are, and what people write with them.
pub(crate) struct Talk {
    pub(crate) random: Random,
    words: Vec<String>,
}

impl Talk {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let words =
            (0..20_000).map(|_| (0..1 + random.below(4)).map(|_| *random.of(&SYLLABLES)).collect::<String>()).collect();
        Self { random, words }
    }

    fn word(&mut self) -> String {
        let rank = self.random.rank(self.words.len());
        self.words[rank].clone()
    }

    fn hanzi(&mut self) -> char {
        let rank = self.random.rank(HANZI as usize);
        char::from_u32(0x4e00 + rank as u32).unwrap_or('一')
    }

    /// A message of about twenty words or forty characters; a few are long, and one in a thousand as long as can be.
    pub(crate) fn body(&mut self) -> String {
        let bytes = match self.random.below(1_000) {
            0 => 7_900,
            1..=20 => 1_500,
            _ => 40 + self.random.below(160) as usize,
        };
        let kind = self.random.below(10);
        let mut body = String::with_capacity(bytes + 16);
        while body.len() < bytes {
            match kind {
                0..=4 => body.push_str(&(self.word() + " ")),
                5..=7 => body.push(self.hanzi()),
                8 if self.random.below(2) == 0 => body.extend([self.hanzi(), self.hanzi()]),
                8 if self.random.below(9) == 0 => body.push_str(" https://example.com/a "),
                8 => body.push_str(&format!(" {} ", self.word())),
                // What makes phrases slow: the same again and again, and now and then something else.
                _ => body.push_str(["a a ", "一一一", "a ", "🎉🎉", "w x "][self.random.below(5) as usize]),
            }
        }
        body
    }

    /// What a message brings: mostly nothing, seldom a few files, and now and then as many of which as much is said as may be.
    pub(crate) fn files(&mut self) -> Vec<NastyFile> {
        let (count, alt_bytes) = match self.random.below(1_000) {
            0 => (10, 1_500),
            1..=20 => (1 + self.random.below(3), 60),
            _ => (0, 0),
        };
        (0..count).map(|_| self.file(alt_bytes)).collect()
    }

    fn file(&mut self, alt_bytes: usize) -> NastyFile {
        let name = match self.random.below(3) {
            0 => format!("IMG_{}.jpg", self.random.below(10_000)),
            1 => format!("{}_{}-{}.pdf", self.word(), self.random.below(99), self.word()),
            _ => "一".repeat(80),
        };
        let mut alt = String::new();
        let is_same = self.random.below(2) == 0;
        while alt.len() < alt_bytes {
            match is_same {
                true => alt.push('一'),
                false => alt.push_str(&(self.word() + " ")),
            }
        }
        NastyFile { name, alt: alt.chars().take(500).collect(), kind: self.random.below(5) }
    }

    /// A search of at most 200 characters. `names`: of people and rooms.
    pub(crate) fn query(&mut self, names: &[String]) -> String {
        let mut query = String::new();
        let kind = self.random.below(13);
        for _ in 0..1 + self.random.below(20) {
            let piece = self.piece(kind);
            if query.chars().count() + piece.chars().count() > 150 {
                break;
            }
            query.push_str(&piece);
            query.push(' ');
        }
        for brought in ["audio", "file", "link", "picture", "video", "voice"] {
            if self.random.below(20) == 0 {
                query.push_str(&format!("has:{brought} "));
            }
        }
        for filter in ["from", "in"] {
            if self.random.below(6) == 0 {
                query.push_str(&format!("{filter}:\"{}\" ", self.random.of(names)));
            }
        }
        if self.random.below(8) == 0 {
            query.push_str(&format!("after:2026-11-{:02} ", 10 + self.random.below(15)));
        }
        query
    }

    fn piece(&mut self, kind: u64) -> String {
        let letter = |random: &mut Random| char::from(b'a' + random.below(26) as u8);
        match kind {
            // Beginnings of words: always the same, any, and those that are everywhere.
            0 => "w*".into(),
            1 => format!("{}*", letter(&mut self.random)),
            2 => format!("{}*", self.random.of(&SYLLABLES)),
            // Words that are common, each in most messages, and all of them in none.
            3 | 4 => self.words[self.random.below(20) as usize].clone(),
            5 => format!(
                "\"{} {}\"",
                self.words[self.random.below(9) as usize],
                self.words[self.random.below(9) as usize]
            ),
            // Phrases that nearly stand in messages that say the same again and again.
            6 => format!("\"{}b\"", "a ".repeat(1 + self.random.below(40) as usize)),
            7 => format!("{}丁", "一".repeat(1 + self.random.below(90) as usize)),
            // Single letters and pairs of Chinese, common and rare.
            8 => self.hanzi().into(),
            9 => [self.hanzi(), self.hanzi()].iter().collect(),
            10 => ["absent", "🎉", "→", "w*", "一", "a", "img", "jpg", "example"][self.random.below(9) as usize].into(),
            11 => format!("IMG_{}*", self.random.below(100)),
            _ => match self.random.below(4) {
                0 => self.hanzi().into(),
                1 => format!("{}*", letter(&mut self.random)),
                2 => self.word(),
                _ => format!("\"{} {}\"", self.word(), self.word()),
            },
        }
    }
}
