//! What the store answers to what clients have asked for.

use crate::proto::client::Re;
use crate::proto::code::ErrorCode;
use crate::proto::id::ConnId;
use crate::proto::op::{Fault, Outcome, Reply};
use crate::proto::server::ServerMessage;

use super::{AnswerTo, Hub, Now, Output, Ticket, refusal};

impl Hub {
    pub(super) fn stored(&mut self, ticket: Ticket, result: Result<Outcome, Fault>, now: Now, out: &mut Vec<Output>) {
        let Some(asked) = self.unanswered.remove(&ticket) else { return };
        if let AnswerTo::Forward { by, .. } = asked {
            let changes = match &result {
                Ok(Outcome::Made { changes, .. }) => &changes[..],
                _ => &[],
            };
            self.meter_forwarded(by, changes);
        }
        let result = match result {
            Ok(Outcome::Made { reply, changes }) => {
                // What is different is told before the answer: whoever has that knows of it.
                changes.into_iter().for_each(|change| self.apply(change, now, out));
                Ok(reply)
            }
            Ok(Outcome::Refused(code)) => Err(code),
            Err(Fault::DiskFull) => Err(ErrorCode::DiskFull),
            Err(Fault::Storage) => Err(ErrorCode::StorageFailed),
        };
        match asked {
            AnswerTo::Send { conn, client_msg_id } => {
                if let Some(state) = self.roster.conns.get_mut(&conn) {
                    state.in_flight = state.in_flight.saturating_sub(1);
                }
                match result {
                    Ok(Reply::SentBefore(message)) => {
                        self.was_sent_before(message.author, &message.mentions);
                        self.tell(conn, ServerMessage::Events { events: vec![(*message).into()] }, out)
                    }
                    // The message itself has told.
                    Ok(_) => {}
                    Err(code) => self.tell(conn, refusal(code, None, Some(client_msg_id)), out),
                }
            }
            AnswerTo::Command { conn, re } | AnswerTo::Forward { conn, re, .. } => {
                let answer = match result {
                    Ok(Reply::Room(room)) => ServerMessage::Done { re, room: Some(room) },
                    Ok(_) => ServerMessage::Done { re, room: None },
                    Err(code) => refusal(code, Some(re), None),
                };
                self.tell(conn, answer, out);
            }
            AnswerTo::Reactions { asked } => self.reactions_answered(asked, result, out),
        }
    }

    /// Each who has reacted is told how that went.
    fn reactions_answered(&self, asked: Vec<(ConnId, Re)>, result: Result<Reply, ErrorCode>, out: &mut Vec<Output>) {
        let mut refusals = match result {
            Ok(Reply::Reacted(refusals)) => refusals,
            Ok(_) => Vec::new(),
            Err(code) => vec![Some(code); asked.len()],
        }
        .into_iter();
        for (conn, re) in asked {
            let answer = match refusals.next().flatten() {
                None => ServerMessage::Done { re, room: None },
                Some(code) => refusal(code, Some(re), None),
            };
            self.tell(conn, answer, out);
        }
    }

    /// To a connection, if it is still there.
    fn tell(&self, to: ConnId, message: ServerMessage, out: &mut Vec<Output>) {
        if self.roster.conns.contains_key(&to) {
            out.push(Output::Send { to, message });
        }
    }
}
