//! What clients ask for: each command is checked here, then handed to the store.

use crate::proto::client::{Access, Command, Re};
use crate::proto::code::ErrorCode;
use crate::proto::id::{ClientMsgId, ConnId, RoomId, Seq, UserId};
use crate::proto::limits;
use crate::proto::name::parse_room_name;
use crate::proto::op::{Forward, MessageOp, NewRoom, Op, RoomOp, Whose};
use crate::proto::permit::{self, Act};
use crate::proto::reaction::{Emoji, NoEmoji};
use crate::proto::role::RoomRole;
use crate::proto::room::{Notify, RoomKind, RoomSetting};
use crate::proto::server::ServerMessage;
use crate::proto::text::{Body, RawBody};
use crate::proto::user_name::is_reserved;

use super::room::Room;
use super::talk::body_refusal;
use super::{AnswerTo, Hub, Now, Output, refusal};

impl Hub {
    pub(super) fn command(&mut self, now: Now, conn: ConnId, re: Re, command: Command, out: &mut Vec<Output>) {
        let user = self.roster.conns[&conn].user;
        if let Command::OpenDirect { user: other } = command
            && let Some(room) = self.direct_room([user, other])
        {
            return out.push(Output::Send { to: conn, message: ServerMessage::Done { re, room: Some(room) } });
        }
        if let Command::React { room, message, emoji, on } = command {
            return match Emoji::try_from(emoji) {
                Ok(emoji) => self.react(now, (conn, re), (room, message), (emoji, on), out),
                Err(NoEmoji) => {
                    out.push(Output::Send { to: conn, message: refusal(ErrorCode::BadRequest, Some(re), None) })
                }
            };
        }
        let others_receive = rooms_and_people(&command);
        let checked = self.checked(user, command, now);
        let checked = self.meter_rooms(user, others_receive, now, checked);
        let checked = checked.and_then(|op| self.store_has_room().map(|()| op));
        match checked.and_then(|op| self.meter_text(user, &op, now).map(|()| op)) {
            Ok(op @ Op::Message(MessageOp::Forward(_))) => self.ask(AnswerTo::Forward { conn, re, by: user }, op, out),
            Ok(op) => self.ask(AnswerTo::Command { conn, re }, op, out),
            Err(code) => out.push(Output::Send { to: conn, message: refusal(code, Some(re), None) }),
        }
    }

    /// What the store is to do for it, if `user` may.
    fn checked(&self, user: UserId, command: Command, now: Now) -> Result<Op, ErrorCode> {
        match command {
            Command::AddMembers { room, users } => self.add_members(user, room, users, now),
            Command::CreateRoom { name, access, members } => self.create_room(user, &name, access, members, now),
            Command::Delete { room, message } => self.delete(user, room, message, now),
            Command::Edit { room, message, body } => self.edit(user, room, message, body, now),
            Command::Forward { from, message, room, client_msg_id } => {
                self.forward(user, (from, message), room, client_msg_id, now)
            }
            Command::JoinRoom { room } => self.join_room(user, room, now),
            Command::KeepDraft { room, body } => self.keep_draft(user, room, body, now),
            Command::LeaveRoom { room } => self.leave_room(user, room),
            Command::MarkHeard { room, message } => self.mark_heard(user, room, message),
            Command::OpenDirect { user: other } => self.open_direct([user, other], now),
            Command::Pin { room, message, on } => self.pin(user, room, message, on),
            // Gathered first.
            Command::React { .. } => Err(ErrorCode::Internal),
            Command::RemoveMember { room, user: member } => self.remove_member(user, room, member),
            Command::SetNotify { room, notify } => self.set_notify(user, room, notify),
            Command::SetRoom { room, setting } => self.set_room(user, room, setting),
            Command::SetRoomRole { room, user: member, role } => self.set_room_role(user, room, member, role),
        }
    }

    /// Counts rooms made and people added against what one person may, where a command is accepted at all.
    fn meter_rooms(
        &mut self,
        user: UserId,
        (rooms, added): (usize, usize),
        now: Now,
        checked: Result<Op, ErrorCode>,
    ) -> Result<Op, ErrorCode> {
        let op = checked?;
        let quota = self.roster.people.get_mut(&user).map(|person| &mut person.quota);
        match quota.map(|quota| quota.rooms(rooms as u64, added as u64, now.mono)) {
            Some(Err(_)) => Err(ErrorCode::SlowDown),
            Some(Ok(())) | None => Ok(op),
        }
    }

    /// Counts what an edit writes anew, and what is forwarded as if it were as long as any, against its author's share of
    /// the disk.
    fn meter_text(&mut self, user: UserId, op: &Op, now: Now) -> Result<(), ErrorCode> {
        match op {
            Op::Message(MessageOp::Edit { body, .. }) => {
                self.meter_bytes(user, body.as_str().len() as u64 + limits::MESSAGE_OVERHEAD_BYTES, now.mono)
            }
            Op::Message(MessageOp::Forward(_)) => self.meter_bytes(user, limits::MESSAGE_BYTES_MAX, now.mono),
            Op::Room(RoomOp::KeepDraft { body: Some(body), .. }) => {
                self.meter_draft(user, now)?;
                self.meter_bytes(user, body.as_str().len() as u64 + limits::MESSAGE_OVERHEAD_BYTES, now.mono)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn store_has_room(&self) -> Result<(), ErrorCode> {
        if self.unanswered.len() < limits::STORE_IN_FLIGHT_MAX { Ok(()) } else { Err(ErrorCode::Busy) }
    }

    /// Whether `user` may do this in that room; whether there are others is nobody's business.
    pub(super) fn may(&self, act: Act, user: UserId, room: RoomId) -> Result<&Room, ErrorCode> {
        let room = self.rooms.get(room).ok_or(ErrorCode::NotAMember)?;
        let on_the_box = self.roster.box_role(user).ok_or(ErrorCode::NotAMember)?;
        room.may(act, user, on_the_box).map(|()| room)
    }

    fn add_members(&self, user: UserId, id: RoomId, users: Vec<UserId>, now: Now) -> Result<Op, ErrorCode> {
        let room = self.may(Act::AddMembers, user, id)?;
        self.known_people(&users)?;
        if !room.settings.guests && users.iter().any(|user| self.roster.is_guest(*user)) {
            return Err(ErrorCode::GuestsNotHere);
        }
        Ok(Op::Room(RoomOp::AddMembers { room: id, users, by: Some(user), at: now.wall }))
    }

    /// What guests may not do at all. Asked first, so that nothing else is learnt from the answer.
    fn no_guest(&self, user: UserId) -> Result<(), ErrorCode> {
        if self.roster.is_guest(user) { Err(ErrorCode::Forbidden) } else { Ok(()) }
    }

    fn known_people(&self, users: &[UserId]) -> Result<(), ErrorCode> {
        if users.len() > limits::ADD_MEMBERS_MAX {
            return Err(ErrorCode::BadRequest);
        }
        if users.iter().all(|user| self.roster.knows(*user)) { Ok(()) } else { Err(ErrorCode::NotFound) }
    }

    fn create_room(
        &self,
        by: UserId,
        name: &str,
        access: Access,
        members: Vec<UserId>,
        now: Now,
    ) -> Result<Op, ErrorCode> {
        self.no_guest(by)?;
        let name = room_name(name)?;
        self.known_people(&members)?;
        // A new room is not open to guests.
        if members.iter().any(|user| self.roster.is_guest(*user)) {
            return Err(ErrorCode::GuestsNotHere);
        }
        let kind = match access {
            Access::Closed => RoomKind::Closed,
            Access::Open => RoomKind::Open,
        };
        Ok(Op::Room(RoomOp::Create(NewRoom { kind, name, by, members, at: now.wall })))
    }

    /// Whether the message is the author's own is known to the store only, so it is asked to check.
    fn delete(&self, user: UserId, id: RoomId, message: Seq, now: Now) -> Result<Op, ErrorCode> {
        let whose = match self.may(Act::DeleteAny, user, id) {
            Ok(_) => Whose::Anyones,
            Err(ErrorCode::Forbidden) => Whose::Own,
            Err(code) => return Err(code),
        };
        Ok(Op::Message(MessageOp::Delete { room: id, message, by: user, whose, at: now.wall }))
    }

    /// Whose message it is, and what it brings, is known to the store only.
    fn edit(&self, by: UserId, id: RoomId, message: Seq, body: RawBody, now: Now) -> Result<Op, ErrorCode> {
        self.may(Act::Write, by, id)?;
        let body = Body::parse_caption(body.0).map_err(body_refusal)?;
        let mentions = self.mentions(by, id, &body);
        Ok(Op::Message(MessageOp::Edit { room: id, message, by, body, mentions, at: now.wall }))
    }

    /// What is forwarded is known to the store only: it is there, and how long it is.
    fn forward(
        &self,
        by: UserId,
        (from, message): (RoomId, Seq),
        room: RoomId,
        client_msg_id: ClientMsgId,
        now: Now,
    ) -> Result<Op, ErrorCode> {
        self.rooms.get(from).filter(|room| room.members.contains_key(&by)).ok_or(ErrorCode::NotAMember)?;
        self.may(Act::Write, by, room)?;
        Ok(Op::Message(MessageOp::Forward(Forward { from, message, room, by, client_msg_id, at: now.wall })))
    }

    fn join_room(&self, user: UserId, id: RoomId, now: Now) -> Result<Op, ErrorCode> {
        let room = self.rooms.get(id).ok_or(ErrorCode::NotFound)?;
        let on_the_box = self.roster.box_role(user).ok_or(ErrorCode::NotFound)?;
        permit::is_open_to(on_the_box, room.kind, &room.settings)?;
        Ok(Op::Room(RoomOp::AddMembers { room: id, users: vec![user], by: None, at: now.wall }))
    }

    fn leave_room(&self, user: UserId, id: RoomId) -> Result<Op, ErrorCode> {
        self.may(Act::Leave, user, id)?;
        Ok(Op::Room(RoomOp::RemoveMember { room: id, user, by: user }))
    }

    /// No act of the table: whoever may hear it may have heard it. What there is to be heard the store knows.
    fn mark_heard(&self, by: UserId, id: RoomId, message: Seq) -> Result<Op, ErrorCode> {
        self.rooms.get(id).filter(|room| room.members.contains_key(&by)).ok_or(ErrorCode::NotAMember)?;
        Ok(Op::Message(MessageOp::MarkHeard { room: id, message, by }))
    }

    fn pin(&self, by: UserId, id: RoomId, message: Seq, on: bool) -> Result<Op, ErrorCode> {
        self.may(Act::Pin, by, id)?;
        Ok(Op::Message(MessageOp::Pin { room: id, message, by, on }))
    }

    fn remove_member(&self, by: UserId, id: RoomId, user: UserId) -> Result<Op, ErrorCode> {
        let room = self.may(Act::RemoveMembers, by, id)?;
        if user == by {
            return Err(ErrorCode::BadRequest);
        }
        member_of(room, user)?;
        Ok(Op::Room(RoomOp::RemoveMember { room: id, user, by }))
    }

    /// Whether somebody else still owns the room is known when it is done.
    fn set_room_role(&self, by: UserId, id: RoomId, user: UserId, role: RoomRole) -> Result<Op, ErrorCode> {
        let room = self.may(Act::SetRoles, by, id)?;
        member_of(room, user)?;
        if role == RoomRole::Owner && self.roster.is_guest(user) {
            return Err(ErrorCode::Forbidden);
        }
        Ok(Op::Room(RoomOp::SetRole { room: id, user, role, by }))
    }

    /// The direct room of the first with the second, if there is one and both are here.
    fn direct_room(&self, [user, other]: [UserId; 2]) -> Option<RoomId> {
        self.rooms.direct([user.min(other), user.max(other)]).filter(|_| self.roster.knows(other))
    }

    fn open_direct(&self, [by, other]: [UserId; 2], now: Now) -> Result<Op, ErrorCode> {
        // Everybody has a room for themselves.
        if by != other {
            self.no_guest(by)?;
        }
        self.known_people(&[other])?;
        Ok(Op::Room(RoomOp::OpenDirect { users: [by.min(other), by.max(other)], by, at: now.wall }))
    }

    /// No act of the table: it is of the member and not of the room, and whoever is in one may.
    fn set_notify(&self, user: UserId, id: RoomId, notify: Notify) -> Result<Op, ErrorCode> {
        let room = self.rooms.get(id).filter(|room| room.members.contains_key(&user));
        room.map(|_| Op::Room(RoomOp::SetNotify { room: id, user, notify })).ok_or(ErrorCode::NotAMember)
    }

    fn set_room(&self, user: UserId, id: RoomId, setting: RoomSetting) -> Result<Op, ErrorCode> {
        let room = self.may(permit::act_of(&setting), user, id)?;
        let setting = match setting {
            // The room for everybody may be called what it is called anyway.
            RoomSetting::Name(name) if room.kind == RoomKind::Everyone => RoomSetting::Name(parse_room_name(&name)?),
            RoomSetting::Name(name) => RoomSetting::Name(room_name(&name)?),
            setting => setting,
        };
        Ok(Op::Room(RoomOp::Set { room: id, by: user, setting }))
    }
}

/// That somebody is in a room, to whoever may know.
fn member_of(room: &Room, user: UserId) -> Result<(), ErrorCode> {
    if room.members.contains_key(&user) { Ok(()) } else { Err(ErrorCode::NotFound) }
}

/// A room's name, unless the page writes it in place of one: else a room would be taken for the room for everybody.
fn room_name(text: &str) -> Result<String, ErrorCode> {
    let name = parse_room_name(text)?;
    if is_reserved(&name) { Err(ErrorCode::NameReserved) } else { Ok(name) }
}

/// Rooms that others see made, begun or brought back by a command, and people it adds to rooms.
fn rooms_and_people(command: &Command) -> (usize, usize) {
    match command {
        Command::AddMembers { users, .. } => (0, users.len()),
        // Brought back, it is shown to everyone in it.
        Command::SetRoom { setting: RoomSetting::Archived(false), .. } => (1, 0),
        Command::CreateRoom { members, .. } => (1, members.len()),
        Command::OpenDirect { .. } => (1, 0),
        Command::Delete { .. }
        | Command::Edit { .. }
        | Command::Forward { .. }
        | Command::JoinRoom { .. }
        | Command::KeepDraft { .. }
        | Command::LeaveRoom { .. }
        | Command::MarkHeard { .. }
        | Command::Pin { .. }
        | Command::React { .. }
        | Command::RemoveMember { .. }
        | Command::SetNotify { .. }
        | Command::SetRoom { .. }
        | Command::SetRoomRole { .. } => (0, 0),
    }
}
