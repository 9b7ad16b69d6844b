//! What clients ask for: each command is checked here, then either answered at once or handed to the store.

use std::time::Duration;

use crate::proto::client::{Access, ClientMessage, PROTOCOL_VERSION, Re};
use crate::proto::code::{CloseCode, ErrorCode};
use crate::proto::id::{ClientMsgId, ConnId, RoomId, Seq, UserId};
use crate::proto::limits;
use crate::proto::name::parse_room_name;
use crate::proto::op::{MessageOp, Op, RoomOp, Whose};
use crate::proto::server::{Act, BoxRole, RoomKind, ServerMessage};
use crate::proto::text::{Body, BodyFault, RawBody};
use crate::proto::user_name::is_reserved;

use super::quota::{DISK_SHARE, DISK_SHARE_GUEST, HELLOS, Wait};
use super::room::{Room, broadcast};
use super::roster::Stage;
use super::{Asked, Hub, Now, Output, refusal};

impl Hub {
    pub(super) fn message(&mut self, now: Now, conn: ConnId, message: ClientMessage, out: &mut Vec<Output>) {
        // Closed by the hub already: what still comes from its socket is of no account.
        let Some(state) = self.roster.conns.get(&conn) else { return };
        match (&state.stage, message) {
            (Stage::Greeting, ClientMessage::Hello { version, after }) => {
                match self.admit(state.user, version, now.mono) {
                    Ok(()) => self.hello(now, conn, after, out),
                    Err(code) => self.close(conn, code, now, out),
                }
            }
            (Stage::Greeting, _) | (_, ClientMessage::Hello { .. }) => {
                self.close(conn, CloseCode::BadMessage, now, out);
            }
            (_, message) => match self.meter(conn, now.mono) {
                Ok(()) => self.command(now, conn, message, out),
                Err(Wait { ms }) if self.roster.conns[&conn].refusals <= limits::REFUSALS_MAX => {
                    let (re, client_msg_id) = asked_by(&message);
                    let code = ErrorCode::SlowDown;
                    let message = code.message().to_owned();
                    let error = ServerMessage::Error { code, message, re, client_msg_id, retry_ms: Some(ms) };
                    out.push(Output::Send { to: conn, message: error });
                }
                // The client does not listen.
                Err(_) => self.close(conn, CloseCode::Flood, now, out),
            },
        }
    }

    /// Whether a person may be welcomed now.
    fn admit(&mut self, user: UserId, version: u32, now: Duration) -> Result<(), CloseCode> {
        let Some(person) = self.roster.people.get_mut(&user).filter(|person| !person.leaving) else {
            return Err(CloseCode::SignedOut);
        };
        if version != PROTOCOL_VERSION {
            return Err(CloseCode::Version);
        }
        person.quota.hellos.take(HELLOS, 1, now).map_err(|_| CloseCode::Flood)
    }

    /// Counts a command.
    fn meter(&mut self, conn: ConnId, now: Duration) -> Result<(), Wait> {
        let Some(state) = self.roster.conns.get_mut(&conn) else { return Ok(()) };
        let Some(person) = self.roster.people.get_mut(&state.user) else { return Ok(()) };
        let counted = person.quota.command(&mut state.commands, now);
        state.refusals = if counted.is_ok() { 0 } else { state.refusals + 1 };
        counted
    }

    fn command(&mut self, now: Now, conn: ConnId, message: ClientMessage, out: &mut Vec<Output>) {
        let user = self.roster.conns[&conn].user;
        if self.roster.people[&user].leaving && !matches!(message, ClientMessage::Ping {}) {
            let (re, client_msg_id) = asked_by(&message);
            if re.is_some() || client_msg_id.is_some() {
                out.push(Output::Send { to: conn, message: refusal(ErrorCode::GuestsOff, re, client_msg_id) });
            }
            return;
        }
        match message {
            ClientMessage::Hello { .. } => {}
            ClientMessage::Ping {} => out.push(Output::Send { to: conn, message: ServerMessage::Pong {} }),
            ClientMessage::Read { room, n } => self.read(conn, user, room, n, out),
            ClientMessage::Send { room, client_msg_id, body } => self.send(now, conn, room, client_msg_id, body, out),
            ClientMessage::Typing { room } => self.typing(now.mono, conn, user, room, out),
            ClientMessage::AddMembers { re, room, users } => {
                let added = users.len();
                let checked = self.add_members(user, room, users, now);
                let checked = self.meter_rooms(user, (0, added), now, checked);
                self.answer(conn, re, checked, out);
            }
            ClientMessage::ArchiveRoom { re, room, archived } => {
                let checked = self.archive_room(user, room, archived, now);
                // Brought back, it is shown to everyone in it.
                let checked = self.meter_rooms(user, (usize::from(!archived), 0), now, checked);
                self.answer(conn, re, checked, out);
            }
            ClientMessage::CreateRoom { re, name, access, members } => {
                let added = members.len();
                let checked = self.create_room(user, &name, access, members, now);
                let checked = self.meter_rooms(user, (1, added), now, checked);
                self.answer(conn, re, checked, out);
            }
            ClientMessage::Delete { re, room, message } => {
                let checked = self.delete(user, room, message, now);
                self.answer(conn, re, checked, out);
            }
            ClientMessage::JoinRoom { re, room } => {
                let checked = self.join_room(user, room, now);
                self.answer(conn, re, checked, out);
            }
            ClientMessage::LeaveRoom { re, room } => {
                let checked = self.leave_room(user, room);
                self.answer(conn, re, checked, out);
            }
            ClientMessage::OpenDirect { re, user: other } => self.open_direct(now, conn, re, [user, other], out),
            ClientMessage::OpenToGuests { re, room, guests } => {
                let checked = self.open_to_guests(user, room, guests);
                self.answer(conn, re, checked, out);
            }
            ClientMessage::RenameRoom { re, room, name } => {
                let checked = self.rename_room(user, room, &name);
                self.answer(conn, re, checked, out);
            }
        }
    }

    /// Hands an accepted command to the store, or tells why it is refused.
    fn answer(&mut self, conn: ConnId, re: Re, checked: Result<Op, ErrorCode>, out: &mut Vec<Output>) {
        let checked = checked.and_then(|op| self.store_has_room().map(|()| op));
        match checked {
            Ok(op) => self.ask(Asked::Command { conn, re }, op, out),
            Err(code) => out.push(Output::Send { to: conn, message: refusal(code, Some(re), None) }),
        }
    }

    /// Counts what a message takes of the disk against its author's share.
    fn meter_bytes(&mut self, author: UserId, body: &Body, now: Duration) -> Result<(), ErrorCode> {
        let Some(person) = self.roster.people.get_mut(&author) else { return Ok(()) };
        let share = match person.user.role {
            BoxRole::Guest => DISK_SHARE_GUEST,
            BoxRole::Member => DISK_SHARE,
            BoxRole::Owner => return Ok(()),
        };
        let bytes = body.as_str().len() as u64 + limits::MESSAGE_OVERHEAD_BYTES;
        person.quota.bytes.take(share, bytes, now).map_err(|_| ErrorCode::DiskShare)
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

    fn store_has_room(&self) -> Result<(), ErrorCode> {
        if self.asked.len() < limits::STORE_IN_FLIGHT_MAX { Ok(()) } else { Err(ErrorCode::Busy) }
    }

    /// Whether `user` may do this in that room; whether there are others is nobody's business.
    fn may(&self, act: Act, user: UserId, room: RoomId) -> Result<&Room, ErrorCode> {
        let room = self.rooms.get(room).ok_or(ErrorCode::NotAMember)?;
        let on_the_box = self.roster.box_role(user).ok_or(ErrorCode::NotAMember)?;
        room.may(act, user, on_the_box).map(|()| room)
    }

    fn send(
        &mut self,
        now: Now,
        conn: ConnId,
        room: RoomId,
        client_msg_id: ClientMsgId,
        body: RawBody,
        out: &mut Vec<Output>,
    ) {
        let state = &self.roster.conns[&conn];
        let author = state.user;
        let in_flight = state.in_flight;
        let checked = Body::parse(body.0).map_err(|fault| match fault {
            BodyFault::Empty => ErrorCode::BodyEmpty,
            BodyFault::Long => ErrorCode::BodyLong,
            BodyFault::Nul => ErrorCode::BadRequest,
        });
        let checked = checked.and_then(|body| {
            self.may(Act::Write, author, room)?;
            self.store_has_room()?;
            if in_flight < limits::SENDS_IN_FLIGHT_MAX { Ok(body) } else { Err(ErrorCode::Busy) }
        });
        let checked = checked.and_then(|body| self.meter_bytes(author, &body, now.mono).map(|()| body));
        match checked {
            Ok(body) => {
                let op = Op::Message(MessageOp::Append {
                    room,
                    author,
                    client_msg_id: client_msg_id.clone(),
                    body,
                    sent_at: now.wall,
                });
                if let Some(state) = self.roster.conns.get_mut(&conn) {
                    state.in_flight += 1;
                }
                self.ask(Asked::Send { conn, client_msg_id }, op, out);
            }
            Err(code) => out.push(Output::Send { to: conn, message: refusal(code, None, Some(client_msg_id)) }),
        }
    }

    fn read(&mut self, conn: ConnId, user: UserId, id: RoomId, n: u64, out: &mut Vec<Output>) {
        let Some(room) = self.rooms.get_mut(id) else { return };
        if !room.read(user, n) {
            return;
        }
        let n = room.members[&user].read_n;
        out.push(Output::StoreRead { room: id, user, n });
        let others = self.roster.joined_conns(user).into_iter().filter(|other| *other != conn).collect();
        broadcast(others, ServerMessage::Read { room: id, n }, out);
    }

    fn typing(&mut self, now: Duration, conn: ConnId, user: UserId, id: RoomId, out: &mut Vec<Output>) {
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

    fn add_members(&self, user: UserId, id: RoomId, users: Vec<UserId>, now: Now) -> Result<Op, ErrorCode> {
        let room = self.may(Act::AddMembers, user, id)?;
        self.known_people(&users)?;
        if !room.guests && users.iter().any(|user| self.roster.is_guest(*user)) {
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

    fn archive_room(&self, user: UserId, id: RoomId, archived: bool, now: Now) -> Result<Op, ErrorCode> {
        self.may(Act::Archive, user, id)?;
        Ok(Op::Room(RoomOp::Archive { room: id, archived, at: now.wall }))
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
        Ok(Op::Room(RoomOp::Create { kind, name, by, members, at: now.wall }))
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

    fn join_room(&self, user: UserId, id: RoomId, now: Now) -> Result<Op, ErrorCode> {
        // A room one may not join and none at all look the same from outside.
        let open = |room: &&Room| room.kind == RoomKind::Open && (room.guests || !self.roster.is_guest(user));
        let room = self.rooms.get(id).filter(open).ok_or(ErrorCode::NotFound)?;
        if room.archived {
            return Err(ErrorCode::RoomArchived);
        }
        Ok(Op::Room(RoomOp::AddMembers { room: id, users: vec![user], by: None, at: now.wall }))
    }

    fn leave_room(&self, user: UserId, id: RoomId) -> Result<Op, ErrorCode> {
        self.may(Act::Leave, user, id)?;
        Ok(Op::Room(RoomOp::RemoveMember { room: id, user }))
    }

    fn open_direct(&mut self, now: Now, conn: ConnId, re: Re, pair: [UserId; 2], out: &mut Vec<Output>) {
        let users = [pair[0].min(pair[1]), pair[0].max(pair[1])];
        let both = users.iter().all(|user| self.roster.knows(*user));
        if let Some(room) = self.rooms.direct(users).filter(|_| both) {
            return out.push(Output::Send { to: conn, message: ServerMessage::Done { re, room: Some(room) } });
        }
        let checked = if users[0] == users[1] {
            Err(ErrorCode::BadRequest)
        } else {
            self.no_guest(pair[0])
                .and_then(|()| self.known_people(&users))
                .map(|()| Op::Room(RoomOp::OpenDirect { users, by: pair[0], at: now.wall }))
        };
        let checked = self.meter_rooms(pair[0], (1, 0), now, checked);
        self.answer(conn, re, checked, out);
    }

    fn open_to_guests(&self, user: UserId, id: RoomId, guests: bool) -> Result<Op, ErrorCode> {
        self.may(Act::OpenToGuests, user, id)?;
        Ok(Op::Room(RoomOp::OpenToGuests { room: id, guests }))
    }

    fn rename_room(&self, user: UserId, id: RoomId, name: &str) -> Result<Op, ErrorCode> {
        let room = self.may(Act::Rename, user, id)?;
        // The room for everybody may be called what it is called anyway.
        let name = if room.kind == RoomKind::Everyone { parse_room_name(name)? } else { room_name(name)? };
        Ok(Op::Room(RoomOp::Rename { room: id, name }))
    }
}

/// A room's name, unless the page writes it in place of one: else a room would be taken for the room for everybody.
fn room_name(text: &str) -> Result<String, ErrorCode> {
    let name = parse_room_name(text)?;
    if is_reserved(&name) { Err(ErrorCode::NameReserved) } else { Ok(name) }
}

/// By what the client knows the answer to a command.
fn asked_by(message: &ClientMessage) -> (Option<Re>, Option<ClientMsgId>) {
    match message {
        ClientMessage::AddMembers { re, .. }
        | ClientMessage::ArchiveRoom { re, .. }
        | ClientMessage::CreateRoom { re, .. }
        | ClientMessage::Delete { re, .. }
        | ClientMessage::JoinRoom { re, .. }
        | ClientMessage::LeaveRoom { re, .. }
        | ClientMessage::OpenDirect { re, .. }
        | ClientMessage::OpenToGuests { re, .. }
        | ClientMessage::RenameRoom { re, .. } => (Some(*re), None),
        ClientMessage::Send { client_msg_id, .. } => (None, Some(client_msg_id.clone())),
        ClientMessage::Hello { .. }
        | ClientMessage::Ping {}
        | ClientMessage::Read { .. }
        | ClientMessage::Typing { .. } => (None, None),
    }
}
