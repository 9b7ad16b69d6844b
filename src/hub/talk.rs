//! Talking: writing, reading, typing. What is not a command: its answer is what happens, or nothing.

use std::time::Duration;

use crate::proto::attachment::{Attachment, AttachmentsFault, NewAttachment, NewAttachments};
use crate::proto::change::Change;
use crate::proto::code::ErrorCode;
use crate::proto::event::{Event, EventKind, Message};
use crate::proto::id::{ClientMsgId, ConnId, RoomId, Seq, UserId};
use crate::proto::limits;
use crate::proto::op::{MessageOp, NewMessage, Op};
use crate::proto::permit::Act;
use crate::proto::role::BoxRole;
use crate::proto::server::ServerMessage;
use crate::proto::text::{Body, BodyFault, RawBody};

use super::quota::{Bucket, DISK_SHARE, DISK_SHARE_GUEST, Rate};
use super::room::{Member, broadcast};
use super::{AnswerTo, Hub, Now, Output, refusal};

impl Hub {
    pub(super) fn send(
        &mut self,
        now: Now,
        conn: ConnId,
        (room, reply_to): (RoomId, Option<Seq>),
        client_msg_id: ClientMsgId,
        content: (RawBody, Vec<NewAttachment>),
        out: &mut Vec<Output>,
    ) {
        let state = &self.roster.conns[&conn];
        let author = state.user;
        let in_flight = state.in_flight;
        let checked = parse(content).and_then(|content| {
            self.may(Act::Write, author, room)?;
            self.store_has_room()?;
            if in_flight < limits::SENDS_IN_FLIGHT_MAX { Ok(content) } else { Err(ErrorCode::Busy) }
        });
        let checked = checked.and_then(|content| {
            let mentions = self.mentions(author, room, &content.0);
            self.meter_bytes(author, bytes_of(&content), now.mono)?;
            self.meter_everyone(author, &mentions, now.mono)?;
            Ok((content, mentions))
        });
        match checked {
            Ok(((body, attachments), mentions)) => {
                let op = Op::Message(MessageOp::Append(NewMessage {
                    room,
                    author,
                    client_msg_id: client_msg_id.clone(),
                    body,
                    mentions,
                    attachments,
                    reply_to,
                    sent_at: now.wall,
                }));
                if let Some(state) = self.roster.conns.get_mut(&conn) {
                    state.in_flight += 1;
                }
                self.ask(AnswerTo::Send { conn, client_msg_id }, op, out);
            }
            Err(code) => out.push(Output::Send { to: conn, message: refusal(code, None, Some(client_msg_id)) }),
        }
    }

    /// `set_back`: what the client knows of, see [`ClientMessage::Read`](crate::proto::client::ClientMessage::Read).
    pub(super) fn read(
        &mut self,
        conn: ConnId,
        user: UserId,
        id: RoomId,
        (n, set_back): (u64, Option<u32>),
        out: &mut Vec<Output>,
    ) {
        let Some(room) = self.rooms.get_mut(id) else { return };
        let Some(before) = room.members.get(&user).map(|member| member.read) else { return };
        if set_back.is_some_and(|known| known != before.set_back) || !room.read(user, n) {
            return;
        }
        let Member { read, joined_at, .. } = room.members[&user];
        out.push(Output::StoreRead { room: id, user, joined_at, read });
        // What was read before is no news to anybody else.
        if before.furthest_n < read.furthest_n {
            self.moved_on(id, user);
        }
        let others = self.roster.joined_conns(user).into_iter().filter(|other| *other != conn).collect();
        broadcast(others, ServerMessage::Read { room: id, n: read.n, set_back: read.set_back }, out);
    }

    /// Nobody else hears of it: that they have read it they have heard before.
    pub(super) fn unread(
        &mut self,
        user: UserId,
        id: RoomId,
        (n, set_back): (u64, Option<u32>),
        out: &mut Vec<Output>,
    ) {
        let Some(room) = self.rooms.get_mut(id) else { return };
        let Some(before) = room.members.get(&user).map(|member| member.read) else { return };
        if set_back.is_some_and(|known| known != before.set_back) || !room.unread(user, n) {
            return;
        }
        let Member { read, joined_at, .. } = room.members[&user];
        out.push(Output::StoreRead { room: id, user, joined_at, read });
        // Of what was deleted among it a page has to be told, too.
        self.show_room(id, user, out);
    }

    /// A voice message was heard: told to whoever did, for their other devices, and to its author while they are there.
    pub(super) fn heard_marked(
        &mut self,
        id: RoomId,
        message: Seq,
        by: UserId,
        author: Option<UserId>,
        out: &mut Vec<Output>,
    ) {
        let is_here = |user: &UserId| self.rooms.get(id).is_some_and(|room| room.members.contains_key(user));
        let author = author.filter(is_here);
        if author.is_some() {
            self.make_known(by, id, out);
        }
        let to = author.into_iter().chain([by]).flat_map(|user| self.roster.joined_conns(user)).collect();
        broadcast(to, ServerMessage::HeardMark { room: id, message, by }, out);
    }

    pub(super) fn typing(&mut self, now: Duration, conn: ConnId, user: UserId, id: RoomId, out: &mut Vec<Output>) {
        let Ok(room) = self.may(Act::Write, user, id) else { return };
        if room.present.len() > limits::TYPING_PRESENT_MAX {
            return;
        }
        let own = &self.roster.people[&user].conns;
        let others = room.present.iter().copied().filter(|other| !own.contains(other)).collect();
        let Some(state) = self.roster.conns.get_mut(&conn) else { return };
        if state.typed.is_some_and(|at| now < at + limits::TYPING_INTERVAL) {
            return;
        }
        state.typed = Some(now);
        self.make_known(user, id, out);
        broadcast(others, ServerMessage::Typing { room: id, user }, out);
    }

    /// Counts what a message takes of the disk against its author's share.
    pub(super) fn meter_bytes(&mut self, author: UserId, bytes: u64, now: Duration) -> Result<(), ErrorCode> {
        match self.share(author) {
            Some((bucket, share)) => bucket.take(share, bytes, now).map_err(|_| ErrorCode::DiskShare),
            None => Ok(()),
        }
    }

    /// Of what was counted of a forwarded message, counts as much as it is: nothing where none was written.
    pub(super) fn meter_forwarded(&mut self, by: UserId, changes: &[Change]) {
        let written = changes.iter().find_map(|change| match change {
            Change::Event(Event { what: EventKind::Message(message), .. }) => Some(bytes_of_stored(message)),
            _ => None,
        });
        if let Some((bucket, share)) = self.share(by) {
            bucket.give_back(share, limits::MESSAGE_BYTES_MAX.saturating_sub(written.unwrap_or_default()));
        }
    }

    /// What is counted of a person's share of the disk; none where nothing is.
    fn share(&mut self, author: UserId) -> Option<(&mut Bucket, Rate)> {
        let person = self.roster.people.get_mut(&author)?;
        let share = match person.user.role {
            BoxRole::Guest => DISK_SHARE_GUEST,
            BoxRole::Member => DISK_SHARE,
            BoxRole::Owner => return None,
        };
        Some((&mut person.quota.bytes, share))
    }
}

/// What a message takes of the disk.
fn bytes_of((body, attachments): &(Body, NewAttachments)) -> u64 {
    body.as_str().len() as u64 + attachments.bytes() + limits::MESSAGE_OVERHEAD_BYTES
}

/// The same of one that is stored.
fn bytes_of_stored(message: &Message) -> u64 {
    let said: usize = message.attachments.iter().map(Attachment::said_bytes).sum();
    (message.body.len() + said) as u64 + limits::MESSAGE_OVERHEAD_BYTES
}

/// What somebody wants to send, within its limits.
fn parse((body, attachments): (RawBody, Vec<NewAttachment>)) -> Result<(Body, NewAttachments), ErrorCode> {
    let attachments = NewAttachments::parse(attachments).map_err(|fault| match fault {
        AttachmentsFault::Many => ErrorCode::AttachmentsMany,
        AttachmentsFault::Wrong => ErrorCode::BadRequest,
    })?;
    let body = if attachments.is_empty() { Body::parse(body.0) } else { Body::parse_caption(body.0) };
    Ok((body.map_err(body_refusal)?, attachments))
}

/// What is told of a text that is none.
pub(super) fn body_refusal(fault: BodyFault) -> ErrorCode {
    match fault {
        BodyFault::Empty => ErrorCode::BodyEmpty,
        BodyFault::Long => ErrorCode::BodyLong,
        BodyFault::Nul => ErrorCode::BadRequest,
    }
}
