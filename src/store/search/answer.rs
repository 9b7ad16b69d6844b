//! How a search is answered.
//!
//! The index proposes, the messages decide: every candidate's texts are cut and compared (`texts`), so a deleted message or
//! a room that was left is gone at once, phrases are exact, and the places to highlight are known. What the index does
//! not cover yet is read message by message.
//!
//! Each of the asker's rooms is a [`Stream`] of messages that may be hits, the newest first, and the newest of all is
//! taken next. Nothing else is looked at: neither what a search costs nor where it goes on tells of rooms that the asker
//! may not read. What one call may cost is bounded and counted ([`SEARCH_COST_MAX`]); its `next` goes on from there.

use std::collections::{BTreeSet, BinaryHeap, HashMap};

use rusqlite::{Connection, Row};

use super::super::rows::{self, MESSAGE_COLUMNS, sql};
use super::super::{days, events, history, told};
use super::block_rows::Block;
use super::cursor::Cursor;
use super::query::Query;
use super::register::Register;
use super::segment::Segments;
use super::sieve::{Cost, Sieve};
use super::{index, named, texts};
use crate::proto::account::{Hit, SearchPage};
use crate::proto::attachment::Attachment;
use crate::proto::brought::Brought;
use crate::proto::id::{RoomId, Seq, UserId};
use crate::proto::limits::{
    PAGE_TEXT_BYTES_MAX, SEARCH_COST_MAX, SEARCH_EDITED_MAX, SEARCH_MESSAGE_COST, SEARCH_MESSAGE_UNIT_BYTES,
    SEARCH_ROOMS_AT_ONCE,
};
use crate::proto::op::DAY_MS;

/// Ids of messages that are read from the register at once, of a room that the index does not cover yet: few at first,
/// since there may be many rooms, and so many at most.
const FILED_AT_ONCE: [u32; 2] = [4, 256];

/// One search under way.
pub(in crate::store) struct Search<'a> {
    db: &'a Connection,
    /// `None` where there is none: then all messages are read.
    index: Option<&'a Connection>,
    segments: &'a mut Segments,
    query: &'a Query,
    asker: UserId,
    /// Where to look; in order.
    rooms: Vec<RoomId>,
    /// Only by these.
    authors: Option<Vec<UserId>>,
    sieve: Sieve,
    /// By which messages are found in place of the index.
    register: Option<Register>,
    nobody_waits: &'a dyn Fn() -> bool,
    cost: Cost,
    /// Up to which message the index goes, and up to which one the register does.
    indexed_upto: u64,
    filed_upto: u64,
    /// Messages that the index covers and that say something else since; only of `rooms`.
    edited: BTreeSet<(RoomId, u64)>,
    damaged: bool,
}

/// Ids of messages, from the newest down: `below` is not among them, `from` is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Span {
    from: u64,
    below: u64,
}

/// The messages of one room that may be hits, the newest first.
struct Stream {
    room: RoomId,
    /// Messages to be read next, the newest last.
    ids: Vec<u64>,
    /// After these come those in the register below this one that the index does not cover; 0 when there are none.
    filed_below: u64,
    filed_at_once: u32,
    /// The newest that the index covers and the register does not.
    unfiled: Option<u64>,
    /// After these comes a block,
    block: Option<Block>,
    /// and those before this message.
    block_below: u64,
}

/// The hits of a page, until it is full.
struct PageHits {
    hits: Vec<Hit>,
    limit: usize,
    text_bytes: usize,
}

impl PageHits {
    /// Whether the page has room for a hit with a text of so many bytes: one at least.
    fn takes(&mut self, text_bytes: usize) -> bool {
        self.text_bytes += text_bytes;
        self.hits.is_empty() || (self.hits.len() < self.limit && self.text_bytes <= PAGE_TEXT_BYTES_MAX)
    }
}

/// How far a walk came.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Walked {
    /// Through all.
    All,
    /// There is a hit more than the page holds.
    Full,
    /// The work of one call is done, or nobody waits for it; everything from this message on has been seen.
    Spent(u64),
}

impl<'a> Search<'a> {
    /// `rooms`: those the asker is in. `nobody_waits`: asked again and again; then the search is given up.
    pub(in crate::store) fn new(
        db: &'a Connection,
        index: Option<&'a Connection>,
        segments: &'a mut Segments,
        (asker, mut rooms): (UserId, Vec<RoomId>),
        query: &'a Query,
        nobody_waits: &'a dyn Fn() -> bool,
    ) -> rusqlite::Result<Self> {
        let mut cost = Cost::default();
        if !query.within.is_empty() || query.filters.room.is_some() {
            let mut named = named::rooms(db, asker, &query.within, &mut cost)?;
            named.extend(query.filters.room);
            rooms.retain(|room| named.contains(room));
        }
        rooms.sort_unstable();
        let mut authors = None;
        if !query.from.is_empty() || query.filters.from.is_some() {
            let mut named = named::people(db, asker, &query.from, &mut cost)?;
            named.extend(query.filters.from);
            authors = Some(named.into_iter().collect::<Vec<_>>());
        }
        let sieve = Sieve::new(query, authors.as_deref());
        let register = Register::new(db, asker, query, &mut cost)?;
        let (indexed_upto, filed_upto) = (0, history::filed_upto(db)?);
        Ok(Self {
            db,
            index,
            segments,
            query,
            asker,
            rooms,
            authors,
            sieve,
            register,
            nobody_waits,
            cost,
            indexed_upto,
            filed_upto,
            edited: BTreeSet::new(),
            damaged: false,
        })
    }

    /// Hits older than `cursor`, the newest first.
    pub(in crate::store) fn page(&mut self, cursor: Option<Cursor>, limit: usize) -> rusqlite::Result<SearchPage> {
        let mut found = PageHits { hits: Vec::new(), limit, text_bytes: 0 };
        let next = self.fill(cursor.unwrap_or(Cursor::START), &mut found)?;
        Ok(SearchPage { hits: found.hits, next: next.map(|next| next.to_string()), cut: self.query.cut })
    }

    /// Whether the index could not be read.
    pub(in crate::store) fn index_is_damaged(&self) -> bool {
        self.damaged
    }

    /// What it has cost so far.
    #[cfg(test)]
    pub(in crate::store) fn cost(&self) -> u32 {
        self.cost.units()
    }

    /// Gives from where to go on, if there may be more.
    fn fill(&mut self, mut cursor: Cursor, found: &mut PageHits) -> rusqlite::Result<Option<Cursor>> {
        let Some(all) = self.span()?.filter(|_| self.authors.as_ref().is_none_or(|authors| !authors.is_empty())) else {
            return Ok(None);
        };
        self.open_index()?;
        loop {
            let done = self.rooms.partition_point(|&room| room <= cursor.rooms_upto);
            let group: Vec<RoomId> = self.rooms.iter().skip(done).take(SEARCH_ROOMS_AT_ONCE).copied().collect();
            let Some(&last) = group.last() else { return Ok(None) };
            let span = Span { below: all.below.min(cursor.below), ..all };
            match self.walk_or_read(&group, span, found)? {
                Walked::Full => {
                    let below = found.hits.last().map_or(span.below, |hit| hit.message.id.0);
                    return Ok(Some(Cursor { below, ..cursor }));
                }
                Walked::Spent(below) => return Ok(Some(Cursor { below, ..cursor })),
                Walked::All if done + group.len() == self.rooms.len() => return Ok(None),
                Walked::All => cursor = Cursor { rooms_upto: last, ..Cursor::START },
            }
            // A page is in order: the next rooms' hits may be newer.
            if !found.hits.is_empty() || self.is_over() {
                return Ok(Some(Cursor { below: all.below, ..cursor }));
            }
        }
    }

    /// [`Self::walk`], and without the index where that turns out to be damaged.
    fn walk_or_read(&mut self, rooms: &[RoomId], span: Span, found: &mut PageHits) -> rusqlite::Result<Walked> {
        match self.walk(rooms, span, found) {
            Err(e) if index::is_damage(&e) && self.index.is_some() => {
                (self.damaged, self.index, self.indexed_upto) = (true, None, 0);
                // What was found stands, and the messages themselves are still there.
                let below = found.hits.last().map_or(span.below, |hit| hit.message.id.0.min(span.below));
                self.walk(rooms, Span { below, ..span }, found)
            }
            result => result,
        }
    }

    fn open_index(&mut self) -> rusqlite::Result<()> {
        let Some(index) = self.index else { return Ok(()) };
        match index::covered(index) {
            Ok((upto, changes_upto)) => {
                self.indexed_upto = upto;
                let edited = events::edited_after(self.db, Seq(changes_upto), SEARCH_EDITED_MAX)?;
                let concerns = |(room, id): &(RoomId, u64)| *id <= upto && self.rooms.binary_search(room).is_ok();
                self.edited = edited.into_iter().filter(concerns).collect();
            }
            Err(e) => {
                self.damaged = index::is_damage(&e);
                self.index = None;
            }
        }
        Ok(())
    }

    /// Goes through the messages of these rooms that may be hits, the newest first.
    fn walk(&mut self, rooms: &[RoomId], span: Span, found: &mut PageHits) -> rusqlite::Result<Walked> {
        let mut unfiled = if self.register.is_some() { HashMap::new() } else { self.unfiled(span)? };
        let mut streams: Vec<Stream> = Vec::with_capacity(rooms.len());
        // The newest message that each stream may have.
        let mut newest = BinaryHeap::with_capacity(rooms.len());
        for &room in rooms {
            let mut ids = unfiled.remove(&room).unwrap_or_default();
            let unindexed = ids.split_off(ids.partition_point(|&id| id <= self.indexed_upto));
            let mut stream = Stream::new(room, (ids.pop(), unindexed), span.below);
            if let Some(bound) = self.bound(&mut stream)? {
                newest.push((bound, streams.len()));
                streams.push(stream);
            }
        }
        while let Some((bound, at)) = newest.pop().filter(|(bound, _)| *bound >= span.from) {
            // Each call comes further than the one before.
            if self.is_over() && bound + 1 < span.below {
                return Ok(Walked::Spent(bound + 1));
            }
            let Some(stream) = streams.get_mut(at) else { break };
            if stream.ids.last() == Some(&bound) {
                stream.ids.pop();
                if self.consider(stream.room, bound, found)? == Walked::Full {
                    return Ok(Walked::Full);
                }
            } else if let (Some(block), Some(index)) = (stream.block.take(), self.index) {
                stream.ids = self.sieve.pass(index, &block, &mut self.cost)?;
                self.add_edited(stream.room, &block, &mut stream.ids);
                stream.ids.retain(|id| (span.from..stream.block_below).contains(id));
                stream.block_below = block.first;
            }
            if let Some(bound) = self.bound(stream)? {
                newest.push((bound, at));
            }
        }
        Ok(Walked::All)
    }

    /// What may be hits by words that the block does not have yet.
    fn add_edited(&self, room: RoomId, block: &Block, ids: &mut Vec<u64>) {
        let mut edited = self.edited.range((room, block.first)..=(room, block.last)).map(|(_, id)| *id).peekable();
        if edited.peek().is_some() {
            ids.extend(edited);
            ids.sort_unstable();
            ids.dedup();
        }
    }

    /// Messages of the asker's rooms that the register does not have yet, in order.
    fn unfiled(&self, span: Span) -> rusqlite::Result<HashMap<RoomId, Vec<u64>>> {
        let above = self.filed_upto.max(span.from - 1);
        let mut unfiled: HashMap<RoomId, Vec<u64>> = HashMap::new();
        history::unfiled_ids(self.db, above, span.below, |room, id| {
            if self.rooms.binary_search(&room).is_ok() {
                unfiled.entry(room).or_default().push(id);
            }
        })?;
        Ok(unfiled)
    }

    /// The newest message that a stream may have next, and one that its room has: so no two streams have the same, and
    /// each that is looked into brings the search further. `None` at its end.
    fn bound(&mut self, stream: &mut Stream) -> rusqlite::Result<Option<u64>> {
        loop {
            if let Some(&id) = stream.ids.last() {
                return Ok(Some(id));
            }
            let limit = stream.filed_at_once;
            stream.ids = match &self.register {
                Some(_) if stream.filed_below == 0 => return Ok(None),
                Some(register) => register.ids(self.db, stream.room, stream.filed_below, limit)?,
                None if stream.filed_below.min(self.filed_upto + 1) <= self.indexed_upto.saturating_add(1) => break,
                None => history::filed_ids(self.db, stream.room, self.indexed_upto, stream.filed_below, limit)?,
            };
            for _ in 1..self.register.as_ref().map_or(1, Register::looks) {
                self.cost.row(0);
            }
            self.cost.row(stream.ids.len() * size_of::<u64>());
            let more = stream.ids.len() == limit as usize;
            stream.filed_below = stream.ids.first().copied().filter(|_| more).unwrap_or(0);
            stream.filed_at_once = (limit * 4).min(FILED_AT_ONCE[1]);
        }
        let Some(index) = self.index else { return Ok(None) };
        self.cost.row(0);
        stream.block = Block::below(index, stream.room, stream.block_below)?;
        let Some(block) = stream.block else { return Ok(None) };
        if block.last < stream.block_below {
            return Ok(Some(block.last));
        }
        // The page begins within this block.
        if let Some(unfiled) = stream.unfiled.take() {
            return Ok(Some(unfiled));
        }
        self.cost.row(0);
        let newest = history::filed_ids(self.db, stream.room, 0, stream.block_below, 1)?;
        Ok(Some(newest.last().copied().unwrap_or(block.first)))
    }

    fn is_over(&self) -> bool {
        self.cost.units() >= SEARCH_COST_MAX || (self.nobody_waits)()
    }

    /// Takes a message for a hit if it is one.
    fn consider(&mut self, room: RoomId, id: u64, found: &mut PageHits) -> rusqlite::Result<Walked> {
        let db = self.db;
        let mut statement = db.prepare_cached(&format!("SELECT {MESSAGE_COLUMNS} FROM messages WHERE id = ?"))?;
        let mut rows = statement.query([sql(id)])?;
        self.cost.add(SEARCH_MESSAGE_COST);
        let Some(row) = rows.next()? else { return Ok(Walked::All) };
        if !self.passes(row, room)? {
            return Ok(Walked::All);
        }
        let body = row.get_ref(rows::MESSAGE_BODY)?.as_str()?;
        let said = row.get_ref(rows::MESSAGE_ATTACHMENTS)?.as_str_or_null()?.map_or(0, str::len);
        self.cost.add(u32::try_from(said / SEARCH_MESSAGE_UNIT_BYTES).unwrap_or(u32::MAX));
        let kept = rows::attachments(row, rows::MESSAGE_ATTACHMENTS)?;
        let attachments: Vec<Attachment> = kept.into_iter().map(|(_, told)| told).collect();
        if !self.query.has.is_empty() && !self.query.has.is_subset(&Brought::by(body, &attachments)) {
            return Ok(Walked::All);
        }
        let marks = texts::find(self.query, (body, &attachments), self.segments, &mut self.cost);
        let Some(marks) = marks else { return Ok(Walked::All) };
        let message = told::message(db, Some(self.asker), row)?;
        if self.register.as_ref().is_some_and(|register| !register.has(&message)) {
            return Ok(Walked::All);
        }
        if !found.takes(rows::text_bytes(row)?) {
            return Ok(Walked::Full);
        }
        found.hits.push(texts::hit(message, marks));
        Ok(Walked::All)
    }

    /// Whether a message is where, by whom and of when it should be.
    fn passes(&self, row: &Row<'_>, stream: RoomId) -> rusqlite::Result<bool> {
        let (room, author) = (rows::room_id(row, 1)?, rows::user_id(row, 3)?);
        let sent_at: i64 = row.get(4)?;
        let deleted = row.get_ref(5)? != rusqlite::types::ValueRef::Null;
        let filters = &self.query.filters;
        Ok(!deleted
            && room == stream
            && self.authors.as_ref().is_none_or(|authors| authors.contains(&author))
            && filters.after.is_none_or(|after| sent_at >= after)
            && filters.before.is_none_or(|before| sent_at < before))
    }

    /// The ids among which hits can be; `None` when there are none.
    fn span(&self) -> rusqlite::Result<Option<Span>> {
        let mut span = Span { from: 1, below: events::newest_seq(self.db)? + 1 };
        let filters = &self.query.filters;
        if filters.after.is_some() || filters.before.is_some() {
            let first = filters.after.map_or(i64::MIN, |after| after.div_euclid(DAY_MS));
            let last = filters.before.map_or(i64::MAX, |before| before.saturating_sub(1).div_euclid(DAY_MS));
            let Some(ids) = days::ids_between(self.db, first, last)? else { return Ok(None) };
            span = Span { from: ids.start, below: span.below.min(ids.end) };
        }
        Ok(Some(span).filter(|span| span.from < span.below))
    }
}

impl Stream {
    /// What is not in the register yet: the newest that the index covers, and all that it does not, the newest last.
    fn new(room: RoomId, (unfiled, ids): (Option<u64>, Vec<u64>), below: u64) -> Self {
        let filed_at_once = FILED_AT_ONCE[0];
        Self { room, ids, filed_below: below, filed_at_once, unfiled, block: None, block_below: below }
    }
}
