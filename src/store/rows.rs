//! How rows of the database become the crate's own types, and the types values of SQL.

use rusqlite::Row;

use crate::proto::account::InviteRole;
use crate::proto::attachment::Attachment;
use crate::proto::blob::BlobHash;
use crate::proto::event::Message;
use crate::proto::id::{ClientMsgId, InviteId, RoomId, Seq, SessionId, UserId};
use crate::proto::mention::Mention;
use crate::proto::role::{BoxRole, RoomRole};
use crate::proto::room::{Notify, RoomKind, RoomSettings};
use crate::proto::server::User;
use crate::proto::session_end::SessionEnd;

/// An id as SQLite holds it. Ids that SQLite cannot hold belong to nothing.
pub(super) fn sql(id: u64) -> i64 {
    i64::try_from(id).unwrap_or(i64::MAX)
}

/// A number that the database holds and that is never negative.
pub(super) fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, value))
}

pub(super) fn user_id(row: &Row<'_>, column: usize) -> rusqlite::Result<UserId> {
    number(row, column).map(UserId)
}

pub(super) fn room_id(row: &Row<'_>, column: usize) -> rusqlite::Result<RoomId> {
    number(row, column).map(RoomId)
}

pub(super) fn session_id(row: &Row<'_>, column: usize) -> rusqlite::Result<SessionId> {
    number(row, column).map(SessionId)
}

pub(super) fn invite_id(row: &Row<'_>, column: usize) -> rusqlite::Result<InviteId> {
    number(row, column).map(InviteId)
}

pub(super) fn room_role_name(role: RoomRole) -> &'static str {
    match role {
        RoomRole::Member => "member",
        RoomRole::Owner => "owner",
    }
}

pub(super) fn room_role(row: &Row<'_>, column: usize) -> rusqlite::Result<RoomRole> {
    match row.get_ref(column)?.as_str()? {
        "member" => Ok(RoomRole::Member),
        "owner" => Ok(RoomRole::Owner),
        other => Err(unreadable(column, format!("{other} is no role in a room"))),
    }
}

pub(super) fn notify_name(notify: Notify) -> &'static str {
    match notify {
        Notify::All => "all",
        Notify::Mine => "mine",
        Notify::None => "none",
    }
}

pub(super) fn notify(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Notify>> {
    match row.get_ref(column)?.as_str_or_null()? {
        None => Ok(None),
        Some("all") => Ok(Some(Notify::All)),
        Some("mine") => Ok(Some(Notify::Mine)),
        Some("none") => Ok(Some(Notify::None)),
        Some(other) => Err(unreadable(column, format!("{other} is nothing that one is notified of"))),
    }
}

pub(super) fn box_role_name(role: BoxRole) -> &'static str {
    match role {
        BoxRole::Guest => "guest",
        BoxRole::Member => "member",
        BoxRole::Owner => "owner",
    }
}

pub(super) fn box_role(row: &Row<'_>, column: usize) -> rusqlite::Result<BoxRole> {
    match row.get_ref(column)?.as_str()? {
        "guest" => Ok(BoxRole::Guest),
        "member" => Ok(BoxRole::Member),
        "owner" => Ok(BoxRole::Owner),
        other => Err(unreadable(column, format!("{other} is no role on the box"))),
    }
}

pub(super) fn session_end_name(end: SessionEnd) -> &'static str {
    match end {
        SessionEnd::AccountDeleted => "account_deleted",
        SessionEnd::AccountDeletedByOwner => "account_deleted_by_owner",
        SessionEnd::PasswordChanged => "password_changed",
        SessionEnd::SignedOut => "signed_out",
        SessionEnd::SignedOutByOwner => "signed_out_by_owner",
        SessionEnd::StayEnded => "stay_ended",
        SessionEnd::TakenOver => "taken_over",
    }
}

pub(super) fn session_end(row: &Row<'_>, column: usize) -> rusqlite::Result<SessionEnd> {
    let name = row.get_ref(column)?.as_str()?;
    let found = SessionEnd::ALL.into_iter().find(|end| session_end_name(*end) == name);
    found.ok_or_else(|| unreadable(column, format!("{name} is no reason why a session ends")))
}

pub(super) fn invite_role_name(role: InviteRole) -> &'static str {
    match role {
        InviteRole::Guest => "guest",
        InviteRole::Member => "member",
    }
}

pub(super) fn invite_role(row: &Row<'_>, column: usize) -> rusqlite::Result<InviteRole> {
    match row.get_ref(column)?.as_str()? {
        "guest" => Ok(InviteRole::Guest),
        "member" => Ok(InviteRole::Member),
        other => Err(unreadable(column, format!("{other} is no role that an invite gives"))),
    }
}

pub(super) fn kind_name(kind: RoomKind) -> &'static str {
    match kind {
        RoomKind::Closed => "closed",
        RoomKind::Direct => "direct",
        RoomKind::Everyone => "everyone",
        RoomKind::Open => "open",
    }
}

pub(super) fn room_kind(row: &Row<'_>, column: usize) -> rusqlite::Result<RoomKind> {
    match row.get_ref(column)?.as_str()? {
        "closed" => Ok(RoomKind::Closed),
        "direct" => Ok(RoomKind::Direct),
        "everyone" => Ok(RoomKind::Everyone),
        "open" => Ok(RoomKind::Open),
        other => Err(unreadable(column, format!("{other} is no kind of room"))),
    }
}

/// What becomes of the row of a room that is removed: its number is never used again, and its messages are to be erased.
pub(super) const REMOVED_ROOM: &str =
    "kind = 'closed', name = '', archived = 1, guests = 0, made_by = NULL, low = NULL, high = NULL, erased_upto = 0";

/// The columns that [`room_settings`] reads.
pub(super) const ROOM_SETTINGS_COLUMNS: &str = "rooms.archived, rooms.guests, rooms.name";

/// How many they are.
pub(super) const ROOM_SETTINGS_COLUMNS_COUNT: usize = 3;

pub(super) fn room_settings(row: &Row<'_>, first: usize) -> rusqlite::Result<RoomSettings> {
    Ok(RoomSettings { archived: row.get(first)?, guests: row.get(first + 1)?, name: row.get(first + 2)? })
}

/// The columns that [`user`] reads.
pub(super) const USER_COLUMNS: &str =
    "users.id, users.name, users.role, users.picture, users.created_at, users.ends_at";

/// How many they are.
pub(super) const USER_COLUMNS_COUNT: usize = 6;

pub(super) fn user(row: &Row<'_>, first: usize) -> rusqlite::Result<User> {
    Ok(User {
        id: user_id(row, first)?,
        name: row.get(first + 1)?,
        role: box_role(row, first + 2)?,
        picture: row.get(first + 3)?,
        since: row.get(first + 4)?,
        ends_at: row.get(first + 5)?,
    })
}

/// The columns that [`message`] reads.
pub(super) const MESSAGE_COLUMNS: &str = "messages.id, messages.room, messages.n, messages.author, messages.sent_at, \
     messages.deleted_at, messages.client_msg_id, messages.body, ifnull(messages.rev, messages.id), messages.attachments, \
     messages.edited_at, messages.reply, messages.forwarded, messages.mentions";

/// How many they are.
pub(super) const MESSAGE_COLUMNS_COUNT: usize = 14;

/// Which of them holds the text.
pub(super) const MESSAGE_BODY: usize = 7;

/// Which of them holds what comes with it.
pub(super) const MESSAGE_ATTACHMENTS: usize = 9;

/// Which of them holds what it replies to.
pub(super) const MESSAGE_REPLY: usize = 11;

/// Which of them holds whom it calls.
const MESSAGE_MENTIONS: usize = 13;

/// Bytes of a message's text and of what is said of its attachments, before they are copied; none of an event that is no
/// message.
pub(super) fn text_bytes(row: &Row<'_>) -> rusqlite::Result<usize> {
    let bytes = |column| -> rusqlite::Result<usize> { Ok(row.get_ref(column)?.as_str_or_null()?.map_or(0, str::len)) };
    Ok(bytes(MESSAGE_BODY)? + bytes(MESSAGE_ATTACHMENTS)?)
}

/// A message by its own row alone: without what it quotes and what people have put to it, see [`told`](super::told).
pub(super) fn message(row: &Row<'_>) -> rusqlite::Result<Message> {
    let client_msg_id: String = row.get(6)?;
    Ok(Message {
        id: Seq(number(row, 0)?),
        rev: Seq(number(row, 8)?),
        room: room_id(row, 1)?,
        n: number(row, 2)?,
        author: user_id(row, 3)?,
        sent_at: row.get(4)?,
        deleted: row.get_ref(5)? != rusqlite::types::ValueRef::Null,
        client_msg_id: ClientMsgId::try_from(client_msg_id).map_err(|e| unreadable(6, e))?,
        body: row.get(MESSAGE_BODY)?,
        attachments: attachments(row, MESSAGE_ATTACHMENTS)?.into_iter().map(|(_, told)| told).collect(),
        mentions: mentions(row, MESSAGE_MENTIONS)?,
        edited_at: row.get(10)?,
        forwarded: row.get(12)?,
        pinned: false,
        quote: None,
        reactions: Vec::new(),
        mine: None,
    })
}

/// What a reply replies to: that message, the one its chain began with, and which reply of that chain it is.
pub(super) type ReplyTo = (Seq, Seq, u32);

/// Reads the column of a message.
pub(super) fn reply(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<ReplyTo>> {
    let Some(json) = row.get_ref(column)?.as_str_or_null()? else { return Ok(None) };
    serde_json::from_str(json).map_err(|fault| unreadable(column, fault.to_string()))
}

/// Whom a message calls, as the database has it: what stands behind the `@`, and who that is; 0: all who are in the room.
pub(super) type KeptMention = (String, u64);

/// Reads the column of a message.
fn mentions(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<Mention>> {
    let Some(json) = row.get_ref(column)?.as_str_or_null()? else { return Ok(Vec::new()) };
    let kept: Vec<KeptMention> = serde_json::from_str(json).map_err(|fault| unreadable(column, fault.to_string()))?;
    Ok(kept
        .into_iter()
        .map(|(name, user)| Mention { name, user: Some(UserId(user)).filter(|user| user.0 > 0) })
        .collect())
}

/// An attachment as the database has it: with its blob, which nobody is told.
pub(super) type Kept = (BlobHash, Attachment);

/// Reads the column of a message.
pub(super) fn attachments(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<Kept>> {
    let Some(json) = row.get_ref(column)?.as_str_or_null()? else { return Ok(Vec::new()) };
    serde_json::from_str(json).map_err(|fault| unreadable(column, fault.to_string()))
}

/// A value that porch never wrote.
pub(super) fn unreadable(column: usize, reason: impl Into<String>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, reason.into().into())
}
