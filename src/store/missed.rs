//! What somebody missed: one stretch of the order of all events, as each is now.

use rusqlite::types::Type;
use rusqlite::{Connection, Row};

use super::rows::{self, MESSAGE_COLUMNS, MESSAGE_COLUMNS_COUNT, sql};
use super::{events, told};
use crate::proto::event::{Event, EventKind, Message};
use crate::proto::id::{Seq, UserId};
use crate::proto::limits::{RESUME_BYTES_MAX, RESUME_EVENTS_MAX};
use crate::proto::op::Missed;
use crate::proto::reaction::Reaction;

/// What happened in the rooms of `asker` after `after` and up to `upto`, in order. Reads no more than is sent.
pub(super) fn read(db: &Connection, asker: UserId, after: Seq, upto: Seq) -> rusqlite::Result<Missed> {
    let mut statement = db.prepare_cached(&missed_query())?;
    let mut rows = statement.query([sql(after.0), sql(upto.0), sql(asker.0)])?;
    let mut events = Vec::new();
    let mut text_bytes = 0;
    while let Some(row) = rows.next()? {
        text_bytes += rows::text_bytes(row)?;
        if events.len() >= RESUME_EVENTS_MAX || text_bytes > RESUME_BYTES_MAX {
            return Ok(Missed::TooMany);
        }
        let event = event(db, asker, row)?;
        text_bytes += reactions_bytes(&event);
        events.push(event);
    }
    Ok(Missed::Events(events))
}

/// What is told of reactions takes as much of a frame as words do.
fn reactions_bytes(event: &Event) -> usize {
    let (EventKind::Message(Message { reactions, .. })
    | EventKind::Edited(Message { reactions, .. })
    | EventKind::Reacted { reactions, .. }) = &event.what
    else {
        return 0;
    };
    // With the count, and what is around both.
    reactions.iter().map(|Reaction(emoji, _)| emoji.as_str().len() + 10).sum()
}

/// Both tables in the order of places, each read as one stretch; rooms of others are passed over before their texts are
/// read. Columns: [`MESSAGE_COLUMNS`], then an event's kind and place.
fn missed_query() -> String {
    format!(
        "SELECT {MESSAGE_COLUMNS}, NULL, messages.id AS place FROM messages
         WHERE id > ?1 AND id <= ?2 AND room IN (SELECT room FROM members WHERE user = ?3)
         UNION ALL
         SELECT {MESSAGE_COLUMNS}, kind, seq AS place
         FROM events CROSS JOIN messages ON messages.id = message
         WHERE seq > ?1 AND seq <= ?2 AND events.room IN (SELECT room FROM members WHERE user = ?3)
         ORDER BY place"
    )
}

/// A row of [`missed_query`].
fn event(db: &Connection, asker: UserId, row: &Row<'_>) -> rusqlite::Result<Event> {
    const KIND: usize = MESSAGE_COLUMNS_COUNT;
    let message = told::message(db, Some(asker), row)?;
    let room = message.room;
    let what = match row.get_ref(KIND)?.as_str_or_null()? {
        None => EventKind::Message(message),
        Some(events::DELETED) => EventKind::Deleted { message: message.id, n: message.n },
        Some(events::EDITED) => EventKind::Edited(message),
        Some(events::PINNED) => EventKind::Pinned { message: message.id, n: message.n, on: message.pinned },
        Some(events::REACTED) => {
            let Message { id, n, reactions, mine, .. } = message;
            // Where none are left there are none of one's own.
            EventKind::Reacted { message: id, n, reactions, mine: mine.or_else(|| Some(Vec::new())) }
        }
        Some(other) => {
            let reason = format!("{other} is no kind of event").into();
            return Err(rusqlite::Error::FromSqlConversionFailure(KIND, Type::Text, reason));
        }
    };
    Ok(Event { seq: Seq(rows::number(row, KIND + 1)?), room, what })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database;

    #[test]
    fn what_was_missed_is_one_stretch_of_each_table() {
        let dir = tempfile::tempdir().unwrap();
        let db = database::open_database(dir.path()).unwrap();
        let steps = database::plan(&db, &missed_query());
        let stretches = steps.iter().filter(|step| step.contains("(rowid>? AND rowid<?)")).count();
        assert_eq!(stretches, 2, "{steps:?}");
        assert!(
            steps.iter().all(|step| !step.contains("TEMP B-TREE") && !step.starts_with("SCAN messages")),
            "{steps:?}"
        );
    }
}
