//! What a person typed into the search field, parsed.

use std::collections::BTreeSet;

use time::{Date, Month};

use super::phrase::Phrase;
use crate::proto::brought::Brought;
use crate::proto::fold::fold;
use crate::proto::id::{RoomId, UserId};
use crate::proto::limits::{QUERY_CHARS_MAX, QUERY_TERMS_MAX};
use crate::proto::op::{DAY_MS, Millis};

/// Why a search cannot be answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum QueryFault {
    /// A day that is none.
    Date,
    /// Nothing to look for.
    Empty,
    /// Something that no message brings.
    Has,
    /// Over [`QUERY_CHARS_MAX`].
    Long,
}

/// What narrows a search beside what was typed: a page knows whom and when it means.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Filters {
    /// By this person, or by those whom the text names.
    pub from: Option<UserId>,
    /// In this room, or in those that the text names.
    pub room: Option<RoomId>,
    /// Sent at this time or after.
    pub after: Option<Millis>,
    /// Sent before this time.
    pub before: Option<Millis>,
}

/// Behind `has:`, what nobody brings and others put to it.
const REACTION: &str = "reaction";
/// Behind `mentions:`, whoever asks.
const ASKER: &str = "me";

/// A search, parsed from what a person typed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Query {
    /// All must be in the message; each once.
    pub(super) phrases: Vec<Phrase>,
    /// Folded names of authors; any of them.
    pub(super) from: Vec<String>,
    /// Folded names of rooms; any of them.
    pub(super) within: Vec<String>,
    /// What it brings; all of it.
    pub(super) has: BTreeSet<Brought>,
    /// Whether somebody has reacted to it.
    pub(super) reacted: bool,
    /// Whether it calls whoever asks,
    pub(super) calls_asker: bool,
    /// or any of those with these folded names.
    pub(super) mentions: Vec<String>,
    pub(super) filters: Filters,
    /// Words, phrases and names over [`QUERY_TERMS_MAX`], which were left out.
    pub(super) cut: u32,
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
    /// Reads words, `prefix*`, `"phrases"`, `from:`, `in:`, `has:`, `mentions:`, `before:` and `after:` (docs/protocol.md, "Search").
    pub fn parse(text: &str, filters: Filters) -> Result<Self, QueryFault> {
        if text.chars().count() > QUERY_CHARS_MAX {
            return Err(QueryFault::Long);
        }
        let mut query = Self { filters, ..Self::default() };
        let mut rest = text;
        let mut last_open = false;
        while let Some(piece) = next_piece(&mut rest) {
            let filter = if piece.quoted { None } else { split_filter(piece.text) };
            if let Some((filter, value)) = filter {
                query.narrow(filter, &filter_value(value, &mut rest))?;
            } else if let Some(phrase) = Phrase::parse(piece.text, piece.star) {
                query.phrases.push(phrase);
                last_open = piece.open;
            }
        }
        if let Some(last) = query.phrases.last_mut().filter(|_| last_open) {
            last.begin_longer_words();
        }
        let filtered = filters != Filters::default() || query.filters != filters || !query.has.is_empty();
        let filtered = filtered || query.reacted || query.calls_asker || !query.mentions.is_empty();
        if query.phrases.is_empty() && query.from.is_empty() && query.within.is_empty() && !filtered {
            return Err(QueryFault::Empty);
        }
        query.bound();
        Ok(query)
    }

    /// Takes a filter; one without a value is still being typed and says nothing.
    fn narrow(&mut self, filter: Filter, value: &str) -> Result<(), QueryFault> {
        if value.is_empty() {
            return Ok(());
        }
        let Filters { after, before, .. } = &mut self.filters;
        match filter {
            Filter::After => *after = Some(day(value)?.max(after.unwrap_or(Millis::MIN))),
            Filter::Before => *before = Some(day(value)?.min(before.unwrap_or(Millis::MAX))),
            Filter::From => self.from.push(fold(value)),
            Filter::Has if fold(value) == REACTION => self.reacted = true,
            Filter::Has => {
                self.has.insert(brought(value)?);
            }
            Filter::In => self.within.push(fold(value)),
            Filter::Mentions if fold(value) == ASKER => self.calls_asker = true,
            Filter::Mentions => self.mentions.push(fold(value)),
        }
        Ok(())
    }

    /// Leaves out what is there twice, and what is too much.
    fn bound(&mut self) {
        let mut seen: Vec<Phrase> = Vec::with_capacity(self.phrases.len());
        for phrase in self.phrases.drain(..) {
            if !seen.contains(&phrase) {
                seen.push(phrase);
            }
        }
        self.phrases = seen;
        let mut left = QUERY_TERMS_MAX;
        for names in [&mut self.from, &mut self.within, &mut self.mentions] {
            names.sort_unstable();
            names.dedup();
            // Without any it would be no filter.
            let least = names.len().min(1);
            self.cut += cut(names, &mut left, least);
        }
        self.cut += cut(&mut self.phrases, &mut left, 0);
    }
}

/// Leaves out what is over `left`, but `least` in any case, and takes the rest from it.
fn cut<T>(terms: &mut Vec<T>, left: &mut usize, least: usize) -> u32 {
    let most = least.max(*left);
    let over = terms.len().saturating_sub(most);
    terms.truncate(most);
    *left = left.saturating_sub(terms.len());
    // A query has 200 characters at most.
    over as u32
}

#[derive(Clone, Copy)]
enum Filter {
    After,
    Before,
    From,
    Has,
    In,
    Mentions,
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{ff02}')
}

/// The first quotation mark that ends something: one behind a backslash is part of a name.
fn find_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if is_quote(c) && !escaped {
            return Some(at);
        }
        escaped = c == '\\' && !escaped;
    }
    None
}

/// A name as it is, without the backslashes before quotation marks and backslashes.
fn unescape(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    let mut escaped = false;
    for c in text.chars() {
        if escaped && c != '\\' && !is_quote(c) {
            name.push('\\');
        }
        escaped = c == '\\' && !escaped;
        if !escaped {
            name.push(c);
        }
    }
    if escaped {
        name.push('\\');
    }
    name
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
    let space = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let end = find_quote(&rest[..space]).unwrap_or(space);
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
    match find_quote(inner) {
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
    let filter = match fold(name).as_str() {
        "after" => Filter::After,
        "before" => Filter::Before,
        "from" => Filter::From,
        "has" => Filter::Has,
        "in" => Filter::In,
        "mentions" => Filter::Mentions,
        _ => return None,
    };
    Some((filter, value))
}

/// A filter's value: what follows the colon, or the quotation after it.
fn filter_value(value: &str, rest: &mut &str) -> String {
    if value.is_empty() && rest.starts_with(is_quote) { unescape(take_quoted(rest).0.trim()) } else { unescape(value) }
}

fn brought(text: &str) -> Result<Brought, QueryFault> {
    let name = fold(text);
    Brought::ALL.into_iter().find(|brought| brought.name() == name).ok_or(QueryFault::Has)
}

/// When a day such as `2026-11-20` begins, in UTC.
fn day(text: &str) -> Result<Millis, QueryFault> {
    let folded = fold(text);
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

    fn parse(text: &str) -> Result<Query, QueryFault> {
        Query::parse(text, Filters::default())
    }

    fn phrases(text: &str) -> Vec<(String, bool)> {
        let query = parse(text).unwrap();
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
        let query = parse("FROM:Ada in:\"The Kitchen\" before：2026-11-20 after:2026-11-01").unwrap();
        assert!(query.phrases.is_empty());
        assert_eq!((query.from, query.within), (vec!["ada".into()], vec!["the kitchen".into()]));
        assert_eq!((query.filters.after, query.filters.before), (Some(1_793_491_200_000), Some(1_795_132_800_000)));
        assert!(parse("in:").is_err());
        assert_eq!(phrases("https://example.net"), pairs(&[("https example net", true)]));
    }

    #[test]
    fn what_a_message_brings_narrows_and_works_alone() {
        let query = parse("has:picture HAS：Link has:picture \"has:voice\"").unwrap();
        assert_eq!(query.has, BTreeSet::from([Brought::Picture, Brought::Link]));
        assert_eq!(query.phrases.len(), 1, "what stands in quotation marks is words");
        assert!(parse("has:voice").unwrap().phrases.is_empty());
        for none in ["has:pictures", "has:pict", "has:图片", "x has:3"] {
            assert_eq!(parse(none), Err(QueryFault::Has), "{none}");
        }
        assert_eq!(parse("has:"), Err(QueryFault::Empty), "it is still being typed");
    }

    #[test]
    fn whom_it_calls_and_whether_it_has_reactions_narrow_and_work_alone() {
        let query = parse("mentions:ME has:reaction mentions:\"Ada Lovelace\" has:link pie").unwrap();
        assert_eq!((query.calls_asker, query.reacted), (true, true));
        assert_eq!((query.mentions.len(), query.has.len(), query.phrases.len()), (1, 1, 1));
        for alone in ["mentions:me", "has:reaction", "mentions：ada"] {
            assert!(parse(alone).is_ok(), "{alone}");
        }
        assert_eq!(parse("mentions:"), Err(QueryFault::Empty), "it is still being typed");
    }

    #[test]
    fn what_no_one_can_answer_is_refused() {
        assert_eq!(parse(" \u{3000}"), Err(QueryFault::Empty));
        assert_eq!(parse("* \"\" !?"), Err(QueryFault::Empty));
        for date in ["2026-02-30", "2026-13-01", "26-01-01", "2026-1-1", "today", "2026-01-01-01", "+026-01-01"] {
            assert_eq!(parse(&format!("before:{date}")), Err(QueryFault::Date), "{date}");
        }
        assert!(parse("before:2028-02-29").is_ok());
        assert_eq!(parse(&"好".repeat(QUERY_CHARS_MAX + 1)), Err(QueryFault::Long));
        assert!(parse(&"好".repeat(QUERY_CHARS_MAX)).is_ok());
    }

    #[test]
    fn filters_beside_the_text_narrow_too_and_work_alone() {
        let filters = Filters { from: Some(UserId(3)), before: Some(5), ..Filters::default() };
        assert_eq!(Query::parse("", filters).unwrap().filters, filters);
        let both = Query::parse("before:1970-01-01 after:1970-01-02", filters).unwrap().filters;
        assert_eq!((both.before, both.after), (Some(0), Some(DAY_MS)));
    }

    #[test]
    fn names_with_quotation_marks_are_typed_with_backslashes() {
        let from = |text| parse(text).unwrap().from;
        assert_eq!(from(r#"from:"Ada \"the\" L" x"#), [r#"ada "the" l"#]);
        assert_eq!(from(r#"from:O\"Brien"#), [r#"o"brien"#]);
        assert_eq!(from(r"from:“a\” b\\c”"), [r"a” b\c"]);
        assert_eq!(from(r"from:a\b\"), [r"a\b\"]);
        assert_eq!(phrases(r#""say \"hi\" now" x"#), pairs(&[("say hi now", false), ("x", true)]));
    }

    #[test]
    fn what_is_there_twice_counts_once() {
        let query = parse(&"w* ".repeat(16)).unwrap();
        assert_eq!((query.phrases.len(), query.cut), (1, 0));
        assert_eq!(parse("from:Ada from:ADA x").unwrap().from, ["ada"]);
        assert_eq!(phrases("a a* a"), pairs(&[("a", false), ("a", true)]));
    }

    #[test]
    fn what_is_too_much_is_cut_and_counted() {
        let many: String = (0..QUERY_TERMS_MAX + 3).map(|i| format!("w{i} ")).collect();
        let query = parse(&many).unwrap();
        assert_eq!((query.phrases.len(), query.cut), (QUERY_TERMS_MAX, 3));
        assert!(query.phrases.iter().all(|phrase| !phrase.prefix), "the last one that is left was finished");
        let query = parse(&format!("{many}from:ada")).unwrap();
        assert_eq!((query.from.len(), query.phrases.len(), query.cut), (1, QUERY_TERMS_MAX - 1, 4));
        let just: String = (0..QUERY_TERMS_MAX).map(|i| format!("w{i} ")).collect();
        assert_eq!(parse(&just).unwrap().cut, 0);
    }

    proptest! {
        #[test]
        fn anything_typed_is_taken_or_refused(text in "[ \"“*:a-c好\\-0-9infrom＂＊：\u{3000}\\PC]{0,60}") {
            if let Ok(query) = parse(&text) {
                prop_assert!(query.phrases.iter().all(|phrase| !phrase.atoms.is_empty()));
            }
        }
    }
}
