//! A person's name, and when two of them are too alike: so that nobody poses as another by case, width, spaces,
//! invisible characters or look-alikes, nor as what the page writes in place of a name.
//!
//! Being alike is not transitive ("Kal" is too like "KaI", which is "kai" in capitals, but Kal and Kai are two
//! people), so one key cannot tell it. A name has two: the [`key`](UserName::key), which is unique and found by
//! signing in, and the [`look`](UserName::look), which no two people may share either. Both are unique in the
//! database: whether a name is free is decided there, within the change that takes it.

use unicode_normalization::UnicodeNormalization;
use unicode_security::skeleton;

use super::code::ErrorCode;
use super::fold::{is_symbol, without_points};
use super::name::{is_blank, is_invisible, parse_user_name, tag_letter};

/// A skeleton of a folded text may fold further; real names settle in two rounds.
const ROUNDS_MAX: usize = 8;

/// What the page writes in place of a name, in its languages: the room for everybody, who has gone, oneself, the room for
/// oneself. A person or a room called so would be taken for that. A test holds this to the page's own texts.
/// And what else everybody is called, as other chats do it.
const RESERVED: [&str; 12] = [
    "Everybody",
    "所有人",
    "Deleted account",
    "已注销的账号",
    "You",
    "你",
    "Saved messages",
    "我的收藏",
    "Everyone",
    "All",
    "大家",
    "全体成员",
];

/// What somebody is on a box, or what speaks for it, in the page's languages. A person called so would be believed; to a room
/// it says nothing.
const TITLES: [&str; 14] = [
    "Owner",
    "Box owner",
    "Room owner",
    "Admin",
    "Administrator",
    "Moderator",
    "System",
    "porch",
    "所有者",
    "主机所有者",
    "房主",
    "管理员",
    "系统管理员",
    "主机",
];

/// A person's name, as shown and as compared.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UserName {
    shown: String,
    key: String,
}

impl UserName {
    /// Takes a text for a name that somebody wants to have from now on, on a box of this name, or says `name_invalid` or
    /// `name_reserved`.
    pub fn chosen(text: &str, box_name: &str) -> Result<Self, ErrorCode> {
        let name = Self::parse(text)?;
        let is_taken = is_reserved(&name.shown) || is_title(&name.shown, box_name);
        if is_taken { Err(ErrorCode::NameReserved) } else { Ok(name) }
    }

    /// Takes a text for the name of somebody who may be here, or says `name_invalid`.
    pub fn parse(text: &str) -> Result<Self, ErrorCode> {
        let shown = parse_user_name(text)?;
        let key = key(&shown);
        if key.is_empty() { Err(ErrorCode::NameInvalid) } else { Ok(Self { shown, key }) }
    }

    /// The name as people see it.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// What names are found and compared by: without case, width, spaces, invisible characters and look-alikes
    /// of small letters (UTS 39, section 4).
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What the name looks like as it is written: look-alikes of capital letters too, without the points and marks of
    /// Arabic and Hebrew, which people leave out as they like, and without what stands around it like a badge.
    pub fn look(&self) -> String {
        look(&self.shown)
    }
}

/// Whether a shown name would be taken for what the page writes in place of one, in whatever case or with whatever
/// look-alikes it is written.
pub fn is_reserved(shown: &str) -> bool {
    let (key, look) = (key(shown), look(shown));
    RESERVED.iter().any(|reserved| self::key(reserved) == key || self::look(reserved) == look)
}

/// Whether a shown name would be taken for a title or for the box, however it is written.
fn is_title(shown: &str, box_name: &str) -> bool {
    let looks = title_looks(shown);
    TITLES.into_iter().chain([box_name]).any(|title| title_looks(title).iter().any(|title| looks.contains(title)))
}

/// What a name may be read as by who expects a title: nothing between its letters, two `v` for a `w`, and a digit or a sign
/// for the letter of its shape. People's own names are not compared so: `Ali` is not `All`.
fn title_looks(shown: &str) -> [String; 3] {
    let letters: String = shown.chars().filter(|&c| !is_around(c) || matches!(c, '|' | '!' | '@')).collect();
    let digits = letters.replace(['1', '|', '!'], "i").replace('3', "e").replace('@', "a").replace('5', "s");
    // By the key as well: in capitals an I looks like an l.
    [key(&letters), look(&letters), look(&digits)].map(|text| text.replace("vv", "w"))
}

/// What a shown name looks like as it is written; see [`UserName::look`].
pub fn look(shown: &str) -> String {
    // Before compatibility forms are taken apart, too: ™ would be letters.
    let unpointed: String = unadorned(shown).nfkd().filter_map(without_points).collect();
    // Folding last also catches a look-alike of another's name in capitals.
    fold(&skeleton(&plain(unadorned(&unpointed))).collect::<String>())
}

/// A name without punctuation and badges around it; one of nothing else is left as it is.
fn unadorned(text: &str) -> &str {
    let trimmed = text.trim_matches(is_around);
    if trimmed.is_empty() { text } else { trimmed }
}

/// Nothing to see, punctuation, or a badge. The letters of a flag of tags are the flag.
fn is_around(c: char) -> bool {
    let unseen = is_blank(c) || (is_invisible(c) && tag_letter(c).is_none());
    unseen || is_punctuation(c) || is_badge(c)
}

/// Punctuation of the scripts that names are written in. What is part of names of things (`C++`) is none.
fn is_punctuation(c: char) -> bool {
    let ascii = c.is_ascii_punctuation() && (!is_symbol(c) || matches!(c, '@' | '^' | '|' | '~'));
    ascii
        || matches!(c,
            '¡' | '§' | '«' | '¶' | '·' | '»' | '¿' | '\u{55a}'..='\u{55f}' | '\u{589}' | '\u{5be}' | '\u{5c0}'
            | '\u{5c3}' | '\u{5f3}' | '\u{5f4}' | '\u{60c}' | '\u{61b}' | '\u{61f}' | '\u{66a}'..='\u{66d}'
            | '\u{6d4}' | '\u{964}' | '\u{965}' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}'
            | '\u{2e00}'..='\u{2e5d}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}'
            | '\u{3014}'..='\u{301f}' | '\u{30fb}')
}

/// Signs that make a name beside them look official or checked: check marks, stars, dots and boxes, signs of trade,
/// crowns, shields, medals, keys and locks.
fn is_badge(c: char) -> bool {
    matches!(c,
        '©' | '®' | '\u{2117}' | '\u{2120}' | '\u{2122}' | '\u{221a}' | '\u{25a0}'..='\u{25ff}'
        | '\u{2605}' | '\u{2606}' | '\u{2610}'..='\u{2612}' | '\u{2654}'..='\u{265f}' | '\u{2691}'
        | '\u{2694}'..='\u{269c}'
        | '\u{26a1}' | '\u{26aa}' | '\u{26ab}' | '\u{26bf}' | '\u{2705}' | '\u{2713}'..='\u{2718}'
        | '\u{271a}'..='\u{2727}' | '\u{2729}'..='\u{274d}' | '\u{274e}' | '\u{2756}' | '\u{2b1b}' | '\u{2b1c}'
        | '\u{2b50}'..='\u{2b58}' | '\u{1f396}' | '\u{1f3c5}' | '\u{1f3c6}' | '\u{1f451}' | '\u{1f48e}'
        | '\u{1f4af}' | '\u{1f4cc}' | '\u{1f4db}' | '\u{1f510}'..='\u{1f513}'
        | '\u{1f530}'..='\u{1f539}' | '\u{1f5f8}'..='\u{1f5f9}' | '\u{1f6e1}' | '\u{1f7e0}'..='\u{1f7eb}'
        | '\u{1f947}'..='\u{1f949}' | '\u{1f31f}' | '\u{1fa96}')
}

fn key(shown: &str) -> String {
    let mut key = fold(&plain(shown));
    for _ in 0..ROUNDS_MAX {
        // The skeleton of a digit may be a capital letter, so folding comes again.
        let next = fold(&skeleton(&key).collect::<String>());
        if next == key {
            break;
        }
        key = next;
    }
    key
}

/// One width, no spaces, nothing invisible; a flag of tags with the letters of its region, or all would be the black one.
fn plain(text: &str) -> String {
    text.nfkc().map(|c| tag_letter(c).unwrap_or(c)).filter(|&c| !is_blank(c) && !is_invisible(c)).collect()
}

/// One case. By capitals first, as ß, ſ and the two small sigmas need it.
fn fold(text: &str) -> String {
    let folded = text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfkc();
    let mut out = String::with_capacity(text.len());
    for c in folded {
        // A dot over a letter that has one is not drawn; a Turkish capital I leaves such a dot.
        let undrawn = is_blank(c) || is_invisible(c) || (c == '\u{307}' && out.ends_with(['i', 'j']));
        if !undrawn {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn alike(a: &str, b: &str) -> bool {
        let [a, b] = [a, b].map(|text| UserName::parse(text).unwrap_or_else(|_| panic!("{text:?} is a name")));
        a.key() == b.key() || a.look() == b.look()
    }

    #[test]
    fn names_are_alike_by_case_width_and_spaces() {
        for (a, b) in [
            ("Ada", "aDA"),
            ("Ada", "Ａｄａ"),
            ("Ada", "𝐀𝒹𝕒"),
            ("Ada Lovelace", "AdaLovelace"),
            ("Ada Lovelace", "ada\u{3000}lovelace"),
            ("Groß", "GROSS"),
            ("Νίκος", "ΝΊΚΟΣ"),
            ("İpek", "ipek"),
            ("Ольга", "ОЛЬГА"),
            ("ｶﾅ", "カナ"),
        ] {
            assert!(alike(a, b), "{a} {b}");
        }
    }

    #[test]
    fn names_are_alike_by_what_cannot_be_seen() {
        for (a, b) in [
            ("Ada", "A\u{200b}da"),
            ("Ada", "Ada\u{ad}"),
            ("Ada", "A\u{3164}da"),
            ("مینا", "می\u{200c}نا"),
            ("❤", "❤\u{fe0f}"),
            ("i", "i\u{307}"),
        ] {
            assert!(alike(a, b), "{a:?} {b:?}");
        }
    }

    #[test]
    fn names_are_alike_by_look() {
        for (a, b) in [
            ("Ada", "Аdа"),     // Cyrillic A and a
            ("Bob", "B0b"),     // a zero
            ("Bob", "ВОВ"),     // Cyrillic capitals
            ("NIKO", "ΝΙΚΟ"),   // Greek capitals
            ("Eva", "Eνa"),     // a Greek nu
            ("Ida", "lda"),     // a small L
            ("Bill", "BiII"),   // capital Is
            ("Paul", "Pau1"),   // a one
            ("Emma", "Ernrna"), // r and n
            ("Owner", "0wner"),
        ] {
            assert!(alike(a, b), "{a} {b}");
        }
    }

    #[test]
    fn points_marks_and_strokes_make_no_other_name() {
        for (a, b) in [
            ("محمد", "محـمد"),
            ("محمد", "مُحَمَّد"),
            ("محمد", "محمّد"),
            ("محـمد", "مُحَمَّد"),
            ("أحمد", "احمد"),
            ("آمنة", "امنة"),
            ("مؤمن", "مومن"),
            ("علی", "علي"), // a Persian yeh
            ("کمال", "كمال"),
            ("כרמל", "כַּרְמֶל"),
            ("שָׁלוֹם", "שלום"),
        ] {
            assert!(alike(a, b), "{a} {b}");
        }
    }

    #[test]
    fn what_stands_around_a_name_makes_no_other_name() {
        for (a, b) in [
            ("Ada", "Ada."),
            ("Ada", "Ada!"),
            ("Ada", "-Ada-"),
            ("Ada", "~ Ada ~"),
            ("Ada", "Ada\u{2026}"),
            ("Ada", "Ada．"),
            ("小明", "小明。"),
            ("محمد", "محمد،"),
            ("Owner", "Owner✓"),
            ("Owner", "✔\u{fe0f} Owner"),
            ("Owner", "Owner ✅"),
            ("Owner", "★Owner★"),
            ("Owner", "Owner ⭐"),
            ("Owner", "Owner™"),
            ("Owner", "Owner 👑"),
            ("Owner", "Owner 🛡\u{fe0f}"),
            ("Owner", "Оwner☑"), // with a Cyrillic O
        ] {
            assert!(alike(a, b), "{a} {b}");
        }
    }

    #[test]
    fn other_peoples_names_are_not_alike() {
        for (a, b) in [
            ("Ana", "Anna"),
            ("Ada", "Ada 2"),
            ("Ada", "Ada B."),
            ("C", "C++"),
            ("★", "✓"),
            (".", "!"),
            ("👑", "🛡"),
            ("Łukasz", "Lukasz"),
            ("محمد", "محمود"),
            ("علي", "عالي"),
            ("حسن", "حسين"),
            ("بيت", "بنت"),
            ("שלום", "שלומי"),
            ("シノ", "シ"),
            ("가", "각"),
            ("Ada", "Ida"),
            ("Kai", "Kal"),
            ("Ali", "All"),
            ("Mia", "Mla"),
            ("Jose", "José"),
            ("王小明", "王小朋"),
            ("Anna", "Anne"),
            ("Eva", "Ena"),
            ("Ольга", "Олег"),
            ("😀", "😃"),
            (
                "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
                "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
            ),
            ("🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}", "🏴"),
            ("Tom 1", "Tom 2"),
        ] {
            assert!(!alike(a, b), "{a} {b}");
        }
    }

    #[test]
    fn what_the_page_writes_in_place_of_a_name_is_nobodys() {
        let written = |table: &str, key: &str| {
            let (_, rest) = table.split_once(&format!("'{key}': '")).expect("the page has this text");
            rest.split('\'').next().unwrap_or_default().to_owned()
        };
        for table in [include_str!("../../ui/src/i18n/en.ts"), include_str!("../../ui/src/i18n/zh.ts")] {
            for key in ["room.everyone", "room.saved", "person.deleted", "common.you"] {
                let text = written(table, key);
                assert!(RESERVED.contains(&text.as_str()), "{key}: {text}");
            }
        }
        for text in RESERVED.into_iter().chain([
            "EVERYBODY",
            " every body ",
            "Еvеrуbоdу", // Cyrillic
            "DeIeted account",
            "deleted  ACCOUNT",
            "Ｄeleted\u{200b}account",
            "所 有 人",
            "yOu",
            "You.",
            "★ everyone ★",
            "大家！",
        ]) {
            assert_eq!(UserName::chosen(text, "porch"), Err(ErrorCode::NameReserved), "{text}");
            assert!(UserName::parse(text).is_ok(), "{text}: whoever has the name already signs in by it");
        }
        for text in ["Everybody's friend", "Deleted", "人", "Youssef", "你好", "Ali", "Allan", "大家好"] {
            assert!(UserName::chosen(text, "porch").is_ok(), "{text}");
        }
    }

    #[test]
    fn a_name_that_compares_as_nothing_is_refused() {
        assert_eq!(UserName::parse("\u{200b}\u{ad}"), Err(ErrorCode::NameInvalid));
        assert_eq!(UserName::parse(" a ").unwrap().shown(), "a");
    }

    proptest! {
        #[test]
        fn a_key_is_its_own_key(text in "\\PC{1,32}") {
            if let Ok(name) = UserName::parse(&text) {
                prop_assert_eq!(key(name.key()), name.key());
            }
        }

        #[test]
        fn case_never_tells_names_apart(text in "[a-zA-Zß-ÿΑ-ωА-я0-9 ]{1,32}") {
            if let (Ok(a), Ok(b)) = (UserName::parse(&text), UserName::parse(&text.to_lowercase())) {
                prop_assert_eq!(a.key(), b.key());
            }
        }
    }

    #[test]
    fn nobody_calls_themselves_by_a_title_or_as_the_box() {
        for name in [
            "Owner",
            "0wner",
            "OWNER ✓",
            "Ovvner",
            "O.w.n.e.r",
            "Оwnеr", // a Cyrillic O and e
            "0VVN3R",
            "Administrator",
            "Adm1n",
            "@dmin",
            "Adrnin",
            "Adm\u{131}n",
            "ＡＤＭＩＮ",
            "5ystem",
            "Porch",
            "p0rch",
            "рorсh", // a Cyrillic p and c
            "管理员",
            "管 理 员",
            "「管理员」",
            "主机所有者",
            "Reading Room",
            "Reading-R00m",
        ] {
            assert_eq!(UserName::chosen(name, "reading-room").err(), Some(ErrorCode::NameReserved), "{name}");
            assert!(UserName::parse(name).is_ok(), "who is called so already is known: {name}");
        }
        for name in ["Ali", "Ada", "Owen", "Bowner", "Adrian", "王主", "管理", "Porchia", "Ann1", "Max 3", "Sys"] {
            assert!(UserName::chosen(name, "reading-room").is_ok(), "{name}");
        }
    }
}
