//! A message as it is told: its own row, and what stands beside it: what it quotes, and what people have put to it.

use rusqlite::{Connection, Row};

use super::rows::{self, MESSAGE_REPLY, ReplyTo};
use super::{galleries, reactions, replies};
use crate::proto::brought::Gallery;
use crate::proto::event::Message;
use crate::proto::id::UserId;

/// A row of [`MESSAGE_COLUMNS`](rows::MESSAGE_COLUMNS). `asker`: who is to be told, if that is one.
pub(super) fn message(db: &Connection, asker: Option<UserId>, row: &Row<'_>) -> rusqlite::Result<Message> {
    let mut message = rows::message(row)?;
    fill(db, asker, &mut message, rows::reply(row, MESSAGE_REPLY)?)?;
    Ok(message)
}

/// A message of which only its own row is known.
pub(super) fn completed(db: &Connection, asker: Option<UserId>, mut message: Message) -> rusqlite::Result<Message> {
    let reply = replies::of(db, message.id)?;
    fill(db, asker, &mut message, reply)?;
    Ok(message)
}

fn fill(db: &Connection, asker: Option<UserId>, message: &mut Message, reply: Option<ReplyTo>) -> rusqlite::Result<()> {
    if message.deleted {
        return Ok(());
    }
    if let Some(put) = reactions::put(db, message.id)? {
        message.rev = message.rev.max(put.rev);
        message.reactions = put.who.counts();
        message.mine = asker.filter(|_| !message.reactions.is_empty()).map(|asker| put.who.of(asker));
    }
    message.pinned = galleries::holds(db, Gallery::Pins, message.room, message.id)?;
    message.quote = reply.map(|reply| replies::quote(db, reply)).transpose()?.flatten().map(Box::new);
    Ok(())
}
