//! How a search is answered.
//!
//! The index proposes, the messages decide: every candidate's text is cut and compared here, so a deleted message or a
//! room that was left is gone at once, phrases are exact, and the places to highlight are known. What the index does
//! not cover yet is read message by message. The work of one call is bounded; its `next` goes on from there.

use std::collections::HashSet;

use rusqlite::{Connection, Row, params};

use super::history;
use super::index::{self, author_word, room_word};
use super::messages::{self, DAY_MS};
use super::query::{Phrase, Query, Sought};
use super::schema::{self, MESSAGE_COLUMNS, sql};
use super::segment::{self, Atom, Kind, Segments};
use crate::proto::account::{Hit, SearchPage};
use crate::proto::id::{RoomId, Seq, UserId};
use crate::proto::limits::{SEARCH_COMPARE_COST, SEARCH_COST_MAX, SEARCH_MARKS_MAX};

/// Newest messages read first when the query holds the beginning of a word or a single letter: what is common is found
/// among them, and what is not is rare enough for the index to gather all words with that beginning.
const SAMPLE: u64 = 384;
/// Gathering all words with a beginning costs as much as reading messages until a page of them is full when the share
/// of messages that have it, squared, is this over the number of messages. Measured: 170 us a page over the share, 1 us
/// a message gathered.
const BALANCE: u64 = 170;
/// Rooms that are looked up in the index together with the words, for an asker who sees little of the whole.
const ROOM_WORDS_MAX: usize = 32;
/// An asker's rooms hold less than one of so many messages: the index is asked for the rooms too.
const SMALL_SHARE: u64 = 8;

/// One search under way.
pub(super) struct Search<'a> {
    db: &'a Connection,
    index: Option<&'a Connection>,
    segments: &'a mut Segments,
    query: &'a Query,
    /// Where to look.
    rooms: HashSet<RoomId>,
    /// Only by these.
    authors: Option<HashSet<UserId>>,
    /// Words and letters whose index words must be gathered by their beginning, and in how many messages of the sample
    /// each was.
    probes: Vec<(Phrase, u64)>,
    sampled: u64,
    cost: u32,
    damaged: bool,
}

/// Ids of messages, from the newest down: `below` is not among them, `from` is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Span {
    from: u64,
    below: u64,
}

/// What has been found, and from where to go on.
struct Found {
    hits: Vec<Hit>,
    limit: usize,
}

/// Whether to go on.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Go {
    On,
    /// There is a hit more than the page holds.
    Full,
    /// The work of one call is done; everything from this message on has been seen.
    Spent(u64),
}

impl<'a> Search<'a> {
    /// `rooms`: those the asker is in.
    pub(super) fn new(
        db: &'a Connection,
        index: Option<&'a Connection>,
        segments: &'a mut Segments,
        asker: UserId,
        rooms: Vec<RoomId>,
        query: &'a Query,
    ) -> rusqlite::Result<Self> {
        let mut rooms: HashSet<RoomId> = rooms.into_iter().collect();
        if !query.within.is_empty() {
            let named = rooms_named(db, asker, &query.within)?;
            rooms.retain(|room| named.contains(room));
        }
        let authors = if query.from.is_empty() { None } else { Some(people_named(db, &query.from)?) };
        let probes = query.phrases.iter().flat_map(probes).map(|probe| (probe, 0)).collect();
        Ok(Self { db, index, segments, query, rooms, authors, probes, sampled: 0, cost: 0, damaged: false })
    }

    /// Hits older than `cursor`, the newest first.
    pub(super) fn page(&mut self, cursor: Option<Seq>, limit: usize) -> rusqlite::Result<SearchPage> {
        let mut found = Found { hits: Vec::new(), limit };
        let nobody = self.authors.as_ref().is_some_and(HashSet::is_empty);
        let Some(span) = self.span(cursor)?.filter(|_| !self.rooms.is_empty() && !nobody) else {
            return Ok(SearchPage { hits: Vec::new(), next: None });
        };
        let go = self.walk(span, &mut found)?;
        let next = match go {
            Go::On => None,
            Go::Spent(at) => Some(at.to_string()),
            Go::Full => {
                found.hits.truncate(limit);
                found.hits.last().map(|hit| hit.message.id.to_string())
            }
        };
        Ok(SearchPage { hits: found.hits, next })
    }

    /// Whether the index could not be read.
    pub(super) fn index_is_damaged(&self) -> bool {
        self.damaged
    }

    fn walk(&mut self, span: Span, found: &mut Found) -> rusqlite::Result<Go> {
        let indexed = self.indexed_upto();
        let sample = if self.probes.is_empty() { 0 } else { SAMPLE };
        let scanned_from = indexed.saturating_add(1).min(span.below.saturating_sub(sample)).max(span.from);
        let go = self.scan(Span { from: scanned_from, ..span }, found)?;
        let rest = Span { below: scanned_from.min(span.below), ..span };
        if go != Go::On || rest.from >= rest.below {
            return Ok(go);
        }
        match (self.index, self.index_query()?) {
            (Some(index), Some(words)) => match self.look_up(index, &words, rest, found) {
                Err(e) if index::is_damage(&e) => {
                    self.damaged = true;
                    // What was found stands, and the messages themselves are still there.
                    let below = found.hits.last().map_or(rest.below, |hit| hit.message.id.0.min(rest.below));
                    self.scan(Span { below, ..rest }, found)
                }
                result => result,
            },
            _ => self.scan(rest, found),
        }
    }

    fn indexed_upto(&mut self) -> u64 {
        let Some(index) = self.index else { return 0 };
        match index::indexed_upto(index) {
            Ok(upto) => upto,
            Err(e) => {
                self.damaged = index::is_damage(&e);
                self.index = None;
                0
            }
        }
    }

    /// Reads messages one by one.
    fn scan(&mut self, span: Span, found: &mut Found) -> rusqlite::Result<Go> {
        let db = self.db;
        let mut statement = db.prepare_cached(&scan_query())?;
        let mut rows = statement.query([sql(span.from), sql(span.below)])?;
        while let Some(row) = rows.next()? {
            let go = self.consider(row, true, found)?;
            if go != Go::On {
                return Ok(go);
            }
        }
        Ok(Go::On)
    }

    /// Reads the messages that the index proposes.
    fn look_up(&mut self, index: &Connection, words: &str, span: Span, found: &mut Found) -> rusqlite::Result<Go> {
        let db = self.db;
        let mut candidates = index.prepare_cached(LOOK_UP_QUERY)?;
        let mut message = db.prepare_cached(&format!("SELECT {MESSAGE_COLUMNS} FROM messages WHERE id = ?"))?;
        let mut ids = candidates.query(params![words, sql(span.from), sql(span.below)])?;
        while let Some(id) = ids.next()? {
            let mut rows = message.query([id.get::<_, i64>(0)?])?;
            let Some(row) = rows.next()? else { continue };
            let go = self.consider(row, false, found)?;
            if go != Go::On {
                return Ok(go);
            }
        }
        Ok(Go::On)
    }

    /// Takes a message for a hit if it is one.
    fn consider(&mut self, row: &Row<'_>, sample: bool, found: &mut Found) -> rusqlite::Result<Go> {
        let id = schema::number(row, 0)?;
        let passes = self.passes(row)?;
        let sample = sample && self.sampled < SAMPLE && !self.probes.is_empty();
        self.cost += 1;
        if passes || sample {
            let body = row.get_ref(7)?.as_str()?;
            self.cost += SEARCH_COMPARE_COST;
            if sample || !self.query.phrases.is_empty() {
                self.segments.read(body);
            }
            if sample {
                self.sampled += 1;
                for (probe, count) in &mut self.probes {
                    *count += u64::from(probe.occurs(self.segments));
                }
            }
            if passes && let Some(marks) = self.marks(body) {
                if found.hits.len() == found.limit {
                    return Ok(Go::Full);
                }
                found.hits.push(Hit { message: schema::message(row)?, marks });
            }
        }
        Ok(if self.cost >= SEARCH_COST_MAX { Go::Spent(id) } else { Go::On })
    }

    /// Whether a message is where, by whom and of when it should be.
    fn passes(&self, row: &Row<'_>) -> rusqlite::Result<bool> {
        let (room, author) = (schema::room_id(row, 1)?, schema::user_id(row, 3)?);
        let sent_at: i64 = row.get(4)?;
        let deleted = row.get_ref(5)? != rusqlite::types::ValueRef::Null;
        Ok(!deleted
            && self.rooms.contains(&room)
            && self.authors.as_ref().is_none_or(|authors| authors.contains(&author))
            && self.query.after.is_none_or(|after| sent_at >= after)
            && self.query.before.is_none_or(|before| sent_at < before))
    }

    /// The places of all phrases in the text that was just cut; `None` when one is missing.
    fn marks(&self, body: &str) -> Option<Vec<[u32; 2]>> {
        let mut places = Vec::new();
        for phrase in &self.query.phrases {
            let before = places.len();
            phrase.find(self.segments, |place| {
                places.push(place);
                places.len() < before + SEARCH_MARKS_MAX
            });
            if places.len() == before {
                return None;
            }
        }
        places.sort_unstable_by_key(|place| (place.start, place.end));
        places.dedup_by(|next, kept| {
            let overlap = next.start < kept.end;
            if overlap {
                kept.end = kept.end.max(next.end);
            }
            overlap
        });
        places.truncate(SEARCH_MARKS_MAX);
        Some(in_utf16(body, &places))
    }

    /// The ids among which hits can be; `None` when there are none.
    fn span(&self, cursor: Option<Seq>) -> rusqlite::Result<Option<Span>> {
        let below = cursor.map_or(u64::MAX, |cursor| cursor.0).min(messages::newest_seq(self.db)? + 1);
        let mut span = Span { from: 1, below };
        if self.query.after.is_some() || self.query.before.is_some() {
            let first = self.query.after.map_or(i64::MIN, |after| after.div_euclid(DAY_MS));
            let last = self.query.before.map_or(i64::MAX, |before| (before - 1).div_euclid(DAY_MS));
            let Some(days) = days(self.db, first, last)? else { return Ok(None) };
            span = Span { from: days.from, below: below.min(days.below) };
        }
        Ok(Some(span).filter(|span| span.from < span.below))
    }

    /// What to ask the index; `None` when reading every message is better.
    fn index_query(&self) -> rusqlite::Result<Option<String>> {
        let mut words: Vec<String> = self.query.phrases.iter().flat_map(index_words).map(|word| quote(&word)).collect();
        words.sort_unstable();
        words.dedup();
        let rooms = self.room_words()?;
        if !rooms.is_empty() {
            words.push(any_of(&rooms));
        }
        if let Some(authors) = &self.authors {
            words.push(any_of(&authors.iter().map(|&author| author_word(author)).collect::<Vec<_>>()));
        }
        // Gathering all words with a common beginning costs more than it rules out.
        let newest = messages::newest_seq(self.db)?;
        let few = BALANCE.saturating_mul(self.sampled * self.sampled);
        for (probe, _) in self.probes.iter().filter(|(_, count)| newest.saturating_mul(count * count) <= few) {
            if let Some(last) = probe.atoms.last() {
                words.push(format!("{} *", quote(segment::index_word(&last.text))));
            }
        }
        Ok(if words.is_empty() { None } else { Some(words.join(" AND ")) })
    }

    /// The rooms' index words, where they rule out much.
    fn room_words(&self) -> rusqlite::Result<Vec<String>> {
        if self.rooms.len() > ROOM_WORDS_MAX {
            return Ok(Vec::new());
        }
        if self.query.within.is_empty() {
            let mut seen = 0;
            for &room in &self.rooms {
                seen += history::newest_filed_n(self.db, room)?;
            }
            if seen.saturating_mul(SMALL_SHARE) > messages::newest_seq(self.db)? {
                return Ok(Vec::new());
            }
        }
        Ok(self.rooms.iter().map(|&room| room_word(room)).collect())
    }
}

impl Phrase {
    /// Gives the bytes of the original text where it stands, in order, while `give` wants more.
    fn find(&self, segments: &Segments, mut give: impl FnMut(std::ops::Range<usize>) -> bool) {
        for found in segments.atoms().windows(self.atoms.len()) {
            let (Some(first), Some(last)) = (found.first(), found.last()) else { return };
            if self.stands_at(segments, found) && !give(first.origin.start..last.origin.end) {
                return;
            }
        }
    }

    fn occurs(&self, segments: &Segments) -> bool {
        let mut occurs = false;
        self.find(segments, |_| {
            occurs = true;
            false
        });
        occurs
    }

    fn stands_at(&self, segments: &Segments, found: &[Atom]) -> bool {
        let last = self.atoms.len() - 1;
        found.iter().zip(&self.atoms).enumerate().all(|(i, (atom, sought))| {
            let text = segments.text(atom);
            let same = if self.prefix && i == last { text.starts_with(&sought.text) } else { text == sought.text };
            // The first letter of a phrase may follow any other.
            same && atom.kind == sought.kind && (i == 0 || !sought.glued || atom.glued)
        })
    }
}

/// The index words that a message with this phrase must hold, without those that are in `probes`.
fn index_words(phrase: &Phrase) -> Vec<String> {
    let mut words = Vec::new();
    let last = phrase.atoms.len() - 1;
    for (i, atom) in phrase.atoms.iter().enumerate() {
        match (atom.kind, phrase.atoms.get(i + 1)) {
            (Kind::Letter, Some(next)) if next.glued => words.push(format!("{}{}", atom.text, next.text)),
            (Kind::Letter, _) => {}
            (Kind::Word, _) if phrase.prefix && i == last => {}
            (Kind::Word, _) => words.push(segment::index_word(&atom.text).to_owned()),
        }
    }
    words
}

/// What of a phrase the index can find only by its beginning: the beginning of a word, and letters that stand alone.
fn probes(phrase: &Phrase) -> Vec<Phrase> {
    let alone = |atom: &Sought| Phrase { atoms: vec![Sought { glued: false, ..atom.clone() }], prefix: false };
    let last = phrase.atoms.len() - 1;
    let mut probes = Vec::new();
    for (i, atom) in phrase.atoms.iter().enumerate() {
        let followed = phrase.atoms.get(i + 1).is_some_and(|next| next.glued);
        match atom.kind {
            Kind::Word if phrase.prefix && i == last => probes.push(Phrase { prefix: true, ..alone(atom) }),
            Kind::Letter if !atom.glued && !followed => probes.push(alone(atom)),
            Kind::Letter | Kind::Word => {}
        }
    }
    probes
}

const LOOK_UP_QUERY: &str =
    "SELECT rowid FROM words WHERE words MATCH ? AND rowid >= ? AND rowid < ? ORDER BY rowid DESC";

fn scan_query() -> String {
    format!("SELECT {MESSAGE_COLUMNS} FROM messages WHERE id >= ? AND id < ? ORDER BY id DESC")
}

/// An FTS5 string. Folded words hold no quotes; doubling them costs nothing.
fn quote(word: &str) -> String {
    format!("\"{}\"", word.replace('"', "\"\""))
}

fn any_of(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| quote(word)).collect();
    format!("({})", quoted.join(" OR "))
}

/// The asker's rooms with one of these folded names. A direct room is named by the other person.
fn rooms_named(db: &Connection, asker: UserId, names: &[String]) -> rusqlite::Result<HashSet<RoomId>> {
    let mut statement = db.prepare_cached(
        "SELECT rooms.id, iif(kind = 'direct', users.name, rooms.name)
         FROM members JOIN rooms ON rooms.id = members.room
         LEFT JOIN users ON users.id = iif(low = ?1, high, low)
         WHERE members.user = ?1",
    )?;
    let rooms = statement.query_map([sql(asker.0)], |row| Ok((schema::room_id(row, 0)?, row.get(1)?)))?;
    named(rooms, names)
}

/// People with one of these folded names, guests whose stay has ended among them.
fn people_named(db: &Connection, names: &[String]) -> rusqlite::Result<HashSet<UserId>> {
    let mut statement = db.prepare_cached("SELECT id, name FROM users WHERE name_key IS NOT NULL OR guest")?;
    let people = statement.query_map([], |row| Ok((schema::user_id(row, 0)?, row.get(1)?)))?;
    named(people, names)
}

fn named<I: std::hash::Hash + Eq>(
    all: impl Iterator<Item = rusqlite::Result<(I, Option<String>)>>,
    names: &[String],
) -> rusqlite::Result<HashSet<I>> {
    let mut found = HashSet::new();
    for entry in all {
        let (id, name) = entry?;
        if name.is_some_and(|name| names.contains(&segment::fold(&name))) {
            found.insert(id);
        }
    }
    Ok(found)
}

/// The messages of these days (since 1970), first and last included; more where the box's clock has jumped.
fn days(db: &Connection, first: i64, last: i64) -> rusqlite::Result<Option<Span>> {
    let mut statement = db.prepare_cached(
        "SELECT min(first), max(following) FROM (
             SELECT first, day, ifnull(lead(first) OVER (ORDER BY first), ?3) AS following FROM days
         ) WHERE day BETWEEN ?1 AND ?2",
    )?;
    statement.query_row([first, last, i64::MAX], |row| {
        Ok(match row.get::<_, Option<i64>>(0)? {
            Some(_) => Some(Span { from: schema::number(row, 0)?, below: schema::number(row, 1)? }),
            None => None,
        })
    })
}

/// Bytes of a text as UTF-16 code units of it; the places are in order and apart.
fn in_utf16(text: &str, places: &[std::ops::Range<usize>]) -> Vec<[u32; 2]> {
    let (mut bytes, mut units) = (0, 0_u32);
    let mut upto = |end: usize| {
        // A body has at most 16,000 code units.
        units += text[bytes..end].chars().map(|c| c.len_utf16() as u32).sum::<u32>();
        bytes = end;
        units
    };
    places.iter().map(|place| [upto(place.start), upto(place.end)]).collect()
}
