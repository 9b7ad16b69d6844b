//! Changes to messages: append and delete, and that they were heard.
//!
//! Like every change here: all checks come before the first write, so that what is refused leaves no trace.

use rusqlite::{Connection, params};

use super::rows::sql;
use super::{attachments, days, events, galleries, heard_marks, history, members, sent, uploads};
use crate::proto::attachment::Attached;
use crate::proto::change::Change;
use crate::proto::code::ErrorCode;
use crate::proto::event::Message;
use crate::proto::id::{RoomId, Seq, UserId};
use crate::proto::op::{MessageOp, Millis, NewMessage, Outcome, Reply, Whose};
use crate::proto::permit::Act;
use crate::proto::server::LastMessage;
use crate::proto::text;

pub(super) fn apply(db: &Connection, op: MessageOp) -> rusqlite::Result<Outcome> {
    match op {
        MessageOp::Append(message) => append(db, message),
        MessageOp::Delete { room, message, by, whose, at } => delete(db, (room, message), Some(by), whose, at),
        MessageOp::MarkHeard { room, message, by } => heard_marks::mark(db, room, message, by),
    }
}

pub(super) fn append(db: &Connection, new: NewMessage) -> rusqlite::Result<Outcome> {
    if let Some(stored) = sent::find(db, new.author, &new.client_msg_id)? {
        // What has become of it since is nobody's business who is not there any more.
        return Ok(match members::is_member(db, stored.room, new.author)? {
            true => Outcome::made(Reply::SentBefore(stored), []),
            false => Outcome::Refused(ErrorCode::NotAMember),
        });
    }
    if let Some(refusal) = members::may(db, Act::Write, new.room, new.author)? {
        return Ok(Outcome::Refused(refusal));
    }
    let Some(kept) = uploads::named(db, new.author, &new.attachments)? else {
        return Ok(Outcome::Refused(ErrorCode::UploadUnknown));
    };
    let column = attachments::written(&kept)?;
    let (blobs, told): (Vec<_>, Vec<_>) = kept.into_iter().unzip();
    let id = Seq(events::newest_seq(db)? + 1);
    let message = Message {
        id,
        rev: id,
        room: new.room,
        n: history::newest_n(db, new.room)? + 1,
        author: new.author,
        body: new.body.into_string(),
        attachments: told,
        client_msg_id: new.client_msg_id,
        sent_at: new.sent_at,
        deleted: false,
    };
    db.prepare_cached(
        "INSERT INTO messages (id, room, n, author, sent_at, client_msg_id, body, attachments)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        sql(message.id.0),
        sql(message.room.0),
        sql(message.n),
        sql(message.author.0),
        message.sent_at,
        message.client_msg_id.as_str(),
        message.body,
        column,
    ])?;
    if !blobs.is_empty() {
        attachments::add(db, &message, &blobs)?;
        // Only now, so that nothing takes their blobs for unneeded.
        new.attachments.iter().try_for_each(|new| uploads::remove(db, new.upload))?;
    }
    galleries::add(db, &message)?;
    sent::note(db, &message)?;
    days::note(db, &message)?;
    Ok(Outcome::done([Change::Event(message.into())]))
}

/// Blanks a message. `by`: none where porch does it.
pub(super) fn delete(
    db: &Connection,
    (room, message): (RoomId, Seq),
    by: Option<UserId>,
    whose: Whose,
    at: Millis,
) -> rusqlite::Result<Outcome> {
    let stored = events::message(db, message)?.filter(|stored| stored.room == room && !stored.deleted);
    let Some(stored) = stored else {
        return Ok(Outcome::Refused(ErrorCode::NotFound));
    };
    if let Some(by) = by
        && let Some(refusal) = not_to_delete(db, &stored, by, whose)?
    {
        return Ok(Outcome::Refused(refusal));
    }
    let event = events::add_deleted(db, &stored, by)?;
    attachments::remove(db, &stored)?;
    galleries::remove(db, &stored)?;
    heard_marks::remove(db, message)?;
    db.prepare_cached("UPDATE messages SET body = '', attachments = NULL, deleted_at = ?2, rev = ?3 WHERE id = ?1")?
        .execute(params![sql(message.0), at, sql(event.seq.0)])?;
    Ok(Outcome::done([Change::Event(event)]))
}

/// A message as the chat list shows it.
pub(super) fn for_the_list(message: &Message) -> LastMessage {
    let preview = text::preview(&message.body).to_owned();
    let attached = Attached::of(&message.attachments);
    LastMessage { id: message.id, author: message.author, preview, attached, sent_at: message.sent_at }
}

/// Why this person cannot delete that message now, if so.
fn not_to_delete(db: &Connection, stored: &Message, by: UserId, whose: Whose) -> rusqlite::Result<Option<ErrorCode>> {
    if stored.author == by && members::is_member(db, stored.room, by)? {
        return Ok(None);
    }
    match whose {
        Whose::Anyones => members::may(db, Act::DeleteAny, stored.room, by),
        Whose::Own => Ok(Some(ErrorCode::Forbidden)),
    }
}
