//! What is written, and what becomes of it.

use std::collections::BTreeSet;

use crate::proto::attachment::{Attachment, BlobFile, BlobKind, NewAttachment};
use crate::proto::blob::{BlobHash, FileName};
use crate::proto::change::Change;
use crate::proto::code::ErrorCode;
use crate::proto::event::{Event, EventKind, Message, Quote};
use crate::proto::id::{ClientMsgId, RoomId, Seq, UserId};
use crate::proto::mention::Mention;
use crate::proto::op::{Forward, MessageOp, Millis, NewMessage, NewReaction, Outcome, Reply, Whose};
use crate::proto::reaction::{Emoji, Reaction};
use crate::proto::room::RoomKind;

use super::Store;

impl Store {
    pub(super) fn apply_message(&mut self, op: MessageOp) -> Outcome {
        match op {
            MessageOp::Append(new) => self.append(new),
            MessageOp::Delete { room, message, by, whose, .. } => self.delete_message(room, message, by, whose),
            MessageOp::Edit { room, message, by, body, mentions, at } => {
                self.edit_message((room, message), by, (body.into_string(), mentions), at)
            }
            MessageOp::Forward(asked) => self.forward(asked),
            MessageOp::MarkHeard { room, message, by } => self.mark_heard(room, message, by),
            MessageOp::Pin { room, message, by, on } => self.pin(room, message, by, on),
            MessageOp::React { room, message, reactions } => self.react(room, message, reactions),
        }
    }

    fn append(&mut self, new: NewMessage) -> Outcome {
        let NewMessage { room: id, author, client_msg_id, body, mentions, attachments, reply_to, sent_at } = new;
        if let Some(before) = self.sent_before(author, &client_msg_id) {
            return before;
        }
        if let Some(refusal) = self.not_to_write(id, author) {
            return Outcome::Refused(refusal);
        }
        let quoted = reply_to.map(|to| self.message(to).filter(|quoted| quoted.room == id).cloned());
        let Some(quote) = quoted.map_or(Some(None), |quoted| quoted.map(|to| Some(self.quote_of(&to)))) else {
            return Outcome::Refused(ErrorCode::NotFound);
        };
        let Some(attachments) = attachments.into_vec().into_iter().map(attached).collect::<Option<_>>() else {
            return Outcome::Refused(ErrorCode::UploadUnknown);
        };
        let (edited_at, forwarded, deleted, body) = (None, false, false, body.into_string());
        let (id, rev, room, n) = (Seq(0), Seq(0), id, 0);
        let (pinned, reactions, mine) = (false, Vec::new(), None);
        self.keep_written(Message {
            id,
            rev,
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
            quote,
            reactions,
            mine,
        })
    }

    fn forward(&mut self, Forward { from, message, room, by, client_msg_id, at }: Forward) -> Outcome {
        if let Some(before) = self.sent_before(by, &client_msg_id) {
            return before;
        }
        if !self.rooms[&from].members.contains_key(&by) {
            return Outcome::Refused(ErrorCode::NotAMember);
        }
        if let Some(refusal) = self.not_to_write(room, by) {
            return Outcome::Refused(refusal);
        }
        let stored = (message.0 as usize).checked_sub(1).and_then(|at| self.events.get(at));
        let there = match stored.map(|event| &event.what) {
            Some(EventKind::Message(message)) if message.room == from && !message.deleted => message.clone(),
            _ => return Outcome::Refused(ErrorCode::NotFound),
        };
        self.keep_written(Message {
            room,
            author: by,
            client_msg_id,
            sent_at: at,
            edited_at: None,
            forwarded: true,
            mentions: Vec::new(),
            pinned: false,
            quote: None,
            reactions: Vec::new(),
            mine: None,
            ..there
        })
    }

    fn sent_before(&self, author: UserId, id: &ClientMsgId) -> Option<Outcome> {
        let seq = self.sent.get(&(author, id.clone()))?;
        let EventKind::Message(message) = &self.event(*seq).what else { unreachable!("a message has its own place") };
        Some(Outcome::made(Reply::SentBefore(Box::new(message.clone())), []))
    }

    fn not_to_write(&self, id: RoomId, user: UserId) -> Option<ErrorCode> {
        let Some(room) = self.rooms.get(&id) else { return Some(ErrorCode::NotFound) };
        if !room.members.contains_key(&user) {
            return Some(ErrorCode::NotAMember);
        }
        if room.kind == RoomKind::Direct && room.members.len() < 2 && room.direct != Some([user; 2]) {
            return Some(ErrorCode::PersonGone);
        }
        room.settings.archived.then_some(ErrorCode::RoomArchived)
    }

    /// Gives a new message its place.
    fn keep_written(&mut self, message: Message) -> Outcome {
        let room = self.rooms.get_mut(&message.room).expect("it may be written there");
        room.last_n += 1;
        let (seq, n) = (Seq(self.events.len() as u64 + 1), room.last_n);
        self.sent.insert((message.author, message.client_msg_id.clone()), seq);
        self.happened(Message { id: seq, rev: seq, n, ..message }.into())
    }

    /// As the next reply to this message quotes it.
    fn quote_of(&self, quoted: &Message) -> Box<Quote> {
        let chain = quoted.quote.as_ref().map_or(quoted.id, |quote| quote.chain);
        let quotes = self.events.iter().filter_map(|event| match &event.what {
            EventKind::Message(Message { quote: Some(quote), .. }) if quote.chain == chain => Some(quote.place),
            _ => None,
        });
        Box::new(Quote::of(quoted, (chain, quotes.max().unwrap_or(0) + 1)))
    }

    /// What has been changed is quoted so from now on.
    fn requote(&mut self, changed: &Message) {
        for event in &mut self.events {
            if let EventKind::Message(Message { quote: Some(quote), .. }) = &mut event.what
                && quote.message == changed.id
            {
                **quote = Quote::of(changed, (quote.chain, quote.place));
            }
        }
    }

    fn react(&mut self, id: RoomId, message: Seq, reactions: Vec<NewReaction>) -> Outcome {
        let there = self.message(message).is_some_and(|stored| stored.room == id && !stored.deleted);
        if !there {
            let refusals = vec![Some(ErrorCode::NotFound); reactions.len()];
            return Outcome::made(Reply::Reacted(refusals), []);
        }
        let before = (self.counts(message), self.put.get(&message).cloned().unwrap_or_default());
        let (mut refusals, mut people) = (Vec::new(), BTreeSet::new());
        for NewReaction { user, emoji, on } in reactions {
            refusals.push(self.not_to_write(id, user));
            if refusals.last().is_some_and(Option::is_some) {
                continue;
            }
            people.insert(user);
            let put = self.put.entry(message).or_default();
            let mine = (emoji, user);
            match (put.contains(&mine), on) {
                (false, true) => put.push(mine),
                (true, false) => put.retain(|other| *other != mine),
                _ => {}
            }
        }
        let after = (self.counts(message), self.put.get(&message).cloned().unwrap_or_default());
        if before == after {
            return Outcome::made(Reply::Reacted(refusals), []);
        }
        let seq = Seq(self.events.len() as u64 + 1);
        let EventKind::Message(stored) = &mut self.events[message.0 as usize - 1].what else {
            unreachable!("it is one")
        };
        (stored.rev, stored.reactions) = (seq, after.0.clone());
        let what = EventKind::Reacted { message, n: stored.n, reactions: after.0, mine: None };
        let event = Event { seq, room: id, what };
        self.events.push(event.clone());
        let mine = people.into_iter().map(|user| (user, self.own(message, user))).collect();
        Outcome::made(Reply::Reacted(refusals), [Change::Reacted { event, mine }])
    }

    fn pin(&mut self, id: RoomId, message: Seq, by: UserId, on: bool) -> Outcome {
        if let Some(refusal) = self.not_to_write(id, by) {
            return Outcome::Refused(refusal);
        }
        if self.rooms[&id].kind != RoomKind::Direct && self.is_guest(by) {
            return Outcome::Refused(ErrorCode::Forbidden);
        }
        let seq = Seq(self.events.len() as u64 + 1);
        let stored = (message.0 as usize).checked_sub(1).and_then(|at| self.events.get_mut(at));
        let Some(EventKind::Message(stored)) = stored.map(|event| &mut event.what) else {
            return Outcome::Refused(ErrorCode::NotFound);
        };
        if stored.room != id || stored.deleted {
            return Outcome::Refused(ErrorCode::NotFound);
        }
        if stored.pinned == on {
            return Outcome::done([]);
        }
        (stored.pinned, stored.rev) = (on, seq);
        let what = EventKind::Pinned { message, n: stored.n, on };
        self.happened(Event { seq, room: id, what })
    }

    fn counts(&self, message: Seq) -> Vec<Reaction> {
        let put = self.put.get(&message);
        let count = |emoji: &Emoji| put.into_iter().flatten().filter(|(other, _)| other == emoji).count() as u32;
        self.kinds(message).into_iter().map(|emoji| Reaction(emoji.clone(), count(&emoji))).collect()
    }

    fn delete_message(&mut self, room: RoomId, id: Seq, by: UserId, whose: Whose) -> Outcome {
        let seq = Seq(self.events.len() as u64 + 1);
        let stored = (id.0 as usize).checked_sub(1).and_then(|at| self.events.get_mut(at));
        let Some(EventKind::Message(message)) = stored.map(|event| &mut event.what) else {
            return Outcome::Refused(ErrorCode::NotFound);
        };
        if message.room != room {
            return Outcome::Refused(ErrorCode::NotFound);
        }
        if whose == Whose::Own && by != message.author {
            return Outcome::Refused(ErrorCode::Forbidden);
        }
        if message.deleted {
            return Outcome::done([]);
        }
        (message.deleted, message.rev) = (true, seq);
        message.body.clear();
        message.attachments.clear();
        message.mentions.clear();
        (message.edited_at, message.forwarded) = (None, false);
        message.quote = None;
        message.pinned = false;
        message.reactions.clear();
        let changed = message.clone();
        self.put.remove(&id);
        self.requote(&changed);
        let what = EventKind::Deleted { message: id, n: changed.n };
        self.happened(Event { seq, room, what })
    }

    fn edit_message(
        &mut self,
        (id, message): (RoomId, Seq),
        by: UserId,
        (body, mentions): (String, Vec<Mention>),
        at: Millis,
    ) -> Outcome {
        let seq = Seq(self.events.len() as u64 + 1);
        if let Some(refusal) = self.not_to_write(id, by) {
            return Outcome::Refused(refusal);
        }
        let stored = (message.0 as usize).checked_sub(1).and_then(|at| self.events.get_mut(at));
        let Some(EventKind::Message(message)) = stored.map(|event| &mut event.what) else {
            return Outcome::Refused(ErrorCode::NotFound);
        };
        if message.room != id || message.deleted {
            return Outcome::Refused(ErrorCode::NotFound);
        }
        if message.author != by || message.forwarded {
            return Outcome::Refused(ErrorCode::Forbidden);
        }
        if body.is_empty() && message.attachments.is_empty() {
            return Outcome::Refused(ErrorCode::BodyEmpty);
        }
        if body == message.body {
            return Outcome::done([]);
        }
        (message.body, message.mentions, message.edited_at, message.rev) = (body, mentions, Some(at), seq);
        let changed = message.clone();
        self.requote(&changed);
        self.happened(Event { seq, room: id, what: EventKind::Edited(changed) })
    }

    /// Whatever was brought may be heard here.
    fn mark_heard(&mut self, room: RoomId, id: Seq, by: UserId) -> Outcome {
        if !self.rooms[&room].members.contains_key(&by) {
            return Outcome::Refused(ErrorCode::NotAMember);
        }
        let author = match (id.0 as usize).checked_sub(1).and_then(|at| self.events.get(at)).map(|event| &event.what) {
            Some(EventKind::Message(said)) if said.room == room && !said.attachments.is_empty() => said.author,
            _ => return Outcome::Refused(ErrorCode::NotFound),
        };
        if author == by {
            return Outcome::Refused(ErrorCode::NotFound);
        }
        if !self.heard.insert((id, by)) {
            return Outcome::done([]);
        }
        Outcome::done([Change::HeardMarked { room, message: id, by, author: Some(author) }])
    }

    fn happened(&mut self, event: Event) -> Outcome {
        self.events.push(event.clone());
        Outcome::done([Change::Event(event)])
    }
}

/// What an upload becomes: of those with an odd number there is none.
fn attached(new: NewAttachment) -> Option<Attachment> {
    let [.., last] = new.upload.0;
    let (name, media_type) = (FileName::default(), "text/plain".to_owned());
    let file = BlobFile { blob: BlobHash([last; 32]), bytes: last.into(), name, media_type, what: BlobKind::Other {} };
    (last % 2 == 0).then(|| new.attach(file))
}
