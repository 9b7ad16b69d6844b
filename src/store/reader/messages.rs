//! Messages, and what stands beside them, for whoever may look into their room.

use super::super::{
    ReadError, attachments, chain, drafts, events, gallery_page, heard_marks, history, members, missed, react, told,
};
use super::{HistoryRefusal, Reader, Window};
use crate::proto::account::{Draft, HistoryPage};
use crate::proto::attachment::Attachment;
use crate::proto::blob::BlobHash;
use crate::proto::brought::Gallery;
use crate::proto::code::ErrorCode;
use crate::proto::event::Message;
use crate::proto::heard::HeardMarks;
use crate::proto::id::{RoomId, Seq, UserId};
use crate::proto::limits::HISTORY_PAGE_MAX;
use crate::proto::op::Missed;
use crate::proto::reaction::Reactions;
use history::Stretch;

impl Reader {
    /// A page of a room's history of at most `limit` messages and [`PAGE_TEXT_BYTES_MAX`](crate::proto::limits::PAGE_TEXT_BYTES_MAX), but one message at least.
    pub fn history(
        &self,
        asker: UserId,
        room: RoomId,
        window: Window,
        limit: u32,
    ) -> Result<Result<HistoryPage, HistoryRefusal>, ReadError> {
        if !self.may_look_into(room, asker)? {
            return Ok(Err(HistoryRefusal::NotAMember));
        }
        let limit = limit.clamp(1, HISTORY_PAGE_MAX) as usize;
        let db = &self.db;
        let (before, middle, after) = match window {
            Window::Newest => (history::before(db, asker, room, Seq(u64::MAX), limit)?, None, Stretch::none(false)),
            Window::Before(seq) => {
                let after = Stretch::none(self.has_from(asker, room, seq)?);
                (history::before(db, asker, room, seq, limit)?, None, after)
            }
            Window::After(seq) => self.after(asker, room, seq, limit)?,
            Window::Since(at) => {
                let first = history::since(db, room, at)?.unwrap_or(Seq(u64::MAX));
                self.after(asker, room, Seq(first.0.saturating_sub(1)), limit)?
            }
            Window::Around(_) | Window::AroundNumber(_) => {
                let Some(middle) = self.middle(room, window)? else { return Ok(Err(HistoryRefusal::NotFound)) };
                let [before, after] = history::around(db, asker, room, &middle, limit)?;
                (before, Some(told::completed(db, Some(asker), middle)?), after)
            }
        };
        let messages = before.messages.into_iter().chain(middle).chain(after.messages).collect();
        Ok(Ok(HistoryPage { messages, more_before: before.more, more_after: after.more }))
    }

    /// The message of a room around which a page is to lie.
    fn middle(&self, room: RoomId, window: Window) -> Result<Option<Message>, ReadError> {
        let seq = match window {
            Window::Around(seq) => Some(seq),
            Window::AroundNumber(n) => history::by_number(&self.db, room, n)?,
            Window::After(_) | Window::Before(_) | Window::Newest | Window::Since(_) => None,
        };
        let Some(seq) = seq else { return Ok(None) };
        Ok(events::message(&self.db, seq)?.filter(|message| message.room == room))
    }

    /// What happened in the asker's rooms after `after` and up to `upto`, in order. Holds no more of it than is sent.
    pub fn missed(&self, asker: UserId, after: Seq, upto: Seq) -> Result<Missed, ReadError> {
        Ok(missed::read(&self.db, asker, after, upto)?)
    }

    /// Who has heard these voice messages of a room, as far as the asker is told; `None` when they are not in it.
    pub fn heard_marks(&self, asker: UserId, room: RoomId, messages: &[Seq]) -> Result<Option<HeardMarks>, ReadError> {
        if !members::is_member(&self.db, room, asker)? {
            return Ok(None);
        }
        Ok(Some(HeardMarks { heard: heard_marks::of(&self.db, asker, room, messages)? }))
    }

    /// The number of a message that the asker has written in this room, and is in.
    pub fn own_message(&self, asker: UserId, room: RoomId, message: Seq) -> Result<Result<u64, ErrorCode>, ReadError> {
        if !members::is_member(&self.db, room, asker)? {
            return Ok(Err(ErrorCode::NotAMember));
        }
        let own = events::message(&self.db, message)?.filter(|said| said.room == room && said.author == asker);
        Ok(own.map(|said| said.n).ok_or(ErrorCode::NotFound))
    }

    /// Who has reacted to a message of a room, as far as the asker is told; `None` when they are not in it.
    pub fn reactions(&self, asker: UserId, room: RoomId, message: Seq) -> Result<Option<Reactions>, ReadError> {
        if !members::is_member(&self.db, room, asker)? {
            return Ok(None);
        }
        Ok(Some(Reactions { reactions: react::by(&self.db, asker, room, message)? }))
    }

    /// What somebody has begun to write.
    pub fn drafts(&self, asker: UserId) -> Result<Vec<Draft>, ReadError> {
        Ok(drafts::of(&self.db, asker)?)
    }

    /// The message with which a chain of replies began, and these, those after `after`: as [`Self::history`]; none where the
    /// asker may not look into the room.
    pub fn chain(
        &self,
        asker: UserId,
        room: RoomId,
        first: Seq,
        (after, limit): (Option<Seq>, u32),
    ) -> Result<Option<HistoryPage>, ReadError> {
        if !self.may_look_into(room, asker)? {
            return Ok(None);
        }
        let limit = limit.clamp(1, HISTORY_PAGE_MAX) as usize;
        let above = after.unwrap_or(Seq(0));
        let page = chain::read(&self.db, asker, (room, first), above, limit)?;
        Ok(Some(HistoryPage { messages: page.messages.into(), more_before: after.is_some(), more_after: page.more }))
    }

    /// One of a message's attachments, by its place, with the blob that holds it; for those who may look into the room.
    pub fn attachment(
        &self,
        asker: UserId,
        message: Seq,
        place: usize,
    ) -> Result<Option<(BlobHash, Attachment)>, ReadError> {
        let Some(room) = events::room_of(&self.db, message)? else { return Ok(None) };
        if !self.may_look_into(room, asker)? {
            return Ok(None);
        }
        Ok(attachments::of(&self.db, message)?.into_iter().nth(place))
    }

    /// Messages of a room that bring something of this kind, those before `before`, if there is one: as
    /// [`Self::history`]; none where the asker may not look into the room.
    pub fn gallery(
        &self,
        asker: UserId,
        room: RoomId,
        gallery: Gallery,
        before: Option<Seq>,
        limit: u32,
    ) -> Result<Option<HistoryPage>, ReadError> {
        if !self.may_look_into(room, asker)? {
            return Ok(None);
        }
        let limit = limit.clamp(1, HISTORY_PAGE_MAX) as usize;
        let below = before.unwrap_or(Seq(u64::MAX));
        let page = gallery_page::read(&self.db, asker, room, gallery, below, limit)?;
        Ok(Some(HistoryPage { messages: page.messages.into(), more_before: page.more, more_after: before.is_some() }))
    }

    fn after(
        &self,
        asker: UserId,
        room: RoomId,
        seq: Seq,
        limit: usize,
    ) -> rusqlite::Result<(Stretch, Option<Message>, Stretch)> {
        let before = Stretch::none(self.has_upto(asker, room, seq)?);
        Ok((before, None, history::after(&self.db, Some(asker), room, seq, limit)?))
    }

    fn has_from(&self, asker: UserId, room: RoomId, seq: Seq) -> rusqlite::Result<bool> {
        let from = Seq(seq.0.saturating_sub(1));
        Ok(!history::after(&self.db, Some(asker), room, from, 1)?.messages.is_empty())
    }

    fn has_upto(&self, asker: UserId, room: RoomId, seq: Seq) -> rusqlite::Result<bool> {
        Ok(!history::before(&self.db, asker, room, Seq(seq.0.saturating_add(1)), 1)?.messages.is_empty())
    }
}
