//! A connection's life: it opens, says hello, is told what was missed, and ends.

use crate::proto::client::PROTOCOL_VERSION;
use crate::proto::code::CloseCode;
use crate::proto::id::{ConnId, Epoch, Seq, SessionId, TabId, UserId};
use crate::proto::limits;
use crate::proto::op::{Fault, Missed};
use crate::proto::server::{Resume, ServerMessage};
use crate::proto::session_end::SessionEnd;

use super::room::broadcast;
use super::roster::{Greeted, Stage};
use super::{Hub, Now, Output};

impl Hub {
    pub(super) fn connected(
        &mut self,
        conn: ConnId,
        user: UserId,
        session: SessionId,
        now: Now,
        out: &mut Vec<Output>,
    ) {
        // The session was good when the request came; it, or the whole account, may have ended on the way here.
        if !self.roster.lets_in(user, session) {
            return out.push(Output::Close { conn, code: CloseCode::SignedOut });
        }
        let same = self.roster.session_conns(user, session);
        if same.len() >= limits::SESSION_CONNECTIONS_MAX {
            self.close(same[0], CloseCode::TooMany, now, out);
        }
        self.roster.connect(conn, user, session);
    }

    /// A client greets, with what it has heard last and in which epoch.
    pub(super) fn hello(
        &mut self,
        now: Now,
        conn: ConnId,
        tab: TabId,
        (after, epoch): (Option<Seq>, Option<Epoch>),
        out: &mut Vec<Output>,
    ) {
        let Some(Greeted { user, session, before }) = self.roster.greet(conn, tab) else { return };
        if let Some(before) = before {
            self.close(before, CloseCode::TooMany, now, out);
        }
        let (resume, read_from) = match after {
            None => (Resume::Fresh, None),
            Some(after) if !self.epochs.hold(epoch, after, self.seq) => (Resume::Reload, None),
            Some(after) if self.seq.0 - after.0 > limits::RESUME_LOOKED_AT_MAX => (Resume::Reload, None),
            Some(after) if after == self.seq => (Resume::Ok, None),
            Some(after) => (Resume::Ok, Some(after)),
        };
        let welcome = self.welcome(user, session, resume);
        let stage = if let Some(after) = read_from {
            out.push(Output::Hold { conn });
            out.push(Output::ReadMissed { conn, user, after, upto: self.seq });
            Stage::Resuming { welcome: Box::new(welcome) }
        } else {
            out.push(Output::Send { to: conn, message: welcome });
            Stage::Joined
        };
        if let Some(state) = self.roster.conns.get_mut(&conn) {
            state.stage = stage;
        }
        let mut delivered = Vec::new();
        for id in &self.roster.people[&user].rooms {
            let Some(room) = self.rooms.get_mut(*id) else { continue };
            room.present.push(conn);
            if room.delivered(user) {
                delivered.push(*id);
            }
        }
        for id in delivered {
            self.moved_on(id, user);
        }
        self.presence.came(conn, user, now.mono);
    }

    pub(super) fn welcome(&self, user: UserId, session: SessionId, resume: Resume) -> ServerMessage {
        let person = &self.roster.people[&user];
        let (rooms, more) = self.liveliest(person);
        ServerMessage::Welcome {
            version: PROTOCOL_VERSION,
            server: self.version.clone(),
            me: person.user.clone(),
            newest_session: person.newest_session.map_or(session, |newest| newest.max(session)),
            seq: self.seq,
            epoch: self.epochs.current(),
            resume,
            rooms,
            archived: self.archived_count(person),
            more,
            drafts: person.drafts,
        }
    }

    pub(super) fn missed(&mut self, conn: ConnId, missed: Result<Missed, Fault>, out: &mut Vec<Output>) {
        let Some(state) = self.roster.conns.get_mut(&conn) else { return };
        let Stage::Resuming { welcome } = std::mem::replace(&mut state.stage, Stage::Joined) else { return };
        let mut welcome = *welcome;
        let mut first = Vec::new();
        match missed {
            Ok(Missed::Events(events)) => {
                first.push(welcome);
                let mut events = events.into_iter();
                while events.len() > 0 {
                    let events = events.by_ref().take(limits::EVENTS_FRAME_MAX).collect();
                    first.push(ServerMessage::Events { events });
                }
            }
            // What cannot be read now can be loaded page by page later: the client tries, and sees errors if any.
            Ok(Missed::TooMany) | Err(_) => {
                if let ServerMessage::Welcome { resume, .. } = &mut welcome {
                    *resume = Resume::Reload;
                }
                first.push(welcome);
            }
        }
        out.push(Output::Release { conn, first });
    }

    /// The person's other places hear of it: whoever gave the password may be somebody else.
    pub(super) fn signed_in(&mut self, user: UserId, session: SessionId, out: &mut Vec<Output>) {
        self.roster.signed_in(user, session);
        broadcast(self.roster.joined_conns(user), ServerMessage::SignedIn { session }, out);
    }

    pub(super) fn sessions_ended(&mut self, sessions: &[SessionId], end: SessionEnd, now: Now, out: &mut Vec<Output>) {
        if sessions.is_empty() {
            return;
        }
        let code = match end {
            SessionEnd::TakenOver => CloseCode::TakenOver,
            // Whoever asks who they are hears why.
            _ => CloseCode::SignedOut,
        };
        for conn in self.roster.end(sessions) {
            self.close(conn, code, now, out);
        }
    }

    /// Closes a connection and forgets it at once: nothing more is sent to it, and its person may be gone.
    pub(super) fn close(&mut self, conn: ConnId, code: CloseCode, now: Now, out: &mut Vec<Output>) {
        if self.roster.conns.contains_key(&conn) {
            self.forget(conn, now);
            out.push(Output::Close { conn, code });
        }
    }

    pub(super) fn forget(&mut self, conn: ConnId, now: Now) {
        let Some(state) = self.roster.disconnect(conn) else { return };
        if !matches!(state.stage, Stage::Greeting)
            && let Some(person) = self.roster.people.get(&state.user)
        {
            for room in &person.rooms {
                if let Some(room) = self.rooms.get_mut(*room) {
                    room.gone(conn);
                }
            }
        }
        self.presence.left(conn, state.user, now.mono);
    }
}
