//! What people have begun to write: kept by the store, told to their other devices.

use crate::proto::code::ErrorCode;
use crate::proto::id::{RoomId, UserId};
use crate::proto::op::{Op, RoomOp};
use crate::proto::server::ServerMessage;
use crate::proto::text::{Body, RawBody};

use super::quota::DRAFTS;
use super::room::broadcast;
use super::talk::body_refusal;
use super::{Hub, Now, Output};

impl Hub {
    /// No act of the table: whoever is in a room may begin something there.
    pub(super) fn keep_draft(&self, user: UserId, id: RoomId, body: RawBody, now: Now) -> Result<Op, ErrorCode> {
        self.rooms.get(id).filter(|room| room.members.contains_key(&user)).ok_or(ErrorCode::NotAMember)?;
        let body = Body::parse_caption(body.0).map_err(body_refusal)?;
        let body = Some(body).filter(|body| !body.as_str().is_empty());
        Ok(Op::Room(RoomOp::KeepDraft { room: id, user, body, at: now.wall }))
    }

    /// Counts that something is begun; what is sent or given up is not.
    pub(super) fn meter_draft(&mut self, user: UserId, now: Now) -> Result<(), ErrorCode> {
        match self.roster.people.get_mut(&user) {
            Some(person) => person.quota.drafts.take(DRAFTS, 1, now.mono).map_err(|_| ErrorCode::SlowDown),
            None => Ok(()),
        }
    }

    pub(super) fn draft_kept(&mut self, room: RoomId, user: UserId, body: String, out: &mut Vec<Output>) {
        self.roster.has_drafts(user);
        broadcast(self.roster.joined_conns(user), ServerMessage::Draft { room, body }, out);
    }
}
