//! Changes to messages: append, forward, edit and delete.
//!
//! Like every change here: all checks come before the first write, so that what is refused leaves no trace.

use rusqlite::{Connection, params};

use super::rows::{Kept, ReplyTo, sql};
use super::{
    attachments, days, events, galleries, heard_marks, history, members, mentions, pins, react, reactions, replies,
    sent, settings, told, uploads,
};
use crate::proto::change::Change;
use crate::proto::code::ErrorCode;
use crate::proto::event::{Event, EventKind, Message};
use crate::proto::id::{ClientMsgId, RoomId, Seq, UserId};
use crate::proto::mention::Mention;
use crate::proto::op::{Forward, MessageOp, Millis, NewMessage, Outcome, Reply, Whose};
use crate::proto::permit::Act;
use crate::proto::text::Body;

pub(super) fn apply(db: &Connection, op: MessageOp) -> rusqlite::Result<Outcome> {
    match op {
        MessageOp::Append(message) => append(db, message),
        MessageOp::Delete { room, message, by, whose, at } => delete(db, (room, message), Some(by), whose, at),
        MessageOp::Edit { room, message, by, body, mentions, at } => {
            edit(db, (room, message), by, (body, mentions), at)
        }
        MessageOp::Forward(asked) => forward(db, asked),
        MessageOp::MarkHeard { room, message, by } => heard_marks::mark(db, room, message, by),
        MessageOp::Pin { room, message, by, on } => pins::pin(db, room, message, by, on),
        MessageOp::React { room, message, reactions } => react::react(db, room, message, reactions),
    }
}

pub(super) fn append(db: &Connection, new: NewMessage) -> rusqlite::Result<Outcome> {
    if let Some(before) = sent_before(db, new.author, &new.client_msg_id)? {
        return Ok(before);
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
    let begun = begun(db, new.room, new.author, new.client_msg_id, new.sent_at)?;
    let quote = reply.map(|reply| replies::quote(db, reply)).transpose()?.flatten().map(Box::new);
    let written =
        write(db, Message { body: new.body.into_string(), mentions: new.mentions, quote, ..begun }, reply, kept)?;
    // Only now, so that nothing takes their blobs for unneeded.
    new.attachments.iter().try_for_each(|new| uploads::remove(db, new.upload))?;
    Ok(written)
}

/// Writes a message that is there once more, as this person's.
fn forward(
    db: &Connection,
    Forward { from, message, room, by, client_msg_id, at }: Forward,
) -> rusqlite::Result<Outcome> {
    if let Some(before) = sent_before(db, by, &client_msg_id)? {
        return Ok(before);
    }
    if !members::is_member(db, from, by)? {
        return Ok(Outcome::Refused(ErrorCode::NotAMember));
    }
    if let Some(refusal) = members::may(db, Act::Write, room, by)? {
        return Ok(Outcome::Refused(refusal));
    }
    let stored = events::message(db, message)?.filter(|stored| stored.room == from && !stored.deleted);
    let Some(stored) = stored else {
        return Ok(Outcome::Refused(ErrorCode::NotFound));
    };
    if !attachments::fit(db, by, &stored, settings::read(db)?.storage.person_bytes_max)? {
        return Ok(Outcome::Refused(ErrorCode::QuotaFull));
    }
    let begun = begun(db, room, by, client_msg_id, at)?;
    let kept = attachments::of(db, message)?;
    write(db, Message { body: stored.body, forwarded: true, ..begun }, None, kept)
}

/// What this author is told who has sent the message of this id before.
fn sent_before(db: &Connection, author: UserId, id: &ClientMsgId) -> rusqlite::Result<Option<Outcome>> {
    let Some(stored) = sent::find(db, author, id)? else { return Ok(None) };
    // What has become of it since is nobody's business who is not there any more.
    Ok(Some(match members::is_member(db, stored.room, author)? {
        true => Outcome::made(Reply::SentBefore(Box::new(stored)), []),
        false => Outcome::Refused(ErrorCode::NotAMember),
    }))
}

/// The next message of a room, with nothing in it yet.
fn begun(
    db: &Connection,
    room: RoomId,
    author: UserId,
    client_msg_id: ClientMsgId,
    sent_at: Millis,
) -> rusqlite::Result<Message> {
    let id = Seq(events::newest_seq(db)? + 1);
    let n = history::newest_n(db, room)? + 1;
    let (body, mentions, attachments) = (String::new(), Vec::new(), Vec::new());
    let (edited_at, forwarded, deleted) = (None, false, false);
    let (pinned, reactions) = (false, Vec::new());
    let message = Message {
        id,
        rev: id,
        room,
        n,
        author,
        body,
        attachments,
        mentions,
        client_msg_id,
        sent_at,
        edited_at,
        forwarded,
        deleted,
        pinned,
        quote: None,
        reactions,
        mine: None,
    };
    Ok(message)
}

/// Writes a new message, with what it replies to and what it brings.
fn write(db: &Connection, mut message: Message, reply: Option<ReplyTo>, kept: Vec<Kept>) -> rusqlite::Result<Outcome> {
    let column = attachments::written(&kept)?;
    let (blobs, told): (Vec<_>, Vec<_>) = kept.into_iter().unzip();
    message.attachments = told;
    db.prepare_cached(
        "INSERT INTO messages (id, room, n, author, sent_at, client_msg_id, body, attachments, reply, forwarded, mentions)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
        message.forwarded,
        mentions::written(&message.mentions)?,
    ])?;
    if let Some(reply) = reply {
        replies::note(db, message.id, reply)?;
    }
    if !blobs.is_empty() {
        attachments::add(db, &message, &blobs)?;
    }
    galleries::add(db, &message)?;
    mentions::add(db, &message)?;
    sent::note(db, &message)?;
    days::note(db, &message)?;
    Ok(Outcome::done([Change::Event(message.into())]))
}

/// Puts another text in the place of a message's.
fn edit(
    db: &Connection,
    (room, message): (RoomId, Seq),
    by: UserId,
    (body, mentions): (Body, Vec<Mention>),
    at: Millis,
) -> rusqlite::Result<Outcome> {
    if let Some(refusal) = members::may(db, Act::Write, room, by)? {
        return Ok(Outcome::Refused(refusal));
    }
    let stored = events::message(db, message)?.filter(|stored| stored.room == room && !stored.deleted);
    let Some(stored) = stored else {
        return Ok(Outcome::Refused(ErrorCode::NotFound));
    };
    // What was passed on is another's words.
    if stored.author != by || stored.forwarded {
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
    mentions::remove(db, &stored)?;
    let edited = Message { rev: seq, body: body.into_string(), mentions, edited_at: Some(at), ..stored };
    galleries::add(db, &edited)?;
    mentions::add(db, &edited)?;
    db.prepare_cached("UPDATE messages SET body = ?2, edited_at = ?3, rev = ?4, mentions = ?5 WHERE id = ?1")?
        .execute(params![sql(message.0), edited.body, at, sql(seq.0), mentions::written(&edited.mentions)?])?;
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
    mentions::remove(db, &stored)?;
    heard_marks::remove(db, message)?;
    reactions::remove(db, room, message)?;
    db.prepare_cached(
        "UPDATE messages SET body = '', attachments = NULL, mentions = NULL, edited_at = NULL, forwarded = 0, deleted_at = ?2, rev = ?3
         WHERE id = ?1",
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
