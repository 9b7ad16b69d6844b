//! What a person typed into the search field, parsed.

use time::{Date, Month};

use super::messages::DAY_MS;
use super::segment::{self, Kind, Segments};
use crate::proto::limits::{QUERY_CHARS_MAX, QUERY_TERMS_MAX};
use crate::proto::op::Millis;

/// Why a search cannot be answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum QueryFault {
    /// A day that is none.
    Date,
    /// Nothing to look for.
    Empty,
    /// Over [`QUERY_CHARS_MAX`].
    Long,
    /// Over [`QUERY_TERMS_MAX`].
    ManyTerms,
}

/// A search, parsed from what a person typed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Query {
    /// All must be in the message.
    pub(super) phrases: Vec<Phrase>,
    /// Folded names of authors; any of them.
    pub(super) from: Vec<String>,
    /// Folded names of rooms; any of them.
    pub(super) within: Vec<String>,
    /// Sent before this time.
    pub(super) before: Option<Millis>,
    /// Sent at this time or after.
    pub(super) after: Option<Millis>,
}

/// Atoms that must follow each other.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Phrase {
    pub(super) atoms: Vec<Sought>,
    /// The last atom, a word, may be the beginning of a longer one.
    pub(super) prefix: bool,
}

/// One atom of a phrase.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Sought {
    pub(super) text: String,
    pub(super) kind: Kind,
    /// Must follow the letter before it directly.
    pub(super) glued: bool,
}

/// A piece of what was typed.
struct Piece<'a> {
    text: &'a str,
    quoted: bool,
    /// A quotation without an end, or a word: still being typed.
    open: bool,
    /// `*` follows.
    star: bool,
}

impl Query {
    /// Reads words, `prefix*`, `"phrases"`, `from:`, `in:`, `before:` and `after:` (docs/protocol.md, "Search").
    pub fn parse(text: &str) -> Result<Self, QueryFault> {
        if text.chars().count() > QUERY_CHARS_MAX {
            return Err(QueryFault::Long);
        }
        let mut query = Self::default();
        let mut rest = text;
        let mut last_open = false;
        while let Some(piece) = next_piece(&mut rest) {
            let filter = if piece.quoted { None } else { split_filter(piece.text) };
            if let Some((filter, value)) = filter {
                query.narrow(filter, filter_value(value, &mut rest))?;
            } else if let Some(phrase) = Phrase::parse(piece.text, piece.star) {
                query.phrases.push(phrase);
                last_open = piece.open;
            }
        }
        if let Some(last) = query.phrases.last_mut().filter(|_| last_open) {
            last.begin_longer_words();
        }
        match query.phrases.len() + query.from.len() + query.within.len() {
            0 if query.before.is_none() && query.after.is_none() => Err(QueryFault::Empty),
            terms if terms > QUERY_TERMS_MAX => Err(QueryFault::ManyTerms),
            _ => Ok(query),
        }
    }

    /// Takes a filter; one without a value is still being typed and says nothing.
    fn narrow(&mut self, filter: Filter, value: &str) -> Result<(), QueryFault> {
        if value.is_empty() {
            return Ok(());
        }
        match filter {
            Filter::After => self.after = Some(day(value)?.max(self.after.unwrap_or(Millis::MIN))),
            Filter::Before => self.before = Some(day(value)?.min(self.before.unwrap_or(Millis::MAX))),
            Filter::From => self.from.push(segment::fold(value)),
            Filter::In => self.within.push(segment::fold(value)),
        }
        Ok(())
    }
}

impl Phrase {
    /// `None` when the text holds nothing that is searched for.
    fn parse(text: &str, star: bool) -> Option<Self> {
        let segments = Segments::of(text);
        let atoms: Vec<Sought> = segments
            .atoms()
            .iter()
            .map(|atom| Sought { text: segments.text(atom).to_owned(), kind: atom.kind, glued: atom.glued })
            .collect();
        let mut phrase = Self { atoms, prefix: false };
        if phrase.atoms.is_empty() {
            return None;
        }
        if star {
            phrase.begin_longer_words();
        }
        Some(phrase)
    }

    /// Letters are found anywhere as they are.
    fn begin_longer_words(&mut self) {
        self.prefix = self.atoms.last().is_some_and(|last| last.kind == Kind::Word);
    }
}

#[derive(Clone, Copy)]
enum Filter {
    After,
    Before,
    From,
    In,
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{ff02}')
}

fn is_star(c: char) -> bool {
    matches!(c, '*' | '\u{ff0a}')
}

fn next_piece<'a>(rest: &mut &'a str) -> Option<Piece<'a>> {
    *rest = rest.trim_start();
    let first = rest.chars().next()?;
    if is_quote(first) {
        let (text, closed) = take_quoted(rest);
        let star = rest.starts_with(is_star) || text.ends_with(is_star);
        *rest = rest.trim_start_matches(is_star);
        return Some(Piece { text, quoted: true, open: !closed, star });
    }
    let end = rest.find(|c: char| c.is_whitespace() || is_quote(c)).unwrap_or(rest.len());
    let (text, after) = rest.split_at(end);
    *rest = after;
    Some(Piece { text, quoted: false, open: true, star: text.ends_with(is_star) })
}

/// Takes a quotation from the beginning; gives what is between the quotes, and whether it ends.
fn take_quoted<'a>(rest: &mut &'a str) -> (&'a str, bool) {
    let inner = rest.trim_start_matches(is_quote);
    let opening = rest.len() - inner.len();
    // `""` is an empty quotation, and not the beginning of another.
    let start = rest.char_indices().nth(1).map_or(rest.len(), |(at, _)| at);
    if opening > start {
        *rest = inner;
        return ("", true);
    }
    match inner.find(is_quote) {
        Some(end) => {
            let closing = inner[end..].chars().next().map_or(0, char::len_utf8);
            *rest = &inner[end + closing..];
            (&inner[..end], true)
        }
        None => {
            *rest = "";
            (inner, false)
        }
    }
}

fn split_filter(text: &str) -> Option<(Filter, &str)> {
    let (name, value) = text.split_once([':', '\u{ff1a}'])?;
    let filter = match segment::fold(name).as_str() {
        "after" => Filter::After,
        "before" => Filter::Before,
        "from" => Filter::From,
        "in" => Filter::In,
        _ => return None,
    };
    Some((filter, value))
}

/// A filter's value: what follows the colon, or the quotation after it.
fn filter_value<'a>(value: &'a str, rest: &mut &'a str) -> &'a str {
    if value.is_empty() && rest.starts_with(is_quote) { take_quoted(rest).0.trim() } else { value }
}

/// When a day such as `2026-11-20` begins, in UTC.
fn day(text: &str) -> Result<Millis, QueryFault> {
    let folded = segment::fold(text);
    let mut parts = folded.split('-');
    let mut number = |digits: usize| {
        let part = parts.next().filter(|part| part.len() == digits && part.bytes().all(|b| b.is_ascii_digit()));
        part.and_then(|part| part.parse::<u16>().ok()).ok_or(QueryFault::Date)
    };
    let (year, month, day) = (number(4)?, number(2)?, number(2)?);
    if parts.next().is_some() {
        return Err(QueryFault::Date);
    }
    let small = |number: u16| u8::try_from(number).map_err(|_| QueryFault::Date);
    let month = Month::try_from(small(month)?).map_err(|_| QueryFault::Date)?;
    let date = Date::from_calendar_date(year.into(), month, small(day)?).map_err(|_| QueryFault::Date)?;
    Ok(date.midnight().assume_utc().unix_timestamp().saturating_mul(1_000).div_euclid(DAY_MS) * DAY_MS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn phrases(text: &str) -> Vec<(String, bool)> {
        let query = Query::parse(text).unwrap();
        let join = |phrase: &Phrase| phrase.atoms.iter().map(|atom| atom.text.as_str()).collect::<Vec<_>>().join(" ");
        query.phrases.iter().map(|phrase| (join(phrase), phrase.prefix)).collect()
    }

    fn pairs<'a>(of: &'a [(&'a str, bool)]) -> Vec<(String, bool)> {
        of.iter().map(|&(text, prefix)| (text.to_owned(), prefix)).collect()
    }

    #[test]
    fn the_last_word_and_starred_words_may_be_longer() {
        assert_eq!(phrases("two words"), pairs(&[("two", false), ("words", true)]));
        assert_eq!(phrases("two* wörds "), pairs(&[("two", true), ("words", true)]));
        assert_eq!(phrases("word from:Ada"), pairs(&[("word", true)]));
        assert_eq!(phrases("don't"), pairs(&[("don t", true)]));
    }

    #[test]
    fn a_phrase_is_whole_unless_it_is_still_typed_or_starred() {
        assert_eq!(phrases("\"a phrase\""), pairs(&[("a phrase", false)]));
        assert_eq!(phrases("\"a phra"), pairs(&[("a phra", true)]));
        assert_eq!(
            phrases("\"a phra\"* \"b c*\" x\"y\""),
            pairs(&[("a phra", true), ("b c", true), ("x", false), ("y", false)])
        );
        assert_eq!(phrases("“全角” ＂b＂ \"\" c"), pairs(&[("全 角", false), ("b", false), ("c", true)]));
    }

    #[test]
    fn letters_without_spaces_are_never_prefixes() {
        assert_eq!(phrases("部署*"), pairs(&[("部 署", false)]));
        assert_eq!(phrases("用porch"), pairs(&[("用 porch", true)]));
    }

    #[test]
    fn filters_narrow_and_work_alone() {
        let query = Query::parse("FROM:Ada in:\"The Kitchen\" before：2026-11-20 after:2026-11-01").unwrap();
        assert!(query.phrases.is_empty());
        assert_eq!((query.from, query.within), (vec!["ada".into()], vec!["the kitchen".into()]));
        assert_eq!((query.after, query.before), (Some(1_793_491_200_000), Some(1_795_132_800_000)));
        assert!(Query::parse("in:").is_err());
        assert_eq!(phrases("https://example.net"), pairs(&[("https example net", true)]));
    }

    #[test]
    fn what_no_one_can_answer_is_refused() {
        assert_eq!(Query::parse(" \u{3000}"), Err(QueryFault::Empty));
        assert_eq!(Query::parse("* \"\" !?"), Err(QueryFault::Empty));
        for date in ["2026-02-30", "2026-13-01", "26-01-01", "2026-1-1", "today", "2026-01-01-01", "+026-01-01"] {
            assert_eq!(Query::parse(&format!("before:{date}")), Err(QueryFault::Date), "{date}");
        }
        assert!(Query::parse("before:2028-02-29").is_ok());
        assert_eq!(Query::parse(&"好".repeat(QUERY_CHARS_MAX + 1)), Err(QueryFault::Long));
        assert!(Query::parse(&"好".repeat(QUERY_CHARS_MAX)).is_ok());
        assert_eq!(Query::parse(&"a ".repeat(QUERY_TERMS_MAX + 1)), Err(QueryFault::ManyTerms));
        assert!(Query::parse(&"a ".repeat(QUERY_TERMS_MAX)).is_ok());
    }

    proptest! {
        #[test]
        fn anything_typed_is_taken_or_refused(text in "[ \"“*:a-c好\\-0-9infrom＂＊：\u{3000}\\PC]{0,60}") {
            if let Ok(query) = Query::parse(&text) {
                prop_assert!(query.phrases.iter().all(|phrase| !phrase.atoms.is_empty()));
            }
        }
    }
}
