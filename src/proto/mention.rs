//! Whom a message calls: `@` and a name, as people type it. It is the box that finds them, once, when the message is written
//! or edited: who is called stays called under whatever name, and no client need know how names are told from words.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::id::UserId;
use super::limits::{MENTIONS_MAX, USER_NAME_CHARS_MAX};
use super::script::parts;

/// Somebody whom a message calls, or all who are in its room.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Mention {
    /// What stands behind the `@` in the text.
    pub name: String,
    /// None: all who are in the room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub user: Option<UserId>,
}

/// What calls all who are in the room, small, in the page's languages; nobody may have such a name.
const EVERYONE: [&str; 6] = ["everyone", "everybody", "all", "所有人", "全体成员", "大家"];

/// What is called by one name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Called {
    Everyone,
    User(UserId),
}

/// What a name is called by: in whatever case and normal form, and with whatever spaces between its words. A name that differs
/// from another's in those alone nobody has.
pub fn calling(name: &str) -> String {
    let mut called = String::with_capacity(name.len());
    for c in name.nfc().flat_map(char::to_lowercase) {
        match c {
            // Of `İ` there is more than the letter that people type.
            '\u{307}' if called.ends_with('i') => {}
            'ı' => called.push('i'),
            c if c.is_whitespace() => {
                if !called.ends_with(' ') {
                    called.push(' ');
                }
            }
            c => called.push(c),
        }
    }
    called
}

/// Whom this text calls, in the order in which each is called first; of more than [`MENTIONS_MAX`], the first. `user`: who is
/// to be called by what is [`calling`] them, if that is somebody in the room.
pub fn mentions(text: &str, mut user: impl FnMut(&str) -> Option<UserId>) -> Vec<Mention> {
    let mut found: Vec<Mention> = Vec::new();
    let mut looked_at = 0;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let calls = matches!(c, '@' | '＠') && parts(before, 'x');
        before = c;
        if !calls {
            continue;
        }
        // Whatever a text is made of, finding out costs no more than this.
        looked_at += 1;
        if looked_at > 2 * MENTIONS_MAX || found.len() >= MENTIONS_MAX {
            break;
        }
        let behind = &text[at + c.len_utf8()..];
        let Some((name, called)) = longest(behind, &mut user) else { continue };
        let user = match called {
            Called::Everyone => None,
            Called::User(user) => Some(user),
        };
        let mention = Mention { name: name.to_owned(), user };
        if !found.contains(&mention) {
            found.push(mention);
        }
    }
    found
}

/// Characters behind an `@` that are looked at: a name, with each of its letters in up to three pieces.
const LOOKED_AT_MAX: usize = 3 * USER_NAME_CHARS_MAX;

/// The longest name that a text begins with.
fn longest<'a>(text: &'a str, user: &mut impl FnMut(&str) -> Option<UserId>) -> Option<(&'a str, Called)> {
    let mut ends: Vec<(usize, char)> = text.char_indices().take(LOOKED_AT_MAX + 1).collect();
    if ends.len() <= LOOKED_AT_MAX {
        ends.push((text.len(), ' '));
    }
    ends.iter().enumerate().skip(1).rev().find_map(|(at, &(end, next))| {
        let last = ends[at - 1].1;
        if !parts(last, next) {
            return None;
        }
        let name = &text[..end];
        if name.ends_with(char::is_whitespace) {
            return None;
        }
        let small = calling(name);
        if small.chars().count() > USER_NAME_CHARS_MAX {
            return None;
        }
        let called = if EVERYONE.contains(&&*small) { Some(Called::Everyone) } else { user(&small).map(Called::User) };
        called.map(|called| (name, called))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::proto::user_name::is_reserved;

    const PEOPLE: [&str; 11] =
        ["Ada", "Ada Lovelace", "王小明", "小明", "민수", "Łukasz", "O'Brien", "علي", "Zoë", "İpek", "พี"];

    fn called(text: &str) -> Vec<String> {
        let user = |name: &str| {
            let at = PEOPLE.iter().position(|person| calling(person) == name)?;
            Some(UserId(at as u64 + 1))
        };
        let of = |mention: Mention| match mention.user {
            None => format!("*{}", mention.name),
            Some(UserId(user)) => format!("{user}{}", mention.name),
        };
        mentions(text, user).into_iter().map(of).collect()
    }

    #[test]
    fn the_longest_name_behind_an_at_is_called() {
        let table: [(&str, &[&str]); 38] = [
            ("@Ada", &["1Ada"]),
            ("@ada, come", &["1ada"]),
            ("@ADA!", &["1ADA"]),
            ("(@Ada)", &["1Ada"]),
            ("**@Ada**", &["1Ada"]),
            ("@Ada Lovelace is here", &["2Ada Lovelace"]),
            ("@Ada lovely", &["1Ada"]),
            ("@Adam", &[]),
            ("@Ada_", &[]),
            ("@Ada's", &["1Ada"]),
            ("Ada", &[]),
            ("mail ada@ada.lan", &[]),
            ("me@Ada", &[]),
            ("@@Ada", &["1Ada"]),
            ("@ Ada", &[]),
            ("@Ada @ada @Ada", &["1Ada", "1ada"]),
            ("请@小明看", &["4小明"]),
            ("@王小明你好", &["3王小明"]),
            ("＠王小明", &["3王小明"]),
            ("@민수야", &["5민수"]),
            ("@łukasz", &["6łukasz"]),
            ("@O'Brien:", &["7O'Brien"]),
            ("مرحبا @علي", &["8علي"]),
            ("@everyone, @All and @所有人吃饭", &["*everyone", "*All", "*所有人"]),
            ("@everyones", &[]),
            ("@", &[]),
            ("❤️@Ada 1️⃣@ada", &["1Ada", "1ada"]),
            ("@พี่ดา", &[]),
            ("@พี มา", &["11พี"]),
            ("@علی\u{200c}رضا @علي\u{200c}رضا", &[]),
            ("@Ada\u{200d}x", &[]),
            ("@Zoe\u{308}!", &["9Zoe\u{308}"]),
            ("@ZOË", &["9ZOË"]),
            ("@Ada  Lovelace @ada\u{a0}lovelace", &["2Ada  Lovelace", "2ada\u{a0}lovelace"]),
            ("@ipek @IPEK @İpek @ıpek", &["10ipek", "10IPEK", "10İpek", "10ıpek"]),
            ("안녕@민수", &["5민수"]),
            ("e\u{301}@Ada", &[]),
            ("@Ada ", &["1Ada"]),
        ];
        for (text, want) in table {
            assert_eq!(called(text), want, "{text}");
        }
    }

    #[test]
    fn nobody_has_a_name_that_calls_all() {
        for name in EVERYONE {
            assert!(is_reserved(name), "{name}");
            assert_eq!(calling(name), name);
        }
    }

    #[test]
    fn so_many_are_called_and_no_more_is_looked_at() {
        let mut looks = 0;
        let all: String = (0..1_000).map(|i| format!("@p{i} ")).collect();
        let found = mentions(&all, |name| {
            looks += 1;
            name.strip_prefix('p').and_then(|number| number.parse().ok()).map(UserId)
        });
        assert_eq!(found.len(), MENTIONS_MAX);
        assert_eq!(found.last().unwrap().user, Some(UserId(MENTIONS_MAX as u64 - 1)));
        looks = 0;
        mentions(&"@x ".repeat(2_000), |_| {
            looks += 1;
            None
        });
        assert!(looks <= 2 * MENTIONS_MAX * LOOKED_AT_MAX, "{looks}");
    }

    proptest! {
        #[test]
        fn what_is_called_stands_in_the_text(text in "([@＠ Aadelovc王小明민수_.]|Ada|everyone|\\PC){0,40}") {
            for Mention { name, .. } in mentions(&text, |name| (name.chars().count() % 2 == 1).then_some(UserId(1))) {
                prop_assert!(["@", "＠"].iter().any(|at| text.contains(&format!("{at}{name}"))), "{}", name);
            }
        }
    }
}
