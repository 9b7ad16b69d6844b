//! What clients say, frame by frame: counted first, then taken up as what it is.

use std::time::Duration;

use crate::proto::client::{ClientMessage, PROTOCOL_VERSION, Re};
use crate::proto::code::{CloseCode, ErrorCode};
use crate::proto::id::{ClientMsgId, ConnId, UserId};
use crate::proto::limits;
use crate::proto::server::ServerMessage;

use super::quota::{HELLOS, Wait};
use super::roster::Stage;
use super::{Hub, Now, Output, refusal};

impl Hub {
    pub(super) fn message(&mut self, now: Now, conn: ConnId, message: ClientMessage, out: &mut Vec<Output>) {
        // Closed by the hub already: what still comes from its socket is of no account.
        let Some(state) = self.roster.conns.get(&conn) else { return };
        match (&state.stage, message) {
            (Stage::Greeting, ClientMessage::Hello { version, tab, after, epoch }) => {
                match self.admit(state.user, version, now.mono) {
                    Ok(()) => self.hello(now, conn, tab, (after, epoch), out),
                    Err(code) => self.close(conn, code, now, out),
                }
            }
            (Stage::Greeting, _) | (_, ClientMessage::Hello { .. }) => {
                self.close(conn, CloseCode::BadMessage, now, out);
            }
            (_, message) => match self.meter(conn, now.mono) {
                Ok(()) => self.take(now, conn, message, out),
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

    fn take(&mut self, now: Now, conn: ConnId, message: ClientMessage, out: &mut Vec<Output>) {
        let user = self.roster.conns[&conn].user;
        if self.roster.people[&user].leaving && !matches!(message, ClientMessage::Ping {}) {
            let (re, client_msg_id) = asked_by(&message);
            if re.is_some() || client_msg_id.is_some() {
                out.push(Output::Send { to: conn, message: refusal(ErrorCode::GuestsOff, re, client_msg_id) });
            }
            return;
        }
        match message {
            ClientMessage::Command { re, command } => self.command(now, conn, re, command, out),
            // Said already.
            ClientMessage::Hello { .. } => {}
            ClientMessage::Ping {} => out.push(Output::Send { to: conn, message: ServerMessage::Pong {} }),
            ClientMessage::Read { room, n, set_back } => self.read(conn, user, room, (n, set_back), out),
            ClientMessage::Send { room, client_msg_id, body, attachments, reply_to } => {
                self.send(now, conn, (room, reply_to), client_msg_id, (body, attachments), out)
            }
            ClientMessage::Typing { room } => self.typing(now.mono, conn, user, room, out),
            ClientMessage::Unread { room, n, set_back } => self.unread(user, room, (n, set_back), out),
        }
    }
}

/// By what the client knows the answer.
fn asked_by(message: &ClientMessage) -> (Option<Re>, Option<ClientMsgId>) {
    match message {
        ClientMessage::Command { re, .. } => (Some(*re), None),
        ClientMessage::Send { client_msg_id, .. } => (None, Some(client_msg_id.clone())),
        ClientMessage::Hello { .. }
        | ClientMessage::Ping {}
        | ClientMessage::Read { .. }
        | ClientMessage::Typing { .. }
        | ClientMessage::Unread { .. } => (None, None),
    }
}
