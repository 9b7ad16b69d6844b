//! On which days messages were sent.
//!
//! `days` names the first message of each stretch of messages of one UTC day: the messages of a day are found without an
//! index over all times, which would be written with each of them. Where the box's clock has jumped, a day may have
//! several stretches, and an earlier day may follow a later one.

use std::ops::Range;

use rusqlite::{Connection, OptionalExtension};

use super::rows::{self, sql};
use crate::proto::event::Message;
use crate::proto::op::DAY_MS;

/// Notes that a stretch begins with this message, if one does. Part of each commit with messages.
pub(super) fn note(db: &Connection, message: &Message) -> rusqlite::Result<()> {
    let day = message.sent_at.div_euclid(DAY_MS);
    let last: Option<i64> = db
        .prepare_cached("SELECT day FROM days ORDER BY first DESC LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    if last != Some(day) {
        db.prepare_cached("INSERT INTO days (first, day) VALUES (?, ?)")?.execute([sql(message.id.0), day])?;
    }
    Ok(())
}

/// Ids of all messages of these days (since 1970), first and last included; of others too where the clock has jumped.
pub(super) fn ids_between(db: &Connection, first: i64, last: i64) -> rusqlite::Result<Option<Range<u64>>> {
    let mut statement = db.prepare_cached(
        "SELECT min(first), max(following) FROM (
             SELECT first, day, ifnull(lead(first) OVER (ORDER BY first), ?3) AS following FROM days
         ) WHERE day BETWEEN ?1 AND ?2",
    )?;
    statement.query_row([first, last, i64::MAX], |row| {
        Ok(match row.get::<_, Option<i64>>(0)? {
            Some(_) => Some(rows::number(row, 0)?..rows::number(row, 1)?),
            None => None,
        })
    })
}

/// Ids of the messages of each stretch of this day and of later ones, by day and then in order.
pub(super) fn stretches_from(db: &Connection, day: i64) -> rusqlite::Result<Vec<Range<u64>>> {
    let mut statement = db.prepare_cached(
        "SELECT first, following FROM (
             SELECT first, day, ifnull(lead(first) OVER (ORDER BY first), ?2) AS following FROM days
         ) WHERE day >= ?1 ORDER BY day, first",
    )?;
    statement.query_map([day, i64::MAX], |row| Ok(rows::number(row, 0)?..rows::number(row, 1)?))?.collect()
}
