//! Changes to messages: append, edit and delete.
//!
//! Like every change here: all checks come before the first write, so that what is refused leaves no trace.

use rusqlite::{Connection, params};

use super::rows::sql;
use super::{
    attachments, days, events, galleries, heard_marks, history, members, pins, react, reactions, replies, sent, told,
    uploads,
};
use crate::proto::change::Change;
use crate::proto::code::ErrorCode;
use crate::proto::event::{Event, EventKind, Message};
use crate::proto::id::{RoomId, Seq, UserId};
use crate::proto::op::{MessageOp, Millis, NewMessage, Outcome, Reply, Whose};
use crate::proto::permit::Act;
use crate::proto::text::Body;

pub(super) fn apply(db: &Connection, op: MessageOp) -> rusqlite::Result<Outcome> {
    match op {
        MessageOp::Append(message) => append(db, message),
        MessageOp::Delete { room, message, by, whose, at } => delete(db, (room, message), Some(by), whose, at),
        MessageOp::Edit { room, message, by, body, at } => edit(db, (room, message), by, body, at),
        MessageOp::MarkHeard { room, message, by } => heard_marks::mark(db, room, message, by),
        MessageOp::Pin { room, message, by, on } => pins::pin(db, room, message, by, on),
        MessageOp::React { room, message, reactions } => react::react(db, room, message, reactions),
    }
}

pub(super) fn append(db: &Connection, new: NewMessage) -> rusqlite::Result<Outcome> {
    if let Some(stored) = sent::find(db, new.author, &new.client_msg_id)? {
        // What has become of it since is nobody's business who is not there any more.
        return Ok(match members::is_member(db, stored.room, new.author)? {
            true => Outcome::made(Reply::SentBefore(Box::new(stored)), []),
            false => Outcome::Refused(ErrorCode::NotAMember),
        });
    }
    if let Some(refusal) = members::may(db, Act::Write, new.room, new.author)? {
        return Ok(Outcome::Refused(refusal));
    }
    let reply = match new.reply_to {
        None => None,
        Some(to) => match replies::to(db, new.room, to)? {
            None => return Ok(Outcome::Refused(ErrorCode::NotFound)),
            reply => reply,
        },
    };
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
        edited_at: None,
        deleted: false,
        pinned: false,
        quote: reply.map(|reply| replies::quote(db, reply)).transpose()?.flatten().map(Box::new),
        reactions: Vec::new(),
        mine: None,
    };
    db.prepare_cached(
        "INSERT INTO messages (id, room, n, author, sent_at, client_msg_id, body, attachments, reply)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
        reply.map(replies::written).transpose()?,
    ])?;
    if let Some(reply) = reply {
        replies::note(db, id, reply)?;
    }
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

/// Puts another text in the place of a message's.
fn edit(
    db: &Connection,
    (room, message): (RoomId, Seq),
    by: UserId,
    body: Body,
    at: Millis,
) -> rusqlite::Result<Outcome> {
    if let Some(refusal) = members::may(db, Act::Write, room, by)? {
        return Ok(Outcome::Refused(refusal));
    }
    let stored = events::message(db, message)?.filter(|stored| stored.room == room && !stored.deleted);
    let Some(stored) = stored else {
        return Ok(Outcome::Refused(ErrorCode::NotFound));
    };
    if stored.author != by {
        return Ok(Outcome::Refused(ErrorCode::Forbidden));
    }
    if body.as_str().is_empty() && stored.attachments.is_empty() {
        return Ok(Outcome::Refused(ErrorCode::BodyEmpty));
    }
    if body.as_str() == stored.body {
        return Ok(Outcome::done([]));
    }
    let seq = events::add(db, &stored, events::EDITED, Some(by))?;
    galleries::remove_brought(db, &stored)?;
    let edited = Message { rev: seq, body: body.into_string(), edited_at: Some(at), ..stored };
    galleries::add(db, &edited)?;
    db.prepare_cached("UPDATE messages SET body = ?2, edited_at = ?3, rev = ?4 WHERE id = ?1")?.execute(params![
        sql(message.0),
        edited.body,
        at,
        sql(seq.0)
    ])?;
    let what = EventKind::Edited(told::completed(db, None, edited)?);
    Ok(Outcome::done([Change::Event(Event { seq, room, what })]))
}

/// Blanks a message. `by`: none where porch does it.
pub(super) fn delete(
    db: &Connection,
    (room, message): (RoomId, Seq),
    by: Option<UserId>,
    whose: Whose,
    at: Millis,
) -> rusqlite::Result<Outcome> {
    let Some(stored) = events::message(db, message)?.filter(|stored| stored.room == room) else {
        return Ok(Outcome::Refused(ErrorCode::NotFound));
    };
    if let Some(by) = by
        && let Some(refusal) = not_to_delete(db, &stored, by, whose)?
    {
        return Ok(Outcome::Refused(refusal));
    }
    if stored.deleted {
        return Ok(Outcome::done([]));
    }
    let seq = events::add(db, &stored, events::DELETED, by)?;
    attachments::remove(db, &stored)?;
    galleries::remove(db, &stored)?;
    heard_marks::remove(db, message)?;
    reactions::remove(db, message)?;
    db.prepare_cached(
        "UPDATE messages SET body = '', attachments = NULL, edited_at = NULL, deleted_at = ?2, rev = ?3 WHERE id = ?1",
    )?
    .execute(params![sql(message.0), at, sql(seq.0)])?;
    let what = EventKind::Deleted { message, n: stored.n };
    Ok(Outcome::done([Change::Event(Event { seq, room, what })]))
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
